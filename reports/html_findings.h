/* Findings in the order in which a page has them: worst first. */
#ifndef REPORTS_HTML_FINDINGS_H
#define REPORTS_HTML_FINDINGS_H

#include "reports/html_put.h"

struct shown_finding {
	const struct finding *finding;
	unsigned nth;			/* of its id, in the order of rules */
};

/* Those that count, at most PLAN_FINDINGS; *n of them, *all there are. */
const struct shown_finding *html_findings_shown(struct html *, unsigned *n,
	    unsigned *all);

#endif
