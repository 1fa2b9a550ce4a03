#include "sim/internal.h"

#include <netinet/in.h>

#include "sim/fib.h"
#include "sim/saddr.h"

enum { SCOPE_UNIVERSE = 0, SCOPE_LINK = 253 };
enum { IP_MAX_MTU = 65535 };

enum { LEARNED = 1024 };

/* Where somebody's packets came in: where there are no routes, what goes to
 * him leaves by that device. */
struct learned { union addr addr; const struct iface *dev; };

struct route_state {
	struct fib *fib;
	struct learned learned[LEARNED];	/* by hash; the last one stays */
	/* Assumptions that were noted: they are asked for by every packet. */
	bool said_multicast, said_multipath, said_local[2], said_leaves[2];
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

static const char *
family_name(int family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/* ---- what an address is ---- */

static uint32_t
host(const union addr *a)
{
	return ntohl(a->w[0]);
}

static bool
is_multicast4(const union addr *a)
{
	return host(a) >> 28 == 0xe;
}

/* The rest of 0/8 is ordinary since 5.3. */
static bool
is_zeronet(const union addr *a)
{
	return a->w[0] == 0;
}

static bool
is_loopback4(const union addr *a)
{
	return host(a) >> 24 == 127;
}

static bool
is_lbcast(const union addr *a)
{
	return a->w[0] == UINT32_MAX;
}

/* rt6_need_strict. */
static bool
need_strict(const union addr *a)
{
	return addr6_is_multicast(a) || addr6_is_linklocal(a) ||
	    addr6_is_loopback(a);
}

/* ---- telling ---- */

static void
tell(struct sim *sim, const struct packet *p, const struct iface *dev,
    const char *what)
{
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_ROUTE, .packet = p,
		    .iface = dev, .text = what });
}

static void
tell_out(struct sim *sim, const struct packet *p, const char *what)
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
	tell(sim, p, p->route_dev, sbuf_text(&b));
	sbuf_free(&b);
}

static enum route_verdict
drop(struct sim *sim, const struct packet *p, enum reason why,
    enum reason *reason)
{
	*reason = why;
	tell(sim, p, p->in, reason_texts[why]);
	return RV_DROP;
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

static struct fib_flow
flow_of(const struct route_state *st, const struct packet *p)
{
	struct fib_flow flow = { .family = p->family, .mark = p->mark };

	pkt_src(p, &flow.src);
	pkt_dst(p, &flow.dst);
	flow.tos = (uint8_t)(p->family == AF_INET ? p->data[1] & 0xfc :
	    (p->data[0] << 4 | p->data[1] >> 4) & 0xfc);
	if (fib_needs_ports(st->fib, p->family))
		flow_ports(p, &flow);
	return flow;
}

/* Sets the dst of a packet that leaves by 'dev'. */
static void
set_dst(struct sim *sim, struct packet *p, const struct fib_result *res,
    const struct iface *dev)
{
	struct route_state *st = state(sim);
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
	    !st->said_multipath) {
		st->said_multipath = true;
		env_assume(sim->env, "routes with several next hops: the "
		    "first is taken (the kernel chooses by a secret hash)");
	}
}

static enum route_verdict
fail(struct sim *sim, const struct packet *p, enum fib_error e,
    enum reason *reason, unsigned *icmp)
{
	static const struct { uint8_t reason, code[2]; } kinds[] = {
		[FIB_NETUNREACH] = { REASON_NO_ROUTE, { 0, 0 } },
		[FIB_HOSTUNREACH] = { REASON_UNREACHABLE, { 1, 0 } },
		[FIB_ACCES] = { REASON_PROHIBIT, { 13, 1 } },
		[FIB_INVAL] = { REASON_BLACKHOLE, { 0, 0 } },
	};
	unsigned i = family_index(p->family);

	drop(sim, p, (enum reason)kinds[e].reason, reason);
	*icmp = (i == 0 ? 3u : 1u) << 8 | kinds[e].code[i];
	return e == FIB_INVAL ? RV_DROP : RV_UNREACHABLE;
}

