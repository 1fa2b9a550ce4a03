/* Help on a terminal, made from the commands' tables. */
#ifndef HELP_H
#define HELP_H

#include "command.h"

#include <stdio.h>

/* What 'nfwalk COMMAND --help' prints. */
void	help_command(const struct command *, FILE *);
/* What 'nfwalk --help' prints. */
void	help_all(FILE *);
/* Appends "-r, --rules FILE"; without a short name it is indented as if
 * there were one. */
struct sbuf;
void	help_names(const struct command *, unsigned t, const struct arg *,
	    struct sbuf *);
/* Appends what the option does, with its words; a line. */
void	help_text(const struct command *, const struct arg *, struct sbuf *);

#endif
