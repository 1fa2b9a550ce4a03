/* Claims of the analysis, tried by the simulator. */
#include "witness.h"

#include "reports/near.h"

#include <stdlib.h>

enum { SCRATCH_MAX = 1 << 16 };

struct replayer {
	struct sim *sim;
	struct env *env;
	struct arena arena;		/* of the packet at hand */
	bool exact;			/* it has all that was asked for */
	struct witness witness;
};

struct replayer *
replayer_new(const struct ruleset *const rules[2], struct env *env)
{
	struct replayer *r = mem_alloc(1, sizeof(*r));

	r->env = env;
	r->sim = sim_new(&(struct sim_config){
	    .rules = { rules[0], rules[1] }, .env = env });
	return r;
}

void
replayer_free(struct replayer *r)
{
	if (r == NULL)
		return;
	sim_free(r->sim);
	arena_free(&r->arena);
	free(r);
}

const struct witness *
replayer_witness(const struct replayer *r)
{
	return &r->witness;
}

bool
witness_claim_of(const struct finding *f, struct witness_claim *c)
{
	*c = (struct witness_claim){ .packet = f->witness, .entry = f->entry,
	    .by = f->by, .n_by = f->n_by, .verdict = f->verdict,
	    .rule = f->shows == SHOWS_VERDICT ? NULL : f->rule,
	    .what = f->shows == SHOWS_RULE_HIT ? CLAIM_HIT :
	    f->shows == SHOWS_TAKEN_BY ? CLAIM_TAKEN : CLAIM_END };
	return f->witness != NULL && f->shows != SHOWS_NOTHING;
}

/* ---- what the simulator says ---- */

struct answer {
	const struct witness_claim *claim;
	enum verdict verdict;
	struct outcome outcome;
	bool hit;			/* claim->rule matched it */
	bool by;			/* one of 'by' did */
	bool would;			/* CLAIM_TAKEN: 'rule' would have */
};

static uint64_t
hits(const struct replayer *r, const struct rule *rule)
{
	uint64_t packets, bytes;

	sim_rule_counters(r->sim, rule, &packets, &bytes);
	return packets;
}

static uint64_t
hits_of_by(const struct replayer *r, const struct witness_claim *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < c->n_by; i++)
		n += hits(r, c->by[i]);
	return n;
}

/* The packet anew.  One that is not quite as it should be will do, if the
 * simulator agrees. */
static bool
build(struct replayer *r, const struct witness_claim *c)
{
	if (r->arena.used > SCRATCH_MAX)
		arena_free(&r->arena);
	r->exact = witness_packet(&r->witness, c->packet, c->entry, r->env,
	    &r->arena);
	return r->witness.built;
}

/* Of the packet as it is after the walk, or as it came: rules may change it
 * before, or behind, the place of this one. */
static bool
would_match(struct replayer *r, const struct witness_claim *c,
    struct sink *sink)
{
	struct witness *w = &r->witness;

	return sim_rule(r->sim, &w->packet, w->hook, c->rule, NULL, NULL) ||
	    (build(r, c) && sim_rule(r->sim, &w->packet, w->hook, c->rule,
	    sink, NULL));
}

static void
run(struct replayer *r, struct answer *a, struct sink *sink)
{
	const struct witness_claim *c = a->claim;
	struct witness *w = &r->witness;
	uint64_t before = c->rule ? hits(r, c->rule) : 0;
	uint64_t by = hits_of_by(r, c);

	a->verdict = sim_chain(r->sim, &w->packet, w->hook, c->entry, sink,
	    &a->outcome);
	a->hit = c->rule != NULL && hits(r, c->rule) != before;
	a->by = hits_of_by(r, c) != by;
	a->would = c->what == CLAIM_TAKEN && !a->hit && a->by &&
	    would_match(r, c, sink);
}

/* A queue that nobody reads lets it pass where the rule says so. */
static bool
same_verdict(enum verdict a, enum verdict b)
{
	return a == b || (a == V_BYPASS && (b == V_ACCEPT || b == V_QUEUE));
}

static bool
agrees(const struct answer *a)
{
	const struct witness_claim *c = a->claim;

	if (c->what == CLAIM_HIT)
		return a->hit;
	if (c->what == CLAIM_TAKEN)
		return a->would;
	return same_verdict(a->verdict, c->verdict) &&
	    (c->rule == NULL || a->outcome.rule == c->rule) &&
	    (c->policy == NULL || a->outcome.chain == c->policy);
}

/* ---- why not ---- */

/* Listens for what the answer hangs on besides the packet's fields, and for
 * why the rule did not match. */
struct watch {
	struct sink sink;
	const struct witness_claim *claim;
	struct sbuf miss, soft;
	struct env *env;
};

struct probe { struct lower lower; bool opaque; };

static void
probe_test(struct lower *l, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	(void)l;
	(void)f;
	(void)mask;
	(void)r;
	(void)n;
	(void)negate;
}

static void
probe_iface(struct lower *l, enum field f, const struct ifmatch *m,
    bool negate)
{
	(void)l;
	(void)f;
	(void)m;
	(void)negate;
}

static void
probe_opaque(struct lower *l, const char *key, bool negate)
{
	(void)key;
	(void)negate;
	((struct probe *)l)->opaque = true;
}

static void
probe_or(struct lower *l)
{
	(void)l;
}

