/* Translating the bytes of packets: nf_nat_proto.c.
 *
 * Checksums are updated from what changed, as the kernel does, so that a
 * wrong one stays wrong; a checksum that was left to the hardware (it has
 * just the sum of the pseudo-header) is kept up to date as one. */
#include "sim/internal.h"

#include <netinet/in.h>

#include "base/crc32c.h"

/* An IP header in the packet (the packet's own, or one that an ICMP error
 * quotes), and what it is to become. */
struct manip {
	struct packet *pkt;
	uint32_t l3, l4;
	int family;
	enum nat_manip manip;
	const struct tuple *to;		/* ports, and proto, count from here */
	bool partial;			/* checksum left to the hardware */
};

static uint8_t *
addr_at(const struct manip *m)
{
	uint8_t *ip = m->pkt->data + m->l3;

	if (m->family == AF_INET)
		return ip + (m->manip == NAT_SRC ? 12 : 16);
	return ip + (m->manip == NAT_SRC ? 8 : 24);
}

static const uint8_t *
new_addr(const struct manip *m)
{
	return m->manip == NAT_SRC ? m->to->src.b : m->to->dst.b;
}

static bool
has(const struct manip *m, uint32_t off, uint32_t n)
{
	return off <= m->pkt->len && n <= m->pkt->len - off;
}

/* The pseudo-header's address changed: nf_csum_update. */
static void
csum_addr(const struct manip *m, uint8_t *sum)
{
	size_t n = family_addr_size(m->family);
	const uint8_t *old = addr_at(m), *new = new_addr(m);

	if (!m->partial) {
		csum_update(sum, old, new, n);
		return;
	}
	/* Not complemented: csum_update works on the complement. */
	put16(sum, get16(sum) ^ 0xffff);
	csum_update(sum, old, new, n);
	put16(sum, get16(sum) ^ 0xffff);
}

/* inet_proto_csum_replace2 works on 32 bits. */
static void
csum_port(const struct manip *m, uint8_t *sum, const uint8_t old[2],
    const uint8_t new[2])
{
	uint8_t a[4] = { old[0], old[1] }, b[4] = { new[0], new[1] };

	if (!m->partial)
		csum_update(sum, a, b, 4);
}

static void
put_port(const struct manip *m, uint8_t *l4, uint8_t *sum)
{
	uint8_t *at = l4 + (m->manip == NAT_SRC ? 0 : 2), new[2];

	memcpy(new, m->manip == NAT_SRC ? (const void *)&m->to->sport :
	    (const void *)&m->to->dport, 2);
	if (sum != NULL)
		csum_port(m, sum, at, new);
	memcpy(at, new, 2);
}

/* Of the quoted header only eight bytes need be there. */
static bool
manip_tcp(const struct manip *m)
{
	uint8_t *l4 = m->pkt->data + m->l4;

	if (!has(m, m->l4, 8))
		return false;
	if (!has(m, m->l4, 20)) {
		put_port(m, l4, NULL);
		return true;
	}
	csum_addr(m, l4 + 16);
	put_port(m, l4, l4 + 16);
	return true;
}

static bool
manip_udp(const struct manip *m)
{
	uint8_t *l4 = m->pkt->data + m->l4;

	if (!has(m, m->l4, 8))
		return false;
	if (m->to->proto == IPPROTO_UDP && get16(l4 + 6) == 0) {
		put_port(m, l4, NULL);
		return true;
	}
	csum_addr(m, l4 + 6);
	put_port(m, l4, l4 + 6);
	if (get16(l4 + 6) == 0)
		put16(l4 + 6, 0xffff);
	return true;
}

static bool
manip_sctp(const struct manip *m)
{
	static const uint8_t zero[4];
	uint8_t *l4 = m->pkt->data + m->l4;
	uint32_t crc;

	if (!has(m, m->l4, 8))
		return false;
	put_port(m, l4, NULL);
	if (!has(m, m->l4, 12))
		return true;
	crc = crc32c(~UINT32_C(0), l4, 8);
	crc = crc32c(crc, zero, 4);
	crc = ~crc32c(crc, l4 + 12, m->pkt->len - m->l4 - 12);
	for (int i = 0; i < 4; i++)
		l4[8 + i] = (uint8_t)(crc >> 8 * i);
	return true;
}

static void
put_id(const struct manip *m, uint8_t *l4)
{
	uint8_t new[2];

	memcpy(new, &m->to->id, 2);
	csum_port(m, l4 + 2, l4 + 4, new);
	memcpy(l4 + 4, new, 2);
}

static bool
manip_icmp(const struct manip *m)
{
	/* Echo, timestamp, information, address mask: both ways. */
	const uint32_t with_id = 1 << 0 | 1 << 8 | 0x3f << 13;
	uint8_t *l4 = m->pkt->data + m->l4;

	if (!has(m, m->l4, 8))
		return false;
	if (l4[0] <= 18 && with_id >> l4[0] & 1)
		put_id(m, l4);
	return true;
}

static bool
manip_icmp6(const struct manip *m)
{
	uint8_t *l4 = m->pkt->data + m->l4;

	if (!has(m, m->l4, 8))
		return false;
	csum_addr(m, l4 + 2);
	if (l4[0] == 128 || l4[0] == 129)
		put_id(m, l4);
	return true;
}

/* Version 1 has a call id; the source key is not in the packet. */
static bool
manip_gre(const struct manip *m)
{
	uint8_t *l4 = m->pkt->data + m->l4;

	if (!has(m, m->l4, 8))
		return false;
	if (m->manip == NAT_SRC)
		return true;
	if ((l4[1] & 7) > 1)
		return false;
	if ((l4[1] & 7) == 1)
		memcpy(l4 + 6, &m->to->dstkey, 2);
	return true;
}

