/* A ruleset as a shell script of iptables commands, for an empty kernel. */
#ifndef REPORTS_COMMANDS_H
#define REPORTS_COMMANDS_H

#include "reports/save.h"

void	commands_ruleset(const struct ruleset *, const struct save_format *,
	    FILE *);

#endif
