/* -m ipcomp: the compression parameter index (xt_ipcomp.c). */
#include "ext/l4.h"

#include <stddef.h>

/* Without --ipcompspi the range is 0 to 0: libxt_ipcomp sets no default. */
struct ipcomp {
	uint32_t spi[2];
	bool reserved;			/* printed, never tested */
	uint8_t invert;
};

enum { IPCOMP_HEADER = 4 };

static const struct opt opts[] = {
	{ "--ipcompspi", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct ipcomp, spi),
	    .inv_offset = offsetof(struct ipcomp, invert), .inv_bit = 1 },
	{ "--compres", NULL, 0, 0, opt_flag,
	    .offset = offsetof(struct ipcomp, reserved) },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ipcomp *c = data;

	(void)how;
	if (c->spi[0] != 0 || c->spi[1] != UINT32_MAX)
		save_range(out, c->invert, "--ipcompspi", c->spi[0],
		    c->spi[1]);
	if (c->reserved)
		save_opt(out, false, "--compres");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ipcomp *c = data;

	(void)how;
	sbuf_puts(out, " comp");
	if (c->spi[0] == 0 && c->spi[1] == UINT32_MAX && !c->invert)
		sbuf_putc(out, ' ');
	list_range(out, c->invert, "spi", c->spi[0], c->spi[1], UINT32_MAX);
	if (c->reserved)
		sbuf_puts(out, " reserved");
}

static enum tri
ipcomp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ipcomp *c = data;
	enum tri result;
	const uint8_t *h = ext_l4(ctx, IPCOMP_HEADER, &result);

	if (h == NULL)
		return l4_missed(ctx, result, why);
	return range_test(why, "ipcomp cpi", get16(h + 2), c->spi[0],
	    c->spi[1], c->invert);
}

EVAL_BY(ipcomp);

const struct ext ext_m_ipcomp = {
	.name = "ipcomp",
	.kind = EXT_MATCH,
	.protos = { 108 },
	.implied_by = 108,
	.size = sizeof(struct ipcomp),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = ipcomp_eval,
	.explain = ipcomp_explain,
};
