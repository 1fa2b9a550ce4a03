/* -j MARK: mark = (mark & ~mask) ^ value. */
#include "ext/ext.h"

#include <stddef.h>

enum { O_SET_XMARK, O_SET, O_AND, O_OR, O_XOR, N_OPTS };

#define OTHERS(o) (((1 << N_OPTS) - 1) & ~(1 << (o)))

struct mark { uint32_t value, mask; };	/* as opt_mark writes them */

static bool
read_set(struct opt_arg *a)
{
	struct mark *m = a->data;

	if (!opt_mark(a))
		return false;
	m->mask |= m->value;
	return true;
}

static bool
read_bits(struct opt_arg *a)
{
	struct mark *m = a->data;

	if (!opt_u32(a))
		return false;
	switch (a->opt - a->ext->opts) {
	case O_AND:
		m->mask = ~m->value;
		m->value = 0;
		break;
	case O_OR:
		m->mask = m->value;
		break;
	default:
		m->mask = 0;
		break;
	}
	return true;
}

static const struct opt opts[] = {
	[O_SET_XMARK] = { .name = "--set-xmark", .args = 1, .read = opt_mark,
	    .excludes = OTHERS(O_SET_XMARK) },
	[O_SET] = { .name = "--set-mark", .args = 1, .read = read_set,
	    .excludes = OTHERS(O_SET) },
	[O_AND] = { .name = "--and-mark", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_AND) },
	[O_OR] = { .name = "--or-mark", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_OR) },
	[O_XOR] = { .name = "--xor-mark", .args = 1, .read = read_bits,
	    .excludes = OTHERS(O_XOR) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "MARK: one of the --set-xmark, "
	    "--{and,or,xor,set}-mark options is required");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct mark *m = data;

	(void)print;
	sbuf_printf(out, " --set-xmark 0x%x/0x%x", m->value, m->mask);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct mark *m = data;

	(void)print;
	if (m->value == 0)
		sbuf_printf(out, " MARK and 0x%x", ~m->mask);
	else if (m->value == m->mask)
		sbuf_printf(out, " MARK or 0x%x", m->value);
	else if (m->mask == 0)
		sbuf_printf(out, " MARK xor 0x%x", m->value);
	else if (m->mask == UINT32_MAX)
		sbuf_printf(out, " MARK set 0x%x", m->value);
	else
		sbuf_printf(out, " MARK xset 0x%x/0x%x", m->value, m->mask);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct mark *m = data;

	ctx->pkt->mark = (ctx->pkt->mark & ~m->mask) ^ m->value;
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the packet's mark is now 0x%x", ctx->pkt->mark);
}

static void
change(const void *data, struct changes *c)
{
	const struct mark *m = data;

	c->set(c, F_MARK, m->mask, m->value);
}

const struct ext ext_t_MARK = {
	.name = "MARK",
	.kind = EXT_TARGET,
	.size = sizeof(struct mark),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};
