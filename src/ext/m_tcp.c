/* -m tcp: ports, flags and options of TCP (xt_tcpudp.c). */
#include "ext/l4.h"

#include <stddef.h>
#include <stdio.h>

struct tcp {
	struct ports ports;
	uint8_t mask, comp;		/* of byte 13: the flags */
	uint8_t option;			/* kind that must be there; 0: any */
	uint8_t invert;			/* PORTS_SRC, PORTS_DST and: */
};

enum { INVERT_FLAGS = 1 << 2, INVERT_OPTION = 1 << 3 };
enum { OPT_FLAGS = 2, OPT_SYN };
enum { TCP_HEADER = 20 };

static const struct { const char *name; uint8_t bits; } flag_names[] = {
	{ "FIN", 0x01 }, { "SYN", 0x02 }, { "RST", 0x04 }, { "PSH", 0x08 },
	{ "ACK", 0x10 }, { "URG", 0x20 }, { "ALL", 0x3f }, { "NONE", 0 },
};
enum { N_NAMES = sizeof(flag_names) / sizeof(flag_names[0]), N_FLAGS = 6 };

static bool
read_flags(struct opt_arg *a, const char *s, uint8_t *bits)
{
	const char *word;
	size_t len;

	*bits = 0;
	while ((word = next_word(&s, ',', &len)) != NULL) {
		unsigned i;

		for (i = 0; i < N_NAMES; i++)
			if (word_is(word, len, flag_names[i].name))
				break;
		if (i == N_NAMES)
			return opt_error(a, "unknown TCP flag '%.*s'",
			    (int)len, word);
		*bits |= flag_names[i].bits;
	}
	return true;
}

static bool
opt_tcp_flags(struct opt_arg *a)
{
	struct tcp *tcp = a->data;

	if (a->text2[0] == '-' || a->text2[0] == '!')
		return opt_error(a, "wants two words: mask and flags set");
	return read_flags(a, a->text, &tcp->mask) &&
	    read_flags(a, a->text2, &tcp->comp);
}

static bool
opt_syn(struct opt_arg *a)
{
	struct tcp *tcp = a->data;

	tcp->mask = 0x17;
	tcp->comp = 0x02;
	return true;
}

static const struct opt opts[] = {
	OPTS_PORTS(tcp, opt_ports_ordered),
	[OPT_FLAGS] = { "--tcp-flags", NULL, 2, OPT_INVERT, opt_tcp_flags,
	    .inv_offset = offsetof(struct tcp, invert),
	    .inv_bit = INVERT_FLAGS, .excludes = 1 << OPT_SYN },
	[OPT_SYN] = { "--syn", NULL, 0, OPT_INVERT, opt_syn,
	    .inv_offset = offsetof(struct tcp, invert),
	    .inv_bit = INVERT_FLAGS, .excludes = 1 << OPT_FLAGS },
	{ "--tcp-option", NULL, 1, OPT_INVERT, opt_u8,
	    .offset = offsetof(struct tcp, option), .min = 1, .max = 255,
	    .inv_offset = offsetof(struct tcp, invert),
	    .inv_bit = INVERT_OPTION },
	{ 0 },
};

