/* -m connlimit: how many connections an address has.  Kernel:
 * xt_connlimit.c, nf_conncount.c.
 *
 * For each address the rule keeps the tuples of the connections that it was
 * asked about; one that is gone or closed by now is forgotten when the list
 * is gone through. */
#include "ext/host.h"
#include "ext/l4.h"
#include "ext/rate.h"
#include "ext/store.h"

#include <netinet/in.h>

struct connlimit {
	uint32_t limit;
	uint8_t plen, dst, upto;
};

static void
init(void *data, int family)
{
	((struct connlimit *)data)->plen = (uint8_t)family_bits(family);
}

enum { O_UPTO, O_ABOVE, O_MASK, O_SADDR, O_DADDR };

static bool
read_limit(struct opt_arg *a)
{
	bool upto = a->opt - a->ext->opts == O_UPTO;

	((struct connlimit *)a->data)->upto = upto != a->negate;
	return opt_u32(a);
}

static bool
read_mask(struct opt_arg *a)
{
	unsigned plen, bits = family_bits(a->family);

	if (!plen_read(a->text, a->family, &plen))
		return opt_error(a, "bad value for option "
		    "\"--connlimit-mask\", neither a valid network mask nor "
		    "valid CIDR (0-%u).", bits);
	/* A mask that is no prefix becomes a full one. */
	((struct connlimit *)a->data)->plen = (uint8_t)(plen > bits ? bits :
	    plen);
	return true;
}

static bool
read_side(struct opt_arg *a)
{
	((struct connlimit *)a->data)->dst =
	    a->opt - a->ext->opts == O_DADDR;
	return true;
}

static const struct opt opts[] = {
	[O_UPTO] = { .name = "--connlimit-upto", .args = 1,
	    .flags = OPT_INVERT, .read = read_limit,
	    .offset = offsetof(struct connlimit, limit),
	    .excludes = 1 << O_ABOVE },
	[O_ABOVE] = { .name = "--connlimit-above", .args = 1,
	    .flags = OPT_INVERT, .read = read_limit,
	    .offset = offsetof(struct connlimit, limit),
	    .excludes = 1 << O_UPTO },
	[O_MASK] = { .name = "--connlimit-mask", .args = 1,
	    .read = read_mask },
	[O_SADDR] = { .name = "--connlimit-saddr", .read = read_side,
	    .excludes = 1 << O_DADDR },
	[O_DADDR] = { .name = "--connlimit-daddr", .read = read_side,
	    .excludes = 1 << O_SADDR },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen & (1 << O_UPTO | 1 << O_ABOVE))
		return true;
	diag_error(c->diags, c->loc, "connlimit: You must specify "
	    "\"--connlimit-above\" or \"--connlimit-upto\".");
	return false;
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connlimit *c = data;

	(void)p;
	sbuf_printf(out, " --connlimit-%s %u --connlimit-mask %u "
	    "--connlimit-%s", c->upto ? "upto" : "above", c->limit, c->plen,
	    c->dst ? "daddr" : "saddr");
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connlimit *c = data;

	(void)p;
	sbuf_printf(out, " #conn %s/%u %s %u", c->dst ? "dst" : "src",
	    c->plen, c->upto ? "<=" : ">", c->limit);
}

/* ---- running ---- */

/* The kernel goes through a list at most once a tick, unless it grew by so
 * many since; and lets go of that many at once. */
enum { MAX_COLLECT = 64 };

struct node {				/* a connection that was counted */
	struct node *next;
	struct tuple tuple;
	uint16_t zone;			/* its number */
	uint16_t zone_orig;		/* where the tuple is looked up */
};

struct zones { uint16_t id, orig; };

struct key { union addr addr; uint64_t zone; };

struct conns {				/* of one address */
	struct key key;
	struct node *first, **end;
	uint32_t count, gc_count;
	uint64_t gc;			/* tick */
};

struct counted {			/* a rule's */
	struct store by_addr;		/* struct conns */
	struct arena *arena;
	struct node *free;
	union addr mask;
};

static void *
memory(const void *data, int family, struct memory *m)
{
	const struct connlimit *c = data;
	struct counted *k = arena_new(m->arena, struct counted);

	store_init(&k->by_addr, m->arena, sizeof(struct key),
	    sizeof(struct conns));
	k->arena = m->arena;
	addr_mask(&k->mask, family, c->plen);
	return k;
}

static struct zones
zones_of(const struct ct *ct)
{
	uint16_t orig = ct->zone[CT_ORIGINAL];

	return (struct zones){ orig ? orig : ct->zone[CT_REPLY], orig };
}

static bool
is_closed(const struct ct *ct)
{
	return ct->tuple[CT_ORIGINAL].proto == IPPROTO_TCP &&
	    (ct->tcp.state == TCP_CT_TIME_WAIT ||
	    ct->tcp.state == TCP_CT_CLOSE);
}

static bool
same_tuple(const struct tuple *a, const struct tuple *b)
{
	return addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst) &&
	    a->sport == b->sport && a->dport == b->dport &&
	    a->proto == b->proto;
}

