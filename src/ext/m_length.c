/* -m length: length of the network-layer packet (xt_length.c). */
#include "ext/l4.h"

#include <stddef.h>

struct length {
	uint16_t range[2];
	uint8_t invert;
};

static const struct opt opts[] = {
	{ "--length", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_u16range,
	    .offset = offsetof(struct length, range),
	    .inv_offset = offsetof(struct length, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct length *l = data;

	(void)how;
	save_range(out, l->invert, "--length", l->range[0], l->range[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct length *l = data;

	(void)how;
	sbuf_printf(out, " length %s%u", l->invert ? "!" : "", l->range[0]);
	if (l->range[0] != l->range[1])
		sbuf_printf(out, ":%u", l->range[1]);
}

static enum tri
length_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct length *l = data;

	return range_test(why, "length", ctx->pkt->len, l->range[0],
	    l->range[1], l->invert);
}

EVAL_BY(length);

static bool
lower(const void *data, struct lower *l)
{
	const struct length *len = data;

	lower_range(l, F_LENGTH, len->range[0], len->range[1], len->invert);
	return true;
}

const struct ext ext_m_length = {
	.name = "length",
	.kind = EXT_MATCH,
	.size = sizeof(struct length),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = length_eval,
	.explain = length_explain,
	.lower = lower,
};
