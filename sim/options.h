/* IPv4 options on the way in and on the way through.
 * Kernel: ip_options.c (__ip_options_compile, ip_forward_options),
 * ip_input.c (ip_rcv_options). */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "model/packet.h"

struct sim;

/* After the routing decision: reads the options, records the host in a
 * record-route or timestamp option.  False: the packet is dropped (malformed,
 * then ICMP parameter problem is sent; or source routed, which hosts refuse
 * by default). */
bool	options_in(struct sim *, struct packet *);
/* Before POSTROUTING of a forwarded packet: puts in the address it leaves
 * with and sets the header's checksum. */
void	options_forward(struct sim *, struct packet *);
/* __ip_options_echo: the options that an ICMP error about 'cause' carries, of
 * which the host read the options; own is the error's source.  Returns their
 * length, a multiple of 4. */
unsigned options_echo(struct sim *, const struct packet *cause,
	    const union addr *own, uint8_t out[40]);

#endif
