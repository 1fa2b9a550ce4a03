/* nfwalk explain: what a finding, or a reason of a verdict, means. */
#include "cmd.h"

#include "ids.h"
#include "inputs.h"
#include "reports/catalogue.h"

#include <stdlib.h>
#include <strings.h>

static const char usage[] =
"usage: nfwalk explain ID...\n"
"\n"
"Explains findings of 'nfwalk audit' (FW2001; 'nfwalk rules' lists them) and\n"
"reasons that 'nfwalk trace' gives (RP_FILTER).\n";

static bool
explain(const char *id, struct arena *arena)
{
	const struct check *c = check_find(id);

	if (c != NULL) {
		catalogue_page(c, stdout);
		return true;
	}
	for (int r = 0; r < N_REASONS; r++)
		if (strcasecmp(reason_names[r], id) == 0) {
			catalogue_reason((enum reason)r, stdout);
			return true;
		}
	return args_error("explain", "%s", id_unknown(id, arena));
}

int
cmd_explain(int argc, char **argv)
{
	struct args a = { .command = "explain", .usage = usage };
	struct arena arena = ARENA_INIT;
	bool ok = args_parse(&a, argc, argv) && (a.n_rest != 0 ||
	    args_error("explain", "an id is needed; 'nfwalk rules' lists "
	    "them"));

	for (unsigned i = 0; i < a.n_rest; i++) {
		if (i > 0)
			putchar('\n');
		ok = explain(a.rest[i], &arena) && ok;
	}
	free(a.rest);
	arena_free(&arena);
	return ok || a.helped ? EXIT_YES : EXIT_USAGE;
}
