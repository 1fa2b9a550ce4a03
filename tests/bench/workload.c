/* Workloads for speed, deterministic: the same arguments give the same bytes.
 *
 *	workload corp N SEED		a corporate ruleset with 5 % planted
 *					defects, iptables-save text
 *	workload rand5 N SEED		sparse rules with the same defects
 *	workload edit K SEED <RULES	the rules with K edits: a verdict
 *					flipped, a rule gone, a rule moved up
 *	workload linear early|late N ACTION
 *					N rules of which only the last matches;
 *					early fails at the addresses, late at
 *					the port
 *	workload kube N			about N rules of the shape kube-proxy
 *					makes: many short chains, comments
 *	workload pcap N LENGTH FLOWS SEED
 *					N Ethernet frames, classic pcap
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t
splitmix(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t
below(uint32_t n)
{
	return (uint32_t)((splitmix() >> 11) % n);
}

static double
unit(void)
{
	return (double)(splitmix() >> 11) / 9007199254740992.0;
}

/* ---- rulesets ---- */

struct span { uint32_t lo, hi; };
struct box { struct span a[2], port[2]; unsigned proto; };

static const struct span any_addr = { 0, UINT32_MAX }, any_port = { 0, 65535 };

static struct span
prefix(uint32_t addr, unsigned len)
{
	uint32_t mask = len ? UINT32_MAX << (32 - len) : 0;

	return (struct span){ addr & mask, (addr & mask) | ~mask };
}

static struct span
corp_addr(int side)
{
	uint32_t x = below(100), site = below(64), base, net;

	base = side == 0 || below(2) ? 10u << 24 | site << 18 :
	    172u << 24 | 16u << 16 | site << 14;
	if (x < 4)
		return any_addr;
	if (x < 12)
		return prefix(base, 14 + below(3));
	net = base + (below(1024) << 8);
	if (x < 45)
		return prefix(net, 24);
	net += below(256);
	if (x < 60)
		return prefix(net, 26 + below(5));
	return prefix(net, 32);
}

static struct span
corp_port(bool wide)
{
	static const uint16_t known[] = { 80, 443, 22, 53, 25, 110, 143, 993,
	    995, 389, 636, 3306, 5432, 1433, 1521, 8080, 8443, 3389, 445, 139,
	    123, 161, 162, 514, 69, 21, 23, 88, 135, 111, 2049, 5060, 6379,
	    9200, 11211, 27017, 5900, 1194, 500, 4500 };
	enum { N = sizeof(known) / sizeof(known[0]) };
	uint32_t x = below(100), k;

	if (wide)
		x %= 80;
	if (x < 65) {
		k = (uint32_t)pow(N, unit()) - 1;
		k = known[k < N ? k : N - 1];
		return (struct span){ k, k };
	}
	if (x < 80) {
		k = 1 + below(65535);
		return (struct span){ k, k };
	}
	if (x < 90) {
		uint32_t hi;

		k = 1024 + below(60000);
		hi = k + below(2000);
		return (struct span){ k, hi < 65535 ? hi : 65535 };
	}
	return x < 94 ? (struct span){ 1024, 65535 } : any_port;
}

static bool
is_wide(struct span s)
{
	return s.hi - s.lo >= 0xffff;
}

static struct box
corp_box(void)
{
	struct span s = corp_addr(0), d = corp_addr(1);
	uint32_t p = below(100);
	struct box b;
	bool wide;

	while (is_wide(s) && is_wide(d))
		d = corp_addr(1);
	wide = is_wide(s) || is_wide(d);
	b = (struct box){ { s, d }, { any_port, any_port }, p < 4 ? 0 : 1 };
	if (p < 8 && !wide)
		return b;
	b.proto = p < 70 ? 6 : 17;
	b.port[1] = corp_port(wide);
	if (below(10) >= 8)
		b.port[0] = (struct span){ 1024, 65535 };
	return b;
}

/* Rules that seldom meet. */
static struct box
sparse_box(void)
{
	struct box b = { .port = { any_port, any_port } };
	uint32_t port, kind, hi;

	b.proto = below(2) ? 6 : 17;
	for (int i = 0; i < 2; i++) {
		uint32_t addr = (uint32_t)splitmix();

		b.a[i] = prefix(addr, 16 + below(17));
	}
	port = 1 + below(65535);
	kind = below(3);
	hi = kind ? port : port + below(1000);
	b.port[1] = (struct span){ port, hi < 65535 ? hi : 65535 };
	if (below(4) == 0)
		b.port[0] = (struct span){ 1024, 65535 };
	return b;
}

struct corp {
	struct box *boxes;
	bool *accept;
	uint32_t n, max;
	struct box (*make)(void);
};

