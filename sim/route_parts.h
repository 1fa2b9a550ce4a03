/* What the files of the routing decision share: route.c (flows, guesses,
 * services), route_in.c, route_out.c.  Nobody else includes it. */
#ifndef SIM_ROUTE_PARTS_H
#define SIM_ROUTE_PARTS_H

#include "sim/internal.h"

#include "model/fib.h"

struct route_state;

/* The tables, made when first asked for. */
const struct fib *route_fib(struct sim *);
/* Assumptions that every packet would ask for: true the first time. */
enum route_said { SAID_LOCAL4, SAID_LOCAL6, SAID_LEAVES4, SAID_LEAVES6,
    SAID_MULTICAST, SAID_MULTIPATH };
bool	route_first(struct sim *, unsigned what);
/* The packet as a flow; 'in' and 'out' are left to the caller. */
struct fib_flow route_flow(struct sim *, const struct packet *);
/* Sets the dst of a packet that leaves by 'dev', null: nobody knows. */
void	route_set_dst(struct sim *, struct packet *, const struct fib_result *,
	    const struct iface *dev);
/* It leaves by who knows what: by where its receiver was seen. */
void	route_leave_unknown(struct sim *, struct packet *);
/* Notes where the sender is, for the former. */
void	route_learn(struct sim *, const struct packet *);
/* Does the host take packets to this group? */
bool	route_joined4(struct sim *, const struct packet *, const union addr *);
bool	route_joined6(struct sim *, const struct packet *,
	    const struct iface *dev, const union addr *);
const char *route_family_name(int family);

/* EV_ROUTE: 'what', and for a packet that leaves by what and to whom. */
void	route_tell(struct sim *, const struct packet *, const struct iface *,
	    const char *what);
void	route_tell_out(struct sim *, const struct packet *, const char *what);

#endif
