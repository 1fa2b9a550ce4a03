#include "analysis/cover.h"
void region_words(const struct analysis *an, const struct hs *set, unsigned box, struct sbuf *out)
{
	hs_words(an->space, hs_box(an->space, set, box), out);
}
