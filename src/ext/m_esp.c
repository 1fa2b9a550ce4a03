/* -m esp: the security parameter index of ESP (xt_esp.c). */
#include "ext/l4.h"

#include <stddef.h>

struct esp {
	uint32_t spi[2];
	uint8_t invert;
};

enum { ESP_HEADER = 8 };

static void
init(void *data, int family)
{
	struct esp *esp = data;

	(void)family;
	esp->spi[1] = UINT32_MAX;
}

static const struct opt opts[] = {
	{ "--espspi", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct esp, spi),
	    .inv_offset = offsetof(struct esp, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct esp *esp = data;

	(void)how;
	if (esp->spi[0] != 0 || esp->spi[1] != UINT32_MAX)
		save_range(out, esp->invert, "--espspi", esp->spi[0],
		    esp->spi[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct esp *esp = data;

	(void)how;
	sbuf_puts(out, " esp");
	list_range(out, esp->invert, "spi", esp->spi[0], esp->spi[1],
	    UINT32_MAX);
}

static enum tri
esp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct esp *esp = data;
	enum tri result;
	const uint8_t *h = l4_part(ctx, ESP_HEADER, 4, &result);

	if (h == NULL)
		return l4_missed(ctx, result, why);
	return range_test(why, "esp spi", get32(h), esp->spi[0], esp->spi[1],
	    esp->invert);
}

EVAL_BY(esp);

static bool
lower(const void *data, struct lower *l)
{
	const struct esp *esp = data;

	lower_l4(l);
	lower_range(l, F_SPI, esp->spi[0], esp->spi[1], esp->invert);
	return true;
}

const struct ext ext_m_esp = {
	.name = "esp",
	.kind = EXT_MATCH,
	.protos = { 50 },
	.implied_by = 50,
	.size = sizeof(struct esp),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.eval = esp_eval,
	.explain = esp_explain,
	.lower = lower,
};