static void
corp_add(struct corp *c, struct box b)
{
	bool accept = below(10) < 8;

	c->boxes[c->n] = b;
	c->accept[c->n++] = accept;
}

/* One half of an earlier rule. */
static void
plant_half(struct corp *c, struct box b)
{
	struct span *s = &b.a[below(2)];

	if (s->hi > s->lo) {
		uint32_t mid = s->lo + ((s->hi - s->lo) >> 1);

		if (below(2))
			s->hi = mid;
		else
			s->lo = mid + 1;
	}
	corp_add(c, b);
}

/* A rule behind two that cover it together. */
static void
plant_union(struct corp *c)
{
	struct box b, half;
	int i = -1;
	uint32_t mid;

	if (c->n + 3 > c->max)
		return;
	b = c->make();
	for (int j = 0; j < 2; j++)
		if (b.a[j].hi > b.a[j].lo && b.a[j].hi - b.a[j].lo != UINT32_MAX)
			i = j;
	if (i < 0)
		return;
	mid = b.a[i].lo + ((b.a[i].hi - b.a[i].lo) >> 1);
	half = b;
	half.a[i].hi = mid;
	corp_add(c, half);
	half = b;
	half.a[i].lo = mid + 1;
	corp_add(c, half);
	corp_add(c, b);
}

static void
print_addr(const char *opt, struct span s)
{
	unsigned len = 32;

	if (s.lo == any_addr.lo && s.hi == any_addr.hi)
		return;
	for (uint32_t size = s.hi - s.lo; size != 0; size >>= 1)
		len--;
	printf(" %s %u.%u.%u.%u/%u", opt, s.lo >> 24, s.lo >> 16 & 255,
	    s.lo >> 8 & 255, s.lo & 255, len);
}

static void
print_port(const char *opt, struct span s)
{
	if (s.lo == any_port.lo && s.hi == any_port.hi)
		return;
	printf(s.lo == s.hi ? " %s %u" : " %s %u:%u", opt, s.lo, s.hi);
}

static void
print_box(const struct box *b, bool accept)
{
	static const char *const names[] = { [1] = "icmp", [6] = "tcp",
	    [17] = "udp" };
	bool ports = b->proto > 1 && (memcmp(&b->port[0], &any_port,
	    sizeof(any_port)) || memcmp(&b->port[1], &any_port,
	    sizeof(any_port)));

	printf("-A FORWARD");
	print_addr("-s", b->a[0]);
	print_addr("-d", b->a[1]);
	if (b->proto)
		printf(" -p %s", names[b->proto]);
	if (ports) {
		printf(" -m %s", names[b->proto]);
		print_port("--sport", b->port[0]);
		print_port("--dport", b->port[1]);
	}
	printf(" -j %s\n", accept ? "ACCEPT" : "DROP");
}

static int
corp(struct box (*make)(void), uint32_t n, uint64_t seed)
{
	struct corp c = { calloc(n + 3, sizeof(struct box)),
	    calloc(n + 3, sizeof(bool)), 0, n, make };

	state = seed;
	while (c.n < n) {
		uint32_t k, kind;

		if (below(100) < 95 || c.n < 8) {
			corp_add(&c, c.make());
			continue;
		}
		k = below(c.n);
		kind = below(3);
		if (kind == 0)
			corp_add(&c, c.boxes[k]);
		else if (kind == 1)
			plant_half(&c, c.boxes[k]);
		else
			plant_union(&c);
	}
	printf("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
	    ":OUTPUT ACCEPT [0:0]\n");
	for (uint32_t i = 0; i < n; i++)
		print_box(&c.boxes[i], c.accept[i]);
	printf("COMMIT\n");
	free(c.boxes);
	free(c.accept);
	return 0;
}

/* ---- edits ---- */

static void
flip(char *line)
{
	char *verdict = strstr(line, "-j ");

	if (verdict != NULL && strcmp(verdict, "-j ACCEPT\n") == 0)
		strcpy(verdict, "-j DROP\n");
	else if (verdict != NULL && strcmp(verdict, "-j DROP\n") == 0)
		strcpy(verdict, "-j ACCEPT\n");
}

static void
edit_one(char **rules, uint32_t *n, unsigned kind)
{
	uint32_t j = below(*n), to = j > 50 ? j - 50 : 0;
	char *rule = rules[j];

	if (kind == 0) {
		flip(rule);
		return;
	}
	memmove(rules + j, rules + j + 1, (*n - j - 1) * sizeof(*rules));
	if (kind == 1) {
		free(rule);
		(*n)--;
		return;
	}
	memmove(rules + to + 1, rules + to, (*n - 1 - to) * sizeof(*rules));
	rules[to] = rule;
}

