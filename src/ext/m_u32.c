/* -m u32: numbers found by following offsets in the packet (xt_u32.c).
 *
 *	tests := location "=" value { "&&" location "=" value }
 *	location := number { ("&" | "<<" | ">>" | "@") number }
 *	value := number [":" number] { "," number [":" number] } */
#include "ext/l4.h"

#include <ctype.h>
#include <stddef.h>

enum { U32_MAX_PARTS = 10 };		/* of tests, locations, values each */
enum op { OP_NONE, OP_AND, OP_LEFT, OP_RIGHT, OP_AT };

struct location { uint32_t number; uint8_t op; };
struct value { uint32_t lo, hi; };

struct test {
	const struct location *locations;
	const struct value *values;
	uint8_t n_locations, n_values;
};

struct u32 {
	const struct test *tests;
	uint8_t n;
	uint8_t invert;
};

/* ---- reading ---- */

struct reader {
	struct opt_arg *a;
	const char *s;
};

static bool
fail(const struct reader *r, const char *what)
{
	return opt_error(r->a, "at character %u: %s",
	    (unsigned)(r->s - r->a->text), what);
}

static void
skip(struct reader *r)
{
	while (isspace((unsigned char)*r->s))
		r->s++;
}

static bool
read_u32(struct reader *r, uint32_t *out)
{
	uint64_t v;

	if (!read_number(&r->s, UINT32_MAX, &v))
		return fail(r, "not a number or out of range");
	*out = (uint32_t)v;
	return true;
}

static bool
read_op(struct reader *r, uint8_t *op)
{
	static const struct { const char *text; uint8_t op; } ops[] = {
		{ "&", OP_AND }, { "<<", OP_LEFT }, { ">>", OP_RIGHT },
		{ "@", OP_AT },
	};
	unsigned i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t len = strlen(ops[i].text);

		if (strncmp(r->s, ops[i].text, len) == 0) {
			*op = ops[i].op;
			r->s += len;
			return true;
		}
	}
	return fail(r, "expected one of & << >> @ =");
}

/* Up to and with the "=". */
static bool
read_locations(struct reader *r, struct test *test)
{
	struct location found[U32_MAX_PARTS];
	unsigned n = 0;

	memset(found, 0, sizeof(found));
	for (skip(r); n == 0 || *r->s != '='; n++, skip(r)) {
		if (n == U32_MAX_PARTS)
			return fail(r, "too many operators");
		if (n > 0 && !read_op(r, &found[n].op))
			return false;
		if (!read_u32(r, &found[n].number))
			return false;
		if ((found[n].op == OP_LEFT || found[n].op == OP_RIGHT) &&
		    found[n].number >= 32)
			return fail(r, "shift by more than 31 bits");
	}
	r->s++;
	test->n_locations = (uint8_t)n;
	test->locations = arena_copy(r->a->arena, found,
	    n * sizeof(found[0]));
	return true;
}

/* Up to "&&" or the end. */
static bool
read_values(struct reader *r, struct test *test)
{
	struct value found[U32_MAX_PARTS];
	unsigned n = 0;

	for (skip(r); n == 0 || (*r->s != '\0' && *r->s != '&');
	    n++, skip(r)) {
		if (n == U32_MAX_PARTS)
			return fail(r, "too many values");
		if (n > 0 && *r->s++ != ',')
			return fail(r, "expected \",\" or \"&&\"");
		if (!read_u32(r, &found[n].lo))
			return false;
		found[n].hi = found[n].lo;
		skip(r);
		if (*r->s == ':' && (r->s++, !read_u32(r, &found[n].hi)))
			return false;
	}
	test->n_values = (uint8_t)n;
	test->values = arena_copy(r->a->arena, found, n * sizeof(found[0]));
	return true;
}

static bool
opt_tests(struct opt_arg *a)
{
	struct test tests[U32_MAX_PARTS];
	struct reader r = { a, a->text };
	struct u32 *u = a->data;

	for (;;) {
		if (u->n == U32_MAX_PARTS)
			return fail(&r, "too many \"&&\"");
		if (!read_locations(&r, &tests[u->n]) ||
		    !read_values(&r, &tests[u->n]))
			return false;
		u->n++;
		if (*r.s == '\0')
			break;
		if (r.s[1] != '&')
			return fail(&r, "expected a second \"&\"");
		r.s += 2;
	}
	u->tests = arena_copy(a->arena, tests, u->n * sizeof(tests[0]));
	return true;
}

