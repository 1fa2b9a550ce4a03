/* -j SYNPROXY: the host answers SYNs for a server with cookies.  Not
 * simulated: a cookie is a secret. */
#include "ext/ext.h"

#include <netinet/in.h>
#include <stddef.h>

enum { O_SACK, O_TIMESTAMP, O_WSCALE, O_MSS, O_ECN };

struct synproxy {
	uint8_t given;			/* bits 1 << O_x */
	uint8_t wscale;
	uint16_t mss;
};

/* Numbers of 32 bits that are cut to what the kernel keeps. */
static bool
read_cut(struct opt_arg *a)
{
	struct synproxy *s = a->data;
	uint32_t n;
	struct opt_arg b = *a;

	b.data = &n;
	if (!opt_u32(&b))
		return false;
	if (a->opt - a->ext->opts == O_WSCALE)
		s->wscale = (uint8_t)n;
	else
		s->mss = (uint16_t)n;
	return true;
}

static const struct opt opts[] = {
	[O_SACK] = { .name = "--sack-perm" },
	[O_TIMESTAMP] = { .name = "--timestamp" },
	[O_WSCALE] = { .name = "--wscale", .args = 1, .read = read_cut },
	[O_MSS] = { .name = "--mss", .args = 1, .read = read_cut },
	[O_ECN] = { .name = "--ecn" },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	struct synproxy *s = c->data;

	s->given = (uint8_t)c->seen;
	if (c->rule->proto == IPPROTO_TCP && !(c->rule->invert & INV_PROTO))
		return true;
	diag_error(c->diags, c->loc, "SYNPROXY: only valid for protocol tcp");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct synproxy *s = data;

	(void)print;
	for (unsigned o = O_SACK; o <= O_ECN; o++) {
		if (!(s->given & 1 << o))
			continue;
		sbuf_printf(out, " %s", opts[o].name);
		if (opts[o].args > 0)
			sbuf_printf(out, " %u", o == O_WSCALE ? s->wscale :
			    s->mss);
	}
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct synproxy *s = data;

	(void)print;
	sbuf_puts(out, " SYNPROXY ");
	for (unsigned o = O_SACK; o <= O_ECN; o++) {
		if (!(s->given & 1 << o))
			continue;
		sbuf_printf(out, "%s ", opts[o].name + 2);
		if (opts[o].args > 0)
			sbuf_printf(out, "%u ", o == O_WSCALE ? s->wscale :
			    s->mss);
	}
}

const struct ext ext_t_SYNPROXY = {
	.name = "SYNPROXY",
	.kind = EXT_TARGET,
	.ends = V_DROP,
	.traits = EXT_NEEDS_CT,
	.hooks = 1 << HOOK_INPUT | 1 << HOOK_FORWARD,
	.size = sizeof(struct synproxy),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
};
