#include "analysis/follow.h"

#include <stdlib.h>
#include <string.h>

enum { MANY_PIECES = 4096 };

static void
dim_add(struct dim_set *s, unsigned i)
{
	s->w[i / 64] |= UINT64_C(1) << i % 64;
}

static void
dim_remove(struct dim_set *s, unsigned i)
{
	s->w[i / 64] &= ~(UINT64_C(1) << i % 64);
}

void
follow_narrow(const struct hs_space *sp, const struct flow *f,
    const hs_cell *now, hs_cell *was)
{
	for (unsigned i = 0; i < sp->n; i++)
		was[i] = dim_in(&f->changed, i) ? f->was[i] : now[i];
}

/* ---- what targets change ---- */

struct changing {
	struct changes c;
	const struct hs_space *space;
	hs_cell *now;
	struct flow *flow;
	struct dim_set unknown;		/* made so by this target */
};

/* All classes from one of 'lo' to one of 'hi'. */
static hs_cell
line_cell(const struct hs_dim *d, u128 lo, u128 hi, bool *whole)
{
	uint32_t first = hs_class(d, lo), last = hs_class(d, hi);

	*whole &= d->starts[first] == lo && d->starts[last + 1] - 1 == hi;
	return cell_classes(d, first, last);
}

/* Was it asked what an unknown value is? */
static bool
is_narrowed(const struct hs_space *sp, const struct flow *f,
    const hs_cell *now, unsigned dim)
{
	return dim_in(&f->unknown, dim) && now[dim] != sp->all[dim];
}

static void
put(struct changing *g, unsigned dim, hs_cell c)
{
	g->flow->possible |= is_narrowed(g->space, g->flow, g->now, dim);
	g->now[dim] = c;
	dim_add(&g->flow->changed, dim);
	dim_remove(&g->flow->unknown, dim);
}

static void
put_unknown(struct changing *g, unsigned dim)
{
	put(g, dim, g->space->all[dim]);
	dim_add(&g->flow->unknown, dim);
	dim_add(&g->unknown, dim);
}

/* What was made of a value: of one that is not known neither is this. */
static void
put_made(struct changing *g, unsigned dim, unsigned from, hs_cell c)
{
	bool unknown = dim_in(&g->flow->unknown, from);
	bool all = g->now[from] == g->space->all[from];

	g->flow->possible |= unknown ? !all : cell_count(&g->space->dims[from],
	    g->now[from]) > 1;
	if (unknown && all)
		put_unknown(g, dim);
	else
		put(g, dim, c);
}

static void
set_line(struct changing *g, unsigned dim, u128 mask, u128 value)
{
	const struct hs_dim *d = &g->space->dims[dim];
	hs_cell was = g->now[dim];
	uint32_t first = d->bits ? (uint32_t)__builtin_ctzll(was) :
	    cell_first(was);
	uint32_t last = d->bits ? 63 - (uint32_t)__builtin_clzll(was) :
	    cell_last(was);
	u128 top = d->starts[d->n] - 1, lo = d->starts[first];
	u128 hi = d->starts[last + 1] - 1;
	bool whole = true;

	if ((lo & mask & top) != (hi & mask & top)) {
		lo = 0;
		hi = top;
	}
	lo = (lo & ~mask) | value;
	hi = (hi & ~mask) | value;
	put(g, dim, line_cell(d, lo & top, hi & top, &whole));
	g->flow->possible |= (lo & top) != (hi & top) && (!whole ||
	    cell_count(d, g->now[dim]) > 1);
}

/* 'value' outside 'mask' turns bits round. */
static void
set_small(struct changing *g, unsigned dim, u128 mask, u128 value)
{
	const struct hs_dim *d = &g->space->dims[dim];
	hs_cell was = g->now[dim], to = 0;
	unsigned size = 1U << field_info[d->field].bits;
	bool hangs = (~mask & (size - 1)) != 0;
	uint32_t first = UINT32_MAX, last = 0;

	for (unsigned v = 0; v < size; v++) {
		unsigned w = (unsigned)((v & ~mask) ^ value) & (size - 1);

		if (d->of[v] == 0xffff || d->of[w] == 0xffff ||
		    !cell_has(d, was, d->of[v]))
			continue;
		to |= d->bits ? (hs_cell)1 << d->of[w] : 0;
		first = d->of[w] < first ? d->of[w] : first;
		last = d->of[w] > last ? d->of[w] : last;
	}
	if (to == 0 && first == UINT32_MAX) {	/* none can be what it was */
		for (unsigned w = 0; w < size; w++)
			if (d->of[w] != 0xffff && (w & mask) == (value & mask)) {
				put(g, dim, cell_classes(d, d->of[w], d->of[w]));
				return;
			}
		return;
	}
	to = d->bits ? to : cell_range(first, last);
	if (hangs)
		put_made(g, dim, dim, to);
	else
		put(g, dim, to);
}

