/* Programs: a chain and all chains it jumps to, as one list of steps.
 *
 * Each rule stands once for every way of calls that leads to it, behind its
 * callers, so that packets only go forward.  A step has the packets that it
 * matches of those that can be in its chain by this way: its own boxes cut
 * down to its callers'.  What earlier steps leave of them is not written
 * down: a step that keeps packets from later ones *blocks* them, from a place
 * in the list up to another (an ACCEPT for ever, a RETURN to the end of its
 * chain).  A packet of step p does not reach it if a step j blocks it there
 * and nothing led it around j: no step that blocks it at j, but not at p. */
#ifndef ANALYSIS_PROGRAM_H
#define ANALYSIS_PROGRAM_H

#include "analysis/analysis.h"

/* The boxes of a rule, in analysis->boxes. */
struct rule_set {
	uint32_t first, n;
	/* It matches these for certain; else it may (memory, chance, what is
	 * not known), and no others. */
	bool exact;
};

struct chain_sets {
	const struct chain *chain;
	struct rule_set *rules;		/* by number - 1 */
	/* The chain of that name in the other ruleset, and which of its rules
	 * are the same (rule_twins); or null. */
	const struct chain_sets *other;
	const uint32_t *twins;
};

struct program;

struct analysis {
	struct arena *arena;
	struct hs_space *space;
	const struct ruleset *rules[2];
	unsigned n_rules;
	struct hs boxes;
	struct map chains;		/* by address: struct chain_sets */
	bool tracks[2];			/* connection tracking is on: a rule
					 * needs it */
	bool defrag[2];			/* no fragments reach the rules */
	uint32_t most_steps;		/* of a program, before it is cut short */
	uint64_t most_work;		/* of following, in analysis_dead */
	struct map programs;		/* by address of the entry chain */
	struct program **list;		/* for analysis_free */
	unsigned n_list, room_list;
};

enum step_kind {
	STEP_PASS,			/* counts, logs, marks: goes on */
	STEP_TAKE,			/* ends the traversal */
	STEP_RETURN, STEP_JUMP, STEP_GOTO,
	STEP_END			/* the last: policy, end of the chain */
};

struct step {
	const struct rule *rule;	/* null: STEP_END */
	uint32_t box, n;		/* in program->boxes or, with 'own', in
					 * analysis->boxes */
	uint32_t frame;
	uint32_t callee;		/* frame, of JUMP and GOTO */
	uint8_t kind, verdict;
	bool own, exact, dead;
	bool certain;			/* the rule itself is exact */
	bool behind;			/* a RETURN or goto of its frame */
};

/* One chain entered on one way of calls. */
struct frame {
	const struct chain *chain;
	uint32_t parent, call;		/* frame; step that jumps; root: itself, 0 */
	uint32_t end;			/* first step behind it */
	bool go;			/* entered by -g */
	bool back;			/* has a RETURN or goto, so far */
	uint32_t doubt;			/* this or the innermost around it whose
					 * call is not exact; 0: none */
};

struct program {
	struct analysis *an;
	const struct chain *entry;
	struct step *steps;
	uint32_t n_steps, room_steps;
	struct frame *frames;
	uint32_t n_frames, room_frames;
	struct hs boxes;
	hs_cell all[HS_MAX_DIMS];	/* what can enter */
	/* Too many ways of calls: cut short, and no step is exact. */
	bool limit;
	bool doubt;			/* some step may or may not have its way */
	/* A -g may: what it leads around others ends all the same in the chain
	 * that it goes to, and only follow() knows. */
	bool loose;
	/* Targets change fields that later steps ask of: boxes are the rules'
	 * own and tell nothing of who comes to a step; only follow() knows. */
	bool changing;
	struct hs_item *items;		/* of boxes that block, by step */
	struct hs_tree *tree;
	struct hs_item *every;		/* of all steps that matter, by step */
	struct hs_tree *every_tree;	/* null until asked for */
	uint32_t *by_rule;		/* steps, sorted by rule; the same */
};

/* The program of a chain, made when first asked for; analysis_free frees. */
struct program *program_of(struct analysis *, const struct chain *entry);
/* Tree over the boxes of all steps that end, come back, or have a target, and
 * of jumps that are not certain; the condition of others is in the boxes of
 * the steps behind them. */
const struct hs_tree *program_tree(struct program *);
/* The steps of a rule (null: the end), in their order: '*n' of them. */
const uint32_t *program_steps(struct program *, const struct rule *,
	    uint32_t *n);
const hs_cell *step_box(const struct program *, const struct step *,
	    unsigned i);
/* The places that a step keeps its packets from: '*from' and on, before
 * '*until'. */
void	step_scope(const struct program *, uint32_t step, uint32_t *from,
	    uint32_t *until);
/* Does the step keep packets from place 'p' (a later one)? */
bool	step_blocks(const struct program *, uint32_t step, uint32_t p);
/* Of packets that come to 'p', a later place: did the step match those in its
 * boxes for certain?  (It is exact; callers that are not are those of 'p',
 * too.) */
bool	step_sure(const struct program *, uint32_t step, uint32_t p);
/* Where packets go on from a frame's end. */
uint32_t frame_exit(const struct program *, uint32_t frame);
const struct rule_set *rule_set_of(const struct analysis *,
	    const struct rule *);

#endif
