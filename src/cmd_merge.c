/* nfwalk merge: results of many runs, together. */
#include "cmd.h"

#include "fail.h"
#include "merge.h"
#include "outputs.h"
#include "page.h"
#include "reports/fleet.h"
#include "reports/runs.h"

#include <stdlib.h>
#include <string.h>

static const char *const format_names[] = { "text", "json", "html", "md",
    "csv", NULL };
enum { F_HTML = 2 };
/* By format: of hosts, of a replay; null: there is none. */
static fleet_put *const fleet_writers[] = { fleet_text, fleet_json, NULL,
    fleet_md, fleet_csv };
static run_put *const run_writers[] = { run_text, run_json, NULL, run_md,
    run_csv };

struct operand { const char *path, *host; };

struct merger {
	struct arena arena;
	struct diags diags;
	struct outputs outputs;
	struct page page;
	struct results_reader *reader;
	struct operand *files;
	unsigned n_files, fail;
	/* What there is: hosts, or a replay. */
	struct fleet fleet;
	struct replays *replays;
	const char *replay_at, *hosts_at;	/* the first of each, or null */
	struct cJSON *run;		/* all replays */
};

/* ---- options ---- */

static bool
set_fail(void *ctx, const struct arg *o, const char *value)
{
	return fail_read("merge", o, value, &((struct merger *)ctx)->fail);
}

static const struct arg merge_args[] = {
	{ "--fail-on", NULL, "LEVEL", set_fail, .help = "exit 1 if a host has "
	    "one of", "Without it: if there is an error that is certain. A "
	    "replay has none.", ARG_WORD, fail_names },
	{ "--exit-zero", NULL, NULL, set_fail, .help = "the same as --fail-on never" },
	{ 0 }
};

/* "[HOST=]FILE" */
static struct operand
read_operand(struct merger *m, const char *arg)
{
	const char *eq = strchr(arg, '=');

	if (eq == NULL || eq == arg || memchr(arg, '/',
	    (size_t)(eq - arg)) != NULL)
		return (struct operand){ arg, NULL };
	return (struct operand){ eq + 1, arena_strndup(&m->arena, arg,
	    (size_t)(eq - arg)) };
}

static bool
settle(struct merger *m, const struct args *a)
{
	if (a->n_rest == 0)
		return args_error("merge", "no result given; - is standard "
		    "input");
	m->n_files = a->n_rest;
	m->files = arena_alloc(&m->arena, a->n_rest * sizeof(*m->files));
	for (unsigned i = 0; i < a->n_rest; i++)
		m->files[i] = read_operand(m, a->rest[i]);
	if (m->outputs.n == 0)
		outputs_add(&m->outputs, "text", "-");
	return true;
}

/* ---- reading ---- */

/* Hosts and replays are different things; a merge of no hosts is neither. */
static bool
is_mixed(struct merger *m, const struct result *r, bool replay)
{
	const char **at = replay ? &m->replay_at : &m->hosts_at;
	const char *other = replay ? m->hosts_at : m->replay_at;

	if (*at == NULL)
		*at = r->where;
	if (other == NULL)
		return false;
	diag_error(&m->diags, json_place(&r->text, r->json), "this is of %s, "
	    "and %s of %s: they cannot be merged", replay ? "a replay" :
	    "an audit", other, replay ? "an audit" : "a replay");
	return true;
}

static void
take(void *arg, struct result *r)
{
	struct merger *m = arg;
	const char *kind = result_kind(r);
	bool replay = strcmp(kind, "replay") == 0;
	bool merge = strcmp(kind, "merge") == 0;

	if (r->host != NULL && (replay || merge))
		diag_error(&m->diags, json_place(&r->text, r->json), "HOST= "
		    "is for audits");
	else if (merge && fleet_is_empty(r))
		fleet_add_merge(&m->fleet, r, &m->diags);
	else if (is_mixed(m, r, replay))
		return;
	else if (replay)
		replays_add(m->replays, r, &m->diags);
	else if (merge)
		fleet_add_merge(&m->fleet, r, &m->diags);
	else
		fleet_add_audit(&m->fleet, r, &m->diags);
}

static bool
has_page(const struct merger *m)
{
	for (unsigned i = 0; i < m->outputs.n; i++)
		if (m->outputs.list[i].format == F_HTML)
			return true;
	return false;
}

static bool
read_all(struct merger *m)
{
	m->reader = results_reader_new(&m->arena, &m->diags);
	m->replays = replays_new(&m->arena);
	m->fleet.arena = &m->arena;
	for (unsigned i = 0; i < m->n_files && !diag_full(&m->diags); i++)
		results_read(m->reader, m->files[i].path, m->files[i].host,
		    take, m);
	if (m->diags.errors != 0)
		return false;
	if (m->replay_at == NULL)
		fleet_view(&m->fleet);
	else
		m->run = replays_end(m->replays, &m->diags);
	if (m->run != NULL && has_page(m))
		diag_error(&m->diags, (struct loc){ 0 }, "replays that were "
		    "merged have no page: text, json, md or csv");
	return m->diags.errors == 0;
}

/* ---- writing ---- */

