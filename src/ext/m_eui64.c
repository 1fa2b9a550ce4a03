/* -m eui64: is the source address made of the MAC address? (ip6t_eui64.c) */
#include "ext/l4.h"

enum { ETHER_HEADER = 14, ETHER_SOURCE = 6, IP6_SOURCE_ID = 16 };

/* libip6t_eui64 does not print: iptables shows its name in its own way. */
static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)data;
	(void)how;
	sbuf_puts(out, "eui64 ");
}

static enum tri
eui64_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct packet *p = ctx->pkt;
	const struct iface *in = p->in != NULL ? p->in : p->rcv;
	const uint8_t *mac;
	uint8_t id[8];

	(void)data;
	if (in == NULL || in->kind != IFK_ETHER)
		return MISS(why, "it came in by no Ethernet device");
	if (!p->has_mac || p->ll == NULL || p->ll_len < ETHER_HEADER)
		return unknown(ctx, "the MAC address it came from");
	mac = p->ll + ETHER_SOURCE;
	memcpy(id, mac, 3);
	memcpy(id + 5, mac + 3, 3);
	id[0] ^= 2;
	id[3] = 0xff;
	id[4] = 0xfe;
	if (memcmp(p->data + IP6_SOURCE_ID, id, sizeof(id)) == 0)
		return TRI_YES;
	return MISS(why, "source is not made of the MAC address");
}

EVAL_BY(eui64);

const struct ext ext_m_eui64 = {
	.name = "eui64",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT | 1 << HOOK_FORWARD,
	.list = list,
	.eval = eui64_eval,
	.explain = eui64_explain,
};
