/* FW3011: a network that is trusted, by whatever interface it comes. */
#include "analysis/exposure.h"

/* The one interface that all of the network is behind, but not by a default
 * route; null: there is none. */
static const struct iface *
behind(const struct env *env, int family, u128 lo, u128 hi)
{
	u128 top = family == AF_INET ? UINT32_MAX : ~(u128)0;
	const struct iface *found = NULL;
	unsigned longest = 0;

	for (const struct route *r = env->routes[family_index(family)];
	    r != NULL; r = r->next) {
		unsigned bits = family_bits(family) - r->prefix;
		u128 rest = r->prefix == 0 ? top : ((u128)1 << bits) - 1;
		u128 net = addr_number(&r->dst, family);

		if (r->type != ROUTE_UNICAST || r->prefix == 0 ||
		    hi < net || lo > (net | rest))
			continue;
		/* A part of it may be elsewhere. */
		if (lo < net || hi > (net | rest) || r->n_hops != 1)
			return NULL;
		if (r->prefix >= longest)
			found = r->hops[0].dev;
		longest = r->prefix >= longest ? r->prefix : longest;
	}
	return found == env->lo ? NULL : found;
}

/* Another interface, where the kernel does not ask where the source is, as
 * it can for IPv4. */
static const struct iface *
another(const struct env *env, int family, const struct iface *than)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i != than && i != env->lo && (family == AF_INET6 ||
		    i->v4.rp_filter != 1))
			return i;
	return NULL;
}

static bool
keep(const struct region *r, void *arg)
{
	*(struct region *)arg = *r;
	return r->possible;		/* a certain one, if there is */
}

/* Does the rule accept a packet of this network that comes by 'in'? */
static bool
accepts(struct audit *a, unsigned f, const struct chain *entry,
    const struct rule *r, u128 src, const struct iface *in,
    struct region *out)
{
	struct query q = { 0 };

	ask_new(a, f, &q);
	ask_iface(a, f, &q, F_IN, in->name);
	ask_value(a, f, &q, F_SRC, src);
	out->set = NULL;
	analysis_regions_by(a->sets[f], entry, &q, r, 0, a->out.arena, keep,
	    out);
	query_free(&q);
	return out->set != NULL && out->verdict == V_ACCEPT;
}

static void
look_at(struct audit *a, unsigned f, const struct chain *entry,
    const struct rule *r)
{
	int family = a->rules[f]->family;
	const struct iface *home, *other;
	struct addr6_spec s;
	struct finding *found;
	struct region region;
	u128 lo, mask;

	if (r->kind != TGT_ACCEPT || (r->invert & INV_SRC) ||
	    !rule_tests_src(r) || (r->in != NULL && !(r->invert & INV_IN)))
		return;
	rule_addrs(r, family, &s);
	mask = addr_number(&s.src_mask, family);
	lo = addr_number(&s.src, family);
	if (addr_prefix(&s.src_mask, family) < 0 || (home = behind(a->env,
	    family, lo, lo | (~mask & (family == AF_INET ? UINT32_MAX :
	    ~(u128)0)))) == NULL || (other = another(a->env, family,
	    home)) == NULL ||
	    !accepts(a, f, entry, r, lo, other, &region))
		return;
	found = finding_add(&a->out, "FW3011", r, NULL, "%s/%d is behind %s, "
	    "and this rule accepts it from %s too: who sends from there with "
	    "such a source is trusted", number_text(a, family, lo),
	    addr_prefix(&s.src_mask, family), home->name, other->name);
	found->possible = region.possible;
	finding_fix(a, found, "add -i %s", home->name);
	point_iface(&region.witness, F_IN, other->name);
	finding_shows(a, found, &region.witness, entry, V_CONTINUE);
}

check_fn check_tied;
void
check_tied(struct audit *a, unsigned f)
{
	static const enum hook hooks[] = { HOOK_INPUT, HOOK_FORWARD };
	const struct lookup *l = a->lookup[f];

	if (!a->env->has_addrs || !a->env->has_routes[f])
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r))
		for (unsigned i = 0; i < 2; i++)
			if (r->chain->table->id == TABLE_FILTER &&
			    chain_facts(l, r->chain)->hooks >> hooks[i] & 1) {
				look_at(a, f, filter_chain(l, hooks[i]), r);
				break;
			}
}
