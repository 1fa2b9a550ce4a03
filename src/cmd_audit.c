/* nfwalk audit: findings about a ruleset. */
#include "cmd.h"

#include "audited.h"
#include "base/date.h"
#include "baseline.h"
#include "choices.h"
#include "ext/ext.h"
#include "fail.h"
#include "ids.h"
#include "inputs.h"
#include "outputs.h"
#include "page.h"
#include "progress.h"
#include "reports/catalogue.h"

#include <stdlib.h>
#include <string.h>

static const char *const format_names[] = { "text", "json", "sarif", "junit",
    "github", "gitlab", "html", "md", "csv", NULL };
/* Null: a page. */
static findings_put *const writers[] = { findings_text, findings_json,
    findings_sarif, findings_junit, findings_github, findings_gitlab, NULL,
    findings_md, findings_csv };

struct auditor {
	struct inputs in;
	struct outputs outputs;
	struct page page;
	struct audit audit;
	struct choices choices;
	struct id_list only, ignore;
	const char *baseline, *write_baseline;
	const char *host;
	unsigned fail;
	bool strict, quiet, has_today;
	unsigned disagreements;		/* between analysis and simulator */
	struct progress *progress;
};

/* ---- options ---- */

static bool
set_ids(void *ctx, const struct arg *o, const char *value)
{
	struct auditor *a = ctx;

	return id_list_add(strcmp(o->name, "--only") == 0 ? &a->only :
	    &a->ignore, value, "audit", o->name, &a->in.arena);
}

static bool
set_fail(void *ctx, const struct arg *o, const char *value)
{
	return fail_read("audit", o, value, &((struct auditor *)ctx)->fail);
}

static bool
set_today(void *ctx, const struct arg *o, const char *value)
{
	struct auditor *a = ctx;

	a->has_today = true;
	if (strlen(value) == DATE_LEN && date_read(value, &a->choices.cfg.today))
		return true;
	return args_error("audit", "%s: expected YYYY-MM-DD, got '%s'",
	    o->name, value);
}

static bool
set_file(void *ctx, const struct arg *o, const char *value)
{
	struct auditor *a = ctx;

	if (strcmp(o->name, "--baseline") == 0)
		a->baseline = value;
	else
		a->write_baseline = value;
	return true;
}

static bool
set_host(void *ctx, const struct arg *o, const char *value)
{
	if (*value == '\0')
		return args_error("audit", "%s: a name is needed", o->name);
	((struct auditor *)ctx)->host = value;
	return true;
}

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	struct auditor *a = ctx;

	(void)value;
	if (strcmp(o->name, "--strict") == 0)
		a->strict = true;
	else
		a->quiet = true;
	return true;
}

static const struct arg looking_args[] = {
	{ "--only", NULL, "ID,...", set_ids,
	    .help = "these alone, in any profile; FW2 is all FW2xxx",
	    .kind = ARG_IDS, .repeatable = true },
	{ "--ignore", NULL, "ID,...", set_ids, .help = "not these",
	    .kind = ARG_IDS, .repeatable = true },
	{ "--baseline", NULL, "FILE", set_file, .help = "do not tell what FILE has",
	    "Entries are known by the finding's id, its chain and the text of "
	    "the rule, not by line; those that no longer apply are told.",
	    ARG_FILE },
	{ "--write-baseline", NULL, "FILE", set_file,
	    .help = "write what was found to FILE", "It then counts as suppressed.",
	    ARG_FILE },
	{ "--today", NULL, "DATE", set_today,
	    .help = "YYYY-MM-DD, for until= in comments", "Without it the day of "
	    "SOURCE_DATE_EPOCH, else the clock's." },
	{ 0 }
};

