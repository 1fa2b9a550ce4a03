#include "model/fib.h"

#include <stdlib.h>

#include "model/packet.h"

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255, TABLE_DEFAULT = 253 };

struct fib_node {
	union addr dst;
	uint32_t first, n;		/* in fib_table.routes; n 0: free */
	uint8_t prefix;
};

struct fib_table {
	uint32_t id;
	int family;
	unsigned n_prefixes;
	uint8_t prefixes[129];		/* lengths in use, longest first */
	union addr masks[129];		/* of these */
	/* IPv4 with many lengths: which of them (bit length - 1) the upper
	 * half of an address can match at all; null: not made. */
	uint32_t *lengths;
	struct fib_node *nodes;
	uint32_t mask;			/* slots - 1 */
	const struct route **routes;	/* by prefix, then as they are tried */
	uint32_t n;
};

struct fib_family {
	enum fib_knows knows;
	bool custom_rules, needs_ports;
	struct fib_table *tables;
	unsigned n_tables;
	struct fib_table *local;	/* null: none */
	const struct ip_rule *rules;
};

/* Addresses of the host. */
struct own_slot { union addr addr; const struct iface *iface; };

struct fib {
	struct arena *arena;
	struct fib_family families[2];
	const struct iface *lo;
	bool custom_local;
	struct own_slot *own[2];
	uint32_t own_mask[2];
};

static uint32_t
hash_addr(const union addr *a, unsigned prefix)
{
	uint64_t h = a->q[0] * UINT64_C(0x9e3779b97f4a7c15);

	h ^= (a->q[1] + prefix) * UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 29;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(h >> 32);
}

/* ---- making the tables ---- */

struct sort_key { const struct route *route; uint32_t order; };

/* fib_trie.c: by prefix, table (local first), tos falling, metric; what is
 * equal stays as listed.  IPv6: by prefix and metric. */
static int
compare_routes(const void *a, const void *b)
{
	const struct sort_key *ka = a, *kb = b;
	const struct route *x = ka->route, *y = kb->route;
	int d = (int)y->prefix - (int)x->prefix;

	if (d == 0)
		d = addr_cmp(&x->dst, &y->dst);
	if (d == 0 && x->table != y->table)
		d = x->table > y->table ? -1 : 1;
	if (d == 0)
		d = (int)y->tos - (int)x->tos;
	if (d == 0 && x->metric != y->metric)
		d = x->metric < y->metric ? -1 : 1;
	if (d == 0)
		d = ka->order < kb->order ? -1 : 1;
	return d;
}

static void
add_node(struct fib_table *t, uint32_t first, uint32_t n)
{
	const struct route *r = t->routes[first];
	uint32_t slot = hash_addr(&r->dst, r->prefix) & t->mask;
	unsigned last = t->n_prefixes;

	while (t->nodes[slot].n != 0)
		slot = (slot + 1) & t->mask;
	t->nodes[slot] = (struct fib_node){ r->dst, first, n, r->prefix };
	if (last > 0 && t->prefixes[last - 1] == r->prefix)
		return;
	t->prefixes[last] = r->prefix;
	addr_mask(&t->masks[last], t->family, r->prefix);
	t->n_prefixes++;
}

static bool
same_prefix(const struct route *a, const struct route *b)
{
	return a->prefix == b->prefix && addr_equal(&a->dst, &b->dst);
}

static void
make_nodes(struct fib_table *t, struct arena *arena)
{
	uint32_t slots = 4, start = 0;

	while (slots < t->n * 2)
		slots *= 2;
	t->mask = slots - 1;
	t->nodes = arena_alloc(arena, slots * sizeof(*t->nodes));
	for (uint32_t i = 1; i <= t->n; i++)
		if (i == t->n || !same_prefix(t->routes[start], t->routes[i])) {
			if (t->n > 0)
				add_node(t, start, i - start);
			start = i;
		}
}

enum { HALF = 1 << 16, FEW_PREFIXES = 3 };

