/* -m helper: data connections of a helper's control connection.  Kernel:
 * xt_helper.c. */
#include "ext/l4.h"

enum { NAME_LEN = 29 };

struct helper {
	const char *name;
	uint8_t invert;
};

/* Cut where the kernel's field ends. */
static bool
read_helper(struct opt_arg *a)
{
	((struct helper *)a->data)->name = arena_strndup(a->arena, a->text,
	    strnlen(a->text, NAME_LEN));
	return true;
}

static const struct opt opts[] = {
	{ .name = "--helper", .args = 1, .flags = OPT_REQUIRED | OPT_INVERT,
	    .read = read_helper,
	    .inv_offset = offsetof(struct helper, invert), .inv_bit = 1 },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct helper *h = data;

	(void)p;
	save_opt(out, h->invert, "--helper");
	save_text(out, h->name);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct helper *h = data;

	(void)p;
	sbuf_printf(out, " helper match %s\"%s\"", h->invert ? "! " : "",
	    h->name);
}

/* The helper of the packet's master connection; null: there is none. */
static const char *
helper_of(const struct packet *p)
{
	const struct ct *master = p->ct != NULL ? p->ct->master : NULL;

	return master != NULL && master->helper != 0 ?
	    ct_helper_names[master->helper] : NULL;
}

/* The kernel compares as many characters as the helper's name has: "ftp-x"
 * is ftp too. */
static enum tri
helper_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct helper *h = data;
	const char *name = helper_of(ctx->pkt);
	bool yes = name != NULL && (*h->name == '\0' ||
	    strncmp(name, h->name, strlen(name)) == 0);

	if (yes != h->invert)
		return TRI_YES;
	return name == NULL ? MISS(why, "the packet is of no helper's data "
	    "connection") : MISS(why, "the connection was expected by %s",
	    name);
}

EVAL_BY(helper);

const struct ext ext_m_helper = {
	.name = "helper",
	.traits = EXT_NEEDS_CT,
	.size = sizeof(struct helper),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = helper_eval,
	.explain = helper_explain,
};
