/* -m rateest: compares rates that -j RATEEST estimates (xt_rateest.c). */
#include "ext/l4.h"

#include <stdlib.h>
#include <strings.h>

enum { RATE_BPS = 1 << 0, RATE_PPS = 1 << 1, RATE_DELTA = 1 << 2,
    RATE_RELATIVE = 1 << 3 };
enum mode { MODE_NONE, MODE_EQ, MODE_LT, MODE_GT };
enum { NAME_MAX_LEN = 15 };		/* what is longer is cut off */

struct rateest {
	const char *name[2];
	uint32_t bps[2], pps[2];	/* bytes and packets per second */
	uint8_t flags;			/* RATE_x */
	uint8_t mode;
	bool invert;
};

/* Of iproute2; in bits. */
static const struct { const char *name; double scale; } suffixes[] = {
	{ "bit", 1. }, { "Kibit", 1024. }, { "kbit", 1e3 },
	{ "Mibit", 1048576. }, { "mbit", 1e6 }, { "Gibit", 1073741824. },
	{ "gbit", 1e9 }, { "Tibit", 1099511627776. }, { "tbit", 1e12 },
	{ "Bps", 8. }, { "KiBps", 8192. }, { "KBps", 8e3 },
	{ "MiBps", 8388608. }, { "MBps", 8e6 }, { "GiBps", 8589934592. },
	{ "GBps", 8e9 }, { "TiBps", 8796093022208. }, { "TBps", 8e12 },
};
enum { N_SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]) };

/* What does not fit counts modulo 2^32, as on x86. */
static uint32_t
to_u32(double v)
{
	return v < -9e18 || v > 9e18 ? 0 : (uint32_t)(int64_t)v;
}

static bool
read_rate(const char *s, uint32_t *rate)
{
	char *end;
	double bps = strtod(s, &end);
	unsigned i;

	if (end == s)
		return false;
	if (*end == '\0') {
		*rate = to_u32(bps / 8.);
		return true;
	}
	for (i = 0; i < N_SUFFIXES; i++)
		if (strcasecmp(suffixes[i].name, end) == 0) {
			*rate = to_u32(bps * suffixes[i].scale / 8.);
			return true;
		}
	return false;
}

static bool
read_bps(struct opt_arg *a, unsigned side)
{
	struct rateest *r = a->data;

	r->flags |= RATE_BPS;
	return a->text == NULL || read_rate(a->text, &r->bps[side]) ||
	    opt_error(a, "bad rate '%s'", a->text);
}

static bool
read_pps(struct opt_arg *a, unsigned side)
{
	struct rateest *r = a->data;
	const char *s = a->text;
	uint64_t v;

	r->flags |= RATE_PPS;
	if (s == NULL)
		return true;
	if (!read_number(&s, UINT32_MAX, &v) || *s != '\0')
		return opt_error(a, "bad rate '%s'", a->text);
	r->pps[side] = (uint32_t)v;
	return true;
}

static bool
read_name(struct opt_arg *a, unsigned side)
{
	struct rateest *r = a->data;

	r->name[side] = arena_strndup(a->arena, a->text,
	    strnlen(a->text, NAME_MAX_LEN));
	return true;
}

static bool
opt_name1(struct opt_arg *a)
{
	return read_name(a, 0);
}

static bool
opt_name2(struct opt_arg *a)
{
	struct rateest *r = a->data;

	r->flags |= RATE_RELATIVE;
	return read_name(a, 1);
}

static bool
opt_bps1(struct opt_arg *a)
{
	return read_bps(a, 0);
}

static bool
opt_bps2(struct opt_arg *a)
{
	return read_bps(a, 1);
}

static bool
opt_pps1(struct opt_arg *a)
{
	return read_pps(a, 0);
}

static bool
opt_pps2(struct opt_arg *a)
{
	return read_pps(a, 1);
}

static bool
opt_delta(struct opt_arg *a)
{
	struct rateest *r = a->data;

	r->flags |= RATE_DELTA;
	return true;
}

/* Of several the last counts; one "!" inverts for good. */
static bool
set_mode(struct opt_arg *a, enum mode mode)
{
	struct rateest *r = a->data;

	r->mode = (uint8_t)mode;
	r->invert |= a->negate;
	return true;
}

static bool
opt_lt(struct opt_arg *a)
{
	return set_mode(a, MODE_LT);
}

static bool
opt_gt(struct opt_arg *a)
{
	return set_mode(a, MODE_GT);
}

static bool
opt_eq(struct opt_arg *a)
{
	return set_mode(a, MODE_EQ);
}

