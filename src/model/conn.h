/* Connections: what matches, targets and reports may see of them.  The table
 * and the state machines are in sim/ct*.c.
 *
 * Kernel: nf_conntrack_tuple.h, nf_conntrack_common.h, nf_conntrack_tcp.h. */
#ifndef MODEL_CONN_H
#define MODEL_CONN_H

#include "model/addr.h"

enum ct_dir { CT_ORIGINAL, CT_REPLY, N_CT_DIRS };

/* Ports (or ICMP id, type and code; GRE keys) in network byte order. */
struct tuple {
	union addr src, dst;
	union { uint16_t sport, id, srckey; };
	union { uint16_t dport, dstkey; struct { uint8_t type, code; }; };
	uint8_t proto;
	uint8_t family;			/* AF_INET or AF_INET6 */
	uint8_t dir;			/* enum ct_dir */
	uint8_t pad;
};

enum ctinfo {				/* ip_conntrack_info */
	CTI_ESTABLISHED = 0,
	CTI_RELATED = 1,
	CTI_NEW = 2,
	CTI_IS_REPLY = 3,
	CTI_ESTABLISHED_REPLY = 3,
	CTI_RELATED_REPLY = 4,
	CTI_UNTRACKED = 7
};

enum ct_status {			/* ip_conntrack_status (IPS_x) */
	CTS_EXPECTED = 1 << 0, CTS_SEEN_REPLY = 1 << 1, CTS_ASSURED = 1 << 2,
	CTS_CONFIRMED = 1 << 3, CTS_SRC_NAT = 1 << 4, CTS_DST_NAT = 1 << 5,
	CTS_SEQ_ADJUST = 1 << 6, CTS_SRC_NAT_DONE = 1 << 7,
	CTS_DST_NAT_DONE = 1 << 8, CTS_DYING = 1 << 9,
	CTS_FIXED_TIMEOUT = 1 << 10, CTS_TEMPLATE = 1 << 11,
	CTS_HELPER = 1 << 13
};

#define CT_TCP_STATES(X)	/* enum tcp_conntrack */		\
	X(NONE) X(SYN_SENT) X(SYN_RECV) X(ESTABLISHED) X(FIN_WAIT)	\
	X(CLOSE_WAIT) X(LAST_ACK) X(TIME_WAIT) X(CLOSE) X(SYN_SENT2)
#define CT_SCTP_STATES(X)	/* enum sctp_conntrack */		\
	X(NONE) X(CLOSED) X(COOKIE_WAIT) X(COOKIE_ECHOED) X(ESTABLISHED) \
	X(SHUTDOWN_SENT) X(SHUTDOWN_RECD) X(SHUTDOWN_ACK_SENT)		\
	X(HEARTBEAT_SENT)

#define X(name) TCP_CT_##name,
enum ct_tcp_state { CT_TCP_STATES(X) N_TCP_CT_STATES };
#undef X
#define X(name) SCTP_CT_##name,
enum ct_sctp_state { CT_SCTP_STATES(X) N_SCTP_CT_STATES };
#undef X

extern const char *const ct_tcp_names[N_TCP_CT_STATES];
extern const char *const ct_sctp_names[N_SCTP_CT_STATES];

/* Helpers: id, name, the protocol they are for (0: TCP and UDP), IPv6 too? */
#define CT_HELPERS(X)							\
	X(NONE, "", 0, false) X(FTP, "ftp", 6, true)			\
	X(TFTP, "tftp", 17, true) X(IRC, "irc", 6, false)		\
	X(AMANDA, "amanda", 17, true) X(SANE, "sane", 6, true)		\
	X(NETBIOS_NS, "netbios-ns", 17, false) X(PPTP, "pptp", 6, false) \
	X(SIP, "sip", 0, true) X(RAS, "RAS", 17, true)			\
	X(Q931, "Q.931", 6, true) X(SNMP, "snmp", 17, false)
