#include "reports/trace.h"

#include "base/diag.h"
#include "ext/ctstate.h"
#include "ext/ext.h"
#include "reports/near.h"

#include <stdlib.h>

enum { MAX_NESTED = 16, MAX_ELSEWHERE = 1000 };

static const char *
keep(struct trace *t, struct sbuf *b)
{
	const char *text = arena_strndup(t->arena, sbuf_text(b), b->len);

	sbuf_free(b);
	return text;
}

static struct step *
add(struct trace *t, const struct event *e)
{
	struct step *s;

	vec_room(t->steps, t->n_steps, t->room);
	s = &t->steps[t->n_steps++];
	*s = (struct step){ .kind = e->kind, .hook = e->hook,
	    .table = e->table, .chain = e->chain, .rule = e->rule,
	    .use = e->use, .basic = e->basic, .verdict = e->verdict,
	    .disposition = e->disposition, .reason = e->reason,
	    .iface = e->iface, .level = e->level, .taken = e->taken,
	    .packet = t->between[t->nesting] ? t->n_packets + 1 :
	    t->current[t->nesting], .depth = t->level[t->nesting],
	    .near = -1, .text = "" };
	if (e->text != NULL)
		s->text = arena_strdup(t->arena, e->text);
	return s;
}

static const char *
explain_use(struct trace *t, const struct event *e)
{
	struct sbuf b = SBUF_INIT, safe = SBUF_INIT;

	if (e->use->ext->explain != NULL)
		e->use->ext->explain(e->use->data, e->ctx, &b);
	if (b.len == 0 && e->kind != EV_ACTED)
		sbuf_printf(&b, "%s does not match", e->use->ext->name);
	sbuf_safe(&safe, sbuf_text(&b), b.len);
	sbuf_free(&b);
	return keep(t, &safe);
}

static const char *
words_of(struct trace *t, const struct packet *p)
{
	struct sbuf b = SBUF_INIT;

	packet_words(p->data, p->have, &b);
	return keep(t, &b);
}

/* ---- rules that the packet does not come by ---- */

static void
look_at_rule(struct trace *t, const struct rule *r, const struct ctx *ctx)
{
	if (near_verdict(r) == V_CONTINUE || t->n_elsewhere == MAX_ELSEWHERE)
		return;
	if (near_match(r, ctx, BASIC_NONE, NULL, true) < 2)
		return;
	vec_room(t->elsewhere, t->n_elsewhere, t->room_elsewhere);
	t->elsewhere[t->n_elsewhere++] = r;
}

static void
look_elsewhere(struct trace *t, const struct event *e)
{
	const struct ruleset *rs = e->chain->table->ruleset;

	t->looked_elsewhere = true;
	for (unsigned i = 0; i < N_TABLES; i++)
		for (const struct chain *c = rs->tables[i].chains; c != NULL;
		    c = c->next)
			for (unsigned j = 0; j < c->n; j++)
				look_at_rule(t, c->rules[j], e->ctx);
}

/* ---- events ---- */

static void
on_packet(struct trace *t, const struct event *e)
{
	struct step *s;

	t->current[t->nesting] = t->nesting == 0 ? 0 : ++t->n_packets;
	t->between[t->nesting] = false;
	t->level[t->nesting] = 0;
	s = add(t, e);
	s->iface = e->packet->in;
	s->text = words_of(t, e->packet);
	if (t->nesting == 0) {
		t->words = s->text;
		t->in = e->packet->in;
		t->original = arena_copy(t->arena, e->packet->data,
		    e->packet->have);
		t->original_len = e->packet->have;
	}
}

static void
on_miss(struct trace *t, const struct event *e)
{
	bool terminal = near_verdict(e->rule) != V_CONTINUE;
	struct sbuf b = SBUF_INIT;
	struct step *s;
	int near = -1;

	if (t->open[t->nesting] < t->n_steps)
		t->steps[t->open[t->nesting]].missed++;
	if (terminal && e->ctx != NULL && e->kind == EV_MISS)
		near = near_match(e->rule, e->ctx, e->basic, e->use, false);
	if (near < 0 && !t->all_misses && e->kind == EV_MISS)
		return;
	s = add(t, e);
	s->near = near;
	if (e->use != NULL) {
		s->text = explain_use(t, e);
	} else {
		near_explain_basic(e->rule, e->packet, e->basic, &b);
		s->text = keep(t, &b);
	}
}

struct trace_end
trace_end(const struct tuple *t, bool source)
{
	const uint16_t *port = source ? &t->sport : &t->dport;

	return (struct trace_end){ source ? t->src : t->dst,
	    get16((const uint8_t *)port), t->proto == 6 || t->proto == 17 ||
	    t->proto == 132 || t->proto == 136 };
}

