/* -m dccp: ports, packet types and options of DCCP (xt_dccp.c). */
#include "ext/l4.h"

#include <stddef.h>

struct dccp {
	struct ports ports;
	uint16_t types;			/* bits 1 << type */
	uint8_t option;
	uint8_t given;			/* PORTS_SRC, PORTS_DST and: */
	uint8_t invert;
};

enum { DCCP_TYPES = 1 << 2, DCCP_OPTION = 1 << 3 };
enum { DCCP_HEADER = 12, DCCP_INVALID = 10, N_TYPES = 16 };

static const char *const type_names[DCCP_INVALID + 1] = {
	"REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE",
	"RESET", "SYNC", "SYNCACK", "INVALID",
};
/* dccp_packet_hdr_len; types without a name count as RESET. */
static const uint8_t type_sizes[N_TYPES] = {
	4, 12, 0, 8, 8, 8, 8, 12, 8, 8, 12, 12, 12, 12, 12, 12,
};

static bool
opt_types(struct opt_arg *a)
{
	struct dccp *dccp = a->data;
	const char *s = a->text, *word;
	size_t len;

	while ((word = next_word(&s, ',', &len)) != NULL) {
		unsigned i;

		for (i = 0; i <= DCCP_INVALID; i++)
			if (word_is(word, len, type_names[i]))
				break;
		if (i > DCCP_INVALID)
			return opt_error(a, "unknown DCCP type '%.*s'",
			    (int)len, word);
		dccp->types |= (uint16_t)(1U << i);
	}
	if (dccp->types & 1 << DCCP_INVALID)
		dccp->types |= 0xf800;
	return true;
}

static const struct opt opts[] = {
	OPTS_PORTS(dccp, opt_ports_any),
	{ "--dccp-types", NULL, 1, OPT_INVERT, opt_types,
	    .inv_offset = offsetof(struct dccp, invert),
	    .inv_bit = DCCP_TYPES },
	{ "--dccp-option", NULL, 1, OPT_INVERT, opt_u8,
	    .offset = offsetof(struct dccp, option), .min = 1, .max = 255,
	    .inv_offset = offsetof(struct dccp, invert),
	    .inv_bit = DCCP_OPTION },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct dccp *dccp = c->data;

	dccp->given = (uint8_t)c->seen;
	return true;
}

