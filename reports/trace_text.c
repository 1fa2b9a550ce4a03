/* A packet explained, for people: the answer first. */
#include "reports/tell.h"

#include "base/diag.h"
#include "ext/ctstate.h"
#include "reports/near.h"
#include "reports/ref.h"
#include "reports/save.h"

/* ---- the answer ---- */

static enum tell_look
style_of(enum disposition d)
{
	return d == DISP_ACCEPT ? S_GOOD : d == DISP_DEPENDS ||
	    d == DISP_UNDETERMINED ? S_UNSURE : S_BAD;
}

static void
put_verdict(struct teller *w)
{
	const struct trace *t = w->r->way;

	tell_style(w, style_of(w->r->end.disposition));
	sbuf_printf(&w->b, "%-8s", disposition_names[w->r->end.disposition]);
	tell_style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
	sbuf_puts(&w->b, t->words);
	sbuf_puts(&w->b, "   ");
	trace_route_words(w->r, &w->b);
	if (t->states != 0) {
		sbuf_puts(&w->b, "   ");
		ctstate_print(&w->b, t->states);
	}
	tell_end(w);
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

	sbuf_printf(&w->b, "%*s", TELL_LABEL, "");
	tell_style(w, S_DIM);
	ref_rule_place(r, &w->b);
	tell_style(w, S_NONE);
	if (tell_at(w) > 30) {
		tell_end(w);
		sbuf_printf(&w->b, "%*s", TELL_LABEL, "");
	}
	sbuf_puts(&w->b, "  ");
	save_rule(r, &text);
	sbuf_safe(&safe, sbuf_text(&text), text.len);
	tell_wrap(w, tell_at(w), sbuf_text(&safe));
	tell_end(w);
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
	tell_label(w, "because");
	ref_decider(e->rule, e->chain, &who);
	if (e->rule != NULL) {
		sbuf_puts(&w->b, sbuf_text(&who));
		sbuf_puts(&w->b, deed(e->reason));
		put_translation(w);
		tell_end(w);
		put_rule_text(w, e->rule);
	} else if (e->chain != NULL) {
		sbuf_printf(&w->b, "%s %s; no rule %s", sbuf_text(&who),
		    e->chain->policy == V_DROP ? "DROP" : "ACCEPT",
		    e->chain->policy == V_DROP ? "accepted it" :
		    "decided otherwise");
		put_translation(w);
		tell_place(w, NULL, e->chain);
		tell_end(w);
	} else {
		tell_wrap(w, TELL_LABEL, reason_texts[e->reason]);
		more = routing_text(w->r->way, e);
		if (*more != '\0') {
			sbuf_puts(&w->b, ": ");
			tell_wrap(w, TELL_LABEL, more);
		}
		tell_end(w);
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

		tell_label(w, i == 0 ? "nearest" : "");
		ref_rule(near[i]->rule, &text);
		sbuf_printf(&text, " would %s it: %s",
		    near_verdict(near[i]->rule) == V_ACCEPT ? "accept" :
		    "drop", near[i]->text);
		tell_wrap(w, TELL_LABEL, sbuf_text(&text));
		tell_place(w, near[i]->rule, NULL);
		tell_end(w);
		sbuf_free(&text);
	}
}

static void
put_branch(struct teller *w, const struct trace_branch *br, bool otherwise)
{
	const struct trace_ending *e = &br->end;

	for (unsigned j = 0; j < br->n_conditions && !otherwise; j++) {
		sbuf_puts(&w->b, j == 0 ? "  if   " : "  and  ");
		tell_wrap(w, 7, br->conditions[j]);
		tell_end(w);
	}
	if (otherwise)
		sbuf_puts(&w->b, "  otherwise\n");
	sbuf_printf(&w->b, "%*s", TELL_LABEL, "");
	tell_style(w, style_of(e->disposition));
	sbuf_puts(&w->b, disposition_names[e->disposition]);
	tell_style(w, S_NONE);
	if (e->rule == NULL && e->chain == NULL) {
		sbuf_printf(&w->b, ": %s", reason_texts[e->reason]);
	} else {
		sbuf_puts(&w->b, " by ");
		ref_decider(e->rule, e->chain, &w->b);
	}
	tell_place(w, e->rule, e->chain);
	tell_end(w);
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
	tell_label(w, "needs");
	tell_wrap(w, TELL_LABEL, sbuf_text(&b));
	tell_end(w);
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
		tell_label(w, "answer");
		sbuf_puts(&w->b, words);
		sbuf_puts(&w->b, how ? "   sent by " : "   does not leave");
		if (how != NULL)
			sbuf_safe(&w->b, how, strlen(how));
		tell_end(w);
		if (w->verbose >= 1)
			tell_path(w, t, p);
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
		tell_label(w, "logged");
		sbuf_puts(&b, "by ");
		ref_rule(s->rule, &b);
		sbuf_puts(&b, " as \"");
		sbuf_safe(&b, s->text, strcspn(s->text, "\n") < 40 ?
		    strcspn(s->text, "\n") : 40);
		sbuf_puts(&b, strlen(s->text) > 40 ? "...\"" : "\"");
		sbuf_puts(&w->b, sbuf_text(&b));
		tell_place(w, s->rule, NULL);
		tell_end(w);
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
		tell_label(w, "line");
		sbuf_puts(&w->b, "the line comes from ");
		ref_rule(s->rule, &w->b);
		tell_place(w, s->rule, NULL);
		tell_end(w);
		found = n > 0 || i + 1 == t->n_steps;
	}
	if (!found) {
		tell_label(w, "line");
		sbuf_puts(&w->b, "no rule that this packet meets prints such "
		    "a line\n");
	}
}