static void
make_lengths(struct fib_table *t, struct arena *arena)
{
	if (t->family != AF_INET || t->n_prefixes <= FEW_PREFIXES)
		return;
	t->lengths = arena_alloc(arena, HALF * sizeof(*t->lengths));
	for (uint32_t i = 0; i < t->n; i++) {
		const struct route *r = t->routes[i];
		uint32_t first = get16(r->dst.b), n = 1;

		if (r->prefix == 0)
			continue;	/* tried for all */
		if (r->prefix < 16)
			n = 1u << (16 - r->prefix);
		while (n-- > 0)
			t->lengths[first + n] |= 1u << (r->prefix - 1);
	}
}

/* The routes of table 'id', and of 'also' if that is not 0. */
static void
make_table(struct fib_table *t, const struct route *list, int family,
    uint32_t id, uint32_t also, struct arena *arena)
{
	struct sort_key *keys;
	uint32_t n = 0;

	for (const struct route *r = list; r != NULL; r = r->next)
		n += r->table == id || (also != 0 && r->table == also);
	*t = (struct fib_table){ .id = id, .family = family, .n = n };
	keys = mem_alloc(n + 1, sizeof(*keys));
	n = 0;
	for (const struct route *r = list; r != NULL; r = r->next)
		if (r->table == id || (also != 0 && r->table == also)) {
			keys[n] = (struct sort_key){ r, n };
			n++;
		}
	qsort(keys, n, sizeof(*keys), compare_routes);
	t->routes = arena_alloc(arena, (n + 1) * sizeof(*t->routes));
	for (uint32_t i = 0; i < n; i++)
		t->routes[i] = keys[i].route;
	free(keys);
	make_nodes(t, arena);
	make_lengths(t, arena);
}

static struct fib_table *
find_table(const struct fib_family *f, uint32_t id)
{
	for (unsigned i = 0; i < f->n_tables; i++)
		if (f->tables[i].id == id)
			return &f->tables[i];
	return NULL;
}

static void
make_tables(struct fib_family *f, const struct route *list, int family,
    struct arena *arena)
{
	bool merge = family == AF_INET && !f->custom_rules;
	unsigned room = 0;

	f->n_tables = 0;
	for (const struct route *r = list; r != NULL; r = r->next) {
		uint32_t id = merge && r->table == TABLE_LOCAL ? TABLE_MAIN :
		    r->table;

		if (find_table(f, id) != NULL)
			continue;
		if (f->n_tables == room) {
			struct fib_table *v;

			room = room * 2 + 4;
			v = arena_alloc(arena, room * sizeof(*v));
			if (f->n_tables > 0)
				memcpy(v, f->tables, f->n_tables * sizeof(*v));
			f->tables = v;
		}
		make_table(&f->tables[f->n_tables++], list, family, id,
		    merge && id == TABLE_MAIN ? TABLE_LOCAL : 0, arena);
	}
	f->local = find_table(f, merge ? TABLE_MAIN : TABLE_LOCAL);
}

/* ---- routes that follow from addresses ---- */

struct derive { struct arena *arena; struct route *first, **end; };

static void
derive_route(struct derive *d, struct iface *dev, enum route_type type,
    int family, const union addr *dst, unsigned prefix,
    const struct ifaddr *a)
{
	struct route *r = arena_new(d->arena, struct route);
	union addr mask;

	addr_mask(&mask, family, prefix);
	r->dst = *dst;
	r->dst.q[0] &= mask.q[0];
	r->dst.q[1] &= mask.q[1];
	r->prefix = (uint8_t)prefix;
	r->type = type;
	r->table = type == ROUTE_UNICAST ? TABLE_MAIN : TABLE_LOCAL;
	r->scope = type == ROUTE_LOCAL ? 254 : 253;
	r->metric = family == AF_INET6 && type != ROUTE_LOCAL ? 256 : 0;
	r->by_kernel = true;
	if (family == AF_INET && a != NULL) {
		r->has_prefsrc = true;
		r->prefsrc = a->addr;
	}
	r->hops = arena_new(d->arena, struct nexthop);
	r->hops->dev = dev;
	r->hops->weight = 1;
	r->n_hops = 1;
	*d->end = r;
	d->end = &r->next;
}

