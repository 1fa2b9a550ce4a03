/* -m rt: the IPv6 routing header (ip6t_rt.c). */
#include "ext/hdr6.h"

#include <stddef.h>

enum {					/* the options' bits, in their order */
	RT_TYPE = 1 << 0, RT_LEFT = 1 << 1, RT_LEN = 1 << 2,
	RT_RES = 1 << 3, RT_ADDRS = 1 << 4, RT_NOT_STRICT = 1 << 5
};
enum { RT_HEADER = 4, RT0_HEADER = 8, MAX_ADDRS = 16, ADDR_SIZE = 16 };

struct rt {
	uint32_t type, left[2], length;
	const union addr *addrs;	/* of a type 0 header */
	uint8_t n_addrs;
	uint8_t given, invert;		/* RT_x */
};

static void
init(void *data, int family)
{
	struct rt *rt = data;

	(void)family;
	rt->left[1] = UINT32_MAX;
}

static bool
wants_type0(struct opt_arg *a)
{
	const struct rt *rt = a->data;

	if (*a->seen & RT_TYPE && rt->type == 0 && !(rt->invert & RT_TYPE))
		return true;
	return opt_error(a, "wants \"--rt-type 0\" before it");
}

static bool
opt_addrs(struct opt_arg *a)
{
	struct rt *rt = a->data;
	union addr addrs[MAX_ADDRS];
	const char *s = a->text;

	if (!wants_type0(a))
		return false;
	for (;;) {
		size_t len = strcspn(s, ",");

		if (rt->n_addrs == MAX_ADDRS)
			return opt_error(a, "too many addresses");
		memset(&addrs[rt->n_addrs], 0, sizeof(addrs[0]));
		if (!addr_parse(&addrs[rt->n_addrs], AF_INET6, s, len))
			return opt_error(a, "bad address '%.*s'", (int)len,
			    s);
		rt->n_addrs++;
		if (s[len] == '\0')
			break;
		s += len + 1;
	}
	rt->addrs = arena_copy(a->arena, addrs,
	    rt->n_addrs * sizeof(addrs[0]));
	return true;
}

static bool
opt_not_strict(struct opt_arg *a)
{
	return *a->seen & RT_ADDRS ? true :
	    opt_error(a, "wants \"--rt-0-addrs\" before it");
}

static const struct opt opts[] = {
	{ "--rt-type", NULL, 1, OPT_INVERT, opt_u32,
	    .offset = offsetof(struct rt, type),
	    .inv_offset = offsetof(struct rt, invert), .inv_bit = RT_TYPE },
	{ "--rt-segsleft", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct rt, left),
	    .inv_offset = offsetof(struct rt, invert), .inv_bit = RT_LEFT },
	{ "--rt-len", NULL, 1, OPT_INVERT, opt_u32,
	    .offset = offsetof(struct rt, length),
	    .inv_offset = offsetof(struct rt, invert), .inv_bit = RT_LEN },
	{ "--rt-0-res", NULL, 0, 0, .read = wants_type0 },
	{ "--rt-0-addrs", NULL, 1, 0, .read = opt_addrs },
	{ "--rt-0-not-strict", NULL, 0, 0, .read = opt_not_strict },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct rt *rt = c->data;

	rt->given = (uint8_t)c->seen;
	return true;
}

