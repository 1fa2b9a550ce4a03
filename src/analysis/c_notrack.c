/* Table raw: packets that are not tracked, and zones. */
#include "analysis/lookup.h"

#include <stdlib.h>

static bool
is_notrack(struct lookup *l, const struct rule *r)
{
	return rule_target_is(r, "NOTRACK") || (rule_target_is(r, "CT") &&
	    target_option(l, r, "--notrack") != NULL);
}

/* ---- FW4010: one direction ---- */

static void
put_side(struct sbuf *b, const union addr *addr, const union addr *mask,
    bool invert, const char *ports)
{
	sbuf_put(b, addr, sizeof(*addr));
	sbuf_put(b, mask, sizeof(*mask));
	sbuf_printf(b, "%d%s", invert, ports ? ports : "");
	sbuf_putc(b, '\0');
}

/* Protocol, addresses and ports, as the rule has them or as answers to its
 * packets have them. */
static void
flow_key(struct lookup *l, const struct rule *r, bool answer, struct sbuf *b)
{
	const char *sports, *dports;
	struct addr6_spec a;

	sbuf_clear(b);
	sbuf_printf(b, "%u %d ", r->proto, (r->invert & INV_PROTO) != 0);
	rule_addrs(r, l->rules->family, &a);
	for (int i = 0; i < 2; i++)
		if ((i == 0) != answer) {
			sports = rule_sports(l, r);
			put_side(b, &a.src, &a.src_mask, r->invert & INV_SRC,
			    sports);
		} else {
			dports = rule_dports(l, r);
			put_side(b, &a.dst, &a.dst_mask, r->invert & INV_DST,
			    dports);
		}
}

static bool
is_multicast(int family, const union addr *a, const union addr *mask)
{
	if (family == AF_INET6)
		return a->b[0] == 0xff;
	return mask->b[0] >= 0xe0 && a->b[0] >= 0xe0;
}

/* Nothing comes back, or another part of the rules takes care: --syn is how
 * SYNPROXY wants it. */
static bool
wants_no_answer(struct lookup *l, const struct rule *r)
{
	struct addr6_spec a;

	rule_addrs(r, l->rules->family, &a);
	return rule_about_lo(r) ||
	    is_multicast(l->rules->family, &a.dst, &a.dst_mask) ||
	    match_option(l, r, "tcp", "--tcp-flags", NULL) != NULL ||
	    chain_facts(l, r->chain)->owner != NULL;
}

enum { WAY_IN = 1 << HOOK_PREROUTING, WAY_OUT = 1 << HOOK_OUTPUT };

/* Hooks by key of what goes untracked there. */
struct hooks_of { unsigned hooks; };

static void
note_notrack(struct lookup *l, const struct rule *r, struct map *map,
    struct arena *arena, struct sbuf *key)
{
	struct hooks_of *h;

	flow_key(l, r, false, key);
	h = map_get(map, key->text, key->len);
	if (h == NULL) {
		h = arena_new(arena, struct hooks_of);
		map_set(map, arena, arena_copy(arena, key->text, key->len),
		    key->len, h);
	}
	h->hooks |= chain_facts(l, r->chain)->hooks;
}

static void
one_way(struct audit *a, struct lookup *l, const struct rule *r,
    const struct map *map, struct sbuf *key)
{
	unsigned hooks = chain_facts(l, r->chain)->hooks;
	const struct hooks_of *own, *answers;

	if (hooks == 0 || wants_no_answer(l, r))
		return;
	flow_key(l, r, false, key);
	own = map_get(map, key->text, key->len);
	flow_key(l, r, true, key);
	answers = map_get(map, key->text, key->len);
	/* Where they look the same as answers, the other hook needs it too. */
	if (answers != NULL && (answers != own ||
	    (own->hooks & WAY_IN && own->hooks & WAY_OUT)))
		return;
	finding_add(&a->out, "FW4010", r, NULL, "these packets are not "
	    "tracked, the answers to them are: no rule of %s takes those out, "
	    "so conntrack sees half of each connection", hooks & WAY_IN ?
	    "OUTPUT or PREROUTING" : "PREROUTING");
}

static void
directions(struct audit *a, struct lookup *l)
{
	struct arena arena = ARENA_INIT;
	struct map map = { NULL, 0, 0 };
	struct sbuf key = SBUF_INIT;

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r))
		if (is_notrack(l, r))
			note_notrack(l, r, &map, &arena, &key);
	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    map.n != 0; r = rule_next(r))
		if (is_notrack(l, r))
			one_way(a, l, r, &map, &key);
	sbuf_free(&key);
	arena_free(&arena);
}

