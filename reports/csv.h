/* Comma-separated values (RFC 4180): a header, lines that end with CR LF,
 * cells in quotes where they need it.
 *
 * Text may be hostile.  Control characters and what is not UTF-8 are escaped,
 * and a cell that a spreadsheet would take for a formula (it begins with
 * = + - @) gets a ' before it. */
#ifndef REPORTS_CSV_H
#define REPORTS_CSV_H

#include "base/sbuf.h"

#include <stdbool.h>
#include <stdio.h>

struct rule;
struct chain;

struct csv {
	FILE *file;
	struct sbuf line;
	bool begun;			/* a cell is in the line */
};

#define CSV_INIT(file)	{ (file), SBUF_INIT, false }

/* The names of the columns, with commas between. */
void	csv_header(struct csv *, const char *names);
void	csv_text(struct csv *, const char *);	/* null: an empty cell */
/* A number, if there is one. */
void	csv_count(struct csv *, bool has, uint64_t);
void	csv_end(struct csv *);		/* of the line */
void	csv_free(struct csv *);

/* Cells for where a rule, or else a chain's policy, stands: family, table,
 * chain, rule, file, line. */
#define CSV_PLACE	"family,table,chain,rule,file,line"
void	csv_place(struct csv *, const struct rule *, const struct chain *);

#endif
