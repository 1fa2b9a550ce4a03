/* -m mark: the packet's mark (xt_mark.c). */
#include "ext/mark.h"

#include <stddef.h>

static const struct opt opts[] = {
	{ "--mark", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_mark,
	    .offset = offsetof(struct mark, value),
	    .inv_offset = offsetof(struct mark, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mark *m = data;

	(void)how;
	save_opt(out, m->invert, "--mark");
	put_mark(out, m->value, m->mask);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mark *m = data;

	(void)how;
	sbuf_printf(out, " mark match%s", m->invert ? " !" : "");
	put_mark(out, m->value, m->mask);
}

static enum tri
mark_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return mark_value_test(data, "mark", ctx->pkt->mark, why);
}

EVAL_BY(mark);

static bool
lower(const void *data, struct lower *l)
{
	const struct mark *m = data;

	lower_masked(l, F_MARK, m->value, m->mask, m->invert);
	return true;
}

const struct ext ext_m_mark = {
	.name = "mark",
	.kind = EXT_MATCH,
	.size = sizeof(struct mark),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = mark_eval,
	.explain = mark_explain,
	.lower = lower,
};
