/* -j DNPT: another prefix for the destination, without connection tracking. */
#include "ext/npt.h"

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	npt_list(data, "DNPT", out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	return npt_act(data, ctx, 24);
}

const struct ext ext_t_DNPT = {
	.name = "DNPT",
	.kind = EXT_TARGET,
	.family = AF_INET6,
	.tables = 1 << TABLE_MANGLE,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_OUTPUT,
	.size = sizeof(struct npt),
	.opts = npt_opts,
	.check = npt_check,
	.save = npt_save,
	.list = list,
	.act = act,
};
