/* Random rulesets.  They load (a refusal is a fault of this file), use what
 * the packets of genpkt.c hold so that rules match often, and leave out what
 * the kernel decides by chance or by its wall clock. */
#include "lab.h"

#include <stdarg.h>
#include <string.h>

enum hook { PRE = 1, IN = 2, FWD = 4, OUT = 8, POST = 16 };

enum { MAX_CHAINS = 12 };

struct gchain {
	char name[16];
	unsigned hooks;			/* from which it may be reached */
	bool user;
};

struct gtable {
	const char *name;
	struct gchain chains[MAX_CHAINS];
	unsigned n;
};

struct gen {
	struct rng *rng;
	struct sbuf *out;
	bool v6;
	bool sets;			/* [ipset] made them */
	unsigned names;			/* of hashlimit and recent lists */
	bool counts;			/* connlimit is used */
	/* The rule at hand. */
	const struct gtable *table;
	const struct gchain *chain;
	int proto;			/* 0: none */
	bool syn;			/* it tests SYN: TCPMSS is allowed */
	unsigned marks;			/* --mark in the rule: iptables takes no
					 * third, of mark and connmark in turn */
};

/* ---- Chance */
uint32_t
rng_u32(struct rng *r)
{
	r->s += 0x9e3779b97f4a7c15ULL;
	uint64_t z = r->s;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ z >> 31) >> 16);
}

unsigned
rng_below(struct rng *r, unsigned n)
{
	return n ? rng_u32(r) % n : 0;
}

bool
rng_chance(struct rng *r, unsigned percent)
{
	return rng_below(r, 100) < percent;
}

const char *
rng_of(struct rng *r, const char *const *list)
{
	unsigned n = 0;

	while (list[n])
		n++;
	return list[rng_below(r, n)];
}

#define OF(g, ...) rng_of((g)->rng, (const char *const[]){ __VA_ARGS__, NULL })

static void put(struct gen *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(g->out, fmt, ap);
	va_end(ap);
}

static unsigned
below(struct gen *g, unsigned n)
{
	return rng_below(g->rng, n);
}

static bool
chance(struct gen *g, unsigned percent)
{
	return rng_chance(g->rng, percent);
}

static const char *
inverted(struct gen *g)
{
	return chance(g, 18) ? "! " : "";
}

static const char *
network(struct gen *g)
{
	if (g->v6)
		return OF(g, "2001:db8:1::/64", "2001:db8:1::2",
		    "2001:db8:f::1", "2001:db8:f::/48", "2001:db8:2::1",
		    "2001:db8:3::/64", "2001:db8::/32", "2001:db8:1::1",
		    "fe80::/10", "ff00::/8", "2001:db8:1::2/127");
	return OF(g, "10.0.0.0/24", "10.0.0.2", "10.0.0.3", "192.0.2.1",
	    "192.0.2.0/24", "203.0.113.0/24", "198.51.100.2", "10.5.0.0/24",
	    "10.0.0.0/8", "10.0.0.1", "198.51.100.0/24", "10.0.0.2/31",
	    "203.0.113.7", "224.0.0.0/4", "127.0.0.0/8", "10.0.0.0/255.0.0.3");
}

static const char *
port(struct gen *g)
{
	return OF(g, "80", "443", "53", "22", "5000", "5001", "5002", "8080",
	    "0:1023", "1024:65535", "5000:5001", "80:90", ":1023", "5003:",
	    "65535", "1");
}

/* ---- Matches: each appends " -m ..." */
static void
m_tcp(struct gen *g)
{
	put(g, " -m tcp");
	if (chance(g, 25))
		put(g, " %s--sport %s", inverted(g), port(g));
	if (chance(g, 50))
		put(g, " %s--dport %s", inverted(g), port(g));
	if (chance(g, 20)) {
		put(g, " --tcp-flags %s", OF(g, "SYN,RST SYN",
		    "FIN,SYN,RST,ACK SYN", "SYN SYN"));
		g->syn = true;
	} else if (chance(g, 20)) {
		put(g, " %s--tcp-flags %s", inverted(g), OF(g, "ACK ACK",
		    "SYN,ACK SYN,ACK", "FIN FIN", "RST RST", "ALL NONE",
		    "ALL FIN,PSH,URG", "SYN,FIN SYN,FIN", "PSH PSH",
		    "ALL ACK", "URG NONE"));
	} else if (chance(g, 8)) {
		put(g, " %s--tcp-option %s", inverted(g),
		    OF(g, "2", "3", "8", "4", "5"));
	}
}

static void
m_udp(struct gen *g)
{
	put(g, " -m udp");
	if (chance(g, 30))
		put(g, " %s--sport %s", inverted(g), port(g));
	if (chance(g, 60))
		put(g, " %s--dport %s", inverted(g), port(g));
}

static void
m_icmp(struct gen *g)
{
	if (g->v6)
		put(g, " -m icmp6 %s--icmpv6-type %s", inverted(g), OF(g,
		    "128", "129", "1", "1/4", "2", "3", "135", "1/0", "4"));
	else
		put(g, " -m icmp %s--icmp-type %s", inverted(g), OF(g, "8",
		    "0", "3", "3/1", "11", "any", "3/3", "8/1", "5", "12"));
}

static void
m_l4(struct gen *g)
{
	if (g->proto == 6)
		m_tcp(g);
	else if (g->proto == 17)
		m_udp(g);
	else if (g->proto == 1 || g->proto == 58)
		m_icmp(g);
	else if (g->proto == 50)
		put(g, " -m esp %s--espspi %s", inverted(g),
		    OF(g, "1:500", "256", "257:4000"));
	else if (g->proto == 132)
		put(g, " -m sctp %s%s", inverted(g), OF(g, "--dport 80",
		    "--dport 5000:6000", "--chunk-types any INIT",
		    "--chunk-types only DATA,SACK", "--sport 53"));
	else if (g->proto == 33)
		put(g, " -m dccp %s%s", inverted(g), OF(g, "--dport 80",
		    "--sport 1:6000", "--dccp-types REQUEST,DATA"));
}

