/* -m icmp6: type and code (xt_tcpudp.c).  255 is no wildcard here. */
#include "ext/icmp.h"

#include <stddef.h>

static const struct opt opts[] = {
	{ "--icmpv6-type", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_icmp_type,
	    .inv_offset = offsetof(struct icmp, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct icmp *icmp = data;

	(void)how;
	save_opt(out, icmp->invert, "--icmpv6-type");
	sbuf_printf(out, " %u", icmp->type);
	if (icmp->code[0] != 0 || icmp->code[1] != 0xff)
		sbuf_printf(out, "/%u", icmp->code[0]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	icmp_list(data, "ipv6-icmp", out);
}

static enum tri
icmp6_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return icmp_test(data, ctx, why, false);
}

EVAL_BY(icmp6);

static bool
lower(const void *data, struct lower *l)
{
	return icmp_lower(data, l, false);
}

const struct ext ext_m_icmp6 = {
	.name = "icmp6",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.protos = { 58 },
	.implied_by = 58,
	.size = sizeof(struct icmp),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = icmp6_eval,
	.explain = icmp6_explain,
	.lower = lower,
};
