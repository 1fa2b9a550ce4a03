/* nfwalk rules: the findings that there are. */
#include "cmd.h"

#include "inputs.h"
#include "outputs.h"
#include "reports/catalogue.h"

#include <stdlib.h>

static const char *const format_names[] = { "text", "json", NULL };
static void (*const writers[])(FILE *) = { catalogue_list, catalogue_json };

static int
run(struct outputs *o, struct diags *diags)
{
	bool ok = outputs_open(o, diags);

	for (unsigned i = 0; ok && i < o->n; i++) {
		writers[o->list[i].format](o->list[i].out.file);
		ok = out_commit(&o->list[i].out, diags);
	}
	outputs_abort(o);
	diag_print(diags, stderr);
	return ok ? EXIT_YES : EXIT_INPUT;
}

static int
main_rules(int argc, char **argv)
{
	struct outputs o = { .command = "rules", .names = format_names };
	struct args a = { .command = &command_rules, .ctx = { &o } };
	struct arena arena = ARENA_INIT;
	struct diags diags;
	int code = EXIT_USAGE;

	diag_init(&diags, &arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (a.n_rest != 0)
		args_error("rules", "unexpected '%s'", a.rest[0]);
	else if (o.n != 0 || outputs_add(&o, "text", "-"))
		code = run(&o, &diags);
	free(a.rest);
	arena_free(&arena);
	return code;
}

static const char *const synopsis[] = { "[OPTION]...", NULL };

const struct command command_rules = {
	.name = "rules",
	.summary = "the findings that there are",
	.synopsis = synopsis,
	.about = "Lists what 'nfwalk audit' looks for: id, severity, the "
	    "profiles that look for it (default: all of them), and what it "
	    "is. JSON also has the pages of 'nfwalk explain'.",
	.tables = { { "Output", outputs_args } },
	.formats = format_names,
	.see = "nfwalk-audit(1) nfwalk-explain(1) nfwalk-rules(7)",
	.run = main_rules,
};
