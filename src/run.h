/* A packet and what came before it, on a fresh simulator, recorded. */
#ifndef RUN_H
#define RUN_H

#include "feed.h"
#include "inputs.h"
#include "parsers/pktspec.h"
#include "reports/trace.h"
#include "sim/sim.h"

enum { RUN_MAX_BEFORE = 64 };

/* Thursday noon, 2026-01-01: no clock of this machine is asked. */
#define RUN_USUAL_TIME INT64_C(1767268800000000000)

struct run;

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
	/* Each packet in words that was run, of xN every one; null: nobody
	 * asks.  Its trace is forgotten when the next one is sent. */
	void (*ran)(void *arg, const struct run *);
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
	struct past *past;
	unsigned n_past, room_past;
	struct arena texts;		/* of 'way', where each packet is told */
	unsigned unknown_before;	/* unknowns met before the packet */
	bool found;			/* false: there is no such frame */
};

/* Runs it; 'run' stays where it is until run_end. */
void	run_begin(struct run *, const struct run_setup *);
/* Step by step: a simulator that has seen nothing, then packets in words.
 * run_establish has the packet's connection exist, run_send sends it. */
void	run_open(struct run *, const struct run_setup *);
void	run_establish(struct run *, const struct pktspec *);
void	run_send(struct run *, const struct pktspec *);
/* The first packets of a connection: SYN, SYN/ACK, ACK; of other protocols a
 * packet and its answer, which connection tracking sees whatever the rules do
 * with it.  False: the first is not accepted, or is not answered. */
bool	run_begin_flow(struct run *, const struct pktspec *);
/* Notes what time it is, if a rule asks for it. */
void	run_assume_time(struct inputs *, int64_t time);
void	run_end(struct run *);
struct trace_ending run_ending(const struct run *);
/* Unknowns that the packet itself met. */
unsigned run_unknowns(const struct run *);
/* Sends the answer back by the way the packet left, recorded in 'reply'.
 * False: there is none to send; *why (may stay null) says so. */
bool	run_reply(struct run *, struct trace *reply, struct trace_ending *,
	    const char **why);

#endif
