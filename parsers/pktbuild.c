/* The bytes of a packet in words. */
#include "parsers/pktspec.h"

#include "model/packet.h"
#include "model/words.h"

#include <netinet/in.h>

struct header { uint8_t *l4; uint32_t len; };

/* SCTP's checksum: CRC32c (RFC 4960 appendix B), stored little-endian. */
static uint32_t
crc32c(const uint8_t *p, uint32_t n)
{
	uint32_t crc = UINT32_MAX;

	while (n-- > 0) {
		crc ^= *p++;
		for (unsigned i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static uint32_t
pseudo(const struct pktspec *p, unsigned proto, uint32_t len)
{
	unsigned n = family_addr_size(p->family);
	uint32_t sum = csum_add(0, p->src.b, n);

	sum = csum_add(sum, p->dst.b, n);
	return sum + proto + (len >> 16) + (len & 0xffff);
}

static void
transport_sum(const struct pktspec *p, unsigned proto, struct header h,
    uint32_t at)
{
	uint16_t sum = csum_fold(csum_add(pseudo(p, proto, h.len), h.l4,
	    h.len));

	put16(h.l4 + at, sum == 0 && proto == IPPROTO_UDP ? 0xffff : sum);
}

static void
ports(const struct pktspec *p, uint8_t *l4)
{
	put16(l4, p->sport);
	put16(l4 + 2, p->dport);
}

/* A SYN that is longer than its header and has no data has options. */
static uint32_t
tcp_padding(const struct pktspec *p, uint32_t head, uint32_t len)
{
	uint32_t n = len > head ? len - head : 0;

	return (p->tcp_flags & TCPF_SYN) && p->payload_len == 0 &&
	    n % 4 == 0 && head + n <= 60 ? n : 0;
}

static uint32_t
tcp_header(const struct pktspec *p)
{
	return p->has & SPEC_MSS ? 24 : 20;
}

static void
tcp(const struct pktspec *p, struct header h)
{
	uint32_t head = tcp_header(p), pad = tcp_padding(p, head, h.len);

	ports(p, h.l4);
	put32(h.l4 + 4, p->seq);
	put32(h.l4 + 8, p->ack);
	h.l4[12] = (uint8_t)((head + pad) / 4 << 4);
	h.l4[13] = p->tcp_flags;
	put16(h.l4 + 14, p->window);
	if (p->has & SPEC_MSS) {
		h.l4[20] = 2;
		h.l4[21] = 4;
		put16(h.l4 + 22, p->mss);
	}
	memset(h.l4 + head, 1, pad);	/* no-operation */
	transport_sum(p, IPPROTO_TCP, h, 16);
}

static void
udp(const struct pktspec *p, struct header h)
{
	ports(p, h.l4);
	put16(h.l4 + 4, h.len);
	transport_sum(p, IPPROTO_UDP, h, 6);
}

static void
udplite(const struct pktspec *p, struct header h)
{
	ports(p, h.l4);			/* coverage 0: all of it */
	transport_sum(p, IPPROTO_UDPLITE, h, 6);
}

/* An INIT chunk: what opens an association. */
static void
sctp(const struct pktspec *p, struct header h)
{
	uint32_t crc;

	ports(p, h.l4);
	h.l4[12] = 1;
	put16(h.l4 + 14, 20);
	put32(h.l4 + 16, 1);		/* initiate tag */
	put32(h.l4 + 20, 65535);
	put16(h.l4 + 24, 10);
	put16(h.l4 + 26, 10);
	put32(h.l4 + 28, 1);
	crc = crc32c(h.l4, h.len);
	for (unsigned i = 0; i < 4; i++)
		h.l4[8 + i] = (uint8_t)(crc >> 8 * i);
}

/* A DCCP-Request with long sequence numbers. */
static void
dccp(const struct pktspec *p, struct header h)
{
	ports(p, h.l4);
	h.l4[4] = 5;
	h.l4[8] = 1;
	transport_sum(p, IPPROTO_DCCP, h, 6);
}

static void
gre(const struct pktspec *p, struct header h)
{
	put16(h.l4 + 2, p->family == AF_INET6 ? 0x86dd : 0x0800);
}

static void
esp(const struct pktspec *p, struct header h)
{
	put32(h.l4, p->spi);
	put32(h.l4 + 4, 1);
}

static void
ah(const struct pktspec *p, struct header h)
{
	h.l4[0] = IPPROTO_NONE;
	h.l4[1] = 4;			/* 24 bytes, in words less two */
	put32(h.l4 + 4, p->spi);
	put32(h.l4 + 8, 1);
}

/* Deflate, of the well-known parameters. */
static void
ipcomp(const struct pktspec *p, struct header h)
{
	h.l4[0] = p->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	put16(h.l4 + 2, 2);
}

/* A binding refresh request. */
static void
mh(const struct pktspec *p, struct header h)
{
	h.l4[0] = IPPROTO_NONE;
	transport_sum(p, IPPROTO_MH, h, 4);
}

static void
icmp(const struct pktspec *p, struct header h)
{
	h.l4[0] = p->icmp_type;
	h.l4[1] = p->icmp_code;
	if (p->inner != NULL || p->info != 0) {
		put32(h.l4 + 4, p->info);
	} else {
		put16(h.l4 + 4, p->echo_id);
		put16(h.l4 + 6, p->echo_seq);
	}
	if (p->proto == IPPROTO_ICMPV6)
		transport_sum(p, IPPROTO_ICMPV6, h, 2);
	else
		put16(h.l4 + 2, csum_fold(csum_add(0, h.l4, h.len)));
}

static const struct builder {
	uint8_t proto, size, least;	/* least: its fixed part */
	void (*fill)(const struct pktspec *, struct header);
} builders[] = {
	{ IPPROTO_TCP, 20, 20, tcp }, { IPPROTO_UDP, 8, 8, udp },
	{ IPPROTO_UDPLITE, 8, 8, udplite }, { IPPROTO_SCTP, 32, 12, sctp },
	{ IPPROTO_DCCP, 20, 16, dccp }, { IPPROTO_ICMP, 8, 8, icmp },
	{ IPPROTO_ICMPV6, 8, 8, icmp }, { IPPROTO_GRE, 4, 4, gre },
	{ IPPROTO_ESP, 8, 8, esp }, { IPPROTO_AH, 24, 12, ah },
	{ IPPROTO_COMP, 4, 4, ipcomp }, { IPPROTO_MH, 8, 8, mh },
};

static const struct builder *
builder_of(const struct pktspec *p)
{
	if (p->frag != 0)
		return NULL;		/* a later fragment: only data */
	for (size_t i = 0; i < sizeof(builders) / sizeof(*builders); i++)
		if (builders[i].proto == p->proto)
			return &builders[i];
	return NULL;
}

/* ICMPv6 1..127 and ICMP 3, 4, 5, 11, 12 quote the packet they are about. */
static bool
is_error(const struct pktspec *p)
{
	return p->frag == 0 && ((p->proto == IPPROTO_ICMP &&
	    (p->icmp_type == 3 || p->icmp_type == 4 || p->icmp_type == 5 ||
	    p->icmp_type == 11 || p->icmp_type == 12)) ||
	    (p->proto == IPPROTO_ICMPV6 && p->icmp_type < 128));
}

/* An error that was not told what it is about: a UDP packet of the one that
 * gets it. */
static void
usual_inner(const struct pktspec *p, struct pktspec *inner)
{
	*inner = (struct pktspec){ .family = p->family, .proto = IPPROTO_UDP,
	    .src = p->dst, .dst = p->src, .sport = 49152, .dport = 33434,
	    .ttl = 1, .count = 1 };
}

static void
ip4(const struct pktspec *p, uint8_t *ip, uint32_t len)
{
	ip[0] = 0x45;
	ip[1] = p->tos;
	put16(ip + 2, len);
	put16(ip + 4, p->id);
	put16(ip + 6, (p->df ? 0x4000u : 0) | (p->mf ? 0x2000u : 0) |
	    p->frag / 8);
	ip[8] = p->ttl;
	ip[9] = p->proto;
	memcpy(ip + 12, p->src.b, 4);
	memcpy(ip + 16, p->dst.b, 4);
	ip_csum_set(ip);
}

static void
ip6(const struct pktspec *p, uint8_t *ip, uint32_t len, bool fragment)
{
	put32(ip, 6u << 28 | (uint32_t)p->tos << 20);
	put16(ip + 4, len - 40);
	ip[6] = fragment ? IPPROTO_FRAGMENT : p->proto;
	ip[7] = p->ttl;
	memcpy(ip + 8, p->src.b, 16);
	memcpy(ip + 24, p->dst.b, 16);
	if (fragment) {
		ip[40] = p->proto;
		put16(ip + 42, p->frag | (p->mf ? 1u : 0));
		put32(ip + 44, p->id);
	}
}

static bool
has_fragment_header(const struct pktspec *p)
{
	return p->family == AF_INET6 && (p->frag != 0 || p->mf);
}

static uint32_t
ip_header(const struct pktspec *p)
{
	return p->family == AF_INET ? 20 : has_fragment_header(p) ? 48 : 40;
}

uint32_t
pktspec_header(const struct pktspec *p, bool all)
{
	const struct builder *b = builder_of(p);

	if (!all)
		return ip_header(p);
	return ip_header(p) + (b == NULL ? p->payload_len :
	    p->proto == IPPROTO_TCP ? tcp_header(p) : b->least);
}

static uint8_t *
build(const struct pktspec *p, struct arena *arena, uint32_t *len, bool whole)
{
	uint32_t l3 = ip_header(p);
	const struct builder *b = builder_of(p);
	uint32_t head = b == NULL ? 0 : p->proto == IPPROTO_TCP ?
	    tcp_header(p) : b->size, quoted = 0, room;
	struct pktspec usual;
	const uint8_t *inner = NULL;
	uint8_t *data;

	if (whole && is_error(p)) {
		const struct pktspec *about = p->inner;

		if (about == NULL) {
			usual_inner(p, &usual);
			about = &usual;
		}
		inner = build(about, arena, &quoted, false);
	}
	room = l3 + head + quoted + p->payload_len;
	*len = p->length == 0 ? room : p->length < l3 ? l3 : p->length;
	if (*len > 65535 + (l3 - 20))
		*len = 65535;
	data = arena_alloc(arena, (*len > room ? *len : room) + 64);
	if (quoted != 0)
		memcpy(data + l3 + head, inner, quoted);
	if (p->payload_len != 0 && l3 + head + quoted + p->payload_len <= *len)
		memcpy(data + l3 + head + quoted, p->payload, p->payload_len);
	if (b != NULL)
		b->fill(p, (struct header){ data + l3, *len - l3 });
	if (p->family == AF_INET)
		ip4(p, data, *len);
	else
		ip6(p, data, *len, has_fragment_header(p));
	return data;
}

uint8_t *
pktspec_build(const struct pktspec *p, struct arena *arena, uint32_t *len)
{
	return build(p, arena, len, true);
}

bool
pktspec_read(const uint8_t *l3, uint32_t have, struct pktspec *p)
{
	struct flow_key k;
	struct packet pkt = { .data = (uint8_t *)(uintptr_t)l3,
	    .len = have, .have = have };
	const uint8_t *l4;

	if (!flow_key_read(&k, l3, have) || k.fragment)
		return false;
	pkt.family = k.family;
	pkt_decode(&pkt);
	*p = (struct pktspec){ .has = SPEC_SRC | SPEC_DST | SPEC_PROTO,
	    .family = k.family, .proto = k.proto, .src = k.src, .dst = k.dst,
	    .window = 64240, .count = 1,
	    .ttl = k.family == AF_INET ? l3[8] : l3[7],
	    .tos = k.family == AF_INET ? l3[1] : 0 };
	if (k.has_ports) {
		p->sport = k.sport;
		p->dport = k.dport;
		p->has |= SPEC_SPORT | SPEC_DPORT;
	}
	l4 = pkt_at(&pkt, pkt.l4, k.proto == IPPROTO_TCP ? 20 : 8, NULL);
	if (l4 == NULL)
		return !k.is_icmp && k.proto != IPPROTO_TCP;
	if (k.proto == IPPROTO_TCP) {
		p->seq = get32(l4 + 4);
		p->ack = get32(l4 + 8);
		p->tcp_flags = l4[13];
		p->has |= SPEC_FLAGS | SPEC_SEQ | SPEC_ACK;
		p->payload_len = pkt.len - pkt.l4 > (l4[12] >> 4) * 4u ?
		    pkt.len - pkt.l4 - (l4[12] >> 4) * 4u : 0;
		p->payload = l4 + (l4[12] >> 4) * 4;
	} else if (k.is_icmp) {
		p->icmp_type = l4[0];
		p->icmp_code = l4[1];
		p->echo_id = get16(l4 + 4);
		p->echo_seq = get16(l4 + 6);
		p->has |= SPEC_ICMP;
	}
	return true;
}
