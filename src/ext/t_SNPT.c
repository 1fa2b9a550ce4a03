/* -j SNPT: another prefix for the source, without connection tracking. */
#include "ext/npt.h"

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	npt_list(data, "SNPT", out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	return npt_act(data, ctx, 8);
}

const struct ext ext_t_SNPT = {
	.name = "SNPT",
	.kind = EXT_TARGET,
	.family = AF_INET6,
	.tables = 1 << TABLE_MANGLE,
	.hooks = 1 << HOOK_INPUT | 1 << HOOK_POSTROUTING,
	.size = sizeof(struct npt),
	.opts = npt_opts,
	.check = npt_check,
	.save = npt_save,
	.list = list,
	.act = act,
};
