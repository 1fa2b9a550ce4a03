/* nfwalk query: who decides which packets. */
#include "cmd.h"

#include "analysis/path.h"
#include "asked.h"
#include "confirm.h"
#include "inputs.h"
#include "matrix.h"
#include "outputs.h"
#include "page.h"
#include "progress.h"
#include "replay_path.h"
#include "told.h"

#include <stdlib.h>

static const char *const format_names[] = { "text", "json", "html", "csv",
    "md", NULL };

static const char *const path_names[] = { [PATH_IN] = "in",
    [PATH_FORWARD] = "forward", [PATH_OUT] = "out", NULL };
static const char *const verdict_names[] = { "ACCEPT", "DROP", "REJECT",
    NULL };

enum { USUAL_BOXES = 100 };

struct cmd {
	struct inputs in;
	struct asked asked;
	struct outputs out;
	struct page page;
	const char *chain, *path;
	enum table_id table;
	enum path way;			/* if 'path' */
	const char *verdict;		/* null: any */
	unsigned boxes;
	bool asked_chain, matrix, quiet, partial;
	struct query_region *regions;
	unsigned n, room;		/* or of cells with something in them */
	struct matrix_family matrices[2];
	unsigned n_matrices;
	/* While one family is asked. */
	struct analysis *an;
	const struct chain *entry;
	struct replayer *replayer;
	struct path_replayer *paths;
	unsigned disagreements;		/* between analysis and simulator */
	struct progress *progress;
};

/* ---- options ---- */

static bool
set_chain(void *ctx, const struct arg *o, const char *value)
{
	const char *slash = strchr(value, '/');
	struct arg tables = *o;
	struct cmd *c = ctx;
	int table;

	if (slash == NULL)
		return args_error("query", "%s: TABLE/CHAIN, not '%s'",
		    o->name, value);
	tables.words = table_names;
	table = args_word("query", &tables, value, (size_t)(slash - value));
	if (table < 0)
		return false;
	c->table = (enum table_id)table;
	c->chain = slash + 1;
	c->asked_chain = true;
	return true;
}

static bool
set_path(void *ctx, const struct arg *o, const char *value)
{
	struct cmd *c = ctx;
	int way = args_word("query", o, value, strlen(value));

	if (way < 0)
		return false;
	c->way = (enum path)way;
	c->path = path_names[way];
	return true;
}

static bool
set_verdict(void *ctx, const struct arg *o, const char *value)
{
	int i = args_word("query", o, value, strlen(value));

	((struct cmd *)ctx)->verdict = i < 0 ? NULL : verdict_names[i];
	return i >= 0;
}

static bool
set_boxes(void *ctx, const struct arg *o, const char *value)
{
	return read_boxes("query", o, value, &((struct cmd *)ctx)->boxes);
}

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	struct cmd *c = ctx;

	(void)value;
	if (strcmp(o->name, "--matrix") == 0)
		c->matrix = true;
	else
		c->quiet = true;
	return true;
}

static const struct arg where_args[] = {
	{ "--chain", NULL, "TABLE/CHAIN", set_chain,
	    .help = "the chain that they enter; filter/INPUT", "A built-in chain or a "
	    "user chain; of a user chain by itself the end is RETURN." },
	{ "--path", NULL, "WHERE", set_path, .help = "the whole way, with NAT",
	    "Of new connections, unless --ctstate says otherwise.",
	    ARG_WORD, path_names },
	{ "--verdict", NULL, "V", set_verdict, .help = "those that end so",
	    .kind = ARG_WORD, .words = verdict_names },
	{ 0 }
};

static const struct arg query_args[] = {
	{ "--matrix", NULL, NULL, set_flag,
	    .help = "services that new connections reach", "From each interface to "
	    "each other and to this host." },
	{ "--boxes", NULL, "N", set_boxes,
	    .help = "list up to N boxes for each rule; 100" },
	{ "--quiet", "-q", NULL, set_flag, .help = "the exit code alone" },
	{ 0 }
};

/* ---- one family ---- */

/* A region that was asked for, with its decider; null: it was not. */
static struct query_region *
new_region(struct cmd *c, enum verdict v, bool reject,
    const struct rule *rule, const struct chain *chain)
{
	const char *verdict = told_verdict(v, reject);

	if (c->verdict != NULL && strcmp(verdict, c->verdict) != 0)
		return NULL;
	vec_room(c->regions, c->n, c->room);
	c->regions[c->n] = (struct query_region){
	    .family = analysis_space(c->an)->family, .by = { .rule = rule,
	    .chain = rule ? NULL : chain, .verdict = verdict } };
	return &c->regions[c->n++];
}