static void
put_flags(struct sbuf *out, unsigned bits)
{
	const char *comma = "";
	unsigned i;

	for (i = 0; i < N_FLAGS; i++)
		if (bits & flag_names[i].bits) {
			sbuf_printf(out, "%s%s", comma, flag_names[i].name);
			comma = ",";
		}
	if (*comma == '\0')
		sbuf_puts(out, "NONE");
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tcp *tcp = data;
	const struct ports *p = &tcp->ports;

	(void)how;
	if (p->src[0] != 0 || p->src[1] != UINT16_MAX)
		save_range(out, tcp->invert & PORTS_SRC, "--sport",
		    p->src[0], p->src[1]);
	if (p->dst[0] != 0 || p->dst[1] != UINT16_MAX)
		save_range(out, tcp->invert & PORTS_DST, "--dport",
		    p->dst[0], p->dst[1]);
	if (tcp->option != 0) {
		save_opt(out, tcp->invert & INVERT_OPTION, "--tcp-option");
		sbuf_printf(out, " %u", tcp->option);
	}
	if (tcp->mask != 0 || tcp->invert & INVERT_FLAGS) {
		save_opt(out, tcp->invert & INVERT_FLAGS, "--tcp-flags");
		sbuf_putc(out, ' ');
		put_flags(out, tcp->mask);
		sbuf_putc(out, ' ');
		put_flags(out, tcp->comp);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct tcp *tcp = data;
	const struct ports *p = &tcp->ports;

	(void)how;
	sbuf_puts(out, " tcp");
	list_range(out, tcp->invert & PORTS_SRC, "spt", p->src[0], p->src[1],
	    UINT16_MAX);
	list_range(out, tcp->invert & PORTS_DST, "dpt", p->dst[0], p->dst[1],
	    UINT16_MAX);
	if (tcp->option != 0)
		sbuf_printf(out, " option=%s%u",
		    tcp->invert & INVERT_OPTION ? "!" : "", tcp->option);
	if (tcp->mask != 0 || tcp->invert & INVERT_FLAGS)
		sbuf_printf(out, " flags:%s0x%02X/0x%02X",
		    tcp->invert & INVERT_FLAGS ? "!" : "", tcp->mask,
		    tcp->comp);
}

/* Is option 'kind' among the 'n' bytes of options? */
static bool
has_option(const uint8_t *op, unsigned n, unsigned kind)
{
	unsigned i = 0;

	while (i < n) {
		if (op[i] == kind)
			return true;
		if (op[i] < 2)
			i++;
		else if (i + 1 < n && op[i + 1] != 0)
			i += op[i + 1];
		else
			i++;
	}
	return false;
}

static enum tri
test_flags(const struct tcp *tcp, struct ctx *ctx, const uint8_t *th,
    struct sbuf *why)
{
	bool invert = tcp->invert & INVERT_FLAGS;

	if (!l4_known(ctx, 14))
		return unknown(ctx, need_bytes);
	if (((th[13] & tcp->mask) == tcp->comp) != invert)
		return TRI_YES;
	if (why != NULL) {
		sbuf_puts(why, "tcp flags are ");
		put_flags(why, th[13]);
		sbuf_printf(why, ", rule wants %s", invert ? "not " : "");
		put_flags(why, tcp->comp);
		sbuf_puts(why, " of ");
		put_flags(why, tcp->mask);
	}
	return TRI_NO;
}

static enum tri
test_option(const struct tcp *tcp, struct ctx *ctx, const uint8_t *th,
    struct sbuf *why)
{
	bool invert = tcp->invert & INVERT_OPTION;
	unsigned n;
	enum tri result;
	const uint8_t *op;

	if (!l4_known(ctx, 13))
		return unknown(ctx, need_bytes);
	n = (th[12] >> 4) * 4;
	if (n < TCP_HEADER)
		return hotdrop(ctx, why, "tcp data offset below 5");
	n -= TCP_HEADER;
	op = packet_bytes(ctx, ctx->pkt->l4 + TCP_HEADER, n, &result);
	if (op == NULL)
		return result != TRI_NO ? result :
		    hotdrop(ctx, why, "tcp options are cut off");
	if (has_option(op, n, tcp->option) != invert)
		return TRI_YES;
	return MISS(why, "tcp option %u is %s, rule wants it %s", tcp->option,
	    invert ? "there" : "absent", invert ? "absent" : "there");
}

static enum tri
tcp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct tcp *tcp = data;
	enum tri result;
	const uint8_t *th;

	if (ctx->pkt->frag == 1)
		return hotdrop(ctx, why, "a fragment over the tcp flags");
	th = l4_part(ctx, TCP_HEADER, 4, &result);
	if (th == NULL)
		return l4_missed(ctx, result, why);
	if (ports_test(&tcp->ports, tcp->invert, "tcp", th, why) == TRI_NO)
		return TRI_NO;
	result = TRI_YES;
	if (tcp->mask != 0 || tcp->comp != 0 || tcp->invert & INVERT_FLAGS)
		result = test_flags(tcp, ctx, th, why);
	if (result != TRI_YES || tcp->option == 0)
		return result;
	return test_option(tcp, ctx, th, why);
}

EVAL_BY(tcp);

static bool
lower(const void *data, struct lower *l)
{
	const struct tcp *tcp = data;
	char key[32];

	lower_l4(l);
	ports_lower(&tcp->ports, tcp->invert, l);
	if (tcp->mask != 0 || tcp->comp != 0 || tcp->invert & INVERT_FLAGS)
		lower_masked(l, F_TCPFLAGS, tcp->comp, tcp->mask,
		    tcp->invert & INVERT_FLAGS);
	if (tcp->option != 0) {
		snprintf(key, sizeof(key), "-m tcp --tcp-option %u",
		    tcp->option);
		lower_opaque(l, key, tcp->invert & INVERT_OPTION);
	}
	return true;
}

const struct ext ext_m_tcp = {
	.name = "tcp",
	.kind = EXT_MATCH,
	.protos = { 6 },
	.implied_by = 6,
	.size = sizeof(struct tcp),
	.opts = opts,
	.init = ports_init,
	.save = save,
	.list = list,
	.eval = tcp_eval,
	.explain = tcp_explain,
	.lower = lower,
};
