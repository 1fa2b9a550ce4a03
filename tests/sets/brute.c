/* Every packet that could make a difference, and its walk. */
#include "tests/sets/sets.h"

#include <stdlib.h>
#include <string.h>

/* ---- one test ---- */

bool
term_holds(const struct term *t, u128 v)
{
	for (unsigned i = 0; i < t->n; i++)
		if ((v & t->mask) >= t->r[i].lo && (v & t->mask) <= t->r[i].hi)
			return !t->negate;
	return t->negate;
}

/* ---- the values that are tried ---- */

static enum field_kind
kind_of(unsigned f)
{
	return f < N_FIELDS ? (enum field_kind)field_info[f].kind :
	    FIELD_NUMBER;
}

static u128
lowest(unsigned f, int family)
{
	return f == F_LENGTH ? family == AF_INET ? 20 : 40 : 0;
}

static u128
highest(unsigned f, int family)
{
	unsigned bits = f < N_FIELDS ? field_info[f].bits : 1;

	if (f == F_LENGTH)
		return family == AF_INET ? 65535 : 65575;
	if (f == F_MAC)
		return MAC_NONE;
	if (kind_of(f) == FIELD_ADDR)
		bits = family_bits(family);
	return bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

struct values { u128 *v; unsigned n, room; };

static void
add_value(struct values *c, u128 v)
{
	vec_room(c->v, c->n, c->room);
	c->v[c->n++] = v;
}

static int
by_value(const void *a, const void *b)
{
	const u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
sort_values(struct values *c)
{
	unsigned n = 0;

	qsort(c->v, c->n, sizeof(*c->v), by_value);
	for (unsigned i = 0; i < c->n; i++)
		if (n == 0 || c->v[i] != c->v[n - 1])
			c->v[n++] = c->v[i];
	c->n = n;
}

/* Where a number begins to pass a test, and where it ends. */
static void
add_bounds(struct values *c, const struct term *t, u128 lo, u128 hi)
{
	for (unsigned i = 0; i < t->n; i++) {
		if (t->r[i].lo > lo && t->r[i].lo <= hi)
			add_value(c, t->r[i].lo);
		if (t->r[i].hi >= lo && t->r[i].hi < hi)
			add_value(c, t->r[i].hi + 1);
	}
}

/* From each value on, the first that passes a test under a mask, and the
 * first that does not. */
static void
add_masked(struct values *c, const struct term *t, u128 top)
{
	u128 want = t->r[0].lo, mask = t->mask & top, low = 0;
	unsigned n = c->n;

	while (low < top && !(mask & (low + 1)))
		low = low << 1 | 1;
	for (unsigned i = 0; i < n; i++) {
		u128 from = c->v[i];

		for (u128 bit = 1; bit != 0 && bit <= top; bit <<= 1) {
			u128 v = ((from | bit) & ~(bit - 1) &
			    ~(mask & (bit - 1))) | (want & (bit - 1));

			if ((v & mask) == want)
				add_value(c, v);
		}
		if ((from | low) < top)
			add_value(c, (from | low) + 1);
	}
}

/* Marks: tests and changes are of the low byte, or of all bits. */
static void
add_marks(struct values *c)
{
	static const uint32_t high[] = { 0, 0x100, 0xffffff00 };

	for (unsigned i = 0; i < sizeof(high) / sizeof(*high); i++)
		for (unsigned k = 0; k < 256; k++)
			add_value(c, high[i] | k);
}

static bool
is_full(const struct term *t, u128 top)
{
	return (t->mask & top) == top;
}

/* Values of which some stand for every other. */
static void
candidates(unsigned f, int family, const struct terms *ts, struct values *c)
{
	static const char *const names[] = { "", "a", "b\303\274",
	    "b\303\274x", "e", "e1", "eth", "eth0", "eth00", "eth01",
	    "eth012", "eth1", "eth2", "ethx", "e\377", "e\377x", "lo", "lo0",
	    "ppp", "ppp0", "zz9" };
	u128 lo = lowest(f, family), hi = highest(f, family);

	if (kind_of(f) == FIELD_IFACE) {
		for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
			add_value(c, name_value(names[i], strlen(names[i]),
			    false));
		return;
	}
	if (kind_of(f) == FIELD_SMALL) {
		for (unsigned v = 0; v <= hi; v++)
			if (field_valid((enum field)f, v, family))
				add_value(c, v);
		return;
	}
	if (kind_of(f) == FIELD_MARK) {
		add_marks(c);
		return;
	}
	add_value(c, lo);
	for (unsigned i = 0; i < ts->n; i++)
		if (is_full(ts->t[i], hi))
			add_bounds(c, ts->t[i], lo, hi);
	for (unsigned i = 0; i < ts->n; i++)
		if (kind_of(f) == FIELD_ADDR && !is_full(ts->t[i], hi))
			add_masked(c, ts->t[i], hi);
	sort_values(c);
}

/* ---- pools ---- */

/* Hooks, too, ask whether there is an interface. */
static bool
alike(unsigned f, const struct terms *ts, u128 a, u128 b)
{
	if (kind_of(f) == FIELD_IFACE && (a == 0) != (b == 0))
		return false;
	for (unsigned i = 0; i < ts->n; i++)
		if (term_holds(ts->t[i], a) != term_holds(ts->t[i], b))
			return false;
	return true;
}

/* How many values the i-th candidate stands for: up to the next. */
static double
stands_for(unsigned f, int family, const struct values *c, unsigned i)
{
	u128 next = i + 1 < c->n ? c->v[i + 1] - 1 : highest(f, family);

	return kind_of(f) == FIELD_SMALL ? 1 : (double)(next - c->v[i]) + 1;
}

static void
fill_pool(struct brute *b, struct pool *p, const struct terms *ts,
    struct arena *arena)
{
	struct values c = { 0 };

	candidates(p->field, b->family, ts, &c);
	p->v = arena_alloc(arena, c.n * sizeof(*p->v));
	p->weight = arena_alloc(arena, c.n * sizeof(*p->weight));
	for (unsigned i = 0; i < c.n; i++) {
		unsigned k = 0;

		while (k < p->n && !alike(p->field, ts, p->v[k], c.v[i]))
			k++;
		if (k == p->n)
			p->v[p->n++] = c.v[i];
		p->weight[k] += stands_for(p->field, b->family, &c, i);
		p->total += stands_for(p->field, b->family, &c, i);
	}
	for (unsigned i = 0; i < ts->n; i++)
		if (!is_full(ts->t[i], highest(p->field, b->family)) &&
		    kind_of(p->field) != FIELD_SMALL)
			b->counts = false;
	if (kind_of(p->field) == FIELD_IFACE || kind_of(p->field) == FIELD_MARK)
		b->counts = false;
	free(c.v);
}

static bool
has_test(const struct terms *ts, const struct term *t)
{
	for (unsigned i = 0; i < ts->n; i++)
		if (ts->t[i]->mask == t->mask && ts->t[i]->r->lo == t->r->lo)
			return true;
	return false;
}

static void
add_mark_test(struct terms *ts, u128 value, u128 mask, struct arena *arena)
{
	struct range r = { value, value };
	struct term t = { .field = F_MARK, .mask = mask, .r = &r, .n = 1 };

	if (has_test(ts, &t))
		return;
	t.r = arena_copy(arena, &r, sizeof(r));
	vec_room(ts->t, ts->n, ts->room);
	ts->t[ts->n++] = arena_copy(arena, &t, sizeof(t));
}

/* What a mark must be for a change to leave it; what before a change to pass
 * a test behind it, and so on. */
static void
add_before_changes(struct terms *ts, unsigned ops, struct arena *arena)
{
	for (unsigned k = 0; k < N_MARK_OPS; k++)
		if (ops >> k & 1)
			add_mark_test(ts, mark_ops[k].value &
			    mark_ops[k].mask, mark_ops[k].mask, arena);
	for (unsigned i = 0; i < ts->n; i++)
		for (unsigned k = 0; k < N_MARK_OPS; k++) {
			const struct mark_op *op = &mark_ops[k];
			u128 mask = ts->t[i]->mask, want = ts->t[i]->r->lo;

			if (!(ops >> k & 1) ||
			    ((op->value ^ want) & mask & op->mask))
				continue;	/* never passes */
			mask &= ~op->mask;
			add_mark_test(ts, (op->value ^ want) & mask, mask,
			    arena);
		}
}

static void
add_pool(struct brute *b, unsigned f, const struct terms *all,
    struct arena *arena)
{
	struct terms ts = { 0 };

	for (unsigned i = 0; i < all->n; i++)
		if (all->t[i]->field == f) {
			vec_room(ts.t, ts.n, ts.room);
			ts.t[ts.n++] = all->t[i];
		}
	if (f == F_MARK && ts.n != 0)
		add_before_changes(&ts, b->mark_ops, arena);
	b->of[f] = -1;
	if (ts.n != 0) {
		b->of[f] = (int)b->n_pools;
		b->pool[b->n_pools].field = f;
		fill_pool(b, &b->pool[b->n_pools++], &ts, arena);
	}
	free(ts.t);
}

/* Which value each point has: the first pool counts fastest. */
static void
number_points(struct brute *b, struct arena *arena)
{
	uint32_t step = 1;

	for (unsigned i = 0; i < b->n_pools; i++) {
		uint8_t *at = arena_alloc(arena, b->n);

		for (uint32_t k = 0; k < b->n; k++)
			at[k] = (uint8_t)(k / step % b->pool[i].n);
		step *= b->pool[i].n;
		b->at[i] = at;
	}
}

void
brute_init(struct brute *b, const struct gset *const *s, unsigned n,
    const struct term *const *query, unsigned n_query, uint32_t most,
    struct arena *arena)
{
	struct terms all = { 0 };

	*b = (struct brute){ .family = s[0]->family, .counts = true, .n = 1 };
	for (unsigned i = 0; i < n; i++) {
		gset_terms(s[i], &all);
		b->mark_ops |= gset_mark_ops(s[i]);
	}
	for (unsigned i = 0; i < n_query; i++) {
		vec_room(all.t, all.n, all.room);
		all.t[all.n++] = query[i];
	}
	for (unsigned f = 0; f < N_OWN; f++)
		add_pool(b, f, &all, arena);
	free(all.t);
	for (unsigned i = 0; i < b->n_pools; i++) {
		if (b->n > most / b->pool[i].n || b->pool[i].n > 64) {
			b->n = 0;
			return;
		}
		b->n *= b->pool[i].n;
	}
	number_points(b, arena);
}

bool
brute_term(const struct brute *b, const struct term *t, uint32_t point)
{
	int i = b->of[t->field];

	return term_holds(t, b->pool[i].v[b->at[i][point]]);
}

double
brute_weight(const struct brute *b, const struct hs_space *s, uint32_t point)
{
	double w = 1;

	for (unsigned i = 0; i < b->n_pools; i++) {
		const struct pool *p = &b->pool[i];

		w *= p->weight[b->at[i][point]];
		/* What the space does not tell apart is one value. */
		if (p->field < N_FIELDS && s->of_field[p->field] < 0)
			w /= p->total;
	}
	return w;
}

void
brute_point(const struct brute *b, uint32_t point, struct sbuf *out)
{
	for (unsigned i = 0; i < b->n_pools; i++) {
		const struct pool *p = &b->pool[i];

		sbuf_putc(out, ' ');
		value_print(p->field, b->family, p->v[b->at[i][point]], out);
	}
}

void
value_print(unsigned f, int family, u128 v, struct sbuf *out)
{
	char name[IFNAME_SIZE + 1] = "";
	union addr a;

	sbuf_printf(out, "%s=", f < N_FIELDS ? field_info[f].name :
	    f == OWN_SET ? "set" : f == OWN_STRING_A ? "aaa" : "bbb");
	if (kind_of(f) == FIELD_ADDR) {
		number_addr(v, family, &a);
		addr_print(out, family, &a);
	} else if (kind_of(f) == FIELD_IFACE) {
		for (unsigned i = 0; i < IFNAME_SIZE; i++)
			name[i] = (char)(uint8_t)(v >> 8 * (15 - i));
		sbuf_printf(out, "\"%s\"", name);
	} else {
		sbuf_printf(out, f == F_CT || f == F_MARK || f == F_MAC ||
		    f == F_TCPFLAGS || f == F_TOS || f == F_ICMP ?
		    "0x%llx" : "%llu", (unsigned long long)v);
	}
}

u128
name_value(const char *s, size_t len, bool wild)
{
	u128 v = 0;

	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		v = v << 8 | (i < len ? (uint8_t)s[i] : wild ? 255 : 0);
	return v;
}

/* ---- rules ---- */

static bool
asks_mark(const struct clause *c)
{
	return c->t[0].field == F_MARK;
}

static bool
piece_holds(const struct walk *w, const struct piece *x)
{
	const u128 *values = w->values;

	for (unsigned c = 0; c < x->n; c++) {
		bool any = w->p->changes && asks_mark(&x->c[c]);

		for (unsigned t = 0; t < x->c[c].n; t++)
			any |= term_holds(&x->c[c].t[t],
			    values[x->c[c].t[t].field]);
		if (!any)
			return false;
	}
	return true;
}

/* Which values of its pool pass a term. */
static uint64_t
passing(const struct brute *b, const struct term *t)
{
	const struct pool *p = &b->pool[b->of[t->field]];
	uint64_t bits = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (term_holds(t, p->v[i]))
			bits |= UINT64_C(1) << i;
	return bits;
}

static void
keep_clause(const struct brute *b, const struct clause *c, uint64_t *set)
{
	const uint8_t *at[3];
	uint64_t pass[3];

	for (unsigned t = 0; t < c->n; t++) {
		at[t] = b->at[b->of[c->t[t].field]];
		pass[t] = passing(b, &c->t[t]);
	}
	for (uint32_t w = 0; w < b->n / 64 + 1; w++)
		for (uint64_t left = set[w]; left != 0; left &= left - 1) {
			unsigned i = (unsigned)__builtin_ctzll(left);
			uint32_t k = w * 64 + i;
			bool any = false;

			for (unsigned t = 0; t < c->n; t++)
				any |= pass[t] >> at[t][k] & 1;
			if (!any)
				set[w] &= ~(UINT64_C(1) << i);
		}
}

static uint64_t *
rule_points(const struct brute *b, const struct grule *r, bool marks,
    struct arena *arena)
{
	uint64_t *set = bits_new(arena, b->n);

	for (uint32_t k = 0; k < b->n; k++)
		bit_set(set, k);
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned c = 0; c < r->p[i]->n; c++)
			if (marks || !asks_mark(&r->p[i]->c[c]))
				keep_clause(b, &r->p[i]->c[c], set);
	return set;
}

void
prog_init(struct prog *p, const struct brute *b, const struct gset *s,
    struct arena *arena)
{
	p->b = b;
	p->s = s;
	p->defrag = gset_needs_ct(s);
	p->changes = gset_changes(s);
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n; k++)
			p->match[i][k] = rule_points(b, &s->c[i].r[k],
			    !p->changes, arena);
}

