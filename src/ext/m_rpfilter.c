/* -m rpfilter: would an answer leave by the way this packet came?  Kernel:
 * ipt_rpfilter.c, ip6t_rpfilter.c. */
#include "ext/l4.h"

enum flags { LOOSE = 1 << 0, VALIDMARK = 1 << 1, ACCEPT_LOCAL = 1 << 2,
    INVERT = 1 << 3 };
static const char *const names[] = {
	"loose", "validmark", "accept-local", "invert"
};
enum { N_FLAGS = sizeof(names) / sizeof(names[0]) };

struct rpfilter { uint8_t flags; };

static bool
read_flag(struct opt_arg *a)
{
	((struct rpfilter *)a->data)->flags |=
	    (uint8_t)(1 << (a->opt - a->ext->opts));
	return true;
}

static const struct opt opts[] = {
	{ .name = "--loose", .read = read_flag },
	{ .name = "--validmark", .read = read_flag },
	{ .name = "--accept-local", .read = read_flag },
	{ .name = "--invert", .read = read_flag },
	{ .name = NULL }
};

static void
print(const struct rpfilter *r, const char *prefix, struct sbuf *out)
{
	for (unsigned i = 0; i < N_FLAGS; i++)
		if (r->flags >> i & 1)
			sbuf_printf(out, " %s%s", prefix, names[i]);
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	print(data, "--", out);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	sbuf_puts(out, " rpfilter");
	print(data, "", out);
}

/* ---- running ---- */

static bool
is_multicast(int family, const union addr *a)
{
	return family == AF_INET ? a->b[0] >> 4 == 0xe : a->b[0] == 0xff;
}

static bool
is_limited_broadcast(const union addr *a)
{
	return a->w[0] == UINT32_MAX;
}

static bool
is_linklocal(const union addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* What passes without a look at the routes. */
static bool
passes(const struct packet *p, const union addr *src, const union addr *dst)
{
	if (p->type == PKT_LOOPBACK || p->in->kind == IFK_LOOPBACK)
		return true;
	if (p->family == AF_INET6)
		return addr_is_zero(src);
	return src->b[0] == 0 && (is_limited_broadcast(dst) ||
	    (dst->b[0] == 224 && dst->b[1] == 0 && dst->b[2] == 0));
}

/* The way back: source and destination change places. */
static void
query(const struct rpfilter *r, const struct packet *p,
    const union addr *src, const union addr *dst, struct route_query *q)
{
	*q = (struct route_query){
		.family = p->family, .dst = *src,
		.mark = r->flags & VALIDMARK ? p->mark : 0,
	};
	if (p->family == AF_INET) {
		/* RT_TOS: the TOS bits without ECN and precedence. */
		q->tos = p->data[1] & 0x1c;
		if (!is_multicast(AF_INET, dst) && dst->b[0] != 0 &&
		    !is_limited_broadcast(dst))
			q->src = *dst;
		return;
	}
	q->proto = p->data[6];
	if (!is_multicast(AF_INET6, dst))
		q->src = *dst;
	if (is_linklocal(src))
		q->out = p->in;
}

static bool
hop_by(const struct route *r, const struct iface *dev)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hops[i].dev == dev)
			return true;
	return false;
}

/* fib_info_nh_uses_dev: any of the route's next hops.  IPv6 also takes
 * another route to the same network (rt6_device_match). */
static bool
leaves_by(const struct ctx *ctx, const struct route_answer *a,
    const struct iface *dev)
{
	const struct route *r = a->route;

	if (a->dev == dev || (r != NULL && hop_by(r, dev)))
		return true;
	if (r == NULL || ctx->pkt->family == AF_INET)
		return false;
	for (const struct route *o = ctx->env->routes[1]; o != NULL;
	    o = o->next)
		if (o->table == r->table && o->prefix == r->prefix &&
		    addr_equal(&o->dst, &r->dst) && hop_by(o, dev))
			return true;
	return false;
}

static bool
reverse_holds(const struct rpfilter *r, const struct ctx *ctx,
    const struct route_answer *a)
{
	const struct packet *p = ctx->pkt;

	if (a->type == ROUTE_LOCAL) {
		if (!(r->flags & ACCEPT_LOCAL))
			return false;
		if (p->family == AF_INET6)
			return true;
	} else if (a->type != ROUTE_UNICAST) {
		return false;
	}
	return (r->flags & LOOSE) || leaves_by(ctx, a, p->in);
}

static enum tri
rpfilter_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct rpfilter *r = data;
	const struct packet *p = ctx->pkt;
	bool invert = r->flags & INVERT, holds = true;
	struct route_answer a = { 0 };
	struct route_query q;
	union addr src, dst;

	if (p->in == NULL)
		return unknown(ctx, "the interface that the packet came in "
		    "on");
	pkt_src(p, &src);
	pkt_dst(p, &dst);
	if (!passes(p, &src, &dst)) {
		query(r, p, &src, &dst, &q);
		ctx->svc->route(ctx->sim, &q, &a);
		if (a.unknown)
			return unknown(ctx, "the host's routes");
		holds = reverse_holds(r, ctx, &a);
	}
	if (holds != invert)
		return TRI_YES;
	if (why != NULL) {
		sbuf_puts(why, "the way back to ");
		addr_print(why, p->family, &src);
		sbuf_printf(why, " is%s by %s", holds ? "" : " not",
		    p->in->name);
		if (a.dev != NULL && a.dev != p->in)
			sbuf_printf(why, " but by %s", a.dev->name);
	}
	return TRI_NO;
}

EVAL_BY(rpfilter);

const struct ext ext_m_rpfilter = {
	.name = "rpfilter",
	.traits = 0,
	.tables = 1 << TABLE_RAW | 1 << TABLE_MANGLE,
	.hooks = 1 << HOOK_PREROUTING,
	.size = sizeof(struct rpfilter),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = rpfilter_eval,
	.explain = rpfilter_explain,
};
