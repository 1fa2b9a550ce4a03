/* -m state: a subset of conntrack's --ctstate; the kernel runs it as
 * xt_conntrack.c. */
#include "ext/ctstate.h"

struct state { uint8_t mask, invert; };

enum {
	KNOWN = CTST_INVALID | CTST_NEW | CTST_RELATED | CTST_ESTABLISHED |
	    CTST_UNTRACKED
};

static bool
read_state(struct opt_arg *a)
{
	struct state *s = a->data;

	s->mask = (uint8_t)ctstate_read(a->text, KNOWN);
	return s->mask != 0 || opt_error(a, "Bad state \"%s\"", a->text);
}

static const struct opt opts[] = {
	{ .name = "--state", .args = 1, .flags = OPT_REQUIRED | OPT_INVERT,
	    .read = read_state, .inv_offset = offsetof(struct state, invert),
	    .inv_bit = 1 },
	{ .name = NULL }
};

static void
print(const struct state *s, const char *name, struct sbuf *out)
{
	save_opt(out, s->invert, name);
	sbuf_putc(out, ' ');
	ctstate_print(out, s->mask);
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	print(data, "--state", out);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	print(data, "state", out);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct state *s = data;

	return tri_of(((ctstate_of(ctx->pkt) & s->mask) != 0) != s->invert);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct state *s = data;

	sbuf_puts(out, "state is ");
	ctstate_print(out, ctstate_of(ctx->pkt) & KNOWN);
	sbuf_printf(out, ", rule wants %s", s->invert ? "not " : "");
	ctstate_print(out, s->mask);
}

static bool
lower(const void *data, struct lower *l)
{
	const struct state *s = data;

	lower_ctstate(l, s->mask, s->invert);
	return true;
}

const struct ext ext_m_state = {
	.name = "state",
	.traits = EXT_NEEDS_CT,
	.size = sizeof(struct state),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
	.lower = lower,
};
