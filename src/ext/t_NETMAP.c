/* -j NETMAP: the network part of the address is replaced, the host part
 * kept; of the destination, or behind routing of the source (xt_NETMAP.c). */
#include "ext/host.h"
#include "ext/nat_range.h"

struct netmap {
	union addr net, mask;
};

static bool
read_to(struct opt_arg *a)
{
	struct netmap *n = a->data;

	if (!hostmask_read(a->text, a->family, &n->net, &n->mask))
		return opt_error(a, "'%s' is not a network", a->text);
	n->net.q[0] &= n->mask.q[0];
	n->net.q[1] &= n->mask.q[1];
	return true;
}

static const struct opt opts[] = {
	{ .name = "--to", .args = 1, .read = read_to, .flags = OPT_REQUIRED },
	{ .name = NULL }
};

static void
print_net(const struct netmap *n, int family, struct sbuf *out)
{
	addr_print(out, family, &n->net);
	sbuf_printf(out, "/%d", addr_prefix(&n->mask, family));
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	sbuf_puts(out, " --to ");
	print_net(data, print->family, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	sbuf_puts(out, " to:");
	print_net(data, print->family, out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	static const struct nat_range any;
	const struct netmap *n = data;
	enum nat_manip manip = ctx->hook == HOOK_PREROUTING ||
	    ctx->hook == HOOK_OUTPUT ? NAT_DST : NAT_SRC;
	union addr a;

	if (manip == NAT_DST)
		pkt_dst(ctx->pkt, &a);
	else
		pkt_src(ctx->pkt, &a);
	for (unsigned i = 0; i < 2; i++)
		a.q[i] = (a.q[i] & ~n->mask.q[i]) | n->net.q[i];
	return nat_to(ctx, &any, &a, manip);
}

static void
change(const void *data, struct changes *c)
{
	const struct netmap *n = data;
	enum field f = c->hook == HOOK_PREROUTING || c->hook == HOOK_OUTPUT ?
	    F_DST : F_SRC;

	c->set(c, f, addr_number(&n->mask, c->family),
	    addr_number(&n->net, c->family));
}

const struct ext ext_t_NETMAP = {
	.name = "NETMAP",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NAT | EXT_NEEDS_CT,
	.tables = 1 << TABLE_NAT,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_OUTPUT |
	    1 << HOOK_POSTROUTING | 1 << HOOK_INPUT,
	.size = sizeof(struct netmap),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
