#include "model/hs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline bool
cell_meets(const struct hs_dim *d, hs_cell a, hs_cell b)
{
	if (d->bits)
		return (a & b) != 0;
	return cell_first(a) <= cell_last(b) && cell_first(b) <= cell_last(a);
}

static inline bool
cell_inside(const struct hs_dim *d, hs_cell a, hs_cell b)
{
	if (d->bits)
		return (a & ~b) == 0;
	return cell_first(a) >= cell_first(b) && cell_last(a) <= cell_last(b);
}

/* The common part of two cells that meet. */
static inline hs_cell
cell_and(const struct hs_dim *d, hs_cell a, hs_cell b)
{
	uint32_t first, last;

	if (d->bits)
		return a & b;
	first = cell_first(a) > cell_first(b) ? cell_first(a) : cell_first(b);
	last = cell_last(a) < cell_last(b) ? cell_last(a) : cell_last(b);
	return cell_range(first, last);
}

bool
box_meets(const struct hs_space *s, const hs_cell *a, const hs_cell *b)
{
	for (unsigned i = 0; i < s->n; i++)
		if (!cell_meets(&s->dims[i], a[i], b[i]))
			return false;
	return true;
}

bool
box_inside(const struct hs_space *s, const hs_cell *a, const hs_cell *b)
{
	for (unsigned i = 0; i < s->n; i++)
		if (!cell_inside(&s->dims[i], a[i], b[i]))
			return false;
	return true;
}

bool
box_and(const struct hs_space *s, hs_cell *out, const hs_cell *a,
    const hs_cell *b)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (!cell_meets(&s->dims[i], a[i], b[i]))
			return false;
		out[i] = cell_and(&s->dims[i], a[i], b[i]);
	}
	return true;
}

bool
box_minus(const struct hs_space *s, const hs_cell *a, const hs_cell *b,
    bool (*each)(const hs_cell *, void *), void *arg)
{
	hs_cell rest[HS_MAX_DIMS];

	if (!box_meets(s, a, b))
		return each(a, arg);
	memcpy(rest, a, s->n * sizeof(*rest));
	for (unsigned i = 0; i < s->n; i++) {
		const struct hs_dim *d = &s->dims[i];
		hs_cell own = rest[i];

		if (cell_inside(d, own, b[i]))
			continue;
		if (d->bits) {
			rest[i] = own & ~b[i];
			if (!each(rest, arg))
				return false;
		} else {
			if (cell_first(own) < cell_first(b[i])) {
				rest[i] = cell_range(cell_first(own),
				    cell_first(b[i]) - 1);
				if (!each(rest, arg))
					return false;
			}
			if (cell_last(own) > cell_last(b[i])) {
				rest[i] = cell_range(cell_last(b[i]) + 1,
				    cell_last(own));
				if (!each(rest, arg))
					return false;
			}
		}
		rest[i] = cell_and(d, own, b[i]);
	}
	return true;
}

/* ---- counting ---- */

hs_cell
cell_classes(const struct hs_dim *d, uint32_t first, uint32_t last)
{
	if (!d->bits)
		return cell_range(first, last);
	return (~(hs_cell)0 >> (HS_BITS - 1 - last)) & ~(hs_cell)0 << first;
}

uint32_t
cell_count(const struct hs_dim *d, hs_cell c)
{
	return d->bits ? (uint32_t)__builtin_popcountll(c) :
	    cell_last(c) - cell_first(c) + 1;
}

/* How many values the classes first to last have. */
static double
class_values(const struct hs_dim *d, uint32_t first, uint32_t last)
{
	double n = 0;

	if (d->starts != NULL && field_info[d->field].kind == FIELD_IFACE)
		return last - first + 1;	/* names: who could count them */
	if (d->starts != NULL)	/* 2^128 wraps to 0 */
		return (double)(d->starts[last + 1] - 1 - d->starts[first]) + 1;
	if (d->field == N_FIELDS)
		return last - first + 1;
	if (d->values != NULL) {
		for (uint32_t c = first; c <= last; c++)
			n += c < d->n_values ? 1 : ldexp(1,
			    __builtin_popcount(d->mask)) - d->n_values;
		return n;
	}
	for (uint32_t c = first; c <= last; c++)
		n += d->sizes[c];
	return n;
}

