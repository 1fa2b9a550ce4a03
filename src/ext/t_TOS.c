/* -j TOS: tos = (tos & ~mask) ^ value (xt_DSCP.c). */
#include "ext/dsfield.h"
#include "ext/ext.h"

#include <stddef.h>
#include <strings.h>

enum { O_SET, O_AND, O_OR, O_XOR, N_OPTS };

#define OTHERS(o) (((1 << N_OPTS) - 1) & ~(1 << (o)))

struct tos { uint8_t value, mask; };

static bool
read_set(struct opt_arg *a)
{
	static const struct { const char *name; uint8_t value; } names[] = {
		{ "Minimize-Delay", 0x10 }, { "Maximize-Throughput", 0x08 },
		{ "Maximize-Reliability", 0x04 }, { "Minimize-Cost", 0x02 },
		{ "Normal-Service", 0 }
	};
	struct tos *t = a->data;
	const char *s = a->text;
	uint64_t value, mask = 0xff;

	if (read_number(&s, 0xff, &value)) {
		if (*s == '/' && (++s, !read_number(&s, 0xff, &mask)))
			return opt_error(a, "illegal value \"%s\"", a->text);
		if (*s != '\0')
			return opt_error(a, "illegal value \"%s\"", a->text);
		*t = (struct tos){ (uint8_t)value, (uint8_t)mask };
		return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(a->text, names[i].name) == 0) {
			*t = (struct tos){ names[i].value, 0x3f };
			return true;
		}
	return opt_error(a, "symbolic name \"%s\" is unknown", a->text);
}

static bool
read_bits(struct opt_arg *a)
{
	struct tos *t = a->data;

	if (!opt_u8(a))
		return false;
	switch (a->opt - a->ext->opts) {
	case O_AND:
		*t = (struct tos){ 0, (uint8_t)~t->value };
		break;
	case O_OR:
		t->mask = t->value;
		break;
	default:
		t->mask = 0;
		break;
	}
	return true;
}

static const struct opt opts[] = {
	[O_SET] = { .name = "--set-tos", .args = 1, .read = read_set,
	    .excludes = OTHERS(O_SET) },
	[O_AND] = { .name = "--and-tos", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_AND) },
	[O_OR] = { .name = "--or-tos", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_OR) },
	[O_XOR] = { .name = "--xor-tos", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_XOR) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "TOS: an action is required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tos *t = data;

	(void)print;
	sbuf_printf(out, " --set-tos 0x%02x/0x%02x", t->value, t->mask);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tos *t = data;

	(void)print;
	sbuf_printf(out, " TOS set 0x%02x/0x%02x", t->value, t->mask);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct tos *t = data;
	uint8_t old = pkt_tos(ctx->pkt);
	uint8_t new = (uint8_t)((old & ~t->mask) ^ t->value);

	if (new != old)
		pkt_set_tos(ctx->pkt, new);
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the type of service is now 0x%02x",
	    pkt_tos(ctx->pkt));
}

static void
change(const void *data, struct changes *c)
{
	const struct tos *t = data;

	c->set(c, F_TOS, t->mask, t->value);
}

const struct ext ext_t_TOS = {
	.name = "TOS",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct tos),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};
