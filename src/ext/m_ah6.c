/* -m ah of IPv6: the authentication header (ip6t_ah.c). */
#include "ext/hdr6.h"

#include <stddef.h>

enum { AH6_SPI = 1 << 0, AH6_LEN = 1 << 1, AH6_RES = 1 << 2 };
enum { AH_HEADER = 12 };

struct ah6 {
	uint32_t spi[2];
	uint32_t length;		/* of the header; 0: any */
	bool reserved;			/* ... must be zero */
	uint8_t invert;			/* AH6_x */
};

static void
init(void *data, int family)
{
	struct ah6 *ah = data;

	(void)family;
	ah->spi[1] = UINT32_MAX;
}

static const struct opt opts[] = {
	{ "--ahspi", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct ah6, spi),
	    .inv_offset = offsetof(struct ah6, invert), .inv_bit = AH6_SPI },
	{ "--ahlen", NULL, 1, OPT_INVERT, opt_u32,
	    .offset = offsetof(struct ah6, length),
	    .inv_offset = offsetof(struct ah6, invert), .inv_bit = AH6_LEN },
	{ "--ahres", NULL, 0, 0, opt_flag,
	    .offset = offsetof(struct ah6, reserved) },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ah6 *ah = data;

	(void)how;
	if (ah->spi[0] != 0 || ah->spi[1] != UINT32_MAX)
		save_range(out, ah->invert & AH6_SPI, "--ahspi", ah->spi[0],
		    ah->spi[1]);
	if (ah->length != 0 || ah->invert & AH6_LEN)
		save_range(out, ah->invert & AH6_LEN, "--ahlen", ah->length,
		    ah->length);
	if (ah->reserved)
		save_opt(out, false, "--ahres");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ah6 *ah = data;

	(void)how;
	sbuf_puts(out, " ah");
	if (ah->spi[0] == 0 && ah->spi[1] == UINT32_MAX &&
	    !(ah->invert & AH6_SPI))
		sbuf_putc(out, ' ');
	list_range(out, ah->invert & AH6_SPI, "spi", ah->spi[0], ah->spi[1],
	    UINT32_MAX);
	if (ah->length != 0 || ah->invert & AH6_LEN)
		sbuf_printf(out, "length:%s%u",
		    ah->invert & AH6_LEN ? "!" : "", ah->length);
	if (ah->reserved)
		sbuf_puts(out, " reserved");
}

static enum tri
ah6_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ah6 *ah = data;
	uint32_t off, length;
	enum tri result;
	const uint8_t *h = hdr6_find(ctx, HDR6_AH, AH_HEADER, &off, &result);

	if (h == NULL)
		return hdr6_missed(ctx, result, "ah", why);
	result = range_test(why, "ah spi", get32(h + 4), ah->spi[0],
	    ah->spi[1], ah->invert & AH6_SPI);
	if (result != TRI_YES)
		return result;
	length = (h[1] + 2U) * 4;
	/* A wanted length of 0 is no test, inverted or not. */
	if (ah->length != 0)
		result = range_test(why, "ah length", length, ah->length,
		    ah->length, ah->invert & AH6_LEN);
	if (result != TRI_YES || !ah->reserved || get16(h + 2) == 0)
		return result;
	return MISS(why, "ah reserved field is not 0");
}

EVAL_BY(ah6);

const struct ext ext_m_ah6 = {
	.name = "ah",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.implied_by = 51,
	.size = sizeof(struct ah6),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.eval = ah6_eval,
	.explain = ah6_explain,
};
