/* Sets: 'ipset save' text in, packets looked up. */
#include "ext/ipset.h"
#include "model/packet.h"
#include "parsers/ipset.h"

#include <criterion/criterion.h>
#include <netinet/in.h>

struct bench {
	struct arena arena;
	struct diags diags;
	struct env *env;
	struct memory memory;
	struct ctx ctx;
	struct packet packet;
	uint8_t bytes[64], frame[14];
};

#define START	INT64_C(1700000000000000000)

static bool
load(struct bench *b, const char *text)
{
	memset(b, 0, sizeof(*b));
	diag_init(&b->diags, &b->arena);
	b->env = env_new(&b->arena);
	b->env->hz = 250;
	b->memory = (struct memory){ .arena = &b->arena, .env = b->env,
	    .start = START };
	b->ctx = (struct ctx){ .pkt = &b->packet, .hook = HOOK_FORWARD,
	    .env = b->env, .now = START };
	return ipset_read(b->env, source_text("sets", text, &b->arena),
	    &b->diags);
}

static void
address(uint8_t *to, const char *text)
{
	union addr a;
	int family;

	cr_assert(addr_parse_any(&a, &family, text, strlen(text)));
	memcpy(to, a.b, family_addr_size(family));
}

/* A packet with an L4 header of zeros but for its ports. */
static void
packet(struct bench *b, uint8_t proto, const char *src, unsigned sport,
    const char *dst, unsigned dport)
{
	bool v6 = strchr(src, ':') != NULL;
	uint8_t *l4 = b->bytes + (v6 ? 40 : 20);

	memset(b->bytes, 0, sizeof(b->bytes));
	b->bytes[0] = v6 ? 0x60 : 0x45;
	put16(b->bytes + (v6 ? 4 : 2), v6 ? 20 : 40);
	b->bytes[v6 ? 6 : 9] = proto;
	b->bytes[v6 ? 7 : 8] = 64;
	address(b->bytes + (v6 ? 8 : 12), src);
	address(b->bytes + (v6 ? 24 : 16), dst);
	put16(l4, sport);
	put16(l4 + 2, dport);
	b->packet = (struct packet){ .data = b->bytes, .len = v6 ? 60 : 40,
	    .have = v6 ? 60 : 40, .family = v6 ? AF_INET6 : AF_INET };
	pkt_decode(&b->packet);
}

static void
udp(struct bench *b, const char *src, unsigned sport, const char *dst,
    unsigned dport)
{
	packet(b, IPPROTO_UDP, src, sport, dst, dport);
}

static enum tri
in_set(struct bench *b, const char *name, const char *dirs, unsigned flags)
{
	struct ipset *s = ipset_live(&b->memory, name);
	struct ipset_ask ask = { .flags = (uint8_t)flags };

	cr_assert(s != NULL, "no set %s", name);
	cr_assert(ipset_read_dirs(&ask, dirs));
	return ipset_test(s, &b->ctx, &ask);
}

#define IN(b, name, dirs)	(in_set((b), (name), (dirs), 0) == TRI_YES)

Test(ipset, addresses)
{
	struct bench b;

	cr_assert(load(&b, "create a hash:ip family inet hashsize 1024 "
	    "maxelem 65536 bucketsize 12 initval 0x1\n"
	    "add a 192.0.2.1\n"
	    "add a 198.51.100.7\n"));
	udp(&b, "192.0.2.1", 1, "198.51.100.8", 2);
	cr_expect(IN(&b, "a", "src"));
	cr_expect(!IN(&b, "a", "dst"));
	/* More dimensions than the set's will do, fewer not. */
	cr_expect(IN(&b, "a", "src,dst"));
	udp(&b, "2001:db8::1", 1, "2001:db8::2", 2);
	cr_expect(!IN(&b, "a", "src"));
	arena_free(&b.arena);
}

