#include "sim/walk.h"

#include "base/lanes.h"

#include <string.h>

enum { LANES = 8 };

/* (what the packet has & mask) == want, for eight rules; what is inverted or
 * not asked has no mask.  Lanes that no rule has want the impossible. */
struct skip_block {
	union {
		eight v;
		uint32_t of[LANES];
	} src_mask, src, dst_mask, dst, proto_mask, proto;
};

static uint32_t
blocks_of(const struct cchain *cc)
{
	return (cc->n + LANES - 1) / LANES;
}

/* Of IPv6 addresses one word is looked at: that which most rules ask of. */
static uint8_t
best_word(const struct crule *r, uint32_t n, bool dst)
{
	uint32_t asked[4] = { 0 };
	uint8_t best = 0;

	for (uint32_t i = 0; i < n; i++)
		for (unsigned w = 0; w < 4 && r[i].v6 != NULL; w++)
			asked[w] += (dst ? &r[i].v6->dst_mask :
			    &r[i].v6->src_mask)->w[w] != 0;
	/* The last of those asked alike: the first words are the site's. */
	for (uint8_t w = 1; w < 4; w++)
		if (asked[w] != 0 && asked[w] >= asked[best])
			best = w;
	return best;
}

static void
set_addrs(const struct compiled *c, const struct cchain *cc,
    struct skip_block *b, unsigned lane, const struct crule *r)
{
	static const struct addr6_spec any;
	const struct addr6_spec *a = &any;
	struct addr4_spec s = r->v4;

	if (c->family == AF_INET6) {
		if (r->v6 != NULL)
			a = r->v6;
		s = (struct addr4_spec){
			.src = a->src.w[cc->src_word],
			.src_mask = a->src_mask.w[cc->src_word],
			.dst = a->dst.w[cc->dst_word],
			.dst_mask = a->dst_mask.w[cc->dst_word] };
	}
	if (!(r->invert & INV_SRC)) {
		b->src_mask.of[lane] = s.src_mask;
		b->src.of[lane] = s.src;
	}
	if (!(r->invert & INV_DST)) {
		b->dst_mask.of[lane] = s.dst_mask;
		b->dst.of[lane] = s.dst;
	}
}

static void
set_lane(const struct compiled *c, const struct cchain *cc,
    struct skip_block *b, unsigned lane, const struct crule *r)
{
	b->src.of[lane] = 0;
	set_addrs(c, cc, b, lane, r);
	if (r->proto != 0 && !(r->invert & INV_PROTO)) {
		b->proto_mask.of[lane] = UINT32_MAX;
		b->proto.of[lane] = r->proto;
	}
}

void
skip_build(struct compiled *c, struct arena *arena)
{
	uint32_t n = 0, next = 0;
	char *room;

	for (uint32_t i = 0; i < c->n_chains; i++)
		n += blocks_of(&c->chains[i]);
	room = arena_alloc(arena, (n + 1) * sizeof(*c->skip));
	room += (sizeof(eight) - (uintptr_t)room % sizeof(eight)) %
	    sizeof(eight);
	c->skip = (struct skip_block *)(void *)room;
	for (uint32_t i = 0; i < c->n_chains; i++) {
		struct cchain *cc = &c->chains[i];
		const struct crule *r = &c->crules[cc->first];

		cc->skip = next;
		cc->src_word = best_word(r, c->family == AF_INET6 ? cc->n : 0,
		    false);
		cc->dst_word = best_word(r, c->family == AF_INET6 ? cc->n : 0,
		    true);
		for (uint32_t k = 0; k < blocks_of(cc) * LANES; k++) {
			struct skip_block *b = &c->skip[next + k / LANES];

			b->src.of[k % LANES] = 1;	/* impossible */
			if (k < cc->n)
				set_lane(c, cc, b, k % LANES, &r[k]);
		}
		next += blocks_of(cc);
	}
}

struct has { int32_t src, dst, proto, proto_known; };

static struct has
packet_has(const struct cchain *cc, const struct packet *p)
{
	bool known = !p->proto_cut && !p->proto_bad;
	struct has h = { 0, 0, known ? p->proto : 0, known ? -1 : 0 };
	unsigned src = 12, dst = 16;

	if (p->family == AF_INET6) {
		src = 8 + 4U * cc->src_word;
		dst = 24 + 4U * cc->dst_word;
	}
	memcpy(&h.src, p->data + src, sizeof(h.src));
	memcpy(&h.dst, p->data + dst, sizeof(h.dst));
	return h;
}

static FOR_WIDE_VECTORS uint32_t
scan(const struct skip_block *b, uint32_t at, uint32_t n,
    const struct has *h)
{
	unsigned from = 255U << at % LANES & 255;

	for (uint32_t i = at / LANES; i * LANES < n; i++) {
		eight ok = ((b[i].src_mask.v & h->src) == b[i].src.v) &
		    ((b[i].dst_mask.v & h->dst) == b[i].dst.v) &
		    ((((b[i].proto_mask.v & h->proto) ^ b[i].proto.v) &
		    h->proto_known) == 0);
		unsigned bits = any_lane(&ok) ? lane_bits(&ok) & from : 0;

		if (bits != 0)
			return i * LANES + (uint32_t)__builtin_ctz(bits);
		from = 255;
	}
	return n;
}

uint32_t
skip_to(const struct compiled *c, const struct cchain *chain, uint32_t at,
    const struct packet *p)
{
	struct has h = packet_has(chain, p);

	return at == chain->n ? at : scan(&c->skip[chain->skip], at, chain->n,
	    &h);
}
