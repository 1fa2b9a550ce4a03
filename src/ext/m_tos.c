/* -m tos: the TOS or traffic class byte (xt_dscp.c). */
#include "ext/l4.h"

#include <stddef.h>
#include <strings.h>

struct tos {
	uint8_t value, mask, invert;
};

static const struct { const char *name; uint8_t value; } names[] = {
	{ "Minimize-Delay", 0x10 }, { "Maximize-Throughput", 0x08 },
	{ "Maximize-Reliability", 0x04 }, { "Minimize-Cost", 0x02 },
	{ "Normal-Service", 0x00 },
};

static bool
read_name(struct opt_arg *a, struct tos *tos)
{
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(a->text, names[i].name) == 0) {
			tos->value = names[i].value;
			tos->mask = 0x3f;
			return true;
		}
	return opt_error(a, "unknown name '%s'", a->text);
}

static bool
opt_tos(struct opt_arg *a)
{
	struct tos *tos = a->data;
	const char *s = a->text;
	uint64_t value, mask = 0xff;

	if (!read_number(&s, UINT8_MAX, &value))
		return read_name(a, tos);
	if (*s == '/' && (s++, !read_number(&s, UINT8_MAX, &mask)))
		return opt_error(a, "bad mask '%s'", a->text);
	if (*s != '\0')
		return opt_error(a, "bad value '%s'", a->text);
	tos->value = (uint8_t)value;
	tos->mask = (uint8_t)mask;
	return true;
}

static const struct opt opts[] = {
	{ "--tos", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_tos,
	    .inv_offset = offsetof(struct tos, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tos *tos = data;

	(void)how;
	save_opt(out, tos->invert, "--tos");
	sbuf_printf(out, " 0x%02x/0x%02x", tos->value, tos->mask);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tos *tos = data;

	(void)how;
	sbuf_printf(out, " tos match%s0x%02x/0x%02x", tos->invert ? "!" : "",
	    tos->value, tos->mask);
}

static enum tri
tos_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct tos *tos = data;
	unsigned byte = packet_dsfield(ctx->pkt);

	if (((byte & tos->mask) == tos->value) != tos->invert)
		return TRI_YES;
	return MISS(why, "tos is 0x%02x, rule wants %s0x%02x/0x%02x", byte,
	    tos->invert ? "not " : "", tos->value, tos->mask);
}

EVAL_BY(tos);

static bool
lower(const void *data, struct lower *l)
{
	const struct tos *tos = data;

	lower_masked(l, F_TOS, tos->value, tos->mask, tos->invert);
	return true;
}

const struct ext ext_m_tos = {
	.name = "tos",
	.kind = EXT_MATCH,
	.size = sizeof(struct tos),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = tos_eval,
	.explain = tos_explain,
	.lower = lower,
};
