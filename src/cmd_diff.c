/* nfwalk diff: what a change of the rules means. */
#include "cmd.h"

#include "asked.h"
#include "confirm.h"
#include "diff.h"
#include "outputs.h"
#include "page.h"
#include "progress.h"
#include "told.h"

#include <stdlib.h>

static const char *const format_names[] = { "text", "json", "html", "md",
    NULL };

enum { USUAL_BOXES = 100, MAX_MANAGEMENT = 16 };

struct cmd {
	struct inputs in;
	struct outputs out;
	struct page page;
	struct ruleset *old[2];
	struct diff_sides sides;
	struct management management[MAX_MANAGEMENT];
	unsigned n_management;
	struct diff_lockout lockouts[MAX_MANAGEMENT];
	const char *replay;
	unsigned boxes;
	bool quiet;
	struct diff_report report;
	struct diff_change *changes;
	unsigned n, room;
	/* While one family is compared. */
	struct analysis *an;
	unsigned f;
	struct replayer *replayer[2];
	unsigned disagreements;		/* between analysis and simulator */
	struct progress *progress;
};

/* ---- options ---- */

static bool
set_management(void *ctx, const struct arg *o, const char *value)
{
	struct cmd *c = ctx;

	if (c->n_management == MAX_MANAGEMENT)
		return args_error("diff", "%s: %d at most", o->name,
		    MAX_MANAGEMENT);
	return management_read(value, &c->management[c->n_management++]) ||
	    args_error("diff", "%s: an address, ADDR/LEN or FROM-TO, not '%s'",
	    o->name, value);
}

static bool
set_replay(void *ctx, const struct arg *o, const char *value)
{
	struct cmd *c = ctx;

	if (c->replay != NULL)
		return args_error("diff", "%s: once; further captures follow "
		    "as arguments", o->name);
	c->replay = value;
	return true;
}

static bool
set_rules(void *ctx, const struct arg *o, const char *value)
{
	(void)ctx;
	(void)value;
	return args_error("diff", "%s: the two rulesets are given as "
	    "arguments, OLD NEW", o->alias);
}

static bool
set_boxes(void *ctx, const struct arg *o, const char *value)
{
	return read_boxes("diff", o, value, &((struct cmd *)ctx)->boxes);
}

static bool
set_quiet(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct cmd *)ctx)->quiet = true;
	return true;
}

/* Not to be told of: they say why they are wrong here. */
static const struct arg wrong_args[] = {
	{ "--rules", "-r", "FILE", set_rules, .help = NULL },
	{ 0 }
};

static const struct arg meaning_args[] = {
	{ "--management", NULL, "NET", set_management,
	    .help = "warn if ssh from there is locked out", "There may be "
	    "up to 16.", .repeatable = true },
	{ "--replay", NULL, "CAPTURE", set_replay,
	    .help = "tell which flows of a capture change", "Further captures may "
	    "follow as arguments. IFACE=CAPTURE says where one was taken.",
	    ARG_CAPTURE },
	{ "--boxes", NULL, "N", set_boxes,
	    .help = "list up to N boxes of packets for each change",
	    "Without it 100." },
	{ 0 }
};

static const struct arg diff_args[] = {
	{ "--quiet", "-q", NULL, set_quiet, .help = "the exit code alone" },
	{ 0 }
};

/* ---- the meaning ---- */

/* The chain that the packets enter; of the table that is there. */
static const struct chain *
entry_of(const struct cmd *c, const struct diff_region *r)
{
	const struct chain *chain = NULL;

	for (unsigned i = 0; i < 2 && chain == NULL; i++)
		chain = c->sides.rules[i][c->f]->tables[r->table].
		    builtin[r->hook];
	return chain;
}

/* Does the simulator say the same of the packet on either side? */
static bool
confirm(struct cmd *c, const struct diff_region *r, const struct point *p)
{
	bool agrees = true;

	for (unsigned i = 0; i < 2; i++) {
		const struct table *t =
		    &c->sides.rules[i][c->f]->tables[r->table];
		const struct ruleset *of[2] = { NULL, NULL };

		if (!t->present)
			continue;
		of[c->f] = c->sides.rules[i][c->f];
		if (c->replayer[i] == NULL)
			c->replayer[i] = replayer_new(of, c->in.env);
		agrees &= confirm_end(c->replayer[i], "diff", p,
		    t->builtin[r->hook], r->side[i].rule, r->side[i].policy,
		    r->side[i].verdict);
	}
	return agrees;
}

