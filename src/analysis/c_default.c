/* What becomes of packets that no rule decides. */
#include "analysis/exposure.h"

#include <netinet/in.h>

/* Does the host forward at all, as far as is known? */
static bool
forwards(const struct audit *a, unsigned f)
{
	const char *name = f == 0 ? "net.ipv4.ip_forward" :
	    "net.ipv6.conf.all.forwarding";

	return env_sysctl(a->env, name, 1) != 0;
}

static bool
says_forwarding(const struct audit *a, unsigned f, const struct chain *c)
{
	const struct table *nat = &a->rules[f]->tables[TABLE_NAT];

	if (a->env->has_sysctls || c->n != 0)
		return true;
	for (const struct chain *n = nat->chains; n != NULL; n = n->next)
		if (n->n != 0)
			return true;
	return false;
}

/* FW3001.  A last rule that accepts is FW3005's. */
static void
from_outside(struct audit *a, unsigned f, enum hook hook)
{
	struct openings *o = openings_of(a, f, hook);
	struct finding *found;
	const char *unless = "";
	struct let_in in;

	if (hook == HOOK_FORWARD && !forwards(a, f))
		return;
	for (unsigned i = 0; i < o->n; i++) {
		if (o->list[i].policy == NULL)
			continue;
		if (hook == HOOK_FORWARD && !says_forwarding(a, f, o->chain))
			unless = ", if this host forwards";
		else if (!o->chain->policy_given)
			unless = ", which is ACCEPT unless something else set "
			    "it";
		found = finding_add(&a->out, "FW3001", NULL, o->chain, "the "
		    "policy of %s accepts new packets that come in %s and "
		    "that no rule decides%s", o->chain->name,
		    a->exposure->outside.words, unless);
		found->possible = o->list[i].possible || *unless != '\0';
		finding_fix(a, found, "%s -P %s DROP, after rules accept what "
		    "is needed", command_of(a, o->chain), o->chain->name);
		/* A usual one, if there is. */
		opening_lets_in(a, f, hook, &o->list[i],
		    (struct kind){ IPPROTO_TCP, 8080 }, &in);
		finding_shows(a, found, in.any ? &in.witness :
		    &o->list[i].witness, o->chain, V_ACCEPT);
		return;
	}
}

struct last { struct region r; bool any; };

static bool
is_last(const struct region *r, void *arg)
{
	struct last *l = arg;

	if (r->policy == NULL && !rule_unconditional(r->rule))
		return true;
	if (!l->any || (l->r.possible && !r->possible))
		l->r = *r;
	l->any = true;
	return true;
}

/* FW3002 */
static void
to_outside(struct audit *a, unsigned f)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_OUTPUT);
	struct last l = { .any = false };
	struct query q = { 0 };
	struct finding *found;

	if (c == NULL || !audit_on(a, "FW3002"))
		return;
	query_iface(&q, F_OUT, "lo", true);
	ask_new(a, f, &q);
	analysis_regions_of(a->sets[f], c, &q, V_ACCEPT, 0, a->out.arena,
	    is_last, &l);
	query_free(&q);
	if (!l.any)
		return;
	found = finding_add(&a->out, "FW3002", l.r.rule, c, "%s accepts new "
	    "connections to anywhere that no rule decides, %s", c->name,
	    l.r.rule == NULL ? "by its policy" : "by this rule");
	found->possible = l.r.possible;
	finding_fix(a, found, "%s -P %s DROP, after rules accept what the host "
	    "needs", command_of(a, c), c->name);
	finding_shows(a, found, &l.r.witness, c, V_ACCEPT);
}

check_fn check_default;
void
check_default(struct audit *a, unsigned f)
{
	if (audit_on(a, "FW3001")) {
		from_outside(a, f, HOOK_INPUT);
		from_outside(a, f, HOOK_FORWARD);
	}
	to_outside(a, f);
}
