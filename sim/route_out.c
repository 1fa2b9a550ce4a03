/* Packets that this host sends: ip_route_output_key_hash_rcu,
 * ip_route_me_harder, ip6_route_output, ip6_route_me_harder. */
#include "sim/route_parts.h"

/* ---- out ---- */

static void
set_local_out(struct sim *sim, struct packet *p)
{
	struct fib_result none = { NULL, NULL };

	p->route_type = ROUTE_LOCAL;
	route_set_dst(sim, p, &none, sim->env->lo);
}

/* May a source of 127/8 leave?  Who made the packet is not asked, but it is
 * not routed again (__mkroute_output). */
static bool
may_leave4(const struct fib_flow *flow, const struct iface *dev, bool again)
{
	return !again || dev == NULL || !addr4_is_loopback(&flow->src) ||
	    dev->kind == IFK_LOOPBACK || dev->v4.route_localnet;
}

/* __mkroute_output; false: refused. */
static bool
finish_output4(struct sim *sim, struct packet *p, const struct fib_flow *flow,
    struct fib_result *res, const struct iface *dev)
{
	enum route_type type = res->route != NULL ? res->route->type :
	    ROUTE_UNICAST;

	if (addr4_is_lbcast(&flow->dst))
		type = ROUTE_BROADCAST;
	else if (addr4_is_multicast(&flow->dst))
		type = ROUTE_MULTICAST;
	else if (addr4_is_zeronet(&flow->dst))
		return false;
	if (type == ROUTE_BROADCAST || (type == ROUTE_MULTICAST &&
	    res->route != NULL && res->route->prefix < 4))
		*res = (struct fib_result){ NULL, NULL };
	p->route_type = (uint8_t)type;
	p->route_multicast = type == ROUTE_BROADCAST ||
	    type == ROUTE_MULTICAST;
	p->route_joined = type == ROUTE_BROADCAST ||
	    (type == ROUTE_MULTICAST && route_joined4(sim, p, &flow->dst));
	route_set_dst(sim, p, res, dev);
	return true;
}

/* ip_route_output_key_hash_rcu.  'out': the device it must take, or null;
 * 'again': ip_route_me_harder asks. */
static bool
output4(struct sim *sim, struct packet *p, const struct iface *out,
    bool again)
{
	struct fib_flow flow = route_flow(sim, p);
	struct fib_result res = { NULL, NULL };
	const struct iface *own = fib_own(route_fib(sim), AF_INET, &flow.src);
	bool cast = addr4_is_multicast(&flow.dst) || addr4_is_lbcast(&flow.dst);
	enum fib_error e;

	if (addr4_is_multicast(&flow.src) || addr4_is_lbcast(&flow.src) ||
	    addr4_is_zeronet(&flow.src))
		flow.src = (union addr){ .q = { 0, 0 } };
	if (cast && out == NULL && (own != NULL ||
	    (again && !addr_is_zero(&flow.src))))
		return own != NULL && finish_output4(sim, p, &flow, &res, own);
	if (addr_is_zero(&flow.dst) || (!cast && own != NULL &&
	    addr_equal(&flow.src, &flow.dst))) {
		set_local_out(sim, p);
		return true;
	}
	flow.out = out;
	e = fib_lookup(route_fib(sim), &flow, &res);
	if (e != FIB_OK && out != NULL) {
		res = (struct fib_result){ NULL, NULL };
		return finish_output4(sim, p, &flow, &res, out);
	}
	if (e != FIB_OK) {
		if (fib_knows(route_fib(sim), AF_INET) == FIB_ALL)
			return false;
		route_leave_unknown(sim, p);
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
	struct fib_flow flow = route_flow(sim, p);
	struct fib_result res;
	const struct iface *dev;
	enum fib_error e;

	/* Who sends to a link names it; here its address does. */
	if (out == NULL && addr6_is_scoped(&flow.dst) &&
	    !addr6_is_loopback(&flow.dst))
		out = fib_own(route_fib(sim), AF_INET6, &flow.src);
	flow.prefer = flow.out = out;
	flow.strict = out != NULL;
	e = fib_lookup(route_fib(sim), &flow, &res);
	if (e != FIB_OK && out != NULL) {
		p->route_type = ROUTE_UNICAST;
		route_set_dst(sim, p, &res, out);
		return true;
	}
	if (e != FIB_OK && (addr6_is_loopback(&flow.dst) ||
	    fib_own(route_fib(sim), AF_INET6, &flow.dst) != NULL)) {
		set_local_out(sim, p);
		return true;
	}
	if (e != FIB_OK) {
		if (fib_knows(route_fib(sim), AF_INET6) == FIB_ALL)
			return false;
		route_leave_unknown(sim, p);
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
	    route_joined6(sim, p, dev, &flow.dst);
	route_set_dst(sim, p, &res, dev);
	return true;
}

static bool
output(struct sim *sim, struct packet *p, const struct iface *out, bool again)
{
	p->route_multicast = p->route_joined = p->redirect = false;
	if (!(p->family == AF_INET ? output4(sim, p, out, again) :
	    output6(sim, p, out))) {
		route_tell(sim, p, NULL, "no route");
		return false;
	}
	route_tell_out(sim, p, again ? "routed again: leaves" : "leaves");
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