static const struct opt opts[] = {
	{ "--u32", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_tests,
	    .inv_offset = offsetof(struct u32, invert), .inv_bit = 1 },
	{ 0 },
};

/* ---- printing ---- */

static void
put_test(struct sbuf *out, const struct test *test)
{
	static const char *const ops[] = {
		[OP_NONE] = "", [OP_AND] = "&", [OP_LEFT] = "<<",
		[OP_RIGHT] = ">>", [OP_AT] = "@",
	};
	unsigned i;

	for (i = 0; i < test->n_locations; i++)
		sbuf_printf(out, "%s0x%x", ops[test->locations[i].op],
		    test->locations[i].number);
	for (i = 0; i < test->n_values; i++) {
		const struct value *v = &test->values[i];

		sbuf_printf(out, "%c0x%x", i == 0 ? '=' : ',', v->lo);
		if (v->lo != v->hi)
			sbuf_printf(out, ":0x%x", v->hi);
	}
}

static void
put_tests(struct sbuf *out, const struct u32 *u)
{
	unsigned i;

	sbuf_puts(out, " \"");
	for (i = 0; i < u->n; i++) {
		if (i > 0)
			sbuf_puts(out, "&&");
		put_test(out, &u->tests[i]);
	}
	sbuf_putc(out, '"');
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct u32 *u = data;

	(void)how;
	save_opt(out, u->invert, "--u32");
	put_tests(out, u);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct u32 *u = data;

	(void)how;
	sbuf_printf(out, " u32%s", u->invert ? " !" : "");
	put_tests(out, u);
}

/* ---- running ---- */

/* The number at 'off' beyond 'base'. */
static enum tri
load(struct ctx *ctx, uint32_t base, uint32_t off, uint32_t *value)
{
	uint32_t len = ctx->pkt->len;
	enum tri result;
	const uint8_t *p;

	if (len < 4 || base > len - 4 || off > len - 4 - base)
		return TRI_NO;
	p = packet_bytes(ctx, base + off, 4, &result);
	if (p == NULL)
		return result;
	*value = get32(p);
	return TRI_YES;
}

static enum tri
follow(struct ctx *ctx, const struct test *test, uint32_t *value)
{
	enum tri result = load(ctx, 0, test->locations[0].number, value);
	uint32_t base = 0;
	unsigned i;

	for (i = 1; i < test->n_locations && result == TRI_YES; i++) {
		uint32_t number = test->locations[i].number;

		switch ((enum op)test->locations[i].op) {
		case OP_NONE:
			break;
		case OP_AND:
			*value &= number;
			break;
		case OP_LEFT:
			*value <<= number;
			break;
		case OP_RIGHT:
			*value >>= number;
			break;
		case OP_AT:
			if (__builtin_add_overflow(base, *value, &base))
				return TRI_NO;
			result = load(ctx, base, number, value);
			break;
		}
	}
	return result;
}

static bool
in_values(const struct test *test, uint32_t v)
{
	unsigned i;

	for (i = 0; i < test->n_values; i++)
		if (in_range(v, test->values[i].lo, test->values[i].hi))
			return true;
	return false;
}

/* The first test that does not hold, of all of them without the inversion. */
static enum tri
run(const struct u32 *u, struct ctx *ctx, unsigned *failed, uint32_t *value)
{
	enum tri result = TRI_YES;

	for (*failed = 0; *failed < u->n; ++*failed) {
		result = follow(ctx, &u->tests[*failed], value);
		if (result == TRI_YES && !in_values(&u->tests[*failed],
		    *value))
			result = TRI_NO;
		if (result != TRI_YES)
			return result;
	}
	return result;
}

static enum tri
u32_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct u32 *u = data;
	uint32_t value = 0;
	unsigned failed;
	enum tri result = run(u, ctx, &failed, &value);

	if (result == TRI_UNKNOWN)
		return result;
	if ((result == TRI_YES) != u->invert)
		return TRI_YES;
	if (why == NULL)
		return TRI_NO;
	if (u->invert)
		return miss(why, "u32 matches, rule wants it not to");
	sbuf_printf(why, "u32 test %u finds 0x%x, rule wants ", failed + 1,
	    value);
	put_test(why, &u->tests[failed]);
	return TRI_NO;
}

EVAL_BY(u32);

const struct ext ext_m_u32 = {
	.name = "u32",
	.kind = EXT_MATCH,
	.size = sizeof(struct u32),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = u32_eval,
	.explain = u32_explain,
};
