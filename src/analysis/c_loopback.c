/* FW3008: the host cannot talk to itself. */
#include "analysis/lookup.h"

/* 127.0.0.0/8 or ::1 */
static bool
is_loopback(int family, const union addr *a, const union addr *mask)
{
	static const union addr one = { .b = { [15] = 1 } };

	if (addr_is_zero(mask))
		return false;
	return family == AF_INET ? a->b[0] == 127 : addr_equal(a, &one);
}

/* May it be what lets the packets of lo pass? */
static bool
is_for_lo(struct lookup *l, const struct rule *r, bool in)
{
	const struct ifmatch *m = in ? r->in : r->out;
	int family = l->rules->family;
	enum verdict v = rule_effect(l, r);
	struct addr6_spec addr;

	if (v != V_ACCEPT && v != V_JUMP && v != V_GOTO && v != V_QUEUE)
		return false;
	rule_addrs(r, family, &addr);
	if (is_loopback(family, &addr.src, &addr.src_mask) ||
	    is_loopback(family, &addr.dst, &addr.dst_mask))
		return true;
	if (!(in ? rule_in_may_be(r, "lo") : rule_out_may_be(r, "lo")))
		return false;
	if (m != NULL && m->name[0] != '\0')
		return true;
	return (v == V_ACCEPT || v == V_QUEUE) && rule_only_state(r) &&
	    (rule_states(l, r) & ST_NEW);
}

static bool
lo_passes(struct lookup *l, enum hook hook)
{
	for (unsigned i = 0; i < l->n_chains; i++) {
		const struct chain_facts *f = l->chains[i];
		const struct chain *c = f->chain;

		if (c->table->id != TABLE_FILTER || !(f->hooks >> hook & 1))
			continue;
		for (unsigned j = 0; j < c->n; j++)
			if (is_for_lo(l, c->rules[j], hook == HOOK_INPUT))
				return true;
	}
	return false;
}

static void
look(struct audit *a, struct lookup *l, enum hook hook)
{
	const struct chain *c = filter_chain(l, hook);
	struct finding *f;

	if (c == NULL || chain_default(l, c) != V_DROP || lo_passes(l, hook))
		return;
	f = finding_add(&a->out, "FW3008", NULL, c, "%s drops %s what no rule "
	    "accepts, and none is for lo: programs of the host cannot reach "
	    "each other", c->name, default_by(a, l, c));
	finding_fix(a, f, "%s -I %s 1 %s lo -j ACCEPT", command_of(a, c),
	    c->name, hook == HOOK_INPUT ? "-i" : "-o");
}

check_fn check_loopback;
void
check_loopback(struct audit *a, unsigned f)
{
	look(a, a->lookup[f], HOOK_INPUT);
	look(a, a->lookup[f], HOOK_OUTPUT);
}