static void
keep(const struct diff_region *r, void *arg)
{
	struct cmd *c = arg;
	struct arena *arena = &c->in.arena;
	const struct hs_space *sp = analysis_space(c->an);
	const struct chain *entry = entry_of(c, r);
	struct point p = r->witness;
	struct diff_change *d;

	if (c->quiet)
		return;
	vec_room(c->changes, c->n, c->room);
	d = &c->changes[c->n++];
	*d = (struct diff_change){ .kind = told_change(r->kind)->kind,
	    .words = told_change(r->kind)->words, .family = sp->family,
	    .table = table_names[r->table], .chain = hook_names[r->hook] };
	if (r->possible)
		d->may = r->complete ? told_chances(sp, r->set, arena) : NULL;
	if (r->possible && d->may == NULL)
		d->may = r->complete ? "what a target does, which is not known" :
		    "memory, chance or what is not known";
	for (unsigned i = 0; i < 2; i++)
		d->by[i] = (struct decider){ .rule = r->side[i].rule,
		    .chain = r->side[i].rule ? NULL : r->side[i].policy,
		    .verdict = told_verdict(r->side[i].verdict,
		    r->side[i].reject), .effects = r->side[i].effects };
	told_packets(sp, r->set, analysis_whole(c->an, entry), r->complete,
	    r->count, arena, &d->packets);
	usual_witness(sp, r->set, r->set->n != 0, &p);
	if (r->possible || confirm(c, r, &p))
		d->packets.witness = witness_text(&p, entry, c->in.env, arena);
	else
		c->disagreements++;
}

static void
compare(struct cmd *c, unsigned f)
{
	const struct query *q[MAX_MANAGEMENT];
	struct arena *arena = &c->in.arena;
	unsigned n = 0;
	bool partial = false;

	for (unsigned i = 0; i < c->n_management; i++)
		if (family_index(c->management[i].family) == f)
			q[n++] = &c->management[i].ssh;
	c->f = f;
	c->an = analysis_new_diff(c->sides.rules[0][f], c->sides.rules[1][f],
	    c->in.env, q, n, arena);
	c->report.equal &= analysis_diff(c->an, c->quiet ? 0 : c->boxes,
	    arena, keep, c, &partial);
	c->report.partial |= partial;
	for (unsigned i = 0; i < 2; i++) {
		replayer_free(c->replayer[i]);
		c->replayer[i] = NULL;
	}
	for (unsigned i = 0; i < c->n_management; i++)
		if (family_index(c->management[i].family) == f)
			diff_lockout(c->an, &c->sides, &c->management[i],
			    c->in.env, arena, &c->lockouts[i]);
	analysis_free(c->an);
	c->an = NULL;
}

/* ---- running ---- */

static void
report_page(struct cmd *c, struct output *o)
{
	static const char *const labels[2][2] = { { "now", "now, IPv6" },
	    { "before", "before, IPv6" } };
	static const char *const prefixes[2][2] = { { "", "6" },
	    { "old", "old6" } };
	struct page *p = &c->page;

	for (unsigned i = 0; i < 2 && p->r.diff == NULL; i++)
		for (unsigned f = 0; f < 2; f++)
			page_ruleset(p, c->sides.rules[1 - i][f],
			    labels[i][f], prefixes[i][f]);
	p->r.diff = &c->report;
	page_assumptions(p, c->in.env->assumptions,
	    c->in.env->n_assumptions);
	page_write(p, o, &c->in.diags);
}

static void
report(struct cmd *c)
{
	c->report.changes = c->changes;
	c->report.n = c->n;
	c->report.lockouts = c->lockouts;
	c->report.n_lockouts = c->n_management;
	c->report.env = c->in.env;
	for (unsigned i = 0; i < c->out.n; i++) {
		struct output *o = &c->out.list[i];

		if (o->format == 0)
			text_diff(&c->report, output_color(&c->out, o),
			    o->out.file);
		else if (o->format == 1)
			json_diff(&c->report, o->out.file);
		else if (o->format == 3)
			md_diff(&c->report, o->out.file);
		else
			report_page(c, o);
		out_commit(&o->out, &c->in.diags);
	}
}

/* Both rulesets; a family that one lacks is empty there. */
static bool
load(struct cmd *c)
{
	struct inputs *in = &c->in;
	struct load old = { .arena = &in->arena, .diags = &in->diags,
	    .family = in->family };

	load_file(&old, c->report.old);
	in->host_only = true;
	in->files[in->n_files++] = (struct input_file){ c->report.new,
	    in->family };
	inputs_load(in);
	for (unsigned f = 0; f < 2; f++) {
		int family = f == 0 ? AF_INET : AF_INET6;

		c->old[f] = old.rules[f] ? old.rules[f] : ruleset_new(family,
		    &in->arena);
		if (in->load.rules[f] == NULL)
			in->load.rules[f] = ruleset_new(family, &in->arena);
		c->sides.rules[0][f] = c->old[f];
		c->sides.rules[1][f] = in->load.rules[f];
	}
	return in->diags.errors == 0;
}

static bool
has_page(const struct cmd *c)
{
	for (unsigned i = 0; i < c->out.n; i++)
		if (c->out.list[i].format == 2)
			return true;
	return false;
}

