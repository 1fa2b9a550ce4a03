/* FW2016: rules for packets that this host cannot have, by its addresses and
 * routes. */
#include "analysis/exposure.h"

/* Two networks, as address and mask: has one part of the other? */
static bool
meet(const union addr *a, const union addr *amask, const union addr *b,
    const union addr *bmask)
{
	union addr m;

	for (unsigned i = 0; i < sizeof(m.q) / sizeof(*m.q); i++)
		m.q[i] = amask->q[i] & bmask->q[i];
	return addr_equal_masked(a, b, &m);
}

static bool
meets_prefix(int family, const union addr *a, const union addr *mask,
    const union addr *net, unsigned prefix)
{
	union addr m;

	memset(&m, 0xff, sizeof(m));
	addr_mask(&m, family, prefix);
	return meet(a, mask, net, &m);
}

/* Addresses that every host takes: of itself, of groups, of all. */
static bool
is_everybodys(int family, const union addr *a, const union addr *mask)
{
	static const union addr lo4 = { .b = { 127 } },
	    groups4 = { .b = { 224 } }, all4 = { .b = { 255, 255, 255, 255 } },
	    lo6 = { .b = { [15] = 1 } }, groups6 = { .b = { 0xff } },
	    link6 = { .b = { 0xfe, 0x80 } };

	if (family == AF_INET6)
		return meets_prefix(family, a, mask, &lo6, 128) ||
		    meets_prefix(family, a, mask, &groups6, 8) ||
		    meets_prefix(family, a, mask, &link6, 10);
	return meets_prefix(family, a, mask, &lo4, 8) ||
	    meets_prefix(family, a, mask, &groups4, 4) ||
	    meets_prefix(family, a, mask, &all4, 32);
}

/* Is any of these addresses one of the host's? */
static bool
is_own(const struct env *env, int family, const union addr *a,
    const union addr *mask)
{
	if (is_everybodys(family, a, mask))
		return true;
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *x = i->addrs; x != NULL; x = x->next)
			if (x->family == family && (meets_prefix(family, a,
			    mask, &x->addr, family_bits(family)) ||
			    (x->has_broadcast && meets_prefix(family, a, mask,
			    &x->broadcast, 32))))
				return true;
	for (const struct route *r = env->routes[family_index(family)];
	    r != NULL; r = r->next)
		if (r->type != ROUTE_UNICAST && meets_prefix(family, a, mask,
		    &r->dst, r->prefix) && r->type <= ROUTE_MULTICAST)
			return true;
	return false;
}

/* Does a route to any of these addresses lead out there? */
static bool
is_routed(const struct env *env, int family, const union addr *a,
    const union addr *mask, const char *out)
{
	for (const struct route *r = env->routes[family_index(family)];
	    r != NULL; r = r->next) {
		if (!meets_prefix(family, a, mask, &r->dst, r->prefix))
			continue;
		for (unsigned i = 0; i < r->n_hops; i++)
			if (r->hops[i].dev == NULL ||
			    strcmp(r->hops[i].dev->name, out) == 0)
				return true;
	}
	return false;
}

static const char *
network_text(struct audit *a, int family, const union addr *addr,
    const union addr *mask)
{
	int prefix = addr_prefix(mask, family);
	const char *text = number_text(a, family, addr_number(addr, family));

	return prefix < 0 || prefix == (int)family_bits(family) ? text :
	    arena_printf(a->out.arena, "%s/%d", text, prefix);
}

static void
look_at(struct audit *a, const struct rule *r, unsigned hooks, int family)
{
	struct addr6_spec s;

	rule_addrs(r, family, &s);
	if (hooks == 1u << HOOK_INPUT && rule_tests_dst(r) &&
	    !(r->invert & INV_DST) &&
	    !is_own(a->env, family, &s.dst, &s.dst_mask))
		finding_add(&a->out, "FW2016", r, NULL, "this host has no "
		    "address in %s, so no packet for it comes here",
		    network_text(a, family, &s.dst, &s.dst_mask));
	if (hooks == 1u << HOOK_OUTPUT && rule_tests_src(r) &&
	    !(r->invert & INV_SRC) &&
	    !is_own(a->env, family, &s.src, &s.src_mask))
		finding_add(&a->out, "FW2016", r, NULL, "this host has no "
		    "address in %s to send from",
		    network_text(a, family, &s.src, &s.src_mask));
	if (!(hooks & (1u << HOOK_FORWARD | 1u << HOOK_OUTPUT)) ||
	    !a->env->has_routes[family_index(family)] || r->out == NULL ||
	    r->out->wild || (r->invert & (INV_OUT | INV_DST)) ||
	    !rule_tests_dst(r) || is_everybodys(family, &s.dst, &s.dst_mask) ||
	    is_routed(a->env, family, &s.dst, &s.dst_mask, r->out->name))
		return;
	finding_add(&a->out, "FW2016", r, NULL, "no route to %s leads out by "
	    "%s", network_text(a, family, &s.dst, &s.dst_mask), r->out->name);
}

check_fn check_host;
void
check_host(struct audit *a, unsigned f)
{
	if (!a->env->has_addrs || !audit_on(a, "FW2016"))
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r))
		if (r->chain->table->id == TABLE_FILTER &&
		    rule_live(a->lookup[f], r))
			look_at(a, r, chain_facts(a->lookup[f],
			    r->chain)->hooks, a->rules[f]->family);
}
