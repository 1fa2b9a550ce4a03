/* The brute-force twin of the analysis of packet sets (src/analysis).
 *
 * Random small rulesets, of which this program knows what each test means.
 * All packets that their rules could tell apart are listed, one by one, and
 * walk through the chains as the kernel walks; what comes out is compared
 * with what the analysis says.  Nothing of src/analysis, of the lowering of
 * matches or of sets of boxes is used to find the answer.
 *
 * gen.c	what there is to draw from; rulesets, and as text
 * change.c	edits, and rewritings that keep the meaning
 * brute.c	the packets, and their walk
 * engine.c	what the analysis says, in the words of this program
 * dead.c, regions.c, diff.c	the comparisons
 * reduce.c	a mismatch made small */
#ifndef SETS_H
#define SETS_H

#include "analysis/analysis.h"

/* ---- rulesets ---- */

enum {
	MAX_PIECES = 12, MAX_RULES = 24, MAX_CHAINS = 16, MAX_QUERY = 4,
	/* Conditions outside the fields, behind those: 1 is that it holds. */
	OWN_STRING_A = N_FIELDS, OWN_STRING_B, OWN_SET, N_OWN
};

/* A test of one field's value: (value & mask) is in a range. */
struct term {
	unsigned field;
	bool negate;
	u128 mask;
	const struct range *r;
	unsigned n;
	const char *name;		/* of an interface, as written */
};

/* One of the terms holds. */
struct clause { const struct term *t; unsigned n; };

/* What may stand in a rule once; the first few are iptables' own options. */
enum slot {
	S_SRC, S_DST, S_IN, S_OUT, S_PROTO, S_FRAG, S_ONCE,
	S_STATE = S_ONCE, S_MARK, S_LENGTH, S_TTL, S_TOS, S_PKTTYPE, S_MAC,
	S_IPRANGE, S_STRING, S_SET, S_COMMENT, S_CHANCE, N_SLOTS
};

/* Some options of a rule: all clauses hold. */
struct piece {
	enum slot slot;
	const char *text;
	const struct clause *c;
	unsigned n;
	bool chance;			/* and then it is tossed */
	const struct piece *not;	/* the packets that it has not, or null */
	const struct piece *const *parts;	/* apart, and together the same */
	unsigned n_parts;
};

enum action { A_NONE, A_ACCEPT, A_DROP, A_REJECT, A_RETURN, A_LOG, A_MARK,
    A_JUMP, A_GOTO };

struct grule {
	const struct piece *p[MAX_PIECES];
	unsigned n;
	enum action action;
	unsigned to;			/* A_JUMP, A_GOTO: chain; A_LOG: prefix;
					 * A_MARK: in mark_ops */
};

/* -j MARK --set-xmark value/mask: bits outside the mask are turned round. */
struct mark_op { uint32_t value, mask; };
enum { N_MARK_OPS = 7 };
extern const struct mark_op mark_ops[N_MARK_OPS];

struct gchain {
	char name[16];
	enum table_id table;
	enum hook hook;
	bool drop;			/* policy */
	bool local;			/* for packets of the host, too: no MAC */
	struct grule r[MAX_RULES];
	unsigned n;
};

/* Chains call only those of higher numbers. */
struct gset { int family; struct gchain c[MAX_CHAINS]; unsigned n; };

struct rng { uint64_t s; };
void	rng_init(struct rng *, uint64_t seed);
unsigned below(struct rng *, unsigned n);
bool	percent(struct rng *, unsigned);

/* What the rules of one case are made of. */
struct palette {
	struct arena *arena;
	struct rng *rng;
	int family;
	const struct piece *p[N_SLOTS][6];
	unsigned n[N_SLOTS];
	bool marks;			/* rules give marks */
};

void	palette_fill(struct palette *, bool chance);
void	gset_random(struct palette *, struct gset *);
/* A rule for the chain: what may stand there. */
void	grule_random(struct palette *, const struct gset *, unsigned chain,
	    struct grule *);
void	gset_print(const struct gset *, struct sbuf *);
bool	gset_needs_ct(const struct gset *);
/* Do rules ask for marks that others give? */
bool	gset_changes(const struct gset *);
/* Bits 1 << operation: those that its rules have. */
unsigned gset_mark_ops(const struct gset *);
/* All of its terms, each once. */
struct terms { const struct term **t; unsigned n, room; };
void	gset_terms(const struct gset *, struct terms *);
/* May a test of this kind stand in the chain? */
bool	fits(const struct gset *, unsigned chain, enum slot);
/* Does the rule end the chain for the packets that it matches? */
bool	diverts(const struct grule *);

/* ---- changes ---- */

/* One random edit. */
void	edit(struct palette *, struct gset *);
/* One rewriting that keeps the meaning; its name, null if none fitted. */
const char *rewrite(struct palette *, struct gset *);

/* ---- packets ---- */

struct pool {
	unsigned field;
	u128 *v;			/* one for each way to pass the tests */
	double *weight, total;		/* how many values it stands for */
	unsigned n;
};

