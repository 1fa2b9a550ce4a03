#include "reports/catalogue.h"

#include "reports/findings.h"
#include "reports/tell.h"

const char *const profile_names[] = { "default", "cis", "pci", "strict",
    NULL };

const char *const reason_pages[N_REASONS] = {
	[REASON_NO_RULES] = "None of the rulesets given has a chain for the "
	    "hooks that this packet passes, so nothing could drop it.",
	[REASON_HOTDROP] = "A match that looks into headers (tcp, udp, "
	    "multiport, ...) found them cut short or impossible. The kernel "
	    "then drops the packet at once, whatever the rule's target is.",
	[REASON_DEFRAG_WAIT] = "With connection tracking in use the kernel "
	    "puts fragments together before any rule sees them. This one waits "
	    "for the others; they did not come in time.",
	[REASON_DEFRAG_DROP] = "Fragments that overlap, or whose lengths "
	    "cannot be, are dropped when they are put together.",
	[REASON_CT_DROP] = "Connection tracking dropped it by itself, before "
	    "the rules of mangle, nat and filter saw it: its protocol does "
	    "not allow such a packet in the state that its connection is in.",
	[REASON_CT_TABLE_FULL] = "nf_conntrack_max connections exist and none "
	    "could be given up early. The kernel logs \"nf_conntrack: table "
	    "full, dropping packet\". Raise the limit, or exempt traffic that "
	    "needs no tracking (raw, CT --notrack).",
	[REASON_CT_CLASH] = "Another packet made a connection with the same "
	    "tuple while this one was on its way. Two packets sent at once "
	    "from one UDP socket, as resolvers do, can meet like this.",
	[REASON_CT_HELPER] = "The helper of its connection reads what is said "
	    "in it, and drops a packet that it must understand and cannot: an "
	    "FTP command that ends in the middle of an address, or a "
	    "connection that another one expects already. The kernel logs it.",
	[REASON_NAT_DROP] = "The address translation could not be made, for "
	    "instance because the output interface has no address to "
	    "masquerade with.",
	[REASON_NAT_NO_PORT] = "Every port of the range that the rule allows "
	    "is taken by connections to the same destination. Widen the range "
	    "(--to-source ADDR:LOW-HIGH) or add addresses.",
	[REASON_RP_FILTER] = "rp_filter is on for the interface that the "
	    "packet came in by: the route back to its source goes out by "
	    "another (1, strict), or there is none (2, loose). No rule is "
	    "involved, and no counter moves but TcpExt IPReversePathFilter.",
	[REASON_MARTIAN] = "Its source or destination cannot come by this "
	    "interface: a loopback, multicast, broadcast or own address as "
	    "source. log_martians writes them to the log.",
	[REASON_ROUTE_LOCALNET] = "Packets to or from 127.0.0.0/8 are dropped "
	    "on other interfaces than lo unless route_localnet is 1 for the "
	    "interface. A DNAT to 127.0.0.1 needs it; REDIRECT does not.",
	[REASON_NO_ROUTE] = "No route of any table that 'ip rule' leads to has "
	    "this destination.",
	[REASON_BLACKHOLE] = "The route to the destination is of type "
	    "blackhole: dropped without an answer.",
	[REASON_UNREACHABLE] = "The route to the destination is of type "
	    "unreachable: the sender gets ICMP host unreachable.",
	[REASON_PROHIBIT] = "The route to the destination is of type prohibit: "
	    "the sender gets ICMP administratively prohibited.",
	[REASON_FORWARDING_OFF] = "The packet is not for this host, and the "
	    "interface that it came in by does not forward: net.ipv4.ip_forward "
	    "or net.ipv6.conf.all.forwarding is 0.",
	[REASON_TTL_EXPIRED] = "A router takes one from the TTL (hop limit) of "
	    "what it forwards; this packet had one left. The sender gets ICMP "
	    "time exceeded: that is how traceroute works.",
	[REASON_TOO_BIG_DF] = "The packet is larger than the MTU of the way out "
	    "and says that it may not be fragmented. The sender gets ICMP "
	    "fragmentation needed; if that is dropped somewhere the "
	    "connection hangs (FW7004).",
	[REASON_TOO_BIG] = "The packet is larger than the MTU of the way out; "
	    "IPv6 routers do not fragment. The sender gets ICMPv6 Packet Too "
	    "Big (FW7004).",
	[REASON_OTHERHOST] = "The frame has another host's address as its "
	    "destination; a capture in promiscuous mode sees it, IP does not.",
	[REASON_NOT_IP] = "What the frame carries is neither IPv4 nor IPv6 "
	    "(ARP, LLDP, ...): iptables does not see it.",
	[REASON_IPV6_OFF] = "disable_ipv6 is 1 for the interface.",
	[REASON_NOT_JOINED] = "The packet goes to a multicast group that no "
	    "program of the host has joined on that interface.",
	[REASON_QUEUE_NO_READER] = "-j QUEUE or NFQUEUE hands packets to a "
	    "program; when none listens they are dropped, unless the rule has "
	    "--queue-bypass.",
	[REASON_UNKNOWN_MATCH] = "A rule on the way asks for something that "
	    "nothing given tells: what is in a set, who owns a socket, what the "
	    "time is. Each possible way is followed; supply what is named to "
	    "decide it (-S, --owner, --at).",
};

