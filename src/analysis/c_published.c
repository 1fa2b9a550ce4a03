/* Rules for the host itself that are meant for what it publishes: a
 * translated packet does not meet them. */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MAX_RULES = 1024 };		/* of INPUT that are looked at */

/* Rules of INPUT that close a port, or open it to some only. */
struct candidates { const struct rule *list[MAX_RULES]; unsigned n; };

static bool
is_about_port(struct lookup *l, const struct rule *r)
{
	enum verdict v = rule_effect(l, r);

	if (r->chain->table->id != TABLE_FILTER || rule_about_lo(r) ||
	    !(chain_facts(l, r->chain)->hooks >> HOOK_INPUT & 1) ||
	    (chain_facts(l, r->chain)->hooks >> HOOK_FORWARD & 1) ||
	    !rule_live(l, r) || !(rule_states(l, r) & ST_NEW) ||
	    rule_match(r, "recent") != NULL || rule_match(r, "limit") != NULL)
		return false;
	if (v != V_DROP && (v != V_ACCEPT || !rule_tests_src(r)))
		return false;
	return rule_dports(l, r) != NULL;
}

static void
find_candidates(struct lookup *l, struct candidates *c)
{
	for (const struct rule *r = rule_first(l->rules); r != NULL &&
	    c->n < MAX_RULES; r = rule_next(r))
		if (is_about_port(l, r))
			c->list[c->n++] = r;
}

/* ---- FW3016, FW8001 ---- */

static const char *
what_it_is(const struct lookup *l, const struct rule *r)
{
	if (rule_effect(l, r) != V_DROP)
		return "limit to some sources";
	return rule_target_is(r, "REJECT") ? "REJECT" : "DROP";
}

static void
no_effect(struct audit *a, unsigned f, const struct rule *r,
    const struct forward *w, const struct region *open)
{
	const char *owner = forward_owner(w);
	const char *what = arena_printf(a->out.arena, "this %s has no effect "
	    "on port %u%s: %s turns it into %s, which %s accepts",
	    what_it_is(a->lookup[f], r), w->from.port,
	    owner == NULL ? "" : arena_printf(a->out.arena, ", which %s "
	    "publishes", owner), rule_near(a, w->rule, r->chain),
	    forward_words(a, w), rule_near(a, open->rule, r->chain));
	struct finding *found = finding_add(&a->out, owner != NULL ?
	    "FW8001" : "FW3016", r, NULL, "%s", what);

	found->possible = w->possible || open->possible;
	finding_by(a, found, w->rule);
	if (open->rule != NULL)
		finding_by(a, found, open->rule);
	if (owner != NULL && strcmp(owner, "Docker") == 0)
		finding_fix(a, found, "%s -I DOCKER-USER -p %s -m conntrack "
		    "--ctorigdstport %u --ctdir ORIGINAL -j DROP, with -i or "
		    "-s as it is meant", command_of(a, r->chain),
		    proto_name(w->from.proto), w->from.port);
	else
		finding_fix(a, found, "put it into %s, as -m conntrack "
		    "--ctorigdstport %u --ctdir ORIGINAL",
		    w->local ? "mangle/INPUT" : "FORWARD", w->from.port);
	finding_shows(a, found, &open->witness,
	    filter_chain(a->lookup[f], w->local ? HOOK_INPUT : HOOK_FORWARD),
	    V_ACCEPT);
}

/* The rule is about the port as it was, not about the port behind. */
static bool
is_bypassed(struct audit *a, unsigned f, const struct rule *r,
    const struct forward *w)
{
	return rule_takes(a, f, HOOK_INPUT, r, w->from) && (!w->local ||
	    (w->behind.port != w->from.port &&
	    !rule_takes(a, f, HOOK_INPUT, r, w->behind)));
}

/* ---- FW8002 ---- */

static bool
is_ban_chain(const struct chain_facts *c)
{
	return c->owner != NULL && (strcmp(c->owner, "fail2ban") == 0 ||
	    strcmp(c->owner, "sshguard") == 0) &&
	    c->chain->table->id == TABLE_FILTER &&
	    c->hooks == 1u << HOOK_INPUT;
}

/* The jump to the chain that the packets would have to meet. */
static const struct rule *
guarding(struct audit *a, unsigned f, const struct chain_facts *c,
    const struct forward *w)
{
	for (unsigned i = 0; i < c->n_callers; i++)
		if (rule_takes(a, f, HOOK_INPUT, c->callers[i], w->from))
			return c->callers[i];
	return NULL;
}

static void
bans(struct audit *a, unsigned f, const struct chain_facts *c,
    const struct forward *w, const struct region *open)
{
	const struct rule *jump = guarding(a, f, c, w);
	struct finding *found;

	if (jump == NULL)
		return;
	found = finding_add(&a->out, "FW8002", jump, NULL, "who is banned in "
	    "%s still gets to port %u: %s turns it into %s, and FORWARD does "
	    "not ask this chain", c->chain->name, w->from.port,
	    rule_near(a, w->rule, jump->chain), forward_words(a, w));
	/* A ban from all ports may be meant for the host alone. */
	found->possible = open->possible ||
	    rule_dports(a->lookup[f], jump) == NULL;
	finding_by(a, found, w->rule);
	finding_fix(a, found, "have the chain in FORWARD too (fail2ban: chain "
	    "= %s)", forward_owner(w) != NULL ? "DOCKER-USER" : "FORWARD");
	finding_shows(a, found, &open->witness,
	    filter_chain(a->lookup[f], HOOK_FORWARD), V_ACCEPT);
}

static void
look_at(struct audit *a, unsigned f, const struct candidates *c,
    const struct forward *w, bool *told)
{
	struct lookup *l = a->lookup[f];
	struct region open;

	if (w->from.port == 0 ||
	    !forward_ends(a, f, w, true, V_ACCEPT, &open))
		return;
	for (unsigned i = 0; i < c->n; i++)
		if (!told[i] && is_bypassed(a, f, c->list[i], w)) {
			told[i] = true;
			no_effect(a, f, c->list[i], w, &open);
		}
	for (unsigned i = 0; i < l->n_chains && !w->local; i++)
		if (is_ban_chain(l->chains[i]))
			bans(a, f, l->chains[i], w, &open);
}

check_fn check_published;
void
check_published(struct audit *a, unsigned f)
{
	const struct forwards *all = forwards_of(a, f);
	struct candidates *c;
	bool *told;

	if (all->n == 0)
		return;
	c = mem_alloc(1, sizeof(*c));
	told = mem_alloc(MAX_RULES, sizeof(*told));
	find_candidates(a->lookup[f], c);
	for (unsigned i = 0; i < all->n; i++)
		look_at(a, f, c, &all->list[i], told);
	free(told);
	free(c);
}
