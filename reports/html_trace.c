/* Packets explained: the answer first, then the path. */
#include "reports/html_plan.h"

#include "ext/ctstate.h"
#include "reports/near.h"
#include "reports/ref.h"

enum { MAX_TRACES = 200 };

static bool
has(const struct html_report *r)
{
	return r->n_traces != 0;
}

static void
want_way(struct html *h, const struct trace *t)
{
	for (unsigned i = 0; i < t->n_steps; i++) {
		if (t->steps[i].rule != NULL)
			html_want(h, t->steps[i].rule);
		if (t->steps[i].chain != NULL)
			html_want_chain(h, t->steps[i].chain);
	}
}

static void
want(struct html *h)
{
	for (unsigned i = 0; i < h->r->n_traces && i < MAX_TRACES; i++) {
		const struct trace_report *r = &h->r->traces[i];
		const struct rule *rules[ELSEWHERE_MAX];
		unsigned n = trace_not_consulted(r, rules);

		want_way(h, r->way);
		if (r->reply != NULL)
			want_way(h, r->reply);
		while (n-- > 0)
			html_want(h, rules[n]);
	}
}

/* ---- the answer ---- */

static void
put_ending(struct html *h, const struct trace_ending *e)
{
	html_ending(h, e);
	if (e->rule != NULL) {
		html_text(h, " ");
		html_rule_text(h, e->rule);
	}
}

static void
put_head(struct html *h, const struct trace_report *r)
{
	struct sbuf b = SBUF_INIT;

	html_open(h, "h3", NULL);
	html_badge(h, disposition_names[r->end.disposition]);
	html_text(h, " ");
	html_put(h, "code", NULL, r->way->words);
	html_close(h);
	trace_route_words(r, &b);
	if (r->way->states != 0) {
		sbuf_puts(&b, ", ");
		ctstate_print(&b, r->way->states);
	}
	html_put(h, "p", "about", sbuf_text(&b));
	sbuf_free(&b);
}

/* ---- the path ---- */

static void
put_step(struct html *h, const struct step *s, const char *label,
    const char *text, const char *class)
{
	html_open(h, "tr", class);
	html_open(h, "td", s->depth > 0 ? "deeper" : NULL);
	if (s->rule != NULL && s->kind != EV_LOG)
		html_rule(h, s->rule);
	else if (s->chain != NULL)
		html_chain(h, s->chain);
	else
		html_text(h, label);
	html_close(h);
	html_open(h, "td", "tests");
	if (s->kind == EV_HIT || s->kind == EV_MISS) {
		struct sbuf b = SBUF_INIT;

		ref_tests(s->rule, &b);
		html_put(h, "code", NULL, sbuf_text(&b));
		sbuf_free(&b);
	}
	html_close(h);
	html_put(h, "td", NULL, text);
	html_open(h, "td", NULL);
	html_place(h, s->kind == EV_LOG ? NULL : s->rule, s->chain);
	html_close(h);
	html_close(h);
}

static void
put_hit(struct html *h, const struct step *s, const struct step *next,
    bool decides)
{
	struct sbuf b = SBUF_INIT;

	ref_target(s->rule, &b);
	if (next != NULL && next->kind == EV_ACTED && next->text[0] != '\0')
		sbuf_printf(&b, ": %s", next->text);
	put_step(h, s, "", sbuf_text(&b), decides ? "decides" : NULL);
	sbuf_free(&b);
}

static bool
decides(const struct trace_ending *e, const struct step *s)
{
	return (s->kind == EV_HIT && s->rule == e->rule && e->rule) ||
	    (s->kind == EV_POLICY && s->chain == e->chain && e->chain &&
	    e->rule == NULL);
}

static void
put_event(struct html *h, const struct trace_ending *e, const struct step *s,
    const struct step *next)
{
	static const char *const labels[N_EVENTS] = { [EV_CT] = "conntrack",
	    [EV_NAT] = "translated", [EV_ROUTE] = "routing",
	    [EV_LOG] = "logged", [EV_LOCAL] = "delivered",
	    [EV_SENT] = "leaves" };
	bool last = decides(e, s);

	switch (s->kind) {
	case EV_HIT:
		put_hit(h, s, next, last);
		break;
	case EV_MISS:
	case EV_HOTDROP:
		put_step(h, s, "", s->text, "miss");
		break;
	case EV_POLICY:
		if (s->chain->n != 0 || last)
			put_step(h, s, "", s->verdict == V_DROP ?
			    "policy DROP" : "policy ACCEPT", last ?
			    "decides" : NULL);
		break;
	case EV_UNKNOWN:
		put_step(h, s, "", s->text, "unknown");
		break;
	case EV_LOCAL:
		put_step(h, s, labels[s->kind], "to the host", NULL);
		break;
	case EV_SENT:
		put_step(h, s, labels[s->kind], s->iface ? s->iface->name :
		    "by an unknown device", NULL);
		break;
	case EV_CT:
	case EV_NAT:
	case EV_ROUTE:
	case EV_LOG:
		put_step(h, s, labels[s->kind], s->text, s->kind == EV_NAT ?
		    "nat" : NULL);
		break;
	case EV_PACKET:
	case EV_TABLE:
	case EV_ENTER:
	case EV_RETURN:
	case EV_ACTED:
	case EV_TRACE:
	case EV_VERDICT:
	case N_EVENTS:
		break;
	}
}

static void
put_way(struct html *h, const struct trace *t, const struct trace_ending *e)
{
	static const char *const columns[] = { "where", "packets that",
	    "what", "line", NULL };

	html_table(h, "way", columns);
	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].packet == 0)
			put_event(h, e, &t->steps[i], i + 1 < t->n_steps ?
			    &t->steps[i + 1] : NULL);
	html_end_table(h);
}

