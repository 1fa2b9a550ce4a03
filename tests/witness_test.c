/* Points of the analysis as packets, in words, and replayed. */
#include "src/witness.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "analysis/analysis.h"
#include "ext/ipset.h"
#include "model/lower.h"
#include "parsers/env.h"
#include "parsers/load.h"
#include "parsers/pktspec.h"

struct run {
	struct arena arena;
	struct diags diags;
	struct load load;
	struct env *env;
	struct witness *w;
	struct sbuf text, rest;
	uint64_t random;
};

static void
begin(struct run *r, int family, const char *rules)
{
	memset(r, 0, sizeof(*r));
	diag_init(&r->diags, &r->arena);
	r->env = env_new(&r->arena);
	r->w = mem_alloc(1, sizeof(*r->w));
	r->random = 42;
	r->load = (struct load){ .arena = &r->arena, .diags = &r->diags,
	    .family = family };
	cr_assert(load_source(&r->load, source_text("rules", rules,
	    &r->arena)), "%s", r->diags.first ? r->diags.first->text : "");
}

static void
end(struct run *r)
{
	ruleset_free(r->load.rules[0]);
	ruleset_free(r->load.rules[1]);
	sbuf_free(&r->text);
	sbuf_free(&r->rest);
	free(r->w);
	arena_free(&r->arena);
}

static const struct chain *
chain(const struct run *r, enum table_id table, const char *name)
{
	const struct ruleset *rs = r->load.rules[0] ? r->load.rules[0] :
	    r->load.rules[1];
	const struct chain *c = chain_find(&rs->tables[table], name,
	    strlen(name));

	cr_assert_not_null(c, "%s", name);
	return c;
}

static const struct rule *
rule(const struct run *r, const char *name, unsigned number)
{
	return chain(r, TABLE_FILTER, name)->rules[number - 1];
}

/* ---- points ---- */

static void
ask(struct point *p, enum field f, u128 v)
{
	p->asked |= UINT64_C(1) << f;
	p->value[f] = v;
}

static void
ask_iface(struct point *p, enum field f, const char *name)
{
	p->asked |= UINT64_C(1) << f;
	memset(p->iface[field_iface(f)], 0, IFNAME_SIZE);
	memcpy(p->iface[field_iface(f)], name, strlen(name));
}

static void
ask_addr(struct point *p, enum field f, const char *text)
{
	union addr a;

	cr_assert(addr_parse(&a, p->family, text, strlen(text)));
	ask(p, f, addr_number(&a, p->family));
}

static bool
asked(const struct point *p, enum field f)
{
	return p->asked >> f & 1;
}

static uint64_t
random_number(struct run *r)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return r->random * UINT64_C(0x2545f4914f6cdd1d) >> 20;
}

static uint64_t
below(struct run *r, uint64_t n)
{
	return random_number(r) % n;
}

static u128
random_value(struct run *r, enum field f, int family)
{
	static const uint8_t protos[] = { 1, 2, 4, 6, 6, 6, 6, 17, 17, 33, 47,
	    50, 51, 58, 103, 108, 132, 135, 136, 0, 43, 44, 59, 60, 255 };
	unsigned bits = field_info[f].bits, v;

	switch ((unsigned)f) {
	case F_PROTO:
		return protos[below(r, sizeof(protos))];
	case F_LENGTH:
		return below(r, 4) ? 20 + below(r, 1500) : below(r, 65536);
	case F_MAC:
		return below(r, 4) ? below(r, MAC_NONE) : MAC_NONE;
	case F_UID: case F_GID:
		return below(r, 3) ? below(r, 5000) : OWNER_NONE;
	case F_MSS:
		return below(r, 3) ? below(r, MSS_NONE) : MSS_NONE;
	}
	if (field_info[f].kind == FIELD_ADDR) {
		u128 a = (u128)random_number(r) << 64 | random_number(r);

		return family == AF_INET ? (uint32_t)a : a;
	}
	if (field_info[f].kind != FIELD_SMALL)
		return below(r, UINT64_C(1) << bits);
	do
		v = (unsigned)below(r, 1u << bits);
	while (!field_valid(f, v, family));
	return v;
}