static bool
keep(const struct region *r, void *arg)
{
	struct cmd *c = arg;
	struct arena *arena = &c->in.arena;
	struct query_region *q = new_region(c, r->verdict, r->reject, r->rule,
	    c->entry);
	struct point point = r->witness;

	if (q == NULL || c->quiet)
		return q == NULL;
	if (r->possible)
		q->may = told_may(c->an, c->entry, r, arena);
	told_packets(analysis_space(c->an), r->set,
	    analysis_whole(c->an, c->entry), r->complete, r->count, arena,
	    &q->packets);
	q->packets.around = !r->complete;
	usual_witness(analysis_space(c->an), r->set, r->complete, &point);
	if (!r->possible && !confirm_end(c->replayer, "query", &point,
	    c->entry, r->rule, r->policy, r->verdict))
		c->disagreements++;
	else
		q->packets.witness = witness_text(&point, c->entry, c->in.env,
		    arena);
	return true;
}

/* The packets of a region that are tried: one that people expect, if it
 * needs no flow; of each way that is known. */
static bool
path_candidate(struct cmd *c, const struct path_region *r, unsigned i,
    struct path_witness *out)
{
	unsigned way = i == 0 ? 0 : i - 1;

	if (way >= r->n_ways)
		return false;
	*out = r->ways[way];
	if (i == 0 && out->first == NULL)
		usual_witness(analysis_space(c->an), r->set, r->complete,
		    &out->point);
	return true;
}

/* Finds one that the simulator can run.  False: it says otherwise. */
static bool
confirm_path(struct cmd *c, const struct path_region *r,
    struct path_witness *p, struct query_region *q)
{
	struct sbuf why = SBUF_INIT;
	enum witness_answer is = WITNESS_CANNOT;

	for (unsigned i = 0; is == WITNESS_CANNOT &&
	    path_candidate(c, r, i, p); i++) {
		is = path_replay(c->paths, c->an, c->way, r, p, &why);
		if (is == WITNESS_CANNOT && i == 0)
			q->not_replayed = arena_strdup(&c->in.arena,
			    sbuf_text(&why));
	}
	if (is == WITNESS_CANNOT)
		path_candidate(c, r, 0, p);
	else
		q->not_replayed = NULL;
	if (is == WITNESS_DISAGREES) {
		fprintf(stderr, "nfwalk query: internal error: %s\n",
		    sbuf_text(&why));
		c->disagreements++;
	}
	sbuf_free(&why);
	return is != WITNESS_DISAGREES;
}

static bool
keep_path(const struct path_region *r, void *arg)
{
	struct cmd *c = arg;
	struct arena *arena = &c->in.arena;
	struct query_region *q = new_region(c, r->verdict, r->reject, r->rule,
	    r->policy);
	struct path_witness way;
	hs_cell whole[HS_MAX_DIMS];

	if (q == NULL || c->quiet)
		return q == NULL;
	if (r->possible)
		q->may = "memory, chance, or what is not known";
	if (r->translated != NULL)
		q->by.effects = arena_strdup(arena, r->translated);
	path_whole(c->an, 0, c->way, whole);
	told_packets(analysis_space(c->an), r->set, whole, r->complete,
	    r->count, arena, &q->packets);
	path_candidate(c, r, 0, &way);
	if (r->possible || confirm_path(c, r, &way, q))
		q->packets.witness = witness_text_path(&way.point, c->way,
		    c->in.env, arena);
	return true;
}

/* Who asks for a path means who may begin: later packets of a flow are asked
 * for by their state. */
static void
new_ones(struct cmd *c, struct query *q)
{
	for (unsigned i = 0; i < q->n; i++)
		if (q->tests[i].field == F_CT)
			return;
	query_masked(q, F_CT, FCT_NEW, FCT_STATE, false);
	env_assume(c->in.env, "--path without --ctstate: new connections; "
	    "--ctstate ESTABLISHED tells of what comes later and of replies");
}

