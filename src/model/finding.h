/* Findings of the analysis, as facts for the reports. */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include "model/field.h"
#include "model/rule.h"

enum severity { SEV_NOTE, SEV_WARNING, SEV_ERROR };
enum profile { PROFILE_DEFAULT = 1, PROFILE_CIS = 2, PROFILE_PCI = 4,
    PROFILE_STRICT = 8 };

/* One kind of finding: a row of src/analysis/catalogue.c (product.md 5). */
struct check {
	const char *id;			/* "FW2001" */
	enum severity severity;
	unsigned profiles;		/* bits of enum profile: on in these */
	const char *title;		/* what it means, in a line */
	/* The page of 'nfwalk explain'; paragraphs of plain text. */
	const char *what, *why, *bad, *good, *standards;
};

extern const struct check checks[];
extern const unsigned n_checks;
/* Null if there is none. */
const struct check *check_find(const char *id);

/* Where the witness is to be shown: injected at the start of this chain. */
struct finding {
	const struct check *check;
	enum severity severity;		/* the check's, or less */
	bool possible;			/* certain if false */
	int family;			/* AF_INET, AF_INET6 */
	enum table_id table;		/* N_TABLES: about no table */
	const struct chain *chain;	/* null: about no chain */
	const struct rule *rule;	/* null: about no rule */
	struct loc loc;			/* if there is no rule or chain */
	const char *message;		/* a sentence, without the place */
	/* The smallest set of rules that together cause it. */
	const struct rule **by;
	unsigned n_by;
	/* A packet that shows it; null: none can. */
	struct point *witness;
	const struct chain *entry;	/* built-in chain that it enters */
	/* What the simulator must say of the witness in 'entry'. */
	enum { SHOWS_NOTHING, SHOWS_RULE_HIT,	/* 'rule' matches it */
	    SHOWS_TAKEN_BY,		/* 'rule' would match, one of 'by' ends it */
	    SHOWS_VERDICT } shows;
	enum verdict verdict;		/* SHOWS_VERDICT */
	const char *fix;		/* what to do; null: nothing to say */
	const char *suppressed;		/* why it is not counted, or null */
	bool in_source;			/* ... says a comment in the ruleset */
	const char *words;		/* the witness as a packet in words */
	const char *rest;		/* what words cannot say of it, or null */
};

struct findings {
	struct arena *arena;
	struct finding **list;
	unsigned n, room;
};

/* A new finding of this id, about a rule, or a chain, or neither (both
 * null); the message is formatted into the arena. */
struct finding *finding_add(struct findings *, const char *id,
	    const struct rule *, const struct chain *, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));

#endif
