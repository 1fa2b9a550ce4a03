/* ip6t_hbh.c */
#include "ext/opts6.h"

enum { MAX_OPTIONS = 16, ANY_LENGTH = 255, PAD1 = 0 };

/* The low eight bits count. */
static bool
read_byte(struct opt_arg *a, const char **s, uint8_t *out)
{
	uint64_t v;

	if (!read_number(s, UINT64_MAX, &v))
		return opt_error(a, "no number in '%s'", a->text);
	*out = (uint8_t)v;
	return true;
}

static bool
read_option(struct opt_arg *a, const char **s, struct opts6_option *o,
    bool last)
{
	o->length = ANY_LENGTH;
	if (!read_byte(a, s, &o->type))
		return false;
	if (**s != ':')
		return true;
	if (last)
		return opt_error(a, "too many options");
	if (o->type == PAD1)
		return opt_error(a, "option 0 has no length");
	(*s)++;
	return read_byte(a, s, &o->length);
}

bool
opts6_read(struct opt_arg *a)
{
	struct opts6_option found[MAX_OPTIONS];
	struct opts6 *o = a->data;
	const char *s = a->text;

	for (;;) {
		if (o->n == MAX_OPTIONS)
			return opt_error(a, "too many options");
		if (!read_option(a, &s, &found[o->n],
		    o->n == MAX_OPTIONS - 1))
			return false;
		o->n++;
		if (*s == '\0')
			break;
		if (*s++ != ',')
			return opt_error(a, "bad option in '%s'", a->text);
	}
	o->options = arena_copy(a->arena, found, o->n * sizeof(found[0]));
	return true;
}

bool
opts6_check(struct ext_check *c)
{
	struct opts6 *o = c->data;

	o->given = (uint8_t)c->seen;
	return true;
}

static void
put_options(const struct opts6 *o, struct sbuf *out)
{
	unsigned i;

	for (i = 0; i < o->n; i++) {
		sbuf_printf(out, "%c%u", i == 0 ? ' ' : ',',
		    o->options[i].type);
		if (o->options[i].length != ANY_LENGTH)
			sbuf_printf(out, ":%u", o->options[i].length);
	}
}

void
opts6_save(const struct opts6 *o, const char *name, struct sbuf *out)
{
	if (o->given & OPTS6_LEN)
		sbuf_printf(out, "%s --%s-len %u",
		    o->invert & OPTS6_LEN ? " !" : "", name, o->length);
	if (o->given & OPTS6_OPTS)
		sbuf_printf(out, " --%s-opts", name);
	put_options(o, out);
}

void
opts6_list(const struct opts6 *o, const char *name, struct sbuf *out)
{
	sbuf_printf(out, " %s", name);
	if (o->given & OPTS6_LEN)
		sbuf_printf(out, " length:%s%u",
		    o->invert & OPTS6_LEN ? "!" : "", o->length);
	if (o->given & OPTS6_OPTS)
		sbuf_puts(out, " opts");
	put_options(o, out);
}

/* Bytes of the option at 'off' if it is the one wanted, else 0; -1: not
 * known.  'left' bytes of the header are left. */
static int
test_option(const struct opts6_option *want, struct ctx *ctx, uint32_t off,
    uint32_t left)
{
	enum tri result;
	const uint8_t *p;

	if (left < 1)
		return 0;
	p = packet_bytes(ctx, off, 1, &result);
	if (p == NULL)
		return result == TRI_UNKNOWN ? -1 : 0;
	if (p[0] != want->type)
		return 0;
	if (p[0] == PAD1)
		return 1;
	if (left < 2)
		return 0;
	p = packet_bytes(ctx, off, 2, &result);
	if (p == NULL)
		return result == TRI_UNKNOWN ? -1 : 0;
	if (want->length != ANY_LENGTH && want->length != p[1])
		return 0;
	return p[1] + 2;
}

/* They are the first ones of the header; the last may run over its end. */
static enum tri
test_options(const struct opts6 *o, struct ctx *ctx, uint32_t off,
    uint32_t left, struct sbuf *why)
{
	unsigned i;

	for (i = 0; i < o->n; i++) {
		int size = test_option(&o->options[i], ctx, off, left);

		if (size < 0)
			return TRI_UNKNOWN;
		if (size == 0 || (i + 1U < o->n && (left < (unsigned)size ||
		    off > ctx->pkt->len - (unsigned)size)))
			return MISS(why, "option %u is not the wanted one",
			    i + 1);
		off += (unsigned)size;
		left -= (unsigned)size;
	}
	return TRI_YES;
}

enum tri
opts6_test(const struct opts6 *o, unsigned header, const char *name,
    struct ctx *ctx, struct sbuf *why)
{
	uint32_t off, length;
	enum tri result;
	const uint8_t *h = hdr6_find(ctx, header, 2, &off, &result);

	if (h == NULL)
		return hdr6_missed(ctx, result, name, why);
	length = (h[1] + 1U) * 8;
	if (length > ctx->pkt->len - off)
		return hotdrop(ctx, why, "its header of options is cut off");
	if (o->given & OPTS6_LEN)
		result = range_test(why, "header length", length, o->length,
		    o->length, o->invert & OPTS6_LEN);
	else
		result = TRI_YES;
	if (result != TRI_YES || !(o->given & OPTS6_OPTS))
		return result;
	return test_options(o, ctx, off + 2, length - 2, why);
}
