/* Address translation.  Which address of a range is taken, and what becomes
 * of headers and checksums, is what a 6.18 kernel did with the same. */
#include "sim/internal.h"

#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/crc32c.h"
#include "parsers/env.h"
#include "parsers/load.h"

static const char addrs[] =
"[{\"ifindex\":2,\"ifname\":\"lan0\",\"flags\":[\"UP\"],\"mtu\":1500,"
"\"link_type\":\"ether\",\"addr_info\":[{\"family\":\"inet\","
"\"local\":\"10.0.0.1\",\"prefixlen\":24,\"scope\":\"global\"},"
"{\"family\":\"inet6\",\"local\":\"2001:db8:1::1\",\"prefixlen\":64,"
"\"scope\":\"global\"}]},"
"{\"ifindex\":3,\"ifname\":\"wan0\",\"flags\":[\"UP\"],\"mtu\":1500,"
"\"link_type\":\"ether\",\"addr_info\":[{\"family\":\"inet\","
"\"local\":\"198.51.100.2\",\"prefixlen\":24,\"scope\":\"global\"},"
"{\"family\":\"inet\",\"local\":\"203.0.113.1\",\"prefixlen\":24,"
"\"scope\":\"global\"},{\"family\":\"inet6\","
"\"local\":\"2001:db8:2::1\",\"prefixlen\":64,\"scope\":\"global\"}]}]";

struct run {
	struct arena arena;
	struct diags diags;
	struct load load;
	struct env *env;
	struct sim *sim;
	uint8_t sent[256];		/* the last one that left */
	uint32_t sent_len;
	unsigned n_sent;
	const struct iface *dev;
	int64_t now;
};

static void
on_sent(void *arg, const struct iface *dev, const uint8_t *l3, uint32_t len,
    uint32_t have, int64_t time)
{
	struct run *r = arg;

	(void)have;
	(void)time;
	cr_assert(len <= sizeof(r->sent));
	memcpy(r->sent, l3, len);
	r->sent_len = len;
	r->dev = dev;
	r->n_sent++;
}

#define NAT "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n" \
    ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"

static void
begin(struct run *r, int family, const char *rules)
{
	struct sim_config cfg = { .sent = on_sent, .arg = r };

	memset(r, 0, sizeof(*r));
	diag_init(&r->diags, &r->arena);
	r->env = env_new(&r->arena);
	cr_assert(env_read_addrs(r->env, source_text("addr", addrs, &r->arena),
	    &r->diags));
	env_finish(r->env);
	r->load = (struct load){ .arena = &r->arena, .diags = &r->diags,
	    .family = family };
	cr_assert(load_source(&r->load, source_text("rules",
	    arena_printf(&r->arena, "%s%sCOMMIT\n", NAT, rules),
	    &r->arena)), "%s", r->diags.first ? r->diags.first->text : "");
	cfg.rules[0] = r->load.rules[0];
	cfg.rules[1] = r->load.rules[1];
	cfg.env = r->env;
	r->sim = sim_new(&cfg);
	r->now = INT64_C(1700000000) * 1000000000;
}

static void
end(struct run *r)
{
	sim_free(r->sim);
	ruleset_free(r->load.rules[0]);
	ruleset_free(r->load.rules[1]);
	arena_free(&r->arena);
}

/* ---- packets ---- */

struct pkt { uint8_t b[256]; uint32_t len, l4; };

static uint32_t
pseudo(const struct pkt *p)
{
	bool v6 = p->b[0] >> 4 == 6;

	return csum_add((v6 ? p->b[6] : p->b[9]) + p->len - p->l4,
	    p->b + (v6 ? 8 : 12), v6 ? 32 : 8);
}

