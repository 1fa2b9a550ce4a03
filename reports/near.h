/* Rules that nearly matched, or would have if the packet had come by: the
 * tests of a rule one by one, beside those that decided. */
#ifndef REPORTS_NEAR_H
#define REPORTS_NEAR_H

#include "model/ctx.h"

/* Does the rule's basic test hold for the packet? */
bool	near_basic(const struct rule *, const struct packet *,
	    enum basic_test);
/* Do all tests of the rule hold but the one that failed ('basic' or 'use';
 * with neither: all)?  With 'anywhere' interfaces are not asked.  What hangs
 * on memory or chance is taken to hold.  How many tests that say something
 * held, or -1 if one does not. */
int	near_match(const struct rule *, const struct ctx *,
	    enum basic_test basic, const struct use *use, bool anywhere);
/* "in is eth0, rule wants lo" */
void	near_explain_basic(const struct rule *, const struct packet *,
	    enum basic_test, struct sbuf *);
/* The verdict of a rule that ends a table, V_CONTINUE of any other. REJECT
 * counts as V_DROP. */
enum verdict near_verdict(const struct rule *);

#endif
