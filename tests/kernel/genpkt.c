/* Random packets: a few flows whose packets interleave, with what goes wrong
 * on real networks and what no stack would send. */
#include "lab.h"

#include <string.h>

enum { MAX_FLOWS = 8 };

struct flow {
	unsigned label;			/* of its first packet */
	int proto;
	uint32_t client, server;	/* next sequence numbers */
	unsigned stage, packets;
	bool local;			/* the host began it */
};

struct pgen {
	struct rng *rng;
	struct sbuf *out;
	bool v6;
	struct flow flows[MAX_FLOWS];
	unsigned n;
	unsigned label;			/* of the next labelled line */
};

#define OF(g, ...) rng_of((g)->rng, (const char *const[]){ __VA_ARGS__, NULL })
#define put(g, ...) sbuf_printf((g)->out, __VA_ARGS__)

static bool
chance(struct pgen *g, unsigned percent)
{
	return rng_chance(g->rng, percent);
}

static unsigned
below(struct pgen *g, unsigned n)
{
	return rng_below(g->rng, n);
}

/* ---- Who */
static const char *
lan_host(struct pgen *g)
{
	return g->v6 ? OF(g, "2001:db8:1::2", "2001:db8:1::2",
	    "2001:db8:1::3", "2001:db8:1::77") :
	    OF(g, "10.0.0.2", "10.0.0.2", "10.0.0.3", "10.0.0.4",
	    "10.77.0.9");
}

static const char *
net_host(struct pgen *g)
{
	return g->v6 ? OF(g, "2001:db8:f::1", "2001:db8:f::1",
	    "2001:db8:f::2", "2001:db8:e::9", "2001:db8:f:1::5") :
	    OF(g, "192.0.2.1", "192.0.2.1", "192.0.2.2", "203.0.113.7",
	    "203.0.113.9", "198.51.100.1", "192.0.2.200");
}

static const char *
dmz_host(struct pgen *g)
{
	return g->v6 ? OF(g, "2001:db8:3::2", "2001:db8:3::3") :
	    OF(g, "10.5.0.2", "10.5.0.3");
}

static const char *
own_addr(struct pgen *g)
{
	return g->v6 ? OF(g, "2001:db8:1::1", "2001:db8:2::1",
	    "2001:db8:3::1") :
	    OF(g, "10.0.0.1", "198.51.100.2", "10.5.0.1");
}

static const char *
odd_addr(struct pgen *g)
{
	return g->v6 ? OF(g, "ff02::1", "ff0e::99", "::1", "::",
	    "fe80::5", "2001:db8:1::", "2001:db8:ffff::1") :
	    OF(g, "10.0.0.255", "255.255.255.255", "224.0.0.1", "239.1.2.3",
	    "127.0.0.1", "0.0.0.0", "240.0.0.1", "10.0.0.0", "0.1.2.3",
	    "198.51.100.255", "169.254.1.1");
}

static const char *
service(struct pgen *g)
{
	return OF(g, "80", "80", "443", "53", "22", "8080", "5002", "1024",
	    "65535", "1");
}

static const char *
client_port(struct pgen *g)
{
	return OF(g, "5000", "5000", "5001", "5002", "5003", "1023", "40000",
	    "53");
}

/* ---- Oddities of any packet */
static void
ip_oddity4(struct pgen *g)
{
	static const char *const o[] = {
		" ttl 1", " ttl 2", " ttl 0", " ttl 255", " tos 0x10",
		" tos 0xb8", " tos 3", " tos 2", " df", " evil", " id 0x1234",
		" ipopt 07070400000000", " ipopt 94040000", " ipopt 01010101",
		" badipsum", " ihl 4", " ihl 6", " totlen 20", " totlen 19",
		" totlen 2000", " ver 5", " frag 100", " frag 1", " mf",
		" pad 7", " tos 0xff", " ttl 64",
		" nexthdr 200",
		NULL
	};

	put(g, "%s", rng_of(g->rng, o));
}

