/* What the analysis says, as reports tell it (reports/regions.h). */
#ifndef TOLD_H
#define TOLD_H

#include "analysis/path.h"
#include "reports/regions.h"

/* "ACCEPT", "REJECT", ...; "RETURN" for the end of a user chain. */
const char *told_verdict(enum verdict, bool reject);
/* "allowed" and "newly allowed": for machines, for people. */
struct told_change { const char *kind, *words; };
const struct told_change *told_change(enum diff_kind);
/* The boxes in words and for machines, without what they have in common with
 * 'whole', the box of all packets that there are; texts go to the arena. */
void	told_packets(const struct hs_space *, const struct hs *,
	    const hs_cell *whole, bool complete, double count, struct arena *,
	    struct packet_set *);
/* The chances (analysis_new_diff) that a set hangs on, as a list; null:
 * none. */
const char *told_chances(const struct hs_space *, const struct hs *,
	    struct arena *);
/* A packet that people expect: of all of the set, if that is known. */
void	usual_witness(const struct hs_space *, const struct hs *,
	    bool complete, struct point *);
/* What a possible region hangs on: "-m limit of filter/INPUT#4; ..." */
const char *told_may(struct analysis *, const struct chain *entry,
	    const struct region *, struct arena *);
/* A packet that enters 'entry' in words; null if words cannot say it. */
const char *witness_text(const struct point *, const struct chain *entry,
	    struct env *, struct arena *);
/* The same of one that sets out on a path. */
const char *witness_text_path(const struct point *, enum path, struct env *,
	    struct arena *);
/* The chain before which it stands then. */
struct path_entry { struct table table; struct chain chain; };
const struct chain *path_entry(struct path_entry *, enum path);

#endif
