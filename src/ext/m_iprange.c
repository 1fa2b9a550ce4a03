/* -m iprange: addresses from one to another (xt_iprange.c). */
#include "ext/l4.h"

#include <stddef.h>

enum { RANGE_SRC, RANGE_DST, N_SIDES };

/* IPv4: host order in v4; IPv6: four addresses at v6, in the same order. */
struct iprange {
	union {
		uint32_t v4[N_SIDES * 2];
		const union addr *v6;
	};
	uint8_t given, invert;		/* bits 1 << RANGE_x */
};

/* Reads 'len' characters as an address, as inet_pton or short ("10.1"). */
static bool
read_addr(struct opt_arg *a, const char *s, size_t len, union addr *addr)
{
	char text[64];
	union addr mask;

	if (len < sizeof(text)) {
		memcpy(text, s, len);
		text[len] = '\0';
		if (strchr(text, '/') == NULL &&
		    read_addr_mask(text, a->family, addr, &mask))
			return true;
	}
	return opt_error(a, "bad address '%.*s'", (int)len, s);
}

static bool
read_range(struct opt_arg *a, union addr ends[2])
{
	size_t len = strcspn(a->text, "-");

	if (!read_addr(a, a->text, len, &ends[0]))
		return false;
	ends[1] = ends[0];
	if (a->text[len] == '\0')
		return true;
	if (!read_addr(a, a->text + len + 1, strlen(a->text + len + 1),
	    &ends[1]))
		return false;
	if (addr_cmp(&ends[0], &ends[1]) > 0)
		diag_warn(a->diags, a->loc, "iprange: %s is reversed and "
		    "never matches", a->text);
	return true;
}

static bool
opt_range(struct opt_arg *a, unsigned side)
{
	struct iprange *r = a->data;
	union addr ends[2], *all;

	if (!read_range(a, ends))
		return false;
	r->given |= (uint8_t)(1U << side);
	if (a->family == AF_INET) {
		r->v4[side * 2] = get32(ends[0].b);
		r->v4[side * 2 + 1] = get32(ends[1].b);
		return true;
	}
	all = arena_alloc(a->arena, N_SIDES * 2 * sizeof(*all));
	if (r->v6 != NULL)
		memcpy(all, r->v6, N_SIDES * 2 * sizeof(*all));
	memcpy(all + side * 2, ends, sizeof(ends));
	r->v6 = all;
	return true;
}

static bool
opt_src(struct opt_arg *a)
{
	return opt_range(a, RANGE_SRC);
}

static bool
opt_dst(struct opt_arg *a)
{
	return opt_range(a, RANGE_DST);
}

static const struct opt opts[] = {
	{ "--src-range", NULL, 1, OPT_INVERT, opt_src,
	    .inv_offset = offsetof(struct iprange, invert),
	    .inv_bit = 1 << RANGE_SRC },
	{ "--dst-range", NULL, 1, OPT_INVERT, opt_dst,
	    .inv_offset = offsetof(struct iprange, invert),
	    .inv_bit = 1 << RANGE_DST },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	if (c->seen == 0) {
		diag_error(c->diags, c->loc,
		    "iprange: wants --src-range or --dst-range");
		return false;
	}
	return true;
}

static void
get_ends(const struct iprange *r, int family, unsigned side,
    union addr ends[2])
{
	memset(ends, 0, 2 * sizeof(ends[0]));
	if (family == AF_INET) {
		put32(ends[0].b, r->v4[side * 2]);
		put32(ends[1].b, r->v4[side * 2 + 1]);
	} else {
		memcpy(ends, r->v6 + side * 2, 2 * sizeof(ends[0]));
	}
}

static void
put_range(const struct iprange *r, int family, unsigned side,
    struct sbuf *out)
{
	union addr ends[2];

	get_ends(r, family, side, ends);
	addr_print(out, family, &ends[0]);
	sbuf_putc(out, '-');
	addr_print(out, family, &ends[1]);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	static const char *const names[] = { "--src-range", "--dst-range" };
	const struct iprange *r = data;
	unsigned side;

	for (side = 0; side < N_SIDES; side++)
		if (r->given >> side & 1) {
			save_opt(out, r->invert >> side & 1, names[side]);
			sbuf_putc(out, ' ');
			put_range(r, how->family, side, out);
		}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	static const char *const names[] = { "source", "destination" };
	const struct iprange *r = data;
	unsigned side;

	for (side = 0; side < N_SIDES; side++)
		if (r->given >> side & 1) {
			sbuf_printf(out, " %s IP range%s ", names[side],
			    r->invert >> side & 1 ? " !" : "");
			put_range(r, how->family, side, out);
		}
}

static bool
inside(const struct iprange *r, const struct packet *p, unsigned side)
{
	const uint8_t *addr = p->data + 8 + side * 16;
	const union addr *ends;

	if (p->family == AF_INET)
		return in_range(get32(p->data + 12 + side * 4),
		    r->v4[side * 2], r->v4[side * 2 + 1]);
	ends = r->v6 + side * 2;
	return memcmp(addr, ends[0].b, 16) >= 0 &&
	    memcmp(addr, ends[1].b, 16) <= 0;
}

static enum tri
explain(const struct iprange *r, const struct packet *p, unsigned side,
    struct sbuf *why)
{
	union addr addr;

	if (side == RANGE_SRC)
		pkt_src(p, &addr);
	else
		pkt_dst(p, &addr);
	sbuf_puts(why, side == RANGE_SRC ? "source is " : "destination is ");
	addr_print(why, p->family, &addr);
	sbuf_printf(why, ", rule wants %s",
	    r->invert >> side & 1 ? "not " : "");
	put_range(r, p->family, side, why);
	return TRI_NO;
}

static enum tri
iprange_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct iprange *r = data;
	unsigned side;

	for (side = 0; side < N_SIDES; side++)
		if (r->given >> side & 1 &&
		    inside(r, ctx->pkt, side) == (r->invert >> side & 1))
			return why == NULL ? TRI_NO :
			    explain(r, ctx->pkt, side, why);
	return TRI_YES;
}

EVAL_BY(iprange);

static bool
lower(const void *data, struct lower *l)
{
	const struct iprange *r = data;
	union addr ends[2];

	for (unsigned side = 0; side < N_SIDES; side++) {
		if (!(r->given >> side & 1))
			continue;
		get_ends(r, l->family, side, ends);
		lower_range(l, side == RANGE_SRC ? F_SRC : F_DST,
		    addr_number(&ends[0], l->family),
		    addr_number(&ends[1], l->family), r->invert >> side & 1);
	}
	return true;
}

const struct ext ext_m_iprange = {
	.name = "iprange",
	.kind = EXT_MATCH,
	.size = sizeof(struct iprange),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = iprange_eval,
	.explain = iprange_explain,
	.lower = lower,
};