static struct pkt
ip(const char *src, const char *dst, unsigned proto, const void *l4,
    uint32_t n)
{
	struct pkt p = { .len = n };

	if (strchr(src, ':') != NULL) {
		p.l4 = 40;
		p.b[0] = 0x60;
		put16(p.b + 4, n);
		p.b[6] = (uint8_t)proto;
		p.b[7] = 64;
		inet_pton(AF_INET6, src, p.b + 8);
		inet_pton(AF_INET6, dst, p.b + 24);
	} else {
		p.l4 = 20;
		p.b[0] = 0x45;
		put16(p.b + 2, n + 20);
		p.b[8] = 64;
		p.b[9] = (uint8_t)proto;
		inet_pton(AF_INET, src, p.b + 12);
		inet_pton(AF_INET, dst, p.b + 16);
		ip_csum_set(p.b);
	}
	p.len += p.l4;
	memcpy(p.b + p.l4, l4, n);
	return p;
}

static void
set_sum(struct pkt *p, uint32_t off, bool with_pseudo)
{
	uint8_t *l4 = p->b + p->l4;

	put16(l4 + off, 0);
	put16(l4 + off, csum_fold(csum_add(with_pseudo ? pseudo(p) : 0, l4,
	    p->len - p->l4)));
}

static struct pkt
udp(const char *src, unsigned sport, const char *dst, unsigned dport)
{
	uint8_t h[12] = { [8] = 'd', 'a', 't', 'a' };
	struct pkt p;

	put16(h, sport);
	put16(h + 2, dport);
	put16(h + 4, sizeof(h));
	p = ip(src, dst, IPPROTO_UDP, h, sizeof(h));
	set_sum(&p, 6, true);
	return p;
}

static struct pkt
tcp(const char *src, unsigned sport, const char *dst, unsigned dport,
    unsigned flags, uint32_t seq, uint32_t ack)
{
	uint8_t h[20] = { [12] = 0x50, [14] = 0x20 };
	struct pkt p;

	put16(h, sport);
	put16(h + 2, dport);
	put32(h + 4, seq);
	put32(h + 8, ack);
	h[13] = (uint8_t)flags;
	p = ip(src, dst, IPPROTO_TCP, h, sizeof(h));
	set_sum(&p, 16, true);
	return p;
}

static struct pkt
icmp(const char *src, const char *dst, unsigned type, unsigned code,
    uint32_t rest, const void *data, uint32_t n)
{
	bool v6 = strchr(src, ':') != NULL;
	uint8_t h[128] = { (uint8_t)type, (uint8_t)code };
	struct pkt p;

	put32(h + 4, rest);
	memcpy(h + 8, data, n);
	p = ip(src, dst, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, h, 8 + n);
	set_sum(&p, 2, v6);
	return p;
}

/* What leaves for it, as "SRC:PORT > DST:PORT" (ICMP: id); "" if nothing. */
static const char *
leaves(struct run *r, const char *in, struct pkt p)
{
	static char out[128];
	struct sbuf b = SBUF_INIT;
	struct frame f = { .data = p.b, .len = p.len, .wire_len = p.len,
	    .link = FRAME_RAW_IP, .time = r->now += 1000000, .number = 1,
	    .in = in ? env_iface(r->env, in, strlen(in)) : NULL };
	bool v6 = p.b[0] >> 4 == 6;
	union addr src = { .q = { 0 } }, dst = { .q = { 0 } };
	const uint8_t *l4 = r->sent + (v6 ? 40 : 20);
	int family = v6 ? AF_INET6 : AF_INET;

	r->sent_len = 0;
	sim_frame(r->sim, &f, NULL);
	if (r->sent_len == 0)
		return "";
	memcpy(src.b, r->sent + (v6 ? 8 : 12), family_addr_size(family));
	memcpy(dst.b, r->sent + (v6 ? 24 : 16), family_addr_size(family));
	addr_print(&b, family, &src);
	sbuf_printf(&b, ":%u > ", get16(l4));
	addr_print(&b, family, &dst);
	sbuf_printf(&b, ":%u", get16(l4 + 2));
	snprintf(out, sizeof(out), "%s", sbuf_text(&b));
	sbuf_free(&b);
	return out;
}

