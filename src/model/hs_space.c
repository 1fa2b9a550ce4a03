/* From what rules ask to dimensions, and from matches to boxes. */
#include "model/hs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ABSENT = 0xffff, MAX_SPREAD = 4096, MAX_BLOCKS = 32 };

/* What was asked of one field so far. */
struct asked {
	u128 *cuts;			/* FIELD_NUMBER and such: class starts */
	uint32_t n, room;
	uint64_t *seen;			/* fields of 17 bits or less: a bit for
					 * each value that is a cut */
	uint16_t *of;			/* FIELD_SMALL */
	uint32_t n_of;
	uint32_t *masks, *values;	/* FIELD_MARK */
	uint32_t n_masks, room_masks, n_values, room_values;
	/* What targets make of it. */
	struct change { uint32_t mask, x; } *changes;
	uint32_t n_changes, room_changes;
	uint64_t copied;		/* to fields 1 << enum field */
	bool any;
};

struct hs_collect {
	struct lower lower;
	struct hs_space *space;
	struct asked of[N_FIELDS];
	struct small_test recent[SMALL_TESTS];	/* by small_slot */
	const char *opaque[HS_MAX_DIMS];
	unsigned n_opaque;
	bool given;			/* what comes now is given, not asked */
	bool mirror;
};

/* ---- the values that a field can have ---- */

static bool
is_line(enum field f)
{
	enum field_kind k = field_info[f].kind;

	return k == FIELD_NUMBER || k == FIELD_ADDR || k == FIELD_IFACE;
}

static struct range
domain(enum field f, int family)
{
	unsigned bits = field_info[f].bits;
	struct range r = { 0, 0 };

	if (field_info[f].kind == FIELD_IFACE)
		bits = 128;
	else if (field_info[f].kind == FIELD_ADDR)
		bits = family == AF_INET ? 32 : 128;
	r.hi = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
	if (f == F_LENGTH) {		/* no header is shorter */
		r.lo = family == AF_INET ? 20 : 40;
		r.hi = family == AF_INET ? 65535 : 65575;
	} else if (f == F_MAC || f == F_UID || f == F_GID || f == F_MSS) {
		r.hi = (u128)1 << (bits - 1);	/* that one is "none" */
	}
	return r;
}

/* An interface as the range of numbers that its names are: 16 bytes, the
 * most significant first. */
static struct range
iface_range(const struct ifmatch *m)
{
	struct range r = { 0, 0 };

	for (unsigned i = 0; i < IFNAME_SIZE; i++) {
		bool fixed = m->mask[i] != 0;

		r.lo = r.lo << 8 | (fixed ? (uint8_t)m->name[i] : 0);
		r.hi = r.hi << 8 | (fixed ? (uint8_t)m->name[i] : 0xff);
	}
	return r;
}

/* (v & mask) == want as ranges of v; more than MAX_SPREAD: 0. */
static unsigned
spread(u128 want, u128 mask, u128 top, struct range *out)
{
	unsigned n = 1;
	u128 low = 0;

	mask &= top;
	if (want & ~mask)
		return 0;
	/* Free bits at the low end make a range, each other one doubles. */
	while (low < top && !(mask & (low + 1)))
		low = low << 1 | 1;
	out[0] = (struct range){ want, want | low };
	for (u128 bit = low + 1; bit <= top && bit != 0; bit <<= 1) {
		if (mask & bit)
			continue;
		if (n * 2 > MAX_SPREAD)
			return 0;
		for (unsigned i = 0; i < n; i++)
			out[n + i] = (struct range){ out[i].lo | bit,
			    out[i].hi | bit };
		n *= 2;
	}
	return n;
}

static bool
is_full(u128 mask, u128 top)
{
	return (mask & top) == top;
}

static bool
test_holds(uint32_t v, u128 mask, const struct range *r, unsigned n,
    bool negate)
{
	for (unsigned i = 0; i < n; i++)
		if ((v & mask) >= r[i].lo && (v & mask) <= r[i].hi)
			return !negate;
	return negate;
}

/* ---- tests that came before ---- */

static struct small_test
small_test(enum field f, u128 mask, const struct range *r, bool negate)
{
	return (struct small_test){ (uint32_t)f, (uint32_t)r->lo,
	    (uint32_t)r->hi, (uint32_t)mask, negate, true };
}

static unsigned
small_slot(const struct small_test *t)
{
	uint32_t sum = ((t->field * 31 + t->lo) * 31 + t->hi) * 31 + t->mask +
	    t->negate;

	return (unsigned)(sum * UINT32_C(0x9e3779b1) >> 24) % SMALL_TESTS;
}

static bool
same_test(const struct small_test *a, const struct small_test *b)
{
	return a->is == b->is && a->field == b->field && a->lo == b->lo &&
	    a->hi == b->hi && a->mask == b->mask && a->negate == b->negate;
}

/* ---- collecting ---- */

static void
add_cut(struct asked *a, const struct range *values, u128 at)
{
	if (at <= values->lo || at > values->hi)
		return;
	if (values->hi < 1 << 17) {
		if (a->seen == NULL)
			a->seen = mem_alloc((1 << 17) / 64, 8);
		if (a->seen[at / 64] >> at % 64 & 1)
			return;
		a->seen[at / 64] |= UINT64_C(1) << at % 64;
	} else if (a->n != 0 && a->cuts[a->n - 1] == at) {
		return;
	}
	vec_room(a->cuts, a->n, a->room);
	a->cuts[a->n++] = at;
}

