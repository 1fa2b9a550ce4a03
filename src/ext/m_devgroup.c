/* -m devgroup: the groups of the interfaces (xt_devgroup.c). */
#include "ext/l4.h"

#include <stddef.h>

enum { SIDE_SRC, SIDE_DST, N_SIDES };

struct devgroup {
	struct { uint32_t group, mask; } side[N_SIDES];
	uint8_t given, invert;		/* bits 1 << SIDE_x */
};

/* What iproute2's file of groups has unless somebody adds to it. */
static const char default_group[] = "default";

static bool
read_group(struct opt_arg *a, unsigned side)
{
	struct devgroup *d = a->data;
	const char *s = a->text;
	uint64_t group = 0, mask = UINT32_MAX;

	if (strcmp(s, default_group) != 0) {
		if (!read_number(&s, UINT32_MAX, &group))
			return opt_error(a, "unknown group '%s'", a->text);
		if (*s == '/' && (s++, !read_number(&s, UINT32_MAX, &mask)))
			return opt_error(a, "bad mask '%s'", a->text);
		if (*s != '\0')
			return opt_error(a, "unknown group '%s'", a->text);
	}
	d->side[side].group = (uint32_t)group;
	d->side[side].mask = (uint32_t)mask;
	return true;
}

static bool
opt_src(struct opt_arg *a)
{
	return read_group(a, SIDE_SRC);
}

static bool
opt_dst(struct opt_arg *a)
{
	return read_group(a, SIDE_DST);
}

static const struct opt opts[] = {
	{ "--src-group", NULL, 1, OPT_INVERT, opt_src,
	    .inv_offset = offsetof(struct devgroup, invert),
	    .inv_bit = 1 << SIDE_SRC },
	{ "--dst-group", NULL, 1, OPT_INVERT, opt_dst,
	    .inv_offset = offsetof(struct devgroup, invert),
	    .inv_bit = 1 << SIDE_DST },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct devgroup *d = c->data;

	d->given = (uint8_t)c->seen;
	if (d->given == 0) {
		diag_error(c->diags, c->loc,
		    "devgroup: wants --src-group or --dst-group");
		return false;
	}
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct devgroup *d = data;
	unsigned hooks = (1 << N_HOOKS) - 1;

	(void)family;
	if (d->given & 1 << SIDE_SRC)
		hooks &= 1U << HOOK_PREROUTING | 1U << HOOK_INPUT |
		    1U << HOOK_FORWARD;
	if (d->given & 1 << SIDE_DST)
		hooks &= 1U << HOOK_FORWARD | 1U << HOOK_OUTPUT |
		    1U << HOOK_POSTROUTING;
	return (uint8_t)hooks;
}

static void
put(const struct devgroup *d, const char *prefix, bool numeric,
    struct sbuf *out)
{
	static const char *const names[] = { "src", "dst" };
	unsigned i;

	for (i = 0; i < N_SIDES; i++) {
		if (!(d->given >> i & 1))
			continue;
		sbuf_printf(out, "%s %s%s-group", d->invert >> i & 1 ? " !" :
		    "", prefix, names[i]);
		if (d->side[i].mask != UINT32_MAX)
			sbuf_printf(out, " 0x%x/0x%x", d->side[i].group,
			    d->side[i].mask);
		else if (d->side[i].group == 0 && !numeric)
			sbuf_printf(out, " %s", default_group);
		else
			sbuf_printf(out, " 0x%x", d->side[i].group);
	}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	put(data, "--", false, out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	put(data, "", how->numeric, out);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct devgroup *d = data;
	const struct iface *dev[N_SIDES] = {
		[SIDE_SRC] = ctx->pkt->in, [SIDE_DST] = ctx->pkt->out };

	for (unsigned i = 0; i < N_SIDES; i++) {
		bool differs;

		if (!(d->given >> i & 1))
			continue;
		if (dev[i] == NULL || !dev[i]->has_group)
			return unknown(ctx, "the groups of its interfaces");
		differs = ((dev[i]->group ^ d->side[i].group) &
		    d->side[i].mask) != 0;
		if (differs != (d->invert >> i & 1))
			return TRI_NO;
	}
	return TRI_YES;
}

const struct ext ext_m_devgroup = {
	.name = "devgroup",
	.kind = EXT_MATCH,
	.size = sizeof(struct devgroup),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.eval = eval,
};