static bool
replay(struct cmd *c, const struct args *a)
{
	unsigned n = a->n_rest - 1;	/* without OLD, NEW, with --replay */
	struct feed_input *captures = arena_alloc(&c->in.arena,
	    n * sizeof(*captures));
	struct diff_traffic *t = arena_new(&c->in.arena, struct diff_traffic);

	captures[0] = feed_input_parse(c->replay, &c->in.arena);
	for (unsigned i = 1; i < n; i++)
		captures[i] = feed_input_parse(a->rest[i + 1], &c->in.arena);
	for (unsigned i = 0; i < n && has_page(c); i++)
		page_file(&c->page, captures[i].path, "capture");
	c->report.traffic = t;
	return diff_replay(&c->in, &c->sides, captures, n, t);
}

/* False: errors in the diagnostics. */
static bool
look(struct cmd *c, const struct args *a)
{
	static const char *const phases[2] = { "comparing IPv4",
	    "comparing IPv6" };

	progress_phase(c->progress, "reading", PROGRESS_NONE, 0);
	if (!load(c) || !outputs_open(&c->out, &c->in.diags))
		return false;
	for (unsigned f = 0; f < 2; f++) {
		progress_phase(c->progress, phases[f], PROGRESS_NONE, 0);
		compare(c, f);
	}
	diff_rules(&c->sides, &c->in.arena, &c->report);
	progress_phase(c->progress, "replaying", PROGRESS_NONE, 0);
	return c->replay == NULL || c->quiet || replay(c, a);
}

static int
run(struct cmd *c, const struct args *a)
{
	bool ok;

	c->report = (struct diff_report){ .old = a->rest[0],
	    .new = a->rest[1], .equal = true };
	c->progress = progress_begin(c->quiet);
	ok = look(c, a);
	progress_end(c->progress);
	if (!ok)
		return EXIT_INPUT;
	report(c);
	if (c->disagreements != 0)
		return EXIT_INTERNAL;
	return c->report.equal ? EXIT_YES : EXIT_NO;
}

static bool
settle(struct cmd *c, const struct args *a)
{
	if (a->n_rest < 2)
		return args_error("diff", "OLD and NEW are needed");
	if (a->n_rest > 2 && c->replay == NULL)
		return args_error("diff", "unexpected argument '%s'",
		    a->rest[2]);
	return c->quiet || c->out.n != 0 || outputs_add(&c->out, "text", "-");
}

static int
main_diff(int argc, char **argv)
{
	struct cmd *c = mem_alloc(1, sizeof(*c));
	struct args a = { .command = &command_diff, .ctx = { c, &c->in,
	    &c->in, c, &c->out, &c->out, c } };
	int code;

	c->boxes = USUAL_BOXES;
	c->out = (struct outputs){ .command = "diff", .names = format_names };
	inputs_init(&c->in);
	page_begin(&c->page, argc, argv, &c->in.arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = settle(c, &a) ? run(c, &a) : EXIT_USAGE;
	outputs_abort(&c->out);
	code = inputs_finish(&c->in, code);
	for (unsigned i = 0; i < c->n_management; i++)
		query_free(&c->management[i].ssh);
	ruleset_free(c->old[0]);
	ruleset_free(c->old[1]);
	free(c->changes);
	free(a.rest);
	page_free(&c->page);
	inputs_free(&c->in);
	free(c);
	return code;
}

static const char *const synopsis[] = {
    "[-S DIR] [OPTION]... OLD NEW [--replay CAPTURE...]", NULL };
static const char *const text[] = {
	"Rules written differently that mean the same are the same: split, "
	"merged, reordered, chains inlined. Each difference is told as disjoint "
	"sets of packets, with one packet that the simulator has run on both "
	"sides; nfwalk-sets(7) has the terms.",
	NULL
};
static const struct example examples[] = {
	{ "What a change means, and does it lock the administrators out",
	    "nfwalk diff -S snapshot old.rules new.rules --management "
	    "10.9.0.0/24" },
	{ "Which flows of last week would have changed",
	    "nfwalk diff -S snapshot old.rules new.rules --replay "
	    "eth0=week.pcap" },
	{ 0 }
};

const struct command command_diff = {
	.name = "diff",
	.summary = "what a change of the rules means",
	.synopsis = synopsis,
	.about = "Tells which packets end differently under NEW than under OLD "
	    "(rulesets in any form, - is standard input), exactly, and by "
	    "which rules on either side.",
	.text = text,
	.tables = { { NULL, wrong_args }, { "Input", inputs_args },
	    { NULL, owner_args }, { NULL, meaning_args },
	    { "Output", outputs_args }, { NULL, color_args },
	    { NULL, diff_args } },
	.operands = ARG_FILE,
	.formats = format_names,
	.exits = { [EXIT_YES] = "the same meaning", [EXIT_NO] = "they differ" },
	.examples = examples,
	.see = "nfwalk-query(1) nfwalk-sets(7)",
	.run = main_diff,
};
