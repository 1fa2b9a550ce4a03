/* -m mh: the type of a mobility header (ip6t_mh.c). */
#include "ext/l4.h"

#include <stddef.h>
#include <strings.h>

struct mh {
	uint8_t type[2];
	uint8_t invert;
};

enum { MH_HEADER = 6, PROTO_NONE = 59 };

static const struct { const char *name; uint8_t type; } names[] = {
	{ "binding-refresh-request", 0 }, { "brr", 0 },
	{ "home-test-init", 1 }, { "hoti", 1 },
	{ "careof-test-init", 2 }, { "coti", 2 },
	{ "home-test", 3 }, { "hot", 3 },
	{ "careof-test", 4 }, { "cot", 4 },
	{ "binding-update", 5 }, { "bu", 5 },
	{ "binding-acknowledgement", 6 }, { "ba", 6 },
	{ "binding-error", 7 }, { "be", 7 },
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static void
init(void *data, int family)
{
	struct mh *mh = data;

	(void)family;
	mh->type[1] = UINT8_MAX;
}

/* A name in full, else the first that begins so, else a number. */
static bool
read_type(struct opt_arg *a, const char *s, size_t len, uint8_t *type)
{
	char text[32];
	const char *number = text;
	uint64_t v;
	int found = -1;
	unsigned i;

	for (i = 0; i < N_NAMES; i++)
		if (strncasecmp(names[i].name, s, len) == 0 &&
		    (found < 0 || strlen(names[i].name) == len))
			found = names[i].type;
	if (found >= 0) {
		*type = (uint8_t)found;
		return true;
	}
	if (len < sizeof(text)) {
		memcpy(text, s, len);
		text[len] = '\0';
		if (read_number(&number, UINT8_MAX, &v) && *number == '\0') {
			*type = (uint8_t)v;
			return true;
		}
	}
	return opt_error(a, "unknown type '%.*s'", (int)len, s);
}

static bool
opt_type(struct opt_arg *a)
{
	struct mh *mh = a->data;
	const char *colon = strchr(a->text, ':');
	size_t len = strcspn(a->text, ":");

	if ((colon == NULL || len > 0) &&
	    !read_type(a, a->text, len, &mh->type[0]))
		return false;
	if (colon == NULL)
		mh->type[1] = mh->type[0];
	else if (colon[1] != '\0' && !read_type(a, colon + 1,
	    strlen(colon + 1), &mh->type[1]))
		return false;
	if (mh->type[0] > mh->type[1])
		return opt_error(a, "invalid range '%s'", a->text);
	return true;
}

static const struct opt opts[] = {
	{ "--mh-type", NULL, 1, OPT_INVERT, opt_type,
	    .inv_offset = offsetof(struct mh, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mh *mh = data;

	(void)how;
	if (mh->type[0] != 0 || mh->type[1] != UINT8_MAX)
		save_range(out, mh->invert, "--mh-type", mh->type[0],
		    mh->type[1]);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct mh *mh = data;

	(void)how;
	sbuf_puts(out, " mh");
	if (mh->type[0] == 0 && mh->type[1] == UINT8_MAX && !mh->invert)
		return;
	sbuf_printf(out, " %s%u", mh->invert ? "!" : "", mh->type[0]);
	if (mh->type[0] != mh->type[1])
		sbuf_printf(out, ":%u", mh->type[1]);
}

static enum tri
mh_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct mh *mh = data;
	enum tri result;
	const uint8_t *h = l4_part(ctx, MH_HEADER, 3, &result);

	if (h == NULL)
		return l4_missed(ctx, result, why);
	if (h[0] != PROTO_NONE)
		return hotdrop(ctx, why, "a mobility header with a payload");
	return range_test(why, "mobility type", h[2], mh->type[0],
	    mh->type[1], mh->invert);
}

EVAL_BY(mh);

const struct ext ext_m_mh = {
	.name = "mh",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.protos = { 135 },
	.implied_by = 135,
	.size = sizeof(struct mh),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.eval = mh_eval,
	.explain = mh_explain,
};
