#include "analysis/exposure.h"
#include "analysis/rules.h"

#include <netinet/in.h>
#include <stdlib.h>

/* ---- interfaces ---- */

/* By their names these have containers, guests or tunnels behind them. */
static const char *const inside_names[] = { "docker", "br-", "veth", "virbr",
    "vnet", "lxc", "lxd", "incus", "cni", "cali", "flannel", "kube", "podman",
    "tun", "tap", "wg", "tailscale", "zt" };

enum { N_INSIDE = sizeof(inside_names) / sizeof(*inside_names) };

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
name_is_inside(const char *name)
{
	for (unsigned i = 0; i < N_INSIDE; i++)
		if (begins(name, inside_names[i]))
			return true;
	return false;
}

bool
name_is_outside(const struct audit *a, const char *name)
{
	const struct outside *o = &a->exposure->outside;

	for (unsigned i = 0; i < o->n; i++) {
		size_t len = strlen(o->names[i]);
		bool wild = o->names[i][len - 1] == '+';

		if (strncmp(o->names[i], name, wild ? len - 1 : len + 1) == 0)
			return true;
	}
	return false;
}

static void
add_outside(struct outside *o, const char *name)
{
	for (unsigned i = 0; i < o->n; i++)
		if (strcmp(o->names[i], name) == 0)
			return;
	if (o->n < MAX_OUTSIDE)
		o->names[o->n++] = name;
}

static void
by_routes(const struct audit *a, struct outside *o)
{
	for (unsigned f = 0; f < 2; f++)
		for (const struct route *r = a->env->routes[f]; r != NULL;
		    r = r->next) {
			if (r->prefix != 0 || r->type != ROUTE_UNICAST)
				continue;
			for (unsigned i = 0; i < r->n_hops; i++)
				if (r->hops[i].dev != NULL)
					add_outside(o, r->hops[i].dev->name);
		}
}

/* Where the source of what leaves is translated. */
static void
by_nat(const struct audit *a, struct outside *o, struct arena *arena)
{
	for (unsigned f = 0; f < 2; f++)
		for (const struct rule *r = a->rules[f] ?
		    rule_first(a->rules[f]) : NULL; r != NULL;
		    r = rule_next(r)) {
			const struct ifmatch *m = r->out;

			if ((rule_target_is(r, "MASQUERADE") ||
			    rule_target_is(r, "SNAT")) && m != NULL &&
			    m->name[0] != '\0' && !(r->invert & INV_OUT) &&
			    strcmp(m->name, "lo") != 0 &&
			    !name_is_inside(m->name))
				add_outside(o, !m->wild ? m->name :
				    arena_printf(arena, "%s+", m->name));
		}
}

static const char *
outside_names(const struct outside *o, struct arena *arena)
{
	const char *text = o->names[0];

	for (unsigned i = 1; i < o->n; i++)
		text = arena_printf(arena, "%s%s%s", text,
		    i + 1 == o->n ? " or " : ", ", o->names[i]);
	return text;
}

static void
find_outside(const struct audit *a, struct outside *o, struct arena *arena)
{
	const char *why = "";

	for (unsigned i = 0; i < a->cfg->n_outside; i++)
		add_outside(o, a->cfg->outside[i]);
	if (o->n == 0) {
		by_routes(a, o);
		why = ", where the default route goes";
	}
	if (o->n == 0) {
		by_nat(a, o, arena);
		why = ", where nat translates what goes out";
	}
	if (a->cfg->n_outside != 0)
		why = "";
	o->words = o->n == 0 ? "by any interface but lo" :
	    arena_printf(arena, "by %s%s", outside_names(o, arena), why);
}

static void
mark_inside(bool *used, const char *name)
{
	for (unsigned i = 0; i < N_INSIDE; i++)
		used[i] |= begins(name, inside_names[i]);
}

/* Which of the prefixes matter here? */
static void
find_inside(const struct audit *a, struct exposure *e)
{
	bool used[N_INSIDE] = { false };
	const struct ifmatch *before = NULL;	/* rules share them */

	for (const struct iface *n = a->env->ifaces; n != NULL; n = n->next)
		mark_inside(used, n->name);
	for (unsigned f = 0; f < 2; f++)
		for (const struct rule *r = a->rules[f] ?
		    rule_first(a->rules[f]) : NULL; r != NULL;
		    r = rule_next(r)) {
			if (r->in == NULL || r->in == before)
				continue;
			before = r->in;
			mark_inside(used, before->name);
		}
	e->inside = arena_alloc(e->arena, N_INSIDE * sizeof(*e->inside));
	for (unsigned i = 0; i < N_INSIDE; i++)
		if (used[i])
			e->inside[e->n_inside++] = arena_printf(e->arena,
			    "%s+", inside_names[i]);
}