static void
ip_oddity6(struct pgen *g)
{
	static const char *const o[] = {
		" ttl 1", " ttl 2", " ttl 0", " tc 0x10", " tc 0xb8",
		" flow 12345", " hbh 00010400000000", " dsth 00010400000000",
		" hbh 00050200000100", " rt 0000000000000000", " plen 4",
		" plen 2000", " fragh 00000000001234", " fragh 00000100001234",
		" fragh 00000900001234", " pad 7", " ver 5", " nexthdr 59",
		" nexthdr 200", " hbh 00010400000000 dsth 00010400000000",
		" ahh 0400000000010000000200000000", " ext 60 00C20400000000",
		NULL
	};

	put(g, "%s", rng_of(g->rng, o));
}

static void
link_oddity(struct pgen *g)
{
	put(g, "%s", OF(g, " bcast", " mcast", " otherhost",
	    " smac 02:00:00:00:aa:aa", " smac 02:00:00:00:aa:aa"));
}

static void
oddities(struct pgen *g, bool local)
{
	if (chance(g, 12))
		g->v6 ? ip_oddity6(g) : ip_oddity4(g);
	if (!local && chance(g, 4))
		link_oddity(g);
	if (chance(g, 3))
		put(g, " badsum");
}

static void
payload(struct pgen *g)
{
	if (chance(g, 45))
		put(g, " payload \"%s\"", OF(g, "GET / HTTP/1.0\\r\\n",
		    "DROPME", "user abc\\r\\n", "AAAA", "xxDROPMExx",
		    "pass Secret", "\\x00\\x01f\\x00octet\\x00",
		    "PORT 10,0,0,2,19,136\\r\\n"));
	else
		put(g, " len %u", chance(g, 20) ? 900 + below(g, 480) :
		    below(g, 120));
}

/* ---- Beginnings */
static void
endpoints(struct pgen *g, const char *proto, const char *src,
    const char *dst, bool ports)
{
	const char *l = g->v6 ? "[" : "", *r = g->v6 ? "]" : "";

	if (ports)
		put(g, "%s %s%s%s:%s > %s%s%s:%s", proto, l, src, r,
		    client_port(g), l, dst, r, service(g));
	else
		put(g, "%s %s > %s", proto, src, dst);
}

/* Where a flow goes: interface, source, destination. */
static bool
direction(struct pgen *g, const char **dev, const char **src,
    const char **dst)
{
	switch (below(g, 14)) {
	case 0:
	case 1:
	case 2:
	case 3:
		*dev = "lan0", *src = lan_host(g), *dst = net_host(g);
		return false;
	case 4:
	case 5:
		*dev = "wan0", *src = net_host(g), *dst = own_addr(g);
		return false;
	case 6:
		*dev = "wan0", *src = net_host(g), *dst = dmz_host(g);
		return false;
	case 7:
		*dev = "lan0", *src = lan_host(g), *dst = own_addr(g);
		return false;
	case 8:
		*dev = "lan0", *src = lan_host(g), *dst = dmz_host(g);
		return false;
	case 9:
		*dev = "dmz0", *src = dmz_host(g), *dst = net_host(g);
		return false;
	case 10:
	case 11:
		*dev = "local", *src = own_addr(g), *dst = net_host(g);
		return true;
	case 12:
		*dev = "local", *src = own_addr(g), *dst = own_addr(g);
		return true;
	default:
		*dev = "local", *src = own_addr(g), *dst = lan_host(g);
		return true;
	}
}

static struct flow *
new_flow(struct pgen *g)
{
	struct flow *f = &g->flows[g->n < MAX_FLOWS ? g->n++ :
	    below(g, MAX_FLOWS)];
	const char *dev, *src, *dst;
	unsigned kind = below(g, 20);

	memset(f, 0, sizeof(*f));
	f->label = g->label++;
	f->proto = kind < 10 ? 6 : kind < 15 ? 17 : kind < 18 ? 1 : 0;
	f->client = chance(g, 10) ? 0xfffffff0 + below(g, 16) :
	    1000 + below(g, 100000);
	f->server = chance(g, 10) ? 0xffffffe0 : 50000 + below(g, 100000);
	f->local = direction(g, &dev, &src, &dst);
	put(g, "f%u: %s ", f->label, dev);
	if (f->proto == 6)
		endpoints(g, "tcp", src, dst, true);
	else if (f->proto == 17)
		endpoints(g, "udp", src, dst, true);
	else if (f->proto == 1)
		endpoints(g, g->v6 ? "icmp6" : "icmp", src, dst, false);
	else
		endpoints(g, OF(g, "gre", "esp", "proto 253", "proto 89"), src,
		    dst, false);
	return f;
}

