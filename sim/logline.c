/* LOG and TRACE lines as nf_log_syslog.c builds them.
 *
 * Every piece ends with a space.  A header that the packet does not have is
 * INCOMPLETE or TRUNCATED as the kernel says; one that the packet had and
 * the capture has not ends the line with NOT_CAPTURED, which no kernel
 * prints. */
#include "sim/logline.h"

#include <netinet/in.h>

#define NOT_CAPTURED "[not captured] "

enum { ETH_HEADER = 14 };

struct dump {
	struct sbuf *out;
	const struct packet *pkt;
	unsigned flags;
	bool cut;
};

enum next { GO_ON, STOP };

/* 'n' bytes at 'off'; null if they are not there. */
static const uint8_t *
bytes(struct dump *d, uint32_t off, uint32_t n)
{
	bool cut = false;
	const uint8_t *p = pkt_at(d->pkt, off, n, &cut);

	if (p == NULL && cut && !d->cut) {
		d->cut = true;
		sbuf_puts(d->out, NOT_CAPTURED);
	}
	return p;
}

/* Says so if the packet (not the capture) is too short; always STOP. */
static enum next
incomplete(struct dump *d, uint32_t off, const char *end)
{
	if (!d->cut)
		sbuf_printf(d->out, "INCOMPLETE [%u bytes] %s",
		    d->pkt->len - off, end);
	return STOP;
}

static enum next
truncated(struct dump *d, const char *text)
{
	if (!d->cut)
		sbuf_puts(d->out, text);
	return STOP;
}

static const char upper[] = "0123456789ABCDEF", lower[] = "0123456789abcdef";

/* "NAME=value " */
static void
put(struct sbuf *out, const char *name, uint32_t value)
{
	sbuf_puts(out, name);
	sbuf_putu(out, value);
	sbuf_putc(out, ' ');
}

static void
put_ip4(struct sbuf *out, const char *name, const uint8_t *ip)
{
	sbuf_puts(out, name);
	for (unsigned i = 0; i < 4; i++) {
		sbuf_putu(out, ip[i]);
		sbuf_putc(out, i < 3 ? '.' : ' ');
	}
}

/* "NAME=0xXX " */
static void
put_byte(struct sbuf *out, const char *name, unsigned value,
    const char *digits)
{
	sbuf_puts(out, name);
	sbuf_puts(out, "0x");
	sbuf_putc(out, digits[value >> 4]);
	sbuf_putc(out, digits[value & 15]);
	sbuf_putc(out, ' ');
}

static void
put_ip6(struct sbuf *out, const char *name, const uint8_t *ip)
{
	sbuf_puts(out, name);
	for (unsigned i = 0; i < 16; i++) {
		if (i > 0 && i % 2 == 0)
			sbuf_putc(out, ':');
		sbuf_putc(out, lower[ip[i] >> 4]);
		sbuf_putc(out, lower[ip[i] & 15]);
	}
	sbuf_putc(out, ' ');
}

static void
hex(struct sbuf *out, const uint8_t *p, uint32_t n)
{
	sbuf_puts(out, "OPT (");
	for (uint32_t i = 0; i < n; i++) {
		sbuf_putc(out, upper[p[i] >> 4]);
		sbuf_putc(out, upper[p[i] & 15]);
	}
	sbuf_puts(out, ") ");
}