static uint32_t
value_class(const struct hs_dim *d, uint32_t value)
{
	uint32_t k = 0;

	while (k < d->n_values && d->values[k] != value)
		k++;
	return k;
}

/* The classes of a block whose bits are turned round; the values of each are
 * those of one (hs_collect_change). */
static hs_cell
turned(const struct hs_dim *d, hs_cell c)
{
	uint32_t first = UINT32_MAX, last = 0;
	hs_cell bits = 0;

	for (uint32_t k = 0; k < d->n; k++) {
		uint32_t to = k;

		if (!cell_has(d, c, k))
			continue;
		if (k < d->n_values)
			to = value_class(d, ~d->values[k] & d->mask);
		bits |= d->bits ? (hs_cell)1 << to : 0;
		first = to < first ? to : first;
		last = to > last ? to : last;
	}
	return d->bits ? bits : cell_range(first, last);
}

static void
set_mark(struct changing *g, enum field f, uint32_t mask, uint32_t value)
{
	unsigned first = (unsigned)g->space->of_field[f];

	for (unsigned p = first; p < first + (unsigned)g->space->parts[f];
	    p++) {
		const struct hs_dim *d = &g->space->dims[p];
		uint32_t k = value_class(d, value & d->mask);

		if (d->mask & mask)
			put(g, p, k < d->n ? cell_classes(d, k, k) :
			    g->space->all[p]);
		else if (d->mask & value)
			put_made(g, p, p, turned(d, g->now[p]));
	}
}

static void
on_set(struct changes *c, enum field f, u128 mask, u128 value)
{
	struct changing *g = (struct changing *)c;
	int dim = g->space->of_field[f];

	if (dim < 0)
		return;
	if (field_info[f].kind == FIELD_MARK)
		set_mark(g, f, (uint32_t)mask, (uint32_t)value);
	else if (field_info[f].kind == FIELD_SMALL)
		set_small(g, (unsigned)dim, mask, value);
	else
		set_line(g, (unsigned)dim, mask, value);
}

static void
on_choose(struct changes *c, enum field f, const struct range *r, unsigned n)
{
	struct changing *g = (struct changing *)c;
	int dim = g->space->of_field[f];
	const struct hs_dim *d;
	bool whole = true;

	if (dim < 0)
		return;
	d = &g->space->dims[dim];
	if (n == 0 || d->starts == NULL) {
		for (unsigned p = 0; p < (unsigned)g->space->parts[f]; p++)
			put_unknown(g, (unsigned)dim + p);
		return;
	}
	if (d->bits) {
		hs_cell all = 0;

		for (unsigned i = 0; i < n; i++)
			all |= line_cell(d, r[i].lo, r[i].hi, &whole);
		put(g, (unsigned)dim, all);
	} else {
		u128 lo = r[0].lo, hi = r[0].hi;

		for (unsigned i = 1; i < n; i++) {
			lo = r[i].lo < lo ? r[i].lo : lo;
			hi = r[i].hi > hi ? r[i].hi : hi;
		}
		put(g, (unsigned)dim, line_cell(d, lo, hi, &whole));
	}
	/* Which of several it becomes is not for us to know. */
	g->flow->possible |= cell_count(d, g->now[dim]) > 1;
}

static void
on_copy(struct changes *c, enum field to, enum field from, uint32_t mask)
{
	struct changing *g = (struct changing *)c;
	int a = g->space->of_field[to], b = g->space->of_field[from];

	if (a < 0)
		return;
	for (unsigned p = 0; p < (unsigned)g->space->parts[to]; p++) {
		unsigned dim = (unsigned)a + p;

		if (!(g->space->dims[dim].mask & mask))
			continue;
		if (p < (unsigned)g->space->parts[from])
			put_made(g, dim, (unsigned)b + p,
			    g->now[(unsigned)b + p]);
		else			/* no room for dimensions */
			put_unknown(g, dim);
	}
}

