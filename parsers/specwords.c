#include "parsers/specread.h"

#include "ext/ext.h"

#include <strings.h>

bool
spec_fail(struct spec_reader *r, unsigned i, const char *fmt, ...)
{
	uint32_t off = r->end, len = 0;
	struct sbuf text = SBUF_INIT;
	va_list ap;

	if (i < r->n) {
		off = (uint32_t)(r->words[i].s - r->src->text);
		len = r->words[i].len;
	}
	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	diag_error(r->diags, loc_at(r->src, off, len), "%s", sbuf_text(&text));
	sbuf_free(&text);
	return false;
}

bool
spec_is(const struct spec_word *w, const char *s)
{
	return strlen(s) == w->len && strncasecmp(w->s, s, w->len) == 0;
}

const struct spec_word *
spec_here(const struct spec_reader *r)
{
	static const struct spec_word none = { "", 0 };

	return r->at < r->n ? &r->words[r->at] : &none;
}

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

bool
spec_split(struct spec_reader *r, const char *s, const char *end)
{
	r->n = 0;
	while (s < end) {
		const char *from = s;

		if (space(*s)) {
			s++;
			continue;
		}
		if (r->n == SPEC_MAX_WORDS)
			return spec_fail(r, r->n - 1, "too many words");
		if (*s == '"' || *s == '\'') {
			char quote = *s++;

			from = s;
			while (s < end && *s != quote)
				s++;
			r->words[r->n++] = (struct spec_word){ from,
			    (uint32_t)(s - from) };
			if (s == end)
				return spec_fail(
				    r, r->n - 1, "no closing quote");
			s++;
			continue;
		}
		if (*s == '>') {
			s++;
		} else if (*s == '-' && s + 1 < end && s[1] == '>') {
			s += 2;
		} else {
			while (s < end && *s != '>' && !(space(*s) &&
			    (*s != ',' || s + 1 == end || space(s[1]))))
				s++;
		}
		r->words[r->n++] =
		    (struct spec_word){ from, (uint32_t)(s - from) };
	}
	return true;
}

bool
spec_number(const struct spec_word *w, uint64_t max, uint64_t *out)
{
	char text[24];
	const char *s = text;

	if (w->len == 0 || w->len >= sizeof(text) ||
	    w->s[0] < '0' || w->s[0] > '9')
		return false;
	memcpy(text, w->s, w->len);
	text[w->len] = '\0';
	return read_number(&s, max, out) && *s == '\0';
}

const struct spec_word *
spec_value(struct spec_reader *r, const char *name)
{
	if (r->at + 1 < r->n)
		return &r->words[++r->at];
	spec_fail(r, r->n, "'%s' needs a value", name);
	return NULL;
}

bool
spec_value_number(struct spec_reader *r, const char *name, uint64_t max,
    uint64_t *out)
{
	const struct spec_word *w = spec_value(r, name);

	if (w == NULL)
		return false;
	if (!spec_number(w, max, out))
		return spec_fail(r, r->at,
		    "%s: expected a number up to %llu, got "
		    "'%.*s'",
		    name, (unsigned long long)max, (int)w->len, w->s);
	return true;
}

void
spec_split_equals(struct spec_reader *r)
{
	struct spec_word *w = &r->words[r->at];
	const char *eq = memchr(w->s, '=', w->len);

	if (eq == NULL || r->n == SPEC_MAX_WORDS || eq == w->s)
		return;
	memmove(w + 2, w + 1, (r->n - r->at - 1) * sizeof(*w));
	w[1] = (struct spec_word){ eq + 1, w->len - (uint32_t)(eq + 1 - w->s) };
	w->len = (uint32_t)(eq - w->s);
	r->n++;
}

int
spec_find_word(const struct spec_reader *r, const char *s)
{
	for (unsigned i = 0; i < r->n; i++)
		if (spec_is(&r->words[i], s))
			return (int)i;
	return -1;
}
