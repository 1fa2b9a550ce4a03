/* What the files sim/ct*.c share: a packet's pass through conntrack and the
 * trackers, one per protocol.  Nobody else includes it. */
#ifndef SIM_CT_TRACK_H
#define SIM_CT_TRACK_H

#include "sim/internal.h"

#include <netinet/in.h>

/* net.netfilter.nf_conntrack_x; times in nanoseconds. */
struct ct_settings {
	int64_t tcp[N_TCP_CT_STATES], tcp_retrans, tcp_unack;
	int64_t sctp[N_SCTP_CT_STATES];
	int64_t udp, udp_stream, gre, gre_stream, icmp, icmpv6, generic;
	unsigned tcp_max_retrans;
	bool tcp_loose, tcp_liberal, tcp_ignore_invalid_rst;
	bool checksum;
	unsigned max, buckets;
};

enum track {				/* what a tracker says */
	TRACK_ACCEPT,
	TRACK_INVALID,
	TRACK_REPEAT			/* ct was killed: look up again */
};

struct ct_pass {
	struct sim *sim;
	struct ct_table *table;
	const struct ct_settings *set;
	struct packet *pkt;
	enum hook hook;
	uint32_t l4;			/* offset of the L4 header */
	uint8_t proto;
	uint16_t zone[N_CT_DIRS];
	bool zone_both;
	uint8_t helper;			/* for a new connection */
	bool acct;			/* new connections are counted */
	int64_t tick;			/* now, in whole ticks */
	struct ct *ct;			/* once it is known */
	enum ctinfo info;
	enum ct_dir dir;
	unsigned was;			/* state of 'ct' before */
	const char *why;		/* it was decided so */
};

enum track ct_track_tcp(struct ct_pass *);
enum track ct_track_udp(struct ct_pass *);
enum track ct_track_udplite(struct ct_pass *);
enum track ct_track_icmp(struct ct_pass *);
enum track ct_track_icmpv6(struct ct_pass *);
enum track ct_track_sctp(struct ct_pass *);
enum track ct_track_gre(struct ct_pass *);
enum track ct_track_generic(struct ct_pass *);

/* A line of a listing tells the state only: windows and verification tags
 * are learned from the packets that follow. */
void	ct_tcp_adopt(struct ct *);
void	ct_sctp_adopt(struct ct *);

/* An ICMP or ICMPv6 packet before it is looked up. */
enum icmp_kind {
	ICMP_KIND_NORMAL,		/* not an error: go on */
	ICMP_KIND_RELATED,		/* about p->ct, in p->info */
	ICMP_KIND_UNTRACKED,		/* neighbour discovery and its like */
	ICMP_KIND_INVALID
};

enum icmp_kind ct_icmp_error(struct ct_pass *);
enum icmp_kind ct_icmpv6_error(struct ct_pass *);
bool	ct_icmp_invert(struct tuple *out, const struct tuple *in);
bool	ct_icmpv6_invert(struct tuple *out, const struct tuple *in);

/* Does the checksum over the first 'cover' bytes of L4 hold, with a pseudo-
 * header of 'pseudo' (0: none)?  True too where the kernel does not look,
 * and where nobody can know: cut packets, checksums left to hardware ('field'
 * is where it is in the L4 header, 0: nobody leaves this one). */
bool	ct_checksum_ok(const struct ct_pass *, unsigned pseudo, uint32_t cover,
	    uint32_t field);

/* 'n' known bytes at L3 offset 'off', or null. */
static inline const uint8_t *
ct_bytes(const struct packet *pkt, uint32_t off, uint32_t n)
{
	return off <= pkt->have && n <= pkt->have - off ? pkt->data + off :
	    NULL;
}

/* Bytes from the L4 header to the packet's end. */
static inline uint32_t
ct_l4_len(const struct ct_pass *p)
{
	return p->pkt->len - p->l4;
}

/* The state that a TCP or SCTP connection is in; 0 for others. */
static inline unsigned
ct_state(const struct ct *ct)
{
	unsigned proto = ct->tuple[CT_ORIGINAL].proto;

	return proto == IPPROTO_TCP ? ct->tcp.state :
	    proto == IPPROTO_SCTP ? ct->sctp.state : 0;
}

static inline void
ct_account(const struct ct_pass *p)
{
	struct ct *ct = p->ct;

	if (ct->acct) {
		ct->packets[p->dir]++;
		ct->bytes[p->dir] += p->pkt->len;
	}
}

/* nf_ct_refresh_acct: the packet counts, and the ct lives on for 'timeout'. */
static inline void
ct_refresh(const struct ct_pass *p, int64_t timeout)
{
	struct ct *ct = p->ct;

	if ((ct->status & CTS_FIXED_TIMEOUT) == 0)
		ct->timeout = ct->status & CTS_CONFIRMED ?
		    p->tick + timeout : timeout;
	ct_account(p);
}

static inline enum track
ct_invalid(struct ct_pass *p, const char *why)
{
	p->why = why;
	return TRACK_INVALID;
}

#endif
