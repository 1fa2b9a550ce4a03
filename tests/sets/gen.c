/* What rules are made of, and rules made of it.  A case draws a few tests
 * first and then all its rules from these, so that they often meet. */
#include "tests/sets/sets.h"

#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define FULL (~(u128)0)

/* splitmix64 */
static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void
rng_init(struct rng *r, uint64_t seed)
{
	r->s = mix(seed + 1);
}

unsigned
below(struct rng *r, unsigned n)
{
	r->s += 0x9e3779b97f4a7c15;
	return n == 0 ? 0 : (unsigned)(mix(r->s) >> 24) % n;
}

bool
percent(struct rng *r, unsigned p)
{
	return below(r, 100) < p;
}

static unsigned
draw(struct palette *p, unsigned n)
{
	return below(p->rng, n);
}

/* ---- making pieces ---- */

static struct term
ranges(struct palette *p, unsigned f, const struct range *r, unsigned n,
    bool negate)
{
	return (struct term){ .field = f, .negate = negate, .mask = FULL,
	    .r = arena_copy(p->arena, r, (n ? n : 1) * sizeof(*r)), .n = n };
}

static struct term
range(struct palette *p, unsigned f, u128 lo, u128 hi, bool negate)
{
	struct range r = { lo, hi };

	return ranges(p, f, &r, 1, negate);
}

static struct term
masked(struct palette *p, unsigned f, u128 value, u128 mask, bool negate)
{
	struct term t = range(p, f, value, value, negate);

	t.mask = mask;
	return t;
}

/* A piece and, where there is one, what says the opposite. */
static struct piece *
new_piece(struct palette *p, enum slot slot, const char *text)
{
	struct piece *x = arena_new(p->arena, struct piece);

	x->slot = slot;
	x->text = text;
	return x;
}

static void
add_clause(struct palette *p, struct piece *x, const struct term *t,
    unsigned n)
{
	struct clause *c = arena_alloc(p->arena, (x->n + 1) * sizeof(*c));

	if (x->n != 0)
		memcpy(c, x->c, x->n * sizeof(*c));
	c[x->n].t = arena_copy(p->arena, t, n * sizeof(*t));
	c[x->n++].n = n;
	x->c = c;
}

static struct piece *
simple(struct palette *p, enum slot slot, const char *text, struct term t)
{
	struct piece *x = new_piece(p, slot, text);

	add_clause(p, x, &t, 1);
	return x;
}

static void
set_parts(struct palette *p, struct piece *x, const struct piece *const *v,
    unsigned n)
{
	x->parts = arena_copy(p->arena, v, n * sizeof(const struct piece *));
	x->n_parts = n;
}

/* The two negate each other; one of them. */
static const struct piece *
either(struct palette *p, struct piece *yes, struct piece *no)
{
	yes->not = no;
	no->not = yes;
	return percent(p->rng, 70) ? yes : no;
}

/* "-m x --y" and "-m x ! --y", of one term. */
static const struct piece *
both(struct palette *p, enum slot slot, const char *match, const char *opt,
    struct term t)
{
	struct term not = t;

	not.negate = !t.negate;
	return either(p, simple(p, slot, arena_printf(p->arena, "%s%s%s",
	    match, *match ? " " : "", opt), t), simple(p, slot, arena_printf(
	    p->arena, "%s%s! %s", match, *match ? " " : "", opt), not));
}

/* ---- addresses ---- */

static u128
addr_top(const struct palette *p)
{
	return p->family == AF_INET ? UINT32_MAX : FULL;
}

static u128
v6(uint64_t high, uint64_t low)
{
	return (u128)high << 64 | low;
}

static const char *
addr_text(struct palette *p, u128 v)
{
	struct sbuf b = SBUF_INIT;
	union addr a;
	const char *s;

	number_addr(v, p->family, &a);
	addr_print(&b, p->family, &a);
	s = arena_strdup(p->arena, sbuf_text(&b));
	sbuf_free(&b);
	return s;
}

static const struct piece *
addr_range(struct palette *p, bool dst, u128 lo, u128 hi)
{
	return both(p, S_IPRANGE, "-m iprange", arena_printf(p->arena,
	    "--%s-range %s-%s", dst ? "dst" : "src", addr_text(p, lo),
	    addr_text(p, hi)), range(p, dst ? F_DST : F_SRC, lo, hi, false));
}

static const struct piece *
positive(const struct piece *x)
{
	return strchr(x->text, '!') == NULL ? x : x->not;
}

/* All but lo to hi, as ranges. */
static void
parts_around(struct palette *p, struct piece *x, bool dst, u128 lo, u128 hi)
{
	const struct piece *v[2];
	unsigned n = 0;

	if (lo > 0)
		v[n++] = positive(addr_range(p, dst, 0, lo - 1));
	if (hi < addr_top(p))
		v[n++] = positive(addr_range(p, dst, hi + 1, addr_top(p)));
	set_parts(p, x, v, n);
}

