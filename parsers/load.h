/* Rulesets from text: iptables-save dumps, scripts of iptables commands,
 * iptables-xml, JSON; recognised by content (cli-contract: Inputs).
 *
 * parsers/save.c reads dumps, script.c scripts, rules_xml.c and rules_json.c
 * the other two; all of them give words to cmdline.c and have edit.c do what
 * the command says.  load.c chooses; check.c checks what the kernel checks
 * when a table is loaded: loops, hooks, tables, protocols. */
#ifndef PARSERS_LOAD_H
#define PARSERS_LOAD_H

#include "model/rule.h"

struct load {
	struct arena *arena;
	struct diags *diags;
	int family;			/* told by -4/-6; 0: guess */
	struct ruleset *rules[2];	/* [0] v4, [1] v6; null: none seen */
};

/* Reads one file into 'l'; a second file adds its tables (a table that
 * comes again replaces the earlier one, as restore does).  False if there
 * were errors; rules that were good are there all the same. */
bool	load_file(struct load *, const char *path);
bool	load_source(struct load *, const struct source *);
/* For the readers: the ruleset of 'family', made if it is new, gets one more
 * source; the source's index in it, or -1 after an error. */
int	load_add_source(struct load *, int family, const struct source *);

#endif
