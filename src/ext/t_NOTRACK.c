/* -j NOTRACK: connection tracking skips the packet; the old name of
 * "-j CT --notrack". */
#include "ext/ext.h"

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)data;
	(void)print;
	sbuf_puts(out, " NOTRACK");
}

/* As in t_CT.c: the first word counts. */
static enum verdict
act(const void *data, struct ctx *ctx)
{
	struct packet *pkt = ctx->pkt;

	(void)data;
	if (pkt->ct == NULL && !pkt->zone_set) {
		pkt->untracked = true;
		pkt->ctinfo = CTI_UNTRACKED;
	}
	return V_CONTINUE;
}

static void
change(const void *data, struct changes *c)
{
	(void)data;
	c->set(c, F_CT, 0x3ff, FCT_UNTRACKED);
}

const struct ext ext_t_NOTRACK = {
	.name = "NOTRACK",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_RAW,
	.list = list,
	.act = act,
	.list_name = "CT",
	.change = change,
};
