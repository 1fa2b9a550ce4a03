/* Two lists of steps laid beside one another (align.c). */
#ifndef ANALYSIS_ALIGN_H
#define ANALYSIS_ALIGN_H

#include "analysis/program.h"

struct align_item {
	uint64_t hash;			/* of all that a step is and does */
	uint32_t at;			/* its step */
	bool paired;
	uint32_t with;			/* index on the other side, if paired */
};

/* Pairs items of equal hash in the same order on both sides; most of those
 * that can be, in n log n. */
void	align(struct align_item *a, uint32_t n, struct align_item *b,
	    uint32_t m);
/* Takes RETURN and -g out of their pairs where they leave out other steps on
 * one side than on the other. */
void	align_scopes(const struct program *, struct align_item *a, uint32_t n,
	    const struct program *, struct align_item *b, uint32_t m);

#endif