static void
collect_line(struct hs_collect *c, enum field f, u128 mask,
    const struct range *r, unsigned n)
{
	struct asked *a = &c->of[f];
	const struct range *values = &c->space->values[f];
	u128 hi = values->hi;

	for (unsigned i = 0; i < n; i++) {
		if (is_full(mask, hi)) {
			add_cut(a, values, r[i].lo);
			if (r[i].hi < hi)
				add_cut(a, values, r[i].hi + 1);
		} else {
			struct range *s = mem_alloc(MAX_SPREAD, sizeof(*s));
			unsigned k = r[i].lo == r[i].hi ? spread(r[i].lo, mask,
			    hi, s) : 0;

			for (unsigned j = 0; j < k; j++)
				collect_line(c, f, ~(u128)0, &s[j], 1);
			free(s);
		}
	}
}

/* Splits the classes of a small field by a test. */
static void
collect_small(struct hs_collect *c, enum field f, u128 mask,
    const struct range *r, unsigned n, bool negate)
{
	struct asked *a = &c->of[f];
	unsigned size = 1U << field_info[f].bits;
	uint16_t *split;

	if (a->of == NULL) {
		a->of = mem_alloc(size, sizeof(*a->of));
		a->n_of = 1;
		for (unsigned v = 0; v < size; v++)
			a->of[v] = field_valid(f, v, c->space->family) ? 0 :
			    ABSENT;
	}
	split = mem_alloc(a->n_of * 2, sizeof(*split));
	memset(split, 0xff, a->n_of * 2 * sizeof(*split));
	a->n_of = 0;
	for (unsigned v = 0; v < size; v++) {
		uint16_t *s;

		if (a->of[v] == ABSENT)
			continue;
		s = &split[a->of[v] * 2U + test_holds(v, mask, r, n, negate)];
		if (*s == ABSENT)
			*s = (uint16_t)a->n_of++;
		a->of[v] = *s;
	}
	free(split);
}

static void
add_u32(uint32_t **v, uint32_t *n, uint32_t *room, uint32_t x)
{
	for (uint32_t i = *n; i-- > 0;)
		if ((*v)[i] == x)
			return;
	vec_room(*v, *n, *room);
	(*v)[(*n)++] = x;
}

static void
collect_mark(struct hs_collect *c, u128 mask, const struct range *r,
    unsigned n)
{
	struct asked *a = &c->of[F_MARK];	/* shared: they are copied */

	add_u32(&a->masks, &a->n_masks, &a->room_masks, (uint32_t)mask);
	for (unsigned i = 0; i < n; i++)
		add_u32(&a->values, &a->n_values, &a->room_values,
		    (uint32_t)r[i].lo);
}

static void
collect_test(struct lower *l, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	struct hs_collect *c = (struct hs_collect *)l;

	if (n == 0)
		return;
	c->of[f].any |= !c->given;
	if (is_line(f)) {
		collect_line(c, f, mask, r, n);
		return;
	}
	if (field_info[f].kind == FIELD_MARK) {
		collect_mark(c, mask, r, n);
		return;
	}
	if (n == 1) {
		struct small_test t = small_test(f, mask, r, negate), *before =
		    &c->recent[small_slot(&t)];

		if (same_test(&t, before))
			return;
		*before = t;
	}
	collect_small(c, f, mask, r, n, negate);
}

static void
collect_iface(struct lower *l, enum field f, const struct ifmatch *m,
    bool negate)
{
	struct range r = iface_range(m);

	collect_test(l, f, ~(u128)0, &r, 1, negate);
}

static void
collect_opaque(struct lower *l, const char *key, bool negate)
{
	struct hs_collect *c = (struct hs_collect *)l;
	struct hs_space *s = c->space;
	size_t len = strlen(key);

	(void)negate;
	if (map_get(&s->keys, key, len) != NULL)
		return;
	if (c->n_opaque == HS_MAX_DIMS / 2) {
		s->overflow = true;
		return;
	}
	key = arena_strdup(s->arena, key);
	c->opaque[c->n_opaque++] = key;
	/* Until it is known which dimension: any value but null. */
	map_set(&s->keys, s->arena, key, len, s);
}

static void
collect_or(struct lower *l)
{
	(void)l;
}

struct hs_space *
hs_space_new(int family, const struct env *env, struct arena *arena)
{
	struct hs_space *s = arena_new(arena, struct hs_space);
	struct hs_collect *c = mem_alloc(1, sizeof(*c));

	s->arena = arena;
	s->family = family;
	s->env = env;
	s->collect = c;
	c->space = s;
	c->lower = (struct lower){ family, env, collect_test, collect_iface,
	    collect_opaque, collect_or };
	for (unsigned f = 0; f < N_FIELDS; f++)
		s->values[f] = domain((enum field)f, family);
	return s;
}

struct lower *
hs_collector(struct hs_space *s)
{
	return &s->collect->lower;
}

void
hs_collect_given(struct hs_space *s, bool on)
{
	s->collect->given = on;
}

