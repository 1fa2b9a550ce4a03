#include "expect_sets.h"

#include "analysis/path.h"
#include "inject.h"
#include "run.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MAX_BOXES = 4096, MAX_EXAMPLES = 8 };

/* Packets in words, as a set. */
struct named {
	const struct expect_line *line;
	struct query q;
	struct hs set;			/* once there is an analysis */
	/* Of a line with "any": those before it in its test, in side->lines. */
	unsigned first, n;
};

struct named_list { struct named *v; unsigned n, room; };

/* One family's rules, with all that will be asked of them. */
struct side {
	const struct ruleset *rules;	/* null: there are none */
	int family;
	struct analysis *an;		/* null until it is asked */
	struct query wants;		/* what paths need to know */
	struct named_list asked;	/* lines with "any", */
	struct map by_line;		/* ... their index + 1 */
	struct named_list lines;	/* those before one in its test */
	struct named_list never[2];	/* what cannot be: from outside, of the
					 * host itself */
};

struct expect_sets {
	struct inputs *in;
	const struct expect_test *tests;
	struct arena arena;		/* of the analyses */
	struct side sides[2];		/* by family_index */
};

/* One line asked of one family's rules. */
struct asking {
	struct expect_sets *e;
	struct side *side;
	const struct expect_question *s;
	const struct pktspec *packet;
	struct arena arena;		/* of its regions */
	const struct named *of;
	enum path path;
	unsigned examples;		/* that were tried */
	bool left;			/* it is about some packet at all */
	bool failed;
	const char *why;		/* it is not clear; null: it is */
};

static void
no_note(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* ---- the packets of a line ---- */

/* A packet of the line, as it comes: what it has of the fields that are the
 * same in all of them. */
static void
add_sample(struct expect_sets *e, const struct side *d,
    const struct pktspec *packet, struct query *q)
{
	static const struct { enum field field; unsigned free; } fields[] = {
		{ F_SRC, SPEC_SRC }, { F_DST, SPEC_DST },
		{ F_SPORT, SPEC_SPORT }, { F_DPORT, SPEC_DPORT },
		{ F_PROTO, 0 }, { F_ICMP, 0 }, { F_FRAG, 0 },
		{ F_TCPFLAGS, 0 }, { F_LENGTH, 0 }, { F_TTL, 0 },
		{ F_TOS, 0 }, { F_MSS, 0 }, { F_SPI, 0 }, { F_MARK, 0 },
		{ F_PKTTYPE, SPEC_DST },
	};
	struct arena scratch = ARENA_INIT;
	struct inject j = { .env = e->in->env, .arena = &scratch,
	    .family = d->family, .note = no_note };
	struct pktspec spec = *packet;
	struct packet p = { .family = (uint8_t)d->family };
	struct frame f;

	spec.family = d->family;
	spec.has &= ~(unsigned)(SPEC_ANY_SRC | SPEC_ANY_DST);
	inject_complete(&j, &spec);
	inject_frame(&j, &spec, RUN_USUAL_TIME, &f);
	if (f.link == FRAME_ETHER) {
		f.data += 14;
		f.len -= 14;
	}
	p.data = arena_copy(&scratch, f.data, f.len);
	p.len = p.have = f.len;
	p.type = f.pkt_type;
	p.mark = f.mark;
	p.local = spec.local;
	pkt_decode(&p);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		u128 v;

		if ((fields[i].free == 0 || (packet->has & fields[i].free)) &&
		    field_read(&p, fields[i].field, &v, NULL))
			query_range(q, fields[i].field, v, v, false);
	}
	arena_free(&scratch);
}

enum { NEW = 1 << FCT_NEW, INVALID = 1 << FCT_INVALID,
    RELATED = 1 << FCT_RELATED };

/* tcp_new: a SYN begins a connection, and so does an ACK to loose eyes. */
static unsigned
states_of_tcp(const struct env *env, const struct pktspec *p)
{
	unsigned f = !(p->has & SPEC_FLAGS) ? TCPF_SYN : p->tcp_flags &
	    (TCPF_SYN | TCPF_ACK | TCPF_FIN | TCPF_RST);

	if (f == TCPF_SYN)
		return NEW;
	return f == TCPF_ACK && env_sysctl(env,
	    "net.netfilter.nf_conntrack_tcp_loose", 1) != 0 ? NEW : INVALID;
}