/* fib_add_ifaddr. */
static void
derive4(struct derive *d, struct iface *i, const struct ifaddr *a)
{
	const union addr *net = a->has_peer ? &a->peer : &a->addr;
	union addr last = *net, mask;

	addr_mask(&mask, AF_INET, a->prefix);
	last.w[0] |= ~mask.w[0];
	derive_route(d, i, ROUTE_LOCAL, AF_INET, &a->addr, 32, a);
	if (!i->up)
		return;
	if (a->has_broadcast && a->broadcast.w[0] != UINT32_MAX)
		derive_route(d, i, ROUTE_BROADCAST, AF_INET, &a->broadcast,
		    32, a);
	if (a->secondary || (net->w[0] & mask.w[0]) == 0 ||
	    (a->prefix == 32 && !a->has_peer))
		return;
	derive_route(d, i, i->kind == IFK_LOOPBACK ? ROUTE_LOCAL :
	    ROUTE_UNICAST, AF_INET, net, a->prefix, a);
	if (a->prefix < 31)
		derive_route(d, i, ROUTE_BROADCAST, AF_INET, &last, 32, a);
}

/* addrconf.c. */
static void
derive6(struct derive *d, struct iface *i, const struct ifaddr *a)
{
	const union addr *net = a->has_peer ? &a->peer : &a->addr;
	union addr router = *net, mask;

	addr_mask(&mask, AF_INET6, a->prefix);
	router.q[0] &= mask.q[0];
	router.q[1] &= mask.q[1];
	derive_route(d, i, ROUTE_LOCAL, AF_INET6, &a->addr, 128, a);
	if (!i->up || i->kind == IFK_LOOPBACK)
		return;
	if (a->prefix < 128 || a->has_peer)
		derive_route(d, i, ROUTE_UNICAST, AF_INET6, net, a->prefix, a);
	if (i->v6.forwarding && a->prefix < 127)
		derive_route(d, i, ROUTE_ANYCAST, AF_INET6, &router, 128,
		    a);
}

static const struct route *
derive_routes(const struct env *env, int family, struct arena *arena)
{
	static const union addr multicast = { .b = { 0xff } };
	struct derive d = { .arena = arena };

	d.end = &d.first;
	for (struct iface *i = env->ifaces; i != NULL; i = i->next) {
		const struct ifaddr *a;

		for (a = i->addrs; a != NULL; a = a->next) {
			if (a->family != family)
				continue;
			if (family == AF_INET)
				derive4(&d, i, a);
			else
				derive6(&d, i, a);
		}
		if (family == AF_INET6 && i->up && i->kind != IFK_LOOPBACK)
			derive_route(&d, i, ROUTE_MULTICAST, AF_INET6,
			    &multicast, 8, NULL);
	}
	return d.first;
}

/* ---- the host's own addresses ---- */

static void
add_own(struct fib *fib, int family, const union addr *a,
    const struct iface *i)
{
	unsigned f = family_index(family);
	uint32_t slot = hash_addr(a, 0) & fib->own_mask[f];

	while (fib->own[f][slot].iface != NULL) {
		if (addr_equal(&fib->own[f][slot].addr, a))
			return;
		slot = (slot + 1) & fib->own_mask[f];
	}
	fib->own[f][slot] = (struct own_slot){ *a, i };
}

static bool
is_own_route(const struct route *r, int family)
{
	return r->type == ROUTE_LOCAL && r->table == TABLE_LOCAL &&
	    r->prefix == family_bits(family) && r->n_hops > 0 &&
	    r->hops->dev != NULL && r->by_kernel;
}

/* Without ip-addr.json the local routes tell them. */
static void
make_own(struct fib *fib, const struct env *env, int family)
{
	unsigned f = family_index(family);
	uint32_t n = 0, slots = 8;

	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next)
			n += a->family == family;
	for (const struct route *r = env->routes[f]; r != NULL; r = r->next)
		n += is_own_route(r, family);
	while (slots < n * 2)
		slots *= 2;
	fib->own[f] = arena_alloc(fib->arena, slots * sizeof(*fib->own[f]));
	fib->own_mask[f] = slots - 1;
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next)
			if (a->family == family)
				add_own(fib, family, &a->addr, i);
	for (const struct route *r = env->routes[f]; r != NULL; r = r->next)
		if (is_own_route(r, family))
			add_own(fib, family, &r->dst, r->hops->dev);
}