static struct changing
changing(const struct analysis *an, enum hook hook, hs_cell *now,
    struct flow *flow)
{
	return (struct changing){ { an->space->family, an->space->env, hook,
	    on_set, on_choose, on_copy }, an->space, now, flow, { { 0 } } };
}

/* Returns what the target makes unknown. */
static struct dim_set
change(const struct program *p, const struct step *s, hs_cell *now,
    struct flow *flow)
{
	const struct rule *r = s->rule;
	struct changing g = changing(p->an, p->entry->hook, now, flow);

	if (r == NULL || r->kind != TGT_EXT)
		return g.unknown;
	if (r->target.ext->change != NULL)
		r->target.ext->change(r->target.data, &g.c);
	if (r->target.ext->act == NULL && r->target.ext->ends == V_CONTINUE)
		flow->possible = true;	/* it may be anything */
	return g.unknown;
}

void
follow_change(const struct program *p, const struct step *s, hs_cell *now,
    struct flow *flow)
{
	change(p, s, now, flow);
}

void
follow_set(struct analysis *an, enum field f, u128 value, hs_cell *now,
    struct flow *flow)
{
	struct changing g = changing(an, HOOK_NONE, now, flow);

	on_set(&g.c, f, ~(u128)0, value);
}

/* ---- what that hangs on ---- */

struct hanging {
	struct changes c;
	const struct hs_space *space;
	struct dim_set dims;
};

static void
hang_blocks(struct hanging *h, enum field f, uint32_t bits)
{
	for (unsigned p = 0; p < (unsigned)h->space->parts[f]; p++) {
		unsigned dim = (unsigned)h->space->of_field[f] + p;

		if (h->space->dims[dim].mask & bits)
			dim_add(&h->dims, dim);
	}
}

static void
hang_set(struct changes *c, enum field f, u128 mask, u128 value)
{
	struct hanging *h = (struct hanging *)c;
	unsigned bits = field_info[f].bits;
	u128 all = bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;

	if (field_info[f].kind == FIELD_MARK)
		hang_blocks(h, f, (uint32_t)(value & ~mask));
	else if (h->space->of_field[f] >= 0 && (~mask & all) != 0)
		dim_add(&h->dims, (unsigned)h->space->of_field[f]);
}

static void
hang_choose(struct changes *c, enum field f, const struct range *r,
    unsigned n)
{
	(void)c;
	(void)f;
	(void)r;
	(void)n;
}

static void
hang_copy(struct changes *c, enum field to, enum field from, uint32_t mask)
{
	struct hanging *h = (struct hanging *)c;

	if (h->space->of_field[to] >= 0)
		hang_blocks(h, from, mask);
}

/* Dimensions of which the target of a rule makes other values; packets of one
 * flow that differ there become packets of several. */
static struct dim_set
hangs_on(const struct program *p, const struct rule *r)
{
	const struct hs_space *s = p->an->space;
	struct hanging h = { { s->family, s->env, p->entry->hook, hang_set,
	    hang_choose, hang_copy }, s, { { 0 } } };

	if (r->target.ext->change != NULL)
		r->target.ext->change(r->target.data, &h.c);
	return h.dims;
}

/* ---- following ---- */

/* Behind -g packets leave out the rest of the chain that they came from. */
struct skip { uint32_t from, until; const struct skip *outer; };

struct state {
	uint32_t at;
	const struct skip *skips;
	struct dim_set changed, unknown;
	const struct effect *effects;
	bool possible;
};

/* Flows that wait, with two boxes each in 'cells'. */
struct run {
	struct follow *f;
	struct program *p;
	struct state *stack;
	unsigned n, room, room_cells;
	hs_cell *cells;
	struct state now;		/* of push_rest */
	struct flow flow;
};

static void
push(struct run *r, const hs_cell *now, const hs_cell *was, struct state st)
{
	size_t dims = r->f->an->space->n;
	hs_cell *c;

	vec_room(r->stack, r->n, r->room);
	if (r->n >= r->room_cells) {
		r->room_cells = r->room_cells * 2 + 16;
		r->cells = mem_grow(r->cells, r->room_cells,
		    2 * dims * sizeof(*c) + 1);
	}
	c = r->cells + 2 * dims * r->n;
	memcpy(c, now, dims * sizeof(*c));
	memcpy(c + dims, was, dims * sizeof(*c));
	r->stack[r->n++] = st;
}

