/* Rules that are passed over eight at once (sim/skip.c), against the walk that
 * asks each of them, as it does when somebody listens. */
#include "model/packet.h"
#include "parsers/load.h"
#include "sim/sim.h"

#include <criterion/criterion.h>
#include <netinet/in.h>

enum { RULES = 90, PACKETS = 4000, CHAINS = 6 };

struct bench {
	struct arena arena;
	struct env *env;
	struct ruleset *rules;
	uint8_t bytes[PKT_HEADROOM + 128 + PKT_TAILROOM];
	struct packet packet;
	uint32_t random;
};

static unsigned
pick(struct bench *b, unsigned n)
{
	b->random = b->random * 1664525 + 1013904223;
	return (b->random >> 16) % n;
}

/* ---- rules ---- */

static const char *const protos[] = { "tcp", "udp", "icmp", "47" };

static void
put_addr(struct bench *b, struct sbuf *out, bool v6, const char *option)
{
	if (pick(b, 3) == 0)
		return;
	sbuf_printf(out, "%s%s ", pick(b, 6) == 0 ? " !" : "", option);
	if (v6)
		sbuf_printf(out, pick(b, 2) ? "2001:db8:%x::/48" :
		    pick(b, 2) ? "2001:db8::%x" : "2001:db8::%x:0:0/112",
		    pick(b, 4));
	else
		sbuf_printf(out, pick(b, 2) ? "10.0.%u.0/24" : "10.0.0.%u",
		    pick(b, 4));
}

static void
put_rule(struct bench *b, struct sbuf *out, bool v6, unsigned chain)
{
	static const char *const targets[] = { "", "", "", "", " -j ACCEPT",
	    " -j DROP", " -j RETURN" };

	sbuf_printf(out, "-A c%u", chain);
	put_addr(b, out, v6, " -s");
	put_addr(b, out, v6, " -d");
	if (pick(b, 2))
		sbuf_printf(out, "%s -p %s", pick(b, 6) == 0 ? " !" : "",
		    v6 && pick(b, 4) == 0 ? "icmpv6" : protos[pick(b, 4)]);
	if (pick(b, 8) == 0)
		sbuf_puts(out, " -i eth0");
	if (chain + 1 < CHAINS && pick(b, 4) == 0)
		sbuf_printf(out, " -%c c%u", pick(b, 4) ? 'j' : 'g',
		    chain + 1 + pick(b, CHAINS - chain - 1));
	else
		sbuf_puts(out, targets[pick(b, 7)]);
	sbuf_putc(out, '\n');
}

static void
make_rules(struct bench *b, bool v6)
{
	struct diags diags;
	struct load l = { .arena = &b->arena, .diags = &diags,
	    .family = v6 ? AF_INET6 : AF_INET };
	struct sbuf text = SBUF_INIT;

	diag_init(&diags, &b->arena);
	sbuf_puts(&text, "*filter\n:FORWARD ACCEPT [0:0]\n");
	for (unsigned c = 0; c < CHAINS; c++)
		sbuf_printf(&text, ":c%u - [0:0]\n", c);
	sbuf_puts(&text, "-A FORWARD -j c0\n");
	for (unsigned c = 0; c < CHAINS; c++)
		for (unsigned i = pick(b, RULES); i > 0; i--)
			put_rule(b, &text, v6, c);
	sbuf_puts(&text, "COMMIT\n");
	load_source(&l, source_text("rules", arena_strdup(&b->arena,
	    sbuf_text(&text)), &b->arena));
	cr_assert(diags.errors == 0, "%s", sbuf_text(&text));
	b->rules = l.rules[v6];
	sbuf_free(&text);
}

/* ---- packets ---- */

static void
make_packet(struct bench *b, bool v6)
{
	static const uint8_t numbers[] = { 6, 17, 1, 47, 58, 0, 44 };
	uint8_t *p = b->bytes + PKT_HEADROOM;
	uint8_t proto = numbers[pick(b, v6 ? 7 : 5)];
	uint32_t len = v6 ? 60 : 40;

	memset(b->bytes, 0, sizeof(b->bytes));
	if (v6) {
		p[0] = 0x60;
		put16(p + 4, 20);
		p[6] = proto;
		put32(p + 8, 0x20010db8);
		put32(p + 24, 0x20010db8);
		for (unsigned at = 8; at <= 24; at += 16) {
			put16(p + at + 4, pick(b, 4) & pick(b, 4));
			put16(p + at + 10, pick(b, 4) & pick(b, 4));
			put16(p + at + 14, pick(b, 4));
		}
		p[40] = 6;		/* where it is a header: TCP is next */
	} else {
		p[0] = 0x45;
		put16(p + 2, len);
		p[9] = proto;
		put32(p + 12, 0x0a000000 + 256 * pick(b, 4) + pick(b, 4));
		put32(p + 16, 0x0a000000 + 256 * pick(b, 4) + pick(b, 4));
	}
	b->packet = (struct packet){ .data = p, .len = len, .have = len,
	    .family = v6 ? AF_INET6 : AF_INET };
	if (pick(b, 16) == 0)		/* a capture that was cut */
		b->packet.have = v6 ? 40 : 20;
	pkt_decode(&b->packet);
}

static void
hear_nothing(struct sink *s, const struct event *e)
{
	(void)s;
	(void)e;
}

/* One simulator is listened to, the other not. */
static unsigned
compare(struct bench *b, bool v6)
{
	struct sink sink = { hear_nothing };
	struct sim_config cfg = { .rules = { v6 ? NULL : b->rules,
	    v6 ? b->rules : NULL }, .env = b->env };
	struct sim *slow = sim_new(&cfg), *fast = sim_new(&cfg);
	const struct chain *start = b->rules->tables[TABLE_FILTER].builtin[
	    HOOK_FORWARD];
	unsigned decided = 0;

	for (unsigned i = 0; i < PACKETS; i++) {
		struct outcome x = { 0 }, y = { 0 };
		enum verdict v, w;

		make_packet(b, v6);
		v = sim_chain(slow, &b->packet, HOOK_FORWARD, start, &sink,
		    &x);
		w = sim_chain(fast, &b->packet, HOOK_FORWARD, start, NULL,
		    &y);
		cr_assert(v == w && x.rule == y.rule &&
		    x.n_unknown == y.n_unknown);
		decided += x.rule != NULL;
	}
	for (const struct rule *r = rule_first(b->rules); r != NULL;
	    r = rule_next(r)) {
		uint64_t n[2], m[2];

		sim_rule_counters(slow, r, &n[0], &n[1]);
		sim_rule_counters(fast, r, &m[0], &m[1]);
		cr_assert(n[0] == m[0] && n[1] == m[1], "line %u", r->line);
	}
	sim_free(slow);
	sim_free(fast);
	return decided;
}

static void
run(bool v6)
{
	unsigned decided = 0;

	for (uint32_t seed = 1; seed <= 12; seed++) {
		struct bench b = { .random = seed * 2654435761U };

		b.env = env_new(&b.arena);
		make_rules(&b, v6);
		decided += compare(&b, v6);
		ruleset_free(b.rules);
		arena_free(&b.arena);
	}
	cr_assert_gt(decided, 12 * PACKETS / 4, "%u", decided);
}

Test(walk, passes_over_rules_of_ipv4)
{
	run(false);
}

Test(walk, passes_over_rules_of_ipv6)
{
	run(true);
}
