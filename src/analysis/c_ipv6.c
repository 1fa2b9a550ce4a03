/* What is particular to IPv6. */
#include "analysis/lookup.h"

#include <netinet/in.h>

/* FW7006 */
static void
icmp_of_ipv4(struct audit *a, const struct rule *r)
{
	if (r->proto != IPPROTO_ICMP || (r->invert & INV_PROTO))
		return;
	finding_fix(a, finding_add(&a->out, "FW7006", r, NULL, "-p icmp is "
	    "the ICMP of IPv4, which no IPv6 packet carries: the rule never "
	    "matches"), "write -p ipv6-icmp");
}

/* FW7008: does any rule ask for extension headers? */
static void
no_extension_policy(struct audit *a, const struct lookup *l)
{
	static const char *const matches[] = { "rt", "ipv6header", "hbh",
	    "dst", "srh" };
	const struct chain *input = filter_chain(l, HOOK_INPUT);

	if (input == NULL)
		return;
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r))
		for (size_t i = 0; i < sizeof(matches) / sizeof(*matches); i++)
			if (rule_match(r, matches[i]) != NULL)
				return;
	finding_fix(a, finding_add(&a->out, "FW7008", NULL, input, "no rule "
	    "looks at extension headers: packets with routing headers are "
	    "treated as any other"), "ip6tables -I INPUT 1 -m rt --rt-type 0 "
	    "--rt-segsleft 1: -j DROP");
}

check_fn check_ipv6;
void
check_ipv6(struct audit *a, unsigned f)
{
	if (f != family_index(AF_INET6))
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r))
		icmp_of_ipv4(a, r);
	no_extension_policy(a, a->lookup[f]);
}