/* Standard input with edits; all rules are in one block. */
static int
edit(unsigned edits, uint64_t seed)
{
	enum { LINE = 512 };
	char **rules = NULL, line[LINE], tail[LINE] = "";
	uint32_t n = 0, room = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strncmp(line, "-A ", 3) != 0) {
			if (n != 0)
				strcpy(tail, line);
			else
				fputs(line, stdout);
			continue;
		}
		if (n == room)
			rules = realloc(rules, (room = room * 2 + 1024) *
			    sizeof(*rules));
		rules[n] = malloc(LINE);	/* a flip makes it longer */
		strcpy(rules[n++], line);
	}
	state = seed;
	for (unsigned i = 0; i < edits && n != 0; i++)
		edit_one(rules, &n, i % 3);
	for (uint32_t i = 0; i < n; i++) {
		fputs(rules[i], stdout);
		free(rules[i]);
	}
	free(rules);
	fputs(tail, stdout);
	return 0;
}

static uint32_t
under(uint32_t n)
{
	return (uint32_t)(splitmix() % n);
}

static void
linear_early(void)
{
	uint32_t l1 = 24 + under(9), l2 = 24 + under(9);
	uint32_t a = 0x0b000000 + under(0x10000000);
	uint32_t b = 0x20000000 + under(0x10000000);
	const char *proto;

	proto = splitmix() & 1 ? "tcp" : "udp";
	printf("-A FORWARD");
	print_addr("-s", prefix(a, l1));
	print_addr("-d", prefix(b, l2));
	printf(" -p %s --sport 1024:65535 --dport %u -j ACCEPT\n", proto,
	    1 + under(65535));
}

