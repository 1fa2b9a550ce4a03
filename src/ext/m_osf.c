/* -m osf: the operating system that a SYN looks like (xt_osf.c).  The kernel
 * compares with fingerprints that were loaded into it, which nobody has. */
#include "ext/l4.h"

#include <stddef.h>

enum { GENRE_MAX = 31, TCP_HEADER = 20 };
enum { OPT_GENRE, OPT_TTL, OPT_LOG };

struct osf {
	const char *genre;
	uint32_t ttl, log;
	uint8_t given;			/* bits 1 << OPT_x */
	uint8_t invert;
};

static bool
opt_genre(struct opt_arg *a)
{
	struct osf *osf = a->data;

	osf->genre = arena_strndup(a->arena, a->text,
	    strnlen(a->text, GENRE_MAX));
	return true;
}

static const struct opt opts[] = {
	[OPT_GENRE] = { "--genre", NULL, 1, OPT_REQUIRED | OPT_INVERT,
	    opt_genre, .inv_offset = offsetof(struct osf, invert),
	    .inv_bit = 1 },
	[OPT_TTL] = { "--ttl", NULL, 1, 0, opt_u32,
	    .offset = offsetof(struct osf, ttl), .max = 2 },
	[OPT_LOG] = { "--log", NULL, 1, 0, opt_u32,
	    .offset = offsetof(struct osf, log), .max = 2 },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct osf *osf = c->data;

	osf->given = (uint8_t)c->seen;
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct osf *osf = data;

	(void)how;
	save_opt(out, osf->invert, "--genre ");
	sbuf_puts(out, osf->genre);
	if (osf->given & 1 << OPT_TTL)
		sbuf_printf(out, " --ttl %u", osf->ttl);
	if (osf->given & 1 << OPT_LOG)
		sbuf_printf(out, " --log %u", osf->log);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct osf *osf = data;

	(void)how;
	sbuf_printf(out, " OS fingerprint match %s%s",
	    osf->invert ? "! " : "", osf->genre);
}

/* Only a SYN is compared; others do not match, inverted or not. */
static enum tri
osf_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	enum tri result;
	const uint8_t *th;

	(void)data;
	if ((uint32_t)ctx->pkt->l4 + TCP_HEADER > ctx->pkt->len)
		return MISS(why, "it has no tcp header");
	th = packet_bytes(ctx, ctx->pkt->l4, 14, &result);
	if (th == NULL)
		return result;
	if (!(th[13] & 2))
		return MISS(why, "it is no tcp syn");
	return unknown(ctx, "the fingerprints of operating systems");
}

EVAL_BY(osf);

const struct ext ext_m_osf = {
	.name = "osf",
	.kind = EXT_MATCH,
	.family = AF_INET,
	.protos = { 6 },
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT | 1 << HOOK_FORWARD,
	.size = sizeof(struct osf),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = osf_eval,
	.explain = osf_explain,
};