static unsigned
states_of_icmp(const struct pktspec *p)
{
	static const uint8_t requests[][2] = { { IPPROTO_ICMP, 8 },
	    { IPPROTO_ICMP, 13 }, { IPPROTO_ICMP, 15 }, { IPPROTO_ICMP, 17 },
	    { IPPROTO_ICMPV6, 128 } };

	if (!(p->has & SPEC_ICMP))
		return NEW;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		if (requests[i][0] == p->proto &&
		    requests[i][1] == p->icmp_type)
			return NEW;
	return NEW | INVALID | RELATED;
}

/* States that a first packet may have. */
static unsigned
states_of(const struct env *env, const struct pktspec *p)
{
	if (p->frag != 0)
		return NEW | INVALID;
	switch (p->proto) {
	case IPPROTO_TCP:
		return states_of_tcp(env, p);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return states_of_icmp(p);
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return NEW | INVALID;
	default:
		return NEW;
	}
}

static void
add_states(unsigned states, struct query *q)
{
	struct query_test *t;

	query_masked(q, F_CT, FCT_UNTRACKED, FCT_STATE, false);
	t = &q->tests[q->n - 1];
	for (unsigned s = 0; s < FCT_UNTRACKED; s++)
		if (states & 1u << s)
			t->range[t->n++] = (struct range){ s, s };
}

static void
add_ifaces(const struct pktspec *p, struct query *q)
{
	if (p->in[0] != '\0')
		query_iface(q, F_IN, p->in, false);
	if (p->out[0] != '\0')
		query_iface(q, F_OUT, p->out, false);
}

/* ---- packets that it is not about ---- */

static struct query *
new_named(struct named_list *l, const struct expect_line *line)
{
	vec_room(l->v, l->n, l->room);
	l->v[l->n] = (struct named){ .line = line };
	return &l->v[l->n++].q;
}

static void
never_range(struct named_list *l, enum field f, u128 lo, u128 hi)
{
	query_range(new_named(l, NULL), f, lo, hi, false);
}

static void
add_addr(struct query *q, enum field f, const union addr *addr, int family)
{
	u128 v = addr_number(addr, family);

	query_range(q, f, v, v, false);
}

/* Can a line of these packets be told of a family at all? */
static bool
is_of(const struct pktspec *p, int family)
{
	return p->family == 0 || p->family == family;
}

/* What a line says of its packets. */
static void
add_line(struct side *d, const struct expect_line *l)
{
	const struct pktspec *p = &l->packet;
	unsigned icmp = (unsigned)p->icmp_type << 8 | p->icmp_code;
	struct query *q;

	if (!is_of(p, d->family))
		return;
	q = new_named(&d->lines, l);
	if (p->has & SPEC_SRC)
		add_addr(q, F_SRC, &p->src, d->family);
	if (p->has & SPEC_DST)
		add_addr(q, F_DST, &p->dst, d->family);
	if (p->has & SPEC_SPORT)
		query_range(q, F_SPORT, p->sport, p->sport, false);
	if (p->has & SPEC_DPORT)
		query_range(q, F_DPORT, p->dport, p->dport, false);
	if (p->has & SPEC_FLAGS)
		query_range(q, F_TCPFLAGS, p->tcp_flags, p->tcp_flags, false);
	if (p->has & SPEC_ICMP)
		query_range(q, F_ICMP, icmp, icmp, false);
	query_range(q, F_PROTO, p->proto, p->proto, false);
	add_ifaces(p, q);
}

#define NET4(a, b) ((u128)(a) << 24), ((u128)(b) << 24 | 0xffffff)

static void
never_own(const struct env *env, int family, struct named_list *l,
    enum field f)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *own = i->addrs; own != NULL;
		    own = own->next)
			if (own->family == family)
				add_addr(new_named(l, NULL), f, &own->addr,
				    family);
}

/* Who cannot send from outside, and whom nobody reaches from there.  What the
 * host sends to itself comes in again, and that is another way. */
static void
add_never(const struct env *env, struct side *d, bool local)
{
	struct named_list *l = &d->never[local];
	u128 top = (u128)0xff << 120;
	bool v6 = d->family == AF_INET6;

	if (v6)
		never_range(l, F_DST, 1, 1);
	else
		never_range(l, F_DST, NET4(127, 127));
	if (local) {
		never_own(env, d->family, l, F_DST);
	} else if (v6) {
		never_range(l, F_SRC, 1, 1);
		never_range(l, F_SRC, top, ~(u128)0);
	} else {
		never_range(l, F_SRC, NET4(0, 0));
		never_range(l, F_SRC, NET4(127, 127));
		never_range(l, F_SRC, NET4(224, 255));
		never_range(l, F_DST, NET4(0, 0));
		never_own(env, d->family, l, F_SRC);
	}
}

#undef NET4

/* ---- the analysis of a file's lines ---- */

