/* As patience diff does: what is alike at both ends, then items that are the
 * only ones of their hash on either side, the longest rising run of them, and
 * from these outwards while the neighbours are alike. */
#include "analysis/align.h"

#include <stdlib.h>

struct entry { uint64_t hash; uint32_t index; bool many; };

static int
by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Items of one hash each, sorted by it. */
static uint32_t
singles(const struct align_item *v, uint32_t from, uint32_t to,
    struct entry *out)
{
	uint32_t n = 0, k = 0;

	for (uint32_t i = from; i < to; i++)
		if (!v[i].paired)
			out[n++] = (struct entry){ v[i].hash, i, false };
	qsort(out, n, sizeof(*out), by_hash);
	for (uint32_t i = 0; i < n; i++) {
		bool many = (i > 0 && out[i - 1].hash == out[i].hash) ||
		    (i + 1 < n && out[i + 1].hash == out[i].hash);

		out[i].many = many;
	}
	for (uint32_t i = 0; i < n; i++)
		if (!out[i].many)
			out[k++] = out[i];
	return k;
}

static void
pair(struct align_item *a, uint32_t i, struct align_item *b, uint32_t j)
{
	a[i].paired = b[j].paired = true;
	a[i].with = j;
	b[j].with = i;
}

struct both { uint32_t a, b; };

static int
by_a(const void *x, const void *y)
{
	const struct both *p = x, *q = y;

	return p->a < q->a ? -1 : p->a > q->a;
}

/* The longest run that rises on both sides. */
static void
pair_rising(struct align_item *a, struct align_item *b, struct both *c,
    uint32_t n)
{
	uint32_t *last = mem_alloc(n, sizeof(*last)), len = 0;
	uint32_t *before = mem_alloc(n, sizeof(*before));

	for (uint32_t i = 0; i < n; i++) {
		uint32_t lo = 0, hi = len;

		while (lo < hi) {
			uint32_t mid = (lo + hi) / 2;

			if (c[last[mid]].b < c[i].b)
				lo = mid + 1;
			else
				hi = mid;
		}
		before[i] = lo > 0 ? last[lo - 1] : UINT32_MAX;
		last[lo] = i;
		if (lo == len)
			len++;
	}
	for (uint32_t i = len ? last[len - 1] : UINT32_MAX; i != UINT32_MAX;
	    i = before[i])
		pair(a, c[i].a, b, c[i].b);
	free(last);
	free(before);
}

void
align(struct align_item *a, uint32_t n, struct align_item *b, uint32_t m)
{
	uint32_t lo = 0, hi = n, hi2 = m, k = 0, na, nb;
	struct entry *ea, *eb;
	struct both *c;

	while (lo < n && lo < m && a[lo].hash == b[lo].hash) {
		pair(a, lo, b, lo);
		lo++;
	}
	while (hi > lo && hi2 > lo && a[hi - 1].hash == b[hi2 - 1].hash)
		pair(a, --hi, b, --hi2);
	ea = mem_alloc(hi - lo, sizeof(*ea));
	eb = mem_alloc(hi2 - lo, sizeof(*eb));
	na = singles(a, lo, hi, ea);
	nb = singles(b, lo, hi2, eb);
	c = mem_alloc(na, sizeof(*c));
	for (uint32_t i = 0, j = 0; i < na && j < nb;) {
		if (ea[i].hash == eb[j].hash)
			c[k++] = (struct both){ ea[i++].index,
			    eb[j++].index };
		else if (ea[i].hash < eb[j].hash)
			i++;
		else
			j++;
	}
	qsort(c, k, sizeof(*c), by_a);
	pair_rising(a, b, c, k);
	for (uint32_t i = lo; i + 1 < hi; i++)
		if (a[i].paired && !a[i + 1].paired && a[i].with + 1 < hi2 &&
		    !b[a[i].with + 1].paired &&
		    a[i + 1].hash == b[a[i].with + 1].hash)
			pair(a, i + 1, b, a[i].with + 1);
	for (uint32_t i = hi; i-- > lo + 1;)
		if (a[i].paired && !a[i - 1].paired && a[i].with > lo &&
		    !b[a[i].with - 1].paired &&
		    a[i - 1].hash == b[a[i].with - 1].hash)
			pair(a, i - 1, b, a[i].with - 1);
	free(ea);
	free(eb);
	free(c);
}

/* ---- scopes ---- */

/* How many pairs stand before a step. */
static uint32_t
pairs_before(const struct align_item *v, const uint32_t *sum, uint32_t n,
    uint32_t step)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (v[mid].at < step)
			lo = mid + 1;
		else
			hi = mid;
	}
	return sum[lo];
}

static uint32_t *
sums(const struct align_item *v, uint32_t n)
{
	uint32_t *sum = mem_alloc(n + 1, sizeof(*sum));

	for (uint32_t i = 0; i < n; i++)
		sum[i + 1] = sum[i] + v[i].paired;
	return sum;
}

static void
scope(const struct program *p, uint32_t at, uint32_t *from, uint32_t *until)
{
	const struct step *s = &p->steps[at];

	*from = s->kind == STEP_GOTO ? p->frames[s->callee].end : at + 1;
	*until = frame_exit(p, s->frame);
}

void
align_scopes(const struct program *p, struct align_item *a, uint32_t n,
    const struct program *q, struct align_item *b, uint32_t m)
{
	bool again = p != NULL && q != NULL;

	while (again) {
		uint32_t *sa = sums(a, n), *sb = sums(b, m);

		again = false;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t from, until, from2, until2;
			uint8_t kind = p->steps[a[i].at].kind;

			if (!a[i].paired || (kind != STEP_RETURN &&
			    kind != STEP_GOTO))
				continue;
			scope(p, a[i].at, &from, &until);
			scope(q, b[a[i].with].at, &from2, &until2);
			if (pairs_before(a, sa, n, from) == pairs_before(b,
			    sb, m, from2) && pairs_before(a, sa, n, until) ==
			    pairs_before(b, sb, m, until2))
				continue;
			a[i].paired = b[a[i].with].paired = false;
			again = true;
		}
		free(sa);
		free(sb);
	}
}
