/* -m policy: the IPsec policy of a packet (xt_policy.c).
 *
 * Nothing here says that a packet was or will be encrypted, so that only
 * "--pol none" matches. */
#include "ext/host.h"
#include "ext/l4.h"

#include <stddef.h>

enum {
	OPT_DIR, OPT_POL, OPT_STRICT, OPT_REQID, OPT_SPI, OPT_PROTO, OPT_MODE,
	OPT_TUNNEL_SRC, OPT_TUNNEL_DST, OPT_NEXT
};
enum { DIR_IN = 1 << 0, DIR_OUT = 1 << 1, POL_NONE = 1 << 2, STRICT = 1 << 3 };
enum {
	HAS_SADDR = 1 << 0, HAS_DADDR = 1 << 1, HAS_PROTO = 1 << 2,
	HAS_MODE = 1 << 3, HAS_SPI = 1 << 4, HAS_REQID = 1 << 5
};
enum { MODE_TRANSPORT, MODE_TUNNEL };
enum { MAX_ELEMENTS = 4 };

struct element {
	union addr saddr, smask, daddr, dmask;
	uint32_t spi, reqid;
	uint8_t proto, mode;
	uint8_t given, invert;		/* HAS_x */
};

struct policy {
	struct element *elements;	/* MAX_ELEMENTS; null: nothing given */
	uint8_t n;			/* while reading: the current one */
	uint8_t flags;
};

/* ---- reading ---- */

static bool
choose(struct opt_arg *a, const char *const words[2], unsigned *which)
{
	for (*which = 0; *which < 2; ++*which)
		if (strcmp(a->text, words[*which]) == 0)
			return true;
	return opt_error(a, "'%s' is neither \"%s\" nor \"%s\"", a->text,
	    words[0], words[1]);
}

static bool
opt_dir(struct opt_arg *a)
{
	static const char *const words[] = { "in", "out" };
	struct policy *p = a->data;
	unsigned which;

	if (!choose(a, words, &which))
		return false;
	p->flags |= which == 0 ? DIR_IN : DIR_OUT;
	return true;
}

static bool
opt_pol(struct opt_arg *a)
{
	static const char *const words[] = { "none", "ipsec" };
	struct policy *p = a->data;
	unsigned which;

	if (!choose(a, words, &which))
		return false;
	if (which == 0)
		p->flags |= POL_NONE;
	return true;
}

static bool
opt_strict(struct opt_arg *a)
{
	struct policy *p = a->data;

	p->flags |= STRICT;
	return true;
}

static bool
opt_next(struct opt_arg *a)
{
	struct policy *p = a->data;

	if (++p->n == MAX_ELEMENTS)
		return opt_error(a, "more than %d elements", MAX_ELEMENTS);
	return true;
}

static struct element *
current(struct opt_arg *a)
{
	struct policy *p = a->data;

	if (p->elements == NULL)
		p->elements = arena_alloc(a->arena,
		    MAX_ELEMENTS * sizeof(*p->elements));
	return &p->elements[p->n];
}

/* Null after an error: the option was given for this element before. */
static struct element *
note(struct opt_arg *a, unsigned what)
{
	struct element *e = current(a);

	if (e->given & what) {
		opt_error(a, "option \"%s\" twice for one element",
		    a->opt->name);
		return NULL;
	}
	e->given |= (uint8_t)what;
	if (a->negate)
		e->invert |= (uint8_t)what;
	return e;
}

static bool
read_u32(struct opt_arg *a, uint32_t *out)
{
	const char *s = a->text;
	uint64_t v;

	if (!read_number(&s, UINT32_MAX, &v) || *s != '\0')
		return opt_error(a, "bad value '%s'", a->text);
	*out = (uint32_t)v;
	return true;
}

static bool
opt_reqid(struct opt_arg *a)
{
	struct element *e = note(a, HAS_REQID);

	return e != NULL && read_u32(a, &e->reqid);
}

static bool
opt_spi(struct opt_arg *a)
{
	struct element *e = note(a, HAS_SPI);

	return e != NULL && read_u32(a, &e->spi);
}

