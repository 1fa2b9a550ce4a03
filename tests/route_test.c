/* The routing decision, against what a 6.18 kernel was seen to do with the
 * same host: see the rows. */
#include "sim/internal.h"

#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "parsers/env.h"

static const char addrs[] =
"[{\"ifindex\":1,\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\",\"UP\"],"
"\"mtu\":65536,\"link_type\":\"loopback\",\"addr_info\":["
"{\"family\":\"inet\",\"local\":\"127.0.0.1\",\"prefixlen\":8,"
"\"scope\":\"host\"},{\"family\":\"inet6\",\"local\":\"::1\","
"\"prefixlen\":128,\"scope\":\"host\"}]},"
"{\"ifindex\":2,\"ifname\":\"lan0\",\"flags\":[\"MULTICAST\",\"UP\"],"
"\"mtu\":1500,\"link_type\":\"ether\",\"address\":\"02:00:00:00:10:01\","
"\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.0.2.1\","
"\"prefixlen\":24,\"broadcast\":\"192.0.2.255\",\"scope\":\"global\"},"
"{\"family\":\"inet6\",\"local\":\"2001:db8:1::1\",\"prefixlen\":64,"
"\"scope\":\"global\"},{\"family\":\"inet6\",\"local\":\"fe80::1\","
"\"prefixlen\":64,\"scope\":\"link\"}]},"
"{\"ifindex\":3,\"ifname\":\"wan0\",\"flags\":[\"MULTICAST\",\"UP\"],"
"\"mtu\":1400,\"link_type\":\"ether\",\"address\":\"02:00:00:00:20:01\","
"\"addr_info\":[{\"family\":\"inet\",\"local\":\"198.51.100.1\","
"\"prefixlen\":24,\"scope\":\"global\"},{\"family\":\"inet\","
"\"local\":\"198.51.100.9\",\"prefixlen\":24,\"scope\":\"global\","
"\"secondary\":true},{\"family\":\"inet\",\"local\":\"10.9.0.1\","
"\"address\":\"10.9.0.2\",\"prefixlen\":32,\"scope\":\"global\"},"
"{\"family\":\"inet6\",\"local\":\"2001:db8:2::1\",\"prefixlen\":64,"
"\"scope\":\"global\"},{\"family\":\"inet6\",\"local\":\"fe80::2\","
"\"prefixlen\":64,\"scope\":\"link\"}]}]";

#define KERNEL "\"protocol\":\"kernel\",\"flags\":[]"
#define LOCAL4(a, dev) "{\"type\":\"local\",\"dst\":\"" a "\",\"dev\":\"" dev \
    "\",\"table\":\"local\",\"scope\":\"host\"," KERNEL "},"

static const char routes4[] =
"[{\"dst\":\"default\",\"gateway\":\"198.51.100.254\",\"dev\":\"wan0\","
"\"flags\":[]},"
"{\"dst\":\"192.0.2.0/24\",\"dev\":\"lan0\",\"scope\":\"link\"," KERNEL "},"
"{\"dst\":\"198.51.100.0/24\",\"dev\":\"wan0\",\"scope\":\"link\"," KERNEL "},"
"{\"type\":\"unreachable\",\"dst\":\"10.60.0.0/16\",\"flags\":[]},"
"{\"type\":\"blackhole\",\"dst\":\"10.61.0.0/16\",\"flags\":[]},"
"{\"type\":\"prohibit\",\"dst\":\"10.62.0.0/16\",\"flags\":[]},"
"{\"type\":\"throw\",\"dst\":\"10.63.0.0/16\",\"flags\":[]},"
"{\"dst\":\"10.64.0.0/16\",\"gateway\":\"192.0.2.254\",\"dev\":\"lan0\","
"\"metrics\":[{\"mtu\":1300}],\"flags\":[]},"
"{\"dst\":\"10.65.0.0/16\",\"tos\":\"0x10\",\"dev\":\"lan0\",\"flags\":[]},"
"{\"dst\":\"10.65.0.0/16\",\"dev\":\"wan0\",\"metric\":5,\"flags\":[]},"
"{\"dst\":\"10.66.0.0/16\",\"dev\":\"lan0\",\"table\":\"100\","
"\"flags\":[]},"
LOCAL4("192.0.2.1", "lan0") LOCAL4("198.51.100.1", "wan0")
LOCAL4("198.51.100.9", "wan0") LOCAL4("10.9.0.1", "wan0")
LOCAL4("127.0.0.0/8", "lo")
"{\"type\":\"broadcast\",\"dst\":\"192.0.2.255\",\"dev\":\"lan0\","
"\"table\":\"local\",\"scope\":\"link\"," KERNEL "}]";