static enum route_verdict
local(struct sim *sim, struct packet *p, enum route_type type)
{
	p->route_type = (uint8_t)type;
	p->route_multicast = type == ROUTE_BROADCAST ||
	    type == ROUTE_MULTICAST;
	p->route_dev = NULL;
	p->out_unknown = false;
	tell(sim, p, p->in, type == ROUTE_BROADCAST ? "a broadcast: to the "
	    "host" : type == ROUTE_MULTICAST ? "multicast: to the host" :
	    "to the host");
	return RV_LOCAL;
}

/* ---- guesses ---- */

/* Did NAT give this packet its destination? */
static bool
is_translated(const struct packet *p)
{
	enum ct_dir dir;
	uint32_t bit;

	if (p->ct == NULL)
		return false;
	dir = ctinfo_dir((enum ctinfo)p->ctinfo);
	bit = dir == CT_ORIGINAL ? CTS_DST_NAT : CTS_SRC_NAT;
	return (p->ct->status & bit) != 0 &&
	    !addr_equal(&p->ct->tuple[dir].dst, &p->ct->tuple[!dir].src);
}

static struct learned *
learned(struct route_state *st, const union addr *a)
{
	uint64_t h = (a->q[0] ^ a->q[1]) * UINT64_C(0x9e3779b97f4a7c15);

	return &st->learned[h >> 54];
}

static void
learn(struct route_state *st, const struct packet *p)
{
	union addr src;

	if (fib_knows(st->fib, p->family) == FIB_ALL)
		return;
	pkt_src(p, &src);
	*learned(st, &src) = (struct learned){ src, p->in };
}

/* Leaves by who knows what. */
static void
leave_unknown(struct sim *sim, struct packet *p)
{
	struct route_state *st = state(sim);
	unsigned i = family_index(p->family);
	struct fib_result none = { NULL, NULL };
	const struct learned *l;
	union addr dst;

	pkt_dst(p, &dst);
	l = learned(st, &dst);
	p->route_type = ROUTE_UNICAST;
	set_dst(sim, p, &none, addr_equal(&l->addr, &dst) ? l->dev : NULL);
	if (st->said_leaves[i])
		return;
	st->said_leaves[i] = true;
	env_assume(sim->env, "no %s routes are known: packets leave by the "
	    "device that those of their receiver came in by, if there were "
	    "any", family_name(p->family));
}

