/* -m ah of IPv4: the security parameter index of AH (ipt_ah.c). */
#include "ext/l4.h"

#include <stddef.h>

struct ah {
	uint32_t spi[2];
	uint8_t invert;
};

enum { AH_HEADER = 12 };

static void
init(void *data, int family)
{
	struct ah *ah = data;

	(void)family;
	ah->spi[1] = UINT32_MAX;
}

static const struct opt opts[] = {
	{ "--ahspi", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct ah, spi),
	    .inv_offset = offsetof(struct ah, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ah *ah = data;

	(void)how;
	if (ah->spi[0] != 0 || ah->spi[1] != UINT32_MAX)
		save_range(out, ah->invert, "--ahspi", ah->spi[0],
		    ah->spi[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ah *ah = data;

	(void)how;
	sbuf_puts(out, " ah");
	if (ah->spi[0] == 0 && ah->spi[1] == UINT32_MAX && !ah->invert)
		sbuf_putc(out, ' ');
	list_range(out, ah->invert, "spi", ah->spi[0], ah->spi[1],
	    UINT32_MAX);
}

static enum tri
ah_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ah *ah = data;
	enum tri result;
	const uint8_t *h = l4_part(ctx, AH_HEADER, 8, &result);

	if (h == NULL)
		return l4_missed(ctx, result, why);
	return range_test(why, "ah spi", get32(h + 4), ah->spi[0],
	    ah->spi[1], ah->invert);
}

EVAL_BY(ah);

static bool
lower(const void *data, struct lower *l)
{
	const struct ah *ah = data;

	lower_l4(l);
	lower_range(l, F_SPI, ah->spi[0], ah->spi[1], ah->invert);
	return true;
}

const struct ext ext_m_ah = {
	.name = "ah",
	.kind = EXT_MATCH,
	.family = AF_INET,
	.protos = { 51 },
	.implied_by = 51,
	.size = sizeof(struct ah),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.eval = ah_eval,
	.explain = ah_explain,
	.lower = lower,
};