#define ROUTE6(type, dst, dev, table, metric) "{\"type\":\"" type \
    "\",\"dst\":\"" dst "\",\"dev\":\"" dev "\",\"table\":\"" table \
    "\",\"metric\":" #metric "," KERNEL "}"

static const char routes6[] =
"["
ROUTE6("unicast", "2001:db8:1::/64", "lan0", "main", 256) ","
ROUTE6("unicast", "2001:db8:2::/64", "wan0", "main", 256) ","
ROUTE6("unicast", "fe80::/64", "wan0", "main", 256) ","
ROUTE6("unicast", "fe80::/64", "lan0", "main", 256) ","
ROUTE6("unicast", "2001:db8:65::/48", "wan0", "main", 10) ","
ROUTE6("unicast", "2001:db8:65::/48", "lan0", "main", 10) ","
ROUTE6("unreachable", "2001:db8:60::/48", "lo", "main", 10) ","
ROUTE6("blackhole", "2001:db8:61::/48", "lo", "main", 10) ","
ROUTE6("prohibit", "2001:db8:62::/48", "lo", "main", 10) ","
ROUTE6("local", "2001:db8:1::1", "lan0", "local", 0) ","
ROUTE6("local", "2001:db8:2::1", "wan0", "local", 0) ","
ROUTE6("local", "fe80::1", "lan0", "local", 0) ","
ROUTE6("local", "fe80::2", "wan0", "local", 0) ","
ROUTE6("local", "::1", "lo", "local", 0) ","
ROUTE6("anycast", "2001:db8:1::", "lan0", "local", 0) ","
ROUTE6("multicast", "ff00::/8", "lan0", "local", 256) ","
ROUTE6("multicast", "ff00::/8", "wan0", "local", 256) "]";

struct host {
	struct arena arena;
	struct diags diags;
	struct env *env;
	struct sim *sim;
	uint8_t buf[128];
	struct packet pkt;
	enum reason reason;
	unsigned icmp;
};

static const struct source *
text(struct host *h, const char *s)
{
	return source_text("test", s, &h->arena);
}

static void
host_init(struct host *h)
{
	memset(h, 0, sizeof(*h));
	diag_init(&h->diags, &h->arena);
	h->env = env_new(&h->arena);
}

static void
host_sysctl(struct host *h, const char *name, const char *value)
{
	env_set_sysctl(h->env, name, strlen(name), value, strlen(value));
}

static void
host_start(struct host *h)
{
	struct sim_config cfg = { .env = h->env };

	env_finish(h->env);
	h->sim = sim_new(&cfg);
}

static void
host_known(struct host *h)
{
	host_init(h);
	cr_assert(env_read_addrs(h->env, text(h, addrs), &h->diags));
	cr_assert(env_read_routes(h->env, AF_INET, text(h, routes4),
	    &h->diags));
	cr_assert(env_read_routes(h->env, AF_INET6, text(h, routes6),
	    &h->diags));
}

static void
host_end(struct host *h)
{
	sim_free(h->sim);
	arena_free(&h->arena);
}

/* A UDP packet without data, on 'in' (null: from this host). */
static void
packet(struct host *h, const char *in, const char *src, const char *dst,
    unsigned tos)
{
	struct packet *p = &h->pkt;
	uint8_t *ip = h->buf + PKT_HEADROOM;

	*p = (struct packet){ .data = ip, .type = PKT_HOST };
	memset(ip, 0, 48);
	if (strchr(src, ':') != NULL) {
		p->family = AF_INET6;
		p->len = 48;
		put32(ip, 6u << 28 | tos << 20);
		put16(ip + 4, 8);
		ip[6] = IPPROTO_UDP;
		ip[7] = 64;
		inet_pton(AF_INET6, src, ip + 8);
		inet_pton(AF_INET6, dst, ip + 24);
	} else {
		p->family = AF_INET;
		p->len = 28;
		ip[0] = 0x45;
		ip[1] = (uint8_t)tos;
		put16(ip + 2, 28);
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		inet_pton(AF_INET, src, ip + 12);
		inet_pton(AF_INET, dst, ip + 16);
	}
	p->have = p->len;
	put16(ip + p->len - 8, 5000);
	put16(ip + p->len - 6, 53);
	pkt_decode(p);
	p->local = in == NULL;
	p->in = in ? env_iface(h->env, in, strlen(in)) : NULL;
}

