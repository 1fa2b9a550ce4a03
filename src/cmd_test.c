/* nfwalk test: what packets must come to, for people who change rules and
 * for the machines that watch them. */
#include "cmd.h"

#include "expect_run.h"
#include "ext/ext.h"
#include "outputs.h"
#include "page.h"
#include "progress.h"
#include "run.h"
#include "scene.h"

#include <stdlib.h>
#include <string.h>

enum { F_TEXT, F_TAP, F_JUNIT, F_JSON, F_HTML, F_MD };
static const char *const format_names[] = { [F_TEXT] = "text",
    [F_TAP] = "tap", [F_JUNIT] = "junit", [F_JSON] = "json",
    [F_HTML] = "html", [F_MD] = "md", NULL };
static void (*const writers[])(const struct test_report *, FILE *) = {
    [F_TEXT] = test_text, [F_TAP] = test_tap, [F_JUNIT] = test_junit,
    [F_JSON] = test_json, [F_MD] = test_md };

struct tester {
	struct inputs usual;		/* of the command line */
	struct outputs outputs;
	struct page page;
	bool coverage;
	int64_t time;
	struct expect_file *files;
	struct scene **scene;		/* of each file */
	struct scene *scenes;
	struct test_report report;
	unsigned room_assumptions;
	struct progress *progress;
	unsigned n_tests;		/* of all files */
};

/* ---- options ---- */

static bool
set_time(void *ctx, const struct arg *o, const char *value)
{
	struct tester *t = ctx;
	const char *s = value;
	uint64_t v;

	if (!read_number(&s, INT64_MAX / 1000000000, &v) || *s != '\0')
		return args_error("test", "%s: expected a number, got '%s'",
		    o->name, value);
	t->time = (int64_t)v * 1000000000;
	return true;
}

static bool
set_coverage(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct tester *)ctx)->coverage = true;
	return true;
}

static const struct arg time_args[] = {
	{ "--at", NULL, "SECONDS", set_time,
	    .help = "when each test begins, since the epoch",
	    "Without it 2026-01-01 12:00:00 UTC." },
	{ 0 }
};

static bool
set_quiet(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct tester *)ctx)->report.quiet = true;
	return true;
}

static const struct arg test_args[] = {
	{ "--quiet", "-q", NULL, set_quiet,
	    .help = "text: only what has not passed, and the sums" },
	{ "--coverage", NULL, NULL, set_coverage,
	    .help = "list the rules that no packet hit" },
	{ 0 }
};

/* ---- reading ---- */

static bool
read_files(struct tester *t, const struct args *a)
{
	struct inputs *u = &t->usual;

	t->files = arena_alloc(&u->arena, a->n_rest * sizeof(*t->files));
	t->scene = arena_alloc(&u->arena, a->n_rest * sizeof(*t->scene));
	for (unsigned i = 0; i < a->n_rest; i++)
		if (expect_read(a->rest[i], &t->files[i], &u->arena,
		    &u->diags))
			t->scene[i] = scene_of(&t->scenes, u, &t->files[i]);
	return u->diags.errors == 0;
}

/* ---- running ---- */

static void
assume(void *arg, const char *text)
{
	struct tester *t = arg;
	struct test_report *r = &t->report;

	for (unsigned i = 0; i < r->n_assumptions; i++)
		if (strcmp(r->assumptions[i], text) == 0)
			return;
	vec_room(r->assumptions, r->n_assumptions, t->room_assumptions);
	r->assumptions[r->n_assumptions++] = arena_strdup(&t->usual.arena,
	    text);
}

static void
run_file(struct tester *t, unsigned i)
{
	struct expect_setup s = { .scene = t->scene[i],
	    .sets = expect_sets_new(&t->scene[i]->in, t->files[i].tests),
	    .arena = &t->usual.arena, .time = t->time, .note = assume,
	    .arg = t };
	struct test_report *r = &t->report;

	run_assume_time(&s.scene->in, t->time);
	for (const struct expect_test *e = t->files[i].tests; e != NULL;
	    e = e->next) {
		progress_at(t->progress, r->n_tests, t->n_tests);
		expect_run(&s, e, &r->tests[r->n_tests]);
		r->results[r->tests[r->n_tests++].result]++;
	}
	expect_sets_free(s.sets);
}

static void
run_all(struct tester *t, unsigned n_files)
{
	for (unsigned i = 0; i < n_files; i++)
		for (const struct expect_test *e = t->files[i].tests;
		    e != NULL; e = e->next)
			t->n_tests++;
	t->report.tests = arena_alloc(&t->usual.arena,
	    t->n_tests * sizeof(*t->report.tests));
	progress_phase(t->progress, "testing", PROGRESS_COUNT, 0);
	for (unsigned i = 0; i < n_files; i++)
		run_file(t, i);
}

/* Coverage, and what was assumed of the hosts. */
static void
sum_up(struct tester *t)
{
	struct test_report *r = &t->report;
	unsigned n = 0;

	for (const struct scene *s = t->scenes; s != NULL; s = s->next) {
		for (unsigned i = 0; i < s->in.env->n_assumptions; i++)
			assume(t, s->in.env->assumptions[i]);
		r->n_rules += s->n_rules;
	}
	r->uncovered = arena_alloc(&t->usual.arena, r->n_rules *
	    sizeof(*r->uncovered));
	for (const struct scene *s = t->scenes; s != NULL; s = s->next)
		for (unsigned i = 0; i < s->n_rules; i++)
			if (!s->hit[i])
				r->uncovered[n++] = s->rules[i];
	r->n_covered = r->n_rules - n;
	r->coverage = t->coverage;
}

