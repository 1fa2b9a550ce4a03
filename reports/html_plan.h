/* What a page lists, settled before it is written, so that nothing links to
 * what is not there and its size has a bound.
 *
 * Rules that something links to are listed; of the others as many as there is
 * room for, the built-in chains first.  All else is counted where it would
 * stand. */
#ifndef REPORTS_HTML_PLAN_H
#define REPORTS_HTML_PLAN_H

#include "reports/html_put.h"

enum { PLAN_RULES = 4000, PLAN_CHAIN_RULES = 1000, PLAN_CHAINS = 1500,
    PLAN_FINDINGS = 1000, PLAN_BY = 20, PLAN_PACKETS = 6 };

/* A rule that is listed, and who links to it. */
struct listed {
	const struct rule *rule;
	struct listed_finding {
		struct listed_finding *next;
		const struct finding *finding;
		unsigned nth;		/* of its id, from 1 */
	} *findings, **tail;
	const struct history_packet *packets[PLAN_PACKETS];	/* the first */
	unsigned n_packets;
};

/* Made, and filled by the 'want' of all parts. */
void	html_plan_make(struct html *, const struct html_part *const *parts);
/* Lists it.  Null: it belongs to no ruleset of the page. */
struct listed *html_want(struct html *, const struct rule *);
/* Lists the chain, if it is one of the page's. */
void	html_want_chain(struct html *, const struct chain *);
/* Null, false: it is not listed. */
struct listed *html_listed(const struct html *, const struct rule *);
bool	html_chain_listed(const struct html *, const struct chain *);

#endif