static void
put_text(struct teller *w, const char *text)
{
	sbuf_puts(&w->b, "    ");
	tell_wrap(w, 4, text);
	tell_end(w);
}

/* Lines as they are. */
static void
put_lines(struct teller *w, const char *title, const char *lines)
{
	sbuf_printf(&w->b, "\n%s\n", title);
	while (*lines != '\0') {
		int n = (int)strcspn(lines, "\n");

		sbuf_printf(&w->b, "    %.*s\n", n, lines);
		lines += n + (lines[n] == '\n');
	}
}

void
catalogue_profiles(struct sbuf *b, unsigned profiles)
{
	const char *between = "";

	if (profiles & PROFILE_DEFAULT)	/* and so of all others */
		profiles = PROFILE_DEFAULT;
	for (unsigned i = 0; profile_names[i] != NULL; i++)
		if (profiles >> i & 1) {
			sbuf_printf(b, "%s%s", between, profile_names[i]);
			between = ",";
		}
	if (profiles == 0)
		sbuf_putc(b, '-');
}

static void
flush(struct teller *w, FILE *f)
{
	fwrite(w->b.text, 1, w->b.len, f);
	sbuf_free(&w->b);
}

void
catalogue_page(const struct check *c, FILE *f)
{
	struct teller w = { .color = false };

	sbuf_printf(&w.b, "%s  %s  %s\n", c->id, severity_names[c->severity],
	    c->title);
	if (c->profiles & PROFILE_DEFAULT)
		sbuf_puts(&w.b, "looked for in every profile\n");
	else if (c->profiles == 0)
		sbuf_printf(&w.b, "in no profile: --only %s looks for it\n",
		    c->id);
	else {
		sbuf_puts(&w.b, "looked for with --profile ");
		catalogue_profiles(&w.b, c->profiles);
		sbuf_putc(&w.b, '\n');
	}
	sbuf_puts(&w.b, "\nwhat\n");
	put_text(&w, c->what);
	sbuf_puts(&w.b, "\nwhy it matters\n");
	put_text(&w, c->why);
	put_lines(&w, "bad", c->bad);
	put_lines(&w, "good", c->good);
	sbuf_printf(&w.b, "\nto suppress\n"
	    "    # nfwalk: ignore %s until=YYYY-MM-DD reason=\"...\"\n"
	    "    -m comment --comment \"nfwalk:%s ...\"\n", c->id, c->id);
	if (c->standards != NULL) {
		sbuf_puts(&w.b, "\nsee\n");
		put_text(&w, c->standards);
	}
	flush(&w, f);
}

void
catalogue_reason(enum reason r, FILE *f)
{
	struct teller w = { .color = false };

	sbuf_printf(&w.b, "%s\n    %s\n", reason_names[r], reason_texts[r]);
	if (reason_pages[r] != NULL) {
		sbuf_putc(&w.b, '\n');
		put_text(&w, reason_pages[r]);
	}
	flush(&w, f);
}

void
catalogue_list(FILE *f)
{
	for (unsigned i = 0; i < n_checks; i++) {
		struct sbuf profiles = SBUF_INIT;

		catalogue_profiles(&profiles, checks[i].profiles);
		fprintf(f, "%s  %-7s  %-14s  %s\n", checks[i].id,
		    severity_names[checks[i].severity], sbuf_text(&profiles),
		    checks[i].title);
		sbuf_free(&profiles);
	}
}
