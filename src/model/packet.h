/* The packet: our skb.  Always wire bytes, from the network header on; cut
 * captures know fewer bytes than the packet had ('have' < 'len'). */
#ifndef MODEL_PACKET_H
#define MODEL_PACKET_H

#include "model/conn.h"
#include "model/env.h"

enum pkt_type {				/* PACKET_x, if_packet.h */
	PKT_HOST, PKT_BROADCAST, PKT_MULTICAST, PKT_OTHERHOST, PKT_OUTGOING,
	PKT_LOOPBACK
};

/* What conntrack is to make of a packet whatever it finds, if somebody said
 * so. */
enum ct_said { CTSAID_NOTHING, CTSAID_INVALID, CTSAID_RELATED };

enum csum_trust {
	CSUM_VERIFY,			/* check it as the kernel would */
	CSUM_TRUST			/* left to hardware, cut, or told so */
};

/* Bounds: what a packet's buffer has before and behind the L3 bytes. */
enum { PKT_HEADROOM = 64, PKT_TAILROOM = 64 };

struct packet {
	uint8_t *data;			/* L3 header; writable */
	uint32_t len;			/* L3 length: skb->len, what rules count */
	uint32_t have;			/* bytes known, <= len */
	/* Decoded by pkt_decode; again after a header changed shape. */
	uint8_t family;
	uint8_t proto;			/* v4: protocol; v6: upper layer */
	bool proto_bad;			/* v6: the headers cannot be parsed */
	bool proto_cut;			/* the capture ends before 'proto' */
	uint16_t l4;			/* offset of the L4 header; v6: 0 in
					 * fragments but the first */
	uint16_t frag;			/* fragment offset in 8-byte units (v6: as
					 * ipv6_find_hdr reports it) */
	bool more_frags;
	uint16_t max_frag;		/* biggest fragment when defragmented, or 0 */
	bool frag_df;			/* IPSKB_FRAG_PMTU: a fragment had DF */
	uint32_t frag_list;		/* sizes it came in (sim/frag.c), or 0 */
	uint32_t frag_head;		/* so many bytes are in the first one */
	/* Link layer, as received; rules and LOG look at it. */
	const uint8_t *ll;		/* null: none */
	uint8_t ll_len;			/* 14 for Ethernet */
	uint8_t type;			/* enum pkt_type */
	bool has_mac;			/* an Ethernet source address is there */
	uint16_t vlan;			/* tag id, with has_vlan */
	bool has_vlan;
	const struct iface *in, *out;	/* null: none (see sheet 1.6) */
	const struct iface *physin, *physout;
	const struct iface *rcv;	/* where it came in, kept over all hooks */
	uint32_t mark, priority;
	uint8_t trust;			/* enum csum_trust */
	bool csum_left;			/* to make when it leaves (sim/nat.h) */
	bool traced;			/* nf_trace */
	bool local;			/* made by this host */
	bool kernel_made;		/* ICMP error, RST: no owner */
	bool teed;			/* a copy by TEE */
	bool no_socket;			/* a copy of a local packet */
	bool has_owner;			/* of the socket it came from */
	uint32_t uid, gid;
	uint8_t src_type, dst_type;	/* enum route_type, where it is stated */
	struct ct *ct;
	uint8_t ct_said;		/* enum ct_said */
	uint8_t ctinfo;			/* with ct, or CTI_UNTRACKED without */
	bool untracked;
	/* Template of -j CT --zone, if zone_set.  With zone_mark the zone is
	 * the mark (its low 16 bits) when conntrack looks the packet up, in the
	 * directions where these are not 0. */
	uint16_t zone_orig, zone_reply;
	bool zone_set, zone_mark;
	uint8_t tmpl_helper;		/* enum ct_helper */
	int64_t time;			/* nanoseconds since the epoch */
	unsigned number;		/* of the frame, from 1; 0: made by us */
	/* IPv4 options that the host writes into (sim/options.c): offsets of
	 * record-route and timestamp, and whether to fill in an address. */
	uint8_t opt_rr, opt_ts;
	bool opt_rr_addr, opt_ts_addr, opt_changed;
	/* The routing decision (sim/route.h). */
	uint8_t route_type;		/* enum route_type; 0: not routed yet */
	bool route_multicast;		/* RTCF_BROADCAST or _MULTICAST */
	bool route_joined;		/* ... and the host itself gets a copy */
	bool redirect;			/* IPSKB_DOREDIRECT: a better way is known */
	bool out_unknown;		/* it leaves, but nobody knows by what: the
					 * snapshot has no routes; 'out' is null */
	bool hop_options;		/* read on arrival (sim/exthdr.h) */
	bool looped;			/* came in again after going out */
	bool ct_moved;			/* its ct went on with a looped packet */
	unsigned mtu;			/* of the route out */
	union addr nexthop;
	const struct iface *route_dev;	/* device of the dst */
};

