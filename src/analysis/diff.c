/* Where two rulesets end differently.
 *
 * Of each built-in chain both programs are laid beside one another.  Steps
 * that stand on both sides in the same order can make no difference by
 * themselves: packets that end differently are in a box of a step that has no
 * partner.  Inside these boxes packets are followed through both programs,
 * split where a step tells them apart (follow.h).  Where that explodes, pairs
 * of deciders are asked for one packet each (ask_pairs). */
#include "analysis/align.h"
#include "analysis/cover.h"
#include "analysis/lookup.h"
#include "analysis/made.h"
#include "analysis/rules.h"

#include <stdlib.h>
#include <string.h>

enum { FOLLOW_LIMIT = 400000, PAIR_LIMIT = 50000, MANY_BOXES = 3000,
    MANY_MERGED = 500 };

struct end {
	const struct step *by;
	const struct effect *effects;
	const struct flow *flow;	/* during the call; null: as it came */
	bool possible;
};

struct side {
	struct program *p;		/* null: the table is absent */
	const struct chain *chain;
	uint32_t *text;			/* of each step; 0: nothing is done */
	bool *log;
	struct align_item *order;	/* steps that matter */
	uint32_t n;
};

struct found {
	struct diff_region r;
	struct hs set;
	bool unknown;			/* some of it hangs on what is not known */
	struct found *next;		/* of the same pair of deciders */
};

struct diff {
	struct analysis *an;
	struct arena *arena;
	struct arena scratch;		/* effects, while one box is followed */
	struct side side[2];
	enum table_id table;
	enum hook hook;
	unsigned most;
	struct map texts;		/* of targets: number + 1 */
	const char **text_of;
	uint32_t n_texts, room_texts;
	struct map pairs;		/* of deciders: struct found */
	struct found **list;
	unsigned n, room;
	uint64_t work;
	bool partial;
};

/* ---- what a step does ---- */

static uint32_t
text_number(struct diff *d, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;
	uintptr_t k;
	char *text;

	rule_target_text(r, d->an->space->family, &b);
	k = (uintptr_t)map_get(&d->texts, sbuf_text(&b), b.len);
	if (k == 0) {
		text = arena_strdup(d->arena, sbuf_text(&b));
		vec_room(d->text_of, d->n_texts, d->room_texts);
		d->text_of[d->n_texts] = text;
		k = ++d->n_texts;
		map_set(&d->texts, d->arena, text, b.len, (void *)k);
	}
	sbuf_free(&b);
	return (uint32_t)k;
}

static bool
is_log(const struct rule *r)
{
	static const char *const names[] = { "LOG", "NFLOG", "TRACE",
	    "AUDIT", "ULOG" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(r->target.ext->name, names[i]) == 0)
			return true;
	return false;
}

