#include "analysis/lookup.h"

#include "model/owners.h"

#include <stdlib.h>

/* A chain while the graph is made; 'facts' first. */
struct node {
	struct chain_facts facts;
	unsigned first, n, next;	/* its jumps, in graph.jumps */
	bool on_path, done;
	struct node *from;
	unsigned place;			/* in lookup->chains */
};

struct graph {
	struct lookup *l;
	const struct rule **jumps;
	unsigned n_jumps, room_jumps, room_loops;
};

static struct node *
node_of(const struct lookup *l, const struct chain *c)
{
	return map_get(&l->by_chain, (const char *)&c, sizeof(c));
}

struct chain_facts *
chain_facts(const struct lookup *l, const struct chain *c)
{
	return &node_of(l, c)->facts;
}

unsigned
chain_place(const struct lookup *l, const struct chain *c)
{
	return node_of(l, c)->place;
}

/* Does the kernel follow no jump behind it (mark_source_chains)? */
static bool
ends_for_kernel(const struct rule *r)
{
	return r->n_matches == 0 && r->kind != TGT_NONE &&
	    r->kind != TGT_CHAIN && r->kind != TGT_EXT &&
	    rule_unconditional(r);
}

static void
add_chain(struct graph *g, const struct chain *c)
{
	struct lookup *l = g->l;
	struct node *n = arena_new(&l->arena, struct node);

	n->facts.chain = c;
	n->facts.owner = chain_owner(c);
	n->facts.ending = V_RETURN;
	n->first = g->n_jumps;
	for (unsigned i = 0; i < c->n; i++) {
		if (c->rules[i]->kind == TGT_CHAIN) {
			vec_room(g->jumps, g->n_jumps, g->room_jumps);
			g->jumps[g->n_jumps++] = c->rules[i];
		}
		if (ends_for_kernel(c->rules[i]))
			break;
	}
	n->n = g->n_jumps - n->first;
	map_set(&l->by_chain, &l->arena, (const char *)&n->facts.chain,
	    sizeof(n->facts.chain), n);
	l->n_chains++;
}

/* ---- what ends a chain ---- */

/* The verdict of an unconditional rule on what gets to it, V_CONTINUE if it
 * goes on; 'always': on all of it. */
static enum verdict
outcome(const struct lookup *l, const struct rule *r, bool *always)
{
	enum verdict v = rule_verdict(r);
	const struct chain_facts *to;

	*always = v != V_CONTINUE && v != V_JUMP;
	if (r->kind != TGT_CHAIN)
		return v;
	to = chain_facts(l, r->jump);
	*always = to->always || v == V_GOTO;
	if (to->ending != V_RETURN)
		return to->ending;
	return v == V_GOTO ? V_RETURN : V_CONTINUE;
}

static bool
may_return(const struct lookup *l, const struct rule *r)
{
	return r->kind == TGT_RETURN || (r->kind == TGT_CHAIN &&
	    (r->flags & RULE_GOTO) && !chain_facts(l, r->jump)->always);
}

/* The chains that it jumps to are known already. */
static void
find_end(const struct lookup *l, struct chain_facts *f)
{
	bool returns = false, always;

	for (unsigned i = 0; i < f->chain->n && f->end == NULL; i++) {
		const struct rule *r = f->chain->rules[i];
		enum verdict v;

		returns |= may_return(l, r);
		if (!rule_unconditional(r))
			continue;
		v = outcome(l, r, &always);
		if (v != V_CONTINUE && f->decider == NULL) {
			f->ending = v;
			f->decider = r;
		}
		if (always)
			f->end = r;
	}
	f->always = f->end != NULL && !returns;
}

/* ---- the order of chains ---- */

static void
finish(struct graph *g, struct node *n)
{
	struct lookup *l = g->l;

	n->on_path = false;
	n->done = true;
	n->place = l->n_chains;
	l->chains[l->n_chains++] = &n->facts;
	find_end(l, &n->facts);
}

static void
add_loop(struct graph *g, const struct rule *r)
{
	struct lookup *l = g->l;

	vec_room(l->loops, l->n_loops, g->room_loops);
	l->loops[l->n_loops++] = r;
}

