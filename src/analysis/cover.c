/* Most rules are alive, and a point or a few show it; most dead ones are inside
 * one box before.  Of others the boxes are carved away that a point of what
 * is left meets, the greatest share first: few of all that there are have to
 * be looked at.  Where that explodes, or packets are led around, all are
 * collected and decided by subtraction, and then dimension by dimension. */
#include "analysis/cover.h"

#include <stdlib.h>
#include <string.h>

enum {
	PROBES = 6, CARVE_LIMIT = 2000, SUBTRACT_LIMIT = 20000,
	SWEEP_LIMIT = 2000000
};

struct search {
	struct program *p;
	const hs_cell *box;
	uint32_t at;
	enum by by;
	struct cands found;		/* they keep packets from 'at' */
	struct cands back;		/* these may lead around others */
	struct arena *own;		/* of boxes cut down */
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

	return !st->dead && step_blocks(s->p, it->at, s->at) &&
	    (s->by == BY_ANY || step_sure(s->p, it->at, s->at));
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

static bool
comes_through(struct search *s, const hs_cell *pt)
{
	return hs_tree_meet(s->p->tree, pt, s->at, stop_at_block, s) &&
	    keep(s, pt);
}

/* Who wants to see a packet gets one that looks familiar, if that does. */
static bool
probe_usual(struct search *s, const hs_cell *box)
{
	hs_cell pt[HS_MAX_DIMS];

	if (s->witness == NULL)
		return false;
	hs_usual(s->p->an->space, box, pt);
	return comes_through(s, pt);
}

/* Makes a point of the box that comes through look familiar, a dimension
 * after the other. */
static void
keep_familiar(struct search *s, const hs_cell *box, hs_cell *pt)
{
	const struct hs_space *sp = s->p->an->space;
	hs_cell usual[HS_MAX_DIMS];

	if (s->witness == NULL)
		return;
	hs_usual(sp, box, usual);
	for (unsigned i = 0; i < sp->n; i++) {
		hs_cell was = pt[i];

		pt[i] = usual[i];
		if (was != usual[i] && !comes_through(s, pt))
			pt[i] = was;
	}
	keep(s, pt);
}

/* Is one of the points from 'first' on, 'end' not included, not covered? */
static bool
probe(struct search *s, unsigned first, unsigned end)
{
	hs_cell pt[HS_MAX_DIMS];

	for (unsigned i = first; i < end; i++) {
		make_point(s, s->box, i, pt);
		if (comes_through(s, pt)) {
			keep_familiar(s, s->box, pt);
			return true;
		}
	}
	return false;
}

/* ---- carving ---- */

/* Can something lead packets around a step, but not around 'at'?  It stands
 * in a chain that 'at' is behind. */
static bool
passable(const struct search *s, uint32_t step)
{
	const struct program *p = s->p;
	const struct step *st = &p->steps[step];

	while (s->at >= p->frames[st->frame].end && !st->behind &&
	    st->frame != 0)
		st = &p->steps[p->frames[st->frame].call];
	return st->behind && s->at >= p->frames[st->frame].end;
}

static bool
stop_at_single(const struct hs_item *it, void *arg)
{
	const struct search *s = arg;

	return !blocks(s, it) || passable(s, it->at);
}

/* Does one box alone cover it? */
static bool
single(struct search *s)
{
	return !hs_tree_around(s->p->tree, s->box, s->at, stop_at_single, s);
}

struct carving {
	struct search *s;
	const hs_cell *piece, *best;
	double share;
	bool around;			/* packets may be led around some */
	enum cover result;
};

static bool
choose_best(const struct hs_item *it, void *arg)
{
	struct carving *c = arg;
	const struct hs_space *sp = c->s->p->an->space;
	hs_cell common[HS_MAX_DIMS];
	double share;

	if (!blocks(c->s, it))
		return true;
	if (passable(c->s, it->at)) {
		c->around = true;
		return true;
	}
	if (!box_and(sp, common, c->piece, it->box))
		return true;
	share = box_share(sp, common, c->piece);
	if (share > c->share) {
		c->share = share;
		c->best = it->box;
	}
	return share < 1;
}

static enum cover carve(struct search *s, const hs_cell *piece);

static bool
carve_on(const hs_cell *piece, void *arg)
{
	struct carving *c = arg;

	c->result = carve(c->s, piece);
	return c->result == COVER_YES;
}

static enum cover
carve(struct search *s, const hs_cell *piece)
{
	const struct hs_space *sp = s->p->an->space;
	struct carving c = { .s = s, .piece = piece, .share = -1,
	    .result = COVER_YES };
	hs_cell pt[HS_MAX_DIMS];

	if (++s->work > CARVE_LIMIT)
		return COVER_UNDECIDED;
	make_point(s, piece, 2, pt);
	hs_tree_meet(s->p->tree, pt, s->at, choose_best, &c);
	if (c.best == NULL && c.around)
		return COVER_UNDECIDED;
	if (c.best == NULL) {
		if (!probe_usual(s, piece))
			keep_familiar(s, piece, pt);
		return COVER_NO;
	}
	box_minus(sp, piece, c.best, carve_on, &c);
	return c.result;
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
		share = box_share(sp, common, box);
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

static void
add_cand(struct cands *c, const hs_cell *box, uint32_t step)
{
	vec_room(c->v, c->n, c->room);
	c->v[c->n++] = (struct cand){ box, step };
}

static bool
collect_back(const struct hs_item *it, void *arg)
{
	struct search *s = arg;
	const struct step *st = &s->p->steps[it->at];

	if ((st->kind == STEP_RETURN || st->kind == STEP_GOTO) &&
	    !blocks(s, it))
		add_cand(&s->back, it->box, it->at);
	return true;
}

static bool
collect(const struct hs_item *it, void *arg)
{
	struct search *s = arg;

	if (!blocks(s, it))
		return collect_back(it, arg);
	add_cand(&s->found, it->box, it->at);
	return true;
}

/* A step that leads packets around others, up to a place, but not around
 * 'at'. */
struct around {
	const hs_cell *box;
	uint32_t step, from, until;
	uint32_t most;			/* of 'until', up to this one */
};
struct arounds { struct around *v; unsigned n, room; };

static int
by_around(const void *a, const void *b)
{
	const struct around *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return x->box < y->box ? -1 : x->box > y->box;
}

/* In the order of their steps. */
static void
find_arounds(const struct search *s, struct arounds *out)
{
	uint32_t most = 0;

	for (unsigned i = 0; i < s->back.n; i++) {
		const struct cand *c = &s->back.v[i];
		struct around a = { .box = c->box, .step = c->step };

		step_scope(s->p, c->step, &a.from, &a.until);
		if (s->at >= a.from && s->at < a.until)
			continue;
		vec_room(out->v, out->n, out->room);
		out->v[out->n++] = a;
	}
	if (out->n != 0)
		qsort(out->v, out->n, sizeof(*out->v), by_around);
	for (unsigned i = 0; i < out->n; i++) {
		most = out->v[i].until > most ? out->v[i].until : most;
		out->v[i].most = most;
	}
}

/* How many of them stand before a step. */
static unsigned
arounds_before(const struct arounds *by, uint32_t step)
{
	unsigned lo = 0, hi = by->n;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (by->v[mid].step < step)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What is asked for certain must not be led around perhaps, and the
 * reverse. */
static bool
leads_around(const struct search *s, const struct around *a, uint32_t other)
{
	return a->step < other && other >= a->from && other < a->until &&
	    (s->by == BY_CERTAIN || step_sure(s->p, a->step, other));
}

/* Adds what is left of a step's box in the box. */
static void
add_rest(struct search *s, const struct arounds *by, const struct cand *c,
    struct cands *out)
{
	const struct hs_space *sp = s->p->an->space;
	hs_cell common[HS_MAX_DIMS];
	struct hs rest = { 0 };

	if (!box_and(sp, common, c->box, s->box))
		return;
	hs_add(sp, &rest, common);
	for (unsigned i = arounds_before(by, c->step); i-- > 0 &&
	    by->v[i].most > c->step && rest.n != 0;)
		if (leads_around(s, &by->v[i], c->step) &&
		    box_meets(sp, by->v[i].box, common))
			hs_subtract(sp, &rest, by->v[i].box, UINT32_MAX);
	for (unsigned i = 0; i < rest.n; i++)
		add_cand(out, arena_copy(s->own, hs_box(sp, &rest, i),
		    sp->n * sizeof(hs_cell)), c->step);
	hs_free(&rest);
}

/* Leaves of what was found what packets are not led around. */
static void
cut_found(struct search *s)
{
	struct cands all = { 0 };
	struct arounds by = { 0 };

	if (s->back.n == 0)
		return;
	find_arounds(s, &by);
	for (unsigned i = 0; i < s->found.n; i++)
		if (passable(s, s->found.v[i].step))
			add_rest(s, &by, &s->found.v[i], &all);
		else
			add_cand(&all, s->found.v[i].box, s->found.v[i].step);
	free(by.v);
	free(s->found.v);
	s->found = all;
}

/* Finds the boxes that keep packets of s->box from s->at. */
static void
find(struct search *s)
{
	hs_tree_meet(s->p->tree, s->box, s->at, collect, s);
	cut_found(s);
}

/* The same, those of one rule. */
static void
find_of(struct search *s, const struct rule *rule)
{
	const struct hs_space *sp = s->p->an->space;
	uint32_t n;
	const uint32_t *steps = program_steps(s->p, rule, &n);
	bool around = false;

	for (uint32_t i = 0; i < n && steps[i] < s->at; i++) {
		const struct step *st = &s->p->steps[steps[i]];

		for (unsigned k = 0; k < st->n; k++) {
			struct hs_item it = { step_box(s->p, st, k), steps[i] };

			if (!blocks(s, &it) || !box_meets(sp, it.box, s->box))
				continue;
			add_cand(&s->found, it.box, it.at);
			around |= passable(s, it.at);
		}
	}
	if (around) {
		hs_tree_meet(s->p->tree, s->box, s->at, collect_back, s);
		cut_found(s);
	}
}

static void
search_free(struct search *s)
{
	free(s->found.v);
	free(s->back.v);
	arena_free(s->own);
}

static enum cover
decide(struct search *s)
{
	enum cover result;

	s->work = 0;
	result = subtract(s, s->box, s->found.v, s->found.n);
	return result == COVER_UNDECIDED ? sweep(s) : result;
}

#define SEED UINT64_C(88172645463325252)

enum cover
cover_box(struct program *p, const hs_cell *box, uint32_t at, enum by by,
    hs_cell *witness)
{
	struct arena own = ARENA_INIT;
	struct search s = { .p = p, .box = box, .at = at, .by = by,
	    .witness = witness, .random = SEED, .own = &own };
	enum cover result;

	if (probe_usual(&s, box) || probe(&s, 0, 1))
		return COVER_NO;
	if (single(&s))
		return COVER_YES;
	if (probe(&s, 1, PROBES))
		return COVER_NO;
	result = carve(&s, box);
	if (result == COVER_UNDECIDED) {
		find(&s);
		result = decide(&s);
	}
	search_free(&s);
	return result;
}

enum cover
cover_both(struct program *p, uint32_t at, struct program *p2, uint32_t at2,
    const hs_cell *box, hs_cell *witness)
{
	struct arena own = ARENA_INIT;
	struct search s = { .p = p, .box = box, .at = at,
	    .witness = witness, .random = SEED, .own = &own };
	struct search s2 = s;
	enum cover result;

	s2.p = p2;
	s2.at = at2;
	if (single(&s) || single(&s2))
		return COVER_YES;
	find(&s);
	find(&s2);
	for (unsigned i = 0; i < s2.found.n; i++)
		add_cand(&s.found, s2.found.v[i].box, s2.found.v[i].step);
	result = decide(&s);
	free(s2.found.v);
	free(s2.back.v);
	search_free(&s);
	return result;
}

/* ---- what is left ---- */

bool
cover_rest(struct program *p, const hs_cell *box, uint32_t at, enum by by,
    unsigned most, struct hs *out)
{
	const struct hs_space *sp = p->an->space;
	struct arena own = ARENA_INIT;
	struct search s = { .p = p, .box = box, .at = at, .by = by,
	    .own = &own };
	struct hs rest = { 0 };
	bool ok = true;

	if (single(&s))
		return true;
	find(&s);
	hs_add(sp, &rest, box);
	for (unsigned i = 0; i < s.found.n && ok; i++)
		ok = hs_subtract(sp, &rest, s.found.v[i].box, most);
	ok &= out->n + rest.n <= most;
	for (unsigned i = 0; i < rest.n && ok; i++)
		hs_add(sp, out, hs_box(sp, &rest, i));
	hs_free(&rest);
	search_free(&s);
	return ok;
}

/* ---- parts, for those who ask more ---- */

void
cover_find(struct program *p, const hs_cell *box, uint32_t at,
    const struct rule *only, struct cands *out, struct arena *own)
{
	struct search s = { .p = p, .box = box, .at = at, .own = own };

	if (only != NULL)
		find_of(&s, only);
	else
		find(&s);
	for (unsigned i = 0; i < s.found.n; i++)
		add_cand(out, s.found.v[i].box, s.found.v[i].step);
	free(s.found.v);
	free(s.back.v);
}

enum cover
cover_with(struct program *p, const hs_cell *box, const struct cands *c,
    hs_cell *witness)
{
	struct search s = { .p = p, .box = box, .found = *c,
	    .witness = witness };

	return decide(&s);
}

struct single { struct search s; const struct rule *only; uint32_t first; };

static bool
take_single(const struct hs_item *it, void *arg)
{
	struct single *x = arg;
	const struct step *st = &x->s.p->steps[it->at];

	if (it->at < x->first && (x->only == NULL || st->rule == x->only) &&
	    blocks(&x->s, it) && !passable(&x->s, it->at))
		x->first = it->at;
	return true;
}

const struct rule *
cover_single(struct program *p, const hs_cell *box, uint32_t at,
    const struct rule *only)
{
	struct single x = { { .p = p, .box = box, .at = at }, only,
	    UINT32_MAX };

	hs_tree_around(p->tree, box, at, take_single, &x);
	return x.first == UINT32_MAX ? NULL : p->steps[x.first].rule;
}

static int
by_step(const void *a, const void *b)
{
	const struct cand *x = a, *y = b;

	return x->step < y->step ? -1 : x->step > y->step;
}

void
cover_met(struct program *p, const hs_cell *point, uint32_t at,
    struct cands *out)
{
	struct arena own = ARENA_INIT;
	unsigned n = 0;

	cover_find(p, point, at, NULL, out, &own);
	if (out->n != 0)
		qsort(out->v, out->n, sizeof(*out->v), by_step);
	for (unsigned i = 0; i < out->n; i++) {
		bool met = true;

		for (unsigned k = 0; k < n && met; k++)
			met = !step_blocks(p, out->v[k].step, out->v[i].step);
		if (met)
			out->v[n++] = (struct cand){ point, out->v[i].step };
	}
	out->n = n;
	arena_free(&own);
}
