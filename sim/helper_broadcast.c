/* Requests to all hosts of a network, which each may answer: NetBIOS names
 * and SNMP.  Kernel: nf_conntrack_broadcast.c, nf_conntrack_netbios_ns.c,
 * nf_conntrack_snmp.c. */
#include "sim/helper.h"

#include <netinet/in.h>

/* The mask of the network that the packet is a broadcast of; false: it is
 * none that this host sends. */
static bool
network(const struct helping *h, union addr *mask)
{
	const struct packet *p = h->pkt;
	union addr dst;

	pkt_dst(p, &dst);
	if (!pkt_has_socket(p) || h->dir != CT_ORIGINAL ||
	    p->route_type != ROUTE_BROADCAST || p->route_dev == NULL)
		return false;
	for (const struct ifaddr *a = p->route_dev->addrs; a != NULL;
	    a = a->next) {
		if (a->family != AF_INET || a->secondary ||
		    !a->has_broadcast || !addr_equal(&a->broadcast, &dst))
			continue;
		*mask = (union addr){ .w = { UINT32_MAX } };
		addr_mask(mask, AF_INET, a->prefix);
		return true;
	}
	return false;
}

/* Every host of it may answer from 'port', as often as it likes. */
static void
expect_answers(struct helping *h, uint16_t port)
{
	const struct tuple *t = &h->ct->tuple[CT_REPLY];
	union addr mask;
	struct expect e;

	if (!network(h, &mask))
		return;
	expect_init(&e, h->ct, &t->src, &t->dst, t->proto, t->dport);
	e.src_mask = mask;
	e.tuple.sport = htons(port);
	e.sport_mask = UINT16_MAX;
	e.permanent = true;
	help_expect(h, &e);
	help_refresh(h, h->helper->timeout);
}

static enum verdict
help_names(struct helping *h)
{
	expect_answers(h, 137);
	return V_ACCEPT;
}

/* Translated, it would rewrite the addresses in what is asked. */
static enum verdict
help_snmp(struct helping *h)
{
	expect_answers(h, 161);
	if (help_has_nat(h))
		help_not_modelled(h);
	return V_ACCEPT;
}

const struct helper helper_netbios_ns = { .max_expected = 1, .timeout = 3,
	.help = help_names };
const struct helper helper_snmp = { .max_expected = 1, .timeout = 30,
	.help = help_snmp };
