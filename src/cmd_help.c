/* nfwalk help: what the commands are. */
#include "args.h"
#include "cmd.h"
#include "complete.h"
#include "help.h"
#include "man.h"

#include <stdlib.h>
#include <string.h>

struct helper {
	const char *man;		/* a folder for manual pages, or null */
	const char *script;		/* of a shell, or null */
	bool complete;
};

static bool
set_man(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct helper *)ctx)->man = value;
	return true;
}

static bool
set_shell(void *ctx, const struct arg *o, const char *value)
{
	int shell = args_word("help", o, value, strlen(value));

	((struct helper *)ctx)->script = shell < 0 ? NULL :
	    shell_scripts[shell];
	return shell >= 0;
}

static bool
set_complete(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct helper *)ctx)->complete = true;
	return true;
}

static const struct arg help_args[] = {
	{ "--completion", NULL, "SHELL", set_shell,
	    .help = "print the script of completions for", .kind = ARG_WORD,
	    .words = shell_names, .more = "What it completes it asks nfwalk "
	    "itself, so that it goes with each version." },
	{ 0 }
};

/* For who builds packages, and for the scripts of completions. */
static const struct arg hidden_args[] = {
	{ "--man", NULL, "DIR", set_man, .help = NULL, .kind = ARG_FOLDER },
	{ "--complete", NULL, NULL, set_complete, .help = NULL },
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
	if (h->complete)
		complete(a->rest, a->n_rest, stdout);
	else if (h->script != NULL)
		fputs(h->script, stdout);
	if (h->complete || h->script != NULL)
		return EXIT_YES;
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
	struct helper h = { .man = NULL, .script = NULL };
	struct args a = { .command = &command_help, .ctx = { &h, &h } };
	int code;

	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = run(&h, &a);
	free(a.rest);
	return code;
}

static const char *const synopsis[] = { "[COMMAND]", "--completion SHELL",
    NULL };

static const struct example examples[] = {
	{ "Completions in this shell, bash or zsh",
	    "source <(nfwalk help --completion bash)" },
	{ "Completions in fish, from now on", "nfwalk help --completion fish "
	    ">~/.config/fish/completions/nfwalk.fish" },
	{ 0 }
};

const struct command command_help = {
	.name = "help",
	.summary = "what a command does and takes",
	.synopsis = synopsis,
	.about = "Tells what a command does and what it takes, as COMMAND "
	    "--help does; without one, which there are.",
	.tables = { { "Output", help_args }, { NULL, hidden_args } },
	.operands = ARG_COMMAND,
	.examples = examples,
	.run = main_help,
};