static void
random_point(struct run *r, struct point *p, int family, uint64_t fields)
{
	static const char *const names[] = { "", "eth0", "eth1", "tun0",
	    "wlan0, too" };

	*p = (struct point){ .family = family };
	for (enum field f = 0; f < N_FIELDS; f++) {
		if (!(fields >> f & 1) || below(r, 3) == 0)
			continue;
		if (field_info[f].kind == FIELD_IFACE)
			ask_iface(p, f, names[below(r, 5)]);
		else
			ask(p, f, random_value(r, f, family));
	}
}

/* ---- is there such a packet? ---- */

static u128
value(const struct point *p, enum field f, u128 usual)
{
	return asked(p, f) ? p->value[f] : usual;
}

/* Bytes that the packet has at least. */
static unsigned
least(const struct point *p, unsigned proto, bool fragment)
{
	static const uint8_t sizes[][2] = { { 1, 8 }, { 6, 20 }, { 17, 8 },
	    { 33, 16 }, { 47, 4 }, { 50, 8 }, { 51, 12 }, { 58, 8 },
	    { 108, 4 }, { 132, 12 }, { 135, 8 }, { 136, 8 } };
	bool tcp = asked(p, F_TCPFLAGS) || asked(p, F_MSS);
	bool l4 = tcp || asked(p, F_SPORT) || asked(p, F_DPORT) ||
	    asked(p, F_ICMP) || asked(p, F_SPI);
	unsigned n = p->family == AF_INET ? 20 : fragment ? 48 : 40;

	if (fragment ? !tcp || proto != 6 : !l4)
		return n;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i][0] == proto)
			n += sizes[i][1];
	return proto == 6 && value(p, F_MSS, MSS_NONE) != MSS_NONE ? n + 4 : n;
}

static unsigned
proto_of(const struct point *p)
{
	return (unsigned)value(p, F_PROTO, asked(p, F_ICMP) &&
	    !asked(p, F_DPORT) ? p->family == AF_INET ? 1 : 58 :
	    asked(p, F_SPI) && !asked(p, F_DPORT) ? 50 : 6);
}

/* What is taken for the TCP header of an IPv6 fragment is its IP header. */
static bool
by_chance(const struct point *p)
{
	return p->family == AF_INET6 && value(p, F_FRAG, 0) != 0 &&
	    proto_of(p) == 6 && (asked(p, F_TCPFLAGS) || asked(p, F_MSS));
}

static bool
fits(const struct point *p)
{
	unsigned proto = proto_of(p);
	bool fragment = value(p, F_FRAG, 0) != 0;

	if (p->family == AF_INET6 && (proto == 0 || proto == 43 ||
	    proto == 44 || proto == 51 || proto == 60))
		return false;
	return value(p, F_LENGTH, 65535) >= least(p, proto, fragment);
}

/* Entering INPUT or OUTPUT of table filter. */
static bool
exists(const struct point *p, bool output)
{
	const char *in = asked(p, F_IN) ? p->iface[0] : output ? "" :
	    value(p, F_MAC, 0) == MAC_NONE ? "tun0" : "eth0";
	unsigned state = (unsigned)value(p, F_CT, FCT_NEW) & FCT_STATE;
	bool ether = in[0] == 'e' || in[0] == 'w';
	bool uid = value(p, F_UID, OWNER_NONE) != OWNER_NONE;
	bool gid = value(p, F_GID, OWNER_NONE) != OWNER_NONE;

	if (asked(p, F_MAC) && ether != (p->value[F_MAC] != MAC_NONE))
		return false;
	if ((uid || gid) && (!output || in[0] != '\0' ||
	    (!uid && asked(p, F_UID)) || (!gid && asked(p, F_GID))))
		return false;		/* only what is sent has an owner */
	if ((state == FCT_INVALID || state == FCT_UNTRACKED) &&
	    value(p, F_CONNMARK, 0) != 0)
		return false;
	return fits(p);
}

static void
expect_fields(const struct run *r, const struct point *p)
{
	for (enum field f = 0; f < N_FIELDS; f++) {
		char name[IFNAME_SIZE];
		u128 v;

		if (!asked(p, f) || !field_read(&r->w->packet, f, &v, name))
			continue;
		if (field_info[f].kind == FIELD_IFACE)
			cr_expect_str_eq(name, p->iface[field_iface(f)]);
		else
			cr_expect(v == p->value[f], "%s: %llx, not %llx",
			    field_info[f].name, (unsigned long long)v,
			    (unsigned long long)p->value[f]);
	}
}

