/* One packet's way, recorded from the simulator's events so that it can be
 * told in another order: the answer first. */
#ifndef REPORTS_TRACE_H
#define REPORTS_TRACE_H

#include "base/arena.h"
#include "model/ctx.h"
#include "model/words.h"

#include <stdio.h>

struct cJSON;

struct step {
	enum event_kind kind;
	unsigned packet;		/* 0: the packet; 1..: made for it */
	unsigned depth;			/* of user chains */
	enum hook hook;
	enum table_id table;
	const struct chain *chain;
	const struct rule *rule;
	const struct use *use;
	enum basic_test basic;
	enum verdict verdict;
	enum disposition disposition;
	enum reason reason;
	const struct iface *iface;
	unsigned level;			/* of a log line */
	unsigned missed;		/* EV_TABLE, EV_ENTER: rules that did
					 * not match in it */
	int near;			/* EV_MISS: tests that held beside the
					 * one that failed; -1: more failed */
	bool taken;			/* EV_UNKNOWN */
	const struct tuple *old, *new;	/* EV_NAT */
	const char *text;		/* the explanation, or "" */
	const char *words;		/* EV_UNKNOWN: the packet at the time */
};

struct trace {
	struct sink sink;		/* first: give this to the simulator */
	struct arena *arena;		/* its texts live here */
	bool on;			/* off: events are ignored */
	bool all_misses;		/* every miss, not near ones only */
	struct step *steps;
	unsigned n_steps, room;
	/* The packet itself, as it came. */
	const char *words;
	const struct iface *in;
	uint8_t *original;		/* its bytes */
	uint32_t original_len;
	unsigned states;		/* enum ctstate, 0: not tracked */
	/* As it left or was delivered; null if neither. */
	uint8_t *final;
	uint32_t final_len;
	const struct iface *final_out;
	bool delivered;
	/* Rules that would have decided otherwise and match the packet as it
	 * came, wherever they stand. */
	const struct rule **elsewhere;
	unsigned n_elsewhere, room_elsewhere;
	/* While it is recorded. */
	bool looked_elsewhere, tracked;
	unsigned nesting, level[16], current[16], n_packets;
	bool between[16];		/* the next packet has not begun yet */
	unsigned open[16];		/* step that counts misses */
	const struct rule *hit[16];
};

/* 'arena' must live as long as the trace. */
void	trace_init(struct trace *, struct arena *);
/* Forgets what was recorded and begins anew. */
void	trace_reset(struct trace *);
void	trace_free(struct trace *);
/* The verdict of the packet itself; null if it never ended. */
const struct step *trace_verdict(const struct trace *);
/* Was the chain entered by the packet itself? */
bool	trace_visited(const struct trace *, const struct chain *);
/* One end of a tuple; ICMP has no ports. */
struct trace_end { union addr addr; uint16_t port; bool has_port; };
struct trace_end trace_end(const struct tuple *, bool source);
/* "destination A => B, source C => D": what a translation changed. */
void	trace_nat_print(const struct tuple *old, const struct tuple *new,
	    struct sbuf *);
/* The step that translated its destination (or source), or null. */
const struct step *trace_nat(const struct trace *, bool destination);

/* ---- what is told of it ---- */

struct trace_ending {
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule;
	const struct chain *chain;
};

/* One way it may go, when that hangs on what is not known. */
struct trace_branch {
	const char **conditions;	/* sentences; all hold */
	unsigned n_conditions;
	struct trace_ending end;
};

/* A change that makes the answer another one; it was tried. */
struct trace_fix {
	const char *what;		/* "to allow" */
	const char *command;		/* one a line */
	const char *effect;		/* what trying it showed */
	const char *const *changes;	/* what else it means, for all packets */
	unsigned n_changes;
	const char *owner;		/* who made that chain, or null */
	const char *owners_command;	/* how its owner does it, or null */
};

struct trace_report {
	const char *input;		/* as the user gave it */
	struct trace_ending end;
	const struct trace *way;
	const struct trace *reply;	/* null: not tried */
	struct trace_ending reply_end;
	const char *no_reply;		/* why not, or null */
	const char *harmless;		/* why it is well dropped, or null */
	const char *no_way_back;	/* why the reply would not come, or null */
	const char *way_back;		/* what mends that, or null */
	const struct trace_branch *branches;
	unsigned n_branches;
	bool more_branches;		/* the limit was reached */
	const struct trace_fix *fixes;
	unsigned n_fixes;
	const char *logged_before;	/* LOG line: text before IN=; null */
	const char *const *notes;	/* what was assumed of this packet */
	unsigned n_notes;
	const struct env *env;		/* ... and of the host */
};

enum { NEAREST_MAX = 3, ELSEWHERE_MAX = 3 };

/* The misses worth telling, nearest first: rules that would have decided
 * otherwise and failed in one test only.  How many. */
unsigned trace_nearest(const struct trace_report *,
	    const struct step *out[NEAREST_MAX]);
/* Rules that match the packet and decide otherwise, in chains it did not
 * come by. */
unsigned trace_not_consulted(const struct trace_report *,
	    const struct rule *out[ELSEWHERE_MAX]);
/* Bits 1 << HOOK_x of the built-in chains that lead to 'chain'. */
unsigned trace_reached_from(const struct chain *);
/* "eth0 -> docker0", "in eth0", "local -> eth1" */
void	trace_route_words(const struct trace_report *, struct sbuf *);

/* 'verbose': -1 one line, 0, 1: every table, 2: every rule that was tested. */
void	trace_text(const struct trace_report *, int verbose, bool color,
	    FILE *);
struct cJSON *trace_json(const struct trace_report *);

#endif
