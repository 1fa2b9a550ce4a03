#include "model/words.h"

#include "model/icmp.h"
#include "model/packet.h"

#include <netinet/in.h>

static bool
proto_has_ports(unsigned proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	    proto == IPPROTO_UDPLITE;
}

static void
read_key(struct flow_key *k, const struct packet *p)
{
	const uint8_t *l4;

	*k = (struct flow_key){ .family = p->family, .proto = p->proto,
	    .fragment = p->frag != 0 };
	pkt_src(p, &k->src);
	pkt_dst(p, &k->dst);
	l4 = pkt_at(p, p->l4, 4, NULL);
	if (l4 == NULL || k->fragment || p->proto_bad)
		return;
	k->has_ports = proto_has_ports(p->proto);
	k->is_icmp = p->proto == (p->family == AF_INET ? IPPROTO_ICMP :
	    IPPROTO_ICMPV6);
	if (k->has_ports) {
		k->sport = get16(l4);
		k->dport = get16(l4 + 2);
	} else if (k->is_icmp) {
		k->sport = l4[0];
		k->dport = l4[1];
	}
}

bool
flow_key_read(struct flow_key *k, const uint8_t *l3, uint32_t have)
{
	struct packet p;

	if (!pkt_open(&p, l3, have))
		return false;
	pkt_decode(&p);
	read_key(k, &p);
	return true;
}

void
endpoint_print(int family, const union addr *a, uint16_t port, bool has_port,
    struct sbuf *b)
{
	bool brackets = has_port && family == AF_INET6;

	if (brackets)
		sbuf_putc(b, '[');
	addr_print(b, family, a);
	if (brackets)
		sbuf_putc(b, ']');
	if (has_port) {
		sbuf_putc(b, ':');
		sbuf_putu(b, port);
	}
}

void
flow_key_print(const struct flow_key *k, struct sbuf *b)
{
	const char *name = k->is_icmp && k->family == AF_INET6 ? "icmpv6" :
	    proto_name(k->proto);

	if (name != NULL)
		sbuf_puts(b, name);
	else
		sbuf_putu(b, k->proto);
	sbuf_putc(b, ' ');
	endpoint_print(k->family, &k->src, k->sport, k->has_ports, b);
	sbuf_puts(b, " > ");
	endpoint_print(k->family, &k->dst, k->dport, k->has_ports, b);
}

void
tcp_flags_print(unsigned flags, struct sbuf *b)
{
	static const char *const names[] = { "fin", "syn", "rst", "psh",
	    "ack", "urg", "ece", "cwr" };
	size_t before = b->len;

	for (unsigned i = 0; i < 8; i++)
		if (flags & 1u << i)
			sbuf_printf(b, "%s%s", b->len > before ? "," : "",
			    names[i]);
	if (b->len == before)
		sbuf_puts(b, "none");
}

static void
print_icmp(const struct flow_key *k, struct sbuf *b)
{
	const struct icmp_name *names = icmp_names_of(k->family == AF_INET6);
	const char *name = icmp_name_of(names, k->sport, k->dport);
	const struct icmp_name *entry;

	sbuf_putc(b, ' ');
	entry = name ? icmp_name_find(names, name, strlen(name)) : NULL;
	if (entry != NULL && (entry->code_min == k->dport))
		sbuf_puts(b, name);
	else
		sbuf_printf(b, "%u/%u", (unsigned)k->sport,
		    (unsigned)k->dport);
}

void
packet_words(const uint8_t *l3, uint32_t have, struct sbuf *b)
{
	struct packet p;
	struct flow_key k;
	const uint8_t *l4;

	if (!pkt_open(&p, l3, have)) {
		sbuf_puts(b, "not an IP packet");
		return;
	}
	pkt_decode(&p);
	read_key(&k, &p);
	flow_key_print(&k, b);
	if (k.fragment) {
		sbuf_printf(b, " frag %u%s", (unsigned)p.frag *
		    (k.family == AF_INET ? 8 : 1), p.more_frags ? "+" : "");
	} else if (k.proto == IPPROTO_TCP &&
	    (l4 = pkt_at(&p, p.l4, 14, NULL)) != NULL) {
		sbuf_putc(b, ' ');
		tcp_flags_print(l4[13], b);
	} else if (k.is_icmp) {
		print_icmp(&k, b);
	}
}