static enum route_verdict
forward_unknown(struct sim *sim, struct packet *p)
{
	leave_unknown(sim, p);
	p->out = p->route_dev;
	tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

static enum route_verdict
guess_input(struct sim *sim, struct packet *p)
{
	struct route_state *st = state(sim);
	unsigned i = family_index(p->family);

	if (is_translated(p))
		return forward_unknown(sim, p);
	if (!st->said_local[i]) {
		st->said_local[i] = true;
		env_assume(sim->env, "no %s addresses and routes are known: "
		    "packets that come in are taken as for the host",
		    family_name(p->family));
	}
	return local(sim, p, ROUTE_LOCAL);
}

/* Group membership is not in a snapshot; 'always': the kernel's own. */
static bool
is_joined(struct sim *sim, const struct packet *p, bool always)
{
	struct route_state *st = state(sim);
	bool guess = fib_knows(st->fib, p->family) == FIB_NOTHING;

	if (always)
		return true;
	if (!st->said_multicast) {
		st->said_multicast = true;
		env_assume(sim->env, guess ? "the host has joined the "
		    "multicast groups that packets come for" : "the host has "
		    "joined no multicast groups but those that every host is "
		    "in");
	}
	return guess;
}

/* ---- IPv4 in ---- */

static bool
is_joined4(struct sim *sim, const struct packet *p, const union addr *dst)
{
	return is_joined(sim, p, host(dst) == 0xe0000001);
}

struct source_check {
	const union addr *src, *dst;
	const struct iface *oif;	/* null: none */
	bool onlink;			/* answer: the way back needs no gateway */
};

static bool
has_addr4(const struct iface *dev)
{
	for (const struct ifaddr *a = dev->addrs; a != NULL; a = a->next)
		if (a->family == AF_INET)
			return true;
	return false;
}

/* __fib_validate_source. */
static enum reason
check_source_fully(struct sim *sim, const struct packet *p,
    struct source_check *c)
{
	struct route_state *st = state(sim);
	const struct iface *dev = p->in;
	struct fib_flow flow = flow_of(st, p);
	struct fib_result res;
	bool strict = dev->v4.rp_filter == 1, any = dev->v4.rp_filter > 0;
	uint16_t port = flow.sport;

	flow.dst = *c->src;
	flow.src = *c->dst;
	flow.sport = flow.dport;
	flow.dport = port;
	flow.in = c->oif;
	if (!dev->v4.src_valid_mark)
		flow.mark = 0;
	if (fib_lookup(st->fib, &flow, &res) != FIB_OK)
		goto last_resort;
	if (res.route->type != ROUTE_UNICAST &&
	    (res.route->type != ROUTE_LOCAL || !dev->v4.accept_local))
		return REASON_MARTIAN;
	if (route_uses_dev(res.route, dev) ||
	    (res.route->type == ROUTE_LOCAL && dev->kind == IFK_LOOPBACK)) {
		c->onlink = res.hop == NULL || !res.hop->has_gateway;
		return N_REASONS;
	}
	if (!has_addr4(dev))
		goto last_resort;
	if (strict)
		return REASON_RP_FILTER;
	flow.out = dev;
	flow.ignore_linkdown = true;
	if (fib_lookup(st->fib, &flow, &res) == FIB_OK &&
	    res.route->type == ROUTE_UNICAST)
		c->onlink = res.hop == NULL || !res.hop->has_gateway;
	return N_REASONS;
last_resort:
	/* With less than all routes the way back may just not be known. */
	return any && fib_knows(st->fib, AF_INET) == FIB_ALL ?
	    REASON_RP_FILTER : N_REASONS;
}

/* fib_validate_source; N_REASONS: fine. */
static enum reason
check_source(struct sim *sim, const struct packet *p, struct source_check *c)
{
	const struct fib *fib = state(sim)->fib;
	const struct iface *dev = p->in;

	if (dev == NULL)
		return N_REASONS;
	if (dev->v4.rp_filter == 0 &&
	    (dev != c->oif || !dev->v4.send_redirects)) {
		if (dev->v4.accept_local)
			return N_REASONS;
		if (!fib_custom_local(fib) && !fib_custom_rules(fib, AF_INET))
			return fib_own(fib, AF_INET, c->src) != NULL ?
			    REASON_MARTIAN : N_REASONS;
	}
	return check_source_fully(sim, p, c);
}

static const union addr nowhere;

/* ip_route_input_mc, ip_mc_validate_source. */
static enum route_verdict
input4_multicast(struct sim *sim, struct packet *p, const union addr *src,
    const union addr *dst, enum reason *reason)
{
	struct source_check c = { .src = src, .dst = &nowhere };
	enum reason why;

	if (!is_joined4(sim, p, dst))
		return drop(sim, p, REASON_NOT_JOINED, reason);
	if (is_multicast4(src) || is_lbcast(src))
		return drop(sim, p, REASON_MARTIAN, reason);
	if (is_loopback4(src) && !p->in->v4.route_localnet)
		return drop(sim, p, REASON_ROUTE_LOCALNET, reason);
	if (is_zeronet(src)) {
		if (host(dst) >> 8 != 0xe00000 && p->proto != IPPROTO_IGMP)
			return drop(sim, p, REASON_MARTIAN, reason);
	} else {
		why = check_source(sim, p, &c);
		if (why != N_REASONS)
			return drop(sim, p, why, reason);
	}
	return local(sim, p, ROUTE_MULTICAST);
}

static enum route_verdict
input4_broadcast(struct sim *sim, struct packet *p, const union addr *src,
    enum reason *reason)
{
	struct source_check c = { .src = src, .dst = &nowhere };
	enum reason why = N_REASONS;

	if (!is_zeronet(src))
		why = check_source(sim, p, &c);
	if (why != N_REASONS)
		return drop(sim, p, why, reason);
	return local(sim, p, ROUTE_BROADCAST);
}

/* IPSKB_DOREDIRECT (__mkroute_input). */
static bool
wants_redirect(const struct packet *p, const struct fib_result *res,
    const struct source_check *c)
{
	const struct iface *dev = p->in;
	const union addr *gateway = NULL;

	if (dev != p->route_dev || !c->onlink || !dev->v4.send_redirects)
		return false;
	if (res->hop != NULL && res->hop->has_gateway &&
	    res->hop->gateway_family == AF_INET)
		gateway = &res->hop->gateway;
	return dev->v4_shared_media || saddr_onlink(dev, c->src, gateway);
}

/* ip_mkroute_input. */
static enum route_verdict
input4_forward(struct sim *sim, struct packet *p,
    const struct fib_flow *flow, const struct fib_result *res,
    enum reason *reason)
{
	const struct iface *dev = res->hop != NULL ? res->hop->dev : NULL;
	struct source_check c = { .src = &flow->src, .dst = &flow->dst,
	    .oif = dev };
	enum reason why = check_source(sim, p, &c);

	if (why != N_REASONS)
		return drop(sim, p, why, reason);
	p->route_type = ROUTE_UNICAST;
	set_dst(sim, p, res, dev);
	p->out = dev;
	p->redirect = wants_redirect(p, res, &c);
	tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

/* "eth0 -> eth1" */
static enum route_verdict
input_forced(struct sim *sim, struct packet *p)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = flow_of(st, p);
	struct fib_result res;

	flow.in = p->in;
	flow.out = flow.prefer = p->out;
	flow.strict = true;
	if (fib_lookup(st->fib, &flow, &res) != FIB_OK ||
	    res.route->type != ROUTE_UNICAST)
		res = (struct fib_result){ NULL, NULL };
	p->route_type = ROUTE_UNICAST;
	set_dst(sim, p, &res, p->out);
	tell_out(sim, p, "forwarded, as told,");
	return RV_FORWARD;
}

/* The checks before the lookup; N_REASONS: go on. */
static enum reason
martian4(const struct packet *p, const union addr *src, const union addr *dst)
{
	if (is_zeronet(src) || is_zeronet(dst))
		return REASON_MARTIAN;
	if ((is_loopback4(dst) || is_loopback4(src)) &&
	    !p->in->v4.route_localnet)
		return REASON_ROUTE_LOCALNET;
	return N_REASONS;
}

/* ip_route_input_slow. */
static enum route_verdict
input4(struct sim *sim, struct packet *p, enum reason *reason,
    unsigned *icmp)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = flow_of(st, p);
	struct source_check c = { .src = &flow.src, .dst = &flow.dst };
	struct fib_result res;
	enum fib_error e;
	enum reason why;

	if (is_multicast4(&flow.dst))
		return input4_multicast(sim, p, &flow.src, &flow.dst, reason);
	if (is_multicast4(&flow.src) || is_lbcast(&flow.src))
		return drop(sim, p, REASON_MARTIAN, reason);
	if (is_lbcast(&flow.dst) || (flow.src.w[0] | flow.dst.w[0]) == 0)
		return input4_broadcast(sim, p, &flow.src, reason);
	why = martian4(p, &flow.src, &flow.dst);
	if (why != N_REASONS)
		return drop(sim, p, why, reason);
	if (fib_knows(st->fib, AF_INET) == FIB_NOTHING)
		return guess_input(sim, p);

	flow.in = p->in;
	e = fib_lookup(st->fib, &flow, &res);
	if (e != FIB_OK) {
		if (!p->in->v4.forwarding)
			return drop(sim, p, REASON_FORWARDING_OFF, reason);
		if (fib_knows(st->fib, AF_INET) == FIB_CONNECTED)
			return forward_unknown(sim, p);
		return fail(sim, p, e, reason, icmp);
	}
	if (res.route->type == ROUTE_BROADCAST)
		return input4_broadcast(sim, p, &flow.src, reason);
	if (res.route->type == ROUTE_LOCAL) {
		why = check_source(sim, p, &c);
		if (why != N_REASONS)
			return drop(sim, p, why, reason);
		return local(sim, p, ROUTE_LOCAL);
	}
	if (!p->in->v4.forwarding)
		return drop(sim, p, REASON_FORWARDING_OFF, reason);
	if (res.route->type != ROUTE_UNICAST)
		return drop(sim, p, REASON_MARTIAN, reason);
	return input4_forward(sim, p, &flow, &res, reason);
}

