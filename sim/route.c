#include "sim/route_parts.h"

#include <netinet/in.h>

#include "sim/saddr.h"

enum { SCOPE_LINK = 253 };
enum { IP_MAX_MTU = 65535 };

enum { LEARNED = 1024 };

/* Where somebody's packets came in: where there are no routes, what goes to
 * him leaves by that device. */
struct learned { union addr addr; const struct iface *dev; };

struct route_state {
	struct fib *fib;
	struct learned learned[LEARNED];	/* by hash; the last stays */
	unsigned said;			/* bits of enum route_said */
};

static struct route_state *
state(struct sim *sim)
{
	if (sim->routes == NULL) {
		sim->routes = arena_new(&sim->arena, struct route_state);
		sim->routes->fib = fib_new(sim->env, &sim->arena);
	}
	return sim->routes;
}

const char *
route_family_name(int family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

const struct fib *
route_fib(struct sim *sim)
{
	return state(sim)->fib;
}

bool
route_first(struct sim *sim, unsigned what)
{
	struct route_state *st = state(sim);
	bool first = !(st->said >> what & 1);

	st->said |= 1u << what;
	return first;
}

/* ---- telling ---- */

void
route_tell(struct sim *sim, const struct packet *p, const struct iface *dev,
    const char *what)
{
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_ROUTE, .packet = p,
		    .iface = dev, .text = what });
}

void
route_tell_out(struct sim *sim, const struct packet *p, const char *what)
{
	struct sbuf b = SBUF_INIT;

	if (sim->cfg.sink == NULL)
		return;
	sbuf_puts(&b, what);
	if (p->out_unknown)
		sbuf_puts(&b, ", by an unknown device");
	else if (p->route_dev != NULL)
		sbuf_printf(&b, " by %s", p->route_dev->name);
	if (p->route_dev != NULL && p->route_dev->kind != IFK_LOOPBACK) {
		union addr dst;

		pkt_dst(p, &dst);
		if (!addr_equal(&dst, &p->nexthop)) {
			sbuf_puts(&b, " via ");
			addr_print(&b, p->nexthop.q[1] != 0 ? AF_INET6 :
			    p->family, &p->nexthop);
		}
	}
	route_tell(sim, p, p->route_dev, sbuf_text(&b));
	sbuf_free(&b);
}

/* ---- flows and results ---- */

static void
flow_ports(const struct packet *p, struct fib_flow *flow)
{
	const uint8_t *l4;

	flow->proto = p->proto;
	if (p->frag != 0 || (p->proto != IPPROTO_TCP &&
	    p->proto != IPPROTO_UDP && p->proto != IPPROTO_SCTP &&
	    p->proto != IPPROTO_UDPLITE && p->proto != IPPROTO_DCCP))
		return;
	l4 = pkt_at(p, p->l4, 4, NULL);
	if (l4 != NULL) {
		flow->sport = get16(l4);
		flow->dport = get16(l4 + 2);
	}
}

struct fib_flow
route_flow(struct sim *sim, const struct packet *p)
{
	struct fib_flow flow = { .family = p->family, .mark = p->mark };

	pkt_src(p, &flow.src);
	pkt_dst(p, &flow.dst);
	flow.tos = (uint8_t)(p->family == AF_INET ? p->data[1] & 0xfc :
	    (p->data[0] << 4 | p->data[1] >> 4) & 0xfc);
	if (fib_needs_ports(state(sim)->fib, p->family))
		flow_ports(p, &flow);
	return flow;
}

/* Sets the dst of a packet that leaves by 'dev'. */
void
route_set_dst(struct sim *sim, struct packet *p, const struct fib_result *res,
    const struct iface *dev)
{
	unsigned mtu = res->route != NULL ? res->route->mtu : 0;

	pkt_dst(p, &p->nexthop);
	if (res->hop != NULL && res->hop->has_gateway)
		p->nexthop = res->hop->gateway;
	if (mtu == 0)
		mtu = dev != NULL ? dev->mtu : 1500;
	p->mtu = mtu > IP_MAX_MTU ? IP_MAX_MTU : mtu;
	p->route_dev = dev;
	p->out_unknown = dev == NULL;
	if (res->route != NULL && res->route->n_hops > 1 &&
	    route_first(sim, SAID_MULTIPATH))
		env_assume(sim->env, "routes with several next hops: the "
		    "first is taken (the kernel chooses by a secret hash)");
}

/* ---- guesses ---- */

static struct learned *
learned(struct route_state *st, const union addr *a)
{
	uint64_t h = (a->q[0] ^ a->q[1]) * UINT64_C(0x9e3779b97f4a7c15);

	return &st->learned[h >> 54];
}

void
route_learn(struct sim *sim, const struct packet *p)
{
	struct route_state *st = state(sim);
	union addr src;

	if (fib_knows(st->fib, p->family) == FIB_ALL)
		return;
	pkt_src(p, &src);
	*learned(st, &src) = (struct learned){ src, p->in };
}

/* Leaves by who knows what. */
void
route_leave_unknown(struct sim *sim, struct packet *p)
{
	struct route_state *st = state(sim);
	unsigned i = family_index(p->family);
	struct fib_result none = { NULL, NULL };
	const struct learned *l;
	union addr dst;

	pkt_dst(p, &dst);
	l = learned(st, &dst);
	p->route_type = ROUTE_UNICAST;
	route_set_dst(sim, p, &none, addr_equal(&l->addr, &dst) ? l->dev :
	    NULL);
	if (!route_first(sim, SAID_LEAVES4 + i))
		return;
	env_assume(sim->env, "no %s routes are known: packets leave by the "
	    "device that those of their receiver came in by, if there were "
	    "any", route_family_name(p->family));
}