static const struct { const char *name; uint8_t proto; } protos[] = {
	{ "esp", 50 }, { "ah", 51 }, { "ipcomp", 108 },
};
enum { N_PROTOS = sizeof(protos) / sizeof(protos[0]) };

static bool
opt_proto(struct opt_arg *a)
{
	struct element *e = note(a, HAS_PROTO);
	int proto = proto_parse(a->text, strlen(a->text));
	unsigned i;

	for (i = 0; e != NULL && i < N_PROTOS; i++)
		if (proto == protos[i].proto ||
		    strcmp(a->text, protos[i].name) == 0) {
			e->proto = protos[i].proto;
			return true;
		}
	return e != NULL && opt_error(a, "'%s' is none of ah, esp, ipcomp",
	    a->text);
}

static const char *const modes[] = {
	[MODE_TRANSPORT] = "transport", [MODE_TUNNEL] = "tunnel",
};

static bool
opt_mode(struct opt_arg *a)
{
	struct element *e = note(a, HAS_MODE);
	unsigned which;

	if (e == NULL || !choose(a, modes, &which))
		return false;
	e->mode = (uint8_t)which;
	return true;
}

static bool
read_tunnel(struct opt_arg *a, union addr *addr, union addr *mask)
{
	return hostmask_read(a->text, a->family, addr, mask) ||
	    opt_error(a, "bad address '%s'", a->text);
}

static bool
opt_tunnel_src(struct opt_arg *a)
{
	struct element *e = note(a, HAS_SADDR);

	return e != NULL && read_tunnel(a, &e->saddr, &e->smask);
}

static bool
opt_tunnel_dst(struct opt_arg *a)
{
	struct element *e = note(a, HAS_DADDR);

	return e != NULL && read_tunnel(a, &e->daddr, &e->dmask);
}

static const struct opt opts[] = {
	[OPT_DIR] = { "--dir", NULL, 1, 0, .read = opt_dir },
	[OPT_POL] = { "--pol", NULL, 1, 0, .read = opt_pol },
	[OPT_STRICT] = { "--strict", NULL, 0, 0, .read = opt_strict },
	[OPT_REQID] = { "--reqid", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_reqid },
	[OPT_SPI] = { "--spi", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_spi },
	[OPT_PROTO] = { "--proto", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_proto },
	[OPT_MODE] = { "--mode", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_mode },
	[OPT_TUNNEL_SRC] = { "--tunnel-src", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_tunnel_src },
	[OPT_TUNNEL_DST] = { "--tunnel-dst", NULL, 1, OPT_MULTI | OPT_INVERT,
	    .read = opt_tunnel_dst },
	[OPT_NEXT] = { "--next", NULL, 0, OPT_MULTI, .read = opt_next },
	{ 0 },
};

static bool
check_element(struct ext_check *c, const struct element *e)
{
	const struct policy *p = c->data;

	if (p->flags & STRICT && e->given == 0) {
		diag_error(c->diags, c->loc, "policy: an element says "
		    "nothing, which \"--strict\" does not allow");
		return false;
	}
	if (e->given & (HAS_SADDR | HAS_DADDR) &&
	    (e->mode == MODE_TUNNEL) == !!(e->invert & HAS_MODE)) {
		diag_error(c->diags, c->loc, "policy: \"--tunnel-src\" and "
		    "\"--tunnel-dst\" want tunnel mode");
		return false;
	}
	return true;
}

static bool
check(struct ext_check *c)
{
	static const struct element nothing;
	struct policy *p = c->data;
	const char *bad = NULL;
	unsigned i;

	if (!(p->flags & (DIR_IN | DIR_OUT)))
		bad = "neither \"--dir in\" nor \"--dir out\"";
	else if (p->flags & POL_NONE && p->flags & STRICT)
		bad = "\"--strict\" with policy none";
	else if (p->flags & POL_NONE && p->n != 0)
		bad = "elements with policy none";
	else if (c->seen & 1 << OPT_NEXT && !(p->flags & STRICT))
		bad = "\"--next\" wants \"--strict\"";
	if (bad != NULL) {
		diag_error(c->diags, c->loc, "policy: %s", bad);
		return false;
	}
	if (!(p->flags & POL_NONE))
		p->n++;
	for (i = 0; i < p->n; i++)
		if (!check_element(c, p->elements != NULL ?
		    &p->elements[i] : &nothing))
			return false;
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct policy *p = data;
	unsigned hooks = (1 << N_HOOKS) - 1;

	(void)family;
	if (p->flags & DIR_OUT)
		hooks &= ~(1U << HOOK_PREROUTING | 1U << HOOK_INPUT);
	if (p->flags & DIR_IN)
		hooks &= ~(1U << HOOK_POSTROUTING | 1U << HOOK_OUTPUT);
	return (uint8_t)hooks;
}

