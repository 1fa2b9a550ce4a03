#include "analysis/made.h"

#include <string.h>

/* One field's change. */
struct change { uint32_t mask, x; };

static const enum field seen[] = { F_MARK, F_CONNMARK, F_TOS, F_TTL };
enum { N_SEEN = sizeof(seen) / sizeof(*seen) };

struct changed { struct change of[N_SEEN]; };

/* Listens to a target. */
struct making {
	struct changes c;
	struct changed now;
	bool more;			/* it is more than such a change */
};

static void
make_set(struct changes *c, enum field f, u128 mask, u128 value)
{
	struct making *g = (struct making *)c;

	for (unsigned i = 0; i < N_SEEN; i++)
		if (seen[i] == f) {
			struct change *h = &g->now.of[i];

			h->mask |= (uint32_t)mask;
			h->x = (h->x & ~(uint32_t)mask) ^ (uint32_t)value;
			return;
		}
	g->more = true;
}

static void
make_choose(struct changes *c, enum field f, const struct range *r,
    unsigned n)
{
	(void)f;
	(void)r;
	(void)n;
	((struct making *)c)->more = true;
}

static void
make_copy(struct changes *c, enum field to, enum field from, uint32_t mask)
{
	(void)to;
	(void)from;
	(void)mask;
	((struct making *)c)->more = true;
}

/* Is what the target changes of fields all that it does? */
static bool
only_changes(const struct rule *r)
{
	static const char *const names[] = { "MARK", "CONNMARK", "TOS",
	    "DSCP", "TTL", "HL" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(r->target.ext->name, names[i]) == 0)
			return true;
	return false;
}

/* The targets from '*at' on in one; up to one that does more. */
static struct changed
made_from(const struct analysis *an, enum hook hook, const struct made *m,
    unsigned *at)
{
	struct making g = { { an->space->family, an->space->env, hook,
	    make_set, make_choose, make_copy }, .more = false };

	for (; *at < m->n && only_changes(m->v[*at].rule); ++*at) {
		const struct use *u = &m->v[*at].rule->target;
		struct changed before = g.now;

		u->ext->change(u->data, &g.c);
		if (g.more) {
			g.now = before;
			break;
		}
	}
	return g.now;
}

/* ---- two of them ---- */

static bool
same_bits(struct change a, struct change b, uint32_t bits)
{
	return ((a.mask ^ b.mask) & bits) == 0 && ((a.x ^ b.x) & bits) == 0;
}

static uint32_t
field_bits(enum field f)
{
	return UINT32_MAX >> (32 - field_info[f].bits);
}

static bool
comes_to_same(struct change a, struct change b, uint32_t bits, uint32_t v)
{
	return ((((v & ~a.mask) ^ a.x) ^ ((v & ~b.mask) ^ b.x)) & bits) == 0;
}

/* Do all values of the class come to the same? */
static bool
class_same(const struct hs_dim *d, uint32_t k, struct change a,
    struct change b, uint32_t bits)
{
	if (d->values != NULL)
		return k < d->n_values && comes_to_same(a, b, bits,
		    d->values[k]);
	for (unsigned v = 0; v <= bits; v++)
		if (d->of[v] == k && !comes_to_same(a, b, bits, v))
			return false;
	return true;
}

/* Cuts a cell down to the classes that come to the same; false: none. */
static bool
cut_cell(const struct hs_dim *d, struct change a, struct change b,
    uint32_t bits, hs_cell *cell)
{
	uint32_t first = UINT32_MAX, last = 0;
	hs_cell kept = 0;

	for (uint32_t k = 0; k < d->n; k++) {
		if (!cell_has(d, *cell, k) || !class_same(d, k, a, b, bits))
			continue;
		kept |= d->bits ? (hs_cell)1 << k : 0;
		if (!d->bits && first != UINT32_MAX && last + 1 != k)
			break;		/* no cell has two ranges */
		first = k < first ? k : first;
		last = k;
	}
	*cell = d->bits ? kept : cell_range(first, last);
	return first != UINT32_MAX;
}

/* Of one field: cuts the box down to packets of which both make the same. */
static bool
cut_field(const struct hs_space *sp, enum field f, struct change a,
    struct change b, hs_cell *box)
{
	uint32_t left = field_bits(f);
	unsigned n = sp->of_field[f] < 0 ? 0 : (unsigned)sp->parts[f];

	for (unsigned p = 0; p < n; p++) {
		unsigned dim = (unsigned)sp->of_field[f] + p;
		const struct hs_dim *d = &sp->dims[dim];
		uint32_t bits = d->values != NULL ? d->mask : left;

		left &= ~bits;
		if (!same_bits(a, b, bits) &&
		    !cut_cell(d, a, b, bits, &box[dim]))
			return false;
	}
	/* Bits that no rule asks of can be anything. */
	return same_bits(a, b, left);
}

static enum made_same
compare(const struct hs_space *sp, const struct changed *a,
    const struct changed *b, bool known, const hs_cell *box, hs_cell *same)
{
	bool equal = true;

	memcpy(same, box, sp->n * sizeof(*same));
	for (unsigned i = 0; i < N_SEEN; i++) {
		uint32_t bits = field_bits(seen[i]);

		if (same_bits(a->of[i], b->of[i], bits))
			continue;
		equal = false;
		if (!known || !cut_field(sp, seen[i], a->of[i], b->of[i],
		    same))
			return MADE_OTHERWISE;
	}
	return equal || memcmp(same, box, sp->n * sizeof(*same)) == 0 ?
	    MADE_SAME : MADE_SOME;
}

enum made_same
made_compare(const struct analysis *an, enum hook hook, const struct made *a,
    const struct made *b, const hs_cell *box, hs_cell *same)
{
	unsigned i = 0, k = 0;
	bool known = true;		/* what the fields were before */

	for (;;) {
		struct changed x = made_from(an, hook, a, &i);
		struct changed y = made_from(an, hook, b, &k);
		bool end = i == a->n || k == b->n;
		enum made_same is = compare(an->space, &x, &y, known && end,
		    box, same);

		if (end)
			return i == a->n && k == b->n ? is : MADE_OTHERWISE;
		if (is != MADE_SAME || a->v[i++].text != b->v[k++].text)
			return MADE_OTHERWISE;
		known = false;
	}
}
