/* -j ECN: congestion bits of IPv4 and TCP (ipt_ECN.c). */
#include "ext/dsfield.h"
#include "ext/ext.h"

#include <netinet/in.h>
#include <stddef.h>

enum { O_REMOVE, O_CWR, O_ECE, O_ECT };
enum { SET_ECT = 1, SET_ECE = 0x10, SET_CWR = 0x20 };
enum { FLAG_ECE = 0x40, FLAG_CWR = 0x80 };	/* in byte 13 of TCP */

struct ecn { uint8_t what, ece, cwr, ect; };

static bool
read_remove(struct opt_arg *a)
{
	struct ecn *e = a->data;

	e->what = SET_ECE | SET_CWR;
	e->ece = e->cwr = 0;
	return true;
}

static bool
read_bits(struct opt_arg *a)
{
	static const uint8_t what[] = { [O_CWR] = SET_CWR, [O_ECE] = SET_ECE,
	    [O_ECT] = SET_ECT };
	struct ecn *e = a->data;

	e->what |= what[a->opt - a->ext->opts];
	return opt_u8(a);
}

static const struct opt opts[] = {
	[O_REMOVE] = { .name = "--ecn-tcp-remove", .read = read_remove,
	    .excludes = 1 << O_CWR | 1 << O_ECE },
	[O_CWR] = { .name = "--ecn-tcp-cwr", .args = 1, .read = read_bits,
	    .offset = offsetof(struct ecn, cwr), .max = 1,
	    .excludes = 1 << O_REMOVE },
	[O_ECE] = { .name = "--ecn-tcp-ece", .args = 1, .read = read_bits,
	    .offset = offsetof(struct ecn, ece), .max = 1,
	    .excludes = 1 << O_REMOVE },
	[O_ECT] = { .name = "--ecn-ip-ect", .args = 1, .read = read_bits,
	    .offset = offsetof(struct ecn, ect), .max = 3 },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct ecn *e = c->data;

	if (c->seen == 0) {
		diag_error(c->diags, c->loc, "ECN: an operation is required");
		return false;
	}
	if ((e->what & (SET_ECE | SET_CWR)) &&
	    (c->rule->proto != IPPROTO_TCP || (c->rule->invert & INV_PROTO))) {
		diag_error(c->diags, c->loc, "ECN: operations on TCP need "
		    "-p tcp");
		return false;
	}
	return true;
}

static bool
removes(const struct ecn *e)
{
	return e->what == (SET_ECE | SET_CWR) && e->ece == 0 && e->cwr == 0;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct ecn *e = data;

	(void)print;
	if (removes(e)) {
		sbuf_puts(out, " --ecn-tcp-remove");
		return;
	}
	if (e->what & SET_ECE)
		sbuf_printf(out, " --ecn-tcp-ece %u", e->ece);
	if (e->what & SET_CWR)
		sbuf_printf(out, " --ecn-tcp-cwr %u", e->cwr);
	if (e->what & SET_ECT)
		sbuf_printf(out, " --ecn-ip-ect %u", e->ect);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct ecn *e = data;

	(void)print;
	sbuf_puts(out, " ECN");
	if (removes(e)) {
		sbuf_puts(out, " TCP remove");
		return;
	}
	if (e->what & SET_ECE)
		sbuf_printf(out, " ECE=%u", e->ece);
	if (e->what & SET_CWR)
		sbuf_printf(out, " CWR=%u", e->cwr);
	if (e->what & SET_ECT)
		sbuf_printf(out, " ECT codepoint=%u", e->ect);
}

/* False: there is no TCP header.  Fragments are not looked for. */
static bool
set_tcp(const struct ecn *e, struct packet *pkt)
{
	uint32_t off = (pkt->data[0] & 15u) * 4;
	uint8_t old[2], mask = 0, bits = 0, *th = pkt->data + off;

	if (pkt->len < off + 20)
		return false;
	if (pkt->have < off + 20)
		return true;
	if (e->what & SET_ECE) {
		mask |= FLAG_ECE;
		bits |= e->ece ? FLAG_ECE : 0;
	}
	if (e->what & SET_CWR) {
		mask |= FLAG_CWR;
		bits |= e->cwr ? FLAG_CWR : 0;
	}
	memcpy(old, th + 12, 2);
	if ((old[1] & mask) == bits)
		return true;
	pkt_pull(pkt, off + 20);
	th[13] = (uint8_t)((old[1] & ~mask) | bits);
	csum_update(th + 16, old, th + 12, 2);
	return true;
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct ecn *e = data;
	struct packet *pkt = ctx->pkt;
	uint8_t tos = pkt_tos(pkt);

	if ((e->what & SET_ECT) && (tos & 3) != e->ect)
		pkt_set_tos(pkt, (uint8_t)((tos & ~3) | e->ect));
	if ((e->what & (SET_ECE | SET_CWR)) && pkt->proto == IPPROTO_TCP &&
	    !set_tcp(e, pkt))
		return V_DROP;
	return V_CONTINUE;
}

static void
change(const void *data, struct changes *c)
{
	(void)data;
	change_unknown(c, F_TCPFLAGS);
}

const struct ext ext_t_ECN = {
	.name = "ECN",
	.kind = EXT_TARGET,
	.family = AF_INET,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct ecn),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
	.change = change,
};