/* Depth first along the jumps, without recursion: chains are many. */
static void
walk(struct graph *g, struct node *at)
{
	at->on_path = true;
	while (at != NULL) {
		const struct rule *r;
		struct node *to;

		if (at->next == at->n) {
			finish(g, at);
			at = at->from;
			continue;
		}
		r = g->jumps[at->first + at->next++];
		to = node_of(g->l, r->jump);
		if (to->on_path) {
			add_loop(g, r);
		} else if (!to->done) {
			to->on_path = true;
			to->from = at;
			at = to;
		}
	}
}

/* ---- who leads where ---- */

static bool
behind_end(const struct chain_facts *f, const struct rule *r)
{
	return f->end != NULL && r->number > f->end->number;
}

/* Callers come before those they call. */
static void
find_callers(struct graph *g)
{
	struct lookup *l = g->l;

	for (unsigned i = 0; i < g->n_jumps; i++)
		chain_facts(l, g->jumps[i]->jump)->n_callers++;
	for (unsigned i = 0; i < l->n_chains; i++) {
		struct chain_facts *f = l->chains[i];

		f->callers = arena_alloc(&l->arena, f->n_callers *
		    sizeof(*f->callers));
		f->n_callers = 0;
		if (f->chain->hook != HOOK_NONE)
			f->hooks = 1u << f->chain->hook;
	}
	for (unsigned i = l->n_chains; i-- > 0;) {
		struct chain_facts *f = l->chains[i];
		const struct node *n = node_of(l, f->chain);

		for (unsigned j = n->first; j < n->first + n->n; j++) {
			struct chain_facts *to;

			if (behind_end(f, g->jumps[j]))
				break;
			to = chain_facts(l, g->jumps[j]->jump);
			to->hooks |= f->hooks;
			to->callers[to->n_callers++] = g->jumps[j];
		}
	}
}

struct lookup *
lookup_new(const struct ruleset *rules)
{
	struct lookup *l = mem_alloc(1, sizeof(*l));
	struct graph g = { .l = l };

	*l = (struct lookup){ .rules = rules, .arena = ARENA_INIT };
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rules->tables[t].chains;
		    c != NULL; c = c->next)
			add_chain(&g, c);
	l->chains = arena_alloc(&l->arena, l->n_chains * sizeof(*l->chains));
	l->n_chains = 0;
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rules->tables[t].chains;
		    c != NULL; c = c->next)
			if (!node_of(l, c)->done)
				walk(&g, node_of(l, c));
	find_callers(&g);
	free(g.jumps);
	return l;
}

void
lookup_free(struct lookup *l)
{
	if (l == NULL)
		return;
	free(l->loops);
	sbuf_free(&l->text);
	saved_free(&l->saved);
	arena_free(&l->arena);
	free(l);
}

/* ---- questions ---- */

enum verdict
chain_default(const struct lookup *l, const struct chain *c)
{
	const struct chain_facts *f = chain_facts(l, c);

	return f->ending == V_RETURN ? c->policy : f->ending;
}

const char *
default_by(struct audit *a, const struct lookup *l, const struct chain *c)
{
	const struct rule *r = chain_facts(l, c)->decider;

	if (r == NULL || chain_facts(l, c)->ending == V_RETURN)
		return "by its policy";
	return arena_printf(a->out.arena, "by #%u", r->number);
}

const struct chain *
filter_chain(const struct lookup *l, enum hook hook)
{
	return l->rules->tables[TABLE_FILTER].builtin[hook];
}

bool
rule_live(const struct lookup *l, const struct rule *r)
{
	const struct chain_facts *f = chain_facts(l, r->chain);

	return f->hooks != 0 && !behind_end(f, r);
}

bool *
chains_guarded(struct lookup *l,
    bool (*is)(struct lookup *, const struct rule *))
{
	bool *guarded = mem_alloc(l->n_chains + 1, sizeof(*guarded));

	for (unsigned i = l->n_chains; i-- > 0;) {
		const struct chain_facts *f = l->chains[i];
		bool all = f->chain->hook == HOOK_NONE && f->n_callers != 0;

		for (unsigned j = 0; j < f->n_callers && all; j++) {
			const struct rule *r = f->callers[j];

			all = guarded[chain_place(l, r->chain)] || is(l, r);
		}
		guarded[i] = all;
	}
	return guarded;
}
