/* -j CONNMARK: sets the connection's mark, or copies between it and the
 * packet's (xt_connmark.c). */
#include "ext/ext.h"

#include <stddef.h>

enum { O_SET_XMARK, O_SET, O_AND, O_OR, O_XOR, O_SAVE, O_RESTORE, N_OPS,
    O_CTMASK = N_OPS, O_NFMASK, O_MASK, O_LEFT, O_RIGHT };

#define OTHER_OPS(o) (((1 << N_OPS) - 1) & ~(1 << (o)))

enum mode { MODE_SET, MODE_SAVE, MODE_RESTORE };

struct connmark {
	uint32_t mark, ctmask;		/* as opt_mark writes them */
	uint32_t nfmask;
	uint8_t mode, shift;
	bool right;
};

static bool
read_set(struct opt_arg *a)
{
	struct connmark *c = a->data;

	if (!opt_mark(a))
		return false;
	if (a->opt - a->ext->opts == O_SET)
		c->ctmask |= c->mark;
	return true;
}

static bool
read_bits(struct opt_arg *a)
{
	struct connmark *c = a->data;

	if (!opt_u32(a))
		return false;
	switch (a->opt - a->ext->opts) {
	case O_AND:
		c->ctmask = ~c->mark;
		c->mark = 0;
		break;
	case O_OR:
		c->ctmask = c->mark;
		break;
	default:
		c->ctmask = 0;
		break;
	}
	return true;
}

static bool
read_mode(struct opt_arg *a)
{
	struct connmark *c = a->data;

	c->mode = (uint8_t)a->opt->min;
	return true;
}

static bool
read_mask(struct opt_arg *a)
{
	struct connmark *c = a->data;

	if (!opt_u32(a))
		return false;
	c->ctmask = c->nfmask;
	return true;
}

static bool
read_shift(struct opt_arg *a)
{
	struct connmark *c = a->data;

	c->right = a->opt - a->ext->opts == O_RIGHT;
	return opt_u8(a);
}

static const struct opt opts[] = {
	[O_SET_XMARK] = { .name = "--set-xmark", .args = 1, .read = read_set,
	    .excludes = OTHER_OPS(O_SET_XMARK) },
	[O_SET] = { .name = "--set-mark", .args = 1, .read = read_set,
	    .excludes = OTHER_OPS(O_SET) },
	[O_AND] = { .name = "--and-mark", .args = 1, .read = read_bits,
	    .excludes = OTHER_OPS(O_AND) },
	[O_OR] = { .name = "--or-mark", .args = 1, .read = read_bits,
	    .excludes = OTHER_OPS(O_OR) },
	[O_XOR] = { .name = "--xor-mark", .args = 1, .read = read_bits,
	    .excludes = OTHER_OPS(O_XOR) },
	[O_SAVE] = { .name = "--save-mark", .read = read_mode,
	    .min = MODE_SAVE, .excludes = OTHER_OPS(O_SAVE) },
	[O_RESTORE] = { .name = "--restore-mark", .read = read_mode,
	    .min = MODE_RESTORE, .excludes = OTHER_OPS(O_RESTORE) },
	[O_CTMASK] = { .name = "--ctmask", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct connmark, ctmask),
	    .excludes = 1 << O_MASK },
	[O_NFMASK] = { .name = "--nfmask", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct connmark, nfmask),
	    .excludes = 1 << O_MASK },
	[O_MASK] = { .name = "--mask", .args = 1, .read = read_mask,
	    .offset = offsetof(struct connmark, nfmask),
	    .excludes = 1 << O_CTMASK | 1 << O_NFMASK },
	[O_LEFT] = { .name = "--left-shift-mark", .args = 1,
	    .read = read_shift, .offset = offsetof(struct connmark, shift),
	    .max = 31 },
	[O_RIGHT] = { .name = "--right-shift-mark", .args = 1,
	    .read = read_shift, .offset = offsetof(struct connmark, shift),
	    .max = 31 },
	{ .name = NULL }
};

static void
init(void *data, int family)
{
	struct connmark *c = data;

	(void)family;
	c->ctmask = c->nfmask = UINT32_MAX;
}

static bool
check(struct ext_check *c)
{
	if (c->seen & ((1 << N_OPS) - 1))
		return true;
	diag_error(c->diags, c->loc, "CONNMARK: no operation specified");
	return false;
}

