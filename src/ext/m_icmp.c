/* -m icmp: type and code (xt_tcpudp.c). */
#include "ext/icmp.h"

#include <stddef.h>

static void
init(void *data, int family)
{
	struct icmp *icmp = data;

	(void)family;
	icmp->type = 0xff;
	icmp->code[1] = 0xff;
}

static const struct opt opts[] = {
	{ "--icmp-type", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_icmp_type,
	    .inv_offset = offsetof(struct icmp, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct icmp *icmp = data;

	(void)how;
	save_opt(out, icmp->invert, "--icmp-type");
	if (icmp->type == 0xff) {
		sbuf_puts(out, " any");
		return;
	}
	sbuf_printf(out, " %u", icmp->type);
	if (icmp->code[0] != 0 || icmp->code[1] != 0xff)
		sbuf_printf(out, "/%u", icmp->code[0]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	icmp_list(data, "icmp", out);
}

static enum tri
icmp4_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	return icmp_test(data, ctx, why, true);
}

EVAL_BY(icmp4);

static bool
lower(const void *data, struct lower *l)
{
	return icmp_lower(data, l, true);
}

const struct ext ext_m_icmp = {
	.name = "icmp",
	.kind = EXT_MATCH,
	.family = AF_INET,
	.protos = { 1 },
	.implied_by = 1,
	.size = sizeof(struct icmp),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.eval = icmp4_eval,
	.explain = icmp4_explain,
	.lower = lower,
};