/* ---- writing ---- */

/* Text for people, unless something else goes there. */
static bool
settle_outputs(struct outputs *o)
{
	for (unsigned i = 0; i < o->n; i++)
		if (strcmp(o->list[i].path, "-") == 0)
			return true;
	return outputs_add(o, "text", "-");
}

/* Rules of several scenes are told apart by the name of their file. */
static void
add_scenes(struct tester *t)
{
	struct arena *arena = &t->usual.arena;
	unsigned n = 0;

	for (const struct scene *s = t->scenes; s != NULL; s = s->next) {
		const char *label = t->scenes->next == NULL ||
		    s->in.n_files == 0 ? "" : s->in.files[0].path;

		n++;
		for (unsigned f = 0; f < 2; f++)
			page_ruleset(&t->page, s->in.load.rules[f], f == 0 ?
			    label : arena_printf(arena, "%s%sIPv6", label,
			    *label ? ", " : ""), n == 1 ? f ? "6" : "" :
			    arena_printf(arena, "s%u%s", n, f ? ".6" : ""));
	}
}

static void
write_page(struct tester *t, const struct args *a, struct output *o)
{
	struct page *p = &t->page;

	page_title(p, a->rest[0]);
	for (unsigned i = 0; i < a->n_rest; i++)
		page_file(p, a->rest[i], "expectations");
	if (p->r.test == NULL)
		add_scenes(t);
	p->r.test = &t->report;
	page_assumptions(p, t->report.assumptions, t->report.n_assumptions);
	page_write(p, o, &t->usual.diags);
}

static int
run(struct tester *t, const struct args *a)
{
	const unsigned *results = t->report.results;

	bool ok;

	t->progress = progress_begin(t->report.quiet);
	progress_phase(t->progress, "reading", PROGRESS_NONE, 0);
	ok = read_files(t, a) && outputs_open(&t->outputs, &t->usual.diags);
	if (ok)
		run_all(t, a->n_rest);
	progress_end(t->progress);
	if (!ok)
		return EXIT_INPUT;
	sum_up(t);
	for (unsigned i = 0; i < t->outputs.n; i++) {
		struct out *o = &t->outputs.list[i].out;

		if (t->outputs.list[i].format == F_HTML) {
			write_page(t, a, &t->outputs.list[i]);
			continue;
		}
		t->report.color = output_color(&t->outputs,
		    &t->outputs.list[i]);
		writers[t->outputs.list[i].format](&t->report, o->file);
		out_commit(o, &t->usual.diags);
	}
	return results[TEST_FAILED] != 0 ? EXIT_NO :
	    results[TEST_UNDETERMINED] != 0 ? EXIT_UNDETERMINED : EXIT_YES;
}

static int
main_test(int argc, char **argv)
{
	struct tester *t = mem_alloc(1, sizeof(*t));
	struct args a = { .command = &command_test, .ctx = { &t->usual,
	    &t->usual, &t->usual, t, t, &t->outputs, &t->outputs } };
	int code;

	inputs_init(&t->usual);
	t->time = RUN_USUAL_TIME;
	t->outputs.command = "test";
	t->outputs.names = format_names;
	page_begin(&t->page, argc, argv, &t->usual.arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (a.n_rest == 0)
		code = EXIT_USAGE, args_error("test", "no file given");
	else if (!settle_outputs(&t->outputs))
		code = EXIT_USAGE;
	else
		code = run(t, &a);
	outputs_abort(&t->outputs);
	code = inputs_finish(&t->usual, code);
	for (const struct scene *s = t->scenes; s != NULL; s = s->next)
		diag_print(&s->in.diags, stderr);
	scenes_free(t->scenes);
	free(t->report.assumptions);
	free(a.rest);
	page_free(&t->page);
	inputs_free(&t->usual);
	free(t);
	return code;
}

static const char *const synopsis[] = { "[OPTION]... FILE...", NULL };
static const char *const text[] = {
	"-r and -S are for files that do not say themselves what their rules "
	"and their host are. nfwalk-test(5) has the language, and the same as "
	"JSON:",
	"  ruleset edge1.rules",
	"  test \"ssh from the bastion only\"",
	"    eth0 tcp 192.0.2.5 > 198.51.100.10:22    ACCEPT by filter/INPUT",
	"    eth0 tcp any       > 198.51.100.10:22    DROP",
	NULL
};
static const struct example examples[] = {
	{ "In continuous integration", "nfwalk test -o junit=report.xml "
	    "rules/*.fwt" },
	{ 0 }
};

const struct command command_test = {
	.name = "test",
	.summary = "do packets come to what is expected",
	.synopsis = synopsis,
	.about = "Runs the packets of expectation files through the rules they "
	    "name, and says which of them did not come to what was expected.",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { NULL, owner_args }, { NULL, time_args },
	    { "Output", test_args }, { NULL, outputs_args },
	    { NULL, color_args } },
	.operands = ARG_FILE,
	.formats = format_names,
	.exits = { [EXIT_YES] = "all passed", [EXIT_NO] = "one failed",
	    [EXIT_UNDETERMINED] = "none failed, but one is undetermined" },
	.examples = examples,
	.see = "nfwalk-trace(1) nfwalk-packets(5) nfwalk-test(5)",
	.run = main_test,
};
