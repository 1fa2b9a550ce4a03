/* -j CLASSIFY: sets the packet's priority, a class of traffic control. */
#include "ext/ext.h"

#include <stdlib.h>

struct classify { uint32_t class; };

/* "%x:%x" of scanf: each is cut to 16 bits, the rest ignored. */
static bool
read_class(struct opt_arg *a)
{
	struct classify *c = a->data;
	char *end;
	uint32_t major, minor;

	major = (uint32_t)strtoul(a->text, &end, 16);
	if (end == a->text || *end != ':')
		return opt_error(a, "bad class value \"%s\"", a->text);
	minor = (uint32_t)strtoul(end + 1, &end, 16);
	if (end[-1] == ':')
		return opt_error(a, "bad class value \"%s\"", a->text);
	c->class = major << 16 | (minor & 0xffff);
	return true;
}

static const struct opt opts[] = {
	{ .name = "--set-class", .args = 1, .read = read_class,
	    .flags = OPT_REQUIRED },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct classify *c = data;

	(void)print;
	sbuf_printf(out, " --set-class %.4x:%.4x", c->class >> 16,
	    c->class & 0xffff);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct classify *c = data;

	(void)print;
	sbuf_printf(out, " CLASSIFY set %x:%x", c->class >> 16,
	    c->class & 0xffff);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct classify *c = data;

	ctx->pkt->priority = c->class;
	return V_CONTINUE;
}

const struct ext ext_t_CLASSIFY = {
	.name = "CLASSIFY",
	.kind = EXT_TARGET,
	.hooks = 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT |
	    1 << HOOK_POSTROUTING,
	.size = sizeof(struct classify),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
