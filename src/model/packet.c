/* Decoding and checksums. */
#include "model/packet.h"

#include <netinet/in.h>

enum {
	IP4_HEADER = 20, IP4_MF = 0x2000, IP4_OFFSET = 0x1fff,
	IP6_HEADER = 40, IP6_OFFSET = 0xfff8, IP6_MF = 1
};

static void
decode4(struct packet *p)
{
	uint16_t off;

	p->l4 = IP4_HEADER;
	p->proto = 0;
	p->proto_cut = p->have < IP4_HEADER;
	if (p->proto_cut)
		return;
	off = get16(p->data + 6);
	p->l4 = (uint16_t)((p->data[0] & 0xf) * 4);
	p->frag = off & IP4_OFFSET;
	p->more_frags = off & IP4_MF;
	p->proto = p->data[9];
}

/* ipv6_ext_hdr: what the kernel knows how to skip. */
static bool
is_extension(unsigned proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	    proto == IPPROTO_FRAGMENT || proto == IPPROTO_AH ||
	    proto == IPPROTO_NONE || proto == IPPROTO_DSTOPTS;
}

struct walk {
	const struct packet *packet;
	int target;
	uint32_t off;
	uint8_t proto;
	uint16_t frag;
	bool more;
	bool done;			/* found before the end of it */
};

/* One header: leaves 'off' and 'proto' at the next one, or sets 'done'. */
static enum pkt_found
step(struct walk *w)
{
	bool found = w->proto == w->target;
	unsigned n = w->proto == IPPROTO_FRAGMENT ? 4 :
	    w->proto == IPPROTO_ROUTING ? 4 : 2;
	const uint8_t *h;
	bool cut;
	uint32_t size;

	h = pkt_at(w->packet, w->off, n, &cut);
	if (h == NULL)
		return cut ? PKT_CUT : PKT_BROKEN;
	size = (h[1] + 1U) * 8;
	if (w->proto == IPPROTO_AH)
		size = (h[1] + 2U) * 4;
	if (w->proto == IPPROTO_FRAGMENT) {
		uint16_t field = get16(h + 2);

		size = 8;
		w->more = field & IP6_MF;
		if (field & IP6_OFFSET) {
			bool last = !is_extension(h[0]) || h[0] == IPPROTO_NONE;

			if (w->target < 0 ? !last : !found)
				return PKT_ABSENT;
			w->frag = field & IP6_OFFSET;
			if (w->target < 0) {
				w->proto = h[0];
				w->off = 0;
			}
			w->done = true;
			return PKT_FOUND;
		}
	}
	if (found) {
		w->done = true;
	} else {
		w->proto = h[0];
		w->off += size;
	}
	return PKT_FOUND;
}

static enum pkt_found
walk(struct walk *w)
{
	const uint8_t *ip = pkt_at(w->packet, 0, IP6_HEADER, NULL);
	enum pkt_found found;

	if (ip == NULL)
		return w->packet->have < w->packet->len ? PKT_CUT : PKT_BROKEN;
	w->proto = ip[6];
	w->off = IP6_HEADER;
	while (!w->done) {
		if (!is_extension(w->proto) || w->proto == IPPROTO_NONE)
			return w->target < 0 || w->proto == w->target ?
			    PKT_FOUND : PKT_ABSENT;
		found = step(w);
		if (found != PKT_FOUND)
			return found;
	}
	return PKT_FOUND;
}

enum pkt_found
pkt_find_header(const struct packet *p, int target, uint32_t *off,
    uint8_t *proto, uint16_t *frag)
{
	struct walk w = { .packet = p, .target = target };
	enum pkt_found found = walk(&w);

	if (off != NULL)
		*off = found == PKT_FOUND ? w.off : 0;
	if (proto != NULL)
		*proto = w.proto;
	if (frag != NULL)
		*frag = w.frag;
	return found;
}

static void
decode6(struct packet *p)
{
	struct walk w = { .packet = p, .target = -1 };
	enum pkt_found found = walk(&w);

	p->proto = w.proto;
	p->l4 = w.off > UINT16_MAX ? UINT16_MAX : (uint16_t)w.off;
	p->frag = w.frag;
	p->more_frags = w.more;
	p->proto_cut = found == PKT_CUT;
	p->proto_bad = found == PKT_ABSENT || found == PKT_BROKEN;
}

