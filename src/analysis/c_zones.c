/* FW3015: paths between zones that were configured as closed. */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

/* A path whose packets are looked for, as queries: one for each pair of
 * interfaces and each kind of packets that is not allowed. */
struct looking {
	struct audit *a;
	unsigned f;
	int family;
	const struct zone_path *path;
	enum hook hook;
	const struct chain *chain;
	struct map told;		/* deciders, by address */
	struct arena arena;
};

static enum hook
hook_of(const struct zone_path *p)
{
	return p->to->host ? HOOK_INPUT : p->from->host ? HOOK_OUTPUT :
	    HOOK_FORWARD;
}

/* The zone's networks of this family; more than a query takes are split, and
 * 'part' counts them.  False: there is no such part. */
static bool
ask_nets(struct query *q, const struct zone *z, enum field field, int family,
    unsigned part)
{
	struct range r[QUERY_RANGES];
	unsigned n = 0, seen = 0;

	if (z->n_nets == 0)
		return part == 0;
	for (unsigned i = 0; i < z->n_nets && n < QUERY_RANGES; i++)
		if (network_range(z->nets[i], family, &r[n]) &&
		    seen++ >= part * QUERY_RANGES)
			n++;
	if (n != 0)
		query_ranges(q, field, ~(u128)0, r, n, false);
	return n != 0;
}

static bool
ask_iface_of(struct query *q, const struct zone *z, enum field field,
    unsigned i)
{
	if (i >= z->n_ifaces)
		return z->n_ifaces == 0 && i == 0;
	query_iface(q, field, z->ifaces[i], false);
	return true;
}

/* Packets of the protocol that no allowed service has; of all protocols that
 * none of them is of, with proto 0. */
static void
ask_others(struct query *q, const struct zone_path *p, unsigned proto)
{
	if (proto != 0)
		query_range(q, F_PROTO, proto, proto, false);
	for (unsigned i = 0; i < p->n_allowed; i++) {
		const struct zone_service *s = &p->allowed[i];

		if (proto == 0)
			query_range(q, F_PROTO, s->proto, s->proto, true);
		else if (s->proto == proto)
			query_range(q, F_DPORT, s->lo, s->hi, true);
	}
}

static const char *
decided_by(const struct looking *k, const struct region *r)
{
	if (r->rule == NULL)
		return "the policy lets";
	return r->rule->chain == k->chain ? "this lets" : arena_printf(
	    k->a->out.arena, "this lets, in %s,", k->chain->name);
}

static bool
tell(const struct region *r, void *arg)
{
	struct looking *k = arg;
	const void *key = r->rule != NULL ? (const void *)r->rule : k->chain;
	struct finding *found;
	const char *kept;
	unsigned line, col;

	if (map_get(&k->told, (const char *)&key, sizeof(key)) != NULL)
		return true;
	kept = arena_copy(&k->arena, &key, sizeof(key));
	map_set(&k->told, &k->arena, kept, sizeof(key), k);
	loc_line(k->path->loc, &line, &col);
	found = finding_add(&k->a->out, "FW3015", r->rule, r->rule != NULL ?
	    NULL : k->chain, "%s new connections go from %s to %s that must "
	    "not: %s (%s:%u)", decided_by(k, r), k->path->from->name,
	    k->path->to->name, k->path->words, k->path->loc.src->name, line);
	found->possible = r->possible;
	finding_shows(k->a, found, &r->witness, k->chain, V_ACCEPT);
	return true;
}

/* Packets of one kind, between all pairs of interfaces and networks. */
static void
look_for(struct looking *k, unsigned proto)
{
	const struct zone_path *p = k->path;

	for (unsigned in = 0; in == 0 || in < p->from->n_ifaces; in++)
	for (unsigned out = 0; out == 0 || out < p->to->n_ifaces; out++)
	for (unsigned src = 0; src * QUERY_RANGES <= p->from->n_nets; src++)
	for (unsigned dst = 0; dst * QUERY_RANGES <= p->to->n_nets; dst++) {
		struct query q = { 0 };

		if (ask_iface_of(&q, p->from, F_IN, in) &&
		    ask_iface_of(&q, p->to, F_OUT, out) &&
		    ask_nets(&q, p->from, F_SRC, k->family, src) &&
		    ask_nets(&q, p->to, F_DST, k->family, dst)) {
			if (k->hook == HOOK_INPUT)
				query_iface(&q, F_IN, "lo", true);
			else if (k->hook == HOOK_OUTPUT)
				query_iface(&q, F_OUT, "lo", true);
			ask_new(k->a, k->f, &q);
			ask_others(&q, p, proto);
			if (!dropped_before(k->a, k->f, k->hook, &q))
				analysis_regions_of(k->a->sets[k->f], k->chain,
				    &q, V_ACCEPT, 0, &k->arena, tell, k);
		}
		query_free(&q);
	}
}

static void
look_at(struct audit *a, unsigned f, const struct zone_path *p)
{
	struct looking k = { .a = a, .f = f, .family = a->rules[f]->family,
	    .path = p, .hook = hook_of(p), .arena = ARENA_INIT };
	bool seen[256] = { false };

	k.chain = filter_chain(a->lookup[f], k.hook);
	if (k.chain != NULL)
		look_for(&k, 0);
	for (unsigned i = 0; i < p->n_allowed && k.chain != NULL; i++) {
		const struct zone_service *s = &p->allowed[i];

		if (!seen[s->proto] && (s->lo != 0 || s->hi != UINT16_MAX))
			look_for(&k, s->proto);
		seen[s->proto] = true;
	}
	arena_free(&k.arena);
}

check_fn check_zones;
void
check_zones(struct audit *a, unsigned f)
{
	for (const struct zone_path *p = a->cfg->paths; p != NULL; p = p->next)
		look_at(a, f, p);
}
