/* What a command does to a ruleset: append, insert, delete, new chains. */
#ifndef PARSERS_EDIT_H
#define PARSERS_EDIT_H

#include "parsers/cmdline.h"

/* Carries out what cmdline_read read.  What a host's kernel would refuse of
 * a command that only takes away (deleting what is not there) is an error in
 * a dump and a warning in a script, which goes on.  False after an error. */
bool	edit_run(struct cmdline *);
/* Empties the table as iptables-restore does when it comes to "*TABLE":
 * rules and user chains go, policies of built-in chains stay. */
void	edit_clear(struct table *);
/* Appends a finished rule; counts the reference of a jump. */
void	edit_append(struct chain *, struct rule *);

#endif
