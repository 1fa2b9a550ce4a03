/* -m comment: a remark, always true (xt_comment.c). */
#include "ext/ext.h"

enum { COMMENT_MAX = 255 };		/* what is longer is cut off */

struct comment {
	const char *text;
};

static bool
opt_comment(struct opt_arg *a)
{
	struct comment *c = a->data;

	c->text = arena_strndup(a->arena, a->text,
	    strnlen(a->text, COMMENT_MAX));
	return true;
}

static const struct opt opts[] = {
	{ "--comment", NULL, 1, OPT_REQUIRED,
	    .read = opt_comment },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct comment *c = data;

	(void)how;
	save_opt(out, false, "--comment");
	save_text(out, c->text);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct comment *c = data;

	(void)how;
	sbuf_printf(out, " /* %s */", c->text);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return TRI_YES;
}

static bool
lower(const void *data, struct lower *l)
{
	(void)data;
	(void)l;
	return true;
}

const struct ext ext_m_comment = {
	.name = "comment",
	.kind = EXT_MATCH,
	.size = sizeof(struct comment),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
	.lower = lower,
};
