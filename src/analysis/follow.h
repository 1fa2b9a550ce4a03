/* Packets followed through a program, split where a step tells them apart.
 *
 * Exact where the rest of the analysis need not be: fields that targets
 * change on the way (marks, addresses) are followed too. */
#ifndef ANALYSIS_FOLLOW_H
#define ANALYSIS_FOLLOW_H

#include "analysis/program.h"

struct dim_set { uint64_t w[(HS_MAX_DIMS + 63) / 64]; };

static inline bool
dim_in(const struct dim_set *s, unsigned i)
{
	return s->w[i / 64] >> i % 64 & 1;
}

/* A target that was used on the way, the last first. */
struct effect {
	const struct program *p;
	uint32_t step;
	struct dim_set unknown;		/* it made something unknown of these */
	const struct effect *before;
};

/* Packets somewhere on their way. */
struct flow {
	const hs_cell *now;		/* what they are */
	const hs_cell *was;		/* what they were at the start */
	struct dim_set changed;		/* dimensions that were given values */
	/* Of these, those of which nobody knows the value: anything, or what
	 * later steps asked for, and then the flow is possible. */
	struct dim_set unknown;
	const struct effect *effects;
	bool possible;			/* they may be here, or not */
};

struct follow {
	struct analysis *an;
	struct arena *scratch;		/* effects; lives as long as they do */
	uint64_t work, limit;		/* steps taken, and how many at most */
	bool full;			/* given up */
	/* Memory and chance are conditions of their own (analysis_new_diff):
	 * what is not exact is not followed both ways. */
	bool settled;
	/* The flow that matches a step, before it acts; may be null. */
	void	(*hit)(struct follow *, struct program *, uint32_t step,
		    const struct flow *);
	/* The flow that a step (TAKE, END) ends; borrowed for the call. */
	void	(*end)(struct follow *, struct program *, uint32_t step,
		    const struct flow *);
	void *arg;
};

/* Follows 'start' (not changed yet: now is was, or as another program left
 * it) to all its ends.  May be called from 'end' for the next program. */
void	follow(struct follow *, struct program *, const struct flow *start);
/* What the target of a step does to the fields of a flow: 'now' (a copy of
 * flow->now), flow->changed and flow->unknown are changed; flow->possible is
 * set where the outcome hangs on more than the flow tells. */
void	follow_change(const struct program *, const struct step *, hs_cell *now,
	    struct flow *);
/* Sets one field to a value, as a target would. */
void	follow_set(struct analysis *, enum field, u128 value, hs_cell *now,
	    struct flow *);
/* Cuts a flow down: 'now' is part of flow->now; 'was' (out) is what of
 * flow->was becomes it. */
void	follow_narrow(const struct hs_space *, const struct flow *,
	    const hs_cell *now, hs_cell *was);

#endif