void
hs_collect_change(struct hs_space *s, enum field f, uint32_t mask, uint32_t x)
{
	bool mark = field_info[f].kind == FIELD_MARK;
	struct asked *a = &s->collect->of[mark ? F_MARK : f];
	uint32_t none = 0;

	if (!mark && field_info[f].kind != FIELD_SMALL)
		return;
	for (uint32_t i = 0; i < a->n_changes; i++)
		if (a->changes[i].mask == mask && a->changes[i].x == x)
			return;
	vec_room(a->changes, a->n_changes, a->room_changes);
	a->changes[a->n_changes++] = (struct change){ mask, x };
	/* Bits that are turned round are a block, too. */
	if (mark && (x & ~mask) != 0)
		collect_mark(s->collect, x & ~mask, &(struct range){ none,
		    none }, 1);
}

void
hs_collect_copy(struct hs_space *s, enum field to, enum field from)
{
	s->collect->of[from].copied |= UINT64_C(1) << to;
}

/* ---- making the dimensions ---- */

/* By the low 'bytes' of the numbers, a byte at a time. */
static void
sort_cuts(u128 *v, uint32_t n, unsigned bytes)
{
	u128 *other, *from = v, *to;

	if (n < 2)
		return;
	other = to = mem_alloc(n, sizeof(*other));
	for (unsigned b = 0; b < bytes; b++) {
		uint32_t count[257] = { 0 };
		u128 *swap = from;

		for (uint32_t i = 0; i < n; i++)
			count[(unsigned)(from[i] >> b * 8 & 255) + 1]++;
		for (unsigned i = 0; i < 256; i++)
			count[i + 1] += count[i];
		for (uint32_t i = 0; i < n; i++)
			to[count[from[i] >> b * 8 & 255]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	free(other);
}

/* Of the names that begin with 'name', of 'n' bytes, the first behind them. */
static bool
next_sibling(uint8_t name[IFNAME_SIZE], unsigned n)
{
	while (n > 0 && name[n - 1] == 255)
		n--;
	if (n == 0)
		return false;
	memset(name + n, 0, IFNAME_SIZE - n);
	do
		name[n - 1]++;
	while (!iface_byte(name[n - 1]));
	return true;
}

u128
hs_next_name(u128 v)
{
	uint8_t name[IFNAME_SIZE];
	bool rest = false;		/* something behind the first 'n' */
	unsigned n = 0;
	u128 up = 0;

	for (unsigned i = IFNAME_SIZE; i-- > 0; v >>= 8)
		name[i] = (uint8_t)v;
	while (n < IFNAME_SIZE - 1 && iface_byte(name[n]))
		n++;
	for (unsigned i = n; i < IFNAME_SIZE; i++)
		rest |= name[i] != 0;
	if (rest && n == IFNAME_SIZE - 1 && !next_sibling(name, n))
		return 0;
	if (rest && n < IFNAME_SIZE - 1)	/* a byte that no name has */
		next_sibling(name, n + 1);
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		up = up << 8 | name[i];
	return up;
}

static struct hs_dim *
new_dim(struct hs_space *s, enum field f)
{
	struct hs_dim *d;

	if (s->n == HS_MAX_DIMS) {
		s->overflow = true;
		return NULL;
	}
	d = &s->dims[s->n];
	*d = (struct hs_dim){ .field = (uint8_t)f };
	if (f != N_FIELDS) {
		if (s->of_field[f] < 0)
			s->of_field[f] = (int16_t)s->n;
		d->part = (uint8_t)s->parts[f]++;
	}
	s->n++;
	return d;
}

static void
end_dim(struct hs_space *s, struct hs_dim *d, uint32_t n)
{
	d->n = n;
	d->bits = n <= HS_BITS;
	s->all[d - s->dims] = cell_classes(d, 0, n - 1);
}

/* Where to look in a long list: the class of every (1 << shift)-th value, from
 * the first cut on; there are up to twice as many of them as classes. */
static void
index_line(struct hs_space *s, struct hs_dim *d)
{
	u128 first = d->starts[1], span = d->starts[d->n - 1] - first;
	uint32_t n, c = 1, *jump;

	if (d->bits)
		return;
	while (span >> d->shift >= 2 * (u128)d->n)
		d->shift++;
	n = (uint32_t)(span >> d->shift) + 1;
	jump = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*jump));
	for (uint32_t i = 0; i < n; i++) {
		while (c + 1 < d->n &&
		    d->starts[c + 1] - first <= (u128)i << d->shift)
			c++;
		jump[i] = c;
	}
	jump[n] = d->n - 1;
	d->jump = jump;
}

