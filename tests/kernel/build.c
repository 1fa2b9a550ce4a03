#include "lab.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- Checksums */
static uint32_t
sum_add(const uint8_t *p, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len & 1)
		sum += (uint32_t)(p[len - 1] << 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint16_t
inet_sum(const uint8_t *p, uint32_t len, uint32_t start)
{
	return (uint16_t)~sum_add(p, len, start);
}

static uint32_t
crc32c(const uint8_t *p, uint32_t len)
{
	uint32_t crc = ~0U;
	int k;

	while (len--) {
		crc ^= *p++;
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0);
	}
	return ~crc;
}

/* ---- Writing */
static void
put16(struct sbuf *b, int64_t v)
{
	sbuf_putc(b, (char)(v >> 8));
	sbuf_putc(b, (char)v);
}

static void
put32(struct sbuf *b, int64_t v)
{
	put16(b, v >> 16);
	put16(b, v);
}

static void
set16(struct sbuf *b, size_t at, uint32_t v)
{
	if (at + 2 > b->len)
		return;
	b->text[at] = (char)(v >> 8);
	b->text[at + 1] = (char)v;
}

static int64_t
or(int64_t v, int64_t otherwise)
{
	return v < 0 ? otherwise : v;
}

static uint32_t
pseudo_sum(const struct spec *s, uint32_t len)
{
	uint32_t n = s->family == AF_INET ? 4 : 16;
	uint32_t sum = sum_add(s->src, n, 0);

	sum = sum_add(s->dst, n, sum);
	return sum + (uint32_t)s->proto + (len >> 16) + (len & 0xffff);
}

static void
finish_sum(struct sbuf *b, size_t at, uint32_t start, const struct spec *s)
{
	uint16_t sum;

	set16(b, at, 0);
	sum = inet_sum((const uint8_t *)b->text, (uint32_t)b->len, start);
	if (!sum && s->proto == 17)
		sum = 0xffff;
	if (s->badsum)
		sum ^= 0x5555;
	if (s->sum >= 0)
		sum = (uint16_t)s->sum;
	if (s->nosum)
		sum = 0;
	set16(b, at, sum);
}

static void
put_tcp(struct sbuf *b, const struct spec *s)
{
	uint32_t opts = (s->tcpopt.len + 3) / 4 * 4;
	int64_t doff = or(s->doff, 5 + opts / 4);

	put16(b, s->sport);
	put16(b, s->dport);
	put32(b, or(s->seq, 1000));
	put32(b, or(s->ackno, 0));
	put16(b, doff << 12 | s->res << 9 | s->flags);
	put16(b, or(s->win, 8192));
	put16(b, 0);
	put16(b, s->urgp);
	sbuf_put(b, s->tcpopt.data, s->tcpopt.len);
	sbuf_put(b, "\1\1\1", opts - s->tcpopt.len);
	sbuf_put(b, s->payload.data, s->payload.len);
	finish_sum(b, 16, pseudo_sum(s, (uint32_t)b->len), s);
}

static void
put_udp(struct sbuf *b, const struct spec *s)
{
	uint32_t len = 8 + s->payload.len;

	put16(b, s->sport);
	put16(b, s->dport);
	put16(b, or(s->udplen, s->proto == 136 ? 0 : len));
	put16(b, 0);
	sbuf_put(b, s->payload.data, s->payload.len);
	finish_sum(b, 6, pseudo_sum(s, len), s);
}

static void
put_sctp(struct sbuf *b, const struct spec *s)
{
	uint32_t crc;

	put16(b, s->sport);
	put16(b, s->dport);
	put32(b, or(s->vtag, 0));
	put32(b, 0);
	sbuf_put(b, s->payload.data, s->payload.len);
	crc = crc32c((const uint8_t *)b->text, (uint32_t)b->len);
	if (s->badsum)
		crc ^= 1;
	memcpy(b->text + 8, &crc, 4);	/* least significant byte first */
}

static bool
icmp_has_id(const struct spec *s)
{
	if (s->proto == 58)
		return s->type == 128 || s->type == 129;
	return s->type == 0 || s->type == 8 || (s->type >= 13 && s->type <= 18);
}

static void
put_icmp(struct sbuf *b, const struct spec *s, struct bytes quoted)
{
	sbuf_putc(b, (char)s->type);
	sbuf_putc(b, (char)s->code);
	put16(b, 0);
	if (icmp_has_id(s)) {
		put16(b, or(s->icmpid, 77));
		put16(b, or(s->icmpseq, 1));
	} else {
		put32(b, or(s->word, 0));
	}
	if (s->qlen >= 0 && (uint32_t)s->qlen < quoted.len)
		quoted.len = (uint32_t)s->qlen;
	sbuf_put(b, quoted.data, quoted.len);
	sbuf_put(b, s->payload.data, s->payload.len);
	finish_sum(b, 2, s->proto == 58 ? pseudo_sum(s, (uint32_t)b->len) : 0,
	    s);
}

