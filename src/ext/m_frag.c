/* -m frag: the IPv6 fragment header (ip6t_frag.c). */
#include "ext/hdr6.h"

#include <stddef.h>

enum {					/* the options' bits, in their order */
	FRAG_ID = 1 << 0, FRAG_LEN = 1 << 1, FRAG_RES = 1 << 2,
	FRAG_FIRST = 1 << 3, FRAG_MORE = 1 << 4, FRAG_LAST = 1 << 5
};
enum { FRAG_HEADER = 8 };

struct frag {
	uint32_t id[2];
	uint32_t length;		/* printed, never tested */
	uint8_t given, invert;		/* FRAG_x */
};

static void
init(void *data, int family)
{
	struct frag *f = data;

	(void)family;
	f->id[1] = UINT32_MAX;
}

static const struct opt opts[] = {
	{ "--fragid", NULL, 1, OPT_INVERT, opt_u32range,
	    .offset = offsetof(struct frag, id),
	    .inv_offset = offsetof(struct frag, invert), .inv_bit = FRAG_ID },
	{ "--fraglen", NULL, 1, OPT_INVERT, opt_u32,
	    .offset = offsetof(struct frag, length),
	    .inv_offset = offsetof(struct frag, invert),
	    .inv_bit = FRAG_LEN },
	{ "--fragres", NULL, 0, 0, .read = NULL },
	{ "--fragfirst", NULL, 0, 0, .read = NULL },
	{ "--fragmore", NULL, 0, 0, .excludes = FRAG_LAST },
	{ "--fraglast", NULL, 0, 0, .excludes = FRAG_MORE },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct frag *f = c->data;

	f->given = (uint8_t)c->seen;
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct frag *f = data;

	(void)how;
	if (f->id[0] != 0 || f->id[1] != UINT32_MAX)
		save_range(out, f->invert & FRAG_ID, "--fragid", f->id[0],
		    f->id[1]);
	if (f->given & FRAG_LEN)
		save_range(out, f->invert & FRAG_LEN, "--fraglen", f->length,
		    f->length);
	if (f->given & FRAG_RES)
		save_opt(out, false, "--fragres");
	if (f->given & FRAG_FIRST)
		save_opt(out, false, "--fragfirst");
	if (f->given & FRAG_MORE)
		save_opt(out, false, "--fragmore");
	if (f->given & FRAG_LAST)
		save_opt(out, false, "--fraglast");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct frag *f = data;

	(void)how;
	sbuf_puts(out, " frag");
	if (f->id[0] == 0 && f->id[1] == UINT32_MAX && !(f->invert & FRAG_ID))
		sbuf_putc(out, ' ');
	list_range(out, f->invert & FRAG_ID, "id", f->id[0], f->id[1],
	    UINT32_MAX);
	if (f->given & FRAG_LEN)
		sbuf_printf(out, " length:%s%u",
		    f->invert & FRAG_LEN ? "!" : "", f->length);
	if (f->given & FRAG_RES)
		sbuf_puts(out, " reserved");
	if (f->given & FRAG_FIRST)
		sbuf_puts(out, " first");
	if (f->given & FRAG_MORE)
		sbuf_puts(out, " more");
	if (f->given & FRAG_LAST)
		sbuf_puts(out, " last");
}

static enum tri
frag_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct frag *f = data;
	uint32_t off;
	enum tri result;
	const uint8_t *h = hdr6_find(ctx, HDR6_FRAGMENT, FRAG_HEADER, &off,
	    &result);
	unsigned field;

	if (h == NULL)
		return hdr6_missed(ctx, result, "fragment", why);
	field = get16(h + 2);
	result = range_test(why, "fragment id", get32(h + 4), f->id[0],
	    f->id[1], f->invert & FRAG_ID);
	if (result != TRI_YES)
		return result;
	if (f->given & FRAG_RES && (h[1] != 0 || field & 6))
		return MISS(why, "fragment's reserved fields are not 0");
	if (f->given & FRAG_FIRST && field & 0xfff8)
		return MISS(why, "it is not the first fragment");
	if (f->given & FRAG_MORE && !(field & 1))
		return MISS(why, "it is the last fragment");
	if (f->given & FRAG_LAST && field & 1)
		return MISS(why, "it is not the last fragment");
	return TRI_YES;
}

EVAL_BY(frag);

const struct ext ext_m_frag = {
	.name = "frag",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct frag),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.eval = frag_eval,
	.explain = frag_explain,
};
