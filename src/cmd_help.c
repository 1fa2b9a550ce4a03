/* nfwalk help: what the commands are. */
#include "args.h"
#include "cmd.h"
#include "help.h"
#include "man.h"

#include <stdlib.h>

struct helper { const char *man; };

static bool
set_man(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct helper *)ctx)->man = value;
	return true;
}

/* For those who build packages. */
static const struct arg help_args[] = {
	{ "--man", NULL, "DIR", set_man, .help = NULL, .kind = ARG_FOLDER },
	{ 0 }
};

static int
write_man(const char *dir)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	bool ok;

	diag_init(&diags, &arena);
	ok = man_write(dir, &diags);
	diag_print(&diags, stderr);
	arena_free(&arena);
	return ok ? EXIT_YES : EXIT_INPUT;
}

static int
run(const struct helper *h, const struct args *a)
{
	const struct command *c;

	if (h->man != NULL)
		return write_man(h->man);
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
	struct helper h = { .man = NULL };
	struct args a = { .command = &command_help, .ctx = { &h } };
	int code;

	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = run(&h, &a);
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
	.tables = { { NULL, help_args } },
	.operands = ARG_COMMAND,
	.run = main_help,
};
