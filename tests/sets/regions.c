/* Who decides the packets of a query. */
#include "tests/sets/sets.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_RUNS = 128 };

struct look {
	const struct kase *k;
	struct engine e;
	struct brute b;
	struct prog p;
	struct arena arena;
	uint64_t *in;			/* the query, of what can enter */
	uint64_t *certain;		/* points of regions told so far */
	struct told { struct region r; uint64_t *points; } *told;
	unsigned n_told, room_told;
	struct report *why;
	bool ok;
};

static void
fail(struct look *l, const struct region *r, uint32_t point, const char *what)
{
	const struct chain *c = r != NULL && r->rule != NULL ?
	    r->rule->chain : NULL;

	if (!l->ok)
		return;
	l->ok = false;
	l->why->what = what;
	if (c != NULL)
		sbuf_printf(&l->why->text, "region of %s#%u: ", c->name,
		    r->rule->number);
	else if (r != NULL)
		sbuf_puts(&l->why->text, "region of the end: ");
	sbuf_printf(&l->why->text, "%s:", what);
	if (point != UINT32_MAX)
		brute_point(&l->b, point, &l->why->text);
	sbuf_putc(&l->why->text, '\n');
}

/* Does the region say what the walk came to? */
static bool
agrees(const struct look *l, const struct region *r, const struct walk *w)
{
	static const enum verdict verdicts[] = { [A_ACCEPT] = V_ACCEPT,
	    [A_DROP] = V_DROP, [A_REJECT] = V_DROP };
	const struct gset *s = &l->k->s[0];
	const struct gchain *top = &s->c[l->k->chain];
	unsigned c, i;

	if (w->rule < 0) {
		const struct chain *policy = top->hook == HOOK_NONE ? NULL :
		    engine_chain(&l->e, 0, l->k->chain);

		return r->rule == NULL && r->policy == policy && r->verdict ==
		    (policy == NULL ? V_RETURN : top->drop ? V_DROP :
		    V_ACCEPT) && !r->reject;
	}
	if (r->rule == NULL || r->policy != NULL)
		return false;
	engine_place(&l->e, 0, r->rule, &c, &i);
	return c == (unsigned)w->chain && i == (unsigned)w->rule &&
	    r->verdict == verdicts[s->c[c].r[i].action] &&
	    r->reject == (s->c[c].r[i].action == A_REJECT);
}

static bool
has_chance(const struct grule *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->p[i]->chance)
			return true;
	return false;
}

/* Is it decided so by each outcome of the tosses? */
static bool
decides(const struct look *l, const struct region *r, struct walk *w)
{
	unsigned runs = 0;

	w->n_toss = 0;
	do {
		walk_run(w, l->k->chain);
		if (!agrees(l, r, w))
			return false;
	} while (walk_next(w) && ++runs < MAX_RUNS);
	return true;
}

/* Whatever comes out of the tosses: is there a region that tells it? */
static bool
is_told(const struct look *l, uint32_t point)
{
	struct walk w = { .p = &l->p, .point = point };
	unsigned runs = 0, i;

	do {
		walk_run(&w, l->k->chain);
		for (i = 0; i < l->n_told; i++)
			if (bit_get(l->told[i].points, point) &&
			    agrees(l, &l->told[i].r, &w))
				break;
		if (i == l->n_told)
			return false;
	} while (walk_next(&w) && ++runs < MAX_RUNS);
	return true;
}

static void
check_points(struct look *l, const struct region *r, const uint64_t *points)
{
	double count = 0;

	for (uint32_t k = 0; k < l->b.n && l->ok; k++) {
		struct walk w = { .p = &l->p, .point = k };

		if (!bit_get(points, k))
			continue;
		count += brute_weight(&l->b, l->e.space, k);
		if (!bit_get(l->in, k))
			fail(l, r, k, "not asked for");
		else if (bit_get(l->certain, k))
			fail(l, r, k, "another has it for certain");
		else if (!r->possible && !decides(l, r, &w))
			fail(l, r, k, "decided otherwise");
		else if (!r->possible)
			bit_set(l->certain, k);
	}
	if (l->ok && count == 0)
		fail(l, r, UINT32_MAX, "nothing is in it");
	if (l->ok && l->b.counts && fabs(count - r->count) > count * 1e-9) {
		sbuf_printf(&l->why->text, "%g points counted, %g there are\n",
		    r->count, count);
		fail(l, r, UINT32_MAX, "its count");
	}
}

static void
check_witness(struct look *l, const struct region *r)
{
	u128 values[N_OWN];
	struct walk w = { .p = &l->p, .values = values };
	const struct gquery *q = &l->k->q;

	engine_values(&l->e, l->k->chain, &r->witness, values);
	if (!values_enter(&l->p, l->k->chain, values[F_IN], values[F_OUT],
	    values[F_FRAG]))
		fail(l, r, UINT32_MAX, "the witness cannot enter");
	for (unsigned i = 0; i < q->n; i++)
		if (!term_holds(&q->t[i], values[q->t[i].field]))
			fail(l, r, UINT32_MAX, "the witness was not asked for");
	if (!r->possible && !decides(l, r, &w))
		fail(l, r, UINT32_MAX, "the witness is decided otherwise");
	for (unsigned f = 0; f < N_OWN && !l->ok; f++)
		if (l->b.of[f] >= 0) {
			sbuf_putc(&l->why->text, ' ');
			value_print(f, l->b.family, values[f], &l->why->text);
		}
}