static void
finish_line(struct hs_space *s, struct asked *a, enum field f)
{
	struct hs_dim *d;
	u128 hi = s->values[f].hi, *starts;
	uint32_t n = 1;
	unsigned bits = 8;

	if (field_info[f].kind == FIELD_IFACE)	/* no interface, or some */
		add_cut(a, &s->values[f], 1);
	while (bits < 128 && hi >> bits != 0)
		bits += 8;
	sort_cuts(a->cuts, a->n, bits / 8);
	starts = arena_alloc(s->arena, (a->n + 2) * sizeof(*starts));
	starts[0] = s->values[f].lo;
	for (uint32_t i = 0; i < a->n; i++) {
		u128 next = i + 1 < a->n ? a->cuts[i + 1] - 1 : hi;

		if (a->cuts[i] == starts[n - 1])
			continue;
		/* A class of names that no interface can have has nobody in
		 * it: it stays with the one before. */
		if (field_info[f].kind == FIELD_IFACE &&
		    (hs_next_name(a->cuts[i]) == 0 ||
		    hs_next_name(a->cuts[i]) > next))
			continue;
		starts[n++] = a->cuts[i];
	}
	starts[n] = hi + 1;
	if (n == 1 || (d = new_dim(s, f)) == NULL)
		return;
	d->starts = starts;
	end_dim(s, d, n);
	index_line(s, d);
}

/* Splits classes by what a target makes of their values.  False: none was. */
static bool
split_by_change(struct asked *a, unsigned size, const struct change *ch)
{
	uint32_t had = a->n_of, room = had + 1, n = 0;
	uint16_t *split = mem_alloc((size_t)had * room, sizeof(*split));
	uint16_t *of = mem_alloc(size, sizeof(*of));

	memset(split, 0xff, (size_t)had * room * sizeof(*split));
	for (unsigned v = 0; v < size; v++) {
		uint16_t to = a->of[((v & ~ch->mask) ^ ch->x) & (size - 1)];
		uint16_t *k;

		of[v] = ABSENT;
		if (a->of[v] == ABSENT)
			continue;
		k = &split[a->of[v] * room + (to == ABSENT ? had : to)];
		if (*k == ABSENT)
			*k = (uint16_t)n++;
		of[v] = *k;
	}
	memcpy(a->of, of, size * sizeof(*of));
	a->n_of = n;
	free(of);
	free(split);
	return n != had;
}

static void
split_by_changes(struct asked *a, unsigned size)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t i = 0; i < a->n_changes; i++)
			again |= split_by_change(a, size, &a->changes[i]);
	}
}

static void
finish_small(struct hs_space *s, struct asked *a, enum field f)
{
	unsigned size = 1U << field_info[f].bits;
	struct hs_dim *d;
	uint16_t *of;
	uint32_t *sizes;

	if (a->n_of > 1)
		split_by_changes(a, size);
	if (a->n_of <= 1 || (d = new_dim(s, f)) == NULL)
		return;
	of = arena_copy(s->arena, a->of, size * sizeof(*of));
	sizes = arena_alloc(s->arena, a->n_of * sizeof(*sizes));
	for (unsigned v = 0; v < size; v++)
		if (of[v] != ABSENT)
			sizes[of[v]]++;
	d->of = of;
	d->sizes = sizes;
	end_dim(s, d, a->n_of);
}

static uint32_t
add_block_value(uint32_t *values, uint32_t n, uint32_t v)
{
	for (uint32_t i = 0; i < n; i++)
		if (values[i] == v)
			return n;
	values[n] = v;
	return n + 1;
}

/* Does a target turn the bits of the block round? */
static bool
is_turned(const struct asked *a, uint32_t block)
{
	for (uint32_t i = 0; i < a->n_changes; i++)
		if (a->changes[i].x & ~a->changes[i].mask & block)
			return true;
	return false;
}

/* Bits that stand in the same masks are one block: a test of a mark is one
 * of each block in its mask, and compares with one of few values. */
static void
finish_mark(struct hs_space *s, const struct asked *a, enum field f)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < a->n_masks; i++)
		left |= a->masks[i];
	while (left != 0) {
		uint32_t block = left, n = 0, *values;
		struct hs_dim *d;

		for (uint32_t i = 0; i < a->n_masks; i++) {
			uint32_t lowest = left & -left;

			block &= a->masks[i] & lowest ? a->masks[i] :
			    ~a->masks[i];
		}
		left &= ~block;
		if (s->parts[f] == MAX_BLOCKS || (d = new_dim(s, f)) == NULL) {
			s->overflow = true;
			return;
		}
		/* 0 first: it is what most packets have. */
		values = arena_alloc(s->arena, 2 * (a->n_values + 1) *
		    sizeof(*values));
		n = add_block_value(values, 0, 0);
		for (uint32_t i = 0; i < a->n_values; i++)
			n = add_block_value(values, n, a->values[i] & block);
		for (uint32_t i = 0, had = n; i < had && is_turned(a, block);
		    i++)
			n = add_block_value(values, n, ~values[i] & block);
		d->mask = block;
		d->values = values;
		d->n_values = n;
		end_dim(s, d, n + (__builtin_popcount(block) >= 32 ||
		    n < 1U << __builtin_popcount(block)));
		if (d->n == 1) {	/* cannot be: a block has 2 values */
			s->parts[f]--;
			s->n--;
		}
	}
}

static void
finish_field(struct hs_space *s, enum field f)
{
	struct asked *a = &s->collect->of[f];

	if (!a->any)
		return;
	if (is_line(f))
		finish_line(s, a, f);
	else if (field_info[f].kind == FIELD_SMALL)
		finish_small(s, a, f);
	else
		finish_mark(s, &s->collect->of[F_MARK], f);
}

void
hs_space_mirror(struct hs_space *s)
{
	s->collect->mirror = true;
}

/* Fields that are compared with one another; the first two are asked of if
 * any is. */