/* One chain, or the whole path. */
static void
ask(struct cmd *c, unsigned f)
{
	const struct ruleset *rules = c->in.load.rules[f];
	struct query wants = { 0 };
	const struct query *q[2] = { &c->asked.q[f], &wants };
	unsigned boxes = c->quiet ? 0 : c->boxes;
	const struct ruleset *of[2] = { NULL, NULL };
	bool partial = false;

	if (c->path != NULL) {
		path_wants(c->in.env, rules->family, &wants);
		new_ones(c, &c->asked.q[f]);
	}
	c->an = analysis_new(&rules, 1, c->in.env, q, 2, &c->in.arena);
	of[f] = rules;
	if (c->path == NULL) {
		c->replayer = replayer_new(of, c->in.env);
		analysis_regions(c->an, c->entry, q[0], boxes, &c->in.arena,
		    keep, c);
		replayer_free(c->replayer);
	} else {
		c->paths = path_replayer_new(&c->in, of);
		analysis_path(c->an, 0, c->way, q[0], boxes, &c->in.arena,
		    keep_path, c, &partial);
		path_replayer_free(c->paths);
	}
	c->partial |= partial;
	analysis_free(c->an);
	c->an = NULL;
	query_free(&wants);
}

/* A matrix of what the filter table accepts.  False: there is none. */
static bool
ask_matrix(struct cmd *c, unsigned f)
{
	const struct ruleset *rules = c->in.load.rules[f];
	struct matrix_family *m = &c->matrices[c->n_matrices];

	if (!rules->tables[TABLE_FILTER].present)
		return false;
	c->n_matrices++;
	matrix_family(rules, c->in.env, &c->asked.q[f], 0, &c->in.arena,
	    c->progress, m);
	for (unsigned i = 0; i < m->n; i++)
		c->n += m->cells[i].n != 0;
	return true;
}

static void
report_page(struct cmd *c, const struct query_report *q,
    const struct matrix_report *m, struct output *o)
{
	page_inputs(&c->page, &c->in);
	c->page.r.query = q;
	c->page.r.matrix = m;
	page_write(&c->page, o, &c->in.diags);
}

static void
report_matrix(struct cmd *c)
{
	struct matrix_report r = { c->matrices, c->n_matrices, c->in.env };

	for (unsigned i = 0; i < c->out.n; i++) {
		struct output *o = &c->out.list[i];

		if (o->format == 0)
			text_matrix(&r, output_color(&c->out, o),
			    o->out.file);
		else if (o->format == 1)
			json_matrix(&r, o->out.file);
		else if (o->format == 3)
			csv_matrix(&r, o->out.file);
		else if (o->format == 4)
			md_matrix(&r, o->out.file);
		else
			report_page(c, NULL, &r, o);
		out_commit(&o->out, &c->in.diags);
	}
}

static void
report(struct cmd *c, unsigned families)
{
	struct query_report q = { c->regions, c->n, families, c->partial,
	    c->path, arena_printf(&c->in.arena, "%s/%s",
	    table_names[c->table], c->chain), c->in.env };

	for (unsigned i = 0; i < c->out.n; i++) {
		struct output *o = &c->out.list[i];

		if (o->format == 0)
			text_query(&q, output_color(&c->out, o),
			    o->out.file);
		else if (o->format == 1)
			json_query(&q, o->out.file);
		else if (o->format == 3)
			csv_query(&q, o->out.file);
		else if (o->format == 4)
			md_query(&q, o->out.file);
		else
			report_page(c, &q, NULL, o);
		out_commit(&o->out, &c->in.diags);
	}
}

/* The families to be asked are those with rules and this chain; how many of
 * them there are. */
static unsigned
ask_all(struct cmd *c)
{
	struct diags *d = &c->in.diags;
	unsigned families = 0, has_rules = 0;

	progress_phase(c->progress, "asking", PROGRESS_NONE, 0);
	for (unsigned f = 0; f < 2; f++) {
		const struct ruleset *rules = c->in.load.rules[f];

		if (rules == NULL || c->asked.without[f] != NULL)
			continue;
		has_rules++;
		if (c->matrix) {
			families += ask_matrix(c, f);
			continue;
		}
		c->entry = chain_find(&rules->tables[c->table], c->chain,
		    strlen(c->chain));
		if (c->entry == NULL && c->path == NULL)
			continue;
		families++;
		ask(c, f);
	}
	if (has_rules == 0)
		diag_error(d, (struct loc){ 0 }, "there are no rules of IPv%s",
		    c->asked.without[0] != NULL ? "6" : "4");
	else if (families == 0 && c->matrix)
		diag_error(d, (struct loc){ 0 }, "there is no table filter");
	else if (families == 0)
		diag_error(d, (struct loc){ 0 }, "there is no chain `%s/%s'",
		    table_names[c->table], c->chain);
	return families;
}

