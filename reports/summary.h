/* What a replay comes to: packets by verdict, the rules that decided, flows
 * that did not get through, what was unknown.  Counted packet by packet;
 * printed as text for people and as JSON. */
#ifndef REPORTS_SUMMARY_H
#define REPORTS_SUMMARY_H

#include "base/arena.h"
#include "model/env.h"
#include "model/event.h"
#include "model/words.h"

struct counts { uint64_t packets, bytes; };

/* One way to end, and how many packets did. */
struct decision {
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule;	/* null: a policy or none */
	const struct chain *chain;
	struct counts counts;
};

/* A flow of which packets did not get through. */
struct lost_flow {
	struct flow_key key;		/* as its first such packet had it */
	const struct decision *why;	/* of that packet */
	const struct iface *in;		/* null: made by the host */
	unsigned frame, file;		/* its number, from 1; its capture */
	int64_t time;
	struct counts counts;		/* of those packets */
};

struct unknown_met {
	const struct rule *rule;
	uint64_t times;
};

/* What happened to one packet; 'l3' is borrowed for the call. */
struct summary_packet {
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule, *unknown;
	const struct chain *chain;
	unsigned n_unknown;
	const struct iface *in;
	unsigned frame, file;		/* from 1; which capture, from 0 */
	int64_t time;
	const uint8_t *l3;		/* null: no IP */
	uint32_t have, bytes;		/* bytes: of L3, or of the frame */
};

struct summary;

struct summary *summary_new(struct arena *);
/* The packet that summary_add will be called for comes next: its flow is
 * looked for while the simulator is busy with it.  Need not be called. */
void	summary_expect(struct summary *, const uint8_t *l3, uint32_t have);
void	summary_add(struct summary *, const struct summary_packet *);
void	summary_free(struct summary *);	/* null-safe */

/* For the reporters.  Each list is sorted, most packets first; of those that
 * are alike, the earlier one or the one that stands first in the rules. */
struct summary_view {
	struct counts total, by_disposition[N_DISPOSITIONS];
	const struct decision **decisions;
	unsigned n_decisions;
	uint64_t flows, lost;		/* seen; with a packet that was lost */
	struct lost_flow *const *lost_flows;
	unsigned n_lost_flows;		/* kept; no more than MAX_LOST_FLOWS */
	const struct unknown_met *unknowns;
	unsigned n_unknowns;
};

enum { MAX_LOST_FLOWS = 100000 };

/* Borrowed until the next call with the same summary. */
const struct summary_view *summary_view(struct summary *);

/* Which part of the pairs of hosts was looked at, and what they share with
 * the others: "one bucket for all packets" of a rule, or (null) of none. */
struct replay_shard {
	unsigned index, of;		/* of 0: all */
	const struct shared_use {
		const struct rule *rule;
		const char *why;
	} *shared;
	unsigned n_shared;
};

/* What stands beside the counts in a report of a replay. */
struct replay_facts {
	const char *const *captures;
	unsigned n_captures;
	const char *const *rules;	/* files */
	unsigned n_rules;
	const struct ruleset *rulesets[2];	/* null: none */
	const struct replay_shard *shard;	/* null: none */
	const struct env *env;		/* its assumptions */
	uint64_t frames, frame_bytes;	/* read */
	uint64_t local, copies, forwarded, other_link;
	int64_t first, last;		/* times; first > last: no packet */
	unsigned connections;		/* at the end */
};

/* reports/text.c and reports/json.c */
void	text_replay(struct summary *, const struct replay_facts *, FILE *);
void	json_replay(struct summary *, const struct replay_facts *, FILE *);

#endif
