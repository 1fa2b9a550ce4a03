/* Who is to blame for a rule that nothing comes to.
 *
 * A point that is left must be taken by some rule; each that does is tried
 * in turn, with few rules allowed first.  A rule that has nothing but what
 * another has, too, need not be tried beside it. */
#include "analysis/cover.h"

#include <stdlib.h>
#include <string.h>

enum { BLAME_LIMIT = 2000, BLAME_MAX = 8, FEW_POINTS = 64 };

/* A box of packets that must be kept from a step. */
struct target { struct program *p; uint32_t at; const hs_cell *box; };

/* What a rule keeps of the targets. */
struct part { uint32_t target; const hs_cell *box; };
struct culprit {
	const struct rule *rule;
	uint32_t target, step;		/* the first, and the first there */
	const struct part *parts;
	unsigned n;
	bool chosen;
};

struct blame {
	struct arena arena;
	struct target *targets;
	unsigned n_targets, room_targets;
	struct map culprits;		/* by rule */
	struct part *parts;		/* while one is made */
	unsigned room_parts;
	struct culprit **chosen;
	unsigned n, room;
	struct cands some;		/* boxes of the chosen, of a target */
	uint64_t random;
	unsigned work;
};

/* A point that nobody keeps, of what is left of its target. */
struct left {
	uint32_t target;
	hs_cell rest[HS_MAX_DIMS], point[HS_MAX_DIMS];
};

static void
add_targets(struct blame *b, const struct covered *c)
{
	const struct step *st = &c->p->steps[c->at];

	for (unsigned i = 0; i < st->n; i++) {
		vec_room(b->targets, b->n_targets, b->room_targets);
		b->targets[b->n_targets++] = (struct target){ c->p, c->at,
		    step_box(c->p, st, i) };
	}
}

/* ---- rules and what they keep ---- */

/* The rest of those found for a target. */
static void
add_parts(struct blame *b, struct culprit *x, uint32_t target,
    const struct cands *found)
{
	const struct target *t = &b->targets[target];
	const struct hs_space *sp = t->p->an->space;

	if (x->n == 0 && found->n != 0) {
		x->target = target;
		x->step = found->v[0].step;
	}
	for (unsigned i = 0; i < found->n; i++) {
		hs_cell *box = arena_alloc(&b->arena, sp->n * sizeof(*box));

		box_and(sp, box, found->v[i].box, t->box);
		vec_room(b->parts, x->n, b->room_parts);
		b->parts[x->n++] = (struct part){ target, box };
	}
}

static struct culprit *
culprit_of(struct blame *b, const struct rule *rule)
{
	struct culprit *x = map_get(&b->culprits, (const char *)&rule,
	    sizeof(rule));
	struct cands found = { 0 };

	if (x != NULL)
		return x;
	x = arena_new(&b->arena, struct culprit);
	x->rule = rule;
	map_set(&b->culprits, &b->arena, (const char *)&x->rule, sizeof(rule),
	    x);
	for (uint32_t t = 0; t < b->n_targets; t++) {
		const struct target *g = &b->targets[t];

		found.n = 0;
		cover_find(g->p, g->box, g->at, rule, &found, &b->arena);
		add_parts(b, x, t, &found);
	}
	x->parts = arena_copy(&b->arena, b->parts, x->n * sizeof(*x->parts));
	free(found.v);
	return x;
}

/* Has the one of every target all that the other has? */
static bool
has_all(const struct blame *b, const struct culprit *x,
    const struct culprit *of)
{
	const struct hs_space *sp = b->targets[0].p->an->space;

	for (unsigned i = 0; i < of->n; i++) {
		unsigned k = 0;

		while (k < x->n && (x->parts[k].target != of->parts[i].target ||
		    !box_inside(sp, of->parts[i].box, x->parts[k].box)))
			k++;
		if (k == x->n)
			return false;
	}
	return true;
}

static int
by_step(const void *a, const void *b)
{
	const struct culprit *x = *(struct culprit *const *)a;
	const struct culprit *y = *(struct culprit *const *)b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

/* Puts it to those that are to be tried, where it says more than they do. */
static unsigned
add_culprit(const struct blame *b, struct culprit **list, unsigned n,
    struct culprit *x)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++)
		if (list[i] == x || has_all(b, list[i], x))
			return n;
	for (unsigned i = 0; i < n; i++)
		if (!has_all(b, x, list[i]))
			list[kept++] = list[i];
	list[kept++] = x;
	return kept;
}

/* The rules that take the point, the earliest first: into '*list', malloc'ed;
 * none whose packets another has. */
static unsigned
who_takes(struct blame *b, const struct left *l, struct culprit ***list)
{
	const struct target *t = &b->targets[l->target];
	struct cands met = { 0 };
	unsigned n = 0;

	cover_find(t->p, l->point, t->at, NULL, &met, &b->arena);
	*list = mem_alloc(met.n, sizeof(**list));
	for (unsigned i = 0; i < met.n; i++) {
		struct culprit *x = culprit_of(b, t->p->steps[
		    met.v[i].step].rule);

		if (!x->chosen)
			(*list)[n++] = x;
	}
	free(met.v);
	if (n == 0)
		return 0;
	qsort(*list, n, sizeof(**list), by_step);
	met.n = n;
	n = 0;
	for (unsigned i = 0; i < met.n; i++)
		n = add_culprit(b, *list, n, (*list)[i]);
	return n;
}

