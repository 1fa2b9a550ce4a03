/* Who decides the packets of a query. */
#include "analysis/cover.h"
#include "analysis/follow.h"
#include "analysis/lookup.h"

#include <stdlib.h>
#include <string.h>

enum { FOLLOW_LIMIT = 1000000, LOOSE_LIMIT = 20000, MANY_BOXES = 1000 };

struct asking {
	struct program *p;
	struct hs q;			/* the query, of what can enter */
	uint32_t *steps;		/* that may decide some of it */
	uint32_t n, room;
	int verdict;			/* that is asked for; -1: any */
	const struct rule *rule;	/* with 'by' its own; null: the policy's */
	bool by;
	unsigned most;			/* boxes to list */
	struct arena *arena;
};

const hs_cell *
analysis_whole(struct analysis *an, const struct chain *chain)
{
	return program_of(an, chain)->all;
}

void
region_words(struct analysis *an, const struct chain *chain,
    const struct hs *set, unsigned i, struct sbuf *out)
{
	hs_words(an->space, hs_box(an->space, set, i),
	    analysis_whole(an, chain), out);
}

/* ---- deciders ---- */

static enum verdict
end_verdict(const struct program *p)
{
	return p->entry->hook == HOOK_NONE ? V_RETURN : p->entry->policy;
}

static bool
is_wanted(const struct asking *a, const struct rule *r, int verdict)
{
	return (a->verdict < 0 || a->verdict == verdict) &&
	    (!a->by || a->rule == r);
}

