#include "expect_sets.h"

#include "analysis/path.h"
#include "inject.h"
#include "run.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MAX_BOXES = 4096, MAX_EXAMPLES = 8 };

/* One line asked of one family's rules. */
struct asking {
	const struct expect_sets *s;
	const struct pktspec *packet;
	int family;
	const struct ruleset *rules;
	struct arena arena;		/* of the analysis */
	struct query q, wants;		/* its packets; what paths need */
	struct query *except;		/* those that are none of its business */
	unsigned n_except, room_except;
	struct analysis *an;
	struct hs *excluded;		/* 'except' as boxes */
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
add_sample(struct asking *a, struct query *q)
{
	static const struct { enum field field; unsigned free; } fields[] = {
		{ F_SRC, SPEC_SRC }, { F_DST, SPEC_DST },
		{ F_SPORT, SPEC_SPORT }, { F_DPORT, SPEC_DPORT },
		{ F_PROTO, 0 }, { F_ICMP, 0 }, { F_FRAG, 0 },
		{ F_TCPFLAGS, 0 }, { F_LENGTH, 0 }, { F_TTL, 0 },
		{ F_TOS, 0 }, { F_MSS, 0 }, { F_SPI, 0 }, { F_MARK, 0 },
		{ F_PKTTYPE, SPEC_DST },
	};
	struct inject j = { .env = a->s->in->env, .arena = a->s->arena,
	    .family = a->family, .note = no_note };
	struct pktspec spec = *a->packet;
	struct packet p = { .family = (uint8_t)a->family };
	struct frame f;

	spec.family = a->family;
	spec.has &= ~(unsigned)(SPEC_ANY_SRC | SPEC_ANY_DST);
	inject_complete(&j, &spec);
	inject_frame(&j, &spec, RUN_USUAL_TIME, &f);
	if (f.link == FRAME_ETHER) {
		f.data += 14;
		f.len -= 14;
	}
	p.data = arena_copy(&a->arena, f.data, f.len);
	p.len = p.have = f.len;
	p.type = f.pkt_type;
	p.mark = f.mark;
	p.local = spec.local;
	pkt_decode(&p);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		u128 v;

		if ((fields[i].free == 0 || (a->packet->has & fields[i].free)) &&
		    field_read(&p, fields[i].field, &v, NULL))
			query_range(q, fields[i].field, v, v, false);
	}
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
new_except(struct asking *a)
{
	vec_room(a->except, a->n_except, a->room_except);
	a->except[a->n_except] = (struct query){ 0 };
	return &a->except[a->n_except++];
}

static void
except_range(struct asking *a, enum field f, u128 lo, u128 hi)
{
	query_range(new_except(a), f, lo, hi, false);
}

static void
add_addr(struct query *q, enum field f, const union addr *addr, int family)
{
	u128 v = addr_number(addr, family);

	query_range(q, f, v, v, false);
}

/* What an earlier line says of its packets. */
static void
except_line(struct asking *a, const struct pktspec *p)
{
	unsigned icmp = (unsigned)p->icmp_type << 8 | p->icmp_code;
	struct query *q;

	if (p->local != a->packet->local ||
	    (p->family != 0 && p->family != a->family))
		return;
	q = new_except(a);
	if (p->has & SPEC_SRC)
		add_addr(q, F_SRC, &p->src, a->family);
	if (p->has & SPEC_DST)
		add_addr(q, F_DST, &p->dst, a->family);
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
except_own(struct asking *a, enum field f)
{
	for (const struct iface *i = a->s->in->env->ifaces; i != NULL;
	    i = i->next)
		for (const struct ifaddr *own = i->addrs; own != NULL;
		    own = own->next)
			if (own->family == a->family)
				add_addr(new_except(a), f, &own->addr,
				    a->family);
}

/* Who cannot send from outside, and whom nobody reaches from there.  What the
 * host sends to itself comes in again, and that is another way. */
static void
except_martians(struct asking *a)
{
	u128 top = (u128)0xff << 120;
	bool local = a->packet->local, v6 = a->family == AF_INET6;

	if (v6)
		except_range(a, F_DST, 1, 1);
	else
		except_range(a, F_DST, NET4(127, 127));
	if (local) {
		except_own(a, F_DST);
	} else if (v6) {
		except_range(a, F_SRC, 1, 1);
		except_range(a, F_SRC, top, ~(u128)0);
	} else {
		except_range(a, F_SRC, NET4(0, 0));
		except_range(a, F_SRC, NET4(127, 127));
		except_range(a, F_SRC, NET4(224, 255));
		except_range(a, F_DST, NET4(0, 0));
		except_own(a, F_SRC);
	}
}

#undef NET4

static void
describe(struct asking *a)
{
	path_wants(a->s->in->env, a->family, &a->wants);
	add_sample(a, &a->q);
	add_states(states_of(a->s->in->env, a->packet), &a->q);
	add_ifaces(a->packet, &a->q);
	except_martians(a);
	for (const struct expect_line *l = a->s->test->lines;
	    l != a->s->line; l = l->next)
		except_line(a, &l->packet);
}

static void
make_analysis(struct asking *a)
{
	const struct query **all = arena_alloc(&a->arena,
	    (a->n_except + 2) * sizeof(*all));

	all[0] = &a->q;
	all[1] = &a->wants;
	for (unsigned i = 0; i < a->n_except; i++)
		all[i + 2] = &a->except[i];
	a->an = analysis_new(&a->rules, 1, a->s->in->env, all,
	    a->n_except + 2, &a->arena);
	a->excluded = arena_alloc(&a->arena, (a->n_except + 1) *
	    sizeof(*a->excluded));
	for (unsigned i = 0; i < a->n_except; i++) {
		const struct hs_space *sp = analysis_space(a->an);

		hs_add(sp, &a->excluded[i], sp->all);
		query_cut(&a->except[i], sp, &a->excluded[i]);
	}
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
	const struct chain *c = chain_find(&a->rules->tables[by->table],
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

	p.family = a->family;
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
	const struct hs_space *sp = analysis_space(a->an);

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
	    !a->s->in->env->has_addrs ? ": that hangs on the host's addresses" :
	    ", but no packet was found that shows it");
	a->why = arena_strdup(a->s->arena, sbuf_text(&b));
	sbuf_free(&b);
}

/* Those of the region that the line is about.  False: too many pieces. */
static bool
remainder_of(struct asking *a, const struct path_region *r, struct hs *rest)
{
	const struct hs_space *sp = analysis_space(a->an);

	for (unsigned i = 0; i < r->set->n; i++)
		hs_add(sp, rest, hs_box(sp, r->set, i));
	for (unsigned i = 0; i < a->n_except; i++)
		for (unsigned j = 0; j < a->excluded[i].n; j++)
			if (!hs_subtract(sp, rest, hs_box(sp, &a->excluded[i],
			    j), MAX_BOXES))
				return false;
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
	analysis_path(a->an, 0, path, &a->q, MAX_BOXES, &a->arena, on_region,
	    a, &partial);
	if (partial && a->why == NULL)
		a->why = "too many different packets to look at them all";
}

/* Where addresses are not known the simulator takes what comes in for the
 * host's, but for what was translated. */
static bool
may_forward(const struct asking *a)
{
	const struct table *nat = &a->rules->tables[TABLE_NAT];

	return a->s->in->env->has_addrs || (nat->present &&
	    nat->builtin[HOOK_PREROUTING]->n != 0);
}

static enum test_result
ask(struct asking *a)
{
	describe(a);
	make_analysis(a);
	if (a->packet->local) {
		ask_path(a, PATH_OUT);
	} else {
		ask_path(a, PATH_IN);
		if (may_forward(a))
			ask_path(a, PATH_FORWARD);
		else
			env_assume(a->s->in->env, "no IPv%d addresses and "
			    "routes are known: packets that come in are "
			    "taken as for the host", a->family == AF_INET6 ?
			    6 : 4);
	}
	if (a->failed)
		return TEST_FAILED;
	if (a->why == NULL && !a->left)
		a->why = "no packet is left that this line could be about";
	return a->why != NULL ? TEST_UNDETERMINED : TEST_PASSED;
}

static enum test_result
ask_family(const struct expect_sets *s, int family, const char **why)
{
	struct asking a = { .s = s, .packet = &s->line->packet,
	    .family = family, .arena = ARENA_INIT,
	    .rules = s->in->load.rules[family_index(family)] };
	enum test_result result;

	if (a.rules == NULL) {
		*why = family == AF_INET6 ? "there are no rules of IPv6" :
		    "there are no rules of IPv4";
		return TEST_UNDETERMINED;
	}
	result = ask(&a);
	*why = a.why;
	for (unsigned i = 0; a.excluded != NULL && i < a.n_except; i++)
		hs_free(&a.excluded[i]);
	for (unsigned i = 0; i < a.n_except; i++)
		query_free(&a.except[i]);
	free(a.except);
	query_free(&a.q);
	query_free(&a.wants);
	analysis_free(a.an);
	arena_free(&a.arena);
	return result;
}

enum test_result
expect_sets(const struct expect_sets *s, const char **why)
{
	const struct pktspec *p = &s->line->packet;
	enum test_result result = TEST_PASSED;
	bool asked = false;

	*why = NULL;
	if (s->line->dnat.said || s->line->snat.said ||
	    s->line->redirect.said) {
		*why = "what every packet is translated to is not analysed";
		return TEST_UNDETERMINED;
	}
	for (unsigned f = 0; f < 2 && result == TEST_PASSED; f++) {
		int family = f ? AF_INET6 : AF_INET;

		if ((p->family != 0 && p->family != family) ||
		    (p->family == 0 && s->in->load.rules[f] == NULL) ||
		    (p->proto == IPPROTO_ICMP && f == 1) ||
		    (p->proto == IPPROTO_ICMPV6 && f == 0))
			continue;
		result = ask_family(s, family, why);
		asked = true;
	}
	if (asked)
		return result;
	*why = "there are no rules of such packets' family";
	return TEST_UNDETERMINED;
}