/* "INPUT", "wan0", "wan0 via ...", "drop REASON", "icmp 3/0". */
static const char *
decision(struct host *h)
{
	static char out[128];
	struct sbuf b = SBUF_INIT;
	union addr dst;

	h->reason = N_REASONS;
	switch (route_input(h->sim, &h->pkt, &h->reason, &h->icmp)) {
	case RV_LOCAL:
		sbuf_puts(&b, h->pkt.route_multicast ? "INPUT cast" : "INPUT");
		break;
	case RV_FORWARD:
		sbuf_puts(&b, h->pkt.out ? h->pkt.out->name : "?");
		pkt_dst(&h->pkt, &dst);
		if (!addr_equal(&dst, &h->pkt.nexthop)) {
			sbuf_puts(&b, " via ");
			addr_print(&b, h->pkt.family, &h->pkt.nexthop);
		}
		if (h->pkt.redirect)
			sbuf_puts(&b, " redirect");
		break;
	case RV_DROP:
		sbuf_printf(&b, "drop %s", reason_names[h->reason]);
		break;
	case RV_UNREACHABLE:
		sbuf_printf(&b, "icmp %u/%u", h->icmp >> 8, h->icmp & 0xff);
		break;
	}
	snprintf(out, sizeof(out), "%s", sbuf_text(&b));
	sbuf_free(&b);
	return out;
}

struct in_row { const char *in, *src, *dst, *want; };

static void
check_rows(struct host *h, const struct in_row *row, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const char *got;

		packet(h, row[i].in, row[i].src, row[i].dst, 0);
		got = decision(h);
		cr_expect_str_eq(got, row[i].want, "%s %s > %s: %s, not %s",
		    row[i].in, row[i].src, row[i].dst, got, row[i].want);
	}
}
#define CHECK_ROWS(h, rows)						\
	check_rows((h), (rows), sizeof(rows) / sizeof((rows)[0]))

#define L "192.0.2.5"
#define W "203.0.113.7"

Test(route, input4)
{
	static const struct in_row rows[] = {
		{ "lan0", L, "192.0.2.1", "INPUT" },
		{ "lan0", L, "198.51.100.1", "INPUT" },
		{ "lan0", L, "198.51.100.9", "INPUT" },
		{ "wan0", W, "192.0.2.255", "INPUT cast" },
		{ "wan0", W, "192.0.2.0", "lan0" },
		{ "wan0", W, "192.0.2.77", "lan0" },
		{ "lan0", L, W, "wan0 via 198.51.100.254" },
		{ "lan0", L, "255.255.255.255", "INPUT cast" },
		{ "lan0", "0.0.0.0", "255.255.255.255", "INPUT cast" },
		{ "lan0", "0.0.0.0", "0.0.0.0", "INPUT cast" },
		{ "lan0", "0.0.0.0", W, "drop MARTIAN" },
		{ "lan0", L, "0.0.0.0", "drop MARTIAN" },
		{ "lan0", L, "0.1.2.3", "wan0 via 198.51.100.254" },
		{ "lan0", "224.0.0.5", W, "drop MARTIAN" },
		{ "lan0", "255.255.255.255", W, "drop MARTIAN" },
		{ "lan0", L, "127.0.0.1", "drop ROUTE_LOCALNET" },
		{ "lan0", "127.0.0.1", "192.0.2.1", "drop ROUTE_LOCALNET" },
		{ "lan0", L, "224.0.0.1", "INPUT cast" },
		{ "lan0", L, "224.0.0.251", "drop NOT_JOINED" },
		{ "lan0", "192.0.2.1", W, "drop MARTIAN" },
		{ "lan0", "198.51.100.1", "192.0.2.1", "drop MARTIAN" },
		{ "lan0", "192.0.2.255", W, "wan0 via 198.51.100.254" },
		{ "wan0", L, "192.0.2.77", "lan0" },
		{ "lan0", L, "10.60.0.1", "icmp 3/1" },
		{ "lan0", L, "10.61.0.1", "drop BLACKHOLE" },
		{ "lan0", L, "10.62.0.1", "icmp 3/13" },
		{ "lan0", L, "10.63.0.1", "icmp 3/0" },
		{ "wan0", W, "10.64.0.1", "lan0 via 192.0.2.254" },
		{ "lan0", L, "10.66.0.1", "wan0 via 198.51.100.254" },
		{ "lan0", L, "240.0.0.1", "wan0 via 198.51.100.254" },
		{ "lan0", L, "192.0.2.9", "lan0 redirect" },
	};
	struct host h;

	host_known(&h);
	host_start(&h);
	CHECK_ROWS(&h, rows);
	host_end(&h);
}