#define X(id, name, proto, v6) CT_HELPER_##id,
enum ct_helper { CT_HELPERS(X) N_CT_HELPERS };
#undef X
extern const char *const ct_helper_names[N_CT_HELPERS];
/* The helper that -j CT --helper would find; CT_HELPER_NONE if none. */
enum ct_helper ct_helper_find(const char *name, int family, unsigned proto);

struct ct_tcp_side {			/* ip_ct_tcp_state */
	uint32_t end, maxend, maxwin, maxack;
	uint8_t scale, flags;
};

struct ct_tcp {				/* ip_ct_tcp */
	struct ct_tcp_side seen[N_CT_DIRS];
	uint8_t state;			/* enum ct_tcp_state */
	uint8_t last_dir, retrans, last_index;
	uint32_t last_seq, last_ack, last_end;
	uint16_t last_win;
	uint8_t last_wscale, last_flags;
};

struct ct_sctp {			/* ip_ct_sctp */
	uint8_t state;			/* enum ct_sctp_state */
	uint8_t last_dir, flags, init[N_CT_DIRS];
	uint32_t vtag[N_CT_DIRS];
};

/* One connection.  Times are nanoseconds of the captures' clock.  Four cache
 * lines: two for the key and what every packet asks for, one for the
 * tracker's state, one for the counters. */
struct ct {
	struct tuple tuple[N_CT_DIRS];
	uint32_t status;		/* enum ct_status */
	uint32_t mark;
	/* Unconfirmed: relative, as the tracker set it; confirmed: absolute.
	 * Ask ct_remaining. */
	int64_t timeout;
	uint16_t zone[N_CT_DIRS];	/* zone of each direction's key */
	bool zone_both;			/* one zone for both directions */
	bool acct;			/* is counted; fixed at creation */
	uint8_t helper;			/* enum ct_helper */
	bool pending;			/* the table's own, like 'id' */
	uint32_t id;
	uint32_t slaves;		/* how many have it as their master */
	uint64_t labels[2];		/* connlabel: bit i % 64 of [i / 64] */
	union {
		struct ct_tcp tcp;
		struct ct_sctp sctp;
		int64_t udp_stream;	/* when it may become a stream */
	};
	/* MASQUERADE remembers the interface it was done for. */
	int masq_ifindex;
	uint32_t help;			/* the table's own: see sim/expect.h */
	uint64_t packets[N_CT_DIRS], bytes[N_CT_DIRS];
	struct ct *master;		/* of an expected connection, or null */
	/* By source, for NAT; free ones are chained by nat_next. */
	struct ct *nat_next, **nat_prev;
};

/* Takes a ct that ends out of NAT's chain of sources (nf_nat_cleanup_
 * conntrack); whoever frees it calls this, in a chain or not. */
static inline void
ct_nat_unlink(struct ct *ct)
{
	if (ct->nat_prev == NULL)
		return;
	*ct->nat_prev = ct->nat_next;
	if (ct->nat_next != NULL)
		ct->nat_next->nat_prev = ct->nat_prev;
	ct->nat_next = NULL;
	ct->nat_prev = NULL;
}

/* Time goes in ticks (HZ 250): timeouts start and end with one. */
enum { CT_TICK = 4000000 };

static inline int64_t
ct_tick(int64_t now)
{
	return now - now % CT_TICK;
}

/* Whole seconds until it times out, as listings print it; 0 when over.
 * (xt_conntrack's --ctexpire sees 0 on an unconfirmed one.) */
static inline uint32_t
ct_remaining(const struct ct *ct, int64_t now)
{
	int64_t left = ct->status & CTS_CONFIRMED ?
	    ct->timeout - ct_tick(now) : ct->timeout;

	return left <= 0 ? 0 : (uint32_t)(left / 1000000000);
}

static inline enum ct_dir
ctinfo_dir(enum ctinfo info)
{
	return info >= CTI_IS_REPLY ? CT_REPLY : CT_ORIGINAL;
}

#endif
