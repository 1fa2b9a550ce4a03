/* nfwalk report: one page of HTML about a ruleset: the audit, who can reach
 * what, and captures through it. */
#include "cmd.h"

#include "audited.h"
#include "ext/ext.h"
#include "feed.h"
#include "inputs.h"
#include "matrix.h"
#include "outputs.h"
#include "page.h"
#include "replayed.h"
#include "reports/catalogue.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: nfwalk report [options] -r FILE [[IFACE=]CAPTURE...]\n"
"\n"
"Writes a page of HTML: findings, who can reach what, the rules, who jumps to\n"
"whom and, of captures, flows, packets and the path of each.  One file that\n"
"opens anywhere and fetches nothing.\n"
"\n"
"  -r, --rules FILE     a ruleset; repeatable; - is standard input\n"
"  -S, --snapshot DIR   the host: rulesets, addresses, routes, ...\n"
"  -4, -6               the next FILE is of this family\n"
"      --owner UID[:GID]  whose sockets the host's own packets come from\n"
"      --profile P,...  what to look for: default, cis, pci, strict\n"
"      --management NET  networks that must be able to log in; repeatable\n"
"      --outside IFACE  interfaces that are outside; repeatable\n"
"      --exposure WHEN  who can reach what: auto (not with more than 10,000\n"
"                       rules in a filter table: it takes long), always, never\n"
"      --partial        take a capture that ends in mid-frame as it is\n"
"  -o, --output FILE    - is standard output, and what is meant without it\n"
"      --html-dir DIR   DIR/report.html, with its style in DIR/report.css,\n"
"                       without a script\n"
"\n"
"Exit code 0 if the page was written, whatever is in it.\n";

static const char *const format_names[] = { "html", NULL };

enum { MAX_NAMES = 64, MAX_EXPOSURE_RULES = 10000 };

/* Is the matrix of services worked out? */
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER, N_WHEN };
static const char *const when_names[N_WHEN] = { "auto", "always", "never" };

struct names { const char *list[MAX_NAMES]; unsigned n; };

struct reporter {
	struct inputs in;
	struct outputs outputs;
	struct page page;
	struct audit_config cfg;
	struct names management, outside;
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
};

/* ---- options ---- */

static bool
set_profile(void *ctx, const struct arg *o, const char *value)
{
	struct reporter *r = ctx;

	while (*value != '\0') {
		size_t len = strcspn(value, ",");
		unsigned i = 0;

		while (profile_names[i] != NULL &&
		    (strlen(profile_names[i]) != len ||
		    memcmp(profile_names[i], value, len) != 0))
			i++;
		if (profile_names[i] == NULL)
			return args_error("report", "%s: default, cis, pci or "
			    "strict, not '%.*s'", o->name, (int)len, value);
		r->cfg.profiles |= 1u << i;
		value += len + (value[len] == ',');
	}
	return true;
}

static bool
add_name(struct names *n, const struct arg *o, const char *value)
{
	if (n->n == MAX_NAMES)
		return args_error("report", "%s: %d at most", o->name,
		    MAX_NAMES);
	n->list[n->n++] = value;
	return true;
}

static bool
set_management(void *ctx, const struct arg *o, const char *value)
{
	union addr addr, mask;

	if (!read_addr_mask(value, AF_INET, &addr, &mask) &&
	    !read_addr_mask(value, AF_INET6, &addr, &mask))
		return args_error("report", "%s: expected a network, got '%s'",
		    o->name, value);
	return add_name(&((struct reporter *)ctx)->management, o, value);
}

static bool
set_outside(void *ctx, const struct arg *o, const char *value)
{
	if (*value == '\0' || strlen(value) >= IFNAME_SIZE)
		return args_error("report", "%s: '%s' is no interface",
		    o->name, value);
	return add_name(&((struct reporter *)ctx)->outside, o, value);
}

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
	struct reporter *r = ctx;

	for (int i = 0; i < N_WHEN; i++)
		if (strcmp(when_names[i], value) == 0) {
			r->exposure = (enum when)i;
			return true;
		}
	return args_error("report", "%s: auto, always or never, not '%s'",
	    o->name, value);
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

static const struct arg report_args[] = {
	{ "--profile", NULL, true, set_profile },
	{ "--management", NULL, true, set_management },
	{ "--outside", NULL, true, set_outside },
	{ "--exposure", NULL, true, set_exposure },
	{ "--partial", NULL, false, set_flag },
	{ "--output", "-o", true, set_output },
	{ "--html-dir", NULL, true, set_folder },
	{ NULL, NULL, false, NULL }
};

/* ---- parts ---- */

static void
add_findings(struct reporter *r)
{
	r->disagreements = audited(&r->audit, &r->in, &r->cfg);
	audited_report(&r->audit, &r->in, &r->findings);
	r->page.r.findings = &r->findings;
}

/* The work grows with the square of the rules. */
static bool
is_too_much(const struct reporter *r, const struct table *t)
{
	uint64_t n = 0;

	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		n += c->n;
	if (r->exposure == WHEN_ALWAYS || n <= MAX_EXPOSURE_RULES)
		return false;
	env_assume(r->in.env, "who can reach what was not worked out for "
	    "IPv%c: %llu rules in table filter; --exposure always does it",
	    t->ruleset->family == AF_INET6 ? '6' : '4', (unsigned long long)n);
	return true;
}

static void
add_exposure(struct reporter *r)
{
	static const struct query all;

	r->matrix = (struct matrix_report){ .families = r->matrices,
	    .env = r->in.env };
	for (unsigned f = 0; f < 2; f++) {
		const struct ruleset *rs = r->in.load.rules[f];

		if (rs != NULL && rs->tables[TABLE_FILTER].present &&
		    !is_too_much(r, &rs->tables[TABLE_FILTER]))
			matrix_family(rs, r->in.env, &all, &r->in.arena,
			    &r->matrices[r->matrix.n++]);
	}
	r->page.r.matrix = &r->matrix;
}

static bool
add_replay(struct reporter *r)
{
	if (!replayed_run(&r->replayed, &r->in, r->captures, r->n_captures,
	    r->partial))
		return false;
	replayed_tell(&r->replayed, &r->page);
	for (unsigned i = 0; i < r->n_captures; i++)
		page_file(&r->page, r->captures[i].path, "capture");
	return true;
}

static bool
run(struct reporter *r)
{
	bool ok = true;

	if (!inputs_load(&r->in) ||
	    !outputs_open(&r->outputs, &r->in.diags))
		return false;
	add_findings(r);
	if (r->exposure != WHEN_NEVER)
		add_exposure(r);
	if (r->n_captures != 0 && !add_replay(r))
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
	if (r->cfg.profiles == 0)
		r->cfg.profiles = PROFILE_DEFAULT;
	r->cfg.management = r->management.list;
	r->cfg.n_management = r->management.n;
	r->cfg.outside = r->outside.list;
	r->cfg.n_outside = r->outside.n;
	return audited_today("report", &r->cfg.today) &&
	    (r->outputs.n != 0 || outputs_add(&r->outputs, "html", "-"));
}

int
cmd_report(int argc, char **argv)
{
	struct reporter *r = mem_alloc(1, sizeof(*r));
	struct args a = { .command = "report", .usage = usage,
	    .tables = { inputs_args, report_args }, .ctx = { &r->in, r } };
	int code;

	inputs_init(&r->in);
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
	page_free(&r->page);
	free(a.rest);
	inputs_free(&r->in);
	free(r);
	return code;
}