static bool
push_rest(const hs_cell *piece, void *arg)
{
	struct run *r = arg;
	hs_cell was[HS_MAX_DIMS];

	follow_narrow(r->f->an->space, &r->flow, piece, was);
	push(r, piece, was, r->now);
	return true;
}

static uint32_t
skip_to(const struct skip *s, uint32_t at)
{
	for (; s != NULL; s = s->outer)
		if (at >= s->from && at < s->until)
			return s->until;
	return at;
}

/* The next step that has some of the flow: by the tree, where boxes are cut
 * down to their callers'; else one by one, past chains that are not entered. */
static const hs_cell *
next_step(struct run *r, const hs_cell *now, struct state *st)
{
	const struct hs_space *sp = r->f->an->space;
	const struct hs_item *it;

	if (!r->p->changing) {
		const struct hs_tree *t = program_tree(r->p);

		while ((it = hs_tree_next(t, now, st->at)) != NULL) {
			st->at = it->at;
			if (skip_to(st->skips, st->at) == st->at)
				return it->box;
			st->at = skip_to(st->skips, st->at);
		}
		return NULL;
	}
	while (st->at + 1 < r->p->n_steps) {
		const struct step *s = &r->p->steps[st->at];

		if (skip_to(st->skips, st->at) != st->at) {
			st->at = skip_to(st->skips, st->at);
			continue;
		}
		for (unsigned i = 0; i < s->n; i++)
			if (box_meets(sp, step_box(r->p, s, i), now))
				return step_box(r->p, s, i);
		if ((s->kind == STEP_JUMP || s->kind == STEP_GOTO) &&
		    s->n != 0)
			st->at = r->p->frames[s->callee].end;
		else
			st->at++;
		r->f->work++;
	}
	return NULL;
}

static struct flow
flow_of(const hs_cell *now, const hs_cell *was, const struct state *st)
{
	return (struct flow){ now, was, st->changed, st->unknown,
	    st->effects, st->possible };
}

/* Packets that a target makes the same of. */
static void
change_piece(struct run *r, const struct step *s, const hs_cell *now,
    const hs_cell *was, struct state st)
{
	hs_cell changed[HS_MAX_DIMS];
	struct flow flow = flow_of(now, was, &st);
	struct effect *e = arena_new(r->f->scratch, struct effect);

	memcpy(changed, now, r->f->an->space->n * sizeof(*now));
	*e = (struct effect){ r->p, (uint32_t)(s - r->p->steps),
	    change(r->p, s, changed, &flow), st.effects };
	st.changed = flow.changed;
	st.unknown = flow.unknown;
	st.possible = flow.possible;
	st.effects = e;
	push(r, changed, was, st);
}

struct pieces {
	struct run *r;
	const struct step *step;
	struct dim_set dims;
	hs_cell *now, *was;
};

/* The flow in pieces that have one class in each of the dimensions. */
static void
each_piece(struct pieces *x, unsigned dim)
{
	const struct hs_space *sp = x->r->f->an->space;
	const struct state *st = &x->r->now;
	hs_cell now, was;

	while (dim < sp->n && (!dim_in(&x->dims, dim) ||
	    cell_count(&sp->dims[dim], x->now[dim]) == 1))
		dim++;
	if (dim == sp->n) {
		change_piece(x->r, x->step, x->now, x->was, *st);
		return;
	}
	now = x->now[dim];
	was = x->was[dim];
	for (uint32_t k = 0; k < sp->dims[dim].n; k++) {
		if (!cell_has(&sp->dims[dim], now, k))
			continue;
		x->now[dim] = cell_classes(&sp->dims[dim], k, k);
		if (!dim_in(&st->changed, dim))
			x->was[dim] = x->now[dim];
		each_piece(x, dim + 1);
	}
	x->now[dim] = now;
	x->was[dim] = was;
}

/* A target acts on what matched.  Of too many pieces it is not told which
 * become what: follow_change says so. */