static uint64_t
hash_cells(const hs_cell *c, size_t n, uint64_t h)
{
	for (size_t i = 0; i < n; i++) {
		h = (h ^ c[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h;
}

/* The steps that matter: those that end, come back, or do something.  A jump
 * does not: the steps behind it have its condition in their boxes. */
static void
open_side(struct diff *d, struct side *s, const struct chain *c)
{
	const struct hs_space *sp = d->an->space;
	struct program *p;

	*s = (struct side){ .chain = c };
	if (c == NULL)
		return;
	s->p = p = program_of(d->an, c);
	d->partial |= p->limit;
	s->text = mem_alloc(p->n_steps, sizeof(*s->text));
	s->log = mem_alloc(p->n_steps, sizeof(*s->log));
	s->order = mem_alloc(p->n_steps, sizeof(*s->order));
	for (uint32_t i = 0; i < p->n_steps; i++) {
		const struct step *st = &p->steps[i];
		/* Spread, or a bit of a cell makes up for one of the kind. */
		uint64_t h = (st->kind * 256U + st->verdict + 1) *
		    UINT64_C(0xbf58476d1ce4e5b9);

		if (st->kind == STEP_END || st->kind == STEP_JUMP)
			continue;
		if (st->rule->kind == TGT_EXT) {
			s->text[i] = text_number(d, st->rule);
			s->log[i] = is_log(st->rule);
		}
		if ((st->kind == STEP_PASS && s->text[i] == 0) || st->n == 0)
			continue;
		for (uint32_t b = 0; b < st->n; b++)
			h = hash_cells(step_box(p, st, b), sp->n, h);
		s->order[s->n++] = (struct align_item){ h * 31 + s->text[i],
		    i, false, 0 };
	}
}

static void
close_side(struct side *s)
{
	free(s->order);
	free(s->text);
	free(s->log);
}

/* ---- following packets ---- */

typedef void on_end(struct diff *, const struct flow *, struct end, void *);

struct following { struct diff *d; on_end *each; void *arg; };

static void
ended(struct follow *f, struct program *p, uint32_t step,
    const struct flow *flow)
{
	struct following *g = f->arg;

	g->each(g->d, flow, (struct end){ &p->steps[step], flow->effects,
	    flow, flow->possible }, g->arg);
}

/* Calls 'each' for every end that packets of 'box' come to.  False: too much
 * work. */
static bool
follow_side(struct diff *d, const struct side *s, const hs_cell *box,
    on_end *each, void *arg)
{
	struct following g = { d, each, arg };
	struct follow f = { .an = d->an, .scratch = &d->scratch,
	    .work = d->work, .limit = FOLLOW_LIMIT, .settled = true,
	    .end = ended, .arg = &g };
	struct flow start = { .now = box, .was = box };

	if (s->p == NULL) {
		each(d, &start, (struct end){ .by = NULL }, arg);
		return true;
	}
	follow(&f, s->p, &start);
	/* Ends followed others: that work counts too. */
	d->work = f.work > d->work ? f.work : d->work + 1;
	return !f.full;
}

/* ---- comparing ends ---- */

static enum verdict
verdict_of(const struct side *s, const struct step *by)
{
	if (by == NULL)
		return V_ACCEPT;
	return by->kind == STEP_END ? s->chain->policy :
	    (enum verdict)by->verdict;
}

static uint32_t
text_of(const struct side *s, const struct step *by)
{
	return by == NULL ? 0 : s->text[by - s->p->steps];
}

/* In the order of the ways back, for LOG and such or for the others. */
static bool
effects_differ(const struct diff *d, const struct effect *a,
    const struct effect *b, bool log)
{
	const struct side *old = &d->side[0], *new = &d->side[1];

	for (;;) {
		while (a != NULL && old->log[a->step] != log)
			a = a->before;
		while (b != NULL && new->log[b->step] != log)
			b = b->before;
		if (a == NULL || b == NULL)
			return a != b;
		if (old->text[a->step] != new->text[b->step])
			return true;
		a = a->before;
		b = b->before;
	}
}

static void
list_made(const struct side *s, const struct effect *e, struct made *out)
{
	if (e == NULL)
		return;
	list_made(s, e->before, out);
	if (s->log[e->step])
		return;
	vec_room(out->v, out->n, out->room);
	out->v[out->n++] = (struct made_step){ s->p->steps[e->step].rule,
	    s->text[e->step] };
}

static enum made_same
same_made(const struct diff *d, const struct end *a, const struct end *b,
    const hs_cell *box, hs_cell *same)
{
	struct made x = { 0 }, y = { 0 };
	enum made_same is;

	if (!effects_differ(d, a->effects, b->effects, false))
		return MADE_SAME;
	list_made(&d->side[0], a->effects, &x);
	list_made(&d->side[1], b->effects, &y);
	is = made_compare(d->an, d->hook, &x, &y, box, same);
	free(x.v);
	free(y.v);
	return is;
}

/* False: the same for all that one can tell from outside, of what is in the
 * box but not in 'same'. */
static bool
ends_differ(const struct diff *d, const struct end *a, const struct end *b,
    const hs_cell *box, enum diff_kind *kind, enum made_same *made,
    hs_cell *same)
{
	const struct side *old = &d->side[0], *new = &d->side[1];
	enum verdict va = verdict_of(old, a->by), vb = verdict_of(new, b->by);

	*made = MADE_OTHERWISE;
	if (va != vb) {
		*kind = vb == V_ACCEPT ? DIFF_ALLOWED : va == V_ACCEPT ?
		    DIFF_BLOCKED : DIFF_VERDICT;
		return true;
	}
	if (text_of(old, a->by) != text_of(new, b->by)) {
		*kind = va == V_ACCEPT ? DIFF_NAT : DIFF_VERDICT;
		return true;
	}
	*kind = DIFF_LOG;
	if (effects_differ(d, a->effects, b->effects, true))
		return true;
	*kind = DIFF_MARK;
	*made = same_made(d, a, b, box, same);
	return *made != MADE_SAME;
}

/* ---- what nobody knows ---- */

struct done { const struct effect **v; unsigned n, room; };

/* What was done to the packets, but for logs, the first first. */
static void
list_done(const struct side *s, const struct effect *e, struct done *out)
{
	if (e == NULL)
		return;
	list_done(s, e->before, out);
	if (s->log[e->step])
		return;
	vec_room(out->v, out->n, out->room);
	out->v[out->n++] = e;
}

/* The last of those that made it unknown. */
static unsigned
maker(const struct done *m, unsigned dim)
{
	unsigned i = m->n;

	while (i > 0 && !dim_in(&m->v[i - 1]->unknown, dim))
		i--;
	return i;
}

/* Can both ends come of the same packet?  A target that makes something
 * unknown of it does the same on both sides, if all was the same before. */
static bool
go_together(const struct diff *d, const struct end *a, const struct end *b)
{
	const struct hs_space *sp = d->an->space;
	struct done x = { 0 }, y = { 0 };
	hs_cell both[HS_MAX_DIMS];
	unsigned same = 0;
	bool can = true;

	if (a->flow == NULL || b->flow == NULL)
		return true;
	list_done(&d->side[0], a->effects, &x);
	list_done(&d->side[1], b->effects, &y);
	while (same < x.n && same < y.n && d->side[0].text[x.v[same]->step] ==
	    d->side[1].text[y.v[same]->step])
		same++;
	memcpy(both, sp->all, sp->n * sizeof(*both));
	for (unsigned i = 0; i < sp->n && can; i++) {
		unsigned m = maker(&x, i);

		if (!dim_in(&a->flow->unknown, i) || m > same ||
		    m != maker(&y, i) || !dim_in(&b->flow->unknown, i))
			continue;
		both[i] = a->flow->now[i];
		can = box_meets(sp, both, b->flow->now);
		both[i] = sp->all[i];
	}
	free(x.v);
	free(y.v);
	return can;
}

/* ---- keeping what was found ---- */

static void
put_effects(const struct diff *d, const struct side *s,
    const struct effect *e, struct sbuf *out)
{
	if (e == NULL)
		return;
	put_effects(d, s, e->before, out);
	if (out->len != 0)
		sbuf_puts(out, "; ");
	sbuf_puts(out, d->text_of[s->text[e->step] - 1]);
}

static const char *
effects_text(const struct diff *d, const struct side *s, const struct end *e)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	put_effects(d, s, e->effects, &b);
	if (text_of(s, e->by) != 0) {
		if (b.len != 0)
			sbuf_puts(&b, "; ");
		sbuf_puts(&b, d->text_of[text_of(s, e->by) - 1]);
	}
	text = arena_strdup(d->arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static void
describe(const struct diff *d, unsigned i, const struct end *e,
    struct diff_region *r)
{
	const struct side *s = &d->side[i];

	r->side[i].effects = effects_text(d, s, e);
	r->side[i].verdict = verdict_of(s, e->by);
	if (e->by == NULL)
		return;
	r->side[i].rule = e->by->rule;
	if (e->by->kind == STEP_END)
		r->side[i].policy = s->chain;
	r->side[i].reject = e->by->rule != NULL &&
	    rule_target_is(e->by->rule, "REJECT");
}

/* What was done on the way makes no two regions of packets that are accepted
 * on one side and refused on the other. */
static bool
same_ends(const struct diff_region *a, const struct diff_region *b)
{
	bool effects = a->kind != DIFF_ALLOWED && a->kind != DIFF_BLOCKED;

	for (unsigned i = 0; i < 2; i++)
		if (a->side[i].rule != b->side[i].rule ||
		    a->side[i].policy != b->side[i].policy || (effects &&
		    strcmp(a->side[i].effects, b->side[i].effects) != 0))
			return false;
	return a->kind == b->kind;
}

/* Is a condition asked that is not the packet's alone? */
static bool
hangs(const struct hs_space *sp, const hs_cell *box)
{
	for (unsigned i = 0; i < sp->n; i++)
		if (sp->dims[i].field == N_FIELDS && box[i] != sp->all[i] &&
		    strncmp(sp->dims[i].key, "chance in ", 10) == 0)
			return true;
	return false;
}

/* A rule that is called in several ways is one. */
static const void *
decider(const struct diff *d, unsigned i, const struct end *e)
{
	if (e->by == NULL)
		return NULL;
	return e->by->rule != NULL ? (const void *)e->by->rule :
	    d->side[i].chain;
}

static void
keep(struct diff *d, const hs_cell *box, const struct end *a,
    const struct end *b, enum diff_kind kind, bool whole)
{
	const struct hs_space *sp = d->an->space;
	const void *key[2] = { decider(d, 0, a), decider(d, 1, b) };
	struct diff_region r = { .table = d->table, .hook = d->hook,
	    .kind = kind, .complete = true };
	struct found *f, *first;

	describe(d, 0, a, &r);
	describe(d, 1, b, &r);
	first = map_get(&d->pairs, (const char *)key, sizeof(key));
	for (f = first; f != NULL && !same_ends(&f->r, &r); f = f->next)
		;
	if (f == NULL) {
		f = arena_new(d->arena, struct found);
		f->r = r;
		f->r.possible = true;
		hs_point(sp, box, &f->r.witness);
		f->next = first;
		map_set(&d->pairs, d->arena, arena_copy(d->arena, key,
		    sizeof(key)), sizeof(key), f);
		vec_room(d->list, d->n, d->room);
		d->list[d->n++] = f;
	}
	if (f->r.possible && !hangs(sp, box) && !a->possible && !b->possible) {
		f->r.possible = false;
		hs_point(sp, box, &f->r.witness);
	}
	f->unknown |= a->possible || b->possible;
	f->r.complete &= whole;
	if (f->set.n < d->most)
		hs_add(sp, &f->set, box);
	else
		f->r.complete = false;
	f->r.count += box_count(sp, box);
}

/* ---- inside one box ---- */

struct pair { struct diff *d; const struct end *a, *b; };

static bool
keep_changed(const hs_cell *piece, void *arg)
{
	const struct pair *p = arg;

	keep(p->d, piece, p->a, p->b, DIFF_MARK, true);
	return true;
}

static void
new_end(struct diff *d, const struct flow *flow, struct end b, void *arg)
{
	struct pair pair = { d, arg, &b };
	hs_cell same[HS_MAX_DIMS];
	enum diff_kind kind;
	enum made_same made;

	if (!ends_differ(d, arg, &b, flow->was, &kind, &made, same) ||
	    !go_together(d, arg, &b))
		return;
	if (made == MADE_SOME)
		box_minus(d->an->space, flow->was, same, keep_changed, &pair);
	else
		keep(d, flow->was, arg, &b, kind, true);
}

static void
old_end(struct diff *d, const struct flow *flow, struct end a, void *arg)
{
	hs_cell box[HS_MAX_DIMS];

	memcpy(box, flow->was, d->an->space->n * sizeof(*box));
	if (!follow_side(d, &d->side[1], box, new_end, &a))
		*(bool *)arg = false;
}

static bool
follow_both(struct diff *d, const hs_cell *box)
{
	bool all = true;

	if (!follow_side(d, &d->side[0], box, old_end, &all))
		all = false;
	arena_free(&d->scratch);
	d->scratch = (struct arena)ARENA_INIT;
	return all;
}

/* ---- pairs of deciders ---- */

struct asking {
	struct diff *d;
	unsigned mine;			/* the side of the step */
	uint32_t at;
	const hs_cell *box;
};

static void
point_end(struct diff *d, const struct flow *flow, struct end e, void *arg)
{
	(void)d;
	(void)flow;
	e.flow = NULL;
	*(struct end *)arg = e;
}

/* A packet that comes to both steps: do its ends differ? */
static void
ask_pair(struct asking *q, uint32_t other, const hs_cell *box)
{
	struct diff *d = q->d;
	const struct hs_space *sp = d->an->space;
	struct side *mine = &d->side[q->mine], *its = &d->side[!q->mine];
	hs_cell w[HS_MAX_DIMS], pt[HS_MAX_DIMS];
	struct end ends[2] = { { .by = NULL }, { .by = NULL } };
	enum diff_kind kind;
	enum made_same made;
	enum cover c;
	uint64_t random = q->at, work = d->work;

	c = its->p == NULL ? cover_box(mine->p, box, q->at, BY_CERTAIN, w) :
	    cover_both(mine->p, q->at, its->p, other, box, w);
	d->partial |= c == COVER_UNDECIDED;
	if (c != COVER_NO)
		return;
	cover_point(sp, w, &random, pt);
	d->work = 0;
	follow_side(d, &d->side[0], pt, point_end, &ends[0]);
	follow_side(d, &d->side[1], pt, point_end, &ends[1]);
	d->work = work;
	if (ends_differ(d, &ends[0], &ends[1], pt, &kind, &made, w))
		keep(d, pt, &ends[0], &ends[1], kind, false);
	arena_free(&d->scratch);
	d->scratch = (struct arena)ARENA_INIT;
}

/* Would a packet decided by both end alike? */
static bool
alike(const struct asking *q, uint32_t other)
{
	const struct side *mine = &q->d->side[q->mine];
	const struct side *its = &q->d->side[!q->mine];
	const struct step *a = &mine->p->steps[q->at];
	const struct step *b = its->p == NULL ? NULL : &its->p->steps[other];

	return a->kind == STEP_TAKE && verdict_of(mine, a) ==
	    verdict_of(its, b) && text_of(mine, a) == text_of(its, b);
}

static bool
pair_with(const struct hs_item *it, void *arg)
{
	struct asking *q = arg;
	const struct side *its = &q->d->side[!q->mine];
	hs_cell common[HS_MAX_DIMS];

	if (its->p->steps[it->at].kind != STEP_TAKE || alike(q, it->at) ||
	    !box_and(q->d->an->space, common, q->box, it->box))
		return true;
	if (q->d->work++ > PAIR_LIMIT) {
		q->d->partial = true;
		return false;
	}
	ask_pair(q, it->at, common);
	return true;
}

static void
ask_pairs(struct diff *d, unsigned mine, uint32_t at, const hs_cell *box)
{
	struct side *its = &d->side[!mine];
	struct asking q = { d, mine, at, box };
	uint32_t end = its->p == NULL ? 0 : its->p->n_steps - 1;

	if (its->p != NULL)
		hs_tree_meet(its->p->tree, box, UINT32_MAX, pair_with, &q);
	if (!alike(&q, end))
		ask_pair(&q, end, box);
}

/* ---- one chain ---- */

/* Boxes of steps say nothing of where packets start that are changed on the
 * way: then all are followed. */
static bool
changes_marks(const struct diff *d)
{
	return (d->side[0].p != NULL && d->side[0].p->changing) ||
	    (d->side[1].p != NULL && d->side[1].p->changing);
}

struct changed { unsigned side; uint32_t at; const hs_cell *box; };

static void
add_changed(struct diff *d, struct changed **v, unsigned *n, unsigned *room)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct side *s = &d->side[i];

		for (uint32_t k = 0; k < s->n && !changes_marks(d); k++) {
			const struct step *st;

			if (s->order[k].paired)
				continue;
			st = &s->p->steps[s->order[k].at];
			for (uint32_t b = 0; b < st->n; b++) {
				vec_room(*v, *n, *room);
				(*v)[(*n)++] = (struct changed){ i,
				    s->order[k].at, step_box(s->p, st, b) };
			}
		}
	}
	if (!changes_marks(d) && verdict_of(&d->side[0], d->side[0].p ? &d->side[0].p->steps[
	    d->side[0].p->n_steps - 1] : NULL) == verdict_of(&d->side[1],
	    d->side[1].p ? &d->side[1].p->steps[d->side[1].p->n_steps - 1] :
	    NULL))
		return;
	for (unsigned i = 0; i < 2; i++)
		if (d->side[i].p != NULL) {
			vec_room(*v, *n, *room);
			(*v)[(*n)++] = (struct changed){ i,
			    d->side[i].p->n_steps - 1, d->side[i].p->all };
			return;
		}
}

/* What of the box can enter on both sides: where one side has connection
 * tracking, fragments are put together there, and no packet is the same. */
static bool
can_enter_both(const struct diff *d, const hs_cell *box, hs_cell *out)
{
	const struct hs_space *sp = d->an->space;

	memcpy(out, box, sp->n * sizeof(*out));
	for (unsigned i = 0; i < 2; i++)
		if (d->side[i].p != NULL &&
		    !box_and(sp, out, out, d->side[i].p->all))
			return false;
	return true;
}

/* The box without what earlier ones have; false: too many pieces. */
static bool
pieces(struct diff *d, const struct changed *v, unsigned k, struct hs *out)
{
	const struct hs_space *sp = d->an->space;
	hs_cell box[HS_MAX_DIMS];

	hs_clear(out);
	if (!can_enter_both(d, v[k].box, box))
		return true;
	hs_add(sp, out, box);
	for (unsigned i = 0; i < k && out->n != 0; i++)
		if (box_meets(sp, v[i].box, v[k].box) &&
		    !hs_subtract(sp, out, v[i].box, 4096))
			return false;
	return true;
}

/* Do step 'i' of the one and step 'j' of the other the same to the same? */
static bool
does_same(const struct diff *d, uint32_t i, uint32_t j)
{
	const struct program *p = d->side[0].p, *q = d->side[1].p;
	const struct step *a = &p->steps[i], *b = &q->steps[j];
	size_t size = d->an->space->n * sizeof(hs_cell);

	if (a->kind != b->kind || a->verdict != b->verdict || a->n != b->n ||
	    d->side[0].text[i] != d->side[1].text[j])
		return false;
	for (unsigned k = 0; k < a->n; k++)
		if (memcmp(step_box(p, a, k), step_box(q, b, k), size) != 0)
			return false;
	return true;
}

static bool
same_step(const struct diff *d, uint32_t i)
{
	const struct step *a = &d->side[0].p->steps[i];
	const struct step *b = &d->side[1].p->steps[i];

	return a->exact == b->exact && a->frame == b->frame &&
	    a->callee == b->callee && does_same(d, i, i);
}

/* Pairs by hashes are taken for what they seem to be only if they are. */
static void
part_different(struct diff *d)
{
	struct align_item *a = d->side[0].order, *b = d->side[1].order;

	for (uint32_t i = 0; i < d->side[0].n; i++)
		if (a[i].paired && !does_same(d, a[i].at, b[a[i].with].at))
			a[i].paired = b[a[i].with].paired = false;
}

/* The same, step for step: so is then what nobody knows. */
static bool
same_sides(const struct diff *d)
{
	const struct program *p = d->side[0].p, *q = d->side[1].p;

	if (p == NULL || q == NULL || p->n_steps != q->n_steps ||
	    p->entry->policy != q->entry->policy ||
	    memcmp(p->all, q->all, d->an->space->n * sizeof(hs_cell)) != 0)
		return false;
	for (uint32_t i = 0; i < p->n_steps; i++)
		if (!same_step(d, i))
			return false;
	return true;
}

/* What was found by following only a part would be told twice. */
static void
forget(struct diff *d, unsigned from)
{
	for (unsigned i = from; i < d->n; i++)
		hs_free(&d->list[i]->set);
	d->n = from;
	d->pairs = (struct map){ 0 };
}

static void
compare(struct diff *d)
{
	struct changed *v = NULL;
	unsigned n = 0, room = 0, had = d->n;
	struct hs rest = { 0 };
	bool all = true;

	d->pairs = (struct map){ 0 };
	if (same_sides(d))
		return;
	if (!changes_marks(d)) {
		align(d->side[0].order, d->side[0].n, d->side[1].order,
		    d->side[1].n);
		part_different(d);
	}
	align_scopes(d->side[0].p, d->side[0].order, d->side[0].n,
	    d->side[1].p, d->side[1].order, d->side[1].n);
	add_changed(d, &v, &n, &room);
	d->work = 0;
	all = n <= MANY_BOXES;
	for (unsigned k = 0; k < n && all; k++) {
		all = pieces(d, v, k, &rest);
		for (unsigned i = 0; i < rest.n && all; i++)
			all = follow_both(d, hs_box(d->an->space, &rest, i));
	}
	if (!all) {
		forget(d, had);
		d->work = 0;
		d->partial |= changes_marks(d);
		for (unsigned k = 0; k < n && !changes_marks(d); k++) {
			hs_cell box[HS_MAX_DIMS];

			if (can_enter_both(d, v[k].box, box))
				ask_pairs(d, v[k].side, v[k].at, box);
		}
	}
	hs_free(&rest);
	free(v);
}

/* Packets that differ so however a chance comes out differ for certain. */
static void
settle_chances(const struct diff *d, struct found *f)
{
	const struct hs_space *sp = d->an->space;
	struct hs few = { 0 };

	if (!f->r.possible || f->unknown || f->set.n > MANY_MERGED)
		return;
	for (unsigned i = 0; i < f->set.n; i++)
		hs_add(sp, &few, hs_box(sp, &f->set, i));
	hs_merge(sp, &few);
	for (unsigned i = 0; i < few.n && f->r.possible; i++)
		if (!hangs(sp, hs_box(sp, &few, i))) {
			f->r.possible = false;
			hs_point(sp, hs_box(sp, &few, i), &f->r.witness);
		}
	hs_free(&few);
}

static void
tell(struct diff *d, void (*each)(const struct diff_region *, void *),
    void *arg)
{
	for (unsigned i = 0; i < d->n; i++) {
		struct found *f = d->list[i];

		settle_chances(d, f);
		f->r.set = hs_keep(d->an->space, &f->set, d->arena);
		each(&f->r, arg);
		hs_free(&f->set);
	}
}

static unsigned
place(const struct diff_region *r, unsigned side)
{
	return r->side[side].rule != NULL ? r->side[side].rule->number :
	    UINT32_MAX;
}

static int
by_place(const void *a, const void *b)
{
	const struct found *x = *(struct found *const *)a;
	const struct found *y = *(struct found *const *)b;

	if (x->r.table != y->r.table)
		return x->r.table < y->r.table ? -1 : 1;
	if (x->r.hook != y->r.hook)
		return x->r.hook < y->r.hook ? -1 : 1;
	for (unsigned i = 0; i < 2; i++)
		if (place(&x->r, !i) != place(&y->r, !i))
			return place(&x->r, !i) < place(&y->r, !i) ? -1 : 1;
	return x->r.kind < y->r.kind ? -1 : x->r.kind > y->r.kind;
}

bool
analysis_diff(struct analysis *an, unsigned boxes, struct arena *arena,
    void (*each)(const struct diff_region *, void *), void *arg,
    bool *partial)
{
	struct diff d = { .an = an, .arena = arena, .most = boxes ? boxes :
	    1, .scratch = ARENA_INIT };
	bool same;

	for (unsigned t = 0; t < N_TABLES; t++)
		for (unsigned h = 0; h < N_HOOKS; h++) {
			const struct chain *c[2];

			for (unsigned i = 0; i < 2; i++)
				c[i] = an->rules[i]->tables[t].present ?
				    an->rules[i]->tables[t].builtin[h] : NULL;
			if (c[0] == NULL && c[1] == NULL)
				continue;
			d.table = (enum table_id)t;
			d.hook = (enum hook)h;
			open_side(&d, &d.side[0], c[0]);
			open_side(&d, &d.side[1], c[1]);
			compare(&d);
			close_side(&d.side[0]);
			close_side(&d.side[1]);
		}
	if (d.n != 0)
		qsort(d.list, d.n, sizeof(*d.list), by_place);
	tell(&d, each, arg);
	same = d.n == 0;
	*partial = d.partial;
	free(d.list);
	free(d.text_of);
	return same && !d.partial;
}
