/* -j SNAT: another source for the connection. */
#include "ext/nat_range.h"

static const struct opt opts[] = {
	{ .name = "--to-source", .args = 1, .read = nat_read_to,
	    .flags = OPT_REQUIRED },
	{ .name = "--random", .read = nat_read_flag, .min = NATF_RANDOM },
	{ .name = "--random-fully", .read = nat_read_flag,
	    .min = NATF_RANDOM_FULLY },
	{ .name = "--persistent", .read = nat_read_flag,
	    .min = NATF_PERSISTENT },
	{ .name = NULL }
};

/* The revision of the target in use has no room for a base port. */
static bool
check(struct ext_check *c)
{
	struct nat_range *r = c->data;

	r->port_base = 0;
	return true;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "--to-source ", "--", false, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "to:", "", false, out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	return ctx->svc->nat_setup(ctx->sim, ctx->pkt, data, NAT_SRC);
}

static void
change(const void *data, struct changes *c)
{
	nat_change(data, c, NAT_SRC);
}

const struct ext ext_t_SNAT = {
	.name = "SNAT",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NAT | EXT_NEEDS_CT,
	.tables = 1 << TABLE_NAT,
	.hooks = 1 << HOOK_POSTROUTING | 1 << HOOK_INPUT,
	.size = sizeof(struct nat_range),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
