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

/* Prints the page, an empty line before it unless it is the first. */
static bool
explain(const char *id, bool first, struct arena *arena)
{
	const struct check *c = check_find(id);
	int r = 0;

	while (c == NULL && r < N_REASONS &&
	    strcasecmp(reason_names[r], id) != 0)
		r++;
	if (r == N_REASONS)
		return args_error("explain", "%s", id_unknown(id, true,
		    arena));
	if (!first)
		putchar('\n');
	if (c != NULL)
		catalogue_page(c, stdout);
	else
		catalogue_reason((enum reason)r, stdout);
	return true;
}

int
cmd_explain(int argc, char **argv)
{
	struct args a = { .command = "explain", .usage = usage };
	struct arena arena = ARENA_INIT;
	unsigned pages = 0;
	bool ok = args_parse(&a, argc, argv);

	if (ok && a.n_rest == 0)
		ok = args_error("explain", "an id is needed; 'nfwalk rules' "
		    "lists them");
	for (unsigned i = 0; ok && i < a.n_rest; i++)
		pages += explain(a.rest[i], pages == 0, &arena);
	ok = a.helped || (ok && pages == a.n_rest);
	free(a.rest);
	arena_free(&arena);
	return ok ? EXIT_YES : EXIT_USAGE;
}
