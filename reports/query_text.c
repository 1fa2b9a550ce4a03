/* Who decides which packets, for people. */
#include "reports/regions.h"

#include "base/diag.h"
#include "reports/ref.h"
#include "reports/tell.h"

enum { FEW_BOXES = 6, C_TEXT = TELL_LABEL };

void
text_line(struct teller *w, unsigned indent, const char *before,
    const char *text)
{
	struct sbuf safe = SBUF_INIT;

	tell_column(w, indent);
	sbuf_puts(&w->b, before);
	sbuf_safe(&safe, text, strlen(text));
	tell_wrap(w, indent + 2, sbuf_text(&safe));
	tell_end(w);
	sbuf_free(&safe);
}

void
text_packets(struct teller *w, const struct packet_set *p, unsigned indent)
{
	unsigned shown = p->n > FEW_BOXES ? FEW_BOXES - 1 : p->n;

	for (unsigned i = 0; i < shown; i++)
		text_line(w, indent, p->around ? "part of " : "",
		    p->boxes[i].words);
	if (shown < p->n) {
		tell_column(w, indent);
		sbuf_printf(&w->b, "and %u more (-f json lists all)",
		    p->n - shown);
		tell_end(w);
	}
	if (p->around)
		text_line(w, indent, "", "minus what earlier rules take");
	else if (!p->complete)
		text_line(w, indent, "", "and others");
	if (p->witness != NULL)
		text_line(w, indent, "for instance: ", p->witness);
}

/* At the right, if there is room. */
static void
put_place(struct teller *w, const struct decider *d)
{
	struct sbuf b = SBUF_INIT;

	if (d->rule != NULL)
		ref_rule_place(d->rule, &b);
	else if (d->chain != NULL)
		ref_chain_place(d->chain, &b);
	if (b.len != 0) {
		tell_column(w, b.len < TELL_WIDTH ? TELL_WIDTH - b.len : 0);
		tell_style(w, S_DIM);
		sbuf_puts(&w->b, sbuf_text(&b));
		tell_style(w, S_NONE);
	}
	sbuf_free(&b);
}

void
text_decider(struct teller *w, const struct decider *d)
{
	bool end = d->rule == NULL && d->chain != NULL &&
	    d->chain->hook == HOOK_NONE;

	tell_style(w, strcmp(d->verdict, "ACCEPT") == 0 ? S_GOOD :
	    strcmp(d->verdict, "RETURN") == 0 ? S_BOLD : S_BAD);
	sbuf_printf(&w->b, "%-8s", d->verdict);
	tell_style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
	if (end) {
		ref_chain(d->chain, &w->b);
		sbuf_puts(&w->b, ", its end");
		return;
	}
	ref_decider(d->rule, d->chain, &w->b);
	put_place(w, d);
}

/* What a rule decides for certain and what it may decide besides follow one
 * another: the rule is told once. */
static void
put_region(struct teller *w, const struct query_region *r,
    const struct query_region *last)
{
	bool same = last != NULL && last->by.rule == r->by.rule &&
	    last->by.chain == r->by.chain && last->family == r->family;
	bool besides = same && last->by.effects == NULL &&
	    r->by.effects == NULL;

	if (!same) {
		text_decider(w, &r->by);
		tell_end(w);
	}
	if (r->by.effects != NULL)
		text_line(w, C_TEXT, "translated: ", r->by.effects);
	if (r->may != NULL)
		text_line(w, C_TEXT, besides ? "may, besides: it hangs on " :
		    "may: it hangs on ", r->may);
	text_packets(w, &r->packets, C_TEXT);
	if (r->not_replayed != NULL)
		text_line(w, C_TEXT, "not replayed: ", r->not_replayed);
}

static void
put_not_replayed(struct teller *w, const struct query_report *q)
{
	unsigned n = 0;

	for (unsigned i = 0; i < q->n; i++)
		n += q->regions[i].not_replayed != NULL;
	if (n == 0)
		return;
	sbuf_printf(&w->b, "%u of them without a packet that the simulator "
	    "has run", n);
	tell_end(w);
}

/* "4 regions: 2 ACCEPT, 1 DROP" */
static void
put_counts(struct teller *w, const struct query_report *q)
{
	static const char *const verdicts[] = { "ACCEPT", "DROP", "REJECT",
	    "QUEUE", "STOLEN", "RETURN" };
	const char *sep = ": ";

	if (q->n == 0) {
		sbuf_puts(&w->b, "no such packet\n");
		return;
	}
	tell_gap(w);
	if (q->partial)
		sbuf_puts(&w->b, "there may be more: that was too much to "
		    "work out\n");
	sbuf_printf(&w->b, "%u region%s", q->n, q->n == 1 ? "" : "s");
	for (unsigned v = 0; v < sizeof(verdicts) / sizeof(*verdicts); v++) {
		unsigned n = 0;

		for (unsigned i = 0; i < q->n; i++)
			n += strcmp(q->regions[i].by.verdict, verdicts[v]) == 0;
		if (n == 0)
			continue;
		sbuf_printf(&w->b, "%s%u %s", sep, n, verdicts[v]);
		sep = ", ";
	}
	tell_end(w);
}

void
text_assumed(struct teller *w, const struct env *env)
{
	for (unsigned i = 0; i < env->n_assumptions; i++)
		text_line(w, 0, "assumed: ", env->assumptions[i]);
}

void
text_query(const struct query_report *q, bool color, FILE *file)
{
	struct teller w = { .color = color };
	int family = 0;

	for (unsigned i = 0; i < q->n; i++) {
		if (q->n_families > 1 && q->regions[i].family != family) {
			family = q->regions[i].family;
			tell_gap(&w);
			tell_style(&w, S_BOLD);
			sbuf_puts(&w.b, family == AF_INET ? "IPv4" : "IPv6");
			tell_style(&w, S_NONE);
			tell_end(&w);
		}
		put_region(&w, &q->regions[i], i ? &q->regions[i - 1] : NULL);
	}
	put_counts(&w, q);
	put_not_replayed(&w, q);
	text_assumed(&w, q->env);
	fwrite(sbuf_text(&w.b), 1, w.b.len, file);
	sbuf_free(&w.b);
}
