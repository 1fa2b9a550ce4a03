/* A packet in words: pktspec_parse the other way round. */
#include "parsers/pktspec.h"

#include "model/icmp.h"

#include <netinet/in.h>
#include <stddef.h>
#include <strings.h>

static const char *const flag_names[] = { "fin", "syn", "rst", "psh", "ack",
    "urg", "ece", "cwr" };

static bool
has_ports(const struct pktspec *p)
{
	return p->frag == 0 && (p->proto == IPPROTO_TCP ||
	    p->proto == IPPROTO_UDP || p->proto == IPPROTO_UDPLITE ||
	    p->proto == IPPROTO_SCTP || p->proto == IPPROTO_DCCP);
}

/* A word that may have spaces and the like in it. */
static void
put_word(struct sbuf *out, const char *s, size_t len)
{
	const char *odd = " \t\n\r,>'\"";
	char quote = memchr(s, '"', len) ? '\'' : '"';
	bool plain = len > 0;

	for (size_t i = 0; i < len; i++)
		plain = plain && strchr(odd, s[i]) == NULL;
	if (!plain)
		sbuf_putc(out, quote);
	sbuf_put(out, s, len);
	if (!plain)
		sbuf_putc(out, quote);
}

static void
put_iface(struct sbuf *out, const char *name)
{
	put_word(out, name, strnlen(name, IFNAME_SIZE));
}

/* Numbers where the name would say something else. */
static void
put_proto(const struct pktspec *p, struct sbuf *out)
{
	const char *name = p->proto == IPPROTO_ICMPV6 ? "icmp6" :
	    p->proto == 0 ? NULL : proto_name(p->proto);
	bool other = p->proto == IPPROTO_ICMP ? p->family == AF_INET6 :
	    p->proto == IPPROTO_ICMPV6 && p->family == AF_INET;

	if (name != NULL && !other)
		sbuf_puts(out, name);
	else
		sbuf_putu(out, p->proto);
}

static void
put_end(const struct pktspec *p, const union addr *addr, uint16_t port,
    bool has_port, struct sbuf *out)
{
	bool v6 = p->family == AF_INET6;

	if (v6)
		sbuf_putc(out, '[');
	addr_print(out, p->family, addr);
	if (v6)
		sbuf_putc(out, ']');
	if (has_port && has_ports(p))
		sbuf_printf(out, ":%u", port);
}

static void
put_flags(const struct pktspec *p, struct sbuf *out)
{
	const char *sep = " ";

	if (p->tcp_flags == 0)
		sbuf_puts(out, " none");
	for (unsigned i = 0; i < 8; i++)
		if (p->tcp_flags >> i & 1) {
			sbuf_printf(out, "%s%s", sep, flag_names[i]);
			sep = ",";
		}
}

static void
put_icmp(const struct pktspec *p, struct sbuf *out)
{
	const struct icmp_name *names =
	    icmp_names_of(p->proto == IPPROTO_ICMPV6), *back;
	const char *name = icmp_name_of(names, p->icmp_type, p->icmp_code);

	back = name ? icmp_name_find(names, name, strlen(name)) : NULL;
	if (back != NULL && back->type == p->icmp_type &&
	    back->code_min == p->icmp_code)
		sbuf_printf(out, " %s", name);
	else
		sbuf_printf(out, " %u/%u", p->icmp_type, p->icmp_code);
	if (p->info != 0)
		sbuf_printf(out, " mtu %u", p->info);
	if (p->echo_id != 1)
		sbuf_printf(out, " id %u", p->echo_id);
	if (p->echo_seq != 1)
		sbuf_printf(out, " icmp-seq %u", p->echo_seq);
}

static void
put_tcp(const struct pktspec *p, struct sbuf *out)
{
	if (p->has & SPEC_FLAGS)
		put_flags(p, out);
	if (p->has & SPEC_SEQ)
		sbuf_printf(out, " seq %u", p->seq);
	if (p->has & SPEC_ACK)
		sbuf_printf(out, " ack %u", p->ack);
	if (p->window != 64240)
		sbuf_printf(out, " win %u", p->window);
	if (p->has & SPEC_MSS)
		sbuf_printf(out, " mss %u", p->mss);
}

