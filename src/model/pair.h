/* Who a packet is between: the two addresses of its connection, in either
 * order.  All packets of a connection that is not translated have the same
 * pair, fragments and FTP's data too, which have other ports or none; an ICMP
 * error has that of the packet which it quotes.  Shards of a replay are made
 * by it. */
#ifndef MODEL_PAIR_H
#define MODEL_PAIR_H

#include "model/addr.h"

struct addr_pair {
	union addr low, high;
	uint8_t family;			/* AF_INET or AF_INET6; 0: none */
	bool quoted;			/* an error's: of what it is about */
};

/* Of L3 bytes, 'have' of them known.  False: not an IP packet.  An error that
 * is itself a fragment, or was cut before the quoted addresses, has its own. */
bool	addr_pair_read(struct addr_pair *, const uint8_t *l3, uint32_t have);
/* Of two addresses. */
struct addr_pair addr_pair_of(int family, const union addr *,
	    const union addr *);
/* The same on all machines and for ever: shards of one run may be made on
 * several. */
uint64_t addr_pair_hash(const struct addr_pair *);

#endif
