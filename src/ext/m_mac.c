/* -m mac: the Ethernet source address (xt_mac.c). */
#include "ext/l4.h"

#include <ctype.h>
#include <stddef.h>

enum { MAC_SIZE = 6, ETHER_HEADER = 14, ETHER_SOURCE = 6 };

struct mac {
	uint8_t addr[MAC_SIZE];
	uint8_t invert;
};

static int
hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' :
	    tolower((unsigned char)c) - 'a' + 10;
}

/* Up to two digits; none is 0, as strtoul has it. */
static bool
opt_mac(struct opt_arg *a)
{
	struct mac *mac = a->data;
	const char *s = a->text;
	unsigned i, digits;

	for (i = 0; i < MAC_SIZE; i++) {
		unsigned v = 0;

		for (digits = 0; isxdigit((unsigned char)*s); digits++)
			v = v * 16 + (unsigned)hex_digit(*s++);
		if (digits > 2 || *s != (i + 1 < MAC_SIZE ? ':' : '\0'))
			return opt_error(a, "bad MAC address '%s'", a->text);
		mac->addr[i] = (uint8_t)v;
		s++;
	}
	return true;
}

static const struct opt opts[] = {
	{ "--mac-source", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_mac,
	    .inv_offset = offsetof(struct mac, invert), .inv_bit = 1 },
	{ 0 },
};

static void
put_mac(struct sbuf *out, const uint8_t *m)
{
	sbuf_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
	    m[3], m[4], m[5]);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mac *mac = data;

	(void)how;
	save_opt(out, mac->invert, "--mac-source");
	sbuf_putc(out, ' ');
	put_mac(out, mac->addr);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mac *mac = data;

	(void)how;
	sbuf_printf(out, " MAC %s", mac->invert ? "! " : "");
	put_mac(out, mac->addr);
}

/* Only Ethernet devices have the address; what came in by another has none,
 * and that is no match even if inverted. */
static enum tri
mac_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct mac *mac = data;
	const struct packet *p = ctx->pkt;
	const struct iface *in = p->in != NULL ? p->in : p->rcv;
	const uint8_t *source;

	if (in == NULL || in->kind != IFK_ETHER)
		return MISS(why, "it came in by no Ethernet device");
	if (!p->has_mac || p->ll == NULL || p->ll_len < ETHER_HEADER)
		return unknown(ctx, "the MAC address it came from");
	source = p->ll + ETHER_SOURCE;
	if ((memcmp(source, mac->addr, MAC_SIZE) == 0) != mac->invert)
		return TRI_YES;
	if (why != NULL) {
		sbuf_puts(why, "source MAC is ");
		put_mac(why, source);
		sbuf_printf(why, ", rule wants %s",
		    mac->invert ? "not " : "");
		put_mac(why, mac->addr);
	}
	return TRI_NO;
}

EVAL_BY(mac);

static bool
lower(const void *data, struct lower *l)
{
	const struct mac *mac = data;
	struct range r[2] = { { 0, 0 }, { MAC_NONE, MAC_NONE } };

	for (unsigned i = 0; i < MAC_SIZE; i++)
		r[0].lo = r[0].lo << 8 | mac->addr[i];
	r[0].hi = r[0].lo;
	lower_ranges(l, F_MAC, r, mac->invert ? 2 : 1, mac->invert);
	return true;
}

const struct ext ext_m_mac = {
	.name = "mac",
	.kind = EXT_MATCH,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT | 1 << HOOK_FORWARD,
	.size = sizeof(struct mac),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = mac_eval,
	.explain = mac_explain,
	.lower = lower,
};
