#include "sim/expect.h"

#include "sim/ct.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

void
expects_init(struct expects *x, const struct env *env)
{
	long buckets = env_sysctl(env, "net.netfilter.nf_conntrack_buckets",
	    262144);
	long hashed = buckets / 256 > 0 ? buckets / 256 : 1;

	x->max = (unsigned)env_sysctl(env,
	    "net.netfilter.nf_conntrack_expect_max", hashed * 4);
	x->n_helps = 1;
	x->room_helps = 8;
	x->helps = mem_alloc(x->room_helps, sizeof(*x->helps));
	x->helps[0] = NULL;
}

void
expects_free(struct expects *x)
{
	free(x->helps);
	arena_free(&x->arena);
}

/* ---- life of an expectation ---- */

static struct expect **
bucket_of(struct expects *x, const struct tuple *t)
{
	uint64_t h = (t->dst.q[0] ^ t->dst.q[1] * 31) +
	    ((uint64_t)t->dport << 16 | (uint64_t)t->proto << 8 | t->family);

	h *= UINT64_C(0x9e3779b97f4a7c15);
	return &x->buckets[h >> (64 - EXPECT_BITS)];
}

static void
insert(struct expects *x, struct expect *e)
{
	struct expect **first = bucket_of(x, &e->tuple);
	struct ct_help *help = help_of(x, e->master);

	e->next = *first;
	e->prev = first;
	if (*first != NULL)
		(*first)->prev = &e->next;
	*first = e;
	e->older = help->expects;
	help->expects = e;
	help->n_expects++;
	x->n++;
}

/* nf_ct_unlink_expect; its contents stay for who has it. */
static void
take_out(struct expects *x, struct expect *e)
{
	struct ct_help *help = help_of(x, e->master);
	struct expect **p = &help->expects;

	while (*p != e)
		p = &(*p)->older;
	*p = e->older;
	help->n_expects--;
	*e->prev = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	x->n--;
	e->next = x->free;
	x->free = e;
}

/* Its time or that of its master is over. */
static bool
is_over(const struct expects *x, const struct expect *e)
{
	const struct ct *m = e->master;

	return e->timeout <= x->now || m->status & CTS_DYING ||
	    (m->status & CTS_CONFIRMED && m->timeout <= x->now);
}

/* The first of a bucket that is not over; those before it go. */
static struct expect *
live(struct expects *x, struct expect *e)
{
	while (e != NULL && is_over(x, e)) {
		struct expect *next = e->next;

		take_out(x, e);
		e = next;
	}
	return e;
}

static void
remove_over(struct expects *x)
{
	for (unsigned i = 0; i < 1u << EXPECT_BITS; i++)
		for (struct expect *e = live(x, x->buckets[i]); e != NULL;)
			e = live(x, e->next);
}

void
expect_remove_all(struct expects *x, const struct ct *master)
{
	struct ct_help *help = help_of(x, master);

	if (help != NULL)
		while (help->expects != NULL)
			take_out(x, help->expects);
}

void
expect_remove_newest(struct expects *x, const struct ct *master)
{
	take_out(x, help_of(x, master)->expects);
}

/* ---- meeting one ---- */

static bool
same_zone(const struct ct *a, uint16_t zone)
{
	return expect_zone(a->zone) == zone;
}

/* nf_ct_tuple_mask_cmp. */
static bool
fits(const struct tuple *t, const struct tuple *want, const union addr *mask,
    uint16_t port_mask)
{
	return addr_equal(&t->dst, &want->dst) && t->dport == want->dport &&
	    t->proto == want->proto && t->family == want->family &&
	    addr_equal_masked(&t->src, &want->src, mask) &&
	    ((t->sport ^ want->sport) & port_mask) == 0;
}

const struct expect *
expect_meet(struct expects *x, const struct tuple *t, uint16_t zone)
{
	struct expect *e = live(x, *bucket_of(x, t));

	while (e != NULL && !(fits(t, &e->tuple, &e->src_mask,
	    e->sport_mask) && same_zone(e->master, zone)))
		e = live(x, e->next);
	/* A master whose own packet is still on its way: nobody can know
	 * what was asked for. */
	if (e == NULL || (e->master->status & CTS_CONFIRMED) == 0)
		return NULL;
	if (!e->permanent)
		take_out(x, e);
	return e;
}

/* ---- making one ---- */

void
expect_init(struct expect *e, struct ct *master, const union addr *src,
    const union addr *dst, unsigned proto, uint16_t dport)
{
	uint8_t family = master->tuple[CT_ORIGINAL].family;

	*e = (struct expect){ .master = master, .tuple = {
	    .dst = *dst, .dport = dport, .proto = (uint8_t)proto,
	    .family = family } };
	if (src != NULL) {
		e->tuple.src = *src;
		memset(&e->src_mask, 0xff, family_addr_size(family));
	}
}

/* expect_matches, with master_matches. */
static bool
is_same(const struct expect *a, const struct expect *b)
{
	return a->master == b->master && tuple_equal(&a->tuple, &b->tuple) &&
	    addr_equal(&a->src_mask, &b->src_mask) &&
	    a->sport_mask == b->sport_mask;
}

/* expect_clash: could one connection meet both? */
static bool
clash(const struct expect *a, const struct expect *b)
{
	union addr mask = { .q = { a->src_mask.q[0] & b->src_mask.q[0],
	    a->src_mask.q[1] & b->src_mask.q[1] } };

	return fits(&a->tuple, &b->tuple, &mask,
	    a->sport_mask & b->sport_mask) &&
	    same_zone(a->master, expect_zone(b->master->zone));
}

static void
remove_oldest(struct expects *x, const struct ct_help *help)
{
	struct expect *e = help->expects;

	while (e->older != NULL)
		e = e->older;
	take_out(x, e);
}

/* __nf_ct_expect_check. */
static enum expected
check(struct expects *x, const struct expect *new, unsigned max)
{
	const struct ct_help *help = help_of(x, new->master);
	struct expect *e = live(x, *bucket_of(x, &new->tuple));

	for (; e != NULL; e = live(x, e->next)) {
		if (is_same(e, new)) {
			take_out(x, e);
			break;
		}
		if (clash(e, new))
			return EXPECT_BUSY;
	}
	if (help->n_expects >= max)
		remove_oldest(x, help);
	if (x->n >= x->max)
		remove_over(x);
	return x->n >= x->max ? EXPECT_FULL : EXPECT_OK;
}

enum expected
expect_add(struct expects *x, const struct expect *new, unsigned max,
    unsigned seconds)
{
	enum expected answer = check(x, new, max);
	struct expect *e = x->free;

	if (answer != EXPECT_OK)
		return answer;
	if (e != NULL)
		x->free = e->next;
	else
		e = arena_new(&x->arena, struct expect);
	*e = *new;
	e->timeout = x->tick + seconds * SECOND;
	insert(x, e);
	return EXPECT_OK;
}

/* ---- connections that have a helper ---- */

void
help_new(struct expects *x, struct ct *ct)
{
	uint32_t i = x->free_help;

	if (i != 0) {
		x->free_help = x->helps[i]->next_free;
		*x->helps[i] = (struct ct_help){ .expects = NULL };
	} else {
		vec_room(x->helps, x->n_helps, x->room_helps);
		i = x->n_helps++;
		x->helps[i] = arena_new(&x->arena, struct ct_help);
	}
	ct->help = i;
}

void
help_end(struct expects *x, struct ct *ct)
{
	if (ct->help == 0)
		return;
	expect_remove_all(x, ct);
	x->helps[ct->help]->next_free = x->free_help;
	x->free_help = ct->help;
	ct->help = 0;
}
