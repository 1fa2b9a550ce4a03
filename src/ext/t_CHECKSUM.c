/* -j CHECKSUM: computes a transport checksum that was left to the hardware
 * (xt_CHECKSUM.c).  Of such packets the capture shows the bare sum of the
 * pseudo-header; all others stay as they are. */
#include "ext/ext.h"

#include <netinet/in.h>

static const struct opt opts[] = {
	{ .name = "--checksum-fill", .flags = OPT_REQUIRED },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)data;
	(void)print;
	sbuf_puts(out, " --checksum-fill");
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)data;
	(void)print;
	sbuf_puts(out, " CHECKSUM fill");
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	struct packet *pkt = ctx->pkt;
	unsigned at = pkt->proto == IPPROTO_TCP ? 16 : 6;
	uint32_t len = pkt->len - pkt->l4, sum;
	uint8_t *field = pkt->data + pkt->l4 + at;
	uint16_t bare;

	(void)data;
	if ((pkt->proto != IPPROTO_TCP && pkt->proto != IPPROTO_UDP) ||
	    pkt->proto_bad || pkt->frag != 0 || pkt->more_frags ||
	    pkt->have != pkt->len || pkt->len < pkt->l4 + at + 2)
		return V_CONTINUE;
	sum = csum_pseudo(pkt, pkt->proto, len);
	bare = (uint16_t)~csum_fold(sum);
	if (get16(field) != bare)
		return V_CONTINUE;
	put16(field, 0);
	bare = csum_fold(csum_add(sum, pkt->data + pkt->l4, len));
	put16(field, bare == 0 ? 0xffff : bare);
	return V_CONTINUE;
}

const struct ext ext_t_CHECKSUM = {
	.name = "CHECKSUM",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE,
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