Test(route, tos_and_mtu)
{
	struct host h;

	host_known(&h);
	host_start(&h);
	packet(&h, "wan0", W, "10.65.0.1", 0x10);
	cr_expect_str_eq(decision(&h), "lan0");
	packet(&h, "lan0", L, "10.65.0.1", 0x30);
	cr_expect_str_eq(decision(&h), "lan0 redirect");
	packet(&h, "lan0", L, "10.65.0.1", 0x08);
	cr_expect_str_eq(decision(&h), "wan0");
	cr_expect_eq(h.pkt.mtu, 1400);
	packet(&h, "wan0", W, "10.64.0.1", 0);
	decision(&h);
	cr_expect_eq(h.pkt.mtu, 1300);
	host_end(&h);
}

Test(route, rp_filter)
{
	static const struct in_row strict[] = {
		{ "wan0", L, "198.51.100.1", "drop RP_FILTER" },
		{ "wan0", W, "198.51.100.1", "INPUT" },
		{ "lan0", W, "192.0.2.1", "drop RP_FILTER" },
		{ "lan0", "10.60.1.1", "192.0.2.1", "drop RP_FILTER" },
		{ "lan0", "192.0.2.255", W, "drop MARTIAN" },
		{ "lan0", "192.0.2.1", W, "drop MARTIAN" },
	};
	static const struct in_row loose[] = {
		{ "wan0", L, "198.51.100.1", "INPUT" },
		{ "lan0", W, "192.0.2.1", "INPUT" },
		{ "lan0", "10.60.1.1", "192.0.2.1", "drop RP_FILTER" },
	};
	struct host h;

	host_known(&h);
	host_sysctl(&h, "net.ipv4.conf.all.rp_filter", "1");
	host_start(&h);
	CHECK_ROWS(&h, strict);
	host_end(&h);
	host_known(&h);
	host_sysctl(&h, "net.ipv4.conf.all.rp_filter", "1");
	host_sysctl(&h, "net.ipv4.conf.lan0.rp_filter", "2");
	host_sysctl(&h, "net.ipv4.conf.wan0.rp_filter", "2");
	host_start(&h);
	CHECK_ROWS(&h, loose);
	host_end(&h);
}

Test(route, switches)
{
	static const struct in_row off[] = {
		{ "lan0", L, W, "drop FORWARDING_OFF" },
		{ "lan0", L, "10.60.0.1", "drop FORWARDING_OFF" },
		{ "lan0", L, "192.0.2.1", "INPUT" },
		{ "wan0", W, "192.0.2.9", "lan0" },
	};
	static const struct in_row on[] = {
		{ "lan0", L, "127.0.0.1", "INPUT" },
		{ "lan0", "192.0.2.1", W, "wan0 via 198.51.100.254" },
	};
	struct host h;

	host_known(&h);
	host_sysctl(&h, "net.ipv4.ip_forward", "0");
	host_sysctl(&h, "net/ipv4/conf/wan0/forwarding", "1");
	host_start(&h);
	CHECK_ROWS(&h, off);
	host_end(&h);
	host_known(&h);
	host_sysctl(&h, "net.ipv4.conf.all.route_localnet", "1");
	host_sysctl(&h, "net.ipv4.conf.lan0.accept_local", "1");
	host_start(&h);
	CHECK_ROWS(&h, on);
	host_end(&h);
}

