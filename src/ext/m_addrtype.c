/* -m addrtype: what the host's routing makes of an address (xt_addrtype.c). */
#include "ext/l4.h"

#include <stddef.h>
#include <strings.h>

enum {
	INVERT_SRC = 1 << 0, INVERT_DST = 1 << 1,
	LIMIT_IN = 1 << 2, LIMIT_OUT = 1 << 3
};
enum { OPT_SRC, OPT_DST, OPT_LIMIT_IN, OPT_LIMIT_OUT };

struct addrtype {
	uint16_t src, dst;		/* bits 1 << enum route_type; 0: any */
	uint8_t flags;
};

static const char *const names[] = {	/* by RTN_x */
	"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST",
	"BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE",
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]), UNSPEC = 0 };

/* The first name that begins with the word. */
static bool
read_type(struct opt_arg *a, const char *s, size_t len, uint16_t *types)
{
	unsigned i;

	for (i = 0; len > 0 && i < N_NAMES; i++)
		if (strncasecmp(names[i], s, len) == 0) {
			*types |= (uint16_t)(1U << i);
			return true;
		}
	return opt_error(a, "unknown address type '%.*s'", (int)len, s);
}

static bool
opt_types(struct opt_arg *a)
{
	uint16_t *types = (uint16_t *)(void *)
	    ((char *)a->data + a->opt->offset);
	const char *s = a->text;

	for (;;) {
		size_t len = strcspn(s, ",");

		if (!read_type(a, s, len, types))
			return false;
		if (s[len] == '\0')
			return true;
		s += len + 1;
	}
}

static const struct opt opts[] = {
	[OPT_SRC] = { "--src-type", NULL, 1, OPT_INVERT, opt_types,
	    .offset = offsetof(struct addrtype, src),
	    .inv_offset = offsetof(struct addrtype, flags),
	    .inv_bit = INVERT_SRC },
	[OPT_DST] = { "--dst-type", NULL, 1, OPT_INVERT, opt_types,
	    .offset = offsetof(struct addrtype, dst),
	    .inv_offset = offsetof(struct addrtype, flags),
	    .inv_bit = INVERT_DST },
	[OPT_LIMIT_IN] = { "--limit-iface-in", NULL, 0, 0,
	    .excludes = 1 << OPT_LIMIT_OUT },
	[OPT_LIMIT_OUT] = { "--limit-iface-out", NULL, 0, 0,
	    .excludes = 1 << OPT_LIMIT_IN },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	static const unsigned not6 = 1 << ROUTE_BLACKHOLE |
	    1 << ROUTE_BROADCAST;
	struct addrtype *t = c->data;
	unsigned types = t->src | t->dst;

	if (!(c->seen & (1 << OPT_SRC | 1 << OPT_DST))) {
		diag_error(c->diags, c->loc,
		    "addrtype: wants --src-type or --dst-type");
		return false;
	}
	if (c->seen & 1 << OPT_LIMIT_IN)
		t->flags |= LIMIT_IN;
	if (c->seen & 1 << OPT_LIMIT_OUT)
		t->flags |= LIMIT_OUT;
	if (c->family == AF_INET6 &&
	    (types & not6 || types >= 1 << ROUTE_PROHIBIT)) {
		diag_error(c->diags, c->loc, "addrtype: of these types IPv6 "
		    "has only UNSPEC, UNICAST, LOCAL, ANYCAST, MULTICAST and "
		    "UNREACHABLE");
		return false;
	}
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct addrtype *t = data;
	unsigned hooks = (1 << N_HOOKS) - 1;

	(void)family;
	if (t->flags & LIMIT_OUT)
		hooks &= ~(1U << HOOK_PREROUTING | 1U << HOOK_INPUT);
	if (t->flags & LIMIT_IN)
		hooks &= ~(1U << HOOK_POSTROUTING | 1U << HOOK_OUTPUT);
	return (uint8_t)hooks;
}

static void
put_types(struct sbuf *out, unsigned types)
{
	const char *comma = "";
	unsigned i;

	for (i = 0; i < N_NAMES; i++)
		if (types >> i & 1) {
			sbuf_printf(out, "%s%s", comma, names[i]);
			comma = ",";
		}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct addrtype *t = data;

	(void)how;
	if (t->src != 0) {
		save_opt(out, t->flags & INVERT_SRC, "--src-type ");
		put_types(out, t->src);
	}
	if (t->dst != 0) {
		save_opt(out, t->flags & INVERT_DST, "--dst-type ");
		put_types(out, t->dst);
	}
	if (t->flags & LIMIT_IN)
		save_opt(out, false, "--limit-iface-in");
	if (t->flags & LIMIT_OUT)
		save_opt(out, false, "--limit-iface-out");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct addrtype *t = data;

	(void)how;
	sbuf_puts(out, " ADDRTYPE match");
	if (t->src != 0) {
		sbuf_printf(out, " src-type %s",
		    t->flags & INVERT_SRC ? "!" : "");
		put_types(out, t->src);
	}
	if (t->dst != 0) {
		sbuf_printf(out, " dst-type %s",
		    t->flags & INVERT_DST ? "!" : "");
		put_types(out, t->dst);
	}
	if (t->flags & LIMIT_IN)
		sbuf_puts(out, " limit-in");
	if (t->flags & LIMIT_OUT)
		sbuf_puts(out, " limit-out");
}

static const char need_addrs[] = "the addresses of the host";