/* ---- IPv6 in ---- */

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
static bool
is_joined6(struct sim *sim, const struct packet *p, const struct iface *dev,
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

/* ip6_forward, as far as the route decides. */
static enum route_verdict
input6_forward(struct sim *sim, struct packet *p,
    const struct fib_flow *flow, const struct fib_result *res,
    enum reason *reason, unsigned *icmp)
{
	const struct iface *dev = res->hop != NULL ? res->hop->dev : NULL;
	bool live = p->type == PKT_HOST && p->data[7] > 1;

	if (!p->in->v6.forwarding)
		return drop(sim, p, REASON_FORWARDING_OFF, reason);
	/* A hop limit that ends here is told first. */
	if (live && dev != p->in) {
		if (addr_is_zero(&flow->src) ||
		    addr6_is_loopback(&flow->src))
			return drop(sim, p, REASON_MARTIAN, reason);
		if (addr6_is_linklocal(&flow->src)) {
			drop(sim, p, REASON_MARTIAN, reason);
			*icmp = 1 << 8 | 2;
			return RV_UNREACHABLE;
		}
	}
	p->route_type = ROUTE_UNICAST;
	set_dst(sim, p, res, dev);
	p->out = dev;
	tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

/* ip6_route_input and what dst_input then is. */
static enum route_verdict
input6(struct sim *sim, struct packet *p, enum reason *reason,
    unsigned *icmp)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = flow_of(st, p);
	enum fib_knows knows = fib_knows(st->fib, AF_INET6);
	struct fib_result res;
	enum fib_error e;

	flow.in = flow.prefer = p->in;
	flow.strict = need_strict(&flow.dst);
	e = knows == FIB_NOTHING ? FIB_NETUNREACH :
	    fib_lookup(st->fib, &flow, &res);
	if (knows == FIB_NOTHING && addr6_is_multicast(&flow.dst))
		return is_joined6(sim, p, p->in, &flow.dst) ?
		    local(sim, p, ROUTE_MULTICAST) :
		    drop(sim, p, REASON_NOT_JOINED, reason);
	if (knows == FIB_NOTHING)
		return guess_input(sim, p);
	if (e != FIB_OK) {
		if (knows == FIB_CONNECTED && p->in->v6.forwarding)
			return forward_unknown(sim, p);
		return fail(sim, p, e, reason, icmp);
	}
	if (res.route->type == ROUTE_LOCAL || res.route->type == ROUTE_ANYCAST)
		return local(sim, p, res.route->type);
	if (addr6_is_multicast(&flow.dst))
		return is_joined6(sim, p, p->in, &flow.dst) ?
		    local(sim, p, ROUTE_MULTICAST) :
		    drop(sim, p, REASON_NOT_JOINED, reason);
	return input6_forward(sim, p, &flow, &res, reason, icmp);
}

enum route_verdict
route_input(struct sim *sim, struct packet *p, enum reason *reason,
    unsigned *icmp)
{
	p->redirect = false;
	p->route_joined = false;
	p->route_multicast = false;
	learn(state(sim), p);
	if (p->out != NULL)
		return input_forced(sim, p);
	if (p->family == AF_INET)
		return input4(sim, p, reason, icmp);
	return input6(sim, p, reason, icmp);
}

/* ---- out ---- */

static void
set_local_out(struct sim *sim, struct packet *p)
{
	struct fib_result none = { NULL, NULL };

	p->route_type = ROUTE_LOCAL;
	set_dst(sim, p, &none, sim->env->lo);
}

/* May a source of 127/8 leave?  Who made the packet is not asked, but it is
 * not routed again (__mkroute_output). */
static bool
may_leave4(const struct fib_flow *flow, const struct iface *dev, bool again)
{
	return !again || dev == NULL || !is_loopback4(&flow->src) ||
	    dev->kind == IFK_LOOPBACK || dev->v4.route_localnet;
}

/* __mkroute_output; false: refused. */
static bool
finish_output4(struct sim *sim, struct packet *p, const struct fib_flow *flow,
    struct fib_result *res, const struct iface *dev)
{
	enum route_type type = res->route != NULL ? res->route->type :
	    ROUTE_UNICAST;

	if (is_lbcast(&flow->dst))
		type = ROUTE_BROADCAST;
	else if (is_multicast4(&flow->dst))
		type = ROUTE_MULTICAST;
	else if (is_zeronet(&flow->dst))
		return false;
	if (type == ROUTE_BROADCAST || (type == ROUTE_MULTICAST &&
	    res->route != NULL && res->route->prefix < 4))
		*res = (struct fib_result){ NULL, NULL };
	p->route_type = (uint8_t)type;
	p->route_multicast = type == ROUTE_BROADCAST ||
	    type == ROUTE_MULTICAST;
	p->route_joined = type == ROUTE_BROADCAST ||
	    (type == ROUTE_MULTICAST && is_joined4(sim, p, &flow->dst));
	set_dst(sim, p, res, dev);
	return true;
}

/* ip_route_output_key_hash_rcu.  'out': the device it must take, or null;
 * 'again': ip_route_me_harder asks. */
static bool
output4(struct sim *sim, struct packet *p, const struct iface *out,
    bool again)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = flow_of(st, p);
	struct fib_result res = { NULL, NULL };
	const struct iface *own = fib_own(st->fib, AF_INET, &flow.src);
	bool cast = is_multicast4(&flow.dst) || is_lbcast(&flow.dst);
	enum fib_error e;

	if (is_multicast4(&flow.src) || is_lbcast(&flow.src) ||
	    is_zeronet(&flow.src))
		flow.src = nowhere;
	if (cast && out == NULL && (own != NULL ||
	    (again && !addr_is_zero(&flow.src))))
		return own != NULL && finish_output4(sim, p, &flow, &res, own);
	if (addr_is_zero(&flow.dst) || (!cast && own != NULL &&
	    addr_equal(&flow.src, &flow.dst))) {
		set_local_out(sim, p);
		return true;
	}
	flow.out = out;
	e = fib_lookup(st->fib, &flow, &res);
	if (e != FIB_OK && out != NULL) {
		res = (struct fib_result){ NULL, NULL };
		return finish_output4(sim, p, &flow, &res, out);
	}
	if (e != FIB_OK) {
		if (fib_knows(st->fib, AF_INET) == FIB_ALL)
			return false;
		leave_unknown(sim, p);
		return true;
	}
	if (res.route->type == ROUTE_LOCAL) {
		set_local_out(sim, p);
		return true;
	}
	own = res.hop != NULL ? res.hop->dev : NULL;
	return may_leave4(&flow, own, again) &&
	    finish_output4(sim, p, &flow, &res, own);
}

