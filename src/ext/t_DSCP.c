/* -j DSCP: sets the upper six bits of the TOS field (xt_DSCP.c). */
#include "ext/dsfield.h"
#include "ext/ext.h"

#include <strings.h>

enum { O_SET, O_CLASS };

struct dscp { uint8_t value; };

/* A name may have anything behind it. */
static bool
read_class(struct opt_arg *a)
{
	static const struct { const char *name; uint8_t value; } names[] = {
		{ "CS0", 0x00 }, { "CS1", 0x08 }, { "CS2", 0x10 },
		{ "CS3", 0x18 }, { "CS4", 0x20 }, { "CS5", 0x28 },
		{ "CS6", 0x30 }, { "CS7", 0x38 }, { "BE", 0x00 },
		{ "AF11", 0x0a }, { "AF12", 0x0c }, { "AF13", 0x0e },
		{ "AF21", 0x12 }, { "AF22", 0x14 }, { "AF23", 0x16 },
		{ "AF31", 0x1a }, { "AF32", 0x1c }, { "AF33", 0x1e },
		{ "AF41", 0x22 }, { "AF42", 0x24 }, { "AF43", 0x26 },
		{ "EF", 0x2e }
	};
	struct dscp *d = a->data;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(a->text, names[i].name,
		    strlen(names[i].name)) == 0) {
			d->value = names[i].value;
			return true;
		}
	return opt_error(a, "invalid DSCP value \"%s\"", a->text);
}

static const struct opt opts[] = {
	[O_SET] = { .name = "--set-dscp", .args = 1, .read = opt_u8,
	    .max = 0x3f, .excludes = 1 << O_CLASS },
	[O_CLASS] = { .name = "--set-dscp-class", .args = 1,
	    .read = read_class, .excludes = 1 << O_SET },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "DSCP: --set-dscp is required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)print;
	sbuf_printf(out, " --set-dscp 0x%02x", d->value);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct dscp *d = data;

	(void)print;
	sbuf_printf(out, " DSCP set 0x%02x", d->value);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct dscp *d = data;
	uint8_t old = pkt_tos(ctx->pkt);

	if (old >> 2 != d->value)
		pkt_set_tos(ctx->pkt, (uint8_t)(d->value << 2 | (old & 3)));
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the DSCP is now 0x%02x", pkt_tos(ctx->pkt) >> 2);
}

const struct ext ext_t_DSCP = {
	.name = "DSCP",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct dscp),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
};