static const struct opt opts[] = {
	{ "--rateest1", "--rateest", 1, 0, .read = opt_name1 },
	{ "--rateest2", NULL, 1, 0, .read = opt_name2 },
	{ "--rateest-bps1", NULL, 1, OPT_ZERO, .read = opt_bps1 },
	{ "--rateest-pps1", NULL, 1, OPT_ZERO, .read = opt_pps1 },
	{ "--rateest-bps2", "--rateest-bps", 1, OPT_ZERO, .read = opt_bps2 },
	{ "--rateest-pps2", "--rateest-pps", 1, OPT_ZERO, .read = opt_pps2 },
	{ "--rateest-delta", NULL, 0, 0, .read = opt_delta },
	{ "--rateest-lt", NULL, 0, OPT_INVERT, .read = opt_lt },
	{ "--rateest-gt", NULL, 0, OPT_INVERT, .read = opt_gt },
	{ "--rateest-eq", NULL, 0, OPT_INVERT, .read = opt_eq },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct rateest *r = c->data;
	const char *bad = NULL;

	if (r->mode == MODE_NONE)
		bad = "wants --rateest-lt, --rateest-gt or --rateest-eq";
	else if (!(r->flags & (RATE_BPS | RATE_PPS)))
		bad = "wants rates: --rateest-bps or --rateest-pps";
	else if (r->name[0] == NULL)
		bad = "wants the name of an estimator: --rateest1";
	if (bad == NULL)
		return true;
	diag_error(c->diags, c->loc, "rateest: %s", bad);
	return false;
}

/* ---- printing ---- */

static void
put_rate(uint32_t rate, bool numeric, struct sbuf *out)
{
	double bits = (double)rate * 8;

	if (numeric)
		sbuf_printf(out, " %u", rate);
	else if (bits >= 1e9)
		sbuf_printf(out, " %.0fMbit", bits / 1e6);
	else if (bits >= 1e6)
		sbuf_printf(out, " %.0fKbit", bits / 1e3);
	else
		sbuf_printf(out, " %.0fbit", bits);
}

static void
put_mode(const struct rateest *r, const char *prefix, struct sbuf *out)
{
	static const char *const names[] = { [MODE_EQ] = "eq",
	    [MODE_LT] = "lt", [MODE_GT] = "gt" };

	sbuf_printf(out, "%s %s%s", r->invert ? " !" : "", prefix,
	    names[r->mode]);
}

static void
save_rates(const struct rateest *r, const char *unit,
    const uint32_t rate[2], bool numeric, struct sbuf *out)
{
	if (r->flags & RATE_DELTA) {
		sbuf_printf(out, " --rateest-%s1", unit);
		put_rate(rate[0], numeric, out);
		put_mode(r, "--rateest-", out);
		sbuf_printf(out, " --rateest-%s2", unit);
	} else {
		put_mode(r, "--rateest-", out);
		sbuf_printf(out, " --rateest-%s", unit);
	}
	if (r->flags & RATE_DELTA || !(r->flags & RATE_RELATIVE))
		put_rate(rate[1], numeric, out);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct rateest *r = data;
	bool relative = r->flags & RATE_RELATIVE;

	(void)how;
	if (r->flags & RATE_DELTA)
		sbuf_puts(out, " --rateest-delta");
	sbuf_printf(out, " --rateest%s %s", relative ? "1" : "", r->name[0]);
	if (r->flags & RATE_BPS)
		save_rates(r, "bps", r->bps, false, out);
	if (r->flags & RATE_PPS)
		save_rates(r, "pps", r->pps, true, out);
	if (relative)
		sbuf_printf(out, " --rateest2 %s", r->name[1]);
}

/* The rates of one side, behind its name. */
static void
list_rates(const struct rateest *r, unsigned side, bool numeric,
    struct sbuf *out)
{
	bool delta = r->flags & RATE_DELTA, relative = r->flags & RATE_RELATIVE;

	if (r->flags & RATE_BPS) {
		sbuf_puts(out, " bps");
		if (delta)
			put_rate(r->bps[side], numeric, out);
		if (!relative) {
			put_rate(r->bps[1], numeric, out);
			put_mode(r, "", out);
		}
	}
	if (r->flags & RATE_PPS) {
		sbuf_puts(out, " pps");
		if (delta)
			sbuf_printf(out, " %u", r->pps[side]);
		if (!relative) {
			put_mode(r, "", out);
			sbuf_printf(out, " %u", r->pps[1]);
		}
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct rateest *r = data;

	sbuf_printf(out, " rateest match %s%s", r->name[0],
	    r->flags & RATE_DELTA ? " delta" : "");
	list_rates(r, 0, how->numeric, out);
	if (r->flags & RATE_RELATIVE) {
		put_mode(r, "", out);
		sbuf_printf(out, " %s", r->name[1]);
		list_rates(r, 1, how->numeric, out);
	}
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	(void)data;
	return unknown(ctx, "the rates that the kernel estimates");
}

const struct ext ext_m_rateest = {
	.name = "rateest",
	.kind = EXT_MATCH,
	.traits = EXT_STATEFUL,
	.size = sizeof(struct rateest),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = eval,
};
