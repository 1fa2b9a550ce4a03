/* Edits, and rewritings that keep the meaning. */
#include "tests/sets/sets.h"

#include <string.h>

static void
insert_rule(struct gchain *c, unsigned at, const struct grule *r)
{
	memmove(&c->r[at + 1], &c->r[at], (c->n - at) * sizeof(*c->r));
	c->r[at] = *r;
	c->n++;
}

static void
delete_rule(struct gchain *c, unsigned at)
{
	c->n--;
	memmove(&c->r[at], &c->r[at + 1], (c->n - at) * sizeof(*c->r));
}

/* Replaces a rule by 'n' others. */
static bool
replace_rule(struct gchain *c, unsigned at, const struct grule *v, unsigned n)
{
	if (c->n + n - 1 > MAX_RULES)
		return false;
	delete_rule(c, at);
	for (unsigned i = 0; i < n; i++)
		insert_rule(c, at + i, &v[i]);
	return true;
}

static bool
has_slot(const struct grule *r, enum slot slot)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->p[i]->slot == slot)
			return true;
	return false;
}

/* A test that the rule has not yet and that may stand there, or null. */
static const struct piece *
other_piece(struct palette *p, const struct gset *s, unsigned chain,
    const struct grule *r)
{
	unsigned slot = below(p->rng, N_SLOTS);

	if (p->n[slot] == 0 || !fits(s, chain, (enum slot)slot) ||
	    has_slot(r, (enum slot)slot) || r->n == MAX_PIECES)
		return NULL;
	return p->p[slot][below(p->rng, p->n[slot])];
}

/* ---- edits ---- */

static bool
edit_rule(struct palette *p, struct gset *s, unsigned chain, unsigned at)
{
	struct grule *r = &s->c[chain].r[at], other;
	const struct piece *x;
	unsigned i = below(p->rng, r->n);

	switch (below(p->rng, 6)) {
	case 0:
		delete_rule(&s->c[chain], at);
		return true;
	case 1:
		grule_random(p, s, chain, &other);
		r->action = other.action;
		r->to = other.to;
		return true;
	case 2:
		x = other_piece(p, s, chain, r);
		if (x != NULL)
			r->p[r->n++] = x;
		return x != NULL;
	case 3:
		if (r->n == 0)
			return false;
		r->p[i] = r->p[--r->n];
		return true;
	case 4:
		if (r->n == 0 || r->p[i]->not == NULL)
			return false;
		r->p[i] = r->p[i]->not;
		return true;
	default:
		if (at + 1 == s->c[chain].n)
			return false;
		other = r[0];
		r[0] = r[1];
		r[1] = other;
		return true;
	}
}

static bool
try_edit(struct palette *p, struct gset *s)
{
	unsigned chain = below(p->rng, s->n);
	struct gchain *c = &s->c[chain];
	struct grule r;

	if (c->hook != HOOK_NONE && percent(p->rng, 8)) {
		c->drop = !c->drop;
		return true;
	}
	if (c->n < MAX_RULES && (c->n == 0 || percent(p->rng, 25))) {
		grule_random(p, s, chain, &r);
		insert_rule(c, below(p->rng, c->n + 1), &r);
		return true;
	}
	return c->n != 0 && edit_rule(p, s, chain, below(p->rng, c->n));
}

void
edit(struct palette *p, struct gset *s)
{
	while (!try_edit(p, s))
		;
}

/* ---- rewritings ---- */

/* Where one is tried. */
struct place { struct palette *p; struct gset *s; unsigned chain, at; };

static struct gchain *
chain_of(const struct place *x)
{
	return &x->s->c[x->chain];
}

static struct grule *
rule_of(const struct place *x)
{
	return &chain_of(x)->r[x->at];
}