/* Is there more to this match than fields of the packet? */
static bool
is_soft(const struct use *u, int family, const struct env *env)
{
	const struct ext *ext = u->ext;
	struct probe probe = { .lower = { family, env, probe_test,
	    probe_iface, probe_opaque, probe_or } };
	unsigned traits = ext->use_traits ? ext->use_traits(u->data) :
	    ext->traits;

	return traits & (EXT_STATEFUL | EXT_RANDOM) || ext->lower == NULL ||
	    !ext->lower(u->data, &probe.lower) || probe.opaque;
}

static void
note_soft(struct watch *w, const struct rule *rule, const struct use *u,
    const char *need)
{
	if (w->soft.len != 0)
		return;
	sbuf_puts(&w->soft, "it hangs on ");
	if (need != NULL)
		sbuf_printf(&w->soft, "%s, in ", need);
	else
		sbuf_printf(&w->soft, "-m %s of ", u->ext->name);
	rule_name(rule, &w->soft);
}

static void
note_miss(struct watch *w, const struct event *e)
{
	if (e->rule != w->claim->rule || w->miss.len != 0)
		return;
	if (e->use == NULL)
		near_explain_basic(e->rule, e->packet, e->basic, &w->miss);
	else if (e->use->ext->explain != NULL)
		e->use->ext->explain(e->use->data, e->ctx, &w->miss);
	else
		sbuf_printf(&w->miss, "-m %s does not match",
		    e->use->ext->name);
}

static void
on_event(struct sink *sink, const struct event *e)
{
	struct watch *w = (struct watch *)sink;
	int family = w->claim->packet->family;

	if (e->kind == EV_UNKNOWN)
		note_soft(w, e->rule, e->use, e->text);
	if (e->kind == EV_MISS) {
		if (e->use != NULL && is_soft(e->use, family, w->env))
			note_soft(w, e->rule, e->use, NULL);
		note_miss(w, e);
	}
	for (unsigned i = 0; e->kind == EV_HIT && i < e->rule->n_matches; i++)
		if (is_soft(&e->rule->matches[i], family, w->env))
			note_soft(w, e->rule, &e->rule->matches[i], NULL);
}

static void
put_verdict(enum verdict v, struct sbuf *out)
{
	static const char *const names[] = { [V_ACCEPT] = "ACCEPT",
	    [V_DROP] = "DROP", [V_RETURN] = "the end of the chain",
	    [V_QUEUE] = "QUEUE", [V_STOLEN] = "STOLEN",
	    [V_BYPASS] = "past the queue" };

	sbuf_puts(out, names[v]);
}

void
witness_end_words(enum verdict v, const struct rule *rule,
    const struct chain *policy, struct sbuf *out)
{
	put_verdict(v, out);
	if (rule == NULL && policy == NULL)
		return;
	sbuf_puts(out, " by ");
	if (rule != NULL)
		rule_name(rule, out);
	else
		sbuf_printf(out, "the policy of %s/%s",
		    table_names[policy->table->id], policy->name);
}

static void
put_claim(const struct witness_claim *c, struct sbuf *out)
{
	sbuf_puts(out, "claimed: ");
	if (c->what == CLAIM_END) {
		witness_end_words(c->verdict, c->rule, c->policy, out);
		return;
	}
	rule_name(c->rule, out);
	sbuf_puts(out, c->what == CLAIM_HIT ? " matches it" :
	    " would match it");
	for (unsigned i = 0; c->what == CLAIM_TAKEN && i < c->n_by; i++) {
		sbuf_puts(out, i == 0 ? ", taken by " : ", ");
		rule_name(c->by[i], out);
	}
}

static void
put_difference(const struct answer *a, const struct watch *w,
    struct sbuf *out)
{
	const struct witness_claim *c = a->claim;

	put_claim(c, out);
	sbuf_puts(out, "; the simulator: ");
	witness_end_words(a->verdict, a->outcome.rule, a->outcome.chain,
	    out);
	if (c->what == CLAIM_TAKEN && a->hit) {
		sbuf_puts(out, "; it came to ");
		rule_name(c->rule, out);
	} else if (w->miss.len != 0) {
		sbuf_puts(out, "; ");
		rule_name(c->rule, out);
		sbuf_printf(out, ": %s", sbuf_text(&w->miss));
	}
}

/* Again, listening. */
static enum witness_answer
differ(struct replayer *r, const struct witness_claim *c, struct sbuf *why)
{
	struct watch w = { .sink = { on_event }, .claim = c, .env = r->env };
	struct answer a = { .claim = c };
	enum witness_answer answer = WITNESS_CANNOT;

	build(r, c);
	run(r, &a, &w.sink);
	if (!r->exact) {
		sbuf_puts(why, r->witness.why);
	} else if (c->packet->also != NULL) {
		sbuf_printf(why, "it must also be so: %s", c->packet->also);
	} else if (a.outcome.reason == REASON_HOTDROP &&
	    a.outcome.disposition == DISP_DROP) {
		rule_name(a.outcome.rule, why);
		sbuf_puts(why, " drops it as malformed");
	} else if (w.soft.len != 0) {
		sbuf_puts(why, sbuf_text(&w.soft));
	} else {
		put_difference(&a, &w, why);
		answer = WITNESS_DISAGREES;
	}
	sbuf_free(&w.soft);
	sbuf_free(&w.miss);
	return answer;
}

enum witness_answer
witness_check(struct replayer *r, const struct witness_claim *c,
    struct sbuf *why)
{
	struct answer a = { .claim = c };

	sbuf_clear(why);
	if (!build(r, c)) {
		sbuf_puts(why, r->witness.why);
		return WITNESS_CANNOT;
	}
	run(r, &a, NULL);
	return agrees(&a) ? WITNESS_AGREES : differ(r, c, why);
}
