/* Marks of packets and connections. */
#include "analysis/lookup.h"

/* When a chain of this table and hook runs; a forwarded packet's order. */
static unsigned
rank(enum table_id table, enum hook hook)
{
	static const unsigned hooks[] = { [HOOK_PREROUTING] = 0,
	    [HOOK_OUTPUT] = 1, [HOOK_INPUT] = 2, [HOOK_FORWARD] = 2,
	    [HOOK_POSTROUTING] = 3 };

	return hooks[hook] * N_TABLES + table;
}

/* The first and the last of the hooks that lead to the rule. */
static void
ranks(const struct lookup *l, const struct rule *r, unsigned *first,
    unsigned *last)
{
	*first = ~0u;
	*last = 0;
	for (int h = 0; h < N_HOOKS; h++)
		if (chain_facts(l, r->chain)->hooks >> h & 1) {
			unsigned n = rank(r->chain->table->id, (enum hook)h);

			*first = n < *first ? n : *first;
			*last = n > *last ? n : *last;
		}
}

/* Bits of the mark that a MARK rule replaces. */
static bool
written(struct lookup *l, const struct rule *r, uint32_t *value,
    uint32_t *mask)
{
	const char *text = rule_target_is(r, "MARK") ?
	    target_option(l, r, "--set-xmark") : NULL;

	return text != NULL && mark_read(text, value, mask) && *mask != 0;
}

/* ---- FW6009 ---- */

enum { MAX_OWNERS = 8 };

/* Bits that an owner's rules test, and when they are written and tested. */
struct bits {
	const char *owner;
	const struct rule *test;
	uint32_t mask;
	unsigned written, tested;	/* first rank, last rank */
};

struct all_bits { struct bits v[MAX_OWNERS]; unsigned n; };

static struct bits *
bits_of(struct all_bits *all, const char *owner)
{
	for (unsigned i = 0; i < all->n; i++)
		if (strcmp(all->v[i].owner, owner) == 0)
			return &all->v[i];
	if (all->n == MAX_OWNERS)
		return NULL;
	all->v[all->n] = (struct bits){ .owner = owner, .written = ~0u };
	return &all->v[all->n++];
}

static void
note_bits(struct lookup *l, const struct rule *r, struct all_bits *all)
{
	const char *owner = chain_facts(l, r->chain)->owner, *text;
	struct bits *b = owner != NULL ? bits_of(all, owner) : NULL;
	unsigned first, last;
	uint32_t value, mask;

	if (b == NULL)
		return;
	ranks(l, r, &first, &last);
	if (written(l, r, &value, &mask) && first < b->written)
		b->written = first;
	text = match_option(l, r, "mark", "--mark", NULL);
	if (text == NULL || !mark_read(text, &value, &mask) ||
	    mask == UINT32_MAX)
		return;
	if (b->test == NULL)
		b->test = r;
	b->mask |= mask;
	if (last > b->tested)
		b->tested = last;
}

static void
lost(struct audit *a, const struct rule *r, const struct rule *of,
    uint32_t value, uint32_t mask, uint32_t bits, const char *whose)
{
	struct finding *f = finding_add(&a->out, "FW6009", r, NULL, "it "
	    "replaces the bits 0x%x of the mark, and with them 0x%x, which "
	    "%s %s", mask, mask & bits, whose, rule_ref(a, of));

	finding_by(a, f, of);
	finding_fix(a, f, "give the mark a mask: --set-xmark 0x%x/0x%x",
	    value & ~bits, mask & ~bits);
}

static void
overwrites(struct audit *a, struct lookup *l, const struct rule *r,
    const struct all_bits *all)
{
	const char *owner = chain_facts(l, r->chain)->owner;
	uint32_t value, mask;
	unsigned first, last;

	if (!written(l, r, &value, &mask))
		return;
	ranks(l, r, &first, &last);
	for (unsigned i = 0; i < all->n; i++) {
		const struct bits *b = &all->v[i];

		if ((mask & b->mask) && first <= b->tested &&
		    (last >= b->written || (value & b->mask)) &&
		    (owner == NULL || strcmp(owner, b->owner) != 0))
			lost(a, r, b->test, value, mask, b->mask,
			    arena_printf(a->out.arena, "%s tests in",
			    b->owner));
	}
}

/* The same among rules that nobody else made: some bits are set in a chain,
 * then all of them, by a rule that does not know of the first. */
