/* Translations of destinations: what is published. */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { BOXES = 16 };

struct adding { struct audit *a; unsigned f; struct forwards *to; };

/* ---- one of them ---- */

static bool
is_own(const struct env *env, int family, const union addr *addr)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *x = i->addrs; x != NULL; x = x->next)
			if (x->family == family && addr_equal(&x->addr, addr))
				return true;
	return family == AF_INET ? addr4_is_loopback(addr) :
	    addr6_is_loopback(addr);
}

/* The lowest value that its packets have, 0 if any. */
static unsigned
lowest(const struct hs_space *s, const struct hs *set, enum field f)
{
	const struct hs_dim *d;
	hs_cell c, all;

	if (s->of_field[f] < 0 || set->n == 0)
		return 0;
	d = &s->dims[s->of_field[f]];
	all = s->all[s->of_field[f]];
	c = hs_box(s, set, 0)[s->of_field[f]];
	if (c == all)
		return 0;
	if (d->of == NULL)
		return (unsigned)d->starts[d->bits ?
		    (unsigned)__builtin_ctzll(c) : cell_first(c)];
	for (unsigned v = 0; v < 1U << field_info[f].bits; v++)
		if (d->of[v] < d->n && cell_has(d, c, d->of[v]))
			return v;
	return 0;
}

static void
read_target(struct adding *x, struct forward *w)
{
	const struct nat_range *to = w->rule->target.data;
	int family = x->a->rules[x->f]->family;
	const struct hs_space *s = analysis_space(x->a->sets[x->f]);

	w->from.proto = w->rule->invert & INV_PROTO ? 0 : w->rule->proto;
	if (w->from.proto == 0)
		w->from.proto = lowest(s, w->set, F_PROTO);
	if (w->from.proto == IPPROTO_TCP || w->from.proto == IPPROTO_UDP)
		w->from.port = lowest(s, w->set, F_DPORT);
	else
		w->from.proto = 0;
	w->behind = w->from;
	if (to->flags & NATF_PORT)
		w->behind.port = to->port_min;
	w->local = !(to->flags & NATF_ADDR) || is_own(x->a->env, family,
	    &to->min);
	w->to = to->min;
	w->address = addr_number(&to->min, family);
}

static bool
add_forward(const struct region *r, void *arg)
{
	struct adding *x = arg;
	struct forwards *o = x->to;

	if (r->rule == NULL || (!rule_target_is(r->rule, "DNAT") &&
	    !rule_target_is(r->rule, "REDIRECT")) ||
	    (o->n != 0 && o->list[o->n - 1].rule == r->rule))
		return true;
	vec_room(o->list, o->n, o->room);
	o->list[o->n] = (struct forward){ .rule = r->rule,
	    .possible = r->possible, .complete = r->complete, .set = r->set };
	read_target(x, &o->list[o->n++]);
	return o->n < MAX_FORWARDS;
}

const struct forwards *
forwards_of(struct audit *a, unsigned f)
{
	struct forwards **o = &a->exposure->forwards[f];
	const struct chain *c = a->rules[f]->tables[TABLE_NAT].
	    builtin[HOOK_PREROUTING];
	struct query q = { 0 };

	if (*o != NULL)
		return *o;
	*o = arena_new(a->exposure->arena, struct forwards);
	if (c == NULL)
		return *o;
	ask_new(a, f, &q);
	analysis_regions_of(a->sets[f], c, &q, V_ACCEPT, BOXES,
	    a->exposure->arena, add_forward, &(struct adding){ a, f, *o });
	query_free(&q);
	return *o;
}

void
forwards_free(struct forwards *o)
{
	if (o != NULL)
		free(o->list);
}

/* ---- about them ---- */

const char *
forward_words(struct audit *a, const struct forward *w)
{
	int family = w->rule->chain->table->ruleset->family;
	const char *to;

	if (rule_target_is(w->rule, "REDIRECT"))
		return arena_printf(a->out.arena, "port %u of this host",
		    w->behind.port);
	to = number_text(a, family, w->address);
	if (w->behind.port == 0)
		return to;
	return arena_printf(a->out.arena, family == AF_INET6 ? "[%s]:%u" :
	    "%s:%u", to, w->behind.port);
}

bool
forward_ends(struct audit *a, unsigned f, const struct forward *w,
    bool outside, enum verdict v, struct region *r)
{
	const struct ifmatch *in = w->rule->in;
	const struct chain *c = filter_chain(a->lookup[f], w->local ?
	    HOOK_INPUT : HOOK_FORWARD);
	struct query q = { 0 };

	if (c == NULL)
		return false;
	query_masked(&q, F_CT, FCT_NEW | FCT_DST_NAT, FCT_STATE | FCT_DST_NAT,
	    false);
	if (!w->local)
		ask_value(a, f, &q, F_DST, w->address);
	if (w->behind.proto != 0)
		ask_proto(&q, w->behind.proto);
	if (w->behind.port != 0)
		ask_value(a, f, &q, F_DPORT, w->behind.port);
	if (in != NULL && !(w->rule->invert & INV_IN))
		query_iface(&q, F_IN, !in->wild ? in->name :
		    arena_printf(a->out.arena, "%s+", in->name), false);
	else if (outside)
		ask_outside(a, 0, &q);
	if (!ask_any(a, f, c, &q, v, r))
		return false;
	if (w->behind.port != 0)
		point_value(&r->witness, F_DPORT, w->behind.port);
	if (!w->local)
		point_value(&r->witness, F_DST, w->address);
	return true;
}

const char *
forward_owner(const struct forward *w)
{
	static const char *const containers[] = { "Docker", "Podman", "CNI",
	    "Kubernetes" };
	const char *owner = chain_owner(w->rule->chain);

	for (size_t i = 0; owner != NULL &&
	    i < sizeof(containers) / sizeof(*containers); i++)
		if (strcmp(owner, containers[i]) == 0)
			return owner;
	return NULL;
}
