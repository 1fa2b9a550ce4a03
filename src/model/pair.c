#include "model/pair.h"

#include "model/packet.h"

#include <netinet/in.h>

enum { ICMP_HEADER = 8, REDIRECT6 = 137, REDIRECT6_HEADER = 40 };

/* How many bytes of an error stand before what it quotes; 0: it is none
 * (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error). */
static uint32_t
quote_at(const struct packet *p)
{
	const uint8_t *icmp = pkt_at(p, p->l4, 1, NULL);

	if (icmp == NULL || p->frag != 0 || p->more_frags || p->proto_bad)
		return 0;
	if (p->family == AF_INET)
		return p->proto == IPPROTO_ICMP && (*icmp == 3 ||
		    *icmp == 4 || *icmp == 5 || *icmp == 11 ||
		    *icmp == 12) ? ICMP_HEADER : 0;
	if (p->proto != IPPROTO_ICMPV6)
		return 0;
	return *icmp < 128 ? ICMP_HEADER : *icmp == REDIRECT6 ?
	    REDIRECT6_HEADER : 0;
}

struct addr_pair
addr_pair_of(int family, const union addr *a, const union addr *b)
{
	bool turn = addr_cmp(a, b) > 0;

	return (struct addr_pair){ .low = turn ? *b : *a,
	    .high = turn ? *a : *b, .family = (uint8_t)family };
}

static struct addr_pair
ends_of(const struct packet *p)
{
	union addr src, dst;

	pkt_src(p, &src);
	pkt_dst(p, &dst);
	return addr_pair_of(p->family, &src, &dst);
}

bool
addr_pair_read(struct addr_pair *pair, const uint8_t *l3, uint32_t have)
{
	struct packet p, about;
	uint32_t at;

	if (!pkt_open(&p, l3, have)) {
		*pair = (struct addr_pair){ .family = 0 };
		return false;
	}
	*pair = ends_of(&p);
	/* Most packets are of no ICMP; of v6 the headers must be gone through
	 * to know. */
	if (p.family == AF_INET && l3[9] != IPPROTO_ICMP)
		return true;
	pkt_decode(&p);
	at = quote_at(&p);
	if (at == 0 || p.l4 + at >= have || !pkt_open(&about,
	    l3 + p.l4 + at, have - p.l4 - at) || about.family != p.family)
		return true;
	*pair = ends_of(&about);
	pair->quoted = true;
	return true;
}

uint64_t
addr_pair_hash(const struct addr_pair *pair)
{
	uint64_t h = UINT64_C(14695981039346656037);
	unsigned n = pair->family == AF_INET6 ? 16 : 4;

	for (unsigned i = 0; i < n; i++)	/* FNV-1a */
		h = (h ^ pair->low.b[i]) * UINT64_C(1099511628211);
	for (unsigned i = 0; i < n; i++)
		h = (h ^ pair->high.b[i]) * UINT64_C(1099511628211);
	h = (h ^ h >> 32) * UINT64_C(0x9fb21c651e98df25);
	return h ^ h >> 29;
}
