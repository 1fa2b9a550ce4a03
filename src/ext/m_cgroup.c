/* -m cgroup: the control group of a packet's socket (xt_cgroup.c). */
#include "ext/l4.h"

#include <stddef.h>

enum { CGROUP_PATH = 1 << 0, CGROUP_CLASS = 1 << 1 };
enum { PATH_MAX_LEN = 511 };		/* what is longer is cut off */

struct cgroup {
	const char *path;
	uint32_t class_id;
	uint8_t given, invert;		/* CGROUP_x */
};

static bool
opt_path(struct opt_arg *a)
{
	struct cgroup *c = a->data;

	c->path = arena_strndup(a->arena, a->text,
	    strnlen(a->text, PATH_MAX_LEN));
	return true;
}

static const struct opt opts[] = {
	{ "--path", NULL, 1, OPT_INVERT, opt_path,
	    .inv_offset = offsetof(struct cgroup, invert),
	    .inv_bit = CGROUP_PATH },
	{ "--cgroup", NULL, 1, OPT_INVERT, opt_u32,
	    .offset = offsetof(struct cgroup, class_id),
	    .inv_offset = offsetof(struct cgroup, invert),
	    .inv_bit = CGROUP_CLASS },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct cgroup *g = c->data;

	g->given = (uint8_t)c->seen;
	if (g->given != CGROUP_PATH && g->given != CGROUP_CLASS) {
		diag_error(c->diags, c->loc,
		    "cgroup: wants either --path or --cgroup");
		return false;
	}
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cgroup *g = data;

	(void)how;
	if (g->given & CGROUP_PATH) {
		save_opt(out, g->invert & CGROUP_PATH, "--path");
		save_text(out, g->path);
	}
	if (g->given & CGROUP_CLASS) {
		save_opt(out, g->invert & CGROUP_CLASS, "--cgroup");
		sbuf_printf(out, " %u", g->class_id);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cgroup *g = data;

	(void)how;
	sbuf_puts(out, " cgroup");
	if (g->given & CGROUP_PATH)
		sbuf_printf(out, " %s%s", g->invert & CGROUP_PATH ? "! " : "",
		    g->path);
	if (g->given & CGROUP_CLASS)
		sbuf_printf(out, " %s%u", g->invert & CGROUP_CLASS ? "! " : "",
		    g->class_id);
}

/* Without a socket it does not match, inverted or not.  At INPUT the kernel
 * may have found the receiver's. */
static enum tri
cgroup_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct packet *p = ctx->pkt;

	(void)data;
	if (ctx->hook != HOOK_INPUT && (!p->local || p->no_socket))
		return MISS(why, "it comes from no socket");
	return unknown(ctx, "the control group of its socket");
}

EVAL_BY(cgroup);

const struct ext ext_m_cgroup = {
	.name = "cgroup",
	.kind = EXT_MATCH,
	.hooks = 1 << HOOK_INPUT | 1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING,
	.size = sizeof(struct cgroup),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = cgroup_eval,
	.explain = cgroup_explain,
};
