/* What nfwalk can find and say, explained: the pages of 'nfwalk explain' and
 * the list of 'nfwalk rules', and the manual page of both. */
#ifndef REPORTS_CATALOGUE_H
#define REPORTS_CATALOGUE_H

#include "base/sbuf.h"
#include "model/event.h"
#include "model/finding.h"

#include <stdio.h>

extern const char *const profile_names[];	/* ends with null; bit 1 << i */
/* The page of a reason; null where its sentence says it all. */
extern const char *const reason_pages[N_REASONS];

/* Appends the names of a set of profiles, with commas; "-" if it is empty. */
void	catalogue_profiles(struct sbuf *, unsigned profiles);
/* The page of a finding; of why a packet ended. */
void	catalogue_page(const struct check *, FILE *);
void	catalogue_reason(enum reason, FILE *);
/* All findings, a line each: id, severity, profiles, title. */
void	catalogue_list(FILE *);
/* "schema": "nfwalk.rules/1": the same with the pages. */
void	catalogue_json(FILE *);
/* Appends nfwalk-rules(7): all pages, as mdoc. */
void	catalogue_man(struct sbuf *);

#endif
