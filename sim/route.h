/* The routing decision.  Sheet: section 5.  Kernel: fib_frontend.c, route.c,
 * fib_semantics.c, fib6_rules.c, ip_input.c, ip_forward.c. */
#ifndef SIM_ROUTE_H
#define SIM_ROUTE_H

#include "model/ctx.h"

/* What ip_route_input decides of a packet that came in on pkt->in. */
enum route_verdict {
	RV_LOCAL,			/* INPUT (pkt->route_multicast tells) */
	RV_FORWARD,			/* pkt->out, nexthop, mtu are set */
	RV_DROP,			/* silently, *reason says why */
	RV_UNREACHABLE			/* ICMP/ICMPv6 error: *icmp type<<8|code */
};

enum route_verdict route_input(struct sim *, struct packet *,
	    enum reason *reason, unsigned *icmp);
/* Local output: looks up and sets pkt->out, nexthop, mtu, route_*; false:
 * no route (the packet never starts). */
bool	route_output(struct sim *, struct packet *);
/* ip_route_me_harder after mangle or nat OUTPUT. False: drop. */
bool	route_again(struct sim *, struct packet *);

void	route_lookup(struct sim *, const struct route_query *,
	    struct route_answer *);
enum route_type route_addr_type(struct sim *, int family,
	    const union addr *, const struct iface *dev);
/* inet_select_addr, ipv6_dev_get_saddr for an answer of our own sent on
 * 'dev' towards 'dst'. */
bool	route_select_addr(struct sim *, int family, const struct iface *dev,
	    const union addr *dst, union addr *);

#endif
