#include "reports/summary.h"

#include "base/diag.h"
#include "model/pair.h"

#include <stdlib.h>
#include <string.h>

/* Two kinds of tables by open addressing: decisions by who decided, flows by
 * a 64-bit hash of their ends (a clash merges two flows: one in 2^64). */
struct flow_slot {
	uint64_t hash;			/* 0: free */
	struct lost_flow *lost;		/* null: nothing was lost */
};

struct summary {
	struct arena *arena;
	struct counts total, by_disposition[N_DISPOSITIONS];
	struct decision **decisions;	/* slots */
	unsigned n_decisions, room_decisions;
	struct decision *last;
	struct flow_slot *flows;
	uint64_t n_flows, room_flows, n_lost;
	struct lost_flow **lost;
	unsigned n_lost_kept, room_lost;
	struct lost_flow rest;		/* those beyond the limit */
	struct unknown_met *unknowns;
	unsigned n_unknowns, room_unknowns;
	const uint8_t *expected;	/* packet whose flow's hash is ... */
	uint64_t hash;			/* ... this; 0: it has none */
	struct summary_view view;
	const struct decision **sorted;
};

struct summary *
summary_new(struct arena *arena)
{
	struct summary *s = mem_alloc(1, sizeof(*s));

	*s = (struct summary){ .arena = arena, .room_decisions = 64,
	    .room_flows = 1024 };
	s->decisions = mem_alloc(s->room_decisions, sizeof(*s->decisions));
	s->flows = mem_alloc(s->room_flows, sizeof(*s->flows));
	return s;
}

void
summary_free(struct summary *s)
{
	if (s == NULL)
		return;
	free(s->decisions);
	free(s->flows);
	free(s->lost);
	free(s->unknowns);
	free(s->sorted);
	free(s);
}

static void
count(struct counts *c, uint32_t bytes)
{
	c->packets++;
	c->bytes += bytes;
}

/* ---- decisions ---- */

static bool
decision_is(const struct decision *d, const struct summary_packet *p)
{
	return d->rule == p->rule && d->chain == p->chain &&
	    d->disposition == p->disposition && d->reason == p->reason;
}

/* Every bit hangs on every bit: the sum of two ends is not that of two others
 * because their last bytes add up to the same (murmur's finalizer with
 * Stafford's constants). */
