/* -m ipvs: packets of virtual servers (xt_ipvs.c).  Nothing here tells of
 * any, so that only "! --ipvs" alone matches. */
#include "ext/host.h"
#include "ext/l4.h"

#include <stddef.h>
#include <strings.h>

enum {					/* the options' bits, in their order */
	IPVS_ANY = 1 << 0, IPVS_PROTO = 1 << 1, IPVS_ADDR = 1 << 2,
	IPVS_PORT = 1 << 3, IPVS_DIR = 1 << 4, IPVS_METHOD = 1 << 5,
	IPVS_PORTCTL = 1 << 6
};

struct ipvs {
	union addr addr, mask;
	uint16_t port, portctl;
	uint8_t proto, method;
	uint8_t given, invert;		/* IPVS_x; IPVS_DIR inverted: REPLY */
};

static const char *const methods[] = { "GATE", "IPIP", "MASQ" };
enum { N_METHODS = sizeof(methods) / sizeof(methods[0]) };

static bool
opt_proto(struct opt_arg *a)
{
	struct ipvs *v = a->data;
	int proto = proto_parse(a->text, strlen(a->text));

	if (proto < 0 || proto > UINT8_MAX)
		return opt_error(a, "unknown protocol '%s'", a->text);
	v->proto = (uint8_t)proto;
	return true;
}

static bool
opt_addr(struct opt_arg *a)
{
	struct ipvs *v = a->data;

	return hostmask_read(a->text, a->family, &v->addr, &v->mask) ||
	    opt_error(a, "bad address '%s'", a->text);
}

static bool
opt_port(struct opt_arg *a)
{
	return read_port(a->text, strlen(a->text), (uint16_t *)(void *)
	    ((char *)a->data + a->opt->offset)) ||
	    opt_error(a, "invalid port or service '%s'", a->text);
}

static bool
opt_dir(struct opt_arg *a)
{
	struct ipvs *v = a->data;

	if (strcasecmp(a->text, "ORIGINAL") == 0)
		return true;
	if (strcasecmp(a->text, "REPLY") != 0)
		return opt_error(a, "'%s' is neither ORIGINAL nor REPLY",
		    a->text);
	v->invert |= IPVS_DIR;
	return true;
}

static bool
opt_method(struct opt_arg *a)
{
	struct ipvs *v = a->data;

	for (v->method = 0; v->method < N_METHODS; v->method++)
		if (strcasecmp(a->text, methods[v->method]) == 0)
			return true;
	return opt_error(a, "'%s' is none of GATE, IPIP, MASQ", a->text);
}

#define INVERTED(bit)							\
	.inv_offset = offsetof(struct ipvs, invert), .inv_bit = (bit)

static const struct opt opts[] = {
	{ "--ipvs", NULL, 0, OPT_INVERT, INVERTED(IPVS_ANY) },
	{ "--vproto", NULL, 1, OPT_INVERT, opt_proto, INVERTED(IPVS_PROTO) },
	{ "--vaddr", NULL, 1, OPT_INVERT, opt_addr, INVERTED(IPVS_ADDR) },
	{ "--vport", NULL, 1, OPT_INVERT, opt_port,
	    .offset = offsetof(struct ipvs, port), INVERTED(IPVS_PORT) },
	{ "--vdir", NULL, 1, 0, .read = opt_dir },
	{ "--vmethod", NULL, 1, OPT_INVERT, opt_method,
	    INVERTED(IPVS_METHOD) },
	{ "--vportctl", NULL, 1, OPT_INVERT, opt_port,
	    .offset = offsetof(struct ipvs, portctl),
	    INVERTED(IPVS_PORTCTL) },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct ipvs *v = c->data;
	const char *bad = NULL;

	v->given = (uint8_t)c->seen;
	if (v->given == 0)
		bad = "wants an option";
	else if (v->given & ~IPVS_ANY && v->invert & IPVS_ANY)
		bad = "\"! --ipvs\" stands alone";
	if (bad == NULL)
		return true;
	diag_error(c->diags, c->loc, "ipvs: %s", bad);
	return false;
}

static bool
put_word(const struct ipvs *v, unsigned what, const char *prefix,
    const char *name, struct sbuf *out)
{
	if (!(v->given & what))
		return false;
	sbuf_printf(out, "%s %s%s", v->invert & what && what != IPVS_DIR ?
	    " !" : "", prefix, name);
	return true;
}

static void
put_addr(const struct ipvs *v, int family, struct sbuf *out)
{
	int prefix = addr_prefix(&v->mask, family);

	sbuf_putc(out, ' ');
	addr_print(out, family, &v->addr);
	if (prefix >= 0 && (unsigned)prefix == family_bits(family))
		return;
	sbuf_putc(out, '/');
	if (prefix >= 0)
		sbuf_putu(out, (unsigned)prefix);
	else
		addr_print(out, family, &v->mask);
}

/* "--ipvs" is implied by the others and not printed with them. */
static void
put(const struct ipvs *v, const char *prefix, int family, struct sbuf *out)
{
	if (v->given == IPVS_ANY)
		put_word(v, IPVS_ANY, prefix, "ipvs", out);
	if (put_word(v, IPVS_PROTO, prefix, "vproto", out))
		sbuf_printf(out, " %u", v->proto);
	if (put_word(v, IPVS_ADDR, prefix, "vaddr", out))
		put_addr(v, family, out);
	if (put_word(v, IPVS_PORT, prefix, "vport", out))
		sbuf_printf(out, " %u", v->port);
	if (put_word(v, IPVS_DIR, prefix, "vdir", out))
		sbuf_puts(out, v->invert & IPVS_DIR ? " REPLY" :
		    " ORIGINAL");
	if (put_word(v, IPVS_METHOD, prefix, "vmethod", out))
		sbuf_printf(out, " %s", methods[v->method]);
	if (put_word(v, IPVS_PORTCTL, prefix, "vportctl", out))
		sbuf_printf(out, " %u", v->portctl);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	put(data, "--", how->family, out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	put(data, "", how->family, out);
}

static enum tri
ipvs_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ipvs *v = data;

	(void)ctx;
	return v->given == IPVS_ANY && v->invert & IPVS_ANY ? TRI_YES :
	    MISS(why, "it is of no virtual server");
}

EVAL_BY(ipvs);

const struct ext ext_m_ipvs = {
	.name = "ipvs",
	.kind = EXT_MATCH,
	.size = sizeof(struct ipvs),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = ipvs_eval,
	.explain = ipvs_explain,
};
