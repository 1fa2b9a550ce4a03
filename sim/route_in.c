/* Packets that come in: ip_route_input, ip6_route_input (route.c,
 * fib_frontend.c, net/ipv6/route.c, ip6_output.c). */
#include "sim/route_parts.h"

#include <netinet/in.h>

#include "sim/saddr.h"

static enum route_verdict
drop(struct sim *sim, const struct packet *p, enum reason why,
    enum reason *reason)
{
	*reason = why;
	route_tell(sim, p, p->in, reason_texts[why]);
	return RV_DROP;
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
	route_tell(sim, p, p->in, type == ROUTE_BROADCAST ?
	    "a broadcast: to the host" : type == ROUTE_MULTICAST ?
	    "multicast: to the host" : "to the host");
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

static enum route_verdict
forward_unknown(struct sim *sim, struct packet *p)
{
	route_leave_unknown(sim, p);
	p->out = p->route_dev;
	route_tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

static enum route_verdict
guess_input(struct sim *sim, struct packet *p)
{
	unsigned i = family_index(p->family);

	if (is_translated(p))
		return forward_unknown(sim, p);
	if (route_first(sim, SAID_LOCAL4 + i))
		env_assume(sim->env, "no %s addresses and routes are known: "
		    "packets that come in are taken as for the host",
		    route_family_name(p->family));
	return local(sim, p, ROUTE_LOCAL);
}

/* ---- IPv4 in ---- */

struct source_check {
	const union addr *src, *dst;
	const struct iface *oif;	/* null: none */
	bool onlink;			/* answer: back without a gateway */
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
	const struct iface *dev = p->in;
	struct fib_flow flow = route_flow(sim, p);
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
	if (fib_lookup(route_fib(sim), &flow, &res) != FIB_OK)
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
	if (fib_lookup(route_fib(sim), &flow, &res) == FIB_OK &&
	    res.route->type == ROUTE_UNICAST)
		c->onlink = res.hop == NULL || !res.hop->has_gateway;
	return N_REASONS;
last_resort:
	/* With less than all routes the way back may just not be known. */
	return any && fib_knows(route_fib(sim), AF_INET) == FIB_ALL ?
	    REASON_RP_FILTER : N_REASONS;
}

/* fib_validate_source; N_REASONS: fine. */
static enum reason
check_source(struct sim *sim, const struct packet *p, struct source_check *c)
{
	const struct fib *fib = route_fib(sim);
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

	if (!route_joined4(sim, p, dst))
		return drop(sim, p, REASON_NOT_JOINED, reason);
	if (addr4_is_multicast(src) || addr4_is_lbcast(src))
		return drop(sim, p, REASON_MARTIAN, reason);
	if (addr4_is_loopback(src) && !p->in->v4.route_localnet)
		return drop(sim, p, REASON_ROUTE_LOCALNET, reason);
	if (addr4_is_zeronet(src)) {
		if (addr4_host(dst) >> 8 != 0xe00000 &&
		    p->proto != IPPROTO_IGMP)
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

	if (!addr4_is_zeronet(src))
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
	route_set_dst(sim, p, res, dev);
	p->out = dev;
	p->redirect = wants_redirect(p, res, &c);
	route_tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

/* "eth0 -> eth1" */
static enum route_verdict
input_forced(struct sim *sim, struct packet *p)
{
	struct fib_flow flow = route_flow(sim, p);
	struct fib_result res;

	flow.in = p->in;
	flow.out = flow.prefer = p->out;
	flow.strict = true;
	if (fib_lookup(route_fib(sim), &flow, &res) != FIB_OK ||
	    res.route->type != ROUTE_UNICAST)
		res = (struct fib_result){ NULL, NULL };
	p->route_type = ROUTE_UNICAST;
	route_set_dst(sim, p, &res, p->out);
	route_tell_out(sim, p, "forwarded, as told,");
	return RV_FORWARD;
}

/* The checks before the lookup; N_REASONS: go on. */
static enum reason
martian4(const struct packet *p, const union addr *src, const union addr *dst)
{
	if (addr4_is_zeronet(src) || addr4_is_zeronet(dst))
		return REASON_MARTIAN;
	if ((addr4_is_loopback(dst) || addr4_is_loopback(src)) &&
	    !p->in->v4.route_localnet)
		return REASON_ROUTE_LOCALNET;
	return N_REASONS;
}

/* ip_route_input_slow. */
static enum route_verdict
input4(struct sim *sim, struct packet *p, enum reason *reason,
    unsigned *icmp)
{
	struct fib_flow flow = route_flow(sim, p);
	struct source_check c = { .src = &flow.src, .dst = &flow.dst };
	struct fib_result res;
	enum fib_error e;
	enum reason why;

	if (addr4_is_multicast(&flow.dst))
		return input4_multicast(sim, p, &flow.src, &flow.dst, reason);
	if (addr4_is_multicast(&flow.src) || addr4_is_lbcast(&flow.src))
		return drop(sim, p, REASON_MARTIAN, reason);
	if (addr4_is_lbcast(&flow.dst) || (flow.src.w[0] | flow.dst.w[0]) == 0)
		return input4_broadcast(sim, p, &flow.src, reason);
	why = martian4(p, &flow.src, &flow.dst);
	if (why != N_REASONS)
		return drop(sim, p, why, reason);
	if (fib_knows(route_fib(sim), AF_INET) == FIB_NOTHING)
		return guess_input(sim, p);

	flow.in = p->in;
	e = fib_lookup(route_fib(sim), &flow, &res);
	if (e != FIB_OK) {
		if (!p->in->v4.forwarding)
			return drop(sim, p, REASON_FORWARDING_OFF, reason);
		if (fib_knows(route_fib(sim), AF_INET) == FIB_CONNECTED)
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
	route_set_dst(sim, p, res, dev);
	p->out = dev;
	route_tell_out(sim, p, "forwarded");
	return RV_FORWARD;
}

/* ip6_route_input and what dst_input then is. */
static enum route_verdict
input6(struct sim *sim, struct packet *p, enum reason *reason,
    unsigned *icmp)
{
	struct fib_flow flow = route_flow(sim, p);
	enum fib_knows knows = fib_knows(route_fib(sim), AF_INET6);
	struct fib_result res;
	enum fib_error e;

	flow.in = flow.prefer = p->in;
	flow.strict = addr6_is_scoped(&flow.dst);
	e = knows == FIB_NOTHING ? FIB_NETUNREACH :
	    fib_lookup(route_fib(sim), &flow, &res);
	if (knows == FIB_NOTHING && addr6_is_multicast(&flow.dst))
		return route_joined6(sim, p, p->in, &flow.dst) ?
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
		return route_joined6(sim, p, p->in, &flow.dst) ?
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
	route_learn(sim, p);
	if (p->out != NULL)
		return input_forced(sim, p);
	if (p->family == AF_INET)
		return input4(sim, p, reason, icmp);
	return input6(sim, p, reason, icmp);
}

