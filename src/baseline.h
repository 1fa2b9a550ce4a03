/* A baseline: findings that were there when somebody began to look, so that
 * only new ones are told.  A text file, one line each, the key that
 * reports/findings.h makes: it does not know of line numbers. */
#ifndef BASELINE_H
#define BASELINE_H

#include "analysis/audit.h"
#include "base/out.h"

/* Marks the findings that 'path' has as suppressed; an entry is good for
 * one.  FW9007 for each entry that matches nothing although its id is on and
 * its family is there.  False and errors if the file cannot be read. */
bool	baseline_apply(const char *path, struct audit *, struct diags *);
/* Writes the findings, but those that the ruleset's own comments suppress,
 * and marks them. */
bool	baseline_write(const char *path, struct audit *, struct diags *);

#endif