/* It is accepted, and still nothing works. */
static void
put_no_way_back(struct teller *w)
{
	if (w->r->no_way_back == NULL)
		return;
	tell_label(w, "but");
	tell_style(w, S_BAD);
	sbuf_puts(&w->b, "NO REPLY ");
	tell_style(w, S_NONE);
	tell_wrap(w, TELL_LABEL, w->r->no_way_back);
	tell_end(w);
}

static void
put_harmless(struct teller *w)
{
	if (w->r->harmless == NULL)
		return;
	tell_label(w, "harmless");
	tell_wrap(w, TELL_LABEL, w->r->harmless);
	tell_end(w);
}

static void
put_reply(struct teller *w)
{
	const struct trace *t = w->r->reply;
	const struct trace_ending *e = &w->r->reply_end;

	if (t == NULL) {
		if (w->r->no_reply != NULL) {
			tell_label(w, "reply");
			tell_wrap(w, TELL_LABEL, w->r->no_reply);
			tell_end(w);
		}
		return;
	}
	tell_label(w, "reply");
	tell_style(w, style_of(e->disposition));
	sbuf_puts(&w->b, disposition_names[e->disposition]);
	tell_style(w, S_NONE);
	sbuf_printf(&w->b, "  %s", t->words);
	if (e->rule != NULL || e->chain != NULL) {
		sbuf_puts(&w->b, "  by ");
		ref_decider(e->rule, e->chain, &w->b);
		tell_place(w, e->rule, e->chain);
	} else if (e->disposition != DISP_ACCEPT) {
		sbuf_printf(&w->b, ": %s", reason_texts[e->reason]);
	}
	tell_end(w);
	if (t->final != NULL && !t->delivered) {
		struct sbuf words = SBUF_INIT;

		packet_words(t->final, t->final_len, &words);
		sbuf_printf(&w->b, "%*sleaves %s", TELL_LABEL, "",
		    t->final_out ? t->final_out->name : "?");
		if (strcmp(sbuf_text(&words), t->words) != 0)
			sbuf_printf(&w->b, " as %s", sbuf_text(&words));
		sbuf_free(&words);
		tell_end(w);
	}
	if (w->verbose >= 1)
		tell_path(w, t, 0);
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
			tell_gap(w);
		tell_style(w, S_BOLD);
		sbuf_puts(&w->b, "not consulted");
		tell_style(w, S_NONE);
		sbuf_puts(&w->b, "  ");
		ref_rule(rules[i], &w->b);
		sbuf_puts(&w->b, near_verdict(rules[i]) == V_ACCEPT ?
		    " accepts " : " drops ");
		ref_tests(rules[i], &b);
		tell_wrap(w, 15, sbuf_text(&b));
		tell_place(w, rules[i], NULL);
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
		tell_wrap(w, 15, sbuf_text(&b));
		tell_end(w);
		sbuf_free(&b);
	}
}

/* Each command in a line of its own. */
static void
put_commands(struct teller *w, const char *command)
{
	while (*command != '\0') {
		size_t n = strcspn(command, "\n");
		struct sbuf safe = SBUF_INIT;

		sbuf_safe(&safe, command, n);
		tell_wrap(w, TELL_LABEL + 2, sbuf_text(&safe));
		tell_end(w);
		sbuf_free(&safe);
		command += n;
		if (*command++ == '\0')
			return;
		sbuf_printf(&w->b, "%*s", TELL_LABEL, "");
	}
}

static void
put_behind(struct teller *w, const char *text)
{
	sbuf_printf(&w->b, "%*s", TELL_LABEL, "");
	tell_wrap(w, TELL_LABEL + 2, text);
	tell_end(w);
}

static void
put_owner(struct teller *w, const struct trace_fix *f)
{
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "the chain belongs to %s, which may undo the change",
	    f->owner);
	if (f->owners_command != NULL)
		sbuf_printf(&b, "; its own way: %s", f->owners_command);
	put_behind(w, sbuf_text(&b));
	sbuf_free(&b);
}

static void
put_fixes(struct teller *w)
{
	for (unsigned i = 0; i < w->r->n_fixes; i++) {
		const struct trace_fix *f = &w->r->fixes[i];

		if (i == 0)
			tell_gap(w);
		tell_label(w, f->what);
		put_commands(w, f->command);
		put_behind(w, f->effect);
		for (unsigned k = 0; k < f->n_changes; k++)
			put_behind(w, f->changes[k]);
		if (f->owner != NULL)
			put_owner(w, f);
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
			tell_gap(w);
		tell_label(w, first ? "assumed" : "");
		sbuf_safe(&safe, s, strlen(s));
		tell_wrap(w, TELL_LABEL, sbuf_text(&safe));
		tell_end(w);
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
		put_no_way_back(&w);
		put_harmless(&w);
		put_branches(&w);
		put_nearest(&w);
		put_log_origin(&w);
		tell_gap(&w);
		tell_style(&w, S_BOLD);
		sbuf_puts(&w.b, "path\n");
		tell_style(&w, S_NONE);
		tell_path(&w, r->way, 0);
		tell_gap(&w);
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