static const enum field alike[][6] = {
	{ F_SRC, F_DST, F_CT_ORIGSRC, F_CT_ORIGDST, F_CT_REPLSRC,
	    F_CT_REPLDST },
	{ F_SPORT, F_DPORT, F_CT_ORIGSPORT, F_CT_ORIGDPORT, F_CT_REPLSPORT,
	    F_CT_REPLDPORT },
	{ F_IN, F_OUT, N_FIELDS, N_FIELDS, N_FIELDS, N_FIELDS },
};

static void
share_cuts(struct hs_collect *c, const enum field *group)
{
	const struct range *values = c->space->values;
	bool any = false;

	for (unsigned i = 0; i < 6 && group[i] != N_FIELDS; i++)
		any |= c->of[group[i]].any;
	if (!any)
		return;
	c->of[group[0]].any = c->of[group[1]].any = true;
	for (unsigned i = 0; i < 6 && group[i] != N_FIELDS; i++)
		for (unsigned j = 0; c->of[group[i]].any &&
		    j < 6 && group[j] != N_FIELDS; j++) {
			uint32_t n = c->of[group[j]].n;

			for (uint32_t k = 0; i != j && k < n; k++)
				add_cut(&c->of[group[i]], &values[group[i]],
				    c->of[group[j]].cuts[k]);
		}
}

/* Who asks of a copy asks of what was copied. */
static void
share_copied(struct hs_collect *c)
{
	for (unsigned f = 0; f < N_FIELDS; f++)
		for (unsigned to = 0; to < N_FIELDS; to++)
			if (c->of[f].copied >> to & 1)
				c->of[f].any |= c->of[to].any;
}

void
hs_space_finish(struct hs_space *s)
{
	/* Those that tell most apart first. */
	static const enum field order[] = { F_DST, F_SRC, F_DPORT, F_PROTO,
	    F_SPORT };
	struct hs_collect *c = s->collect;
	bool done[N_FIELDS] = { false };

	for (unsigned i = 0; c->mirror && i < 3; i++)
		share_cuts(c, alike[i]);
	share_copied(c);
	for (unsigned f = 0; f < N_FIELDS; f++)
		s->of_field[f] = -1;
	for (unsigned i = 0; i < sizeof(order) / sizeof(*order); i++) {
		finish_field(s, order[i]);
		done[order[i]] = true;
	}
	for (unsigned f = 0; f < N_FIELDS; f++)
		if (!done[f])
			finish_field(s, (enum field)f);
	/* Not before: marks share what was asked. */
	for (unsigned f = 0; f < N_FIELDS; f++) {
		free(c->of[f].cuts);
		free(c->of[f].seen);
		free(c->of[f].of);
		free(c->of[f].masks);
		free(c->of[f].changes);
		free(c->of[f].values);
	}
	for (unsigned i = 0; i < c->n_opaque; i++) {
		struct hs_dim *d = new_dim(s, N_FIELDS);

		map_set(&s->keys, s->arena, c->opaque[i],
		    strlen(c->opaque[i]), d);
		if (d == NULL)
			continue;
		d->key = c->opaque[i];
		end_dim(s, d, 2);
	}
	free(c);
	s->collect = NULL;
}

/* ---- cutting ---- */

/* The last of the classes from 'lo' to 'hi' that begins at 'v' or before; 'lo'
 * does. */
static uint32_t
last_begun(const struct hs_dim *d, uint32_t lo, uint32_t hi, u128 v)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo + 1) / 2;

		if (d->starts[mid] <= v)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

/* The class of a value on a line. */
static uint32_t
find(const struct hs_dim *d, u128 v)
{
	uint32_t lo = 0, hi = d->n - 1;

	if (v < d->starts[1])
		return 0;
	if (v >= d->starts[hi])
		return hi;
	if (d->jump != NULL) {
		const uint32_t *at = d->jump + (uint32_t)((v - d->starts[1]) >>
		    d->shift);

		lo = at[0];
		hi = at[1];
	}
	return last_begun(d, lo, hi, v);
}

/* The same, not before class 'from': most tests are of few classes. */
static uint32_t
find_from(const struct hs_dim *d, uint32_t from, u128 v)
{
	uint32_t step = 1;

	while (from + step < d->n && d->starts[from + step] <= v) {
		from += step;
		step *= 2;
	}
	return last_begun(d, from, from + step < d->n ? from + step - 1 :
	    d->n - 1, v);
}

uint32_t
hs_class(const struct hs_dim *d, u128 v)
{
	if (d->of != NULL)
		return v < 1U << field_info[d->field].bits &&
		    d->of[v] != ABSENT ? d->of[v] : d->n;
	return v < d->starts[0] || v > d->starts[d->n] - 1 ? d->n : find(d, v);
}