static void
put_addrs(struct sbuf *out, const struct rt *rt)
{
	unsigned i;

	for (i = 0; i < rt->n_addrs; i++) {
		sbuf_putc(out, i == 0 ? ' ' : ',');
		addr_print(out, AF_INET6, &rt->addrs[i]);
	}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct rt *rt = data;

	(void)how;
	if (rt->given & RT_TYPE)
		save_range(out, rt->invert & RT_TYPE, "--rt-type", rt->type,
		    rt->type);
	if (rt->left[0] != 0 || rt->left[1] != UINT32_MAX)
		save_range(out, rt->invert & RT_LEFT, "--rt-segsleft",
		    rt->left[0], rt->left[1]);
	if (rt->given & RT_LEN)
		save_range(out, rt->invert & RT_LEN, "--rt-len", rt->length,
		    rt->length);
	if (rt->given & RT_RES)
		save_opt(out, false, "--rt-0-res");
	if (rt->given & RT_ADDRS)
		save_opt(out, false, "--rt-0-addrs");
	put_addrs(out, rt);
	if (rt->given & RT_NOT_STRICT)
		save_opt(out, false, "--rt-0-not-strict");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct rt *rt = data;

	(void)how;
	sbuf_puts(out, " rt");
	if (rt->given & RT_TYPE)
		sbuf_printf(out, " type:%s%d",
		    rt->invert & RT_TYPE ? "!" : "", (int)rt->type);
	list_range(out, rt->invert & RT_LEFT, "segsleft", rt->left[0],
	    rt->left[1], UINT32_MAX);
	if (rt->given & RT_LEN)
		sbuf_printf(out, " length:%s%u",
		    rt->invert & RT_LEN ? "!" : "", rt->length);
	if (rt->given & RT_RES)
		sbuf_puts(out, " reserved");
	if (rt->given & RT_ADDRS)
		sbuf_puts(out, " 0-addrs");
	put_addrs(out, rt);
	if (rt->given & RT_NOT_STRICT)
		sbuf_puts(out, " 0-not-strict");
}

/* ---- running ---- */

struct header {
	uint32_t off, length;
	const uint8_t *h;		/* RT_HEADER bytes */
};

static enum tri
test_fields(const struct rt *rt, const struct header *h, struct sbuf *why)
{
	enum tri result = range_test(why, "rt segments left", h->h[3],
	    rt->left[0], rt->left[1], rt->invert & RT_LEFT);

	if (result == TRI_YES && rt->given & RT_LEN)
		result = range_test(why, "rt length", h->length, rt->length,
		    rt->length, rt->invert & RT_LEN);
	if (result == TRI_YES && rt->given & RT_TYPE)
		result = range_test(why, "rt type", h->h[2], rt->type,
		    rt->type, rt->invert & RT_TYPE);
	return result;
}

/* The addresses in their order: all that the packet has, or, if not strict,
 * with others between them. */
static enum tri
test_addrs(const struct rt *rt, struct ctx *ctx, const struct header *h,
    struct sbuf *why)
{
	unsigned n = (h->length - RT0_HEADER) / ADDR_SIZE, found = 0, i;
	bool strict = !(rt->given & RT_NOT_STRICT);

	if (rt->n_addrs > n || (strict && rt->n_addrs != n))
		return MISS(why, "rt has %u addresses, rule wants %u", n,
		    rt->n_addrs);
	for (i = 0; i < n && found < rt->n_addrs; i++) {
		enum tri result;
		const uint8_t *addr = packet_bytes(ctx,
		    h->off + RT0_HEADER + i * ADDR_SIZE, ADDR_SIZE, &result);

		if (addr == NULL)
			return result;
		if (memcmp(addr, rt->addrs[found].b, ADDR_SIZE) == 0)
			found++;
		else if (strict)
			break;
	}
	return found == rt->n_addrs ? TRI_YES :
	    MISS(why, "rt addresses are others");
}

static enum tri
rt_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct rt *rt = data;
	struct header h;
	enum tri result;

	h.h = hdr6_find(ctx, HDR6_ROUTING, RT_HEADER, &h.off, &result);
	if (h.h == NULL)
		return hdr6_missed(ctx, result, "routing", why);
	h.length = (h.h[1] + 1U) * 8;
	if (h.length > ctx->pkt->len - h.off)
		return hotdrop(ctx, why, "its routing header is cut off");
	result = test_fields(rt, &h, why);
	if (result == TRI_YES && rt->given & RT_RES) {
		const uint8_t *res = packet_bytes(ctx, h.off + RT_HEADER, 4,
		    &result);

		if (res == NULL)
			return result;
		if (get32(res) != 0)
			return MISS(why, "rt reserved field is not 0");
	}
	if (result != TRI_YES || !(rt->given & RT_ADDRS))
		return result;
	return test_addrs(rt, ctx, &h, why);
}

EVAL_BY(rt);

const struct ext ext_m_rt = {
	.name = "rt",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct rt),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.eval = rt_eval,
	.explain = rt_explain,
};
