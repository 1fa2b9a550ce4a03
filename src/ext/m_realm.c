/* -m realm: the realm of the packet's route (xt_realm.c). */
#include "ext/l4.h"

#include <stddef.h>

struct realm {
	uint32_t id, mask;
	uint8_t invert;
};

/* What iproute2's rt_realms has unless somebody adds to it. */
static const char cosmos[] = "cosmos";

static bool
opt_realm(struct opt_arg *a)
{
	struct realm *r = a->data;
	const char *s = a->text;
	uint64_t id, mask = UINT32_MAX;

	if (strcmp(s, cosmos) == 0) {
		r->mask = UINT32_MAX;
		return true;
	}
	if (!read_number(&s, UINT32_MAX, &id))
		return opt_error(a, "unknown realm '%s'", a->text);
	if (*s == '/' && (s++, !read_number(&s, UINT32_MAX, &mask)))
		return opt_error(a, "bad mask '%s'", a->text);
	if (*s != '\0')
		return opt_error(a, "unknown realm '%s'", a->text);
	r->id = (uint32_t)id;
	r->mask = (uint32_t)mask;
	return true;
}

static const struct opt opts[] = {
	{ "--realm", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_realm,
	    .inv_offset = offsetof(struct realm, invert), .inv_bit = 1 },
	{ 0 },
};

static void
put(const struct realm *r, const char *name, bool numeric, struct sbuf *out)
{
	save_opt(out, r->invert, name);
	if (r->mask != UINT32_MAX)
		sbuf_printf(out, " 0x%x/0x%x", r->id, r->mask);
	else if (r->id == 0 && !numeric)
		sbuf_printf(out, " %s", cosmos);
	else
		sbuf_printf(out, " 0x%x", r->id);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	(void)how;
	put(data, "--realm", false, out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	put(data, "realm", how->numeric, out);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	(void)data;
	return unknown(ctx, "the realm of its route");
}

const struct ext ext_m_realm = {
	.name = "realm",
	.kind = EXT_MATCH,
	.family = AF_INET,
	.hooks = 1 << HOOK_INPUT | 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT |
	    1 << HOOK_POSTROUTING,
	.size = sizeof(struct realm),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
};