static void
put_ip(const struct pktspec *p, struct sbuf *out)
{
	if (p->ttl != 64)
		sbuf_printf(out, " ttl %u", p->ttl);
	if (p->tos != 0)
		sbuf_printf(out, " tos %u", p->tos);
	if (p->id != 0)
		sbuf_printf(out, " ipid %u", p->id);
	if (p->df)
		sbuf_puts(out, " df");
	if (p->frag != 0)
		sbuf_printf(out, " frag %u", p->frag);
	if (p->mf)
		sbuf_puts(out, " mf");
	if (p->length != 0)
		sbuf_printf(out, " len %u", p->length);
}

static void
put_payload(const struct pktspec *p, struct sbuf *out)
{
	if (p->payload_len == 0)
		return;
	sbuf_puts(out, " payload hex:");
	for (uint32_t i = 0; i < p->payload_len; i++)
		sbuf_printf(out, "%02x", p->payload[i]);
}

/* What the bytes do not tell. */
static void
put_said(const struct pktspec *p, struct sbuf *out)
{
	static const char *const types[] = { "unicast", "broadcast",
	    "multicast", "otherhost" };

	if (p->established)
		sbuf_puts(out, " established");
	if (p->reply)
		sbuf_puts(out, " reply");
	if (p->untracked)
		sbuf_puts(out, " ctstate UNTRACKED");
	if (p->ct_said != CTSAID_NOTHING)
		sbuf_printf(out, " ctstate %s",
		    p->ct_said == CTSAID_INVALID ? "INVALID" : "RELATED");
	if (p->has & SPEC_CONNMARK)
		sbuf_printf(out, " connmark %u", p->connmark);
	if (p->has & SPEC_OWNER)
		sbuf_printf(out, " uid %u gid %u", p->uid, p->gid);
	if (p->has & SPEC_PKTTYPE)
		sbuf_printf(out, " pkttype %s", types[p->pkttype]);
	if (p->src_type != 0)
		sbuf_printf(out, " srctype %s", addr_type_names[p->src_type]);
	if (p->dst_type != 0)
		sbuf_printf(out, " dsttype %s", addr_type_names[p->dst_type]);
	if (p->physin[0] != '\0') {
		sbuf_puts(out, " physin ");
		put_iface(out, p->physin);
	}
}

static void
put_options(const struct pktspec *p, struct sbuf *out)
{
	bool icmp = p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6;

	if (p->proto == IPPROTO_TCP)
		put_tcp(p, out);
	if (icmp && (p->has & SPEC_ICMP))
		put_icmp(p, out);
	put_ip(p, out);
	if (p->spi != 0)
		sbuf_printf(out, " spi %u", p->spi);
	put_payload(p, out);
	if (p->inner != NULL) {
		sbuf_puts(out, " about \"");
		pktspec_print(p->inner, out);
		sbuf_putc(out, '"');
	}
	if (p->has & SPEC_MAC)
		sbuf_printf(out, " mac %02x:%02x:%02x:%02x:%02x:%02x",
		    p->mac[0], p->mac[1], p->mac[2], p->mac[3], p->mac[4],
		    p->mac[5]);
	if (p->mark != 0)
		sbuf_printf(out, " mark %u", p->mark);
	put_said(p, out);
	if (p->count != 1)
		sbuf_printf(out, " x%u", p->count);
	if (p->out[0] != '\0') {
		sbuf_puts(out, " -> ");
		put_iface(out, p->out);
	}
}

void
pktspec_print(const struct pktspec *p, struct sbuf *out)
{
	if (p->local) {
		sbuf_puts(out, "local ");
	} else if (p->in[0] != '\0') {
		put_iface(out, p->in);
		sbuf_putc(out, ' ');
	}
	put_proto(p, out);
	sbuf_putc(out, ' ');
	put_end(p, &p->src, p->sport, p->has & SPEC_SPORT, out);
	sbuf_puts(out, " > ");
	put_end(p, &p->dst, p->dport, p->has & SPEC_DPORT, out);
	put_options(p, out);
}
