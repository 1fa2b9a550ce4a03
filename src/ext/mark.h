/* What -m mark and -m connmark share. */
#ifndef EXT_MARK_H
#define EXT_MARK_H

#include "ext/l4.h"

struct mark {
	uint32_t value, mask;
	uint8_t invert;
};

/* " 0xVALUE", with "/0xMASK" unless it is all ones. */
static inline void
put_mark(struct sbuf *out, uint32_t value, uint32_t mask)
{
	sbuf_printf(out, " 0x%x", value);
	if (mask != UINT32_MAX)
		sbuf_printf(out, "/0x%x", mask);
}

static inline enum tri
mark_value_test(const struct mark *m, const char *what, uint32_t mark,
    struct sbuf *why)
{
	if (((mark & m->mask) == m->value) != m->invert)
		return TRI_YES;
	if (why == NULL)
		return TRI_NO;
	sbuf_printf(why, "%s is 0x%x, rule wants%s", what, mark,
	    m->invert ? " not" : "");
	put_mark(why, m->value, m->mask);
	return TRI_NO;
}

#endif
