/* Lines of 'conntrack -L -o extended' (libnetfilter_conntrack,
 * snprintf_default.c). */
#include "sim/ct_track.h"

static const char *
proto_word(unsigned proto)
{
	static const char *const words[256] = {
		[IPPROTO_TCP] = "tcp", [IPPROTO_UDP] = "udp",
		[IPPROTO_UDPLITE] = "udplite", [IPPROTO_ICMP] = "icmp",
		[IPPROTO_ICMPV6] = "icmpv6", [IPPROTO_SCTP] = "sctp",
		[IPPROTO_GRE] = "gre", [IPPROTO_DCCP] = "dccp",
	};

	return words[proto & 255] != NULL ? words[proto & 255] : "unknown";
}

static void
put(struct sbuf *b, const char *key, uint64_t value)
{
	sbuf_puts(b, key);
	sbuf_putu(b, value);
	sbuf_putc(b, ' ');
}

static void
put_ports(struct sbuf *b, const struct tuple *t)
{
	switch (t->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		put(b, "sport=", ntohs(t->sport));
		put(b, "dport=", ntohs(t->dport));
		break;
	case IPPROTO_GRE:
		sbuf_printf(b, "srckey=0x%x dstkey=0x%x ", ntohs(t->srckey),
		    ntohs(t->dstkey));
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		put(b, "type=", t->type);
		put(b, "code=", t->code);
		put(b, "id=", ntohs(t->id));
		break;
	default:
		break;
	}
}

static void
put_direction(struct sbuf *b, const struct ct *ct, enum ct_dir dir)
{
	const struct tuple *t = &ct->tuple[dir];

	sbuf_puts(b, "src=");
	addr_print(b, t->family, &t->src);
	sbuf_puts(b, " dst=");
	addr_print(b, t->family, &t->dst);
	sbuf_putc(b, ' ');
	put_ports(b, t);
	if (!ct->zone_both && ct->zone[dir] != 0)
		put(b, dir == CT_ORIGINAL ? "zone-orig=" : "zone-reply=",
		    ct->zone[dir]);
	if (ct->acct) {
		put(b, "packets=", ct->packets[dir]);
		put(b, "bytes=", ct->bytes[dir]);
	}
}

static void
put_state(struct sbuf *b, const struct ct *ct)
{
	unsigned proto = ct->tuple[CT_ORIGINAL].proto;
	const char *state = NULL;

	if (proto == IPPROTO_TCP)
		state = ct_tcp_names[ct->tcp.state];
	else if (proto == IPPROTO_SCTP)
		state = ct_sctp_names[ct->sctp.state];
	if (state != NULL) {
		sbuf_puts(b, state);
		sbuf_putc(b, ' ');
	}
}

void
ct_print(const struct ct *ct, int64_t now, struct sbuf *b)
{
	const struct tuple *t = &ct->tuple[CT_ORIGINAL];

	sbuf_printf(b, "%-8s %u %-8s %u ",
	    t->family == AF_INET ? "ipv4" : "ipv6", t->family,
	    proto_word(t->proto), t->proto);
	put(b, "", ct_remaining(ct, now));
	put_state(b, ct);
	put_direction(b, ct, CT_ORIGINAL);
	if ((ct->status & CTS_SEEN_REPLY) == 0)
		sbuf_puts(b, "[UNREPLIED] ");
	put_direction(b, ct, CT_REPLY);
	if (ct->status & CTS_ASSURED)
		sbuf_puts(b, "[ASSURED] ");
	put(b, "mark=", ct->mark);
	if (ct->zone_both && ct->zone[CT_ORIGINAL] != 0)
		put(b, "zone=", ct->zone[CT_ORIGINAL]);
	if (ct->helper != CT_HELPER_NONE) {
		sbuf_puts(b, "helper=");
		sbuf_puts(b, ct_helper_names[ct->helper]);
		sbuf_putc(b, ' ');
	}
	put(b, "use=", 1 + ct->slaves);
	sbuf_cut(b, b->len - 1);
	sbuf_putc(b, '\n');
}