Test(route, input6)
{
	static const struct in_row rows[] = {
		{ "lan0", "2001:db8:1::5", "2001:db8:1::1", "INPUT" },
		{ "lan0", "2001:db8:1::5", "2001:db8:2::1", "INPUT" },
		{ "lan0", "2001:db8:1::5", "2001:db8:1::", "INPUT" },
		{ "lan0", "2001:db8:1::5", "2001:db8:2::7", "wan0" },
		{ "lan0", "2001:db8:1::5", "2001:db8:9::7", "icmp 1/0" },
		{ "lan0", "2001:db8:1::5", "2001:db8:60::7", "icmp 1/0" },
		{ "lan0", "2001:db8:1::5", "2001:db8:61::7", "drop BLACKHOLE" },
		{ "lan0", "2001:db8:1::5", "2001:db8:62::7", "icmp 1/1" },
		{ "lan0", "fe80::9", "2001:db8:2::7", "icmp 1/2" },
		{ "lan0", "fe80::9", "2001:db8:1::7", "lan0" },
		{ "lan0", "::", "2001:db8:2::7", "drop MARTIAN" },
		{ "lan0", "fe80::9", "fe80::1", "INPUT" },
		{ "wan0", "fe80::9", "fe80::1", "wan0" },
		{ "lan0", "fe80::9", "ff02::1", "INPUT cast" },
		{ "lan0", "fe80::9", "ff02::2", "INPUT cast" },
		{ "lan0", "fe80::9", "ff02::1:ff00:1", "INPUT cast" },
		{ "lan0", "fe80::9", "ff02::1:ff00:0", "INPUT cast" },
		{ "lan0", "fe80::9", "ff02::1:ff00:9", "drop NOT_JOINED" },
		{ "lan0", "fe80::9", "ff02::fb", "drop NOT_JOINED" },
		{ "lan0", "2001:db8:1::5", "2001:db8:65::1", "lan0" },
		{ "wan0", "2001:db8:1::5", "2001:db8:65::1", "wan0" },
	};
	static const struct in_row off[] = {
		{ "lan0", "2001:db8:1::5", "2001:db8:2::7",
		    "drop FORWARDING_OFF" },
		{ "lan0", "2001:db8:1::5", "2001:db8:9::7", "icmp 1/0" },
		{ "lan0", "fe80::9", "ff02::2", "drop NOT_JOINED" },
	};
	struct host h;

	host_known(&h);
	host_start(&h);
	CHECK_ROWS(&h, rows);
	host_end(&h);
	host_known(&h);
	host_sysctl(&h, "net.ipv6.conf.all.forwarding", "0");
	host_start(&h);
	CHECK_ROWS(&h, off);
	host_end(&h);
}

static const char rules4[] =
"[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},"
"{\"priority\":50,\"src\":\"all\",\"fwmark\":\"0x7\",\"fwmask\":\"0xff\","
"\"table\":\"100\"},"
"{\"priority\":51,\"src\":\"192.0.2.6\",\"action\":\"unreachable\"},"
"{\"priority\":52,\"src\":\"192.0.2.7\",\"action\":\"prohibit\"},"
"{\"priority\":53,\"src\":\"192.0.2.8\",\"goto\":60},"
"{\"priority\":54,\"src\":\"192.0.2.8\",\"action\":\"blackhole\"},"
"{\"priority\":55,\"src\":\"192.0.2.9\",\"table\":\"main\","
"\"suppress_prefixlen\":0},"
"{\"priority\":56,\"src\":\"192.0.2.9\",\"action\":\"blackhole\"},"
"{\"priority\":60,\"src\":\"all\",\"ipproto\":\"udp\",\"dport\":53,"
"\"iif\":\"lan0\",\"table\":\"100\"},"
"{\"priority\":61,\"not\":null,\"src\":\"192.0.0.0\",\"srclen\":8,"
"\"dst\":\"10.64.0.0\",\"dstlen\":16,\"action\":\"prohibit\"},"
"{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"},"
"{\"priority\":32767,\"src\":\"all\",\"table\":\"default\"}]";

/* The inverted rule takes whatever is not from 192/8 to 10.64/16, and the way
 * back with it: no redirects. */
Test(route, policy)
{
	static const struct in_row rows[] = {
		{ "lan0", L, "10.66.0.1", "lan0" },
		{ "wan0", W, "10.66.0.1", "icmp 3/13" },
		{ "lan0", L, "10.64.0.1", "lan0 via 192.0.2.254" },
		{ "lan0", "192.0.2.6", W, "icmp 3/0" },
		{ "lan0", "192.0.2.7", W, "icmp 3/13" },
		{ "lan0", "192.0.2.8", W, "icmp 3/13" },
		{ "lan0", "192.0.2.8", "10.64.0.1", "lan0 via 192.0.2.254" },
		{ "lan0", "192.0.2.9", W, "drop BLACKHOLE" },
		{ "lan0", "192.0.2.9", "198.51.100.7", "wan0" },
		{ "lan0", "192.0.2.6", "192.0.2.1", "INPUT" },
	};
	struct host h;

	host_known(&h);
	cr_assert(env_read_rules(h.env, AF_INET, text(&h, rules4), &h.diags));
	host_start(&h);
	CHECK_ROWS(&h, rows);
	packet(&h, "wan0", W, "10.66.0.1", 0);
	h.pkt.mark = 0xf07;
	cr_expect_str_eq(decision(&h), "lan0");
	host_end(&h);
}

