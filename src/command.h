/* What a subcommand is, in one table: from it come its help, its manual page,
 * the completions of shells and what args_parse reads.
 *
 * Texts are one line each where that is said; the wrapping is done by who
 * prints them.  In 'text', entries that begin with two spaces are lines shown
 * as they are; others are paragraphs. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

/* Exit codes (cli-contract). */
enum { EXIT_YES, EXIT_NO, EXIT_USAGE, EXIT_INPUT, EXIT_UNDETERMINED,
    EXIT_INTERNAL, N_EXITS };

/* What a value or an argument is: what a shell offers for it. */
enum arg_kind {
	ARG_ANY,			/* nothing is offered */
	ARG_FILE, ARG_FOLDER,
	ARG_CAPTURE,			/* [IFACE=]FILE */
	ARG_WORD, ARG_LIST,		/* one of the words; some, with commas */
	ARG_FORMAT,			/* one of the command's formats */
	ARG_OUTPUT,			/* FORMAT=FILE */
	ARG_IDS,			/* ids of findings, with commas */
	ARG_PAGE,			/* an id of a finding, or a reason */
	ARG_COMMAND,			/* the name of a subcommand */
};

struct arg {
	const char *name, *alias;	/* "--snapshot", "-S" or null */
	const char *value;		/* its name, "DIR"; null: takes none */
	/* Takes it; 'value' is null without one.  False: the value is bad and
	 * it said so with args_error. */
	bool (*set)(void *ctx, const struct arg *, const char *value);
	/* What it does, in a line; null: it is taken but not told of.  Words
	 * and formats are added behind it. */
	const char *help;
	const char *more;		/* for the manual; null: that is all */
	enum arg_kind kind;
	const char *const *words;	/* of ARG_WORD, ARG_LIST; ends with null */
	bool repeatable;
};

enum { MAX_TABLES = 12 };		/* the last one is empty */

struct command {
	const char *name, *alias;	/* "audit"; "lint" or null */
	const char *summary;		/* a line; no capital, no full stop */
	/* Behind "nfwalk NAME"; ends with null. */
	const char *const *synopsis;
	const char *about;		/* a paragraph, of the help and the manual */
	const char *const *text;	/* of the manual; ends with null; or null */
	/* Options; ends with null args.  An option of an earlier table hides
	 * the same one of a later. */
	struct arg_table {
		const char *title;
		const struct arg *args;	/* ends with a null name */
	} tables[MAX_TABLES];
	enum arg_kind operands;		/* what arguments are */
	const char *const *formats;	/* ends with null; null: it has none */
	const char *exits[N_EXITS];	/* null: as for all commands */
	/* Ends with null; or null. */
	const struct example { const char *what, *line; } *examples;
	const char *see;		/* "nfwalk-test(5) iptables(8)" or null */
	/* argv[0] is the name; returns an exit code. */
	int (*run)(int argc, char **argv);
};

/* All of them, in order of name; ends with null. */
extern const struct command *const command_list[];
/* By its name or alias; null if there is none. */
const struct command *command_find(const char *name);
/* Says on standard error that there is none, and what may be meant. */
void	command_unknown(const char *name);

/* The names that the option 'o' of table 't' can be given by, the short one
 * first; null where an earlier table has that name. */
struct arg_names { const char *brief, *full; };
struct arg_names arg_names(const struct command *, unsigned t,
	    const struct arg *o);
/* What its value may be, ends with null; null: anything. */
const char *const *arg_words(const struct command *, const struct arg *);

#endif