static void
try_points(int family, const char *name)
{
	const uint64_t all = (UINT64_C(1) << N_FIELDS) - 1;
	bool output = strcmp(name, "OUTPUT") == 0;
	unsigned built = 0;
	struct run r;

	begin(&r, family, "*filter\nCOMMIT\n");
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t fields = all;
		struct point p;
		bool ok;

		if (i % 4 != 0)		/* or few are possible */
			fields &= random_number(&r) | 0xf;
		random_point(&r, &p, family, fields);
		ok = witness_packet(r.w, &p, chain(&r, TABLE_FILTER, name),
		    r.env, &r.arena);
		cr_assert(ok == exists(&p, output) || by_chance(&p),
		    "point %u: %s", i, ok ? "it cannot be" : r.w->why);
		if (!ok)
			continue;
		built++;
		expect_fields(&r, &p);
	}
	cr_expect_gt(built, 4000);
	end(&r);
}

Test(witness, fields)
{
	try_points(AF_INET, "INPUT");
	try_points(AF_INET6, "INPUT");
	try_points(AF_INET, "OUTPUT");
	try_points(AF_INET6, "OUTPUT");
}

/* ---- words ---- */

/* The packet that the words say. */
static void
read_words(struct run *r, struct pktspec *spec)
{
	const char *text = arena_strdup(&r->arena, sbuf_text(&r->text));
	const struct source *src = source_text("words", text, &r->arena);

	cr_assert(pktspec_parse(src, 0, strlen(text), spec, &r->arena,
	    &r->diags), "%s: %s", text, r->diags.first ?
	    r->diags.first->text : "");
}

static void
expect_same(struct run *r, const struct pktspec *a, const struct pktspec *b)
{
	uint32_t n, m;
	const uint8_t *x = pktspec_build(a, &r->arena, &n);
	const uint8_t *y = pktspec_build(b, &r->arena, &m);
	const unsigned has = SPEC_MAC | SPEC_CONNMARK | SPEC_OWNER |
	    SPEC_PKTTYPE | SPEC_MSS;
	const char *t = sbuf_text(&r->text);

	cr_assert(n == m && memcmp(x, y, n) == 0, "%s", t);
	cr_assert((a->has & has) == (b->has & has), "%s", t);
	cr_assert(memcmp(a->in, b->in, sizeof(a->in)) == 0 &&
	    memcmp(a->out, b->out, sizeof(a->out)) == 0 &&
	    memcmp(a->physin, b->physin, sizeof(a->out)) == 0 &&
	    a->local == b->local, "%s", t);
	cr_assert(memcmp(a->mac, b->mac, 6) == 0 && a->mark == b->mark &&
	    a->connmark == b->connmark && a->uid == b->uid &&
	    a->gid == b->gid && a->pkttype == b->pkttype &&
	    a->src_type == b->src_type && a->dst_type == b->dst_type, "%s", t);
	cr_assert(a->established == b->established && a->reply == b->reply &&
	    a->untracked == b->untracked && a->ct_said == b->ct_said, "%s",
	    t);
}

static void
try_words(int family, const char *name, uint64_t fields, bool always)
{
	unsigned said = 0;
	struct run r;

	begin(&r, family, "*filter\nCOMMIT\n");
	for (unsigned i = 0; i < 1500; i++) {
		struct pktspec spec;
		struct point p;
		bool all;

		random_point(&r, &p, family, fields);
		if (always)		/* NEW or ESTABLISHED */
			ask(&p, F_CT, i % 2 ? FCT_NEW : FCT_ESTABLISHED |
			    FCT_SEEN_REPLY | FCT_CONFIRMED);
		if (!witness_packet(r.w, &p, chain(&r, TABLE_FILTER, name),
		    r.env, &r.arena))
			continue;
		sbuf_clear(&r.text);
		sbuf_clear(&r.rest);
		all = witness_words(r.w, &r.text, &r.rest);
		said += all;
		cr_assert(all == (r.rest.len == 0), "%s; %s",
		    sbuf_text(&r.text), sbuf_text(&r.rest));
		cr_assert(all || !always, "%s", sbuf_text(&r.rest));
		read_words(&r, &spec);
		expect_same(&r, &r.w->spec, &spec);
	}
	cr_expect_gt(said, always ? 500 : 0);
	end(&r);
}

