/* -j HL: sets or changes the hop limit (xt_HL.c). */
#include "ext/dsfield.h"
#include "ext/ext.h"

#include <stddef.h>

enum { MODE_SET, MODE_DEC, MODE_INC, N_MODES };

#define OTHERS(o) (((1 << N_MODES) - 1) & ~(1 << (o)))

struct hl { uint8_t value, mode; };

static bool
read_value(struct opt_arg *a)
{
	struct hl *t = a->data;

	t->mode = (uint8_t)(a->opt - a->ext->opts);
	return opt_u8(a);
}

static const struct opt opts[] = {
	[MODE_SET] = { .name = "--hl-set", .args = 1, .read = read_value,
	    .excludes = OTHERS(MODE_SET) },
	[MODE_DEC] = { .name = "--hl-dec", .args = 1, .read = read_value,
	    .min = 1, .excludes = OTHERS(MODE_DEC) },
	[MODE_INC] = { .name = "--hl-inc", .args = 1, .read = read_value,
	    .min = 1, .excludes = OTHERS(MODE_INC) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "HL: one of --hl-set, --hl-dec and "
	    "--hl-inc is required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct hl *t = data;

	(void)print;
	sbuf_printf(out, " %s %u", opts[t->mode].name, t->value);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	static const char *const words[N_MODES] = { "set to",
	    "decrement by", "increment by" };
	const struct hl *t = data;

	(void)print;
	sbuf_printf(out, " HL %s %u", words[t->mode], t->value);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct hl *t = data;
	int v = pkt_ttl(ctx->pkt);

	if (t->mode == MODE_SET)
		v = t->value;
	else if (t->mode == MODE_DEC)
		v = v > t->value ? v - t->value : 0;
	else
		v = v + t->value < 255 ? v + t->value : 255;
	pkt_set_ttl(ctx->pkt, (uint8_t)v);
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the hop limit is now %u", pkt_ttl(ctx->pkt));
}

const struct ext ext_t_HL = {
	.name = "HL",
	.kind = EXT_TARGET,
	.family = AF_INET6,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct hl),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
};