static bool
add_decider(const struct hs_item *it, void *arg)
{
	struct asking *a = arg;
	const struct step *s = &a->p->steps[it->at];

	if (s->kind != STEP_TAKE || !is_wanted(a, s->rule, s->verdict))
		return true;
	vec_room(a->steps, a->n, a->room);
	a->steps[a->n++] = it->at;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
find_deciders(struct asking *a)
{
	uint32_t kept = 0;

	if (a->by) {
		uint32_t n;
		const uint32_t *of = program_steps(a->p, a->rule, &n);

		for (uint32_t i = 0; i < n; i++)
			if (a->p->steps[of[i]].kind == STEP_TAKE ||
			    a->p->steps[of[i]].kind == STEP_END) {
				vec_room(a->steps, a->n, a->room);
				a->steps[a->n++] = of[i];
			}
		return;
	}
	for (unsigned i = 0; i < a->q.n; i++)
		hs_tree_meet(a->p->tree, hs_box(a->p->an->space, &a->q, i),
		    UINT32_MAX, add_decider, a);
	if (a->n != 0)
		qsort(a->steps, a->n, sizeof(*a->steps), by_number);
	for (uint32_t i = 0; i < a->n; i++)
		if (i == 0 || a->steps[i] != a->steps[kept - 1])
			a->steps[kept++] = a->steps[i];
	a->n = kept;
	if (!is_wanted(a, NULL, (int)end_verdict(a->p)))
		return;
	vec_room(a->steps, a->n, a->room);
	a->steps[a->n++] = a->p->n_steps - 1;	/* the end */
}

/* ---- one decider ---- */

/* What the step can take of the query, boxes apart. */
static void
step_part(const struct asking *a, uint32_t at, struct hs *out)
{
	const struct hs_space *sp = a->p->an->space;
	const struct step *s = &a->p->steps[at];
	hs_cell box[HS_MAX_DIMS];

	for (unsigned i = 0; i < a->q.n; i++) {
		const hs_cell *q = hs_box(sp, &a->q, i);

		if (s->kind == STEP_END)
			hs_add(sp, out, q);
		for (unsigned k = 0; k < s->n; k++) {
			struct hs rest = { 0 };

			if (!box_and(sp, box, q, step_box(a->p, s, k)))
				continue;
			hs_add(sp, &rest, box);
			for (unsigned j = 0; j < k && s->n <= 64; j++)
				hs_subtract(sp, &rest, step_box(a->p, s, j),
				    UINT32_MAX);
			for (unsigned j = 0; j < rest.n; j++)
				hs_add(sp, out, hs_box(sp, &rest, j));
			hs_free(&rest);
		}
	}
}

/* Adds what reaches the step of 'part' to the region.  False: nothing. */
static bool
add_part(const struct asking *a, uint32_t at, const struct hs *part,
    enum by by, struct region *r, struct hs *set, struct hs *around)
{
	const struct hs_space *sp = a->p->an->space;
	struct hs rest = { 0 };
	bool any = false;

	for (unsigned i = 0; i < part->n; i++) {
		const hs_cell *box = hs_box(sp, part, i);
		hs_cell w[HS_MAX_DIMS];
		unsigned had = set->n;

		switch (cover_box(a->p, box, at, by, w)) {
		case COVER_YES:
			continue;
		case COVER_UNDECIDED:
			r->possible = true;
			memcpy(w, box, sp->n * sizeof(*w));
			break;
		case COVER_NO:
			break;
		}
		any = true;
		if (r->set == NULL) {
			hs_point(sp, w, &r->witness);
			r->set = set;
		}
		hs_add(sp, around, box);
		hs_clear(&rest);
		r->complete = r->complete && a->most != 0 && cover_rest(a->p,
		    box, at, by, a->most, &rest);
		/* What it may decide by one way it may also by another. */
		for (unsigned k = 0; k < had && r->complete; k++)
			r->complete = hs_subtract(sp, &rest, hs_box(sp, set,
			    k), a->most);
		r->complete = r->complete && had + rest.n <= a->most;
		for (unsigned k = 0; k < rest.n && r->complete; k++)
			hs_add(sp, set, hs_box(sp, &rest, k));
	}
	hs_free(&rest);
	return any;
}

static void
keep_set(const struct asking *a, struct region *r, struct hs *set,
    struct hs *around)
{
	const struct hs_space *sp = a->p->an->space;
	struct hs *from = r->complete ? set : around;

	r->set = hs_keep(sp, from, a->arena);
	for (unsigned i = 0; r->complete && i < from->n; i++)
		r->count += box_count(sp, hs_box(sp, from, i));
}

static void
describe(const struct program *p, const struct step *s, struct region *r)
{
	r->rule = s->rule;
	r->complete = true;
	if (s->kind == STEP_END) {
		r->policy = p->entry->hook != HOOK_NONE ? p->entry : NULL;
		r->verdict = end_verdict(p);
		return;
	}
	r->verdict = (enum verdict)s->verdict;
	r->reject = r->verdict == V_DROP && rule_target_is(s->rule, "REJECT");
}

/* One region of a decider: of packets that it decides for certain, or of
 * those that it may decide besides. */
static bool
region_of(const struct asking *a, const uint32_t *steps, uint32_t n,
    bool certain, struct region *r)
{
	struct hs part = { 0 }, set = { 0 }, around = { 0 };
	bool any = false;

	*r = (struct region){ 0 };
	describe(a->p, &a->p->steps[steps[0]], r);
	r->possible = !certain;
	for (uint32_t i = 0; i < n; i++) {
		const struct step *s = &a->p->steps[steps[i]];
		bool exact = s->exact || (s->kind == STEP_END && !a->p->limit);

		if (certain && !exact)
			continue;
		hs_clear(&part);
		step_part(a, steps[i], &part);
		if (certain) {
			any |= add_part(a, steps[i], &part, BY_ANY, r, &set,
			    &around);
			continue;
		}
		/* Those that are certain were told already. */
		any |= add_part(a, steps[i], &part, BY_CERTAIN, r, &set,
		    &around);
	}
	if (any)
		keep_set(a, r, &set, &around);
	hs_free(&part);
	hs_free(&set);
	hs_free(&around);
	return any;
}

/* The first 'n' of the steps are of one rule, the first of which they are;
 * others of it are brought forward. */
static uint32_t
same_rule(struct asking *a, uint32_t from)
{
	const struct step *s = &a->p->steps[a->steps[from]];
	uint32_t n = 1;

	if (s->frame == 0)
		return 1;
	for (uint32_t i = from + 1; i < a->n; i++) {
		uint32_t at = a->steps[i];

		if (a->p->steps[at].rule != s->rule)
			continue;
		memmove(a->steps + from + n + 1, a->steps + from + n,
		    (i - from - n) * sizeof(*a->steps));
		a->steps[from + n++] = at;
	}
	return n;
}

static bool
tell(const struct asking *a, const uint32_t *steps, uint32_t n, bool doubt,
    bool (*each)(const struct region *, void *), void *arg)
{
	struct region r, may;
	bool has;

	has = region_of(a, steps, n, true, &r);
	if (!doubt)
		return !has || each(&r, arg);
	if (!region_of(a, steps, n, false, &may))
		return true;
	if (has && !each(&r, arg))
		return false;
	/* What may be is all that is certain, and more; only the more is
	 * told, if it can be told apart. */
	if (has && r.complete && may.complete) {
		const struct hs_space *sp = a->p->an->space;
		struct hs more = { 0 };

		for (unsigned i = 0; i < may.set->n; i++)
			hs_add(sp, &more, hs_box(sp, may.set, i));
		for (unsigned i = 0; i < r.set->n; i++)
			hs_subtract(sp, &more, hs_box(sp, r.set, i),
			    UINT32_MAX);
		if (more.n == 0)
			return true;
		may.count = 0;
		hs_point(sp, more.cells, &may.witness);
		keep_set(a, &may, &more, &more);
		hs_free(&more);
	}
	return each(&may, arg);
}

/* ---- programs that change what they ask ---- */

struct gathered { struct region r; struct hs set; };

struct gather {
	struct asking *a;
	struct gathered *of;		/* by step: for certain, possibly */
};

/* Packets that come to an end by several ways are told once. */
static void
add_apart(const struct hs_space *sp, struct hs *set, const hs_cell *box)
{
	struct hs rest = { 0 };

	hs_add(sp, &rest, box);
	for (unsigned i = 0; i < set->n && rest.n != 0; i++)
		if (box_meets(sp, hs_box(sp, set, i), box))
			hs_subtract(sp, &rest, hs_box(sp, set, i), UINT32_MAX);
	for (unsigned i = 0; i < rest.n; i++)
		hs_add(sp, set, hs_box(sp, &rest, i));
	hs_free(&rest);
}

static void
on_end(struct follow *f, struct program *p, uint32_t step,
    const struct flow *flow)
{
	struct gather *g = f->arg;
	struct gathered *x = &g->of[2 * step + flow->possible];
	const struct hs_space *sp = p->an->space;

	if (x->set.n == 0) {
		describe(p, &p->steps[step], &x->r);
		x->r.possible = flow->possible;
		hs_point(sp, flow->was, &x->r.witness);
	}
	if (x->set.n >= MANY_BOXES && x->set.n >= g->a->most)
		x->r.complete = false;
	else if (flow->possible)
		add_apart(sp, &x->set, flow->was);
	else
		hs_add(sp, &x->set, flow->was);
}

/* Nobody knows what its targets do. */
static bool
has_unknown_target(const struct program *p)
{
	for (uint32_t i = 0; i + 1 < p->n_steps; i++) {
		const struct rule *r = p->steps[i].rule;

		if (r->kind == TGT_EXT && r->target.ext->act == NULL)
			return true;
	}
	return false;
}

/* What may come to a step, of all steps of its rule. */
static struct gathered *
may_of(struct gather *g, uint32_t step)
{
	const struct program *p = g->a->p;
	uint32_t i = 0;

	while (p->steps[i].rule != p->steps[step].rule ||
	    g->of[2 * i + 1].set.n == 0)
		i++;
	return &g->of[2 * i + 1];
}

/* What may be decided by one rule alone, however chance comes out, is decided
 * by it for certain: it becomes part of 'sure'. */
static void
make_sure(struct gather *g, struct gathered *may, struct gathered *sure)
{
	const struct hs_space *sp = g->a->p->an->space;
	struct hs alone = { 0 };

	for (unsigned i = 0; i < may->set.n; i++)
		hs_add(sp, &alone, hs_box(sp, &may->set, i));
	for (uint32_t k = 0; k < g->a->p->n_steps && alone.n != 0; k++) {
		const struct hs *other = &g->of[2 * k + 1].set;

		for (unsigned i = 0; &g->of[2 * k + 1] != may &&
		    i < other->n; i++)
			hs_subtract(sp, &alone, hs_box(sp, other, i),
			    UINT32_MAX);
	}
	for (unsigned i = 0; i < alone.n; i++)
		hs_subtract(sp, &may->set, hs_box(sp, &alone, i), UINT32_MAX);
	if (alone.n != 0 && sure->set.n == 0) {
		sure->r = may->r;
		sure->r.possible = false;
		hs_point(sp, alone.cells, &sure->r.witness);
	}
	for (unsigned i = 0; i < alone.n; i++)
		hs_add(sp, &sure->set, hs_box(sp, &alone, i));
	if (alone.n != 0 && may->set.n != 0)
		hs_point(sp, may->set.cells, &may->r.witness);
	hs_free(&alone);
}

/* All outcomes of chance were followed. */
static void
settle(struct gather *g)
{
	const struct hs_space *sp = g->a->p->an->space;
	uint32_t n = g->a->p->n_steps;

	if (has_unknown_target(g->a->p))
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct gathered *x = &g->of[2 * i + 1], *first;

		if (x->set.n == 0)
			continue;
		if (!x->r.complete)
			return;
		first = may_of(g, i);
		for (unsigned k = 0; first != x && k < x->set.n; k++)
			add_apart(sp, &first->set, hs_box(sp, &x->set, k));
		if (first != x)
			hs_clear(&x->set);
	}
	for (uint32_t i = 0; i < n; i++)
		if (g->of[2 * i + 1].set.n != 0)
			make_sure(g, &g->of[2 * i + 1], &g->of[2 * i]);
}

