#include "parsers/specread.h"

#include <netinet/in.h>
#include <stdio.h>

enum { DEFAULT_PORT = 49152 };

/* What goes without saying, and what cannot be together. */
static bool
check(struct spec_reader *r)
{
	struct pktspec *p = r->p;

	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_ICMP))
		spec_set_proto(p, p->family == AF_INET6 ? IPPROTO_ICMPV6 :
		    IPPROTO_ICMP, NULL);
	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_FLAGS))
		spec_set_proto(p, IPPROTO_TCP, NULL);
	spec_icmp_by_family(p);
	if (p->proto == IPPROTO_ICMPV6 && p->family == AF_INET &&
	    !(p->has & SPEC_NUMBER))
		return spec_fail(r, 0, "ICMPv6 between IPv4 addresses");
	if (!(p->has & SPEC_PROTO))
		return spec_fail(r, r->n,
		    "which protocol? tcp, udp, icmp, ... or "
		    "'proto N'");
	if ((p->has & SPEC_FLAGS) && p->proto != IPPROTO_TCP)
		return spec_fail(
		    r, r->n, "TCP flags on a packet that is not TCP");
	if ((p->reply || (p->has & SPEC_CONNMARK)) && !p->established)
		return spec_fail(r, r->n, "reply and connmark are about a "
		    "connection that exists: 'established'");
	if ((p->has & SPEC_OWNER) && p->in[0] != '\0')
		return spec_fail(r, r->n,
		    "only what the host sends has a user and a group");
	if (p->length != 0 && p->length > 65535)
		return spec_fail(
		    r, r->n, "no packet is longer than 65535 bytes");
	return true;
}

static bool
parse(struct spec_reader *r, size_t off, size_t len)
{
	const char *text = r->src->text + off;

	r->end = (uint32_t)(off + len);
	*r->p = (struct pktspec){ .loc = loc_at(r->src, off, len), .ttl = 64,
	    .window = 64240, .echo_id = 1, .echo_seq = 1, .count = 1 };
	return spec_split(r, text, text + len) && spec_read_any(r) &&
	    check(r);
}

bool
pktspec_parse(const struct source *src, size_t off, size_t len,
    struct pktspec *p, struct arena *arena, struct diags *diags)
{
	struct spec_reader r = { .src = src, .p = p, .arena = arena,
	    .diags = diags };

	return parse(&r, off, len);
}

bool
pktspec_parse_set(const struct source *src, size_t off, size_t len,
    struct pktspec *p, struct arena *arena, struct diags *diags)
{
	struct spec_reader r = { .src = src, .p = p, .arena = arena,
	    .diags = diags, .sets = true };

	return parse(&r, off, len);
}

static bool
has_ports(const struct pktspec *p)
{
	return p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP ||
	    p->proto == IPPROTO_UDPLITE || p->proto == IPPROTO_SCTP ||
	    p->proto == IPPROTO_DCCP;
}

void
pktspec_complete(struct pktspec *p, void (*note)(void *, const char *),
    void *arg)
{
	char text[96];

	if (p->frag != 0)
		return;			/* no header to fill in */
	if (has_ports(p) && !(p->has & SPEC_SPORT)) {
		p->sport = DEFAULT_PORT;
		snprintf(text, sizeof(text), "source port not given: %u",
		    (unsigned)p->sport);
		note(arg, text);
	}
	if (has_ports(p) && !(p->has & SPEC_DPORT)) {
		p->dport = DEFAULT_PORT + 1;
		snprintf(text, sizeof(text), "destination port not given: %u",
		    (unsigned)p->dport);
		note(arg, text);
	}
	if (p->proto == IPPROTO_TCP && !(p->has & SPEC_FLAGS)) {
		p->tcp_flags = p->established ? TCPF_ACK : TCPF_SYN;
		note(arg, p->established ? "TCP flags not given: ack" :
		    "TCP flags not given: syn");
	}
	if (spec_is_icmp(p) && !(p->has & SPEC_ICMP)) {
		p->icmp_type = p->proto == IPPROTO_ICMP ? 8 : 128;
		note(arg, "ICMP type not given: echo-request");
	}
	p->has |= SPEC_SPORT | SPEC_DPORT | SPEC_FLAGS | SPEC_ICMP;
}

static void
swap_ends(struct pktspec *p)
{
	union addr addr = p->src;
	uint16_t port = p->sport;

	p->src = p->dst;
	p->dst = addr;
	p->sport = p->dport;
	p->dport = port;
}

bool
pktspec_answer(const struct pktspec *p, struct pktspec *a)
{
	static const uint8_t echo[][3] = {	/* protocol, asked, answered */
		{ IPPROTO_ICMP, 8, 0 }, { IPPROTO_ICMP, 13, 14 },
		{ IPPROTO_ICMP, 15, 16 }, { IPPROTO_ICMP, 17, 18 },
		{ IPPROTO_ICMPV6, 128, 129 },
	};

	*a = *p;
	swap_ends(a);
	a->payload_len = a->length = 0;
	a->inner = NULL;
	a->ttl = 64;
	if (p->frag != 0 || (p->tcp_flags & TCPF_RST))
		return false;
	if (p->proto == IPPROTO_TCP) {
		bool first = (p->tcp_flags & (TCPF_SYN | TCPF_ACK)) == TCPF_SYN;

		a->tcp_flags = first ? TCPF_SYN | TCPF_ACK : TCPF_ACK;
		a->seq = first ? 1000000 : p->ack;
		a->ack = p->seq + p->payload_len +
		    !!(p->tcp_flags & TCPF_SYN) + !!(p->tcp_flags & TCPF_FIN);
	}
	if (!spec_is_icmp(p))
		return true;
	for (size_t i = 0; i < sizeof(echo) / sizeof(*echo); i++)
		if (echo[i][0] == p->proto && echo[i][1] == p->icmp_type) {
			a->icmp_type = echo[i][2];
			return true;
		}
	return false;
}