/* Is a line's family this one?  ICMP says it. */
static bool
is_asked(const struct side *d, const struct pktspec *p)
{
	bool v6 = d->family == AF_INET6;

	return is_of(p, d->family) && (p->family != 0 || d->rules != NULL) &&
	    p->proto != (v6 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static void
add_asked(struct expect_sets *e, struct side *d, const struct expect_line *l,
    unsigned first)
{
	struct query *q = new_named(&d->asked, l);
	struct named *n = &d->asked.v[d->asked.n - 1];

	n->first = first;
	n->n = d->lines.n - first;
	map_set(&d->by_line, &e->arena, arena_copy(&e->arena, &l, sizeof(l)),
	    sizeof(l), (void *)(uintptr_t)d->asked.n);
	add_sample(e, d, &l->packet, q);
	add_states(states_of(e->in->env, &l->packet), q);
	add_ifaces(&l->packet, q);
}

static void
add_test(struct expect_sets *e, struct side *d, const struct expect_test *t)
{
	unsigned first = d->lines.n;
	const struct expect_line *last = NULL;

	for (const struct expect_line *l = t->lines; l != NULL; l = l->next)
		if (expect_is_set(&l->packet) && is_asked(d, &l->packet))
			last = l;
	for (const struct expect_line *l = t->lines; last != NULL;
	    l = l->next) {
		if (expect_is_set(&l->packet) && is_asked(d, &l->packet))
			add_asked(e, d, l, first);
		if (l == last)
			break;
		add_line(d, l);
	}
}

static struct named_list *
lists(struct side *d, unsigned i)
{
	struct named_list *const all[] = { &d->asked, &d->lines, &d->never[0],
	    &d->never[1] };

	return i < 4 ? all[i] : NULL;
}

static void
analyse(struct expect_sets *e, struct side *d)
{
	const struct query **all;
	unsigned n = 0;
	struct named_list *l;

	path_wants(e->in->env, d->family, &d->wants);
	add_never(e->in->env, d, false);
	add_never(e->in->env, d, true);
	for (const struct expect_test *t = e->tests; t != NULL; t = t->next)
		add_test(e, d, t);
	for (unsigned i = 0; (l = lists(d, i)) != NULL; i++)
		n += l->n;
	all = arena_alloc(&e->arena, (n + 1) * sizeof(*all));
	n = 0;
	all[n++] = &d->wants;
	for (unsigned i = 0; (l = lists(d, i)) != NULL; i++)
		for (unsigned k = 0; k < l->n; k++)
			all[n++] = &l->v[k].q;
	d->an = analysis_new(&d->rules, 1, e->in->env, all, n, &e->arena);
	for (unsigned i = 0; (l = lists(d, i)) != NULL; i++)
		for (unsigned k = 0; k < l->n && l != &d->asked; k++) {
			const struct hs_space *sp = analysis_space(d->an);

			hs_add(sp, &l->v[k].set, sp->all);
			query_cut(&l->v[k].q, sp, &l->v[k].set);
		}
}

struct expect_sets *
expect_sets_new(struct inputs *in, const struct expect_test *tests)
{
	struct expect_sets *e = mem_alloc(1, sizeof(*e));

	*e = (struct expect_sets){ .in = in, .tests = tests,
	    .arena = ARENA_INIT };
	for (unsigned f = 0; f < 2; f++) {
		e->sides[f].family = f ? AF_INET6 : AF_INET;
		e->sides[f].rules = in->load.rules[f];
	}
	return e;
}

static void
free_side(struct side *d)
{
	struct named_list *l;

	for (unsigned i = 0; (l = lists(d, i)) != NULL; i++) {
		for (unsigned k = 0; k < l->n; k++) {
			query_free(&l->v[k].q);
			hs_free(&l->v[k].set);
		}
		free(l->v);
	}
	query_free(&d->wants);
	analysis_free(d->an);
}

void
expect_sets_free(struct expect_sets *e)
{
	if (e == NULL)
		return;
	free_side(&e->sides[0]);
	free_side(&e->sides[1]);
	arena_free(&e->arena);
	free(e);
}

/* ---- what a region says ---- */

static unsigned
verdict_bit(const struct path_region *r)
{
	static const enum disposition of[] = { [V_ACCEPT] = DISP_ACCEPT,
	    [V_DROP] = DISP_DROP, [V_QUEUE] = DISP_QUEUE,
	    [V_STOLEN] = DISP_STOLEN };

	return 1u << (r->reject ? DISP_REJECT : of[r->verdict]);
}

/* Did a chain that leads to the rule's have the packet?  If each way to the
 * rule on this path begins in that built-in chain. */
static enum tri
called_from(const struct asking *a, const struct path_region *r,
    const struct expect_by *by)
{
	static const unsigned on[] = {
		[PATH_IN] = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT,
		[PATH_FORWARD] = 1 << HOOK_PREROUTING | 1 << HOOK_FORWARD |
		    1 << HOOK_POSTROUTING,
		[PATH_OUT] = 1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING };
	unsigned hooks = trace_reached_from(r->rule->chain) & on[a->path];
	const struct chain *c = chain_find(&a->side->rules->tables[by->table],
	    by->chain, strlen(by->chain));

	if (c == NULL || r->rule->chain->table->id != by->table)
		return TRI_NO;
	if (c->hook == HOOK_NONE)
		return TRI_UNKNOWN;
	return !(hooks & 1u << c->hook) ? TRI_NO : hooks == 1u << c->hook ?
	    TRI_YES : TRI_UNKNOWN;
}

static enum tri
decided_by(const struct asking *a, const struct path_region *r,
    const struct expect_by *by)
{
	const struct chain *c = r->rule != NULL ? r->rule->chain : r->policy;
	bool here = c != NULL && c->table->id == by->table &&
	    strcmp(c->name, by->chain) == 0;

	if (r->rule == NULL)
		return tri_of(here && by->rule == 0);
	if (by->policy)
		return TRI_NO;
	if (by->rule != 0)
		return tri_of(here && r->rule->number == by->rule);
	return here ? TRI_YES : called_from(a, r, by);
}

static enum tri
is_right(const struct asking *a, const struct path_region *r)
{
	const struct expect_line *l = a->s->line;

	if (!(l->verdicts & verdict_bit(r)))
		return TRI_NO;
	return l->by.said ? decided_by(a, r, &l->by) : TRI_YES;
}

/* ---- examples ---- */

static void
set_addr(struct pktspec *p, unsigned any, unsigned has, union addr *addr,
    u128 v)
{
	if (!(p->has & any))
		return;
	number_addr(v, p->family, addr);
	p->has |= has;
}

/* The line's packet with the addresses and ports of the point. */
static struct pktspec
example(const struct asking *a, const struct point *at)
{
	struct pktspec p = *a->packet;

	p.family = a->side->family;
	set_addr(&p, SPEC_ANY_SRC, SPEC_SRC, &p.src, at->value[F_SRC]);
	set_addr(&p, SPEC_ANY_DST, SPEC_DST, &p.dst, at->value[F_DST]);
	if (!(p.has & SPEC_SPORT))
		p.sport = (uint16_t)at->value[F_SPORT];
	if (!(p.has & SPEC_DPORT))
		p.dport = (uint16_t)at->value[F_DPORT];
	p.has |= SPEC_SPORT | SPEC_DPORT;
	p.has &= ~(unsigned)(SPEC_ANY_SRC | SPEC_ANY_DST);
	if (!p.local && p.in[0] == '\0' && (at->asked >> F_IN & 1))
		memcpy(p.in, at->iface[field_iface(F_IN)], IFNAME_SIZE - 1);
	return p;
}

static bool
is_shown(struct asking *a, const struct hs *set)
{
	const struct hs_space *sp = analysis_space(a->side->an);

	for (unsigned i = 0; i < set->n && a->examples < MAX_EXAMPLES; i++) {
		struct pktspec *p = arena_new(a->s->arena, struct pktspec);
		struct point at;

		hs_point(sp, hs_box(sp, set, i), &at);
		*p = example(a, &at);
		a->examples++;
		if (a->s->shows(a->s->arg, p))
			return true;
	}
	return false;
}

/* ---- asking ---- */

static void
doubt(struct asking *a, const struct path_region *r)
{
	struct trace_ending end = { .rule = r->rule, .chain = r->policy,
	    .reason = REASON_NO_RULES,
	    .disposition = (enum disposition)__builtin_ctz(verdict_bit(r)) };
	struct sbuf b = SBUF_INIT;

	if (a->why != NULL)
		return;
	sbuf_puts(&b, "some of these packets may come to ");
	tell_ending(&end, &b);
	sbuf_puts(&b, r->possible ? ": that hangs on more than the packet" :
	    !a->e->in->env->has_addrs ? ": that hangs on the host's addresses" :
	    ", but no packet was found that shows it");
	a->why = arena_strdup(a->s->arena, sbuf_text(&b));
	sbuf_free(&b);
}

/* Takes packets away.  False: too many pieces. */
static bool
take_away(const struct asking *a, const struct named *n, struct hs *rest)
{
	const struct hs_space *sp = analysis_space(a->side->an);

	for (unsigned i = 0; i < n->set.n; i++)
		if (!hs_subtract(sp, rest, hs_box(sp, &n->set, i), MAX_BOXES))
			return false;
	return true;
}

/* Those of the region that the line is about.  False: too many pieces. */
static bool
remainder_of(struct asking *a, const struct path_region *r, struct hs *rest)
{
	const struct hs_space *sp = analysis_space(a->side->an);
	const struct named_list *never = &a->side->never[a->packet->local];

	for (unsigned i = 0; i < r->set->n; i++)
		hs_add(sp, rest, hs_box(sp, r->set, i));
	for (unsigned i = 0; i < never->n; i++)
		if (!take_away(a, &never->v[i], rest))
			return false;
	for (unsigned i = 0; i < a->of->n; i++) {
		const struct named *l = &a->side->lines.v[a->of->first + i];

		if (l->line->packet.local == a->packet->local &&
		    !take_away(a, l, rest))
			return false;
	}
	return true;
}

static bool
on_region(const struct path_region *r, void *arg)
{
	struct asking *a = arg;
	enum tri right = is_right(a, r);
	struct hs rest = { 0 };
	bool whole = remainder_of(a, r, &rest) && r->complete;

	a->left |= rest.n != 0;
	if (right != TRI_YES && rest.n != 0) {
		a->failed = is_shown(a, &rest);
		if (!a->failed)
			doubt(a, r);
	} else if (right != TRI_YES && !whole && a->why == NULL) {
		a->why = "too many different packets to look at them all";
	}
	hs_free(&rest);
	return !a->failed;
}

static void
ask_path(struct asking *a, enum path path)
{
	bool partial = false;

	if (a->failed)
		return;
	a->path = path;
	analysis_path(a->side->an, 0, path, &a->of->q, MAX_BOXES, &a->arena,
	    on_region, a, &partial);
	if (partial && a->why == NULL)
		a->why = "too many different packets to look at them all";
}

/* Where addresses are not known the simulator takes what comes in for the
 * host's, but for what was translated. */
static bool
may_forward(const struct asking *a)
{
	const struct table *nat = &a->side->rules->tables[TABLE_NAT];

	return a->e->in->env->has_addrs || (nat->present &&
	    nat->builtin[HOOK_PREROUTING]->n != 0);
}

static enum test_result
ask(struct asking *a)
{
	if (a->packet->local) {
		ask_path(a, PATH_OUT);
	} else {
		ask_path(a, PATH_IN);
		if (may_forward(a))
			ask_path(a, PATH_FORWARD);
		else
			env_assume(a->e->in->env, "no IPv%d addresses and "
			    "routes are known: packets that come in are "
			    "taken as for the host",
			    a->side->family == AF_INET6 ? 6 : 4);
	}
	if (a->failed)
		return TEST_FAILED;
	if (a->why == NULL && !a->left)
		a->why = "no packet is left that this line could be about";
	return a->why != NULL ? TEST_UNDETERMINED : TEST_PASSED;
}

static enum test_result
ask_side(struct expect_sets *e, struct side *d,
    const struct expect_question *s, const char **why)
{
	struct asking a = { .e = e, .side = d, .s = s,
	    .packet = &s->line->packet, .arena = ARENA_INIT };
	enum test_result result;

	if (d->rules == NULL) {
		*why = d->family == AF_INET6 ? "there are no rules of IPv6" :
		    "there are no rules of IPv4";
		return TEST_UNDETERMINED;
	}
	if (d->an == NULL)
		analyse(e, d);
	a.of = &d->asked.v[(uintptr_t)map_get(&d->by_line,
	    (const char *)&s->line, sizeof(s->line)) - 1];
	result = ask(&a);
	*why = a.why;
	arena_free(&a.arena);
	return result;
}

enum test_result
expect_sets_ask(struct expect_sets *e, const struct expect_question *s,
    const char **why)
{
	enum test_result result = TEST_PASSED;
	bool asked = false;

	*why = NULL;
	if (s->line->dnat.said || s->line->snat.said ||
	    s->line->redirect.said) {
		*why = "what every packet is translated to is not analysed";
		return TEST_UNDETERMINED;
	}
	for (unsigned f = 0; f < 2 && result == TEST_PASSED; f++) {
		if (!is_asked(&e->sides[f], &s->line->packet))
			continue;
		result = ask_side(e, &e->sides[f], s, why);
		asked = true;
	}
	if (asked)
		return result;
	*why = "there are no rules of such packets' family";
	return TEST_UNDETERMINED;
}