static int
run(struct cmd *c)
{
	struct diags *d = &c->in.diags;
	unsigned families = 0;
	bool ok;

	c->progress = progress_begin(c->quiet);
	progress_phase(c->progress, "reading", PROGRESS_NONE, 0);
	ok = inputs_load(&c->in) && outputs_open(&c->out, d);
	if (ok)
		families = ask_all(c);
	progress_end(c->progress);
	if (!ok || d->errors != 0)
		return EXIT_INPUT;
	if (c->matrix)
		report_matrix(c);
	else
		report(c, families);
	if (c->disagreements != 0)
		return EXIT_INTERNAL;
	return c->n != 0 ? EXIT_YES : EXIT_NO;
}

/* ---- what was asked ---- */

/* Where a built-in chain stands one of the interfaces is never there. */
static bool
check_hook(const struct cmd *c)
{
	static const struct { enum hook hook; bool in; } lacks[] = {
		{ HOOK_PREROUTING, false }, { HOOK_INPUT, false },
		{ HOOK_OUTPUT, true }, { HOOK_POSTROUTING, true },
	};

	for (unsigned i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
		if (c->path == NULL &&
		    (table_hooks[c->table] >> lacks[i].hook & 1) &&
		    strcmp(hook_names[lacks[i].hook], c->chain) == 0 &&
		    (lacks[i].in ? c->asked.in : c->asked.out))
			return args_error("query", "%s: packets have no %s "
			    "interface in %s", lacks[i].in ? "-i" : "-o",
			    lacks[i].in ? "input" : "output", c->chain);
	return true;
}

static bool
settle(struct cmd *c, const struct args *a)
{
	if (a->n_rest != 0)
		return args_error("query", "unexpected argument '%s'",
		    a->rest[0]);
	if (c->in.n_files == 0 && c->in.snapshot == NULL)
		return args_error("query", "-r FILE or -S DIR is needed");
	if (c->path != NULL && c->asked_chain)
		return args_error("query", "--chain or --path, not both");
	if (c->matrix && (c->asked_chain || c->verdict != NULL ||
	    c->asked.in || c->asked.out || c->asked.state))
		return args_error("query", "--matrix is of new connections "
		    "that are accepted, between all interfaces: --chain, "
		    "--verdict, -i, -o, --ctstate do not go with it");
	if (!asked_finish(&c->asked) || !check_hook(c))
		return false;
	return c->quiet || c->out.n != 0 || outputs_add(&c->out, "text", "-");
}

static int
main_query(int argc, char **argv)
{
	struct cmd *c = mem_alloc(1, sizeof(*c));
	struct args a = { .command = &command_query, .ctx = { &c->in, &c->in,
	    c, &c->asked, c, &c->out, &c->out } };
	int code;

	*c = (struct cmd){ .chain = "INPUT", .table = TABLE_FILTER,
	    .boxes = USUAL_BOXES, .out = { .command = "query",
	    .names = format_names } };
	inputs_init(&c->in);
	asked_init(&c->asked, "query");
	page_begin(&c->page, argc, argv, &c->in.arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = settle(c, &a) ? run(c) : EXIT_USAGE;
	outputs_abort(&c->out);
	code = inputs_finish(&c->in, code);
	asked_free(&c->asked);
	free(c->regions);
	free(a.rest);
	page_free(&c->page);
	inputs_free(&c->in);
	free(c);
	return code;
}

static const char *const synopsis[] = { "-r FILE [-S DIR] [OPTION]...", NULL };
static const char *const text[] = {
	"The answer is exact, for every packet that there can be: disjoint sets "
	"of packets, the rule that decides each, and one packet of each that "
	"the simulator has run. nfwalk-sets(7) has the terms and the JSON.",
	NULL
};
static const struct example examples[] = {
	{ "Who can log in", "nfwalk query -S snapshot --dport 22 --verdict "
	    "ACCEPT" },
	{ "What may go from eth0 to eth1, NAT and routes included",
	    "nfwalk query -S snapshot --path forward -i eth0 -o eth1" },
	{ "Which services are open to whom", "nfwalk query -S snapshot "
	    "--matrix" },
	{ 0 }
};

const struct command command_query = {
	.name = "query",
	.summary = "who decides which packets, of all that there can be",
	.synopsis = synopsis,
	.about = "Tells of all packets that enter a chain, or take a path, "
	    "which rule decides them, exactly.",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { "Where", where_args }, { "Which packets; a ! before a value: "
	    "all others, commas: a list", asked_args },
	    { "Output", query_args }, { NULL, outputs_args },
	    { NULL, color_args } },
	.formats = format_names,
	.exits = { [EXIT_YES] = "there is such a packet",
	    [EXIT_NO] = "there is none" },
	.examples = examples,
	.see = "nfwalk-diff(1) nfwalk-trace(1) nfwalk-sets(7)",
	.run = main_query,
};
