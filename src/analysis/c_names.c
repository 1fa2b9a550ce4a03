/* Names that nothing stands behind: extensions that are not modelled or cut
 * out of the dump, interfaces and sets that the host does not have. */
#include "analysis/group.h"
#include "analysis/lookup.h"

#include "ext/ipset.h"

/* Rules are gathered by a name, then told what is wrong with it; nothing: the
 * name is all right. */
static void
tell(struct groups *names, const char *id, const char *(*wrong)(struct audit *,
    unsigned f, const char *name), struct audit *a, unsigned f)
{
	for (struct group *g = names->first; g != NULL; g = g->next) {
		const char *message = wrong(a, f, g->message);

		if (message != NULL)
			g->message = message;
		else
			g->n = 0;
	}
	groups_tell(names, id, 1);
}

/* ---- FW1011, FW1019 ---- */

static const char *
use_name(const struct use *u)
{
	return u->ext == &ext_unknown_match || u->ext == &ext_unknown_target ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name;
}

static bool
is_known(const struct use *u)
{
	return u->ext->kind == EXT_MATCH ? u->ext->eval != NULL :
	    u->ext->act != NULL;
}

static void
look_at_use(struct lookup *l, struct groups *unknown, struct groups *cut,
    const struct rule *r, const struct use *u)
{
	const char *option = u->ext->kind == EXT_MATCH ? "-m" : "-j";
	struct arena *arena = unknown->out->arena;

	if (is_known(u))
		return;
	if (strcmp(use_text(l, r, u), " [unsupported revision]") == 0)
		groups_add(cut, arena_printf(arena, "the dump has no options "
		    "of %s %s: the iptables that wrote it was older than the "
		    "one that loaded the rule", option, use_name(u)), r);
	else
		groups_add(unknown, arena_printf(arena, "%s %s is not "
		    "modelled: what hangs on it stays open", option,
		    use_name(u)), r);
}

static void
extensions(struct audit *a, unsigned f)
{
	struct groups unknown = { .out = &a->out }, cut = unknown;
	struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		for (unsigned i = 0; i < r->n_matches; i++)
			look_at_use(l, &unknown, &cut, r, &r->matches[i]);
		if (r->kind == TGT_EXT)
			look_at_use(l, &unknown, &cut, r, &r->target);
	}
	groups_tell(&unknown, "FW1011", 1);
	groups_tell(&cut, "FW1019", 1);
}

/* ---- FW1016 ---- */

/* How many letters differ, counted as insertions, deletions, changes. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[IFNAME_SIZE + 1], n = (unsigned)strlen(b);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; a[i - 1] != '\0'; i++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned best = corner + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[n];
}

/* The most similar name of an interface; null if none is similar. */
static const char *
nearest(const struct env *env, const char *name)
{
	unsigned best = 3;
	const char *found = NULL;

	for (const struct iface *i = env->ifaces; i != NULL; i = i->next) {
		unsigned d = distance(name, i->name);

		if (d < best && d < strlen(name)) {
			best = d;
			found = i->name;
		}
	}
	return found;
}

static const char *
wrong_iface(struct audit *a, unsigned f, const char *name)
{
	const char *colon = strchr(name, ':'), *like;

	(void)f;
	if (colon != NULL)
		return arena_printf(a->out.arena, "%s is an alias, a label of "
		    "an address, which no packet has as its interface: that "
		    "is %.*s, the address goes with -d", name,
		    (int)(colon - name), name);
	if (!a->env->has_addrs ||
	    env_iface(a->env, name, strlen(name)) != NULL)
		return NULL;
	like = nearest(a->env, name);
	return arena_printf(a->out.arena, "the host has no interface %s%s%s",
	    name, like != NULL ? ", but one called " : "", like ? like : "");
}

static void
note_iface(struct groups *names, const struct ifmatch *m,
    const struct rule *r)
{
	if (m != NULL && !m->wild && m->name[0] != '\0')
		groups_add(names, m->name, r);
}

static void
interfaces(struct audit *a, unsigned f)
{
	struct groups names = { .out = &a->out };

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		note_iface(&names, r->in, r);
		note_iface(&names, r->out, r);
	}
	tell(&names, "FW1016", wrong_iface, a, f);
}

/* ---- FW1017 ---- */

static const char *
wrong_set(struct audit *a, unsigned f, const char *name)
{
	const struct ipset *set = map_get(&a->env->sets, name, strlen(name));
	int of;

	if (set == NULL)
		return arena_printf(a->out.arena, "there is no set %s on the "
		    "host: iptables-restore refuses the table without it",
		    name);
	of = ipset_def(set)->family;
	if (of == AF_UNSPEC || of == a->rules[f]->family)
		return NULL;
	return arena_printf(a->out.arena, "set %s has addresses of IPv%d, "
	    "which no packet of these rules has", name,
	    of == AF_INET6 ? 6 : 4);
}

static void
note_set(struct lookup *l, struct groups *names, const struct rule *r,
    const struct use *u, const char *option)
{
	const struct saved_opt *o = use_option(l, r, u, option);

	if (o != NULL && o->n != 0)
		groups_add(names, arena_strdup(&l->arena,
		    l->saved.words[o->first].text), r);
}

static void
sets(struct audit *a, unsigned f)
{
	static const char *const options[] = { "--add-set", "--del-set",
	    "--map-set" };
	struct groups names = { .out = &a->out };
	struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		for (unsigned i = 0; i < r->n_matches; i++)
			if (strcmp(r->matches[i].ext->name, "set") == 0)
				note_set(l, &names, r, &r->matches[i],
				    "--match-set");
		for (unsigned i = 0; i < 3 && rule_target_is(r, "SET"); i++)
			note_set(l, &names, r, &r->target, options[i]);
	}
	tell(&names, "FW1017", wrong_set, a, f);
}

check_fn check_names;
void
check_names(struct audit *a, unsigned f)
{
	extensions(a, f);
	interfaces(a, f);
	if (a->env->has_sets)
		sets(a, f);
}
