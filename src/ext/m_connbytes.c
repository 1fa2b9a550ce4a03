/* -m connbytes: how much a connection carried.  Kernel: xt_connbytes.c. */
#include "ext/ext.h"

struct connbytes {
	/* Both inclusive; from > to: the range from 'to' to 'from' is
	 * inverted. */
	uint64_t from, to;
	uint8_t dir, mode;		/* indices of the two tables */
};

static const char *const dirs[] = { "original", "reply", "both" };
static const char *const modes[] = { "packets", "bytes", "avgpkt" };
enum { PACKETS, BYTES, AVGPKT, N_MODES, N_DIRS = 3 };

/* A single number is a lower end, unlike elsewhere. */
static bool
read_range(struct opt_arg *a)
{
	struct connbytes *c = a->data;
	const char *s = a->text;
	uint64_t from = 0, to = UINT64_MAX;

	if (*s != ':' && *s != '\0' && !read_number(&s, UINT64_MAX, &from))
		goto bad;
	if (*s == ':')
		s++;
	else if (*s != '\0')
		goto bad;
	if (*s != '\0' && (!read_number(&s, UINT64_MAX, &to) || *s != '\0'))
		goto bad;
	if (to < from)
		return opt_error(a, "%llu should be less than %llu",
		    (unsigned long long)from, (unsigned long long)to);
	c->from = a->negate ? to : from;
	c->to = a->negate ? from : to;
	return true;
bad:
	return opt_error(a, "bad value for option \"--connbytes\" near "
	    "\"%s\", or out of range", s);
}

static bool
read_word(struct opt_arg *a, const char *const *words, unsigned n,
    uint8_t *out)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(words[i], a->text) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	return opt_error(a, "Unknown %s `%s'", a->opt->name, a->text);
}

static bool
read_dir(struct opt_arg *a)
{
	return read_word(a, dirs, N_DIRS, &((struct connbytes *)a->data)->dir);
}

static bool
read_mode(struct opt_arg *a)
{
	return read_word(a, modes, N_MODES,
	    &((struct connbytes *)a->data)->mode);
}

static const struct opt opts[] = {
	{ .name = "--connbytes", .args = 1,
	    .flags = OPT_REQUIRED | OPT_INVERT, .read = read_range },
	{ .name = "--connbytes-dir", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_dir },
	{ .name = "--connbytes-mode", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_mode },
	{ .name = NULL }
};

static void
print_range(const struct connbytes *c, const char *prefix, struct sbuf *out)
{
	bool invert = c->from > c->to;
	uint64_t low = invert ? c->to : c->from;
	uint64_t high = invert ? c->from : c->to;

	sbuf_printf(out, "%s %sconnbytes %llu", invert ? " !" : "", prefix,
	    (unsigned long long)low);
	if (high != 0 && high != UINT64_MAX)
		sbuf_printf(out, ":%llu", (unsigned long long)high);
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connbytes *c = data;

	(void)p;
	print_range(c, "--", out);
	sbuf_printf(out, " --connbytes-mode %s --connbytes-dir %s",
	    modes[c->mode], dirs[c->dir]);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct connbytes *c = data;

	(void)p;
	print_range(c, "", out);
	sbuf_printf(out, " connbytes mode %s connbytes direction %s",
	    modes[c->mode], dirs[c->dir]);
}

static uint64_t
sum(const uint64_t counter[N_CT_DIRS], unsigned dir)
{
	return dir == N_CT_DIRS ? counter[CT_ORIGINAL] + counter[CT_REPLY] :
	    counter[dir];
}

static uint64_t
carried(const struct connbytes *c, const struct ct *ct)
{
	uint64_t packets = sum(ct->packets, c->dir);
	uint64_t bytes = sum(ct->bytes, c->dir);

	if (c->mode == PACKETS)
		return packets;
	if (c->mode == BYTES)
		return bytes;
	return packets != 0 ? bytes / packets : 0;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct connbytes *c = data;
	const struct ct *ct = ctx->pkt->ct;
	uint64_t what;

	if (ct == NULL || !ct->acct)
		return TRI_NO;
	what = carried(c, ct);
	if (c->to >= c->from)
		return tri_of(what >= c->from && what <= c->to);
	return tri_of(what < c->to || what > c->from);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct connbytes *c = data;
	const struct ct *ct = ctx->pkt->ct;

	if (ct == NULL || !ct->acct) {
		sbuf_puts(out, ct == NULL ? "the packet has no connection" :
		    "the connection has no counters");
		return;
	}
	sbuf_printf(out, "%s (%s) of the connection: %llu, rule wants",
	    modes[c->mode], dirs[c->dir],
	    (unsigned long long)carried(c, ct));
	print_range(c, "", out);
}

const struct ext ext_m_connbytes = {
	.name = "connbytes",
	.traits = EXT_STATEFUL | EXT_NEEDS_CT | EXT_NEEDS_ACCT,
	.size = sizeof(struct connbytes),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
};
