/* Packets and flows in words: "tcp 192.0.2.1:1024 > 198.51.100.1:22 syn".
 * What parsers/pktspec.h reads, written. */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include "model/addr.h"

/* Who talks to whom.  'sport' and 'dport' are 0 where there are none; of
 * ICMP they are the type and code of the first packet. */
struct flow_key {
	union addr src, dst;
	uint16_t sport, dport;
	uint8_t family, proto;
	bool has_ports, is_icmp, fragment;
};

/* Reads it from L3 bytes, 'have' of them known.  False: not an IP packet,
 * or cut too short. */
bool	flow_key_read(struct flow_key *, const uint8_t *l3, uint32_t have);
/* "tcp 192.0.2.1:1024 > 198.51.100.1:22" */
void	flow_key_print(const struct flow_key *, struct sbuf *);
/* "192.0.2.1:1024", "[2001:db8::1]:80", "192.0.2.1" */
void	endpoint_print(int family, const union addr *, uint16_t port,
	    bool has_port, struct sbuf *);
/* The flow, and of TCP its flags, of ICMP its type. */
void	packet_words(const uint8_t *l3, uint32_t have, struct sbuf *);
/* "syn,ack"; "none" if there are none. */
void	tcp_flags_print(unsigned flags, struct sbuf *);

#endif