/* The bits behind a prefix. */
static u128
rest_of(const struct palette *p, unsigned len)
{
	return len == family_bits(p->family) ? 0 : addr_top(p) >> len;
}

static struct piece *
prefix_only(struct palette *p, bool dst, u128 addr, unsigned len, bool negate)
{
	unsigned f = dst ? F_DST : F_SRC;
	u128 rest = rest_of(p, len);

	return simple(p, dst ? S_DST : S_SRC, arena_printf(p->arena,
	    "%s-%c %s/%u", negate ? "! " : "", dst ? 'd' : 's',
	    addr_text(p, addr), len), range(p, f, addr, addr | rest, negate));
}

static const struct piece *
prefix(struct palette *p, bool dst, u128 addr, unsigned len)
{
	unsigned bits = family_bits(p->family);
	struct piece *yes = prefix_only(p, dst, addr, len, false);
	struct piece *no = prefix_only(p, dst, addr, len, true);
	u128 rest = rest_of(p, len);

	parts_around(p, no, dst, addr, addr | rest);
	if (len < bits) {
		const struct piece *v[2] = {
		    prefix_only(p, dst, addr, len + 1, false),
		    prefix_only(p, dst, addr | (u128)1 << (bits - len - 1),
		    len + 1, false) };

		set_parts(p, yes, v, 2);
	}
	return either(p, yes, no);
}

struct net { u128 addr; unsigned len; };

static struct net
some_net(struct palette *p)
{
	static const struct { uint32_t addr; unsigned len; } nets4[] = {
	    { 0x0a000000, 8 }, { 0x0a000000, 9 }, { 0x0a010000, 16 },
	    { 0x0a010200, 24 }, { 0x0a010280, 25 }, { 0x0a010203, 32 },
	    { 0x0a020000, 16 }, { 0xc0a80000, 16 }, { 0, 1 },
	    { 0x80000000, 1 }, { UINT32_MAX, 32 }, { 0, 0 } };
	static const struct { uint64_t high, low; unsigned len; } nets6[] = {
	    { 0x20010db800000000, 0, 32 }, { 0x20010db800010000, 0, 48 },
	    { 0x20010db800018000, 0, 49 }, { 0x20010db800010000, 5, 128 },
	    { 0x20010db800020000, 0, 64 }, { 0xfe80000000000000, 0, 10 },
	    { 0, 0, 1 }, { 1ULL << 63, 0, 1 }, { 0, 0, 0 } };
	unsigned i;

	if (p->family == AF_INET) {
		i = draw(p, N(nets4));
		return (struct net){ nets4[i].addr, nets4[i].len };
	}
	i = draw(p, N(nets6));
	return (struct net){ v6(nets6[i].high, nets6[i].low), nets6[i].len };
}

/* Bits in the middle are free, too: not many, each doubles the ranges. */
static const struct piece *
sparse(struct palette *p)
{
	static const struct { uint32_t v, mask; } four[] = {
	    { 0x0a000200, 0xfff8ff00 }, { 0x0a010201, 0xfffffff9 } };
	bool is4 = p->family == AF_INET, dst = percent(p->rng, 30);
	unsigned i = draw(p, N(four));
	u128 v = is4 ? four[i].v : v6(0x20010db801000000, 0);
	u128 mask = is4 ? four[i].mask : v6(0xffffffffff0f0000, 0);

	return both(p, dst ? S_DST : S_SRC, "", arena_printf(p->arena,
	    "-%c %s/%s", dst ? 'd' : 's', addr_text(p, v),
	    addr_text(p, mask)), masked(p, dst ? F_DST : F_SRC, v, mask,
	    false));
}

static const struct piece *
make_src(struct palette *p)
{
	struct net n = some_net(p);

	return prefix(p, false, n.addr, n.len);
}

static const struct piece *
make_dst(struct palette *p)
{
	struct net n = some_net(p);

	return prefix(p, true, n.addr, n.len);
}

static const struct piece *
make_iprange(struct palette *p)
{
	bool dst = percent(p->rng, 50);
	struct net a = some_net(p), b = some_net(p);
	u128 lo = a.addr < b.addr ? a.addr : b.addr;
	u128 hi = a.addr < b.addr ? b.addr : a.addr;

	return addr_range(p, dst, lo, hi + (hi < addr_top(p) &&
	    percent(p->rng, 50)));
}

/* ---- interfaces ---- */

static const char *const iface_names[] = { "eth0", "eth+", "eth1", "e+",
    "eth01", "ppp+", "lo", "b\303\274+", "e\377" };
static struct term
iface_term(struct palette *p, unsigned f, const char *name)
{
	size_t len = strlen(name);
	bool wild = name[len - 1] == '+';
	struct term t = range(p, f, name_value(name, len - wild, false),
	    name_value(name, len - wild, wild), false);

	t.name = name;
	return t;
}

