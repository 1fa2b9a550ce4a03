/* Command lines: tables of options (command.h), the rest are arguments.
 *
 *	--name VALUE, --name=VALUE, -x VALUE, -xVALUE, "--" ends the options.
 *
 * An option may stand anywhere among the arguments; options are taken in
 * order, so that one can set the scene for a later one (-4 before -r). */
#ifndef ARGS_H
#define ARGS_H

#include "command.h"

#include <stddef.h>

struct args {
	const struct command *command;
	void *ctx[MAX_TABLES];		/* given to 'set' of each table */
	const char **rest;		/* malloc'ed; what was no option */
	unsigned n_rest;
	bool helped;			/* --help was asked for and answered */
};

/* Reads argv[1..].  False: wrong, and said so; or 'helped'. */
bool	args_parse(struct args *, int argc, char **argv);
/* "nfwalk COMMAND: ..." on standard error; returns false. */
bool	args_error(const char *command, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Which of the option's words 'value' of 'len' characters is; -1 after
 * args_error. */
int	args_word(const char *command, const struct arg *, const char *value,
	    size_t len);

#endif
