/* -m ipv6header: which headers a packet has (ip6t_ipv6header.c). */
#include "ext/l4.h"

#include <netinet/in.h>
#include <stddef.h>

struct ipv6header {
	uint8_t headers;		/* bits of enum headers */
	uint8_t invert;
	bool soft;			/* these, and perhaps others */
};

enum headers {
	HAS_HOP = 128, HAS_DST = 64, HAS_ROUTE = 32, HAS_FRAG = 16,
	HAS_AUTH = 8, HAS_ESP = 4, HAS_NONE = 2, HAS_PROTO = 1
};

/* The first name of a header is the one printed. */
static const struct { const char *name; uint8_t bit; } names[] = {
	{ "hop-by-hop", HAS_HOP }, { "hop", HAS_HOP }, { "0", HAS_HOP },
	{ "hopopt", HAS_HOP }, { "HOPOPT", HAS_HOP },
	{ "ipv6-opts", HAS_DST }, { "IPv6-Opts", HAS_DST },
	{ "dst", HAS_DST }, { "60", HAS_DST },
	{ "ipv6-route", HAS_ROUTE }, { "IPv6-Route", HAS_ROUTE },
	{ "route", HAS_ROUTE }, { "43", HAS_ROUTE },
	{ "ipv6-frag", HAS_FRAG }, { "IPv6-Frag", HAS_FRAG },
	{ "frag", HAS_FRAG }, { "44", HAS_FRAG },
	{ "ah", HAS_AUTH }, { "AH", HAS_AUTH }, { "IPSEC-AH", HAS_AUTH },
	{ "auth", HAS_AUTH }, { "51", HAS_AUTH },
	{ "esp", HAS_ESP }, { "ESP", HAS_ESP }, { "IPSEC-ESP", HAS_ESP },
	{ "50", HAS_ESP },
	{ "ipv6-nonxt", HAS_NONE }, { "IPv6-NoNxt", HAS_NONE },
	{ "none", HAS_NONE }, { "59", HAS_NONE },
	{ "protocol", HAS_PROTO }, { "prot", HAS_PROTO },
	{ "255", HAS_PROTO },
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static bool
opt_header(struct opt_arg *a)
{
	struct ipv6header *h = a->data;
	const char *s = a->text, *word;
	size_t len;

	while ((word = next_word(&s, ',', &len)) != NULL) {
		unsigned i;

		for (i = 0; i < N_NAMES; i++)
			if (strlen(names[i].name) == len &&
			    memcmp(names[i].name, word, len) == 0)
				break;
		if (i == N_NAMES)
			return opt_error(a, "unknown header '%.*s'",
			    (int)len, word);
		h->headers |= names[i].bit;
	}
	return h->headers != 0 || opt_error(a, "wants names of headers");
}

static const struct opt opts[] = {
	{ "--header", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_header,
	    .inv_offset = offsetof(struct ipv6header, invert),
	    .inv_bit = 1 },
	{ "--soft", NULL, 0, 0, opt_flag,
	    .offset = offsetof(struct ipv6header, soft) },
	{ 0 },
};

static void
put_headers(struct sbuf *out, unsigned headers)
{
	const char *comma = "";
	unsigned i, done = 0;

	for (i = 0; i < N_NAMES; i++)
		if (headers & names[i].bit & ~done) {
			sbuf_printf(out, "%s%s", comma, names[i].name);
			comma = ",";
			done |= names[i].bit;
		}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ipv6header *h = data;

	(void)how;
	save_opt(out, h->invert, "--header ");
	put_headers(out, h->headers);
	if (h->soft)
		save_opt(out, false, "--soft");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct ipv6header *h = data;

	(void)how;
	sbuf_printf(out, " ipv6header flags:%s0x%02X%s", h->invert ? "!" : "",
	    h->headers, h->soft ? " soft" : "");
}

static unsigned
bit_of(unsigned proto)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
		return HAS_HOP;
	case IPPROTO_DSTOPTS:
		return HAS_DST;
	case IPPROTO_ROUTING:
		return HAS_ROUTE;
	case IPPROTO_FRAGMENT:
		return HAS_FRAG;
	case IPPROTO_AH:
		return HAS_AUTH;
	case IPPROTO_ESP:
		return HAS_ESP;
	case IPPROTO_NONE:
		return HAS_NONE;
	default:
		return HAS_PROTO;
	}
}

/* The headers of the packet; what follows a fragment header is believed in
 * later fragments too.  No: the packet ends before. */
static enum tri
find_headers(struct ctx *ctx, unsigned *found)
{
	const struct packet *p = ctx->pkt;
	unsigned proto = p->data[6], bit;
	uint32_t off = 40;

	for (*found = 0;; *found |= bit) {
		enum tri result;
		const uint8_t *h;

		bit = bit_of(proto);
		if (off > p->len)
			bit = bit & (HAS_NONE | HAS_ESP) ? 0 : HAS_PROTO;
		if (off > p->len || bit == HAS_PROTO || bit == HAS_NONE)
			break;
		h = packet_bytes(ctx, off, 2, &result);
		if (h == NULL)
			return result;
		if (bit == HAS_ESP)
			break;
		off += bit == HAS_FRAG ? 8 : bit == HAS_AUTH ?
		    (h[1] + 2U) * 4 : (h[1] + 1U) * 8;
		proto = h[0];
	}
	*found |= bit;
	return TRI_YES;
}

static enum tri
ipv6header_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct ipv6header *h = data;
	unsigned found;
	enum tri result = find_headers(ctx, &found);
	bool match;

	if (result != TRI_YES)
		return result == TRI_UNKNOWN ? result :
		    MISS(why, "its headers are cut off");
	if (!h->soft)
		match = (found == h->headers) != h->invert;
	else if (h->invert)	/* none of them, not: not all of them */
		match = (found & h->headers) == 0;
	else
		match = (found & h->headers) == h->headers;
	if (match)
		return TRI_YES;
	if (why != NULL) {
		sbuf_puts(why, "its headers are ");
		put_headers(why, found);
		sbuf_printf(why, ", rule wants %s%s",
		    h->invert ? "not " : "", h->soft ? "at least " : "");
		put_headers(why, h->headers);
	}
	return TRI_NO;
}

EVAL_BY(ipv6header);

const struct ext ext_m_ipv6header = {
	.name = "ipv6header",
	.kind = EXT_MATCH,
	.family = AF_INET6,
	.size = sizeof(struct ipv6header),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = ipv6header_eval,
	.explain = ipv6header_explain,
};
