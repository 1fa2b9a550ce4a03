/* Findings are shown when the simulator has agreed with them. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "analysis/audit.h"
#include "witness.h"

/* Replays the witness of every finding that has one and puts it in words.
 * One that the simulator does not agree with is told to standard error with
 * both sides' words, loses its witness, and is possible from then on; returns
 * how many these are: internal errors.  'env' gets interfaces that witnesses
 * come by. */
unsigned confirm_findings(struct audit *, struct env *);

/* Does the simulator agree that the packet ends so in the chain that it
 * enters, by the rule or, if that is null, the policy (both null: the chain's
 * end)?  True also where it cannot say.  Else both sides' words go to
 * standard error: an internal error of 'command'. */
bool	confirm_end(struct replayer *, const char *command,
	    const struct point *, const struct chain *entry,
	    const struct rule *, const struct chain *policy, enum verdict);

#endif
