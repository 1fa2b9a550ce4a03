/* -j TTL: changes the time to live. */
#include "ext/ttl_target.h"

static const struct opt opts[] = {
	OPTS_TTL_TARGET("ttl"),
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	ttl_target_save(data, "ttl", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	ttl_target_list(data, "TTL", out);
}

const struct ext ext_t_TTL = {
	.name = "TTL",
	.kind = EXT_TARGET,
	.family = AF_INET,
	.tables = 1 << TABLE_MANGLE,
	.size = sizeof(struct ttl_target),
	.opts = opts,
	.check = ttl_target_check,
	.save = save,
	.list = list,
	.act = ttl_target_act,
	.explain = ttl_target_explain,
	.change = ttl_target_change,
};
