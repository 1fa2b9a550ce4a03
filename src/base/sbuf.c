#include "base/sbuf.h"

#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for 'more' characters and the terminator. */
static void
room(struct sbuf *b, size_t more)
{
	if (b->size - b->len > more)
		return;
	b->size = (b->size + more + 64) * 2;
	b->text = mem_grow(b->text, b->size, 1);
}

void
sbuf_put(struct sbuf *b, const void *s, size_t len)
{
	room(b, len);
	if (len != 0)
		memcpy(b->text + b->len, s, len);
	b->len += len;
	b->text[b->len] = '\0';
}

void
sbuf_putc(struct sbuf *b, char c)
{
	sbuf_put(b, &c, 1);
}

void
sbuf_puts(struct sbuf *b, const char *s)
{
	sbuf_put(b, s, strlen(s));
}

void
sbuf_putu(struct sbuf *b, uint64_t v)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	sbuf_put(b, p, (size_t)(digits + sizeof(digits) - p));
}

void
sbuf_vprintf(struct sbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	assert(n >= 0);
	room(b, (size_t)n);
	vsnprintf(b->text + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void
sbuf_printf(struct sbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *
sbuf_text(const struct sbuf *b)
{
	return b->text ? b->text : "";
}

void
sbuf_cut(struct sbuf *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	if (b->text != NULL)
		b->text[len] = '\0';
}

void
sbuf_clear(struct sbuf *b)
{
	sbuf_cut(b, 0);
}

void
sbuf_free(struct sbuf *b)
{
	free(b->text);
	*b = (struct sbuf)SBUF_INIT;
}
