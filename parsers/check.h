/* What the kernel checks when a table is loaded: loops, and where matches
 * and targets may stand. */
#ifndef PARSERS_CHECK_H
#define PARSERS_CHECK_H

#include "model/rule.h"

/* Reports each rule that the kernel would refuse; false if there is one.
 * Takes time linear in rules and matches. */
bool	check_table(struct table *, struct diags *);

#endif
