/* What the two files that tell a trace as text share: trace_text.c, which has
 * the order of things, and trace_path.c, which has the path. */
#ifndef REPORTS_TELL_H
#define REPORTS_TELL_H

#include "reports/trace.h"

enum { TELL_WIDTH = 80, TELL_LABEL = 9 };

enum tell_look { S_NONE, S_GOOD, S_BAD, S_UNSURE, S_NAT, S_DIM, S_BOLD };

struct teller {
	const struct trace_report *r;
	struct sbuf b;			/* what was told */
	int verbose;
	bool color;
	bool one_file;			/* places are ":31" */
};

void	tell_style(struct teller *, enum tell_look);
/* The column that the line at hand has got to, from 0. */
size_t	tell_at(const struct teller *);
/* Spaces up to column 'col'; two if the line is there already. */
void	tell_column(struct teller *, size_t col);
/* Text from the column at hand on, broken at spaces so that it stays within
 * the width, continued at 'indent'. */
void	tell_wrap(struct teller *, size_t indent, const char *);
/* The word that begins a section. */
void	tell_label(struct teller *, const char *);
/* Ends the line, without spaces at its end. */
void	tell_end(struct teller *);
/* One empty line before what follows. */
void	tell_gap(struct teller *);
/* "  :31" at the right, or file and line if there are several files; of a
 * rule or else of a chain, either may be null. */
void	tell_place(struct teller *, const struct rule *, const struct chain *);

/* The steps of one packet: 0, or one that the host made because of it. */
void	tell_path(struct teller *, const struct trace *, unsigned packet);

#endif
