/* FW4007: protocols that open further connections need a helper. */
#include "analysis/lookup.h"

#include <netinet/in.h>
#include <stdlib.h>

static const struct {
	const char *helper, *name, *port;
	unsigned proto;
} protocols[] = {
	{ "ftp", "FTP", "21", IPPROTO_TCP },
	{ "tftp", "TFTP", "69", IPPROTO_UDP },
	{ "sip", "SIP", "5060", IPPROTO_UDP },
};
enum { N_PROTOCOLS = sizeof(protocols) / sizeof(*protocols) };

struct seen {
	const struct rule *opens[N_PROTOCOLS];	/* first that accepts it */
	bool helped[N_PROTOCOLS], related, high_ports;
};

/* Up to iptables 1.4 kernels gave helpers by themselves. */
static bool
is_old(const char *header)
{
	return header != NULL && strstr(header, " v1.4.") != NULL;
}

/* A range that a server's second connection may go to: "1024:65535". */
static bool
has_high_ports(const char *ports)
{
	const char *colon = strchr(ports, ':');

	return colon != NULL && strtoul(colon + 1, NULL, 10) >= 1024;
}

static void
look_at_filter(struct lookup *l, const struct rule *r, struct seen *s)
{
	unsigned states = rule_states(l, r);
	const char *ports;

	if (rule_effect(l, r) != V_ACCEPT)
		return;
	s->related |= states != ST_ANY && (states & ST_RELATED);
	ports = rule_dports(l, r);
	if (ports == NULL || (r->invert & INV_PROTO))
		return;
	s->high_ports |= has_high_ports(ports);
	for (unsigned i = 0; i < N_PROTOCOLS; i++)
		if (s->opens[i] == NULL && r->proto == protocols[i].proto &&
		    strcmp(ports, protocols[i].port) == 0 &&
		    (states & ST_NEW))
			s->opens[i] = r;
}

static void
look_at_raw(struct lookup *l, const struct rule *r, struct seen *s)
{
	const char *helper = rule_target_is(r, "CT") ?
	    target_option(l, r, "--helper") : NULL;

	for (unsigned i = 0; i < N_PROTOCOLS && helper != NULL; i++)
		s->helped[i] |= strcmp(helper, protocols[i].helper) == 0;
}

check_fn check_helper;
void
check_helper(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];
	struct seen s = { 0 };

	if (is_old(a->rules[f]->header) || env_sysctl(a->env,
	    "net.netfilter.nf_conntrack_helper", 0) != 0)
		return;
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		if (r->chain->table->id == TABLE_RAW)
			look_at_raw(l, r, &s);
		else if (r->chain->table->id == TABLE_FILTER)
			look_at_filter(l, r, &s);
	}
	for (unsigned i = 0; i < N_PROTOCOLS && s.related && !s.high_ports;
	    i++) {
		struct finding *found;

		if (s.opens[i] == NULL || s.helped[i])
			continue;
		found = finding_add(&a->out, "FW4007", s.opens[i], NULL,
		    "%s opens further connections, which are RELATED only "
		    "with a helper, and no rule of table raw sets one",
		    protocols[i].name);
		finding_fix(a, found, "%s -t raw -A PREROUTING -p %s --dport "
		    "%s -j CT --helper %s", f == 1 ? "ip6tables" : "iptables",
		    proto_name(protocols[i].proto), protocols[i].port,
		    protocols[i].helper);
	}
}
