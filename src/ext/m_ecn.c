/* -m ecn: congestion bits of IP and TCP (xt_ecn.c). */
#include "ext/l4.h"

#include <stddef.h>

enum { ECN_CWR = 1 << 0, ECN_ECE = 1 << 1, ECN_IP = 1 << 2 };

struct ecn {
	uint8_t given, invert;		/* ECN_x */
	uint8_t codepoint;
};

static const struct opt opts[] = {
	{ "--ecn-tcp-cwr", NULL, 0, OPT_INVERT, NULL,
	    .inv_offset = offsetof(struct ecn, invert), .inv_bit = ECN_CWR },
	{ "--ecn-tcp-ece", NULL, 0, OPT_INVERT, NULL,
	    .inv_offset = offsetof(struct ecn, invert), .inv_bit = ECN_ECE },
	{ "--ecn-ip-ect", NULL, 1, OPT_INVERT, opt_u8,
	    .offset = offsetof(struct ecn, codepoint), .max = 3,
	    .inv_offset = offsetof(struct ecn, invert), .inv_bit = ECN_IP },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct ecn *ecn = c->data;

	ecn->given = (uint8_t)c->seen;
	if (ecn->given == 0) {
		diag_error(c->diags, c->loc, "ecn: wants an option");
		return false;
	}
	if (ecn->given & (ECN_CWR | ECN_ECE) &&
	    (c->rule->proto != 6 || c->rule->invert & INV_PROTO)) {
		diag_error(c->diags, c->loc,
		    "ecn: bits of TCP want '-p tcp'");
		return false;
	}
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ecn *ecn = data;

	(void)how;
	if (ecn->given & ECN_ECE)
		save_opt(out, ecn->invert & ECN_ECE, "--ecn-tcp-ece");
	if (ecn->given & ECN_CWR)
		save_opt(out, ecn->invert & ECN_CWR, "--ecn-tcp-cwr");
	if (ecn->given & ECN_IP) {
		save_opt(out, ecn->invert & ECN_IP, "--ecn-ip-ect");
		sbuf_printf(out, " %u", ecn->codepoint);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ecn *ecn = data;

	(void)how;
	sbuf_puts(out, " ECN match");
	if (ecn->given & ECN_ECE)
		sbuf_printf(out, " %sECE", ecn->invert & ECN_ECE ? "!" : "");
	if (ecn->given & ECN_CWR)
		sbuf_printf(out, " %sCWR", ecn->invert & ECN_CWR ? "!" : "");
	if (ecn->given & ECN_IP)
		sbuf_printf(out, " %sECT=%u",
		    ecn->invert & ECN_IP ? "!" : "", ecn->codepoint);
}

static enum tri
test_bit(const struct ecn *ecn, unsigned flags, unsigned which,
    const char *name, struct sbuf *why)
{
	bool set = flags & (which == ECN_ECE ? 0x40 : 0x80);
	bool invert = ecn->invert & which;

	if (!(ecn->given & which) || set != invert)
		return TRI_YES;
	return MISS(why, "tcp %s is %s, rule wants it %s", name,
	    set ? "set" : "clear", set ? "clear" : "set");
}

/* The header is read wherever the rule's '-p tcp' left it, in fragments
 * too, and a short one is no match. */
static enum tri
test_tcp(const struct ecn *ecn, struct ctx *ctx, struct sbuf *why)
{
	enum tri result;
	const uint8_t *th;

	if (ctx->pkt->proto_cut)
		return unknown(ctx, need_bytes);
	th = packet_bytes(ctx, ctx->pkt->l4, 20, &result);
	if (th == NULL)
		return result == TRI_NO ? MISS(why, "no tcp header") : result;
	result = test_bit(ecn, th[13], ECN_ECE, "ECE", why);
	return result != TRI_YES ? result :
	    test_bit(ecn, th[13], ECN_CWR, "CWR", why);
}

static enum tri
ecn_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ecn *ecn = data;
	unsigned codepoint = packet_dsfield(ctx->pkt) & 3;
	bool invert = ecn->invert & ECN_IP;

	if (ecn->given & ECN_IP && (codepoint == ecn->codepoint) == invert)
		return MISS(why, "ecn codepoint is %u, rule wants %s%u",
		    codepoint, invert ? "not " : "", ecn->codepoint);
	if (ecn->given & (ECN_ECE | ECN_CWR))
		return test_tcp(ecn, ctx, why);
	return TRI_YES;
}

EVAL_BY(ecn);

/* No lower_l4: see test_tcp. */
static bool
lower(const void *data, struct lower *l)
{
	const struct ecn *ecn = data;

	if (ecn->given & ECN_IP)
		lower_masked(l, F_TOS, ecn->codepoint, 3,
		    ecn->invert & ECN_IP);
	if (ecn->given & ECN_ECE)
		lower_masked(l, F_TCPFLAGS, 0x40, 0x40,
		    ecn->invert & ECN_ECE);
	if (ecn->given & ECN_CWR)
		lower_masked(l, F_TCPFLAGS, 0x80, 0x80,
		    ecn->invert & ECN_CWR);
	return true;
}

const struct ext ext_m_ecn = {
	.name = "ecn",
	.kind = EXT_MATCH,
	.size = sizeof(struct ecn),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = ecn_eval,
	.explain = ecn_explain,
	.lower = lower,
};
