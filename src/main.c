/* nfwalk: what iptables rules do, without a kernel. */
#include "base/arena.h"
#include "base/version.h"
#include "cmd.h"
#include "help.h"

#include <string.h>

const struct command *const command_list[] = {
	&command_audit, &command_collect, &command_convert, &command_diff,
	&command_explain, &command_help, &command_merge, &command_query,
	&command_replay, &command_report, &command_rules, &command_schema,
	&command_test, &command_trace, NULL
};

static bool
is(const char *word, const char *brief, const char *full)
{
	return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *c = command_find(name);

	mem_setup();
	if (c != NULL && schema_asked(argc - 1, argv + 1))
		return schema_print(argc - 1, argv + 1);
	if (c != NULL)
		return c->run(argc - 1, argv + 1);
	if (is(name, "-V", "--version")) {
		puts("nfwalk " NFWALK_VERSION);
		return EXIT_YES;
	}
	if (is(name, "-h", "--help")) {
		help_all(stdout);
		return EXIT_YES;
	}
	if (*name != '\0')
		command_unknown(name);
	else
		help_all(stderr);
	return EXIT_USAGE;
}
