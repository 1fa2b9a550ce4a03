/* Changes of the IP header that several targets make (dsfield.h and
 * xt_HL.c of the kernel); a no-op if the capture ends before it. */
#ifndef EXT_DSFIELD_H
#define EXT_DSFIELD_H

#include "model/packet.h"

/* TOS or traffic class. */
uint8_t	pkt_tos(const struct packet *);
void	pkt_set_tos(struct packet *, uint8_t tos);
/* TTL or hop limit. */
uint8_t	pkt_ttl(const struct packet *);
void	pkt_set_ttl(struct packet *, uint8_t ttl);

#endif
