/* Packets of connections that exist: are they accepted, and how soon? */
#include "analysis/lookup.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MANY = 20 };			/* FW4002: rules before it */

/* ---- FW4001 ---- */

/* -p tcp --syn, or other flags that must be set */
static bool
wants_flags(struct lookup *l, const struct rule *r)
{
	bool invert = false;

	return match_option(l, r, "tcp", "--tcp-flags", &invert) != NULL &&
	    !invert;
}

static bool
is_icmp(const struct rule *r)
{
	return r->proto == IPPROTO_ICMP || r->proto == IPPROTO_ICMPV6;
}

/* Might it accept answers to connections that go the other way?  Not if it
 * is about new ones, or about one port of a service. */
static bool
may_take_answers(struct lookup *l, const struct rule *r)
{
	unsigned states = rule_states(l, r);

	if (!(states & ST_ESTABLISHED))
		return false;
	if (states != ST_ANY)
		return true;
	if (is_icmp(r) || wants_flags(l, r))
		return false;
	return rule_dports(l, r) == NULL || rule_sports(l, r) != NULL;
}

struct survey { bool accepts, answers; };	/* new ones, answers */

/* What the chains of table filter that 'hook' leads to accept.  An
 * unconditional ACCEPT of a user chain counts where it is jumped to. */
static struct survey
survey(struct lookup *l, enum hook hook)
{
	struct survey s = { false, false };

	for (unsigned i = 0; i < l->n_chains; i++) {
		const struct chain_facts *f = l->chains[i];
		const struct chain *c = f->chain;

		if (c->table->id != TABLE_FILTER || !(f->hooks >> hook & 1))
			continue;
		for (unsigned j = 0; j < c->n; j++) {
			const struct rule *r = c->rules[j];
			enum verdict v = rule_effect(l, r);

			if ((v != V_ACCEPT && v != V_QUEUE) ||
			    rule_about_lo(r) || (c->hook == HOOK_NONE &&
			    rule_unconditional(r)))
				continue;
			s.accepts |= !is_icmp(r) &&
			    (rule_states(l, r) & ST_NEW);
			s.answers |= may_take_answers(l, r);
		}
	}
	return s;
}

static bool
sends(struct lookup *l, enum hook hook)
{
	const struct chain *c = filter_chain(l, hook);

	return c == NULL || chain_default(l, c) != V_DROP ||
	    survey(l, hook).accepts;
}

static void
answers(struct audit *a, struct lookup *l, enum hook hook, const char *whose)
{
	const struct chain *c = filter_chain(l, hook);
	struct survey s;
	struct finding *f;

	if (c == NULL || chain_default(l, c) != V_DROP)
		return;
	s = survey(l, hook);
	if (s.answers || (hook == HOOK_FORWARD ? !s.accepts :
	    !sends(l, hook == HOOK_INPUT ? HOOK_OUTPUT : HOOK_INPUT)))
		return;
	f = finding_add(&a->out, "FW4001", NULL, c, "%s drops %s what no rule "
	    "accepts, and none accepts ESTABLISHED: answers to connections "
	    "that %s are dropped", c->name, default_by(a, l, c), whose);
	finding_fix(a, f, "%s -I %s 1 -m conntrack --ctstate "
	    "RELATED,ESTABLISHED -j ACCEPT", command_of(a, c), c->name);
}

/* ---- FW4002 ---- */

/* The first rule for packets of any connection, and how many rules are tested
 * before it. */
struct found { const struct rule *rule; unsigned before; };

static bool
is_for_established(struct lookup *l, const struct rule *r)
{
	unsigned states;

	if (rule_effect(l, r) != V_ACCEPT || !rule_only_state(r))
		return false;
	states = rule_states(l, r);
	return states != ST_ANY && (states & ST_ESTABLISHED);
}

static struct found
find_established(struct lookup *l, const struct chain *c,
    const struct found *of)
{
	struct found none = { NULL, 0 };
	unsigned before = 0;

	for (unsigned i = 0; i < c->n; i++, before++) {
		const struct rule *r = c->rules[i];

		if (is_for_established(l, r))
			return (struct found){ r, before };
		if (r->kind == TGT_CHAIN && rule_unconditional(r)) {
			const struct found *in =
			    &of[chain_place(l, r->jump)];

			if (in->rule != NULL)
				return (struct found){ in->rule,
				    before + 1 + in->before };
			before += r->jump->n;
		}
	}
	return none;
}

static void
late(struct audit *a, struct lookup *l)
{
	struct found *of = mem_alloc(l->n_chains, sizeof(*of));

	for (unsigned i = 0; i < l->n_chains; i++) {
		const struct chain *c = l->chains[i]->chain;

		if (c->table->id != TABLE_FILTER)
			continue;
		of[i] = find_established(l, c, of);
		if (c->hook != HOOK_NONE && of[i].rule != NULL &&
		    of[i].before >= MANY)
			finding_add(&a->out, "FW4002", of[i].rule, NULL,
			    "every packet of a connection is tested by %u "
			    "rules of %s before this one accepts it",
			    of[i].before, c->name);
	}
	free(of);
}

check_fn check_established;
void
check_established(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	answers(a, l, HOOK_INPUT, "the host opens");
	answers(a, l, HOOK_FORWARD, "this host forwards");
	answers(a, l, HOOK_OUTPUT, "others open to the host");
	late(a, l);
}