static double
cell_values(const struct hs_dim *d, hs_cell c)
{
	double n = 0;

	if (!d->bits)
		return class_values(d, cell_first(c), cell_last(c));
	for (uint32_t first, last; c != 0; c &= ~(hs_cell)1 << last) {
		hs_cell after;

		first = (uint32_t)__builtin_ctzll(c);
		after = ~c >> first;
		last = after == 0 ? HS_BITS - 1 :
		    first + (uint32_t)__builtin_ctzll(after) - 1;
		n += class_values(d, first, last);
	}
	return n;
}

double
box_count(const struct hs_space *s, const hs_cell *box)
{
	double n = 1;

	for (unsigned i = 0; i < s->n; i++)
		n *= cell_values(&s->dims[i], box[i]);
	return n;
}

double
box_share(const struct hs_space *s, const hs_cell *part,
    const hs_cell *whole)
{
	double share = 1;

	for (unsigned i = 0; i < s->n; i++)
		if (part[i] != whole[i])
			share *= (double)cell_count(&s->dims[i], part[i]) /
			    cell_count(&s->dims[i], whole[i]);
	return share;
}

/* ---- sets ---- */

void
hs_reserve(const struct hs_space *s, struct hs *set, uint32_t room)
{
	if (set->room >= room)
		return;
	set->room = room;
	set->cells = mem_grow(set->cells, room, (s->n ? s->n : 1) *
	    sizeof(hs_cell));
}

void
hs_add(const struct hs_space *s, struct hs *set, const hs_cell *box)
{
	if (set->n == set->room)
		hs_reserve(s, set, set->room ? set->room * 2 : 4);
	memcpy(hs_box(s, set, set->n++), box, s->n * sizeof(hs_cell));
}

struct hs *
hs_keep(const struct hs_space *s, const struct hs *set, struct arena *arena)
{
	struct hs *kept = arena_new(arena, struct hs);

	kept->n = set->n;
	if (set->n != 0)
		kept->cells = arena_copy(arena, set->cells, (size_t)set->n *
		    s->n * sizeof(hs_cell));
	return kept;
}

void
hs_clear(struct hs *set)
{
	set->n = 0;
}

/* ---- fewer boxes ---- */

static bool
cell_or(const struct hs_dim *d, hs_cell a, hs_cell b, hs_cell *out)
{
	uint32_t first = cell_first(a), last = cell_last(a);

	if (d->bits) {
		*out = a | b;
		return true;
	}
	if ((uint64_t)cell_first(b) > (uint64_t)last + 1 ||
	    (uint64_t)first > (uint64_t)cell_last(b) + 1)
		return false;
	*out = cell_range(first < cell_first(b) ? first : cell_first(b),
	    last > cell_last(b) ? last : cell_last(b));
	return true;
}

/* Makes 'a' both, if that is a box. */
static bool
box_or(const struct hs_space *s, hs_cell *a, const hs_cell *b)
{
	unsigned differ = s->n;

	for (unsigned i = 0; i < s->n; i++) {
		if (a[i] == b[i])
			continue;
		if (differ != s->n)
			return box_inside(s, b, a);
		differ = i;
	}
	return differ == s->n ||
	    cell_or(&s->dims[differ], a[differ], b[differ], &a[differ]);
}

void
hs_merge(const struct hs_space *s, struct hs *set)
{
	bool again = true;

	while (again) {
		again = false;
		for (unsigned i = 0; i < set->n; i++)
			for (unsigned k = 0; k < set->n;) {
				if (k == i || !box_or(s, hs_box(s, set, i),
				    hs_box(s, set, k))) {
					k++;
					continue;
				}
				memmove(hs_box(s, set, k),
				    hs_box(s, set, k + 1), (set->n - k - 1) *
				    s->n * sizeof(hs_cell));
				set->n--;
				i -= k < i;
				again = true;
			}
	}
}

void
hs_free(struct hs *set)
{
	if (set->room != 0)
		free(set->cells);
	*set = (struct hs){ 0 };
}

struct leave { const struct hs_space *space; struct hs *out; unsigned most; };

static bool
leave_piece(const hs_cell *piece, void *arg)
{
	struct leave *l = arg;

	if (l->out->n >= l->most)
		return false;
	hs_add(l->space, l->out, piece);
	return true;
}

bool
hs_subtract(const struct hs_space *s, struct hs *set, const hs_cell *box,
    unsigned most)
{
	struct hs left = { 0 };
	struct leave l = { s, &left, most };
	bool ok = true;

	for (unsigned i = 0; i < set->n && ok; i++)
		ok = box_minus(s, hs_box(s, set, i), box, leave_piece, &l);
	if (ok) {
		hs_free(set);
		*set = left;
	} else {
		hs_free(&left);
	}
	return ok;
}