hs_cell
hs_mirror(const struct hs_space *s, unsigned from, hs_cell c, unsigned to)
{
	const struct hs_dim *a = &s->dims[from], *b = &s->dims[to];
	uint32_t first = UINT32_MAX, last = 0;
	hs_cell bits = 0;

	if (from == to)
		return c;
	if (c == s->all[from] || (a->of != NULL && !b->bits))
		return s->all[to];
	for (uint32_t k = 0; k < a->n; k++) {
		uint32_t lo, hi;

		if (!cell_has(a, c, k))
			continue;
		if (a->of != NULL) {
			for (unsigned v = 0; v < 1U << field_info[a->field].bits;
			    v++)
				if (a->of[v] == k && b->of[v] != ABSENT)
					bits |= (hs_cell)1 << b->of[v];
			continue;
		}
		lo = find(b, a->starts[k]);
		if (!a->bits)		/* the rest of the range at once */
			k = cell_last(c);
		hi = find(b, a->starts[k + 1] - 1);
		first = lo < first ? lo : first;
		last = hi > last ? hi : last;
		if (b->bits)
			bits |= cell_classes(b, lo, hi);
	}
	return b->bits ? bits : cell_range(first, last);
}

/* Classes as ranges of classes, ordered, apart: some by themselves, many
 * malloc'ed. */
struct span { uint32_t first, last; };
enum { FEW_SPANS = 4 };
struct spans { struct span *v, few[FEW_SPANS]; uint32_t n, room; };

static void
add_span(struct spans *s, uint32_t first, uint32_t last)
{
	if (s->n < FEW_SPANS) {
		s->v = s->few;
	} else if (s->v == s->few) {
		s->room = 2 * FEW_SPANS;
		s->v = mem_alloc(s->room, sizeof(*s->v));
		memcpy(s->v, s->few, sizeof(s->few));
	} else {
		vec_room(s->v, s->n, s->room);
	}
	s->v[s->n++] = (struct span){ first, last };
}

static void
spans_free(struct spans *s)
{
	if (s->v != s->few)
		free(s->v);
}