const struct iface *
fib_own(const struct fib *fib, int family, const union addr *a)
{
	unsigned f = family_index(family);
	uint32_t slot = hash_addr(a, 0) & fib->own_mask[f];

	while (fib->own[f][slot].iface != NULL) {
		if (addr_equal(&fib->own[f][slot].addr, a))
			return fib->own[f][slot].iface;
		slot = (slot + 1) & fib->own_mask[f];
	}
	return NULL;
}

/* ---- making it all ---- */

static bool
is_plain(const struct ip_rule *r, uint32_t table)
{
	return r->action == ROUTE_UNICAST && r->table == table &&
	    !r->is_goto && !r->invert && !r->by_uid && !r->l3mdev &&
	    !r->has_src && !r->has_dst && r->tos_mask == 0 && r->proto == 0 &&
	    r->sport[1] == 0 && r->dport[1] == 0 && r->mask == 0 &&
	    r->in == NULL && r->out == NULL && r->suppress_prefix < 0 &&
	    r->suppress_group < 0;
}

/* The rules that a kernel starts with; IPv6 has none for 'default'. */
static bool
default_rules(const struct ip_rule *r, int family)
{
	static const struct { uint32_t priority, table; } want[] = {
		{ 0, TABLE_LOCAL }, { 32766, TABLE_MAIN },
		{ 32767, TABLE_DEFAULT } };

	for (unsigned i = 0; i < (family == AF_INET ? 3u : 2u);
	    i++, r = r->next)
		if (r == NULL || r->priority != want[i].priority ||
		    !is_plain(r, want[i].table))
			return false;
	return r == NULL;
}

static void
make_family(struct fib *fib, const struct env *env, int family)
{
	unsigned i = family_index(family);
	struct fib_family *f = &fib->families[i];
	const struct route *routes = env->routes[i];

	f->knows = env->has_routes[i] ? FIB_ALL : env->has_addrs ?
	    FIB_CONNECTED : FIB_NOTHING;
	if (f->knows != FIB_ALL)
		routes = derive_routes(env, family, fib->arena);
	if (env->has_rules[i]) {
		f->rules = env->rules[i];
		f->custom_rules = !default_rules(f->rules, family);
	}
	for (const struct ip_rule *r = f->rules; r != NULL; r = r->next)
		f->needs_ports |= r->proto != 0 || r->sport[1] != 0 ||
		    r->dport[1] != 0;
	make_tables(f, routes, family, fib->arena);
	make_own(fib, env, family);
}

struct fib *
fib_new(const struct env *env, struct arena *arena)
{
	struct fib *fib = arena_new(arena, struct fib);

	fib->arena = arena;
	fib->lo = env->lo;
	make_family(fib, env, AF_INET);
	make_family(fib, env, AF_INET6);
	for (const struct route *r = env->routes[0]; r != NULL; r = r->next)
		fib->custom_local |= r->type == ROUTE_LOCAL && !r->by_kernel;
	return fib;
}

const struct fib *
env_fib(const struct env *env)
{
	if (*env->fib == NULL)
		*env->fib = fib_new(env, env->arena);
	return *env->fib;
}

enum fib_knows
fib_knows(const struct fib *fib, int family)
{
	return fib->families[family_index(family)].knows;
}

bool
fib_custom_rules(const struct fib *fib, int family)
{
	return fib->families[family_index(family)].custom_rules;
}

bool
fib_custom_local(const struct fib *fib)
{
	return fib->custom_local;
}

bool
fib_needs_ports(const struct fib *fib, int family)
{
	return fib->families[family_index(family)].needs_ports;
}

/* ---- looking up in a table ---- */

