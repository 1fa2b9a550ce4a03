/* FW4012: two rules, one for each direction, where a state would do. */
#include "analysis/lookup.h"

static bool
is_stateless_accept(struct lookup *l, const struct rule *r)
{
	return r->chain->table->id == TABLE_FILTER &&
	    rule_effect(l, r) == V_ACCEPT && rule_states(l, r) == ST_ANY;
}

check_fn check_stateless;
void
check_stateless(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];
	struct arena arena = ARENA_INIT;
	struct map to = { NULL, 0, 0 };

	if (!audit_on(a, "FW4012"))
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const char *key;

		if (!is_stateless_accept(l, r) || rule_dports(l, r) == NULL)
			continue;
		key = arena_printf(&arena, "%u %s", r->proto,
		    rule_dports(l, r));
		map_set(&to, &arena, key, strlen(key),
		    r->chain->rules[r->number - 1]);
	}
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const struct rule *other;
		const char *key;

		if (!is_stateless_accept(l, r) || rule_dports(l, r) != NULL ||
		    rule_sports(l, r) == NULL)
			continue;
		key = arena_printf(&arena, "%u %s", r->proto,
		    rule_sports(l, r));
		other = map_get(&to, key, strlen(key));
		if (other == NULL || other == r)
			continue;
		finding_by(a, finding_add(&a->out, "FW4012", r, NULL, "it lets "
		    "back the answers to what %s accepts, and whatever else "
		    "has that source port: --ctstate ESTABLISHED would take "
		    "the answers alone", rule_ref(a, other)), other);
	}
	arena_free(&arena);
}
