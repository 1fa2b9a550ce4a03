/* Command lines: a table of options, the rest are arguments.
 *
 *	--name VALUE, --name=VALUE, -x VALUE, -xVALUE, "--" ends the options.
 *
 * An option may stand anywhere among the arguments; options are taken in
 * order, so that one can set the scene for a later one (-4 before -r). */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>

struct arg {
	const char *name, *alias;	/* "--snapshot", "-S" or null */
	bool takes;			/* a value */
	/* Takes it; 'value' is null without one.  False: the value is bad and
	 * it said so with args_error. */
	bool (*set)(void *ctx, const struct arg *, const char *value);
};

struct args {
	const char *command;		/* "replay": for messages */
	const char *usage;		/* printed by --help */
	const struct arg *tables[5];	/* end with a null name, and null */
	void *ctx[5];			/* given to 'set' of each table */
	const char **rest;		/* malloc'ed; what was no option */
	unsigned n_rest;
	bool helped;			/* --help was asked for and answered */
};

/* Reads argv[1..].  False: wrong, and said so; or 'helped'. */
bool	args_parse(struct args *, int argc, char **argv);
/* "nfwalk COMMAND: ..." on standard error; returns false. */
bool	args_error(const char *command, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