/* A new chain like the one at hand; its number, or 0. */
static unsigned
add_chain(const struct place *x)
{
	struct gset *s = x->s;
	struct gchain *c = &s->c[s->n];

	if (s->n == MAX_CHAINS)
		return 0;
	*c = (struct gchain){ .table = chain_of(x)->table, .hook = HOOK_NONE,
	    .local = chain_of(x)->local };
	snprintf(c->name, sizeof(c->name), "new%u", s->n);
	return s->n++;
}

/* Those that pass a test, and those that do not. */
static bool
split_by_test(struct place *x)
{
	const struct piece *t = other_piece(x->p, x->s, x->chain, rule_of(x));
	struct grule v[2] = { *rule_of(x), *rule_of(x) };

	if (t == NULL || t->not == NULL || t->slot == S_STATE)
		return false;
	v[0].p[v[0].n++] = t;
	v[1].p[v[1].n++] = t->not;
	return replace_rule(chain_of(x), x->at, v, 2);
}

/* Networks in halves, negated ones as ranges around, ports and states one by
 * one. */
static bool
split_in_parts(struct place *x)
{
	const struct grule *r = rule_of(x);
	unsigned i = below(x->p->rng, r->n);
	struct grule v[8];

	if (r->n == 0 || r->p[i]->n_parts == 0)
		return false;
	for (unsigned k = 0; k < r->p[i]->n_parts; k++) {
		v[k] = *r;
		v[k].p[i] = r->p[i]->parts[k];
	}
	return replace_rule(chain_of(x), x->at, v, r->p[i]->n_parts);
}

/* The tests of both rules in one.  False: iptables takes no such rule. */
static bool
join_rules(const struct place *x, const struct grule *caller,
    const struct grule *r, struct grule *out)
{
	*out = *r;
	for (unsigned i = 0; i < r->n; i++)
		if (!fits(x->s, x->chain, r->p[i]->slot))
			return false;
	for (unsigned i = 0; i < caller->n; i++) {
		const struct piece *t = caller->p[i];
		bool same = false;

		for (unsigned k = 0; k < r->n; k++) {
			same |= r->p[k] == t;
			if (r->p[k] != t && r->p[k]->slot == t->slot &&
			    t->slot < S_ONCE)
				return false;
		}
		if (!same && out->n == MAX_PIECES)
			return false;
		if (!same)
			out->p[out->n++] = t;
	}
	return true;
}

static bool
inline_chain(struct place *x)
{
	const struct grule *r = rule_of(x);
	struct grule v[MAX_RULES];
	const struct gchain *c;

	if (r->action != A_JUMP)
		return false;
	c = &x->s->c[r->to];
	for (unsigned i = 0; i < c->n; i++)
		if (c->r[i].action == A_RETURN || c->r[i].action == A_GOTO ||
		    !join_rules(x, r, &c->r[i], &v[i]))
			return false;
	return replace_rule(chain_of(x), x->at, v, c->n);
}

/* Rules that stand together move to a chain of their own. */
static bool
outline_rules(struct place *x)
{
	struct gchain *c = chain_of(x);
	unsigned n = 1 + below(x->p->rng, c->n - x->at), to;
	struct grule call = { .action = A_JUMP };

	for (unsigned i = 0; i < n; i++)
		if (c->r[x->at + i].action == A_RETURN ||
		    c->r[x->at + i].action == A_GOTO)
			return false;
	if ((to = add_chain(x)) == 0)
		return false;
	for (unsigned i = 0; i < n; i++) {
		x->s->c[to].r[i] = c->r[x->at];
		delete_rule(c, x->at);
	}
	x->s->c[to].n = n;
	call.to = to;
	insert_rule(c, x->at, &call);
	return true;
}

static bool
swap_disjoint(struct place *x)
{
	struct arena arena = ARENA_INIT;
	struct prog *p = arena_new(&arena, struct prog);
	const struct gset *s = x->s;
	struct brute b;
	struct grule *r = rule_of(x), first = *r;
	bool apart = x->at + 1 < chain_of(x)->n;

	brute_init(&b, &s, 1, NULL, 0, MAX_POINTS, &arena);
	apart &= b.n != 0;
	if (apart)
		prog_init(p, &b, s, &arena);
	for (uint32_t k = 0; k < b.n && apart; k++)
		apart = !prog_matches(p, x->chain, x->at, k) ||
		    !prog_matches(p, x->chain, x->at + 1, k);
	if (apart) {
		r[0] = r[1];
		r[1] = first;
	}
	arena_free(&arena);
	return apart;
}

