#include "reports/expect.h"

#include "base/diag.h"
#include "reports/ref.h"

enum { MAX_TOLD = 4 };			/* ways of an undetermined line */

const char *const test_result_names[N_TEST_RESULTS] = { "passed", "failed",
    "undetermined" };

unsigned
test_percent(const struct test_report *r)
{
	return r->n_rules == 0 ? 100 : r->n_covered * 100 / r->n_rules;
}

const struct test_way *
test_way_of(const struct test_line *l)
{
	for (unsigned i = 0; l->result != TEST_PASSED && i < l->n_ways; i++)
		if (l->ways[i]->wrong != 0)
			return l->ways[i];
	return l->n_ways != 0 ? l->ways[0] : NULL;
}

static void
put_place(const struct rule *rule, const struct chain *chain, struct sbuf *b)
{
	struct sbuf place = SBUF_INIT;

	if (rule != NULL)
		ref_rule_place(rule, &place);
	else if (chain != NULL)
		ref_chain_place(chain, &place);
	if (place.len != 0)
		sbuf_printf(b, " (%s)", sbuf_text(&place));
	sbuf_free(&place);
}

void
tell_ending(const struct trace_ending *e, struct sbuf *b)
{
	sbuf_puts(b, disposition_names[e->disposition]);
	if (e->rule == NULL && e->chain == NULL) {
		sbuf_printf(b, ": %s", reason_texts[e->reason]);
		return;
	}
	sbuf_puts(b, " by ");
	ref_decider(e->rule, e->chain, b);
	put_place(e->rule, e->chain, b);
}

static void
put_safe(const char *text, struct sbuf *b)
{
	sbuf_safe(b, text, strlen(text));
}

/* Another sentence begins. */
static void
sentence(struct sbuf *b, size_t before)
{
	if (b->len > before)
		sbuf_putc(b, '\n');
}

static void
put_decision(const struct test_line *l, const struct test_way *w,
    struct sbuf *b)
{
	sbuf_printf(b, "expected %s", l->said.verdict);
	if (l->said.by != NULL) {
		sbuf_puts(b, " by ");
		put_safe(l->said.by, b);
	}
	sbuf_puts(b, ", got ");
	tell_ending(&w->end, b);
}

static void
put_change(const char *name, const char *said, const struct test_change *c,
    struct sbuf *b)
{
	sbuf_printf(b, "expected %s %s, got ", name, said);
	sbuf_puts(b, c->to != NULL ? c->to : "none");
	if (c->to != NULL && c->rule != NULL) {
		sbuf_puts(b, " by ");
		ref_rule(c->rule, b);
		put_place(c->rule, NULL, b);
	}
}

static void
put_log(const struct test_line *l, const struct test_way *w, unsigned i,
    struct sbuf *b)
{
	unsigned n = w->logged[i].lines;

	sbuf_puts(b, "expected log ");
	put_safe(l->said.logs[i], b);
	sbuf_printf(b, ", got %u line%s", n, n == 1 ? "" : "s");
	if (n == 0 && w->lines != 0)
		sbuf_printf(b, " (%u with another prefix)", w->lines);
}

/* What happened to its ends, unless that was told already. */
static void
put_happened(const struct test_way *w, struct sbuf *b)
{
	if (w->dnat.to != NULL && !(w->wrong & (PART_DNAT | PART_REDIRECT))) {
		sbuf_printf(b, "\nafter DNAT %s => %s", w->dnat.from,
		    w->dnat.to);
		put_place(w->dnat.rule, NULL, b);
	}
	if (w->snat.to != NULL && !(w->wrong & PART_SNAT)) {
		sbuf_printf(b, "\nthen SNAT %s => %s", w->snat.from,
		    w->snat.to);
		put_place(w->snat.rule, NULL, b);
	}
}

void
tell_way(const struct test_line *l, const struct test_way *w, struct sbuf *b)
{
	size_t before;

	if (l->count > 1 && (w->wrong & ~(unsigned)PART_LOG))
		sbuf_printf(b, "packet %u of %u: ", w->nth, l->count);
	before = b->len;
	if (w->wrong & (PART_VERDICT | PART_BY))
		put_decision(l, w, b);
	if (w->wrong & PART_DNAT) {
		sentence(b, before);
		put_change("dnat", l->said.dnat, &w->dnat, b);
	}
	if (w->wrong & PART_REDIRECT) {
		sentence(b, before);
		put_change("redirect", l->said.redirect, &w->dnat, b);
	}
	if (w->wrong & PART_SNAT) {
		sentence(b, before);
		put_change("snat", l->said.snat, &w->snat, b);
	}
	for (unsigned i = 0; i < l->said.n_logs; i++)
		if (w->logged[i].wrong) {
			sentence(b, before);
			put_log(l, w, i, b);
		}
	if (w->wrong == 0) {
		sbuf_puts(b, "as expected: ");
		tell_ending(&w->end, b);
	}
	put_happened(w, b);
}

/* Under which conditions, and what it comes to then, indented. */
static void
tell_conditional(const struct test_line *l, const struct test_way *w,
    struct sbuf *b)
{
	struct sbuf way = SBUF_INIT;

	for (unsigned i = 0; i < w->n_conditions; i++)
		sbuf_printf(b, "%s%s\n", i == 0 ? "if  " : "and ",
		    w->conditions[i]);
	if (l->example != NULL) {
		sbuf_puts(b, "for example ");
		put_safe(l->example, b);
		sbuf_putc(b, '\n');
	}
	tell_way(l, w, &way);
	sbuf_puts(b, "    ");
	for (const char *s = sbuf_text(&way); *s != '\0'; s++) {
		sbuf_putc(b, *s);
		if (*s == '\n')
			sbuf_puts(b, "    ");
	}
	sbuf_free(&way);
}

static void
tell_undetermined(const struct test_line *l, struct sbuf *b)
{
	if (l->why != NULL)
		put_safe(l->why, b);
	else
		sbuf_puts(b, "it hangs on what is not known");
	for (unsigned i = 0; i < l->n_ways; i++) {
		sbuf_putc(b, '\n');
		if (i == MAX_TOLD) {
			sbuf_printf(b, "... and %u more ways", l->n_ways - i);
			break;
		}
		tell_conditional(l, l->ways[i], b);
	}
}

/* Do all ways end like this one? */
static bool
is_usual(const struct test_line *l, const struct test_way *w)
{
	for (unsigned i = 0; i < l->n_ways; i++)
		if (l->ways[i]->wrong != w->wrong ||
		    l->ways[i]->end.disposition != w->end.disposition ||
		    l->ways[i]->end.rule != w->end.rule ||
		    l->ways[i]->end.chain != w->end.chain)
			return false;
	return true;
}

void
tell_line(const struct test_line *l, struct sbuf *b)
{
	const struct test_way *w = test_way_of(l);

	if (l->result == TEST_UNDETERMINED) {
		tell_undetermined(l, b);
	} else if (w != NULL && l->example == NULL && is_usual(l, w)) {
		tell_way(l, w, b);
	} else if (w != NULL) {
		tell_conditional(l, w, b);
	}
}