/* False: it would take more than 'limit', and nothing was told. */
static bool
regions_by_following(struct asking *a, uint64_t limit, bool must,
    bool (*each)(const struct region *, void *), void *arg)
{
	const struct hs_space *sp = a->p->an->space;
	struct gather g = { a, mem_alloc(2 * (size_t)a->p->n_steps,
	    sizeof(*g.of)) };
	struct arena scratch = ARENA_INIT;
	struct follow f = { .an = a->p->an, .scratch = &scratch,
	    .limit = limit, .end = on_end, .arg = &g };
	bool more = true;

	for (unsigned i = 0; i < a->q.n; i++) {
		const hs_cell *q = hs_box(sp, &a->q, i);
		struct flow start = { .now = q, .was = q };

		follow(&f, a->p, &start);
	}
	if (!f.full && !a->p->limit)
		settle(&g);
	more = must || !f.full;
	for (uint32_t i = 0; i < 2 * a->p->n_steps; i++) {
		struct gathered *x = &g.of[i];

		if (x->set.n != 0 && more && is_wanted(a, x->r.rule,
		    (int)x->r.verdict)) {
			x->r.complete &= a->most != 0 && !f.full &&
			    x->set.n <= a->most;
			x->r.possible |= f.full || a->p->limit;
			keep_set(a, &x->r, &x->set, &x->set);
			more = each(&x->r, arg);
		}
		hs_free(&x->set);
	}
	free(g.of);
	arena_free(&scratch);
	return must || !f.full;
}

