/* Findings are shown when the simulator has agreed with them. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "analysis/audit.h"

/* Replays the witness of every finding that has one and puts it in words.
 * One that the simulator does not agree with is told to standard error with
 * both sides' words, loses its witness, and is possible from then on; returns
 * how many these are: internal errors.  'env' gets interfaces that witnesses
 * come by. */
unsigned confirm_findings(struct audit *, struct env *);

#endif
