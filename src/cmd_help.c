/* nfwalk help: what the commands are. */
#include "args.h"
#include "cmd.h"
#include "help.h"

#include <stdlib.h>

static int
run(const struct args *a)
{
	const struct command *c;

	if (a->n_rest == 0) {
		help_all(stdout);
		return EXIT_YES;
	}
	if (a->n_rest > 1) {
		args_error("help", "one command at a time");
		return EXIT_USAGE;
	}
	c = command_find(a->rest[0]);
	if (c == NULL) {
		command_unknown(a->rest[0]);
		return EXIT_USAGE;
	}
	help_command(c, stdout);
	return EXIT_YES;
}

static int
main_help(int argc, char **argv)
{
	struct args a = { .command = &command_help };
	int code;

	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = run(&a);
	free(a.rest);
	return code;
}

static const char *const synopsis[] = { "[COMMAND]", NULL };

const struct command command_help = {
	.name = "help",
	.summary = "what a command does and takes",
	.synopsis = synopsis,
	.about = "Tells what a command does and what it takes, as COMMAND "
	    "--help does; without one, which there are.",
	.operands = ARG_COMMAND,
	.run = main_help,
};