static void
tcp_flags(struct sbuf *out, const uint8_t *th)
{
	static const struct { uint8_t at, bit; const char *name; } flags[] = {
		{ 12, 0x01, "AE " }, { 13, 0x80, "CWR " }, { 13, 0x40, "ECE " },
		{ 13, 0x20, "URG " }, { 13, 0x10, "ACK " },
		{ 13, 0x08, "PSH " }, { 13, 0x04, "RST " },
		{ 13, 0x02, "SYN " }, { 13, 0x01, "FIN " }
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (th[flags[i].at] & flags[i].bit)
			sbuf_puts(out, flags[i].name);
}

static enum next
dump_tcp(struct dump *d, bool fragment, uint32_t off)
{
	const uint8_t *th, *opt;
	uint32_t size;

	sbuf_puts(d->out, "PROTO=TCP ");
	if (fragment)
		return GO_ON;
	th = bytes(d, off, 20);
	if (th == NULL)
		return incomplete(d, off, "");
	put(d->out, "SPT=", get16(th));
	put(d->out, "DPT=", get16(th + 2));
	if (d->flags & LOGF_TCPSEQ) {
		put(d->out, "SEQ=", get32(th + 4));
		put(d->out, "ACK=", get32(th + 8));
	}
	put(d->out, "WINDOW=", get16(th + 14));
	put_byte(d->out, "RES=", (th[12] & 0x0eu) << 2, lower);
	tcp_flags(d->out, th);
	put(d->out, "URGP=", get16(th + 18));
	size = (th[12] >> 4) * 4u;
	if (!(d->flags & LOGF_TCPOPT) || size <= 20)
		return GO_ON;
	opt = bytes(d, off + 20, size - 20);
	if (opt == NULL)
		return truncated(d, "OPT (TRUNCATED)");
	hex(d->out, opt, size - 20);
	return GO_ON;
}

static enum next
dump_udp(struct dump *d, unsigned proto, bool fragment, uint32_t off)
{
	const uint8_t *uh;

	sbuf_puts(d->out, proto == IPPROTO_UDP ? "PROTO=UDP " :
	    "PROTO=UDPLITE ");
	if (fragment)
		return GO_ON;
	uh = bytes(d, off, 8);
	if (uh == NULL)
		return incomplete(d, off, "");
	put(d->out, "SPT=", get16(uh));
	put(d->out, "DPT=", get16(uh + 2));
	put(d->out, "LEN=", get16(uh + 4));
	return GO_ON;
}

/* The SPI at 'at' of an AH or ESP header of 'n' bytes. */
static enum next
dump_spi(struct dump *d, uint32_t off, uint32_t n, uint32_t at)
{
	const uint8_t *h = bytes(d, off, n);

	if (h == NULL)
		incomplete(d, off, "");
	else
		sbuf_printf(d->out, "SPI=0x%x ", get32(h + at));
	return d->cut ? STOP : GO_ON;
}

static void dump_ip4(struct dump *, uint32_t off);
static void dump_ip6(struct dump *, uint32_t off, bool outer);

static void
dump_icmp4_body(struct dump *d, bool outer, uint32_t off, const uint8_t *h)
{
	switch (h[0]) {
	case 0: case 8:
		put(d->out, "ID=", get16(h + 4));
		put(d->out, "SEQ=", get16(h + 6));
		break;
	case 12:
		put(d->out, "PARAMETER=", h[4]);
		break;
	case 5:
		put_ip4(d->out, "GATEWAY=", h + 4);
		/* fall through */
	case 3: case 4: case 11:
		if (outer) {
			sbuf_putc(d->out, '[');
			dump_ip4(d, off + 8);
			sbuf_puts(d->out, "] ");
		}
		if (h[0] == 3 && h[1] == 4)
			put(d->out, "MTU=", get16(h + 6));
		break;
	default:
		break;
	}
}

static enum next
dump_icmp4(struct dump *d, bool outer, bool fragment, uint32_t off)
{
	static const uint8_t needs[] = {
		[0] = 4, [3] = 28, [4] = 28, [5] = 28, [8] = 4, [11] = 28,
		[12] = 28, [13] = 20, [14] = 20, [17] = 12, [18] = 12
	};
	const uint8_t *h;

	sbuf_puts(d->out, "PROTO=ICMP ");
	if (fragment)
		return GO_ON;
	h = bytes(d, off, 8);
	if (h == NULL) {
		incomplete(d, off, "");
		return d->cut ? STOP : GO_ON;
	}
	put(d->out, "TYPE=", h[0]);
	put(d->out, "CODE=", h[1]);
	if (h[0] < sizeof(needs) && d->pkt->len - off < needs[h[0]])
		incomplete(d, off, "");
	else
		dump_icmp4_body(d, outer, off, h);
	return d->cut ? STOP : GO_ON;
}

static enum next
dump_proto4(struct dump *d, const uint8_t *ip, uint32_t off)
{
	bool outer = off == 0, fragment = (get16(ip + 6) & 0x1fff) != 0;
	uint32_t l4 = off + (ip[0] & 15) * 4u;

	switch (ip[9]) {
	case IPPROTO_TCP:
		return dump_tcp(d, fragment, l4);
	case IPPROTO_UDP: case IPPROTO_UDPLITE:
		return dump_udp(d, ip[9], fragment, l4);
	case IPPROTO_ICMP:
		return dump_icmp4(d, outer, fragment, l4);
	case IPPROTO_AH:		/* a later fragment says nothing */
		if (fragment)
			return GO_ON;
		sbuf_puts(d->out, "PROTO=AH ");
		return dump_spi(d, l4, 12, 4);
	case IPPROTO_ESP:
		sbuf_puts(d->out, "PROTO=ESP ");
		return fragment ? GO_ON : dump_spi(d, l4, 8, 0);
	default:
		put(d->out, "PROTO=", ip[9]);
		return GO_ON;
	}
}

/* What only the outermost packet has: the owner of its socket, the mark. */
static void
dump_tail(struct dump *d)
{
	if ((d->flags & LOGF_UID) && d->pkt->has_owner)
		sbuf_printf(d->out, "UID=%u GID=%u ", d->pkt->uid, d->pkt->gid);
	if (d->pkt->mark != 0)
		sbuf_printf(d->out, "MARK=0x%x ", d->pkt->mark);
}

static void
dump_ip4(struct dump *d, uint32_t off)
{
	const uint8_t *ip = bytes(d, off, 20), *opt;
	unsigned frag, size;

	if (ip == NULL) {
		truncated(d, "TRUNCATED");
		return;
	}
	frag = get16(ip + 6);
	size = (ip[0] & 15) * 4u;
	put_ip4(d->out, "SRC=", ip + 12);
	put_ip4(d->out, "DST=", ip + 16);
	put(d->out, "LEN=", get16(ip + 2));
	put_byte(d->out, "TOS=", ip[1] & 0x1eu, upper);
	put_byte(d->out, "PREC=", ip[1] & 0xe0u, upper);
	put(d->out, "TTL=", ip[8]);
	put(d->out, "ID=", get16(ip + 4));
	if (frag & 0x8000)
		sbuf_puts(d->out, "CE ");
	if (frag & 0x4000)
		sbuf_puts(d->out, "DF ");
	if (frag & 0x2000)
		sbuf_puts(d->out, "MF ");
	if (frag & 0x1fff)
		put(d->out, "FRAG:", frag & 0x1fff);
	if ((d->flags & LOGF_IPOPT) && size > 20) {
		opt = bytes(d, off + 20, size - 20);
		if (opt == NULL) {
			truncated(d, "TRUNCATED");
			return;
		}
		hex(d->out, opt, size - 20);
	}
	if (dump_proto4(d, ip, off) == GO_ON && off == 0)
		dump_tail(d);
}

static enum next
dump_fragment6(struct dump *d, uint32_t off, bool *fragment)
{
	const uint8_t *h;

	sbuf_puts(d->out, "FRAG:");
	h = bytes(d, off, 8);
	if (h == NULL)
		return truncated(d, "TRUNCATED ");
	sbuf_printf(d->out, "%u %sID:%08x ", get16(h + 2) & 0xfff8u,
	    h[3] & 1 ? "INCOMPLETE " : "", get32(h + 4));
	if (get16(h + 2) & 0xfff8)
		*fragment = true;
	return GO_ON;
}

/* AH (12 bytes, SPI at 4) or ESP (8, at 0) among the extension headers,
 * which is told only with --log-ip-options. */
static enum next
dump_ipsec6(struct dump *d, uint32_t off, bool ah, bool fragment)
{
	const uint8_t *h;

	sbuf_puts(d->out, ah ? "AH " : "ESP ");
	if (fragment) {
		sbuf_putc(d->out, ')');
		return STOP;
	}
	h = bytes(d, off, ah ? 12 : 8);
	if (h == NULL)
		return incomplete(d, off, ")");
	sbuf_printf(d->out, "SPI=0x%x %s", get32(h + (ah ? 4 : 0)),
	    ah ? "" : ")");
	return GO_ON;
}

static bool
is_ext6(unsigned header)		/* nf_ip6_ext_hdr without NONE */
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING ||
	    header == IPPROTO_FRAGMENT || header == IPPROTO_ESP ||
	    header == IPPROTO_AH || header == IPPROTO_DSTOPTS;
}