static enum fib_error
type_error(enum route_type type)
{
	static const uint8_t errors[] = {
		[ROUTE_BLACKHOLE] = FIB_INVAL,
		[ROUTE_UNREACHABLE] = FIB_HOSTUNREACH,
		[ROUTE_PROHIBIT] = FIB_ACCES,
		[ROUTE_THROW] = FIB_AGAIN,
	};

	return (enum fib_error)errors[type];
}

bool
route_uses_dev(const struct route *r, const struct iface *dev)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hops[i].dev == dev)
			return true;
	return false;
}

/* fib_lookup_good_nhc.  A route without device is one that we know too
 * little of. */
static bool
pick_hop(const struct route *r, const struct fib_flow *flow,
    struct fib_result *res)
{
	res->route = r;
	res->hop = NULL;
	if (r->n_hops == 0)
		return flow->out == NULL;
	if (r->linkdown && !flow->ignore_linkdown && r->hops->dev != NULL &&
	    r->hops->dev->ignore_linkdown)
		return false;
	for (unsigned i = 0; i < r->n_hops; i++)
		if (flow->out == NULL || r->hops[i].dev == flow->out) {
			res->hop = &r->hops[i];
			return true;
		}
	return false;
}

/* fib_table_lookup: check_leaf. */
static enum fib_error
try_node4(const struct fib_table *t, const struct fib_node *n,
    const struct fib_flow *flow, struct fib_result *res)
{
	for (uint32_t i = n->first; i < n->first + n->n; i++) {
		const struct route *r = t->routes[i];
		enum fib_error e;

		if (r->tos != 0 && r->tos != (flow->tos & 0x1c))
			continue;
		e = type_error(r->type);
		if (e != FIB_OK) {
			*res = (struct fib_result){ r, NULL };
			return e;
		}
		if (pick_hop(r, flow, res))
			return FIB_OK;
	}
	return FIB_NETUNREACH;		/* look on with a shorter prefix */
}

/* rt6_score_route; -1: not this one. */
static int
score6(const struct route *r, const struct fib_flow *flow,
    const struct nexthop **hop)
{
	static const int prefs[4] = { 1, 2, 0, 0 };	/* IPV6_DECODE_PREF */
	int score = -1;

	*hop = r->hops;
	for (unsigned i = 0; i < r->n_hops; i++)
		if (flow->prefer == NULL || r->hops[i].dev == flow->prefer) {
			*hop = &r->hops[i];
			score = 2;
			break;
		}
	if (score < 0) {
		if (flow->strict)
			return -1;
		score = 0;
	}
	return score | prefs[r->pref & 3] << 2;
}

/* find_rr_leaf: the best score of the lowest metric wins; if that metric
 * has none, the best of all others. */
static enum fib_error
try_node6(const struct fib_table *t, const struct fib_node *n,
    const struct fib_flow *flow, struct fib_result *res)
{
	uint32_t metric = t->routes[n->first]->metric;
	bool rest = false;		/* the lowest metric had none */
	int best = -1;

	for (uint32_t i = n->first; i < n->first + n->n; i++) {
		const struct route *r = t->routes[i];
		const struct nexthop *hop;
		int score;

		if (r->metric != metric && best >= 0 && !rest)
			break;
		score = score6(r, flow, &hop);
		if (score <= best)
			continue;
		best = score;
		*res = (struct fib_result){ r, r->n_hops > 0 ? hop : NULL };
		rest = r->metric != metric;
	}
	return best >= 0 ? type_error(res->route->type) : FIB_NETUNREACH;
}

/* The routes of one prefix; null: none. */
static const struct fib_node *
find_node(const struct fib_table *t, const union addr *addr, unsigned i)
{
	unsigned prefix = t->prefixes[i];
	union addr dst = *addr;
	uint32_t slot;

	dst.q[0] &= t->masks[i].q[0];
	dst.q[1] &= t->masks[i].q[1];
	slot = hash_addr(&dst, prefix) & t->mask;
	for (; t->nodes[slot].n != 0; slot = (slot + 1) & t->mask)
		if (t->nodes[slot].prefix == prefix &&
		    addr_equal(&t->nodes[slot].dst, &dst))
			return &t->nodes[slot];
	return NULL;
}

