/* Which change would make the answer another one: candidates, each tried on
 * an edited copy of the rules before it is proposed. */
#ifndef FIX_H
#define FIX_H

#include "run.h"

/* Fills in report->fixes for a packet that rules accepted or dropped. */
void	fix_find(const struct run_setup *, struct trace_report *);

#endif