struct exposure *
exposure_new(const struct audit *a, struct arena *arena)
{
	struct exposure *e = arena_new(arena, struct exposure);

	e->arena = arena;
	find_outside(a, &e->outside, arena);
	if (e->outside.n == 0)
		find_inside(a, e);
	return e;
}

unsigned
outside_ways(const struct audit *a)
{
	unsigned n = a->exposure->outside.n;

	return n == 0 ? 1 : n;
}

void
ask_outside(const struct audit *a, unsigned which, struct query *q)
{
	const struct exposure *e = a->exposure;

	if (e->outside.n != 0) {
		query_iface(q, F_IN, e->outside.names[which], false);
		return;
	}
	query_iface(q, F_IN, "lo", true);
	for (unsigned i = 0; i < e->n_inside; i++)
		query_iface(q, F_IN, e->inside[i], true);
}

/* ---- networks ---- */

#define V4(a, b, c, d) ((u128)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define V6(a, b) ((u128)(a) << 112 | (u128)(b) << 96)
#define NET(lo, bits) (lo), (lo) | (((u128)1 << (bits)) - 1)

static const struct forged forged4[] = {
	{ NET(V4(10, 0, 0, 0), 24), "10.0.0.0/8" },
	{ NET(V4(172, 16, 0, 0), 20), "172.16.0.0/12" },
	{ NET(V4(192, 168, 0, 0), 16), "192.168.0.0/16" },
	{ NET(V4(127, 0, 0, 0), 24), "127.0.0.0/8" },
	{ NET(V4(169, 254, 0, 0), 16), "169.254.0.0/16" },
	{ NET(V4(0, 0, 0, 0), 24), "0.0.0.0/8" },
	{ NET(V4(224, 0, 0, 0), 29), "224.0.0.0/3" },
};
static const struct forged forged6[] = {
	{ 1, 1, "::1" },
	{ NET(V6(0xfc00, 0), 121), "fc00::/7" },
	{ NET(V6(0xff00, 0), 120), "ff00::/8" },
};

unsigned
forged_sources(int family, const struct forged **list)
{
	*list = family == AF_INET ? forged4 : forged6;
	return family == AF_INET ? sizeof(forged4) / sizeof(*forged4) :
	    sizeof(forged6) / sizeof(*forged6);
}

bool
network_range(const char *text, int family, struct range *r)
{
	u128 top = family == AF_INET ? UINT32_MAX : ~(u128)0, m;
	union addr addr, mask;

	if (!read_addr_mask(text, family, &addr, &mask))
		return false;
	m = addr_number(&mask, family);
	r->lo = addr_number(&addr, family) & m;
	r->hi = r->lo | (~m & top);
	return true;
}

/* ---- rules that are dead ---- */

void
note_dead(struct audit *a, unsigned f, const struct rule *r,
    const struct dead *d)
{
	struct exposure *e = a->exposure;
	const char *key;

	if (d->kind == DEAD_NOT || d->possible)
		return;
	key = arena_copy(e->arena, &r, sizeof(r));
	map_set(&e->dead[f], e->arena, key, sizeof(r), e);
}

struct noting { struct audit *a; unsigned f; };

static void
note_one(const struct rule *r, const struct dead *d, void *arg)
{
	const struct noting *n = arg;

	note_dead(n->a, n->f, r, d);
}

bool
rule_dead(struct audit *a, unsigned f, const struct rule *r)
{
	struct arena scratch = ARENA_INIT;
	struct noting n = { a, f };

	if (!a->exposure->dead_known[f])
		analysis_dead(a->sets[f], 0, &scratch, note_one, &n);
	a->exposure->dead_known[f] = true;
	arena_free(&scratch);
	return map_get(&a->exposure->dead[f], (const char *)&r, sizeof(r)) !=
	    NULL;
}

/* ---- queries ---- */

