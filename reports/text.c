/* The summary of a replay for people. */
#include "reports/summary.h"

#include "base/diag.h"
#include "reports/ref.h"

#include <inttypes.h>
#include <time.h>

enum { TOP_DECISIONS = 20, TOP_FLOWS = 20 };

/* "1,234,567" */
static void
put_count(struct sbuf *b, uint64_t v, int width)
{
	char digits[24], text[32];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, v);
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (i != 0 && (n - i) % 3 == 0)
			text[out++] = ',';
		text[out++] = digits[i];
	}
	text[out] = '\0';
	sbuf_printf(b, "%*s", width, text);
}

static void
put_counts(struct sbuf *b, const struct counts *c)
{
	put_count(b, c->packets, 11);
	put_count(b, c->bytes, 16);
}

static void
put_verdicts(struct sbuf *b, const struct summary_view *v)
{
	sbuf_puts(b, "verdict          packets           bytes\n");
	for (int d = 0; d < N_DISPOSITIONS; d++) {
		if (v->by_disposition[d].packets == 0)
			continue;
		sbuf_printf(b, "  %-11s", disposition_names[d]);
		put_counts(b, &v->by_disposition[d]);
		sbuf_putc(b, '\n');
	}
	sbuf_puts(b, "  all        ");
	put_counts(b, &v->total);
	sbuf_putc(b, '\n');
}

static void
put_why(struct sbuf *b, const struct decision *d)
{
	if (d->rule == NULL && d->chain == NULL) {
		sbuf_puts(b, reason_texts[d->reason]);
		return;
	}
	ref_decider(d->rule, d->chain, b);
	if (d->reason == REASON_HOTDROP) {
		sbuf_puts(b, ": ");
		sbuf_puts(b, reason_texts[d->reason]);
	}
}

static void
put_decisions(struct sbuf *b, const struct summary_view *v)
{
	unsigned shown = v->n_decisions < TOP_DECISIONS ? v->n_decisions :
	    TOP_DECISIONS;

	if (v->n_decisions == 0)
		return;
	sbuf_puts(b, "\ndecided by\n");
	for (unsigned i = 0; i < shown; i++) {
		const struct decision *d = v->decisions[i];
		size_t start = b->len;

		sbuf_printf(b, "  %-11s", disposition_names[d->disposition]);
		put_counts(b, &d->counts);
		sbuf_puts(b, "  ");
		put_why(b, d);
		if (d->rule != NULL || d->chain != NULL) {
			while (b->len - start < 66)
				sbuf_putc(b, ' ');
			sbuf_puts(b, "  ");
			if (d->rule != NULL)
				ref_rule_place(d->rule, b);
			else
				ref_chain_place(d->chain, b);
			while (b->text[b->len - 1] == ' ')
				sbuf_cut(b, b->len - 1);
		}
		sbuf_putc(b, '\n');
	}
	if (shown < v->n_decisions)
		sbuf_printf(b, "  ... and %u more (-f json lists all)\n",
		    v->n_decisions - shown);
}

static void
put_flows(struct sbuf *b, const struct summary_view *v)
{
	unsigned shown = v->n_lost_flows < TOP_FLOWS ? v->n_lost_flows :
	    TOP_FLOWS;

	sbuf_puts(b, "\nflows  ");
	put_count(b, v->flows, 0);
	sbuf_puts(b, ", of which ");
	put_count(b, v->lost, 0);
	sbuf_puts(b, " had packets that did not get through\n");
	for (unsigned i = 0; i < shown; i++) {
		const struct lost_flow *f = v->lost_flows[i];

		sbuf_printf(b, "  %-11s",
		    disposition_names[f->why->disposition]);
		put_count(b, f->counts.packets, 7);
		sbuf_puts(b, f->counts.packets == 1 ? " packet   " :
		    " packets  ");
		sbuf_safe(b, f->in ? f->in->name : "local",
		    strlen(f->in ? f->in->name : "local"));
		sbuf_putc(b, ' ');
		flow_key_print(&f->key, b);
		sbuf_printf(b, "\n                         frame %u, ",
		    f->frame);
		put_why(b, f->why);
		sbuf_putc(b, '\n');
	}
	if (shown < v->lost) {
		sbuf_puts(b, "  ... and ");
		put_count(b, v->lost - shown, 0);
		sbuf_puts(b, " more\n");
	}
}

static void
put_unknowns(struct sbuf *b, const struct summary_view *v)
{
	if (v->n_unknowns == 0)
		return;
	sbuf_puts(b, "\nunknown  (taken as: does not match)\n");
	for (unsigned i = 0; i < v->n_unknowns; i++) {
		sbuf_puts(b, "  ");
		ref_rule(v->unknowns[i].rule, b);
		sbuf_putc(b, ' ');
		put_count(b, v->unknowns[i].times, 0);
		sbuf_puts(b, " times  ");
		ref_rule_place(v->unknowns[i].rule, b);
		sbuf_putc(b, '\n');
	}
}

static void
put_facts(struct sbuf *b, const struct replay_facts *f)
{
	double seconds = f->last > f->first ?
	    (double)(f->last - f->first) / 1e9 : 0;

	sbuf_puts(b, "replayed");
	for (unsigned i = 0; i < f->n_captures; i++) {
		sbuf_putc(b, ' ');
		sbuf_safe(b, f->captures[i], strlen(f->captures[i]));
	}
	sbuf_puts(b, "\n  ");
	put_count(b, f->frames, 0);
	sbuf_puts(b, " frames, ");
	put_count(b, f->frame_bytes, 0);
	sbuf_printf(b, " bytes, %.3f seconds of traffic\n", seconds);
	if (f->local != 0) {
		sbuf_puts(b, "  ");
		put_count(b, f->local, 0);
		sbuf_puts(b, " were made by the host itself\n");
	}
	if (f->copies + f->forwarded != 0) {
		sbuf_puts(b, "  ");
		put_count(b, f->copies + f->forwarded, 0);
		sbuf_puts(b, " were copies of packets that are here anyway: "
		    "not injected\n");
	}
	if (f->other_link != 0) {
		sbuf_puts(b, "  ");
		put_count(b, f->other_link, 0);
		sbuf_puts(b, " were of link types that are not read\n");
	}
	if (f->shard != NULL)
		sbuf_printf(b, "  shard %u of %u: some of the pairs of hosts\n",
		    f->shard->index, f->shard->of);
	sbuf_putc(b, '\n');
}

static void
put_assumptions(struct sbuf *b, const struct env *env)
{
	if (env->n_assumptions == 0)
		return;
	sbuf_puts(b, "\nassumed\n");
	for (unsigned i = 0; i < env->n_assumptions; i++) {
		sbuf_puts(b, "  ");
		sbuf_safe(b, env->assumptions[i],
		    strlen(env->assumptions[i]));
		sbuf_putc(b, '\n');
	}
}

void
text_replay(struct summary *s, const struct replay_facts *facts, FILE *file)
{
	const struct summary_view *v = summary_view(s);
	struct sbuf b = SBUF_INIT;

	put_facts(&b, facts);
	put_verdicts(&b, v);
	put_decisions(&b, v);
	put_flows(&b, v);
	put_unknowns(&b, v);
	sbuf_printf(&b, "\nconnections at the end  %u\n", facts->connections);
	put_assumptions(&b, facts->env);
	fputs(sbuf_text(&b), file);
	sbuf_free(&b);
}
