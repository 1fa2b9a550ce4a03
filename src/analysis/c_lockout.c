/* FW3017: can who administers the host still log in? */
#include "analysis/exposure.h"

#include <netinet/in.h>

enum { SSH = 22, SYN = 0x02 };

static void
ask_ssh(const struct audit *a, unsigned f, const struct range *from,
    struct query *q)
{
	*q = (struct query){ .n = 0 };
	query_iface(q, F_IN, "lo", true);
	ask_new(a, f, q);
	ask_proto(q, IPPROTO_TCP);
	ask_value(a, f, q, F_TCPFLAGS, SYN);
	ask_value(a, f, q, F_DPORT, SSH);
	query_range(q, F_SRC, from->lo, from->hi, false);
}

static void
look(struct audit *a, unsigned f, const char *net, const struct range *from)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_INPUT);
	struct region accepted, dropped;
	struct finding *found;
	struct query q;
	bool any, before;

	ask_ssh(a, f, from, &q);
	before = dropped_before(a, f, HOOK_INPUT, &q);
	any = ask_any(a, f, c, &q, V_ACCEPT, &accepted) && !before;
	if (any && !accepted.possible)
		return;
	ask_ssh(a, f, from, &q);
	if (!ask_any(a, f, c, &q, V_DROP, &dropped))
		dropped.possible = before = true;
	found = finding_add(&a->out, "FW3017", NULL, c, any ? "whether a new "
	    "SSH connection from %s gets in hangs on more than its packets "
	    "(limits, lists, what is not known)" : "no new SSH connection "
	    "from %s gets in: whoever loads these rules from there is locked "
	    "out", net);
	found->possible = any;
	finding_fix(a, found, "%s -I %s 1 -s %s -p tcp --dport 22 -j ACCEPT",
	    command_of(a, c), c->name, net);
	if (before)
		return;
	point_value(&dropped.witness, F_DPORT, SSH);
	if (dropped.rule != NULL)
		finding_by(a, found, dropped.rule);
	finding_shows(a, found, &dropped.witness, c, V_DROP);
}

check_fn check_lockout;
void
check_lockout(struct audit *a, unsigned f)
{
	struct range r;

	if (filter_chain(a->lookup[f], HOOK_INPUT) == NULL)
		return;
	for (unsigned i = 0; i < a->cfg->n_management; i++)
		if (network_range(a->cfg->management[i], a->rules[f]->family,
		    &r))
			look(a, f, a->cfg->management[i], &r);
}