void
ask_state(struct query *q, unsigned state)
{
	query_masked(q, F_CT, state, FCT_STATE, false);
}

void
ask_proto(struct query *q, unsigned proto)
{
	query_range(q, F_PROTO, proto, proto, false);
}

void
ask_icmp(struct query *q, int family, unsigned type, unsigned code)
{
	ask_proto(q, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	query_range(q, F_ICMP, type << 8 | code, type << 8 | code, false);
}

/* The values of a class, as runs; those that no packet has count as any. */
static void
ask_small(const struct hs_dim *d, uint32_t k, struct query *q)
{
	unsigned top = (1U << field_info[d->field].bits) - 1, n = 0;
	struct range r[4];

	for (unsigned v = 0; v <= top; v++) {
		unsigned from = v, last = v;

		if (d->of[v] != k)
			continue;
		for (; v <= top && (d->of[v] == k || d->of[v] >= d->n); v++)
			if (d->of[v] == k)
				last = v;
		if (n == sizeof(r) / sizeof(*r))
			return;
		r[n++] = (struct range){ from, last };
	}
	query_range(q, (enum field)d->field, 0, 0, false);
	memcpy(q->tests[q->n - 1].range, r, n * sizeof(*r));
	q->tests[q->n - 1].n = n;
}

void
ask_value(const struct audit *a, unsigned f, struct query *q, enum field field,
    u128 value)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	const struct hs_dim *d;
	uint32_t k;

	if (s->of_field[field] < 0)
		return;
	d = &s->dims[s->of_field[field]];
	k = hs_class(d, value);
	if (k < d->n && d->of != NULL)
		ask_small(d, k, q);
	else if (k < d->n)
		query_range(q, field, d->starts[k], d->starts[k + 1] - 1,
		    false);
}

void
ask_new(const struct audit *a, unsigned f, struct query *q)
{
	ask_state(q, FCT_NEW);
	ask_value(a, f, q, F_FRAG, 0);
}

void
ask_iface(const struct audit *a, unsigned f, struct query *q, enum field field,
    const char *name)
{
	ask_value(a, f, q, field, iface_number(name));
}

void
point_value(struct point *p, enum field f, u128 value)
{
	p->value[f] = value;
	p->asked |= UINT64_C(1) << f;
}

void
point_iface(struct point *p, enum field f, const char *name)
{
	char *to = p->iface[field_iface(f)];

	memset(to, 0, IFNAME_SIZE);
	memcpy(to, name, strnlen(name, IFNAME_SIZE - 1));
	p->asked |= UINT64_C(1) << f;
}

/* One that people expect to see, if there is one: a stranger's. */
static bool
any_stranger(struct audit *a, unsigned f, const struct chain *c,
    const struct query *q, enum verdict v, struct region *out)
{
	struct query usual = { 0 };
	bool any;

	for (unsigned i = 0; i < q->n; i++) {
		vec_room(usual.tests, usual.n, usual.room);
		usual.tests[usual.n++] = q->tests[i];
	}
	if (c->hook != HOOK_OUTPUT)
		ask_iface(a, f, &usual, F_IN, "eth0");
	ask_value(a, f, &usual, F_SRC, a->rules[f]->family == AF_INET ?
	    V4(203, 0, 113, 7) : V6(0x2001, 0xdb8) | 7);
	any = analysis_any(a->sets[f], c, &usual, v, out, a->out.arena);
	query_free(&usual);
	return any && !out->possible;
}

bool
ask_any(struct audit *a, unsigned f, const struct chain *c, struct query *q,
    enum verdict v, struct region *out)
{
	bool any = any_stranger(a, f, c, q, v, out) ||
	    analysis_any(a->sets[f], c, q, v, out, a->out.arena);

	query_free(q);
	return any;
}

bool
dropped_before(struct audit *a, unsigned f, enum hook hook,
    const struct query *q)
{
	const struct { enum table_id table; enum hook hook; } before[] = {
		{ TABLE_RAW, HOOK_PREROUTING },
		{ TABLE_MANGLE, HOOK_PREROUTING }, { TABLE_MANGLE, hook } };
	struct region r;

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		const struct chain *c = a->rules[f]->tables[before[i].table].
		    builtin[before[i].hook];

		if (c != NULL && (c->n != 0 || c->policy == V_DROP) &&
		    !analysis_any(a->sets[f], c, q, V_ACCEPT, &r,
		    a->out.arena) && !analysis_any(a->sets[f], c, q, V_QUEUE,
		    &r, a->out.arena))
			return true;
	}
	return false;
}

