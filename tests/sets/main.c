/* sets SEED COUNT: so many rulesets, each with its questions, of the seeds
 * SEED, SEED + 1, ...: what failed comes again with "sets ITS-SEED 1". */
#include "tests/sets/sets.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_FAILURES = 10 };

bool
check(const struct kase *k, struct report *why)
{
	switch (k->kind) {
	case K_DEAD:
		return check_dead(k, why);
	case K_REGIONS:
		return check_regions(k, why);
	case K_DIFF:
		break;
	}
	return check_diff(k, why);
}

static void
print_term(const struct term *t, int family)
{
	struct sbuf b = SBUF_INIT;

	value_print(t->field, family, t->r[0].lo, &b);
	printf(" %s%s", t->negate ? "! " : "", sbuf_text(&b));
	if (t->mask != ~(u128)0)
		printf("/0x%llx", (unsigned long long)t->mask);
	sbuf_clear(&b);
	value_print(t->field, family, t->r[0].hi, &b);
	printf("..%s", sbuf_text(&b));
	sbuf_free(&b);
}

static void
print_case(const struct kase *k)
{
	for (unsigned i = 0; i < k->n; i++) {
		struct sbuf b = SBUF_INIT;

		gset_print(&k->s[i], &b);
		printf("%s%s", k->n == 1 ? "" : i == 0 ? "old:\n" : "new:\n",
		    sbuf_text(&b));
		sbuf_free(&b);
	}
	if (k->kind != K_REGIONS)
		return;
	printf("query of %s:", k->s[0].c[k->chain].name);
	for (unsigned i = 0; i < k->q.n; i++)
		print_term(&k->q.t[i], k->s[0].family);
	putchar('\n');
}

struct run {
	uint64_t seed;
	struct palette p;
	struct kase k;
	struct report *sums;
};

static bool
run_case(struct run *r)
{
	static const char *const kinds[] = { "dead rules", "regions", "diff" };
	struct report why = { .what = NULL };
	struct kase *k = &r->k;
	bool ok = check(k, &why);

	r->sums->points += why.points;
	r->sums->dead += why.dead;
	r->sums->regions += why.regions;
	r->sums->differences += why.differences;
	if (!ok) {
		printf("seed %llu, %s%s%s: %s", (unsigned long long)r->seed,
		    kinds[k->kind], k->chance ? " with chances" : "",
		    k->same != NULL ? k->same : "", sbuf_text(&why.text));
		reduce(k, why.what);
		sbuf_clear(&why.text);
		check(k, &why);
		print_case(k);
		printf("%s\n", sbuf_text(&why.text));
	}
	sbuf_free(&why.text);
	return ok;
}

/* ---- what is asked ---- */

/* A ruleset whose packets can be listed. */
static void
make_set(struct run *r, bool chance)
{
	struct gset *const s = &r->k.s[0];
	const struct gset *const list = s;
	struct brute b;

	do {
		struct arena a = ARENA_INIT;

		palette_fill(&r->p, chance);
		gset_random(&r->p, s);
		brute_init(&b, &list, 1, NULL, 0, MAX_POINTS / 4, &a);
		arena_free(&a);
	} while (b.n == 0);
}

/* Tests of some rules, or their opposite, and a chain. */
static void
random_query(struct run *r)
{
	struct kase *k = &r->k;
	struct terms ts = { 0 };

	gset_terms(&k->s[0], &ts);
	k->q.n = 0;
	while (ts.n != 0 && k->q.n < MAX_QUERY && percent(r->p.rng, 45)) {
		struct term t = *ts.t[below(r->p.rng, ts.n)];

		if (t.n != 1 || t.field >= N_FIELDS || t.field == F_CT)
			continue;
		t.negate = percent(r->p.rng, 30);
		k->q.t[k->q.n++] = t;
	}
	k->chain = below(r->p.rng, k->s[0].n);
	free(ts.t);
}

static bool
ask(struct run *r, bool chance)
{
	bool ok;

	r->k = (struct kase){ .kind = K_DEAD, .n = 1, .chance = chance };
	make_set(r, chance);
	ok = run_case(r);
	r->k.kind = K_REGIONS;
	for (unsigned i = 0; i < 3 && ok; i++) {
		random_query(r);
		ok = run_case(r);
	}
	return ok;
}

static bool
change(struct run *r)
{
	struct kase *k = &r->k;
	bool ok = true;

	*k = (struct kase){ .kind = K_DIFF, .n = 2 };
	make_set(r, false);
	for (unsigned i = 0; i < 2 && ok; i++) {
		k->s[1] = k->s[0];
		edit(&r->p, &k->s[1]);
		ok = run_case(r);
	}
	/* Marks tie rules together that otherwise are apart. */
	for (unsigned i = 0; i < 2 && ok && !r->p.marks; i++) {
		k->s[1] = k->s[0];
		for (unsigned n = below(r->p.rng, 4); n < 4; n++) {
			const char *name = rewrite(&r->p, &k->s[1]);

			k->same = name != NULL ? name : k->same;
		}
		ok = run_case(r);
	}
	return ok;
}

static bool
run_seed(uint64_t seed, struct report *sums)
{
	struct arena arena = ARENA_INIT;
	struct rng rng;
	struct run *r = mem_alloc(1, sizeof(*r));
	bool ok;

	rng_init(&rng, seed);
	r->seed = seed;
	r->sums = sums;
	r->p.arena = &arena;
	r->p.rng = &rng;
	r->p.family = percent(&rng, 70) ? AF_INET : AF_INET6;
	ok = ask(r, false) && (seed % 4 != 0 || ask(r, true)) && change(r);
	free(r);
	arena_free(&arena);
	return ok;
}

int
main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	struct report sums = { .what = NULL };
	unsigned failed = 0;

	for (unsigned i = 0; i < count && failed < MOST_FAILURES; i++)
		failed += !run_seed(seed + i, &sums);
	printf("note: %u packets tried; %u dead rules, %u regions, "
	    "%u differences\n", sums.points, sums.dead, sums.regions,
	    sums.differences);
	printf("sets: %u passed, %u failed\n", count - failed, failed);
	return failed != 0;
}