static void
m_multiport(struct gen *g)
{
	if (g->proto != 6 && g->proto != 17)
		return;
	put(g, " -m multiport %s--%s %s", inverted(g),
	    OF(g, "sports", "dports", "ports"), OF(g, "80,443", "22,80:90,53",
	    "5000:5002", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,80", "53",
	    "1024:65535,80"));
}

static void
m_iprange(struct gen *g)
{
	put(g, " -m iprange %s--%s-range %s", inverted(g),
	    OF(g, "src", "dst"), g->v6 ?
	    OF(g, "2001:db8:1::2-2001:db8:1::3", "2001:db8:f::-2001:db8:f::1",
		"2001:db8:1::-2001:db8:3::ffff") :
	    OF(g, "10.0.0.2-10.0.0.3", "192.0.2.1-203.0.113.7",
		"10.0.0.0-10.255.255.255", "10.0.0.3-10.0.0.3"));
}

static void
m_state(struct gen *g)
{
	put(g, " -m state %s--state %s", inverted(g), OF(g, "NEW",
	    "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "ESTABLISHED",
	    "INVALID,NEW", "RELATED"));
}

static void
m_conntrack(struct gen *g)
{
	const char *no = inverted(g);

	put(g, " -m conntrack");
	switch (below(g, 12)) {
	case 0:
		put(g, " %s--ctstate SNAT", no);
		break;
	case 1:
		put(g, " %s--ctstate DNAT,NEW", no);
		break;
	case 2:
		put(g, " %s--ctproto %s", no, OF(g, "tcp", "udp", "1", "58"));
		break;
	case 3:
		put(g, " %s--ctorigsrc %s", no, network(g));
		break;
	case 4:
		put(g, " %s--ctrepldst %s", no, network(g));
		break;
	case 5:
		put(g, " %s--ctstatus %s", no, OF(g, "ASSURED", "SEEN_REPLY",
		    "CONFIRMED", "EXPECTED", "NONE", "SEEN_REPLY,ASSURED"));
		break;
	case 6:
		put(g, " %s--ctexpire %s", no, OF(g, "0", "1:20", "25:45",
		    "100:200", "400000:500000"));
		break;
	case 7:
		put(g, " --ctdir %s", OF(g, "ORIGINAL", "REPLY"));
		break;
	case 8:
		put(g, " --ctproto tcp %s--ctorigdstport %s", no,
		    OF(g, "80", "22:443"));
		break;
	case 9:
		put(g, " --ctstate %s --ctdir %s", OF(g, "INVALID", "NEW",
		    "ESTABLISHED"), OF(g, "ORIGINAL", "REPLY"));
		break;
	case 10:
		put(g, " %s--ctreplsrc %s", no, network(g));
		break;
	default:
		put(g, " %s--ctstate %s", no, OF(g, "NEW", "ESTABLISHED",
		    "RELATED,ESTABLISHED", "INVALID", "UNTRACKED"));
	}
}

static void
m_mark(struct gen *g)
{
	if (g->marks++ >= 2)
		return;
	put(g, " -m mark %s--mark %s", inverted(g), OF(g, "0x1", "0x2",
	    "0x0", "0x1/0x1", "0x10/0xf0", "0x7", "0x0/0xff"));
}

static void
m_connmark(struct gen *g)
{
	if (g->marks++ >= 2)
		return;
	put(g, " -m connmark %s--mark %s", inverted(g), OF(g, "0x1", "0x0",
	    "0x2/0x2", "0x7", "0x0/0xff"));
}

static void
m_connbytes(struct gen *g)
{
	put(g, " -m connbytes %s--connbytes %s --connbytes-mode %s "
	    "--connbytes-dir %s", inverted(g), OF(g, "1:", "2:3", "0:100",
	    "100:", "41:1000", "60:60"), OF(g, "packets", "bytes", "avgpkt"),
	    OF(g, "original", "reply", "both"));
}

static void
m_connlimit(struct gen *g)
{
	g->counts = true;
	put(g, " -m connlimit --connlimit-%s %u --connlimit-mask %s "
	    "--connlimit-%s", OF(g, "above", "upto"), below(g, 4),
	    g->v6 ? OF(g, "128", "64", "0") : OF(g, "32", "24", "0", "31"),
	    OF(g, "saddr", "daddr"));
}

static void
m_limit(struct gen *g)
{
	put(g, " -m limit --limit %s --limit-burst %u", OF(g, "1/hour",
	    "3/min", "1/sec", "20/hour", "10/day", "2/min"), 1 + below(g, 6));
}

static void
m_hashlimit(struct gen *g)
{
	if (chance(g, 75))
		put(g, " -m hashlimit --hashlimit-%s %s --hashlimit-burst %u",
		    OF(g, "upto", "above"), OF(g, "1/min", "2/min", "5/hour",
		    "1/sec"), 1 + below(g, 5));
	else
		put(g, " -m hashlimit --hashlimit-%s %s",
		    OF(g, "upto", "above"), OF(g, "16b/s", "32b/s",
		    "64b/s"));
	if (chance(g, 80))
		put(g, " --hashlimit-mode %s", OF(g, "srcip", "dstip",
		    "srcip,dstport", "srcip,dstip,srcport,dstport",
		    "dstip,dstport"));
	if (chance(g, 30))
		put(g, " --hashlimit-%smask %s", OF(g, "src", "dst"),
		    g->v6 ? OF(g, "64", "128", "33") : OF(g, "24", "32", "8",
		    "31"));
	put(g, " --hashlimit-name h%u", g->names++);
}

