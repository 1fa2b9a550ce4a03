/* nfwalk report: one page of HTML about a ruleset: the audit, who can reach
 * what, and captures through it. */
#include "cmd.h"

#include "audited.h"
#include "choices.h"
#include "feed.h"
#include "inputs.h"
#include "matrix.h"
#include "outputs.h"
#include "page.h"
#include "progress.h"
#include "replayed.h"

#include <stdlib.h>
#include <string.h>

static const char *const format_names[] = { "html", NULL };

enum { MAX_EXPOSURE_RULES = 10000 };

/* Is the matrix of services worked out? */
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER, N_WHEN };
static const char *const when_names[N_WHEN + 1] = { "auto", "always",
    "never" };

struct reporter {
	struct inputs in;
	struct outputs outputs;
	struct page page;
	struct choices choices;
	struct feed_input *captures;
	unsigned n_captures;
	bool partial;
	enum when exposure;
	/* While it runs. */
	struct audit audit;
	struct findings_report findings;
	struct matrix_family matrices[2];
	struct matrix_report matrix;
	struct replayed replayed;
	unsigned disagreements;		/* between analysis and simulator */
	struct progress *progress;
};

/* ---- options ---- */

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct reporter *)ctx)->partial = true;
	return true;
}

static bool
set_exposure(void *ctx, const struct arg *o, const char *value)
{
	int when = args_word("report", o, value, strlen(value));

	if (when >= 0)
		((struct reporter *)ctx)->exposure = (enum when)when;
	return when >= 0;
}

/* FILE; or html=FILE, as the other commands have it. */
static bool
set_output(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	return outputs_add(&((struct reporter *)ctx)->outputs, "html",
	    strncmp(value, "html=", 5) == 0 ? value + 5 : value);
}

static bool
set_folder(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	return outputs_add_folder(&((struct reporter *)ctx)->outputs, value);
}

static const struct arg looking_args[] = {
	{ "--partial", NULL, NULL, set_flag,
	    .help = "take a capture that ends in mid-frame as it is" },
	{ "--exposure", NULL, "WHEN", set_exposure,
	    .help = "who can reach what", "auto, which is the default: not "
	    "where it would take more than some seconds.", ARG_WORD,
	    when_names },
	{ 0 }
};

static const struct arg report_args[] = {
	{ "--output", "-o", "FILE", set_output,
	    .help = "- is standard output, as without it",
	    .kind = ARG_FILE },
	{ "--html-dir", NULL, "DIR", set_folder,
	    .help = "DIR/report.html and .css, without a script",
	    .kind = ARG_FOLDER },
	{ 0 }
};

/* ---- parts ---- */

static void
step(void *arg, unsigned done, unsigned all)
{
	progress_at(arg, done, all);
}

static void
add_findings(struct reporter *r)
{
	r->audit.step = step;
	r->audit.step_arg = r->progress;
	progress_phase(r->progress, "looking", PROGRESS_COUNT, 0);
	r->disagreements = audited(&r->audit, &r->in, &r->choices.cfg);
	audited_report(&r->audit, &r->in, &r->findings);
	r->page.r.findings = &r->findings;
}

static void
give_up(struct reporter *r, const struct ruleset *rs, const char *why)
{
	env_assume(r->in.env, "who can reach what was not worked out for "
	    "IPv%c: %s; --exposure always does it", rs->family == AF_INET6 ?
	    '6' : '4', why);
}

static uint64_t
count_rules(const struct table *t)
{
	uint64_t n = 0;

	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		n += c->n;
	return n;
}

/* The work grows with the square of the rules, and of some few are too much;
 * how much it is does not hang on the machine. */
static void
add_family(struct reporter *r, const struct ruleset *rs)
{
	static const struct query all;
	bool always = r->exposure == WHEN_ALWAYS;

	if (!always && count_rules(&rs->tables[TABLE_FILTER]) >
	    MAX_EXPOSURE_RULES)
		give_up(r, rs, "table filter has too many rules");
	else if (matrix_family(rs, r->in.env, &all, always ? 0 :
	    MATRIX_USUAL_WORK, &r->in.arena, r->progress,
	    &r->matrices[r->matrix.n]))
		r->matrix.n++;
	else
		give_up(r, rs, "that is too much work");
}