static void
page_assumed(struct merger *m)
{
	const struct fleet *f = &m->fleet;
	const char **texts = arena_alloc(&m->arena, (f->n_assumptions + 1) *
	    sizeof(*texts));

	for (unsigned i = 0; i < f->n_assumptions; i++)
		texts[i] = arena_printf(&m->arena, "%s (%u host%s)",
		    f->assumptions[i]->text, f->assumptions[i]->n,
		    f->assumptions[i]->n == 1 ? "" : "s");
	page_assumptions(&m->page, texts, f->n_assumptions);
}

static bool
write_page(struct merger *m, struct output *o)
{
	page_title(&m->page, arena_printf(&m->arena, "%u host%s",
	    m->fleet.n_hosts, m->fleet.n_hosts == 1 ? "" : "s"));
	for (unsigned i = 0; i < m->n_files; i++)
		page_file(&m->page, m->files[i].path, "result");
	m->page.r.fleet = &m->fleet;
	page_assumed(m);
	return page_write(&m->page, o, &m->diags);
}

static bool
write_all(struct merger *m)
{
	bool ok = outputs_open(&m->outputs, &m->diags);

	for (unsigned i = 0; ok && i < m->outputs.n; i++) {
		struct output *o = &m->outputs.list[i];

		if (o->format == F_HTML) {
			ok = write_page(m, o);
			continue;
		}
		if (m->run != NULL)
			run_writers[o->format](m->run, o->out.file);
		else
			fleet_writers[o->format](&m->fleet, o->out.file);
		ok = out_commit(&o->out, &m->diags);
	}
	return ok;
}

static int
verdict(const struct merger *m)
{
	for (unsigned i = 0; i < m->fleet.n_findings; i++) {
		const struct fleet_finding *f = m->fleet.findings[i];

		if (f->suppressed == NULL &&
		    fail_is(m->fail, f->severity, f->possible))
			return EXIT_NO;
	}
	return EXIT_YES;
}

static int
main_merge(int argc, char **argv)
{
	struct merger *m = mem_alloc(1, sizeof(*m));
	struct args args = { .command = &command_merge, .ctx = { &m->outputs,
	    m } };
	int code;

	*m = (struct merger){ .arena = ARENA_INIT, .fail = FAIL_CERTAIN,
	    .outputs = { .command = "merge", .names = format_names } };
	diag_init(&m->diags, &m->arena);
	page_begin(&m->page, argc, argv, &m->arena);
	if (!args_parse(&args, argc, argv))
		code = args.helped ? EXIT_YES : EXIT_USAGE;
	else if (!settle(m, &args))
		code = EXIT_USAGE;
	else
		code = read_all(m) && write_all(m) ? verdict(m) : EXIT_INPUT;
	outputs_abort(&m->outputs);
	fflush(stdout);
	diag_print(&m->diags, stderr);
	run_free(m->run);
	results_reader_free(m->reader);
	replays_free(m->replays);
	fleet_free(&m->fleet);
	free(args.rest);
	page_free(&m->page);
	arena_free(&m->arena);
	free(m);
	return code;
}

static const char *const synopsis[] = { "[OPTION]... [HOST=]FILE...", NULL };
static const char *const text[] = {
	"Takes what audit -f json and replay -f json have written, and what it "
	"has written itself, one or several results in a file; - is standard "
	"input.",
	"Audits are of hosts: a host is called by HOST=, as audit --host said, "
	"or like the file; in a file of several as the ruleset is. Findings are "
	"the same on hosts if their id, chain and rule are, whatever its line. "
	"Hosts that are called alike but for a number are a group, and those "
	"that have not the rules which most of it have are told.",
	"Replays are parts of one run (replay --shard) or runs of other "
	"captures through the same rules: what they count is added up. If all "
	"parts are there and they are safe, it is what one run writes, byte for "
	"byte.",
	"In which order results come, and which are merged first, makes no "
	"difference. Results of another version of nfwalk, and replays of other "
	"rules, are refused.",
	NULL
};
static const struct example examples[] = {
	{ "A fleet, audited in parallel",
	    "ls hosts/*.rules | parallel 'nfwalk audit -f json {} >out/{/.}.json'; "
	    "nfwalk merge out/*.json -o html=fleet.html" },
	{ "A replay in four parts", "for i in 0 1 2 3; do nfwalk replay -r "
	    "rules --shard $i/4 -f json eth0.pcap >$i.json & done; wait; "
	    "nfwalk merge -f json ?.json" },
	{ 0 }
};

const struct command command_merge = {
	.name = "merge",
	.summary = "results of many hosts, or of parts of a replay, together",
	.synopsis = synopsis,
	.about = "Merges results: audits of a fleet by what is found on how "
	    "many hosts, and who differs; parts of a replay into one.",
	.text = text,
	.tables = { { "Output", outputs_args }, { NULL, merge_args } },
	.operands = ARG_FILE,
	.formats = format_names,
	.exits = { [EXIT_YES] = "merged; no findings that count",
	    [EXIT_NO] = "findings" },
	.examples = examples,
	.see = "nfwalk-audit(1) nfwalk-replay(1) nfwalk-schema(1) "
	    "nfwalk-formats(7)",
	.run = main_merge,
};
