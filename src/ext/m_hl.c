/* -m hl: the hop limit (xt_hl.c). */
#include "ext/ttl.h"

#include <stddef.h>

static const struct opt opts[] = {
	OPTS_TTL("hl"),
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	ttl_save(data, "hl", out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	ttl_list(data, "HL", out);
}

static enum tri
hl_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return ttl_value_test(data, "hop limit", ctx->pkt->data[7], why);
}

EVAL_BY(hl);

const struct ext ext_m_hl = {
	.name = "hl",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct ttl),
	.opts = opts,
	.check = ttl_check,
	.save = save,
	.list = list,
	.eval = hl_eval,
	.explain = hl_explain,
	.lower = ttl_lower,
};