static const struct arg audit_args[] = {
	{ "--host", NULL, "NAME", set_host, .help = "json: whose rules these "
	    "are, for nfwalk merge", "Without it nfwalk merge takes the name "
	    "of the file." },
	{ "--quiet", "-q", NULL, set_flag, .help = "text: errors only" },
	{ "--fail-on", NULL, "LEVEL", set_fail, .help = "exit 1 if there is one of",
	    "Without it: if there is an error that is certain.", ARG_WORD,
	    fail_names },
	{ "--exit-zero", NULL, NULL, set_fail, .help = "the same as --fail-on never" },
	{ "--strict", NULL, NULL, set_flag,
	    .help = "exit 4 if a finding is no more than possible" },
	{ 0 }
};

/* ---- before ---- */

static bool
settle(struct auditor *a, const struct args *args)
{
	for (unsigned i = 0; i < args->n_rest; i++)
		if (!inputs_add(&a->in, args->rest[i]))
			return false;
	if (a->in.n_files == 0 && a->in.snapshot == NULL)
		return args_error("audit", "a ruleset or -S DIR is needed");
	if (a->outputs.n == 0)
		outputs_add(&a->outputs, "text", "-");
	a->choices.cfg.only = a->only.ids;
	a->choices.cfg.n_only = a->only.n;
	a->choices.cfg.ignore = a->ignore.ids;
	a->choices.cfg.n_ignore = a->ignore.n;
	return a->has_today || audited_today("audit", &a->choices.cfg.today);
}

/* ---- the audit ---- */

static void
step(void *arg, unsigned done, unsigned all)
{
	progress_at(arg, done, all);
}

/* False: errors in the diagnostics. */
static bool
look(struct auditor *a)
{
	progress_phase(a->progress, "reading", PROGRESS_NONE, 0);
	if (!choices_settle(&a->choices, &a->in))
		return false;
	if (a->fail == FAIL_UNSAID)
		a->fail = a->choices.fail;
	audited_wants(&a->choices.cfg, &a->in);
	if (a->baseline == NULL && a->write_baseline == NULL)
		a->baseline = a->choices.baseline;
	if (!inputs_load(&a->in) || !outputs_open(&a->outputs, &a->in.diags))
		return false;
	a->audit.step = step;
	a->audit.step_arg = a->progress;
	progress_phase(a->progress, "looking", PROGRESS_COUNT, 0);
	a->disagreements = audited(&a->audit, &a->in, &a->choices.cfg);
	return true;
}

static bool
settle_baseline(struct auditor *a)
{
	if (a->write_baseline != NULL)
		return baseline_write(a->write_baseline, &a->audit,
		    &a->in.diags);
	return a->baseline == NULL || baseline_apply(a->baseline, &a->audit,
	    &a->in.diags);
}

static bool
write_page(struct auditor *a, const struct findings_report *r,
    struct output *o)
{
	page_inputs(&a->page, &a->in);
	page_assumptions(&a->page, r->env->assumptions, r->env->n_assumptions);
	a->page.r.findings = r;
	return page_write(&a->page, o, &a->in.diags);
}

/* 'unloaded': of rules that do not load. */
static bool
write_reports(struct auditor *a, bool unloaded)
{
	struct findings_report r;
	bool ok = true;

	audited_report(&a->audit, &a->in, &r);
	r.quiet = a->quiet;
	r.host = a->host;
	for (unsigned i = 0; i < a->outputs.n; i++) {
		struct output *o = &a->outputs.list[i];

		/* As words they are told to standard error. */
		if (unloaded && writers[o->format] == findings_text &&
		    strcmp(o->path, "-") == 0)
			continue;
		r.color = output_color(&a->outputs, o);
		if (writers[o->format] == NULL) {
			ok = write_page(a, &r, o) && ok;
			continue;
		}
		writers[o->format](&r, o->out.file);
		ok = out_commit(&o->out, &a->in.diags) && ok;
	}
	return ok;
}

static int
verdict(const struct auditor *a)
{
	bool possible = false;

	for (unsigned i = 0; i < a->audit.out.n; i++) {
		const struct finding *f = a->audit.out.list[i];

		if (f->suppressed != NULL)
			continue;
		possible |= f->possible;
		if (fail_is(a->fail, f->severity, f->possible))
			return EXIT_NO;
	}
	return a->strict && possible ? EXIT_UNDETERMINED : EXIT_YES;
}

