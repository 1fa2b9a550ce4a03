/* What the host forwards, beside what its rules say of it. */
#include "analysis/lookup.h"

/* ---- FW6012 ---- */

static bool
is_tunnel(const struct ifmatch *m)
{
	static const char *const names[] = { "ppp", "tun", "wg", "gre", "sit",
	    "ipip", "vti", "tailscale" };

	for (size_t i = 0; m != NULL && i < sizeof(names) / sizeof(*names);
	    i++)
		if (strncmp(m->name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void
no_clamp(struct audit *a, const struct lookup *l)
{
	const struct rule *first = NULL;

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		if (rule_target_is(r, "TCPMSS"))
			return;
		if (first == NULL && is_tunnel(r->out) &&
		    !(r->invert & INV_OUT) &&
		    r->chain->table->id == TABLE_FILTER &&
		    (chain_facts(l, r->chain)->hooks >> HOOK_FORWARD & 1) &&
		    rule_effect(l, r) == V_ACCEPT)
			first = r;
	}
	if (first == NULL)
		return;
	finding_fix(a, finding_add(&a->out, "FW6012", first, NULL, "it lets "
	    "packets into tunnel %s%s, whose packets are smaller, and no rule "
	    "clamps the MSS: where ICMP is filtered on the way, TCP hangs",
	    first->out->name, first->out->wild ? "+" : ""), "%s -t mangle -A "
	    "FORWARD -o %s%s -p tcp --tcp-flags SYN,RST SYN -j TCPMSS "
	    "--clamp-mss-to-pmtu", l->rules->family == AF_INET6 ?
	    "ip6tables" : "iptables", first->out->name,
	    first->out->wild ? "+" : "");
}

/* ---- FW6014 ---- */

static const char *const forwarding[2] = { "net.ipv4.ip_forward",
    "net.ipv6.conf.all.forwarding" };

/* The first rule that makes sense only where packets are forwarded. */
static const struct rule *
first_forward(const struct lookup *l)
{
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		const struct chain_facts *f = chain_facts(l, r->chain);

		if (f->owner == NULL && f->hooks == 1u << HOOK_FORWARD &&
		    r->chain->table->id == TABLE_FILTER &&
		    rule_effect(l, r) == V_ACCEPT)
			return r;
		if (f->owner == NULL && rule_target_is(r, "MASQUERADE") &&
		    rule_live(l, r))
			return r;
	}
	return NULL;
}

static bool
has_rules(const struct lookup *l, enum hook hook)
{
	for (unsigned i = 0; i < l->n_chains; i++)
		if ((l->chains[i]->hooks >> hook & 1) &&
		    l->chains[i]->chain->table->id == TABLE_FILTER &&
		    l->chains[i]->chain->n != 0)
			return true;
	return false;
}

static void
forwards(struct audit *a, unsigned f)
{
	const struct lookup *l = a->lookup[f];
	const struct chain *c = filter_chain(l, HOOK_FORWARD);
	long on = env_sysctl(a->env, forwarding[f], -1);
	const struct rule *r = on == 0 ? first_forward(l) : NULL;

	if (r != NULL)
		finding_fix(a, finding_add(&a->out, "FW6014", r, NULL, "it is "
		    "for packets that the host forwards, and %s is 0: it "
		    "forwards none", forwarding[f]), "sysctl -w %s=1",
		    forwarding[f]);
	if (on == 1 && c != NULL && c->policy == V_ACCEPT &&
	    !has_rules(l, HOOK_FORWARD))
		finding_fix(a, finding_add(&a->out, "FW6014", NULL, c, "%s is "
		    "1 and %s has no rule and policy ACCEPT: the host "
		    "forwards whatever anybody sends through it",
		    forwarding[f], c->name), "sysctl -w %s=0, or %s -P %s DROP",
		    forwarding[f], command_of(a, c), c->name);
}

/* ---- FW6015 ---- */

/* A device that packets of that mark leave by and whose answers a strict
 * reverse path filter, asking without the mark, expects elsewhere. */
static const struct iface *
strict_device(const struct env *env, uint32_t table)
{
	for (const struct route *r = env->routes[0]; r != NULL; r = r->next)
		for (unsigned i = 0; r->table == table && i < r->n_hops; i++) {
			const struct iface *dev = r->hops[i].dev;

			if (dev != NULL && dev->v4.rp_filter == 1 &&
			    !dev->v4.src_valid_mark)
				return dev;
		}
	return NULL;
}

static bool
marks_before_routing(const struct lookup *l, const struct rule *r)
{
	unsigned hooks = chain_facts(l, r->chain)->hooks;

	return (rule_target_is(r, "MARK") || rule_target_is(r, "CONNMARK")) &&
	    (hooks & (1u << HOOK_PREROUTING | 1u << HOOK_OUTPUT));
}

static void
reverse_path(struct audit *a, const struct lookup *l)
{
	const struct rule *first = NULL;
	const struct iface *dev = NULL;
	uint32_t mark = 0;

	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    first == NULL; r = rule_next(r))
		if (marks_before_routing(l, r))
			first = r;
	for (const struct ip_rule *p = a->env->rules[0]; first != NULL &&
	    p != NULL && dev == NULL; p = p->next)
		if (p->mask != 0 && p->mark != 0) {
			dev = strict_device(a->env, p->table);
			mark = p->mark;
		}
	if (dev != NULL)
		finding_fix(a, finding_add(&a->out, "FW6015", first, NULL,
		    "packets with mark 0x%x leave by %s, where rp_filter is 1: "
		    "answers that the routes without the mark expect elsewhere "
		    "are dropped", mark, dev->name), "sysctl -w "
		    "net.ipv4.conf.%s.rp_filter=2", dev->name);
}

check_fn check_forward;
void
check_forward(struct audit *a, unsigned f)
{
	no_clamp(a, a->lookup[f]);
	forwards(a, f);
	if (f == 0 && a->env->has_rules[0] && a->env->has_routes[0])
		reverse_path(a, a->lookup[0]);
}
