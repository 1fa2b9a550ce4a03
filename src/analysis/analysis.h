/* What can ever happen to packets: sets of them through the chains.
 *
 * An analysis is one family's rules (or two rulesets of that family, for
 * diff) over one space of packets.  Questions are about packets that enter a
 * chain: a built-in one at its hook, or a user chain taken by itself.
 * Without a snapshot every combination of fields is possible.
 *
 * program.c	a chain with all it jumps to, as one list with forward jumps
 * cover.c	is a box covered by earlier ones; by the fewest of them
 * regions.c	who decides the packets of a query
 * doubt.c	what that hangs on, if it is not certain
 * diff.c	where two rulesets end differently
 * follow.c	packets through a program and what its targets change
 * path.c	... and on their whole way (path.h)
 * dead.c	rules that no packet reaches */
#ifndef ANALYSIS_ANALYSIS_H
#define ANALYSIS_ANALYSIS_H

#include "ext/ext.h"
#include "model/finding.h"
#include "model/hs.h"

struct analysis;

enum { QUERY_RANGES = 8 };

/* Packets that meet all of its tests. */
struct query {
	struct query_test *tests;
	unsigned n, room;
	/* Sources are to be compared with destinations (path_wants). */
	bool mirror;
};
struct query_test {
	enum field field;
	bool negate;
	u128 mask;
	struct range range[QUERY_RANGES];
	unsigned n;
	bool is_iface;
	struct ifmatch iface;
};

/* Adds a test; memory is malloc'ed, query_free releases it. */
void	query_range(struct query *, enum field, u128 lo, u128 hi, bool negate);
void	query_masked(struct query *, enum field, u128 value, u128 mask,
	    bool negate);
/* (value & mask) is in one of up to QUERY_RANGES ranges. */
void	query_ranges(struct query *, enum field, u128 mask,
	    const struct range *, unsigned n, bool negate);
/* "eth0", "eth+"; "" is none. */
void	query_iface(struct query *, enum field, const char *name, bool negate);
void	query_free(struct query *);
/* Tells the tests as a match does. */
void	query_lower(const struct query *, struct lower *);
/* Cuts the set down to the packets of the query (null: all). */
void	query_cut(const struct query *, const struct hs_space *, struct hs *);

/* What an analysis must be able to tell apart, besides what rules name: the
 * boundaries of every query that it will be asked. */
struct analysis *analysis_new(const struct ruleset *const *rules,
	    unsigned n_rules, const struct env *, const struct query *const *,
	    unsigned n_queries, struct arena *);
void	analysis_free(struct analysis *);	/* null-safe */
const struct hs_space *analysis_space(const struct analysis *);

/* Packets that one rule or policy decides. */
struct region {
	const struct rule *rule;	/* the decider, or */
	const struct chain *policy;	/* this built-in chain's policy; both
					 * null: the end of the user chain */
	enum verdict verdict;		/* V_ACCEPT, V_DROP, V_QUEUE, V_STOLEN;
					 * V_RETURN: end of a user chain */
	bool reject;			/* V_DROP by -j REJECT */
	bool possible;			/* hangs on memory, chance, the unknown */
	/* The packets: disjoint boxes.  Incomplete: there are too many to
	 * list; 'set' then is where they all are in. */
	const struct hs *set;
	bool complete;
	double count;			/* how many points, if complete; in
					 * fields that the space has */
	struct point witness;
};

/* Calls 'each' for every decider of packets in 'q' (null: all) that enter
 * 'chain', in the order of the rules; false from it ends it.  Regions live
 * in 'arena'.  'boxes' is how many to list for each at most (0: none). */
void	analysis_regions(struct analysis *, const struct chain *,
	    const struct query *q, unsigned boxes, struct arena *,
	    bool (*each)(const struct region *, void *), void *arg);
/* The same, of the deciders with this verdict, or of this rule (null: the
 * policy), alone; the others cost nothing. */
void	analysis_regions_of(struct analysis *, const struct chain *,
	    const struct query *q, enum verdict, unsigned boxes, struct arena *,
	    bool (*each)(const struct region *, void *), void *arg);