static void
put_end(struct sbuf *b, const struct tuple *tuple, bool source)
{
	struct trace_end e = trace_end(tuple, source);

	endpoint_print(tuple->family, &e.addr, e.port, e.has_port, b);
}

void
trace_nat_print(const struct tuple *old, const struct tuple *new,
    struct sbuf *b)
{
	for (int source = 0; source < 2; source++) {
		struct sbuf from = SBUF_INIT, to = SBUF_INIT;

		put_end(&from, old, source);
		put_end(&to, new, source);
		if (strcmp(sbuf_text(&from), sbuf_text(&to)) != 0)
			sbuf_printf(b, "%s%s %s => %s", b->len ? ", " : "",
			    source ? "source" : "destination",
			    sbuf_text(&from), sbuf_text(&to));
		sbuf_free(&from);
		sbuf_free(&to);
	}
}

static void
on_nat(struct trace *t, const struct event *e)
{
	struct sbuf b = SBUF_INIT;
	struct step *s = add(t, e);

	trace_nat_print(e->old, e->new, &b);
	s->text = keep(t, &b);
	s->old = arena_copy(t->arena, e->old, sizeof(*e->old));
	s->new = arena_copy(t->arena, e->new, sizeof(*e->new));
}

static void
on_end(struct trace *t, const struct event *e)
{
	struct step *s = add(t, e);
	const struct packet *p = e->packet;

	s->text = words_of(t, p);
	if (t->nesting != 0 || t->final != NULL)
		return;
	t->final = arena_copy(t->arena, p->data, p->have);
	t->final_len = p->have;
	t->final_out = e->iface;
	t->delivered = e->kind == EV_LOCAL;
}

static void
on_hit(struct trace *t, const struct event *e)
{
	bool back = e->rule->kind == TGT_RETURN && t->level[t->nesting] > 0;

	t->hit[t->nesting] = e->rule;
	add(t, e);
	if (back)
		t->level[t->nesting]--;
}

static void
on_enter(struct trace *t, const struct event *e)
{
	const struct rule *from = t->hit[t->nesting];

	if (from == NULL || !(from->flags & RULE_GOTO))
		t->level[t->nesting]++;
	t->open[t->nesting] = t->n_steps;
	add(t, e);
}

static void
on_table(struct trace *t, const struct event *e)
{
	if (t->nesting == 0 && !t->looked_elsewhere)
		look_elsewhere(t, e);
	t->level[t->nesting] = 0;
	t->open[t->nesting] = t->n_steps;
	add(t, e);
	if (t->nesting == 0 && t->tracked)
		t->states = ctstate_of(e->packet) &
		    ~(unsigned)(CTST_SNAT | CTST_DNAT);
}

static void
on_event(struct sink *sink, const struct event *e)
{
	struct trace *t = (struct trace *)sink;
	struct step *s;

	if (!t->on)
		return;
	t->nesting = e->depth < MAX_NESTED ? e->depth : MAX_NESTED - 1;
	switch (e->kind) {
	case EV_PACKET:
		on_packet(t, e);
		break;
	case EV_TABLE:
		on_table(t, e);
		break;
	case EV_MISS:
	case EV_HOTDROP:
		on_miss(t, e);
		break;
	case EV_HIT:
		on_hit(t, e);
		break;
	case EV_ENTER:
		on_enter(t, e);
		break;
	case EV_RETURN:
		add(t, e);
		if (t->level[t->nesting] > 0)
			t->level[t->nesting]--;
		break;
	case EV_ACTED:
		s = add(t, e);
		s->text = explain_use(t, e);
		break;
	case EV_LOG:
		s = add(t, e);
		s->rule = t->hit[t->nesting];
		break;
	case EV_NAT:
		on_nat(t, e);
		break;
	case EV_SENT:
	case EV_LOCAL:
		on_end(t, e);
		break;
	case EV_UNKNOWN:
		s = add(t, e);
		s->words = words_of(t, e->packet);
		break;
	case EV_CT:
		t->tracked |= t->nesting == 0;
		add(t, e);
		break;
	case EV_POLICY:
	case EV_ROUTE:
	case EV_TRACE:
	case N_EVENTS:
		add(t, e);
		break;
	case EV_VERDICT:
		add(t, e);
		t->between[t->nesting] = t->nesting != 0;
		break;
	}
}

/* ---- life ---- */

void
trace_init(struct trace *t, struct arena *arena)
{
	*t = (struct trace){ .sink = { on_event }, .arena = arena, .on = true,
	    .words = "" };
	for (unsigned i = 1; i < MAX_NESTED; i++)
		t->between[i] = true;
}

