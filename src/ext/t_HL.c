/* -j HL: changes the hop limit. */
#include "ext/ttl_target.h"

static const struct opt opts[] = {
	OPTS_TTL_TARGET("hl"),
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	ttl_target_save(data, "hl", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	ttl_target_list(data, "HL", out);
}

const struct ext ext_t_HL = {
	.name = "HL",
	.kind = EXT_TARGET,
	.family = AF_INET6,
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
