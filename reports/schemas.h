/* The published JSON Schemas (draft 2020-12) of what commands write as JSON:
 * reports/schemas/NAME.json, built in by the Makefile. */
#ifndef REPORTS_SCHEMAS_H
#define REPORTS_SCHEMAS_H

#include "base/sbuf.h"

/* NAME is that of "schema": "nfwalk.NAME/1"; the text is the file's. */
struct schema { const char *name, *text; };

/* Sorted by name; ends with a null name. */
extern const struct schema schemas[];

/* Appends nfwalk-json(5): their members, types and descriptions, as mdoc. */
void	schemas_man(struct sbuf *);

#endif
