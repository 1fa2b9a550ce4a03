/* Who accepts new packets from outside. */
#include "analysis/exposure.h"
#include "analysis/program.h"

#include <netinet/in.h>
#include <stdlib.h>

enum {
	BOXES = 64,			/* of one opening */
	TH_SYN = 0x02
};

/* Of all addresses: the unicast ones of IPv6 are an eighth. */
static const double nearly_all = 0.1;

struct adding { struct openings *to; struct arena *arena; unsigned way; };

static bool
is_seen(struct adding *x, const struct rule *r)
{
	const struct rule **key;

	if (map_get(&x->to->rules, (const char *)&r, sizeof(r)) != NULL)
		return true;
	key = arena_copy(x->arena, &r, sizeof(r));
	map_set(&x->to->rules, x->arena, (const char *)key, sizeof(r), x);
	return false;
}

static bool
add_opening(const struct region *r, void *arg)
{
	struct adding *x = arg;
	struct openings *o = x->to;

	vec_room(o->list, o->n, o->room);
	o->list[o->n++] = (struct opening){ .rule = r->rule,
	    .policy = r->policy, .possible = r->possible,
	    .again = is_seen(x, r->rule), .set = r->set, .way = x->way,
	    .witness = r->witness };
	return true;
}

static void
ask_way(const struct audit *a, unsigned f, unsigned way, struct query *q)
{
	ask_outside(a, way, q);
	ask_new(a, f, q);
}

static void
find_openings(struct audit *a, unsigned f, enum hook hook,
    struct openings *o)
{
	struct adding x = { o, a->exposure->arena, 0 };

	o->chain = a->rules[f]->tables[TABLE_FILTER].builtin[hook];
	for (; o->chain != NULL && x.way < outside_ways(a); x.way++) {
		struct query q = { 0 };

		ask_way(a, f, x.way, &q);
		if (!dropped_before(a, f, hook, &q))
			analysis_regions_of(a->sets[f], o->chain, &q, V_ACCEPT,
			    0, x.arena, add_opening, &x);
		query_free(&q);
	}
}

struct openings *
openings_of(struct audit *a, unsigned f, enum hook hook)
{
	struct openings **o = &a->exposure->openings[f][hook];

	if (*o == NULL) {
		*o = arena_new(a->exposure->arena, struct openings);
		find_openings(a, f, hook, *o);
	}
	return *o;
}

/* The region that is as certain as the opening is. */
static bool
keep_set(const struct region *r, void *arg)
{
	struct opening *o = arg;

	if (r->possible != o->possible)
		return true;
	o->set = r->set;
	o->complete = r->complete;
	o->witness = r->witness;
	return false;
}

void
opening_cut(struct audit *a, unsigned f, enum hook hook, struct opening *o)
{
	static const struct hs nothing;
	struct query q = { 0 };

	if (o->cut)
		return;
	o->cut = o->complete = true;
	o->set = &nothing;
	ask_way(a, f, o->way, &q);
	analysis_regions_by(a->sets[f], openings_of(a, f, hook)->chain, &q,
	    o->rule, BOXES, a->exposure->arena, keep_set, o);
	query_free(&q);
}

void
exposure_free(struct exposure *e)
{
	if (e == NULL)
		return;
	for (unsigned f = 0; f < 2; f++) {
		for (unsigned h = 0; h < N_HOOKS; h++)
			if (e->openings[f][h] != NULL)
				free(e->openings[f][h]->list);
		forwards_free(e->forwards[f]);
	}
}

/* ---- what comes in ---- */

bool
box_kind(const struct audit *a, unsigned f, enum hook hook, struct kind k,
    hs_cell *box)
{
	const struct hs_space *s = analysis_space(a->sets[f]);

	if (k.proto != IPPROTO_IP && !box_value(s, box, F_PROTO, k.proto))
		return false;
	if (k.port != 0 && (!box_value(s, box, F_DPORT, k.port) ||
	    !box_value(s, box, F_SPORT, 49152)))
		return false;
	if (k.proto == IPPROTO_TCP && !box_value(s, box, F_TCPFLAGS, TH_SYN))
		return false;
	return box_usual(a, f, hook, box);
}

static void
set_witness(const struct hs_space *s, const hs_cell *box, struct kind k,
    struct point *p)
{
	hs_point(s, box, p);
	if (k.port != 0)
		point_value(p, F_DPORT, k.port);
}

/* How much of it is as people expect to see it. */
static unsigned
usualness(const struct hs_space *s, const struct point *p)
{
	struct point any;

	hs_point(s, s->all, &any);
	return (p->value[F_SRC] == any.value[F_SRC] ? 1u : 0) +
	    (p->value[F_DST] == any.value[F_DST] ? 1u : 0) +
	    (strcmp(p->iface[field_iface(F_IN)],
	    any.iface[field_iface(F_IN)]) == 0 ? 1u : 0);
}

