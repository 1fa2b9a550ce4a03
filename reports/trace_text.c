/* A packet explained, for people (product: the answer first). */
#include "reports/trace.h"

#include "base/diag.h"
#include "ext/ctstate.h"
#include "reports/near.h"
#include "reports/ref.h"
#include "reports/save.h"

enum { WIDTH = 80, LABEL = 9, C_NUMBER = 18, C_TESTS = 24, C_ACTION = 47,
    C_PLACE = 70 };

enum style { S_NONE, S_GOOD, S_BAD, S_UNSURE, S_NAT, S_DIM, S_BOLD };

struct teller {
	const struct trace_report *r;
	struct sbuf b;
	int verbose;
	bool color;
	bool one_file;			/* places are ":31" */
};

/* ---- lines ---- */

static void
style(struct teller *w, enum style s)
{
	static const char *const codes[] = {
		[S_NONE] = "\033[0m", [S_GOOD] = "\033[1;32m",
		[S_BAD] = "\033[1;31m", [S_UNSURE] = "\033[1;33m",
		[S_NAT] = "\033[35m", [S_DIM] = "\033[2m",
		[S_BOLD] = "\033[1m",
	};

	if (w->color)
		sbuf_puts(&w->b, codes[s]);
}

/* Where the line at hand has got to; colour codes have no width. */
static size_t
column(const struct teller *w)
{
	size_t at = w->b.len, n = 0;
	const char *s;

	while (at > 0 && w->b.text[at - 1] != '\n')
		at--;
	for (s = w->b.text + at; at < w->b.len; at++, s++) {
		if (*s == '\033')
			while (*s != 'm')
				s++, at++;
		else if ((*s & 0xc0) != 0x80)
			n++;
	}
	return n;
}

static void
to_column(struct teller *w, size_t col)
{
	size_t at = column(w);

	if (at >= col && at > 0)
		sbuf_puts(&w->b, "  ");
	for (; at < col; at++)
		sbuf_putc(&w->b, ' ');
}

/* Puts text from the column at hand on, broken at spaces so that it stays
 * within the width, continued at 'indent'. */
static void
wrap(struct teller *w, size_t indent, const char *text)
{
	size_t at = column(w);

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (at > indent && at + n > WIDTH - 1) {
			while (w->b.len && w->b.text[w->b.len - 1] == ' ')
				sbuf_cut(&w->b, w->b.len - 1);
			sbuf_printf(&w->b, "\n%*s", (int)indent, "");
			at = indent;
		}
		sbuf_put(&w->b, text, n);
		at += n;
		text += n;
		for (; *text == ' '; text++, at++)
			sbuf_putc(&w->b, ' ');
	}
}

static void
label(struct teller *w, const char *text)
{
	style(w, S_BOLD);
	sbuf_printf(&w->b, "%-8s", text);
	style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
}

static void
end_line(struct teller *w)
{
	while (w->b.len && w->b.text[w->b.len - 1] == ' ')
		sbuf_cut(&w->b, w->b.len - 1);
	sbuf_putc(&w->b, '\n');
}

/* One empty line before what follows. */
static void
gap(struct teller *w)
{
	size_t n = w->b.len;

	if (n >= 2 && w->b.text[n - 1] == '\n' && w->b.text[n - 2] != '\n')
		sbuf_putc(&w->b, '\n');
}

/* "  :31" at the right, or file and line if there are several files. */
static void
put_place(struct teller *w, const struct rule *r, const struct chain *c)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	if (r != NULL)
		ref_rule_place(r, &b);
	else if (c != NULL)
		ref_chain_place(c, &b);
	text = sbuf_text(&b);
	if (w->one_file && strrchr(text, ':') != NULL)
		text = strrchr(text, ':');
	if (*text != '\0') {
		to_column(w, column(w) < C_PLACE ? C_PLACE : 0);
		style(w, S_DIM);
		sbuf_puts(&w->b, text);
		style(w, S_NONE);
	}
	sbuf_free(&b);
}

