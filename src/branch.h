/* What a verdict hangs on when tests are met that nobody can decide: every
 * consistent way of deciding them is tried. */
#ifndef BRANCH_H
#define BRANCH_H

#include "run.h"

enum { BRANCH_MAX = 64 };		/* runs of branch_settle */

/* A test that was unknown, and how it was decided in a run. */
struct branch_fact {
	const struct rule *rule;
	const struct use *use;		/* null: a basic test, */
	enum basic_test basic;		/* BASIC_OUT or BASIC_PROTO */
	bool taken;
	bool chance;			/* no ignorance: both will happen */
	bool stateful;			/* each time is a new question */
	unsigned sent, packet;		/* of which packet it was asked */
	const char *test, *words;	/* the test, and the packet then */
	int forced;			/* 1, 0: follows from others; -1: not */
};

/* Those of a run, in the order they were met; facts are malloc'ed. */
struct branch_path {
	struct branch_fact *facts;
	unsigned n, room;
	unsigned sent;			/* packets that were noted */
};

/* Adds the unknowns of one packet's trace; texts go to 'arena'. */
void	branch_note(struct branch_path *, const struct trace *,
	    struct arena *);
/* "-m set --match-set x src matches (filter/INPUT#3, f:7)" */
const char *branch_condition(const struct branch_fact *, struct arena *);

enum { BRANCH_BITS = 1024 };		/* unknowns in one run */

struct branch_search {
	/* Runs with the answers 'choices' to the first 'n' unknowns, 'no' to
	 * later ones, and notes those met from unknown 'base' on. */
	void (*run)(void *arg, const uint64_t *choices, unsigned n,
	    struct branch_path *);
	/* The run just made was one of the ways. */
	void (*way)(void *arg, const struct branch_path *);
	void *arg;
	unsigned base;
	unsigned limit;			/* runs */
	/* While it searches. */
	uint64_t bits[BRANCH_BITS / 64];	/* sim_config.choices */
	unsigned runs;
	bool more;			/* the limit was reached */
};

/* Tries every way that begins with the path's first 'n' facts as they are
 * decided there. */
void	branch_explore(struct branch_search *, const struct branch_path *,
	    unsigned n);

/* 'first' is the run with all unknowns taken as no match, and met some.  If
 * every way ends alike nothing changes but a note; else the report's ending
 * becomes DEPENDS with the branches, or UNDETERMINED if there are too many
 * and those tried agree. */
void	branch_settle(const struct run_setup *, const struct run *first,
	    struct trace_report *);

#endif