void
trace_free(struct trace *t)
{
	free(t->steps);
	free(t->elsewhere);
	t->steps = NULL;
	t->elsewhere = NULL;
}

void
trace_reset(struct trace *t)
{
	bool all_misses = t->all_misses;
	struct arena *arena = t->arena;

	trace_free(t);
	trace_init(t, arena);
	t->all_misses = all_misses;
}

/* ---- questions ---- */

const struct step *
trace_verdict(const struct trace *t)
{
	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].kind == EV_VERDICT && t->steps[i].packet == 0)
			return &t->steps[i];
	return NULL;
}

bool
trace_visited(const struct trace *t, const struct chain *c)
{
	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].packet == 0 && t->steps[i].chain == c &&
		    (t->steps[i].kind == EV_TABLE ||
		    t->steps[i].kind == EV_ENTER))
			return true;
	return false;
}

const struct step *
trace_nat(const struct trace *t, bool destination)
{
	const char *what = destination ? "destination" : "source";

	for (unsigned i = 0; i < t->n_steps; i++)
		if (t->steps[i].kind == EV_NAT && t->steps[i].packet == 0 &&
		    strncmp(t->steps[i].text, what, strlen(what)) == 0)
			return &t->steps[i];
	return NULL;
}

/* ---- what is worth telling ---- */

/* The verdict that would have been another answer; V_CONTINUE: none. */
static enum verdict
other_verdict(enum disposition d)
{
	switch (d) {
	case DISP_ACCEPT:
		return V_DROP;
	case DISP_DROP:
	case DISP_REJECT:
	case DISP_QUEUE:
		return V_ACCEPT;
	case DISP_STOLEN:
	case DISP_LOST:
	case DISP_DEPENDS:
	case DISP_UNDETERMINED:
	case N_DISPOSITIONS:
		break;
	}
	return V_CONTINUE;
}

/* Only filter's ACCEPT lets a packet through; every table's DROP ends it. */
static bool
decides_otherwise(const struct trace_report *r, const struct rule *rule)
{
	enum verdict want = other_verdict(r->end.disposition);

	return want != V_CONTINUE && near_verdict(rule) == want &&
	    (want == V_DROP || rule->chain->table->id == TABLE_FILTER);
}

unsigned
trace_nearest(const struct trace_report *r,
    const struct step *out[NEAREST_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->way->n_steps; i++) {
		const struct step *s = &r->way->steps[i];
		unsigned at;

		if (s->kind != EV_MISS || s->packet != 0 || s->near < 1 ||
		    !decides_otherwise(r, s->rule))
			continue;
		for (at = n; at > 0 && out[at - 1]->near < s->near; at--)
			if (at < NEAREST_MAX)
				out[at] = out[at - 1];
		if (at < NEAREST_MAX)
			out[at] = s;
		if (n < NEAREST_MAX)
			n++;
	}
	return n;
}

unsigned
trace_not_consulted(const struct trace_report *r,
    const struct rule *out[ELSEWHERE_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->way->n_elsewhere && n < ELSEWHERE_MAX;
	    i++) {
		const struct rule *rule = r->way->elsewhere[i];

		if (decides_otherwise(r, rule) &&
		    !trace_visited(r->way, rule->chain))
			out[n++] = rule;
	}
	return n;
}

static bool
jumps_to(const struct chain *from, const struct chain *to)
{
	for (unsigned i = 0; i < from->n; i++)
		if (from->rules[i]->kind == TGT_CHAIN &&
		    from->rules[i]->jump == to)
			return true;
	return false;
}

static unsigned
reached(const struct chain *c, unsigned depth)
{
	unsigned hooks = 0;

	if (c->hook != HOOK_NONE)
		return 1u << c->hook;
	if (depth == 0)
		return 0;
	for (const struct chain *from = c->table->chains; from != NULL;
	    from = from->next)
		if (jumps_to(from, c))
			hooks |= reached(from, depth - 1);
	return hooks;
}

unsigned
trace_reached_from(const struct chain *c)
{
	return reached(c, 12);
}

void
trace_route_words(const struct trace_report *r, struct sbuf *b)
{
	const struct trace *t = r->way;
	const char *in = t->in ? t->in->name : "local";

	if (t->final == NULL && t->in != NULL)
		sbuf_puts(b, "in ");
	sbuf_safe(b, in, strlen(in));
	if (t->final == NULL)
		return;
	sbuf_puts(b, " -> ");
	if (t->delivered)
		sbuf_puts(b, "local");
	else if (t->final_out == NULL)
		sbuf_puts(b, "?");
	else
		sbuf_safe(b, t->final_out->name, strlen(t->final_out->name));
}
