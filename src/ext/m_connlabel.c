/* -m connlabel: the 128 labels of a connection.  Kernel: xt_connlabel.c. */
#include "ext/l4.h"

#include <stdlib.h>

enum { N_LABELS = 128 };

struct connlabel {
	uint16_t bit;
	uint8_t invert;
	bool set;
};

/* Names are in a file of the host, /etc/xtables/connlabel.conf, which no
 * snapshot has: only numbers can be read. */
static bool
read_label(struct opt_arg *a)
{
	char *end;
	unsigned long v = strtoul(a->text, &end, 0);

	if (*a->text == '\0' || *end != '\0')
		return opt_error(a, "label '%s' not found or invalid value",
		    a->text);
	if (v >= N_LABELS)
		return opt_error(a, "the kernel has labels 0 to %d",
		    N_LABELS - 1);
	((struct connlabel *)a->data)->bit = (uint16_t)v;
	return true;
}

static const struct opt opts[] = {
	{ .name = "--label", .args = 1, .flags = OPT_REQUIRED | OPT_INVERT,
	    .read = read_label,
	    .inv_offset = offsetof(struct connlabel, invert), .inv_bit = 1 },
	{ .name = "--set", .read = opt_flag,
	    .offset = offsetof(struct connlabel, set) },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connlabel *c = data;

	(void)p;
	save_opt(out, c->invert, "--label");
	sbuf_printf(out, " \"%u\"%s", c->bit, c->set ? " --set" : "");
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connlabel *c = data;

	(void)p;
	sbuf_printf(out, " connlabel%s %u%s", c->invert ? " !" : "", c->bit,
	    c->set ? " set" : "");
}

/* With --set it is true once there is a connection to set it on. */
static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct connlabel *c = data;
	uint64_t bit = UINT64_C(1) << (c->bit % 64), *labels;

	if (ctx->pkt->ct == NULL)
		return tri_of(c->invert);
	labels = &ctx->pkt->ct->labels[c->bit / 64];
	if (c->set)
		*labels |= bit;
	return tri_of(((*labels & bit) != 0) != c->invert);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct connlabel *c = data;
	const struct ct *ct = ctx->pkt->ct;

	if (ct == NULL)
		sbuf_puts(out, "the packet has no connection");
	else
		sbuf_printf(out, "label %u is %sset on the connection",
		    c->bit, ct->labels[c->bit / 64] >> (c->bit % 64) & 1 ?
		    "" : "not ");
}

static unsigned
use_traits(const void *data)
{
	const struct connlabel *c = data;

	return EXT_NEEDS_CT | EXT_STATEFUL | (c->set ? EXT_SIDE_EFFECT : 0);
}

const struct ext ext_m_connlabel = {
	.name = "connlabel",
	.traits = EXT_NEEDS_CT | EXT_STATEFUL | EXT_SIDE_EFFECT,
	.use_traits = use_traits,
	.size = sizeof(struct connlabel),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
};
