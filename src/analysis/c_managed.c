/* Chains that other software makes, and bridges. */
#include "analysis/lookup.h"

/* ---- FW8004 ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* A snapshot is of what is active; it is loaded nowhere. */
static bool
is_live_dump(const char *path)
{
	const char *name = base_name(path);

	return strcmp(name, "iptables-save") == 0 ||
	    strcmp(name, "ip6tables-save") == 0 || *name == '<';
}

/* Files that distributions load at boot. */
static bool
is_loaded_at_boot(const char *path)
{
	static const char *const names[] = { "rules.v4", "rules.v6",
	    "iptables", "ip6tables", "iptables.rules", "ip6tables.rules" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(base_name(path), names[i]) == 0)
			return true;
	return false;
}

/* Owners in the order in which their chains come. */
struct owners { const char *name[8]; unsigned n; };

static void
note_owner(struct owners *o, const char *name)
{
	for (unsigned i = 0; i < o->n; i++)
		if (strcmp(o->name[i], name) == 0)
			return;
	if (o->n < sizeof(o->name) / sizeof(*o->name))
		o->name[o->n++] = name;
}

static const char *
owners_text(struct audit *a, const struct owners *o)
{
	const char *text = o->name[0];

	for (unsigned i = 1; i < o->n; i++)
		text = arena_printf(a->out.arena, "%s%s%s", text,
		    i + 1 == o->n ? " and " : ", ", o->name[i]);
	return text;
}

/* One for all of them, at the first. */
static void
saved_chains(struct audit *a, unsigned f)
{
	const struct ruleset *rs = a->rules[f];
	const struct chain *first = NULL;
	struct owners o = { .n = 0 };
	struct finding *found;
	unsigned n = 0;

	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next) {
			const char *owner = chain_facts(a->lookup[f], c)->owner;

			if (owner == NULL || c->line == 0 || is_live_dump(
			    rs->sources[c->source]->name))
				continue;
			note_owner(&o, owner);
			if (first == NULL)
				first = c;
			n++;
		}
	if (first == NULL)
		return;
	found = finding_add(&a->out, "FW8004", NULL, first, "%s made by %s: if "
	    "this file is loaded at boot, it brings back what they were when "
	    "it was saved", counted(a, n, "chain here is", "chains here are"),
	    owners_text(a, &o));
	found->possible = !is_loaded_at_boot(rs->sources[first->source]->name);
}

/* ---- FW8006 ---- */

/* Would the rule take answers too, as one for a network or port or for new
 * connections does not? */
static bool
cuts_answers(struct lookup *l, const struct rule *r)
{
	if (rule_effect(l, r) != V_DROP ||
	    !(rule_states(l, r) & ST_ESTABLISHED) || rule_tests_l4(l, r))
		return false;
	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, "comment") != 0 &&
		    strcmp(r->matches[i].ext->name, "state") != 0)
			return false;
	return (!rule_tests_src(r) || (r->invert & INV_SRC)) &&
	    (!rule_tests_dst(r) || (r->invert & INV_DST));
}

/* Is it what lets them pass? */
static bool
spares_answers(struct lookup *l, const struct rule *r)
{
	unsigned states = rule_states(l, r);
	enum verdict v = rule_effect(l, r);

	return states != ST_ANY && (states & ST_ESTABLISHED) &&
	    (v == V_ACCEPT || v == V_RETURN);
}

static void
docker_user(struct audit *a, struct lookup *l)
{
	const struct table *t = &l->rules->tables[TABLE_FILTER];
	const struct chain *c = chain_find(t, "DOCKER-USER", 11);

	for (unsigned i = 0; c != NULL && i < c->n &&
	    !spares_answers(l, c->rules[i]); i++) {
		struct finding *f;

		if (!rule_live(l, c->rules[i]) ||
		    !cuts_answers(l, c->rules[i]))
			continue;
		f = finding_add(&a->out, "FW8006", c->rules[i], NULL, "it "
		    "drops answers to the containers too: no rule before it "
		    "accepts ESTABLISHED");
		finding_fix(a, f, "%s -I DOCKER-USER 1 -m conntrack --ctstate "
		    "RELATED,ESTABLISHED -j RETURN", command_of(a, c));
		return;
	}
}

/* ---- FW8007 ---- */