/* ---- findings ---- */

void
finding_shows(struct audit *a, struct finding *f, const struct point *p,
    const struct chain *entry, enum verdict v)
{
	f->witness = arena_copy(a->out.arena, p, sizeof(*p));
	f->entry = entry;
	f->verdict = v;
	f->shows = v == V_CONTINUE ? SHOWS_RULE_HIT : SHOWS_VERDICT;
}

const char *
number_text(struct audit *a, int family, u128 address)
{
	struct sbuf b = SBUF_INIT;
	const char *text;
	union addr addr;

	number_addr(address, family, &addr);
	addr_print(&b, family, &addr);
	text = arena_strdup(a->out.arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

const char *
rule_near(struct audit *a, const struct rule *r, const struct chain *here)
{
	if (r == NULL)
		return "the policy";
	if (here == r->chain)
		return arena_printf(a->out.arena, "#%u", r->number);
	if (here->table == r->chain->table)
		return rule_ref(a, r);
	return arena_printf(a->out.arena, "%s/%s",
	    table_names[r->chain->table->id], rule_ref(a, r));
}

const char *
rules_near(struct audit *a, const struct rule *const *rules, unsigned n,
    const struct chain *here, unsigned most)
{
	struct sbuf b = SBUF_INIT;
	unsigned shown = n <= most ? n : most - 1;
	const char *text;

	for (unsigned i = 0; i < shown; i++)
		sbuf_printf(&b, "%s%s", i == 0 ? "" :
		    i + 1 == n ? " and " : ", ", rule_near(a, rules[i], here));
	if (shown < n)
		sbuf_printf(&b, " and %u more", n - shown);
	text = arena_strdup(a->out.arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static bool
same_target(const struct rule *a, const struct rule *b)
{
	int family = a->chain->table->ruleset->family;
	struct sbuf x = SBUF_INIT, y = SBUF_INIT;
	bool same;

	rule_target_text(a, family, &x);
	rule_target_text(b, family, &y);
	same = strcmp(sbuf_text(&x), sbuf_text(&y)) == 0;
	sbuf_free(&x);
	sbuf_free(&y);
	return same;
}

bool
rules_end_alike(const struct rule *a, const struct rule *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == TGT_RETURN)
		return a->chain == b->chain;
	if (a->kind != TGT_EXT)
		return a->kind != TGT_CHAIN && a->kind != TGT_NONE;
	if (rule_target_is(a, "REJECT"))
		return rule_target_is(b, "REJECT");
	return a->target.ext->ends != V_CONTINUE && same_target(a, b);
}

/* ---- boxes ---- */

static bool
narrow_cell(const struct hs_dim *d, hs_cell *c, uint32_t first, uint32_t last)
{
	if (d->bits) {
		*c &= cell_classes(d, first, last);
		return *c != 0;
	}
	if (cell_first(*c) > first)
		first = cell_first(*c);
	if (cell_last(*c) < last)
		last = cell_last(*c);
	*c = cell_range(first, last);
	return first <= last;
}

/* Small fields have as many classes as a cell has bits, or fewer. */
static bool
narrow_small(const struct hs_dim *d, hs_cell *c, unsigned lo, unsigned hi)
{
	hs_cell want = 0;

	for (unsigned v = lo; v <= hi; v++)
		if (d->of[v] < d->n)
			want |= (hs_cell)1 << d->of[v];
	*c &= want;
	return *c != 0;
}

static bool
narrow_mark(const struct hs_dim *d, hs_cell *c, uint32_t value)
{
	uint32_t k = 0;

	while (k < d->n_values && d->values[k] != (value & d->mask))
		k++;
	return k < d->n && narrow_cell(d, c, k, k);
}

bool
box_narrow(const struct hs_space *s, hs_cell *box, enum field f, u128 lo,
    u128 hi)
{
	unsigned first = s->of_field[f] < 0 ? 0 : (unsigned)s->of_field[f];
	unsigned end = s->of_field[f] < 0 ? 0 : first + (unsigned)s->parts[f];

	for (unsigned i = first; i < end; i++) {
		const struct hs_dim *d = &s->dims[i];
		bool some;

		if (d->values != NULL) {
			some = narrow_mark(d, &box[i], (uint32_t)lo);
		} else if (d->of != NULL && d->bits) {
			some = narrow_small(d, &box[i], (unsigned)lo,
			    (unsigned)hi);
		} else if (d->of != NULL) {
			some = narrow_cell(d, &box[i], d->of[lo], d->of[lo]);
		} else {
			some = narrow_cell(d, &box[i], hs_class(d, lo),
			    hs_class(d, hi));
		}
		if (!some)
			return false;
	}
	return true;
}

bool
box_iface(const struct hs_space *s, const hs_cell *box, enum field f,
    const char *name)
{
	const struct hs_dim *d;

	if (s->of_field[f] < 0)
		return true;
	d = &s->dims[s->of_field[f]];
	return cell_has(d, box[s->of_field[f]],
	    hs_class(d, iface_number(name)));
}

bool
box_any_iface(const struct hs_space *s, const hs_cell *box, enum field f)
{
	return box_iface(s, box, f, "~other");
}

bool
box_usual(const struct audit *a, unsigned f, enum hook hook, hs_cell *box)
{
	static const struct { enum field field; uint64_t value; } usual[] = {
		{ F_CT, FCT_NEW }, { F_FRAG, 0 }, { F_LENGTH, 60 },
		{ F_TTL, 64 }, { F_TOS, 0 }, { F_MARK, 0 }, { F_CONNMARK, 0 },
		{ F_PKTTYPE, 0 }, { F_MAC, 0x020000000001 }, { F_SRCTYPE, 1 },
		{ F_UID, OWNER_NONE }, { F_GID, OWNER_NONE }, { F_PHYSIN, 0 },
		{ F_PHYSOUT, 0 },
	};
	const struct hs_space *s = analysis_space(a->sets[f]);

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if (!box_value(s, box, usual[i].field, usual[i].value))
			return false;
	return box_value(s, box, F_DSTTYPE, hook == HOOK_INPUT ? 2 : 1);
}

const char *
box_condition(const struct hs_space *s, const hs_cell *box)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->dims[i].field == N_FIELDS && box[i] == 2)
			return s->dims[i].key;
	return NULL;
}

/* ---- shares ---- */

static void
add_run(struct share *h, const struct hs_dim *d, uint32_t first, uint32_t last)
{
	vec_room(h->list, h->n, h->room);
	h->list[h->n++] = (struct range){ d->starts[first],
	    d->starts[last + 1] - 1 };
}

void
share_add(struct share *h, const struct hs_space *s, const hs_cell *box,
    enum field f)
{
	const struct hs_dim *d;
	hs_cell c;

	if (s->of_field[f] < 0) {
		vec_room(h->list, h->n, h->room);
		h->list[h->n++] = (struct range){ 0, ~(u128)0 };
		return;
	}
	d = &s->dims[s->of_field[f]];
	c = box[s->of_field[f]];
	if (!d->bits) {
		add_run(h, d, cell_first(c), cell_last(c));
		return;
	}
	for (uint32_t k = 0; k < d->n; k++)
		if (c >> k & 1)
			add_run(h, d, k, k);
}

static int
by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

double
share_of_all(struct share *h, const struct hs_space *s, enum field f)
{
	unsigned bits = field_info[f].kind == FIELD_ADDR ?
	    family_bits(s->family) : field_info[f].bits;
	double all = 1, sum = 0;
	u128 next = 0;			/* behind what is counted */

	if (h->n == 0)
		return 0;
	if (s->of_field[f] < 0)
		return 1;
	qsort(h->list, h->n, sizeof(*h->list), by_start);
	for (unsigned i = 0; i < h->n; i++) {
		u128 lo = h->list[i].lo;

		if (lo < next)
			lo = next;
		if (lo > h->list[i].hi)
			continue;
		sum += (double)(h->list[i].hi - lo) + 1;
		if (h->list[i].hi == ~(u128)0)
			break;
		next = h->list[i].hi + 1;
	}
	for (unsigned i = 0; i < bits; i++)
		all *= 2;
	return sum / all;
}

void
share_free(struct share *h)
{
	free(h->list);
	*h = (struct share){ 0 };
}