Test(ipset, longest_prefix_and_nomatch)
{
	struct bench b;

	cr_assert(load(&b, "create n hash:net\n"
	    "add n 10.0.0.0/8\n"
	    "add n 10.1.0.0/16 nomatch\n"
	    "add n 10.1.1.0/24\n"));
	udp(&b, "10.2.0.1", 1, "10.1.2.3", 2);
	cr_expect(IN(&b, "n", "src"));
	cr_expect(in_set(&b, "n", "dst", 0) == TRI_NO);
	cr_expect(in_set(&b, "n", "dst", IPSET_RETURN_NOMATCH) == TRI_YES);
	cr_expect(in_set(&b, "n", "src", IPSET_RETURN_NOMATCH) == TRI_NO);
	udp(&b, "10.1.1.1", 1, "11.0.0.1", 2);
	cr_expect(IN(&b, "n", "src"));
	cr_expect(!IN(&b, "n", "dst"));
	cr_expect(in_set(&b, "n", "dst", IPSET_RETURN_NOMATCH) == TRI_NO);
	arena_free(&b.arena);
}

Test(ipset, ports_and_protocols)
{
	struct bench b;

	cr_assert(load(&b, "create p hash:ip,port\n"
	    "add p 192.0.2.1,tcp:80\n"
	    "add p 192.0.2.1,udp:53\n"
	    "add p 192.0.2.1,icmp:echo-request\n"
	    "add p 192.0.2.1,gre:0\n"
	    "create q hash:ip,port,net\n"
	    "add q 192.0.2.1,udp:53,198.51.100.0/24\n"));
	udp(&b, "192.0.2.1", 53, "198.51.100.8", 80);
	cr_expect(IN(&b, "p", "src,src"));
	cr_expect(!IN(&b, "p", "src,dst"));
	cr_expect(IN(&b, "q", "src,src,dst"));
	cr_expect(!IN(&b, "q", "src,src,src"));
	cr_expect(!IN(&b, "q", "src,src"));
	packet(&b, IPPROTO_TCP, "192.0.2.1", 53, "198.51.100.8", 80);
	cr_expect(IN(&b, "p", "src,dst"));
	packet(&b, IPPROTO_ICMP, "192.0.2.1", 0x0800, "198.51.100.8", 0);
	cr_expect(IN(&b, "p", "src,dst"));
	packet(&b, IPPROTO_GRE, "192.0.2.1", 1, "198.51.100.8", 2);
	cr_expect(IN(&b, "p", "src,dst"));
	/* What was not captured is not known. */
	udp(&b, "192.0.2.1", 53, "198.51.100.8", 80);
	b.packet.have = 22;
	cr_expect(in_set(&b, "p", "src,src", 0) == TRI_UNKNOWN);
	cr_expect(b.ctx.need != NULL);
	arena_free(&b.arena);
}

Test(ipset, interfaces)
{
	struct bench b;
	struct iface *eth0, *tap7, *ppp0;

	cr_assert(load(&b, "create i hash:net,iface\n"
	    "add i 192.0.2.0/24,eth0\n"
	    "add i 192.0.2.0/24,tap wildcard\n"
	    "add i 192.0.0.0/16,ppp0\n"
	    "add i 0.0.0.0/0,physdev:eth0\n"));
	eth0 = env_add_iface(b.env, "eth0", 4);
	tap7 = env_add_iface(b.env, "tap7", 4);
	ppp0 = env_add_iface(b.env, "ppp0", 4);
	udp(&b, "192.0.2.1", 1, "192.0.3.1", 2);
	b.packet.in = eth0;
	b.packet.out = ppp0;
	cr_expect(IN(&b, "i", "src,src"));
	cr_expect(IN(&b, "i", "dst,dst"));
	/* The /24 is met, with another interface: the /16 is not tried. */
	cr_expect(!IN(&b, "i", "src,dst"));
	b.packet.in = tap7;
	cr_expect(IN(&b, "i", "src,src"));
	b.packet.in = NULL;
	cr_expect(!IN(&b, "i", "src,src"));
	arena_free(&b.arena);
}