static void
lets_in(const struct audit *a, unsigned f, enum hook hook,
    const struct opening *o, struct kind k, struct let_in *in)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	struct share sources = { 0 }, to = { 0 };
	hs_cell box[HS_MAX_DIMS];
	unsigned best = 0;
	struct point p;

	*in = (struct let_in){ .any = false };
	for (unsigned i = 0; i < o->set->n; i++) {
		memcpy(box, hs_box(s, o->set, i), s->n * sizeof(*box));
		if (!box_kind(a, f, hook, k, box))
			continue;
		set_witness(s, box, k, &p);
		if (!in->any || usualness(s, &p) > best) {
			in->condition = box_condition(s, box);
			in->witness = p;
			best = usualness(s, &p);
		}
		in->any = true;
		in->any_iface |= box_any_iface(s, box, F_IN);
		in->out_iface |= box_any_iface(s, box, F_OUT);
		share_add(&sources, s, box, F_SRC);
		share_add(&to, s, box, F_DST);
	}
	in->open = share_of_all(&sources, s, F_SRC) >= nearly_all;
	in->any_dst = share_of_all(&to, s, F_DST) >= nearly_all;
	share_free(&sources);
	share_free(&to);
}

bool
opening_takes(struct audit *a, unsigned f, enum hook hook,
    const struct opening *o, struct query *q, struct point *witness)
{
	struct opening part = *o;

	part.set = NULL;
	ask_way(a, f, o->way, q);
	analysis_regions_by(a->sets[f], openings_of(a, f, hook)->chain, q,
	    o->rule, 0, a->out.arena, keep_set, &part);
	query_free(q);
	*witness = part.witness;
	return part.set != NULL;
}

/* Where earlier rules leave too many pieces to list them: is there still one
 * of this kind? */
static void
look_closer(struct audit *a, unsigned f, enum hook hook,
    const struct opening *o, struct kind k, struct let_in *in)
{
	struct query q = { 0 };
	bool some;

	if (k.proto != IPPROTO_IP)
		ask_proto(&q, k.proto);
	if (k.port != 0) {
		ask_value(a, f, &q, F_DPORT, k.port);
		ask_value(a, f, &q, F_SPORT, 49152);
	}
	some = opening_takes(a, f, hook, o, &q, &in->witness);
	in->any &= some;
	in->open &= some;
	if (k.port != 0)
		point_value(&in->witness, F_DPORT, k.port);
}

void
opening_lets_in(struct audit *a, unsigned f, enum hook hook,
    struct opening *o, struct kind k, struct let_in *in)
{
	lets_in(a, f, hook, o, k, in);
	if (!in->open)
		return;
	if (!o->cut) {
		opening_cut(a, f, hook, o);
		lets_in(a, f, hook, o, k, in);
	}
	if (in->any && !o->complete)
		look_closer(a, f, hook, o, k, in);
}

bool
opening_is_wide(struct audit *a, unsigned f, enum hook hook,
    struct opening *o)
{
	static const struct kind probes[] = { { IPPROTO_TCP, 1 },
	    { IPPROTO_TCP, 79 }, { IPPROTO_TCP, 1234 }, { IPPROTO_TCP, 31337 },
	    { IPPROTO_TCP, 65000 }, { IPPROTO_UDP, 1 }, { IPPROTO_UDP, 1234 },
	    { IPPROTO_UDP, 31337 }, { IPPROTO_UDP, 65000 },
	    { IPPROTO_SCTP, 0 } };
	enum { N_PROBES = sizeof(probes) / sizeof(*probes) };
	unsigned passed = 0;

	/* Earlier rules may have taken one or two of them. */
	for (unsigned i = 0; i < N_PROBES && passed + 2 >= i; i++) {
		struct let_in in;

		opening_lets_in(a, f, hook, o, probes[i], &in);
		passed += in.open && in.condition == NULL;
	}
	return passed + 2 >= N_PROBES;
}

bool
rule_takes(const struct audit *a, unsigned f, enum hook hook,
    const struct rule *r, struct kind k)
{
	const struct rule_set *own = rule_set_of(a->sets[f], r);
	const struct hs_space *s = analysis_space(a->sets[f]);
	hs_cell box[HS_MAX_DIMS];

	for (unsigned i = 0; i < own->n; i++) {
		memcpy(box, hs_box(s, &a->sets[f]->boxes, own->first + i),
		    s->n * sizeof(*box));
		if (box_kind(a, f, hook, k, box))
			return true;
	}
	return false;
}
