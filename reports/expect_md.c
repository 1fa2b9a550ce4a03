/* Expectations as Markdown. */
#include "reports/expect.h"

#include "reports/md.h"

static void
put_line(struct sbuf *b, const struct test_case *t, const struct test_line *l)
{
	struct sbuf text = SBUF_INIT;
	const char *s;

	md_cell(b);
	md_text(b, t->name);
	md_cell(b);
	md_text(b, l->file);
	sbuf_printf(b, ":%u", l->line);
	md_cell(b);
	md_code(b, l->packet);
	md_cell(b);
	tell_line(l, &text);
	for (s = sbuf_text(&text); *s != '\0'; s += *s == '\n') {
		size_t n = strcspn(s, "\n");
		struct sbuf one = SBUF_INIT;

		sbuf_puts(b, s != text.text ? "<br>" : "");
		sbuf_put(&one, s, n);
		md_text(b, sbuf_text(&one));
		sbuf_free(&one);
		s += n;
	}
	md_row(b);
	sbuf_free(&text);
}

/* The lines that came to 'result'; nothing if there are none. */
static void
put_lines(struct sbuf *b, const struct test_report *r,
    enum test_result result, const char *heading)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n_tests; i++)
		for (unsigned k = 0; k < r->tests[i].n_lines; k++) {
			if (r->tests[i].lines[k].result != result)
				continue;
			if (n == 0) {
				sbuf_printf(b, "\n### %s\n\n", heading);
				md_header(b, "test|where|packet|what");
			}
			if (n++ < MD_MANY)
				put_line(b, &r->tests[i],
				    &r->tests[i].lines[k]);
		}
	md_more(b, n > MD_MANY ? n - MD_MANY : 0, "lines");
}

static void
put_uncovered(struct sbuf *b, const struct test_report *r)
{
	unsigned n = r->n_rules - r->n_covered;

	if (!r->coverage || n == 0)
		return;
	sbuf_puts(b, "\n### Not hit\n\n");
	md_header(b, "rule");
	for (unsigned i = 0; i < n && i < MD_MANY; i++) {
		md_cell(b);
		md_decider(b, r->uncovered[i], NULL);
		md_row(b);
	}
	md_more(b, n > MD_MANY ? n - MD_MANY : 0, "rules");
}

void
test_md(const struct test_report *r, FILE *f)
{
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "## nfwalk test: %u passed, %u failed",
	    r->results[TEST_PASSED], r->results[TEST_FAILED]);
	if (r->results[TEST_UNDETERMINED] != 0)
		sbuf_printf(&b, ", %u undetermined",
		    r->results[TEST_UNDETERMINED]);
	sbuf_printf(&b, "\n\nRules covered: %u of %u (%u%%).\n",
	    r->n_covered, r->n_rules, test_percent(r));
	put_lines(&b, r, TEST_FAILED, "Failed");
	put_lines(&b, r, TEST_UNDETERMINED, "Undetermined");
	put_uncovered(&b, r);
	md_assumed(&b, (const char *const *)r->assumptions,
	    r->n_assumptions);
	fwrite(sbuf_text(&b), 1, b.len, f);
	sbuf_free(&b);
}
