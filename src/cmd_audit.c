/* nfwalk audit: findings about a ruleset. */
#include "cmd.h"

#include "audited.h"
#include "base/date.h"
#include "baseline.h"
#include "ext/ext.h"
#include "ids.h"
#include "inputs.h"
#include "outputs.h"
#include "page.h"
#include "reports/catalogue.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: nfwalk audit [options] [-r] FILE...\n"
"\n"
"Tells what is wrong with a ruleset, and shows it with packets where it can.\n"
"'nfwalk rules' lists what it looks for, 'nfwalk explain ID' explains.\n"
"\n"
"  -r, --rules FILE     a ruleset; repeatable; - is standard input\n"
"  -S, --snapshot DIR   the host: rulesets, addresses, routes, ...\n"
"  -4, -6               the next FILE is of this family\n"
"      --profile P,...  what to look for: default, cis, pci, strict\n"
"      --only ID,...    these alone, in any profile; FW2 is all of FW2xxx\n"
"      --ignore ID,...  not these\n"
"      --management NET  networks that must be able to log in; repeatable\n"
"      --outside IFACE  interfaces that are outside; repeatable\n"
"      --today DATE     YYYY-MM-DD, for until= in comments; else the day of\n"
"                       SOURCE_DATE_EPOCH, else the clock's\n"
"  -f, --format FORMAT  text, json, sarif, junit, github, gitlab, html\n"
"  -o FORMAT=FILE       the same into FILE; repeatable\n"
"      --html-dir DIR   DIR/report.html, with its style in DIR/report.css\n"
"  -q, --quiet          text: errors only\n"
"      --color WHEN     auto, always, never\n"
"      --fail-on LEVEL  exit 1 if there is a finding of this level: error,\n"
"                       warning, note, never; without it, if there is an\n"
"                       error that is certain\n"
"      --exit-zero      --fail-on never\n"
"      --strict         exit 4 if some finding is no more than possible\n"
"      --baseline FILE  do not tell what FILE has\n"
"      --write-baseline FILE  write what was found to FILE; it then counts as\n"
"                       suppressed\n"
"\n"
"To suppress one finding, in a line before the rule, or in its comment:\n"
"  # nfwalk: ignore FW3003 until=2026-12-31 reason=\"bastion\"\n"
"  -A INPUT ... -m comment --comment \"nfwalk:FW3003 bastion\" -j ACCEPT\n";

static const char *const format_names[] = { "text", "json", "sarif", "junit",
    "github", "gitlab", "html", NULL };
/* Null: a page. */
static findings_put *const writers[] = { findings_text, findings_json,
    findings_sarif, findings_junit, findings_github, findings_gitlab, NULL };

/* Levels of --fail-on are severities; and these. */
enum { FAIL_CERTAIN = SEV_ERROR + 1, FAIL_NEVER };

struct words { const char **list; unsigned n, room; };

struct auditor {
	struct inputs in;
	struct outputs outputs;
	struct page page;
	struct audit audit;
	struct audit_config cfg;
	struct id_list only, ignore;
	struct words management, outside;
	const char *baseline, *write_baseline;
	unsigned fail;
	bool strict, quiet, has_today;
	unsigned disagreements;		/* between analysis and simulator */
};

/* ---- options ---- */

static bool
add_profile(struct auditor *a, const char *name, size_t len)
{
	for (unsigned i = 0; profile_names[i] != NULL; i++)
		if (strlen(profile_names[i]) == len &&
		    memcmp(profile_names[i], name, len) == 0) {
			a->cfg.profiles |= 1u << i;
			return true;
		}
	return args_error("audit", "--profile: default, cis, pci or strict, "
	    "not '%.*s'", (int)len, name);
}

static bool
set_profile(void *ctx, const struct arg *o, const char *value)
{
	size_t len;

	(void)o;
	do {
		len = strcspn(value, ",");
		if (!add_profile(ctx, value, len))
			return false;
		value += len + (value[len] == ',');
	} while (*value != '\0');
	return true;
}

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
	struct auditor *a = ctx;

	if (strcmp(o->name, "--exit-zero") == 0 ||
	    strcmp(value, "never") == 0) {
		a->fail = FAIL_NEVER;
		return true;
	}
	for (a->fail = SEV_NOTE; a->fail <= SEV_ERROR; a->fail++)
		if (strcmp(severity_names[a->fail], value) == 0)
			return true;
	return args_error("audit", "%s: error, warning, note or never, not "
	    "'%s'", o->name, value);
}

