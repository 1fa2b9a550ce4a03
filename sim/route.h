/* The routing decision.  Sheet: section 5.  Kernel: fib_frontend.c,
 * fib_trie.c, fib_rules.c, route.c, ip6_fib.c, net/ipv6/route.c.
 *
 * A packet's dst is pkt->route_type (0: not routed yet), route_dev, nexthop
 * and mtu; what a hook sees as its output device is pkt->out, which the
 * caller moves along: at OUTPUT it stays what it was at first even if the
 * packet is routed again, at POSTROUTING it is route_dev (sheet 1.5).
 *
 * A pkt->out that is set before route_input, or before route_output, forces
 * the packet out of that device ("eth0 -> eth1" in a packet in words).
 *
 * Without routes in the snapshot the connected ones follow from the
 * addresses; without addresses a packet that comes in is taken as for the
 * host unless its destination was translated.  Such guesses are noted with
 * env_assume; where the device of a packet that leaves is not known, 'out' is
 * null and pkt->out_unknown is set. */
#ifndef SIM_ROUTE_H
#define SIM_ROUTE_H

#include "model/ctx.h"

/* What ip_route_input decides of a packet that came in on pkt->in. */
enum route_verdict {
	RV_LOCAL,			/* INPUT (pkt->route_multicast tells) */
	RV_FORWARD,			/* pkt->out, nexthop, mtu, redirect: set */
	RV_DROP,			/* silently, *reason says why */
	RV_UNREACHABLE			/* ICMP error: *icmp is type << 8 | code;
					 * v4: ip_error's limit per source */
};

enum route_verdict route_input(struct sim *, struct packet *,
	    enum reason *reason, unsigned *icmp);
/* Local output: looks up and sets pkt->out, route_dev, nexthop, mtu,
 * route_type, route_multicast, route_joined; false: no route (the packet
 * never starts). */
bool	route_output(struct sim *, struct packet *);
/* ip_route_me_harder after mangle or nat OUTPUT: as route_output but leaves
 * pkt->out alone.  False: drop. */
bool	route_again(struct sim *, struct packet *);

void	route_lookup(struct sim *, const struct route_query *,
	    struct route_answer *);
enum route_type route_addr_type(struct sim *, int family,
	    const union addr *, const struct iface *dev);
/* inet_select_addr, ipv6_dev_get_saddr for an answer of our own sent on
 * 'dev' towards 'dst'. */
bool	route_select_addr(struct sim *, int family, const struct iface *dev,
	    const union addr *dst, union addr *);
/* Is it an address of one of the host's interfaces? */
bool	route_is_own(struct sim *, int family, const union addr *);

#endif