/* Behind a rule that ends all of its packets: some of them once more. */
static bool
add_redundant(struct place *x)
{
	const struct grule *r = rule_of(x);
	const struct piece *t = other_piece(x->p, x->s, x->chain, r);
	struct grule more;

	if (!diverts(r) || t == NULL || t->slot == S_STATE ||
	    chain_of(x)->n == MAX_RULES)
		return false;
	grule_random(x->p, x->s, x->chain, &more);
	/* New chains call older ones: not these them. */
	if (more.action >= A_JUMP)
		more.action = A_ACCEPT;
	memcpy(more.p, r->p, sizeof(more.p));
	more.n = r->n;
	more.p[more.n++] = t;
	insert_rule(chain_of(x), x->at + 1, &more);
	return true;
}

/* A chain that does nothing but what the rule did. */
static bool
verdict_by_chain(struct place *x)
{
	struct grule *r = rule_of(x);
	unsigned to;

	if ((r->action != A_ACCEPT && r->action != A_DROP &&
	    r->action != A_REJECT) || (to = add_chain(x)) == 0)
		return false;
	x->s->c[to].r[0].action = r->action;
	x->s->c[to].n = 1;
	r->action = percent(x->p->rng, 50) ? A_JUMP : A_GOTO;
	r->to = to;
	return true;
}

/* At the end of a chain it is the same. */
static bool
jump_or_goto(struct place *x)
{
	struct grule *r = rule_of(x);

	if (x->at + 1 != chain_of(x)->n || r->action < A_JUMP)
		return false;
	r->action = r->action == A_JUMP ? A_GOTO : A_JUMP;
	return true;
}

static bool
policy_as_rule(struct place *x)
{
	struct gchain *c = chain_of(x);
	struct grule r = { .action = c->hook == HOOK_NONE ? A_RETURN :
	    c->drop ? A_DROP : A_ACCEPT };

	bool leaves = false;

	if (c->n == MAX_RULES)
		return false;
	for (unsigned i = 0; i < c->n; i++)
		leaves |= c->r[i].action == A_RETURN ||
		    c->r[i].action == A_GOTO;
	insert_rule(c, c->n, &r);
	if (c->hook != HOOK_NONE && !leaves)
		c->drop = percent(x->p->rng, 50);
	return true;
}

static bool
rename_chain(struct place *x)
{
	if (chain_of(x)->hook != HOOK_NONE)
		return false;
	snprintf(chain_of(x)->name, sizeof(chain_of(x)->name), "renamed%u",
	    x->chain);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct place *);
} rewritings[] = {
	{ "split by a test", split_by_test },
	{ "split in parts", split_in_parts },
	{ "chain inlined", inline_chain },
	{ "rules made a chain", outline_rules },
	{ "disjoint neighbours swapped", swap_disjoint },
	{ "redundant rule added", add_redundant },
	{ "verdict by a chain", verdict_by_chain },
	{ "jump for goto", jump_or_goto },
	{ "policy as a rule", policy_as_rule },
	{ "chain renamed", rename_chain },
};

const char *
rewrite(struct palette *p, struct gset *s)
{
	for (unsigned tries = 0; tries < 60; tries++) {
		unsigned i = below(p->rng, sizeof(rewritings) /
		    sizeof(*rewritings));
		struct place x = { p, s, below(p->rng, s->n), 0 };

		if (chain_of(&x)->n == 0)
			continue;
		x.at = below(p->rng, chain_of(&x)->n);
		if (rewritings[i].run(&x))
			return rewritings[i].name;
	}
	return NULL;
}
