/* What the matches of IPv6 extension headers share. */
#ifndef EXT_HDR6_H
#define EXT_HDR6_H

#include "ext/l4.h"

enum { HDR6_HBH = 0, HDR6_ROUTING = 43, HDR6_FRAGMENT = 44, HDR6_AH = 51,
    HDR6_DST = 60 };

/* The first 'n' bytes of extension header 'type', at L3 offset *off.  Null:
 * *result is the answer: no (there is none, or the packet ends before,
 * which drops it) or unknown. */
const uint8_t *hdr6_find(struct ctx *, unsigned type, unsigned n,
	    uint32_t *off, enum tri *result);
/* Explains that answer. */
enum tri hdr6_missed(const struct ctx *, enum tri result, const char *name,
	    struct sbuf *why);

#endif