/* ip6_route_output_flags. */
static bool
output6(struct sim *sim, struct packet *p, const struct iface *out)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = flow_of(st, p);
	struct fib_result res;
	const struct iface *dev;
	enum fib_error e;

	/* Who sends to a link names it; here its address does. */
	if (out == NULL && need_strict(&flow.dst) &&
	    !addr6_is_loopback(&flow.dst))
		out = fib_own(st->fib, AF_INET6, &flow.src);
	flow.prefer = flow.out = out;
	flow.strict = out != NULL;
	e = fib_lookup(st->fib, &flow, &res);
	if (e != FIB_OK && out != NULL) {
		p->route_type = ROUTE_UNICAST;
		set_dst(sim, p, &res, out);
		return true;
	}
	if (e != FIB_OK && (addr6_is_loopback(&flow.dst) ||
	    fib_own(st->fib, AF_INET6, &flow.dst) != NULL)) {
		set_local_out(sim, p);
		return true;
	}
	if (e != FIB_OK) {
		if (fib_knows(st->fib, AF_INET6) == FIB_ALL)
			return false;
		leave_unknown(sim, p);
		return true;
	}
	if (res.route->type == ROUTE_LOCAL ||
	    res.route->type == ROUTE_ANYCAST) {
		set_local_out(sim, p);
		return true;
	}
	dev = res.hop != NULL ? res.hop->dev : NULL;
	p->route_type = (uint8_t)res.route->type;
	p->route_multicast = addr6_is_multicast(&flow.dst);
	p->route_joined = p->route_multicast && dev != NULL &&
	    is_joined6(sim, p, dev, &flow.dst);
	set_dst(sim, p, &res, dev);
	return true;
}

