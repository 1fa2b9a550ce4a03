/* -j SECMARK: a security label for the packet; nothing that we see. */
#include "ext/ext.h"

enum { CONTEXT_MAX = 255 };

struct secmark { const char *context; };

static bool
read_context(struct opt_arg *a)
{
	struct secmark *s = a->data;

	s->context = arena_strndup(a->arena, a->text,
	    strnlen(a->text, CONTEXT_MAX));
	return true;
}

static const struct opt opts[] = {
	{ .name = "--selctx", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_context },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct secmark *s = data;

	(void)print;
	sbuf_printf(out, " --selctx %s", s->context);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct secmark *s = data;

	(void)print;
	sbuf_printf(out, " SECMARK selctx %s", s->context);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_SECMARK = {
	.name = "SECMARK",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE | 1 << TABLE_SECURITY,
	.size = sizeof(struct secmark),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