static const struct piece *
make_iface(struct palette *p, bool out)
{
	const char *name = iface_names[draw(p, N(iface_names))];

	return both(p, out ? S_OUT : S_IN, "", arena_printf(p->arena,
	    "-%c %s", out ? 'o' : 'i', name), iface_term(p, out ? F_OUT :
	    F_IN, name));
}

static const struct piece *
make_in(struct palette *p)
{
	return make_iface(p, false);
}

static const struct piece *
make_out(struct palette *p)
{
	return make_iface(p, true);
}

/* ---- protocols ---- */

static struct term
first_fragment(struct palette *p)
{
	return range(p, F_FRAG, 0, 0, false);
}

struct proto { const char *name, *match; unsigned number; };

/* "-p tcp -m tcp", with the two terms. */
static struct piece *
l4_piece(struct palette *p, const struct proto *proto, const char *text)
{
	struct term t = range(p, F_PROTO, proto->number, proto->number, false);
	struct piece *x = simple(p, S_PROTO, text, t);

	t = first_fragment(p);
	add_clause(p, x, &t, 1);
	return x;
}

struct ports { unsigned lo, hi; };

static struct ports
some_ports(struct palette *p)
{
	static const struct ports all[] = { { 22, 22 }, { 80, 80 },
	    { 80, 90 }, { 85, 100 }, { 0, 1023 }, { 1024, 65535 },
	    { 0, 65535 }, { 0, 0 }, { 65535, 65535 }, { 443, 443 } };

	return all[percent(p->rng, 75) ? draw(p, 4) : draw(p, N(all))];
}

static const struct piece *
one_port(struct palette *p, const struct proto *proto, bool src, unsigned lo,
    unsigned hi, bool negate)
{
	struct piece *x = l4_piece(p, proto, arena_printf(p->arena,
	    "-p %s -m %s %s--%cport %u:%u", proto->name, proto->name,
	    negate ? "! " : "", src ? 's' : 'd', lo, hi));
	struct term t = range(p, src ? F_SPORT : F_DPORT, lo, hi, negate);

	add_clause(p, x, &t, 1);
	return x;
}

static const struct piece *
make_port(struct palette *p, const struct proto *proto)
{
	struct ports r = some_ports(p);
	bool src = percent(p->rng, 25), negate = percent(p->rng, 30);
	struct piece *x = arena_copy(p->arena, one_port(p, proto, src, r.lo,
	    r.hi, negate), sizeof(*x));
	const struct piece *v[2];
	unsigned n = 0, middle = (r.lo + r.hi) / 2;

	if (negate && r.lo > 0)
		v[n++] = one_port(p, proto, src, 0, r.lo - 1, false);
	if (negate && r.hi < 65535)
		v[n++] = one_port(p, proto, src, r.hi + 1, 65535, false);
	if (!negate && r.lo < r.hi) {
		v[n++] = one_port(p, proto, src, r.lo, middle, false);
		v[n++] = one_port(p, proto, src, middle + 1, r.hi, false);
	}
	set_parts(p, x, v, n);
	return x;
}

static const struct piece *
make_multiport(struct palette *p, const struct proto *proto)
{
	static const char *const sides[] = { "sports", "dports", "ports" };
	static const struct ports lists[][3] = {
	    { { 22, 22 }, { 80, 90 }, { 443, 443 } },
	    { { 80, 80 }, { 85, 100 }, { 22, 22 } },
	    { { 0, 0 }, { 90, 2000 }, { 65535, 65535 } } };
	const struct ports *list = lists[draw(p, 3)];
	unsigned side = draw(p, 3);
	bool negate = percent(p->rng, 30);
	struct piece *x = l4_piece(p, proto, arena_printf(p->arena,
	    "-p %s -m multiport %s--%s %u,%u:%u,%u", proto->name,
	    negate ? "! " : "", sides[side], list[0].lo, list[1].lo,
	    list[1].hi, list[2].lo));
	struct range r[3];
	struct term t[2];
	unsigned n = 0;
	const struct piece *v[3];

	for (unsigned i = 0; i < 3; i++)
		r[i] = (struct range){ list[i].lo, list[i].hi };
	if (side != 1)
		t[n++] = ranges(p, F_SPORT, r, 3, negate);
	if (side != 0)
		t[n++] = ranges(p, F_DPORT, r, 3, negate);
	if (!negate) {
		add_clause(p, x, t, n);
	} else {
		for (unsigned i = 0; i < n; i++)
			add_clause(p, x, &t[i], 1);
	}
	if (!negate && side != 2) {
		for (unsigned i = 0; i < 3; i++)
			v[i] = one_port(p, proto, side == 0, list[i].lo,
			    list[i].hi, false);
		set_parts(p, x, v, 3);
	}
	return x;
}

