/* -m connmark: the connection's mark (xt_connmark.c). */
#include "ext/ctstate.h"
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
	sbuf_printf(out, " connmark match %s", m->invert ? "!" : "");
	put_mark(out, m->value, m->mask);
}

static enum tri
connmark_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	if (ctx->pkt->ct == NULL)
		return MISS(why, "it has no connection, so no connection "
		    "mark");
	return mark_value_test(data, "connection mark", ctx->pkt->ct->mark,
	    why);
}

EVAL_BY(connmark);

static bool
lower(const void *data, struct lower *l)
{
	const struct mark *m = data;

	lower_has_ct(l, true);
	lower_masked(l, F_CONNMARK, m->value, m->mask, m->invert);
	return true;
}

const struct ext ext_m_connmark = {
	.name = "connmark",
	.kind = EXT_MATCH,
	.traits = EXT_NEEDS_CT | EXT_NEEDS_DEFRAG,
	.size = sizeof(struct mark),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = connmark_eval,
	.explain = connmark_explain,
	.lower = lower,
};