#define BIT(f)	(UINT64_C(1) << (f))

Test(witness, words_are_read_back)
{
	const uint64_t ordinary = BIT(F_SRC) | BIT(F_DST) | BIT(F_PROTO) |
	    BIT(F_SPORT) | BIT(F_DPORT) | BIT(F_ICMP) | BIT(F_IN) |
	    BIT(F_OUT) | BIT(F_FRAG) | BIT(F_TCPFLAGS) | BIT(F_LENGTH) |
	    BIT(F_TTL) | BIT(F_TOS) | BIT(F_MARK) | BIT(F_MAC) | BIT(F_MSS) |
	    BIT(F_SPI);
	const uint64_t more = ordinary | BIT(F_CT) | BIT(F_CONNMARK) |
	    BIT(F_PKTTYPE) | BIT(F_UID) | BIT(F_GID) | BIT(F_PHYSIN) |
	    BIT(F_SRCTYPE) | BIT(F_DSTTYPE) |
	    BIT(F_PHYSOUT) | BIT(F_CT_ORIGSRC) | BIT(F_CT_REPLDPORT);

	for (unsigned i = 0; i < 2; i++) {
		int family = i == 0 ? AF_INET : AF_INET6;

		try_words(family, "INPUT", ordinary, true);
		try_words(family, "FORWARD", ordinary, true);
		try_words(family, "INPUT", more, false);
		try_words(family, "OUTPUT", more, false);
	}
}

Test(witness, words_of_a_usual_packet)
{
	struct point p = { .family = AF_INET };
	struct run r;

	begin(&r, AF_INET, "*filter\nCOMMIT\n");
	ask_iface(&p, F_IN, "eth0");
	ask_addr(&p, F_DST, "198.51.100.9");
	ask(&p, F_DPORT, 22);
	ask(&p, F_MARK, 5);
	cr_assert(witness_packet(r.w, &p, chain(&r, TABLE_FILTER, "INPUT"),
	    r.env, &r.arena));
	cr_expect(witness_words(r.w, &r.text, NULL));
	cr_expect_str_eq(sbuf_text(&r.text),
	    "eth0 tcp 203.0.113.7:49152 > 198.51.100.9:22 syn mark 5");
	end(&r);
}

/* ---- one chain ---- */

struct heard {
	struct sink sink;
	struct sbuf hits;		/* "INPUT#1 " ... */
};

static void
on_event(struct sink *sink, const struct event *e)
{
	struct heard *l = (struct heard *)sink;

	if (e->kind == EV_HIT)
		sbuf_printf(&l->hits, "%s#%u ", e->rule->chain->name,
		    e->rule->number);
}

struct one {
	struct run run;
	struct sim *sim;
	struct heard listener;
	struct outcome out;
};

static void
one_begin(struct one *o, int family, const char *rules)
{
	struct sim_config cfg;

	memset(o, 0, sizeof(*o));
	begin(&o->run, family, rules);
	cfg = (struct sim_config){ .rules = { o->run.load.rules[0],
	    o->run.load.rules[1] }, .env = o->run.env };
	o->listener.sink.event = on_event;
	o->sim = sim_new(&cfg);
}

static void
one_end(struct one *o)
{
	sim_free(o->sim);
	sbuf_free(&o->listener.hits);
	end(&o->run);
}

/* The verdict of the point's packet in a chain. */
static enum verdict
one_run(struct one *o, const struct point *p, enum table_id table,
    const char *name)
{
	const struct chain *c = chain(&o->run, table, name);
	struct witness *w = o->run.w;

	sbuf_clear(&o->listener.hits);
	cr_assert(witness_packet(w, p, c, o->run.env, &o->run.arena), "%s",
	    w->why);
	return sim_chain(o->sim, &w->packet, w->hook, c, &o->listener.sink,
	    &o->out);
}

