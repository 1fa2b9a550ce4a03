/* -j DSCP: sets the upper six bits of the TOS field (xt_DSCP.c). */
#include "ext/dscp.h"
#include "ext/dsfield.h"

enum { O_SET, O_CLASS };

struct dscp { uint8_t value; };

static const struct opt opts[] = {
	[O_SET] = { .name = "--set-dscp", .args = 1, .read = opt_u8,
	    .max = 0x3f, .excludes = 1 << O_CLASS },
	[O_CLASS] = { .name = "--set-dscp-class", .args = 1,
	    .read = opt_dscp_class, .excludes = 1 << O_SET },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "DSCP: --set-dscp is required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)print;
	sbuf_printf(out, " --set-dscp 0x%02x", d->value);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)print;
	sbuf_printf(out, " DSCP set 0x%02x", d->value);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct dscp *d = data;
	uint8_t old = pkt_tos(ctx->pkt);

	if (old >> 2 != d->value)
		pkt_set_tos(ctx->pkt, (uint8_t)(d->value << 2 | (old & 3)));
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the DSCP is now 0x%02x", pkt_tos(ctx->pkt) >> 2);
}

static void
change(const void *data, struct changes *c)
{
	const struct dscp *d = data;

	c->set(c, F_TOS, 0xfc, (u128)d->value << 2);
}

const struct ext ext_t_DSCP = {
	.name = "DSCP",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct dscp),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};