static const struct piece *
make_flags(struct palette *p)
{
	static const struct { const char *text; unsigned mask, comp; } all[] = {
	    { "SYN,RST,ACK,FIN SYN", 0x17, 0x02 }, { "SYN SYN", 2, 2 },
	    { "ACK ACK", 0x10, 0x10 }, { "SYN,ACK SYN", 0x12, 2 },
	    { "ALL NONE", 0x3f, 0 }, { "SYN,FIN SYN,FIN", 3, 3 },
	    { "SYN ACK", 2, 0x10 }, { "NONE NONE", 0, 0 } };
	static const struct proto tcp = { "tcp", "tcp", 6 };
	unsigned i = percent(p->rng, 80) ? draw(p, 4) : draw(p, N(all));
	bool negate = percent(p->rng, 30);
	struct piece *x = l4_piece(p, &tcp, arena_printf(p->arena,
	    "-p tcp -m tcp %s--tcp-flags %s", negate ? "! " : "",
	    all[i].text));
	struct term t = masked(p, F_TCPFLAGS, all[i].comp, all[i].mask, negate);

	add_clause(p, x, &t, 1);
	return x;
}

static const struct piece *
make_icmp(struct palette *p)
{
	static const struct { const char *text; unsigned lo, hi; } four[] = {
	    { "8", 0x800, 0x8ff }, { "3", 0x300, 0x3ff },
	    { "3/1", 0x301, 0x301 }, { "0", 0, 0xff },
	    { "any", 0, 0xffff } }, six[] = { { "128", 0x8000, 0x80ff },
	    { "1", 0x100, 0x1ff }, { "1/4", 0x104, 0x104 },
	    { "129", 0x8100, 0x81ff } };
	bool is4 = p->family == AF_INET, negate = percent(p->rng, 30);
	unsigned i = draw(p, is4 ? N(four) : N(six));
	const struct proto proto = { "", "", is4 ? 1 : 58 };
	struct piece *x = l4_piece(p, &proto, arena_printf(p->arena, is4 ?
	    "-p icmp -m icmp %s--icmp-type %s" :
	    "-p ipv6-icmp -m icmp6 %s--icmpv6-type %s", negate ? "! " : "",
	    is4 ? four[i].text : six[i].text));
	struct term t = range(p, F_ICMP, is4 ? four[i].lo : six[i].lo,
	    is4 ? four[i].hi : six[i].hi, negate);

	add_clause(p, x, &t, 1);
	return x;
}

static const struct piece *
make_proto(struct palette *p)
{
	static const struct proto all[] = { { "tcp", "tcp", 6 },
	    { "udp", "udp", 17 }, { "icmp", "icmp", 1 }, { "47", "", 47 } };
	struct proto proto = all[draw(p, 100) < 60 ? 0 : draw(p, N(all))];
	unsigned how = draw(p, 10);

	if (proto.number == 1 && p->family == AF_INET6)
		proto = (struct proto){ "ipv6-icmp", "", 58 };
	if (how < 3)
		return both(p, S_PROTO, "", arena_printf(p->arena, "-p %s",
		    proto.name), range(p, F_PROTO, proto.number,
		    proto.number, false));
	if (proto.number == 6 && how == 3)
		return make_flags(p);
	if (proto.number == 6 || proto.number == 17)
		return how < 6 ? make_multiport(p, &proto) :
		    make_port(p, &proto);
	return make_icmp(p);
}

static const struct piece *
make_frag(struct palette *p)
{
	if (p->family == AF_INET6)
		return NULL;
	return both(p, S_FRAG, "", "-f", range(p, F_FRAG, 1, 1, false));
}

/* ---- connections ---- */

static const char *const state_names[] = { "INVALID", "NEW", "RELATED",
    "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT" };
static const unsigned state_values[] = { FCT_INVALID, FCT_NEW, FCT_RELATED,
    FCT_ESTABLISHED, FCT_UNTRACKED };

static const char *
state_list(struct palette *p, unsigned states)
{
	struct sbuf b = SBUF_INIT;
	const char *s;

	for (unsigned i = 0; i < N(state_names); i++)
		if (states >> i & 1)
			sbuf_printf(&b, "%s%s", b.len ? "," : "",
			    state_names[i]);
	s = arena_strdup(p->arena, sbuf_text(&b));
	sbuf_free(&b);
	return s;
}

/* Terms of which one holds for a packet in one of the states. */
static unsigned
state_terms(struct palette *p, unsigned states, struct term *t)
{
	static const unsigned nat[] = { FCT_SRC_NAT, FCT_DST_NAT };
	struct range r[N(state_values)];
	unsigned n = 0, k = 0;

	for (unsigned i = 0; i < N(state_values); i++)
		if (states >> i & 1)
			r[n++] = (struct range){ state_values[i],
			    state_values[i] };
	t[k] = ranges(p, F_CT, r, n, false);
	t[k++].mask = FCT_STATE;
	for (unsigned i = 0; i < N(nat); i++)
		if (states >> (N(state_values) + i) & 1)
			t[k++] = masked(p, F_CT, nat[i], nat[i], false);
	return k;
}