Test(chain, rules_and_policy)
{
	struct point p = { .family = AF_INET };
	struct one o;

	one_begin(&o, AF_INET, "*filter\n:INPUT DROP\n:web -\n"
	    "-A INPUT -p tcp -j web\n"
	    "-A INPUT -p udp -j REJECT\n"
	    "-A web -p tcp --dport 80 -j ACCEPT\n"
	    "COMMIT\n");
	ask(&p, F_PROTO, IPPROTO_TCP);
	ask(&p, F_DPORT, 80);
	cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"), V_ACCEPT);
	cr_expect_str_eq(sbuf_text(&o.listener.hits), "INPUT#1 web#1 ");
	cr_expect_eq(o.out.rule, rule(&o.run, "web", 1));
	cr_expect_eq(o.out.disposition, DISP_ACCEPT);

	ask(&p, F_DPORT, 81);
	cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"), V_DROP);
	cr_expect_null(o.out.rule);
	cr_expect_eq(o.out.chain, chain(&o.run, TABLE_FILTER, "INPUT"));

	ask(&p, F_PROTO, IPPROTO_UDP);
	cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"), V_DROP);
	cr_expect_eq(o.out.disposition, DISP_REJECT);
	cr_expect_eq(o.out.rule, rule(&o.run, "INPUT", 2));
	one_end(&o);
}

Test(chain, user_chain_by_itself)
{
	struct point p = { .family = AF_INET6 };
	struct one o;

	one_begin(&o, AF_INET6, "*filter\n:a -\n:b -\n:c -\n"
	    "-A a -p tcp --dport 1 -j RETURN\n"
	    "-A a -p tcp --dport 2 -g b\n"
	    "-A a -j c\n"
	    "-A a -p tcp --dport 3 -j DROP\n"
	    "-A b -p tcp --dport 9 -j ACCEPT\n"
	    "-A c -j RETURN\n"
	    "COMMIT\n");
	for (unsigned port = 1; port <= 4; port++) {
		static const char *const hits[] = { "a#1 ", "a#2 ",
		    "a#3 c#1 a#4 ", "a#3 c#1 " };
		enum verdict v;

		ask(&p, F_DPORT, port);
		v = one_run(&o, &p, TABLE_FILTER, "a");
		cr_expect_eq(v, port == 3 ? V_DROP : V_RETURN, "%u", port);
		cr_expect_str_eq(sbuf_text(&o.listener.hits), hits[port - 1]);
		if (v == V_RETURN)
			cr_expect(o.out.rule == NULL && o.out.chain == NULL &&
			    o.out.disposition == N_DISPOSITIONS);
	}
	one_end(&o);
}

/* Every walk meets memory that has seen nothing; within one it is kept. */
Test(chain, memory_is_fresh)
{
	struct point p = { .family = AF_INET };
	struct one o;

	one_begin(&o, AF_INET, "*filter\n:INPUT DROP\n:twice -\n"
	    "-A INPUT -j twice\n-A INPUT -j twice\n"
	    "-A INPUT -m recent --name seen --rcheck -j ACCEPT\n"
	    "-A INPUT -m recent --name seen --set\n"
	    "-A INPUT -m recent --name seen --rcheck -j ACCEPT\n"
	    "-A twice -m limit --limit 1/hour --limit-burst 1\n"
	    "COMMIT\n");
	for (unsigned i = 0; i < 3; i++) {
		cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"),
		    V_ACCEPT);
		cr_expect_str_eq(sbuf_text(&o.listener.hits), "INPUT#1 "
		    "twice#1 INPUT#2 INPUT#4 INPUT#5 ");
	}
	one_end(&o);
}

