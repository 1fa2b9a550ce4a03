/* String buffer: text built up piece by piece.  Always terminated.
 * Starts as SBUF_INIT, ends with sbuf_free(). */
#ifndef BASE_SBUF_H
#define BASE_SBUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct sbuf {
	char *text;			/* null until something was added */
	size_t len, size;
};

#define SBUF_INIT { NULL, 0, 0 }

void		 sbuf_printf(struct sbuf *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
void		 sbuf_vprintf(struct sbuf *, const char *fmt, va_list)
		    __attribute__((format(printf, 2, 0)));
void		 sbuf_putc(struct sbuf *, char);
void		 sbuf_puts(struct sbuf *, const char *);
void		 sbuf_put(struct sbuf *, const void *, size_t);
void		 sbuf_putu(struct sbuf *, uint64_t);	/* decimal, fast */
/* The text, "" if nothing was added; borrowed until the next change. */
const char	*sbuf_text(const struct sbuf *);
void		 sbuf_cut(struct sbuf *, size_t len);	/* keep 'len' */
void		 sbuf_clear(struct sbuf *);
void		 sbuf_free(struct sbuf *);

#endif