static bool
set_today(void *ctx, const struct arg *o, const char *value)
{
	struct auditor *a = ctx;

	a->has_today = true;
	if (strlen(value) == DATE_LEN && date_read(value, &a->cfg.today))
		return true;
	return args_error("audit", "%s: expected YYYY-MM-DD, got '%s'",
	    o->name, value);
}

static void
add_word(struct words *w, const char *value)
{
	vec_room(w->list, w->n, w->room);
	w->list[w->n++] = value;
}

static bool
set_network(void *ctx, const struct arg *o, const char *value)
{
	union addr addr, mask;

	if (!read_addr_mask(value, AF_INET, &addr, &mask) &&
	    !read_addr_mask(value, AF_INET6, &addr, &mask))
		return args_error("audit", "%s: expected a network, got '%s'",
		    o->name, value);
	add_word(&((struct auditor *)ctx)->management, value);
	return true;
}

static bool
set_interface(void *ctx, const struct arg *o, const char *value)
{
	if (*value == '\0' || strlen(value) >= IFNAME_SIZE)
		return args_error("audit", "%s: '%s' is no interface", o->name,
		    value);
	add_word(&((struct auditor *)ctx)->outside, value);
	return true;
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

static const struct arg audit_args[] = {
	{ "--profile", NULL, true, set_profile },
	{ "--only", NULL, true, set_ids },
	{ "--ignore", NULL, true, set_ids },
	{ "--management", NULL, true, set_network },
	{ "--outside", NULL, true, set_interface },
	{ "--today", NULL, true, set_today },
	{ "--fail-on", NULL, true, set_fail },
	{ "--exit-zero", NULL, false, set_fail },
	{ "--strict", NULL, false, set_flag },
	{ "--quiet", "-q", false, set_flag },
	{ "--baseline", NULL, true, set_file },
	{ "--write-baseline", NULL, true, set_file },
	{ NULL, NULL, false, NULL }
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
	if (a->cfg.profiles == 0)
		a->cfg.profiles = PROFILE_DEFAULT;
	a->cfg.only = a->only.ids;
	a->cfg.n_only = a->only.n;
	a->cfg.ignore = a->ignore.ids;
	a->cfg.n_ignore = a->ignore.n;
	a->cfg.management = a->management.list;
	a->cfg.n_management = a->management.n;
	a->cfg.outside = a->outside.list;
	a->cfg.n_outside = a->outside.n;
	return a->has_today || audited_today("audit", &a->cfg.today);
}

/* ---- the audit ---- */

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
	a->page.r.findings = r;
	return page_write(&a->page, o, &a->in.diags);
}

static bool
write_reports(struct auditor *a)
{
	struct findings_report r;
	bool ok = true;

	audited_report(&a->audit, &a->in, &r);
	r.quiet = a->quiet;
	for (unsigned i = 0; i < a->outputs.n; i++) {
		struct output *o = &a->outputs.list[i];

		r.color = o->out.path == NULL && use_color(&a->outputs);
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
		if (a->fail == FAIL_CERTAIN ? !f->possible &&
		    f->severity == SEV_ERROR :
		    f->severity >= a->fail)
			return EXIT_NO;
	}
	return a->strict && possible ? EXIT_UNDETERMINED : EXIT_YES;
}

static int
run(struct auditor *a)
{
	if (!inputs_load(&a->in) || !outputs_open(&a->outputs, &a->in.diags))
		return EXIT_INPUT;
	a->disagreements = audited(&a->audit, &a->in, &a->cfg);
	if (!settle_baseline(a) || !write_reports(a))
		return EXIT_INPUT;
	if (a->disagreements != 0)
		return EXIT_INTERNAL;
	return verdict(a);
}

int
cmd_audit(int argc, char **argv)
{
	struct auditor *a = mem_alloc(1, sizeof(*a));
	struct args args = { .command = "audit", .usage = usage,
	    .tables = { inputs_args, audit_args, outputs_args, color_args },
	    .ctx = { &a->in, a, &a->outputs, &a->outputs } };
	int code;

	inputs_init(&a->in);
	a->outputs = (struct outputs){ .command = "audit",
	    .names = format_names };
	a->fail = FAIL_CERTAIN;
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
	free(a->management.list);
	free(a->outside.list);
	free(args.rest);
	page_free(&a->page);
	inputs_free(&a->in);
	free(a);
	return code;
}
