/* nfwalk explain: what a finding, or a reason of a verdict, means. */
#include "cmd.h"

#include "ids.h"
#include "inputs.h"
#include "pager.h"
#include "reports/catalogue.h"

#include <stdlib.h>
#include <strings.h>

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

static int
main_explain(int argc, char **argv)
{
	struct pager pager = { .child = 0 };
	struct args a = { .command = &command_explain, .ctx = { &pager } };
	struct arena arena = ARENA_INIT;
	unsigned pages = 0;
	bool ok = args_parse(&a, argc, argv);

	if (ok && a.n_rest == 0)
		ok = args_error("explain", "an id is needed; 'nfwalk rules' "
		    "lists them");
	if (ok)
		pager_open(&pager);
	for (unsigned i = 0; ok && i < a.n_rest; i++)
		pages += explain(a.rest[i], pages == 0, &arena);
	pager_close(&pager);
	ok = a.helped || (ok && pages == a.n_rest);
	free(a.rest);
	arena_free(&arena);
	return ok ? EXIT_YES : EXIT_USAGE;
}

static const char *const synopsis[] = { "[OPTION]... ID...", NULL };
static const struct example examples[] = {
	{ "What FW8001 is, with a bad and a good example",
	    "nfwalk explain FW8001" },
	{ 0 }
};

const struct command command_explain = {
	.name = "explain",
	.summary = "what a finding or a reason means",
	.synopsis = synopsis,
	.about = "Explains findings of 'nfwalk audit' (FW2001; 'nfwalk rules' "
	    "lists them) and reasons that 'nfwalk trace' gives (RP_FILTER).",
	.tables = { { "Output", pager_args } },
	.operands = ARG_PAGE,
	.examples = examples,
	.see = "nfwalk-audit(1) nfwalk-trace(1) nfwalk-rules(7)",
	.run = main_explain,
};