static void
put_l4(struct sbuf *b, const struct spec *s, struct bytes quoted)
{
	switch (s->proto) {
	case 6:
		put_tcp(b, s);
		break;
	case 17:
	case 136:
		put_udp(b, s);
		break;
	case 132:
		put_sctp(b, s);
		break;
	case 1:
	case 58:
		put_icmp(b, s, quoted);
		break;
	case 33:
		put16(b, s->sport);
		put16(b, s->dport);
		/* FALLTHROUGH */
	default:
		sbuf_put(b, s->payload.data, s->payload.len);
	}
}

static void
put_ipv4(struct sbuf *b, const struct spec *s, const struct sbuf *l4)
{
	uint32_t opts = (s->ipopt.len + 3) / 4 * 4, head = 20 + opts;
	uint32_t sum;

	sbuf_putc(b, (char)(or(s->ver, 4) << 4 | or(s->ihl, head / 4)));
	sbuf_putc(b, (char)or(s->tos, 0));
	put16(b, or(s->totlen, (int64_t)(head + l4->len)));
	put16(b, or(s->id, 0));
	put16(b, s->evil << 15 | s->df << 14 | s->mf << 13 | s->frag);
	sbuf_putc(b, (char)or(s->ttl, 64));
	sbuf_putc(b, (char)or(s->nexthdr, s->proto));
	put16(b, 0);
	sbuf_put(b, s->src, 4);
	sbuf_put(b, s->dst, 4);
	sbuf_put(b, s->ipopt.data, s->ipopt.len);
	sbuf_put(b, "\0\0\0", opts - s->ipopt.len);
	sum = inet_sum((const uint8_t *)b->text, head, 0);
	if (s->badipsum)
		sum ^= 0x1234;
	set16(b, 10, (uint32_t)or(s->ipsum, sum));
	sbuf_put(b, sbuf_text(l4), l4->len);
}

static uint32_t
ext_size(const struct spec *s, unsigned i)
{
	/* A fragment header has 8 bytes; others are padded to 8n. */
	return (s->ext[i].body.len + 1 + 7) / 8 * 8;
}

static void
put_ext(struct sbuf *b, const struct spec *s, unsigned i)
{
	uint32_t size = ext_size(s, i);
	uint8_t next = (uint8_t)(i + 1 < s->n_ext ? s->ext[i + 1].type :
	    or(s->nexthdr, s->proto));

	sbuf_putc(b, (char)next);
	sbuf_put(b, s->ext[i].body.data, s->ext[i].body.len);
	for (size -= s->ext[i].body.len + 1; size; size--)
		sbuf_putc(b, 0);
}

static void
put_ipv6(struct sbuf *b, const struct spec *s, const struct sbuf *l4)
{
	size_t exts = 0;
	unsigned i;

	for (i = 0; i < s->n_ext; i++)
		exts += ext_size(s, i);
	put32(b, or(s->ver, 6) << 28 | or(s->tos, 0) << 20 | or(s->flow, 0));
	put16(b, or(s->plen, (int64_t)(exts + l4->len)));
	sbuf_putc(b, (char)(s->n_ext ? s->ext[0].type :
	    or(s->nexthdr, s->proto)));
	sbuf_putc(b, (char)or(s->ttl, 64));
	sbuf_put(b, s->src, 16);
	sbuf_put(b, s->dst, 16);
	for (i = 0; i < s->n_ext; i++)
		put_ext(b, s, i);
	sbuf_put(b, sbuf_text(l4), l4->len);
}

static void
cut_to(struct sbuf *b, const struct spec *s)
{
	uint32_t len = (uint32_t)s->cut;

	if (b->len <= len || len < (s->family == AF_INET ? 20 : 40))
		return;
	sbuf_cut(b, len);
	if (s->family == AF_INET) {
		size_t head = (size_t)(b->text[0] & 15) * 4;

		set16(b, 2, len);
		set16(b, 10, 0);
		set16(b, 10, inet_sum((const uint8_t *)b->text,
		    (uint32_t)(head < len ? head : len), 0));
	} else {
		set16(b, 4, len - 40);
	}
}

