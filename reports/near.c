#include "reports/near.h"

#include "base/diag.h"
#include "ext/ext.h"

static bool
iface_holds(const struct ifmatch *m, const struct iface *dev)
{
	static const char none[IFNAME_SIZE];
	const char *name = dev ? dev->name : none;

	if (m == NULL)
		return true;
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		if ((name[i] ^ m->name[i]) & m->mask[i])
			return false;
	return true;
}

bool
near_basic(const struct rule *r, const struct packet *p, enum basic_test test)
{
	struct addr6_spec a;
	union addr addr;
	bool holds = true, invert = false;

	switch (test) {
	case BASIC_NONE:
		return true;
	case BASIC_SRC:
		rule_addrs(r, p->family, &a);
		pkt_src(p, &addr);
		holds = addr_equal_masked(&addr, &a.src, &a.src_mask);
		invert = r->invert & INV_SRC;
		break;
	case BASIC_DST:
		rule_addrs(r, p->family, &a);
		pkt_dst(p, &addr);
		holds = addr_equal_masked(&addr, &a.dst, &a.dst_mask);
		invert = r->invert & INV_DST;
		break;
	case BASIC_IN:
		if (r->in == NULL)
			return true;
		holds = iface_holds(r->in, p->in);
		invert = r->invert & INV_IN;
		break;
	case BASIC_OUT:
		if (r->out == NULL)
			return true;
		holds = iface_holds(r->out, p->out);
		invert = r->invert & INV_OUT;
		break;
	case BASIC_PROTO:
		if (r->proto == 0)
			return true;
		holds = p->proto == r->proto && !p->proto_bad;
		invert = r->invert & INV_PROTO;
		break;
	case BASIC_FRAG:
		if (!(r->flags & RULE_FRAG))
			return true;
		holds = p->frag != 0;
		invert = r->invert & INV_FRAG;
		break;
	}
	return holds != invert;
}

/* Does the rule have this test at all? */
static bool
has_basic(const struct rule *r, int family, enum basic_test test)
{
	struct addr6_spec a;

	rule_addrs(r, family, &a);
	switch (test) {
	case BASIC_NONE:
		return false;
	case BASIC_SRC:
		return !addr_is_zero(&a.src_mask);
	case BASIC_DST:
		return !addr_is_zero(&a.dst_mask);
	case BASIC_IN:
		return r->in != NULL;
	case BASIC_OUT:
		return r->out != NULL;
	case BASIC_PROTO:
		return r->proto != 0;
	case BASIC_FRAG:
		return (r->flags & RULE_FRAG) != 0;
	}
	return false;
}

/* 1 if it holds and says something, 0 if it is not to be asked, -1 if not. */
static int
use_holds(const struct use *u, const struct ctx *from)
{
	const unsigned skip = EXT_STATEFUL | EXT_RANDOM | EXT_SIDE_EFFECT;
	struct ctx ctx = *from;

	if (strcmp(u->ext->name, "comment") == 0)
		return 0;
	if (u->ext->eval == NULL || u->ext->memory != NULL ||
	    (u->ext->traits & skip) != 0)
		return 0;
	ctx.memory = NULL;
	ctx.sink = NULL;
	ctx.hotdrop = false;
	ctx.need = "";
	return u->ext->eval(u->data, &ctx) == TRI_YES && !ctx.hotdrop ? 1 : -1;
}

/* A test for one address says as much as two others. */
static bool
of_one_host(const struct rule *r, int family, enum basic_test t)
{
	struct addr6_spec a;
	const union addr *mask = t == BASIC_SRC ? &a.src_mask : &a.dst_mask;

	if (t != BASIC_SRC && t != BASIC_DST)
		return false;
	rule_addrs(r, family, &a);
	return addr_prefix(mask, family) == (int)family_bits(family) &&
	    !(r->invert & (t == BASIC_SRC ? INV_SRC : INV_DST));
}

