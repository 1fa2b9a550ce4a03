/* Sets as tests of fields.
 *
 * Elements are boxes, in the order in which a lookup meets them: the first
 * that a packet is in decides.  The space that they span is split dimension
 * by dimension where they differ, so that what is told are disjoint
 * alternatives; the last dimension, an address mostly, is one test of
 * ranges.  That takes a number of alternatives that is no more than that of
 * the elements, mostly, but takes some time for each: of sets with many
 * elements and dimensions only those that are a plain union are told. */
#include "ext/ipset_store.h"
#include "ext/l4.h"

#include <netinet/in.h>
#include <stdlib.h>

/* In the order in which they are split. */
enum dim { D_PROTO, D_PORT, D_MAC, D_MARK, D_IFACE, D_ADDR1, D_ADDR0,
    N_DIMS };
enum { FEW = 64 };			/* boxes: bits of a word */

enum outcome {
	IN, IN_NOMATCH,
	ENDS				/* the search ends, nothing was found */
};

struct box {
	struct range addr[2];
	uint64_t mac;
	uint32_t mark;
	uint16_t port;
	uint8_t proto;
	uint8_t outcome;
	bool wild, any_iface;
	char iface[IFNAME_SIZE];
	/* Longer networks are met first, then by 'seq'. */
	uint8_t len[2];
	unsigned seq;
};

/* A test that holds for all of the alternative at hand. */
struct test {
	enum field field;
	bool negate;
	u128 mask;
	const struct range *r;		/* null: it is of an interface */
	unsigned n;
	struct ifmatch iface;
};

/* One set, to be told. */
struct telling {
	const struct ipset *set;
	const struct ipset_ask *ask;
	bool negate, wants_nomatch;
	struct box *boxes;
	unsigned n;
	unsigned dims;			/* bits 1 << enum dim */
	enum dim last;			/* the one that is not split */
	enum field field[N_DIMS];
	/* While it is told. */
	struct lower *l;
	bool *more;			/* there was an alternative before */
	bool joined;			/* tests are of the same alternative */
	bool all;			/* boxes differ in the last one alone */
	struct test tests[2 * FEW + N_DIMS];
	unsigned n_tests;
};

/* ---- elements to boxes ---- */

static void
set_addr(struct box *b, unsigned which, const union addr *a, int family,
    unsigned prefix)
{
	unsigned bits = family_bits(family) - prefix;
	u128 rest = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
	u128 v = addr_number(a, family);

	b->addr[which] = (struct range){ v & ~rest, v | rest };
	b->len[which] = (uint8_t)prefix;
}

/* How much of an address the set looks at. */
static unsigned
mask_len(const struct ipset *s)
{
	const struct ipset_def *d = &s->def;

	if (d->type == IPSET_BITMAP_IP)
		return d->netmask;
	if (d->type == IPSET_HASH_IP || d->type == IPSET_HASH_IPPORT ||
	    d->type == IPSET_HASH_NETNET)
		return (unsigned)addr_prefix(&d->mask, d->family);
	return family_bits(d->family);
}

static unsigned
min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void
set_addrs(struct box *b, const struct ipset *s, const struct ipset_elem *e)
{
	unsigned addr = 0, len = mask_len(s);

	for (const uint8_t *p = ipset_parts[s->def.type]; *p != P_END; p++) {
		if (*p != P_IP && *p != P_NET)
			continue;
		set_addr(b, addr, &e->addr[addr], s->def.family,
		    *p == P_NET ? min(len, e->cidr[addr]) : len);
		addr++;
	}
}