static void
overwrites_own(struct audit *a, struct lookup *l, const struct chain *c)
{
	const struct rule *some = NULL;
	uint32_t value, mask, bits = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const struct rule *r = c->rules[i];

		if (!written(l, r, &value, &mask))
			continue;
		if (mask != UINT32_MAX && value != 0) {
			some = r;
			bits |= mask;
		} else if (mask == UINT32_MAX && some != NULL && value != 0 &&
		    !(value & bits)) {
			lost(a, r, some, value, mask, bits, "are set by");
			return;
		}
	}
}

static void
others_bits(struct audit *a, struct lookup *l)
{
	struct all_bits all = { .n = 0 };

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r))
		if (rule_live(l, r))
			note_bits(l, r, &all);
	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    all.n != 0; r = rule_next(r))
		if (rule_live(l, r))
			overwrites(a, l, r, &all);
	for (unsigned i = 0; i < l->n_chains; i++)
		if (l->chains[i]->owner == NULL && l->chains[i]->hooks != 0)
			overwrites_own(a, l, l->chains[i]->chain);
}

/* ---- FW6010 ---- */

static bool
connmark(struct lookup *l, const struct rule *r, const char *what)
{
	return rule_target_is(r, "CONNMARK") &&
	    target_option(l, r, what) != NULL;
}

/* Restoring behind the rule that set the packet's mark. */
static void
late_restore(struct audit *a, struct lookup *l, const struct chain *c)
{
	const struct rule *set = NULL;

	for (unsigned i = 0; i < c->n; i++) {
		const struct rule *r = c->rules[i];
		struct finding *f;

		if (connmark(l, r, "--save-mark"))
			set = NULL;
		else if (rule_target_is(r, "MARK"))
			set = r;
		else if (set != NULL && rule_unconditional(r) &&
		    connmark(l, r, "--restore-mark")) {
			f = finding_add(&a->out, "FW6010", r, NULL, "it puts "
			    "the connection's mark over the one that #%u has "
			    "just set", set->number);
			finding_by(a, f, set);
			finding_fix(a, f, "restore first, then set the mark, "
			    "then save it");
			set = NULL;
		}
	}
}

static void
restores(struct audit *a, struct lookup *l)
{
	const struct rule *first = NULL;
	bool filled = false;

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		filled |= connmark(l, r, "--save-mark") ||
		    connmark(l, r, "--set-xmark");
		if (first == NULL && connmark(l, r, "--restore-mark"))
			first = r;
	}
	if (first != NULL && !filled)
		finding_add(&a->out, "FW6010", first, NULL, "no rule saves a "
		    "mark in the connection or sets one there: what this one "
		    "restores is always 0");
	for (unsigned i = 0; i < l->n_chains && first != NULL; i++)
		if (l->chains[i]->hooks != 0)
			late_restore(a, l, l->chains[i]->chain);
}

/* ---- FW6011 ---- */

enum { ROUTED = 1 << HOOK_INPUT | 1 << HOOK_FORWARD | 1 << HOOK_POSTROUTING };

static const struct ip_rule *
routed_by(const struct env *env, unsigned f, uint32_t mark)
{
	for (const struct ip_rule *p = env->rules[f]; p != NULL; p = p->next)
		if (p->mask != 0 && (mark & p->mask) == (p->mark & p->mask))
			return p;
	return NULL;
}

static void
after_routing(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];
	bool saves = false;

	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    !saves; r = rule_next(r))
		saves = connmark(l, r, "--save-mark");
	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    !saves; r = rule_next(r)) {
		unsigned hooks = chain_facts(l, r->chain)->hooks;
		unsigned routed = ROUTED;
		const struct ip_rule *p;
		uint32_t value, mask;

		/* Of what the host sends only mangle routes anew. */
		if (r->chain->table->id != TABLE_MANGLE)
			routed |= 1u << HOOK_OUTPUT;
		if ((hooks & ~routed) != 0 || hooks == 0 ||
		    !written(l, r, &value, &mask) || value == 0 ||
		    (p = routed_by(a->env, f, value)) == NULL)
			continue;
		finding_fix(a, finding_add(&a->out, "FW6011", r, NULL, "mark "
		    "0x%x chooses routing table %u, but in %s the packet's "
		    "route is chosen already", value, p->table,
		    hooks_text(a, hooks)), "set it in mangle PREROUTING, or "
		    "OUTPUT for what the host sends");
	}
}

check_fn check_mark;
void
check_mark(struct audit *a, unsigned f)
{
	others_bits(a, a->lookup[f]);
	restores(a, a->lookup[f]);
	if (a->env->has_rules[f])
		after_routing(a, f);
}