static int
linear(bool early, uint32_t n, const char *action)
{
	state = 42;
	printf("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	    ":OUTPUT ACCEPT [0:0]\n");
	for (uint32_t i = 1; i < n; i++) {
		if (early)
			linear_early();
		else
			printf("-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/16 "
			    "-p udp --dport %u -j ACCEPT\n",
			    1024 + under(60000));
	}
	if (n != 0)
		printf("-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/16 -j %s\n",
		    action);
	printf("COMMIT\n");
	return 0;
}

/* kube-proxy's iptables mode: per service one rule in KUBE-SERVICES, a
 * KUBE-SVC chain with a statistic for each of its endpoints, and a KUBE-SEP
 * chain of two rules each. */
static int
kube(uint32_t n)
{
	enum { ENDPOINTS = 10, PER_SERVICE = 2 + ENDPOINTS * 3 };
	uint32_t services = n / PER_SERVICE;

	printf("*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
	    ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
	    ":KUBE-MARK-MASQ - [0:0]\n:KUBE-SERVICES - [0:0]\n");
	for (uint32_t s = 0; s < services; s++) {
		printf(":KUBE-SVC-%016X - [0:0]\n", s);
		for (uint32_t e = 0; e < ENDPOINTS; e++)
			printf(":KUBE-SEP-%010X%02X - [0:0]\n", s, e);
	}
	printf("-A PREROUTING -m comment --comment \"kubernetes service "
	    "portals\" -j KUBE-SERVICES\n"
	    "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n");
	for (uint32_t s = 0; s < services; s++) {
		unsigned b = s >> 8 & 255, c = s & 255, a = 96 + (s >> 16);

		printf("-A KUBE-SERVICES -d 10.%u.%u.%u/32 -p tcp -m comment "
		    "--comment \"default/service-%u:http cluster IP\" "
		    "-m tcp --dport 80 -j KUBE-SVC-%016X\n", a, b, c, s, s);
		printf("-A KUBE-SVC-%016X ! -s 10.244.0.0/16 -d 10.%u.%u.%u/32 "
		    "-p tcp -m comment --comment \"default/service-%u:http "
		    "cluster IP\" -m tcp --dport 80 -j KUBE-MARK-MASQ\n", s, a,
		    b, c, s);
		for (uint32_t e = 0; e < ENDPOINTS; e++) {
			char prob[128] = "";
			uint32_t ip = 0x0af40000 + (s * ENDPOINTS + e) % 0xffff;

			if (e + 1 < ENDPOINTS)
				snprintf(prob, sizeof(prob), "-m statistic "
				    "--mode random --probability %.11f ",
				    1.0 / (ENDPOINTS - e));
			printf("-A KUBE-SVC-%016X -m comment --comment "
			    "\"default/service-%u:http -> 10.244.%u.%u:8080\" "
			    "%s-j KUBE-SEP-%010X%02X\n", s, s, ip >> 8 & 255,
			    ip & 255, prob, s, e);
			printf("-A KUBE-SEP-%010X%02X -s 10.244.%u.%u/32 "
			    "-m comment --comment \"default/service-%u:http\" "
			    "-j KUBE-MARK-MASQ\n", s, e, ip >> 8 & 255,
			    ip & 255, s);
			printf("-A KUBE-SEP-%010X%02X -p tcp -m comment "
			    "--comment \"default/service-%u:http\" -m tcp "
			    "-j DNAT --to-destination 10.244.%u.%u:8080\n", s,
			    e, s, ip >> 8 & 255, ip & 255);
		}
	}
	printf("COMMIT\n");
	return 0;
}

/* ---- captures ---- */

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint32_t
checksum(const uint8_t *p, uint32_t n, uint32_t sum)
{
	for (uint32_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (n & 1)
		sum += (uint32_t)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

struct flow { uint32_t src, dst; uint16_t sport, dport; uint8_t proto; };

/* Ethernet frame of a flow; its first packet is a SYN. */
static void
make_frame(uint8_t *f, uint32_t len, const struct flow *fl, uint32_t id,
    bool first)
{
	uint32_t size = len - 14, sum = 0, x;
	uint8_t *ip = f + 14, *l4 = ip + 20;

	memset(f, 0, len);
	memcpy(f, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0", 14);
	ip[0] = 0x45;
	put16(ip + 2, size);
	put16(ip + 4, id);
	ip[8] = 64;
	ip[9] = fl->proto;
	put32(ip + 12, fl->src);
	put32(ip + 16, fl->dst);
	put16(ip + 10, checksum(ip, 20, 0));
	put16(l4, fl->sport);
	put16(l4 + 2, fl->dport);
	for (int i = 12; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	sum += fl->proto + size - 20;
	if (fl->proto == 17) {
		put16(l4 + 4, size - 20);
		x = checksum(l4, size - 20, sum);
		put16(l4 + 6, x ? x : 0xffff);
	} else {
		l4[12] = 0x50;
		l4[13] = first ? 2 : 16;
		put16(l4 + 14, 0xffff);
		l4[8] = !first;
		put16(l4 + 16, checksum(l4, size - 20, sum));
	}
}

static int
capture(uint32_t n, uint32_t len, uint32_t n_flows, uint64_t seed)
{
	static uint8_t frame[2048];
	struct flow *flows = calloc(n_flows, sizeof(*flows));
	uint32_t head[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };

	if (len < 60 || len > sizeof(frame) || n_flows == 0)
		return 2;
	state = seed;
	fwrite(head, 1, sizeof(head), stdout);
	for (uint32_t i = 0; i < n_flows; i++) {
		uint64_t a = splitmix(), b = splitmix();

		flows[i] = (struct flow){ 0x0a010000 | (a & 0xffff),
		    0x0a020000 | (a >> 16 & 0xffff),
		    (uint16_t)(1024 + b % 60000),
		    (uint16_t)(1 + (b >> 20) % 1023), b >> 50 & 1 ? 6 : 17 };
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = i < n_flows ? i : (uint32_t)(splitmix() % n_flows);
		uint32_t rec[4] = { 1700000000 + i / 1000000, i % 1000000, len,
		    len };

		make_frame(frame, len, &flows[k], i, i < n_flows);
		fwrite(rec, 1, sizeof(rec), stdout);
		fwrite(frame, 1, len, stdout);
	}
	free(flows);
	return ferror(stdout) ? 2 : 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "edit") == 0)
		return edit((unsigned)strtoul(argv[2], NULL, 10),
		    strtoull(argv[3], NULL, 10));
	if (argc == 4 && (strcmp(argv[1], "corp") == 0 ||
	    strcmp(argv[1], "rand5") == 0))
		return corp(argv[1][0] == 'c' ? corp_box : sparse_box,
		    (uint32_t)strtoul(argv[2], NULL, 10),
		    strtoull(argv[3], NULL, 10));
	if (argc == 5 && strcmp(argv[1], "linear") == 0)
		return linear(strcmp(argv[2], "early") == 0,
		    (uint32_t)strtoul(argv[3], NULL, 10), argv[4]);
	if (argc == 3 && strcmp(argv[1], "kube") == 0)
		return kube((uint32_t)strtoul(argv[2], NULL, 10));
	if (argc == 6 && strcmp(argv[1], "pcap") == 0)
		return capture((uint32_t)strtoul(argv[2], NULL, 10),
		    (uint32_t)strtoul(argv[3], NULL, 10),
		    (uint32_t)strtoul(argv[4], NULL, 10),
		    strtoull(argv[5], NULL, 10));
	fputs("usage: workload corp|rand5 N SEED | edit K SEED | linear early|late N ACTION | "
	    "kube N | pcap N LENGTH FLOWS SEED\n", stderr);
	return 2;
}
