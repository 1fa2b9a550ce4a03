/* Pieces of Markdown as GitHub renders it ($GITHUB_STEP_SUMMARY): headings,
 * tables, code.
 *
 * Text may be hostile: control characters and what is not UTF-8 are escaped,
 * and so is all that would be markup, a link or another column.  A summary
 * may have 1 MiB, so that long texts are cut, with "..." at their end. */
#ifndef REPORTS_MD_H
#define REPORTS_MD_H

#include "base/sbuf.h"

#include <stdbool.h>

struct rule;
struct chain;
struct env;

enum { MD_LONGEST = 400, MD_MANY = 100 };	/* bytes; rows of a table */

/* Plain words. */
void	md_text(struct sbuf *, const char *);
/* As code; for cells of tables. */
void	md_code(struct sbuf *, const char *);
/* "| a | b |" and the line below; 'names' have '|' between. */
void	md_header(struct sbuf *, const char *names);
/* The cells of a row: each begins with md_cell, the last ends with md_row. */
void	md_cell(struct sbuf *);
void	md_row(struct sbuf *);
/* "17 more", in place of rows; nothing for 0. */
void	md_more(struct sbuf *, unsigned n, const char *what);
/* "filter/INPUT#4 (rules:12)" of a rule, or of a chain's policy or end;
 * "-": of neither. */
void	md_decider(struct sbuf *, const struct rule *, const struct chain *);
/* What was taken for granted, folded. */
void	md_assumed(struct sbuf *, const char *const *, unsigned n);

#endif
