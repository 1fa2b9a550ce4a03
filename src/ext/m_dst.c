/* -m dst: the IPv6 destination options header (ip6t_hbh.c). */
#include "ext/opts6.h"

static const struct opt opts[] = {
	OPTS6("dst"),
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	opts6_save(data, "dst", out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	opts6_list(data, "dst", out);
}

static enum tri
dst_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return opts6_test(data, HDR6_DST, "destination options", ctx, why);
}

EVAL_BY(dst);

const struct ext ext_m_dst = {
	.name = "dst",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct opts6),
	.opts = opts,
	.check = opts6_check,
	.save = save,
	.list = list,
	.eval = dst_eval,
	.explain = dst_explain,
};
