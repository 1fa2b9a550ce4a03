/* The path of a packet as a table: what it met, in order. */
#include "reports/tell.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "reports/ref.h"

enum { C_NUMBER = 18, C_TESTS = 24, C_ACTION = 47 };

struct row {
	unsigned depth;
	const char *where;
	unsigned number;		/* 0: none */
	const char *tests, *action;
	const struct rule *rule;	/* whose place */
	const struct chain *chain;
	enum tell_look style;
};

static void
put_row(struct teller *w, const struct row *r)
{
	sbuf_printf(&w->b, "  %*s", (int)(r->depth > 8 ? 8 : r->depth) * 2,
	    "");
	tell_style(w, r->style);
	sbuf_puts(&w->b, r->where);
	if (r->number != 0) {
		tell_column(w, C_NUMBER);
		sbuf_printf(&w->b, "#%u", r->number);
	}
	if (r->tests[0] != '\0') {
		tell_column(w, C_TESTS);
		tell_wrap(w, C_TESTS, r->tests);
	}
	if (r->action[0] != '\0') {
		if (tell_at(w) > C_ACTION - 2 && r->tests[0] != '\0')
			sbuf_putc(&w->b, '\n');
		tell_column(w, C_ACTION);
		tell_wrap(w, C_ACTION, r->action);
	}
	tell_style(w, S_NONE);
	tell_place(w, r->rule, r->chain);
	tell_end(w);
}

static void
simple_row(struct teller *w, const char *where, const char *text,
    enum tell_look s)
{
	sbuf_puts(&w->b, "  ");
	tell_style(w, s);
	sbuf_puts(&w->b, where);
	tell_column(w, C_TESTS);
	tell_wrap(w, C_TESTS, text);
	tell_style(w, S_NONE);
	tell_end(w);
}

/* "filter/INPUT"; below the built-in chain only the name. */
static void
put_where(const struct chain *c, unsigned depth, struct sbuf *b)
{
	if (depth == 0 || c->hook != HOOK_NONE)
		ref_chain(c, b);
	else
		sbuf_safe(b, c->name, strlen(c->name));
}

static bool
decides(const struct teller *w, const struct step *s)
{
	const struct trace_ending *e = &w->r->end;

	return (s->kind == EV_HIT && s->rule == e->rule && e->rule) ||
	    (s->kind == EV_POLICY && s->chain == e->chain && e->chain &&
	    e->rule == NULL);
}

static void
hit_row(struct teller *w, const struct step *s, const struct step *next)
{
	struct sbuf where = SBUF_INIT, tests = SBUF_INIT, action = SBUF_INIT;
	struct row row = { .depth = s->depth, .number = s->rule->number,
	    .rule = s->rule, .style = decides(w, s) ? S_BOLD : S_NONE };

	put_where(s->rule->chain, s->depth, &where);
	ref_tests(s->rule, &tests);
	ref_target(s->rule, &action);
	if (next != NULL && next->text[0] != '\0')
		sbuf_printf(&action, ": %s", next->text);
	row.where = sbuf_text(&where);
	row.tests = sbuf_text(&tests);
	row.action = sbuf_text(&action);
	put_row(w, &row);
	sbuf_free(&where);
	sbuf_free(&tests);
	sbuf_free(&action);
}

static void
miss_row(struct teller *w, const struct step *s)
{
	struct sbuf where = SBUF_INIT, tests = SBUF_INIT, action = SBUF_INIT;
	struct row row = { .depth = s->depth, .number = s->rule->number,
	    .rule = s->rule, .style = S_DIM };

	put_where(s->rule->chain, s->depth, &where);
	ref_tests(s->rule, &tests);
	sbuf_printf(&action, "%s %s", s->kind == EV_HOTDROP ? "DROP:" : "no:",
	    s->text);
	row.where = sbuf_text(&where);
	row.tests = sbuf_text(&tests);
	row.action = sbuf_text(&action);
	put_row(w, &row);
	sbuf_free(&where);
	sbuf_free(&tests);
	sbuf_free(&action);
}