/* Might a rule accept what goes from port to port of this bridge? */
static bool
accepts_bridged(struct lookup *l, const struct rule *r, const char *name)
{
	if (rule_effect(l, r) != V_ACCEPT)
		return false;
	if (rule_match(r, "physdev") != NULL)
		return true;
	return rule_in_may_be(r, name) && rule_out_may_be(r, name) &&
	    !rule_tests_src(r) && !rule_tests_dst(r) && r->proto == 0 &&
	    (rule_states(l, r) & ST_NEW) && (r->chain->hook != HOOK_NONE ||
	    !rule_unconditional(r));
}

static bool
has_port(const struct env *env, const struct iface *bridge)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i->master == bridge)
			return true;
	return false;
}

static void
bridges(struct audit *a, struct lookup *l)
{
	const struct chain *c = filter_chain(l, HOOK_FORWARD);
	const char *name = l->rules->family == AF_INET6 ?
	    "net.bridge.bridge-nf-call-ip6tables" :
	    "net.bridge.bridge-nf-call-iptables";

	if (env_sysctl(a->env, name, 0) == 0 || c == NULL ||
	    chain_default(l, c) != V_DROP)
		return;
	for (const struct iface *i = a->env->ifaces; i != NULL; i = i->next) {
		bool accepted = false;

		if (!i->bridge || !has_port(a->env, i))
			continue;
		for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    !accepted; r = rule_next(r))
			accepted = r->chain->table == c->table &&
			    (chain_facts(l, r->chain)->hooks >> HOOK_FORWARD &
			    1) && accepts_bridged(l, r, i->name);
		if (!accepted)
			finding_fix(a, finding_add(&a->out, "FW8007", NULL, c,
			    "%s is 1, so that what goes from port to port of "
			    "bridge %s comes here too, and no rule accepts it",
			    name, i->name), "%s -A FORWARD -i %s -o %s -j "
			    "ACCEPT, or sysctl -w %s=0", command_of(a, c),
			    i->name, i->name, name);
	}
}

/* ---- FW8008, FW8009 ---- */

static void
kube_invalid(struct audit *a, struct lookup *l, const struct rule *r)
{
	if (strcmp(r->chain->name, "KUBE-FORWARD") == 0 &&
	    rule_states(l, r) == ST_INVALID && rule_effect(l, r) == V_DROP)
		finding_add(&a->out, "FW8008", r, NULL, "where answers take "
		    "another way than requests, conntrack sees half of a "
		    "connection, calls the rest INVALID, and this rule drops "
		    "it");
}

static bool
by_calico(struct lookup *l, const struct rule *r)
{
	const char *comment = match_option(l, r, "comment", "--comment", NULL);

	return comment != NULL && strncmp(comment, "cali:", 5) == 0;
}

static bool
by_docker(struct lookup *l, const struct rule *r)
{
	return rule_states(l, r) == ST_ANY &&
	    (!rule_tests_src(r) || (r->invert & INV_SRC)) &&
	    (r->kind != TGT_EXT || rule_target_is(r, "DNAT"));
}

static bool
by_fail2ban(struct lookup *l, const struct rule *r)
{
	(void)l;
	return r->kind == TGT_RETURN || ((rule_tests_src(r) ||
	    rule_match(r, "set") != NULL) && (r->kind == TGT_DROP ||
	    rule_target_is(r, "REJECT")));
}

/* Rules whose makers can be told by their form. */
static const struct {
	const char *chain, *owner;
	bool prefix;
	bool (*made)(struct lookup *, const struct rule *);
} forms[] = {
	{ "cali-", "Calico", true, by_calico },
	{ "DOCKER", "Docker", false, by_docker },
	{ "f2b-", "fail2ban", true, by_fail2ban },
};

static void
by_hand(struct audit *a, struct lookup *l, const struct rule *r)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strncmp(r->chain->name, forms[i].chain,
		    strlen(forms[i].chain) + !forms[i].prefix) == 0 &&
		    !forms[i].made(l, r))
			finding_add(&a->out, "FW8009", r, NULL, "it is not "
			    "one of the rules that %s makes, in a chain that "
			    "%s makes: it is gone when that makes the chain "
			    "anew", forms[i].owner, forms[i].owner);
}

check_fn check_managed;
void
check_managed(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	saved_chains(a, f);
	docker_user(a, l);
	bridges(a, l);
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		kube_invalid(a, l, r);
		by_hand(a, l, r);
	}
}
