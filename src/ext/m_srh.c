/* -m srh: the segment routing header (ip6t_srh.c). */
#include "ext/hdr6.h"
#include "ext/host.h"

#include <stddef.h>

enum srh_field { FIELD_LEN, FIELD_LEFT, FIELD_LAST, N_SRH_FIELDS };
enum sid { SID_PREVIOUS, SID_NEXT, SID_LAST, N_SIDS };

/* The options' places; of a field: equal, greater, less. */
enum {
	OPT_NEXT_HDR, OPT_FIELDS,
	OPT_TAG = OPT_FIELDS + N_SRH_FIELDS * 3, OPT_SIDS,
	N_OPTS = OPT_SIDS + N_SIDS
};
enum { SRH_HEADER = 8, SRH_TYPE = 4, ADDR_SIZE = 16 };

struct srh_sid { union addr addr, mask; };

struct srh {
	uint32_t given, invert;		/* bits 1 << OPT_x */
	uint8_t next_hdr;
	uint8_t field[N_SRH_FIELDS];	/* the last value given counts */
	uint16_t tag;
	struct srh_sid *sids;		/* N_SIDS; null: none given */
};

static bool
note(struct opt_arg *a, unsigned which)
{
	struct srh *srh = a->data;

	if (a->negate)
		srh->invert |= 1U << which;
	return true;
}

static bool
opt_byte(struct opt_arg *a)
{
	return opt_u8(a) && note(a, (unsigned)(a->opt - a->ext->opts));
}

static bool
opt_tag(struct opt_arg *a)
{
	return opt_u16(a) && note(a, OPT_TAG);
}

static bool
opt_sid(struct opt_arg *a)
{
	struct srh *srh = a->data;
	unsigned which = (unsigned)(a->opt - a->ext->opts);
	struct srh_sid *sid;

	if (srh->sids == NULL)
		srh->sids = arena_alloc(a->arena,
		    N_SIDS * sizeof(*srh->sids));
	sid = &srh->sids[which - OPT_SIDS];
	if (!hostmask_read(a->text, AF_INET6, &sid->addr, &sid->mask))
		return opt_error(a, "bad address '%s'", a->text);
	return note(a, which);
}

#define FIELD(name, place)						\
	[OPT_FIELDS + 3 * (place)] =					\
	    { "--srh-" name "-eq", NULL, 1, OPT_INVERT, opt_byte,	\
	    .offset = offsetof(struct srh, field) + (place) },		\
	[OPT_FIELDS + 3 * (place) + 1] =				\
	    { "--srh-" name "-gt", NULL, 1, OPT_INVERT, opt_byte,	\
	    .offset = offsetof(struct srh, field) + (place) },		\
	[OPT_FIELDS + 3 * (place) + 2] =				\
	    { "--srh-" name "-lt", NULL, 1, OPT_INVERT, opt_byte,	\
	    .offset = offsetof(struct srh, field) + (place) }

static const struct opt opts[] = {
	[OPT_NEXT_HDR] = { "--srh-next-hdr", NULL, 1, OPT_INVERT, opt_byte,
	    .offset = offsetof(struct srh, next_hdr) },
	FIELD("hdr-len", FIELD_LEN),
	FIELD("segs-left", FIELD_LEFT),
	FIELD("last-entry", FIELD_LAST),
	[OPT_TAG] = { "--srh-tag", NULL, 1, OPT_INVERT, opt_tag,
	    .offset = offsetof(struct srh, tag) },
	[OPT_SIDS + SID_PREVIOUS] = { "--srh-psid", NULL, 1, OPT_INVERT,
	    .read = opt_sid },
	[OPT_SIDS + SID_NEXT] = { "--srh-nsid", NULL, 1, OPT_INVERT,
	    .read = opt_sid },
	[OPT_SIDS + SID_LAST] = { "--srh-lsid", NULL, 1, OPT_INVERT,
	    .read = opt_sid },
	[N_OPTS] = { 0 },
};

static bool
check(struct ext_check *c)
{
	struct srh *srh = c->data;

	srh->given = (uint32_t)c->seen;
	return true;
}

/* ---- printing ---- */

static unsigned
number_of(const struct srh *srh, unsigned which)
{
	return which == OPT_NEXT_HDR ? srh->next_hdr : which == OPT_TAG ?
	    srh->tag : srh->field[(which - OPT_FIELDS) / 3];
}