static enum fib_error
table_lookup(const struct fib_table *t, const struct fib_flow *flow,
    struct fib_result *res)
{
	uint32_t lengths = t->lengths != NULL ?
	    t->lengths[get16(flow->dst.b)] : UINT32_MAX;

	for (unsigned i = 0; i < t->n_prefixes; i++) {
		const struct fib_node *n;
		enum fib_error e;

		if (t->lengths != NULL && t->prefixes[i] != 0 &&
		    !(lengths >> (t->prefixes[i] - 1) & 1))
			continue;
		n = find_node(t, &flow->dst, i);
		if (n == NULL)
			continue;
		e = flow->family == AF_INET ? try_node4(t, n, flow, res) :
		    try_node6(t, n, flow, res);
		if (e != FIB_NETUNREACH)
			return e;
	}
	return FIB_AGAIN;
}

/* ---- policy rules ---- */

static bool
names(const struct ifmatch *m, const struct iface *i)
{
	return i != NULL && memcmp(m->name, i->name, IFNAME_SIZE) == 0;
}

static bool
in_prefix(const union addr *a, const union addr *net, int family,
    unsigned prefix)
{
	union addr mask;

	addr_mask(&mask, family, prefix);
	return addr_equal_masked(a, net, &mask);
}

static bool
in_ports(const uint16_t range[2], uint16_t port)
{
	return range[1] == 0 || (port != 0 && port >= range[0] &&
	    port <= range[1]);
}

/* fib_rule_match, fib4_rule_match, fib6_rule_match but for inversion. */
static bool
selects(const struct ip_rule *r, const struct fib_flow *flow,
    const struct iface *lo)
{
	if (r->in != NULL && !names(r->in, flow->in ? flow->in : lo))
		return false;
	if (r->out != NULL && !names(r->out, flow->out))
		return false;
	if (((r->mark ^ flow->mark) & r->mask) != 0 || r->by_uid || r->l3mdev)
		return false;
	if (r->has_dst && !in_prefix(&flow->dst, &r->dst, flow->family,
	    r->dst_len))
		return false;
	if (r->has_src && !in_prefix(&flow->src, &r->src, flow->family,
	    r->src_len))
		return false;
	if ((flow->tos & r->tos_mask) != r->tos)
		return false;
	if (r->proto != 0 && r->proto != flow->proto)
		return false;
	return in_ports(r->sport, flow->sport) &&
	    in_ports(r->dport, flow->dport);
}

static bool
is_suppressed(const struct ip_rule *r, const struct fib_result *res)
{
	if ((int)res->route->prefix <= r->suppress_prefix)
		return true;
	return r->suppress_group >= 0 && res->hop != NULL &&
	    res->hop->dev != NULL && res->hop->dev->group == r->suppress_group;
}

static enum fib_error
rule_act(const struct fib_family *f, const struct ip_rule *r,
    const struct fib_flow *flow, struct fib_result *res)
{
	const struct fib_table *t;
	enum fib_error e;

	if (r->action != ROUTE_UNICAST) {
		*res = (struct fib_result){ NULL, NULL };
		return r->action == ROUTE_UNREACHABLE ? FIB_NETUNREACH :
		    type_error(r->action);
	}
	t = find_table(f, r->table);
	if (t == NULL)
		return FIB_AGAIN;
	e = table_lookup(t, flow, res);
	if (e == FIB_OK && is_suppressed(r, res))
		return FIB_AGAIN;
	return e;
}

/* fib_rules_lookup. */
static enum fib_error
rules_lookup(const struct fib_family *f, const struct fib_flow *flow,
    struct fib_result *res, const struct iface *lo)
{
	const struct ip_rule *r = f->rules;