static bool
each(const struct region *r, void *arg)
{
	struct look *l = arg;
	uint64_t *points = bits_new(&l->arena, l->b.n);

	if (!r->complete || r->set == NULL)
		fail(l, r, UINT32_MAX, "not complete");
	else if (r->possible && !l->k->chance)
		fail(l, r, UINT32_MAX, "only possible");
	else if (!engine_points(&l->e, &l->b, r->set, points))
		fail(l, r, UINT32_MAX, "its boxes meet");
	vec_room(l->told, l->n_told, l->room_told);
	l->told[l->n_told++] = (struct told){ *r, points };
	l->why->regions++;
	if (l->ok)
		check_points(l, r, points);
	if (l->ok)
		check_witness(l, r);
	return l->ok;
}

/* Is a packet that may take a -g, or not, decided by one all the same?  Then
 * that is certain. */
static bool
is_settled(const struct look *l, uint32_t point)
{
	struct walk w = { .p = &l->p, .point = point };
	const struct gset *s = &l->k->s[0];
	int chain = 0, rule = 0;
	unsigned runs = 0;
	bool loose = false;

	do {
		walk_run(&w, l->k->chain);
		if (runs != 0 && (w.chain != chain || w.rule != rule))
			return false;
		chain = w.chain;
		rule = w.rule;
		for (unsigned c = 0; c < s->n; c++)
			for (unsigned i = 0; i < s->c[c].n; i++)
				loose |= (w.hit[c] >> i & 1) &&
				    s->c[c].r[i].action == A_GOTO &&
				    has_chance(&s->c[c].r[i]);
	} while (walk_next(&w) && ++runs < MAX_RUNS);
	return loose && runs < MAX_RUNS;
}

static void
find_in(struct look *l)
{
	const struct gquery *q = &l->k->q;

	for (uint32_t k = 0; k < l->b.n; k++) {
		bool in = prog_enters(&l->p, l->k->chain, k);

		for (unsigned i = 0; i < q->n && in; i++)
			in = brute_term(&l->b, &q->t[i], k);
		if (in)
			bit_set(l->in, k);
	}
}

/* Is there a packet that ends so? */
static void
check_any(struct look *l, enum verdict v)
{
	bool want = false, possible = true, got;
	struct region r;

	for (unsigned i = 0; i < l->n_told; i++)
		if (l->told[i].r.verdict == v) {
			want = true;
			possible &= l->told[i].r.possible;
		}
	got = analysis_any(l->e.an, engine_chain(&l->e, 0, l->k->chain),
	    &l->e.q, v, &r, &l->arena);
	if (got != want || (got && r.verdict != v))
		fail(l, NULL, UINT32_MAX, "is there any?");
	else if (got && r.possible != possible)
		fail(l, &r, UINT32_MAX, "any: is it certain?");
	else if (got)
		check_witness(l, &r);
}

bool
check_regions(const struct kase *k, struct report *why)
{
	struct look *l = mem_alloc(1, sizeof(*l));
	const struct gset *s = &k->s[0];
	const struct term *query[MAX_QUERY];
	bool ok;

	l->k = k;
	l->why = why;
	l->ok = engine_init(&l->e, k, why);
	for (unsigned i = 0; i < k->q.n; i++)
		query[i] = &k->q.t[i];
	brute_init(&l->b, &s, 1, query, k->q.n, MAX_POINTS, &l->arena);
	why->points += l->b.n;
	if (l->ok && l->b.n != 0) {
		prog_init(&l->p, &l->b, s, &l->arena);
		l->in = bits_new(&l->arena, l->b.n);
		l->certain = bits_new(&l->arena, l->b.n);
		find_in(l);
		analysis_regions(l->e.an, engine_chain(&l->e, 0, k->chain),
		    &l->e.q, 1 << 20, &l->arena, each, l);
		for (uint32_t p = 0; p < l->b.n; p++)
			if (bit_get(l->in, p) && !bit_get(l->certain, p) &&
			    !is_told(l, p))
				fail(l, NULL, p, "in no region");
		for (uint32_t p = 0; p < l->b.n && l->ok; p++)
			if (bit_get(l->in, p) && !bit_get(l->certain, p) &&
			    is_settled(l, p))
				fail(l, NULL, p, "only possible");
		for (unsigned v = V_ACCEPT; v <= V_RETURN && l->ok; v++)
			check_any(l, (enum verdict)v);
	}
	ok = l->ok;
	engine_free(&l->e);
	arena_free(&l->arena);
	free(l->told);
	free(l);
	return ok;
}
