/* Witnesses of whole paths, sent through the simulator from end to end. */
#ifndef REPLAY_PATH_H
#define REPLAY_PATH_H

#include "analysis/path.h"
#include "inputs.h"
#include "witness.h"

struct path_replayer;

/* For many packets through these rules (either may be null); each comes when
 * what the others left is forgotten. */
struct path_replayer *path_replayer_new(struct inputs *,
	    const struct ruleset *const rules[2]);
void	path_replayer_free(struct path_replayer *);	/* null-safe */
/* Does the packet, one of the region's, come to the end that the region
 * tells, translated as it says?  If it is ESTABLISHED its connection begins
 * first, by the first packet of that.  'why' (cleared first) says what both
 * sides say if they differ, or why there is no answer. */
enum witness_answer path_replay(struct path_replayer *, struct analysis *,
	    enum path, const struct path_region *,
	    const struct path_witness *, struct sbuf *why);

#endif
