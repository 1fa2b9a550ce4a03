/* What an unconditional rule leaves nothing for. */
#include "analysis/lookup.h"

static const char *
does(enum verdict v, const struct rule *r)
{
	if (v == V_RETURN)
		return "returns";
	if (v == V_QUEUE)
		return "queues";
	if (v == V_ACCEPT)
		return r->kind == TGT_EXT ? "translates" : "accepts";
	return rule_target_is(r, "REJECT") ? "rejects" : "drops";
}

/* FW2008: one for all the rules behind the one that ends the chain. */
static void
behind_end(struct audit *a, const struct lookup *l,
    const struct chain_facts *f)
{
	const struct rule *end = f->end, *first;
	enum verdict v;
	unsigned behind;
	struct finding *found;

	if (end == NULL || end->number == f->chain->n)
		return;
	behind = f->chain->n - end->number;
	first = f->chain->rules[end->number];
	v = rule_effect(l, end);
	found = v == V_GOTO || v == V_JUMP ?
	    finding_add(&a->out, "FW2008", first, NULL, "no packet gets here: "
	    "#%u sends every packet to chain %s%s", end->number,
	    end->jump->name, v == V_GOTO ? " for good" : "") :
	    finding_add(&a->out, "FW2008", first, NULL, "no packet gets here: "
	    "#%u %s every packet%s", end->number, does(v, end),
	    behind == 1 ? "" : arena_printf(a->out.arena,
	    ", so that %s are never tested",
	    counted(a, behind, "rule", "rules")));
	finding_by(a, found, end);
	finding_fix(a, found, "move #%u behind the rules that are to count, "
	    "or delete them", end->number);
}

/* FW2009 */
static void
idle_policy(struct audit *a, const struct lookup *l,
    const struct chain_facts *f)
{
	const struct rule *end = f->end;
	struct finding *found;

	if (f->chain->hook == HOOK_NONE || !f->always)
		return;
	found = finding_add(&a->out, "FW2009", end, NULL, "policy %s of %s "
	    "never applies: this rule %s every packet that gets to the end",
	    f->chain->policy == V_DROP ? "DROP" : "ACCEPT", f->chain->name,
	    does(rule_effect(l, end), end));
	finding_by(a, found, end);
}

check_fn check_terminal;
void
check_terminal(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	for (unsigned i = 0; i < l->n_chains; i++) {
		behind_end(a, l, l->chains[i]);
		idle_policy(a, l, l->chains[i]);
	}
}