/* What targets ask for is not done. */
Test(chain, nothing_is_performed)
{
	static const char *const targets[] = { "MASQUERADE",
	    "SNAT --to-source 192.0.2.1", "NETMAP --to 192.0.2.0/24" };
	struct point p = { .family = AF_INET };
	struct one o;

	for (unsigned i = 0; i < 3; i++) {
		uint8_t before[20];
		char text[512];

		snprintf(text, sizeof(text), "*nat\n-A POSTROUTING -j %s\n"
		    "COMMIT\n*raw\n-A PREROUTING -j CT --zone 5\n"
		    "-A PREROUTING -m conntrack --ctstate NEW -j ACCEPT\n"
		    "COMMIT\n*mangle\n-A FORWARD -j TEE --gateway 192.0.2.9\n"
		    "-A FORWARD -j MARK --set-mark 7\n"
		    "-A FORWARD -j SET --add-set s src\n"
		    "-A FORWARD -p tcp --syn -j TCPMSS --set-mss 1000\nCOMMIT\n"
		    "*filter\n-A INPUT -p tcp -j SYNPROXY\n"
		    "-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n"
		    "COMMIT\n", targets[i]);
		one_begin(&o, AF_INET, text);
		cr_expect_eq(one_run(&o, &p, TABLE_NAT, "POSTROUTING"),
		    V_ACCEPT);
		cr_expect_not_null(o.out.rule);
		memcpy(before, o.run.w->packet.data, sizeof(before));
		cr_expect_eq(one_run(&o, &p, TABLE_NAT, "POSTROUTING"),
		    V_ACCEPT);
		cr_expect_eq(memcmp(before, o.run.w->packet.data,
		    sizeof(before)), 0);

		cr_expect_eq(one_run(&o, &p, TABLE_RAW, "PREROUTING"),
		    V_ACCEPT);
		cr_expect_eq(o.out.rule->number, 2);
		cr_expect_null(o.run.w->packet.ct);
		cr_expect_eq(one_run(&o, &p, TABLE_MANGLE, "FORWARD"),
		    V_ACCEPT);
		cr_expect_eq(o.run.w->packet.mark, 7);
		cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"), V_DROP);
		cr_expect_eq(o.out.disposition, DISP_REJECT);
		cr_expect_eq(o.out.n_unknown, 1);
		one_end(&o);
	}
}

Test(chain, sets_stay_as_they_are)
{
	struct point p = { .family = AF_INET };
	struct ipset_def def = { .name = "s", .type = IPSET_HASH_IP,
	    .family = AF_INET, .maxelem = 10, .counters = true };
	struct ipset_elem e = { 0 };
	struct ipset *set;
	struct one o;

	one_begin(&o, AF_INET, "*filter\n:INPUT DROP\n"
	    "-A INPUT -j SET --add-set s src\n"
	    "-A INPUT -m set --match-set s src -j ACCEPT\n"
	    "-A INPUT -m set --match-set s dst --packets-gt 1 -j ACCEPT\n"
	    "-A INPUT -m set --match-set s dst -j QUEUE\nCOMMIT\n");
	memset(&def.mask, 0xff, sizeof(def.mask));
	addr_parse(&e.addr[0], AF_INET, "198.51.100.1", 12);
	set = ipset_new(&def, &o.run.arena);
	cr_assert_eq(ipset_add(set, &e, false), IPSET_OK);
	map_set(&o.run.env->sets, &o.run.arena, "s", 1, set);
	for (unsigned i = 0; i < 3; i++) {
		cr_expect_eq(one_run(&o, &p, TABLE_FILTER, "INPUT"),
		    V_QUEUE);
		cr_expect_str_eq(sbuf_text(&o.listener.hits),
		    "INPUT#1 INPUT#4 ");
	}
	cr_expect_eq(ipset_count(set), 1);
	one_end(&o);
}

/* ---- claims ---- */

static const char claims[] = "*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:u -\n"
    "-A INPUT -p tcp --dport 1:100 -j ACCEPT\n"
    "-A INPUT -p tcp --dport 22 -j DROP\n"
    "-A INPUT -m limit --limit 1/s -j u\n"
    "-A INPUT -p udp --dport 53 -j ACCEPT\n"
    "-A FORWARD -p tcp -m tcp --dport 22 -j DROP\n"
    "-A FORWARD -p udp -j MARK --set-mark 1\n"
    "-A FORWARD -m string --string x --algo bm -j ACCEPT\n"
    "-A FORWARD -p udp -m mark --mark 1 -j ACCEPT\n"
    "-A u -p udp -j DROP\nCOMMIT\n";

struct claims {
	struct run run;
	struct replayer *r;
	struct point p;
	struct witness_claim c;
	struct sbuf why;
};

static void
claims_begin(struct claims *s, const char *entry, unsigned proto,
    unsigned dport)
{
	const struct ruleset *rules[2];

	memset(s, 0, sizeof(*s));
	begin(&s->run, AF_INET, claims);
	rules[0] = s->run.load.rules[0];
	rules[1] = s->run.load.rules[1];
	s->r = replayer_new(rules, s->run.env);
	s->p.family = AF_INET;
	ask(&s->p, F_PROTO, proto);
	ask(&s->p, F_DPORT, dport);
	s->c = (struct witness_claim){ .packet = &s->p,
	    .entry = chain(&s->run, TABLE_FILTER, entry) };
}

