/* -m quota: true until so many bytes went by.  Kernel: xt_quota.c. */
#include "ext/ext.h"

struct quota {
	uint64_t bytes;
	uint8_t invert;
};

static const struct opt opts[] = {
	{ .name = "--quota", .args = 1, .flags = OPT_REQUIRED | OPT_INVERT,
	    .read = opt_u64, .offset = offsetof(struct quota, bytes),
	    .inv_offset = offsetof(struct quota, invert), .inv_bit = 1 },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct quota *q = data;

	(void)p;
	save_opt(out, q->invert, "--quota");
	sbuf_printf(out, " %llu", (unsigned long long)q->bytes);
}

/* iptables -L does not show the inversion. */
static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct quota *q = data;

	(void)p;
	sbuf_printf(out, " quota: %llu bytes", (unsigned long long)q->bytes);
}

static void *
memory(const void *data, int family, struct memory *m)
{
	const struct quota *q = data;

	(void)family;
	return arena_copy(m->arena, &q->bytes, sizeof(q->bytes));
}

/* The first packet that does not fit ends it for all smaller ones too. */
static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct quota *q = data;
	uint64_t *left = ctx->memory;
	bool fits = *left >= ctx->pkt->len;

	*left = fits ? *left - ctx->pkt->len : 0;
	return tri_of(fits != q->invert);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct quota *q = data;
	const uint64_t *left = ctx->memory;

	sbuf_printf(out, "%llu bytes are left of the quota of %llu",
	    (unsigned long long)*left, (unsigned long long)q->bytes);
}

static const char *
shared(const void *data, int family)
{
	(void)data;
	(void)family;
	return "one quota for all packets";
}

const struct ext ext_m_quota = {
	.name = "quota",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.size = sizeof(struct quota),
	.opts = opts,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};
