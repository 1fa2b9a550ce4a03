#include "analysis/program.h"

#include "analysis/rules.h"
#include "model/twins.h"

#include <stdlib.h>
#include <string.h>

/* ---- queries ---- */

static struct query_test *
new_test(struct query *q, enum field f, bool negate)
{
	vec_room(q->tests, q->n, q->room);
	q->tests[q->n] = (struct query_test){ .field = f, .negate = negate };
	return &q->tests[q->n++];
}

void
query_ranges(struct query *q, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	struct query_test *t = new_test(q, f, negate);

	t->mask = mask;
	memcpy(t->range, r, n * sizeof(*r));
	t->n = n;
}

void
query_range(struct query *q, enum field f, u128 lo, u128 hi, bool negate)
{
	struct range r = { lo, hi };

	query_ranges(q, f, ~(u128)0, &r, 1, negate);
}

void
query_masked(struct query *q, enum field f, u128 value, u128 mask,
    bool negate)
{
	struct range r = { value, value };

	query_ranges(q, f, mask, &r, 1, negate);
}

void
query_iface(struct query *q, enum field f, const char *name, bool negate)
{
	struct query_test *t = new_test(q, f, negate);
	size_t len = strlen(name);
	bool wild = len > 0 && name[len - 1] == '+';

	if (wild)
		len--;
	if (len > IFNAME_SIZE - 1)
		len = IFNAME_SIZE - 1;
	memcpy(t->iface.name, name, len);
	memset(t->iface.mask, 0xff, len + !wild);
	t->iface.wild = wild;
	t->is_iface = true;
}

void
query_free(struct query *q)
{
	free(q->tests);
	*q = (struct query){ 0 };
}

void
query_lower(const struct query *q, struct lower *l)
{
	for (unsigned i = 0; i < q->n; i++) {
		const struct query_test *t = &q->tests[i];

		if (t->is_iface)
			lower_iface(l, t->field, &t->iface, t->negate);
		else
			l->test(l, t->field, t->mask, t->range, t->n,
			    t->negate);
	}
}

void
query_cut(const struct query *q, const struct hs_space *s, struct hs *set)
{
	struct hs_cut c;

	if (q == NULL)
		return;
	hs_cut_init(&c, s);
	hs_cut_begin(&c, set);
	query_lower(q, &c.lower);
	hs_cut_end(&c, set);
	hs_cut_free(&c);
}

/* ---- making one ---- */

static void
each_chain(const struct ruleset *rs, void (*f)(const struct chain *, void *),
    void *arg)
{
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next)
			f(c, arg);
}

static struct chain_sets *
sets_of(const struct analysis *an, const struct chain *c)
{
	return map_get(&an->chains, (const char *)&c, sizeof(c));
}

static void
add_chain(const struct chain *c, void *arg)
{
	struct analysis *an = arg;
	struct chain_sets *cs = arena_new(an->arena, struct chain_sets);

	cs->chain = c;
	cs->rules = arena_alloc(an->arena, (c->n ? c->n : 1) *
	    sizeof(*cs->rules));
	map_set(&an->chains, an->arena, (const char *)&cs->chain, sizeof(c),
	    cs);
}

/* Most of a ruleset is as it was before. */
static void
find_twins(const struct chain *c, void *arg)
{
	struct analysis *an = arg;
	const struct chain *old = chain_find(&an->rules[0]->tables[
	    c->table->id], c->name, strlen(c->name));
	struct chain_sets *cs = sets_of(an, c);
	uint32_t *twins;

	if (old == NULL)
		return;
	twins = arena_alloc(an->arena, (c->n ? c->n : 1) * sizeof(*twins));
	rule_twins(old, c, twins);
	cs->twins = twins;
	cs->other = sets_of(an, old);
}

/* The rule that was looked at before and is the same.  What has memory is
 * not: it is counted. */
static const struct rule_set *
twin_of(const struct chain_sets *cs, const struct rule *r)
{
	uint32_t k = cs->twins != NULL ? cs->twins[r->number - 1] : UINT32_MAX;

	return k == UINT32_MAX || rule_has_may(r) ? NULL : &cs->other->rules[k];
}

struct collecting {
	struct analysis *an;
	struct lower *l;
	struct may_keys *keys;
};

static void
collect(const struct chain *chain, void *arg)
{
	struct collecting *c = arg;
	const struct chain_sets *cs = sets_of(c->an, chain);

	for (unsigned i = 0; i < chain->n; i++) {
		const struct rule *r = chain->rules[i];

		if (twin_of(cs, r) != NULL)
			continue;
		rule_collect(r, c->l, c->keys);
		rule_given(r, c->an->space);
	}
}