struct bytes
build_packet(const struct spec *s, struct bytes quoted, struct arena *arena)
{
	struct sbuf l4 = SBUF_INIT, b = SBUF_INIT;
	struct bytes out;

	if (s->kind == SPEC_HEX)
		return s->raw;
	put_l4(&l4, s, quoted);
	if (s->family == AF_INET)
		put_ipv4(&b, s, &l4);
	else
		put_ipv6(&b, s, &l4);
	if (s->cut >= 0)
		cut_to(&b, s);
	out.len = (uint32_t)b.len;
	out.data = arena_copy(arena, b.text, b.len);
	sbuf_free(&l4);
	sbuf_free(&b);
	return out;
}

static struct bytes
fragment4(const struct bytes *l3, uint32_t at, uint32_t len, bool more,
    struct arena *arena)
{
	uint32_t head = (l3->data[0] & 15) * 4U;
	struct bytes f = { arena_alloc(arena, head + len), head + len };
	uint32_t field;

	memcpy(f.data, l3->data, head);
	memcpy(f.data + head, l3->data + head + at, len);
	field = (uint32_t)(f.data[6] << 8 | f.data[7]) + at / 8;
	if (more)
		field |= 0x2000;
	f.data[2] = (uint8_t)(f.len >> 8);
	f.data[3] = (uint8_t)f.len;
	f.data[6] = (uint8_t)(field >> 8);
	f.data[7] = (uint8_t)field;
	f.data[10] = f.data[11] = 0;
	field = inet_sum(f.data, head, 0);
	f.data[10] = (uint8_t)(field >> 8);
	f.data[11] = (uint8_t)field;
	return f;
}

static struct bytes
fragment6(const struct bytes *l3, uint32_t at, uint32_t len, bool more,
    uint32_t id, struct arena *arena)
{
	struct bytes f = { arena_alloc(arena, 48 + len), 48 + len };

	memcpy(f.data, l3->data, 40);
	f.data[4] = (uint8_t)((len + 8) >> 8);
	f.data[5] = (uint8_t)(len + 8);
	f.data[6] = 44;
	f.data[40] = l3->data[6];
	f.data[42] = (uint8_t)(at >> 8);
	f.data[43] = (uint8_t)(at | more);
	id = htonl(id);
	memcpy(f.data + 44, &id, 4);
	memcpy(f.data + 48, l3->data + 40 + at, len);
	return f;
}

unsigned
build_split(const struct bytes *l3, unsigned size, unsigned fragid,
    struct bytes *out, unsigned max, struct arena *arena)
{
	bool v4 = l3->data[0] >> 4 == 4;
	uint32_t head = v4 ? (l3->data[0] & 15) * 4U : 40, at, len;
	uint32_t total = l3->len - head;
	unsigned n = 0;

	size = size / 8 * 8;
	if (!size)
		size = 8;
	for (at = 0; at < total && n < max; at += size, n++) {
		len = total - at < size ? total - at : size;
		out[n] = v4 ? fragment4(l3, at, len, at + len < total, arena) :
		    fragment6(l3, at, len, at + len < total, fragid, arena);
	}
	return n;
}

struct bytes
build_frame(const struct spec *s, struct bytes l3, struct arena *arena)
{
	uint32_t pad = s->pad > 0 ? (uint32_t)s->pad : 0;
	struct bytes f = { arena_alloc(arena, 14 + l3.len + pad),
	    14 + l3.len + pad };
	uint32_t type = l3.len && l3.data[0] >> 4 == 6 ? 0x86DD : 0x0800;

	if (s->kind == SPEC_FRAME)
		return s->raw;
	if (s->ethertype >= 0)
		type = (uint32_t)s->ethertype;
	memcpy(f.data, s->has_dmac ? s->dmac : dev_mac[s->dev], 6);
	memcpy(f.data + 6, s->has_smac ? s->smac : peer_mac[s->dev], 6);
	f.data[12] = (uint8_t)(type >> 8);
	f.data[13] = (uint8_t)type;
	if (l3.len)
		memcpy(f.data + 14, l3.data, l3.len);
	return f;
}

/* ---- Reading */
uint32_t
build_l4(struct bytes l3, uint8_t *proto, bool *fragment)
{
	uint32_t at = 40;
	uint8_t next;

	*fragment = false;
	if (l3.len >= 20 && l3.data[0] >> 4 == 4) {
		*proto = l3.data[9];
		*fragment = (l3.data[6] & 0x1f) || l3.data[7];
		return (l3.data[0] & 15) * 4U;
	}
	if (l3.len < 40 || l3.data[0] >> 4 != 6)
		return 0;
	next = l3.data[6];
	while ((next == 0 || next == 43 || next == 44 || next == 60) &&
	    at + 8 <= l3.len) {
		uint32_t size = next == 44 ? 8 : (l3.data[at + 1] + 1U) * 8;

		if (next == 44 && (l3.data[at + 2] || l3.data[at + 3] & 0xf8))
			*fragment = true;
		next = l3.data[at];
		at += size;
	}
	*proto = next;
	return at;
}

