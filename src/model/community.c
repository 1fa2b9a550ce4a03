#include "model/community.h"

#include "base/sha1.h"
#include "model/packet.h"

#include <netinet/in.h>
#include <string.h>

/* Types of ICMP that answer each other; of these the other one's type takes
 * the place of the code, so that both directions come out alike. */
static const struct { uint8_t proto, types[2]; } pairs[] = {
	{ IPPROTO_ICMP, { 8, 0 } },		/* echo */
	{ IPPROTO_ICMP, { 13, 14 } },		/* timestamp */
	{ IPPROTO_ICMP, { 15, 16 } },		/* information */
	{ IPPROTO_ICMP, { 10, 9 } },		/* router solicitation */
	{ IPPROTO_ICMP, { 17, 18 } },		/* address mask */
	{ IPPROTO_ICMPV6, { 128, 129 } },	/* echo */
	{ IPPROTO_ICMPV6, { 133, 134 } },	/* router solicitation */
	{ IPPROTO_ICMPV6, { 135, 136 } },	/* neighbour solicitation */
	{ IPPROTO_ICMPV6, { 130, 131 } },	/* multicast listener */
	{ IPPROTO_ICMPV6, { 139, 140 } },	/* node information */
	{ IPPROTO_ICMPV6, { 144, 145 } },	/* home agent discovery */
};

struct ends {
	const union addr *addr[2];
	uint16_t port[2];
	bool has_ports, one_way;
};

static void
icmp_ports(const struct flow_key *k, struct ends *e)
{
	e->has_ports = e->one_way = true;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		for (unsigned s = 0; s < 2; s++)
			if (pairs[i].proto == k->proto &&
			    pairs[i].types[s] == k->sport) {
				e->port[1] = pairs[i].types[!s];
				e->one_way = false;
			}
}

/* The lower end first. */
static void
order(struct ends *e, size_t size)
{
	int c = memcmp(e->addr[0], e->addr[1], size);
	const union addr *a = e->addr[0];
	uint16_t p = e->port[0];

	if (e->one_way || c < 0 || (c == 0 && e->port[0] < e->port[1]))
		return;
	e->addr[0] = e->addr[1];
	e->addr[1] = a;
	e->port[0] = e->port[1];
	e->port[1] = p;
}

/* RFC 4648; SHA1_SIZE bytes end with one '='. */
static void
base64(const uint8_t d[SHA1_SIZE], char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < SHA1_SIZE; i += 3) {
		bool last = i + 2 == SHA1_SIZE;
		uint32_t v = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 |
		    (last ? 0 : d[i + 2]);

		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = digits[v >> 6 & 63];
		*out++ = last ? '=' : digits[v & 63];
	}
	*out = '\0';
}

void
community_id(const struct flow_key *k, char out[COMMUNITY_ID_SIZE])
{
	struct ends e = { { &k->src, &k->dst }, { k->sport, k->dport },
	    k->has_ports && (k->proto == IPPROTO_TCP ||
	    k->proto == IPPROTO_UDP || k->proto == IPPROTO_SCTP), false };
	size_t size = k->family == AF_INET6 ? 16 : 4, n = 2;
	uint8_t text[2 + 2 * 16 + 2 + 4] = { 0 }, digest[SHA1_SIZE];

	if (k->is_icmp)
		icmp_ports(k, &e);
	order(&e, size);
	for (unsigned i = 0; i < 2; i++, n += size)
		memcpy(text + n, e.addr[i], size);
	text[n] = k->proto;
	n += 2;
	for (unsigned i = 0; i < 2 && e.has_ports; i++, n += 2)
		put16(text + n, e.port[i]);
	sha1(text, n, digest);
	strcpy(out, "1:");
	base64(digest, out + 2);
}
