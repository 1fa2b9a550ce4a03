/* Which ruleset it is: a SHA-256 that is the same for rulesets that do the
 * same in the same words.  Counters, comments, the order of tables and of
 * chains, and tables that are as they are when nobody has touched them make
 * no difference; the names of chains do. */
#ifndef REPORTS_RULES_HASH_H
#define REPORTS_RULES_HASH_H

#include "base/sha256.h"
#include "model/rule.h"

enum { RULES_HASH_SIZE = 2 * SHA256_SIZE + 1 };

/* In hexadecimal, and terminated. */
void	rules_hash(const struct ruleset *, char out[RULES_HASH_SIZE]);

#endif
