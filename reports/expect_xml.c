/* Expectations as JUnit XML: a suite for each file, a case for each line. */
#include "reports/expect.h"

#include "base/diag.h"
#include "reports/xml_out.h"


static void
attribute(struct xml_out *w, const char *name, const char *value)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, value, strlen(value));
	xml_attr(w, name, sbuf_text(&safe));
	sbuf_free(&safe);
}

static void
property(struct xml_out *w, const char *name, const char *value)
{
	xml_start(w, "property");
	attribute(w, "name", name);
	attribute(w, "value", value);
	xml_end(w);
}

/* ---- a line ---- */

static void
put_part(struct sbuf *b, const char *name, const char *said)
{
	if (said != NULL)
		sbuf_printf(b, " %s %s", name, said);
}

/* The packet and all that is expected of it: that is its name. */
static void
put_name(struct sbuf *b, const struct test_line *l)
{
	sbuf_printf(b, "%s %s", l->packet, l->said.verdict);
	put_part(b, "by", l->said.by);
	put_part(b, "dnat", l->said.dnat);
	put_part(b, "snat", l->said.snat);
	put_part(b, "redirect", l->said.redirect);
	for (unsigned i = 0; i < l->said.n_logs; i++)
		put_part(b, "log", l->said.logs[i]);
}

static void
put_complaint(struct xml_out *w, const struct test_line *l)
{
	struct sbuf text = SBUF_INIT, first = SBUF_INIT;

	tell_line(l, &text);
	sbuf_put(&first, sbuf_text(&text), strcspn(sbuf_text(&text), "\n"));
	xml_start(w, l->result == TEST_FAILED ? "failure" : "error");
	attribute(w, "message", sbuf_text(&first));
	attribute(w, "type", test_result_names[l->result]);
	xml_text(w, sbuf_text(&text));
	xml_end(w);
	sbuf_free(&text);
	sbuf_free(&first);
}

static void
put_case(struct xml_out *w, const struct test_case *t,
    const struct test_line *l)
{
	struct sbuf name = SBUF_INIT;

	put_name(&name, l);
	xml_start(w, "testcase");
	attribute(w, "classname", t->name);
	attribute(w, "name", sbuf_text(&name));
	attribute(w, "file", l->file);
	xml_attrf(w, "line", "%u", l->line);
	if (l->result != TEST_PASSED)
		put_complaint(w, l);
	xml_end(w);
	sbuf_free(&name);
}

/* ---- suites ---- */

/* The counts of lines of tests 'from' to 'to'. */
static void
attribute_counts(struct xml_out *w, const struct test_report *r,
    unsigned from, unsigned to)
{
	unsigned n[N_TEST_RESULTS] = { 0 };

	for (unsigned i = from; i < to; i++)
		for (unsigned j = 0; j < r->tests[i].n_lines; j++)
			n[r->tests[i].lines[j].result]++;
	xml_attrf(w, "tests", "%u", n[TEST_PASSED] + n[TEST_FAILED] +
	    n[TEST_UNDETERMINED]);
	xml_attrf(w, "failures", "%u", n[TEST_FAILED]);
	xml_attrf(w, "errors", "%u", n[TEST_UNDETERMINED]);
}

static void
put_properties(struct xml_out *w, const struct test_report *r)
{
	char text[64];

	xml_start(w, "properties");
	snprintf(text, sizeof(text), "%u/%u (%u%%)", r->n_covered,
	    r->n_rules, test_percent(r));
	property(w, "rules covered", text);
	for (unsigned i = 0; i < r->n_assumptions; i++)
		property(w, "assumed", r->assumptions[i]);
	xml_end(w);
}

/* The tests of one file; returns the first that is of another. */
static unsigned
put_suite(struct xml_out *w, const struct test_report *r, unsigned from)
{
	const char *file = r->tests[from].file;
	unsigned to = from;

	while (to < r->n_tests && strcmp(r->tests[to].file, file) == 0)
		to++;
	xml_start(w, "testsuite");
	attribute(w, "name", file);
	attribute_counts(w, r, from, to);
	if (from == 0)
		put_properties(w, r);
	for (unsigned i = from; i < to; i++)
		for (unsigned j = 0; j < r->tests[i].n_lines; j++)
			put_case(w, &r->tests[i], &r->tests[i].lines[j]);
	xml_end(w);
	return to;
}

void
test_junit(const struct test_report *r, FILE *f)
{
	struct xml_out *w = xml_out_new(f);

	xml_start(w, "testsuites");
	attribute(w, "name", "nfwalk test");
	attribute_counts(w, r, 0, r->n_tests);
	for (unsigned i = 0; i < r->n_tests;)
		i = put_suite(w, r, i);
	xml_out_end(w);
}
