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
#include "sim/walk.h"

struct packet_slot;
struct fresh;

struct sim {
	struct sim_config cfg;
	struct arena arena;		/* as long as the sim */
	struct env *env;
	int64_t now;			/* time of the packet being handled */
	bool started;			/* the clock was set for the first time */
	struct ct_table *ct;		/* always there; see ct_active */
	struct nat_state *nat;		/* made by sim/nat.c when first used */
	struct route_state *routes;	/* made by sim/route.c when first used */
	bool ct_active[2];		/* hooks registered, by family_index */
	bool defrag_active[2];
	bool nat_active[2];		/* the nat table is in the ruleset */
	bool acct;			/* new connections are counted */
	struct frag_queues *frags;
	struct compiled *compiled[2];
	struct memory memory;
	struct fresh *fresh;		/* of sim_chain; else null */
	const struct services *services;
	uint64_t random;		/* xorshift state */
	unsigned depth;			/* of events */
	unsigned n_unknown;
	struct outcome outcome;		/* of the frame at hand */
	bool filter_spoke;		/* the filter table accepted it */
	bool rejected;			/* svc.reject was just called */
	bool copying;			/* a copy of TEE is under way */
	struct answer_limits *limits;	/* ICMP rate limits */
	struct sbuf line;		/* scratch of logline */
	unsigned nesting;		/* packets made while handling another */
	struct packet_slot *slots[MAX_NESTING];	/* buffers, one per level */
	struct packet_slot *looped, **looped_tail;	/* wait to come in by lo */
};

/* Runs 'pkt' (L3 bytes ready, 'local', 'ct' of the cause attached if it
 * takes one) from OUTPUT to the wire: routing has been done by the caller
 * (pkt->out set), or is done here if pkt->out is null. */
void	sim_output(struct sim *, struct packet *);
/* A zeroed packet with room for 'size' L3 bytes (at most 65,535 and a bit)
 * between head- and tailroom, until sim_packet_put; one per nesting level.
 * Null if packets are nested too deep. */
struct packet *sim_packet_get(struct sim *, uint32_t size);
void	sim_packet_put(struct sim *);
/* Tells the end of a packet; of the frame at hand it becomes the outcome
 * (the first to say it wins). */
void	sim_end(struct sim *, const struct packet *, enum disposition,
	    enum reason, const struct rule *, const struct chain *);
/* Notes who accepted in 'table'; the filter table's word is what counts. */
void	sim_accepted(struct sim *, enum table_id, const struct rule *,
	    const struct chain *);
/* Sends an event to the sink; fills in the depth. */
void	sim_emit(struct sim *, struct event *);
uint32_t sim_random(struct sim *);

extern const struct services sim_services;

/* chain.c: the memory of a use while sim->fresh is there; null: it has none. */
void	*fresh_memory(struct sim *, const struct use *);

#endif
