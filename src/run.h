/* A packet and what came before it, on a fresh simulator, recorded. */
#ifndef RUN_H
#define RUN_H

#include "feed.h"
#include "inputs.h"
#include "parsers/pktspec.h"
#include "reports/trace.h"
#include "sim/sim.h"

enum { RUN_MAX_BEFORE = 64, RUN_MAX_PAST = 2 * RUN_MAX_BEFORE };

struct run_setup {
	struct inputs *in;
	const struct ruleset *rules[2];
	struct arena *arena;		/* of packets and texts */
	const struct pktspec *before;	/* packets that come first */
	unsigned n_before;		/* up to RUN_MAX_BEFORE */
	bool established;		/* its connection exists */
	struct pktspec spec;		/* the packet, unless 'frame' */
	unsigned frame;			/* of the first capture; 0: none */
	const struct feed_input *captures;
	unsigned n_captures;
	bool partial;			/* a cut capture is no error */
	int64_t time;			/* of the first packet in words */
	bool all_misses;		/* record each */
	const uint64_t *choices;	/* for struct sim_config */
	unsigned n_choices;
	/* What was assumed; may be told more than once. */
	void (*note)(void *arg, const char *text);
	void *arg;
};

/* A packet of words that was sent, and how it left: what the next ones of
 * its connection go on from. */
struct past { struct pktspec sent, left; bool has_left; };

struct run {
	const struct run_setup *setup;
	struct sim *sim;
	struct feed *feed;		/* while frames are run */
	struct trace way;
	struct outcome outcome;
	int64_t time;
	struct past past[RUN_MAX_PAST];
	unsigned n_past;
	unsigned unknown_before;	/* unknowns met before the packet */
	bool found;			/* false: there is no such frame */
};

/* Runs it; 'run' is big (keep it on the heap) and stays until run_end. */
void	run_begin(struct run *, const struct run_setup *);
void	run_end(struct run *);
struct trace_ending run_ending(const struct run *);
/* Unknowns that the packet itself met. */
unsigned run_unknowns(const struct run *);
/* Sends the answer back by the way the packet left, recorded in 'reply'.
 * False: there is none to send; *why (may stay null) says so. */
bool	run_reply(struct run *, struct trace *reply, struct trace_ending *,
	    const char **why);

#endif
