/* -m statistic: every nth packet, or one by chance.  Kernel: xt_statistic.c.
 *
 * The kernel's chance cannot be known: a replay draws from the simulator's
 * generator, which starts the same for each run.  Who wants to see every way
 * has it open (ctx->chance). */
#include "ext/ext.h"

#include <math.h>
#include <stdlib.h>

enum mode { MODE_RANDOM, MODE_NTH };

struct statistic {
	uint32_t probability;		/* of 2^31 */
	uint32_t every, packet;
	uint8_t mode, invert;
};

enum { O_MODE, O_PROBABILITY, O_EVERY, O_PACKET };

static bool
read_mode(struct opt_arg *a)
{
	struct statistic *s = a->data;

	if (strcmp(a->text, "random") == 0)
		s->mode = MODE_RANDOM;
	else if (strcmp(a->text, "nth") == 0)
		s->mode = MODE_NTH;
	else
		return opt_error(a, "Bad mode \"%s\"", a->text);
	return true;
}

static bool
read_probability(struct opt_arg *a)
{
	struct statistic *s = a->data;
	char *end;
	double p = strtod(a->text, &end);

	if (end == a->text || *end != '\0' || !(p >= 0 && p <= 1))
		return opt_error(a, "bad value for option \"--probability\", "
		    "or out of range (0-1)");
	s->probability = (uint32_t)lround(0x80000000 * p);
	return true;
}

#define INVERT	.inv_offset = offsetof(struct statistic, invert), .inv_bit = 1
static const struct opt opts[] = {
	[O_MODE] = { .name = "--mode", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_mode },
	[O_PROBABILITY] = { .name = "--probability", .args = 1,
	    .flags = OPT_INVERT, .read = read_probability, INVERT,
	    .excludes = 1 << O_EVERY | 1 << O_PACKET },
	[O_EVERY] = { .name = "--every", .args = 1, .flags = OPT_INVERT,
	    .read = opt_u32, .offset = offsetof(struct statistic, every),
	    .min = 1, INVERT },
	[O_PACKET] = { .name = "--packet", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct statistic, packet) },
	{ .name = NULL }
};
#undef INVERT

static bool
refuse(struct ext_check *c, const char *why)
{
	diag_error(c->diags, c->loc, "statistic: %s", why);
	return false;
}

/* The union of both modes in the kernel's struct makes iptables compare a
 * --packet with the --every of the same rule only. */
static bool
check(struct ext_check *c)
{
	const struct statistic *s = c->data;
	bool every = c->seen >> O_EVERY & 1, packet = c->seen >> O_PACKET & 1;

	if (s->mode == MODE_RANDOM && !(c->seen >> O_PROBABILITY & 1))
		return refuse(c, "--probability must be specified when using "
		    "random mode");
	if (s->mode == MODE_NTH && !every && !packet)
		return refuse(c, "--every and --packet must be specified "
		    "when using nth mode");
	if (every != packet)
		return refuse(c, every ? "option \"--every\" also requires "
		    "\"--packet\"" : "option \"--packet\" also requires "
		    "\"--every\"");
	if (every && s->packet >= s->every)
		return refuse(c, "the --packet p must be 0 <= p <= n-1");
	return true;
}

static void
print(const struct statistic *s, const char *prefix, struct sbuf *out)
{
	const char *not = s->invert ? " !" : "";

	if (s->mode == MODE_RANDOM) {
		sbuf_printf(out, " %smode random%s %sprobability %.11f",
		    prefix, not, prefix, 1.0 * s->probability / 0x80000000);
		return;
	}
	sbuf_printf(out, " %smode nth%s %severy %u", prefix, not, prefix,
	    s->every);
	if (s->packet != 0 || *prefix != '\0')
		sbuf_printf(out, " %spacket %u", prefix, s->packet);
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
	sbuf_puts(out, " statistic");
	print(data, "", out);
}

/* nth: packets until the next one matches; it starts so that packet number
 * 'packet', counted from 0, is the first. */
static void *
memory(const void *data, int family, struct memory *m)
{
	const struct statistic *s = data;

	(void)family;
	return arena_copy(m->arena, &s->packet, sizeof(s->packet));
}

/* May it be either, as far as 'chance' is open? */
static bool
is_open(const struct statistic *s, enum chance chance)
{
	if (s->mode == MODE_RANDOM)
		return chance != CHANCE_DRAWN && s->probability != 0 &&
		    s->probability < 0x80000000;
	return chance == CHANCE_ALL && s->every > 1;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct statistic *s = data;
	uint32_t *left = ctx->memory;
	bool hit;

	if (s->mode == MODE_RANDOM) {
		hit = (ctx->svc->random(ctx->sim) & 0x7fffffff) <
		    s->probability;
	} else {
		hit = *left == 0;
		*left = hit ? s->every - 1 : *left - 1;
	}
	if (is_open(s, ctx->chance)) {
		ctx->need = "what chance decides";
		return TRI_UNKNOWN;
	}
	return tri_of(hit != s->invert);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct statistic *s = data;
	const uint32_t *left = ctx->memory;

	if (s->mode == MODE_RANDOM)
		sbuf_printf(out, "chance decides, %.2f%% match",
		    100.0 * (s->invert ? 0x80000000 - s->probability :
		    s->probability) / 0x80000000);
	else if (*left == s->every - 1)
		sbuf_printf(out, "this is the packet of %u that counts",
		    s->every);
	else
		sbuf_printf(out, "%u more until the packet of %u that counts",
		    *left, s->every);
}

static const char *
shared(const void *data, int family)
{
	const struct statistic *s = data;

	(void)family;
	return s->mode == MODE_NTH ? "one counter for all packets" :
	    "one chance after the other for all packets";
}

const struct ext ext_m_statistic = {
	.name = "statistic",
	.traits = EXT_STATEFUL | EXT_RANDOM | EXT_SIDE_EFFECT,
	.size = sizeof(struct statistic),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};