/* Do the sums of what left hold? 'off': of the L4 checksum. */
static void
check_sums(const struct run *r, uint32_t off, bool with_pseudo)
{
	struct pkt p = { .len = r->sent_len };

	(void)off;
	memcpy(p.b, r->sent, r->sent_len);
	p.l4 = p.b[0] >> 4 == 6 ? 40 : 20;
	if (p.l4 == 20)
		cr_expect_eq(csum_fold(csum_add(0, p.b, 20)), 0);
	cr_expect_eq(csum_fold(csum_add(with_pseudo ? pseudo(&p) : 0,
	    p.b + p.l4, p.len - p.l4)), 0);
}

enum { SYN = 2, ACK = 16 };

/* ---- tests ---- */

Test(nat, range_by_hash)
{
	static const struct { const char *src, *dst, *want; } rows[] = {
		{ "10.0.0.2", "203.0.113.5",
		    "198.51.100.13:5000 > 203.0.113.5:53" },
		{ "10.0.0.3", "203.0.113.5",
		    "198.51.100.17:5000 > 203.0.113.5:53" },
		{ "10.0.0.4", "203.0.113.5",
		    "198.51.100.19:5000 > 203.0.113.5:53" },
		{ "10.0.0.77", "203.0.113.5",
		    "198.51.100.15:5000 > 203.0.113.5:53" },
		{ "10.0.0.2", "203.0.113.6",
		    "198.51.100.13:5000 > 203.0.113.6:53" },
		{ "10.0.0.2", "203.0.113.7",
		    "198.51.100.13:5000 > 203.0.113.7:53" },
	};
	struct run r;

	begin(&r, AF_INET, "-A POSTROUTING -o wan0 -j SNAT --to-source "
	    "198.51.100.10-198.51.100.19\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_str_eq(leaves(&r, "lan0", udp(rows[i].src, 5000,
		    rows[i].dst, 53)), rows[i].want, "%s", rows[i].src);
	end(&r);
}

Test(nat, range6_by_hash)
{
	static const struct { const char *src, *dst, *want; } rows[] = {
		{ "2001:db8:1::2", "2001:db8:2::5",
		    "2001:db8:2::9ee4:5000 > 2001:db8:2::5:53" },
		{ "2001:db8:1::3", "2001:db8:2::5",
		    "2001:db8:2::72e3:5000 > 2001:db8:2::5:53" },
		{ "2001:db8:1::4", "2001:db8:2::5",
		    "2001:db8:2::c927:5000 > 2001:db8:2::5:53" },
		{ "2001:db8:1::5", "2001:db8:2::5",
		    "2001:db8:2::f3c6:5000 > 2001:db8:2::5:53" },
		{ "2001:db8:1::2", "2001:db8:2::6",
		    "2001:db8:2::9ee4:5000 > 2001:db8:2::6:53" },
	};
	struct run r;

	begin(&r, AF_INET6, "-A POSTROUTING -o wan0 -j SNAT --to-source "
	    "2001:db8:2::100-2001:db8:2::1:5\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_str_eq(leaves(&r, "lan0", udp(rows[i].src, 5000,
		    rows[i].dst, 53)), rows[i].want, "%s", rows[i].src);
	end(&r);
}

/* There and back, each protocol, with good checksums. */
Test(nat, there_and_back)
{
	struct run r;
	struct pkt p;

	begin(&r, AF_INET, "-A POSTROUTING -o wan0 -j SNAT --to-source "
	    "198.51.100.7\n");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.5", 5000,
	    "203.0.113.5", 53)), "198.51.100.7:5000 > 203.0.113.5:53");
	check_sums(&r, 6, true);
	cr_expect_str_eq(leaves(&r, "wan0", udp("203.0.113.5", 53,
	    "198.51.100.7", 5000)), "203.0.113.5:53 > 10.0.0.5:5000");
	check_sums(&r, 6, true);
	cr_expect_str_eq(leaves(&r, "lan0", tcp("10.0.0.5", 5000,
	    "203.0.113.5", 80, SYN, 1, 0)),
	    "198.51.100.7:5000 > 203.0.113.5:80");
	check_sums(&r, 16, true);
	cr_expect_str_eq(leaves(&r, "wan0", tcp("203.0.113.5", 80,
	    "198.51.100.7", 5000, SYN | ACK, 7, 2)),
	    "203.0.113.5:80 > 10.0.0.5:5000");
	check_sums(&r, 16, true);
	leaves(&r, "lan0", icmp("10.0.0.5", "203.0.113.5", 8, 0, 77u << 16,
	    "data", 4));
	cr_expect_eq(get32(r.sent + 12), 0xc6336407);
	check_sums(&r, 2, false);
	/* A checksum that is not there stays so. */
	p = udp("10.0.0.6", 5000, "203.0.113.5", 53);
	put16(p.b + 26, 0);
	leaves(&r, "lan0", p);
	cr_expect_eq(get16(r.sent + 26), 0);
	/* A wrong one never gets here: the packet has no connection. */
	p = udp("10.0.0.7", 5000, "203.0.113.5", 53);
	p.b[26] ^= 1;
	cr_expect_str_eq(leaves(&r, "lan0", p),
	    "10.0.0.7:5000 > 203.0.113.5:53");
	end(&r);
}

