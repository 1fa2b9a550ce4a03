/* What a region that is only possible hangs on. */
#include "analysis/program.h"

static bool
meets(const struct program *p, const struct step *s, const struct hs *set)
{
	const struct hs_space *sp = p->an->space;

	for (unsigned i = 0; i < set->n; i++)
		for (unsigned k = 0; k < s->n; k++)
			if (box_meets(sp, hs_box(sp, set, i),
			    step_box(p, s, k)))
				return true;
	return false;
}

static bool
is_among(const struct rule *r, const struct rule *const *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == r)
			return true;
	return false;
}

/* The last step at which the region's packets are decided. */
static uint32_t
last_step(const struct program *p, const struct region *r)
{
	uint32_t at = p->n_steps - 1;

	while (r->rule != NULL && at > 0 && p->steps[at].rule != r->rule)
		at--;
	return at;
}

unsigned
analysis_doubts(struct analysis *an, const struct chain *entry,
    const struct region *r, const struct rule **out, unsigned most)
{
	struct program *p = program_of(an, entry);
	uint32_t last = last_step(p, r);
	unsigned n = 0;

	for (uint32_t i = 0; i <= last && n < most; i++) {
		const struct step *s = &p->steps[i];

		/* A rule that only counts or logs keeps nothing. */
		if (s->exact || s->kind == STEP_END || s->kind == STEP_PASS ||
		    (s->kind == STEP_TAKE && i < last && s->rule == r->rule) ||
		    is_among(s->rule, out, n) || !meets(p, s, r->set))
			continue;
		out[n++] = s->rule;
	}
	return n;
}
