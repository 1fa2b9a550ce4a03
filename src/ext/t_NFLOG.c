/* -j NFLOG: a copy to a netlink group; nothing in the log; goes on. */
#include "ext/ext.h"

#include <stddef.h>

enum { PREFIX_MAX = 63 };
enum { O_PREFIX, O_GROUP, O_SIZE, O_RANGE, O_THRESHOLD };

struct nflog {
	const char *prefix;		/* null: none */
	uint32_t size;
	uint16_t group, threshold;
	bool has_size;			/* --nflog-size, not -range */
};

static bool
read_prefix(struct opt_arg *a)
{
	struct nflog *n = a->data;
	size_t len = strlen(a->text);

	if (len == 0)
		return opt_error(a, "the prefix is empty");
	if (strchr(a->text, '\n') != NULL)
		return opt_error(a, "newlines are not allowed in the prefix");
	n->prefix = arena_strndup(a->arena, a->text,
	    len > PREFIX_MAX ? PREFIX_MAX : len);
	return true;
}

static const struct opt opts[] = {
	[O_PREFIX] = { .name = "--nflog-prefix", .args = 1,
	    .read = read_prefix },
	[O_GROUP] = { .name = "--nflog-group", .args = 1, .read = opt_u16,
	    .offset = offsetof(struct nflog, group) },
	[O_SIZE] = { .name = "--nflog-size", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct nflog, size),
	    .excludes = 1 << O_RANGE },
	[O_RANGE] = { .name = "--nflog-range", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct nflog, size),
	    .excludes = 1 << O_SIZE },
	[O_THRESHOLD] = { .name = "--nflog-threshold", .args = 1,
	    .read = opt_u16, .offset = offsetof(struct nflog, threshold) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	struct nflog *n = c->data;

	n->has_size = (c->seen & 1 << O_SIZE) != 0;
	if (c->seen & 1 << O_RANGE)
		diag_warn(c->diags, c->loc, "NFLOG: --nflog-range has no "
		    "effect; --nflog-size is meant");
	return true;
}

static void
print_options(const struct nflog *n, const char *dashes, struct sbuf *out)
{
	if (n->prefix != NULL) {
		sbuf_printf(out, " %snflog-prefix", dashes);
		save_text(out, n->prefix);
	}
	if (n->group != 0)
		sbuf_printf(out, " %snflog-group %u", dashes, n->group);
	if (n->has_size)
		sbuf_printf(out, " %snflog-size %u", dashes, n->size);
	else if (n->size != 0)
		sbuf_printf(out, " %snflog-range %u", dashes, n->size);
	if (n->threshold != 0)
		sbuf_printf(out, " %snflog-threshold %u", dashes,
		    n->threshold);
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "--", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "", out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	(void)data;
	(void)ctx;
	return V_CONTINUE;
}

const struct ext ext_t_NFLOG = {
	.name = "NFLOG",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.size = sizeof(struct nflog),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};
