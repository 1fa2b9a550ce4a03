/* What stands for a match or target that the program does not know.  Its
 * options are kept as text; it has no eval, so it is unknown to everyone. */
#include "ext/ext.h"

static void
unknown_save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct ext_unknown *u = data;

	(void)p;
	if (u->options != NULL)
		sbuf_puts(out, u->options);
}

const struct ext ext_unknown_match = {
	.name = "unknown",
	.kind = EXT_MATCH,
	.size = sizeof(struct ext_unknown),
	.save = unknown_save,
	.list = unknown_save,
};

const struct ext ext_unknown_target = {
	.name = "unknown",
	.kind = EXT_TARGET,
	.size = sizeof(struct ext_unknown),
	.save = unknown_save,
	.list = unknown_save,
};
