/* -m limit: a token bucket for each rule.  Kernel: xt_limit.c. */
#include "ext/rate.h"

enum { SCALE = 10000, DEFAULT_BURST = 5 };

struct limit {
	uint32_t avg;			/* SCALE * seconds / packets */
	uint32_t burst;
};

static void
init(void *data, int family)
{
	struct limit *l = data;

	(void)family;
	l->avg = SCALE * 60 * 60 / 3;	/* 3/hour */
	l->burst = DEFAULT_BURST;
}

static bool
read_limit(struct opt_arg *a)
{
	struct limit *l = a->data;
	uint32_t seconds, packets;
	long long rate;

	if (!rate_read(a->text, &rate, &seconds) || (int)rate == 0)
		return opt_error(a, "bad rate \"%s\"", a->text);
	packets = (uint32_t)rate;
	l->avg = SCALE * seconds / packets;
	if (l->avg == 0)
		return opt_error(a, "Rate too fast \"%s\"", a->text);
	return true;
}

static const struct opt opts[] = {
	{ .name = "--limit", .args = 1, .read = read_limit },
	{ .name = "--limit-burst", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct limit, burst), .max = 10000 },
	{ .name = NULL }
};

static uint32_t
credits_per_jiffy(unsigned hz)
{
	return (uint32_t)power_below(UINT32_MAX / (hz * 60 * 60 * 24));
}

/* user2credits: 32 bits, and divides first where it would overflow. */
static uint32_t
credits(uint32_t user, unsigned hz)
{
	uint32_t second = hz * credits_per_jiffy(hz);

	if (user > UINT32_MAX / second)
		return user / SCALE * second;
	return user * second / SCALE;
}

static bool
check(struct ext_check *c)
{
	const struct limit *l = c->data;

	/* limit_mt_check; 250 ticks a second, as Debian's kernels have. */
	if (l->burst != 0 &&
	    credits(l->avg * l->burst, 250) >= credits(l->avg, 250))
		return true;
	diag_error(c->diags, c->loc, "limit: the kernel refuses this rate "
	    "with a burst of %u: its 32-bit credit overflows", l->burst);
	return false;
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct limit *l = data;

	(void)p;
	sbuf_puts(out, " --limit");
	rate_print(out, l->avg, SCALE);
	if (l->burst != DEFAULT_BURST)
		sbuf_printf(out, " --limit-burst %u", l->burst);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct limit *l = data;

	(void)p;
	sbuf_puts(out, " limit: avg");
	rate_print(out, l->avg, SCALE);
	sbuf_printf(out, " burst %u", l->burst);
}

struct bucket {
	uint64_t prev;			/* tick of the last test; 0: none yet */
	uint32_t credit, cap, cost, per_jiffy;
};

static void *
memory(const void *data, int family, struct memory *m)
{
	const struct limit *l = data;
	struct bucket *b = arena_new(m->arena, struct bucket);
	unsigned hz = m->env->hz;

	(void)family;
	*b = (struct bucket){
		.credit = credits(l->avg * l->burst, hz),
		.cost = credits(l->avg, hz),
		.per_jiffy = credits_per_jiffy(hz),
	};
	b->cap = b->credit;
	return b;
}

/* The sum has 32 bits in the kernel too: after 37 hours without a packet
 * (at 250 ticks a second) it wraps. */
static enum tri
eval(const void *data, struct ctx *ctx)
{
	struct bucket *b = ctx->memory;
	uint64_t now = jiffies_of(ctx);

	(void)data;
	if (b->prev == 0)		/* full, however long ago it was made */
		b->prev = now;
	if (b->credit < b->cost && b->prev == now)
		return TRI_NO;
	b->credit += (uint32_t)((now - b->prev) * b->per_jiffy);
	b->prev = now;
	if (b->credit > b->cap)
		b->credit = b->cap;
	if (b->credit < b->cost)
		return TRI_NO;
	b->credit -= b->cost;
	return TRI_YES;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct bucket *b = ctx->memory;
	const struct limit *l = data;

	sbuf_puts(out, "the limit of");
	rate_print(out, l->avg, SCALE);
	sbuf_printf(out, ", burst %u", l->burst);
	if (b != NULL && b->cost != 0)
		sbuf_printf(out, ", has %u whole and %u/1000 packets left",
		    b->credit / b->cost, (unsigned)((uint64_t)(b->credit %
		    b->cost) * 1000 / b->cost));
}

static const char *
shared(const void *data, int family)
{
	(void)data;
	(void)family;
	return "one token bucket for all packets";
}

const struct ext ext_m_limit = {
	.name = "limit",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.size = sizeof(struct limit),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};