static void
first_packet(struct pgen *g)
{
	struct flow *f = new_flow(g);

	switch (f->proto) {
	case 6:
		if (chance(g, 88)) {
			put(g, " syn seq %u win %u", f->client,
			    below(g, 65536));
			f->client++;
			f->stage = 1;
			if (chance(g, 60))
				put(g, " mss %u", chance(g, 50) ? 1460 :
				    below(g, 2000));
			if (chance(g, 40))
				put(g, " sackok wscale %u", below(g, 15));
			if (chance(g, 8))
				payload(g);
		} else {
			put(g, " ack %u seq %u", f->server, f->client);
			f->stage = 3;
			if (chance(g, 40))
				put(g, " len 30"), f->client += 30;
		}
		break;
	case 17:
		if (chance(g, 12))
			put(g, " len %u split %u", 100 + below(g, 2000),
			    64 + below(g, 1000) / 8 * 8);
		else
			payload(g);
		if (chance(g, 4))
			put(g, " nosum");
		break;
	case 1:
		put(g, " echo-request icmpid %u", 70 + below(g, 3));
		if (chance(g, 50))
			put(g, " len %u", below(g, 100));
		break;
	default:
		if (chance(g, 70))
			put(g, " hex 00000100deadbeef00112233");
	}
	oddities(g, f->local);
	put(g, "\n");
}

/* ---- Continuations.  'client': the side that began. */
static void
who(struct pgen *g, const struct flow *f, bool client)
{
	put(g, "%s f%u", client ? "again" : "reply", f->label);
}

static void
tcp_flags(struct pgen *g, struct flow *f, bool client, const char *flags,
    unsigned len)
{
	uint32_t *mine = client ? &f->client : &f->server;
	uint32_t other = client ? f->server : f->client, seq = *mine;
	uint32_t ack = other;

	/* Off the mark, as retransmissions, losses and attacks are. */
	if (chance(g, 8))
		seq += below(g, 3000) - 1500;
	if (chance(g, 2))
		seq += rng_u32(g->rng) / 2;
	if (chance(g, 6))
		ack += below(g, 3000) - 1500;
	who(g, f, client);
	put(g, " %s", flags);
	if (strstr(flags, "ack"))
		put(g, " %u", ack);
	put(g, " seq %u", seq);
	if (chance(g, 40))
		put(g, " win %u", chance(g, 10) ? 0 : below(g, 65536));
	if (len)
		put(g, " len %u", len);
	*mine += len + !!strstr(flags, "syn") + !!strstr(flags, "fin");
}

static void
tcp_any(struct pgen *g, struct flow *f)
{
	static const char *const flags[] = {
		"none", "syn fin", "fin", "fin psh urg", "rst", "rst ack",
		"psh ack", "syn rst", "syn ack", "urg ack", "syn",
		"syn ece cwr", "ece ack", "fin ack", "ack", "syn urg",
		"psh", "fin syn rst psh ack", NULL
	};

	tcp_flags(g, f, chance(g, 50), rng_of(g->rng, flags),
	    chance(g, 30) ? below(g, 50) : 0);
	if (chance(g, 10))
		put(g, " doff %u", below(g, 16));
	if (chance(g, 10))
		put(g, " cut %u", (g->v6 ? 40 : 20) + below(g, 40));
	if (chance(g, 8))
		put(g, " res %u", below(g, 8));
}

static void
tcp_next(struct pgen *g, struct flow *f)
{
	bool client = chance(g, 50);

	if (chance(g, 15)) {
		tcp_any(g, f);
		return;
	}
	switch (f->stage) {
	case 1:
		tcp_flags(g, f, false, "syn ack", 0);
		if (chance(g, 50))
			put(g, " mss %u", 500 + below(g, 1000));
		if (chance(g, 40))
			put(g, " sackok wscale %u", below(g, 15));
		break;
	case 2:
		tcp_flags(g, f, true, "ack", 0);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		tcp_flags(g, f, client, chance(g, 50) ? "psh ack" : "ack",
		    chance(g, 70) ? 1 + below(g, 200) : 0);
		if (chance(g, 8))
			put(g, " nop nop sack %u %u", f->client,
			    f->client + below(g, 400));
		break;
	case 7:
		if (chance(g, 15)) {
			tcp_flags(g, f, client, chance(g, 50) ? "rst" :
			    "rst ack", 0);
			break;
		}
		tcp_flags(g, f, true, "fin ack", 0);
		break;
	case 8:
		tcp_flags(g, f, false, chance(g, 60) ? "fin ack" : "ack", 0);
		break;
	case 9:
		tcp_flags(g, f, true, "ack", 0);
		break;
	default:
		tcp_flags(g, f, true, "syn", 0);
		f->stage = 0;
	}
	f->stage++;
}

