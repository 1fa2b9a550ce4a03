#include "ext/hdr6.h"

const uint8_t *
hdr6_find(struct ctx *ctx, unsigned type, unsigned n, uint32_t *off,
    enum tri *result)
{
	const uint8_t *h;

	*result = TRI_NO;
	switch (pkt_find_header(ctx->pkt, (int)type, off, NULL, NULL)) {
	case PKT_FOUND:
		h = packet_bytes(ctx, *off, n, result);
		if (h == NULL && *result == TRI_NO)
			ctx->hotdrop = true;
		return h;
	case PKT_ABSENT:
		return NULL;
	case PKT_BROKEN:
		ctx->hotdrop = true;
		return NULL;
	case PKT_CUT:
		*result = unknown(ctx, need_bytes);
		return NULL;
	}
	return NULL;
}

enum tri
hdr6_missed(const struct ctx *ctx, enum tri result, const char *name,
    struct sbuf *why)
{
	if (why == NULL || result == TRI_UNKNOWN)
		return result;
	return ctx->hotdrop ?
	    miss(why, "its headers are cut off: the match drops the packet") :
	    miss(why, "it has no %s header", name);
}
