/* What matches of headers share. */
#include "ext/l4.h"

#include <netdb.h>
#include <strings.h>

const char need_bytes[] = "the packet's bytes beyond what was captured";

enum tri
miss(struct sbuf *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(why, fmt, ap);
	va_end(ap);
	return TRI_NO;
}

enum tri
hotdrop(struct ctx *ctx, struct sbuf *why, const char *reason)
{
	ctx->hotdrop = true;
	return MISS(why, "%s: the match drops the packet", reason);
}

void
explain_by(enum tri (*test)(const void *, struct ctx *, struct sbuf *),
    const void *data, struct ctx *ctx, struct sbuf *why)
{
	struct ctx copy = *ctx;

	test(data, &copy, why);
}

/* ---- bytes ---- */

const uint8_t *
packet_bytes(struct ctx *ctx, uint32_t off, uint32_t n, enum tri *result)
{
	bool cut;
	const uint8_t *p = pkt_at(ctx->pkt, off, n, &cut);

	if (p == NULL)
		*result = cut ? unknown(ctx, need_bytes) : TRI_NO;
	return p;
}

const uint8_t *
l4_part(struct ctx *ctx, unsigned n, unsigned known, enum tri *result)
{
	const struct packet *p = ctx->pkt;

	if (p->proto_cut) {
		*result = unknown(ctx, need_bytes);
		return NULL;
	}
	if (p->frag != 0) {
		*result = TRI_NO;
		return NULL;
	}
	if (p->l4 > p->len || n > p->len - p->l4) {
		ctx->hotdrop = true;
		*result = TRI_NO;
		return NULL;
	}
	return packet_bytes(ctx, p->l4, known, result);
}

const uint8_t *
ext_l4(struct ctx *ctx, unsigned n, enum tri *result)
{
	return l4_part(ctx, n, n, result);
}

enum tri
l4_missed(const struct ctx *ctx, enum tri result, struct sbuf *why)
{
	if (why == NULL || result == TRI_UNKNOWN)
		return result;
	return miss(why, ctx->pkt->frag != 0 ?
	    "it is not the packet's first fragment" :
	    "too short for the header: the match drops the packet");
}

/* ---- ranges ---- */

enum tri
range_miss(struct sbuf *why, const char *what, uint32_t v, uint32_t lo,
    uint32_t hi, bool invert)
{
	miss(why, "%s is %u, rule wants %s%u", what, v, invert ? "not " : "",
	    lo);
	if (lo != hi)
		sbuf_printf(why, ":%u", hi);
	return TRI_NO;
}

void
save_range(struct sbuf *out, bool invert, const char *opt, uint32_t lo,
    uint32_t hi)
{
	save_opt(out, invert, opt);
	sbuf_putc(out, ' ');
	sbuf_putu(out, lo);
	if (lo != hi)
		sbuf_printf(out, ":%u", hi);
}

void
list_range(struct sbuf *out, bool invert, const char *name, uint32_t lo,
    uint32_t hi, uint32_t max)
{
	if (lo == 0 && hi == max && !invert)
		return;
	sbuf_printf(out, " %s%s:%s%u", name, lo == hi ? "" : "s",
	    invert ? "!" : "", lo);
	if (lo != hi)
		sbuf_printf(out, ":%u", hi);
}

/* ---- ports ---- */

void
ports_init(void *data, int family)
{
	struct ports *p = data;

	(void)family;
	p->src[1] = p->dst[1] = UINT16_MAX;
}

enum tri
ports_test(const struct ports *p, unsigned invert, const char *proto,
    const uint8_t *l4, struct sbuf *why)
{
	static const char *const sides[] = { "sport", "dport" };
	const uint16_t *range = p->src;
	unsigned side;

	for (side = 0; side < 2; side++, range = p->dst) {
		unsigned port = get16(l4 + side * 2);
		bool inverted = invert >> side & 1;

		if (in_range(port, range[0], range[1]) != inverted)
			continue;
		if (why != NULL) {
			sbuf_printf(why, "%s ", proto);
			range_miss(why, sides[side], port, range[0], range[1],
			    inverted);
		}
		return TRI_NO;
	}
	return TRI_YES;
}

void
ports_lower(const struct ports *p, unsigned invert, struct lower *l)
{
	if (p->src[0] != 0 || p->src[1] != UINT16_MAX || invert & PORTS_SRC)
		lower_range(l, F_SPORT, p->src[0], p->src[1],
		    invert & PORTS_SRC);
	if (p->dst[0] != 0 || p->dst[1] != UINT16_MAX || invert & PORTS_DST)
		lower_range(l, F_DPORT, p->dst[0], p->dst[1],
		    invert & PORTS_DST);
}

/* A service by getaddrinfo's rules: a decimal number, of which the low 16
 * bits count, or a name. */
static bool
read_service(struct opt_arg *a, const char *s, size_t len, uint16_t *port)
{
	uint64_t v = 0;
	size_t i;

	if (*s < '0' || *s > '9')
		return read_port(s, len, port);
	for (i = 0; i < len && s[i] >= '0' && s[i] <= '9' && v < 1 << 24; i++)
		v = v * 10 + (uint64_t)(s[i] - '0');
	if (i < len)
		return false;
	*port = (uint16_t)v;
	if (v > UINT16_MAX)
		diag_warn(a->diags, a->loc, "%s: iptables takes %.*s for port "
		    "%u", a->ext->name, (int)len, s, *port);
	return true;
}

/* One end of a range; empty: what is there already. */
static bool
read_end(struct opt_arg *a, const char *s, size_t len, uint16_t *port,
    bool any)
{
	if (len == 0)
		return true;
	if (any ? read_service(a, s, len, port) : read_port(s, len, port))
		return true;
	return opt_error(a, "invalid port or service '%.*s'", (int)len, s);
}

static bool
read_range(struct opt_arg *a, uint16_t ends[2], bool any)
{
	const char *colon = strchr(a->text, ':');
	size_t len = strlen(a->text);

	ends[0] = 0;
	ends[1] = UINT16_MAX;
	if (colon == NULL) {
		if (len == 0 && !any)
			return opt_error(a, "invalid port or service ''");
		if (!read_end(a, a->text, len, &ends[0], any))
			return false;
		ends[1] = ends[0];
		return true;
	}
	len = (size_t)(colon - a->text);
	return read_end(a, a->text, len, &ends[0], any) &&
	    read_end(a, colon + 1, strlen(colon + 1), &ends[1], any);
}

static uint16_t *
target(const struct opt_arg *a)
{
	return (uint16_t *)(void *)((char *)a->data + a->opt->offset);
}

bool
opt_ports_ordered(struct opt_arg *a)
{
	uint16_t ends[2];

	if (!read_range(a, ends, false))
		return false;
	if (ends[0] > ends[1])
		return opt_error(a, "invalid port range '%s': the first is "
		    "larger", a->text);
	memcpy(target(a), ends, sizeof(ends));
	return true;
}

bool
opt_ports_any(struct opt_arg *a)
{
	uint16_t ends[2];

	if (!read_range(a, ends, true))
		return false;
	memcpy(target(a), ends, sizeof(ends));
	return true;
}

/* ---- lists of names ---- */

const char *
next_word(const char **s, char sep, size_t *len)
{
	const char *word = *s;

	while (*word == sep)
		word++;
	*len = strcspn(word, (char[]){ sep, '\0' });
	*s = word + *len;
	return *len > 0 ? word : NULL;
}

bool
word_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(word, name, len) == 0;
}
