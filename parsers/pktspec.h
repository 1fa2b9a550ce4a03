/* A packet in words, and its bytes.
 *
 *	eth0 tcp 203.0.113.7:51514 > 198.51.100.10:22 syn
 *	local udp 10.0.0.1:5353 > 8.8.8.8:53 -> eth1
 *	eth0 icmp 203.0.113.7 > 198.51.100.10 echo-request ttl 3
 *	eth0 tcp [2001:db8::1]:1024 > [2001:db8::2]:80 ack payload "GET /"
 *	-i eth0 -p tcp -s 203.0.113.7 -d 198.51.100.10 --dport 22 --syn
 *	ipv4 2 tcp 6 117 SYN_SENT src=203.0.113.7 dst=... (conntrack -L)
 *
 * Reading fills in a struct pktspec, which knows what was said and what was
 * not; the caller completes it, and pktspec_build makes the bytes. */
#ifndef PARSERS_PKTSPEC_H
#define PARSERS_PKTSPEC_H

#include "base/diag.h"
#include "model/packet.h"

enum spec_has {				/* what was said */
	SPEC_SRC = 1 << 0, SPEC_DST = 1 << 1, SPEC_SPORT = 1 << 2,
	SPEC_DPORT = 1 << 3, SPEC_FLAGS = 1 << 4, SPEC_ICMP = 1 << 5,
	SPEC_MAC = 1 << 6, SPEC_SEQ = 1 << 7, SPEC_ACK = 1 << 8,
	SPEC_PROTO = 1 << 9, SPEC_ID = 1 << 10, SPEC_MSS = 1 << 11,
	SPEC_NUMBER = 1 << 12,		/* the protocol, as a number: 1 between
					 * IPv6 addresses is not ICMPv6 */
	SPEC_CONNMARK = 1 << 13, SPEC_OWNER = 1 << 14, SPEC_PKTTYPE = 1 << 15,
	SPEC_ANY_SRC = 1 << 16, SPEC_ANY_DST = 1 << 17	/* pktspec_parse_set */
};

enum tcp_flag {
	TCPF_FIN = 0x01, TCPF_SYN = 0x02, TCPF_RST = 0x04, TCPF_PSH = 0x08,
	TCPF_ACK = 0x10, TCPF_URG = 0x20, TCPF_ECE = 0x40, TCPF_CWR = 0x80
};

struct pktspec {
	struct loc loc;			/* the whole of it */
	unsigned has;			/* enum spec_has */
	char in[IFNAME_SIZE], out[IFNAME_SIZE];	/* "": not said */
	char physin[IFNAME_SIZE];	/* the bridge port it came by */
	bool local;			/* made by the host itself */
	int family;			/* 0: no address told it */
	uint8_t proto;
	union addr src, dst;
	uint16_t sport, dport;
	uint8_t tcp_flags;
	uint8_t icmp_type, icmp_code;
	uint8_t ttl, tos;
	bool df, mf;
	uint16_t id;
	uint32_t frag;			/* offset in bytes, a multiple of 8 */
	uint32_t seq, ack, spi;
	uint16_t window, mss;		/* mss with SPEC_MSS */
	uint16_t echo_id, echo_seq;
	uint32_t info;			/* second word of an ICMP error */
	/* L3 bytes in all: padded, or cut behind the IP header; 0: as it
	 * comes. */
	uint32_t length;
	const uint8_t *payload;
	uint32_t payload_len;
	uint8_t mac[6];			/* of the sender */
	uint32_t mark;			/* of the socket, or set on arrival */
	const struct pktspec *inner;	/* what an ICMP error is about */
	uint32_t count;			/* how often; 1 */
	bool established;		/* its connection exists already */
	bool reply;			/* ... and it is an answer in it */
	bool untracked;			/* conntrack is not to see it */
	uint8_t ct_said;		/* enum ct_said */
	uint8_t pkttype;		/* enum pkt_type */
	uint8_t src_type, dst_type;	/* enum route_type; 0: not said */
	uint32_t connmark;		/* of the connection that exists */
	uint32_t uid, gid;		/* whose socket it comes from */
};

/* Reads the text of 'src' from 'off', 'len' bytes.  False and errors at
 * their places. */
bool	pktspec_parse(const struct source *src, size_t off, size_t len,
	    struct pktspec *, struct arena *, struct diags *);
/* Packets, not one: the same, but an address may be "any". */
bool	pktspec_parse_set(const struct source *src, size_t off, size_t len,
	    struct pktspec *, struct arena *, struct diags *);
/* What is missing and has a usual value: source port 49152, a SYN, an echo
 * request.  Each is said through 'note'. */
void	pktspec_complete(struct pktspec *, void (*note)(void *arg,
	    const char *text), void *arg);
/* The packet in words, addresses and protocol included; what it does not say
 * is not printed.  Reading it gives the same packet, unless an interface is
 * called "local" or is named with quotes of both kinds. */
void	pktspec_print(const struct pktspec *, struct sbuf *);
/* The L3 bytes, checksums right, in 'arena'.  The spec must be complete:
 * addresses, family, protocol. */
uint8_t	*pktspec_build(const struct pktspec *, struct arena *, uint32_t *len);
/* Bytes of its IP header and, if 'all', of what is behind it as well, without
 * what may be cut off: data behind a transport header, quotes. */
uint32_t pktspec_header(const struct pktspec *, bool all);
/* What it says of a packet's L3 bytes: ends, flags, numbers; no payload.
 * False: not IP, a fragment, or cut too short. */
bool	pktspec_read(const uint8_t *l3, uint32_t have, struct pktspec *);
/* The other way round, as the answer to it would be: SYN/ACK to a SYN, echo
 * reply to a request.  False: nobody answers such a packet. */
bool	pktspec_answer(const struct pktspec *, struct pktspec *answer);

#endif
