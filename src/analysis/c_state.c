/* Rules about the state of a connection that do other than they seem to. */
#include "analysis/lookup.h"

#include <netinet/in.h>

/* ---- FW4004 ---- */

static bool
rejects(const struct lookup *l, const struct rule *r)
{
	const struct rule *decider = r->kind == TGT_CHAIN ?
	    chain_facts(l, r->jump)->decider : r;

	return decider != NULL && rule_target_is(decider, "REJECT");
}

static void
rejects_invalid(struct audit *a, struct lookup *l, const struct rule *r)
{
	struct finding *f;

	if ((rule_states(l, r) & (ST_INVALID | ST_NEW)) != ST_INVALID ||
	    !rejects(l, r))
		return;
	f = finding_add(&a->out, "FW4004", r, NULL, "it answers INVALID "
	    "packets with an error: a packet that came late or twice then ends "
	    "the connection that it belongs to");
	finding_fix(a, f, "-j DROP for INVALID");
}

/* ---- FW4006, FW4008 ---- */

static void
takes_related(struct audit *a, struct lookup *l, const struct rule *r)
{
	unsigned states = rule_states(l, r);

	if (states == ST_ANY || !(states & ST_RELATED) || r->proto != 0 ||
	    rule_tests_src(r) || rule_tests_dst(r) ||
	    rule_match(r, "helper") != NULL || rule_effect(l, r) != V_ACCEPT)
		return;
	finding_add(&a->out, "FW4006", r, NULL, "it accepts whatever is "
	    "RELATED: with a helper a peer can open any port of any host "
	    "behind; say -p icmp, or -m helper and the ports");
}

/* "-p tcp ! --syn" dropped somewhere? */
static bool
drops_others(struct lookup *l)
{
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		bool invert = false;

		if (r->proto == IPPROTO_TCP && rule_effect(l, r) == V_DROP &&
		    match_option(l, r, "tcp", "--tcp-flags", &invert) &&
		    invert)
			return true;
	}
	return false;
}

static void
takes_late(struct audit *a, struct lookup *l, const struct rule *r)
{
	unsigned states = rule_states(l, r);

	if (r->proto != IPPROTO_TCP || (r->invert & INV_PROTO) ||
	    states == ST_ANY || !(states & ST_NEW) ||
	    rule_effect(l, r) != V_ACCEPT ||
	    match_option(l, r, "tcp", "--tcp-flags", NULL) != NULL)
		return;
	finding_add(&a->out, "FW4008", r, NULL, "NEW is not only a SYN: a "
	    "packet from the middle of a connection is accepted too, unless "
	    "--syn or nf_conntrack_tcp_loose=0 forbids it");
}

/* ---- FW4005 ---- */

/* Neighbour discovery is never tracked. */
static void
no_neighbours(struct audit *a, struct lookup *l)
{
	const struct chain *input = filter_chain(l, HOOK_INPUT);
	const struct rule *first = NULL;
	struct finding *f;

	if (l->rules->family != AF_INET6 || input == NULL ||
	    chain_default(l, input) != V_DROP)
		return;
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		unsigned states = rule_states(l, r);

		if (r->chain->table != input->table ||
		    !(chain_facts(l, r->chain)->hooks >> HOOK_INPUT & 1) ||
		    (r->proto != 0 && r->proto != IPPROTO_ICMPV6) ||
		    rule_about_lo(r) || rule_effect(l, r) != V_ACCEPT)
			continue;
		if (states & ST_UNTRACKED)
			return;
		if (first == NULL && (states & ST_NEW) && !rule_tests_src(r) &&
		    !rule_tests_dst(r))
			first = r;
	}
	if (first == NULL)
		return;
	f = finding_add(&a->out, "FW4005", first, NULL, "neighbour discovery "
	    "is UNTRACKED, never NEW or ESTABLISHED: this rule does not accept "
	    "it, and no other does, so the host loses its neighbours");
	finding_fix(a, f, "ip6tables -I INPUT 1 -p ipv6-icmp -j ACCEPT");
}

check_fn check_state;
void
check_state(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];
	bool loose = audit_on(a, "FW4008") && !drops_others(l);

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		if (r->chain->table->id != TABLE_FILTER)
			continue;
		rejects_invalid(a, l, r);
		takes_related(a, l, r);
		if (loose)
			takes_late(a, l, r);
	}
	no_neighbours(a, l);
}