/* Has a rule one of these traits? */
static bool
needs(const struct ruleset *rs, unsigned traits)
{
	for (const struct rule *r = rule_first(rs); r != NULL;
	    r = rule_next(r)) {
		for (unsigned i = 0; i < r->n_matches; i++)
			if (ext_traits(&r->matches[i]) & traits)
				return true;
		if (r->kind == TGT_EXT && ext_traits(&r->target) & traits)
			return true;
	}
	return false;
}

struct builder {
	struct analysis *an;
	struct hs_cut cut;
	struct hs all, out;
	struct may_keys *keys;
};

static void
build_rule(struct builder *b, const struct rule *r, struct rule_set *rs)
{
	struct analysis *an = b->an;

	rule_boxes(r, &b->cut, &b->all, b->keys, &b->out, &rs->exact);
	rs->first = an->boxes.n;
	rs->n = b->out.n;
	for (unsigned i = 0; i < b->out.n; i++)
		hs_add(an->space, &an->boxes, hs_box(an->space, &b->out, i));
}

static void
build_chain(const struct chain *c, void *arg)
{
	struct builder *b = arg;
	struct chain_sets *cs = sets_of(b->an, c);

	for (unsigned i = 0; i < c->n; i++) {
		const struct rule_set *twin = twin_of(cs, c->rules[i]);

		if (twin != NULL)
			cs->rules[i] = *twin;
		else
			build_rule(b, c->rules[i], &cs->rules[i]);
	}
}

/* With 'chances' what has memory or chance gets a name. */
static struct analysis *
make(const struct ruleset *const *rules, unsigned n, const struct env *env,
    const struct query *const *queries, unsigned n_queries, bool chances,
    struct arena *arena)
{
	struct analysis *an = arena_new(arena, struct analysis);
	struct builder b = { .an = an };
	struct collecting c;

	an->arena = arena;
	an->most_steps = 8 << 20;
	an->most_work = 1000000;
	an->n_rules = n;
	an->space = hs_space_new(rules[0]->family, env, arena);
	c.an = an;
	c.l = hs_collector(an->space);
	for (unsigned i = 0; i < n; i++) {
		struct may_keys keys = { .arena = arena };

		an->rules[i] = rules[i];
		an->tracks[i] = needs(rules[i], EXT_NEEDS_CT |
		    EXT_NEEDS_ACCT | EXT_NAT);
		an->defrag[i] = an->tracks[i] || needs(rules[i],
		    EXT_NEEDS_DEFRAG);
		each_chain(rules[i], add_chain, an);
		if (i == 1)
			each_chain(rules[i], find_twins, an);
		c.keys = chances ? &keys : NULL;
		each_chain(rules[i], collect, &c);
	}
	for (unsigned i = 0; i < n_queries; i++) {
		query_lower(queries[i], c.l);
		if (queries[i]->mirror)
			hs_space_mirror(an->space);
	}
	hs_space_finish(an->space);
	hs_cut_init(&b.cut, an->space);
	hs_add(an->space, &b.all, an->space->all);
	hs_reserve(an->space, &an->boxes, rules[0]->n_rules);
	for (unsigned i = 0; i < n; i++) {
		struct may_keys keys = { .arena = arena };

		b.keys = chances ? &keys : NULL;
		each_chain(rules[i], build_chain, &b);
	}
	hs_cut_free(&b.cut);
	hs_free(&b.all);
	hs_free(&b.out);
	return an;
}

struct analysis *
analysis_new(const struct ruleset *const *rules, unsigned n,
    const struct env *env, const struct query *const *queries,
    unsigned n_queries, struct arena *arena)
{
	return make(rules, n, env, queries, n_queries, false, arena);
}

struct analysis *
analysis_new_diff(const struct ruleset *old, const struct ruleset *new,
    const struct env *env, const struct query *const *queries,
    unsigned n_queries, struct arena *arena)
{
	const struct ruleset *both[2] = { old, new };

	return make(both, 2, env, queries, n_queries, true, arena);
}

const struct hs_space *
analysis_space(const struct analysis *an)
{
	return an->space;
}

const struct rule_set *
rule_set_of(const struct analysis *an, const struct rule *r)
{
	return &sets_of(an, r->chain)->rules[r->number - 1];
}