/* Does get_port() of the packet look into the header? */
static bool
has_port(unsigned proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP ||
	    proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* Elements that no packet ever is. */
static bool
is_idle(const struct telling *t, const struct box *b,
    const struct ipset_elem *e)
{
	bool v6 = t->set->def.family == AF_INET6;

	return (v6 && b->proto == IPPROTO_NONE) || e->physdev ||
	    (t->dims & 1 << D_MAC && b->mac == 0);
}

static void
read_box(const struct telling *t, const void *elem, struct box *b)
{
	struct ipset_elem e;

	*b = (struct box){ .seq = 0 };
	ipset_read_elem(t->set, elem, &e, &b->seq);
	set_addrs(b, t->set, &e);
	for (unsigned i = 0; i < sizeof(e.mac); i++)
		b->mac = b->mac << 8 | e.mac[i];
	b->mark = e.mark;
	b->port = e.port;
	b->proto = e.proto;
	b->outcome = e.nomatch ? IN_NOMATCH : IN;
	b->wild = e.wildcard;
	memcpy(b->iface, e.iface, IFNAME_SIZE);
	if (is_idle(t, b, &e))
		b->outcome = ENDS;
}

static int
compare_order(const void *a, const void *b)
{
	const struct box *x = a, *y = b;

	if (x->len[0] != y->len[0])
		return y->len[0] - x->len[0];
	if (x->len[1] != y->len[1])
		return y->len[1] - x->len[1];
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* hash:net,iface: behind the elements of a network the search ends. */
static void
add_ends(struct telling *t)
{
	unsigned n = t->n;

	for (unsigned i = 0; i < n; i++) {
		struct box *b = &t->boxes[t->n];

		*b = t->boxes[i];
		if (b->seq != 0)
			continue;
		b->any_iface = true;
		b->outcome = ENDS;
		b->seq = UINT32_MAX;
		t->n++;
	}
}

/* hash:net,net of IPv6 has no packets with an unset first address. */
static void
add_zero(struct telling *t)
{
	static const union addr zero;
	struct box *b = &t->boxes[t->n];
	unsigned i = 0;

	while (i < t->n && t->boxes[i].addr[0].lo != 0)
		i++;
	if (i == t->n)
		return;
	t->n++;
	*b = (struct box){ .outcome = ENDS };
	set_addr(b, 0, &zero, AF_INET6, mask_len(t->set));
	set_addr(b, 1, &zero, AF_INET6, 0);
	b->len[0] = b->len[1] = UINT8_MAX;
}

static void
read_boxes(struct telling *t)
{
	const struct ipset *s = t->set;
	uint32_t i = 0;
	void *elem;

	t->boxes = mem_alloc(s->store.n * 2 + 1, sizeof(*t->boxes));
	while ((elem = store_next(&s->store, &i)) != NULL) {
		read_box(t, elem, &t->boxes[t->n]);
		if (t->boxes[t->n].outcome != ENDS)
			t->n++;
	}
	if (t->dims & 1 << D_IFACE)
		add_ends(t);
	if (s->def.type == IPSET_HASH_NETNET && s->def.family == AF_INET6)
		add_zero(t);
	qsort(t->boxes, t->n, sizeof(*t->boxes), compare_order);
}

/* ---- what can be told ---- */

/* Which fields the parts are.  False: one is none. */
static bool
set_dims(struct telling *t)
{
	const uint8_t *part = ipset_parts[t->set->def.type];
	unsigned addr = 0;

	for (unsigned i = 0; part[i] != P_END; i++) {
		bool src = t->ask->src >> i & 1;
		enum dim d = addr == 0 ? D_ADDR0 : D_ADDR1;
		enum field f = src ? F_SRC : F_DST;

		switch ((enum part)part[i]) {
		case P_IP: case P_NET:
			addr++;
			break;
		case P_PORT:
			t->dims |= 1 << D_PROTO;
			/* fall through */
		case P_PORT_ONLY:
			d = D_PORT;
			f = src ? F_SPORT : F_DPORT;
			break;
		case P_MAC: case P_OWN_MAC:
			d = D_MAC;
			f = F_MAC;
			if (!src)
				return false;
			break;
		case P_MARK:
			d = D_MARK;
			f = F_MARK;
			break;
		case P_IFACE:
			d = D_IFACE;
			f = src ? F_IN : F_OUT;
			break;
		case P_SET: case P_END:
			return false;
		}
		t->dims |= 1U << d;
		t->field[d] = f;
	}
	t->last = (enum dim)(31 - __builtin_clz(t->dims));
	return true;
}

static bool
is_union(const struct telling *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->boxes[i].outcome != IN)
			return false;
	return !t->negate && !t->wants_nomatch;
}

/* bitmap:ip,mac: elements without an address take that of the first packet;
 * a set's clock runs. */
static bool
is_fixed(const struct ipset *s)
{
	uint32_t i = 0;
	void *elem;

	if (s->def.has_timeout)
		return false;
	if (s->at_mac != 0)
		while ((elem = store_next(&s->store, &i)) != NULL)
			if (!(*at(elem, s->at_flags) & E_MAC))
				return false;
	return true;
}

static bool
is_flat(const struct telling *t)
{
	return (t->dims & (t->dims - 1)) == 0;
}

/* Does it come into question for the rule at all? (applies()) */
static bool
is_asked(const struct ipset *s, const struct ipset_ask *ask, int family)
{
	return ask->dim >= ipset_dimension(s) &&
	    (s->def.family == AF_UNSPEC || s->def.family == family);
}

/* False: it cannot be told.  'boxes' is to be freed in any case. */
static bool
prepare(struct telling *t, const struct ipset *s, const struct ipset_ask *ask,
    bool negate, struct lower *l)
{
	*t = (struct telling){ .set = s, .ask = ask, .negate = negate, .l = l,
	    .last = D_ADDR0 };
	if (!is_asked(s, ask, l->family))
		return true;		/* no boxes: nothing is in it */
	t->wants_nomatch = s->prefixes != NULL &&
	    ask->flags & IPSET_RETURN_NOMATCH;
	if (!is_fixed(s) || mask_len(s) > 128 || !set_dims(t))
		return false;
	read_boxes(t);
	t->all = is_flat(t);
	return t->all || t->n <= FEW || is_union(t);
}

/* ---- telling ---- */

static struct test *
push(struct telling *t, enum field f, bool negate)
{
	struct test *test = &t->tests[t->n_tests++];

	*test = (struct test){ .field = f, .mask = ~(u128)0,
	    .negate = negate };
	return test;
}

static void
push_ranges(struct telling *t, enum field f, const struct range *r,
    unsigned n, bool negate)
{
	struct test *test = push(t, f, negate);

	test->r = r;
	test->n = n;
	if (f == F_MARK)
		test->mask = t->set->def.markmask;
}

static void
push_iface(struct telling *t, const struct box *b, bool negate)
{
	ifmatch_set(&push(t, t->field[D_IFACE], negate)->iface, b->iface,
	    strnlen(b->iface, IFNAME_SIZE - 1), b->wild);
}

/* Tells the tests at hand, as an alternative of their own. */
static void
tell(struct telling *t)
{
	if (*t->more && !t->joined)
		lower_or(t->l);
	*t->more = true;
	for (unsigned i = 0; i < t->n_tests; i++) {
		const struct test *test = &t->tests[i];

		if (test->r != NULL)
			t->l->test(t->l, test->field, test->mask, test->r,
			    test->n, test->negate);
		else
			lower_iface(t->l, test->field, &test->iface,
			    test->negate);
	}
}

static struct range
range_of(const struct box *b, enum dim d)
{
	const u128 value[] = { [D_PROTO] = b->proto, [D_PORT] = b->port,
	    [D_MAC] = b->mac, [D_MARK] = b->mark };

	if (d >= D_ADDR1)
		return b->addr[d == D_ADDR1];
	return (struct range){ value[d], value[d] };
}

/* ---- the last dimension ---- */

/* Ranges of it: of two that meet one is in the other, and is met first. */
struct item {
	struct range r;
	unsigned order;			/* of boxes with the same range */
	bool wanted;
};

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->r.lo != y->r.lo)
		return x->r.lo < y->r.lo ? -1 : 1;
	if (x->r.hi != y->r.hi)
		return x->r.hi > y->r.hi ? -1 : 1;
	return x->order > y->order ? -1 : x->order < y->order;
}

