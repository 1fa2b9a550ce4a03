/* Findings that somebody looked at and accepted, in the ruleset itself:
 *
 *	# nfwalk: ignore FW3003,FW3004 until=2026-12-31 reason="bastion"
 *	-A INPUT -p tcp --dport 22 -j ACCEPT
 *	-A INPUT ... -m comment --comment "nfwalk:FW3003 OPS-1142" -j ACCEPT
 *
 * A '#' line is about what the next line declares that is no comment: a
 * rule, a chain, or a table and all in it; before the first table, or as
 * "ignore-file", about the whole file.  The kernel keeps comments of rules,
 * not those. */
#ifndef SUPPRESS_H
#define SUPPRESS_H

#include "analysis/audit.h"
#include "base/diag.h"

/* Marks the findings of 'a' that are suppressed.  Adds FW9004 for '#' lines
 * whose until= has passed (those in rules: analysis/c_hygiene.c) and FW9007
 * for suppressions that match nothing; warns of what it cannot read. */
void	suppress(struct audit *a, struct diags *);

#endif
