/* -j CONNSECMARK: copies the security label between packet and connection. */
#include "ext/ext.h"

#include <stddef.h>

enum { O_SAVE, O_RESTORE };

struct connsecmark { bool restore; };

static const struct opt opts[] = {
	[O_SAVE] = { .name = "--save", .excludes = 1 << O_RESTORE },
	[O_RESTORE] = { .name = "--restore", .read = opt_flag,
	    .offset = offsetof(struct connsecmark, restore),
	    .excludes = 1 << O_SAVE },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "CONNSECMARK: --save or --restore is "
	    "required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct connsecmark *s = data;

	(void)print;
	sbuf_puts(out, s->restore ? " --restore" : " --save");
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct connsecmark *s = data;

	(void)print;
	sbuf_printf(out, " CONNSECMARK %s", s->restore ? "restore" : "save");
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_CONNSECMARK = {
	.name = "CONNSECMARK",
	.kind = EXT_TARGET,
	.traits = EXT_NEEDS_CT,
	.tables = 1 << TABLE_MANGLE | 1 << TABLE_SECURITY,
	.size = sizeof(struct connsecmark),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};