static bool
output(struct sim *sim, struct packet *p, const struct iface *out, bool again)
{
	p->route_multicast = p->route_joined = p->redirect = false;
	if (!(p->family == AF_INET ? output4(sim, p, out, again) :
	    output6(sim, p, out))) {
		tell(sim, p, NULL, "no route");
		return false;
	}
	tell_out(sim, p, again ? "routed again: leaves" : "leaves");
	return true;
}

bool
route_output(struct sim *sim, struct packet *p)
{
	if (!output(sim, p, p->out, false))
		return false;
	p->out = p->route_dev;
	return true;
}

bool
route_again(struct sim *sim, struct packet *p)
{
	union addr dst;

	pkt_dst(p, &dst);
	return output(sim, p, p->family == AF_INET6 &&
	    (addr6_is_multicast(&dst) || addr6_is_linklocal(&dst)) ?
	    p->route_dev : NULL, true);
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
	const struct route *r = a->route;

	if (r->has_prefsrc)
		a->prefsrc = r->prefsrc;
	else if (r->type == ROUTE_LOCAL)
		a->prefsrc = q->dst;
	else if (q->family == AF_INET6)
		saddr_select6(sim->env, a->dev, &q->dst, &a->prefsrc);
	else if (a->dev != NULL)
		saddr_select4(sim->env, a->dev, a->has_gateway ? &a->nexthop :
		    &nowhere, r->scope, &a->prefsrc);
}

