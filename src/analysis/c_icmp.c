/* ICMP that networks need: neighbours, sizes, errors. */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>

enum { PACKET_TOO_BIG = 2, ROUTER_SOLICIT = 133, ROUTER_ADVERT, NEIGH_SOLICIT,
    NEIGH_ADVERT };

/* Does the chain accept a packet of the query by any other interface than
 * lo?  The query is freed. */
static bool
accepts(struct audit *a, unsigned f, const struct chain *c, struct query *q)
{
	struct region r;

	query_iface(q, c->hook == HOOK_OUTPUT ? F_OUT : F_IN, "lo", true);
	return ask_any(a, f, c, q, V_ACCEPT, &r);
}

static void
shows_drop(struct audit *a, unsigned f, struct finding *found,
    const struct chain *c, struct query *q)
{
	struct region r;

	query_iface(q, c->hook == HOOK_OUTPUT ? F_OUT : F_IN, "lo", true);
	if (!ask_any(a, f, c, q, V_DROP, &r))
		return;
	if (r.rule != NULL)
		finding_by(a, found, r.rule);
	if (!r.possible)
		finding_shows(a, found, &r.witness, c, V_DROP);
}

/* ---- FW7003 ---- */

static const char *const neighbour_names[] = { "router-solicitation",
    "router-advertisement", "neighbour-solicitation",
    "neighbour-advertisement" };

/* Connection tracking leaves them alone: they are UNTRACKED. */
static void
ask_neighbour(struct query *q, unsigned type)
{
	*q = (struct query){ .n = 0 };
	ask_state(q, FCT_UNTRACKED);
	ask_icmp(q, AF_INET6, type, 0);
}

static void
neighbours(struct audit *a, unsigned f, enum hook hook)
{
	const struct chain *c = filter_chain(a->lookup[f], hook);
	unsigned dropped = 0, first = 0;
	struct sbuf b = SBUF_INIT;
	struct finding *found;
	struct query q = { 0 };

	/* Who accepts nothing at all does not use IPv6. */
	if (c == NULL || !accepts(a, f, c, &q))
		return;
	for (unsigned t = ROUTER_SOLICIT; t <= NEIGH_ADVERT; t++) {
		ask_neighbour(&q, t);
		if (accepts(a, f, c, &q))
			continue;
		dropped |= 1u << (t - ROUTER_SOLICIT);
		sbuf_printf(&b, "%s%s (%u)", b.len == 0 ? "" : ", ",
		    neighbour_names[t - ROUTER_SOLICIT], t);
		if (first == 0 || t == NEIGH_SOLICIT)
			first = t;
	}
	/* A host need not hear who looks for routers, nor say that it is
	 * one. */
	if ((dropped & ~(hook == HOOK_INPUT ? 1u : 2u)) != 0) {
		found = finding_add(&a->out, "FW7003", NULL, c, "%s accepts no "
		    "%s: the host loses its neighbours when their entries "
		    "expire", c->name, sbuf_text(&b));
		/* Addresses and routes may be set by hand. */
		found->possible = (dropped & 0xc) == 0;
		finding_fix(a, found, "%s -I %s 1 -p ipv6-icmp -m icmp6 "
		    "--icmpv6-type %u -j ACCEPT%s", command_of(a, c), c->name,
		    first, (dropped & (dropped - 1)) != 0 ?
		    ", and so for the others" : "");
		ask_neighbour(&q, first);
		shows_drop(a, f, found, c, &q);
	}
	sbuf_free(&b);
}

/* ---- FW7004, FW7005 ---- */

static void
ask_too_big(unsigned f, struct query *q, unsigned state)
{
	*q = (struct query){ .n = 0 };
	ask_state(q, state);
	if (f == 0)
		ask_icmp(q, AF_INET, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG);
	else
		ask_icmp(q, AF_INET6, PACKET_TOO_BIG, 0);
}

static void
ask_icmp_any(unsigned f, struct query *q)
{
	*q = (struct query){ .n = 0 };
	ask_proto(q, f == 0 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/* Do connections go through the chain at all? */
static bool
has_connections(struct audit *a, unsigned f, const struct chain *c)
{
	struct query q = { 0 };

	ask_proto(&q, IPPROTO_TCP);
	return accepts(a, f, c, &q);
}

static void
errors(struct audit *a, unsigned f, enum hook hook)
{
	const struct chain *c = filter_chain(a->lookup[f], hook);
	const char *name = f == 0 ? "fragmentation-needed" : "packet-too-big";
	const char *proto = f == 0 ? "icmp" : "ipv6-icmp";
	struct finding *found;
	struct query q;

	if (c == NULL)
		return;
	ask_too_big(f, &q, FCT_RELATED);
	if (accepts(a, f, c, &q) || !has_connections(a, f, c))
		return;
	found = finding_add(&a->out, "FW7004", NULL, c, "%s drops %s, also as "
	    "RELATED: connections over a link with a smaller MTU hang at the "
	    "first big packet", c->name, name);
	finding_fix(a, found, "%s -I %s 1 -p %s -m conntrack --ctstate RELATED "
	    "-j ACCEPT", command_of(a, c), c->name, proto);
	ask_too_big(f, &q, FCT_RELATED);
	shows_drop(a, f, found, c, &q);

	ask_icmp_any(f, &q);
	if (accepts(a, f, c, &q))
		return;
	found = finding_add(&a->out, "FW7005", NULL, c, "%s accepts no %s at "
	    "all, errors included", c->name, f == 0 ? "ICMP" : "ICMPv6");
	finding_fix(a, found, "%s -I %s 1 -p %s -m conntrack --ctstate "
	    "RELATED,ESTABLISHED -j ACCEPT", command_of(a, c), c->name, proto);
	ask_too_big(f, &q, FCT_RELATED);
	shows_drop(a, f, found, c, &q);
}

/* ---- FW7007 ---- */

static void
ask_dhcp(struct audit *a, unsigned f, struct query *q)
{
	*q = (struct query){ .n = 0 };
	ask_new(a, f, q);
	ask_proto(q, IPPROTO_UDP);
	ask_value(a, f, q, F_SPORT, 547);
	ask_value(a, f, q, F_DPORT, 546);
	query_range(q, F_SRC, (u128)0xfe80 << 112, ((u128)0xfec0 << 112) - 1,
	    false);
}

static void
dhcp(struct audit *a, unsigned f)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_INPUT);
	struct finding *found;
	struct query q;

	if (c == NULL || !audit_on(a, "FW7007"))
		return;
	ask_dhcp(a, f, &q);
	if (accepts(a, f, c, &q))
		return;
	found = finding_add(&a->out, "FW7007", NULL, c, "%s drops answers of "
	    "DHCPv6 servers, which come from a link-local address to udp 546 "
	    "and belong to no connection", c->name);
	finding_fix(a, found, "%s -I %s 1 -s fe80::/10 -p udp --sport 547 "
	    "--dport 546 -j ACCEPT", command_of(a, c), c->name);
	ask_dhcp(a, f, &q);
	shows_drop(a, f, found, c, &q);
	if (found->witness != NULL) {
		point_value(found->witness, F_SPORT, 547);
		point_value(found->witness, F_DPORT, 546);
	}
}

check_fn check_icmp;
void
check_icmp(struct audit *a, unsigned f)
{
	errors(a, f, HOOK_INPUT);
	errors(a, f, HOOK_FORWARD);
	if (f == 0)
		return;
	neighbours(a, f, HOOK_INPUT);
	neighbours(a, f, HOOK_OUTPUT);
	dhcp(a, f);
}