static void
add_states(struct palette *p, struct piece *x, unsigned states, bool negate)
{
	struct term t[3];
	unsigned n = state_terms(p, states, t);

	for (unsigned i = 0; i < n && negate; i++) {
		t[i].negate = true;
		add_clause(p, x, &t[i], 1);
	}
	if (!negate)
		add_clause(p, x, t, n);
}

static const struct piece *
one_state(struct palette *p, const char *opt, unsigned states, bool negate)
{
	struct piece *x = new_piece(p, S_STATE, arena_printf(p->arena,
	    "-m %s %s--%s %s", strcmp(opt, "state") == 0 ? "state" :
	    "conntrack", negate ? "! " : "", opt, state_list(p, states)));

	add_states(p, x, states, negate);
	return x;
}

static unsigned
some_states(struct palette *p, bool nat)
{
	static const unsigned usual[] = { 2, 12, 1, 8, 16, 6 };

	if (percent(p->rng, 60))
		return usual[draw(p, N(usual))];
	return 1 + draw(p, nat ? 127 : 31);
}

static const struct piece *
make_state(struct palette *p)
{
	bool old = percent(p->rng, 40);
	const char *opt = old ? "state" : "ctstate";
	unsigned states = some_states(p, !old), n = 0;
	struct piece *yes = arena_copy(p->arena, one_state(p, opt, states,
	    false), sizeof(*yes));
	struct piece *no = arena_copy(p->arena, one_state(p, opt, states,
	    true), sizeof(*no));
	const struct piece *v[5];

	for (unsigned i = 0; i < 5 && states < 32; i++)
		if (states >> i & 1)
			v[n++] = one_state(p, opt, 1U << i, false);
	set_parts(p, yes, v, n);
	return either(p, yes, no);
}

/* What a packet without a connection never passes, unless its state was
 * asked for and is right: then nothing else is looked at. */
static const struct piece *
make_conntrack(struct palette *p)
{
	static const struct { const char *name; unsigned bits; } status[] = {
	    { "ASSURED", FCT_ASSURED }, { "CONFIRMED", FCT_CONFIRMED },
	    { "EXPECTED,SEEN_REPLY", FCT_EXPECTED | FCT_SEEN_REPLY } };
	bool state = percent(p->rng, 40), dir = percent(p->rng, 50);
	bool negate = percent(p->rng, 30), reply = percent(p->rng, 50);
	unsigned states = some_states(p, true), i = draw(p, N(status)), k = 0;
	struct range with = { FCT_NEW, FCT_ESTABLISHED };
	struct term t[3];
	struct piece *x = new_piece(p, S_STATE, arena_printf(p->arena,
	    "-m conntrack%s%s%s%s%s%s", state ? " --ctstate " : "",
	    state ? state_list(p, states) : "",
	    dir ? " --ctdir " : negate ? " !" : "",
	    dir ? reply ? "REPLY" : "ORIGINAL" : " --ctstatus ",
	    dir ? "" : status[i].name, ""));

	if (state)
		add_states(p, x, states, false);
	t[k] = ranges(p, F_CT, &with, 1, !state ? false : true);
	t[k++].mask = FCT_STATE;
	if (!state) {
		add_clause(p, x, t, 1);
		k = 0;
	}
	if (dir) {
		t[k++] = masked(p, F_CT, reply ? FCT_REPLY : 0, FCT_REPLY,
		    false);
	} else {
		/* One of the bits: not none of them. */
		t[k++] = masked(p, F_CT, 0, status[i].bits, !negate);
	}
	add_clause(p, x, t, k);
	return x;
}

static const struct piece *
make_states(struct palette *p)
{
	return percent(p->rng, 75) ? make_state(p) : make_conntrack(p);
}

/* ---- the other matches ---- */

static const struct piece *
make_mark(struct palette *p)
{
	static const struct { uint32_t value, mask; } all[] = { { 1, 0xff },
	    { 0x10, 0xf0 }, { 1, UINT32_MAX }, { 0, 1 }, { 2, 3 }, { 0, 0 },
	    { 3, 1 }, { 0xffffffff, 0xffffffff }, { 0x80, 0xc0 } };
	unsigned i = draw(p, N(all));

	return both(p, S_MARK, "-m mark", arena_printf(p->arena,
	    "--mark 0x%x/0x%x", all[i].value, all[i].mask), masked(p, F_MARK,
	    all[i].value, all[i].mask, false));
}

const struct mark_op mark_ops[N_MARK_OPS] = { { 1, UINT32_MAX },
    { 0x10, 0xf0 }, { 2, 2 }, { 0, 0xf }, { 3, 0 }, { 0x91, 0x80 },
    { UINT32_MAX, 0 } };

static const struct piece *
make_length(struct palette *p)
{
	static const struct ports all[] = { { 0, 60 }, { 61, 100 },
	    { 40, 40 }, { 100, 1500 }, { 0, 65535 }, { 0, 10 } };
	struct ports r = all[draw(p, N(all))];

	return both(p, S_LENGTH, "-m length", arena_printf(p->arena,
	    "--length %u:%u", r.lo, r.hi), range(p, F_LENGTH, r.lo, r.hi,
	    false));
}

