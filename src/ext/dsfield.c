#include "ext/dsfield.h"

static bool
has_header(const struct packet *p)
{
	return p->have >= (p->family == AF_INET ? 20 : 40);
}

/* Writes byte 'at' of the IPv4 header's even-numbered pair. */
static void
set4(uint8_t *ip, unsigned at, uint8_t value)
{
	uint8_t old[2];

	memcpy(old, ip + (at & ~1u), 2);
	ip[at] = value;
	csum_update(ip + 10, old, ip + (at & ~1u), 2);
}

uint8_t
pkt_tos(const struct packet *p)
{
	if (!has_header(p))
		return 0;
	return p->family == AF_INET ? p->data[1] :
	    (uint8_t)(get16(p->data) >> 4);
}

void
pkt_set_tos(struct packet *p, uint8_t tos)
{
	if (!has_header(p))
		return;
	if (p->family == AF_INET)
		set4(p->data, 1, tos);
	else
		put16(p->data, (get16(p->data) & 0xf00fu) |
		    (unsigned)tos << 4);
}

uint8_t
pkt_ttl(const struct packet *p)
{
	if (!has_header(p))
		return 0;
	return p->data[p->family == AF_INET ? 8 : 7];
}

void
pkt_set_ttl(struct packet *p, uint8_t ttl)
{
	if (!has_header(p) || pkt_ttl(p) == ttl)
		return;
	if (p->family == AF_INET)
		set4(p->data, 8, ttl);
	else
		p->data[7] = ttl;
}