/* iptables prints INVALID for the unnamed types behind it. */
static void
put_types(struct sbuf *out, unsigned types)
{
	const char *comma = "";
	unsigned i;

	for (i = 0; i <= DCCP_INVALID; i++)
		if (types & 1U << i) {
			sbuf_printf(out, "%s%s", comma, type_names[i]);
			comma = ",";
		}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct dccp *dccp = data;
	const struct ports *p = &dccp->ports;

	(void)how;
	if (dccp->given & PORTS_SRC)
		save_range(out, dccp->invert & PORTS_SRC, "--sport",
		    p->src[0], p->src[1]);
	if (dccp->given & PORTS_DST)
		save_range(out, dccp->invert & PORTS_DST, "--dport",
		    p->dst[0], p->dst[1]);
	if (dccp->given & DCCP_TYPES) {
		save_opt(out, dccp->invert & DCCP_TYPES, "--dccp-types");
		sbuf_putc(out, ' ');
		put_types(out, dccp->types);
	}
	if (dccp->given & DCCP_OPTION) {
		save_opt(out, dccp->invert & DCCP_OPTION, "--dccp-option");
		sbuf_printf(out, " %u", dccp->option);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct dccp *dccp = data;
	const struct ports *p = &dccp->ports;
	const char *comma = "";
	unsigned i;

	(void)how;
	sbuf_puts(out, " dccp");
	if (dccp->given & PORTS_SRC)
		list_range(out, dccp->invert & PORTS_SRC, "spt", p->src[0],
		    p->src[1], UINT16_MAX);
	if (dccp->given & PORTS_DST)
		list_range(out, dccp->invert & PORTS_DST, "dpt", p->dst[0],
		    p->dst[1], UINT16_MAX);
	if (dccp->given & DCCP_TYPES) {
		sbuf_puts(out, dccp->invert & DCCP_TYPES ? " ! " : " ");
		for (i = 0; i < N_TYPES; i++)
			if (dccp->types & 1U << i) {
				sbuf_printf(out, "%s%u", comma, i);
				comma = ",";
			}
	}
	if (dccp->given & DCCP_OPTION)
		sbuf_printf(out, " option=%s%u",
		    dccp->invert & DCCP_OPTION ? "!" : "", dccp->option);
}

static enum tri
test_type(const struct dccp *dccp, struct ctx *ctx, const uint8_t *dh,
    struct sbuf *why)
{
	bool invert = dccp->invert & DCCP_TYPES;
	unsigned type;

	if (!l4_known(ctx, 9))
		return unknown(ctx, need_bytes);
	type = dh[8] >> 1 & 0xf;
	if ((dccp->types >> type & 1) != invert)
		return TRI_YES;
	if (why != NULL) {
		sbuf_printf(why, "dccp type is %s, rule wants %s",
		    type_names[type < DCCP_INVALID ? type : DCCP_INVALID],
		    invert ? "not " : "");
		put_types(why, dccp->types);
	}
	return TRI_NO;
}

/* Without the inversion. */
static enum tri
find_option(const struct dccp *dccp, struct ctx *ctx, const uint8_t *dh,
    struct sbuf *why)
{
	unsigned start, size, i = 0;
	const uint8_t *op;
	enum tri result;

	if (!l4_known(ctx, 9))
		return unknown(ctx, need_bytes);
	start = DCCP_HEADER + (dh[8] & 1 ? 4U : 0) +
	    type_sizes[dh[8] >> 1 & 0xf];
	size = dh[4] * 4U;
	if (size < start)
		return hotdrop(ctx, why, "dccp data offset too small");
	size -= start;
	if (size == 0)
		return TRI_NO;
	op = packet_bytes(ctx, ctx->pkt->l4 + start, size, &result);
	if (op == NULL)
		return result != TRI_NO ? result :
		    hotdrop(ctx, why, "dccp options are cut off");
	while (i < size) {
		if (op[i] == dccp->option)
			return TRI_YES;
		if (op[i] < 2 || i + 1 >= size || op[i + 1] == 0)
			i++;
		else
			i += op[i + 1];
	}
	return TRI_NO;
}

static enum tri
test_option(const struct dccp *dccp, struct ctx *ctx, const uint8_t *dh,
    struct sbuf *why)
{
	bool invert = dccp->invert & DCCP_OPTION;
	enum tri found = find_option(dccp, ctx, dh, why);

	if (found == TRI_UNKNOWN)
		return found;
	/* The false of a packet to be dropped is inverted too: the rule
	 * counts it, and then it is dropped. */
	if ((found == TRI_YES) != invert)
		return TRI_YES;
	if (ctx->hotdrop)
		return TRI_NO;
	return MISS(why, "dccp option %u is %s, rule wants it %s",
	    dccp->option, invert ? "there" : "absent",
	    invert ? "absent" : "there");
}

static enum tri
dccp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct dccp *dccp = data;
	enum tri result = TRI_YES;
	const uint8_t *dh = l4_part(ctx, DCCP_HEADER, 4, &result);

	if (dh == NULL)
		return l4_missed(ctx, result, why);
	if (ports_test(&dccp->ports, dccp->invert, "dccp", dh, why) == TRI_NO)
		return TRI_NO;
	if (dccp->given & DCCP_TYPES)
		result = test_type(dccp, ctx, dh, why);
	if (result != TRI_YES || !(dccp->given & DCCP_OPTION))
		return result;
	return test_option(dccp, ctx, dh, why);
}

EVAL_BY(dccp);

static bool
lower(const void *data, struct lower *l)
{
	const struct dccp *dccp = data;
	struct sbuf key = SBUF_INIT;

	lower_l4(l);
	ports_lower(&dccp->ports, dccp->invert, l);
	if (dccp->given & DCCP_TYPES) {
		sbuf_puts(&key, "-m dccp --dccp-types ");
		put_types(&key, dccp->types);
		lower_opaque(l, sbuf_text(&key), dccp->invert & DCCP_TYPES);
	}
	sbuf_clear(&key);
	if (dccp->given & DCCP_OPTION) {
		sbuf_printf(&key, "-m dccp --dccp-option %u", dccp->option);
		lower_opaque(l, sbuf_text(&key), dccp->invert & DCCP_OPTION);
	}
	sbuf_free(&key);
	return true;
}

const struct ext ext_m_dccp = {
	.name = "dccp",
	.kind = EXT_MATCH,
	.protos = { 33 },
	.implied_by = 33,
	.size = sizeof(struct dccp),
	.opts = opts,
	.init = ports_init,
	.check = check,
	.save = save,
	.list = list,
	.eval = dccp_eval,
	.explain = dccp_explain,
	.lower = lower,
};