void	analysis_regions_by(struct analysis *, const struct chain *,
	    const struct query *q, const struct rule *, unsigned boxes,
	    struct arena *, bool (*each)(const struct region *, void *),
	    void *arg);
/* The rules that a possible region hangs on, 'most' of them at most: its own,
 * and those before that may or may not keep some of its packets from it. */
unsigned analysis_doubts(struct analysis *, const struct chain *entry,
	    const struct region *, const struct rule **out, unsigned most);
/* Is there a packet in 'q' that ends so in 'chain'?  Fills in 'out'. */
bool	analysis_any(struct analysis *, const struct chain *,
	    const struct query *q, enum verdict, struct region *out,
	    struct arena *);

/* Why no packet reaches or matches a rule. */
enum dead_kind {
	DEAD_NOT,			/* alive */
	DEAD_COVERED,			/* 'by' take every packet before */
	DEAD_SELF,			/* it contradicts itself */
	DEAD_CALLERS,			/* it contradicts each jump to it */
	DEAD_CHAIN			/* nothing jumps to its chain */
};
struct dead {
	enum dead_kind kind;
	bool possible;			/* it hangs on what is not known */
	const struct chain *entry;	/* where the witness enters */
	/* DEAD_COVERED: the fewest rules; none where it is because marks
	 * and such are changed before. */
	const struct rule **by;
	unsigned n_by;
	/* DEAD_COVERED: a packet that would match the rule; with 'taken' it is
	 * one of 'by' that ends it.  In analysis_dead's arena. */
	const struct point *witness;
	bool taken;
	bool limit;			/* given up: alive for all we know */
};
/* Tells each rule of ruleset 'r' (index in analysis_new's), in order. */
void	analysis_dead(struct analysis *, unsigned r, struct arena *,
	    void (*each)(const struct rule *, const struct dead *, void *),
	    void *arg);

/* The box of all packets that can enter a chain. */
const hs_cell *analysis_whole(struct analysis *, const struct chain *);
/* "tcp 10.0.0.0/8 > any:80 in eth0": the packets of a box in words, that
 * enter 'chain'. */
void	region_words(struct analysis *, const struct chain *,
	    const struct hs *, unsigned box, struct sbuf *);

/* ---- two rulesets ---- */

enum diff_kind {
	DIFF_ALLOWED,			/* accepted now, not before */
	DIFF_BLOCKED,			/* accepted before, not now */
	DIFF_VERDICT,			/* dropped otherwise (REJECT, QUEUE) */
	DIFF_NAT,			/* translated otherwise */
	DIFF_LOG,			/* logged otherwise */
	DIFF_MARK			/* marked or changed otherwise */
};

/* Packets that enter a built-in chain and end differently, by the deciding
 * rules on either side: [0] old, [1] new. */
struct diff_region {
	enum table_id table;
	enum hook hook;
	enum diff_kind kind;
	struct { const struct rule *rule; const struct chain *policy;
	    enum verdict verdict; bool reject;
	    const char *effects; } side[2];	/* effects: what was done to the
					 * packets on the way, as targets with
					 * options, "; " between; "" if nothing;
					 * (ALLOWED, BLOCKED: to some of them)
					 * both null: the table is absent */
	bool possible;			/* hangs on memory, chance, the unknown */
	const struct hs *set;		/* disjoint boxes; incomplete: some */
	bool complete;
	double count;			/* if complete */
	struct point witness;
};

/* An analysis of two rulesets for analysis_diff: conditions with memory or
 * chance are taken to come out the same on both sides where the same chain
 * has them with the same target.  */
struct analysis *analysis_new_diff(const struct ruleset *old,
	    const struct ruleset *new, const struct env *,
	    const struct query *const *, unsigned n_queries, struct arena *);
/* Calls 'each' for every pair of deciders with packets that differ, of all
 * built-in chains, in the order of tables, hooks, rules.  'boxes' is how many
 * boxes to list for each at most.  False: they are not the same.  If
 * *partial comes out true some differences may be missing from the list
 * (there is one at least). */
bool	analysis_diff(struct analysis *, unsigned boxes, struct arena *,
	    void (*each)(const struct diff_region *, void *), void *arg,
	    bool *partial);

#endif
