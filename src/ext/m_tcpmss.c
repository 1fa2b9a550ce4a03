/* -m tcpmss: the maximum segment size of a TCP packet (xt_tcpmss.c). */
#include "ext/l4.h"

#include <stddef.h>

struct tcpmss {
	uint16_t mss[2];
	uint8_t invert;
};

enum { TCP_HEADER = 20 };

static bool
opt_mss(struct opt_arg *a)
{
	const struct tcpmss *m = a->data;

	if (!opt_u16range(a))
		return false;
	if (m->mss[0] > m->mss[1])
		return opt_error(a, "invalid range '%s'", a->text);
	return true;
}

static const struct opt opts[] = {
	{ "--mss", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_mss,
	    .offset = offsetof(struct tcpmss, mss),
	    .inv_offset = offsetof(struct tcpmss, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tcpmss *m = data;

	(void)how;
	save_range(out, m->invert, "--mss", m->mss[0], m->mss[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tcpmss *m = data;

	(void)how;
	sbuf_printf(out, " tcpmss match %s%u", m->invert ? "!" : "",
	    m->mss[0]);
	if (m->mss[0] != m->mss[1])
		sbuf_printf(out, ":%u", m->mss[1]);
}

/* The header is read in fragments that are not the first, too. */
static enum tri
tcpmss_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct tcpmss *m = data;
	uint32_t l4 = ctx->pkt->l4;
	enum tri result;
	const uint8_t *th, *op;
	unsigned size;
	int mss;

	if (ctx->pkt->proto_cut)
		return unknown(ctx, need_bytes);
	th = packet_bytes(ctx, l4, TCP_HEADER, &result);
	if (th == NULL)
		return result != TRI_NO ? result :
		    hotdrop(ctx, why, "too short for a tcp header");
	size = (th[12] >> 4) * 4;
	if (size < TCP_HEADER)
		return hotdrop(ctx, why, "tcp data offset below 5");
	op = packet_bytes(ctx, l4 + TCP_HEADER, size - TCP_HEADER, &result);
	if (op == NULL)
		return result != TRI_NO ? result :
		    hotdrop(ctx, why, "tcp options are cut off");
	mss = tcp_mss(op, size - TCP_HEADER);
	if (mss >= 0)
		return range_test(why, "mss", (unsigned)mss, m->mss[0],
		    m->mss[1], m->invert);
	return m->invert ? TRI_YES : MISS(why, "it has no mss option");
}

EVAL_BY(tcpmss);

/* No lower_l4: see there. */
static bool
lower(const void *data, struct lower *l)
{
	const struct tcpmss *m = data;

	lower_range(l, F_MSS, m->mss[0], m->mss[1], m->invert);
	return true;
}

const struct ext ext_m_tcpmss = {
	.name = "tcpmss",
	.kind = EXT_MATCH,
	.protos = { 6 },
	.size = sizeof(struct tcpmss),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = tcpmss_eval,
	.explain = tcpmss_explain,
	.lower = lower,
};