bool
pkt_open(struct packet *p, const uint8_t *l3, uint32_t have)
{
	*p = (struct packet){ .data = (uint8_t *)(uintptr_t)l3,
	    .len = have < UINT16_MAX ? UINT16_MAX : have, .have = have };
	if (have >= 20 && l3[0] >> 4 == 4)
		p->family = AF_INET;
	else if (have >= 40 && l3[0] >> 4 == 6)
		p->family = AF_INET6;
	else
		return false;
	return true;
}

void
pkt_decode(struct packet *p)
{
	p->frag = 0;
	p->more_frags = false;
	p->proto_bad = false;
	p->family = p->have > 0 && p->data[0] >> 4 == 6 ? AF_INET6 : AF_INET;
	if (p->family == AF_INET)
		decode4(p);
	else
		decode6(p);
}

const uint8_t *
pkt_at(const struct packet *p, uint32_t off, uint32_t n, bool *cut)
{
	bool there = off <= p->len && n <= p->len - off;
	bool known = off <= p->have && n <= p->have - off;

	if (cut != NULL)
		*cut = there && !known;
	return there && known ? p->data + off : NULL;
}

static void
address(const struct packet *p, union addr *addr, unsigned off4,
    unsigned off6)
{
	memset(addr, 0, sizeof(*addr));
	if (p->family == AF_INET) {
		if (p->have >= off4 + 4)
			memcpy(addr->b, p->data + off4, 4);
	} else if (p->have >= off6 + 16) {
		memcpy(addr->b, p->data + off6, 16);
	}
}

void
pkt_src(const struct packet *p, union addr *addr)
{
	address(p, addr, 12, 8);
}

void
pkt_dst(const struct packet *p, union addr *addr)
{
	address(p, addr, 16, 24);
}

enum pkt_type
pkt_type_seen(const struct packet *p)
{
	union addr dst;

	if (p->type != PKT_LOOPBACK)
		return (enum pkt_type)p->type;
	pkt_dst(p, &dst);
	return p->family == AF_INET6 || addr4_is_multicast(&dst) ?
	    PKT_MULTICAST : PKT_BROADCAST;
}

bool
pkt_has_socket(const struct packet *p)
{
	unsigned icmp = p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	return p->local && !p->no_socket &&
	    (!p->kernel_made || p->proto == icmp);
}

int
tcp_mss(const uint8_t *op, unsigned n)
{
	enum { KIND = 2, SIZE = 4 };
	unsigned i = 0;

	while (i < n) {
		if (op[i] == KIND && n - i >= SIZE && op[i + 1] == SIZE)
			return get16(op + i + 2);
		if (op[i] < 2 || i + 1 >= n || op[i + 1] == 0)
			i++;
		else
			i += op[i + 1];
	}
	return -1;
}

uint32_t
csum_add(uint32_t sum, const uint8_t *p, size_t n)
{
	uint64_t wide = sum;

	/* 2^16 is 1 modulo 2^16 - 1: 32-bit words give the same sum. */
	for (; n >= 16; n -= 16, p += 16)
		wide += (uint64_t)get32(p) + get32(p + 4) + get32(p + 8) +
		    get32(p + 12);
	for (; n > 1; n -= 2, p += 2)
		wide += get16(p);
	if (n > 0)
		wide += (uint32_t)*p << 8;
	while (wide > UINT32_MAX)
		wide = (wide & UINT32_MAX) + (wide >> 32);
	return (uint32_t)wide;
}

uint16_t
csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint32_t
csum_pseudo(const struct packet *p, unsigned proto, uint32_t l4_len)
{
	uint32_t sum = (l4_len >> 16) + (l4_len & 0xffff) + proto;

	if (p->family == AF_INET)
		return p->have < IP4_HEADER ? sum :
		    csum_add(sum, p->data + 12, 8);
	return p->have < IP6_HEADER ? sum : csum_add(sum, p->data + 8, 32);
}

void
csum_update(uint8_t *sum, const uint8_t *old, const uint8_t *new, size_t n)
{
	/* csum_replace4 works on 32 bits that are never all zero, and so
	 * never makes 0xffff; csum_replace2 on 16 bits. */
	uint32_t acc = (n > 2 ? 0xffff0000U : 0) | (0xffffU ^ get16(sum));
	uint64_t wide = acc;
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		wide += (0xffffU ^ get16(old + i)) + get16(new + i);
	while (wide > UINT32_MAX)
		wide = (wide & UINT32_MAX) + (wide >> 32);
	put16(sum, csum_fold((uint32_t)wide));
}

void
ip_csum_set(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, csum_fold(csum_add(0, ip, (ip[0] & 0xfU) * 4)));
}