/* One extension header at *off; moves *off and *header behind it. */
static enum next
dump_ext6(struct dump *d, unsigned *header, uint32_t *off, bool *fragment)
{
	const uint8_t *h = bytes(d, *off, 2);
	bool tell = (d->flags & LOGF_IPOPT) != 0;
	uint32_t size = 8;

	if (h == NULL)
		return truncated(d, "TRUNCATED");
	if (tell)
		sbuf_puts(d->out, "OPT ( ");
	switch (*header) {
	case IPPROTO_FRAGMENT:
		if (dump_fragment6(d, *off, fragment) == STOP)
			return STOP;
		break;
	case IPPROTO_AH:
		if (tell && dump_ipsec6(d, *off, true, *fragment) == STOP)
			return STOP;
		size = (h[1] + 2u) * 4;
		break;
	case IPPROTO_ESP:
		if (tell)
			dump_ipsec6(d, *off, false, *fragment);
		return STOP;
	default:
		if (*fragment) {
			if (tell)
				sbuf_putc(d->out, ')');
			return STOP;
		}
		size = (h[1] + 1u) * 8;
		break;
	}
	if (tell)
		sbuf_puts(d->out, ") ");
	*header = h[0];
	*off += size;
	return GO_ON;
}

static enum next
dump_icmp6(struct dump *d, bool outer, bool fragment, uint32_t off)
{
	const uint8_t *h;

	sbuf_puts(d->out, "PROTO=ICMPv6 ");
	if (fragment)
		return GO_ON;
	h = bytes(d, off, 8);
	if (h == NULL)
		return incomplete(d, off, "");
	put(d->out, "TYPE=", h[0]);
	put(d->out, "CODE=", h[1]);
	if (h[0] == 128 || h[0] == 129) {
		put(d->out, "ID=", get16(h + 4));
		put(d->out, "SEQ=", get16(h + 6));
	}
	if (h[0] < 1 || h[0] > 4)
		return GO_ON;
	if (h[0] == 4)
		sbuf_printf(d->out, "POINTER=%08x ", get32(h + 4));
	if (outer) {
		sbuf_putc(d->out, '[');
		dump_ip6(d, off + 8, false);
		sbuf_puts(d->out, "] ");
	}
	if (h[0] == 2)
		put(d->out, "MTU=", get32(h + 4));
	return d->cut ? STOP : GO_ON;
}