/* What is known of an address whatever addresses the host has. */
static enum route_type
fixed_type(const union addr *addr, const struct iface *dev)
{
	if (addr->b[0] == 127 && dev == NULL)
		return ROUTE_LOCAL;
	if (addr->b[0] == 0 || addr->w[0] == UINT32_MAX)
		return ROUTE_BROADCAST;
	return (addr->b[0] & 0xf0) == 0xe0 ? ROUTE_MULTICAST : 0;
}

static enum tri
test4(struct ctx *ctx, const struct iface *dev, const union addr *addr,
    unsigned types, enum route_type *type)
{
	*type = ctx->env->has_addrs ?
	    ctx->svc->addr_type(ctx->sim, AF_INET, addr, dev) :
	    fixed_type(addr, dev);
	if (*type == 0)
		return unknown(ctx, need_addrs);
	return tri_of(types >> *type & 1);
}

/* ipv6_addr_type: all but multicast, "::" and ::ffff:0:0/96. */
static bool
is_unicast6(const union addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return a->b[0] != 0xff && !addr_is_zero(a) &&
	    memcmp(a->b, mapped, sizeof(mapped)) != 0;
}

static bool
is_on(const struct iface *dev, const union addr *addr)
{
	const struct ifaddr *a;

	for (a = dev->addrs; a != NULL; a = a->next)
		if (a->family == AF_INET6 && addr_equal(&a->addr, addr))
			return true;
	return false;
}

/* match_lookup_rt6: bits of what a lookup of the address finds. */
static enum tri
lookup6(struct ctx *ctx, const struct iface *dev, const union addr *addr,
    unsigned types, unsigned *found)
{
	struct route_query q = { .family = AF_INET6, .dst = *addr,
	    .out = dev };
	struct route_answer answer = { 0 };

	ctx->svc->route(ctx->sim, &q, &answer);
	*found = 0;
	if (answer.unknown)
		return TRI_UNKNOWN;
	if (answer.type == 0 || answer.type >= ROUTE_BLACKHOLE) {
		*found = 1 << ROUTE_UNREACHABLE;
		return TRI_YES;
	}
	if (dev != NULL && types & 1 << ROUTE_LOCAL && is_on(dev, addr))
		*found |= 1 << ROUTE_LOCAL;
	if (dev == NULL && answer.type == ROUTE_LOCAL)
		*found |= 1 << ROUTE_LOCAL;
	if (answer.type == ROUTE_ANYCAST)
		*found |= 1 << ROUTE_ANYCAST;
	return TRI_YES;
}

static enum tri
test6(struct ctx *ctx, const struct iface *dev, const union addr *addr,
    unsigned types)
{
	static const unsigned by_route = 1 << ROUTE_LOCAL |
	    1 << ROUTE_ANYCAST | 1 << ROUTE_UNREACHABLE;
	unsigned found;

	if ((types & 1 << ROUTE_MULTICAST && addr->b[0] != 0xff) ||
	    (types & 1 << ROUTE_UNICAST && !is_unicast6(addr)) ||
	    (types & 1 << UNSPEC && !addr_is_zero(addr)))
		return TRI_NO;
	if (!(types & by_route))
		return TRI_YES;
	if (lookup6(ctx, dev, addr, types, &found) == TRI_UNKNOWN)
		return unknown(ctx, "the addresses and routes of the host");
	return tri_of(types & found);
}

static const struct iface *
limit(const struct addrtype *t, const struct packet *p)
{
	return t->flags & LIMIT_IN ? p->in :
	    t->flags & LIMIT_OUT ? p->out : NULL;
}

static enum tri
test_side(const struct addrtype *t, struct ctx *ctx, bool src,
    struct sbuf *why)
{
	unsigned types = src ? t->src : t->dst;
	bool invert = t->flags & (src ? INVERT_SRC : INVERT_DST);
	enum route_type type = 0;
	union addr addr;
	enum tri found;

	if (types == 0)
		return TRI_YES;
	if (src)
		pkt_src(ctx->pkt, &addr);
	else
		pkt_dst(ctx->pkt, &addr);
	found = ctx->pkt->family == AF_INET ?
	    test4(ctx, limit(t, ctx->pkt), &addr, types, &type) :
	    test6(ctx, limit(t, ctx->pkt), &addr, types);
	if (found == TRI_UNKNOWN || (found == TRI_YES) != invert)
		return found == TRI_UNKNOWN ? found : TRI_YES;
	if (why == NULL)
		return TRI_NO;
	sbuf_puts(why, src ? "source " : "destination ");
	addr_print(why, ctx->pkt->family, &addr);
	sbuf_printf(why, " is %s, rule wants %s",
	    ctx->pkt->family == AF_INET ? names[type] :
	    invert ? "of the type" : "of another type",
	    invert ? "not " : "");
	put_types(why, types);
	return TRI_NO;
}

static enum tri
addrtype_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct addrtype *t = data;
	enum tri src = test_side(t, ctx, true, why);
	enum tri dst = src == TRI_NO ? TRI_NO :
	    test_side(t, ctx, false, why);

	return dst == TRI_YES ? src : dst;
}

EVAL_BY(addrtype);

const struct ext ext_m_addrtype = {
	.name = "addrtype",
	.kind = EXT_MATCH,
	.size = sizeof(struct addrtype),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.eval = addrtype_eval,
	.explain = addrtype_explain,
};