/* l4proto_manip_pkt: other protocols are left alone. */
static bool
manip_l4(const struct manip *m)
{
	switch (m->to->proto) {
	case IPPROTO_TCP:
		return manip_tcp(m);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return manip_udp(m);
	case IPPROTO_SCTP:
		return manip_sctp(m);
	case IPPROTO_ICMP:
		return manip_icmp(m);
	case IPPROTO_ICMPV6:
		return manip_icmp6(m);
	case IPPROTO_GRE:
		return manip_gre(m);
	default:
		return true;
	}
}

/* Finds the quoted or own L4 header; false: there is none, only the address
 * changes (IPv6 header chains). */
static bool
find_l4(struct manip *m)
{
	struct tuple t;

	if (m->l3 == 0) {
		m->l4 = m->pkt->l4;
		return !m->pkt->proto_bad && m->pkt->frag == 0;
	}
	if (m->family == AF_INET) {
		m->l4 = m->l3 + (m->pkt->data[m->l3] & 15u) * 4;
		return true;
	}
	return ct_tuple_quoted(m->pkt, m->l3, m->family, &t, &m->l4);
}

/* nf_nat_ipv4_manip_pkt, nf_nat_ipv6_manip_pkt. */
static bool
manip_packet(struct manip *m)
{
	size_t n = family_addr_size(m->family);
	uint8_t *ip = m->pkt->data + m->l3;

	if (!has(m, m->l3, m->family == AF_INET ? 20 : 40))
		return false;
	if (find_l4(m) && !manip_l4(m))
		return false;
	if (m->family == AF_INET)
		csum_update(ip + 10, addr_at(m), new_addr(m), n);
	memcpy(addr_at(m), new_addr(m), n);
	return true;
}

bool
nat_is_partial(const struct packet *p)
{
	uint32_t off = p->proto == IPPROTO_TCP ? 16 : 6, len, sum;

	if ((p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP) ||
	    p->frag != 0 || p->more_frags || p->l4 > p->len)
		return false;
	len = p->len - p->l4;
	if (len < off + 2 || p->have < p->l4 + off + 2)
		return false;
	sum = csum_pseudo(p, p->proto, len);
	if (csum_fold(sum) + get16(p->data + p->l4 + off) != 0xffff)
		return false;
	/* By chance a whole one may look the same. */
	return p->have < p->len ||
	    csum_fold(csum_add(sum, p->data + p->l4, len)) != 0;
}

bool
nat_rewrite(struct packet *p, const struct ct *ct, enum nat_manip manip,
    enum ct_dir dir)
{
	struct tuple to;
	struct manip m = { .pkt = p, .family = p->family, .manip = manip,
	    .to = &to };

	tuple_invert(&to, &ct->tuple[!dir]);
	m.partial = nat_is_partial(p);
	return manip_packet(&m);
}

/* ---- ICMP errors ---- */

static uint32_t
icmp_pseudo(const struct packet *p, uint32_t len)
{
	return p->family == AF_INET ? 0 : csum_pseudo(p, IPPROTO_ICMPV6, len);
}

static bool
icmp_csum_ok(struct packet *p)
{
	uint32_t len = p->len - p->l4;

	if (p->trust == CSUM_TRUST || p->have < p->len)
		return true;
	if (csum_fold(csum_add(icmp_pseudo(p, len), p->data + p->l4,
	    len)) != 0)
		return false;
	p->trust = CSUM_TRUST;		/* skb->csum_valid */
	return true;
}

enum { QUOTED = 128 };			/* headers within, at most */

/* The quoted packet changed.  What of it a capture lacks cannot be summed:
 * then the change counts. */
static void
icmp_csum_redo(struct packet *p, const uint8_t *before, uint32_t n)
{
	uint8_t *icmp = p->data + p->l4;
	uint32_t len = p->len - p->l4;

	if (p->have < p->len) {
		csum_update(icmp + 2, before, icmp + 8, n & ~1u);
		return;
	}
	put16(icmp + 2, 0);
	put16(icmp + 2, csum_fold(csum_add(icmp_pseudo(p, len), icmp, len)));
}

static bool
is_redirect(const struct packet *p)
{
	return p->data[p->l4] == (p->family == AF_INET ? 5 : 137);
}

bool
nat_rewrite_error(struct packet *p, const struct ct *ct,
    enum nat_manip manip, enum ct_dir dir)
{
	const uint32_t done = CTS_SRC_NAT_DONE | CTS_DST_NAT_DONE;
	uint8_t before[QUOTED];
	struct tuple to;
	struct manip m = { .pkt = p, .l3 = p->l4 + 8u, .family = p->family,
	    .to = &ct->tuple[!dir],
	    .manip = manip == NAT_SRC ? NAT_DST : NAT_SRC };
	uint32_t n;

	if (!has(&m, p->l4, p->family == AF_INET ? 28 : 48) ||
	    !icmp_csum_ok(p))
		return false;
	if (is_redirect(p) && ((ct->status & done) != done ||
	    ct->status & (CTS_SRC_NAT | CTS_DST_NAT)))
		return false;
	if (!(ct->status & nat_bit(manip, dir)))
		return true;
	n = p->len - m.l3 < QUOTED ? p->len - m.l3 : QUOTED;
	memcpy(before, p->data + m.l3, n);
	if (!manip_packet(&m))
		return false;
	icmp_csum_redo(p, before, n);
	tuple_invert(&to, &ct->tuple[!dir]);
	to.proto = p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	m = (struct manip){ .pkt = p, .family = p->family, .manip = manip,
	    .to = &to };
	return manip_packet(&m);
}
