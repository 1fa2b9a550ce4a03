/* Who is to blame for a rule that nothing comes to. */
#include "analysis/cover.h"

#include <stdlib.h>
#include <string.h>

enum { BLAME_LIMIT = 2000, BLAME_MAX = 8 };

/* A box of a rule that keeps packets from one of the steps. */
struct part { uint32_t rule, step; const hs_cell *box; };

struct blame {
	const struct covered *steps;
	unsigned n;
	struct arena arena;
	struct map numbers;		/* rule to number + 1 */
	const struct rule **rules;	/* in the order of the steps */
	unsigned *first;		/* its parts: up to the next's */
	uint32_t n_rules, room_rules;
	struct part *parts;		/* by rule */
	unsigned n_parts, room_parts;
	bool *chosen;
	struct cands some;		/* boxes of the chosen, for one step */
	uint64_t random;
	unsigned work;
};

static uint32_t
rule_number(struct blame *b, const struct rule *r)
{
	uintptr_t k = (uintptr_t)map_get(&b->numbers, (const char *)&r,
	    sizeof(r));

	if (k == 0) {
		vec_room(b->rules, b->n_rules, b->room_rules);
		b->rules[b->n_rules] = r;
		k = ++b->n_rules;
		map_set(&b->numbers, &b->arena, arena_copy(&b->arena, &r,
		    sizeof(r)), sizeof(r), (void *)k);
	}
	return (uint32_t)k - 1;
}

static int
by_step(const void *a, const void *b)
{
	const struct cand *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return x->box < y->box ? -1 : x->box > y->box;
}

static int
by_rule(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

static const struct step *
step_of(const struct covered *c)
{
	return &c->p->steps[c->at];
}

static void
find_parts(struct blame *b, uint32_t step)
{
	const struct covered *c = &b->steps[step];
	struct cands found = { 0 };

	for (unsigned i = 0; i < step_of(c)->n; i++)
		cover_find(c->p, step_box(c->p, step_of(c), i), c->at, &found,
		    &b->arena);
	if (found.n != 0)
		qsort(found.v, found.n, sizeof(*found.v), by_step);
	for (unsigned i = 0; i < found.n; i++) {
		const struct rule *r = c->p->steps[found.v[i].step].rule;

		if (i > 0 && by_step(&found.v[i], &found.v[i - 1]) == 0)
			continue;	/* met by another box, too */
		vec_room(b->parts, b->n_parts, b->room_parts);
		b->parts[b->n_parts++] = (struct part){ rule_number(b, r),
		    step, found.v[i].box };
	}
	free(found.v);
}

static void
find_all(struct blame *b)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < b->n; i++)
		find_parts(b, i);
	if (b->n_parts != 0)
		qsort(b->parts, b->n_parts, sizeof(*b->parts), by_rule);
	b->first = mem_alloc(b->n_rules + 1, sizeof(*b->first));
	b->chosen = mem_alloc(b->n_rules + 1, sizeof(*b->chosen));
	for (unsigned i = 0; i < b->n_parts; i++)
		while (k <= b->parts[i].rule)
			b->first[k++] = i;
	b->first[k] = b->n_parts;
}

/* The boxes of the chosen for a step. */
static void
choose_boxes(struct blame *b, uint32_t step)
{
	struct cands *c = &b->some;

	c->n = 0;
	for (uint32_t r = 0; r < b->n_rules; r++)
		for (unsigned i = b->first[r]; b->chosen[r] &&
		    i < b->first[r + 1]; i++) {
			if (b->parts[i].step != step)
				continue;
			vec_room(c->v, c->n, c->room);
			c->v[c->n++] = (struct cand){ b->parts[i].box, 0 };
		}
}

/* Do the chosen keep everything from all steps?  Else 'out' is a point of
 * 'step' that they leave. */
static bool
all_kept(struct blame *b, uint32_t *step, hs_cell *out)
{
	hs_cell left[HS_MAX_DIMS];

	for (uint32_t s = 0; s < b->n; s++) {
		const struct covered *c = &b->steps[s];

		choose_boxes(b, s);
		for (unsigned i = 0; i < step_of(c)->n; i++) {
			const hs_cell *box = step_box(c->p, step_of(c), i);
			enum cover kept = cover_with(c->p, box, &b->some,
			    left);

			if (kept == COVER_YES)
				continue;
			cover_point(c->p->an->space, kept == COVER_NO ? left :
			    box, &b->random, out);
			*step = s;
			return false;
		}
	}
	return true;
}

static bool
takes(const struct blame *b, uint32_t rule, uint32_t step, const hs_cell *pt)
{
	const struct hs_space *sp = b->steps[step].p->an->space;

	for (unsigned i = b->first[rule]; i < b->first[rule + 1]; i++)
		if (b->parts[i].step == step &&
		    box_meets(sp, b->parts[i].box, pt))
			return true;
	return false;
}

/* Some rule must take the point that is left: each in turn. */
static bool
choose(struct blame *b, unsigned left)
{
	hs_cell pt[HS_MAX_DIMS];
	uint32_t step;

	if (all_kept(b, &step, pt))
		return true;
	if (left == 0 || ++b->work > BLAME_LIMIT)
		return false;
	for (uint32_t r = 0; r < b->n_rules; r++) {
		if (b->chosen[r] || !takes(b, r, step, pt))
			continue;
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
	uint32_t step;

	memset(b->chosen, true, b->n_rules);
	for (uint32_t r = b->n_rules; r-- > 0;) {
		b->chosen[r] = false;
		b->chosen[r] = !all_kept(b, &step, pt);
	}
}

static void
choose_fewest(struct blame *b)
{
	for (unsigned most = 1; most <= BLAME_MAX && most <= b->n_rules &&
	    b->work <= BLAME_LIMIT; most++)
		if (choose(b, most))
			return;
	irreducible(b);
}

/* One rule that alone has all boxes of all steps: the earliest for the first
 * of them; null if there is none. */
static const struct rule *
single_rule(const struct covered *c, unsigned n)
{
	const struct rule *r = NULL;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < step_of(&c[i])->n; k++) {
			r = cover_single(c[i].p, step_box(c[i].p,
			    step_of(&c[i]), k), c[i].at, r);
			if (r == NULL)
				return NULL;
		}
	return r;
}

unsigned
cover_blame(const struct covered *steps, unsigned n, const struct rule ***by)
{
	struct blame b = { .steps = steps, .n = n, .random = 1 };
	const struct rule *single = single_rule(steps, n);
	unsigned k = 0;

	if (single != NULL) {
		*by = mem_alloc(1, sizeof(**by));
		(*by)[0] = single;
		return 1;
	}
	find_all(&b);
	choose_fewest(&b);
	*by = mem_alloc(b.n_rules + 1, sizeof(**by));
	for (uint32_t r = 0; r < b.n_rules; r++)
		if (b.chosen[r])
			(*by)[k++] = b.rules[r];
	free(b.rules);
	free(b.first);
	free(b.parts);
	free(b.chosen);
	free(b.some.v);
	arena_free(&b.arena);
	return k;
}
