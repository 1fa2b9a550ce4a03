/* -j HMARK: the mark becomes a hash of what identifies the flow
 * (xt_HMARK.c). */
#include "ext/ext.h"
#include "ext/host.h"

#include <netinet/in.h>
#include <stddef.h>
#include <strings.h>

/* In the order in which they are saved. */
enum { O_SRC, O_DST, O_SPORT_MASK, O_DPORT_MASK, O_SPI_MASK, O_SPORT, O_DPORT,
    O_SPI, O_PROTO_MASK, O_RND, O_MOD, O_OFFSET, O_TUPLE };
enum { PACKET = 1 << O_SRC | 1 << O_DST | 1 << O_SPORT_MASK |
    1 << O_DPORT_MASK | 1 << O_SPI_MASK | 1 << O_SPORT | 1 << O_DPORT |
    1 << O_SPI | 1 << O_PROTO_MASK };

struct hmark {
	union addr src, dst;		/* masks */
	uint8_t port_mask[4], port_set[4];	/* src, dst; or SPI */
	uint16_t given;			/* bits 1 << O_x; O_TUPLE: of the ct */
	uint16_t proto_mask;
	uint32_t rnd, mod, offset;
};

static bool
read_mask(struct opt_arg *a)
{
	struct hmark *h = a->data;
	bool src = a->opt - a->ext->opts == O_SRC;

	h->given |= src ? 1 << O_SRC : 1 << O_DST;
	return plenmask_read(a->text, a->family, src ? &h->src : &h->dst) ||
	    opt_error(a, "'%s' is not a prefix length", a->text);
}

/* Numbers of 2 or 4 bytes at 'offset', in network order. */
static bool
read_bytes(struct opt_arg *a)
{
	struct hmark *h = a->data;
	bool two = a->opt->max == UINT16_MAX;
	const char *s = a->text;
	uint64_t n;

	h->given |= (uint16_t)(1 << (a->opt - a->ext->opts));
	if (!read_number(&s, a->opt->max, &n) || *s != '\0')
		return opt_error(a, "bad value, or out of range (0-%llu)",
		    (unsigned long long)a->opt->max);
	if (two)
		put16((uint8_t *)h + a->opt->offset, (unsigned)n);
	else
		put32((uint8_t *)h + a->opt->offset, (uint32_t)n);
	return true;
}

static bool
read_value(struct opt_arg *a)
{
	struct hmark *h = a->data;

	h->given |= (uint16_t)(1 << (a->opt - a->ext->opts));
	return a->opt - a->ext->opts == O_PROTO_MASK ? opt_u16(a) :
	    opt_u32(a);
}

/* One word of --hmark-tuple, which may be cut short. */
static bool
add_part(struct hmark *h, const char *word, size_t len)
{
	static const struct { const char *name; uint8_t opt; } parts[] = {
		{ "ct", O_TUPLE }, { "src", O_SRC }, { "dst", O_DST },
		{ "sport", O_SPORT_MASK }, { "dport", O_DPORT_MASK },
		{ "proto", O_PROTO_MASK }, { "spi", O_SPI_MASK }
	};
	size_t i = 0, n = sizeof(parts) / sizeof(parts[0]);

	while (i < n && strncasecmp(word, parts[i].name, len) != 0)
		i++;
	if (i == n || len == 0)
		return false;
	h->given |= (uint16_t)(1 << parts[i].opt);
	switch (parts[i].opt) {
	case O_SRC:
		memset(&h->src, 0xff, sizeof(h->src));
		break;
	case O_DST:
		memset(&h->dst, 0xff, sizeof(h->dst));
		break;
	case O_SPORT_MASK:
		memset(h->port_mask, 0xff, 2);
		break;
	case O_DPORT_MASK:
		memset(h->port_mask + 2, 0xff, 2);
		break;
	case O_SPI_MASK:
		memset(h->port_mask, 0xff, 4);
		break;
	case O_PROTO_MASK:
		h->proto_mask = 0xffff;
		break;
	default:
		break;
	}
	return true;
}

