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

static bool
matches(const struct devgroup *d, unsigned side, const struct iface *dev)
{
	bool equal = ((dev->group ^ d->side[side].group) &
	    d->side[side].mask) == 0;

	return equal != (d->invert >> side & 1);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct devgroup *d = data;
	const struct iface *dev[N_SIDES] = {
		[SIDE_SRC] = ctx->pkt->in, [SIDE_DST] = ctx->pkt->out };

	for (unsigned i = 0; i < N_SIDES; i++) {
		if (!(d->given >> i & 1))
			continue;
		if (dev[i] == NULL || !dev[i]->has_group)
			return unknown(ctx, "the groups of its interfaces");
		if (!matches(d, i, dev[i]))
			return TRI_NO;
	}
	return TRI_YES;
}

/* ---- as fields ---- */

enum { MANY = 64 };

/* Interfaces whose groups are known, those that match first. */
struct known {
	const struct iface *dev[MANY];
	unsigned n, n_match;
};

/* None if there are too many to list. */
static void
find_known(const struct devgroup *d, unsigned side, const struct env *env,
    struct known *k)
{
	k->n = k->n_match = 0;
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next) {
		if (!i->has_group)
			continue;
		if (k->n == MANY) {
			k->n = k->n_match = 0;
			return;
		}
		k->dev[k->n] = i;
		if (matches(d, side, i)) {
			k->dev[k->n] = k->dev[k->n_match];
			k->dev[k->n_match++] = i;
		}
		k->n++;
	}
}

static void
lower_name(struct lower *l, unsigned side, const struct iface *i,
    bool negate)
{
	struct ifmatch m;

	ifmatch_set(&m, i->name, strnlen(i->name, IFNAME_SIZE - 1), false);
	lower_iface(l, side == SIDE_SRC ? F_IN : F_OUT, &m, negate);
}

/* It is the interface 'which' of those that match, or behind them: it is
 * none that is known, and who knows in which group. */
static void
lower_side(const struct devgroup *d, unsigned side, const struct known *k,
    unsigned which, struct lower *l)
{
	struct devgroup one = { .given = (uint8_t)(1 << side) };
	struct sbuf key = SBUF_INIT;

	if (!(d->given >> side & 1))
		return;
	if (which < k->n_match) {
		lower_name(l, side, k->dev[which], false);
		return;
	}
	for (unsigned i = 0; i < k->n; i++)
		lower_name(l, side, k->dev[i], true);
	one.side[side] = d->side[side];
	sbuf_puts(&key, "-m devgroup");
	put(&one, "--", false, &key);
	lower_opaque(l, sbuf_text(&key), d->invert >> side & 1);
	sbuf_free(&key);
}

static bool
lower(const void *data, struct lower *l)
{
	const struct devgroup *d = data;
	struct known k[N_SIDES] = { 0 };

	for (unsigned side = 0; side < N_SIDES; side++)
		if (d->given >> side & 1)
			find_known(d, side, l->env, &k[side]);
	for (unsigned i = 0; i <= k[SIDE_SRC].n_match; i++)
		for (unsigned j = 0; j <= k[SIDE_DST].n_match; j++) {
			if (i + j > 0)
				lower_or(l);
			lower_side(d, SIDE_SRC, &k[SIDE_SRC], i, l);
			lower_side(d, SIDE_DST, &k[SIDE_DST], j, l);
		}
	return true;
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
	.lower = lower,
};