static void
regions(struct analysis *an, const struct chain *chain, const struct query *q,
    int verdict, const struct rule *const *by, unsigned boxes,
    struct arena *arena, bool (*each)(const struct region *, void *), void *arg)
{
	struct asking a = { .p = program_of(an, chain), .arena = arena,
	    .verdict = verdict, .by = by != NULL, .rule = by ? *by : NULL,
	    .most = boxes };
	bool doubt = a.p->doubt;

	hs_add(an->space, &a.q, a.p->all);
	query_cut(q, an->space, &a.q);
	if (a.p->changing)
		regions_by_following(&a, FOLLOW_LIMIT, true, each, arg);
	else if (a.q.n != 0 && !(a.p->loose &&
	    regions_by_following(&a, LOOSE_LIMIT, false, each, arg)))
		find_deciders(&a);
	for (uint32_t i = 0; i < a.n;) {
		uint32_t n = same_rule(&a, i);

		if (!tell(&a, a.steps + i, n, doubt, each, arg))
			break;
		i += n;
	}
	hs_free(&a.q);
	free(a.steps);
}

void
analysis_regions(struct analysis *an, const struct chain *chain,
    const struct query *q, unsigned boxes, struct arena *arena,
    bool (*each)(const struct region *, void *), void *arg)
{
	regions(an, chain, q, -1, NULL, boxes, arena, each, arg);
}

void
analysis_regions_of(struct analysis *an, const struct chain *chain,
    const struct query *q, enum verdict verdict, unsigned boxes,
    struct arena *arena, bool (*each)(const struct region *, void *),
    void *arg)
{
	regions(an, chain, q, (int)verdict, NULL, boxes, arena, each, arg);
}

void
analysis_regions_by(struct analysis *an, const struct chain *chain,
    const struct query *q, const struct rule *rule, unsigned boxes,
    struct arena *arena, bool (*each)(const struct region *, void *),
    void *arg)
{
	regions(an, chain, q, -1, &rule, boxes, arena, each, arg);
}

struct wanted { struct region *out; bool found; };

static bool
first_wanted(const struct region *r, void *arg)
{
	struct wanted *w = arg;

	if (w->found && r->possible)
		return true;
	*w->out = *r;
	w->found = true;
	return r->possible;		/* better a certain one */
}

bool
analysis_any(struct analysis *an, const struct chain *chain,
    const struct query *q, enum verdict verdict, struct region *out,
    struct arena *arena)
{
	struct wanted w = { out, false };

	analysis_regions_of(an, chain, q, verdict, 0, arena, first_wanted, &w);
	return w.found;
}