Test(ipset, other_types)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct bench b;

	cr_assert(load(&b, "create m hash:mac\n"
	    "add m 02:00:00:00:00:01\n"
	    "create im hash:ip,mac\n"
	    "add im 192.0.2.1,02:00:00:00:00:01\n"
	    "create mark hash:ip,mark markmask 0xff\n"
	    "add mark 192.0.2.1,0x105\n"
	    "create nn hash:net,net\n"
	    "add nn 192.0.2.0/24,198.51.100.0/24\n"
	    "add nn 192.0.2.1,198.51.100.7 nomatch\n"
	    "create npn hash:net,port,net\n"
	    "add npn 192.0.2.0/24,udp:53,198.51.100.0/24\n"
	    "create bip bitmap:ip range 192.0.2.0/24 netmask 28\n"
	    "add bip 192.0.2.5\n"
	    "create bp bitmap:port range 0-1023\n"
	    "add bp 53\n"));
	udp(&b, "192.0.2.1", 53, "198.51.100.8", 80);
	memcpy(b.frame, mac, sizeof(mac));
	b.packet.ll = b.frame;
	b.packet.ll_len = 14;
	b.packet.mark = 0xf05;
	cr_expect(IN(&b, "m", "src"));
	cr_expect(!IN(&b, "m", "dst"));
	cr_expect(IN(&b, "im", "src,src"));
	cr_expect(IN(&b, "mark", "src,src"));
	cr_expect(IN(&b, "nn", "src,dst"));
	cr_expect(!IN(&b, "nn", "dst,src"));
	cr_expect(IN(&b, "npn", "src,src,dst"));
	cr_expect(!IN(&b, "npn", "src,dst,dst"));
	cr_expect(IN(&b, "bip", "src"));
	cr_expect(IN(&b, "bp", "src"));
	cr_expect(!IN(&b, "bp", "dst"));
	udp(&b, "192.0.2.1", 53, "198.51.100.7", 80);
	cr_expect(!IN(&b, "nn", "src,dst"));
	packet(&b, IPPROTO_SCTP, "192.0.2.1", 53, "198.51.100.7", 80);
	cr_expect(!IN(&b, "bp", "src"));
	arena_free(&b.arena);
}

Test(ipset, bitmap_learns_the_mac)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct bench b;

	cr_assert(load(&b, "create m bitmap:ip,mac range 192.0.2.0/24 "
	    "timeout 10\nadd m 192.0.2.1 timeout 3\n"));
	udp(&b, "192.0.2.1", 53, "198.51.100.8", 80);
	memcpy(b.frame, mac, sizeof(mac));
	b.packet.ll = b.frame;
	b.packet.ll_len = 14;
	/* The clock does not run before the MAC is known. */
	b.ctx.now = START + INT64_C(60000000000);
	cr_expect(IN(&b, "m", "src,src"));
	b.frame[11] = 9;
	cr_expect(!IN(&b, "m", "src,src"));
	b.frame[11] = 1;
	b.ctx.now += INT64_C(3000000000);
	cr_expect(IN(&b, "m", "src,src"));
	b.ctx.now += 4000000;
	cr_expect(!IN(&b, "m", "src,src"));
	arena_free(&b.arena);
}

Test(ipset, timeouts_run_from_the_first_packet)
{
	struct bench b;

	cr_assert(load(&b, "create t hash:ip timeout 60\n"
	    "add t 192.0.2.1 timeout 5\n"
	    "add t 192.0.2.2 timeout 0\n"));
	udp(&b, "192.0.2.1", 1, "192.0.2.2", 2);
	b.ctx.now = START + INT64_C(5000000000);
	cr_expect(IN(&b, "t", "src"));
	b.ctx.now += 4000000;
	cr_expect(!IN(&b, "t", "src"));
	b.ctx.now += INT64_C(100000000000);
	cr_expect(IN(&b, "t", "dst"));
	arena_free(&b.arena);
}

