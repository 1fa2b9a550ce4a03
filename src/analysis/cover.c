/* Most rules are alive, and a few points show it; most dead ones are inside
 * one box before.  What is left is decided by subtraction, the box with the
 * greatest share first; where that explodes, dimension by dimension. */
#include "analysis/cover.h"

#include <stdlib.h>
#include <string.h>

enum {
	PROBES = 6, MORE_PROBES = 32, SUBTRACT_LIMIT = 20000,
	SWEEP_LIMIT = 2000000, BLAME_LIMIT = 200000, BLAME_MAX = 8
};

/* Boxes that keep packets from the place asked about. */
struct cand { const hs_cell *box; uint32_t step; };
struct cands { struct cand *v; unsigned n, room; };

struct search {
	struct program *p;
	const hs_cell *box;
	uint32_t at;
	struct cands found;
	bool single;			/* one alone covers the box */
	uint64_t random;
	unsigned work;
	hs_cell *witness;
};

static uint64_t
next_random(struct search *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* ---- points ---- */

static hs_cell
point_cell(const struct hs_dim *d, hs_cell c, unsigned kind, uint64_t random)
{
	uint32_t n = cell_count(d, c), k;

	k = kind == 0 ? 0 : kind == 1 ? n - 1 : (uint32_t)(random % n);
	if (!d->bits)
		return cell_range(cell_first(c) + k, cell_first(c) + k);
	while (k-- > 0)
		c &= c - 1;
	return c & -c;
}

/* The first, the last, or a random point of a box. */
static void
make_point(struct search *s, const hs_cell *box, unsigned kind, hs_cell *out)
{
	const struct hs_space *sp = s->p->an->space;

	for (unsigned i = 0; i < sp->n; i++)
		out[i] = point_cell(&sp->dims[i], box[i], kind, kind > 1 ?
		    next_random(s) >> 11 : 0);
}

static bool
blocks(const struct search *s, const struct hs_item *it)
{
	return !s->p->steps[it->at].dead && step_blocks(s->p, it->at, s->at);
}

static bool
stop_at_block(const struct hs_item *it, void *arg)
{
	return !blocks(arg, it);
}

static bool
keep(struct search *s, const hs_cell *w)
{
	if (s->witness != NULL)
		memcpy(s->witness, w, s->p->an->space->n * sizeof(*w));
	return true;
}

/* Is one of a few points not covered? */
static bool
probe_tree(struct search *s)
{
	hs_cell pt[HS_MAX_DIMS];

	for (unsigned i = 0; i < PROBES; i++) {
		make_point(s, s->box, i, pt);
		if (hs_tree_meet(s->p->tree, pt, s->at, stop_at_block, s))
			return keep(s, pt);
	}
	return false;
}

static bool
probe_cands(struct search *s)
{
	const struct hs_space *sp = s->p->an->space;
	hs_cell pt[HS_MAX_DIMS];

	for (unsigned i = 0; i < MORE_PROBES; i++) {
		unsigned k = 0;

		make_point(s, s->box, 2, pt);
		while (k < s->found.n && !box_meets(sp, s->found.v[k].box, pt))
			k++;
		if (k == s->found.n)
			return keep(s, pt);
	}
	return false;
}

/* ---- subtraction ---- */

struct rest {
	struct search *s;
	const struct cand *cands;
	unsigned n, but;
	enum cover result;
};

static enum cover subtract(struct search *s, const hs_cell *box,
    const struct cand *c, unsigned n);

static bool
each_rest(const hs_cell *piece, void *arg)
{
	struct rest *r = arg;
	const struct hs_space *sp = r->s->p->an->space;
	struct cand *some = mem_alloc(r->n, sizeof(*some));
	unsigned n = 0;

	for (unsigned i = 0; i < r->n; i++)
		if (i != r->but && box_meets(sp, r->cands[i].box, piece))
			some[n++] = r->cands[i];
	r->result = subtract(r->s, piece, some, n);
	free(some);
	return r->result == COVER_YES;
}

static enum cover
subtract(struct search *s, const hs_cell *box, const struct cand *c,
    unsigned n)
{
	const struct hs_space *sp = s->p->an->space;
	struct rest r = { s, c, n, 0, COVER_YES };
	hs_cell common[HS_MAX_DIMS];
	double best = -1;

	if (n == 0) {
		keep(s, box);
		return COVER_NO;
	}
	if (++s->work > SUBTRACT_LIMIT)
		return COVER_UNDECIDED;
	for (unsigned i = 0; i < n; i++) {
		double share;

		if (!box_and(sp, common, box, c[i].box))
			continue;
		share = box_log_share(sp, common, box);
		if (share > best) {
			best = share;
			r.but = i;
		}
		if (share >= 1 && box_inside(sp, box, c[i].box))
			return COVER_YES;
	}
	if (best < 0) {
		keep(s, box);
		return COVER_NO;
	}
	box_minus(sp, box, c[r.but].box, each_rest, &r);
	return r.result;
}

/* ---- sweeping: one dimension after the other ---- */

struct sweep {
	struct search *s;
	struct arena arena;
	/* Sets of candidates that were met in a dimension and were covered:
	 * they come again and again. */
	struct map seen[HS_MAX_DIMS];
	hs_cell at[HS_MAX_DIMS];	/* the path so far */
};

/* Was this set there already?  If not it is now. */
static bool
seen_before(struct sweep *w, unsigned dim, const uint32_t *set, unsigned n)
{
	size_t size = n * sizeof(*set);

	if (map_get(&w->seen[dim], (const char *)set, size) != NULL)
		return true;
	set = arena_copy(&w->arena, set, size);
	map_set(&w->seen[dim], &w->arena, (const char *)set, size, w);
	return false;
}

static enum cover sweep_dim(struct sweep *w, unsigned dim,
    const uint32_t *set, unsigned n);

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The classes from 'first' to 'last' (or the bits) are alike for all. */
static enum cover
sweep_part(struct sweep *w, unsigned dim, hs_cell part, const uint32_t *set,
    unsigned n)
{
	const struct hs_space *sp = w->s->p->an->space;
	uint32_t *some = mem_alloc(n, sizeof(*some));
	unsigned m = 0;
	enum cover result;

	for (unsigned i = 0; i < n; i++) {
		hs_cell c = w->s->found.v[set[i]].box[dim];

		if (sp->dims[dim].bits ? c & part :
		    cell_first(c) <= cell_first(part) &&
		    cell_last(c) >= cell_last(part))
			some[m++] = set[i];
	}
	w->at[dim] = part;
	result = sweep_dim(w, dim + 1, some, m);
	free(some);
	return result;
}

static enum cover
sweep_range(struct sweep *w, unsigned dim, const uint32_t *set, unsigned n)
{
	hs_cell whole = w->s->box[dim];
	uint32_t *cuts = mem_alloc(2 * n + 1, sizeof(*cuts)), m = 0;
	enum cover result = COVER_YES;

	cuts[m++] = cell_first(whole);
	for (unsigned i = 0; i < n; i++) {
		hs_cell c = w->s->found.v[set[i]].box[dim];

		if (cell_first(c) > cell_first(whole))
			cuts[m++] = cell_first(c);
		if (cell_last(c) < cell_last(whole))
			cuts[m++] = cell_last(c) + 1;
	}
	qsort(cuts, m, sizeof(*cuts), by_number);
	for (uint32_t i = 0; i < m && result == COVER_YES; i++) {
		uint32_t last = cell_last(whole);

		if (i + 1 < m && cuts[i + 1] == cuts[i])
			continue;
		if (i + 1 < m)
			last = cuts[i + 1] - 1;
		if (cuts[i] <= last && last <= cell_last(whole))
			result = sweep_part(w, dim, cell_range(cuts[i], last),
			    set, n);
	}
	free(cuts);
	return result;
}

static enum cover
sweep_dim(struct sweep *w, unsigned dim, const uint32_t *set, unsigned n)
{
	const struct hs_space *sp = w->s->p->an->space;
	enum cover result = COVER_YES;

	w->s->work += n + 1;
	if (n == 0) {
		for (; dim < sp->n; dim++)
			w->at[dim] = w->s->box[dim];
		keep(w->s, w->at);
		return COVER_NO;
	}
	if (dim == sp->n)
		return COVER_YES;
	if (w->s->work > SWEEP_LIMIT)
		return COVER_UNDECIDED;
	if (seen_before(w, dim, set, n))
		return COVER_YES;
	if (!sp->dims[dim].bits)
		return sweep_range(w, dim, set, n);
	for (hs_cell c = w->s->box[dim]; c != 0 && result == COVER_YES;
	    c &= c - 1)
		result = sweep_part(w, dim, c & -c, set, n);
	return result;
}

static enum cover
sweep(struct search *s)
{
	struct sweep *w = mem_alloc(1, sizeof(*w));
	uint32_t *set = mem_alloc(s->found.n, sizeof(*set));
	enum cover result;

	w->s = s;
	for (uint32_t i = 0; i < s->found.n; i++)
		set[i] = i;
	s->work = 0;
	result = sweep_dim(w, 0, set, s->found.n);
	arena_free(&w->arena);
	free(set);
	free(w);
	return result;
}

/* ---- all together ---- */

static bool
collect(const struct hs_item *it, void *arg)
{
	struct search *s = arg;

	if (!blocks(s, it))
		return true;
	if (box_inside(s->p->an->space, s->box, it->box)) {
		s->single = true;
		return false;
	}
	vec_room(s->found.v, s->found.n, s->found.room);
	s->found.v[s->found.n++] = (struct cand){ it->box, it->at };
	return true;
}

enum cover
cover_box(struct program *p, const hs_cell *box, uint32_t at,
    hs_cell *witness)
{
	struct search s = { .p = p, .box = box, .at = at, .witness = witness,
	    .random = UINT64_C(88172645463325252) };
	enum cover result;

	if (probe_tree(&s))
		return COVER_NO;
	hs_tree_meet(p->tree, box, at, collect, &s);
	if (s.single)
		result = COVER_YES;
	else if (probe_cands(&s))
		result = COVER_NO;
	else {
		result = subtract(&s, box, s.found.v, s.found.n);
		if (result == COVER_UNDECIDED)
			result = sweep(&s);
	}
	free(s.found.v);
	return result;
}

/* ---- who is to blame ---- */

/* Candidates by rule: all boxes of a rule's steps count as one. */
struct blame {
	struct search s;
	const hs_cell *const *boxes;
	unsigned n;
	const struct rule **rules;	/* of the candidates, in order */
	unsigned n_rules, room_rules;
	unsigned *of;			/* candidate to rule */
	bool *chosen;
	unsigned work;
};

static bool
collect_all(const struct hs_item *it, void *arg)
{
	struct search *s = arg;

	if (blocks(s, it)) {
		vec_room(s->found.v, s->found.n, s->found.room);
		s->found.v[s->found.n++] = (struct cand){ it->box, it->at };
	}
	return true;
}

static int
by_step(const void *a, const void *b)
{
	const struct cand *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return x->box < y->box ? -1 : x->box > y->box;
}

/* Do the chosen rules cover all?  Else 'out' is a point they leave. */
static bool
chosen_cover(struct blame *b, hs_cell *out)
{
	struct cand *some = mem_alloc(b->s.found.n, sizeof(*some));
	bool all = true;

	for (unsigned i = 0; i < b->n && all; i++) {
		unsigned n = 0;

		for (unsigned k = 0; k < b->s.found.n; k++)
			if (b->chosen[b->of[k]] && box_meets(
			    b->s.p->an->space, b->s.found.v[k].box,
			    b->boxes[i]))
				some[n++] = b->s.found.v[k];
		b->s.work = 0;
		b->s.witness = out;
		b->s.box = b->boxes[i];
		if (subtract(&b->s, b->boxes[i], some, n) == COVER_YES)
			continue;
		all = false;
		if (b->s.work > SUBTRACT_LIMIT)	/* no point was found */
			make_point(&b->s, b->boxes[i], 2, out);
		else
			make_point(&b->s, out, 0, out);
	}
	free(some);
	return all;
}

/* Some rule must take the point that is left: each in turn. */
static bool
choose(struct blame *b, unsigned left)
{
	hs_cell pt[HS_MAX_DIMS];
	unsigned last = UINT32_MAX;

	if (chosen_cover(b, pt))
		return true;
	if (left == 0 || ++b->work > BLAME_LIMIT / 100)
		return false;
	for (unsigned k = 0; k < b->s.found.n; k++) {
		unsigned r = b->of[k];

		if (b->chosen[r] || r == last || !box_meets(
		    b->s.p->an->space, b->s.found.v[k].box, pt))
			continue;
		last = r;
		b->chosen[r] = true;
		if (choose(b, left - 1))
			return true;
		b->chosen[r] = false;
	}
	return false;
}

/* All that are needed: each is left out if the others do without. */
static void
irreducible(struct blame *b)
{
	hs_cell pt[HS_MAX_DIMS];

	for (unsigned i = 0; i < b->n_rules; i++)
		b->chosen[i] = true;
	for (unsigned i = b->n_rules; i-- > 0;) {
		b->chosen[i] = false;
		if (!chosen_cover(b, pt))
			b->chosen[i] = true;
	}
}

static void
number_rules(struct blame *b)
{
	struct cands *f = &b->s.found;

	qsort(f->v, f->n, sizeof(*f->v), by_step);
	b->of = mem_alloc(f->n, sizeof(*b->of));
	for (unsigned i = 0; i < f->n; i++) {
		const struct rule *r = b->s.p->steps[f->v[i].step].rule;
		unsigned k = b->n_rules;

		while (k > 0 && b->rules[k - 1] != r && b->n_rules - k < 64)
			k--;
		if (k == 0 || b->rules[k - 1] != r) {
			vec_room(b->rules, b->n_rules, b->room_rules);
			b->rules[b->n_rules++] = r;
			k = b->n_rules;
		}
		b->of[i] = k - 1;
	}
	b->chosen = mem_alloc(b->n_rules, sizeof(*b->chosen));
}

unsigned
cover_blame(struct program *p, const hs_cell *const *boxes, unsigned n,
    uint32_t at, const struct rule ***by)
{
	struct blame b = { .s = { .p = p, .at = at,
	    .random = UINT64_C(88172645463325252) }, .boxes = boxes, .n = n };
	unsigned k = 0;
	bool found = false;

	for (unsigned i = 0; i < n; i++) {
		b.s.box = boxes[i];
		hs_tree_meet(p->tree, boxes[i], at, collect_all, &b.s);
	}
	number_rules(&b);
	for (unsigned most = 1; most <= BLAME_MAX && most <= b.n_rules &&
	    !found && b.work <= BLAME_LIMIT / 100; most++) {
		memset(b.chosen, 0, b.n_rules * sizeof(*b.chosen));
		found = choose(&b, most);
	}
	if (!found)
		irreducible(&b);
	*by = mem_alloc(b.n_rules, sizeof(**by));
	for (unsigned i = 0; i < b.n_rules; i++)
		if (b.chosen[i])
			(*by)[k++] = b.rules[i];
	free(b.s.found.v);
	free(b.rules);
	free(b.of);
	free(b.chosen);
	return k;
}