static void
add_exposure(struct reporter *r)
{
	r->matrix = (struct matrix_report){ .families = r->matrices,
	    .env = r->in.env };
	for (unsigned f = 0; f < 2; f++) {
		const struct ruleset *rs = r->in.load.rules[f];

		if (rs != NULL && rs->tables[TABLE_FILTER].present)
			add_family(r, rs);
	}
	r->page.r.matrix = &r->matrix;
}

static bool
add_replay(struct reporter *r)
{
	if (!replayed_run(&r->replayed, &r->in, r->captures, r->n_captures,
	    r->partial, r->progress))
		return false;
	replayed_tell(&r->replayed, &r->page);
	for (unsigned i = 0; i < r->n_captures; i++)
		page_file(&r->page, r->captures[i].path, "capture");
	return true;
}

static bool
look(struct reporter *r)
{
	progress_phase(r->progress, "reading", PROGRESS_NONE, 0);
	if (!choices_settle(&r->choices, &r->in))
		return false;
	audited_wants(&r->choices.cfg, &r->in);
	if (!inputs_load(&r->in) || !outputs_open(&r->outputs, &r->in.diags))
		return false;
	add_findings(r);
	if (r->exposure != WHEN_NEVER)
		add_exposure(r);
	return r->n_captures == 0 || add_replay(r);
}

static bool
run(struct reporter *r)
{
	bool ok;

	r->progress = progress_begin(false);
	ok = look(r);
	progress_end(r->progress);
	if (!ok)
		return false;
	page_inputs(&r->page, &r->in);
	for (unsigned i = 0; i < r->outputs.n; i++)
		ok = page_write(&r->page, &r->outputs.list[i],
		    &r->in.diags) && ok;
	return ok;
}

/* ---- before and after ---- */

static bool
settle(struct reporter *r, const struct args *a)
{
	if (r->in.n_files == 0 && r->in.snapshot == NULL)
		return args_error("report", "-r FILE or -S DIR is needed");
	r->n_captures = a->n_rest;
	r->captures = arena_alloc(&r->in.arena, a->n_rest *
	    sizeof(*r->captures));
	for (unsigned i = 0; i < a->n_rest; i++)
		r->captures[i] = feed_input_parse(a->rest[i], &r->in.arena);
	return audited_today("report", &r->choices.cfg.today) &&
	    (r->outputs.n != 0 || outputs_add(&r->outputs, "html", "-"));
}

static int
main_report(int argc, char **argv)
{
	struct reporter *r = mem_alloc(1, sizeof(*r));
	struct args a = { .command = &command_report, .ctx = { &r->in, &r->in,
	    &r->in, &r->choices, r, r } };
	int code;

	inputs_init(&r->in);
	choices_init(&r->choices, "report", &r->in.arena);
	r->outputs = (struct outputs){ .command = "report",
	    .names = format_names };
	page_begin(&r->page, argc, argv, &r->in.arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (!settle(r, &a))
		code = EXIT_USAGE;
	else if (!run(r))
		code = EXIT_INPUT;
	else
		code = r->disagreements != 0 ? EXIT_INTERNAL : EXIT_YES;
	outputs_abort(&r->outputs);
	code = inputs_finish(&r->in, code);
	replayed_free(&r->replayed);
	audited_free(&r->audit);
	choices_free(&r->choices);
	page_free(&r->page);
	free(a.rest);
	inputs_free(&r->in);
	free(r);
	return code;
}

static const char *const synopsis[] = {
    "[OPTION]... -r FILE [[IFACE=]CAPTURE...]", NULL };
static const char *const text[] = {
	"The page is one file that opens anywhere and fetches nothing: "
	"nfwalk-page(7) says what is on it. The exit code says whether it was "
	"written, whatever is in it.",
	NULL
};
static const struct example examples[] = {
	{ "A host and what was captured there", "nfwalk report -S snapshot "
	    "eth0=eth0.pcap -o report.html" },
	{ 0 }
};

const struct command command_report = {
	.name = "report",
	.summary = "a page of HTML: findings, exposure, rules, captures",
	.synopsis = synopsis,
	.about = "Writes a page of HTML: findings, who can reach what, the "
	    "rules, who jumps to whom and, of captures, flows, packets and "
	    "the path of each.",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { NULL, owner_args }, { "What is on it", choices_args },
	    { NULL, looking_args },
	    { "Output", report_args } },
	.operands = ARG_CAPTURE,
	.exits = { [EXIT_YES] = "the page was written" },
	.examples = examples,
	.see = "nfwalk-audit(1) nfwalk-query(1) nfwalk-replay(1) "
	    "nfwalk-page(7)",
	.run = main_report,
};
