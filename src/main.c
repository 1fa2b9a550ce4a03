/* nfwalk: what iptables rules do, without a kernel. */
#include "cmd.h"

#include "base/arena.h"
#include "inputs.h"

#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "audit", "findings about a ruleset (also: lint)", cmd_audit },
	{ "collect", "the script that makes a snapshot of a host",
	    cmd_collect },
	{ "convert", "rulesets between forms: save, list, commands, json, xml",
	    cmd_convert },
	{ "diff", "what a change of the rules means", cmd_diff },
	{ "explain", "what a finding or a reason means", cmd_explain },
	{ "query", "who decides which packets, of all that there can be",
	    cmd_query },
	{ "replay", "packets through the rules", cmd_replay },
	{ "report", "a page of HTML: findings, exposure, rules, captures",
	    cmd_report },
	{ "rules", "the findings that there are", cmd_rules },
	{ "test", "do packets come to what is expected", cmd_test },
	{ "trace", "one packet, explained", cmd_trace },
};
enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
usage(FILE *f)
{
	fputs("usage: nfwalk COMMAND [options]; nfwalk COMMAND --help\n", f);
	for (unsigned i = 0; i < N_COMMANDS; i++)
		fprintf(f, "  %-10s %s\n", commands[i].name,
		    commands[i].summary);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	mem_setup();
	if (strcmp(name, "lint") == 0)
		name = "audit";
	for (unsigned i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    strcmp(name, "help") == 0) {
		usage(stdout);
		return EXIT_YES;
	}
	if (*name != '\0')
		fprintf(stderr, "nfwalk: unknown command '%s'\n", name);
	usage(stderr);
	return EXIT_USAGE;
}
