/* The simulator: frames in, what the kernel would have done out.
 *
 * One struct sim is one network namespace: its rulesets (compiled), its
 * host (env), its connection table, the memory of its rules.  Frames are
 * given in the order of time.  Everything that happens is told to the sinks
 * and, for what leaves, to 'sent'.
 *
 * sim.c	life of a sim, frames in, local delivery, forwarding, output
 * hook.c	the packet path as data: rows of hook, priority, function
 * compile.c	rules into flat arrays		walk.c	a packet through them
 * chain.c	one packet through one chain
 * ct*.c	connections, one file per tracker
 * expect.c	connections that are expected	helper*.c	by whom, one file each
 * nat.c	choosing translations		nat_rewrite.c	applying them
 * nat_mangle.c	text that helpers change
 * route*.c	routing decisions, in and out	saddr.c	source addresses
 * frag.c	fragments, both ways
 * options.c	IPv4 options			exthdr.c	IPv6 headers
 * answer.c	ICMP errors and RSTs that the host makes
 * logline.c	the text of LOG and TRACE */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "ext/ext.h"

struct sim_config {
	const struct ruleset *rules[2];	/* [0] v4, [1] v6; null: no tables */
	struct env *env;
	struct sink *sink;		/* null: none; events of every packet */
	/* A packet that leaves through 'dev', as the wire has it after NAT and
	 * fragmentation; L3 bytes, borrowed for the call. May be null. */
	void (*sent)(void *arg, const struct iface *dev, const uint8_t *l3,
	    uint32_t len, uint32_t have, int64_t time);
	/* A line of LOG (trace false) or TRACE; without newline. */
	void (*line)(void *arg, bool trace, unsigned level, const char *text,
	    size_t len);
	void *arg;
	bool trace_all;			/* every packet is traced */
	bool trust_checksums;
	/* What to answer when a match is unknown: bit i%64 of choices[i/64]
	 * for the i-th time in this run; beyond n_choices: no. */
	const uint64_t *choices;
	unsigned n_choices;
	enum chance chance;		/* see sim_chance */
};

/* One frame or packet to inject. */
struct frame {
	const uint8_t *data;
	uint32_t len;			/* captured bytes */
	uint32_t wire_len;		/* length on the wire */
	enum { FRAME_ETHER, FRAME_RAW_IP, FRAME_LOOPBACK } link;
	const struct iface *in;		/* null: made by this host ('local') */
	const struct iface *physin;	/* the bridge port it came by, or null */
	const struct iface *out;	/* leaves by it whatever routes say, or null */
	uint32_t mark;			/* SO_MARK of a local one, or set before */
	uint8_t pkt_type;		/* with known_type: else from the MAC */
	bool known_type;
	uint8_t ct_said;		/* enum ct_said */
	bool untracked;			/* conntrack is not to see it */
	bool has_owner;			/* of a local one: not who env says */
	uint32_t uid, gid;
	uint8_t src_type, dst_type;	/* enum route_type; 0: not stated */
	int64_t time;			/* nanoseconds since the epoch */
	unsigned number;		/* from 1 */
	bool trust_checksum;		/* left to hardware */
};

struct outcome {
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule;	/* the deciding rule, or null */
	const struct chain *chain;	/* policy that decided, or null */
	const struct rule *unknown;	/* first unknown met, or null */
	unsigned n_unknown;
	/* By enum nat_manip: a port that was drawn out of these, where the
	 * kernel draws another; n 0: none was. */
	struct drawn_port { uint32_t min, n; } drawn[2];
};

struct sim *sim_new(const struct sim_config *);
void	sim_free(struct sim *);
/* Runs one frame to its end; 'out' may be null. */
void	sim_frame(struct sim *, const struct frame *, struct outcome *out);
/* For who knows what frames come: sim_foresee some eight frames ahead, with
 * the number that it returned sim_fetch some four frames ahead, and sim_frame
 * does not wait for its connection to come from memory.  They change nothing
 * else. */
uint32_t sim_foresee(const struct sim *, const struct frame *);
void	sim_fetch(const struct sim *, uint32_t);
/* Runs a prepared packet through one chain and no other part of the path:
 * that of a table at its hook ('hook' is the chain's), or a user chain taken
 * by itself at 'hook', whose end is V_RETURN.  The walk is the ordinary one:
 * it counts, and tells 'sink' (null: nobody) what it does, but for the end of
 * a packet that is accepted.  No connection is looked up, nothing routed,
 * translated, answered or copied; limits, lists and their like have seen no
 * packet yet, address sets do not change.  The packet has in, out, local,
 * ct and so on as they are there, and what rules made of it afterwards; its
 * buffer has PKT_HEADROOM and PKT_TAILROOM.  In 'out' (may be null) is who
 * decided; its disposition is N_DISPOSITIONS with V_RETURN. */
enum verdict sim_chain(struct sim *, struct packet *, enum hook,
	    const struct chain *start, struct sink *sink, struct outcome *out);
/* Would this rule match the packet, were it asked?  Told as EV_HIT or EV_MISS;
 * of 'out' only the unknowns say something. */
bool	sim_rule(struct sim *, struct packet *, enum hook,
	    const struct rule *, struct sink *sink, struct outcome *out);
/* Moves the clock: timeouts up to 'now' happen. */
void	sim_clock(struct sim *, int64_t now);
/* Counters as they are now, in place of those of the ruleset: for each rule
 * and policy the start value plus what was counted.  (reports/save.h prints
 * them through a callback.) */
void	sim_rule_counters(const struct sim *, const struct rule *,
	    uint64_t *packets, uint64_t *bytes);
void	sim_chain_counters(const struct sim *, const struct chain *,
	    uint64_t *packets, uint64_t *bytes);
/* Adds a connection of a snapshot; its timeout counts from sim's clock. */
void	sim_add_ct(struct sim *, const struct ct *proto);
/* The connection table as 'conntrack -L -o extended' lines. */
void	sim_print_conntrack(struct sim *, struct sbuf *);
/* How many lines that are. */
unsigned sim_count_conntrack(struct sim *);
/* From now on chance is drawn, or it is an unknown like others. */
void	sim_chance(struct sim *, enum chance);
/* How many unknowns were met in this run (all frames). */
unsigned sim_unknowns(const struct sim *);

#endif
