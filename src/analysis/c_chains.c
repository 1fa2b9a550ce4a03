/* Chains: loops, chains that nothing leads to, jumps without effect. */
#include "analysis/group.h"
#include "analysis/lookup.h"

#include "model/owners.h"

/* FW1003.  A loop that a hook leads to does not load at all. */
static void
loops(struct audit *a, struct lookup *l)
{
	for (unsigned i = 0; i < l->n_loops; i++) {
		const struct rule *r = l->loops[i];

		finding_add(&a->out, "FW1003", r, NULL, "chain %s leads back "
		    "to chain %s; nothing leads there yet, but the kernel "
		    "will refuse the first jump that does", r->chain->name,
		    r->jump->name);
	}
}

/* Software keeps chains in stock that it uses later; a chain of fail2ban that
 * nothing jumps to bans nobody. */
static bool
kept_in_stock(const struct chain_facts *f)
{
	return chain_is_hook(f->chain) || (f->owner != NULL &&
	    (strcmp(f->owner, "fail2ban") != 0 || f->chain->n < 2));
}

/* Chains that only 'root' and chains of this sort lead to: those it jumps to
 * that no hook reaches. */
static unsigned
only_from(const struct lookup *l, const struct chain *root)
{
	unsigned n = 0;

	for (unsigned i = 0; i < root->n; i++) {
		const struct rule *r = root->rules[i];

		if (r->kind == TGT_CHAIN && r->jump->references == 1 &&
		    chain_facts(l, r->jump)->hooks == 0)
			n++;
	}
	return n;
}

/* FW2010, one for each chain without a jump to it. */
static void
unused(struct audit *a, const struct lookup *l, const struct chain_facts *f)
{
	const struct chain *c = f->chain;
	struct finding *found;
	unsigned others;

	if (c->hook != HOOK_NONE || c->references != 0 || kept_in_stock(f))
		return;
	others = only_from(l, c);
	found = finding_add(&a->out, "FW2010", NULL, c, "no rule jumps to "
	    "chain %s%s%s%s", c->name, c->n == 0 ? ", which is empty" :
	    ": no packet meets its ", c->n == 0 ? "" : counted(a, c->n, "rule",
	    "rules"), others == 0 ? "" : arena_printf(a->out.arena, ", nor "
	    "the %s only it leads to", counted(a, others, "chain that",
	    "chains that")));
	if (c->n == 0)
		finding_fix(a, found, "%s -X %s", command_of(a, c), c->name);
}

/* FW2011, one for each empty chain, about all jumps to it. */
static void
empty(struct audit *a, const struct chain_facts *f)
{
	struct groups jumps = { .out = &a->out };

	if (f->chain->n != 0 || f->owner != NULL || chain_is_hook(f->chain))
		return;
	for (unsigned i = 0; i < f->n_callers; i++)
		groups_add(&jumps, arena_printf(a->out.arena, "it jumps to "
		    "chain %s, which is empty, and so does nothing",
		    f->chain->name), f->callers[i]);
	groups_tell(&jumps, "FW2011", 1);
}

/* FW2018: -g to a chain that packets come back from, with rules behind. */
static void
lost_return(struct audit *a, const struct lookup *l,
    const struct chain_facts *f)
{
	for (unsigned i = 0; i < f->n_callers; i++) {
		const struct rule *r = f->callers[i];
		const struct chain_facts *from = chain_facts(l, r->chain);
		unsigned behind = (from->end != NULL ? from->end->number :
		    r->chain->n) - r->number;
		struct finding *found;

		if (!(r->flags & RULE_GOTO) || behind == 0 ||
		    from->owner != NULL || from->end == r)
			continue;
		found = finding_add(&a->out, "FW2018", r, NULL, "what comes "
		    "back from chain %s skips the %s behind this rule, since "
		    "-g leaves no way back to it", f->chain->name,
		    counted(a, behind, "rule", "rules"));
		finding_fix(a, found, "-j %s in place of -g", f->chain->name);
	}
}

check_fn check_chains;
void
check_chains(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	loops(a, l);
	for (unsigned i = 0; i < l->n_chains; i++) {
		unused(a, l, l->chains[i]);
		empty(a, l->chains[i]);
		if (!l->chains[i]->always)
			lost_return(a, l, l->chains[i]);
	}
}