/* ---- packets ---- */

static u128
point_value(const struct brute *b, unsigned f, uint32_t point, u128 none)
{
	int i = b->of[f];

	return i < 0 ? none : b->pool[i].v[b->at[i][point]];
}

bool
values_enter(const struct prog *p, unsigned chain, u128 in, u128 out,
    u128 frag)
{
	enum hook h = p->s->c[chain].hook;

	if (p->defrag && frag != 0)
		return false;
	if (h == HOOK_NONE)
		return true;
	if (h == HOOK_OUTPUT ? in != 0 : h != HOOK_POSTROUTING && in == 0)
		return false;
	return (h == HOOK_PREROUTING || h == HOOK_INPUT) == (out == 0);
}

bool
prog_enters(const struct prog *p, unsigned chain, uint32_t point)
{
	enum hook h = p->s->c[chain].hook;

	return values_enter(p, chain,
	    point_value(p->b, F_IN, point, h != HOOK_OUTPUT),
	    point_value(p->b, F_OUT, point, h != HOOK_PREROUTING &&
	    h != HOOK_INPUT), point_value(p->b, F_FRAG, point, 0));
}

bool
prog_matches(const struct prog *p, unsigned chain, unsigned rule,
    uint32_t point)
{
	return bit_get(p->match[chain][rule], point);
}

