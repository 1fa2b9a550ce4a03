/* The analyses of an audit, and what they must be able to tell apart for the
 * questions of the checks, besides what rules ask themselves.
 *
 * Ports, and addresses that rules name, are not among it: a question about a
 * value is asked of all values that no rule tells from it (ask_value). */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>

#define V4(a, b, c, d) ((u128)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define V6(a, b) ((u128)(a) << 112 | (u128)(b) << 96)
#define UPTO(lo, bits) (lo), (lo) | (((u128)1 << (bits)) - 1)

/* Values from 'lo' to 'hi', if one of the ids is on (null: always). */
static const struct want {
	const char *id;
	int family;			/* 0: both */
	enum field field;
	u128 lo, hi;
} wants[] = {
	{ NULL, 0, F_PROTO, IPPROTO_TCP, IPPROTO_TCP },
	{ NULL, 0, F_PROTO, IPPROTO_UDP, IPPROTO_UDP },
	{ NULL, AF_INET, F_PROTO, IPPROTO_ICMP, IPPROTO_ICMP },
	{ NULL, AF_INET6, F_PROTO, IPPROTO_ICMPV6, IPPROTO_ICMPV6 },
	/* fragmentation-needed, echo-request */
	{ NULL, AF_INET, F_ICMP, ICMP_UNREACH << 8 | ICMP_UNREACH_NEEDFRAG,
	    ICMP_UNREACH << 8 | ICMP_UNREACH_NEEDFRAG },
	/* packet-too-big, neighbour discovery */
	{ NULL, AF_INET6, F_ICMP, 2 << 8, 2 << 8 },
	{ "FW7003", AF_INET6, F_ICMP, 133 << 8, 133 << 8 },
	{ "FW7003", AF_INET6, F_ICMP, 134 << 8, 134 << 8 },
	{ "FW7003", AF_INET6, F_ICMP, 135 << 8, 135 << 8 },
	{ "FW7003", AF_INET6, F_ICMP, 136 << 8, 136 << 8 },
	{ "FW7007", AF_INET6, F_SRC, UPTO(V6(0xfe80, 0), 118) },
	{ "FW3009", AF_INET, F_SRC, UPTO(V4(127, 0, 0, 0), 24) },
	{ "FW3009", AF_INET6, F_SRC, 1, 1 },
	{ "FW3012", AF_INET, F_SRC, UPTO(V4(0, 0, 0, 0), 24) },
	{ "FW3012", AF_INET, F_PKTTYPE, 1, 1 },
};

struct list { struct query *v; unsigned n, room; };

static struct query *
add(struct list *l)
{
	vec_room(l->v, l->n, l->room);
	l->v[l->n] = (struct query){ .n = 0 };
	return &l->v[l->n++];
}

static void
want_table(struct audit *a, int family, struct list *l)
{
	for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++) {
		const struct want *w = &wants[i];

		if ((w->family == 0 || w->family == family) &&
		    (w->id == NULL || audit_on(a, w->id)))
			query_range(add(l), w->field, w->lo, w->hi, false);
	}
	for (unsigned state = FCT_INVALID; state <= FCT_UNTRACKED; state++)
		ask_state(add(l), state);
	query_masked(add(l), F_CT, FCT_DST_NAT, FCT_DST_NAT, false);
}

static void
want_forged(struct audit *a, int family, struct list *l)
{
	const struct forged *nets;
	unsigned n = forged_sources(family, &nets);

	for (unsigned i = 0; i < n && audit_on(a, "FW3010"); i++)
		query_range(add(l), F_SRC, nets[i].lo, nets[i].hi, false);
}

static void
want_management(struct audit *a, int family, struct list *l)
{
	struct range r;

	for (unsigned i = 0; i < a->cfg->n_management; i++)
		if (network_range(a->cfg->management[i], family, &r))
			query_range(add(l), F_SRC, r.lo, r.hi, false);
}

static void
want_zone(const struct zone *z, int family, enum field iface, enum field addr,
    struct list *l)
{
	struct range r;

	for (unsigned i = 0; i < z->n_ifaces; i++)
		query_iface(add(l), iface, z->ifaces[i], false);
	for (unsigned i = 0; i < z->n_nets; i++)
		if (network_range(z->nets[i], family, &r))
			query_range(add(l), addr, r.lo, r.hi, false);
}

static void
want_paths(struct audit *a, int family, struct list *l)
{
	const struct zone_path *p = a->cfg->paths;

	if (p != NULL)
		query_iface(add(l), F_OUT, "lo", false);
	for (; p != NULL; p = p->next) {
		want_zone(p->from, family, F_IN, F_SRC, l);
		want_zone(p->to, family, F_OUT, F_DST, l);
		for (unsigned i = 0; i < p->n_allowed; i++) {
			const struct zone_service *s = &p->allowed[i];

			query_range(add(l), F_PROTO, s->proto, s->proto,
			    false);
			query_range(add(l), F_DPORT, s->lo, s->hi, false);
		}
	}
}

static void
want_ifaces(struct audit *a, struct list *l)
{
	for (unsigned i = 0; i < outside_ways(a); i++)
		ask_outside(a, i, add(l));
	query_iface(add(l), F_IN, "lo", false);
	for (unsigned i = 0; i < a->exposure->outside.n; i++)
		query_iface(add(l), F_OUT, a->exposure->outside.names[i],
		    false);
}

static struct analysis *
make(struct audit *a, unsigned f, struct arena *arena)
{
	const struct ruleset *rules = a->rules[f];
	struct list l = { 0 };
	const struct query **all;
	struct analysis *an;

	want_table(a, rules->family, &l);
	want_forged(a, rules->family, &l);
	want_management(a, rules->family, &l);
	want_paths(a, rules->family, &l);
	want_ifaces(a, &l);
	all = mem_alloc(l.n, sizeof(*all));
	for (unsigned i = 0; i < l.n; i++)
		all[i] = &l.v[i];
	an = analysis_new(&rules, 1, a->env, all, l.n, arena);
	for (unsigned i = 0; i < l.n; i++)
		query_free(&l.v[i]);
	free(all);
	free(l.v);
	return an;
}

void
audit_sets_new(struct audit *a, struct arena *arena)
{
	a->exposure = exposure_new(a, arena);
	for (unsigned f = 0; f < 2; f++)
		if (a->rules[f] != NULL)
			a->sets[f] = make(a, f, arena);
}

void
audit_sets_free(struct audit *a)
{
	for (unsigned f = 0; f < 2; f++) {
		analysis_free(a->sets[f]);
		a->sets[f] = NULL;
	}
	exposure_free(a->exposure);
	a->exposure = NULL;
}