static void
m_recent(struct gen *g)
{
	unsigned how = below(g, 4);

	put(g, " -m recent %s--%s", inverted(g),
	    (const char *[]){ "set", "rcheck", "update", "remove" }[how]);
	if (how == 1 || how == 2) {
		if (chance(g, 40))
			put(g, " --seconds %s", OF(g, "60", "3600", "30"));
		if (chance(g, 40))
			put(g, " --hitcount %u", 1 + below(g, 4));
		if (chance(g, 15))
			put(g, " --rttl");
	}
	/* IPv6 has its own: a dump cannot tell the mask of a shared list. */
	put(g, " --name %s%u --%s", g->v6 ? "s" : "r", below(g, 2),
	    OF(g, "rsource", "rsource", "rdest"));
	if (chance(g, 25))
		put(g, " --mask %s", g->v6 ? OF(g, "ffff:ffff:ffff:ffff::",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") :
		    OF(g, "255.255.255.0", "255.255.255.255"));
}

static void
m_quota(struct gen *g)
{
	put(g, " -m quota %s--quota %u", inverted(g), 40 + below(g, 600));
}

static void
m_statistic(struct gen *g)
{
	unsigned every = 1 + below(g, 4);

	put(g, " -m statistic --mode nth %s--every %u --packet %u",
	    inverted(g), every, below(g, every));
}

static void
m_string(struct gen *g)
{
	put(g, " -m string --algo %s", OF(g, "bm", "kmp"));
	if (chance(g, 30))
		put(g, " --from %u", below(g, 60));
	if (chance(g, 30))
		put(g, " --to %u", 60 + below(g, 60));
	if (chance(g, 75))
		put(g, " %s--string \"%s\"", inverted(g), OF(g, "GET",
		    "DROPME", "user", "abc", "PASS "));
	else
		put(g, " %s--hex-string \"%s\"", inverted(g), OF(g, "|0d0a|",
		    "GE|54|", "|414141|"));
	if (chance(g, 20))
		put(g, " --icase");
}

static void
m_time(struct gen *g)
{
	put(g, " -m time");
	switch (below(g, 5)) {
	case 0:
		put(g, " --timestart %s --timestop %s", OF(g, "00:00",
		    "08:00", "22:30"), OF(g, "23:59", "06:00", "12:30"));
		break;
	case 1:
		/* Not all seven inverted: a dump of it cannot be read. */
		put(g, " %s--weekdays %s", inverted(g), OF(g, "Mon,Tue,Wed",
		    "Sat,Sun", "Mon,Tue,Thu,Fri,Sat,Sun"));
		break;
	case 2:
		put(g, " %s--monthdays %s", inverted(g), OF(g, "1,2,3,4,5",
		    "31", "10,20,30,21,22,23"));
		break;
	case 3:
		put(g, " --datestart %s", OF(g, "2020-01-01",
		    "2037-01-01T12:00:00"));
		break;
	default:
		put(g, " --timestart 18:00 --timestop 05:00 --contiguous "
		    "--weekdays %s", OF(g, "Mon,Wed,Fri", "Sun"));
	}
}

static void
m_u32(struct gen *g)
{
	put(g, " -m u32 %s--u32 \"%s\"", inverted(g), g->v6 ?
	    OF(g, "0>>28=6", "4&0xFFFF=0x0:0x4000", "8=0x20010db8",
		"36=1 && 40>>16=80", "4>>16=0:60", "40@0=1") :
	    OF(g, "0>>28=4", "6&0xFF=17", "6&0xFF=6",
		"0&0xFFFF=0x28:0x40", "16=0xC0000201",
		"12=0x0A000002:0x0A000005 && 16&0xFFFFFF00=0xC0000200",
		"0>>22&0x3C@0>>16=80,53,443", "0>>22&0x3C@12>>26&0x3C@0=0",
		"6&0xFF=6 && 0>>22&0x3C@4=0:0x7FFFFFFF", "2000=0",
		"4&0x3FFF=0x1:0x3FFF", "0>>22&0x3C@0&0xFFFF=0:1024"));
}

static void
m_addrtype(struct gen *g)
{
	const char *types = g->v6 ? OF(g, "LOCAL", "UNICAST", "MULTICAST",
	    "LOCAL,MULTICAST") : OF(g, "LOCAL", "UNICAST", "BROADCAST",
	    "MULTICAST", "BROADCAST,MULTICAST", "UNSPEC,UNICAST", "BLACKHOLE",
	    "UNREACHABLE", "PROHIBIT");
	unsigned h = g->chain->hooks;

	put(g, " -m addrtype %s--%s-type %s", inverted(g),
	    OF(g, "src", "dst"), types);
	if (chance(g, 25) && !(h & (OUT | POST)))
		put(g, " --limit-iface-in");
	else if (chance(g, 25) && !(h & (PRE | IN)))
		put(g, " --limit-iface-out");
}

static void
m_mac(struct gen *g)
{
	if (!(g->chain->hooks & (OUT | POST)))
		put(g, " -m mac %s--mac-source %s", inverted(g), OF(g,
		    "02:00:00:00:10:02", "02:00:00:00:20:02",
		    "02:00:00:00:aa:aa"));
}

static void
m_length(struct gen *g)
{
	put(g, " -m length %s--length %s", inverted(g), OF(g, "40", "0:60",
	    "61:", "28:100", "1500", "20", "100:2000", "48"));
}

static void
m_ttl(struct gen *g)
{
	if (g->v6)
		put(g, " -m hl %s", OF(g, "--hl-eq 64", "--hl-lt 10",
		    "--hl-gt 63", "! --hl-eq 63"));
	else
		put(g, " -m ttl %s", OF(g, "--ttl-eq 64", "--ttl-lt 10",
		    "--ttl-gt 63", "! --ttl-eq 63", "--ttl-eq 63"));
}

static void
m_tos(struct gen *g)
{
	if (chance(g, 50))
		put(g, " -m tos %s--tos %s", inverted(g), OF(g, "0x10",
		    "0x00", "0x10/0x3f", "0xb8/0xfc", "0x08/0x08"));
	else
		put(g, " -m dscp %s--dscp %s", inverted(g), OF(g, "0x2e",
		    "0x00", "0x04", "0x0a"));
}

static void
m_ecn(struct gen *g)
{
	if (g->proto == 6 && chance(g, 50))
		put(g, " -m ecn %s--ecn-tcp-%s", inverted(g), OF(g, "cwr",
		    "ece"));
	else
		put(g, " -m ecn %s--ecn-ip-ect %u", inverted(g), below(g, 4));
}

static void
m_pkttype(struct gen *g)
{
	put(g, " -m pkttype %s--pkt-type %s", inverted(g), OF(g, "unicast",
	    "broadcast", "multicast"));
}

static void
m_comment(struct gen *g)
{
	put(g, " -m comment --comment %s", OF(g, "\"a b\"", "x",
	    "\"it is \\\"so\\\"\""));
}

static void
m_rpfilter(struct gen *g)
{
	if (g->chain->hooks != PRE || (strcmp(g->table->name, "raw") &&
	    strcmp(g->table->name, "mangle")))
		return;
	put(g, " -m rpfilter%s%s%s%s", chance(g, 30) ? " --loose" : "",
	    chance(g, 20) ? " --validmark" : "",
	    chance(g, 20) ? " --accept-local" : "",
	    chance(g, 40) ? " --invert" : "");
}

static void
m_set(struct gen *g)
{
	static const char *const both[] = { "src", "dst", NULL };

	if (!g->sets)
		return;
	put(g, " -m set %s--match-set", inverted(g));
	switch (below(g, 4)) {
	case 0:
		put(g, " hosts%s %s", g->v6 ? "6" : "", rng_of(g->rng, both));
		break;
	case 1:
		put(g, " nets%s %s", g->v6 ? "6" : "", rng_of(g->rng, both));
		break;
	case 2:
		put(g, " pairs%s %s,%s", g->v6 ? "6" : "",
		    rng_of(g->rng, both), rng_of(g->rng, both));
		break;
	default:
		put(g, " ports %s", rng_of(g->rng, both));
	}
}

static void
m_tcpmss(struct gen *g)
{
	if (g->proto == 6)
		put(g, " -m tcpmss %s--mss %s", inverted(g), OF(g, "1:1000",
		    "1460", "1400:1500"));
}

static void
m_header6(struct gen *g)
{
	if (!g->v6)
		return;
	switch (below(g, 5)) {
	case 0:
		put(g, " -m frag --fragid 0:4294967295%s", OF(g, "",
		    " --fragfirst", " --fragmore", " --fraglast"));
		break;
	case 1:
		put(g, " -m rt %s--rt-type 0", inverted(g));
		break;
	case 2:
		put(g, " -m hbh");
		break;
	case 3:
		put(g, " -m dst");
		break;
	default:
		put(g, " -m ipv6header %s--header %s%s", inverted(g),
		    OF(g, "prot", "frag", "hop", "dst", "route,prot"),
		    chance(g, 60) ? " --soft" : "");
	}
}

static void
m_owner(struct gen *g)
{
	if (!(g->chain->hooks & (PRE | IN | FWD)))
		put(g, " -m owner %s--%s", inverted(g), OF(g, "uid-owner 0",
		    "gid-owner 0-99", "uid-owner 1000", "socket-exists"));
}

static void
m_devices(struct gen *g)
{
	if (g->chain->hooks & (OUT | POST))
		return;
	if (chance(g, 50))
		put(g, " -m devgroup %s--src-group %s", inverted(g),
		    OF(g, "0x0", "0x5", "0x0/0x1"));
	else
		put(g, " -m physdev %s--physdev-in %s", inverted(g),
		    OF(g, "lan0", "wan+"));
}

static void
m_helper(struct gen *g)
{
	put(g, " -m helper %s--helper %s", inverted(g), OF(g, "ftp", "tftp"));
}

static void
m_cluster(struct gen *g)
{
	put(g, " -m cluster --cluster-total-nodes %u --cluster-local-node 1 "
	    "--cluster-hash-seed 0xdeadbeef", 2 + below(g, 3));
}

static void
m_bpf(struct gen *g)
{
	if (g->v6)
		put(g, " -m bpf --bytecode \"4,48 0 0 6,21 0 1 17,6 0 0 1,"
		    "6 0 0 0\"");
	else
		put(g, " -m bpf --bytecode \"%s\"", OF(g,
		    "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0",
		    "5,177 0 0 0,72 0 0 2,21 0 1 80,6 0 0 1,6 0 0 0"));
}

static const struct {
	void (*add)(struct gen *);
	unsigned weight;
} matches[] = {
	{ m_owner, 2 }, { m_devices, 1 }, { m_helper, 1 },
	{ m_cluster, 1 }, { m_bpf, 1 },
	{ m_multiport, 8 }, { m_iprange, 4 }, { m_state, 10 },
	{ m_conntrack, 12 }, { m_mark, 5 }, { m_connmark, 4 },
	{ m_connbytes, 3 }, { m_connlimit, 2 }, { m_limit, 6 },
	{ m_hashlimit, 4 }, { m_recent, 6 }, { m_quota, 3 },
	{ m_statistic, 4 }, { m_string, 4 }, { m_time, 2 }, { m_u32, 4 },
	{ m_addrtype, 5 }, { m_mac, 3 }, { m_length, 5 }, { m_ttl, 4 },
	{ m_tos, 4 }, { m_ecn, 2 }, { m_pkttype, 3 }, { m_comment, 3 },
	{ m_rpfilter, 3 }, { m_set, 5 }, { m_tcpmss, 2 }, { m_header6, 5 },
};

static void
random_match(struct gen *g)
{
	unsigned total = 0, at, i;

	for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		total += matches[i].weight;
	at = below(g, total);
	for (i = 0; at >= matches[i].weight; i++)
		at -= matches[i].weight;
	matches[i].add(g);
}

/* ---- Targets: each appends " -j ...", or returns false if it may not */
static bool
in_table(const struct gen *g, const char *names)
{
	return strstr(names, g->table->name) != NULL;
}

static bool
t_jump(struct gen *g)
{
	const struct gtable *t = g->table;
	unsigned i, first = (unsigned)(g->chain - t->chains) + 1;
	unsigned n = 0, want;

	for (i = first; i < t->n; i++)
		n += t->chains[i].user &&
		    !(g->chain->hooks & ~t->chains[i].hooks);
	if (!n)
		return false;
	want = below(g, n);
	for (i = first;; i++)
		if (t->chains[i].user &&
		    !(g->chain->hooks & ~t->chains[i].hooks) && !want--)
			break;
	put(g, " -%s %s", chance(g, 25) ? "g" : "j", t->chains[i].name);
	return true;
}

static bool
t_log(struct gen *g)
{
	if (chance(g, 15)) {
		put(g, " -j NFLOG --nflog-group %u --nflog-prefix \"n\"",
		    below(g, 3));
		return true;
	}
	put(g, " -j LOG");
	if (chance(g, 60))
		put(g, " --log-prefix %s", OF(g, "\"drop: \"", "X",
		    "\"a longer prefix of text \""));
	if (chance(g, 30))
		put(g, " --log-level %u", below(g, 8));
	put(g, "%s%s%s%s", chance(g, 30) ? " --log-tcp-sequence" : "",
	    chance(g, 30) ? " --log-tcp-options" : "",
	    chance(g, 30) ? " --log-ip-options" : "",
	    chance(g, 15) ? " --log-macdecode" : "");
	return true;
}

static bool
t_reject(struct gen *g)
{
	if (!in_table(g, "filter"))
		return false;
	if (g->proto == 6 && chance(g, 50))
		put(g, " -j REJECT --reject-with tcp-reset");
	else if (g->v6)
		put(g, " -j REJECT --reject-with %s", OF(g, "icmp6-no-route",
		    "icmp6-adm-prohibited", "icmp6-port-unreachable",
		    "icmp6-addr-unreachable"));
	else
		put(g, " -j REJECT --reject-with %s", OF(g,
		    "icmp-net-unreachable", "icmp-host-unreachable",
		    "icmp-port-unreachable", "icmp-admin-prohibited",
		    "icmp-host-prohibited", "icmp-proto-unreachable"));
	return true;
}

static bool
t_mark(struct gen *g)
{
	put(g, " -j MARK %s", OF(g, "--set-mark 0x1", "--set-mark 0x2",
	    "--set-xmark 0x1/0x1", "--or-mark 0x10", "--and-mark 0xf",
	    "--xor-mark 0x7", "--set-mark 0x7", "--set-mark 0x0"));
	return true;
}

static bool
t_connmark(struct gen *g)
{
	put(g, " -j CONNMARK %s", OF(g, "--set-mark 0x1", "--save-mark",
	    "--restore-mark", "--set-xmark 0x2/0x2",
	    "--save-mark --nfmask 0xf --ctmask 0xff",
	    "--restore-mark --nfmask 0xff --ctmask 0x1", "--or-mark 0x4"));
	return true;
}

static bool
t_ct(struct gen *g)
{
	if (!in_table(g, "raw"))
		return false;
	if (g->proto == 17 && chance(g, 30))
		put(g, " -j CT --helper tftp");
	else if (g->proto == 6 && chance(g, 30))
		put(g, " -j CT --helper ftp");
	else
		put(g, " -j %s", OF(g, "CT --notrack", "NOTRACK",
		    "CT --zone 1", "CT --zone-orig 2",
		    "CT --zone-reply 3", "CT --zone mark",
	    "CT --notrack"));
	return true;
}

static bool
t_rare(struct gen *g)
{
	/* No TEE: the MAC of its copies, in a line of TRACE, is what some
	 * packet before left in the memory. */
	switch (below(g, 5)) {
	case 0:
		if (!in_table(g, "mangle"))
			return false;
		put(g, " -j HMARK --hmark-tuple %s --hmark-mod %u "
		    "--hmark-offset 1 --hmark-rnd 0x1234", OF(g, "src,dst",
		    "src,dst,sport,dport", "ct,src,dst", "src,dport"),
		    2 + below(g, 5));
		return true;
	case 1:
		if (g->proto != 6 || !in_table(g, "mangle"))
			return false;
		put(g, " -j TCPOPTSTRIP --strip-options %s", OF(g,
		    "timestamp", "mss,wscale", "sack-permitted,sack"));
		return true;
	case 2:
		if (!in_table(g, "mangle"))
			return false;
		put(g, " -j CHECKSUM --checksum-fill");
		return true;
	case 3:
		if (!g->v6 || !in_table(g, "mangle"))
			return false;
		if (!(g->chain->hooks & ~(unsigned)(IN | POST)))
			put(g, " -j SNPT --src-pfx 2001:db8:1::/64 --dst-pfx "
			    "2001:db8:77::/64");
		else if (!(g->chain->hooks & ~(unsigned)(PRE | OUT)))
			put(g, " -j DNPT --src-pfx 2001:db8:f::/64 --dst-pfx "
			    "2001:db8:3::/64");
		else
			return false;
		return true;
	default:
		put(g, " -j AUDIT --type accept");
		return true;
	}
}

static bool
t_mangle(struct gen *g)
{
	if (!in_table(g, "mangle"))
		return false;
	switch (below(g, 6)) {
	case 0:
	case 1:
		if (g->v6)
			put(g, " -j HL %s", OF(g, "--hl-set 64", "--hl-dec 1",
			    "--hl-inc 5", "--hl-set 1"));
		else
			put(g, " -j TTL %s", OF(g, "--ttl-set 64",
			    "--ttl-dec 1", "--ttl-inc 5", "--ttl-set 1"));
		return true;
	case 2:
	case 3:
		put(g, " -j TOS %s", OF(g, "--set-tos 0x10",
		    "--set-tos 0x08/0xff", "--or-tos 0x4", "--and-tos 0xf0",
		    "--xor-tos 0x18"));
		return true;
	case 4:
		put(g, " -j DSCP %s", OF(g, "--set-dscp 0x2e",
		    "--set-dscp 0x00", "--set-dscp-class AF11"));
		return true;
	default:
		if (g->proto != 6 || g->v6)
			return false;
		put(g, " -j ECN --ecn-tcp-remove");
		return true;
	}
}

static bool
t_tcpmss(struct gen *g)
{
	bool clamp = chance(g, 40) && !(g->chain->hooks & (PRE | IN));

	if (!g->syn || !in_table(g, "mangle filter"))
		return false;
	if (clamp)
		put(g, " -j TCPMSS --clamp-mss-to-pmtu");
	else
		put(g, " -j TCPMSS --set-mss %s", OF(g, "1400", "536",
		    "1300", "100"));
	return true;
}

static bool
t_classify(struct gen *g)
{
	if (g->chain->hooks & (PRE | IN))
		return false;
	put(g, " -j CLASSIFY --set-class 1:%u", below(g, 5));
	return true;
}

static bool
t_nfqueue(struct gen *g)
{
	put(g, " -j NFQUEUE --queue-num %u%s", below(g, 3),
	    chance(g, 80) ? " --queue-bypass" : "");
	return true;
}

static bool
t_set(struct gen *g)
{
	if (!g->sets)
		return false;
	put(g, " -j SET --%s-set hosts%s %s", OF(g, "add", "del", "add"),
	    g->v6 ? "6" : "", OF(g, "src", "dst"));
	return true;
}

static bool
ports_allowed(const struct gen *g)
{
	return g->proto == 6 || g->proto == 17;
}

static void
nat_source(struct gen *g)
{
	if (g->v6)
		put(g, " -j SNAT --to-source %s", OF(g, "2001:db8:2::1",
		    "2001:db8:2::10", "2001:db8:3::9"));
	else if (ports_allowed(g) && chance(g, 20))
		put(g, " -j SNAT --to-source %s", OF(g, "198.51.100.2:4000",
		    "198.51.100.10:5000-5010", ":4001"));
	else
		put(g, " -j SNAT --to-source %s%s", OF(g, "198.51.100.2",
		    "198.51.100.10", "198.51.100.10-198.51.100.13",
		    "10.5.0.9", "10.0.0.9"),
		    chance(g, 15) ? " --persistent" : "");
}

static void
nat_dest(struct gen *g)
{
	if (g->v6)
		put(g, " -j DNAT --to-destination %s", ports_allowed(g) &&
		    chance(g, 40) ? OF(g, "[2001:db8:3::2]:8080",
		    "[2001:db8:1::2]:80", "[2001:db8:2::1]:5000") :
		    OF(g, "2001:db8:3::2", "2001:db8:1::3", "2001:db8:2::1"));
	else if (ports_allowed(g) && chance(g, 45))
		put(g, " -j DNAT --to-destination %s", OF(g,
		    "10.5.0.2:8080", "10.0.0.2:80", ":5002",
		    "10.5.0.2-10.5.0.4:8080", "10.0.0.3:5000-5003",
		    "10.5.0.2:7000-7010/80"));
	else
		put(g, " -j DNAT --to-destination %s%s", OF(g, "10.5.0.2",
		    "10.0.0.3", "10.5.0.2-10.5.0.5", "10.0.0.1",
		    "192.0.2.9", "198.51.100.2"),
		    chance(g, 15) ? " --persistent" : "");
}

static bool
t_nat(struct gen *g)
{
	unsigned h = g->chain->hooks;

	if (!in_table(g, "nat"))
		return false;
	if (chance(g, 15)) {
		put(g, " -j NETMAP --to %s", g->v6 ? "2001:db8:3::/64" :
		    OF(g, "10.5.0.0/24", "198.51.100.128/25",
		    "10.0.0.0/30"));
		return true;
	}
	if (!(h & ~(unsigned)POST) && chance(g, 40)) {
		put(g, " -j MASQUERADE%s", ports_allowed(g) && chance(g, 15) ?
		    " --to-ports 4002" : "");
		return true;
	}
	if (!(h & ~(unsigned)(POST | IN))) {
		nat_source(g);
		return true;
	}
	if (h & ~(unsigned)(PRE | OUT))
		return false;
	if (chance(g, 25))
		put(g, " -j REDIRECT%s", ports_allowed(g) ? OF(g, "",
		    " --to-ports 8080", " --to-ports 5000-5003") : "");
	else
		nat_dest(g);
	return true;
}

static bool
t_return(struct gen *g)
{
	put(g, " -j RETURN");
	return true;
}

static bool
t_accept(struct gen *g)
{
	put(g, " -j ACCEPT");
	return true;
}

static bool
t_drop(struct gen *g)
{
	if (in_table(g, "nat"))
		return false;
	put(g, " -j DROP");
	return true;
}

static bool
t_none(struct gen *g)
{
	(void)g;
	return true;
}

static const struct {
	bool (*add)(struct gen *);
	unsigned weight;
} targets[] = {
	{ t_accept, 16 }, { t_drop, 5 }, { t_none, 10 }, { t_jump, 18 },
	{ t_log, 8 }, { t_reject, 8 }, { t_mark, 8 }, { t_connmark, 7 },
	{ t_ct, 10 }, { t_mangle, 14 }, { t_tcpmss, 8 }, { t_classify, 2 },
	{ t_nfqueue, 2 }, { t_set, 3 }, { t_rare, 3 }, { t_nat, 60 },
	{ t_return, 7 },
};

static void
random_target(struct gen *g)
{
	unsigned total = 0, at, i;

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		total += targets[i].weight;
	do {
		at = below(g, total);
		for (i = 0; at >= targets[i].weight; i++)
			at -= targets[i].weight;
	} while (!targets[i].add(g));
}

/* ---- Rules, chains, tables */
static void
random_proto(struct gen *g)
{
	static const struct { int v4, v6; const char *name, *name6; } p[] = {
		{ 6, 6, "tcp", "tcp" }, { 17, 17, "udp", "udp" },
		{ 1, 58, "icmp", "ipv6-icmp" }, { 50, 50, "esp", "esp" },
		{ 132, 132, "sctp", "sctp" }, { 47, 47, "47", "47" },
		{ 253, 44, "253", "44" }, { 33, 33, "dccp", "dccp" },
	};
	unsigned i = chance(g, 55) ? 0 : chance(g, 60) ? 1 : chance(g, 70) ?
	    2 : 3 + below(g, 5);

	g->proto = 0;
	if (chance(g, 35))
		return;
	if (chance(g, 8)) {
		put(g, " ! -p %s", g->v6 ? p[i].name6 : p[i].name);
		return;
	}
	g->proto = g->v6 ? p[i].v6 : p[i].v4;
	put(g, " -p %s", g->v6 ? p[i].name6 : p[i].name);
}

static void
random_base(struct gen *g)
{
	unsigned h = g->chain->hooks;
	bool user = g->chain->user;

	if (chance(g, 18))
		put(g, " %s-s %s", inverted(g), network(g));
	if (chance(g, 18))
		put(g, " %s-d %s", inverted(g), network(g));
	if (chance(g, 14) && (user || !(h & (OUT | POST))))
		put(g, " %s-i %s", inverted(g), OF(g, "lan0", "wan0", "dmz0",
		    "lan+", "lo", "w+"));
	if (chance(g, 14) && (user || !(h & (PRE | IN))))
		put(g, " %s-o %s", inverted(g), OF(g, "lan0", "wan0", "dmz0",
		    "w+", "lo"));
	random_proto(g);
	if (!g->v6 && chance(g, 2))
		put(g, " %s-f", inverted(g));
}

static void
random_rule(struct gen *g)
{
	unsigned n = below(g, 10);

	put(g, "-A %s", g->chain->name);
	g->syn = false;
	g->proto = 0;
	g->marks = 0;
	if (chance(g, 90))
		random_base(g);
	if (g->proto && chance(g, 60))
		m_l4(g);
	for (n = n < 4 ? 0 : n < 8 ? 1 : n - 6; n; n--)
		random_match(g);
	random_target(g);
	put(g, "\n");
}

static const struct {
	const char *name;
	unsigned hooks, percent;
} tables[] = {
	{ "raw", PRE | OUT, 100 },
	{ "mangle", PRE | IN | FWD | OUT | POST, 55 },
	{ "nat", PRE | IN | OUT | POST, 60 },
	{ "filter", IN | FWD | OUT, 92 },
	{ "security", IN | FWD | OUT, 20 },
};

static const struct {
	const char *name;
	unsigned hook;
} hooks[] = {
	{ "PREROUTING", PRE }, { "INPUT", IN }, { "FORWARD", FWD },
	{ "OUTPUT", OUT }, { "POSTROUTING", POST },
};

static void
add_chain(struct gtable *t, const char *name, unsigned h, bool user)
{
	struct gchain *c = &t->chains[t->n++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->hooks = h;
	c->user = user;
}

static void
make_chains(struct gen *g, struct gtable *t, unsigned all)
{
	unsigned i, n = below(g, 4), h;
	char name[16];

	for (i = 0; i < 5; i++)
		if (hooks[i].hook & all)
			add_chain(t, hooks[i].name, hooks[i].hook, false);
	for (i = 0; i < n; i++) {
		h = chance(g, 35) ? all : t->chains[below(g, t->n)].hooks;
		snprintf(name, sizeof(name), "%s%u", OF(g, "U", "chain-",
		    "x"), i);
		add_chain(t, name, h, true);
	}
}

static void
random_table(struct gen *g, unsigned which)
{
	struct gtable t = { tables[which].name, { { "", 0, false } }, 0 };
	unsigned i, n;

	make_chains(g, &t, tables[which].hooks);
	put(g, "*%s\n", t.name);
	for (i = 0; i < t.n; i++)
		put(g, ":%s %s [0:0]\n", t.chains[i].name,
		    t.chains[i].user ? "-" :
		    which != 2 && chance(g, 6) ? "DROP" : "ACCEPT");
	g->table = &t;
	for (i = 0; i < t.n; i++) {
		g->chain = &t.chains[i];
		if (!which && !t.chains[i].user)
			put(g, "-A %s%s -j TRACE\n", t.chains[i].name,
			    chance(g, 10) ? " -p udp" : "");
		n = which ? below(g, t.chains[i].user ? 5 : 7) : below(g, 4);
		while (n--)
			random_rule(g);
	}
	put(g, "COMMIT\n");
}

static void
random_rules(struct gen *g, bool v6)
{
	unsigned i;

	g->v6 = v6;
	put(g, "[rules%s]\n", v6 ? "6" : "");
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (chance(g, tables[i].percent))
			random_table(g, i);
}

static void
random_sets(struct gen *g, bool v6)
{
	put(g, "[ipset]\n"
	    "create hosts hash:ip family inet\n"
	    "create nets hash:net family inet%s\n"
	    "create pairs hash:ip,port family inet\n"
	    "create ports bitmap:port range 0-10000\n"
	    "add hosts 10.0.0.2\nadd hosts 192.0.2.1\n"
	    "add nets 10.0.0.0/30\nadd nets 203.0.113.0/24\n"
	    "add nets 10.0.0.3/32%s\n"
	    "add pairs 192.0.2.1,tcp:80\nadd pairs 10.0.0.2,udp:5000\n"
	    "add pairs 192.0.2.1,icmp:8/0\n"
	    "add ports 80\nadd ports 5000-5001\n",
	    chance(g, 30) ? " counters" : "", chance(g, 50) ? " nomatch" : "");
	if (v6)
		put(g, "create hosts6 hash:ip family inet6\n"
		    "create nets6 hash:net family inet6\n"
		    "create pairs6 hash:ip,port family inet6\n"
		    "add hosts6 2001:db8:1::2\nadd hosts6 2001:db8:f::1\n"
		    "add nets6 2001:db8:3::/64\n"
		    "add pairs6 2001:db8:f::1,tcp:80\n");
	g->sets = true;
}

/* Ways to be another host; mostly the plain one. */
static const char *const setups[] = {
	"ip rule add fwmark 0x1 table 100\n"
	    "ip route add default via 10.5.0.2 dev dmz0 table 100\n",
	"ip rule add fwmark 0x7 table 101\n"
	    "ip route add default via 10.0.0.254 dev lan0 table 101\n"
	    "ip rule add from 10.0.0.3 table 101\n",
	"sysctl net.ipv4.conf.lan0.rp_filter=1\n"
	    "sysctl net.ipv4.conf.wan0.rp_filter=1\n",
	"sysctl net.ipv4.conf.all.rp_filter=2\n",
	"sysctl net.ipv4.ip_forward=0\n",
	"ip route add blackhole 203.0.113.8/29\n"
	    "ip route add unreachable 192.0.2.128/25\n"
	    "ip route add prohibit 192.0.2.2/32\n",
	"sysctl net.netfilter.nf_conntrack_tcp_loose=0\n",
	"sysctl net.netfilter.nf_conntrack_tcp_be_liberal=1\n",
	"sysctl net.netfilter.nf_conntrack_checksum=0\n",
	"ip link set wan0 mtu 1000\n",
	"sysctl net.ipv4.conf.all.send_redirects=1\n"
	    "sysctl net.ipv4.conf.lan0.send_redirects=1\n",
	"sysctl net.ipv4.icmp_ratelimit=1000\n",
	"ip addr add 10.0.0.7/24 dev lan0\n"
	    "ip addr add 198.51.100.77/32 dev wan0\n",
	"sysctl net.ipv4.conf.lan0.accept_local=1\n",
	"sysctl net.ipv4.conf.lan0.route_localnet=1\n"
	    "sysctl net.ipv4.conf.wan0.route_localnet=1\n",
	"ip rule add tos 0x10 table 102\n"
	    "ip route add default via 10.5.0.3 dev dmz0 table 102\n",
	"ip route add 203.0.113.0/24 via 10.5.0.2 dev dmz0 src 10.5.0.1\n",
	"sysctl net.ipv4.fwmark_reflect=1\n",
	"sysctl net.netfilter.nf_conntrack_acct=0\n",
};

static void
random_setup(struct gen *g, bool v6)
{
	unsigned n = sizeof(setups) / sizeof(setups[0]), at = below(g, n);

	put(g, "[setup]\n");
	if (chance(g, 40))
		put(g, "%s", setups[at]);
	if (chance(g, 15))
		put(g, "%s", setups[(at + 1 + below(g, n - 1)) % n]);
	if (v6 && chance(g, 20))
		put(g, "ip -6 rule add fwmark 0x2 table 100\n"
		    "ip -6 route add default via 2001:db8:3::2 dev dmz0 "
		    "table 100\n");
	if (v6 && chance(g, 15))
		put(g, "ip -6 route add unreachable 2001:db8:f:1::/64\n");
}

void
gen_scenario(uint64_t seed, struct sbuf *out)
{
	struct rng rng = { seed };
	struct gen g = { .rng = &rng, .out = out };
	unsigned kind;
	bool v4, v6;

	rng_u32(&rng);
	kind = below(&g, 10);
	v4 = kind < 8;
	v6 = kind >= 7;
	put(&g, "# random case %llu\n", (unsigned long long)seed);
	random_setup(&g, v6);
	if (chance(&g, 35))
		random_sets(&g, v6);
	if (v4)
		random_rules(&g, false);
	if (v6)
		random_rules(&g, true);
	/* nf_conncount.c looks at its list once a tick only. */
	if (g.counts)
		put(&g, "[setup]\ngap 0.009\n");
	put(&g, "[packets]\n");
	if (v4)
		gen_packets(&rng, false, out);
	if (v6)
		gen_packets(&rng, true, out);
}
