/* What a verdict hangs on when tests are met that nobody can decide: every
 * consistent way of deciding them is tried. */
#ifndef BRANCH_H
#define BRANCH_H

#include "run.h"

enum { BRANCH_MAX = 64 };		/* runs, and unknowns in one run */

/* 'first' is the run with all unknowns taken as no match, and met some.  If
 * every way ends alike nothing changes but a note; else the report's ending
 * becomes DEPENDS with the branches, or UNDETERMINED if there are too many
 * and those tried agree. */
void	branch_settle(const struct run_setup *, const struct run *first,
	    struct trace_report *);

#endif
