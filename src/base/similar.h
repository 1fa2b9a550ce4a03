/* "Did you mean": which of some words looks most like what somebody typed.
 *
 *	struct similar s = similar_to(word, len);
 *	for each known word: similar_try(&s, known);
 *	s.best is null if nothing comes near.
 *
 * Near is who has one letter wrong, missing, too many or swapped with its
 * neighbour; two in words of five letters or more.  Case does not count, and
 * the beginning of a word is near it. */
#ifndef BASE_SIMILAR_H
#define BASE_SIMILAR_H

#include <stddef.h>

struct similar {
	const char *word;
	size_t len;
	unsigned distance;		/* below it a word is better than 'best' */
	const char *best;		/* as it was given to similar_try */
};

/* 'word' of 'len' characters is borrowed. */
struct similar similar_to(const char *word, size_t len);
void	similar_try(struct similar *, const char *known);
/* All words of a list that ends with null. */
void	similar_try_all(struct similar *, const char *const *known);

#endif