static const struct piece *
make_ttl(struct palette *p)
{
	const char *name = p->family == AF_INET ? "ttl" : "hl";
	const char *match = arena_printf(p->arena, "-m %s", name);
	static const unsigned values[] = { 64, 1, 255, 63, 0 };
	unsigned v = values[draw(p, N(values))], how = draw(p, 3);
	const char *opt = arena_printf(p->arena, "--%s-%s %u", name,
	    how == 0 ? "eq" : how == 1 ? "lt" : "gt", v);

	if (how == 0)
		return both(p, S_TTL, match, opt, range(p, F_TTL, v, v,
		    false));
	/* Above 255 and below 0 there is nothing. */
	return simple(p, S_TTL, arena_printf(p->arena, "%s %s", match, opt),
	    how == 1 ? range(p, F_TTL, v, 255, true) :
	    range(p, F_TTL, 0, v, true));
}

static const struct piece *
make_tos(struct palette *p)
{
	static const struct { unsigned value, mask; } all[] = {
	    { 0x10, 0x3f }, { 0xb8, 0xfc }, { 8, 8 }, { 0, 0xff } };
	unsigned i = draw(p, N(all)), dscp = draw(p, 2) * 0x2e;

	if (percent(p->rng, 50))
		return both(p, S_TOS, "-m dscp", arena_printf(p->arena,
		    "--dscp 0x%02x", dscp), masked(p, F_TOS, dscp << 2, 0xfc,
		    false));
	return both(p, S_TOS, "-m tos", arena_printf(p->arena,
	    "--tos 0x%02x/0x%02x", all[i].value, all[i].mask),
	    masked(p, F_TOS, all[i].value, all[i].mask, false));
}

static const struct piece *
make_pkttype(struct palette *p)
{
	static const char *const names[] = { "unicast", "broadcast",
	    "multicast" };
	unsigned i = draw(p, 3);

	return both(p, S_PKTTYPE, "-m pkttype", arena_printf(p->arena,
	    "--pkt-type %s", names[i]), range(p, F_PKTTYPE, i, i, false));
}

/* No Ethernet source: neither it nor another. */
static const struct piece *
make_mac(struct palette *p)
{
	static const struct { const char *text; uint64_t v; } all[] = {
	    { "02:00:00:00:00:01", 0x020000000001 },
	    { "02:00:00:00:00:02", 0x020000000002 } };
	unsigned i = draw(p, N(all));
	bool negate = percent(p->rng, 30);
	struct range r[2] = { { all[i].v, all[i].v },
	    { MAC_NONE, MAC_NONE } };

	return simple(p, S_MAC, arena_printf(p->arena,
	    "-m mac %s--mac-source %s", negate ? "! " : "", all[i].text),
	    ranges(p, F_MAC, r, negate ? 2 : 1, negate));
}

static const struct piece *
make_string(struct palette *p)
{
	bool a = percent(p->rng, 50);

	return both(p, S_STRING, "-m string --algo bm", a ?
	    "--string aaa" : "--string bbb", range(p, a ? OWN_STRING_A :
	    OWN_STRING_B, 1, 1, false));
}

static const struct piece *
make_set(struct palette *p)
{
	return both(p, S_SET, "-m set", "--match-set foo src",
	    range(p, OWN_SET, 1, 1, false));
}

static const struct piece *
make_comment(struct palette *p)
{
	return new_piece(p, S_COMMENT, percent(p->rng, 50) ?
	    "-m comment --comment \"a b\"" : "-m comment --comment x");
}

static const struct piece *
make_chance(struct palette *p)
{
	struct piece *x = new_piece(p, S_CHANCE, percent(p->rng, 50) ?
	    "-m limit --limit 1/sec" :
	    "-m statistic --mode random --probability 0.5");

	x->chance = true;
	return x;
}

/* ---- the palette ---- */

/* How often a case has it, how many of it at most, how often a rule. */
static const struct {
	const struct piece *(*make)(struct palette *);
	uint8_t often, most, in_rule;
} slots[N_SLOTS] = {
	[S_SRC] = { make_src, 70, 4, 40 },
	[S_DST] = { make_dst, 50, 3, 35 },
	[S_IN] = { make_in, 45, 3, 30 },
	[S_OUT] = { make_out, 30, 2, 25 },
	[S_PROTO] = { make_proto, 75, 4, 45 },
	[S_FRAG] = { make_frag, 10, 1, 20 },
	[S_STATE] = { make_states, 35, 3, 30 },
	[S_MARK] = { make_mark, 15, 3, 35 },
	[S_LENGTH] = { make_length, 8, 2, 30 },
	[S_TTL] = { make_ttl, 8, 2, 30 },
	[S_TOS] = { make_tos, 8, 2, 30 },
	[S_PKTTYPE] = { make_pkttype, 8, 2, 30 },
	[S_MAC] = { make_mac, 8, 2, 30 },
	[S_IPRANGE] = { make_iprange, 15, 2, 25 },
	[S_STRING] = { make_string, 10, 2, 30 },
	[S_SET] = { make_set, 6, 1, 30 },
	[S_COMMENT] = { make_comment, 10, 1, 10 },
	[S_CHANCE] = { make_chance, 0, 2, 20 },
};

