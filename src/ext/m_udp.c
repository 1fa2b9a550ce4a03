/* -m udp: ports of UDP (xt_tcpudp.c). */
#include "ext/l4.h"

#include <stddef.h>

struct udp {
	struct ports ports;
	uint8_t invert;			/* PORTS_SRC, PORTS_DST */
};

enum { UDP_HEADER = 8 };

static const struct opt opts[] = {
	OPTS_PORTS(udp, opt_ports_any),
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct udp *udp = data;
	const struct ports *p = &udp->ports;

	(void)how;
	if (p->src[0] != 0 || p->src[1] != UINT16_MAX)
		save_range(out, udp->invert & PORTS_SRC, "--sport",
		    p->src[0], p->src[1]);
	if (p->dst[0] != 0 || p->dst[1] != UINT16_MAX)
		save_range(out, udp->invert & PORTS_DST, "--dport",
		    p->dst[0], p->dst[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct udp *udp = data;
	const struct ports *p = &udp->ports;

	(void)how;
	sbuf_puts(out, " udp");
	list_range(out, udp->invert & PORTS_SRC, "spt", p->src[0], p->src[1],
	    UINT16_MAX);
	list_range(out, udp->invert & PORTS_DST, "dpt", p->dst[0], p->dst[1],
	    UINT16_MAX);
}

static enum tri
udp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct udp *udp = data;
	enum tri result;
	const uint8_t *uh = l4_part(ctx, UDP_HEADER, 4, &result);

	if (uh == NULL)
		return l4_missed(ctx, result, why);
	return ports_test(&udp->ports, udp->invert, "udp", uh, why);
}

EVAL_BY(udp);

static bool
lower(const void *data, struct lower *l)
{
	const struct udp *udp = data;

	lower_l4(l);
	ports_lower(&udp->ports, udp->invert, l);
	return true;
}

const struct ext ext_m_udp = {
	.name = "udp",
	.kind = EXT_MATCH,
	.protos = { 17 },
	.implied_by = 17,
	.size = sizeof(struct udp),
	.opts = opts,
	.init = ports_init,
	.save = save,
	.list = list,
	.eval = udp_eval,
	.explain = udp_explain,
	.lower = lower,
};