Test(nat, sctp)
{
	static const uint8_t zero[4];
	uint8_t h[32] = { [12] = 1, [15] = 20, [19] = 9, [23] = 1, [25] = 1,
	    [27] = 1, [31] = 1 };
	struct run r;
	uint32_t crc;

	put16(h, 6000);
	put16(h + 2, 80);
	crc = ~crc32c(~UINT32_C(0), h, sizeof(h));
	for (int i = 0; i < 4; i++)
		h[8 + i] = (uint8_t)(crc >> 8 * i);
	begin(&r, AF_INET, "-A POSTROUTING -p sctp -j SNAT --to-source "
	    "198.51.100.7:7000\n");
	cr_expect_str_eq(leaves(&r, "lan0", ip("10.0.0.5", "203.0.113.5",
	    IPPROTO_SCTP, h, sizeof(h))), "198.51.100.7:7000 > 203.0.113.5:80");
	crc = crc32c(~UINT32_C(0), r.sent + 20, 8);
	crc = crc32c(crc, zero, 4);
	crc = ~crc32c(crc, r.sent + 32, sizeof(h) - 12);
	for (int i = 0; i < 4; i++)
		cr_expect_eq(r.sent[28 + i], (uint8_t)(crc >> 8 * i));
	end(&r);
}

/* A source that was given another port keeps it for other receivers; a
 * port that is taken by an untranslated connection is not. */
Test(nat, source_port)
{
	char first[64];
	struct run r;

	begin(&r, AF_INET, "-A POSTROUTING -o wan0 -j SNAT --to-source "
	    "198.51.100.7\n");
	leaves(&r, "lan0", udp("10.0.0.5", 5000, "203.0.113.5", 53));
	leaves(&r, "lan0", udp("10.0.0.6", 5000, "203.0.113.5", 53));
	snprintf(first, sizeof(first), "%.*s", 19, leaves(&r, "lan0",
	    udp("10.0.0.6", 5000, "203.0.113.6", 53)));
	cr_expect_neq(get16(r.sent + 20), 5000);
	cr_expect(get16(r.sent + 20) >= 1024);
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.7", 5000,
	    "203.0.113.6", 53)), "198.51.100.7:5000 > 203.0.113.6:53");
	leaves(&r, "lan0", udp("10.0.0.5", 300, "203.0.113.5", 53));
	leaves(&r, "lan0", udp("10.0.0.6", 300, "203.0.113.5", 53));
	cr_expect(get16(r.sent + 20) < 512 && get16(r.sent + 20) > 0);
	leaves(&r, "lan0", udp("10.0.0.5", 700, "203.0.113.5", 53));
	leaves(&r, "lan0", udp("10.0.0.6", 700, "203.0.113.5", 53));
	cr_expect(get16(r.sent + 20) >= 600 && get16(r.sent + 20) < 1024);
	end(&r);
}

Test(nat, nothing_free)
{
	struct run r;

	begin(&r, AF_INET, "-A POSTROUTING -p udp -j SNAT --to-source "
	    "198.51.100.7:4000\n");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.5", 5000,
	    "203.0.113.5", 53)), "198.51.100.7:4000 > 203.0.113.5:53");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.6", 5000,
	    "203.0.113.5", 53)), "");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.6", 5000,
	    "203.0.113.6", 53)), "198.51.100.7:4000 > 203.0.113.6:53");
	end(&r);
}