static bool
read_tuple(struct opt_arg *a)
{
	const char *s = a->text;

	for (;;) {
		size_t len = strcspn(s, ",");

		if (!add_part(a->data, s, len))
			return opt_error(a, "bad type \"%s\"", s);
		if (s[len] == '\0')
			return true;
		s += len + 1;
	}
}

#define BYTES(option, member, at, limit)				\
	{ .name = option, .args = 1, .read = read_bytes, .max = limit,	\
	    .offset = offsetof(struct hmark, member) + (at) }
#define VALUE(option, member, least)					\
	{ .name = option, .args = 1, .read = read_value, .min = least,	\
	    .offset = offsetof(struct hmark, member) }

static const struct opt opts[] = {
	[O_SRC] = { .name = "--hmark-src-prefix", .args = 1,
	    .read = read_mask },
	[O_DST] = { .name = "--hmark-dst-prefix", .args = 1,
	    .read = read_mask },
	[O_SPORT_MASK] = BYTES("--hmark-sport-mask", port_mask, 0, UINT16_MAX),
	[O_DPORT_MASK] = BYTES("--hmark-dport-mask", port_mask, 2, UINT16_MAX),
	[O_SPI_MASK] = BYTES("--hmark-spi-mask", port_mask, 0, UINT32_MAX),
	[O_SPORT] = BYTES("--hmark-sport", port_set, 0, UINT16_MAX),
	[O_DPORT] = BYTES("--hmark-dport", port_set, 2, UINT16_MAX),
	[O_SPI] = BYTES("--hmark-spi", port_set, 0, UINT32_MAX),
	[O_PROTO_MASK] = VALUE("--hmark-proto-mask", proto_mask, 0),
	[O_RND] = VALUE("--hmark-rnd", rnd, 0),
	[O_MOD] = VALUE("--hmark-mod", mod, 1),
	[O_OFFSET] = VALUE("--hmark-offset", offset, 0),
	[O_TUPLE] = { .name = "--hmark-tuple", .args = 1,
	    .read = read_tuple },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct hmark *h = c->data;
	const char *text = NULL;

	if (!(h->given & 1 << O_MOD))
		text = "--hmark-mod is mandatory";
	else if (!(h->given & 1 << O_RND))
		text = "--hmark-rnd is mandatory";
	else if ((h->given & 1 << O_SPI_MASK) &&
	    (h->given & (1 << O_SPORT_MASK | 1 << O_DPORT_MASK)))
		text = "an SPI mask and port masks exclude each other";
	else if ((h->given & 1 << O_SPI) &&
	    (h->given & (1 << O_SPORT | 1 << O_DPORT)))
		text = "an SPI and ports exclude each other";
	else if (!(h->given & (PACKET | 1 << O_TUPLE)))
		text = "--hmark-tuple is required at least";
	if (text != NULL)
		diag_error(c->diags, c->loc, "HMARK: %s", text);
	return text == NULL;
}

/* ---- printing ---- */

/* Both listings print these alike but for name and width. */
static void
print_bytes(const struct hmark *h, bool saved, struct sbuf *out)
{
	for (unsigned o = O_SPORT_MASK; o <= O_SPI; o++) {
		const uint8_t *p = (const uint8_t *)h + opts[o].offset;
		int width = opts[o].max == UINT16_MAX ? 4 : 8;
		uint32_t v = width == 4 ? get16(p) : get32(p);

		if (!(h->given & 1 << o))
			continue;
		if (saved)
			sbuf_printf(out, " %s 0x%0*x", opts[o].name, width, v);
		else			/* without "--hmark-" */
			sbuf_printf(out, "%s 0x%x ", opts[o].name + 8, v);
	}
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct hmark *h = data;

	if (h->given & 1 << O_SRC)
		sbuf_printf(out, " --hmark-src-prefix %d",
		    addr_prefix(&h->src, print->family));
	if (h->given & 1 << O_DST)
		sbuf_printf(out, " --hmark-dst-prefix %d",
		    addr_prefix(&h->dst, print->family));
	print_bytes(h, true, out);
	if (h->given & 1 << O_PROTO_MASK)
		sbuf_printf(out, " --hmark-proto-mask 0x%02x", h->proto_mask);
	sbuf_printf(out, " --hmark-rnd 0x%08x --hmark-mod %u", h->rnd,
	    h->mod);
	if (h->given & 1 << O_OFFSET)
		sbuf_printf(out, " --hmark-offset %u", h->offset);
	if (h->given & 1 << O_TUPLE)
		sbuf_puts(out, " --hmark-tuple ct");
}

