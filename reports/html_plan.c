#include "reports/html_plan.h"

#include "model/owners.h"

struct html_plan {
	struct map rules;		/* struct listed by pointer */
	struct map chains;		/* chain by pointer */
	unsigned n_rules, n_chains;
};

/* Maps have text as keys: here the bytes of a pointer. */
static void *
get(const struct map *m, const void *p)
{
	return map_get(m, (const char *)&p, sizeof(p));
}

static void
set(struct html *h, struct map *m, const void *p, void *value)
{
	map_set(m, &h->arena, arena_copy(&h->arena, &p, sizeof(p)), sizeof(p),
	    value);
}

void
html_want_chain(struct html *h, const struct chain *c)
{
	struct html_plan *p = h->plan;

	if (get(&p->chains, c) != NULL ||
	    html_ruleset_of(h, c->table->ruleset) == NULL)
		return;
	set(h, &p->chains, c, p);
	p->n_chains++;
}

struct listed *
html_want(struct html *h, const struct rule *r)
{
	struct listed *l = get(&h->plan->rules, r);

	if (l != NULL || html_ruleset_of(h, r->chain->table->ruleset) == NULL)
		return l;
	l = arena_new(&h->arena, struct listed);
	l->rule = r;
	l->tail = &l->findings;
	set(h, &h->plan->rules, r, l);
	h->plan->n_rules++;
	html_want_chain(h, r->chain);
	return l;
}

struct listed *
html_listed(const struct html *h, const struct rule *r)
{
	return get(&h->plan->rules, r);
}

bool
html_chain_listed(const struct html *h, const struct chain *c)
{
	return get(&h->plan->chains, c) != NULL;
}

/* ---- what there is room for ---- */

static void
fill_chain(struct html *h, const struct chain *c)
{
	struct html_plan *p = h->plan;

	if (p->n_chains >= PLAN_CHAINS)
		return;
	html_want_chain(h, c);
	for (unsigned i = 0; i < c->n && i < PLAN_CHAIN_RULES &&
	    p->n_rules < PLAN_RULES; i++)
		html_want(h, c->rules[i]);
}

/* In this order: built-in chains, those of people, those of software. */
static int
rank(const struct chain *c)
{
	return c->hook != HOOK_NONE ? 0 : chain_owner(c) == NULL ? 1 : 2;
}

static void
fill(struct html *h, const struct ruleset *rs)
{
	for (int turn = 0; turn < 3; turn++)
		for (unsigned t = 0; t < rs->n_tables; t++)
			for (const struct chain *c =
			    rs->tables[rs->order[t]].chains; c != NULL;
			    c = c->next)
				if (rank(c) == turn)
					fill_chain(h, c);
}

void
html_plan_make(struct html *h, const struct html_part *const *parts)
{
	h->plan = arena_new(&h->arena, struct html_plan);
	for (; *parts != NULL; parts++)
		if ((*parts)->want != NULL && (*parts)->has(h->r))
			(*parts)->want(h);
	for (unsigned i = 0; i < h->r->n_rulesets; i++)
		fill(h, h->r->rulesets[i].rules);
}
