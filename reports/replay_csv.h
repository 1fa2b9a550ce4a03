/* A replay as CSV: a line for each rule and policy, with its counters after
 * the run (those of the dump, and what was counted); or for each flow. */
#ifndef REPORTS_REPLAY_CSV_H
#define REPORTS_REPLAY_CSV_H

#include "reports/history.h"
#include "reports/save.h"

/* Both families; null: not there. */
void	csv_counters(const struct ruleset *const rules[2],
	    const struct save_counters *after, FILE *);
/* In the order in which they began. */
void	csv_flows(struct history *, FILE *);

#endif