/* ---- printing ---- */

static void
put_addr(struct sbuf *out, int family, const union addr *addr,
    const union addr *mask)
{
	int prefix = addr_prefix(mask, family);

	sbuf_putc(out, ' ');
	addr_print(out, family, addr);
	if (prefix >= 0 && (unsigned)prefix == family_bits(family))
		return;
	sbuf_putc(out, '/');
	if (prefix >= 0)
		sbuf_putu(out, (unsigned)prefix);
	else
		addr_print(out, family, mask);
}

static void
put_proto(struct sbuf *out, unsigned proto, bool numeric)
{
	unsigned i;

	for (i = 0; i < N_PROTOS && !numeric; i++)
		if (protos[i].proto == proto) {
			sbuf_printf(out, " %s", protos[i].name);
			return;
		}
	sbuf_printf(out, " %u", proto);
}

/* One word of an element; false if it was not given. */
static bool
put_word(struct sbuf *out, const struct element *e, unsigned what,
    const char *prefix, const char *name)
{
	if (!(e->given & what))
		return false;
	sbuf_printf(out, "%s %s%s", e->invert & what ? " !" : "", prefix,
	    name);
	return true;
}

static void
put_element(struct sbuf *out, const struct element *e, const char *prefix,
    int family, bool numeric)
{
	if (put_word(out, e, HAS_REQID, prefix, "reqid"))
		sbuf_printf(out, " %u", e->reqid);
	if (put_word(out, e, HAS_SPI, prefix, "spi"))
		sbuf_printf(out, " 0x%x", e->spi);
	if (put_word(out, e, HAS_PROTO, prefix, "proto"))
		put_proto(out, e->proto, numeric);
	if (put_word(out, e, HAS_MODE, prefix, "mode"))
		sbuf_printf(out, " %s", modes[e->mode]);
	if (put_word(out, e, HAS_DADDR, prefix, "tunnel-dst"))
		put_addr(out, family, &e->daddr, &e->dmask);
	if (put_word(out, e, HAS_SADDR, prefix, "tunnel-src"))
		put_addr(out, family, &e->saddr, &e->smask);
}

static void
put_flags(struct sbuf *out, const struct policy *p, const char *prefix)
{
	sbuf_printf(out, " %sdir %s %spol %s", prefix,
	    p->flags & DIR_IN ? "in" : "out", prefix,
	    p->flags & POL_NONE ? "none" : "ipsec");
	if (p->flags & STRICT)
		sbuf_printf(out, " %sstrict", prefix);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct policy *p = data;
	unsigned i;

	put_flags(out, p, "--");
	for (i = 0; p->elements != NULL && i < p->n; i++) {
		if (i > 0)
			sbuf_puts(out, " --next");
		put_element(out, &p->elements[i], "--", how->family, false);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct policy *p = data;
	unsigned i;

	sbuf_puts(out, " policy match");
	put_flags(out, p, "");
	for (i = 0; p->elements != NULL && i < p->n; i++) {
		if (p->n > 1)
			sbuf_printf(out, " [%u]", i);
		put_element(out, &p->elements[i], "", how->family,
		    how->numeric);
	}
}

static enum tri
policy_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct policy *p = data;

	(void)ctx;
	return p->flags & POL_NONE ? TRI_YES :
	    MISS(why, "it has no IPsec policy");
}

EVAL_BY(policy);

const struct ext ext_m_policy = {
	.name = "policy",
	.kind = EXT_MATCH,
	.size = sizeof(struct policy),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.eval = policy_eval,
	.explain = policy_explain,
};
