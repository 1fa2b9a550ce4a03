/* -m hbh: the IPv6 hop-by-hop options header (ip6t_hbh.c). */
#include "ext/opts6.h"

static const struct opt opts[] = {
	OPTS6("hbh"),
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	opts6_save(data, "hbh", out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	opts6_list(data, "hbh", out);
}

static enum tri
hbh_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return opts6_test(data, HDR6_HBH, "hop-by-hop options", ctx, why);
}

EVAL_BY(hbh);

const struct ext ext_m_hbh = {
	.name = "hbh",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct opts6),
	.opts = opts,
	.check = opts6_check,
	.save = save,
	.list = list,
	.eval = hbh_eval,
	.explain = hbh_explain,
};