void
palette_fill(struct palette *p, bool chance)
{
	p->marks = percent(p->rng, 20);
	for (unsigned i = 0; i < N_SLOTS; i++) {
		unsigned n = 1 + draw(p, slots[i].most);

		p->n[i] = 0;
		if (!percent(p->rng, i == S_CHANCE ? 100 * chance :
		    i == S_MARK && p->marks ? 80 : slots[i].often))
			continue;
		for (unsigned k = 0; k < n; k++) {
			const struct piece *x = slots[i].make(p);

			if (x != NULL)
				p->p[i][p->n[i]++] = x;
		}
	}
	/* One such at most: points are chosen for one. */
	if (percent(p->rng, 10)) {
		const struct piece *x = sparse(p);

		p->p[x->slot][p->n[x->slot]++] = x;
	}
}

/* ---- rules ---- */

bool
fits(const struct gset *s, unsigned chain, enum slot slot)
{
	const struct gchain *c = &s->c[chain];

	/* As iptables and the kernel refuse it. */
	if (slot == S_IN)
		return c->hook != HOOK_OUTPUT && c->hook != HOOK_POSTROUTING;
	if (slot == S_OUT)
		return c->hook != HOOK_INPUT && c->hook != HOOK_PREROUTING;
	return slot != S_MAC || !c->local;
}

static void
draw_pieces(struct palette *p, const struct gset *s, unsigned chain,
    struct grule *r)
{
	unsigned start = draw(p, N_SLOTS);

	for (unsigned k = 0; k < N_SLOTS && r->n < 6; k++) {
		unsigned i = (start + k) % N_SLOTS;

		if (p->n[i] != 0 && fits(s, chain, (enum slot)i) &&
		    percent(p->rng, slots[i].in_rule))
			r->p[r->n++] = p->p[i][draw(p, p->n[i])];
	}
}

/* A chain that may be called from there; false: there is none. */
static bool
draw_callee(struct palette *p, const struct gset *s, unsigned chain,
    unsigned *to)
{
	const struct gchain *c = &s->c[chain];
	unsigned n = 0, can[MAX_CHAINS];

	for (unsigned i = chain + 1; i < s->n; i++)
		if (s->c[i].hook == HOOK_NONE && s->c[i].table == c->table &&
		    (s->c[i].local || !c->local))
			can[n++] = i;
	if (n != 0)
		*to = can[draw(p, n)];
	return n != 0;
}

static void
draw_action(struct palette *p, const struct gset *s, unsigned chain,
    struct grule *r)
{
	unsigned d = draw(p, 100);

	r->action = d < 24 ? A_ACCEPT : d < 46 ? A_DROP : d < 51 ? A_REJECT :
	    d < 63 ? A_RETURN : d < 71 ? A_LOG : d < 75 ? A_NONE :
	    d < 93 ? A_JUMP : A_GOTO;
	if (r->action == A_REJECT && s->c[chain].table != TABLE_FILTER)
		r->action = A_DROP;
	if (r->action >= A_JUMP && !draw_callee(p, s, chain, &r->to))
		r->action = A_ACCEPT;
	if (r->action == A_LOG && p->marks && percent(p->rng, 60))
		r->action = A_MARK;
	if (r->action == A_LOG)
		r->to = draw(p, 3);
	if (r->action == A_MARK)
		r->to = draw(p, N_MARK_OPS);
}

void
grule_random(struct palette *p, const struct gset *s, unsigned chain,
    struct grule *r)
{
	*r = (struct grule){ 0 };
	/* One for all packets hides those behind it. */
	for (unsigned i = percent(p->rng, 7) ? 5 : 0; i < 5 && r->n == 0; i++)
		draw_pieces(p, s, chain, r);
	draw_action(p, s, chain, r);
}

bool
diverts(const struct grule *r)
{
	return r->action != A_NONE && r->action != A_LOG &&
	    r->action != A_MARK && r->action != A_JUMP;
}

/* ---- rulesets ---- */

static void
add_builtin(struct palette *p, struct gset *s, enum table_id t, enum hook h)
{
	struct gchain *c = &s->c[s->n++];

	*c = (struct gchain){ .table = t, .hook = h, .drop = percent(p->rng,
	    40), .local = h == HOOK_OUTPUT || h == HOOK_POSTROUTING };
	strcpy(c->name, hook_names[h]);
}

