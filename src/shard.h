/* Shards of a replay: each is given all captures and looks at some of the
 * pairs of hosts, so that they can run on different machines and nfwalk merge
 * adds up what they found.
 *
 * That is what one run would have found if nothing in the rules hangs on
 * packets between other hosts.  What does is found here, and told. */
#ifndef SHARD_H
#define SHARD_H

#include "model/pair.h"
#include "reports/summary.h"

struct inputs;

/* "I/N", I from 0 to N - 1.  False: it is none. */
bool	shard_read(const char *text, struct replay_shard *);
/* Is this pair (family 0: what is not IP) in the shard?  All are if there is
 * none (null, or of 0). */
bool	shard_has(const struct replay_shard *, const struct addr_pair *);
/* Finds what the shard's packets share with those of others; the list is the
 * inputs' arena's. */
void	shard_safety(struct replay_shard *, struct inputs *);
/* Tells of it on standard error. */
void	shard_tell(const struct replay_shard *);

#endif
