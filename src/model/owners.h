/* Other software that makes chains of its own, known by their names. */
#ifndef MODEL_OWNERS_H
#define MODEL_OWNERS_H

#include "model/rule.h"

/* Who makes a chain of this name and may undo what others change in it
 * ("Docker"); null: nobody known.  DOCKER-USER is the administrator's. */
const char *chain_owner(const struct chain *);
/* Is it kept for the administrator's rules, or filled as things happen, so
 * that it may well be empty? */
bool	chain_is_hook(const struct chain *);

#endif