/* The length of a full IPv6 mask is left out. */
static void
list_prefix(const char *which, const union addr *mask, int family,
    struct sbuf *out)
{
	int len = addr_prefix(mask, family);

	if (len == 128)
		sbuf_printf(out, "%s-prefix  ", which);
	else
		sbuf_printf(out, "%s-prefix %d ", which, len);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct hmark *h = data;

	sbuf_printf(out, " HMARK mod %u ", h->mod);
	if (h->given & 1 << O_OFFSET)
		sbuf_printf(out, "+ 0x%x ", h->offset);
	if (h->given & 1 << O_TUPLE)
		sbuf_puts(out, "ct, ");
	if (h->given & 1 << O_SRC)
		list_prefix("src", &h->src, print->family, out);
	if (h->given & 1 << O_DST)
		list_prefix("dst", &h->dst, print->family, out);
	print_bytes(h, false, out);
	if (h->given & 1 << O_PROTO_MASK)
		sbuf_printf(out, "proto-mask 0x%x ", h->proto_mask);
	sbuf_printf(out, "rnd 0x%x ", h->rnd);
}

/* ---- hashing ---- */

struct flow { uint32_t src, dst, ports; uint8_t proto; };	/* host order */

static uint32_t
rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static uint32_t
jhash_3words(uint32_t a, uint32_t b, uint32_t c, uint32_t initval)
{
	initval += 0xdeadbeef + (3 << 2);
	a += initval;
	b += initval;
	c += initval;
	c = (c ^ b) - rotate(b, 14);
	a = (a ^ c) - rotate(c, 11);
	b = (b ^ a) - rotate(a, 25);
	c = (c ^ b) - rotate(b, 16);
	a = (a ^ c) - rotate(c, 4);
	b = (b ^ a) - rotate(a, 14);
	return (c ^ b) - rotate(b, 24);
}

static uint32_t
masked(const uint8_t *addr, const union addr *mask, int family)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < family_addr_size(family); i += 4)
		sum ^= get32(addr + i) & get32(mask->b + i);
	return sum;
}

static uint32_t
ports_of(const struct hmark *h, const uint8_t *p)
{
	uint32_t v = (get32(p) & get32(h->port_mask)) | get32(h->port_set);
	uint32_t src = v >> 16, dst = v & 0xffff;

	return dst > src ? dst << 16 | src : src << 16 | dst;
}

static bool
flow_of_ct(const struct hmark *h, const struct ct *ct, struct flow *f)
{
	const struct tuple *o, *r;
	uint8_t ports[4];

	if (ct == NULL)
		return false;
	o = &ct->tuple[CT_ORIGINAL];
	r = &ct->tuple[CT_REPLY];
	f->src = masked(o->src.b, &h->src, o->family);
	f->dst = masked(r->src.b, &h->dst, o->family);
	f->proto = o->proto;
	if (o->proto != IPPROTO_ICMP) {
		memcpy(ports, &o->sport, 2);
		memcpy(ports + 2, &r->sport, 2);
		f->ports = ports_of(h, ports);
	}
	return true;
}

static bool
is_error(int family, unsigned type)
{
	if (family == AF_INET6)
		return type >= 1 && type < 128;
	return type == 3 || type == 4 || type == 5 || type == 11 ||
	    type == 12;
}

static void
add_ports(const struct hmark *h, const struct packet *pkt, uint32_t l4,
    struct flow *f)
{
	const uint8_t *p = NULL;

