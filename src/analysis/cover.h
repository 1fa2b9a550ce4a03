/* Is a box covered by the steps before it, and by which? */
#ifndef ANALYSIS_COVER_H
#define ANALYSIS_COVER_H

#include "analysis/program.h"

enum cover { COVER_NO, COVER_YES, COVER_UNDECIDED };

/* Steps that keep packets from a place: those that do for certain, or those
 * that may. */
enum by { BY_CERTAIN, BY_ANY };

/* Does every packet of 'box' meet a step that keeps it from step 'at'?  If
 * not, 'witness' (space->n cells, may be null) is a box of packets that come
 * through.  Undecided: given up after much work. */
enum cover cover_box(struct program *, const hs_cell *box, uint32_t at,
	    enum by, hs_cell *witness);
/* The same for packets that go through two programs: they must come to 'at'
 * of the one and to 'at2' of the other. */
enum cover cover_both(struct program *, uint32_t at, struct program *,
	    uint32_t at2, const hs_cell *box, hs_cell *witness);
/* What is left of 'box' at step 'at', as disjoint boxes added to 'out', at
 * most 'most' more.  False: there would be more. */
bool	cover_rest(struct program *, const hs_cell *box, uint32_t at, enum by,
	    unsigned most, struct hs *out);
/* The fewest rules whose steps together keep the 'n' boxes from 'at', which
 * they do: into 'by', malloc'ed, in the order of the steps; returns how many.
 * (The fewest if that is found with reasonable work, else few.) */
unsigned cover_blame(struct program *, const hs_cell *const *boxes,
	    unsigned n, uint32_t at, const struct rule ***by);

/* A random point of a box, by classes; 'random' is the state. */
void	cover_point(const struct hs_space *, const hs_cell *box,
	    uint64_t *random, hs_cell *out);

#endif