/* ---- FW4009: nobody accepts them ---- */

/* What table filter might accept untracked: protocols with any port, and
 * "PROTO PORTS" of others. */
struct takes {
	bool any[256];			/* [0]: of all protocols */
	struct map ports;
	struct arena arena;
};

static void
note_accept(struct lookup *l, const struct rule *r, struct takes *t)
{
	const char *ports, *key;

	if (rule_effect(l, r) != V_ACCEPT || rule_about_lo(r) ||
	    !(rule_states(l, r) & ST_UNTRACKED) ||
	    (r->chain->hook == HOOK_NONE && rule_unconditional(r)))
		return;
	ports = rule_dports(l, r);
	if (ports == NULL)
		ports = rule_sports(l, r);
	if (ports == NULL || (r->invert & INV_PROTO)) {
		t->any[r->invert & INV_PROTO ? 0 : r->proto & 255] = true;
		return;
	}
	key = arena_printf(&t->arena, "%u %s", r->proto, ports);
	map_set(&t->ports, &t->arena, key, strlen(key), t);
}

/* Ports are compared as text: only what is written differently everywhere
 * counts as not accepted. */
static bool
is_taken(struct lookup *l, const struct rule *r, struct takes *t)
{
	const char *ports = rule_dports(l, r), *key;

	if (ports == NULL)
		ports = rule_sports(l, r);
	if (r->proto == 0 || (r->invert & INV_PROTO) || ports == NULL ||
	    strpbrk(ports, ",:") != NULL)
		return t->ports.n != 0 || memchr(t->any, true, 256) != NULL;
	key = arena_printf(&t->arena, "%u %s", r->proto, ports);
	return t->any[0] || t->any[r->proto & 255] ||
	    map_get(&t->ports, key, strlen(key)) != NULL;
}

static bool
drops_by_default(const struct lookup *l, enum hook hook)
{
	const struct chain *c = filter_chain(l, hook);

	return c != NULL && chain_default(l, c) == V_DROP;
}

static void
not_accepted(struct audit *a, struct lookup *l)
{
	bool in = drops_by_default(l, HOOK_INPUT);
	bool out = drops_by_default(l, HOOK_OUTPUT);
	struct takes t = { .arena = ARENA_INIT };

	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    (in || out); r = rule_next(r))
		if (r->chain->table->id == TABLE_FILTER)
			note_accept(l, r, &t);
	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    (in || out); r = rule_next(r)) {
		unsigned hooks = chain_facts(l, r->chain)->hooks;

		if (is_notrack(l, r) && ((hooks == WAY_IN && in) ||
		    (hooks == WAY_OUT && out)) && !rule_about_lo(r) &&
		    !is_taken(l, r, &t))
			finding_add(&a->out, "FW4009", r, NULL, "these packets "
			    "are UNTRACKED from here on, and no rule of table "
			    "filter accepts them: %s drops them", hooks ==
			    WAY_IN ? "INPUT" : "OUTPUT")->possible = hooks ==
			    WAY_IN && !drops_by_default(l, HOOK_FORWARD);
	}
	arena_free(&t.arena);
}

/* ---- FW4011 ---- */

struct ct_zone { const struct rule *rule; unsigned rules; struct ct_zone *next; };

static const char *
zone_of(struct lookup *l, const struct rule *r)
{
	return rule_target_is(r, "CT") ? target_option(l, r, "--zone") : NULL;
}

static void
zones(struct audit *a, struct lookup *l)
{
	struct arena arena = ARENA_INIT;
	struct map map = { NULL, 0, 0 };
	struct ct_zone *list = NULL;

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		const char *name = zone_of(l, r);
		struct ct_zone *z;

		if (name == NULL || strcmp(name, "mark") == 0)
			continue;
		z = map_get(&map, name, strlen(name));
		if (z == NULL) {
			z = arena_new(&arena, struct ct_zone);
			z->rule = r;
			z->next = list;
			list = z;
			map_set(&map, &arena, arena_strdup(&arena, name),
			    strlen(name), z);
		}
		z->rules++;
	}
	for (const struct ct_zone *z = list; z != NULL; z = z->next)
		if (z->rules == 1)
			finding_add(&a->out, "FW4011", z->rule, NULL, "only "
			    "this rule puts packets into zone %s: the answers "
			    "to them come another way and are looked for in "
			    "zone 0", zone_of(l, z->rule));
	arena_free(&arena);
}

check_fn check_notrack;
void
check_notrack(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	if (!a->rules[f]->tables[TABLE_RAW].present)
		return;
	directions(a, l);
	not_accepted(a, l);
	zones(a, l);
}