/* ---- the answer ---- */

static enum style
style_of(enum disposition d)
{
	return d == DISP_ACCEPT ? S_GOOD : d == DISP_DEPENDS ||
	    d == DISP_UNDETERMINED ? S_UNSURE : S_BAD;
}

static void
put_verdict(struct teller *w)
{
	const struct trace *t = w->r->way;

	style(w, style_of(w->r->end.disposition));
	sbuf_printf(&w->b, "%-8s", disposition_names[w->r->end.disposition]);
	style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
	sbuf_puts(&w->b, t->words);
	sbuf_puts(&w->b, "   ");
	trace_route_words(w->r, &w->b);
	if (t->states != 0) {
		sbuf_puts(&w->b, "   ");
		ctstate_print(&w->b, t->states);
	}
	end_line(w);
}

static const char *
deed(enum reason reason)
{
	switch ((int)reason) {
	case REASON_RULE_ACCEPT:
		return " accepts it";
	case REASON_RULE_DROP:
		return " drops it";
	case REASON_RULE_REJECT:
		return " rejects it";
	case REASON_RULE_QUEUE:
	case REASON_QUEUE_NO_READER:
		return " queues it, and no program reads the queue";
	case REASON_RULE_STOLEN:
		return " keeps it";
	case REASON_HOTDROP:
		return ": a match finds it malformed and drops it";
	default:
		return "";
	}
}

/* What routing said, if that is why the packet was lost. */
static const char *
routing_text(const struct trace *t, const struct trace_ending *e)
{
	const char *text = "";

	switch ((int)e->reason) {
	case REASON_RP_FILTER:
	case REASON_MARTIAN:
	case REASON_ROUTE_LOCALNET:
	case REASON_NO_ROUTE:
	case REASON_BLACKHOLE:
	case REASON_UNREACHABLE:
	case REASON_PROHIBIT:
	case REASON_NOT_JOINED:
		break;
	default:
		return text;
	}
	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].kind == EV_ROUTE && t->steps[i].packet == 0)
			text = t->steps[i].text;
	return strcmp(text, reason_texts[e->reason]) == 0 ? "" : text;
}

static void
put_rule_text(struct teller *w, const struct rule *r)
{
	struct sbuf text = SBUF_INIT, safe = SBUF_INIT;

	sbuf_printf(&w->b, "%*s", LABEL, "");
	style(w, S_DIM);
	ref_rule_place(r, &w->b);
	style(w, S_NONE);
	if (column(w) > 30) {
		end_line(w);
		sbuf_printf(&w->b, "%*s", LABEL, "");
	}
	sbuf_puts(&w->b, "  ");
	save_rule(r, &text);
	sbuf_safe(&safe, sbuf_text(&text), text.len);
	wrap(w, column(w), sbuf_text(&safe));
	end_line(w);
	sbuf_free(&text);
	sbuf_free(&safe);
}

/* After the translation, if there was one before the verdict. */
static void
put_translation(struct teller *w)
{
	const struct step *nat = trace_nat(w->r->way, true);
	const char *to = nat ? strstr(nat->text, "=> ") : NULL;

	if (to == NULL)
		return;
	to += 3;
	sbuf_printf(&w->b, " after its destination became %.*s",
	    (int)strcspn(to, ","), to);
}

