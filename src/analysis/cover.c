/* Most rules are alive, and a few points show it; most dead ones are inside
 * one box before.  What is left is decided by subtraction, the box with the
 * greatest share first; where that explodes, dimension by dimension. */
#include "analysis/cover.h"

#include <stdlib.h>
#include <string.h>

enum {
	PROBES = 6, MORE_PROBES = 32, SUBTRACT_LIMIT = 20000,
	SWEEP_LIMIT = 2000000, BLAME_LIMIT = 2000, BLAME_MAX = 8
};

/* Boxes that keep packets from the place asked about. */
struct cand { const hs_cell *box; uint32_t step; };
struct cands { struct cand *v; unsigned n, room; };

struct search {
	struct program *p;
	const hs_cell *box;
	uint32_t at;
	enum by by;
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

void
cover_point(const struct hs_space *sp, const hs_cell *box, uint64_t *random,
    hs_cell *out)
{
	for (unsigned i = 0; i < sp->n; i++) {
		*random = *random * UINT64_C(6364136223846793005) + 1;
		out[i] = point_cell(&sp->dims[i], box[i], 2, *random >> 33);
	}
}

static bool
blocks(const struct search *s, const struct hs_item *it)
{
	const struct step *st = &s->p->steps[it->at];

	return !st->dead && (st->exact || s->by == BY_ANY) &&
	    step_blocks(s->p, it->at, s->at);
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

static enum cover
decide(struct search *s)
{
	enum cover result;

	if (s->single)
		return COVER_YES;
	if (probe_cands(s))
		return COVER_NO;
	result = subtract(s, s->box, s->found.v, s->found.n);
	return result == COVER_UNDECIDED ? sweep(s) : result;
}

#define SEED UINT64_C(88172645463325252)

enum cover
cover_box(struct program *p, const hs_cell *box, uint32_t at, enum by by,
    hs_cell *witness)
{
	struct search s = { .p = p, .box = box, .at = at, .by = by,
	    .witness = witness, .random = SEED };
	enum cover result;

	if (probe_tree(&s))
		return COVER_NO;
	hs_tree_meet(p->tree, box, at, collect, &s);
	result = decide(&s);
	free(s.found.v);
	return result;
}

enum cover
cover_both(struct program *p, uint32_t at, struct program *p2, uint32_t at2,
    const hs_cell *box, hs_cell *witness)
{
	struct search s = { .p = p, .box = box, .at = at,
	    .witness = witness, .random = SEED };
	enum cover result;

	hs_tree_meet(p->tree, box, at, collect, &s);
	s.p = p2;
	s.at = at2;
	if (!s.single)
		hs_tree_meet(p2->tree, box, at2, collect, &s);
	result = decide(&s);
	free(s.found.v);
	return result;
}

/* ---- what is left ---- */

bool
cover_rest(struct program *p, const hs_cell *box, uint32_t at, enum by by,
    unsigned most, struct hs *out)
{
	const struct hs_space *sp = p->an->space;
	struct search s = { .p = p, .box = box, .at = at, .by = by };
	struct hs rest = { 0 };
	bool ok = true;

	hs_tree_meet(p->tree, box, at, collect, &s);
	if (!s.single) {
		hs_add(sp, &rest, box);
		for (unsigned i = 0; i < s.found.n && ok; i++)
			ok = hs_subtract(sp, &rest, s.found.v[i].box, most);
		ok &= out->n + rest.n <= most;
		for (unsigned i = 0; i < rest.n && ok; i++)
			hs_add(sp, out, hs_box(sp, &rest, i));
		hs_free(&rest);
	}
	free(s.found.v);
	return ok;
}

/* ---- who is to blame ---- */

/* Candidates by rule: all boxes of a rule's steps count as one. */
struct blame {
	struct search s;
	const hs_cell *const *boxes;
	unsigned n;
	struct group { const struct rule *rule; unsigned first, n; } *rules;
	unsigned n_rules, room_rules;
	unsigned chosen[BLAME_MAX + 1], n_chosen;
	struct cands some;		/* boxes of the chosen */
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

/* The earliest step that has it all in one box. */
static bool
collect_single(const struct hs_item *it, void *arg)
{
	struct search *s = arg;

	if ((s->found.n == 0 || it->at < s->found.v[0].step) &&
	    blocks(s, it) && box_inside(s->p->an->space, s->box, it->box)) {
		s->found.n = 0;
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

/* Do the boxes in 'some' cover all?  Else 'out' is a point they leave. */
static bool
some_cover(struct blame *b, hs_cell *out)
{
	for (unsigned i = 0; i < b->n; i++) {
		enum cover c;

		b->s.work = 0;
		b->s.witness = out;
		b->s.box = b->boxes[i];
		c = subtract(&b->s, b->boxes[i], b->some.v, b->some.n);
		if (c == COVER_YES)
			continue;
		make_point(&b->s, c == COVER_NO ? out : b->boxes[i], 2, out);
		return false;
	}
	return true;
}

static void
add_some(struct blame *b, unsigned rule)
{
	const struct group *g = &b->rules[rule];

	for (unsigned k = g->first; k < g->first + g->n; k++) {
		vec_room(b->some.v, b->some.n, b->some.room);
		b->some.v[b->some.n++] = b->s.found.v[k];
	}
}

static bool
takes(const struct blame *b, unsigned rule, const hs_cell *pt)
{
	const struct group *g = &b->rules[rule];

	for (unsigned k = g->first; k < g->first + g->n; k++)
		if (box_meets(b->s.p->an->space, b->s.found.v[k].box, pt))
			return true;
	return false;
}

/* Some rule must take the point that is left: each in turn. */
static bool
choose(struct blame *b, unsigned left)
{
	hs_cell pt[HS_MAX_DIMS];
	unsigned had = b->some.n;

	if (some_cover(b, pt))
		return true;
	if (left == 0 || ++b->work > BLAME_LIMIT)
		return false;
	for (unsigned r = 0; r < b->n_rules; r++) {
		if (!takes(b, r, pt))
			continue;
		add_some(b, r);
		b->chosen[b->n_chosen++] = r;
		if (choose(b, left - 1))
			return true;
		b->n_chosen--;
		b->some.n = had;
	}
	return false;
}

/* All that are needed: each is left out if the others do without. */
static unsigned
irreducible(struct blame *b, const struct rule **by)
{
	bool *out = mem_alloc(b->n_rules, sizeof(*out));
	hs_cell pt[HS_MAX_DIMS];
	unsigned n = 0;

	for (unsigned i = b->n_rules; i-- > 0;) {
		out[i] = true;
		b->some.n = 0;
		for (unsigned r = 0; r < b->n_rules; r++)
			if (!out[r])
				add_some(b, r);
		out[i] = some_cover(b, pt);
	}
	for (unsigned r = 0; r < b->n_rules; r++)
		if (!out[r])
			by[n++] = b->rules[r].rule;
	free(out);
	return n;
}

/* Candidates in the order of the steps, then brought together by rule: those
 * of a chain that is called more than once are apart. */
static void
group_rules(struct blame *b)
{
	struct cands *f = &b->s.found, by = { 0 };
	unsigned *of = mem_alloc(f->n, sizeof(*of));

	qsort(f->v, f->n, sizeof(*f->v), by_step);
	for (unsigned i = 0; i < f->n; i++) {
		const struct rule *r = b->s.p->steps[f->v[i].step].rule;
		unsigned k = b->n_rules;
		bool called = b->s.p->steps[f->v[i].step].frame != 0;

		while (k > 0 && b->rules[k - 1].rule != r &&
		    (called || k == b->n_rules))
			k--;
		if (k == 0 || b->rules[k - 1].rule != r) {
			vec_room(b->rules, b->n_rules, b->room_rules);
			b->rules[b->n_rules++] = (struct group){ .rule = r };
			k = b->n_rules;
		}
		of[i] = k - 1;
		b->rules[k - 1].n++;
	}
	for (unsigned r = 1; r < b->n_rules; r++)
		b->rules[r].first = b->rules[r - 1].first + b->rules[r - 1].n;
	by.v = mem_alloc(f->n, sizeof(*by.v));
	for (unsigned i = 0; i < f->n; i++)
		by.v[b->rules[of[i]].first++] = f->v[i];
	for (unsigned r = 0; r < b->n_rules; r++)
		b->rules[r].first -= b->rules[r].n;
	memcpy(f->v, by.v, f->n * sizeof(*by.v));
	free(by.v);
	free(of);
}

static int
by_number_of(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static unsigned
search_blame(struct blame *b, const struct rule ***by)
{
	unsigned n = 0;

	b->s.found.n = 0;
	for (unsigned i = 0; i < b->n; i++) {
		b->s.box = b->boxes[i];
		hs_tree_meet(b->s.p->tree, b->boxes[i], b->s.at, collect_all,
		    &b->s);
	}
	group_rules(b);
	*by = mem_alloc(b->n_rules, sizeof(**by));
	for (unsigned most = 1; most <= BLAME_MAX && most <= b->n_rules &&
	    b->work <= BLAME_LIMIT; most++) {
		b->n_chosen = b->some.n = 0;
		if (!choose(b, most))
			continue;
		qsort(b->chosen, b->n_chosen, sizeof(*b->chosen),
		    by_number_of);
		for (; n < b->n_chosen; n++)
			(*by)[n] = b->rules[b->chosen[n]].rule;
		return n;
	}
	return irreducible(b, *by);
}

unsigned
cover_blame(struct program *p, const hs_cell *const *boxes, unsigned n,
    uint32_t at, const struct rule ***by)
{
	struct blame b = { .s = { .p = p, .at = at,
	    .random = SEED }, .boxes = boxes, .n = n };
	unsigned k = 0;

	b.s.box = boxes[0];
	if (n == 1)
		hs_tree_meet(p->tree, boxes[0], at, collect_single, &b.s);
	if (b.s.found.n == 1) {
		*by = mem_alloc(1, sizeof(**by));
		(*by)[k++] = p->steps[b.s.found.v[0].step].rule;
	} else {
		k = search_blame(&b, by);
	}
	free(b.s.found.v);
	free(b.some.v);
	free(b.rules);
	return k;
}