static enum next
dump_proto6(struct dump *d, unsigned proto, bool outer, bool fragment,
    uint32_t off)
{
	switch (proto) {
	case IPPROTO_TCP:
		return dump_tcp(d, fragment, off);
	case IPPROTO_UDP: case IPPROTO_UDPLITE:
		return dump_udp(d, proto, fragment, off);
	case IPPROTO_ICMPV6:
		return dump_icmp6(d, outer, fragment, off);
	default:
		put(d->out, "PROTO=", proto);
		return GO_ON;
	}
}

static void
dump_ip6(struct dump *d, uint32_t off, bool outer)
{
	const uint8_t *ip = bytes(d, off, 40);
	bool fragment = false;
	unsigned header;

	if (ip == NULL) {
		truncated(d, "TRUNCATED");
		return;
	}
	put_ip6(d->out, "SRC=", ip + 8);
	put_ip6(d->out, "DST=", ip + 24);
	put(d->out, "LEN=", get16(ip + 4) + 40u);
	put(d->out, "TC=", (get32(ip) >> 20) & 0xff);
	put(d->out, "HOPLIMIT=", ip[7]);
	put(d->out, "FLOWLBL=", get32(ip) & 0xfffff);
	header = ip[6];
	off += 40;
	while (is_ext6(header))
		if (dump_ext6(d, &header, &off, &fragment) == STOP)
			return;
	if (dump_proto6(d, header, outer, fragment, off) == GO_ON && outer)
		dump_tail(d);
}

static void
mac(struct sbuf *out, const uint8_t *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			sbuf_putc(out, ':');
		sbuf_putc(out, lower[p[i] >> 4]);
		sbuf_putc(out, lower[p[i] & 15]);
	}
}

/* The header comes from where the packet was received; its length and
 * kind are those of the device that has the packet now (skb->dev). */
static void
dump_mac(struct sbuf *out, const struct packet *pkt, enum hook hook,
    unsigned flags)
{
	const struct iface *dev = hook == HOOK_POSTROUTING && pkt->out != NULL ?
	    pkt->out : pkt->in;
	bool have = pkt->ll != NULL && pkt->ll_len >= ETH_HEADER;

	if ((flags & LOGF_MACDECODE) && dev->kind == IFK_ETHER) {
		if (!have)
			return;
		sbuf_puts(out, "MACSRC=");
		mac(out, pkt->ll + 6, 6);
		sbuf_puts(out, " MACDST=");
		mac(out, pkt->ll, 6);
		if (pkt->has_vlan)
			sbuf_printf(out, " VPROTO=8100 VID=%u", pkt->vlan);
		sbuf_printf(out, " MACPROTO=%04x ", get16(pkt->ll + 12));
		return;
	}
	sbuf_puts(out, "MAC=");
	if (have && dev->kind != IFK_NONE)
		mac(out, pkt->ll, ETH_HEADER);
	sbuf_putc(out, ' ');
}

static void
put_device(struct sbuf *out, const char *name, const struct iface *dev)
{
	sbuf_puts(out, name);
	if (dev != NULL)
		sbuf_put(out, dev->name, strnlen(dev->name, IFNAME_SIZE));
	sbuf_putc(out, ' ');
}

void
logline(struct sbuf *out, const struct packet *pkt, enum hook hook,
    unsigned flags, const char *prefix)
{
	struct dump d = { .out = out, .pkt = pkt, .flags = flags };

	sbuf_puts(out, prefix);
	put_device(out, "IN=", pkt->in);
	put_device(out, "OUT=", pkt->out);
	if (pkt->physin != NULL && pkt->physin != pkt->in)
		put_device(out, "PHYSIN=", pkt->physin);
	if (pkt->physout != NULL && pkt->physout != pkt->out)
		put_device(out, "PHYSOUT=", pkt->physout);
	if (pkt->in != NULL)
		dump_mac(out, pkt, hook, flags);
	if (pkt->family == AF_INET)
		dump_ip4(&d, 0);
	else
		dump_ip6(&d, 0, true);
}
