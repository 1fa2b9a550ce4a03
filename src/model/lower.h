/* Lowering: a match says which packets it matches, as tests of fields.
 *
 *	match  =  alternative or alternative ...
 *	alternative  =  test and test ...		(none: every packet)
 *
 * ext->lower calls these; model/hs_space.c collects what is asked of each
 * field, then makes boxes of it.  It is called more than once for the same
 * data and must tell the same each time.
 *
 *	-m tcp ! --dport 80	lower_l4(l);
 *				lower_range(l, F_DPORT, 80, 80, true);
 *	--ports 80 (either)	lower_l4(l);
 *				lower_range(l, F_SPORT, 80, 80, false);
 *				lower_or(l);
 *				lower_l4(l);
 *				lower_range(l, F_DPORT, 80, 80, false); */
#ifndef MODEL_LOWER_H
#define MODEL_LOWER_H

#include "model/addr.h"
#include "model/env.h"
#include "model/field.h"

struct lower {
	int family;
	const struct env *env;
	/* The one who listens.  What it is told of lives for the call. */
	void	(*test)(struct lower *, enum field, u128 mask,
		    const struct range *, unsigned n, bool negate);
	void	(*iface)(struct lower *, enum field, const struct ifmatch *,
		    bool negate);
	void	(*opaque)(struct lower *, const char *key, bool negate);
	void	(*or)(struct lower *);
};

/* (value & mask) is in one of the 'n' ranges; with 'negate' in none.  n 0
 * and no 'negate': never.  Ranges may overlap and be unordered. */
static inline void
lower_ranges(struct lower *l, enum field f, const struct range *r, unsigned n,
    bool negate)
{
	l->test(l, f, ~(u128)0, r, n, negate);
}
static inline void
lower_range(struct lower *l, enum field f, u128 lo, u128 hi, bool negate)
{
	struct range r = { lo, hi };

	l->test(l, f, ~(u128)0, &r, lo <= hi, negate);
}
static inline void
lower_masked(struct lower *l, enum field f, u128 value, u128 mask, bool negate)
{
	struct range r = { value, value };

	l->test(l, f, mask, &r, 1, negate);
}
static inline void
lower_never(struct lower *l)
{
	l->test(l, F_PROTO, ~(u128)0, NULL, 0, false);
}
static inline void
lower_iface(struct lower *l, enum field f, const struct ifmatch *m, bool negate)
{
	l->iface(l, f, m, negate);
}
/* A condition of the packet alone that no field has: "-m string --string x".
 * Equal keys are the same condition. */
static inline void
lower_opaque(struct lower *l, const char *key, bool negate)
{
	l->opaque(l, key, negate);
}
/* What follows is another alternative. */
static inline void
lower_or(struct lower *l)
{
	l->or(l);
}
/* It has an L4 header: not a fragment behind the first.  A test of a field
 * that not all packets have stands beside one, here or in the rule (-p), that
 * none of the others meet. */
static inline void
lower_l4(struct lower *l)
{
	lower_range(l, F_FRAG, 0, 0, false);
}


#endif