int
near_match(const struct rule *r, const struct ctx *ctx, enum basic_test basic,
    const struct use *use, bool anywhere)
{
	int held = 0;

	for (enum basic_test t = BASIC_SRC; t <= BASIC_FRAG; t++) {
		if (t == basic || (anywhere && (t == BASIC_IN ||
		    t == BASIC_OUT)))
			continue;
		if (!has_basic(r, ctx->pkt->family, t))
			continue;
		if (!near_basic(r, ctx->pkt, t))
			return -1;
		held += of_one_host(r, ctx->pkt->family, t) ? 2 : 1;
	}
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		int holds;

		if (u == use || (anywhere &&
		    (u->ext->traits & EXT_NEEDS_CT) != 0))
			continue;
		holds = use_holds(u, ctx);
		if (holds < 0)
			return -1;
		held += holds;
	}
	return held;
}

static void
put_spec(struct sbuf *b, int family, const union addr *a,
    const union addr *mask)
{
	int prefix = addr_prefix(mask, family);

	addr_print(b, family, a);
	if (prefix < 0) {
		sbuf_putc(b, '/');
		addr_print(b, family, mask);
	} else if ((unsigned)prefix < family_bits(family)) {
		sbuf_printf(b, "/%d", prefix);
	}
}

static void
explain_addr(const struct rule *r, const struct packet *p, bool source,
    struct sbuf *b)
{
	struct addr6_spec a;
	union addr addr;

	rule_addrs(r, p->family, &a);
	if (source)
		pkt_src(p, &addr);
	else
		pkt_dst(p, &addr);
	sbuf_puts(b, source ? "source is " : "destination is ");
	addr_print(b, p->family, &addr);
	sbuf_puts(b, r->invert & (source ? INV_SRC : INV_DST) ?
	    ", rule wants none of " : ", rule wants ");
	put_spec(b, p->family, source ? &a.src : &a.dst,
	    source ? &a.src_mask : &a.dst_mask);
}

static void
explain_iface(const char *what, const struct iface *dev,
    const struct ifmatch *m, bool invert, struct sbuf *b)
{
	const char *name = dev ? dev->name : "none";

	sbuf_printf(b, "%s is ", what);
	sbuf_safe(b, name, strlen(name));
	sbuf_puts(b, invert ? ", rule wants any but " : ", rule wants ");
	sbuf_safe(b, m->name, strnlen(m->name, IFNAME_SIZE));
	if (m->wild)
		sbuf_putc(b, '+');
}

static void
put_proto(unsigned proto, struct sbuf *b)
{
	const char *name = proto_name(proto);

	if (name != NULL)
		sbuf_puts(b, name);
	else
		sbuf_putu(b, proto);
}

void
near_explain_basic(const struct rule *r, const struct packet *p,
    enum basic_test test, struct sbuf *b)
{
	switch (test) {
	case BASIC_NONE:
		break;
	case BASIC_SRC:
		explain_addr(r, p, true, b);
		break;
	case BASIC_DST:
		explain_addr(r, p, false, b);
		break;
	case BASIC_IN:
		explain_iface("in", p->in, r->in, r->invert & INV_IN, b);
		break;
	case BASIC_OUT:
		if (p->out == NULL && p->out_unknown)
			sbuf_puts(b, "out is not known, taken for none");
		else
			explain_iface("out", p->out, r->out,
			    r->invert & INV_OUT, b);
		break;
	case BASIC_PROTO:
		sbuf_puts(b, "protocol is ");
		put_proto(p->proto, b);
		sbuf_puts(b, r->invert & INV_PROTO ? ", rule wants any but " :
		    ", rule wants ");
		put_proto(r->proto, b);
		break;
	case BASIC_FRAG:
		sbuf_puts(b, r->invert & INV_FRAG ?
		    "it is a later fragment, rule wants none" :
		    "it is no later fragment, rule wants one");
		break;
	}
}

enum verdict
near_verdict(const struct rule *r)
{
	if (r->kind == TGT_ACCEPT)
		return V_ACCEPT;
	if (r->kind == TGT_DROP)
		return V_DROP;
	if (r->kind == TGT_EXT && strcmp(r->target.ext->name, "REJECT") == 0)
		return V_DROP;
	return V_CONTINUE;
}
