/* -j REDIRECT: the destination becomes this host, at the device where the
 * packet came in (nf_nat_redirect.c). */
#include "ext/nat_range.h"

static const struct opt opts[] = {
	{ .name = "--to-ports", .args = 1, .read = nat_read_ports },
	{ .name = "--random", .read = nat_read_flag, .min = NATF_RANDOM },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct nat_range *r = c->data;

	if (!(r->flags & NATF_PORT_OFFSET))
		return true;
	diag_error(c->diags, c->loc, "REDIRECT: shifted port ranges are not "
	    "supported");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "--to-ports ", "--", true, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	nat_print(data, print->family, "redir ports ", "", true, out);
}

/* ipv6_addr_scope: 0 is the whole world. */
enum scope { SCOPE_WORLD, SCOPE_HOST, SCOPE_LINK, SCOPE_SITE };

static enum scope
scope_of(const union addr *a)
{
	static const enum scope multicast[16] = {
		[1] = SCOPE_HOST, [2] = SCOPE_LINK, [5] = SCOPE_SITE };
	static const union addr loopback = { .b = { [15] = 1 } };

	if (a->b[0] == 0xff)
		return multicast[a->b[1] & 15];
	if (a->b[0] == 0xfe && (a->b[1] & 0x80) != 0)
		return a->b[1] & 0x40 ? SCOPE_SITE : SCOPE_LINK;
	return addr_equal(a, &loopback) ? SCOPE_HOST : SCOPE_WORLD;
}

/* v4: the device's first address.  v6: its first, but for a destination of
 * narrower scope its first of that scope (nf_nat_redirect.c). */
static const union addr *
device_addr(const struct packet *pkt)
{
	enum scope scope = SCOPE_WORLD;
	union addr dst;

	pkt_dst(pkt, &dst);
	if (pkt->family == AF_INET6)
		scope = scope_of(&dst);
	for (const struct ifaddr *i = pkt->in ? pkt->in->addrs : NULL;
	    i != NULL; i = i->next) {
		if (i->family != pkt->family)
			continue;
		if (scope == SCOPE_WORLD || scope_of(&i->addr) == scope)
			return &i->addr;
	}
	return NULL;
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	static const union addr loopback[2] = {
		{ .b = { 127, 0, 0, 1 } }, { .b = { [15] = 1 } } };
	const union addr *addr = &loopback[family_index(ctx->pkt->family)];
	union addr own;

	if (ctx->hook != HOOK_OUTPUT)
		addr = device_addr(ctx->pkt);
	if (addr == NULL && !ctx->env->has_addrs) {
		pkt_dst(ctx->pkt, &own);
		addr = &own;	/* some address of ours, why not this one */
	}
	if (addr == NULL)
		return V_DROP;
	return nat_to(ctx, data, addr, NAT_DST);
}

static void
change(const void *data, struct changes *c)
{
	struct nat_range ports = *(const struct nat_range *)data;

	ports.flags &= ~(unsigned)NATF_ADDR;
	nat_change(&ports, c, NAT_DST);
	nat_change_own(c, F_DST);
}

const struct ext ext_t_REDIRECT = {
	.name = "REDIRECT",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NAT | EXT_NEEDS_CT,
	.tables = 1 << TABLE_NAT,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_OUTPUT,
	.size = sizeof(struct nat_range),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