struct ranges { struct range *v; unsigned n; };

static void
add_range(struct ranges *out, u128 lo, u128 hi)
{
	if (out->n > 0 && out->v[out->n - 1].hi + 1 == lo)
		out->v[out->n - 1].hi = hi;
	else
		out->v[out->n++] = (struct range){ lo, hi };
}

/* What of 'it' from *at to 'end' is not dealt with. */
static void
take(struct ranges *out, const struct item *it, u128 *at, u128 end)
{
	if (*at > end)
		return;
	if (it->wanted)
		add_range(out, *at, end);
	*at = end + 1;
}

/* The values whose innermost item is wanted, from sorted items. */
static void
innermost(const struct item *items, unsigned n, struct ranges *out)
{
	unsigned *stack = mem_alloc(n, sizeof(*stack)), depth = 0;
	u128 at = 0;

	for (unsigned i = 0; i < n; i++) {
		while (depth > 0 && items[stack[depth - 1]].r.hi <
		    items[i].r.lo) {
			const struct item *it = &items[stack[--depth]];

			take(out, it, &at, it->r.hi);
		}
		if (depth > 0 && items[i].r.lo > 0)
			take(out, &items[stack[depth - 1]], &at,
			    items[i].r.lo - 1);
		at = items[i].r.lo;
		stack[depth++] = i;
	}
	while (depth > 0) {
		const struct item *it = &items[stack[--depth]];

		take(out, it, &at, it->r.hi);
		if (it->r.hi == ~(u128)0)
			break;
	}
	free(stack);
}

