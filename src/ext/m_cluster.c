/* -m cluster: is the connection this node's? (xt_cluster.c) */
#include "ext/l4.h"

#include <stddef.h>

enum { MAX_NODES = 32 };
enum { OPT_TOTAL, OPT_NODE, OPT_MASK, OPT_SEED };

struct cluster {
	uint32_t total, mask, seed;
	uint8_t invert;
};

static bool
opt_node(struct opt_arg *a)
{
	struct cluster *c = a->data;

	if (!opt_u32(a))
		return false;
	c->mask = 1U << (c->mask - 1);
	return true;
}

/* iptables takes masks up to 32 only, but saves others: ours are read. */
static const struct opt opts[] = {
	[OPT_TOTAL] = { "--cluster-total-nodes", NULL, 1, OPT_REQUIRED,
	    opt_u32, .offset = offsetof(struct cluster, total), .min = 1,
	    .max = MAX_NODES },
	[OPT_NODE] = { "--cluster-local-node", NULL, 1, OPT_INVERT, opt_node,
	    .offset = offsetof(struct cluster, mask), .min = 1,
	    .max = MAX_NODES, .excludes = 1 << OPT_MASK,
	    .inv_offset = offsetof(struct cluster, invert), .inv_bit = 1 },
	[OPT_MASK] = { "--cluster-local-nodemask", NULL, 1, OPT_INVERT,
	    opt_u32, .offset = offsetof(struct cluster, mask), .min = 1,
	    .excludes = 1 << OPT_NODE,
	    .inv_offset = offsetof(struct cluster, invert), .inv_bit = 1 },
	[OPT_SEED] = { "--cluster-hash-seed", NULL, 1, OPT_REQUIRED, opt_u32,
	    .offset = offsetof(struct cluster, seed) },
	{ 0 },
};

static bool
check(struct ext_check *k)
{
	struct cluster *c = k->data;
	const char *bad = NULL;

	if (c->mask == 0)
		bad = "wants --cluster-local-node or "
		    "--cluster-local-nodemask";
	else if ((uint64_t)c->mask >= UINT64_C(1) << c->total)
		bad = "the local node is beyond the total";
	if (bad == NULL)
		return true;
	diag_error(k->diags, k->loc, "cluster: %s", bad);
	return false;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cluster *c = data;

	(void)how;
	save_opt(out, c->invert, "--cluster-local-nodemask");
	sbuf_printf(out, " 0x%08x --cluster-total-nodes %u "
	    "--cluster-hash-seed 0x%08x", c->mask, c->total, c->seed);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cluster *c = data;

	(void)how;
	sbuf_printf(out, " cluster %snode_mask=0x%08x total_nodes=%u "
	    "hash_seed=0x%08x", c->invert ? "!" : "", c->mask, c->total,
	    c->seed);
}

static uint32_t
rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* jhash_1word of the kernel (Bob Jenkins' lookup3). */
static uint32_t
hash(uint32_t word, uint32_t seed)
{
	static const uint8_t by[7] = { 14, 11, 25, 16, 4, 14, 24 };
	uint32_t h[3];
	unsigned i;

	h[0] = h[1] = h[2] = 0xdeadbeef + 4 + seed;
	h[0] += word;
	for (i = 0; i < 7; i++) {
		uint32_t *x = &h[(i + 2) % 3], y = h[(i + 1) % 3];

		*x = (*x ^ y) - rotate(y, by[i]);
	}
	return h[2];
}

/* ---- running ---- */

/* Frames to a multicast address of a cluster's network card are taken as
 * for this host. */
static void
take_frame(struct packet *p)
{
	bool multicast = p->family == AF_INET ?
	    (p->data[16] & 0xf0) == 0xe0 : p->data[24] == 0xff;

	if (p->type == PKT_MULTICAST && !multicast)
		p->type = PKT_HOST;
}

static uint32_t
node_of(const struct cluster *c, const struct ct *ct)
{
	uint32_t h;

	if (ct->master != NULL)
		ct = ct->master;
	/* Of an IPv6 address too only the first word counts: the kernel
	 * divides NF_CT_TUPLE_L3SIZE, 4, by the size of a word. */
	h = hash(ct->tuple[CT_ORIGINAL].src.w[0], c->seed);
	return (uint32_t)((uint64_t)h * c->total >> 32);
}

static enum tri
cluster_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct cluster *c = data;
	uint32_t node;

	if (ctx->pkt->ct == NULL)
		return MISS(why, "it has no connection");
	node = node_of(c, ctx->pkt->ct);
	if ((c->mask >> node & 1) != c->invert)
		return TRI_YES;
	return MISS(why, "its connection is node %u's, rule wants %s0x%x",
	    node + 1, c->invert ? "not " : "", c->mask);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	take_frame(ctx->pkt);
	return cluster_test(data, ctx, NULL);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *why)
{
	cluster_test(data, ctx, why);
}

const struct ext ext_m_cluster = {
	.name = "cluster",
	.kind = EXT_MATCH,
	.traits = EXT_NEEDS_CT | EXT_NEEDS_DEFRAG | EXT_SIDE_EFFECT,
	.size = sizeof(struct cluster),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
};
