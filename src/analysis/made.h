/* What targets make of packets on their way, told from what they became.
 *
 * MARK, TOS and the like change bits of a field that anybody can see later.
 * What several of them do to it is again such a change, (v & ~mask) ^ x, so
 * that two rows of targets can be compared; all others by their text. */
#ifndef ANALYSIS_MADE_H
#define ANALYSIS_MADE_H

#include "analysis/follow.h"

/* A target, as diff.c has it. */
struct made_step { const struct rule *rule; uint32_t text; };
struct made { struct made_step *v; unsigned n, room; };	/* v is malloc'ed */

enum made_same { MADE_SAME, MADE_OTHERWISE, MADE_SOME };

/* Do both rows come to the same for packets that were in the box?  MADE_SOME:
 * for those in 'same' (out; a part of it), and no others. */
enum made_same made_compare(const struct analysis *, enum hook,
	    const struct made *, const struct made *, const hs_cell *box,
	    hs_cell *same);

#endif
