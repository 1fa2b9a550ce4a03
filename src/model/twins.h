/* Rules of two chains that are written alike. */
#ifndef MODEL_TWINS_H
#define MODEL_TWINS_H

#include "model/rule.h"

/* Which rules of 'new' stand in 'old' by the same words (counters aside), in
 * the same order: into 'with', new->n indexes of old's rules, or UINT32_MAX.
 * Both chains are of the same table and have the same name, so that such
 * rules are the same.  Finds all but what moved far; n steps. */
void	rule_twins(const struct chain *old, const struct chain *new,
	    uint32_t *with);

#endif
