/* Expectations and what became of them. */
#include "reports/html_plan.h"

enum { MAX_UNCOVERED = 1000 };

static bool
has(const struct html_report *r)
{
	return r->test != NULL;
}

static void
want(struct html *h)
{
	const struct test_report *t = h->r->test;

	for (unsigned i = 0; i < t->n_rules - t->n_covered &&
	    i < MAX_UNCOVERED; i++)
		html_want(h, t->uncovered[i]);
	for (unsigned i = 0; i < t->n_tests; i++)
		for (unsigned k = 0; k < t->tests[i].n_lines; k++) {
			const struct test_line *l = &t->tests[i].lines[k];

			for (unsigned w = 0; w < l->n_ways; w++)
				if (l->ways[w]->end.rule != NULL)
					html_want(h, l->ways[w]->end.rule);
		}
}

static void
put_line(struct html *h, const struct test_line *l)
{
	const struct test_way *way = l->n_ways ? test_way_of(l) : NULL;
	struct sbuf b = SBUF_INIT;

	html_open(h, "tr", l->result == TEST_PASSED ? NULL : "lost");
	html_open(h, "td", NULL);
	html_badge(h, test_result_names[l->result]);
	html_close(h);
	html_putf(h, "td", "place", "%s:%u", l->file, l->line);
	html_open(h, "td", "packet");
	html_put(h, "code", NULL, l->packet);
	html_close(h);
	html_put(h, "td", NULL, l->said.verdict ? l->said.verdict : "");
	html_open(h, "td", "decider");
	if (way != NULL)
		html_ending(h, &way->end);
	if (l->result != TEST_PASSED) {
		tell_line(l, &b);
		html_pre(h, sbuf_text(&b));
	}
	html_close(h);
	html_close(h);
	sbuf_free(&b);
}

static void
put_test(struct html *h, const struct test_case *c, unsigned n)
{
	static const char *const columns[] = { "result", "line", "packet",
	    "expected", "came to", NULL };

	html_open(h, "article", c->result == TEST_PASSED ? "note" : "error");
	html_attr(h, "id", "test-%u", n);
	html_open(h, "h3", NULL);
	html_badge(h, test_result_names[c->result]);
	html_textf(h, " %s", c->name);
	html_close(h);
	html_table(h, "tests", columns);
	for (unsigned i = 0; i < c->n_lines; i++)
		put_line(h, &c->lines[i]);
	html_end_table(h);
	html_close(h);
}

static void
put_coverage(struct html *h, const struct test_report *t)
{
	unsigned n = t->n_rules - t->n_covered;

	html_put(h, "h3", NULL, "Coverage");
	html_putf(h, "p", "about", "%u of %u rules were hit by a packet "
	    "(%u%%).", t->n_covered, t->n_rules, test_percent(t));
	if (!t->coverage || n == 0)
		return;
	html_open(h, "details", NULL);
	html_put(h, "summary", NULL, "rules that no packet hit");
	html_open(h, "ul", NULL);
	for (unsigned i = 0; i < n && i < MAX_UNCOVERED; i++) {
		html_open(h, "li", NULL);
		html_rule(h, t->uncovered[i]);
		html_text(h, " ");
		html_place(h, t->uncovered[i], NULL);
		html_text(h, " ");
		html_rule_text(h, t->uncovered[i]);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

static void
put(struct html *h)
{
	const struct test_report *t = h->r->test;

	html_section(h, "tests", "Tests");
	for (unsigned i = 0; i < t->n_tests; i++)
		put_test(h, &t->tests[i], i + 1);
	put_coverage(h, t);
	html_close(h);
}

const struct html_part html_tests = { "tests", "Tests", has, want, put };
