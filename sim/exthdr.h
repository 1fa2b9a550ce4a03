/* IPv6 extension headers that the host itself reads, and what it answers to
 * those it does not like.  Kernel: exthdrs.c, reassembly.c, ip6_input.c. */
#ifndef SIM_EXTHDR_H
#define SIM_EXTHDR_H

#include "model/packet.h"

struct sim;

/* Hop-by-hop options of what arrives.  False: it is dropped, and perhaps
 * answered. */
bool	exthdr_arrived(struct sim *, struct packet *);
/* The headers behind INPUT: destination options, routing, fragment. */
bool	exthdr_delivered(struct sim *, struct packet *);

#endif
