/* The service matrix: which new connections the filter table accepts from
 * each interface to each other and to this host. */
#ifndef MATRIX_H
#define MATRIX_H

#include "analysis/analysis.h"
#include "reports/regions.h"

/* Of one family; 'asked' are further tests of the packets.  Zones are the
 * interfaces of the snapshot, those that no rule of the filter table tells
 * apart as one; without it those that rules name, and all others. */
void	matrix_family(const struct ruleset *, struct env *,
	    const struct query *asked, struct arena *, struct matrix_family *);

#endif