static void
error_about(struct pgen *g, const struct flow *f)
{
	put(g, "error f%u from %s %s", f->label, chance(g, 70) ? net_host(g) :
	    chance(g, 50) ? dmz_host(g) : own_addr(g), g->v6 ?
	    OF(g, "unreach", "unreach/4", "too-big", "time-exceeded",
	    "param/1", "100", "130", "150") :
	    OF(g, "unreach/1", "unreach/3", "unreach/4", "time-exceeded",
	    "param", "quench", "redirect/1", "unreach/0", "19"));
	if (chance(g, 40))
		put(g, " mtu %u", 500 + below(g, 1000));
	if (chance(g, 25))
		put(g, " qlen %u", (g->v6 ? 40 : 20) + below(g, 30));
	if (chance(g, 10))
		put(g, " badsum");
}

static void
continue_flow(struct pgen *g, struct flow *f)
{
	bool client = chance(g, 50);

	if (chance(g, 9)) {
		error_about(g, f);
	} else if (f->proto == 6) {
		tcp_next(g, f);
	} else {
		who(g, f, client);
		if (f->proto == 17 && chance(g, 70))
			payload(g);
		if (f->proto == 17 && chance(g, 8))
			put(g, " udplen %u", below(g, 60));
		if (f->proto == 17 && chance(g, 5))
			put(g, " cut %u", (g->v6 ? 40 : 20) + below(g, 12));
		if (f->proto == 1 && chance(g, 10))
			put(g, " icmpid %u", 70 + below(g, 3));
		if (f->proto == 1 && chance(g, 10))
			put(g, " icmpseq %u", below(g, 9));
	}
	oddities(g, f->local || !client);
	put(g, "\n");
}

/* ---- Packets of no flow */
static void
stray(struct pgen *g)
{
	const char *dev = OF(g, "lan0", "wan0", "dmz0");
	const char *src = chance(g, 60) ? lan_host(g) : chance(g, 50) ?
	    odd_addr(g) : own_addr(g);
	const char *dst = chance(g, 50) ? odd_addr(g) : chance(g, 50) ?
	    net_host(g) : own_addr(g);

	put(g, "%s ", dev);
	switch (below(g, 5)) {
	case 0:
		endpoints(g, "udp", src, dst, true);
		payload(g);
		break;
	case 1:
		endpoints(g, "tcp", src, dst, true);
		put(g, " %s", OF(g, "syn", "ack 1", "rst", "fin", "none",
		    "syn ack 5"));
		break;
	case 2:
		endpoints(g, g->v6 ? "icmp6" : "icmp", src, dst, false);
		put(g, " %s", g->v6 ? OF(g, "echo-request", "echo-reply",
		    "150", "139", "1/0") : OF(g, "echo-request",
		    "echo-reply", "15", "18", "40", "router-advert"));
		break;
	case 3:
		endpoints(g, "sctp", src, dst, true);
		put(g, " chunk 1 0 000011110000ffff00010001000003e8");
		break;
	default:
		endpoints(g, OF(g, "udplite", "dccp"), src, dst, true);
		put(g, " hex 0000050200000000deadbeef");
	}
	if (chance(g, 30))
		link_oddity(g);
	oddities(g, false);
	put(g, "\n");
}

void
gen_packets(struct rng *rng, bool v6, struct sbuf *out)
{
	struct pgen g = { .rng = rng, .out = out, .v6 = v6 };
	unsigned n, i;

	g.label = v6 ? 100 : 0;
	n = 12 + below(&g, 24);
	for (i = 0; i < n; i++) {
		unsigned what = below(&g, 100);

		if (!g.n || what < 22)
			first_packet(&g);
		else if (what < 92)
			continue_flow(&g, &g.flows[below(&g, g.n)]);
		else
			stray(&g);
	}
}
