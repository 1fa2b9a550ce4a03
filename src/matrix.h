/* The service matrix: which new connections the filter table accepts from
 * each interface to each other and to this host. */
#ifndef MATRIX_H
#define MATRIX_H

#include "analysis/analysis.h"
#include "progress.h"
#include "reports/regions.h"

enum { MATRIX_USUAL_WORK = 400000 };

/* Of one family; 'asked' are further tests of the packets.  Zones are the
 * interfaces of the snapshot, those that no rule of the filter table tells
 * apart as one; without it those that rules name, and all others.  False:
 * it was given up after 'work' regions and boxes, some 100,000 of which take
 * a second (0: never); what it came to is not complete. */
bool	matrix_family(const struct ruleset *, struct env *,
	    const struct query *asked, uint64_t work, struct arena *,
	    struct progress *, struct matrix_family *);

#endif
