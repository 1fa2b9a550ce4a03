/* -j LOG: a line in the kernel log; goes on. */
#include "ext/ext.h"

#include <stddef.h>

enum { PREFIX_MAX = 29, LEVEL_DEFAULT = 4 };

struct log {
	const char *prefix;		/* null: none */
	uint8_t level, flags;		/* flags: NF_LOG_x */
};

static bool
read_level(struct opt_arg *a)
{
	static const struct { const char *name; uint8_t level; } names[] = {
		{ "emerg", 0 }, { "panic", 0 }, { "alert", 1 }, { "crit", 2 },
		{ "error", 3 }, { "warning", 4 }, { "notice", 5 },
		{ "info", 6 }, { "debug", 7 }
	};
	struct log *log = a->data;
	const char *s = a->text;
	uint64_t n;

	if (read_number(&s, 7, &n) && *s == '\0') {
		log->level = (uint8_t)n;
		return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(a->text, names[i].name) == 0) {
			log->level = names[i].level;
			return true;
		}
	return opt_error(a, "log level \"%s\" unknown", a->text);
}

static bool
read_prefix(struct opt_arg *a)
{
	struct log *log = a->data;
	size_t len = strlen(a->text);

	if (len == 0)
		return opt_error(a, "the prefix is empty");
	if (strchr(a->text, '\n') != NULL)
		return opt_error(a, "newlines are not allowed in the prefix");
	/* A longer one is cut without a word. */
	log->prefix = arena_strndup(a->arena, a->text,
	    len > PREFIX_MAX ? PREFIX_MAX : len);
	return true;
}

static bool
read_flag(struct opt_arg *a)
{
	struct log *log = a->data;

	log->flags |= (uint8_t)a->opt->min;
	return true;
}

/* In the order in which they are saved; 'min' is the flag. */
static const struct opt opts[] = {
	{ .name = "--log-prefix", .args = 1, .read = read_prefix },
	{ .name = "--log-level", .args = 1, .read = read_level },
	{ .name = "--log-tcp-sequence", .read = read_flag, .min = 1 },
	{ .name = "--log-tcp-options", .read = read_flag, .min = 2 },
	{ .name = "--log-ip-options", .read = read_flag, .min = 4 },
	{ .name = "--log-uid", .read = read_flag, .min = 8 },
	{ .name = "--log-macdecode", .read = read_flag, .min = 32 },
	{ .name = NULL }
};

static void
init(void *data, int family)
{
	struct log *log = data;

	(void)family;
	log->level = LEVEL_DEFAULT;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct log *log = data;

	(void)print;
	if (log->prefix != NULL) {
		sbuf_puts(out, " --log-prefix");
		save_text(out, log->prefix);
	}
	if (log->level != LEVEL_DEFAULT)
		sbuf_printf(out, " --log-level %u", log->level);
	for (const struct opt *o = opts; o->name != NULL; o++)
		if (log->flags & o->min)
			sbuf_printf(out, " %s", o->name);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	static const char *const levels[] = { "emerg", "alert", "crit", "err",
	    "warn", "notice", "info", "debug" };
	const struct log *log = data;

	if (print->numeric) {
		sbuf_printf(out, " LOG flags %u level %u", log->flags,
		    log->level);
	} else {
		sbuf_printf(out, " LOG level %s", levels[log->level]);
		for (const struct opt *o = opts; o->name != NULL; o++)
			if (log->flags & o->min)	/* without "--log-" */
				sbuf_printf(out, " %s", o->name + 6);
	}
	if (log->prefix != NULL)
		sbuf_printf(out, " prefix \"%s\"", log->prefix);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct log *log = data;

	ctx->svc->log(ctx->sim, ctx->pkt, ctx->hook, log->level, log->flags,
	    log->prefix == NULL ? "" : log->prefix);
	return V_CONTINUE;
}

const struct ext ext_t_LOG = {
	.name = "LOG",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.size = sizeof(struct log),
	.opts = opts,
	.init = init,
	.save = save,
	.list = list,
	.act = act,
};