/* A mask that is no prefix is printed as -1, unsigned. */
static void
put_sid(const struct srh *srh, unsigned which, struct sbuf *out)
{
	const struct srh_sid *sid = &srh->sids[which - OPT_SIDS];

	addr_print(out, AF_INET6, &sid->addr);
	sbuf_printf(out, "/%u", (unsigned)addr_prefix(&sid->mask, AF_INET6));
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct srh *srh = data;
	unsigned i;

	(void)how;
	for (i = 0; i < N_OPTS; i++) {
		if (!(srh->given >> i & 1))
			continue;
		save_opt(out, srh->invert >> i & 1, opts[i].name);
		sbuf_putc(out, ' ');
		if (i < OPT_SIDS)
			sbuf_putu(out, number_of(srh, i));
		else
			put_sid(srh, i, out);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct srh *srh = data;
	unsigned i;

	(void)how;
	sbuf_puts(out, " srh");
	for (i = 0; i < N_OPTS; i++) {
		const char *name = opts[i].name + strlen("--srh-");
		const char *bang = srh->invert >> i & 1 ? "!" : "";

		if (!(srh->given >> i & 1))
			continue;
		if (i < OPT_SIDS) {
			sbuf_printf(out, " %s:%s%u", name, bang,
			    number_of(srh, i));
		} else {
			sbuf_printf(out, " %s %s ", name, bang);
			put_sid(srh, i, out);
		}
	}
}

/* ---- running ---- */

static enum tri
test_number(const struct srh *srh, unsigned which, unsigned value,
    struct sbuf *why)
{
	unsigned want = number_of(srh, which);
	unsigned how = which == OPT_NEXT_HDR || which == OPT_TAG ? 0 :
	    (which - OPT_FIELDS) % 3;
	bool holds = how == 0 ? value == want : how == 1 ? value > want :
	    value < want;
	bool invert = srh->invert >> which & 1;

	if (!(srh->given >> which & 1) || holds != invert)
		return TRI_YES;
	return MISS(why, "%s is %u, rule wants %s%s%u",
	    opts[which].name + 2, value, invert ? "not " : "",
	    how == 0 ? "" : how == 1 ? "above " : "below ", want);
}

/* The kernel compares the tag with the packet's bytes as they lie in memory:
 * that of a little-endian host is swapped. */
static unsigned
tag_of(const uint8_t *h)
{
	uint16_t tag;

	memcpy(&tag, h + 6, sizeof(tag));
	return tag;
}

static enum tri
test_sid(const struct srh *srh, struct ctx *ctx, uint32_t off,
    unsigned which, struct sbuf *why)
{
	const struct srh_sid *sid = &srh->sids[which - OPT_SIDS];
	bool invert = srh->invert >> which & 1;
	union addr addr;
	enum tri result;
	const uint8_t *p = packet_bytes(ctx, off, ADDR_SIZE, &result);

	if (p == NULL)
		return result != TRI_NO ? result :
		    MISS(why, "its segment routing header is cut off");
	memcpy(addr.b, p, ADDR_SIZE);
	if (addr_equal_masked(&addr, &sid->addr, &sid->mask) != invert)
		return TRI_YES;
	if (why != NULL) {
		sbuf_printf(why, "%s is ", opts[which].name + 2);
		addr_print(why, AF_INET6, &addr);
		sbuf_printf(why, ", rule wants %s", invert ? "not " : "");
		put_sid(srh, which, why);
	}
	return TRI_NO;
}

static enum tri
test_sids(const struct srh *srh, struct ctx *ctx, uint32_t off,
    const uint8_t *h, struct sbuf *why)
{
	unsigned left = h[3], last = h[4], i;
	const unsigned place[N_SIDS] = {
		[SID_PREVIOUS] = left + 1, [SID_NEXT] = left - 1,
		[SID_LAST] = 0,
	};
	const bool there[N_SIDS] = {
		[SID_PREVIOUS] = left != last, [SID_NEXT] = left != 0,
		[SID_LAST] = true,
	};

	for (i = 0; i < N_SIDS; i++) {
		enum tri result;

		if (!(srh->given >> (OPT_SIDS + i) & 1))
			continue;
		if (!there[i])
			return MISS(why, "it has no %s",
			    opts[OPT_SIDS + i].name + 2);
		result = test_sid(srh, ctx,
		    off + SRH_HEADER + place[i] * ADDR_SIZE, OPT_SIDS + i,
		    why);
		if (result != TRI_YES)
			return result;
	}
	return TRI_YES;
}

static enum tri
srh_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct srh *srh = data;
	bool hot = ctx->hotdrop;
	uint32_t off;
	enum tri result;
	const uint8_t *h = hdr6_find(ctx, HDR6_ROUTING, SRH_HEADER, &off,
	    &result);
	unsigned i;

	ctx->hotdrop = hot;	/* unlike other matches it drops nothing */
	if (h == NULL)
		return hdr6_missed(ctx, result, "good segment routing", why);
	if ((h[1] + 1U) * 8 > ctx->pkt->len - off || h[2] != SRH_TYPE ||
	    h[3] > h[4])
		return MISS(why, "it has no good segment routing header");
	result = test_number(srh, OPT_NEXT_HDR, h[0], why);
	for (i = 0; i < N_SRH_FIELDS * 3 && result == TRI_YES; i++)
		result = test_number(srh, OPT_FIELDS + i,
		    i / 3 == FIELD_LEN ? h[1] : i / 3 == FIELD_LEFT ? h[3] :
		    h[4], why);
	if (result == TRI_YES)
		result = test_number(srh, OPT_TAG, tag_of(h), why);
	if (result != TRI_YES || srh->sids == NULL)
		return result;
	return test_sids(srh, ctx, off, h, why);
}

EVAL_BY(srh);

const struct ext ext_m_srh = {
	.name = "srh",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct srh),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = srh_eval,
	.explain = srh_explain,
};
