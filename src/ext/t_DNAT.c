/* -j DNAT: another destination for the connection. */
#include "ext/nat_range.h"

static const struct opt opts[] = {
	{ .name = "--to-destination", .args = 1, .read = nat_read_to,
	    .flags = OPT_REQUIRED },
	{ .name = "--random", .read = nat_read_flag, .min = NATF_RANDOM },
	{ .name = "--persistent", .read = nat_read_flag,
	    .min = NATF_PERSISTENT },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "--to-destination ", "--", false, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "to:", "", false, out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	return ctx->svc->nat_setup(ctx->sim, ctx->pkt, data, NAT_DST);
}

static void
change(const void *data, struct changes *c)
{
	nat_change(data, c, NAT_DST);
}

const struct ext ext_t_DNAT = {
	.name = "DNAT",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NAT | EXT_NEEDS_CT,
	.tables = 1 << TABLE_NAT,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_OUTPUT,
	.size = sizeof(struct nat_range),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
