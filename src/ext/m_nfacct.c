/* -m nfacct: counts in a named object (xt_nfacct.c). */
#include "ext/l4.h"

enum { NAME_MAX_LEN = 31 };		/* what is longer is cut off */

struct nfacct {
	const char *name;
};

static bool
opt_name(struct opt_arg *a)
{
	struct nfacct *n = a->data;

	if (a->text[0] == '\0')
		return opt_error(a, "wants a name");
	if (strchr(a->text, '\n') != NULL)
		return opt_error(a, "a name has no newline");
	n->name = arena_strndup(a->arena, a->text,
	    strnlen(a->text, NAME_MAX_LEN));
	return true;
}

static const struct opt opts[] = {
	{ "--nfacct-name", NULL, 1, OPT_REQUIRED, .read = opt_name },
	{ 0 },
};

/* libxt_nfacct prints two spaces. */
static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct nfacct *n = data;

	(void)how;
	sbuf_puts(out, " --nfacct-name ");
	save_text(out, n->name);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct nfacct *n = data;

	(void)how;
	sbuf_puts(out, " nfacct-name ");
	save_text(out, n->name);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	(void)data;
	return unknown(ctx, "the quota of the accounting object, if any");
}

const struct ext ext_m_nfacct = {
	.name = "nfacct",
	.kind = EXT_MATCH,
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.size = sizeof(struct nfacct),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
};