static void
put_because(struct teller *w)
{
	const struct trace_ending *e = &w->r->end;
	struct sbuf who = SBUF_INIT;
	const char *more;

	if (e->disposition == DISP_DEPENDS ||
	    e->disposition == DISP_UNDETERMINED)
		return;
	label(w, "because");
	ref_decider(e->rule, e->chain, &who);
	if (e->rule != NULL) {
		sbuf_puts(&w->b, sbuf_text(&who));
		sbuf_puts(&w->b, deed(e->reason));
		put_translation(w);
		end_line(w);
		put_rule_text(w, e->rule);
	} else if (e->chain != NULL) {
		sbuf_printf(&w->b, "%s %s; no rule %s", sbuf_text(&who),
		    e->chain->policy == V_DROP ? "DROP" : "ACCEPT",
		    e->chain->policy == V_DROP ? "accepted it" :
		    "decided otherwise");
		put_translation(w);
		put_place(w, NULL, e->chain);
		end_line(w);
	} else {
		wrap(w, LABEL, reason_texts[e->reason]);
		more = routing_text(w->r->way, e);
		if (*more != '\0') {
			sbuf_puts(&w->b, ": ");
			wrap(w, LABEL, more);
		}
		end_line(w);
	}
	sbuf_free(&who);
}

static void
put_nearest(struct teller *w)
{
	const struct step *near[NEAREST_MAX];
	unsigned n = trace_nearest(w->r, near);

	for (unsigned i = 0; i < n; i++) {
		struct sbuf text = SBUF_INIT;

		label(w, i == 0 ? "nearest" : "");
		ref_rule(near[i]->rule, &text);
		sbuf_printf(&text, " would %s it: %s",
		    near_verdict(near[i]->rule) == V_ACCEPT ? "accept" :
		    "drop", near[i]->text);
		wrap(w, LABEL, sbuf_text(&text));
		put_place(w, near[i]->rule, NULL);
		end_line(w);
		sbuf_free(&text);
	}
}

static void
put_branch(struct teller *w, const struct trace_branch *br, bool otherwise)
{
	const struct trace_ending *e = &br->end;

	for (unsigned j = 0; j < br->n_conditions && !otherwise; j++) {
		sbuf_puts(&w->b, j == 0 ? "  if   " : "  and  ");
		wrap(w, 7, br->conditions[j]);
		end_line(w);
	}
	if (otherwise)
		sbuf_puts(&w->b, "  otherwise\n");
	sbuf_printf(&w->b, "%*s", LABEL, "");
	style(w, style_of(e->disposition));
	sbuf_puts(&w->b, disposition_names[e->disposition]);
	style(w, S_NONE);
	if (e->rule == NULL && e->chain == NULL) {
		sbuf_printf(&w->b, ": %s", reason_texts[e->reason]);
	} else {
		sbuf_puts(&w->b, " by ");
		ref_decider(e->rule, e->chain, &w->b);
	}
	put_place(w, e->rule, e->chain);
	end_line(w);
}

/* What would have to be known, each once. */
static void
put_needs(struct teller *w)
{
	const struct trace *t = w->r->way;
	struct sbuf b = SBUF_INIT;

	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].kind == EV_UNKNOWN &&
		    strstr(sbuf_text(&b), t->steps[i].text) == NULL)
			sbuf_printf(&b, "%s%s", b.len ? "; " : "",
			    t->steps[i].text);
	label(w, "needs");
	wrap(w, LABEL, sbuf_text(&b));
	end_line(w);
	sbuf_free(&b);
}

/* The first branch is the one where nothing unknown matches: the rest. */
static void
put_branches(struct teller *w)
{
	const struct trace_report *r = w->r;

	if (r->n_branches == 0)
		return;
	put_needs(w);
	for (unsigned i = 1; i < r->n_branches; i++)
		put_branch(w, &r->branches[i], false);
	put_branch(w, &r->branches[0], r->n_branches > 1 &&
	    !r->more_branches);
	if (r->more_branches)
		sbuf_puts(&w->b, "  ... and more: too many unknowns to try "
		    "them all\n");
}

/* ---- the path ---- */

struct row {
	unsigned depth;
	const char *where;
	unsigned number;		/* 0: none */
	const char *tests, *action;
	const struct rule *rule;	/* whose place */
	const struct chain *chain;
	enum style style;
};