static void
append(struct counted *k, struct conns *c, const struct tuple *tuple,
    struct zones zone)
{
	struct node *n = k->free;

	if (n != NULL)
		k->free = n->next;
	else
		n = arena_new(k->arena, struct node);
	n->next = NULL;
	n->tuple = *tuple;
	n->zone = zone.id;
	n->zone_orig = zone.orig;
	if (c->first == NULL)
		c->end = &c->first;
	*c->end = n;
	c->end = &n->next;
	c->count++;
}

static void
drop_node(struct counted *k, struct conns *c, struct node **at)
{
	struct node *n = *at;

	*at = n->next;
	if (n->next == NULL)
		c->end = at;
	n->next = k->free;
	k->free = n;
	c->count--;
}

/* Forgets what is gone or closed.  With a tuple it ends where that one is,
 * and says that it is there. */
static bool
collect(struct counted *k, struct conns *c, struct ctx *ctx,
    const struct tuple *tuple, struct zones zone)
{
	unsigned gone = 0;

	for (struct node **at = &c->first; *at != NULL &&
	    gone <= MAX_COLLECT;) {
		const struct node *n = *at;
		const struct ct *ct = ctx->svc->find_ct(ctx->sim, &n->tuple,
		    n->zone_orig);

		if (ct != NULL && tuple != NULL && n->zone == zone.id &&
		    same_tuple(&n->tuple, tuple))
			return true;
		if (ct != NULL && !is_closed(ct)) {
			at = &(*at)->next;
			continue;
		}
		drop_node(k, c, at);
		gone++;
	}
	c->gc = jiffies_of(ctx);
	c->gc_count = c->count;
	return false;
}

static bool
just_collected(const struct conns *c, uint64_t now)
{
	return c->gc == now && c->count - c->gc_count < MAX_COLLECT;
}

/* How many the address of the packet has, this one included; 0: the kernel
 * drops the packet.  That is meant for what has no tuple, but happens too
 * when the last counted connection has just closed and the packet is of an
 * ASSURED one, which is not counted any more (nf_conncount.c). */
static uint32_t
count(struct counted *k, struct ctx *ctx, const struct key *key)
{
	struct conns *c = store_find(&k->by_addr, key);
	const struct ct *ct = ctx->pkt->ct;
	uint64_t now = jiffies_of(ctx);
	struct tuple tuple;
	struct zones zone = { 0, 0 };

	if (ct != NULL) {
		tuple = ct->tuple[CT_ORIGINAL];
		zone = zones_of(ct);
	} else if (ctx->svc->tuple(ctx->sim, ctx->pkt, &tuple)) {
		ct = ctx->svc->find_ct(ctx->sim, &tuple, 0);
	} else {
		return 0;
	}
	if (c == NULL) {
		c = store_add(&k->by_addr, key);
		c->gc = now;
		append(k, c, &tuple, zone);
		c->gc_count = c->count;
	} else if (ct != NULL && (ct->status & CTS_CONFIRMED)) {
		if (!(ct->status & CTS_ASSURED)) {
			if (!collect(k, c, ctx, &tuple, zone))
				append(k, c, &tuple, zone);
		} else if (!just_collected(c, now)) {
			collect(k, c, ctx, NULL, zone);
		}
	} else if (just_collected(c, now) ||
	    !collect(k, c, ctx, &tuple, zone)) {
		append(k, c, &tuple, zone);
	}
	return c->count;
}

static void
key_of(const struct connlimit *c, const struct counted *k,
    const struct packet *p, struct key *key)
{
	if (c->dst)
		pkt_dst(p, &key->addr);
	else
		pkt_src(p, &key->addr);
	key->addr.q[0] &= k->mask.q[0];
	key->addr.q[1] &= k->mask.q[1];
	key->zone = p->ct != NULL ? zones_of(p->ct).id : 0;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct connlimit *c = data;
	struct counted *k = ctx->memory;
	struct key key;
	uint32_t n;

	key_of(c, k, ctx->pkt, &key);
	n = count(k, ctx, &key);
	if (n == 0) {
		ctx->hotdrop = true;
		return TRI_NO;
	}
	return tri_of((n > c->limit) != c->upto);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct connlimit *c = data;
	const struct counted *k = ctx->memory;
	const struct conns *found;
	struct key key;

	key_of(c, k, ctx->pkt, &key);
	found = store_find(&k->by_addr, &key);
	addr_print(out, ctx->pkt->family, &key.addr);
	sbuf_printf(out, "/%u has %u counted connections, rule wants %s %u",
	    c->plen, found ? found->count : 0, c->upto ? "at most" :
	    "more than", c->limit);
}

static const char *
shared(const void *data, int family)
{
	const struct connlimit *c = data;

	(void)family;
	return c->dst ? "connections are counted for each destination" :
	    "connections are counted for each source";
}

const struct ext ext_m_connlimit = {
	.name = "connlimit",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT | EXT_NEEDS_CT,
	.size = sizeof(struct connlimit),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};