static void
claims_end(struct claims *s)
{
	replayer_free(s->r);
	sbuf_free(&s->why);
	end(&s->run);
}

static void
expect(struct claims *s, enum witness_answer answer, const char *why)
{
	enum witness_answer a = witness_check(s->r, &s->c, &s->why);

	cr_expect_eq(a, answer, "%s", sbuf_text(&s->why));
	cr_expect_str_eq(sbuf_text(&s->why), why);
}

Test(claims, a_rule_matches)
{
	struct claims s;

	claims_begin(&s, "INPUT", IPPROTO_TCP, 22);
	s.c.what = CLAIM_HIT;
	s.c.rule = rule(&s.run, "INPUT", 1);
	expect(&s, WITNESS_AGREES, "");
	s.c.rule = rule(&s.run, "INPUT", 2);
	expect(&s, WITNESS_DISAGREES, "claimed: filter/INPUT#2 matches it; "
	    "the simulator: ACCEPT by filter/INPUT#1");
	ask(&s.p, F_DPORT, 443);
	s.c.rule = rule(&s.run, "INPUT", 1);
	s.c.entry = chain(&s.run, TABLE_FILTER, "INPUT");
	expect(&s, WITNESS_CANNOT, "it hangs on -m limit of filter/INPUT#3");
	s.c.entry = chain(&s.run, TABLE_FILTER, "FORWARD");
	s.c.rule = rule(&s.run, "FORWARD", 1);
	expect(&s, WITNESS_CANNOT, "it hangs on -m string of "
	    "filter/FORWARD#3");
	claims_end(&s);
}

Test(claims, a_miss_is_explained)
{
	struct claims s;

	claims_begin(&s, "u", IPPROTO_TCP, 443);
	s.c.what = CLAIM_HIT;
	s.c.rule = rule(&s.run, "u", 1);
	expect(&s, WITNESS_DISAGREES, "claimed: filter/u#1 matches it; "
	    "the simulator: the end of the chain; filter/u#1: protocol is "
	    "tcp, rule wants udp");
	claims_end(&s);
}

Test(claims, a_rule_is_taken_from)
{
	const struct rule *by[1];
	struct claims s;

	claims_begin(&s, "INPUT", IPPROTO_TCP, 22);
	by[0] = rule(&s.run, "INPUT", 1);
	s.c.what = CLAIM_TAKEN;
	s.c.by = by;
	s.c.n_by = 1;
	s.c.rule = rule(&s.run, "INPUT", 2);
	expect(&s, WITNESS_AGREES, "");
	ask(&s.p, F_DPORT, 23);
	expect(&s, WITNESS_DISAGREES, "claimed: filter/INPUT#2 would match "
	    "it, taken by filter/INPUT#1; the simulator: ACCEPT by "
	    "filter/INPUT#1; filter/INPUT#2: tcp dport is 23, rule wants 22");
	ask(&s.p, F_DPORT, 22);
	by[0] = s.c.rule;
	s.c.rule = rule(&s.run, "INPUT", 1);
	expect(&s, WITNESS_DISAGREES, "claimed: filter/INPUT#1 would match "
	    "it, taken by filter/INPUT#2; the simulator: ACCEPT by "
	    "filter/INPUT#1; it came to filter/INPUT#1");
	claims_end(&s);
}

Test(claims, a_packet_ends_so)
{
	struct claims s;

	claims_begin(&s, "FORWARD", IPPROTO_TCP, 22);
	s.c.what = CLAIM_END;
	s.c.verdict = V_DROP;
	expect(&s, WITNESS_AGREES, "");
	s.c.rule = rule(&s.run, "FORWARD", 1);
	expect(&s, WITNESS_AGREES, "");
	s.c.verdict = V_ACCEPT;
	expect(&s, WITNESS_DISAGREES, "claimed: ACCEPT by filter/FORWARD#1; "
	    "the simulator: DROP by filter/FORWARD#1");
	ask(&s.p, F_PROTO, IPPROTO_UDP);
	s.c.rule = rule(&s.run, "FORWARD", 4);
	expect(&s, WITNESS_AGREES, "");
	ask(&s.p, F_PROTO, IPPROTO_TCP);
	ask(&s.p, F_DPORT, 23);
	s.c.rule = NULL;
	s.c.policy = s.c.entry;
	expect(&s, WITNESS_AGREES, "");
	s.c.entry = chain(&s.run, TABLE_FILTER, "u");
	s.c.policy = NULL;
	s.c.verdict = V_RETURN;
	expect(&s, WITNESS_AGREES, "");
	s.c.verdict = V_DROP;
	expect(&s, WITNESS_DISAGREES, "claimed: DROP; the simulator: the end "
	    "of the chain");
	claims_end(&s);
}