static void
put_row(struct teller *w, const struct row *r)
{
	sbuf_printf(&w->b, "  %*s", (int)(r->depth > 8 ? 8 : r->depth) * 2,
	    "");
	style(w, r->style);
	sbuf_puts(&w->b, r->where);
	if (r->number != 0) {
		to_column(w, C_NUMBER);
		sbuf_printf(&w->b, "#%u", r->number);
	}
	if (r->tests[0] != '\0') {
		to_column(w, C_TESTS);
		wrap(w, C_TESTS, r->tests);
	}
	if (r->action[0] != '\0') {
		if (column(w) > C_ACTION - 2 && r->tests[0] != '\0')
			sbuf_putc(&w->b, '\n');
		to_column(w, C_ACTION);
		wrap(w, C_ACTION, r->action);
	}
	style(w, S_NONE);
	put_place(w, r->rule, r->chain);
	end_line(w);
}

static void
simple_row(struct teller *w, const char *where, const char *text,
    enum style s)
{
	sbuf_puts(&w->b, "  ");
	style(w, s);
	sbuf_puts(&w->b, where);
	to_column(w, C_TESTS);
	wrap(w, C_TESTS, text);
	style(w, S_NONE);
	end_line(w);
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

/* The steps of one packet: the one that was asked about, or one that the
 * host made because of it. */
static void
put_path(struct teller *w, const struct trace *t, unsigned packet)
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

/* What the host sent by itself: an ICMP error, a reset. */
static void
put_answers(struct teller *w)
{
	const struct trace *t = w->r->way;

	for (unsigned p = 1; p <= t->n_packets; p++) {
		const char *words = "", *how = NULL;

		for (unsigned i = 0; i < t->n_steps; i++) {
			const struct step *s = &t->steps[i];

			if (s->packet != p)
				continue;
			if (s->kind == EV_PACKET || s->kind == EV_SENT)
				words = s->text;
			if (s->kind == EV_SENT)
				how = s->iface ? s->iface->name : "?";
		}
		label(w, "answer");
		sbuf_puts(&w->b, words);
		sbuf_puts(&w->b, how ? "   sent by " : "   does not leave");
		if (how != NULL)
			sbuf_safe(&w->b, how, strlen(how));
		end_line(w);
		if (w->verbose >= 1)
			put_path(w, t, p);
	}
}

/* ---- what else there is to say ---- */

static void
put_logged(struct teller *w)
{
	const struct trace *t = w->r->way;

	for (unsigned i = 0; i < t->n_steps; i++) {
		const struct step *s = &t->steps[i];
		struct sbuf b = SBUF_INIT;

		if (s->kind != EV_LOG || s->packet != 0 || s->rule == NULL)
			continue;
		label(w, "logged");
		sbuf_puts(&b, "by ");
		ref_rule(s->rule, &b);
		sbuf_puts(&b, " as \"");
		sbuf_safe(&b, s->text, strcspn(s->text, "\n") < 40 ?
		    strcspn(s->text, "\n") : 40);
		sbuf_puts(&b, strlen(s->text) > 40 ? "...\"" : "\"");
		sbuf_puts(&w->b, sbuf_text(&b));
		put_place(w, s->rule, NULL);
		end_line(w);
		sbuf_free(&b);
	}
}

/* Which of the lines that it caused is the one that was given. */
static void
put_log_origin(struct teller *w)
{
	const char *before = w->r->logged_before;
	const struct trace *t = w->r->way;
	bool found = false;

	if (before == NULL)
		return;
	for (unsigned i = 0; i < t->n_steps && !found; i++) {
		const struct step *s = &t->steps[i];
		const char *in = strstr(s->text, "IN=");
		size_t n = in ? (size_t)(in - s->text) : 0;

		if (s->kind != EV_LOG || in == NULL || s->rule == NULL ||
		    n > strlen(before) ||
		    memcmp(before + strlen(before) - n, s->text, n) != 0)
			continue;
		label(w, "line");
		sbuf_puts(&w->b, "the line comes from ");
		ref_rule(s->rule, &w->b);
		put_place(w, s->rule, NULL);
		end_line(w);
		found = n > 0 || i + 1 == t->n_steps;
	}
	if (!found) {
		label(w, "line");
		sbuf_puts(&w->b, "no rule that this packet meets prints such "
		    "a line\n");
	}
}

static void
put_reply(struct teller *w)
{
	const struct trace *t = w->r->reply;
	const struct trace_ending *e = &w->r->reply_end;

	if (t == NULL) {
		if (w->r->no_reply != NULL) {
			label(w, "reply");
			wrap(w, LABEL, w->r->no_reply);
			end_line(w);
		}
		return;
	}
	label(w, "reply");
	style(w, style_of(e->disposition));
	sbuf_puts(&w->b, disposition_names[e->disposition]);
	style(w, S_NONE);
	sbuf_printf(&w->b, "  %s", t->words);
	if (e->rule != NULL || e->chain != NULL) {
		sbuf_puts(&w->b, "  by ");
		ref_decider(e->rule, e->chain, &w->b);
		put_place(w, e->rule, e->chain);
	} else if (e->disposition != DISP_ACCEPT) {
		sbuf_printf(&w->b, ": %s", reason_texts[e->reason]);
	}
	end_line(w);
	if (t->final != NULL && !t->delivered) {
		struct sbuf words = SBUF_INIT;

		packet_words(t->final, t->final_len, &words);
		sbuf_printf(&w->b, "%*sleaves %s", LABEL, "", t->final_out ?
		    t->final_out->name : "?");
		if (strcmp(sbuf_text(&words), t->words) != 0)
			sbuf_printf(&w->b, " as %s", sbuf_text(&words));
		sbuf_free(&words);
		end_line(w);
	}
	if (w->verbose >= 1)
		put_path(w, t, 0);
}

static void
put_hooks(struct sbuf *b, unsigned hooks)
{
	bool first = true;

	for (int h = 0; h < N_HOOKS; h++)
		if (hooks & 1u << h) {
			sbuf_printf(b, "%s%s", first ? "" : ", ",
			    hook_names[h]);
			first = false;
		}
}

static void
put_not_consulted(struct teller *w)
{
	const struct rule *rules[ELSEWHERE_MAX];
	unsigned n = trace_not_consulted(w->r, rules);

	for (unsigned i = 0; i < n; i++) {
		unsigned hooks = trace_reached_from(rules[i]->chain);
		struct sbuf b = SBUF_INIT;

		if (i == 0)
			gap(w);
		style(w, S_BOLD);
		sbuf_puts(&w->b, "not consulted");
		style(w, S_NONE);
		sbuf_puts(&w->b, "  ");
		ref_rule(rules[i], &w->b);
		sbuf_puts(&w->b, near_verdict(rules[i]) == V_ACCEPT ?
		    " accepts " : " drops ");
		ref_tests(rules[i], &b);
		wrap(w, 15, sbuf_text(&b));
		put_place(w, rules[i], NULL);
		sbuf_clear(&b);
		if (hooks == 0) {
			sbuf_puts(&b, "no built-in chain leads to it");
		} else {
			sbuf_puts(&b, "reached from ");
			put_hooks(&b, hooks);
			sbuf_puts(&b, " only");
		}
		if (trace_nat(w->r->way, true) != NULL &&
		    (hooks & 1u << HOOK_INPUT))
			sbuf_puts(&b, "; the translation of its destination "
			    "took this packet elsewhere");
		sbuf_printf(&w->b, "\n%15s", "");
		wrap(w, 15, sbuf_text(&b));
		end_line(w);
		sbuf_free(&b);
	}
}

static void
put_fixes(struct teller *w)
{
	for (unsigned i = 0; i < w->r->n_fixes; i++) {
		const struct trace_fix *f = &w->r->fixes[i];
		struct sbuf safe = SBUF_INIT;

		if (i == 0)
			gap(w);
		label(w, f->what);
		sbuf_safe(&safe, f->command, strlen(f->command));
		wrap(w, LABEL + 2, sbuf_text(&safe));
		end_line(w);
		sbuf_printf(&w->b, "%*s", LABEL, "");
		wrap(w, LABEL, f->effect);
		end_line(w);
		if (f->owner != NULL) {
			sbuf_printf(&w->b, "%*sthe chain belongs to %s, "
			    "which may undo the change\n", LABEL, "",
			    f->owner);
		}
		sbuf_free(&safe);
	}
}

static void
put_assumed(struct teller *w)
{
	const struct trace_report *r = w->r;
	bool first = true;

	for (unsigned i = 0; i < r->n_notes + r->env->n_assumptions; i++) {
		const char *s = i < r->n_notes ? r->notes[i] :
		    r->env->assumptions[i - r->n_notes];
		struct sbuf safe = SBUF_INIT;

		if (first)
			gap(w);
		label(w, first ? "assumed" : "");
		sbuf_safe(&safe, s, strlen(s));
		wrap(w, LABEL, sbuf_text(&safe));
		end_line(w);
		sbuf_free(&safe);
		first = false;
	}
}

/* ---- all ---- */

/* DROP   filter/INPUT!policy:16 tcp 203.0.113.7:51514>198.51.100.10:8080 */
static void
put_brief(struct teller *w)
{
	const struct trace_ending *e = &w->r->end;
	const struct chain *c = e->rule ? e->rule->chain : e->chain;
	uint32_t line = e->rule ? e->rule->line : c ? c->line : 0;
	const struct step *nat;
	const char *s;

	sbuf_printf(&w->b, "%-6s ", disposition_names[e->disposition]);
	if (e->rule != NULL) {
		ref_rule(e->rule, &w->b);
	} else if (c != NULL) {
		ref_chain(c, &w->b);
		sbuf_puts(&w->b, "!policy");
	} else {
		sbuf_puts(&w->b, reason_names[e->reason]);
	}
	if (line != 0)
		sbuf_printf(&w->b, ":%u", line);
	sbuf_putc(&w->b, ' ');
	for (s = w->r->way->words; *s != '\0'; s++)
		if (strncmp(s, " > ", 3) == 0) {
			sbuf_putc(&w->b, '>');
			s += 2;
		} else {
			sbuf_putc(&w->b, *s);
		}
	for (int dst = 1; dst >= 0; dst--)
		if ((nat = trace_nat(w->r->way, dst)) != NULL &&
		    (s = strstr(nat->text, "=> ")) != NULL)
			sbuf_printf(&w->b, " %snat=%s", dst ? "d" : "s",
			    s + 3);
	sbuf_putc(&w->b, '\n');
}

static bool
has_one_file(const struct trace_report *r)
{
	const struct chain *c = r->end.rule ? r->end.rule->chain :
	    r->end.chain;

	for (unsigned i = 0; c == NULL && i < r->way->n_steps; i++)
		c = r->way->steps[i].chain;
	return c != NULL && c->table->ruleset->n_sources == 1;
}

void
trace_text(const struct trace_report *r, int verbose, bool color, FILE *f)
{
	struct teller w = { .r = r, .verbose = verbose, .color = color,
	    .one_file = has_one_file(r) };

	if (verbose < 0) {
		put_brief(&w);
	} else {
		put_verdict(&w);
		put_because(&w);
		put_branches(&w);
		put_nearest(&w);
		put_log_origin(&w);
		gap(&w);
		style(&w, S_BOLD);
		sbuf_puts(&w.b, "path\n");
		style(&w, S_NONE);
		put_path(&w, r->way, 0);
		gap(&w);
		put_answers(&w);
		put_logged(&w);
		put_reply(&w);
		put_not_consulted(&w);
		put_fixes(&w);
		put_assumed(&w);
	}
	fputs(sbuf_text(&w.b), f);
	sbuf_free(&w.b);
}
