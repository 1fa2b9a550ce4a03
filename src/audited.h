/* The audit of what was read, for the commands that tell of it. */
#ifndef AUDITED_H
#define AUDITED_H

#include "analysis/audit.h"
#include "inputs.h"
#include "reports/findings.h"

/* Has the inputs read what only some ids need; before inputs_load. */
void	audited_wants(const struct audit_config *, struct inputs *);
/* Runs every check, has the simulator confirm what it can, and marks what
 * comments of the ruleset suppress.  How many findings the simulator did not
 * agree with: internal errors, which were told to standard error. */
unsigned audited(struct audit *, struct inputs *, const struct audit_config *);
/* Of rules that do not load the errors that are findings ("FW1002"), instead;
 * what was read of them is forgotten.  False: there is none. */
bool	audited_unloaded(struct audit *, struct inputs *,
	    const struct audit_config *);
void	audited_free(struct audit *);
/* For reports; 'on' is made in the inputs' arena. */
void	audited_report(const struct audit *, struct inputs *,
	    struct findings_report *);
/* What day it is, for until=: that of SOURCE_DATE_EPOCH, else the clock's.
 * False, and said so: it is no number. */
bool	audited_today(const char *command, int64_t *seconds);

#endif
