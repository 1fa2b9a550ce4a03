/* FW2017: rules that matched nothing, by the counters of the dump. */
#include "analysis/lookup.h"

#include <inttypes.h>

check_fn check_unused;
void
check_unused(struct audit *a, unsigned f)
{
	const struct lookup *l = a->lookup[f];
	uint64_t packets = 0;

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r))
		packets += r->packets;
	if (packets == 0 || !audit_on(a, "FW2017"))
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r))
		if (r->counters && r->packets == 0 && rule_live(l, r))
			finding_add(&a->out, "FW2017", r, NULL, "no packet "
			    "has matched it, while all rules together "
			    "matched %" PRIu64, packets);
}