/* ---- what else there is to say ---- */

static void
put_nearest(struct html *h, const struct trace_report *r)
{
	const struct step *near[NEAREST_MAX];
	unsigned n = trace_nearest(r, near);

	if (n != 0)
		html_put(h, "dt", NULL, "nearest");
	for (unsigned i = 0; i < n; i++) {
		html_open(h, "dd", NULL);
		html_rule(h, near[i]->rule);
		html_textf(h, " would %s it: %s ",
		    near_verdict(near[i]->rule) == V_ACCEPT ? "accept" :
		    "drop", near[i]->text);
		html_place(h, near[i]->rule, NULL);
		html_close(h);
	}
}

static void
put_not_consulted(struct html *h, const struct trace_report *r)
{
	const struct rule *rules[ELSEWHERE_MAX];
	unsigned n = trace_not_consulted(r, rules);

	if (n != 0)
		html_put(h, "dt", NULL, "not consulted");
	for (unsigned i = 0; i < n; i++) {
		unsigned hooks = trace_reached_from(rules[i]->chain);

		html_open(h, "dd", NULL);
		html_rule(h, rules[i]);
		html_text(h, " ");
		html_rule_text(h, rules[i]);
		html_text(h, hooks == 0 ? ": no built-in chain leads to it" :
		    ": reached from");
		for (int k = 0; k < N_HOOKS; k++)
			if (hooks & 1u << k)
				html_textf(h, " %s", hook_names[k]);
		html_text(h, hooks == 0 ? "" : " only");
		html_close(h);
	}
}

static void
put_branches(struct html *h, const struct trace_report *r)
{
	if (r->n_branches != 0)
		html_put(h, "dt", NULL, "it depends");
	for (unsigned i = 0; i < r->n_branches; i++) {
		const struct trace_branch *b = &r->branches[i];

		html_open(h, "dd", NULL);
		put_ending(h, &b->end);
		for (unsigned k = 0; k < b->n_conditions; k++)
			html_textf(h, "%s %s", k == 0 ? " if" : " and",
			    b->conditions[k]);
		html_close(h);
	}
	if (r->more_branches)
		html_put(h, "dd", NULL, "and more: too many unknowns to try "
		    "them all");
}

static void
put_commands(struct html *h, const char *commands)
{
	for (;;) {
		size_t n = strcspn(commands, "\n");

		html_putf(h, "code", NULL, "%.*s", (int)n, commands);
		if (commands[n] == '\0')
			return;
		html_text(h, "; ");
		commands += n + 1;
	}
}

static void
put_fixes(struct html *h, const struct trace_report *r)
{
	for (unsigned i = 0; i < r->n_fixes; i++) {
		const struct trace_fix *f = &r->fixes[i];

		html_put(h, "dt", NULL, f->what);
		html_open(h, "dd", NULL);
		put_commands(h, f->command);
		html_textf(h, " %s", f->effect);
		for (unsigned k = 0; k < f->n_changes; k++)
			html_textf(h, "; %s", f->changes[k]);
		if (f->owner != NULL)
			html_textf(h, "; the chain belongs to %s, which may "
			    "undo the change", f->owner);
		if (f->owners_command != NULL) {
			html_text(h, "; its own way: ");
			html_put(h, "code", NULL, f->owners_command);
		}
		html_close(h);
	}
}

static void
put_notes(struct html *h, const struct trace_report *r)
{
	if (r->n_notes != 0)
		html_put(h, "dt", NULL, "assumed");
	for (unsigned i = 0; i < r->n_notes; i++)
		html_put(h, "dd", NULL, r->notes[i]);
}

static void
put_reply(struct html *h, const struct trace_report *r)
{
	if (r->reply == NULL && r->no_reply == NULL)
		return;
	html_put(h, "h4", NULL, "The reply");
	if (r->no_way_back != NULL)
		html_put(h, "p", "bad", r->no_way_back);
	html_open(h, "p", NULL);
	if (r->reply == NULL) {
		html_text(h, r->no_reply);
	} else {
		html_put(h, "code", NULL, r->reply->words);
		html_text(h, " ");
		put_ending(h, &r->reply_end);
	}
	html_close(h);
	if (r->reply != NULL)
		put_way(h, r->reply, &r->reply_end);
}

static void
put_trace(struct html *h, const struct trace_report *r, unsigned n)
{
	html_open(h, "article", "trace");
	html_attr(h, "id", "p-%u", n);
	put_head(h, r);
	html_open(h, "dl", NULL);
	html_put(h, "dt", NULL, "because");
	html_open(h, "dd", NULL);
	put_ending(h, &r->end);
	html_close(h);
	put_branches(h, r);
	put_nearest(h, r);
	put_not_consulted(h, r);
	put_fixes(h, r);
	put_notes(h, r);
	html_close(h);
	html_put(h, "h4", NULL, "Path");
	put_way(h, r->way, &r->end);
	put_reply(h, r);
	html_close(h);
}

static void
put(struct html *h)
{
	html_section(h, "trace", h->r->n_traces == 1 ? "Packet" : "Packets");
	for (unsigned i = 0; i < h->r->n_traces && i < MAX_TRACES; i++)
		put_trace(h, &h->r->traces[i], i + 1);
	if (h->r->n_traces > MAX_TRACES)
		html_putf(h, "p", "rest", "%u more packets are not told of.",
		    h->r->n_traces - MAX_TRACES);
	html_close(h);
}

const struct html_part html_traces = { "trace", "Packet", has, want, put };
