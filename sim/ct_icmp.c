/* ICMP and ICMPv6: queries that have a connection of their own, errors that
 * belong to the one they quote.
 * Kernel: nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c. */
#include "sim/ct_track.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

enum { ICMP_HEADER = 8, REDIRECT6_HEADER = 40 };

/* What answers what; both ways. */
struct pair { uint8_t query, answer; };

static const struct pair pairs4[] = {
	{ ICMP_ECHO, ICMP_ECHOREPLY }, { ICMP_TIMESTAMP, ICMP_TIMESTAMPREPLY },
	{ ICMP_INFO_REQUEST, ICMP_INFO_REPLY },
	{ ICMP_ADDRESS, ICMP_ADDRESSREPLY },
};
static const struct pair pairs6[] = {
	{ ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY },
	{ 139, 140 },			/* node information, RFC 4620 */
};

static bool
invert(struct tuple *out, const struct tuple *in, const struct pair *pair,
    size_t n)
{
	for (; n > 0; pair++, n--) {
		if (in->type != pair->query && in->type != pair->answer)
			continue;
		out->id = in->id;
		out->type = in->type == pair->query ? pair->answer :
		    pair->query;
		out->code = in->code;
		return true;
	}
	return false;
}

bool
ct_icmp_invert(struct tuple *out, const struct tuple *in)
{
	return invert(out, in, pairs4, sizeof(pairs4) / sizeof(pairs4[0]));
}

bool
ct_icmpv6_invert(struct tuple *out, const struct tuple *in)
{
	return invert(out, in, pairs6, sizeof(pairs6) / sizeof(pairs6[0]));
}

static bool
is_query(const struct tuple *t, const struct pair *pair, size_t n)
{
	for (; n > 0; pair++, n--)
		if (t->type == pair->query)
			return true;
	return false;
}

enum track
ct_track_icmp(struct ct_pass *p)
{
	if (p->pkt->family != AF_INET || !is_query(&p->ct->tuple[CT_ORIGINAL],
	    pairs4, sizeof(pairs4) / sizeof(pairs4[0])))
		return ct_invalid(p, "an answer that nobody asked for");
	ct_refresh(p, p->set->icmp);
	return TRACK_ACCEPT;
}

enum track
ct_track_icmpv6(struct ct_pass *p)
{
	if (p->pkt->family != AF_INET6 ||
	    ((p->ct->status & CTS_CONFIRMED) == 0 &&
	    !is_query(&p->ct->tuple[CT_ORIGINAL], pairs6,
	    sizeof(pairs6) / sizeof(pairs6[0]))))
		return ct_invalid(p, "an answer that nobody asked for");
	ct_refresh(p, p->set->icmpv6);
	return TRACK_ACCEPT;
}

static enum icmp_kind
fault(struct ct_pass *p, const char *why)
{
	p->why = why;
	return ICMP_KIND_INVALID;
}

/* nf_conntrack_inet_error: which connection does the header quoted at L3
 * offset 'l3' belong to? */
static enum icmp_kind
quoted(struct ct_pass *p, uint32_t l3)
{
	struct packet *pkt = p->pkt;
	struct tuple tuple, inverse;
	union addr outer;
	enum ct_dir dir;
	struct ct *ct;

	if (!ct_tuple_quoted(pkt, l3, pkt->family, &tuple, NULL) ||
	    !tuple_invert(&inverse, &tuple))
		return fault(p, "it quotes nothing that has a connection");
	ct = ct_find_zones(p->table, &inverse, p->zone, &dir);
	if (ct == NULL)
		return fault(p, "it quotes no known connection");
	pkt_dst(pkt, &outer);
	if (!addr_equal(&outer, &ct->tuple[dir].dst))
		return fault(p, "it goes to another host than the connection "
		    "that it quotes");
	p->ct = ct;
	p->dir = dir;
	p->info = dir == CT_REPLY ? CTI_RELATED_REPLY : CTI_RELATED;
	p->was = ct_state(ct);
	p->why = "an error about this connection";
	return ICMP_KIND_RELATED;
}

enum icmp_kind
ct_icmp_error(struct ct_pass *p)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, ICMP_HEADER);

	if (h == NULL)
		return fault(p, "no whole ICMP header");
	if (!ct_checksum_ok(p, 0, ct_l4_len(p), 0))
		return fault(p, "bad ICMP checksum");
	switch (h[0]) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return quoted(p, p->l4 + ICMP_HEADER);
	default:
		return h[0] > NR_ICMP_TYPES ? fault(p, "unknown ICMP type") :
		    ICMP_KIND_NORMAL;
	}
}

/* nf_conntrack_icmpv6_redirect. */
static enum icmp_kind
redirect6(struct ct_pass *p)
{
	const uint8_t *ip = p->pkt->data, *option;
	const uint8_t *h = ct_bytes(p->pkt, p->l4, REDIRECT6_HEADER);

	if (h == NULL)
		return fault(p, "no whole redirect");
	if (h[1] != 0)
		return ICMP_KIND_NORMAL;
	if (ip[7] != 255 || ip[8] != 0xfe || (ip[9] & 0xc0) != 0x80)
		return fault(p, "a redirect that does not come from the link");
	option = ct_bytes(p->pkt, p->l4 + REDIRECT6_HEADER, 2);
	if (option == NULL || option[1] == 0)
		return fault(p, "a redirect without options");
	if (option[0] != ND_OPT_REDIRECTED_HEADER)
		return ICMP_KIND_NORMAL;
	return quoted(p, p->l4 + REDIRECT6_HEADER + 8);
}

/* icmpv6_error: what keeps a link going has no connections. */
static bool
is_link_talk(uint8_t type)
{
	return (type >= MLD_LISTENER_QUERY && type <= ND_NEIGHBOR_ADVERT) ||
	    type == 143 || type == 151 || type == 152;
}

enum icmp_kind
ct_icmpv6_error(struct ct_pass *p)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, ICMP_HEADER);

	if (h == NULL)
		return fault(p, "no whole ICMPv6 header");
	if (!ct_checksum_ok(p, IPPROTO_ICMPV6, ct_l4_len(p), 0))
		return fault(p, "bad ICMPv6 checksum");
	if (is_link_talk(h[0])) {
		p->why = "neighbour discovery, router discovery or MLD";
		return ICMP_KIND_UNTRACKED;
	}
	if (h[0] == ND_REDIRECT)
		return redirect6(p);
	return h[0] < 128 ? quoted(p, p->l4 + ICMP_HEADER) : ICMP_KIND_NORMAL;
}