/* "wan0", "wan0 via ...", "lan0 cast", "none". */
static const char *
way_out(struct host *h)
{
	static char out[128];

	if (!route_output(h->sim, &h->pkt))
		return "none";
	snprintf(out, sizeof(out), "%s%s%s", h->pkt.out ? h->pkt.out->name :
	    "?", h->pkt.route_multicast ? " cast" : "",
	    h->pkt.route_joined ? " joined" : "");
	return out;
}

Test(route, output)
{
	static const struct in_row rows[] = {
		{ NULL, "198.51.100.1", W, "wan0" },
		{ NULL, "192.0.2.1", "192.0.2.9", "lan0" },
		{ NULL, "192.0.2.1", "192.0.2.1", "lo" },
		{ NULL, "192.0.2.1", "198.51.100.1", "lo" },
		{ NULL, "127.0.0.1", "127.0.0.1", "lo" },
		{ NULL, "192.0.2.1", "192.0.2.255", "lan0 cast joined" },
		{ NULL, "192.0.2.1", "255.255.255.255", "lan0 cast joined" },
		{ NULL, "198.51.100.1", "255.255.255.255",
		    "wan0 cast joined" },
		{ NULL, "192.0.2.1", "224.0.0.251", "lan0 cast" },
		{ NULL, "192.0.2.1", "224.0.0.1", "lan0 cast joined" },
		{ NULL, "192.0.2.1", "10.60.0.1", "none" },
		{ NULL, "192.0.2.1", "10.61.0.1", "none" },
		{ NULL, "2001:db8:1::1", "2001:db8:2::7", "wan0" },
		{ NULL, "2001:db8:1::1", "2001:db8:9::7", "none" },
		{ NULL, "2001:db8:1::1", "2001:db8:2::1", "lo" },
		{ NULL, "fe80::1", "fe80::9", "lan0" },
		{ NULL, "fe80::2", "fe80::9", "wan0" },
		{ NULL, "fe80::2", "ff02::1", "wan0 cast joined" },
	};
	struct host h;

	host_known(&h);
	host_start(&h);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got;

		packet(&h, NULL, rows[i].src, rows[i].dst, 0);
		got = way_out(&h);
		cr_expect_str_eq(got, rows[i].want, "%s > %s: %s, not %s",
		    rows[i].src, rows[i].dst, got, rows[i].want);
	}
	host_end(&h);
}

/* What was made for one device and is routed again keeps 'out'. */
Test(route, again)
{
	struct host h;

	host_known(&h);
	host_start(&h);
	packet(&h, NULL, "192.0.2.1", W, 0);
	cr_assert(route_output(h.sim, &h.pkt));
	inet_pton(AF_INET, "192.0.2.9", h.pkt.data + 16);
	cr_assert(route_again(h.sim, &h.pkt));
	cr_expect_str_eq(h.pkt.out->name, "wan0");
	cr_expect_str_eq(h.pkt.route_dev->name, "lan0");
	inet_pton(AF_INET, "127.0.0.1", h.pkt.data + 12);
	cr_expect_not(route_again(h.sim, &h.pkt));
	host_end(&h);
}

Test(route, source_address)
{
	static const struct { const char *dev, *dst, *want; } rows[] = {
		{ "wan0", "198.51.100.77", "198.51.100.1" },
		{ "wan0", "10.9.0.2", "10.9.0.1" },
		{ "wan0", W, "198.51.100.1" },
		{ "lan0", W, "192.0.2.1" },
		{ "lo", W, "192.0.2.1" },
		{ "wan0", "2001:db8:2::7", "2001:db8:2::1" },
		{ "wan0", "2001:db8:1::7", "2001:db8:2::1" },
		{ "wan0", "fe80::7", "fe80::2" },
	};
	struct host h;

	host_known(&h);
	host_start(&h);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iface *dev = env_iface(h.env, rows[i].dev,
		    strlen(rows[i].dev));
		union addr dst, got, want;
		int family;

		addr_parse_any(&dst, &family, rows[i].dst,
		    strlen(rows[i].dst));
		addr_parse_any(&want, &family, rows[i].want,
		    strlen(rows[i].want));
		packet(&h, NULL, family == AF_INET ? "192.0.2.1" :
		    "2001:db8:1::1", rows[i].dst, 0);
		h.pkt.nexthop = dst;
		cr_assert(nat_select_addr(h.sim, &h.pkt, dev, &got));
		cr_expect(addr_equal(&got, &want), "%s %s", rows[i].dev,
		    rows[i].dst);
	}
	host_end(&h);
}

