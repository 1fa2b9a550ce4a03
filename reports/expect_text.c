/* Expectations for people, and as TAP (version 13). */
#include "reports/expect.h"

#include "base/diag.h"
#include "reports/ref.h"
#include "reports/save.h"
#include "reports/tell.h"

enum { C_RULE_PLACE = 62, C_DETAIL = 10 };

static void
put_place(struct sbuf *b, const char *file, unsigned line)
{
	sbuf_safe(b, file, strlen(file));
	sbuf_printf(b, ":%u", line);
}

/* ---- text ---- */

static void
put_heading(struct teller *w, const struct test_case *t)
{
	static const char *const words[] = { [TEST_PASSED] = "ok",
	    [TEST_FAILED] = "not ok", [TEST_UNDETERMINED] = "unknown" };
	static const enum tell_look looks[] = { [TEST_PASSED] = S_GOOD,
	    [TEST_FAILED] = S_BAD, [TEST_UNDETERMINED] = S_UNSURE };

	tell_style(w, looks[t->result]);
	sbuf_printf(&w->b, "%-7s", words[t->result]);
	tell_style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
	sbuf_safe(&w->b, t->name, strlen(t->name));
}

/* Not broken: places stay whole, for editors and for grep. */
static void
put_details(struct teller *w, const struct test_line *l)
{
	struct sbuf text = SBUF_INIT;
	const char *s;

	tell_line(l, &text);
	for (s = sbuf_text(&text); *s != '\0'; s += *s == '\n') {
		int n = (int)strcspn(s, "\n");

		sbuf_printf(&w->b, "%*s%.*s\n", C_DETAIL, "", n, s);
		s += n;
	}
	sbuf_free(&text);
}

/* The first line that has not passed stands in the heading. */
static void
put_test(struct teller *w, const struct test_case *t)
{
	bool first = true;

	put_heading(w, t);
	for (unsigned i = 0; i < t->n_lines; i++) {
		const struct test_line *l = &t->lines[i];

		if (l->result == TEST_PASSED)
			continue;
		if (!first)
			sbuf_puts(&w->b, "        and");
		tell_column(w, C_RULE_PLACE);
		tell_style(w, S_DIM);
		put_place(&w->b, l->file, l->line);
		tell_style(w, S_NONE);
		tell_end(w);
		put_details(w, l);
		first = false;
	}
	if (first)
		tell_end(w);
}

static void
put_uncovered(struct teller *w, const struct test_report *r)
{
	for (unsigned i = 0; r->coverage && i < r->n_rules - r->n_covered;
	    i++) {
		struct sbuf rule = SBUF_INIT, safe = SBUF_INIT;

		tell_label(w, i == 0 ? "not hit" : "");
		ref_rule(r->uncovered[i], &w->b);
		sbuf_puts(&w->b, " (");
		ref_rule_place(r->uncovered[i], &w->b);
		sbuf_puts(&w->b, ")  ");
		save_rule(r->uncovered[i], &rule);
		sbuf_safe(&safe, sbuf_text(&rule), rule.len);
		tell_wrap(w, TELL_LABEL + 2, sbuf_text(&safe));
		tell_end(w);
		sbuf_free(&rule);
		sbuf_free(&safe);
	}
}

static void
put_assumed(struct teller *w, const struct test_report *r)
{
	for (unsigned i = 0; i < r->n_assumptions; i++) {
		struct sbuf safe = SBUF_INIT;

		sbuf_safe(&safe, r->assumptions[i],
		    strlen(r->assumptions[i]));
		tell_label(w, i == 0 ? "assumed" : "");
		tell_wrap(w, TELL_LABEL, sbuf_text(&safe));
		tell_end(w);
		sbuf_free(&safe);
	}
}

static void
put_sums(struct sbuf *b, const struct test_report *r)
{
	sbuf_printf(b, "%u passed, %u failed", r->results[TEST_PASSED],
	    r->results[TEST_FAILED]);
	if (r->results[TEST_UNDETERMINED] != 0)
		sbuf_printf(b, ", %u undetermined",
		    r->results[TEST_UNDETERMINED]);
	sbuf_printf(b, "   rules covered %u/%u (%u%%)", r->n_covered,
	    r->n_rules, test_percent(r));
}

void
test_text(const struct test_report *r, FILE *f)
{
	struct teller w = { .color = r->color };

	for (unsigned i = 0; i < r->n_tests; i++)
		if (!r->quiet || r->tests[i].result != TEST_PASSED)
			put_test(&w, &r->tests[i]);
	put_uncovered(&w, r);
	if (!r->quiet)
		put_assumed(&w, r);
	put_sums(&w.b, r);
	tell_end(&w);
	fputs(sbuf_text(&w.b), f);
	sbuf_free(&w.b);
}

/* ---- TAP ---- */

/* A description: '#' would begin a directive. */
static void
put_description(struct sbuf *b, const char *name)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, name, strlen(name));
	for (const char *s = sbuf_text(&safe); *s != '\0'; s++) {
		if (*s == '#' || *s == '\\')
			sbuf_putc(b, '\\');
		sbuf_putc(b, *s);
	}
	sbuf_free(&safe);
}

/* A YAML scalar in double quotes; the text is safe but for newlines. */
static void
put_scalar(struct sbuf *b, const char *name, const char *text)
{
	sbuf_printf(b, "%s: \"", name);
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			sbuf_puts(b, "\\n");
			continue;
		}
		if (*text == '"' || *text == '\\')
			sbuf_putc(b, '\\');
		sbuf_putc(b, *text);
	}
	sbuf_puts(b, "\"\n");
}

static void
put_diagnostic(struct sbuf *b, const struct test_line *l)
{
	struct sbuf text = SBUF_INIT;

	put_place(&text, l->file, l->line);
	put_scalar(b, "  - at", sbuf_text(&text));
	sbuf_clear(&text);
	sbuf_safe(&text, l->packet, strlen(l->packet));
	put_scalar(b, "    packet", sbuf_text(&text));
	put_scalar(b, "    result", test_result_names[l->result]);
	sbuf_clear(&text);
	tell_line(l, &text);
	put_scalar(b, "    message", sbuf_text(&text));
	sbuf_free(&text);
}

static void
put_point(struct sbuf *b, const struct test_case *t, unsigned number)
{
	sbuf_printf(b, "%s %u - ", t->result == TEST_PASSED ? "ok" : "not ok",
	    number);
	put_description(b, t->name);
	sbuf_putc(b, '\n');
	if (t->result == TEST_PASSED)
		return;
	sbuf_puts(b, "  ---\n  lines:\n");
	for (unsigned i = 0; i < t->n_lines; i++)
		if (t->lines[i].result != TEST_PASSED)
			put_diagnostic(b, &t->lines[i]);
	sbuf_puts(b, "  ...\n");
}

void
test_tap(const struct test_report *r, FILE *f)
{
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "TAP version 13\n1..%u\n", r->n_tests);
	for (unsigned i = 0; i < r->n_tests; i++)
		put_point(&b, &r->tests[i], i + 1);
	for (unsigned i = 0; i < r->n_assumptions; i++) {
		sbuf_puts(&b, "# assumed: ");
		sbuf_safe(&b, r->assumptions[i], strlen(r->assumptions[i]));
		sbuf_putc(&b, '\n');
	}
	sbuf_puts(&b, "# ");
	put_sums(&b, r);
	sbuf_putc(&b, '\n');
	fputs(sbuf_text(&b), f);
	sbuf_free(&b);
}