/* A connection in TIME_WAIT makes room for a SYN that is further on. */
Test(nat, time_wait)
{
	struct run r;

	begin(&r, AF_INET, "-A POSTROUTING -o wan0 -p tcp -j SNAT --to-source "
	    "198.51.100.7:4000\n");
	leaves(&r, "lan0", tcp("10.0.0.5", 5, "203.0.113.5", 80, SYN, 1000, 0));
	leaves(&r, "wan0", tcp("203.0.113.5", 80, "198.51.100.7", 4000,
	    SYN | ACK, 500, 1001));
	leaves(&r, "lan0", tcp("10.0.0.5", 5, "203.0.113.5", 80, ACK, 1001,
	    501));
	leaves(&r, "lan0", tcp("10.0.0.5", 5, "203.0.113.5", 80, ACK | 1, 1001,
	    501));
	leaves(&r, "wan0", tcp("203.0.113.5", 80, "198.51.100.7", 4000,
	    ACK | 1, 501, 1002));
	leaves(&r, "lan0", tcp("10.0.0.5", 5, "203.0.113.5", 80, ACK, 1002,
	    502));
	cr_expect_str_eq(leaves(&r, "lan0", tcp("10.0.0.6", 6, "203.0.113.5",
	    80, SYN, 900, 0)), "");
	cr_expect_str_eq(leaves(&r, "lan0", tcp("10.0.0.6", 6, "203.0.113.5",
	    80, SYN, 90000, 0)), "198.51.100.7:4000 > 203.0.113.5:80");
	end(&r);
}

Test(nat, destination)
{
	static const struct { unsigned sport, dport; const char *want; }
	rows[] = {
		/* The first free one, counted from the start. */
		{ 1000, 90, "203.0.113.9:1000 > 10.0.0.7:6000" },
		{ 1000, 91, "203.0.113.9:1000 > 10.0.0.7:6001" },
		{ 1001, 92, "203.0.113.9:1001 > 10.0.0.7:6000" },
		{ 1000, 6002, "203.0.113.9:1000 > 10.0.0.7:6002" },
		/* Shifted. */
		{ 1000, 5003, "203.0.113.9:1000 > 10.0.0.8:7003" },
	};
	struct run r;

	begin(&r, AF_INET, "-A PREROUTING -p udp -m udp --dport 5000:5009 -j "
	    "DNAT --to-destination 10.0.0.8:7000-7009/5000\n"
	    "-A PREROUTING -p udp -j DNAT --to-destination "
	    "10.0.0.7:6000-6005\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_str_eq(leaves(&r, "wan0", udp("203.0.113.9",
		    rows[i].sport, "198.51.100.2", rows[i].dport)),
		    rows[i].want, "%u", rows[i].dport);
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.8", 7003,
	    "203.0.113.9", 1000)), "198.51.100.2:5003 > 203.0.113.9:1000");
	end(&r);
}

Test(nat, netmap_and_hairpin)
{
	struct run r;

	begin(&r, AF_INET, "-A PREROUTING -d 192.0.2.0/24 -j NETMAP --to "
	    "10.0.0.0/24\n-A POSTROUTING -s 10.0.0.0/24 -d 10.0.0.0/24 -j "
	    "MASQUERADE\n");
	cr_expect_str_eq(leaves(&r, "wan0", udp("203.0.113.9", 1,
	    "192.0.2.77", 2)), "203.0.113.9:1 > 10.0.0.77:2");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.5", 1, "192.0.2.77",
	    2)), "10.0.0.1:1 > 10.0.0.77:2");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.77", 2, "10.0.0.1",
	    1)), "192.0.2.77:2 > 10.0.0.5:1");
	end(&r);
}

/* MASQUERADE takes the primary address on the net of the next hop, and ends
 * the connection when it is to leave by another device. */