/* Group membership is not in a snapshot; 'always': the kernel's own. */
static bool
is_joined(struct sim *sim, const struct packet *p, bool always)
{
	struct route_state *st = state(sim);
	bool guess = fib_knows(st->fib, p->family) == FIB_NOTHING;

	if (always)
		return true;
	if (route_first(sim, SAID_MULTICAST))
		env_assume(sim->env, guess ? "the host has joined the "
		    "multicast groups that packets come for" : "the host has "
		    "joined no multicast groups but those that every host is "
		    "in");
	return guess;
}

bool
route_joined4(struct sim *sim, const struct packet *p, const union addr *dst)
{
	return is_joined(sim, p, addr4_host(dst) == 0xe0000001);
}

/* Is 'dst' the solicited-node group of one of the device's addresses? */
static bool
is_solicited(const struct iface *dev, const union addr *dst)
{
	static const uint8_t start[13] = { 0xff, 2, [11] = 1, [12] = 0xff };

	if (memcmp(dst->b, start, sizeof(start)) != 0 || dev->noarp)
		return false;
	for (const struct ifaddr *a = dev->addrs; a != NULL; a = a->next)
		if (a->family == AF_INET6 &&
		    memcmp(a->addr.b + 13, dst->b + 13, 3) == 0)
			return true;
	/* Of the subnet-router anycast addresses. */
	return dev->v6.forwarding && dst->b[13] == 0 && dst->b[14] == 0 &&
	    dst->b[15] == 0;
}

/* The groups that the kernel joins by itself (addrconf.c, mcast.c). */
bool
route_joined6(struct sim *sim, const struct packet *p, const struct iface *dev,
    const union addr *dst)
{
	static const uint8_t zero[12];
	bool plain = memcmp(dst->b + 2, zero, 12) == 0 && dst->b[14] == 0;
	unsigned scope = dst->b[1], id = dst->b[15];

	if (plain && id == 1 && (scope == 1 || scope == 2))
		return true;
	if (plain && id == 2 && dev->v6.forwarding && dev->multicast &&
	    (scope == 1 || scope == 2 || scope == 5))
		return true;
	return is_joined(sim, p, is_solicited(dev, dst));
}

/* ---- for extensions ---- */

static enum route_type
error_type(enum fib_error e)
{
	static const uint8_t types[] = {
		[FIB_HOSTUNREACH] = ROUTE_UNREACHABLE,
		[FIB_ACCES] = ROUTE_PROHIBIT, [FIB_INVAL] = ROUTE_BLACKHOLE };

	return e == FIB_NETUNREACH ? 0 : (enum route_type)types[e];
}

/* fib_result_prefsrc, ip6_route_get_saddr. */
static void
prefsrc(struct sim *sim, const struct route_query *q,
    struct route_answer *a)
{
	static const union addr any;
	const struct route *r = a->route;

	if (r->has_prefsrc)
		a->prefsrc = r->prefsrc;
	else if (r->type == ROUTE_LOCAL)
		a->prefsrc = q->dst;
	else if (q->family == AF_INET6)
		saddr_select6(sim->env, a->dev, &q->dst, &a->prefsrc);
	else if (a->dev != NULL)
		saddr_select4(sim->env, a->dev, a->has_gateway ? &a->nexthop :
		    &any, r->scope, &a->prefsrc);
}

void
route_lookup(struct sim *sim, const struct route_query *q,
    struct route_answer *a)
{
	struct route_state *st = state(sim);
	struct fib_result res;
	enum fib_error e;

	memset(a, 0, sizeof(*a));
	e = fib_query(st->fib, q, &res);
	a->nexthop = q->dst;
	if (e != FIB_OK) {
		a->type = error_type(e);
		a->unknown = e == FIB_NETUNREACH &&
		    fib_knows(st->fib, q->family) != FIB_ALL;
		if (a->unknown)
			a->type = ROUTE_UNICAST;
		return;
	}
	a->type = res.route->type;
	a->route = res.route;
	a->mtu = res.route->mtu;
	if (res.hop != NULL) {
		a->dev = res.hop->dev;
		a->has_gateway = res.hop->has_gateway;
		if (a->has_gateway)
			a->nexthop = res.hop->gateway;
	}
	if (a->mtu == 0 && a->dev != NULL)
		a->mtu = a->dev->mtu;
	prefsrc(sim, q, a);
}

enum route_type
route_addr_type(struct sim *sim, int family, const union addr *a,
    const struct iface *dev)
{
	return fib_addr_type(state(sim)->fib, family, a, dev);
}

bool
route_select_addr(struct sim *sim, int family, const struct iface *dev,
    const union addr *dst, union addr *out)
{
	if (family == AF_INET)
		return dev != NULL && saddr_select4(sim->env, dev, dst,
		    SCOPE_LINK, out);
	return saddr_select6(sim->env, dev, dst, out);
}

bool
route_is_own(struct sim *sim, int family, const union addr *a)
{
	return fib_own(state(sim)->fib, family, a) != NULL;
}