/* ---- choosing ---- */

static void
choose(struct blame *b, struct culprit *x)
{
	vec_room(b->chosen, b->n, b->room);
	b->chosen[b->n++] = x;
	x->chosen = true;
}

static void
put_back(struct blame *b)
{
	b->chosen[--b->n]->chosen = false;
}

static enum cover
target_kept(struct blame *b, uint32_t target, hs_cell *rest)
{
	const struct target *t = &b->targets[target];
	struct cands *c = &b->some;

	c->n = 0;
	for (unsigned k = 0; k < b->n; k++)
		for (unsigned i = 0; i < b->chosen[k]->n &&
		    b->chosen[k]->chosen; i++) {
			if (b->chosen[k]->parts[i].target != target)
				continue;
			vec_room(c->v, c->n, c->room);
			c->v[c->n++] = (struct cand){
			    b->chosen[k]->parts[i].box, 0 };
		}
	return cover_with(t->p, t->box, c, rest);
}

/* Do the chosen keep everything from all steps? */
static bool
all_kept(struct blame *b, struct left *l)
{
	for (l->target = 0; l->target < b->n_targets; l->target++) {
		const struct target *t = &b->targets[l->target];
		enum cover kept = target_kept(b, l->target, l->rest);

		if (kept == COVER_YES)
			continue;
		if (kept == COVER_UNDECIDED)
			memcpy(l->rest, t->box, t->p->an->space->n *
			    sizeof(*l->rest));
		cover_point(t->p->an->space, l->rest, &b->random, l->point);
		return false;
	}
	return true;
}

/* With so many more at most. */
static bool
try_with(struct blame *b, unsigned more)
{
	struct left l;
	struct culprit **list;
	unsigned n;
	bool ok = false;

	if (all_kept(b, &l))
		return true;
	if (more == 0 || ++b->work > BLAME_LIMIT)
		return false;
	n = who_takes(b, &l, &list);
	for (unsigned i = 0; i < n && !ok; i++) {
		choose(b, list[i]);
		ok = try_with(b, more - 1);
		if (!ok)
			put_back(b);
	}
	free(list);
	return ok;
}

/* Who has most of what is left. */
static struct culprit *
greatest(const struct blame *b, const struct left *l,
    struct culprit *const *list, unsigned n)
{
	const struct hs_space *sp = b->targets[0].p->an->space;
	struct culprit *best = n == 0 ? NULL : list[0];
	hs_cell common[HS_MAX_DIMS];
	double most = -1;

	for (unsigned i = 0; i < n; i++) {
		double share = 0;

		for (unsigned k = 0; k < list[i]->n; k++)
			if (list[i]->parts[k].target == l->target &&
			    box_and(sp, common, list[i]->parts[k].box,
			    l->rest))
				share += box_share(sp, common, l->rest);
		if (share > most) {
			most = share;
			best = list[i];
		}
	}
	return best;
}

/* All that are needed: each is left out if the others do without. */
static void
leave_out(struct blame *b)
{
	struct left l;

	for (unsigned i = b->n; i-- > 0;) {
		b->chosen[i]->chosen = false;
		b->chosen[i]->chosen = !all_kept(b, &l);
	}
}

/* One after the other until nothing is left.  Where it cannot be told that
 * nothing is, points say enough. */
static void
take_greatest(struct blame *b)
{
	struct left l;
	unsigned misses = 0;

	while (misses < FEW_POINTS && !all_kept(b, &l)) {
		struct culprit **list;
		unsigned n = who_takes(b, &l, &list);
		struct culprit *x = greatest(b, &l, list, n);

		if (x != NULL)
			choose(b, x);
		else
			misses++;
		free(list);
	}
	leave_out(b);
}

static void
choose_fewest(struct blame *b)
{
	for (unsigned most = 1; most <= BLAME_MAX && b->work <= BLAME_LIMIT;
	    most++)
		if (try_with(b, most))
			return;
	take_greatest(b);
}

/* One rule that alone has each target in one box: the earliest for the first
 * of them; null if there is none. */
static const struct rule *
single_rule(const struct blame *b)
{
	const struct rule *r = NULL;

	for (unsigned i = 0; i < b->n_targets; i++) {
		const struct target *t = &b->targets[i];

		r = cover_single(t->p, t->box, t->at, r);
		if (r == NULL)
			return NULL;
	}
	return r;
}

static unsigned
tell(struct blame *b, const struct rule **by)
{
	unsigned k = 0;

	if (b->n != 0)
		qsort(b->chosen, b->n, sizeof(*b->chosen), by_step);
	for (unsigned i = 0; i < b->n; i++)
		if (b->chosen[i]->chosen)
			by[k++] = b->chosen[i]->rule;
	return k;
}

unsigned
cover_blame(const struct covered *steps, unsigned n, const struct rule ***by)
{
	struct blame b = { .random = 1 };
	const struct rule *single;

	for (unsigned i = 0; i < n; i++)
		add_targets(&b, &steps[i]);
	single = single_rule(&b);
	if (single == NULL)
		choose_fewest(&b);
	*by = mem_alloc(b.n + 1, sizeof(**by));
	(*by)[0] = single;
	n = single != NULL ? 1 : tell(&b, *by);
	free(b.targets);
	free(b.parts);
	free(b.chosen);
	free(b.some.v);
	arena_free(&b.arena);
	return n;
}
