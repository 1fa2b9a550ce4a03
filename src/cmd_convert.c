/* nfwalk convert: a ruleset in another form. */
#include "cmd.h"

#include "base/out.h"
#include "inputs.h"
#include "reports/list.h"

#include <stdlib.h>

static const char usage[] =
"usage: nfwalk convert [-4|-6] -r FILE... -t FORM [options]\n"
"\n"
"Prints the rules of FILE (- is standard input) in another form:\n"
"  save       as iptables-save does\n"
"  list       as iptables -nvxL --line-numbers does\n"
"  commands   as a script of iptables commands\n"
"  json, xml  as JSON, or as iptables-xml does\n"
"\n"
"  -r, --rules FILE    a ruleset; repeatable\n"
"  -S, --snapshot DIR  the rulesets of a host's snapshot\n"
"  -4, -6              the next FILE is of this family\n"
"  -t, --to FORM       the form\n"
"      --table TABLE   this table alone\n"
"      --chain CHAIN   this chain alone\n"
"  -c, --counters      save, commands: with the counters of each rule\n"
"  -o, --output FILE   write to FILE\n";

struct convert {
	struct inputs in;
	struct save_format format;
	const char *to, *path;
};

static bool
set_to(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct convert *)ctx)->to = value;
	return true;
}

static bool
set_table(void *ctx, const struct arg *o, const char *value)
{
	struct convert *c = ctx;

	for (int i = 0; i < N_TABLES; i++)
		if (strcmp(table_names[i], value) == 0) {
			c->format.table = i;
			return true;
		}
	return args_error("convert", "%s: there is no table '%s'", o->name,
	    value);
}

static bool
set_chain(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct convert *)ctx)->format.chain = value;
	return true;
}

static bool
set_counters(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct convert *)ctx)->format.counters = true;
	return true;
}

static bool
set_path(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct convert *)ctx)->path = value;
	return true;
}

static const struct arg convert_args[] = {
	{ "--to", "-t", true, set_to },
	{ "--table", NULL, true, set_table },
	{ "--chain", NULL, true, set_chain },
	{ "--counters", "-c", false, set_counters },
	{ "--output", "-o", true, set_path },
	{ NULL, NULL, false, NULL }
};

/* Prints one family's rules. */
static void
put_save(const struct ruleset *rs, const struct convert *c, FILE *f)
{
	save_ruleset(rs, &c->format, f);
}

static void
put_list(const struct ruleset *rs, const struct convert *c, FILE *f)
{
	list_ruleset(rs, &c->format, f);
}

static const struct {
	const char *name;
	void (*put)(const struct ruleset *, const struct convert *, FILE *);
} forms[] = {
	{ "save", put_save }, { "list", put_list },
};
enum { N_FORMS = sizeof(forms) / sizeof(forms[0]) };

static int
run(struct convert *c, unsigned form)
{
	struct out out;

	if (!inputs_load(&c->in))
		return EXIT_INPUT;
	if (!out_open(&out, c->path, &c->in.diags))
		return EXIT_INPUT;
	for (unsigned i = 0; i < 2; i++)
		if (c->in.load.rules[i] != NULL)
			forms[form].put(c->in.load.rules[i], c, out.file);
	return out_commit(&out, &c->in.diags) ? EXIT_YES : EXIT_INPUT;
}

/* Exit code of wrong usage, or -1; 'form' is what -t says. */
static int
find_form(const struct convert *c, const struct args *a, unsigned *form)
{
	const char *why = NULL;

	for (*form = 0; *form < N_FORMS; (*form)++)
		if (c->to != NULL && strcmp(forms[*form].name, c->to) == 0)
			break;
	if (*form == N_FORMS)
		why = "-t FORM is needed: save, list, commands, json or xml";
	else if (c->in.n_files == 0 && c->in.snapshot == NULL)
		why = "-r FILE is needed";
	if (a->n_rest != 0)
		why = "unexpected argument";
	if (why == NULL)
		return -1;
	args_error("convert", "%s", why);
	return EXIT_USAGE;
}

int
cmd_convert(int argc, char **argv)
{
	struct convert c = { .format = { .table = -1 }, .path = "-" };
	struct args a = { .command = "convert", .usage = usage,
	    .tables = { inputs_args, convert_args }, .ctx = { &c.in, &c } };
	unsigned form = 0;
	int code;

	inputs_init(&c.in);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else
		code = find_form(&c, &a, &form);
	if (code < 0)
		code = inputs_finish(&c.in, run(&c, form));
	free(a.rest);
	inputs_free(&c.in);
	return code;
}