/* A packet over bytes that are only read, 'have' of it; not decoded yet.
 * False: it is not IP. */
bool	pkt_open(struct packet *, const uint8_t *l3, uint32_t have);
/* Finds protocol, L4 offset and fragment state.  Bytes beyond 'have' leave
 * proto_bad false and l4 where it would be. */
void	pkt_decode(struct packet *);
/* Looks for the IPv6 extension header 'target', or for the upper layer's if
 * it is negative, as ipv6_find_hdr does (exthdrs_core.c).  Each out may be
 * null; 'off' and 'frag' (a byte offset) come out 0 where the kernel leaves
 * them alone. */
enum pkt_found {
	PKT_FOUND,
	PKT_ABSENT,			/* -ENOENT */
	PKT_BROKEN,			/* -EBADMSG: over the packet's end */
	PKT_CUT				/* the capture ends before it */
};
enum pkt_found pkt_find_header(const struct packet *, int target,
	    uint32_t *off, uint8_t *proto, uint16_t *frag);
/* 'n' bytes at L3 offset 'off': null if the packet or what is known of it
 * ends before; *cut (may be null) tells the latter. */
const uint8_t *pkt_at(const struct packet *, uint32_t off, uint32_t n,
	    bool *cut);
/* Source and destination as union addr. */
void	pkt_src(const struct packet *, union addr *);
void	pkt_dst(const struct packet *, union addr *);
/* Its type as rules see it: copies that the host sends to itself have that of
 * what they are sent to (xt_pkttype.c). */
enum pkt_type pkt_type_seen(const struct packet *);
/* Does it come from a socket?  The kernel sends ICMP by one of its own, the
 * reset of REJECT, and copies, by none. */
bool	pkt_has_socket(const struct packet *);
/* The value of the first well-formed MSS option of 'n' bytes of TCP options;
 * -1: there is none (xt_tcpmss.c). */
int	tcp_mss(const uint8_t *options, unsigned n);

static inline uint16_t get16(const uint8_t *p)
{ return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p)
{ return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }
static inline void put16(uint8_t *p, unsigned v)
{ p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static inline void put32(uint8_t *p, uint32_t v)
{ put16(p, v >> 16); put16(p + 2, v & 0xffff); }

/* skb_ensure_writable: who writes into the first 'n' bytes of a packet that
 * was put together moves them into its first fragment. */
static inline void
pkt_pull(struct packet *p, uint32_t n)
{
	if (p->frag_list != 0 && n > p->frag_head)
		p->frag_head = n;
}

/* Internet checksum (RFC 1071). csum_add sums 'n' bytes into a running sum
 * of 16-bit words in network order (an odd last byte is padded); csum_fold
 * folds and complements; csum_pseudo is the sum of the pseudo-header. */
uint32_t csum_add(uint32_t sum, const uint8_t *, size_t n);
uint16_t csum_fold(uint32_t sum);
uint32_t csum_pseudo(const struct packet *, unsigned proto, uint32_t l4_len);
/* Incremental update of the checksum at 'sum' (RFC 1624, as the kernel's
 * csum_replace2/4): 'n' bytes, even, changed from 'old' to 'new'. */
void	csum_update(uint8_t *sum, const uint8_t *old, const uint8_t *new,
	    size_t n);
/* Sets the IPv4 header's checksum anew. */
void	ip_csum_set(uint8_t *ip);

#endif
