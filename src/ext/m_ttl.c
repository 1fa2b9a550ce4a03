/* -m ttl: the time to live (xt_hl.c). */
#include "ext/ttl.h"

#include <stddef.h>

static const struct opt opts[] = {
	OPTS_TTL("ttl"),
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	ttl_save(data, "ttl", out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	ttl_list(data, "TTL", out);
}

static enum tri
ttl_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return ttl_value_test(data, "time to live", ctx->pkt->data[8], why);
}

EVAL_BY(ttl);

const struct ext ext_m_ttl = {
	.name = "ttl",
	.kind = EXT_MATCH,
	.family = AF_INET,
	.size = sizeof(struct ttl),
	.opts = opts,
	.check = ttl_check,
	.save = save,
	.list = list,
	.eval = ttl_eval,
	.explain = ttl_explain,
	.lower = ttl_lower,
};
