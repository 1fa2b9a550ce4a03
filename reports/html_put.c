#include "reports/html_put.h"

#include "base/diag.h"

#include <assert.h>

/* ---- hostile text ---- */

const char *
html_clean(struct html *h, const char *s, size_t len)
{
	size_t keep = len;

	if (len > HTML_MAX_TEXT)	/* not within a character */
		for (keep = HTML_MAX_TEXT; keep > HTML_MAX_TEXT - 4 &&
		    ((unsigned char)s[keep] & 0xc0) == 0x80;)
			keep--;
	sbuf_clear(&h->safe);
	sbuf_safe(&h->safe, s, keep);
	if (keep < len)
		sbuf_printf(&h->safe, " [cut: %zu bytes]", len);
	return sbuf_text(&h->safe);
}

/* ---- elements ---- */

/* Does it stand within a line?  White space before it would be seen. */
static bool
is_inline(const char *element)
{
	static const char *const names[] = { "a", "b", "code", "em", "input",
	    "kbd", "label", "small", "span", "time", "tspan" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], element) == 0)
			return true;
	return false;
}

/* HTML knows these as empty; all others need an end tag. */
static bool
is_void(const char *element)
{
	return strcmp(element, "meta") == 0 || strcmp(element, "link") == 0 ||
	    strcmp(element, "input") == 0 || strcmp(element, "br") == 0;
}

void
html_open(struct html *h, const char *element, const char *class)
{
	assert(h->depth < HTML_DEPTH);
	if (!is_inline(element))
		html_own(h, "\n");
	h->open[h->depth++] = element;
	xml_start(h->w, element);
	if (class != NULL && *class != '\0')
		html_attr(h, "class", "%s", class);
}

void
html_close(struct html *h)
{
	assert(h->depth > 0);
	if (is_void(h->open[--h->depth]))
		xml_end(h->w);
	else
		xml_end_full(h->w);
}

static void format(struct html *, const char *, va_list)
	    __attribute__((format(printf, 2, 0)));

static void
format(struct html *h, const char *fmt, va_list ap)
{
	sbuf_clear(&h->text);
	sbuf_vprintf(&h->text, fmt, ap);
}

void
html_attr(struct html *h, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(h, fmt, ap);
	va_end(ap);
	xml_attr(h->w, name, html_clean(h, sbuf_text(&h->text),
	    h->text.len));
}

void
html_text(struct html *h, const char *text)
{
	xml_text(h->w, html_clean(h, text, strlen(text)));
}

void
html_textf(struct html *h, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(h, fmt, ap);
	va_end(ap);
	html_text(h, sbuf_text(&h->text));
}

void
html_put(struct html *h, const char *element, const char *class,
    const char *text)
{
	html_open(h, element, class);
	html_text(h, text);
	html_close(h);
}

void
html_putf(struct html *h, const char *element, const char *class,
    const char *fmt, ...)
{
	va_list ap;

	html_open(h, element, class);
	va_start(ap, fmt);
	format(h, fmt, ap);
	va_end(ap);
	html_text(h, sbuf_text(&h->text));
	html_close(h);
}

void
html_own(struct html *h, const char *text)
{
	xml_raw(h->w, text);
}

/* ---- numbers ---- */

void
html_number(struct sbuf *b, uint64_t v)
{
	if (v >= 1000) {
		html_number(b, v / 1000);
		sbuf_printf(b, ",%03u", (unsigned)(v % 1000));
	} else {
		sbuf_putu(b, v);
	}
}

void
html_count(struct html *h, const char *element, const char *class, uint64_t v)
{
	struct sbuf b = SBUF_INIT;

	html_number(&b, v);
	html_put(h, element, class, sbuf_text(&b));
	sbuf_free(&b);
}

void
html_many(struct html *h, uint64_t n, const char *one)
{
	struct sbuf b = SBUF_INIT;

	html_number(&b, n);
	html_textf(h, "%s %s%s", sbuf_text(&b), one, n == 1 ? "" : "s");
	sbuf_free(&b);
}

/* ---- pieces ---- */

void
html_section(struct html *h, const char *id, const char *title)
{
	html_open(h, "section", NULL);
	html_attr(h, "id", "%s", id);
	html_put(h, "h2", NULL, title);
}

void
html_table(struct html *h, const char *class, const char *const *columns)
{
	html_open(h, "div", "wide");
	html_open(h, "table", class);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (; *columns != NULL; columns++) {
		bool number = (*columns)[0] == '#';

		html_open(h, "th", number ? "num" : NULL);
		html_attr(h, "scope", "col");
		html_text(h, *columns + number);
		html_close(h);
	}
	html_close(h);
	html_close(h);
	html_open(h, "tbody", NULL);
}

void
html_end_table(struct html *h)
{
	html_close(h);
	html_close(h);
	html_close(h);
}

void
html_badge(struct html *h, const char *word)
{
	static const struct { const char *word, *class; } looks[] = {
		{ "ACCEPT", "badge good" }, { "PASS", "badge good" }, { "SAME", "badge good" },
		{ "passed", "badge good" }, { "allowed", "badge unsure" },
		{ "DROP", "badge bad" }, { "REJECT", "badge bad" }, { "FAIL", "badge bad" },
		{ "failed", "badge bad" }, { "blocked", "badge bad" }, { "LOST", "badge bad" },
		{ "error", "badge bad" }, { "warning", "badge unsure" },
		{ "DEPENDS", "badge unsure" }, { "UNDETERMINED", "badge unsure" },
		{ "undetermined", "badge unsure" }, { "CHANGED", "badge unsure" },
		{ "note", "badge plain" },
	};
	const char *class = "badge plain";

	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++)
		if (strcmp(looks[i].word, word) == 0)
			class = looks[i].class;
	html_put(h, "b", class, word);
}

void
html_pre(struct html *h, const char *text)
{
	bool first = true;

	html_open(h, "pre", NULL);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (!first)
			html_own(h, "\n");
		xml_text(h->w, html_clean(h, text, n));
		text += n + (text[n] == '\n');
		first = false;
	}
	html_close(h);
}