void
route_lookup(struct sim *sim, const struct route_query *q,
    struct route_answer *a)
{
	struct route_state *st = state(sim);
	struct fib_flow flow = { .family = q->family, .src = q->src,
	    .dst = q->dst, .in = q->in, .out = q->out, .mark = q->mark,
	    .tos = q->tos, .proto = q->proto, .sport = q->sport,
	    .dport = q->dport };
	struct fib_result res;
	enum fib_error e;

	memset(a, 0, sizeof(*a));
	if (q->family == AF_INET6) {
		flow.prefer = q->out != NULL ? q->out : q->in;
		flow.strict = need_strict(&q->dst) && flow.prefer != NULL;
	}
	e = fib_lookup(st->fib, &flow, &res);
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

/* inet_addr_type, inet_dev_addr_type; IPv6: what the local table says. */
enum route_type
route_addr_type(struct sim *sim, int family, const union addr *a,
    const struct iface *dev)
{
	struct fib_flow flow = { .family = family, .dst = *a };
	struct fib_result res;

	if (family == AF_INET) {
		if (is_zeronet(a) || is_lbcast(a))
			return ROUTE_BROADCAST;
		if (is_multicast4(a))
			return ROUTE_MULTICAST;
	} else if (addr6_is_multicast(a)) {
		return ROUTE_MULTICAST;
	} else {
		flow.prefer = dev;
	}
	if (fib_lookup_local(state(sim)->fib, &flow, &res) != FIB_OK)
		return ROUTE_UNICAST;
	if (dev != NULL && (res.hop == NULL || res.hop->dev != dev))
		return ROUTE_UNICAST;
	return res.route->type;
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
