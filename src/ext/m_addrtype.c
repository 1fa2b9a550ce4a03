/* -m addrtype: what the host's routing makes of an address (xt_addrtype.c). */
#include "ext/l4.h"
#include "model/fib.h"

#include <stddef.h>
#include <stdlib.h>
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

enum { UNSPEC = 0 };

/* The first name that begins with the word. */
static bool
read_type(struct opt_arg *a, const char *s, size_t len, uint16_t *types)
{
	unsigned i;

	for (i = 0; len > 0 && i < N_ADDR_TYPES; i++)
		if (strncasecmp(addr_type_names[i], s, len) == 0) {
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

	for (i = 0; i < N_ADDR_TYPES; i++)
		if (types >> i & 1) {
			sbuf_printf(out, "%s%s", comma, addr_type_names[i]);
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

/* Who is asked: the simulator, or, to lower, the host's tables. */
struct host {
	const struct env *env;
	const struct ctx *ctx;		/* null: the tables */
	const struct fib *fib;
};

/* What is known of an address whatever addresses the host has. */
static enum route_type
fixed_type(const union addr *addr, const struct iface *dev)
{
	if (addr4_is_loopback(addr) && dev == NULL)
		return ROUTE_LOCAL;
	if (addr4_is_zeronet(addr) || addr4_is_lbcast(addr))
		return ROUTE_BROADCAST;
	return addr4_is_multicast(addr) ? ROUTE_MULTICAST : 0;
}

static enum route_type
type4(const struct host *h, const struct iface *dev, const union addr *addr)
{
	if (!h->env->has_addrs)
		return fixed_type(addr, dev);
	return h->ctx == NULL ? fib_addr_type(h->fib, AF_INET, addr, dev) :
	    h->ctx->svc->addr_type(h->ctx->sim, AF_INET, addr, dev);
}

/* ipv6_addr_type: all but multicast, "::" and ::ffff:0:0/96. */
static bool
is_unicast6(const union addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !addr6_is_multicast(a) && !addr_is_zero(a) &&
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

/* The type of route that a lookup finds, 0: none.  False: not known. */
static bool
route6(const struct host *h, const struct iface *dev, const union addr *addr,
    enum route_type *type)
{
	struct route_query q = { .family = AF_INET6, .dst = *addr,
	    .out = dev };
	struct route_answer answer = { 0 };
	struct fib_result res;
	enum fib_error e;

	if (h->ctx != NULL) {
		h->ctx->svc->route(h->ctx->sim, &q, &answer);
		*type = answer.type;
		return !answer.unknown;
	}
	e = fib_query(h->fib, &q, &res);
	*type = e == FIB_OK ? res.route->type : 0;
	return e != FIB_NETUNREACH ||
	    fib_knows(h->fib, AF_INET6) == FIB_ALL;
}

/* match_lookup_rt6: bits of what a lookup of the address finds. */
static bool
lookup6(const struct host *h, const struct iface *dev, const union addr *addr,
    unsigned types, unsigned *found)
{
	enum route_type type;

	*found = 0;
	if (!route6(h, dev, addr, &type))
		return false;
	if (type == 0 || type >= ROUTE_BLACKHOLE) {
		*found = 1 << ROUTE_UNREACHABLE;
		return true;
	}
	if (dev != NULL && types & 1 << ROUTE_LOCAL && is_on(dev, addr))
		*found |= 1 << ROUTE_LOCAL;
	if (dev == NULL && type == ROUTE_LOCAL)
		*found |= 1 << ROUTE_LOCAL;
	if (type == ROUTE_ANYCAST)
		*found |= 1 << ROUTE_ANYCAST;
	return true;
}

enum {					/* of IPv6: found by a lookup */
	BY_ROUTE = 1 << ROUTE_LOCAL | 1 << ROUTE_ANYCAST |
	    1 << ROUTE_UNREACHABLE
};

static enum tri
test6(const struct host *h, const struct iface *dev, const union addr *addr,
    unsigned types)
{
	unsigned found;

	if ((types & 1 << ROUTE_MULTICAST && !addr6_is_multicast(addr)) ||
	    (types & 1 << ROUTE_UNICAST && !is_unicast6(addr)) ||
	    (types & 1 << UNSPEC && !addr_is_zero(addr)))
		return TRI_NO;
	if (!(types & BY_ROUTE))
		return TRI_YES;
	if (!lookup6(h, dev, addr, types, &found))
		return TRI_UNKNOWN;
	return tri_of(types & found);
}

/* Is it of these types?  'type' is set for IPv4. */
static enum tri
test_addr(const struct host *h, int family, const struct iface *dev,
    const union addr *addr, unsigned types, enum route_type *type)
{
	if (family == AF_INET6)
		return test6(h, dev, addr, types);
	*type = type4(h, dev, addr);
	return *type == 0 ? TRI_UNKNOWN : tri_of(types >> *type & 1);
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
	const struct host host = { .env = ctx->env, .ctx = ctx };
	unsigned types = src ? t->src : t->dst;
	bool invert = t->flags & (src ? INVERT_SRC : INVERT_DST);
	int family = ctx->pkt->family;
	enum route_type type = 0, stated = src ? ctx->pkt->src_type :
	    ctx->pkt->dst_type;
	union addr addr;
	enum tri found;

	if (types == 0)
		return TRI_YES;
	if (src)
		pkt_src(ctx->pkt, &addr);
	else
		pkt_dst(ctx->pkt, &addr);
	found = test_addr(&host, family, limit(t, ctx->pkt), &addr, types,
	    &type);
	if (found == TRI_UNKNOWN && stated != 0) {
		found = tri_of((family == AF_INET6 ? types & BY_ROUTE :
		    types) >> stated & 1);
		type = stated;
	}
	if (found == TRI_UNKNOWN)
		return unknown(ctx, family == AF_INET ?
		    "the addresses of the host" :
		    "the addresses and routes of the host");
	if ((found == TRI_YES) != invert)
		return TRI_YES;
	if (why == NULL)
		return TRI_NO;
	sbuf_puts(why, src ? "source " : "destination ");
	addr_print(why, family, &addr);
	sbuf_printf(why, " is %s, rule wants %s",
	    family == AF_INET ? addr_type_names[type] :
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

/* ---- as fields ---- */

/* All addresses, apart where a lookup may tell them apart: each is the first
 * of a range that ends before the next. */
struct cuts { u128 *v; unsigned n, room; int family; };

static void
add_cut(struct cuts *c, u128 at)
{
	vec_room(c->v, c->n, c->room);
	c->v[c->n++] = at;
}

static u128
last_addr(int family)
{
	return ~(u128)0 >> (128 - family_bits(family));
}

static void
cut_net(const union addr *addr, unsigned prefix, void *arg)
{
	struct cuts *c = arg;
	unsigned bits = family_bits(c->family) - prefix;
	u128 last = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
	u128 first = addr_number(addr, c->family) & ~last;

	add_cut(c, first);
	if ((first | last) != last_addr(c->family))
		add_cut(c, (first | last) + 1);
}

static int
compare_cuts(const void *a, const void *b)
{
	const u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
make_cuts(struct cuts *c, const struct host *h)
{
	static const struct { union addr addr; uint8_t prefix; } nets4[] = {
		{ { .b = { 0 } }, 32 }, { { .b = { 127 } }, 8 },
		{ { .b = { 224 } }, 4 },
		{ { .b = { 255, 255, 255, 255 } }, 32 },
	}, nets6[] = {
		{ { .b = { 0 } }, 128 }, { { .b = { [15] = 1 } }, 128 },
		{ { .b = { [10] = 0xff, [11] = 0xff } }, 96 },
		{ { .b = { 0xfe, 0x80 } }, 10 }, { { .b = { 0xff } }, 8 },
	};
	unsigned n = 0;

	for (unsigned i = 0; c->family == AF_INET && i < 4; i++)
		cut_net(&nets4[i].addr, nets4[i].prefix, c);
	for (unsigned i = 0; c->family == AF_INET6 && i < 5; i++)
		cut_net(&nets6[i].addr, nets6[i].prefix, c);
	fib_each_net(h->fib, c->family, cut_net, c);
	qsort(c->v, c->n, sizeof(*c->v), compare_cuts);
	for (unsigned i = 0; i < c->n; i++)
		if (n == 0 || c->v[n - 1] != c->v[i])
			c->v[n++] = c->v[i];
	c->n = n;
}

/* The addresses that are of the types, are not, or may be. */
struct classes { struct range *r[3]; unsigned n[3]; };

static void
classify(const struct host *h, const struct cuts *c, unsigned types,
    struct classes *out)
{
	for (unsigned i = 0; i < 3; i++) {
		out->r[i] = mem_alloc(c->n, sizeof(*out->r[i]));
		out->n[i] = 0;
	}
	for (unsigned i = 0; i < c->n; i++) {
		u128 end = i + 1 < c->n ? c->v[i + 1] - 1 :
		    last_addr(c->family);
		enum route_type type;
		union addr addr;
		struct range *r;
		enum tri k;

		number_addr(c->v[i], c->family, &addr);
		k = test_addr(h, c->family, NULL, &addr, types, &type);
		r = out->r[k] + out->n[k];
		if (out->n[k] > 0 && r[-1].hi + 1 == c->v[i]) {
			r[-1].hi = end;
			continue;
		}
		*r = (struct range){ c->v[i], end };
		out->n[k]++;
	}
}

/* Of addresses that nothing is known of, the type is a field. */
static void
lower_type(unsigned types, enum field f, bool invert, struct lower *l)
{
	struct range r[N_ADDR_TYPES];
	unsigned n = 0;

	if (l->family == AF_INET6)
		types &= BY_ROUTE;
	for (unsigned i = 0; i < N_ADDR_TYPES; i++)
		if (types >> i & 1)
			r[n++] = (struct range){ i, i };
	lower_ranges(l, f, r, n, invert);
}

struct side {
	enum field addr, type;
	unsigned types;
	bool invert;
	struct classes classes;
};

/* The address is one that matches for certain, or may match. */
static void
lower_side(const struct side *s, bool known, struct lower *l)
{
	enum tri k = !known ? TRI_UNKNOWN : s->invert ? TRI_NO : TRI_YES;

	if (s->types == 0)
		return;
	lower_ranges(l, s->addr, s->classes.r[k], s->classes.n[k], false);
	if (!known)
		lower_type(s->types, s->type, s->invert, l);
}

static void
lower_sides(const struct side *src, const struct side *dst, struct lower *l)
{
	for (unsigned i = 0; i < 4; i++) {
		bool src_known = !(i & 1), dst_known = !(i & 2);

		if ((!src_known && src->classes.n[TRI_UNKNOWN] == 0) ||
		    (!dst_known && dst->classes.n[TRI_UNKNOWN] == 0))
			continue;
		if (i > 0)
			lower_or(l);
		lower_side(src, src_known, l);
		lower_side(dst, dst_known, l);
	}
}

/* With an interface that counts it is a condition of its own. */
static bool
lower(const void *data, struct lower *l)
{
	const struct addrtype *t = data;
	struct host host = { .env = l->env };
	struct cuts cuts = { .family = l->family };
	struct side sides[2] = {
		{ .addr = F_SRC, .type = F_SRCTYPE, .types = t->src,
		    .invert = t->flags & INVERT_SRC },
		{ .addr = F_DST, .type = F_DSTTYPE, .types = t->dst,
		    .invert = t->flags & INVERT_DST },
	};

	if (t->flags & (LIMIT_IN | LIMIT_OUT))
		return false;
	host.fib = env_fib(l->env);
	make_cuts(&cuts, &host);
	for (unsigned i = 0; i < 2; i++)
		if (sides[i].types != 0)
			classify(&host, &cuts, sides[i].types,
			    &sides[i].classes);
	lower_sides(&sides[0], &sides[1], l);
	for (unsigned i = 0; i < 6; i++)
		free(sides[i / 3].classes.r[i % 3]);
	free(cuts.v);
	return true;
}

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
	.lower = lower,
};
