/* A ruleset as iptables -L shows it. */
#ifndef REPORTS_LIST_H
#define REPORTS_LIST_H

#include "reports/save.h"

/* One rule as a line of -L -n -v -x --line-numbers, without the newline. */
void	list_rule(const struct rule *, const uint64_t counters[2],
	    struct sbuf *);
/* All chains of format->table (-1: filter), or format->chain alone, as
 * iptables -t TABLE -nvxL [CHAIN] --line-numbers prints them. */
void	list_ruleset(const struct ruleset *, const struct save_format *,
	    FILE *);

#endif