Test(ipset, counters)
{
	struct bench b;
	struct ipset_ask ask = { .dim = 1, .src = 1,
	    .packets = { 5, IPSET_GT } };

	cr_assert(load(&b, "create c hash:ip counters\n"
	    "add c 192.0.2.1 packets 4 bytes 100\n"));
	udp(&b, "192.0.2.1", 1, "192.0.2.2", 2);
	cr_expect(ipset_test(ipset_live(&b.memory, "c"), &b.ctx, &ask) ==
	    TRI_NO);
	cr_expect(ipset_test(ipset_live(&b.memory, "c"), &b.ctx, &ask) ==
	    TRI_YES);
	ask.flags = IPSET_SKIP_COUNTER_UPDATE;
	ask.packets = (struct ipset_compare){ 6, IPSET_EQ };
	ask.bytes = (struct ipset_compare){ 181, IPSET_LT };
	cr_expect(ipset_test(ipset_live(&b.memory, "c"), &b.ctx, &ask) ==
	    TRI_YES);
	arena_free(&b.arena);
}

Test(ipset, lists)
{
	struct bench b;

	cr_assert(load(&b, "create a hash:ip\nadd a 192.0.2.1\n"
	    "create b hash:net,port\nadd b 192.0.2.0/24,udp:2\n"
	    "create l list:set size 8\nadd l a\nadd l b before a\n"));
	udp(&b, "192.0.2.1", 1, "192.0.2.2", 2);
	cr_expect(IN(&b, "l", "src"));
	cr_expect(IN(&b, "l", "dst,dst"));
	cr_expect(!IN(&b, "l", "dst"));
	arena_free(&b.arena);
}

Test(ipset, packets_change_sets)
{
	struct bench b;
	struct ipset_ask ask = { .dim = 2, .src = 1 };
	struct ipset *s;

	cr_assert(load(&b, "create n hash:net,port timeout 10 maxelem 2\n"
	    "add n 10.0.0.0/24,udp:1\n"));
	s = ipset_live(&b.memory, "n");
	udp(&b, "192.0.2.1", 1, "192.0.2.2", 2);
	/* As long as the longest prefix in the set. */
	cr_expect(ipset_packet_add(s, &b.ctx, &ask));
	cr_expect(!ipset_packet_add(s, &b.ctx, &ask));
	ask.flags = IPSET_EXIST;
	cr_expect(ipset_packet_add(s, &b.ctx, &ask));
	udp(&b, "192.0.2.99", 1, "192.0.2.2", 2);
	cr_expect(IN(&b, "n", "src,dst"));
	udp(&b, "203.0.113.1", 1, "192.0.2.2", 2);
	cr_expect(!ipset_packet_add(s, &b.ctx, &ask), "it is full");
	b.ctx.now += INT64_C(11000000000);
	cr_expect(ipset_packet_add(s, &b.ctx, &ask), "the old one is over");
	cr_expect(ipset_packet_del(s, &b.ctx, &ask));
	cr_expect(!IN(&b, "n", "src,dst"));
	/* The set of the snapshot is as it was. */
	cr_expect(ipset_count(map_get(&b.env->sets, "n", 1)) == 1);
	arena_free(&b.arena);
}

Test(ipset, ranges)
{
	struct bench b;
	const struct ipset *s;

	cr_assert(load(&b, "create a hash:ip\n"
	    "add a 192.0.2.0/29\nadd a 198.51.100.1-198.51.100.3\n"
	    "create n hash:net\nadd n 10.0.0.1-10.0.0.8\n"
	    "create p hash:ip,port\nadd p 192.0.2.1,80-82\n"
	    "create m hash:ip netmask 24\n"
	    "add m 192.0.2.0-192.0.4.255\n"));
	s = map_get(&b.env->sets, "a", 1);
	cr_expect(ipset_count(s) == 11);
	s = map_get(&b.env->sets, "n", 1);
	cr_expect(ipset_count(s) == 4);	/* .1, .2/31, .4/30, .8 */
	s = map_get(&b.env->sets, "p", 1);
	cr_expect(ipset_count(s) == 3);
	s = map_get(&b.env->sets, "m", 1);
	cr_expect(ipset_count(s) == 3);
	arena_free(&b.arena);
}