static bool
toss(struct walk *w)
{
	if (w->at_toss == sizeof(w->toss))
		return false;
	if (w->at_toss == w->n_toss)
		w->toss[w->n_toss++] = 0;
	return w->toss[w->at_toss++];
}

static bool
mark_passes(const struct walk *w, const struct piece *x)
{
	for (unsigned c = 0; c < x->n; c++)
		if (asks_mark(&x->c[c]) && !term_holds(x->c[c].t, w->mark))
			return false;
	return true;
}

static bool
rule_matches(struct walk *w, unsigned chain, unsigned rule)
{
	const struct grule *r = &w->p->s->c[chain].r[rule];

	if (w->values == NULL && !bit_get(w->p->match[chain][rule], w->point))
		return false;
	for (unsigned i = 0; i < r->n; i++)
		if ((w->values != NULL && !piece_holds(w, r->p[i])) ||
		    (w->p->changes && !mark_passes(w, r->p[i])))
			return false;
	for (unsigned i = 0; i < r->n; i++)
		if (r->p[i]->chance && !toss(w))
			return false;
	return true;
}

static void
change_mark(struct walk *w, const struct mark_op *op)
{
	w->mark = (w->mark & ~op->mask) ^ op->value;
	w->made.value = (w->made.value & ~op->mask) ^ op->value;
	w->made.mask |= op->mask;
}