static void
act(struct run *r, const struct step *s, const hs_cell *now,
    const hs_cell *was, struct state st)
{
	const struct hs_space *sp = r->f->an->space;
	hs_cell piece[HS_MAX_DIMS], piece_was[HS_MAX_DIMS];
	struct pieces x = { r, s, hangs_on(r->p, s->rule), piece, piece_was };
	double n = 1;

	memcpy(piece, now, sp->n * sizeof(*piece));
	memcpy(piece_was, was, sp->n * sizeof(*piece));
	for (unsigned i = 0; i < sp->n; i++) {
		if (!dim_in(&x.dims, i))
			continue;
		if (dim_in(&st.unknown, i))
			dim_remove(&x.dims, i);
		else
			n *= cell_count(&sp->dims[i], now[i]);
	}
	if (n > MANY_PIECES)
		x.dims = (struct dim_set){ { 0 } };
	r->now = st;
	each_piece(&x, 0);
}

/* What matched goes on behind a step. */
static void
go_on(struct run *r, uint32_t at, const hs_cell *now, const hs_cell *was)
{
	const struct step *s = &r->p->steps[at];
	struct state st = r->now;

	st.at = at + 1;
	if (s->kind == STEP_PASS && s->rule->kind == TGT_EXT) {
		act(r, s, now, was, st);
		return;
	}
	if (s->kind == STEP_RETURN) {
		st.at = frame_exit(r->p, s->frame);
	} else if (s->kind == STEP_GOTO) {
		struct skip *k = arena_new(r->f->scratch, struct skip);

		*k = (struct skip){ r->p->frames[s->callee].end,
		    frame_exit(r->p, s->frame), st.skips };
		st.skips = k;
	}
	push(r, now, was, st);
}

/* Tells a listener of a flow at a step. */
static void
told(struct run *r, void (*to)(struct follow *, struct program *, uint32_t,
    const struct flow *), uint32_t step, const struct flow *flow)
{
	const struct hs_space *sp = r->f->an->space;
	struct flow f = *flow;

	for (unsigned i = 0; i < sp->n && !f.possible; i++)
		f.possible = is_narrowed(sp, flow, flow->now, i);
	to(r->f, r->p, step, &f);
}

/* Packets are the same behind the step, whether they match it or not. */
static bool
only_counts(const struct step *s)
{
	return s->kind == STEP_PASS && (s->rule->kind != TGT_EXT ||
	    (s->rule->target.ext->act != NULL &&
	    s->rule->target.ext->change == NULL));
}

static void
one(struct run *r, const hs_cell *now, const hs_cell *was)
{
	const struct hs_space *sp = r->f->an->space;
	struct state *st = &r->now;
	hs_cell common[HS_MAX_DIMS], common_was[HS_MAX_DIMS];
	const hs_cell *box = next_step(r, now, st);
	const struct step *s;
	bool may;

	r->flow = flow_of(now, was, st);
	if (box == NULL) {
		told(r, r->f->end, r->p->n_steps - 1, &r->flow);
		return;
	}
	s = &r->p->steps[st->at];
	box_minus(sp, now, box, push_rest, r);
	box_and(sp, common, now, box);
	follow_narrow(sp, &r->flow, common, common_was);
	/* Who is in a chain came by its call: that is behind it. */
	may = !s->certain && !r->f->settled;
	if (may && !only_counts(s)) {
		/* It may match or not. */
		struct state miss = *st;

		miss.possible = true;
		miss.at = s->kind == STEP_JUMP || s->kind == STEP_GOTO ?
		    r->p->frames[s->callee].end : st->at + 1;
		push(r, common, common_was, miss);
		st->possible = true;
	}
	r->flow = flow_of(common, common_was, st);
	r->flow.possible |= may;
	if (r->f->hit != NULL)
		told(r, r->f->hit, st->at, &r->flow);
	if (s->kind == STEP_TAKE)
		told(r, r->f->end, st->at, &r->flow);
	else
		go_on(r, st->at, common, common_was);
}

void
follow(struct follow *f, struct program *p, const struct flow *start)
{
	struct run r = { .f = f, .p = p };
	size_t dims = f->an->space->n;
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS];

	push(&r, start->now, start->was, (struct state){
	    .changed = start->changed, .unknown = start->unknown,
	    .effects = start->effects, .possible = start->possible });
	while (r.n > 0) {
		if (f->work++ >= f->limit) {
			f->full = true;
			break;
		}
		r.now = r.stack[--r.n];
		memcpy(now, r.cells + 2 * dims * r.n, dims * sizeof(*now));
		memcpy(was, r.cells + 2 * dims * r.n + dims,
		    dims * sizeof(*was));
		one(&r, now, was);
	}
	free(r.stack);
	free(r.cells);
}
