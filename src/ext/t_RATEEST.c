/* -j RATEEST: feeds an estimator of the rate that -m rateest asks; goes on.
 * The two times are rounded to what the kernel's estimator can have. */
#include "ext/ext.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

enum { NAME_MAX_LEN = 15, PER_SEC = 1000000 };

struct rateest {
	const char *name;
	uint32_t interval_us, ewma_us;	/* as written */
	int8_t interval;		/* 2 to the power of it seconds */
	uint8_t ewma_log;
};

static bool
read_name(struct opt_arg *a)
{
	struct rateest *r = a->data;

	r->name = arena_strndup(a->arena, a->text,
	    strnlen(a->text, NAME_MAX_LEN));
	return true;
}

static bool
read_time(struct opt_arg *a)
{
	static const struct { const char *name; double factor; } units[] = {
		{ "", 1 }, { "s", 1e6 }, { "sec", 1e6 }, { "secs", 1e6 },
		{ "ms", 1e3 }, { "msec", 1e3 }, { "msecs", 1e3 },
		{ "us", 1 }, { "usec", 1 }, { "usecs", 1 }
	};
	uint32_t *to = (uint32_t *)(void *)((char *)a->data + a->opt->offset);
	char *end;
	double t = strtod(a->text, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != a->text && strcasecmp(end, units[i].name) == 0) {
			t *= units[i].factor;
			if (!(t >= 0 && t < UINT32_MAX))
				break;
			*to = (uint32_t)t;
			return true;
		}
	return opt_error(a, "bad time value \"%s\"", a->text);
}

static const struct opt opts[] = {
	{ .name = "--rateest-name", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_name },
	{ .name = "--rateest-interval", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_time,
	    .offset = offsetof(struct rateest, interval_us) },
	{ .name = "--rateest-ewmalog", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_time, .offset = offsetof(struct rateest, ewma_us) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	struct rateest *r = c->data;
	unsigned i = 0, shift = 1;

	while (i <= 5 && r->interval_us > (PER_SEC / 4u) << i)
		i++;
	if (i > 5) {
		diag_error(c->diags, c->loc, "RATEEST: the interval is too "
		    "large");
		return false;
	}
	r->interval = (int8_t)((int)i - 2);
	for (; shift < 32; shift++)
		if (r->interval_us / -log(1.0 - 1.0 / (1u << shift)) >
		    r->ewma_us)
			break;
	r->ewma_log = (uint8_t)--shift;
	if (shift > 0 && shift < 31)
		return true;
	diag_error(c->diags, c->loc, "RATEEST: ewmalog is out of range");
	return false;
}

static void
print_time(uint32_t us, struct sbuf *out)
{
	if (us >= PER_SEC)
		sbuf_printf(out, " %.1fs", us / 1e6);
	else if (us >= PER_SEC / 1000)
		sbuf_printf(out, " %.1fms", us / 1e3);
	else
		sbuf_printf(out, " %uus", us);
}

static void
print_options(const struct rateest *r, const char *dashes, struct sbuf *out)
{
	uint32_t interval = ((uint32_t)PER_SEC << (r->interval + 2)) / 4;

	sbuf_printf(out, " %sname %s %sinterval", dashes, r->name, dashes);
	print_time(interval, out);
	sbuf_printf(out, " %sewmalog", dashes);
	print_time(interval * (1u << r->ewma_log), out);
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "--rateest-", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "", out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_RATEEST = {
	.name = "RATEEST",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.size = sizeof(struct rateest),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};