static uint32_t
get16(const uint8_t *p)
{
	return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void
read_tcp(struct spec *s, const uint8_t *p, uint32_t have)
{
	uint32_t head;

	if (have < 20)
		return;
	s->seq = get32(p + 4);
	s->ackno = get32(p + 8);
	s->flags = get16(p + 12) & 0x1ff;
	head = (p[12] >> 4) * 4U;
	/* How far it moves the sequence, for the answer's ack number. */
	s->payload.len = have > head ? have - head : 0;
}

static void
read_l4(struct spec *s, const uint8_t *p, uint32_t have)
{
	switch (s->proto) {
	case 6:
	case 17:
	case 33:
	case 132:
	case 136:
		if (have < 4)
			return;
		s->sport = get16(p);
		s->dport = get16(p + 2);
		if (s->proto == 6)
			read_tcp(s, p, have);
		break;
	case 1:
	case 58:
		if (have < 8)
			return;
		s->type = p[0];
		s->code = p[1];
		s->icmpid = get16(p + 4);
		s->icmpseq = get16(p + 6);
		break;
	default:
		break;
	}
}

bool
build_read(struct spec *s, struct bytes l3)
{
	uint8_t proto = 0;
	bool fragment;
	uint32_t at = build_l4(l3, &proto, &fragment);

	if (!at)
		return false;
	s->family = l3.data[0] >> 4 == 4 ? AF_INET : AF_INET6;
	memcpy(s->src, l3.data + (s->family == AF_INET ? 12 : 8),
	    s->family == AF_INET ? 4 : 16);
	memcpy(s->dst, l3.data + (s->family == AF_INET ? 16 : 24),
	    s->family == AF_INET ? 4 : 16);
	s->proto = proto;
	s->type = s->code = 0;
	if (spec_has_ports(proto))
		s->sport = s->dport = 0;
	if (!fragment && at < l3.len)
		read_l4(s, l3.data + at, l3.len - at);
	return true;
}

static void
reverse_tcp(struct spec *s)
{
	int64_t next = s->seq + s->payload.len + !!(s->flags & 2) +
	    !!(s->flags & 1);
	bool had_ack = s->flags & 16, syn = s->flags & 2;

	s->seq = had_ack ? s->ackno : 50000;
	s->ackno = next & UINT32_MAX;
	s->flags = syn && !had_ack ? 2 | 16 : 16;
	s->payload.len = 0;
}

void
build_reverse(struct spec *s)
{
	static const struct { uint8_t proto; int64_t type, answer; } pairs[] = {
		{ 1, 8, 0 }, { 1, 13, 14 }, { 1, 15, 16 }, { 1, 17, 18 },
		{ 1, 0, 8 }, { 1, 14, 13 },
		{ 58, 128, 129 }, { 58, 129, 128 }, { 58, 139, 140 },
	};
	uint8_t addr[16];
	int64_t port = s->sport;
	size_t i;

	memcpy(addr, s->src, 16);
	memcpy(s->src, s->dst, 16);
	memcpy(s->dst, addr, 16);
	s->sport = s->dport;
	s->dport = port;
	if (s->proto == 6)
		reverse_tcp(s);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (s->proto == pairs[i].proto && s->type == pairs[i].type) {
			s->type = pairs[i].answer;
			break;
		}
}

/* ---- Telling */
void
build_describe(struct bytes l3, struct sbuf *out)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	struct spec s;

	spec_init(&s);
	if (!build_read(&s, l3)) {
		sbuf_printf(out, "%u bytes", l3.len);
		return;
	}
	inet_ntop(s.family, s.src, src, sizeof(src));
	inet_ntop(s.family, s.dst, dst, sizeof(dst));
	sbuf_printf(out, "%s > %s proto %d len %u", src, dst, (int)s.proto,
	    l3.len);
	if (s.sport >= 0)
		sbuf_printf(out, " ports %d > %d", (int)s.sport, (int)s.dport);
	if (s.proto == 6)
		sbuf_printf(out, " flags 0x%x seq %u ack %u",
		    (unsigned)s.flags, (unsigned)s.seq, (unsigned)s.ackno);
	if (s.proto == 1 || s.proto == 58)
		sbuf_printf(out, " type %d/%d", (int)s.type, (int)s.code);
}
