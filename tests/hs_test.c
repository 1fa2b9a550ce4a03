/* Classes of values on long lines. */
#include "model/hs.h"

#include <criterion/criterion.h>
#include <sys/socket.h>

static uint64_t
next(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *s >> 16;
}

static u128
wide(uint64_t *s)
{
	return (u128)next(s) << 100 ^ (u128)next(s) << 50 ^ next(s);
}

/* The last that begins at 'v' or before it, looked for one by one. */
static uint32_t
class_of(const struct hs_dim *d, u128 v)
{
	uint32_t k = 0;

	while (k + 1 < d->n && d->starts[k + 1] <= v)
		k++;
	return k;
}

/* 'n' ranges of a field, in 'part' of all its values or anywhere. */
static void
check(int family, enum field f, unsigned bits, unsigned n, struct range part)
{
	u128 top = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
	struct arena arena = ARENA_INIT;
	struct hs_space *s = hs_space_new(family, NULL, &arena);
	struct lower *l = hs_collector(s);
	uint64_t seed = n * 131 + bits;
	const struct hs_dim *d;

	for (unsigned i = 0; i < n; i++) {
		u128 lo = part.lo + wide(&seed) % (part.hi - part.lo + 1);
		u128 hi = lo + wide(&seed) % (part.hi - lo + 1) /
		    (i % 7 + 1);

		lower_range(l, f, lo, hi, false);
	}
	hs_space_finish(s);
	d = &s->dims[s->of_field[f]];
	cr_assert(d->n > n / 2, "%u classes of %u ranges", d->n, n);
	for (uint32_t k = 0; k < d->n; k++) {
		cr_assert(hs_class(d, d->starts[k]) == k);
		cr_assert(hs_class(d, d->starts[k + 1] - 1) == k);
	}
	for (unsigned i = 0; i < 1000; i++) {
		u128 v = wide(&seed) & top;

		cr_assert(hs_class(d, v) == class_of(d, v));
		v = part.lo + v % (part.hi - part.lo + 1);
		cr_assert(hs_class(d, v) == class_of(d, v));
	}
	cr_assert(hs_class(d, 0) == 0 && hs_class(d, top) == d->n - 1);
	arena_free(&arena);
}

Test(hs, classes_of_long_lines)
{
	static const unsigned sizes[] = { 2, 33, 40, 300, 3000 };
	static const struct range all4 = { 0, UINT32_MAX - 1 },
	    net10 = { 0x0a000000, 0x0affffff }, ports = { 1, 65535 };
	const struct range all6 = { 0, ~(u128)0 - 1 },
	    net6 = { (u128)0x20010db8 << 96, (u128)0x20010db9 << 96 };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		check(AF_INET, F_DST, 32, sizes[i], all4);
		check(AF_INET, F_SRC, 32, sizes[i], net10);
		check(AF_INET6, F_DST, 128, sizes[i], all6);
		check(AF_INET6, F_SRC, 128, sizes[i], net6);
		check(AF_INET, F_DPORT, 16, sizes[i], ports);
	}
}