static void
add_table(struct palette *p, struct gset *s, enum table_id t, unsigned hooks)
{
	unsigned first = s->n, user;

	for (unsigned h = 0; h < N_HOOKS; h++)
		if (hooks >> h & 1)
			add_builtin(p, s, t, (enum hook)h);
	user = s->n + draw(p, 5);
	for (; s->n < user; s->n++) {
		struct gchain *c = &s->c[s->n];

		*c = (struct gchain){ .table = t, .hook = HOOK_NONE,
		    .local = percent(p->rng, 70) };
		snprintf(c->name, sizeof(c->name), "c%u", s->n);
	}
	for (unsigned i = first; i < s->n; i++) {
		struct gchain *c = &s->c[i];
		unsigned n = c->hook == HOOK_NONE ? draw(p, 7) :
		    1 + draw(p, 8);

		for (c->n = 0; c->n < n; c->n++)
			grule_random(p, s, i, &c->r[c->n]);
	}
}

void
gset_random(struct palette *p, struct gset *s)
{
	*s = (struct gset){ .family = p->family };
	if (percent(p->rng, 90))
		add_table(p, s, TABLE_FILTER, 1 << HOOK_INPUT |
		    1 << HOOK_FORWARD | 1 << HOOK_OUTPUT);
	else
		add_table(p, s, TABLE_MANGLE, (1 << N_HOOKS) - 1);
}

/* ---- as text ---- */

static void
print_rule(const struct gset *s, const struct gchain *c,
    const struct grule *r, struct sbuf *out)
{
	static const char *const targets[] = { [A_ACCEPT] = "ACCEPT",
	    [A_DROP] = "DROP", [A_REJECT] = "REJECT", [A_RETURN] = "RETURN" };

	sbuf_printf(out, "-A %s", c->name);
	/* iptables' own options stand first. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < r->n; i++)
			if ((r->p[i]->slot < S_ONCE) == (pass == 0))
				sbuf_printf(out, " %s", r->p[i]->text);
	if (r->action == A_JUMP || r->action == A_GOTO)
		sbuf_printf(out, " -%c %s", r->action == A_JUMP ? 'j' : 'g',
		    s->c[r->to].name);
	else if (r->action == A_LOG)
		sbuf_printf(out, " -j LOG --log-prefix \"p%u\"", r->to);
	else if (r->action == A_MARK)
		sbuf_printf(out, " -j MARK --set-xmark 0x%x/0x%x",
		    mark_ops[r->to].value, mark_ops[r->to].mask);
	else if (r->action != A_NONE)
		sbuf_printf(out, " -j %s", targets[r->action]);
	sbuf_putc(out, '\n');
}

static void
print_table(const struct gset *s, enum table_id t, struct sbuf *out)
{
	sbuf_printf(out, "*%s\n", table_names[t]);
	for (unsigned i = 0; i < s->n; i++)
		if (s->c[i].table == t)
			sbuf_printf(out, ":%s %s [0:0]\n", s->c[i].name,
			    s->c[i].hook == HOOK_NONE ? "-" : s->c[i].drop ?
			    "DROP" : "ACCEPT");
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n && s->c[i].table == t; k++)
			print_rule(s, &s->c[i], &s->c[i].r[k], out);
	sbuf_puts(out, "COMMIT\n");
}

void
gset_print(const struct gset *s, struct sbuf *out)
{
	for (unsigned t = 0; t < N_TABLES; t++)
		for (unsigned i = 0; i < s->n; i++)
			if (s->c[i].table == t) {
				print_table(s, (enum table_id)t, out);
				break;
			}
}

/* ---- its tests ---- */

static bool
has_slot(const struct gset *s, enum slot slot)
{
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n; k++)
			for (unsigned j = 0; j < s->c[i].r[k].n; j++)
				if (s->c[i].r[k].p[j]->slot == slot)
					return true;
	return false;
}

bool
gset_needs_ct(const struct gset *s)
{
	return has_slot(s, S_STATE);
}

bool
gset_changes(const struct gset *s)
{
	bool gives = false;

	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n; k++)
			gives |= s->c[i].r[k].action == A_MARK;
	return gives && has_slot(s, S_MARK);
}

unsigned
gset_mark_ops(const struct gset *s)
{
	unsigned ops = 0;

	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n; k++)
			if (s->c[i].r[k].action == A_MARK)
				ops |= 1U << s->c[i].r[k].to;
	return ops;
}

static void
add_term(struct terms *v, const struct term *t)
{
	for (unsigned i = 0; i < v->n; i++)
		if (v->t[i] == t)
			return;
	vec_room(v->t, v->n, v->room);
	v->t[v->n++] = t;
}

void
gset_terms(const struct gset *s, struct terms *v)
{
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->c[i].n; k++)
			for (unsigned j = 0; j < s->c[i].r[k].n; j++) {
				const struct piece *x = s->c[i].r[k].p[j];

				for (unsigned c = 0; c < x->n; c++)
					for (unsigned t = 0; t < x->c[c].n;
					    t++)
						add_term(v, &x->c[c].t[t]);
			}
}
