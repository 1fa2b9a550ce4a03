/* Rules that have something in common: one finding for all of them. */
#ifndef ANALYSIS_GROUP_H
#define ANALYSIS_GROUP_H

#include "model/finding.h"

struct group {
	struct group *next;
	const char *message;
	const struct rule **rules;
	unsigned n, room;
};

struct groups {
	struct findings *out;
	struct map by_message;
	struct group *first, *last;
};

/* Adds a rule to those of which the message can be said; it is kept. */
void	groups_add(struct groups *, const char *message, const struct rule *);
/* A finding for each group of 'at_least' rules: about its first rule, by the
 * others.  Frees the groups. */
void	groups_tell(struct groups *, const char *id, unsigned at_least);

#endif
