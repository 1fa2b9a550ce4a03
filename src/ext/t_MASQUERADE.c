/* -j MASQUERADE: the source becomes the address of the device that the
 * packet leaves by (nf_nat_masquerade.c). */
#include "ext/nat_range.h"

static const struct opt opts[] = {
	{ .name = "--to-ports", .args = 1, .read = nat_read_ports },
	{ .name = "--random", .read = nat_read_flag, .min = NATF_RANDOM },
	{ .name = "--random-fully", .read = nat_read_flag,
	    .min = NATF_RANDOM_FULLY },
	{ .name = NULL }
};

/* This target's data in the kernel has no room for a base port. */
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
	nat_print(data, print->family, "--to-ports ", "--", true, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "masq ports: ", "", true, out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	struct packet *pkt = ctx->pkt;
	union addr addr;

	if (pkt->ct == NULL || pkt->out == NULL)
		return V_ACCEPT;
	/* A source that is not chosen yet is left alone. */
	if (pkt->family == AF_INET &&
	    addr_is_zero(&pkt->ct->tuple[CT_ORIGINAL].src))
		return V_ACCEPT;
	if (!ctx->svc->select_addr(ctx->sim, pkt, pkt->out, &addr))
		return V_DROP;
	pkt->ct->masq_ifindex = pkt->out->index;
	return nat_to(ctx, data, &addr, NAT_SRC);
}

/* One of the host's addresses, nobody knows which device it leaves by. */
static void
change(const void *data, struct changes *c)
{
	struct nat_range ports = *(const struct nat_range *)data;

	ports.flags &= ~(unsigned)NATF_ADDR;
	nat_change(&ports, c, NAT_SRC);
	nat_change_own(c, F_SRC);
}

const struct ext ext_t_MASQUERADE = {
	.name = "MASQUERADE",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NAT | EXT_NEEDS_CT,
	.tables = 1 << TABLE_NAT,
	.hooks = 1 << HOOK_POSTROUTING,
	.size = sizeof(struct nat_range),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