	switch (f->proto) {		/* proto_ports_offset */
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_DCCP:
	case IPPROTO_ESP: case IPPROTO_SCTP: case IPPROTO_UDPLITE:
		p = pkt_at(pkt, l4, 4, NULL);
		break;
	case IPPROTO_AH:
		p = pkt_at(pkt, l4 + 4, 4, NULL);
		break;
	default:
		break;
	}
	if (p != NULL)
		f->ports = ports_of(h, p);
}

/* Of the packet that an ICMP error quotes, if it is one. */
static bool
flow_of_packet4(const struct hmark *h, const struct packet *pkt,
    struct flow *f)
{
	uint32_t at = 0, l4 = (pkt->data[0] & 15u) * 4;
	const uint8_t *ip = pkt->data, *icmp;

	if (ip[9] == IPPROTO_ICMP) {
		icmp = pkt_at(pkt, l4, 8, NULL);
		if (icmp != NULL && is_error(AF_INET, icmp[0])) {
			at = l4 + 8;
			ip = pkt_at(pkt, at, 20, NULL);
			if (ip == NULL)
				return false;
		}
	}
	f->src = masked(ip + 12, &h->src, AF_INET);
	f->dst = masked(ip + 16, &h->dst, AF_INET);
	f->proto = ip[9];
	if (ip[9] != IPPROTO_ICMP && (get16(ip + 6) & 0x3fff) == 0)
		add_ports(h, pkt, at + (ip[0] & 15u) * 4, f);
	return true;
}

static bool
flow_of_packet6(const struct hmark *h, const struct packet *pkt,
    struct flow *f)
{
	struct packet inner = *pkt;
	const uint8_t *ip = pkt->data, *icmp;

	if (pkt->proto_bad)		/* hashed as nothing */
		return true;
	icmp = pkt_at(pkt, pkt->l4, 8, NULL);
	if (pkt->proto == IPPROTO_ICMPV6 && pkt->frag == 0 &&
	    !pkt->more_frags && icmp != NULL && is_error(AF_INET6, icmp[0])) {
		uint32_t at = pkt->l4 + 8u;

		ip = pkt_at(pkt, at, 40, NULL);
		if (ip == NULL)
			return false;
		inner.data += at;
		inner.len -= at;
		inner.have -= at;
		pkt_decode(&inner);
		if (inner.family != AF_INET6 || inner.proto_bad)
			return false;
	}
	f->src = masked(ip + 8, &h->src, AF_INET6);
	f->dst = masked(ip + 24, &h->dst, AF_INET6);
	f->proto = inner.proto;
	if (inner.proto != IPPROTO_ICMPV6 && inner.frag == 0 &&
	    !inner.more_frags)
		add_ports(h, &inner, inner.l4, f);
	return true;
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct hmark *h = data;
	struct packet *pkt = ctx->pkt;
	struct flow f = { .src = 0 };
	uint32_t hash;
	bool ok;

	if (h->given & 1 << O_TUPLE)
		ok = flow_of_ct(h, pkt->ct, &f);
	else
		ok = pkt->family == AF_INET ? flow_of_packet4(h, pkt, &f) :
		    flow_of_packet6(h, pkt, &f);
	if (!ok)
		return V_CONTINUE;
	if (f.dst < f.src)
		hash = jhash_3words(f.dst, f.src, f.ports, h->rnd);
	else
		hash = jhash_3words(f.src, f.dst, f.ports, h->rnd);
	hash ^= f.proto & h->proto_mask;
	pkt->mark = (uint32_t)((uint64_t)hash * h->mod >> 32) + h->offset;
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the packet's mark is now 0x%x", ctx->pkt->mark);
}

static void
change(const void *data, struct changes *c)
{
	(void)data;
	change_unknown(c, F_MARK);
}

const struct ext ext_t_HMARK = {
	.name = "HMARK",
	.kind = EXT_TARGET,
	.size = sizeof(struct hmark),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};