static const char *
shift_name(const struct connmark *c)
{
	return c->right ? "right-shift-mark" : "left-shift-mark";
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct connmark *c = data;

	(void)print;
	if (c->mode == MODE_SET)
		sbuf_printf(out, " --set-xmark 0x%x/0x%x", c->mark, c->ctmask);
	else
		sbuf_printf(out, " %s --nfmask 0x%x --ctmask 0x%x",
		    c->mode == MODE_SAVE ? "--save-mark" : "--restore-mark",
		    c->nfmask, c->ctmask);
	if (c->shift != 0)
		sbuf_printf(out, " --%s %u", shift_name(c), c->shift);
}

static void
list_set(const struct connmark *c, struct sbuf *out)
{
	if (c->mark == 0)
		sbuf_printf(out, " and 0x%x", ~c->ctmask);
	else if (c->mark == c->ctmask)
		sbuf_printf(out, " or 0x%x", c->mark);
	else if (c->ctmask == 0)
		sbuf_printf(out, " xor 0x%x", c->mark);
	else if (c->ctmask == UINT32_MAX)
		sbuf_printf(out, " set 0x%x", c->mark);
	else
		sbuf_printf(out, " xset 0x%x/0x%x", c->mark, c->ctmask);
}

static void
list_copy(const struct connmark *c, struct sbuf *out)
{
	bool to_ct = c->mode == MODE_SAVE;

	sbuf_puts(out, to_ct ? " save" : " restore");
	if (c->nfmask == UINT32_MAX && c->ctmask == UINT32_MAX)
		return;
	if (c->nfmask == c->ctmask)
		sbuf_printf(out, " mask 0x%x", c->nfmask);
	else if (to_ct)
		sbuf_printf(out, " nfmask 0x%x ctmask ~0x%x", c->nfmask,
		    c->ctmask);
	else
		sbuf_printf(out, " ctmask 0x%x nfmask ~0x%x", c->ctmask,
		    c->nfmask);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct connmark *c = data;

	(void)print;
	sbuf_puts(out, " CONNMARK");
	if (c->mode == MODE_SET)
		list_set(c, out);
	else
		list_copy(c, out);
	if (c->shift != 0)
		sbuf_printf(out, " %s %u", shift_name(c), c->shift);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct connmark *c = data;
	struct packet *pkt = ctx->pkt;
	struct ct *ct = pkt->ct;
	uint32_t v;

	if (ct == NULL)
		return V_CONTINUE;
	switch ((enum mode)c->mode) {
	case MODE_SET:
		v = (ct->mark & ~c->ctmask) ^ c->mark;
		ct->mark = c->right ? v >> c->shift : v << c->shift;
		break;
	case MODE_SAVE:
		v = pkt->mark & c->nfmask;
		v = c->right ? v >> c->shift : v << c->shift;
		ct->mark = (ct->mark & ~c->ctmask) ^ v;
		break;
	case MODE_RESTORE:
		v = ct->mark & c->ctmask;
		v = c->right ? v >> c->shift : v << c->shift;
		pkt->mark = (pkt->mark & ~c->nfmask) ^ v;
		break;
	}
	return V_CONTINUE;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct connmark *c = data;

	if (ctx->pkt->ct == NULL)
		sbuf_puts(out, "nothing, the packet has no connection");
	else if (c->mode == MODE_RESTORE)
		sbuf_printf(out, "the packet's mark is now 0x%x",
		    ctx->pkt->mark);
	else
		sbuf_printf(out, "the connection's mark is now 0x%x",
		    ctx->pkt->ct->mark);
}

static void
change(const void *data, struct changes *c)
{
	const struct connmark *m = data;
	bool save = m->mode == MODE_SAVE;
	enum field to = m->mode == MODE_RESTORE ? F_MARK : F_CONNMARK;
	uint32_t from = save ? m->nfmask : m->ctmask;
	uint32_t over = save ? m->ctmask : m->nfmask;

	if (m->shift != 0 || (m->mode != MODE_SET && from & ~over)) {
		change_unknown(c, to);
	} else if (m->mode == MODE_SET) {
		c->set(c, F_CONNMARK, m->ctmask, m->mark);
	} else {
		c->set(c, to, over & ~from, 0);
		c->copy(c, to, save ? F_MARK : F_CONNMARK, from);
	}
}

const struct ext ext_t_CONNMARK = {
	.name = "CONNMARK",
	.kind = EXT_TARGET,
	.traits = EXT_NEEDS_CT | EXT_SIDE_EFFECT,
	.size = sizeof(struct connmark),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};