Test(claims, what_cannot_be_tried)
{
	struct claims s;

	claims_begin(&s, "FORWARD", IPPROTO_TCP, 22);
	s.c.what = CLAIM_END;
	s.c.verdict = V_ACCEPT;
	s.p.also = "-m string --string x";
	expect(&s, WITNESS_CANNOT, "it must also be so: -m string --string x");
	s.p.also = NULL;
	ask(&s.p, F_LENGTH, 30);
	expect(&s, WITNESS_CANNOT, "its headers have 40 bytes, it may have "
	    "30");
	s.p.asked &= ~BIT(F_DPORT);
	expect(&s, WITNESS_CANNOT, "filter/FORWARD#1 drops it as malformed");
	claims_end(&s);
}

/* ---- what the analysis says of whole rulesets ---- */

struct all {
	struct replayer *r;
	const struct chain *entry;
	struct sbuf why;
	unsigned tried, agreed;
};

static void
try_claim(struct all *a, const struct witness_claim *c)
{
	enum witness_answer answer = witness_check(a->r, c, &a->why);

	cr_expect_neq(answer, WITNESS_DISAGREES, "%s", sbuf_text(&a->why));
	a->tried++;
	a->agreed += answer == WITNESS_AGREES;
}

static bool
on_region(const struct region *g, void *arg)
{
	struct all *a = arg;

	try_claim(a, &(struct witness_claim){ .packet = &g->witness,
	    .entry = a->entry, .what = CLAIM_END, .verdict = g->verdict,
	    .rule = g->rule, .policy = g->policy });
	return true;
}

static void
try_chains(struct all *a, const struct ruleset *rs, struct env *env)
{
	struct arena arena = ARENA_INIT;
	struct analysis *an = analysis_new(&rs, 1, env, NULL, 0, &arena);

	for (unsigned t = 0; t < N_TABLES; t++)
		for (a->entry = rs->tables[t].chains; a->entry != NULL;
		    a->entry = a->entry->next)
			analysis_regions(an, a->entry, NULL, 0, &arena,
			    on_region, a);
	analysis_free(an);
	arena_free(&arena);
}

static void
try_host(const char *folder, const char *const files[2], bool snapshot)
{
	struct arena arena = ARENA_INIT;
	struct all a = { .why = SBUF_INIT };
	struct env *env = env_new(&arena);
	const struct ruleset *rules[2];
	struct diags diags;
	struct load l = { .arena = &arena, .diags = &diags };

	diag_init(&diags, &arena);
	for (unsigned i = 0; i < 2 && files[i] != NULL; i++) {
		l.family = i == 0 ? AF_INET : AF_INET6;
		cr_assert(load_file(&l, arena_printf(&arena, "%s/%s", folder,
		    files[i])));
	}
	if (snapshot)
		env_load(env, folder, &diags);
	else
		env_load_nothing(env);
	rules[0] = l.rules[0];
	rules[1] = l.rules[1];
	a.r = replayer_new(rules, env);
	for (unsigned i = 0; i < 2; i++)
		if (rules[i] != NULL)
			try_chains(&a, rules[i], env);
	cr_expect(a.tried > 20 && a.agreed * 10 > a.tried * 8, "%s: %u of %u",
	    folder, a.agreed, a.tried);
	replayer_free(a.r);
	ruleset_free(l.rules[0]);
	ruleset_free(l.rules[1]);
	sbuf_free(&a.why);
	arena_free(&arena);
}

Test(witness, regions_of_rulesets)
{
	static const char *const edge[] = { "edge1.rules", NULL };
	static const char *const demo[] = { "iptables-save",
	    "ip6tables-save" };

	for (unsigned i = 0; i < 2; i++) {
		try_host("testdata/edge1", edge, i);
		try_host("testdata/demo/snapshot", demo, i);
	}
}
