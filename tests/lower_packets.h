/* Packets of few values, for tests/lower_test.c: so few that rules made of the
 * same values match some of them. */
#ifndef TESTS_LOWER_PACKETS_H
#define TESTS_LOWER_PACKETS_H

#include "model/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* ---- chance ---- */

static uint64_t seed;

static inline unsigned
below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % n;
}

#define ANY(of)	((of)[below(sizeof(of) / sizeof((of)[0]))])

/* ---- packets ---- */

struct devices { const struct iface *devs[5], *ports[3]; };

enum { N_PACKETS = 6000, MAX_SIZE = 160 };

struct frame_of {
	struct packet p;
	uint8_t bytes[MAX_SIZE], ether[14];
	struct ct ct;
};

static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE,
    IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_ESP,
    IPPROTO_AH, IPPROTO_GRE, IPPROTO_NONE, IPPROTO_TCP, IPPROTO_UDP };
static const uint16_t port_pool[] = { 0, 79, 80, 80, 80, 81, 443, 65535 };

static inline void
random_addr(int family, uint8_t *to)
{
	static const char *const v4[] = { "192.0.2.0", "192.0.2.1",
	    "192.0.2.2", "192.0.2.3", "192.0.2.255", "10.0.0.0", "10.0.0.1",
	    "10.0.0.2", "10.0.0.9", "10.1.2.3", "127.0.0.1", "127.9.9.9",
	    "0.0.0.0", "0.0.0.1", "224.0.0.1", "239.255.255.255",
	    "255.255.255.255", "203.0.113.1" };
	static const char *const often4[] = { "192.0.2.1", "10.0.0.1" };
	static const char *const often6[] = { "2001:db8::1", "2001:db8::2" };
	static const char *const v6[] = { "::", "::1", "::2", "2001:db8::",
	    "2001:db8::1", "2001:db8::2", "2001:db8::ffff", "2001:db8:1::1",
	    "2001:db8:1::2", "2001:db8:ffff::1", "fe80::1", "ff02::1",
	    "::ffff:192.0.2.1", "ffff::", "3000::" };
	const char *addr = family == AF_INET ? ANY(v4) : ANY(v6);

	if (below(2) == 0)
		addr = family == AF_INET ? ANY(often4) : ANY(often6);
	inet_pton(family, addr, to);
}

static inline unsigned
tcp_header(uint8_t *h)
{
	static const uint8_t flags[] = { 0x02, 0x12, 0x10, 0, 0x11, 0xc2,
	    0x40, 0x80, 0xff };
	static const uint8_t options[][8] = {
		{ 2, 4, 2, 24, 1, 1, 1, 0 }, { 1, 1, 2, 4, 5, 0xb4, 0, 0 },
		{ 3, 3, 7, 2, 4, 2, 23, 0 }, { 2, 4, 0xff, 0xff, 9, 2, 1, 1 },
		{ 9, 8, 2, 4, 2, 24, 0, 0 }, { 2, 3, 1, 2, 0, 0, 0, 0 },
	};
	bool with = below(3) != 0;

	h[12] = with ? 0x70 : 0x50;
	h[13] = ANY(flags);
	if (with)
		memcpy(h + 20, ANY(options), 8);
	return with ? 28 : 20;
}

static inline unsigned
sctp_header(uint8_t *h)
{
	unsigned size = 12;

	do {
		h[size] = (uint8_t)below(3);
		h[size + 1] = (uint8_t)below(4);
		put16(h + size + 2, 8);
		size += 8;
	} while (below(3) == 0 && size < 40);
	return size;
}

static inline unsigned
dccp_header(uint8_t *h)
{
	h[4] = 8;
	h[8] = (uint8_t)(below(16) << 1);
	for (unsigned i = 12; i < 32; i++)
		h[i] = (uint8_t)(below(4) == 0 ? 7 : below(2));
	return 32;
}

/* Fills in the header; returns its size. */
static inline unsigned
l4_header(uint8_t proto, uint8_t *h)
{
	static const uint16_t icmps[] = { 0x0800, 0x0801, 0x0000, 0x0300,
	    0x0301, 0x0303, 0x8000, 0x8001, 0x8100, 0x0101, 0x0103, 0xff00 };
	static const uint32_t spis[] = { 0, 99, 100, 101, UINT32_MAX };

	put16(h, ANY(port_pool));
	put16(h + 2, ANY(port_pool));
	switch (proto) {
	case IPPROTO_TCP:
		return tcp_header(h);
	case IPPROTO_SCTP:
		return sctp_header(h);
	case IPPROTO_DCCP:
		return dccp_header(h);
	case IPPROTO_ICMP: case IPPROTO_ICMPV6:
		put16(h, ANY(icmps));
		return 8;
	case IPPROTO_ESP:
		put32(h, ANY(spis));
		return 8;
	case IPPROTO_AH:
		h[0] = IPPROTO_GRE;
		h[1] = 1;
		put32(h + 4, ANY(spis));
		return 20;
	default:
		return 8;
	}
}

static inline uint8_t *
ip4_header(uint8_t *ip, uint8_t proto)
{
	static const uint16_t frags[] = { 0x2000, 0x0001, 0x2002, 0x0003 };
	unsigned words = below(8) == 0 ? 6 : 5;

	ip[0] = (uint8_t)(0x40 | words);
	if (below(5) == 0)
		put16(ip + 6, ANY(frags));
	ip[9] = proto;
	random_addr(AF_INET, ip + 12);
	random_addr(AF_INET, ip + 16);
	if (words == 6)
		memset(ip + 20, 1, 4);
	return ip + words * 4;
}

