/* What the analysis says, as reports tell it (reports/regions.h). */
#ifndef TOLD_H
#define TOLD_H

#include "analysis/analysis.h"
#include "reports/regions.h"

/* "ACCEPT", "REJECT", ...; "RETURN" for the end of a user chain. */
const char *told_verdict(enum verdict, bool reject);
/* The boxes in words and for machines; texts go to the arena. */
void	told_packets(const struct analysis *, const struct hs *, bool complete,
	    double count, struct arena *, struct packet_set *);
/* What it hangs on that the rule may or may not decide: "-m limit of this
 * rule", or of those that packets from 'entry' may meet before. */
const char *told_may(const struct rule *, const struct chain *entry,
	    struct arena *);
/* A packet that enters 'entry' in words; null if words cannot say it. */
const char *witness_text(const struct point *, const struct chain *entry,
	    struct env *, struct arena *);

#endif