static int
run(struct auditor *a)
{
	bool ok;

	a->progress = progress_begin(a->quiet);
	ok = look(a);
	progress_end(a->progress);
	if (!ok) {
		if (audited_unloaded(&a->audit, &a->in, &a->choices.cfg) &&
		    outputs_open(&a->outputs, &a->in.diags))
			write_reports(a, true);
		return EXIT_INPUT;
	}
	if (!settle_baseline(a) || !write_reports(a, false))
		return EXIT_INPUT;
	if (a->disagreements != 0)
		return EXIT_INTERNAL;
	return verdict(a);
}

static int
main_audit(int argc, char **argv)
{
	struct auditor *a = mem_alloc(1, sizeof(*a));
	struct args args = { .command = &command_audit, .ctx = { &a->in,
	    &a->in, &a->choices, a, &a->outputs, &a->outputs, a } };
	int code;

	inputs_init(&a->in);
	a->in.diags.ids = true;
	choices_init(&a->choices, "audit", &a->in.arena);
	a->outputs = (struct outputs){ .command = "audit",
	    .names = format_names };
	a->fail = FAIL_UNSAID;
	page_begin(&a->page, argc, argv, &a->in.arena);
	if (!args_parse(&args, argc, argv))
		code = args.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = settle(a, &args) ? run(a) : EXIT_USAGE;
	outputs_abort(&a->outputs);
	code = inputs_finish(&a->in, code);
	audited_free(&a->audit);
	free(a->only.ids);
	free(a->ignore.ids);
	choices_free(&a->choices);
	free(args.rest);
	page_free(&a->page);
	inputs_free(&a->in);
	free(a);
	return code;
}

static const char *const synopsis[] = { "[OPTION]... [-r] FILE...", NULL };
static const char *const text[] = {
	"A finding is an error, a warning or a note, and certain or possible. "
	"It names the rules that together cause it and, where one can, a "
	"packet that shows it, which the simulator has replayed.",
	"The errors of rules that do not load (exit code 3) go to standard "
	"error; reports have them as findings FW1001 to FW1015, and no others.",
	"To suppress one, write in a line before the rule, or in its comment, "
	"which survives loading:",
	"  # nfwalk: ignore FW3003 until=2026-12-31 reason=\"bastion\"",
	"  -A INPUT ... -m comment --comment \"nfwalk:FW3003 bastion\" ...",
	NULL
};
static const struct example examples[] = {
	{ "What is wrong with this host's rules", "nfwalk audit -S snapshot" },
	{ "For code scanning, and a summary for people", "nfwalk audit -f text "
	    "-o sarif=nfwalk.sarif iptables-save.txt" },
	{ "Begin with rules that are what they are: only what is new counts",
	    "nfwalk audit -r rules --write-baseline fw.baseline; "
	    "nfwalk audit -r rules --baseline fw.baseline" },
	{ 0 }
};

const struct command command_audit = {
	.name = "audit",
	.alias = "lint",
	.summary = "findings about a ruleset",
	.synopsis = synopsis,
	.about = "Tells what is wrong with a ruleset, and shows it with packets "
	    "where it can. 'nfwalk rules' lists what it looks for, 'nfwalk "
	    "explain ID' explains.",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { "What to look for", choices_args }, { NULL, looking_args },
	    { "Output", outputs_args }, { NULL, color_args },
	    { NULL, audit_args } },
	.operands = ARG_FILE,
	.formats = format_names,
	.exits = { [EXIT_YES] = "clean", [EXIT_NO] = "findings",
	    [EXIT_UNDETERMINED] = "possible ones, with --strict" },
	.examples = examples,
	.see = "nfwalk-explain(1) nfwalk-rules(1) nfwalk-conf(5) "
	    "nfwalk-snapshot(5) nfwalk-rules(7)",
	.run = main_audit,
};
