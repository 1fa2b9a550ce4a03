/* -m pkttype: to whom the frame was sent (xt_pkttype.c). */
#include "ext/l4.h"

#include <stddef.h>
#include <strings.h>

struct pkttype {
	uint8_t type;			/* enum pkt_type */
	uint8_t invert;
};

/* The first of a type is the one printed. */
static const struct { const char *name; uint8_t type; } names[] = {
	{ "unicast", PKT_HOST }, { "broadcast", PKT_BROADCAST },
	{ "multicast", PKT_MULTICAST }, { "otherhost", PKT_OTHERHOST },
	{ "bcast", PKT_BROADCAST }, { "mcast", PKT_MULTICAST },
	{ "host", PKT_HOST },
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static bool
opt_type(struct opt_arg *a)
{
	struct pkttype *t = a->data;
	unsigned i;

	for (i = 0; i < N_NAMES; i++)
		if (strcasecmp(a->text, names[i].name) == 0) {
			t->type = names[i].type;
			return true;
		}
	return opt_error(a, "unknown packet type '%s'", a->text);
}

static const struct opt opts[] = {
	{ "--pkt-type", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_type,
	    .inv_offset = offsetof(struct pkttype, invert), .inv_bit = 1 },
	{ 0 },
};

static const char *
type_name(unsigned type)
{
	unsigned i;

	for (i = 0; i < N_NAMES; i++)
		if (names[i].type == type)
			return names[i].name;
	return "outgoing";
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct pkttype *t = data;

	(void)how;
	save_opt(out, t->invert, "--pkt-type");
	sbuf_printf(out, " %s", type_name(t->type));
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct pkttype *t = data;

	(void)how;
	sbuf_printf(out, " PKTTYPE %s= %s", t->invert ? "!" : "",
	    type_name(t->type));
}

static enum tri
pkttype_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct pkttype *t = data;
	unsigned type = pkt_type_seen(ctx->pkt);

	if ((type == t->type) != t->invert)
		return TRI_YES;
	return MISS(why, "packet type is %s, rule wants %s%s",
	    type_name(type), t->invert ? "not " : "", type_name(t->type));
}

EVAL_BY(pkttype);

static bool
lower(const void *data, struct lower *l)
{
	const struct pkttype *t = data;

	lower_range(l, F_PKTTYPE, t->type, t->type, t->invert);
	return true;
}

const struct ext ext_m_pkttype = {
	.name = "pkttype",
	.kind = EXT_MATCH,
	.size = sizeof(struct pkttype),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = pkttype_eval,
	.explain = pkttype_explain,
	.lower = lower,
};
