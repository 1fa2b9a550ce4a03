/* nfwalk schema: what the JSON of a command looks like, for validators. */
#include "cmd.h"

#include "args.h"
#include "inputs.h"
#include "reports/schemas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
print(const char *name)
{
	for (const struct schema *s = schemas; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0) {
			fputs(s->text, stdout);
			return true;
		}
	return args_error("schema", "there is none of '%s'; 'nfwalk schema' "
	    "lists them", name);
}

/* The value of -f, --format or the first -o, or "". */
static const char *
format_of(int argc, char **argv)
{
	static const char *const names[] = { "--format=", "-f", "--output=",
	    "-o" };
	const char *found = "";

	for (int i = argc - 1; i > 0; i--)
		for (unsigned k = 0; k < sizeof(names) / sizeof(*names); k++) {
			size_t n = strlen(names[k]);
			size_t word = n - (names[k][n - 1] == '=');

			if (strncmp(argv[i], names[k], n) == 0 &&
			    argv[i][n] != '\0')
				found = argv[i] + n;
			else if (strncmp(argv[i], names[k], word) == 0 &&
			    argv[i][word] == '\0' && i + 1 < argc)
				found = argv[i + 1];
		}
	return found;
}

bool
schema_asked(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--schema") == 0)
			return true;
	return false;
}

int
schema_print(int argc, char **argv)
{
	/* Commands that write more than what they are called. */
	static const struct { const char *command, *format, *name; } more[] = {
		{ "convert", "", "ruleset" }, { "replay", "jsonl", "packet" },
		{ "replay", "ecs", "ecs" }, { "replay", "ocsf", "ocsf" },
	};
	const char *format = format_of(argc, argv);

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[0], "query") == 0 &&
		    strcmp(argv[i], "--matrix") == 0)
			return print("matrix") ? EXIT_YES : EXIT_USAGE;
	for (unsigned i = 0; i < sizeof(more) / sizeof(*more); i++) {
		size_t n = strlen(more[i].format);

		if (strcmp(argv[0], more[i].command) == 0 &&
		    strncmp(format, more[i].format, n) == 0 && (n == 0 ||
		    format[n] == '=' || format[n] == '\0'))
			return print(more[i].name) ? EXIT_YES : EXIT_USAGE;
	}
	return print(argv[0]) ? EXIT_YES : EXIT_USAGE;
}

static int
main_schema(int argc, char **argv)
{
	struct args a = { .command = &command_schema };
	bool ok = args_parse(&a, argc, argv);

	if (ok && a.n_rest > 1)
		ok = args_error("schema", "unexpected '%s'", a.rest[1]);
	else if (ok && a.n_rest == 1)
		ok = print(a.rest[0]);
	else if (ok)
		for (const struct schema *s = schemas; s->name != NULL; s++)
			puts(s->name);
	ok = ok || a.helped;
	free(a.rest);
	return ok ? EXIT_YES : EXIT_USAGE;
}

static const char *const synopsis[] = { "[NAME]", NULL };

static const struct example examples[] = {
	{ "the packets of a replay, checked",
	    "nfwalk replay -f jsonl --schema >packet.schema.json" },
	{ NULL, NULL }
};

const struct command command_schema = {
	.name = "schema",
	.summary = "the JSON Schema of what a command writes",
	.synopsis = synopsis,
	.about = "Prints the JSON Schema (draft 2020-12) of what has "
	    "\"schema\": \"nfwalk.NAME/1\"; without NAME the names. 'nfwalk "
	    "COMMAND --schema' prints that of what the command would write. "
	    "nfwalk-json(5) tells the same in words.",
	.examples = examples,
	.see = "nfwalk-audit(1) nfwalk-replay(1) nfwalk-json(5)",
	.run = main_schema,
};
