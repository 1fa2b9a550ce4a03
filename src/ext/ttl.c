#include "ext/ttl.h"

static const char *const operators[] = {
	[TTL_EQ] = "==", [TTL_NE] = "!=", [TTL_LT] = "<", [TTL_GT] = ">",
};
static const char *const suffixes[] = {
	[TTL_EQ] = "eq", [TTL_NE] = "eq", [TTL_LT] = "lt", [TTL_GT] = "gt",
};

bool
ttl_check(struct ext_check *c)
{
	struct ttl *ttl = c->data;

	if (c->seen == 0) {
		diag_error(c->diags, c->loc, "wants one of -eq, -lt, -gt");
		return false;
	}
	ttl->mode = c->seen & 1 ? (ttl->invert ? TTL_NE : TTL_EQ) :
	    c->seen & 2 ? TTL_LT : TTL_GT;
	return true;
}

void
ttl_save(const struct ttl *ttl, const char *name, struct sbuf *out)
{
	sbuf_printf(out, "%s --%s-%s %u", ttl->mode == TTL_NE ? " !" : "",
	    name, suffixes[ttl->mode], ttl->value);
}

void
ttl_list(const struct ttl *ttl, const char *name, struct sbuf *out)
{
	sbuf_printf(out, " %s match %s %s %u", name, name,
	    operators[ttl->mode], ttl->value);
}

enum tri
ttl_value_test(const struct ttl *ttl, const char *name, unsigned value,
    struct sbuf *why)
{
	const bool holds[] = {
		[TTL_EQ] = value == ttl->value, [TTL_NE] = value != ttl->value,
		[TTL_LT] = value < ttl->value, [TTL_GT] = value > ttl->value,
	};

	if (holds[ttl->mode])
		return TRI_YES;
	return MISS(why, "%s is %u, rule wants %s %u", name, value,
	    operators[ttl->mode], ttl->value);
}

bool
ttl_lower(const void *data, struct lower *l)
{
	const struct ttl *ttl = data;
	uint8_t lo = ttl->mode == TTL_GT ? 0 : ttl->value;
	uint8_t hi = ttl->mode == TTL_LT ? UINT8_MAX : ttl->value;

	lower_range(l, F_TTL, lo, hi, ttl->mode != TTL_EQ);
	return true;
}
