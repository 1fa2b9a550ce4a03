/* Tests that no packet of the hooks that lead to the rule can meet.  In a
 * built-in chain iptables refuses them, or the kernel does; what is left are
 * interfaces in user chains, and MAC addresses where there is no Ethernet. */
#include "analysis/lookup.h"

enum {
	HAVE_IN = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT | 1 << HOOK_FORWARD,
	HAVE_OUT = 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT |
	    1 << HOOK_POSTROUTING
};

/* FW1005.  Without an interface its name is empty, which no name is, so that
 * an inverted test is always true. */
static void
no_interface(struct audit *a, const struct rule *r, unsigned hooks)
{
	bool in = r->in != NULL && r->in->name[0] != '\0' &&
	    !(hooks & HAVE_IN);
	bool out = r->out != NULL && r->out->name[0] != '\0' &&
	    !(hooks & HAVE_OUT);
	const struct ifmatch *m = in ? r->in : r->out;
	bool invert = r->invert & (in ? INV_IN : INV_OUT);

	if (!in && !out)
		return;
	finding_add(&a->out, "FW1005", r, NULL, "\"%s%s %s%s\" is true of %s "
	    "packet: its chain is reached from %s only, where there is no %s "
	    "interface", invert ? "! " : "", in ? "-i" : "-o", m->name,
	    m->wild ? "+" : "", invert ? "every" : "no", hooks_text(a, hooks),
	    in ? "input" : "output");
}

/* FW1008.  Which interfaces are Ethernet the snapshot tells, or a name, which
 * may mislead. */
static void
no_mac(struct audit *a, const struct rule *r)
{
	static const char *const others[] = { "ppp", "tun", "wg", "sit",
	    "gre", "ipip" };
	const struct ifmatch *m = r->in;
	const struct iface *known;
	bool ethernet = true;

	if (rule_match(r, "mac") == NULL || m == NULL ||
	    (r->invert & INV_IN))
		return;
	known = m->wild ? NULL : env_iface(a->env, m->name, strlen(m->name));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ethernet &= strncmp(m->name, others[i],
		    strlen(others[i])) != 0;
	if (known != NULL ? known->kind == IFK_ETHER : ethernet)
		return;
	finding_add(&a->out, "FW1008", r, NULL, "-m mac matches no packet of "
	    "%s%s, which is no Ethernet interface", m->name,
	    m->wild ? "+" : "")->possible = known == NULL;
}

check_fn check_hooks;
void
check_hooks(struct audit *a, unsigned f)
{
	const struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		unsigned hooks = chain_facts(l, r->chain)->hooks;

		if (hooks != 0)
			no_interface(a, r, hooks);
		no_mac(a, r);
	}
}
