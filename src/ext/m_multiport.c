/* -m multiport: a list of ports and ranges (xt_multiport.c, revision 1). */
#include "ext/l4.h"

#include <stddef.h>

enum { MAX_PORTS = 15, PROTO_UDPLITE = 136 };
enum { SIDE_SRC = 1 << 0, SIDE_DST = 1 << 1 };

struct multiport {
	uint16_t ports[MAX_PORTS];	/* n of them */
	uint16_t ranges;		/* bit i: ports i, i + 1 are one */
	uint8_t n;
	uint8_t side;
	uint8_t invert;
};

static bool
has_ports(const struct rule *r)
{
	static const uint8_t protos[] = { 6, 17, PROTO_UDPLITE, 132, 33 };

	return !(r->invert & INV_PROTO) && r->proto != 0 &&
	    memchr(protos, r->proto, sizeof(protos)) != NULL;
}

/* A port or range; it must fit. */
static bool
add_ports(struct opt_arg *a, struct multiport *m, const char *s, size_t len)
{
	const char *colon = memchr(s, ':', len);
	size_t first = colon ? (size_t)(colon - s) : len;

	if (m->n + (colon != NULL) >= MAX_PORTS)
		return opt_error(a, "too many ports: %d, a range counts as "
		    "two", MAX_PORTS) || diag_id(a->diags, "FW1010");
	if (!read_port(s, first, &m->ports[m->n]))
		return opt_error(a, "invalid port or service '%.*s'",
		    (int)first, s);
	m->n++;
	if (colon == NULL)
		return true;
	if (!read_port(colon + 1, len - first - 1, &m->ports[m->n]))
		return opt_error(a, "invalid port or service '%.*s'",
		    (int)(len - first - 1), colon + 1);
	m->ranges |= (uint16_t)(1U << (m->n - 1));
	m->n++;
	if (m->ports[m->n - 2] >= m->ports[m->n - 1])
		return opt_error(a, "invalid port range '%.*s'", (int)len, s);
	return true;
}

static bool
read_list(struct opt_arg *a, unsigned side)
{
	struct multiport *m = a->data;
	const char *s = a->text;

	if (!has_ports(a->rule))
		return opt_error(a, "needs '-p tcp', '-p udp', '-p udplite', "
		    "'-p sctp' or '-p dccp' before it") ||
		    diag_id(a->diags, "FW1007");
	m->side = (uint8_t)side;
	for (;;) {
		size_t len = strcspn(s, ",");

		if (!add_ports(a, m, s, len))
			return false;
		if (s[len] == '\0')
			return true;
		s += len + 1;
	}
}

static bool
opt_sports(struct opt_arg *a)
{
	return read_list(a, SIDE_SRC);
}

static bool
opt_dports(struct opt_arg *a)
{
	return read_list(a, SIDE_DST);
}

static bool
opt_either(struct opt_arg *a)
{
	return read_list(a, SIDE_SRC | SIDE_DST);
}

static const struct opt opts[] = {
	{ "--sports", "--source-ports", 1, OPT_INVERT, opt_sports,
	    .inv_offset = offsetof(struct multiport, invert), .inv_bit = 1,
	    .excludes = 7 },
	{ "--dports", "--destination-ports", 1, OPT_INVERT, opt_dports,
	    .inv_offset = offsetof(struct multiport, invert), .inv_bit = 1,
	    .excludes = 7 },
	{ "--ports", NULL, 1, OPT_INVERT, opt_either,
	    .inv_offset = offsetof(struct multiport, invert), .inv_bit = 1,
	    .excludes = 7 },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	if (c->seen == 0) {
		diag_error(c->diags, c->loc, "multiport: wants an option");
		return false;
	}
	return true;
}

static const char *const side_names[] = {
	[SIDE_SRC] = "sports", [SIDE_DST] = "dports",
	[SIDE_SRC | SIDE_DST] = "ports",
};

static void
put_ports(const struct multiport *m, struct sbuf *out)
{
	unsigned i;

	for (i = 0; i < m->n; i++) {
		if (i > 0)
			sbuf_putc(out, m->ranges >> (i - 1) & 1 ? ':' : ',');
		sbuf_putu(out, m->ports[i]);
	}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct multiport *m = data;

	(void)how;
	sbuf_printf(out, "%s --%s ", m->invert ? " !" : "",
	    side_names[m->side]);
	put_ports(m, out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct multiport *m = data;

	(void)how;
	sbuf_printf(out, " multiport %s %s", side_names[m->side],
	    m->invert ? " !" : "");
	put_ports(m, out);
}

static bool
any_port(const struct multiport *m, unsigned src, unsigned dst)
{
	unsigned i, lo, hi;

	for (i = 0; i < m->n; i++) {
		lo = hi = m->ports[i];
		if (m->ranges >> i & 1)
			hi = m->ports[++i];
		if ((m->side & SIDE_SRC && in_range(src, lo, hi)) ||
		    (m->side & SIDE_DST && in_range(dst, lo, hi)))
			return true;
	}
	return false;
}

static enum tri
multiport_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct multiport *m = data;
	enum tri result;
	const uint8_t *ports = ext_l4(ctx, 4, &result);
	unsigned src, dst;

	if (ports == NULL)
		return l4_missed(ctx, result, why);
	src = get16(ports);
	dst = get16(ports + 2);
	if (any_port(m, src, dst) != m->invert)
		return TRI_YES;
	if (why == NULL)
		return TRI_NO;
	if (m->side == (SIDE_SRC | SIDE_DST))
		sbuf_printf(why, "ports are %u and %u", src, dst);
	else
		sbuf_printf(why, "%s is %u", m->side == SIDE_SRC ? "sport" :
		    "dport", m->side == SIDE_SRC ? src : dst);
	sbuf_printf(why, ", rule wants %s", m->invert ? "none of " : "");
	put_ports(m, why);
	return TRI_NO;
}

EVAL_BY(multiport);

/* Either side has one of the ports: two alternatives; none of both has: one,
 * with a test of each. */
static bool
lower(const void *data, struct lower *l)
{
	const struct multiport *m = data;
	struct range r[MAX_PORTS];
	unsigned n = 0, i;

	for (i = 0; i < m->n; i++, n++) {
		r[n].lo = r[n].hi = m->ports[i];
		if (m->ranges >> i & 1)
			r[n].hi = m->ports[++i];
	}
	lower_l4(l);
	if (m->side & SIDE_SRC)
		lower_ranges(l, F_SPORT, r, n, m->invert);
	if (m->side == (SIDE_SRC | SIDE_DST) && !m->invert) {
		lower_or(l);
		lower_l4(l);
	}
	if (m->side & SIDE_DST)
		lower_ranges(l, F_DPORT, r, n, m->invert);
	return true;
}

const struct ext ext_m_multiport = {
	.name = "multiport",
	.kind = EXT_MATCH,
	.protos = { 6, 17, PROTO_UDPLITE, 132, 33 },
	.size = sizeof(struct multiport),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = multiport_eval,
	.explain = multiport_explain,
	.lower = lower,
};
