/* An nfwalk.replay/1 in other forms: what is left of a replay when its rules
 * and packets are elsewhere. */
#ifndef REPORTS_RUNS_H
#define REPORTS_RUNS_H

#include <stdio.h>

struct cJSON;

typedef void run_put(const struct cJSON *, FILE *);
run_put run_text;
run_put run_json;
run_put run_md;
run_put run_csv;			/* a line for each way to end */

#endif