Test(route, addr_type)
{
	static const struct { const char *addr; enum route_type type; }
	rows[] = {
		{ "192.0.2.1", ROUTE_LOCAL },
		{ "192.0.2.255", ROUTE_BROADCAST },
		{ "192.0.2.9", ROUTE_UNICAST }, { "127.9.9.9", ROUTE_LOCAL },
		{ "224.0.0.9", ROUTE_MULTICAST },
		{ "255.255.255.255", ROUTE_BROADCAST },
		{ "0.0.0.0", ROUTE_BROADCAST }, { "10.60.0.1", ROUTE_UNICAST },
		{ "2001:db8:1::1", ROUTE_LOCAL },
		{ "ff02::1", ROUTE_MULTICAST },
		{ "2001:db8:1::", ROUTE_ANYCAST },
	};
	struct host h;
	union addr a;
	int family;

	host_known(&h);
	host_start(&h);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		addr_parse_any(&a, &family, rows[i].addr,
		    strlen(rows[i].addr));
		cr_expect_eq(route_addr_type(h.sim, family, &a, NULL),
		    rows[i].type, "%s", rows[i].addr);
	}
	addr_parse(&a, AF_INET, "192.0.2.1", 9);
	cr_expect_eq(route_addr_type(h.sim, AF_INET, &a,
	    env_iface(h.env, "wan0", 4)), ROUTE_UNICAST);
	host_end(&h);
}

/* Addresses without routes: the connected ones follow from them. */
Test(route, derived)
{
	static const struct in_row rows[] = {
		{ "lan0", L, "192.0.2.1", "INPUT" },
		{ "lan0", L, "198.51.100.7", "wan0" },
		{ "lan0", L, "10.9.0.2", "wan0" },
		{ "wan0", W, "192.0.2.255", "INPUT cast" },
		{ "lan0", L, "8.8.8.8", "?" },
		{ "lan0", L, W, "wan0" },	/* where it was seen */
		{ "lan0", "2001:db8:1::5", "2001:db8:2::9", "wan0" },
		{ "lan0", "2001:db8:1::5", "2001:db8:1::", "INPUT" },
		{ "lan0", "fe80::5", "ff02::1", "INPUT cast" },
	};
	struct host h;

	host_init(&h);
	cr_assert(env_read_addrs(h.env, text(&h, addrs), &h.diags));
	host_start(&h);
	CHECK_ROWS(&h, rows);
	cr_expect(h.env->n_assumptions > 0);
	host_end(&h);
}

Test(route, nothing_known)
{
	static const struct in_row rows[] = {
		{ "eth0", W, "192.0.2.1", "INPUT" },
		{ "eth0", W, "224.0.0.251", "INPUT cast" },
		{ "eth0", "224.0.0.1", "192.0.2.1", "drop MARTIAN" },
		{ "eth0", "2001:db8::1", "2001:db8::2", "INPUT" },
	};
	struct host h;

	host_init(&h);
	env_add_iface(h.env, "eth0", 4);
	env_add_iface(h.env, "eth1", 4);
	host_start(&h);
	CHECK_ROWS(&h, rows);
	packet(&h, "eth0", W, "192.0.2.1", 0);
	h.pkt.out = env_iface(h.env, "eth1", 4);
	cr_expect_str_eq(decision(&h), "eth1");
	packet(&h, NULL, "192.0.2.1", W, 0);
	cr_expect_str_eq(way_out(&h), "eth0");
	packet(&h, NULL, "192.0.2.1", "8.8.8.8", 0);
	cr_expect_str_eq(way_out(&h), "?");
	cr_expect(h.pkt.out_unknown);
	packet(&h, NULL, "127.0.0.1", "127.0.0.1", 0);
	cr_expect_str_eq(way_out(&h), "lo");
	host_end(&h);
}
