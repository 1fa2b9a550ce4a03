/* -j LED: blinks; goes on. */
#include "ext/ext.h"

#include <stddef.h>
#include <strings.h>

enum { ID_MAX = 16 };

struct led {
	const char *id;
	int32_t delay;			/* -1: for ever */
	bool always_blink;
};

static bool
read_id(struct opt_arg *a)
{
	struct led *l = a->data;

	if (strlen(a->text) > ID_MAX)
		return opt_error(a, "longer than %d characters", ID_MAX);
	l->id = arena_strdup(a->arena, a->text);
	return true;
}

static bool
read_delay(struct opt_arg *a)
{
	struct led *l = a->data;
	const char *s = a->text;
	uint64_t n;

	if (strncasecmp(s, "inf", 3) == 0) {
		l->delay = -1;
		return true;
	}
	if (!read_number(&s, UINT32_MAX, &n) || *s != '\0')
		return opt_error(a, "the delay must be within range 0..%u",
		    UINT32_MAX);
	l->delay = (int32_t)(uint32_t)n;
	return true;
}

static const struct opt opts[] = {
	{ .name = "--led-trigger-id", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_id },
	{ .name = "--led-delay", .args = 1, .read = read_delay },
	{ .name = "--led-always-blink", .read = opt_flag,
	    .offset = offsetof(struct led, always_blink) },
	{ .name = NULL }
};

static void
print_id(const char *id, struct sbuf *out)
{
	sbuf_putc(out, '"');
	for (; *id != '\0'; id++) {
		if (*id == '"' || *id == '\\')
			sbuf_putc(out, '\\');
		sbuf_putc(out, *id);
	}
	sbuf_putc(out, '"');
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct led *l = data;

	(void)print;
	sbuf_puts(out, " --led-trigger-id ");
	print_id(l->id, out);
	if (l->delay > 0)
		sbuf_printf(out, " --led-delay %d", l->delay);
	else if (l->delay == -1)
		sbuf_puts(out, " --led-delay inf");
	if (l->always_blink)
		sbuf_puts(out, " --led-always-blink");
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct led *l = data;

	(void)print;
	sbuf_puts(out, " led-trigger-id:");
	print_id(l->id, out);
	if (l->delay == -1)
		sbuf_puts(out, " led-delay:inf");
	else
		sbuf_printf(out, " led-delay:%dms", l->delay);
	if (l->always_blink)
		sbuf_puts(out, " led-always-blink");
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_LED = {
	.name = "LED",
	.kind = EXT_TARGET,
	.size = sizeof(struct led),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
