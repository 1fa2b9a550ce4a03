/* -m string: searches the packet, from its IP header on, for a text.
 * Kernel: xt_string.c, skb_find_text, lib/ts_bm.c, lib/ts_kmp.c.
 *
 * Both algorithms find the same, but for a packet that was reassembled from
 * fragments: Boyer-Moore looks into each of them alone, so a text that goes
 * over the end of one is not found. */
#include "ext/l4.h"

#include <ctype.h>

enum { MAX_PATTERN = 128, ALGO_LEN = 15 };

struct string_match {
	uint16_t from, to;
	uint8_t len;
	uint8_t invert;
	bool icase, bm;
	const char *algo;
	const uint8_t *pattern;		/* as written */
	const uint8_t *folded;		/* upper case, if icase */
};

static void
init(void *data, int family)
{
	(void)family;
	((struct string_match *)data)->to = UINT16_MAX;
}

/* ---- reading ---- */

static bool
set_pattern(struct opt_arg *a, const uint8_t *p, size_t len)
{
	struct string_match *s = a->data;

	s->pattern = arena_copy(a->arena, p, len);
	s->len = (uint8_t)len;
	return true;
}

static bool
read_string(struct opt_arg *a)
{
	size_t len = strlen(a->text);

	if (len > MAX_PATTERN)
		return opt_error(a, "STRING too long \"%s\"", a->text);
	return set_pattern(a, (const uint8_t *)a->text, len);
}

