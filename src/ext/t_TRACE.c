/* -j TRACE: from here on each rule that the packet matches is logged. */
#include "ext/ext.h"

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	ctx->pkt->traced = true;
	return V_CONTINUE;
}

const struct ext ext_t_TRACE = {
	.name = "TRACE",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.tables = 1 << TABLE_RAW,
	.act = act,
};
