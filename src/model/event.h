/* Events: what happened to a packet, as facts, not text.
 *
 * The walk emits them, reporters are sinks.  An event is borrowed for the
 * call; it points at live objects (the packet as it is at that moment, the
 * rule, the connection).  Depth grows by one per user chain entered and per
 * packet that the kernel makes while handling another. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/hook.h"

struct packet;
struct rule;
struct chain;
struct use;
struct ct;
struct ctx;
struct iface;
struct tuple;

/*	id		what it tells (members of struct event that are set) */
#define EVENTS(X)							\
	X(EV_PACKET,	"packet")	/* packet: a new one enters */	\
	X(EV_TABLE,	"table")	/* hook, table, chain */	\
	X(EV_MISS,	"miss")		/* rule; use or basic that failed */ \
	X(EV_UNKNOWN,	"unknown")	/* rule; use or basic; text: need; taken */ \
	X(EV_HOTDROP,	"hotdrop")	/* rule, use */			\
	X(EV_HIT,	"hit")		/* rule; all of it matched */	\
	X(EV_ENTER,	"enter")	/* chain: jumped or gone to */	\
	X(EV_RETURN,	"return")	/* chain: its end was reached */ \
	X(EV_POLICY,	"policy")	/* chain, verdict */		\
	X(EV_ACTED,	"acted")	/* rule; text: what it changed */ \
	X(EV_CT,	"conntrack")	/* ct (null: none), text: why */ \
	X(EV_NAT,	"nat")		/* ct, manip, old and new tuple */ \
	X(EV_ROUTE,	"route")	/* text; iface */		\
	X(EV_LOG,	"log")		/* level, text: the line */	\
	X(EV_TRACE,	"trace")	/* level, text: the line */	\
	X(EV_SENT,	"sent")		/* iface, packet: it leaves */	\
	X(EV_LOCAL,	"local")	/* packet: delivered to the host */ \
	X(EV_VERDICT,	"verdict")	/* disposition, reason, rule/chain */

#define X(id, name) id,
enum event_kind { EVENTS(X) N_EVENTS };
#undef X
extern const char *const event_names[N_EVENTS];

/* How a packet ends (product.md 3.4). */
#define DISPOSITIONS(X)							\
	X(DISP_ACCEPT, "ACCEPT") X(DISP_DROP, "DROP")			\
	X(DISP_REJECT, "REJECT") X(DISP_QUEUE, "QUEUE")			\
	X(DISP_STOLEN, "STOLEN") X(DISP_LOST, "LOST")			\
	X(DISP_DEPENDS, "DEPENDS") X(DISP_UNDETERMINED, "UNDETERMINED")
#define X(id, name) id,
enum disposition { DISPOSITIONS(X) N_DISPOSITIONS };
#undef X
/* Ends with null. */
extern const char *const disposition_names[N_DISPOSITIONS + 1];

#define REASONS(X)							\
	X(RULE_ACCEPT, "a rule accepts it")				\
	X(RULE_DROP, "a rule drops it")					\
	X(RULE_REJECT, "a rule rejects it")				\
	X(RULE_QUEUE, "a rule hands it to user space")			\
	X(RULE_STOLEN, "a target kept it")				\
	X(POLICY_ACCEPT, "the policy accepts it")			\
	X(POLICY_DROP, "the policy drops it")				\
	X(NO_RULES, "no table of this hook is in the ruleset")		\
	X(HOTDROP, "a match found the packet malformed and dropped it")	\
	X(DEFRAG_WAIT, "a fragment waits for the rest of its packet")	\
	X(DEFRAG_DROP, "a fragment is malformed or overlaps")		\
	X(CT_DROP, "connection tracking dropped it")			\
	X(CT_TABLE_FULL, "the connection table is full")		\
	X(CT_CLASH, "its reply tuple is taken when it is confirmed")	\
	X(CT_HELPER, "the helper of its connection dropped it")		\
	X(NAT_DROP, "address translation dropped it")			\
	X(NAT_NO_PORT, "no free port for its translation")		\
	X(RP_FILTER, "the reverse path check")				\
	X(MARTIAN, "a source or destination that cannot be")		\
	X(ROUTE_LOCALNET, "127/8 from outside without route_localnet")	\
	X(NO_ROUTE, "no route")						\
	X(BLACKHOLE, "a blackhole route")				\
	X(UNREACHABLE, "an unreachable route")				\
	X(PROHIBIT, "a prohibit route")					\
	X(FORWARDING_OFF, "forwarding is off")				\
	X(TTL_EXPIRED, "its TTL ends here")				\
	X(TOO_BIG_DF, "larger than the MTU and may not be fragmented")	\
	X(TOO_BIG, "larger than the MTU")				\
	X(BAD_HEADER, "its IP header is bad")				\
	X(BAD_CHECKSUM, "its IP header checksum is bad")		\
	X(TRUNCATED, "shorter than its header says")			\
	X(OTHERHOST, "its frame is for another host")			\
	X(NOT_IP, "not IP")						\
	X(IPV6_OFF, "its interface has no IPv6")			\
	X(NOT_JOINED, "multicast group not joined")			\
	X(QUEUE_NO_READER, "queued, and no program reads the queue")	\
	X(FRAG_FAILED, "it could not be fragmented")			\
	X(UNKNOWN_MATCH, "it hangs on what is not known")
#define X(id, text) REASON_##id,
enum reason { REASONS(X) N_REASONS };
#undef X
extern const char *const reason_names[N_REASONS];	/* "RULE_ACCEPT" */
extern const char *const reason_texts[N_REASONS];	/* the sentence */

/* Basic tests of a rule, in the order in which they are made. */
enum basic_test { BASIC_NONE, BASIC_SRC, BASIC_DST, BASIC_IN, BASIC_OUT,
    BASIC_PROTO, BASIC_FRAG };

struct event {
	enum event_kind kind;
	unsigned depth;
	const struct packet *packet;
	enum hook hook;
	enum table_id table;
	const struct chain *chain;
	const struct rule *rule;
	const struct use *use;		/* EV_MISS: the match that failed */
	enum basic_test basic;		/* EV_MISS: or the basic test */
	struct ctx *ctx;		/* EV_MISS, EV_HIT...: to explain with */
	enum verdict verdict;
	enum disposition disposition;
	enum reason reason;
	const struct ct *ct;
	const struct tuple *old, *new;	/* EV_NAT: packet's tuple before, after */
	const struct iface *iface;
	unsigned level;
	bool taken;			/* EV_UNKNOWN: followed as a match */
	const char *text;
};

struct sink {
	void (*event)(struct sink *, const struct event *);
};

#endif
