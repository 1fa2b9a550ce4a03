#include "model/addr.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

unsigned
family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

unsigned
family_addr_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

int
addr_cmp(const union addr *a, const union addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

void
addr_mask(union addr *a, int family, unsigned prefix)
{
	unsigned left = prefix > family_bits(family) ? family_bits(family) :
	    prefix;

	*a = (union addr){ .q = { 0, 0 } };
	for (unsigned i = 0; left != 0; i++) {
		unsigned n = left > 32 ? 32 : left;

		a->w[i] = htonl((uint32_t)(UINT64_C(0xffffffff00000000) >> n));
		left -= n;
	}
}

int
addr_prefix(const union addr *mask, int family)
{
	unsigned n = family_addr_size(family), i = 0, bits;

	while (i < n && mask->b[i] == 0xff)
		i++;
	bits = i * 8;
	if (i < n) {
		unsigned byte = mask->b[i++];

		while (byte & 0x80) {
			byte = byte << 1 & 0xff;
			bits++;
		}
		if (byte != 0)
			return -1;
	}
	while (i < n)
		if (mask->b[i++] != 0)
			return -1;
	return (int)bits;
}

/* Four decimal numbers; inet_pton is the same and four times slower. */
static bool
parse4(uint8_t *out, const char *s, size_t len)
{
	const char *end = s + len;

	for (int i = 0; i < 4; i++) {
		unsigned v = 0, digits = 0;

		if (i > 0 && (s == end || *s++ != '.'))
			return false;
		for (; s < end && *s >= '0' && *s <= '9'; s++, digits++) {
			if (digits > 0 && v == 0)
				return false;
			v = v * 10 + (unsigned)(*s - '0');
			if (v > 255)
				return false;
		}
		if (digits == 0)
			return false;
		out[i] = (uint8_t)v;
	}
	return s == end;
}

bool
addr_parse(union addr *a, int family, const char *s, size_t len)
{
	char text[INET6_ADDRSTRLEN];

	memset(a, 0, sizeof(*a));
	if (family == AF_INET)
		return parse4(a->b, s, len);
	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, a->b) == 1;
}

bool
addr_parse_any(union addr *a, int *family, const char *s, size_t len)
{
	*family = memchr(s, ':', len) != NULL ? AF_INET6 : AF_INET;
	return addr_parse(a, *family, s, len);
}

void
addr_print(struct sbuf *b, int family, const union addr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET) {
		for (int i = 0; i < 4; i++) {
			if (i > 0)
				sbuf_putc(b, '.');
			sbuf_putu(b, a->b[i]);
		}
		return;
	}
	inet_ntop(AF_INET6, a->b, text, sizeof(text));
	sbuf_puts(b, text);
}

void
addr_print_full(struct sbuf *b, int family, const union addr *a)
{
	if (family == AF_INET) {
		addr_print(b, family, a);
		return;
	}
	for (int i = 0; i < 16; i += 2)
		sbuf_printf(b, "%s%02x%02x", i > 0 ? ":" : "", a->b[i],
		    a->b[i + 1]);
}

/* xtables.c's own table comes first, the rest is /etc/protocols of Debian's
 * netbase: what getprotobynumber() answers there. */
static const struct proto {
	uint8_t number;
	const char *name, *alias;
} protos[] = {
	{ 6, "tcp", NULL }, { 132, "sctp", NULL }, { 17, "udp", NULL },
	{ 136, "udplite", NULL }, { 1, "icmp", NULL },
	{ 58, "ipv6-icmp", "icmpv6" }, { 50, "esp", "ipsec-esp" },
	{ 51, "ah", "ipsec-ah" }, { 135, "mobility-header", "ipv6-mh" },
	{ 135, "mh", NULL }, { 0, "all", NULL },
	{ 0, "ip", NULL }, { 0, "hopopt", NULL }, { 2, "igmp", NULL },
	{ 3, "ggp", NULL }, { 4, "ipencap", "ip-encap" }, { 5, "st", NULL },
	{ 8, "egp", NULL }, { 9, "igp", NULL }, { 12, "pup", NULL },
	{ 20, "hmp", NULL }, { 22, "xns-idp", NULL }, { 27, "rdp", NULL },
	{ 29, "iso-tp4", NULL }, { 33, "dccp", NULL }, { 36, "xtp", NULL },
	{ 37, "ddp", NULL }, { 38, "idpr-cmtp", NULL }, { 41, "ipv6", NULL },
	{ 43, "ipv6-route", NULL }, { 44, "ipv6-frag", NULL },
	{ 45, "idrp", NULL }, { 46, "rsvp", NULL }, { 47, "gre", NULL },
	{ 57, "skip", NULL }, { 59, "ipv6-nonxt", NULL },
	{ 60, "ipv6-opts", NULL }, { 73, "rspf", "cphb" },
	{ 81, "vmtp", NULL }, { 88, "eigrp", NULL },
	{ 89, "ospf", "ospfigp" }, { 93, "ax.25", NULL },
	{ 94, "ipip", NULL }, { 97, "etherip", NULL }, { 98, "encap", NULL },
	{ 103, "pim", NULL }, { 108, "ipcomp", NULL }, { 112, "vrrp", NULL },
	{ 115, "l2tp", NULL }, { 124, "isis", NULL }, { 133, "fc", NULL },
	{ 137, "mpls-in-ip", NULL }, { 138, "manet", NULL },
	{ 139, "hip", NULL }, { 140, "shim6", NULL }, { 141, "wesp", NULL },
	{ 142, "rohc", NULL }, { 143, "ethernet", NULL },
};
enum { N_PROTOS = sizeof(protos) / sizeof(protos[0]) };

const char *
proto_name(unsigned number)
{
	for (unsigned i = 0; i < N_PROTOS; i++)
		if (protos[i].number == number)
			return protos[i].name;
	return NULL;
}

static bool
name_is(const char *name, const char *s, size_t len)
{
	return name != NULL && strlen(name) == len &&
	    strncasecmp(name, s, len) == 0;
}

int
proto_parse(const char *s, size_t len)
{
	char number[8], *end;
	unsigned long v;

	if (len == 0)
		return -1;
	for (unsigned i = 0; i < N_PROTOS; i++)
		if (name_is(protos[i].name, s, len) ||
		    name_is(protos[i].alias, s, len))
			return protos[i].number;
	if (*s < '0' || *s > '9' || len >= sizeof(number))
		return -1;
	memcpy(number, s, len);
	number[len] = '\0';
	v = strtoul(number, &end, 0);	/* as xtables: 0x6 and 06 too */
	return *end == '\0' && v <= 255 ? (int)v : -1;
}
