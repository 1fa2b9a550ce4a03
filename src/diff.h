/* Two rulesets of one host side by side: parts of nfwalk diff. */
#ifndef DIFF_H
#define DIFF_H

#include "analysis/analysis.h"
#include "feed.h"
#include "inputs.h"
#include "reports/diff.h"

/* [0] before, [1] now; of each family, never null. */
struct diff_sides { const struct ruleset *rules[2][2]; };

/* How many rules were added and removed by their text, and so on: fills in
 * added, removed, policies, moved. */
void	diff_rules(const struct diff_sides *, struct arena *,
	    struct diff_report *);

/* A network whose people log in by ssh. */
struct management {
	const char *text;
	int family;
	struct query ssh;		/* new connections to port 22 from it */
};

/* False: it is no network. */
bool	management_read(const char *, struct management *);
/* What becomes of them in filter/INPUT; the analysis is that of their
 * family, and knows the query. */
void	diff_lockout(struct analysis *, const struct diff_sides *,
	    const struct management *, struct env *, struct arena *,
	    struct diff_lockout *);

/* Runs captures through both.  False after errors, in in->diags. */
bool	diff_replay(struct inputs *, const struct diff_sides *,
	    const struct feed_input *, unsigned n, struct diff_traffic *);

#endif
