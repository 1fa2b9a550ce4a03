/* What nfwalk can find and say, explained: the pages of 'nfwalk explain' and
 * the list of 'nfwalk rules'. */
#ifndef REPORTS_CATALOGUE_H
#define REPORTS_CATALOGUE_H

#include "model/event.h"
#include "model/finding.h"

#include <stdio.h>

extern const char *const profile_names[];	/* ends with null; bit 1 << i */

/* The page of a finding; of why a packet ended. */
void	catalogue_page(const struct check *, FILE *);
void	catalogue_reason(enum reason, FILE *);
/* All findings, a line each: id, severity, profiles, title. */
void	catalogue_list(FILE *);
/* "schema": "nfwalk.rules/1": the same with the pages. */
void	catalogue_json(FILE *);

#endif