Test(nat, masquerade)
{
	struct run r;

	begin(&r, AF_INET, "-A POSTROUTING -j MASQUERADE\n");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.5", 1, "198.51.100.9",
	    2)), "198.51.100.2:1 > 198.51.100.9:2");
	cr_expect_str_eq(leaves(&r, "lan0", udp("10.0.0.5", 1, "203.0.113.9",
	    2)), "203.0.113.1:1 > 203.0.113.9:2");
	end(&r);
}

/* Errors about a translated connection, both ways. */
Test(nat, icmp_errors)
{
	struct pkt q = udp("198.51.100.2", 5000, "203.0.113.5", 53);
	struct run r;

	begin(&r, AF_INET, "-A PREROUTING -p udp -m udp --dport 80 -j DNAT "
	    "--to-destination 10.0.0.9:8080\n"
	    "-A POSTROUTING -o wan0 -j SNAT --to-source 198.51.100.2\n");
	leaves(&r, "lan0", udp("10.0.0.5", 5000, "203.0.113.5", 53));
	leaves(&r, "wan0", icmp("203.0.113.77", "198.51.100.2", 11, 0, 0, q.b,
	    28));
	cr_expect_eq(r.sent_len, 56);
	cr_expect_eq(get32(r.sent + 12), 0xcb00714d);	/* outer source */
	cr_expect_eq(get32(r.sent + 16), 0x0a000005);
	cr_expect_eq(get32(r.sent + 28 + 12), 0x0a000005);
	cr_expect_eq(get16(r.sent + 28 + 20), 5000);
	check_sums(&r, 2, false);
	cr_expect_eq(csum_fold(csum_add(0, r.sent + 28, 20)), 0);
	/* A redirect about it is refused. */
	cr_expect_str_eq(leaves(&r, "wan0", icmp("203.0.113.77",
	    "198.51.100.2", 5, 1, 0, q.b, 28)), "");
	/* The other side: its own address is hidden in both places. */
	leaves(&r, "wan0", udp("203.0.113.9", 999, "198.51.100.2", 80));
	q = udp("203.0.113.9", 999, "10.0.0.9", 8080);
	leaves(&r, "lan0", icmp("10.0.0.9", "203.0.113.9", 3, 3, 0, q.b, 32));
	cr_expect_eq(get32(r.sent + 12), 0xc6336402);
	cr_expect_eq(get32(r.sent + 28 + 16), 0xc6336402);
	cr_expect_eq(get16(r.sent + 28 + 22), 80);
	check_sums(&r, 2, false);
	end(&r);
}

Test(nat, ipv6)
{
	struct pkt q = udp("2001:db8:2::1", 5000, "2001:db8:2::5", 53);
	struct run r;
	union addr a = { .q = { 0 } };

	begin(&r, AF_INET6, "-A PREROUTING -p udp -m udp --dport 80 -j DNAT "
	    "--to-destination [2001:db8:1::9]:8080\n"
	    "-A POSTROUTING -o wan0 -j MASQUERADE\n");
	cr_expect_str_eq(leaves(&r, "lan0", udp("2001:db8:1::5", 5000,
	    "2001:db8:2::5", 53)), "2001:db8:2::1:5000 > 2001:db8:2::5:53");
	check_sums(&r, 6, true);
	cr_expect_str_eq(leaves(&r, "wan0", udp("2001:db8:2::5", 53,
	    "2001:db8:2::1", 5000)), "2001:db8:2::5:53 > 2001:db8:1::5:5000");
	check_sums(&r, 6, true);
	cr_expect_str_eq(leaves(&r, "wan0", udp("2001:db8:2::7", 5,
	    "2001:db8:2::1", 80)), "2001:db8:2::7:5 > 2001:db8:1::9:8080");
	leaves(&r, "wan0", icmp("2001:db8:2::77", "2001:db8:2::1", 3, 0, 0,
	    q.b, q.len));
	addr_parse(&a, AF_INET6, "2001:db8:1::5", 13);
	cr_expect_arr_eq(r.sent + 24, a.b, 16);
	cr_expect_arr_eq(r.sent + 48 + 8, a.b, 16);
	check_sums(&r, 2, true);
	end(&r);
}