static inline uint8_t *
ip6_header(uint8_t *ip, uint8_t proto)
{
	static const uint16_t frags[] = { 0x0001, 0x0008, 0x0011, 0x0018 };
	uint8_t *next = ip + 6, *end = ip + 40;

	ip[0] = 0x60;
	random_addr(AF_INET6, ip + 8);
	random_addr(AF_INET6, ip + 24);
	if (below(6) == 0) {
		*next = IPPROTO_HOPOPTS;
		next = end;
		end += 8;
	}
	if (below(5) == 0) {
		*next = IPPROTO_FRAGMENT;
		next = end;
		put16(end + 2, ANY(frags));
		end += 8;
	}
	*next = proto;
	return end;
}

static inline void
random_bytes(struct frame_of *f, int family)
{
	static const uint8_t ttls[] = { 0, 1, 63, 64, 65, 255 };
	static const uint8_t toses[] = { 0, 0x10, 0x08, 0x18, 0xb8, 0xb9, 2,
	    3, 1, 0xfc };
	struct packet *p = &f->p;
	uint8_t *ip = f->bytes, *l4, proto = ANY(protos), tos = ANY(toses);

	l4 = family == AF_INET ? ip4_header(ip, proto) :
	    ip6_header(ip, proto);
	p->data = ip;
	p->len = p->have = (uint32_t)(l4 - ip) + l4_header(proto, l4) +
	    below(3) * 4;
	if (family == AF_INET) {
		ip[1] = tos;
		put16(ip + 2, p->len);
		ip[8] = ANY(ttls);
	} else {
		put16(ip, 0x6000u | (unsigned)tos << 4);
		put16(ip + 4, p->len - 40);
		ip[7] = ANY(ttls);
	}
	pkt_decode(p);
}

static inline void
random_devices(struct frame_of *f, const struct devices *d)
{
	struct packet *p = &f->p;

	p->local = below(2) == 0;
	if (p->local) {
		p->has_owner = true;
		p->uid = below(2) * 1000;
		p->gid = below(2) * 999;
		p->kernel_made = below(4) == 0;
		p->no_socket = below(6) == 0;
	} else {
		p->in = p->rcv = ANY(d->devs);
	}
	if (p->local || below(2) == 0)
		p->out = ANY(d->devs);
	if (!p->local && p->out != NULL && below(3) == 0)
		p->in = NULL;		/* at POSTROUTING */
	if ((p->rcv != NULL && p->rcv->bridge) || below(8) == 0) {
		p->physin = ANY(d->ports);
		p->physout = ANY(d->ports);
	}
	if (p->rcv != NULL && p->rcv->kind == IFK_ETHER) {
		put16(f->ether, 0x0200);
		put16(f->ether + 6, 0x0200);
		f->ether[11] = (uint8_t)(1 + below(3));
		f->ether[5] = (uint8_t)(1 + below(3));
		p->ll = f->ether;
		p->ll_len = 14;
		p->has_mac = true;
	}
}

static inline void
random_connection(struct frame_of *f)
{
	static const uint8_t infos[] = { CTI_ESTABLISHED, CTI_RELATED,
	    CTI_NEW, CTI_ESTABLISHED_REPLY, CTI_RELATED_REPLY };
	static const uint32_t marks[] = { 0, 1, 0x10, 0x11, 0x1010 };
	struct packet *p = &f->p;

	p->mark = ANY(marks);
	p->untracked = below(3) == 0;
	if (below(3) == 0)
		return;
	p->ct = &f->ct;
	p->ctinfo = ANY(infos);
	f->ct.mark = ANY(marks);
	f->ct.status = below(64);
	for (unsigned i = 0; i < 2; i++) {
		struct tuple *t = &f->ct.tuple[i];

		t->family = p->family;
		t->proto = ANY(protos);
		t->sport = htons(ANY(port_pool));
		t->dport = htons(ANY(port_pool));
		random_addr(p->family, t->src.b);
		random_addr(p->family, t->dst.b);
	}
}

static inline struct frame_of *
random_packets(const struct devices *d, int family, bool types)
{
	/* Of IPv6 what is none of the others is unicast. */
	static const uint8_t types_of[2][4] = {
		{ ROUTE_UNICAST, ROUTE_LOCAL, ROUTE_ANYCAST, ROUTE_BLACKHOLE },
		{ ROUTE_UNICAST, ROUTE_LOCAL, ROUTE_ANYCAST,
		    ROUTE_UNREACHABLE },
	};
	struct frame_of *all = mem_alloc(N_PACKETS, sizeof(*all));

	for (unsigned i = 0; i < N_PACKETS; i++) {
		all[i].p.type = (uint8_t)below(PKT_LOOPBACK + 1);
		random_bytes(&all[i], family);
		random_devices(&all[i], d);
		random_connection(&all[i]);
		if (types) {
			all[i].p.src_type = ANY(types_of[family == AF_INET6]);
			all[i].p.dst_type = ANY(types_of[family == AF_INET6]);
		}
	}
	return all;
}

#endif
