/* -m physdev: the ports of a bridge that a packet goes by (xt_physdev.c). */
#include "ext/l4.h"

#include <stddef.h>

enum {					/* the options' bits, in their order */
	OP_IN = 1 << 0, OP_OUT = 1 << 1, OP_IS_IN = 1 << 2,
	OP_IS_OUT = 1 << 3, OP_BRIDGED = 1 << 4
};

struct physdev {
	char in[IFNAME_SIZE], out[IFNAME_SIZE];	/* with the "+" */
	uint8_t given, invert;			/* OP_x */
};

static bool
opt_name(struct opt_arg *a)
{
	size_t len = strlen(a->text);

	if (len >= IFNAME_SIZE)
		return opt_error(a, "interface name '%s' is longer than %d "
		    "characters", a->text, IFNAME_SIZE - 1);
	memcpy((char *)a->data + a->opt->offset, a->text, len + 1);
	return true;
}

static const struct opt opts[] = {
	{ "--physdev-in", NULL, 1, OPT_INVERT, opt_name,
	    .offset = offsetof(struct physdev, in),
	    .inv_offset = offsetof(struct physdev, invert),
	    .inv_bit = OP_IN },
	{ "--physdev-out", NULL, 1, OPT_INVERT, opt_name,
	    .offset = offsetof(struct physdev, out),
	    .inv_offset = offsetof(struct physdev, invert),
	    .inv_bit = OP_OUT },
	{ "--physdev-is-in", NULL, 0, OPT_INVERT,
	    .inv_offset = offsetof(struct physdev, invert),
	    .inv_bit = OP_IS_IN },
	{ "--physdev-is-out", NULL, 0, OPT_INVERT,
	    .inv_offset = offsetof(struct physdev, invert),
	    .inv_bit = OP_IS_OUT },
	{ "--physdev-is-bridged", NULL, 0, OPT_INVERT,
	    .inv_offset = offsetof(struct physdev, invert),
	    .inv_bit = OP_BRIDGED },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct physdev *p = c->data;

	p->given = (uint8_t)c->seen;
	if (p->given == 0) {
		diag_error(c->diags, c->loc, "physdev: wants an option");
		return false;
	}
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct physdev *p = data;
	unsigned hooks = (1 << N_HOOKS) - 1;

	(void)family;
	if (p->given & (OP_OUT | OP_IS_OUT) &&
	    (!(p->given & OP_BRIDGED) || p->invert & OP_BRIDGED))
		hooks &= ~(1U << HOOK_OUTPUT);
	return (uint8_t)hooks;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct physdev *p = data;

	(void)how;
	if (p->given & OP_IS_IN)
		save_opt(out, p->invert & OP_IS_IN, "--physdev-is-in");
	if (p->given & OP_IN) {
		save_opt(out, p->invert & OP_IN, "--physdev-in ");
		sbuf_puts(out, p->in);
	}
	if (p->given & OP_IS_OUT)
		save_opt(out, p->invert & OP_IS_OUT, "--physdev-is-out");
	if (p->given & OP_OUT) {
		save_opt(out, p->invert & OP_OUT, "--physdev-out ");
		sbuf_puts(out, p->out);
	}
	if (p->given & OP_BRIDGED)
		save_opt(out, p->invert & OP_BRIDGED, "--physdev-is-bridged");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	sbuf_puts(out, " PHYSDEV match");
	save(data, how, out);
}

/* By the name's mask: a "+" at the end stands for any rest; the mask of no
 * name is empty. */
static bool
name_matches(const char *want, const struct iface *dev)
{
	size_t len = strlen(want);

	if (len == 0)
		return true;
	return want[len - 1] == '+' ?
	    strncmp(want, dev->name, len - 1) == 0 :
	    strncmp(want, dev->name, IFNAME_SIZE) == 0;
}

/* Does the packet have the kernel's notes about a bridge? */
static enum tri
is_bridged(struct ctx *ctx)
{
	const struct packet *p = ctx->pkt;
	const struct iface *in = p->in != NULL ? p->in : p->rcv;
	const char *sysctl = p->family == AF_INET ?
	    "net.bridge.bridge-nf-call-iptables" :
	    "net.bridge.bridge-nf-call-ip6tables";

	if (p->physin != NULL || p->physout != NULL)
		return TRI_YES;
	if (in == NULL || !in->bridge ||
	    env_sysctl(ctx->env, sysctl, 1) == 0)
		return TRI_NO;
	return unknown(ctx, "the bridge port it came in by");
}

