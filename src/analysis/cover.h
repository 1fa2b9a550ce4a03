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

/* Boxes of earlier steps: what they keep from a place for certain. */
struct cand { const hs_cell *box; uint32_t step; };
struct cands { struct cand *v; unsigned n, room; };
/* Adds those that meet 'box', of all rules or of 'only'; 'v' is malloc'ed;
 * their boxes may live in 'own', and are for packets of 'box' alone. */
void	cover_find(struct program *, const hs_cell *box, uint32_t at,
	    const struct rule *only, struct cands *, struct arena *own);
/* Do these cover the box?  As cover_box. */
enum cover cover_with(struct program *, const hs_cell *box,
	    const struct cands *, hs_cell *witness);
/* The rule that keeps all of a box from 'at' by one box of one step: 'only',
 * or if that is null the earliest; null: none does. */
const struct rule *cover_single(struct program *, const hs_cell *box,
	    uint32_t at, const struct rule *only);
/* The steps that a point meets and that keep it from 'at' for certain: in
 * their order; the last ends it, if it is not a goto.  'v' is malloc'ed. */
void	cover_met(struct program *, const hs_cell *point, uint32_t at,
	    struct cands *);

/* A step that nothing comes to. */
struct covered { struct program *p; uint32_t at; };
/* The fewest rules that together keep all packets from the 'n' steps, which
 * those before them do: into 'by', malloc'ed, in the order of the steps;
 * returns how many.  (The fewest if that is found with reasonable work, else
 * few.) */
unsigned cover_blame(const struct covered *, unsigned n,
	    const struct rule ***by);

/* A random point of a box, by classes; 'random' is the state. */
void	cover_point(const struct hs_space *, const hs_cell *box,
	    uint64_t *random, hs_cell *out);

#endif