	while (r != NULL) {
		enum fib_error e;

		if (selects(r, flow, lo) == r->invert) {
			r = r->next;
		} else if (r->is_goto) {
			const struct ip_rule *to = r->next;

			while (to != NULL && to->priority < r->goto_priority)
				to = to->next;
			r = to != NULL && to->priority == r->goto_priority ?
			    to : r->next;
		} else if (r->action == 0) {
			r = r->next;
		} else {
			e = rule_act(f, r, flow, res);
			if (e != FIB_AGAIN)
				return e;
			r = r->next;
		}
	}
	return FIB_NETUNREACH;
}

/* Without own rules: local and main (one table for IPv4), default. */
static enum fib_error
default_lookup(const struct fib_family *f, const struct fib_flow *flow,
    struct fib_result *res)
{
	static const uint32_t order[2][2] = {
		{ TABLE_MAIN, TABLE_DEFAULT }, { TABLE_LOCAL, TABLE_MAIN } };
	unsigned i = family_index(flow->family);

	for (unsigned j = 0; j < 2; j++) {
		const struct fib_table *t = find_table(f, order[i][j]);
		enum fib_error e = t != NULL ? table_lookup(t, flow, res) :
		    FIB_AGAIN;

		if (e != FIB_AGAIN)
			return e;
	}
	return FIB_NETUNREACH;
}

enum fib_error
fib_lookup(const struct fib *fib, const struct fib_flow *flow,
    struct fib_result *res)
{
	const struct fib_family *f =
	    &fib->families[family_index(flow->family)];

	*res = (struct fib_result){ NULL, NULL };
	return f->custom_rules ? rules_lookup(f, flow, res, fib->lo) :
	    default_lookup(f, flow, res);
}

enum fib_error
fib_lookup_local(const struct fib *fib, const struct fib_flow *flow,
    struct fib_result *res)
{
	const struct fib_family *f =
	    &fib->families[family_index(flow->family)];
	enum fib_error e;

	*res = (struct fib_result){ NULL, NULL };
	if (f->local == NULL)
		return FIB_NETUNREACH;
	e = table_lookup(f->local, flow, res);
	return e == FIB_AGAIN ? FIB_NETUNREACH : e;
}

enum fib_error
fib_query(const struct fib *fib, const struct route_query *q,
    struct fib_result *res)
{
	struct fib_flow flow = { .family = q->family, .src = q->src,
	    .dst = q->dst, .in = q->in, .out = q->out, .mark = q->mark,
	    .tos = q->tos, .proto = q->proto, .sport = q->sport,
	    .dport = q->dport };

	if (q->family == AF_INET6) {
		flow.prefer = q->out != NULL ? q->out : q->in;
		flow.strict = addr6_is_scoped(&q->dst) && flow.prefer != NULL;
	}
	return fib_lookup(fib, &flow, res);
}

enum route_type
fib_addr_type(const struct fib *fib, int family, const union addr *a,
    const struct iface *dev)
{
	struct fib_flow flow = { .family = family, .dst = *a };
	struct fib_result res;

	if (family == AF_INET) {
		if (addr4_is_zeronet(a) || addr4_is_lbcast(a))
			return ROUTE_BROADCAST;
		if (addr4_is_multicast(a))
			return ROUTE_MULTICAST;
	} else if (addr6_is_multicast(a)) {
		return ROUTE_MULTICAST;
	} else {
		flow.prefer = dev;
	}
	if (fib_lookup_local(fib, &flow, &res) != FIB_OK)
		return ROUTE_UNICAST;
	if (dev != NULL && (res.hop == NULL || res.hop->dev != dev))
		return ROUTE_UNICAST;
	return res.route->type;
}

void
fib_each_net(const struct fib *fib, int family,
    void (*each)(const union addr *, unsigned prefix, void *), void *arg)
{
	const struct fib_family *f = &fib->families[family_index(family)];

	for (unsigned i = 0; i < f->n_tables; i++) {
		const struct fib_table *t = &f->tables[i];

		for (uint32_t n = 0; n <= t->mask; n++)
			if (t->nodes[n].n != 0)
				each(&t->nodes[n].dst, t->nodes[n].prefix, arg);
	}
	for (const struct ip_rule *r = f->rules; r != NULL; r = r->next)
		if (r->has_dst)
			each(&r->dst, r->dst_len, arg);
}
