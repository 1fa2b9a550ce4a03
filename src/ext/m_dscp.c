/* -m dscp: the DiffServ codepoint, upper six bits of TOS (xt_dscp.c). */
#include "ext/dscp.h"
#include "ext/l4.h"

#include <stddef.h>

struct dscp {
	uint8_t value, invert;
};

enum { DSCP_MAX = 63 };

static const struct opt opts[] = {
	{ "--dscp", NULL, 1, OPT_INVERT, opt_u8,
	    .offset = offsetof(struct dscp, value), .max = DSCP_MAX,
	    .inv_offset = offsetof(struct dscp, invert), .inv_bit = 1,
	    .excludes = 1 << 1 },
	{ "--dscp-class", NULL, 1, OPT_INVERT, opt_dscp_class,
	    .offset = offsetof(struct dscp, value),
	    .inv_offset = offsetof(struct dscp, invert), .inv_bit = 1,
	    .excludes = 1 << 0 },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	if (c->seen == 0) {
		diag_error(c->diags, c->loc,
		    "dscp: wants --dscp or --dscp-class");
		return false;
	}
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)how;
	save_opt(out, d->invert, "--dscp");
	sbuf_printf(out, " 0x%02x", d->value);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)how;
	sbuf_printf(out, " DSCP match %s0x%02x", d->invert ? "!" : "",
	    d->value);
}

static enum tri
dscp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct dscp *d = data;
	unsigned value = packet_dsfield(ctx->pkt) >> 2;

	if ((value == d->value) != d->invert)
		return TRI_YES;
	return MISS(why, "dscp is 0x%02x, rule wants %s0x%02x", value,
	    d->invert ? "not " : "", d->value);
}

EVAL_BY(dscp);

static bool
lower(const void *data, struct lower *l)
{
	const struct dscp *d = data;

	lower_masked(l, F_TOS, (u128)d->value << 2, 0xfc, d->invert);
	return true;
}

const struct ext ext_m_dscp = {
	.name = "dscp",
	.kind = EXT_MATCH,
	.size = sizeof(struct dscp),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = dscp_eval,
	.explain = dscp_explain,
	.lower = lower,
};