static int
by_lo(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* 'n' sorted ranges of values as spans of classes, or those around them. */
static void
line_spans(const struct hs_dim *d, const struct range *r, unsigned n,
    bool negate, struct spans *out)
{
	uint32_t next = 0;		/* the first class not dealt with */

	for (unsigned i = 0; i < n; i++) {
		u128 lo = r[i].lo < d->starts[0] ? d->starts[0] : r[i].lo;
		u128 end = d->starts[d->n] - 1;	/* also where it wrapped */
		u128 hi = r[i].hi > end ? end : r[i].hi;
		uint32_t first, last;

		if (lo > hi)
			continue;
		first = find(d, lo);
		last = find_from(d, first, hi);
		/* Names that no interface can have were left with the class
		 * before. */
		if (d->starts[first] != lo && d->starts[first] < lo)
			first++;
		if (first > last)
			continue;
		if (first < next)
			first = next;
		if (first > last)
			continue;
		if (negate) {
			if (first > next)
				add_span(out, next, first - 1);
		} else {
			add_span(out, first, last);
		}
		next = last + 1;
	}
	if (negate && next < d->n)
		add_span(out, next, d->n - 1);
}

/* One cell of every box loses the classes that have no bit. */
static void
cut_bits(struct hs_cut *c, unsigned i, hs_cell bits)
{
	const struct hs_space *s = c->space;
	unsigned kept = 0;

	for (unsigned b = 0; b < c->now.n; b++) {
		hs_cell *box = hs_box(s, &c->now, b);

		if ((box[i] & bits) == 0)
			continue;
		box[i] &= bits;
		if (kept != b)
			memcpy(hs_box(s, &c->now, kept), box,
			    s->n * sizeof(*box));
		kept++;
	}
	c->now.n = kept;
}

static hs_cell
span_bits(const struct hs_dim *d, const struct spans *sp)
{
	hs_cell bits = 0;

	for (uint32_t k = 0; k < sp->n; k++)
		bits |= cell_classes(d, sp->v[k].first, sp->v[k].last);
	return bits;
}

/* One cell of every box becomes its common part with a span. */
static void
cut_span(struct hs_cut *c, unsigned i, uint32_t first, uint32_t last)
{
	const struct hs_space *s = c->space;
	unsigned kept = 0;

	if (s->dims[i].bits) {
		cut_bits(c, i, cell_classes(&s->dims[i], first, last));
		return;
	}
	for (unsigned b = 0; b < c->now.n; b++) {
		hs_cell *box = hs_box(s, &c->now, b);
		uint32_t lo = cell_first(box[i]), hi = cell_last(box[i]);

		if (first > hi || last < lo)
			continue;
		box[i] = cell_range(first > lo ? first : lo,
		    last < hi ? last : hi);
		if (kept != b)
			memcpy(hs_box(s, &c->now, kept), box,
			    s->n * sizeof(*box));
		kept++;
	}
	c->now.n = kept;
}

/* The same with several. */
static void
cut_dim(struct hs_cut *c, unsigned i, const struct spans *sp)
{
	const struct hs_space *s = c->space;
	unsigned n = c->now.n, kept = 0;

	if (s->dims[i].bits) {
		cut_bits(c, i, span_bits(&s->dims[i], sp));
		return;
	}
	if (sp->n == 1) {
		cut_span(c, i, sp->v->first, sp->v->last);
		return;
	}
	/* The first span in place, further ones as new boxes. */
	for (unsigned b = 0; b < n; b++) {
		hs_cell box[HS_MAX_DIMS], whole;
		bool first = true;

		memcpy(box, hs_box(s, &c->now, b), s->n * sizeof(*box));
		whole = box[i];
		for (uint32_t k = 0; k < sp->n; k++) {
			uint32_t lo = sp->v[k].first, hi = sp->v[k].last;

			if (lo > cell_last(whole) || hi < cell_first(whole))
				continue;
			if (lo < cell_first(whole))
				lo = cell_first(whole);
			if (hi > cell_last(whole))
				hi = cell_last(whole);
			if (!first && c->now.n >= c->limit) {
				c->overflow = true;
				break;
			}
			box[i] = cell_range(lo, hi);
			if (first)
				memcpy(hs_box(s, &c->now, kept++), box,
				    s->n * sizeof(*box));
			else
				hs_add(s, &c->now, box);
			first = false;
		}
	}
	/* Close the gap between those kept and those added. */
	memmove(hs_box(s, &c->now, kept), hs_box(s, &c->now, n),
	    (size_t)(c->now.n - n) * s->n * sizeof(hs_cell));
	c->now.n -= n - kept;
}

static void
none(struct hs_cut *c)
{
	c->now.n = 0;
}

static void
cut_line(struct hs_cut *c, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	unsigned dim = (unsigned)c->space->of_field[f];
	const struct hs_dim *d = &c->space->dims[dim];
	struct range *sorted = NULL;
	struct spans sp = { .n = 0 };
	u128 hi = c->space->values[f].hi;

	if (!is_full(mask, hi)) {
		sorted = mem_alloc(MAX_SPREAD * (n ? n : 1), sizeof(*sorted));
		unsigned all = 0;

		for (unsigned i = 0; i < n; i++) {
			unsigned k = spread(r[i].lo, mask, hi, sorted + all);

			/* 0 of what can be: too many to write down. */
			if (k == 0 && !(r[i].lo & ~mask)) {
				c->unknown = true;
				free(sorted);
				return;
			}
			all += k;
		}
		r = sorted;
		n = all;
	} else if (n > 1) {
		sorted = mem_alloc(n, sizeof(*sorted));
		memcpy(sorted, r, n * sizeof(*sorted));
		r = sorted;
	}
	if (sorted != NULL && n != 0)
		qsort(sorted, n, sizeof(*sorted), by_lo);
	line_spans(d, r, n, negate, &sp);
	cut_dim(c, dim, &sp);
	spans_free(&sp);
	free(sorted);
}

static void
cut_small(struct hs_cut *c, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	unsigned dim = (unsigned)c->space->of_field[f];
	const struct hs_dim *d = &c->space->dims[dim];
	struct small_test t = small_test(f, mask, r, negate);
	unsigned slot = small_slot(&t);
	struct spans sp = { .n = 0 };
	bool *in;

	if (n == 1 && d->bits && same_test(&t, &c->recent[slot].test)) {
		cut_bits(c, dim, c->recent[slot].cell);
		return;
	}
	in = mem_alloc(d->n, sizeof(*in));
	for (unsigned v = 0; v < 1U << field_info[f].bits; v++)
		if (d->of[v] != ABSENT)
			in[d->of[v]] = test_holds(v, mask, r, n, negate);
	for (uint32_t k = 0; k < d->n; k++)
		if (in[k])
			add_span(&sp, k, k);
	if (n == 1 && d->bits) {
		c->recent[slot].test = t;
		c->recent[slot].cell = span_bits(d, &sp);
	}
	cut_dim(c, dim, &sp);
	spans_free(&sp);
	free(in);
}

/* The block's class of 'value'; its last if it is none of the known. */
static uint32_t
block_class(const struct hs_dim *d, uint32_t value)
{
	for (uint32_t i = 0; i < d->n_values; i++)
		if (d->values[i] == (value & d->mask))
			return i;
	return d->n - 1;
}

static void
cut_block(struct hs_cut *c, unsigned dim, uint32_t value, bool negate)
{
	const struct hs_dim *d = &c->space->dims[dim];
	uint32_t k = block_class(d, value);
	struct spans sp = { .n = 0 };

	if (!negate)
		add_span(&sp, k, k);
	else if (k > 0)
		add_span(&sp, 0, k - 1);
	if (negate && k + 1 < d->n)
		add_span(&sp, k + 1, d->n - 1);
	cut_dim(c, dim, &sp);
	spans_free(&sp);
}

/* The bits that have a dimension: all that are asked, if there was room. */
static uint32_t
block_bits(const struct hs_space *s, enum field f)
{
	uint32_t bits = 0;

	for (unsigned p = 0; p < (unsigned)s->parts[f]; p++)
		bits |= s->dims[(unsigned)s->of_field[f] + p].mask;
	return bits;
}

/* A value under a mask: every block of the mask; not it: the first block
 * differs, or it does not and the second does, and so on. */
static void
cut_mark(struct hs_cut *c, enum field f, uint32_t mask, uint32_t value,
    bool negate)
{
	const struct hs_space *s = c->space;
	unsigned first = (unsigned)s->of_field[f];
	struct hs from = { 0 }, all = { 0 };

	if (value & ~mask) {		/* never equal */
		if (!negate)
			none(c);
		return;
	}
	c->unknown |= (mask & ~block_bits(s, f)) != 0;
	if (!negate) {
		for (unsigned p = 0; p < (unsigned)s->parts[f]; p++)
			if (s->dims[first + p].mask & mask)
				cut_block(c, first + p, value, false);
		return;
	}
	for (unsigned b = 0; b < c->now.n; b++)
		hs_add(s, &from, hs_box(s, &c->now, b));
	for (unsigned p = 0; p < (unsigned)s->parts[f]; p++) {
		if (!(s->dims[first + p].mask & mask))
			continue;
		hs_clear(&c->now);
		for (unsigned b = 0; b < from.n; b++)
			hs_add(s, &c->now, hs_box(s, &from, b));
		for (unsigned q = 0; q < p; q++)
			if (s->dims[first + q].mask & mask)
				cut_block(c, first + q, value, false);
		cut_block(c, first + p, value, true);
		for (unsigned b = 0; b < c->now.n; b++)
			hs_add(s, &all, hs_box(s, &c->now, b));
	}
	hs_free(&c->now);
	c->now = all;
	hs_free(&from);
}

/* A field that is asked with no dimension has one class: the test holds for
 * all of it or for none. */
static void
cut_single(struct hs_cut *c, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	u128 lo = c->space->values[f].lo, hi = c->space->values[f].hi;
	bool some = false, all = false;

	if (field_info[f].kind == FIELD_MARK && (mask & UINT32_MAX) == 0) {
		if ((r[0].lo == 0) == negate)
			none(c);
		return;
	}
	if (field_info[f].kind == FIELD_SMALL) {
		for (unsigned x = 0; x < 1U << field_info[f].bits; x++)
			some |= field_valid(f, x, c->space->family) &&
			    test_holds(x, mask, r, n, negate);
		if (!some)
			none(c);
		return;
	}
	/* A part of a field that no rule asks of: it is as good as all of
	 * it. */
	/* A mask like no other: too many ranges to tell classes by. */
	c->unknown |= (is_line(f) && !is_full(mask, hi)) || c->space->overflow;
	for (unsigned i = 0; i < n; i++) {
		some |= !is_full(mask, hi) || (r[i].lo <= hi && r[i].hi >= lo);
		all |= is_full(mask, hi) && r[i].lo <= lo && r[i].hi >= hi;
	}
	if (negate ? all : !some)
		none(c);
}

static void
cut_test(struct lower *l, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	struct hs_cut *c = (struct hs_cut *)l;

	if (n == 0) {
		if (!negate)
			none(c);
	} else if (c->space->of_field[f] < 0) {
		cut_single(c, f, mask, r, n, negate);
	} else if (is_line(f)) {
		cut_line(c, f, mask, r, n, negate);
	} else if (field_info[f].kind == FIELD_SMALL) {
		cut_small(c, f, mask, r, n, negate);
	} else {
		assert(n == 1 && r->lo == r->hi);
		cut_mark(c, f, (uint32_t)mask, (uint32_t)r->lo, negate);
	}
}

static void
cut_iface(struct lower *l, enum field f, const struct ifmatch *m, bool negate)
{
	struct range r = iface_range(m);

	cut_test(l, f, ~(u128)0, &r, 1, negate);
}

static void
cut_opaque(struct lower *l, const char *key, bool negate)
{
	struct hs_cut *c = (struct hs_cut *)l;
	const struct hs_space *s = c->space;
	const struct hs_dim *d = map_get(&s->keys, key, strlen(key));
	struct spans sp = { .n = 0 };

	if (d == NULL) {
		c->unknown = true;
		return;
	}
	add_span(&sp, !negate, !negate);
	cut_dim(c, (unsigned)(d - s->dims), &sp);
	spans_free(&sp);
}

static void
copy_set(const struct hs_space *s, struct hs *to, const struct hs *from)
{
	hs_reserve(s, to, from->n);
	to->n = from->n;
	if (from->n != 0)
		memcpy(to->cells, from->cells, (size_t)from->n * s->n *
		    sizeof(hs_cell));
}

static void
put_out(struct hs_cut *c)
{
	for (unsigned i = 0; i < c->now.n; i++) {
		if (c->out.n >= c->limit) {
			c->overflow = true;
			return;
		}
		hs_add(c->space, &c->out, hs_box(c->space, &c->now, i));
	}
}

static void
cut_or(struct lower *l)
{
	struct hs_cut *c = (struct hs_cut *)l;

	put_out(c);
	copy_set(c->space, &c->now, c->from);
}

void
hs_cut_init(struct hs_cut *c, const struct hs_space *s)
{
	*c = (struct hs_cut){ .space = s, .limit = 1 << 20 };
	c->lower = (struct lower){ s->family, s->env, cut_test, cut_iface,
	    cut_opaque, cut_or };
}

void
hs_cut_free(struct hs_cut *c)
{
	hs_free(&c->now);
	hs_free(&c->out);
}

void
hs_cut_begin(struct hs_cut *c, const struct hs *set)
{
	c->overflow = c->unknown = false;
	c->from = set;
	copy_set(c->space, &c->now, set);
	hs_clear(&c->out);
}

void
hs_cut_end(struct hs_cut *c, struct hs *set)
{
	struct hs old = *set, *made = &c->now;

	if (c->out.n != 0) {
		put_out(c);
		made = &c->out;
	}
	*set = *made;
	*made = old;
	c->from = NULL;
}
