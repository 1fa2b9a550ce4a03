/* FW8003: Docker sets FORWARD's policy to DROP; who else needs it? */
#include "analysis/exposure.h"

/* Bridges of other software, by their names. */
static bool
is_other_bridge(const char *name)
{
	static const char *const prefixes[] = { "virbr", "lxdbr", "lxcbr",
	    "incusbr", "cni", "podman", "vmbr", "xenbr" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

struct bridges { const char *name[16]; unsigned n; };

static void
add(struct bridges *b, const char *name)
{
	for (unsigned i = 0; i < b->n; i++)
		if (strcmp(b->name[i], name) == 0)
			return;
	if (b->n < sizeof(b->name) / sizeof(*b->name))
		b->name[b->n++] = name;
}

static void
add_match(struct bridges *b, const struct ifmatch *m)
{
	if (m != NULL && !m->wild && is_other_bridge(m->name))
		add(b, m->name);
}

/* Those that rules name, of any table, and those of the host. */
static void
find_bridges(const struct audit *a, unsigned f, struct bridges *b)
{
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		add_match(b, r->in);
		add_match(b, r->out);
	}
	for (const struct iface *i = a->env->ifaces; i != NULL; i = i->next)
		if (i->bridge && strncmp(i->name, "docker", 6) != 0 &&
		    strncmp(i->name, "br-", 3) != 0)
			add(b, i->name);
}

static bool
has_docker(const struct lookup *l)
{
	for (unsigned i = 0; i < l->n_chains; i++)
		if (l->chains[i]->owner != NULL &&
		    l->chains[i]->chain->table->id == TABLE_FILTER &&
		    strcmp(l->chains[i]->owner, "Docker") == 0)
			return true;
	return false;
}

static void
look(struct audit *a, unsigned f, const struct chain *c, const char *bridge)
{
	struct query q = { 0 };
	struct finding *found;
	struct region r;

	ask_iface(a, f, &q, F_IN, bridge);
	ask_new(a, f, &q);
	if (ask_any(a, f, c, &q, V_ACCEPT, &r))
		return;
	ask_iface(a, f, &q, F_IN, bridge);
	ask_new(a, f, &q);
	if (!ask_any(a, f, c, &q, V_DROP, &r))
		return;
	found = finding_add(&a->out, "FW8003", NULL, c, "%s drops %s what no "
	    "rule accepts, as Docker sets it, and nothing new from bridge %s "
	    "is accepted: what is behind it has no network", c->name,
	    default_by(a, a->lookup[f], c), bridge);
	found->possible = r.possible;
	if (r.rule != NULL)
		finding_by(a, found, r.rule);
	finding_fix(a, found, "%s -I %s -i %s -j ACCEPT, and the same with -o "
	    "for answers", command_of(a, c), chain_find(c->table,
	    "DOCKER-USER", 11) != NULL ? "DOCKER-USER" : c->name, bridge);
	point_iface(&r.witness, F_IN, bridge);
	finding_shows(a, found, &r.witness, c, V_DROP);
}

check_fn check_bridges;
void
check_bridges(struct audit *a, unsigned f)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_FORWARD);
	struct bridges b = { .n = 0 };

	if (c == NULL || chain_default(a->lookup[f], c) != V_DROP ||
	    !has_docker(a->lookup[f]))
		return;
	find_bridges(a, f, &b);
	for (unsigned i = 0; i < b.n; i++)
		look(a, f, c, b.name[i]);
}