struct brute {
	int family;
	struct pool pool[N_OWN];
	unsigned n_pools;
	int of[N_OWN];			/* field to pool, or -1 */
	bool counts;			/* the weights are right */
	unsigned mark_ops;		/* that rules have: bits */
	uint32_t n;			/* points; 0: too many */
	const uint8_t *at[N_OWN];	/* pool: which value a point has */
};

/* The points for the rules of 'n' sets and the query terms. */
void	brute_init(struct brute *, const struct gset *const *, unsigned n,
	    const struct term *const *query, unsigned n_query, uint32_t most,
	    struct arena *);
bool	term_holds(const struct term *, u128 value);
/* An interface's name as a value; wild: the last that begins so. */
u128	name_value(const char *, size_t len, bool wild);
void	value_print(unsigned field, int family, u128, struct sbuf *);
bool	brute_term(const struct brute *, const struct term *, uint32_t point);
void	brute_point(const struct brute *, uint32_t point, struct sbuf *);
double	brute_weight(const struct brute *, const struct hs_space *,
	    uint32_t point);

/* A ruleset with what each rule matches, by point; if marks change, but for
 * these. */
struct prog {
	const struct gset *s;
	const struct brute *b;
	uint64_t *match[MAX_CHAINS][MAX_RULES];
	bool defrag, changes;
};
void	prog_init(struct prog *, const struct brute *, const struct gset *,
	    struct arena *);
/* Can a packet with these, or the point, enter the chain? */
bool	values_enter(const struct prog *, unsigned chain, u128 in, u128 out,
	    u128 frag);
bool	prog_enters(const struct prog *, unsigned chain, uint32_t point);
bool	prog_matches(const struct prog *, unsigned chain, unsigned rule,
	    uint32_t point);

struct walk {
	const struct prog *p;
	uint32_t point;
	const u128 *values;		/* of all fields; or null: 'point' */
	/* If not null: only rules in it end chains for certain; others do not
	 * end the walk, and a toss is whether they end a chain. */
	const uint32_t *only;
	/* What was met, and of this what did not do what it says. */
	uint32_t hit[MAX_CHAINS], inert[MAX_CHAINS];
	uint64_t logs;			/* prefixes in their order, mixed */
	uint32_t mark;
	struct mark_op made;		/* all that was done to it */
	const struct grule *did[64];	/* that did something, in their order */
	unsigned n_did;
	/* Who decided: -1 is the policy, or the end of a user chain. */
	int chain, rule;
	/* Tosses: what comes out of each; see walk_next. */
	uint8_t toss[32];
	unsigned n_toss, at_toss;
};
/* From the start of a chain to the end. */
void	walk_run(struct walk *, unsigned chain);
/* Another run with other outcomes of the tosses.  False: that was all. */
bool	walk_next(struct walk *);

/* ---- cases ---- */

struct gquery { struct term t[MAX_QUERY]; unsigned n; };

/* Everything that one comparison needs. */
struct kase {
	enum kind { K_DEAD, K_REGIONS, K_DIFF } kind;
	struct gset s[2];		/* K_DIFF: old, new */
	unsigned n;			/* sets */
	struct gquery q;		/* K_REGIONS */
	unsigned chain;			/* K_REGIONS: entered */
	bool chance;			/* there are tosses: bounds only */
	const char *same;		/* K_DIFF: a rewriting, of this kind */
};

/* What is wrong, if something is; 'what' tells its kind.  And what there was
 * to find. */
struct report {
	struct sbuf text;
	const char *what;
	unsigned points, dead, regions, differences;
};

/* The analysis of a case. */
struct engine {
	struct arena arena;
	struct ruleset *rules[2];
	struct analysis *an;
	const struct hs_space *space;
	struct query q;
	const struct kase *k;
};
/* False: the text was not taken, as 'why' says. */
bool	engine_init(struct engine *, const struct kase *, struct report *why);
void	engine_free(struct engine *);
const struct chain *engine_chain(const struct engine *, unsigned set,
	    unsigned chain);
/* Where a rule stands in the set. */
void	engine_place(const struct engine *, unsigned set, const struct rule *,
	    unsigned *chain, unsigned *rule);
/* Sets a bit for each point that a set of boxes has; false if a point is in
 * two of its boxes. */
bool	engine_points(const struct engine *, const struct brute *,
	    const struct hs *, uint64_t *points);
/* A witness, which enters the chain, as values of all fields. */
void	engine_values(const struct engine *, unsigned chain,
	    const struct point *, u128 *values);

/* False: they differ, as 'why' says. */
bool	check_dead(const struct kase *, struct report *why);
bool	check_regions(const struct kase *, struct report *why);
bool	check_diff(const struct kase *, struct report *why);
bool	check(const struct kase *, struct report *why);
/* Drops rules and tests while it fails in the same way. */
void	reduce(struct kase *, const char *what);

enum { MAX_POINTS = 40000 };

static inline bool
bit_get(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> i % 64 & 1;
}
static inline void
bit_set(uint64_t *set, uint32_t i)
{
	set[i / 64] |= UINT64_C(1) << i % 64;
}
static inline uint64_t *
bits_new(struct arena *a, uint32_t n)
{
	return arena_alloc(a, (n / 64 + 1) * sizeof(uint64_t));
}

#endif