static uint64_t
scramble(uint64_t h)
{
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

static uint64_t
decision_hash(const struct rule *rule, const struct chain *chain,
    unsigned disposition, unsigned reason)
{
	return scramble((uint64_t)(uintptr_t)rule ^
	    (uint64_t)(uintptr_t)chain << 7 ^ disposition * 64 ^ reason);
}

static struct decision **
decision_slot(struct decision **slots, unsigned room,
    const struct summary_packet *p)
{
	uint64_t i = decision_hash(p->rule, p->chain, p->disposition,
	    p->reason);

	while (slots[i & (room - 1)] != NULL &&
	    !decision_is(slots[i & (room - 1)], p))
		i++;
	return &slots[i & (room - 1)];
}

static void
decisions_grow(struct summary *s)
{
	unsigned room = s->room_decisions * 2;
	struct decision **slots = mem_alloc(room, sizeof(*slots));

	for (unsigned i = 0; i < s->room_decisions; i++) {
		struct decision *d = s->decisions[i];

		if (d != NULL)
			*decision_slot(slots, room, &(struct summary_packet){
			    .rule = d->rule, .chain = d->chain,
			    .disposition = d->disposition,
			    .reason = d->reason }) = d;
	}
	free(s->decisions);
	s->decisions = slots;
	s->room_decisions = room;
}

static struct decision *
decide(struct summary *s, const struct summary_packet *p)
{
	struct decision **slot;

	if (s->last != NULL && decision_is(s->last, p))
		return s->last;
	slot = decision_slot(s->decisions, s->room_decisions, p);
	if (*slot == NULL) {
		*slot = arena_new(s->arena, struct decision);
		**slot = (struct decision){ p->disposition, p->reason, p->rule,
		    p->chain, { 0, 0 } };
		s->last = *slot;
		if (++s->n_decisions * 2 > s->room_decisions)
			decisions_grow(s);
		return s->last;
	}
	return s->last = *slot;
}

/* ---- flows ---- */

static uint64_t
end_hash(const union addr *a, uint16_t port)
{
	return scramble(scramble(a->q[0] ^ UINT64_C(0x5bd1e9955bd1e995)) ^
	    a->q[1] ^ (uint64_t)port << 17);
}

/* The same for both directions; never 0. */
static uint64_t
flow_hash(const struct flow_key *k)
{
	bool ports = k->has_ports;
	uint64_t h = end_hash(&k->src, ports ? k->sport : 0) +
	    end_hash(&k->dst, ports ? k->dport : 0);

	h = scramble(h ^ (uint64_t)k->proto << 8 ^ k->family);
	return h ? h : 1;
}

/* An ICMP error is of a flow of its own for each pair of hosts that it tells
 * about, so that no flow is in two shards. */
static uint64_t
quoted_hash(const struct flow_key *k, const uint8_t *l3, uint32_t have)
{
	struct addr_pair pair;

	return k->is_icmp && addr_pair_read(&pair, l3, have) && pair.quoted ?
	    addr_pair_hash(&pair) : 0;
}

/* Whole TCP and UDP packets of IPv4 without further ado. */
static uint64_t
packet_hash(const uint8_t *l3, uint32_t have)
{
	struct flow_key k;
	uint32_t l4 = (l3[0] & 15u) * 4;

	if (l3[0] >> 4 == 4 && (l3[9] == 6 || l3[9] == 17) && l4 >= 20 &&
	    have >= l4 + 4 && ((l3[6] & 0x3f) | l3[7]) == 0) {
		k = (struct flow_key){ .family = AF_INET, .proto = l3[9],
		    .has_ports = true,
		    .sport = (uint16_t)(l3[l4] << 8 | l3[l4 + 1]),
		    .dport = (uint16_t)(l3[l4 + 2] << 8 | l3[l4 + 3]) };
		memcpy(k.src.b, l3 + 12, 4);
		memcpy(k.dst.b, l3 + 16, 4);
		return flow_hash(&k);
	}
	return flow_key_read(&k, l3, have) ? flow_hash(&k) ^
	    quoted_hash(&k, l3, have) : 0;
}

static struct flow_slot *
flow_slot(struct flow_slot *slots, uint64_t room, uint64_t hash)
{
	uint64_t i = hash;

	while (slots[i & (room - 1)].hash != 0 &&
	    slots[i & (room - 1)].hash != hash)
		i++;
	return &slots[i & (room - 1)];
}

static void
flows_grow(struct summary *s)
{
	uint64_t room = s->room_flows * 4;
	struct flow_slot *slots = mem_alloc(room, sizeof(*slots));

	for (uint64_t i = 0; i < s->room_flows; i++)
		if (s->flows[i].hash != 0)
			*flow_slot(slots, room, s->flows[i].hash) =
			    s->flows[i];
	free(s->flows);
	s->flows = slots;
	s->room_flows = room;
}

static struct flow_slot *
flow_of(struct summary *s, uint64_t hash)
{
	struct flow_slot *f = flow_slot(s->flows, s->room_flows, hash);

	if (f->hash != 0)
		return f;
	if ((s->n_flows + 1) * 2 > s->room_flows) {
		flows_grow(s);
		f = flow_slot(s->flows, s->room_flows, hash);
	}
	f->hash = hash;
	s->n_flows++;
	return f;
}

static void
lose(struct summary *s, struct flow_slot *f, const struct decision *why,
    const struct summary_packet *p)
{
	struct flow_key k = { 0 };

	if (f->lost == NULL) {
		s->n_lost++;
		f->lost = &s->rest;
		if (s->n_lost_kept < MAX_LOST_FLOWS) {
			flow_key_read(&k, p->l3, p->have);
			f->lost = arena_new(s->arena, struct lost_flow);
			*f->lost = (struct lost_flow){ k, why, p->in,
			    p->frame, p->file, p->time, { 0, 0 } };
			vec_room(s->lost, s->n_lost_kept, s->room_lost);
			s->lost[s->n_lost_kept++] = f->lost;
		}
	}
	if (f->lost != &s->rest)
		count(&f->lost->counts, p->bytes);
}

static void
meet_unknown(struct summary *s, const struct summary_packet *p)
{
	unsigned i = 0;

	while (i < s->n_unknowns && s->unknowns[i].rule != p->unknown)
		i++;
	if (i == s->n_unknowns) {
		vec_room(s->unknowns, s->n_unknowns, s->room_unknowns);
		s->unknowns[s->n_unknowns++] = (struct unknown_met){
		    p->unknown, 0 };
	}
	s->unknowns[i].times += p->n_unknown;
}

void
summary_expect(struct summary *s, const uint8_t *l3, uint32_t have)
{
	s->expected = l3;
	s->hash = packet_hash(l3, have);
	__builtin_prefetch(&s->flows[s->hash & (s->room_flows - 1)]);
}

void
summary_add(struct summary *s, const struct summary_packet *p)
{
	struct decision *d = decide(s, p);
	struct flow_slot *f;

	count(&s->total, p->bytes);
	count(&s->by_disposition[p->disposition], p->bytes);
	count(&d->counts, p->bytes);
	if (p->n_unknown != 0)
		meet_unknown(s, p);
	if (p->l3 == NULL)
		return;
	if (s->expected != p->l3)
		s->hash = packet_hash(p->l3, p->have);
	s->expected = NULL;
	if (s->hash == 0)
		return;
	f = flow_of(s, s->hash);
	if (p->disposition != DISP_ACCEPT && p->disposition != DISP_STOLEN)
		lose(s, f, d, p);
}

/* ---- the view ---- */

/* Of equally many packets the one that comes first in the ruleset, so that
 * the order does not hang on addresses in memory. */
static int
by_place(const struct decision *a, const struct decision *b)
{
	const struct chain *x = a->rule ? a->rule->chain : a->chain;
	const struct chain *y = b->rule ? b->rule->chain : b->chain;

	if (x == NULL || y == NULL)
		return x != NULL ? -1 : y != NULL ? 1 :
		    (int)a->reason - (int)b->reason;
	if (x->table->ruleset->family != y->table->ruleset->family)
		return x->table->ruleset->family - y->table->ruleset->family;
	if (x->table->id != y->table->id)
		return (int)x->table->id - (int)y->table->id;
	if (x != y)
		return strcmp(x->name, y->name);
	if ((a->rule ? a->rule->number : 0) != (b->rule ? b->rule->number : 0))
		return (a->rule ? a->rule->number : 0) <
		    (b->rule ? b->rule->number : 0) ? -1 : 1;
	return (int)a->reason - (int)b->reason;
}

static int
by_packets(const void *a, const void *b)
{
	const struct decision *x = *(const struct decision *const *)a;
	const struct decision *y = *(const struct decision *const *)b;

	if (x->counts.packets != y->counts.packets)
		return x->counts.packets < y->counts.packets ? 1 : -1;
	return by_place(x, y);
}

static int
flow_by_packets(const void *a, const void *b)
{
	const struct lost_flow *x = *(const struct lost_flow *const *)a;
	const struct lost_flow *y = *(const struct lost_flow *const *)b;

	if (x->counts.packets != y->counts.packets)
		return x->counts.packets < y->counts.packets ? 1 : -1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static int
unknown_by_times(const void *a, const void *b)
{
	const struct unknown_met *x = a, *y = b;

	if (x->times != y->times)
		return x->times < y->times ? 1 : -1;
	return by_place(&(struct decision){ .rule = x->rule },
	    &(struct decision){ .rule = y->rule });
}

const struct summary_view *
summary_view(struct summary *s)
{
	struct summary_view *v = &s->view;
	unsigned n = 0;

	*v = (struct summary_view){ .total = s->total, .flows = s->n_flows,
	    .lost = s->n_lost, .n_lost_flows = s->n_lost_kept,
	    .unknowns = s->unknowns, .n_unknowns = s->n_unknowns };
	memcpy(v->by_disposition, s->by_disposition,
	    sizeof(v->by_disposition));
	free(s->sorted);
	s->sorted = mem_alloc(s->n_decisions + 1, sizeof(*s->sorted));
	for (unsigned i = 0; i < s->room_decisions; i++)
		if (s->decisions[i] != NULL)
			s->sorted[n++] = s->decisions[i];
	qsort(s->sorted, n, sizeof(*s->sorted), by_packets);
	if (s->n_lost_kept != 0)
		qsort(s->lost, s->n_lost_kept, sizeof(*s->lost),
		    flow_by_packets);
	if (s->n_unknowns != 0)
		qsort(s->unknowns, s->n_unknowns, sizeof(*s->unknowns),
		    unknown_by_times);
	v->decisions = s->sorted;
	v->n_decisions = n;
	v->lost_flows = s->lost;
	return v;
}
