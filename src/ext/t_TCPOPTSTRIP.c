/* -j TCPOPTSTRIP: overwrites TCP options by no-operations
 * (xt_TCPOPTSTRIP.c). */
#include "ext/ext.h"

#include <netinet/in.h>

enum { KIND_NOP = 1 };

struct optstrip { uint64_t kinds[4]; };	/* bit kind%64 of [kind/64] */

static const struct { const char *name; uint8_t kind; } names[] = {
	{ "wscale", 3 }, { "mss", 2 }, { "sack-permitted", 4 }, { "sack", 5 },
	{ "timestamp", 8 }, { "md5", 19 }
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static bool
strips(const struct optstrip *s, unsigned kind)
{
	return s->kinds[kind / 64] >> kind % 64 & 1;
}

static bool
read_kind(struct opt_arg *a, const char *word, size_t len, unsigned *kind)
{
	const char *s = word;
	uint64_t n;

	for (unsigned i = 0; i < N_NAMES; i++)
		if (strlen(names[i].name) == len &&
		    memcmp(names[i].name, word, len) == 0) {
			*kind = names[i].kind;
			return true;
		}
	if (!read_number(&s, 255, &n) || s != word + len)
		return opt_error(a, "bad TCP option value \"%.*s\"", (int)len,
		    word);
	*kind = (unsigned)n;
	return n >= 2 || opt_error(a, "option value may not be 0 or 1");
}

static bool
read_options(struct opt_arg *a)
{
	struct optstrip *strip = a->data;
	const char *s = a->text;

	for (;;) {
		size_t len = strcspn(s, ",");
		unsigned kind = 0;

		if (!read_kind(a, s, len, &kind))
			return false;
		if (strips(strip, kind))
			return opt_error(a, "option \"%.*s\" already "
			    "specified", (int)len, s);
		strip->kinds[kind / 64] |= UINT64_C(1) << kind % 64;
		if (s[len] == '\0')
			return true;
		s += len + 1;
	}
}

static const struct opt opts[] = {
	{ .name = "--strip-options", .args = 1, .read = read_options },
	{ .name = NULL }
};

static void
print_kinds(const struct optstrip *strip, const char *before,
    struct sbuf *out)
{
	const char *sep = before;

	for (unsigned i = 0; i < 256; i++)
		if (strips(strip, i)) {
			sbuf_printf(out, "%s%u", sep, i);
			sep = ",";
		}
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_kinds(data, " --strip-options ", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_kinds(data, " TCPOPTSTRIP options ", out);
}

static void
strip_one(uint8_t *th, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		uint8_t *pair = th + (i & ~1u), old[2];

		memcpy(old, pair, 2);
		th[i] = KIND_NOP;
		csum_update(th + 16, old, pair, 2);
	}
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct optstrip *strip = data;
	struct packet *pkt = ctx->pkt;
	uint8_t *th = pkt->data + pkt->l4;
	unsigned size, n;

	if (pkt->proto_bad)
		return V_DROP;
	if (pkt->frag != 0)
		return V_CONTINUE;
	if (pkt->len < pkt->l4 + 20u)
		return V_DROP;
	if (pkt->have < pkt->l4 + 20u)
		return V_CONTINUE;
	size = (th[12] >> 4) * 4u;
	if (size < 20 || pkt->len < pkt->l4 + size)
		return V_DROP;
	if (pkt->have < pkt->l4 + size)
		return V_CONTINUE;
	pkt_pull(pkt, pkt->l4 + size);
	for (unsigned i = 20; i + 1 < size; i += n) {
		n = th[i] <= KIND_NOP || th[i + 1] == 0 ? 1 : th[i + 1];
		if (i + n > size)
			break;
		if (strips(strip, th[i]))
			strip_one(th, i, n);
	}
	return V_CONTINUE;
}

const struct ext ext_t_TCPOPTSTRIP = {
	.name = "TCPOPTSTRIP",
	.kind = EXT_TARGET,
	.tables = 1 << TABLE_MANGLE,
	.protos = { IPPROTO_TCP },
	.size = sizeof(struct optstrip),
	.opts = opts,
	.save = save,
	.list = list,
	.act = act,
};