static void
policy_row(struct teller *w, const struct step *s, bool any_hit)
{
	struct sbuf where = SBUF_INIT, tests = SBUF_INIT;
	struct row row = { .chain = s->chain, .action = s->verdict == V_DROP ?
	    "policy DROP" : "policy ACCEPT",
	    .style = decides(w, s) ? S_BOLD : S_NONE };

	if (s->chain->n == 0 && w->verbose < 1 && !decides(w, s))
		return;
	ref_chain(s->chain, &where);
	if (s->chain->n == 0)
		sbuf_puts(&tests, "no rules");
	else if (any_hit)
		sbuf_puts(&tests, "end of chain");
	else
		sbuf_printf(&tests, "%u rule%s, none match%s", s->chain->n,
		    s->chain->n == 1 ? "" : "s", s->chain->n == 1 ? "es" : "");
	row.where = sbuf_text(&where);
	row.tests = sbuf_text(&tests);
	put_row(w, &row);
	sbuf_free(&where);
	sbuf_free(&tests);
}

static void
unknown_row(struct teller *w, const struct step *s)
{
	struct sbuf text = SBUF_INIT;

	sbuf_puts(&text, "unknown: ");
	ref_rule(s->rule, &text);
	sbuf_printf(&text, " needs %s; taken as %s", s->text,
	    s->taken ? "a match" : "no match");
	simple_row(w, "", sbuf_text(&text), S_UNSURE);
	sbuf_free(&text);
}

static void
log_row(struct teller *w, const struct step *s)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, s->text, strlen(s->text));
	simple_row(w, "", sbuf_text(&safe), S_DIM);
	sbuf_free(&safe);
}

static void
put_step(struct teller *w, const struct step *s, const struct step *next,
    bool any_hit)
{
	const char *dev = s->iface ? s->iface->name : "an unknown device";
	struct sbuf text = SBUF_INIT;

	switch (s->kind) {
	case EV_HIT:
		hit_row(w, s, next && next->kind == EV_ACTED ? next : NULL);
		break;
	case EV_MISS:
		if (w->verbose >= 2)
			miss_row(w, s);
		break;
	case EV_HOTDROP:
		miss_row(w, s);
		break;
	case EV_POLICY:
		policy_row(w, s, any_hit);
		break;
	case EV_RETURN:
		if (w->verbose < 1)
			break;
		sbuf_puts(&text, "end of ");
		sbuf_safe(&text, s->chain->name, strlen(s->chain->name));
		simple_row(w, "", sbuf_text(&text), S_NONE);
		break;
	case EV_UNKNOWN:
		unknown_row(w, s);
		break;
	case EV_CT:
		simple_row(w, "conntrack", s->text, S_NONE);
		break;
	case EV_NAT:
		simple_row(w, "", s->text, S_NAT);
		break;
	case EV_ROUTE:
		simple_row(w, "routing", s->text, S_NONE);
		break;
	case EV_LOG:
		if (w->verbose >= 1)
			log_row(w, s);
		break;
	case EV_SENT:
		sbuf_safe(&text, dev, strlen(dev));
		simple_row(w, "sent", sbuf_text(&text), S_NONE);
		break;
	case EV_LOCAL:
		simple_row(w, "delivered", "to the host", S_NONE);
		break;
	case EV_PACKET:
	case EV_TABLE:
	case EV_ENTER:
	case EV_ACTED:
	case EV_TRACE:
	case EV_VERDICT:
	case N_EVENTS:
		break;
	}
	sbuf_free(&text);
}

void
tell_path(struct teller *w, const struct trace *t, unsigned packet)
{
	bool any_hit = false;

	for (unsigned i = 0; i < t->n_steps; i++) {
		const struct step *s = &t->steps[i], *next = NULL;

		if (s->packet != packet)
			continue;
		for (unsigned j = i + 1; j < t->n_steps && next == NULL; j++)
			if (t->steps[j].packet == packet &&
			    t->steps[j].kind != EV_LOG &&
			    t->steps[j].kind != EV_NAT)
				next = &t->steps[j];
		if (s->kind == EV_TABLE)
			any_hit = false;
		if (s->kind == EV_HIT)
			any_hit = true;
		put_step(w, s, next, any_hit);
	}
}
