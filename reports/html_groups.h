/* Chains of a table that some software made by the thousand: those whose
 * names differ in their last part only (KUBE-SEP-..., cali-tw-...) are one
 * row, if there are several. */
#ifndef REPORTS_HTML_GROUPS_H
#define REPORTS_HTML_GROUPS_H

#include "reports/html_put.h"

struct chain_group {
	const char *name;		/* "KUBE-SEP-" */
	const struct chain *first;
	uint64_t chains, rules, listed;
	bool told;			/* for who goes through them */
	unsigned node;
};

struct chain_groups { struct map by_name; };

/* All groups of the table, in the page's arena. */
void	html_groups_make(struct html *, const struct table *,
	    struct chain_groups *);
/* Null: it stands for itself. */
struct chain_group *html_group_of(const struct chain_groups *,
	    const struct chain *);

#endif