static enum tri
test_fact(const struct physdev *d, unsigned op, bool fact, const char *what,
    struct sbuf *why)
{
	bool invert = d->invert & op;

	if (!(d->given & op) || fact != invert)
		return TRI_YES;
	return MISS(why, "%s %s, rule wants the opposite",
	    fact ? "it" : "it never", what);
}

static enum tri
test_name(const struct physdev *d, unsigned op, const struct iface *dev,
    struct sbuf *why)
{
	const char *want = op == OP_IN ? d->in : d->out;
	bool invert = d->invert & op;

	if (name_matches(want, dev) != invert)
		return TRI_YES;
	return MISS(why, "bridge port %s is %s, rule wants %s%s",
	    op == OP_IN ? "in" : "out", dev->name, invert ? "not " : "",
	    want);
}

static enum tri
physdev_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct physdev *d = data;
	const struct iface *in = ctx->pkt->physin, *out = ctx->pkt->physout;
	enum tri bridged = is_bridged(ctx), result;

	if (bridged == TRI_UNKNOWN)
		return bridged;
	if (bridged == TRI_NO)
		return (d->given & ~d->invert) == 0 ? TRI_YES :
		    MISS(why, "it goes by no bridge");
	result = test_fact(d, OP_BRIDGED, out != NULL, "is bridged", why);
	if (result == TRI_YES)
		result = test_fact(d, OP_IS_IN, in != NULL,
		    "came in by a bridge port", why);
	if (result == TRI_YES)
		result = test_fact(d, OP_IS_OUT, out != NULL,
		    "leaves by a bridge port", why);
	if (result == TRI_YES && d->given & OP_IN && in != NULL)
		result = test_name(d, OP_IN, in, why);
	if (result != TRI_YES || !(d->given & OP_OUT))
		return result;
	return out != NULL ? test_name(d, OP_OUT, out, why) :
	    MISS(why, "it leaves by no bridge port");
}

EVAL_BY(physdev);

/* ---- as fields ---- */

static void
lower_port(struct lower *l, enum field f, const char *name, bool negate)
{
	size_t len = strlen(name);
	bool wild = len > 0 && name[len - 1] == '+';
	struct ifmatch m;

	ifmatch_set(&m, name, len - wild, wild);
	lower_iface(l, f, &m, negate);
}

/* The packets that have both ports, one, or none of them. */
static bool
lower_case(const struct physdev *d, bool in, bool out, bool more,
    struct lower *l)
{
	unsigned facts = (in ? OP_IS_IN : 0) |
	    (out ? OP_OUT | OP_IS_OUT | OP_BRIDGED : 0);
	unsigned asked = OP_IS_IN | OP_IS_OUT | OP_BRIDGED;

	if (!in && !out ? d->given & ~d->invert :
	    (d->given & asked & (facts ^ ~(unsigned)d->invert)) ||
	    (d->given & OP_OUT && !out))
		return more;
	if (more)
		lower_or(l);
	lower_port(l, F_PHYSIN, "", in);
	lower_port(l, F_PHYSOUT, "", out);
	if (in && d->given & OP_IN)
		lower_port(l, F_PHYSIN, *d->in ? d->in : "+",
		    d->invert & OP_IN);
	if (out && d->given & OP_OUT)
		lower_port(l, F_PHYSOUT, *d->out ? d->out : "+",
		    d->invert & OP_OUT);
	return true;
}

static bool
lower(const void *data, struct lower *l)
{
	bool more = false;

	for (unsigned i = 0; i < 4; i++)
		more = lower_case(data, i & 1, i & 2, more, l);
	if (!more)
		lower_never(l);
	return true;
}

const struct ext ext_m_physdev = {
	.name = "physdev",
	.kind = EXT_MATCH,
	.size = sizeof(struct physdev),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.eval = physdev_eval,
	.explain = physdev_explain,
	.lower = lower,
};
