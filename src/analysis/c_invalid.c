/* FW4003: packets that connection tracking does not know are not
 * translated. */
#include "analysis/exposure.h"

/* The first rule that translates; null: none does. */
static const struct rule *
translating(const struct ruleset *rs)
{
	static const char *const targets[] = { "MASQUERADE", "SNAT", "DNAT",
	    "NETMAP" };

	for (const struct rule *r = rule_first(rs); r != NULL;
	    r = rule_next(r))
		for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
			if (rule_target_is(r, targets[i]))
				return r;
	return NULL;
}

check_fn check_invalid;
void
check_invalid(struct audit *a, unsigned f)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_FORWARD);
	const struct rule *nat = translating(a->rules[f]);
	struct query q = { 0 };
	struct finding *found;
	struct region r;

	if (c == NULL || nat == NULL)
		return;
	ask_state(&q, FCT_INVALID);
	if (dropped_before(a, f, HOOK_FORWARD, &q)) {
		query_free(&q);
		return;
	}
	if (!ask_any(a, f, c, &q, V_ACCEPT, &r))
		return;
	found = finding_add(&a->out, "FW4003", NULL, c, "%s accepts INVALID "
	    "packets, by %s: they are not translated and leave with their "
	    "inside addresses", c->name, rule_near(a, r.rule, c));
	found->possible = r.possible;
	if (r.rule != NULL)
		finding_by(a, found, r.rule);
	finding_fix(a, found, "%s -I %s 1 -m conntrack --ctstate INVALID -j "
	    "DROP", command_of(a, c), c->name);
	finding_shows(a, found, &r.witness, c, V_ACCEPT);
}
