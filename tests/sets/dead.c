/* Rules that no packet reaches. */
#include "tests/sets/sets.h"

#include "analysis/program.h"

#include <stdlib.h>
#include <string.h>

enum { BLAME_WORK = 100000, MAX_RUNS = 256 };

struct told { struct dead dead; const struct rule *by[MAX_RULES * 4];
    bool told; };

struct look {
	const struct kase *k;
	struct engine e;
	struct brute b;
	struct prog p;
	struct arena arena;
	struct told told[MAX_CHAINS][MAX_RULES];
	uint32_t alive[MAX_CHAINS];
	/* By some way of calls: was there a packet for the chain; for the rule;
	 * if none earlier had ended it. */
	uint32_t entered, possible[MAX_CHAINS];
	struct report *why;
};

static bool fail(struct look *, unsigned chain, unsigned rule,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static bool
fail(struct look *l, unsigned c, unsigned r, const char *fmt, ...)
{
	va_list ap;

	l->why->what = fmt;
	sbuf_printf(&l->why->text, "%s#%u: ", l->k->s[0].c[c].name, r + 1);
	va_start(ap, fmt);
	sbuf_vprintf(&l->why->text, fmt, ap);
	va_end(ap);
	sbuf_putc(&l->why->text, '\n');
	return false;
}

static void
each(const struct rule *r, const struct dead *d, void *arg)
{
	struct look *l = arg;
	unsigned c, i;
	struct told *t;

	engine_place(&l->e, 0, r, &c, &i);
	t = &l->told[c][i];
	t->told = true;
	t->dead = *d;
	for (unsigned k = 0; k < d->n_by && k < MAX_RULES * 4; k++)
		t->by[k] = d->by[k];
}

/* ---- who is alive ---- */

static void
walk_all(struct look *l)
{
	const struct gset *s = &l->k->s[0];

	for (unsigned c = 0; c < s->n; c++)
		for (uint32_t k = 0; s->c[c].hook != HOOK_NONE && k < l->b.n;
		    k++) {
			struct walk w = { .p = &l->p, .point = k };

			if (!prog_enters(&l->p, c, k))
				continue;
			unsigned runs = 0;

			do {
				walk_run(&w, c);
				for (unsigned i = 0; i < s->n; i++)
					l->alive[i] |= w.hit[i];
			} while (walk_next(&w) && ++runs < MAX_RUNS);
		}
}

/* Follows the calls with what matches each of the callers. */
static void
follow(struct look *l, unsigned chain, const uint64_t *set)
{
	const struct gchain *c = &l->k->s[0].c[chain];
	uint32_t words = l->b.n / 64 + 1;
	uint64_t *part = mem_alloc(words, sizeof(*part));

	l->entered |= 1U << chain;
	for (unsigned i = 0; i < c->n; i++) {
		bool any = false;

		for (uint32_t k = 0; k < words; k++) {
			part[k] = set[k] & l->p.match[chain][i][k];
			any |= part[k] != 0;
		}
		if (!any)
			continue;
		l->possible[chain] |= 1U << i;
		if (c->r[i].action >= A_JUMP)
			follow(l, c->r[i].to, part);
	}
	free(part);
}

static void
follow_all(struct look *l)
{
	const struct gset *s = &l->k->s[0];

	for (unsigned c = 0; c < s->n; c++) {
		uint64_t *set = bits_new(&l->arena, l->b.n);

		if (s->c[c].hook == HOOK_NONE)
			continue;
		for (uint32_t k = 0; k < l->b.n; k++)
			if (prog_enters(&l->p, c, k))
				bit_set(set, k);
		follow(l, c, set);
	}
}

static bool
has_any(const struct look *l, unsigned c, unsigned i)
{
	for (uint32_t k = 0; k < l->b.n; k++)
		if (prog_matches(&l->p, c, i, k))
			return true;
	return false;
}

static enum dead_kind
kind_of(const struct look *l, unsigned c, unsigned i)
{
	if (l->alive[c] >> i & 1)
		return DEAD_NOT;
	if (!(l->entered >> c & 1))
		return DEAD_CHAIN;
	if (l->possible[c] >> i & 1)
		return DEAD_COVERED;
	return has_any(l, c, i) ? DEAD_CALLERS : DEAD_SELF;
}

/* ---- who is to blame ---- */

struct blame {
	struct look *l;
	unsigned chain, rule;
	uint32_t only[MAX_CHAINS];
	unsigned work;
};

/* Does the walk come to the rule with some outcome of the tosses? */
static bool
some_walk(struct walk *w, unsigned entry, unsigned chain, unsigned rule)
{
	unsigned runs = 0;

	w->n_toss = 0;
	do {
		walk_run(w, entry);
		if (w->hit[chain] >> rule & 1)
			return true;
	} while (walk_next(w) && ++runs < MAX_RUNS);
	return false;
}

/* A packet that reaches the rule though those in 'only' end what they match,
 * whatever others do; what it met stays in 'w'. */
static bool
gets_there(struct blame *b, struct walk *w)
{
	const struct look *l = b->l;
	const struct gset *s = &l->k->s[0];

	*w = (struct walk){ .p = &l->p, .only = b->only };
	for (unsigned c = 0; c < s->n; c++)
		for (uint32_t k = 0; s->c[c].hook != HOOK_NONE && k < l->b.n;
		    k++) {
			if (!prog_matches(&l->p, b->chain, b->rule, k) ||
			    !prog_enters(&l->p, c, k))
				continue;
			w->point = k;
			b->work++;
			if (some_walk(w, c, b->chain, b->rule))
				return true;
		}
	return false;
}

/* Is there a set of 'left' more living rules that keeps everything from the
 * rule?  One of those that a packet meets on its way must be in it. */
static bool
smaller(struct blame *b, unsigned left)
{
	const struct gset *s = &b->l->k->s[0];
	struct walk w;

	if (b->work > BLAME_WORK)
		return false;
	if (!gets_there(b, &w))
		return true;
	for (unsigned c = 0; c < s->n && left > 0; c++)
		for (unsigned i = 0; i < s->c[c].n; i++) {
			if (!(w.inert[c] & b->l->alive[c] & 1U << i) ||
			    (c == b->chain && i == b->rule))
				continue;
			b->only[c] |= 1U << i;
			if (smaller(b, left - 1))
				return true;
			b->only[c] &= ~(1U << i);
		}
	return false;
}

static void
print_rules(const struct look *l, const uint32_t *set, struct sbuf *out)
{
	const struct gset *s = &l->k->s[0];

	for (unsigned c = 0; c < s->n; c++)
		for (unsigned i = 0; i < s->c[c].n; i++)
			if (set[c] >> i & 1)
				sbuf_printf(out, " %s#%u", s->c[c].name,
				    i + 1);
}

static bool
check_by(struct look *l, unsigned c, unsigned i, const struct told *t)
{
	struct blame b = { .l = l, .chain = c, .rule = i };
	struct sbuf set = SBUF_INIT;
	struct walk w;
	bool ok;

	for (unsigned k = 0; k < t->dead.n_by; k++) {
		unsigned bc, br;

		engine_place(&l->e, 0, t->by[k], &bc, &br);
		if (bc == l->k->s[0].n || !diverts(&l->k->s[0].c[bc].r[br]))
			return fail(l, c, i, "blames what ends nothing");
		b.only[bc] |= 1U << br;
	}
	print_rules(l, b.only, &set);
	if (gets_there(&b, &w)) {
		fail(l, c, i, "those blamed do not take all:%s",
		    sbuf_text(&set));
		brute_point(&l->b, w.point, &l->why->text);
		sbuf_free(&set);
		return false;
	}
	memset(b.only, 0, sizeof(b.only));
	b.work = 0;
	ok = t->dead.n_by < 2 || !smaller(&b, t->dead.n_by - 1);
	if (!ok) {
		fail(l, c, i, "fewer are enough than%s", sbuf_text(&set));
		print_rules(l, b.only, &l->why->text);
		sbuf_putc(&l->why->text, '\n');
	}
	sbuf_free(&set);
	return ok;
}

/* ---- the witness ---- */

static bool
blamed_hit(const struct look *l, const struct told *t, const struct walk *w)
{
	for (unsigned k = 0; k < t->dead.n_by; k++) {
		unsigned c, r;

		engine_place(&l->e, 0, t->by[k], &c, &r);
		if (w->hit[c] >> r & 1)
			return true;
	}
	return false;
}

/* Is there a packet for the rule that one of those blamed ends? */
static bool
can_be_taken(const struct look *l, unsigned c, unsigned i,
    const struct told *t)
{
	static const uint32_t none[MAX_CHAINS];
	const struct gset *s = &l->k->s[0];

	for (unsigned e = 0; e < s->n; e++)
		for (uint32_t k = 0; s->c[e].hook != HOOK_NONE && k < l->b.n;
		    k++) {
			struct walk w = { .p = &l->p, .point = k };

			if (!prog_matches(&l->p, c, i, k) ||
			    !prog_enters(&l->p, e, k))
				continue;
			walk_run(&w, e);
			if (!blamed_hit(l, t, &w))
				continue;
			w.only = none;
			if (some_walk(&w, e, c, i))
				return true;
		}
	return false;
}

static bool
check_witness(struct look *l, unsigned c, unsigned i, const struct told *t)
{
	static const uint32_t none[MAX_CHAINS];
	const struct gset *s = &l->k->s[0];
	u128 values[N_OWN];
	struct walk w = { .p = &l->p, .values = values };
	unsigned e = 0;

	if (t->dead.witness == NULL || t->dead.entry == NULL)
		return fail(l, c, i, "no witness");
	while (e < s->n && engine_chain(&l->e, 0, e) != t->dead.entry)
		e++;
	if (e < s->n)
		engine_values(&l->e, e, t->dead.witness, values);
	if (e == s->n || !values_enter(&l->p, e, values[F_IN], values[F_OUT],
	    values[F_FRAG]))
		return fail(l, c, i, "the witness cannot enter");
	w.only = none;
	if (!some_walk(&w, e, c, i))
		return fail(l, c, i, "the witness would not match it");
	w.only = NULL;
	w.n_toss = 0;
	walk_run(&w, e);
	if (w.hit[c] >> i & 1)
		return fail(l, c, i, "the witness reaches it");
	if (t->dead.taken && !blamed_hit(l, t, &w))
		return fail(l, c, i, "none of those blamed has the witness");
	if (!t->dead.taken && can_be_taken(l, c, i, t))
		return fail(l, c, i, "there is a packet that those blamed "
		    "take");
	return true;
}

/* ---- all together ---- */

static bool
check_rule(struct look *l, unsigned c, unsigned i)
{
	static const char *const kinds[] = { "alive", "covered",
	    "dead in itself", "dead by its callers",
	    "in a chain without callers" };
	const struct told *t = &l->told[c][i];
	enum dead_kind want = kind_of(l, c, i);

	if (!t->told)
		return fail(l, c, i, "nothing was told");
	if (t->dead.limit)
		return fail(l, c, i, "given up");
	/* Of chance only bounds are told; of changing packets not why. */
	if ((l->k->chance || l->p.changes) &&
	    (want == DEAD_NOT) != (t->dead.kind == DEAD_NOT) &&
	    (want == DEAD_NOT || !l->k->chance || want != DEAD_COVERED))
		return fail(l, c, i, "told %s, is %s", kinds[t->dead.kind],
		    kinds[want]);
	l->why->dead += want != DEAD_NOT;
	if (l->k->chance || l->p.changes)
		return true;
	if (t->dead.kind != want)
		return fail(l, c, i, "told %s, is %s", kinds[t->dead.kind],
		    kinds[want]);
	if (t->dead.possible && want == DEAD_NOT)
		return fail(l, c, i, "only possible");
	return want != DEAD_COVERED || (check_by(l, c, i, t) &&
	    check_witness(l, c, i, t));
}

static bool
check_hurried(struct look *l, unsigned c, unsigned i)
{
	const struct told *t = &l->told[c][i];
	bool dead = t->dead.kind != DEAD_NOT;
	enum dead_kind want = kind_of(l, c, i);

	if (t->dead.limit)
		return !dead || fail(l, c, i, "given up, and dead");
	if (l->k->chance ? dead && want == DEAD_NOT : dead !=
	    (want != DEAD_NOT))
		return fail(l, c, i, "in a hurry told %s, is %s", dead ?
		    "dead" : "alive", want != DEAD_NOT ? "dead" : "alive");
	return true;
}

bool
check_dead(const struct kase *k, struct report *why)
{
	struct look *l = mem_alloc(1, sizeof(*l));
	const struct gset *s = &k->s[0];
	bool ok = engine_init(&l->e, k, why);

	l->k = k;
	l->why = why;
	brute_init(&l->b, &s, 1, NULL, 0, MAX_POINTS, &l->arena);
	why->points += l->b.n;
	if (ok && l->b.n != 0) {
		prog_init(&l->p, &l->b, s, &l->arena);
		walk_all(l);
		follow_all(l);
		analysis_dead(l->e.an, 0, &l->e.arena, each, l);
		for (unsigned c = 0; c < s->n && ok; c++)
			for (unsigned i = 0; i < s->c[c].n && ok; i++)
				ok = check_rule(l, c, i);
		/* The same in a hurry: less may be said, nothing wrong. */
		l->e.an->most_work = 40 + l->b.n % 256;
		memset(l->told, 0, sizeof(l->told));
		analysis_dead(l->e.an, 0, &l->e.arena, each, l);
		for (unsigned c = 0; c < s->n && ok; c++)
			for (unsigned i = 0; i < s->c[c].n && ok; i++)
				ok = check_hurried(l, c, i);
	}
	engine_free(&l->e);
	arena_free(&l->arena);
	free(l);
	return ok;
}
