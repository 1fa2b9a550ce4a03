/* -j AUDIT: a record for the audit daemon; goes on. */
#include "ext/ext.h"

#include <strings.h>

static const char *const types[] = { "accept", "drop", "reject" };
enum { N_TYPES = sizeof(types) / sizeof(types[0]) };

struct audit { uint8_t type; };		/* index of types */

static bool
read_type(struct opt_arg *a)
{
	struct audit *t = a->data;

	for (t->type = 0; t->type < N_TYPES; t->type++)
		if (strcasecmp(a->text, types[t->type]) == 0)
			return true;
	return opt_error(a, "bad action type value \"%s\"", a->text);
}

static const struct opt opts[] = {
	{ .name = "--type", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_type },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct audit *t = data;

	(void)print;
	sbuf_printf(out, " --type %s", types[t->type]);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct audit *t = data;

	(void)print;
	sbuf_printf(out, " AUDIT %s", types[t->type]);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_AUDIT = {
	.name = "AUDIT",
	.kind = EXT_TARGET,
	.size = sizeof(struct audit),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