static void
tell_last(struct telling *t, uint64_t live)
{
	struct item *items = mem_alloc(t->n, sizeof(*items));
	struct ranges r = { mem_alloc(t->n * 2, sizeof(*r.v)), 0 };
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++)
		if (t->all || live >> i & 1)
			items[n++] = (struct item){
			    range_of(&t->boxes[i], t->last), i,
			    t->boxes[i].outcome ==
			    (t->wants_nomatch ? IN_NOMATCH : IN) };
	qsort(items, n, sizeof(*items), compare_items);
	innermost(items, n, &r);
	if (r.n > 0) {
		push_ranges(t, t->field[t->last], r.v, r.n, t->negate);
		tell(t);
		t->n_tests--;
	} else if (t->negate) {
		tell(t);
	}
	free(items);
	free(r.v);
}

/* ---- the others ---- */

static void	split(struct telling *, enum dim, uint64_t live);

/* Nothing is in the set there. */
static void
tell_none(struct telling *t)
{
	if (t->negate)
		tell(t);
}

static int
compare_u128(const void *a, const void *b)
{
	const u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Pieces of a dimension with the same boxes. */
struct piece { struct range r; uint64_t live; };

static unsigned
cut_pieces(const struct telling *t, enum dim d, uint64_t live,
    struct piece *out)
{
	u128 cuts[2 * FEW];
	unsigned n = 0, n_pieces = 0;

	for (unsigned i = 0; i < FEW; i++)
		if (live >> i & 1) {
			struct range r = range_of(&t->boxes[i], d);

			cuts[n++] = r.lo;
			if (r.hi != ~(u128)0)
				cuts[n++] = r.hi + 1;
		}
	qsort(cuts, n, sizeof(cuts[0]), compare_u128);
	for (unsigned i = 0; i < n; i++) {
		struct piece *p = &out[n_pieces];

		if (i > 0 && cuts[i] == cuts[i - 1])
			continue;
		*p = (struct piece){ .r.lo = cuts[i], .r.hi = ~(u128)0 };
		if (n_pieces > 0)
			p[-1].r.hi = cuts[i] - 1;
		n_pieces++;
		for (unsigned j = 0; j < FEW; j++)
			if (live >> j & 1) {
				struct range r = range_of(&t->boxes[j], d);

				if (r.lo <= cuts[i] && cuts[i] <= r.hi)
					p->live |= UINT64_C(1) << j;
			}
	}
	return n_pieces;
}

/* A mark is compared with one value at a time. */
static void
push_others(struct telling *t, enum dim d, const struct range *r, unsigned n)
{
	for (unsigned i = 0; d == D_MARK && i < n; i++)
		push_ranges(t, t->field[d], &r[i], 1, true);
	if (d != D_MARK)
		push_ranges(t, t->field[d], r, n, true);
}

static void
split_numbers(struct telling *t, enum dim d, uint64_t live)
{
	struct piece pieces[2 * FEW];
	struct range r[2 * FEW];
	unsigned n = cut_pieces(t, d, live, pieces), k = 0, tests = t->n_tests;

	for (unsigned i = 0; i < n; i++) {
		uint64_t same = pieces[i].live;

		for (unsigned j = k = 0; same != 0 && j < n; j++)
			if (pieces[j].live == same)
				r[k++] = pieces[j].r;
		if (same == 0 || r[0].lo != pieces[i].r.lo)
			continue;	/* done with an earlier one */
		push_ranges(t, t->field[d], r, k, false);
		split(t, d + 1, same);
		t->n_tests = tests;
	}
	for (unsigned i = k = 0; i < n; i++)
		if (pieces[i].live != 0)
			r[k++] = pieces[i].r;
	push_others(t, d, r, k);
	tell_none(t);
	t->n_tests = tests;
}

/* get_port() has none of later fragments, but in IPv4 a 0 for protocols
 * without ports. */
static void
split_ports(struct telling *t, uint8_t proto, uint64_t live)
{
	static const struct range later = { 1, 1 };
	enum field field = t->field[D_PORT];
	unsigned tests = t->n_tests;

	if (t->set->def.family == AF_INET6 || has_port(proto)) {
		push_ranges(t, F_FRAG, &later, 1, false);
		tell_none(t);
		t->tests[tests].negate = true;
	}
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		t->field[D_PORT] = F_ICMP;
	split(t, has_port(proto) ? D_PORT : D_PORT + 1, live);
	t->field[D_PORT] = field;
	t->n_tests = tests;
}

static void
split_protos(struct telling *t, uint64_t live)
{
	struct range r[FEW];
	unsigned n = 0, tests = t->n_tests;

	for (uint64_t left = live; left != 0;) {
		uint8_t proto = t->boxes[__builtin_ctzll(left)].proto;
		uint64_t same = 0;

		for (unsigned i = 0; i < FEW; i++)
			if (left >> i & 1 && t->boxes[i].proto == proto)
				same |= UINT64_C(1) << i;
		left &= ~same;
		r[n] = (struct range){ proto, proto };
		push_ranges(t, F_PROTO, &r[n++], 1, false);
		split_ports(t, proto, same);
		t->n_tests = tests;
	}
	push_ranges(t, F_PROTO, r, n, true);
	tell_none(t);
	t->n_tests = tests;
}

/* Is every name of 'in' one of 'out'? */
static bool
is_within(const struct box *in, const struct box *out)
{
	size_t len = strnlen(out->iface, IFNAME_SIZE);

	if (out->any_iface)
		return true;
	if (in->any_iface || (!out->wild && in->wild))
		return false;
	return strncmp(in->iface, out->iface, out->wild ? len :
	    IFNAME_SIZE) == 0;
}

/* A class of names is those of one element without those of elements
 * within. */
static void
split_ifaces(struct telling *t, uint64_t live)
{
	unsigned tests = t->n_tests;
	uint64_t names = 0;		/* an element of each name */

	for (unsigned i = 0; i < FEW; i++) {
		bool known = !(live >> i & 1) || t->boxes[i].any_iface;

		for (unsigned j = 0; j < i && !known; j++)
			known = names >> j & 1 &&
			    is_within(&t->boxes[i], &t->boxes[j]) &&
			    is_within(&t->boxes[j], &t->boxes[i]);
		if (!known)
			names |= UINT64_C(1) << i;
	}
	for (unsigned i = 0; i < FEW; i++) {
		uint64_t there = 0;

		if (!(names >> i & 1))
			continue;
		push_iface(t, &t->boxes[i], false);
		for (unsigned j = 0; j < FEW; j++) {
			if (live >> j & 1 && is_within(&t->boxes[i],
			    &t->boxes[j]))
				there |= UINT64_C(1) << j;
			else if (names >> j & 1 && is_within(&t->boxes[j],
			    &t->boxes[i]))
				push_iface(t, &t->boxes[j], true);
		}
		split(t, D_IFACE + 1, there);
		t->n_tests = tests;
	}
	for (unsigned i = 0; i < FEW; i++)
		if (names >> i & 1)
			push_iface(t, &t->boxes[i], true);
	tell_none(t);
	t->n_tests = tests;
}

static void
split(struct telling *t, enum dim d, uint64_t live)
{
	while (d < t->last && !(t->dims >> d & 1))
		d++;
	if (live == 0)
		tell_none(t);
	else if (d == t->last)
		tell_last(t, live);
	else if (d == D_PROTO)
		split_protos(t, live);
	else if (d == D_IFACE)
		split_ifaces(t, live);
	else
		split_numbers(t, d, live);
}

/* ---- sets ---- */

/* bitmap:port has ports of TCP and UDP only. */
static void
tell_port_set(struct telling *t)
{
	static const struct range protos[] = { { IPPROTO_TCP, IPPROTO_TCP },
	    { IPPROTO_UDP, IPPROTO_UDP } };
	static const struct range later = { 1, 1 };

	push_ranges(t, F_PROTO, protos, 2, true);
	tell_none(t);
	t->tests[0].negate = false;
	push_ranges(t, F_FRAG, &later, 1, false);
	tell_none(t);
	t->tests[1].negate = true;
	split(t, D_PORT, t->n > 0);
	t->n_tests = 0;
}

static int
compare_rest(const void *a, const void *b)
{
	const struct box *x = a, *y = b;

	if (x->proto != y->proto)
		return x->proto - y->proto;
	if (x->port != y->port)
		return x->port - y->port;
	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	if (x->addr[1].lo != y->addr[1].lo)
		return x->addr[1].lo < y->addr[1].lo ? -1 : 1;
	return x->addr[1].hi < y->addr[1].hi ? -1 :
	    x->addr[1].hi > y->addr[1].hi;
}

/* A union of many: those that differ in the last dimension alone together. */
static void
tell_union(struct telling *t)
{
	struct box *boxes = t->boxes, *end = boxes + t->n, *next;

	qsort(boxes, t->n, sizeof(*boxes), compare_rest);
	t->all = true;
	for (; t->boxes < end; t->boxes = next) {
		for (next = t->boxes + 1; next < end &&
		    compare_rest(t->boxes, next) == 0; next++)
			;
		t->n = (unsigned)(next - t->boxes);
		split(t, 0, 1);
	}
	t->boxes = boxes;
}

static void
tell_set(struct telling *t, bool *more)
{
	t->more = more;
	if (t->dims == 1 << D_PORT)
		tell_port_set(t);
	else if (t->n > FEW && !t->all)
		tell_union(t);
	else
		split(t, 0, t->all ? t->n > 0 : t->n == FEW ? UINT64_MAX :
		    (UINT64_C(1) << t->n) - 1);
}

/* Sets whose lack is one alternative can be told as one together. */
static bool
joins(const struct telling *t)
{
	return t->dims == 0 || (is_flat(t) && t->dims != 1 << D_PORT);
}

static unsigned
n_members(const struct ipset *s)
{
	return s->def.type == IPSET_LIST_SET ? s->n_members : 1;
}

/* The set, or the members of a list.  False: one cannot be told. */
static bool
prepare_all(struct telling *all, const struct ipset *s,
    const struct ipset_ask *ask, bool negate, struct lower *l)
{
	const struct member *m = s->members;
	unsigned n = n_members(s);

	if (s->def.type != IPSET_LIST_SET)
		return prepare(all, s, ask, negate, l);
	if (s->def.has_timeout)
		return false;
	for (unsigned i = 0; i < n; i++, m = m->next) {
		const struct ipset *member = map_get(&l->env->sets, m->name,
		    strlen(m->name));

		if (member == NULL || !prepare(&all[i], member, ask, negate,
		    l) || (negate && n > 1 && !joins(&all[i])))
			return false;
		all[i].joined = negate && n > 1;
	}
	return true;
}

bool
ipset_lower(const char *name, const struct ipset_ask *ask, bool negate,
    struct lower *l)
{
	const struct ipset *s = map_get(&l->env->sets, name, strlen(name));
	unsigned n = s != NULL ? n_members(s) : 0;
	struct telling *all = mem_alloc(n, sizeof(*all));
	bool more = false, told = s != NULL &&
	    prepare_all(all, s, ask, negate, l);

	for (unsigned i = 0; told && i < n; i++)
		tell_set(&all[i], &more);
	if (told && !more && !negate)
		lower_never(l);
	for (unsigned i = 0; i < n; i++)
		free(all[i].boxes);
	free(all);
	return told;
}
