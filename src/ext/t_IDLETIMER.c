/* -j IDLETIMER: restarts a timer that user space watches; goes on. */
#include "ext/ext.h"

#include <stddef.h>

enum { LABEL_MAX = 27 };

struct idletimer {
	const char *label;
	uint32_t timeout;
	bool alarm;
};

static bool
read_label(struct opt_arg *a)
{
	struct idletimer *t = a->data;

	t->label = arena_strndup(a->arena, a->text,
	    strnlen(a->text, LABEL_MAX));
	return true;
}

static const struct opt opts[] = {
	{ .name = "--timeout", .args = 1, .flags = OPT_REQUIRED,
	    .read = opt_u32, .offset = offsetof(struct idletimer, timeout) },
	{ .name = "--label", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_label },
	{ .name = "--alarm", .read = opt_flag,
	    .offset = offsetof(struct idletimer, alarm) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct idletimer *t = c->data;
	const char *text = NULL;

	if (t->timeout == 0)
		text = "the timeout is zero";
	else if (t->timeout >= INT32_MAX / 1000)
		text = "the timeout is too large";
	else if (t->label[0] == '\0')
		text = "the label is empty";
	if (text != NULL)
		diag_error(c->diags, c->loc, "IDLETIMER: %s", text);
	return text == NULL;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct idletimer *t = data;

	(void)print;
	sbuf_printf(out, " --timeout %u --label %s%s", t->timeout, t->label,
	    t->alarm ? " --alarm" : "");
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct idletimer *t = data;

	(void)print;
	sbuf_printf(out, " timeout:%u label:%s%s", t->timeout, t->label,
	    t->alarm ? " alarm" : "");
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_IDLETIMER = {
	.name = "IDLETIMER",
	.kind = EXT_TARGET,
	.size = sizeof(struct idletimer),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};