/* True: decided. */
static bool
walk_chain(struct walk *w, unsigned chain)
{
	const struct gchain *c = &w->p->s->c[chain];

	for (unsigned i = 0; i < c->n; i++) {
		const struct grule *r = &c->r[i];
		enum action a = r->action;

		if (!rule_matches(w, chain, i))
			continue;
		w->hit[chain] |= 1U << i;
		if (w->only != NULL && !(w->only[chain] >> i & 1) &&
		    diverts(r) && !((a == A_GOTO || a == A_RETURN) &&
		    toss(w))) {
			w->inert[chain] |= 1U << i;
			a = a == A_GOTO ? A_JUMP : A_NONE;
		}
		if ((a == A_LOG || a == A_MARK || a == A_REJECT) &&
		    w->n_did < 64)
			w->did[w->n_did++] = r;
		if (a == A_LOG) {
			w->logs = w->logs * 1000003 + r->to + 1;
		} else if (a == A_MARK) {
			change_mark(w, &mark_ops[r->to]);
		} else if (a == A_JUMP) {
			if (walk_chain(w, r->to))
				return true;
		} else if (a == A_GOTO) {
			return walk_chain(w, r->to);
		} else if (a == A_RETURN) {
			return false;
		} else if (a != A_NONE) {
			w->chain = (int)chain;
			w->rule = (int)i;
			return true;
		}
	}
	return false;
}

void
walk_run(struct walk *w, unsigned chain)
{
	memset(w->hit, 0, sizeof(w->hit));
	memset(w->inert, 0, sizeof(w->inert));
	w->logs = 0;
	w->made = (struct mark_op){ 0, 0 };
	w->mark = (uint32_t)(w->values != NULL ? w->values[F_MARK] :
	    point_value(w->p->b, F_MARK, w->point, 0));
	w->n_did = w->at_toss = 0;
	w->chain = (int)chain;
	w->rule = -1;
	walk_chain(w, chain);
}

bool
walk_next(struct walk *w)
{
	while (w->n_toss > 0 && w->toss[w->n_toss - 1] == 1)
		w->n_toss--;
	if (w->n_toss == 0)
		return false;
	w->toss[w->n_toss - 1] = 1;
	return true;
}
