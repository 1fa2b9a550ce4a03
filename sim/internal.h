/* What the files of sim/ share.  Nobody else includes it. */
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include "sim/sim.h"

#include "sim/answer.h"
#include "sim/ct.h"
#include "sim/frag.h"
#include "sim/logline.h"
#include "sim/nat.h"
#include "sim/route.h"

struct compiled;			/* sim/walk.h */

struct sim {
	struct sim_config cfg;
	struct arena arena;		/* as long as the sim */
	struct env *env;
	int64_t now;			/* time of the packet being handled */
	struct ct_table *ct;		/* always there; see ct_active */
	bool ct_active[2];		/* hooks registered, by family_index */
	bool defrag_active[2];
	bool nat_active[2];		/* the nat table is in the ruleset */
	struct frag_queues *frags;
	struct compiled *compiled[2];
	struct memory memory;
	uint64_t random;		/* xorshift state */
	unsigned depth;			/* of events */
	unsigned n_unknown;
	struct outcome *outcome;	/* of the frame, or of an inner packet */
	struct answer_limits *limits;	/* ICMP rate limits */
	struct sbuf line;		/* scratch of logline */
	unsigned nesting;		/* packets made while handling another */
	struct packet_slot *slots;	/* buffers, one per nesting level */
};

/* Runs 'pkt' (L3 bytes ready, 'local', 'ct' of the cause attached if it
 * takes one) from OUTPUT to the wire: routing has been done by the caller
 * (pkt->out set), or is done here if pkt->out is null. */
void	sim_output(struct sim *, struct packet *);
/* A packet buffer of at least 'size' L3 bytes with head- and tailroom, until
 * sim_packet_put; one per nesting level. */
struct packet *sim_packet_get(struct sim *, uint32_t size);
void	sim_packet_put(struct sim *);
/* Sets the end of the packet at hand (the first to say it wins). */
void	sim_end(struct sim *, const struct packet *, enum disposition,
	    enum reason, const struct rule *, const struct chain *);
void	sim_emit(struct sim *, struct event *);
uint32_t sim_random(struct sim *);

extern const struct services sim_services;

#endif