Test(ipset, commands_of_restore)
{
	struct bench b;

	cr_assert(load(&b, "# a comment\n"
	    "-N a iphash -exist\n"
	    "create b hash:ip comment skbinfo\n"
	    "add -exist a 192.0.2.1\n"));
	arena_free(&b.arena);
	cr_assert(load(&b, "create a hash:ip\n"
	    "create b hash:ip comment skbinfo\n"
	    "add a 192.0.2.1\nadd a 192.0.2.1 -exist\n-A a 192.0.2.2\n"
	    "del a 192.0.2.2\n"
	    "add b 192.0.2.9 comment \"of a host\" skbmark 0x10/0xff "
	    "skbprio 1:20 skbqueue 3\n"
	    "swap a b\nrename b c\n"
	    "COMMIT\n"));
	udp(&b, "192.0.2.9", 1, "192.0.2.1", 2);
	cr_expect(IN(&b, "a", "src"));
	cr_expect(IN(&b, "c", "dst"));
	cr_expect(map_get(&b.env->sets, "b", 1) == NULL);
	arena_free(&b.arena);
}

/* Line, column and words of the first error. */
static void
fails(const char *text, unsigned line, unsigned col, const char *words)
{
	struct bench b;
	unsigned l, c;

	cr_expect(!load(&b, text), "%s", text);
	cr_assert(b.diags.first != NULL);
	loc_line(b.diags.first->loc, &l, &c);
	cr_expect(l == line && c == col, "%s: %u:%u", text, l, c);
	cr_expect(strstr(b.diags.first->text, words) != NULL, "%s: %s", text,
	    b.diags.first->text);
	arena_free(&b.arena);
}

Test(ipset, errors_have_their_place)
{
	fails("make a hash:ip\n", 1, 1, "expected create");
	fails("create a hash:what\n", 1, 10, "type of set");
	fails("create a hash:ip\nadd b 192.0.2.1\n", 2, 5, "created before");
	fails("create a hash:ip\nadd a 192.0.2\n", 2, 7, "IPv4 address");
	fails("create a hash:ip\nadd a 192.0.2.1/33\n", 2, 17, "prefix");
	fails("create a hash:ip\nadd a 192.0.2.1 timeout 5\n", 2, 17,
	    "without it");
	fails("create a hash:ip\nadd a 192.0.2.1\nadd a 192.0.2.1\n", 3, 7,
	    "already added");
	fails("create a hash:ip maxelem 1\nadd a 192.0.2.1\n"
	    "add a 192.0.2.2\n", 3, 7, "full");
	fails("create a hash:ip,port\nadd a 192.0.2.1\n", 2, 7,
	    "as the set's type says");
	fails("create a hash:ip,port\nadd a 192.0.2.1,xyz:1\n", 2, 17,
	    "protocol");
	fails("create a hash:net\nadd a 0.0.0.0/0\n", 2, 7,
	    "prefix length 0");
	fails("create a bitmap:ip\n", 1, 10, "range");
	fails("create a bitmap:port range 1-5\nadd a 6\n", 2, 7,
	    "cannot have");
	fails("create l list:set\nadd l x\n", 2, 7, "no set");
	fails("create l list:set\ncreate k list:set\nadd l k\n", 3, 7,
	    "cannot be in");
	fails("create a hash:ip frobnicate\n", 1, 18, "unknown option");
	fails("create a hash:ip\ncreate a hash:ip\n", 2, 8, "exists already");
}

Test(ipset, many)
{
	struct bench b;
	struct sbuf text = SBUF_INIT;
	const struct ipset *s;

	sbuf_puts(&text, "create big hash:net maxelem 200000\n");
	for (unsigned i = 0; i < 100000; i++)
		sbuf_printf(&text, "add big 10.%u.%u.%u/%u\n", i >> 14,
		    i >> 6 & 255, i << 2 & 255, i % 3 == 0 ? 32 : 30);
	cr_assert(load(&b, sbuf_text(&text)));
	s = map_get(&b.env->sets, "big", 3);
	cr_expect(ipset_count(s) == 100000);
	udp(&b, "10.3.7.4", 1, "10.3.7.5", 2);
	cr_expect(IN(&b, "big", "src"));
	udp(&b, "10.200.0.0", 1, "10.3.7.5", 2);
	cr_expect(!IN(&b, "big", "src"));
	sbuf_free(&text);
	arena_free(&b.arena);
}