static int
hex_digit(char c)
{
	return !isxdigit((unsigned char)c) ? -1 :
	    isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* One byte of a "|00 ff|" block; null: it was reported. */
static const char *
read_hex_byte(struct opt_arg *a, const char *s, uint8_t *out)
{
	if (s[0] == '\0' || s[1] == '\0') {
		opt_error(a, "Odd number of hex digits");
		return NULL;
	}
	if (s[2] == '\0') {
		opt_error(a, "Invalid hex block");
		return NULL;
	}
	for (int i = 0; i < 2; i++)
		if (hex_digit(s[i]) < 0) {
			opt_error(a, "Invalid hex char '%c'", s[i]);
			return NULL;
		}
	*out = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	return s[2] == ' ' ? s + 3 : s + 2;
}

/* parse_hex_string of libxt_string.c, with what it makes of odd places: a
 * '|' that opens a block may be followed by blanks, and one that stands
 * right behind a block is a character of the text. */
static bool
read_hex(struct opt_arg *a)
{
	uint8_t pattern[MAX_PATTERN];
	const char *s = a->text;
	bool hex = false;
	size_t n = 0;

	if (*s == '\0')
		return opt_error(a, "STRING must contain at least one char");
	while (*s != '\0') {
		bool literal = false;

		if (n == MAX_PATTERN)
			return opt_error(a, "STRING too long \"%s\"",
			    a->text);
		if (*s == '\\') {
			if (hex)
				return opt_error(a, "Cannot include literals "
				    "in hex data");
			literal = true;
		} else if (*s == '|') {
			hex = !hex;
			while (hex && s[1] == ' ')
				s++;
			if (*++s == '\0')
				break;
		}
		if (literal) {
			if (s[1] == '\0')
				return opt_error(a, "Bad literal placement "
				    "at end of string");
			pattern[n++] = (uint8_t)s[1];
			s += 2;
		} else if (hex) {
			s = read_hex_byte(a, s, &pattern[n++]);
			if (s == NULL)
				return false;
		} else {
			pattern[n++] = (uint8_t)*s++;
		}
	}
	return set_pattern(a, pattern, n);
}

static bool
read_algo(struct opt_arg *a)
{
	((struct string_match *)a->data)->algo = arena_strndup(a->arena,
	    a->text, strnlen(a->text, ALGO_LEN));
	return true;
}

enum { O_FROM, O_TO, O_ALGO, O_STRING, O_HEX, O_ICASE };
#define INVERT								\
	.inv_offset = offsetof(struct string_match, invert), .inv_bit = 1
static const struct opt opts[] = {
	[O_FROM] = { .name = "--from", .args = 1, .read = opt_u16,
	    .offset = offsetof(struct string_match, from) },
	[O_TO] = { .name = "--to", .args = 1, .read = opt_u16,
	    .offset = offsetof(struct string_match, to) },
	[O_ALGO] = { .name = "--algo", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_algo },
	[O_STRING] = { .name = "--string", .args = 1, .flags = OPT_INVERT,
	    .read = read_string, INVERT, .excludes = 1 << O_HEX },
	[O_HEX] = { .name = "--hex-string", .args = 1, .flags = OPT_INVERT,
	    .read = read_hex, INVERT, .excludes = 1 << O_STRING },
	[O_ICASE] = { .name = "--icase", .read = opt_flag,
	    .offset = offsetof(struct string_match, icase) },
	{ .name = NULL }
};
#undef INVERT

/* The kernel's toupper() knows Latin-1; 0xdf counts as a lower case letter
 * there (lib/ctype.c). */
static uint8_t
upper(uint8_t c)
{
	bool lower = (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);

	return lower ? c - 0x20 : c;
}

static bool
refuse(struct ext_check *c, const char *why)
{
	diag_error(c->diags, c->loc, "string: %s", why);
	return false;
}

static bool
check(struct ext_check *c)
{
	struct string_match *s = c->data;
	uint8_t *folded;

	if (!(c->seen & (1 << O_STRING | 1 << O_HEX)))
		return refuse(c, "You must specify `--string' or "
		    "`--hex-string'");
	if (s->from > s->to)
		return refuse(c, "the kernel refuses a --from behind --to");
	if (s->len == 0)
		return refuse(c, "the kernel refuses an empty string");
	s->bm = strcmp(s->algo, "bm") == 0;
	/* fsm wants a pattern of its own form, which -m string cannot give. */
	if (!s->bm && strcmp(s->algo, "kmp") != 0)
		return refuse(c, "the kernel has no such --algo");
	if (s->icase) {
		s->folded = folded = arena_copy(c->arena, s->pattern, s->len);
		for (unsigned i = 0; i < s->len; i++)
			folded[i] = upper(folded[i]);
	}
	return true;
}

/* ---- printing ---- */

static void
print_pattern(const struct string_match *s, const char *text,
    const char *hex, struct sbuf *out)
{
	bool binary = s->pattern[s->len - 1] == '\\';

	for (unsigned i = 0; i < s->len; i++)
		if (s->pattern[i] < 0x20 || s->pattern[i] > 0x7e)
			binary = true;
	sbuf_puts(out, binary ? hex : text);
	sbuf_puts(out, binary ? " \"|" : " \"");
	for (unsigned i = 0; i < s->len; i++) {
		uint8_t c = s->pattern[i];

		if (binary) {
			sbuf_printf(out, "%02x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			sbuf_putc(out, '\\');
		sbuf_putc(out, (char)c);
	}
	sbuf_puts(out, binary ? "|\"" : "\"");
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct string_match *s = data;

	(void)p;
	if (s->invert)
		sbuf_puts(out, " !");
	print_pattern(s, " --string", " --hex-string", out);
	sbuf_printf(out, " --algo %s", s->algo);
	if (s->from != 0)
		sbuf_printf(out, " --from %u", s->from);
	if (s->to != UINT16_MAX)
		sbuf_printf(out, " --to %u", s->to);
	if (s->icase)
		sbuf_puts(out, " --icase");
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct string_match *s = data;

	(void)p;
	sbuf_printf(out, " STRING match %s", s->invert ? "!" : "");
	print_pattern(s, "", "", out);
	sbuf_printf(out, " ALGO name %s", s->algo);
	if (s->from != 0)
		sbuf_printf(out, " FROM %u", s->from);
	if (s->to != UINT16_MAX)
		sbuf_printf(out, " TO %u", s->to);
	if (s->icase)
		sbuf_puts(out, " ICASE");
}

/* ---- running ---- */

static const uint8_t *
search_folded(const uint8_t *text, size_t len, const uint8_t *pattern,
    size_t n)
{
	for (; len >= n; text++, len--) {
		size_t i = 0;

		while (i < n && upper(text[i]) == pattern[i])
			i++;
		if (i == n)
			return text;
	}
	return NULL;
}

/* Is it in the bytes from 'begin' up to 'end'? */
static bool
search(const struct string_match *s, const struct packet *p, uint32_t begin,
    uint32_t end)
{
	const uint8_t *text = p->data + begin;

	if (begin >= end || end - begin < s->len)
		return false;
	return (s->icase ? search_folded(text, end - begin, s->folded,
	    s->len) : memmem(text, end - begin, s->pattern, s->len)) != NULL;
}

/* Where the fragment that byte 'at' came in ends.  All but the last were of
 * the size of the greatest; IPv6's had a header of 8 bytes that is gone. */
static uint32_t
fragment_end(const struct packet *p, uint32_t at)
{
	uint32_t first = p->max_frag - (p->family == AF_INET6 ? 8U : 0U);
	uint32_t data = first - p->l4;

	if (p->max_frag <= p->l4 + 8U)
		return UINT32_MAX;
	return at < first ? first : first + ((at - first) / data + 1) * data;
}

static bool
find(const struct string_match *s, const struct packet *p, uint32_t end)
{
	uint32_t begin = s->from;

	if (!s->bm || p->max_frag == 0)
		return search(s, p, begin, end);
	while (begin < end) {
		uint32_t next = fragment_end(p, begin);

		if (search(s, p, begin, next < end ? next : end))
			return true;
		begin = next;
	}
	return false;
}

static enum tri
string_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct string_match *s = data;
	const struct packet *p = ctx->pkt;
	uint32_t end = p->len < s->to ? p->len : s->to;
	bool cut = p->have < end, found;

	/* What was not captured could complete it. */
	found = find(s, p, cut ? p->have : end);
	if (!found && cut && end > s->from && end - s->from >= s->len)
		return unknown(ctx, need_bytes);
	if (found != s->invert)
		return TRI_YES;
	return MISS(why, "the text is %sthere in bytes %u to %u",
	    found ? "" : "not ", s->from, end);
}

EVAL_BY(string);

/* A condition of its own; what "!" stands before is all of it. */
static bool
lower(const void *data, struct lower *l)
{
	struct string_match plain = *(const struct string_match *)data;
	struct sbuf key = SBUF_INIT;
	bool negate = plain.invert;

	plain.invert = 0;
	sbuf_puts(&key, "-m string");
	save(&plain, NULL, &key);
	lower_opaque(l, sbuf_text(&key), negate);
	sbuf_free(&key);
	return true;
}

const struct ext ext_m_string = {
	.name = "string",
	.size = sizeof(struct string_match),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.eval = string_eval,
	.lower = lower,
	.explain = string_explain,
};
