#include "parsers/pktspec.h"

#include "ext/ext.h"
#include "model/icmp.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

enum { MAX_WORDS = 96, DEFAULT_PORT = 49152 };

struct word { const char *s; uint32_t len; };

struct reader {
	const struct source *src;
	struct pktspec *p;
	struct arena *arena;
	struct diags *diags;
	unsigned n, at;			/* words in all, word being read */
	uint32_t end;			/* offset behind the last one */
	struct word words[MAX_WORDS];
};

/* ---- words ---- */

static bool fail(struct reader *, unsigned, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports at word 'i', or behind the last one; returns false. */
static bool
fail(struct reader *r, unsigned i, const char *fmt, ...)
{
	uint32_t off = r->end, len = 0;
	struct sbuf text = SBUF_INIT;
	va_list ap;

	if (i < r->n) {
		off = (uint32_t)(r->words[i].s - r->src->text);
		len = r->words[i].len;
	}
	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	diag_error(r->diags, loc_at(r->src, off, len), "%s", sbuf_text(&text));
	sbuf_free(&text);
	return false;
}

static bool
is(const struct word *w, const char *s)
{
	return strlen(s) == w->len && strncasecmp(w->s, s, w->len) == 0;
}

/* The word at hand; one of length 0 behind the last. */
static const struct word *
here(const struct reader *r)
{
	static const struct word none = { "", 0 };

	return r->at < r->n ? &r->words[r->at] : &none;
}

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

/* Words end at space, a comma that ends one, '>' and '->'; quotes keep one
 * together. */
static bool
split(struct reader *r, const char *s, const char *end)
{
	r->n = 0;
	while (s < end) {
		const char *from = s;

		if (space(*s)) {
			s++;
			continue;
		}
		if (r->n == MAX_WORDS)
			return fail(r, r->n - 1, "too many words");
		if (*s == '"' || *s == '\'') {
			char quote = *s++;

			from = s;
			while (s < end && *s != quote)
				s++;
			r->words[r->n++] = (struct word){ from,
			    (uint32_t)(s - from) };
			if (s == end)
				return fail(r, r->n - 1, "no closing quote");
			s++;
			continue;
		}
		if (*s == '>') {
			s++;
		} else if (*s == '-' && s + 1 < end && s[1] == '>') {
			s += 2;
		} else {
			while (s < end && *s != '>' && !(space(*s) &&
			    (*s != ',' || s + 1 == end || space(s[1]))))
				s++;
		}
		r->words[r->n++] = (struct word){ from, (uint32_t)(s - from) };
	}
	return true;
}

static bool
number(const struct word *w, uint64_t max, uint64_t *out)
{
	char text[24];
	const char *s = text;

	if (w->len == 0 || w->len >= sizeof(text) ||
	    w->s[0] < '0' || w->s[0] > '9')
		return false;
	memcpy(text, w->s, w->len);
	text[w->len] = '\0';
	return read_number(&s, max, out) && *s == '\0';
}

/* ---- addresses ---- */

static bool
set_family(struct reader *r, unsigned i, int family)
{
	if (r->p->family != 0 && r->p->family != family)
		return fail(r, i, "addresses of both families");
	r->p->family = family;
	return true;
}

struct endpoint { union addr *addr; uint16_t *port; unsigned has, has_port; };

static struct endpoint
source(struct pktspec *p)
{
	return (struct endpoint){ &p->src, &p->sport, SPEC_SRC, SPEC_SPORT };
}

static struct endpoint
destination(struct pktspec *p)
{
	return (struct endpoint){ &p->dst, &p->dport, SPEC_DST, SPEC_DPORT };
}

static bool
read_address(struct reader *r, unsigned i, const char *s, size_t len,
    struct endpoint e)
{
	int family;

	if (!addr_parse_any(e.addr, &family, s, len))
		return fail(r, i, "expected an address, got '%.*s' (names "
		    "are not looked up)", (int)len, s);
	r->p->has |= e.has;
	return set_family(r, i, family);
}

static bool
read_port_word(struct reader *r, unsigned i, const char *s, size_t len,
    struct endpoint e)
{
	if (!read_port(s, len, e.port))
		return fail(r, i, "expected a port from 0 to 65535 or a "
		    "service's name, got '%.*s'", (int)len, s);
	r->p->has |= e.has_port;
	return true;
}

static unsigned
count(const char *s, size_t len, char c)
{
	unsigned n = 0;

	while (len-- > 0)
		n += *s++ == c;
	return n;
}

/* ADDR, ADDR:PORT, [ADDR6]:PORT; tcpdump's A.B.C.D.PORT. */
static bool
read_endpoint(struct reader *r, unsigned i, struct endpoint e)
{
	const char *s = r->words[i].s, *end = s + r->words[i].len;
	const char *colon, *stop = end;

	if (s < end && end[-1] == ':')
		stop = --end;
	if (s < end && *s == '[') {
		stop = memchr(s, ']', (size_t)(end - s));
		if (stop == NULL)
			return fail(r, i, "no closing ']'");
		if (stop + 1 < end && stop[1] != ':')
			return fail(r, i, "expected ':' and a port after ']'");
		colon = stop + 1 < end ? stop + 1 : NULL;
		s++;
	} else if (count(s, (size_t)(end - s), ':') == 1) {
		stop = colon = memchr(s, ':', (size_t)(end - s));
	} else if (count(s, (size_t)(end - s), '.') == 4 &&
	    count(s, (size_t)(end - s), ':') == 0) {
		stop = colon = memrchr(s, '.', (size_t)(end - s));
	} else {
		colon = NULL;
	}
	return read_address(r, i, s, (size_t)(stop - s), e) &&
	    (colon == NULL || read_port_word(r, i, colon + 1,
	    (size_t)(end - colon - 1), e));
}

static bool
read_iface(struct reader *r, unsigned i, char name[IFNAME_SIZE])
{
	const struct word *w = &r->words[i];

	if (w->len >= IFNAME_SIZE || w->len == 0)
		return fail(r, i, "an interface's name has 1 to %d characters",
		    IFNAME_SIZE - 1);
	if (memchr(w->s, '/', w->len) != NULL)
		return fail(r, i, "an interface's name has no '/'");
	memset(name, 0, IFNAME_SIZE);
	memcpy(name, w->s, w->len);
	return true;
}

static bool
read_in(struct reader *r, unsigned i)
{
	if (is(&r->words[i], "local")) {
		r->p->local = true;
		return true;
	}
	return read_iface(r, i, r->p->in);
}

static bool
is_proto(const struct word *w, int *proto)
{
	*proto = is(w, "icmp6") || is(w, "icmpv6") ? IPPROTO_ICMPV6 :
	    proto_parse(w->s, w->len);
	return *proto > 0 && *proto < 256;
}

static void
set_proto(struct pktspec *p, int proto)
{
	p->proto = (uint8_t)proto;
	p->has |= SPEC_PROTO;
}

/* ---- options ---- */

enum kind { K_FLAG, K_U8, K_U16, K_U32, K_BOOL, K_PAYLOAD, K_MAC, K_ABOUT,
    K_FLAGS, K_TYPE, K_CODE, K_ESTABLISHED, K_NO_FLAGS, K_ECHO_ID, K_ECHO_SEQ,
    K_PROTO, K_LENGTH, K_FRAG, K_SKIP, K_OUT, K_IN };

#define AT(member) offsetof(struct pktspec, member)
static const struct option {
	const char *name;
	enum kind kind;
	size_t offset;
	unsigned value;			/* a flag's bit, or what is noted in 'has' */
} options[] = {
	{ "fin", K_FLAG, 0, TCPF_FIN }, { "syn", K_FLAG, 0, TCPF_SYN },
	{ "rst", K_FLAG, 0, TCPF_RST }, { "psh", K_FLAG, 0, TCPF_PSH },
	{ "ack", K_FLAG, AT(ack), TCPF_ACK }, { "urg", K_FLAG, 0, TCPF_URG },
	{ "ece", K_FLAG, 0, TCPF_ECE }, { "cwr", K_FLAG, 0, TCPF_CWR },
	{ "flags", K_FLAGS, 0, 0 }, { "none", K_NO_FLAGS, 0, 0 },
	{ "seq", K_U32, AT(seq), SPEC_SEQ },
	{ "win", K_U16, AT(window), 0 }, { "window", K_U16, AT(window), 0 },
	{ "mss", K_U16, AT(mss), 0 },
	{ "ttl", K_U8, AT(ttl), 0 }, { "hl", K_U8, AT(ttl), 0 },
	{ "hlim", K_U8, AT(ttl), 0 },
	{ "tos", K_U8, AT(tos), 0 }, { "id", K_ECHO_ID, AT(id), SPEC_ID },
	{ "ipid", K_U16, AT(id), SPEC_ID },
	{ "icmp-seq", K_ECHO_SEQ, 0, 0 },
	{ "df", K_BOOL, AT(df), 0 }, { "mf", K_BOOL, AT(mf), 0 },
	{ "frag", K_FRAG, AT(frag), 0 },
	{ "len", K_U32, AT(length), 0 }, { "length", K_LENGTH, 0, 0 },
	{ "payload", K_PAYLOAD, 0, 0 },
	{ "mac", K_MAC, 0, SPEC_MAC }, { "mark", K_U32, AT(mark), 0 },
	{ "about", K_ABOUT, 0, 0 },
	{ "type", K_TYPE, 0, SPEC_ICMP }, { "code", K_CODE, 0, 0 },
	{ "mtu", K_U32, AT(info), 0 },
	{ "spi", K_U32, AT(spi), 0 }, { "proto", K_PROTO, 0, 0 },
	{ "established", K_ESTABLISHED, 0, 0 },
	{ "->", K_OUT, 0, 0 }, { "via", K_OUT, 0, 0 },
	{ "on", K_IN, 0, 0 },
};

static const struct option *
find_option(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strlen(options[i].name) == len &&
		    strncasecmp(options[i].name, s, len) == 0)
			return &options[i];
	return NULL;
}

/* The next word, which option 'name' needs; null and an error: none. */
static const struct word *
value(struct reader *r, const char *name)
{
	if (r->at + 1 < r->n)
		return &r->words[++r->at];
	fail(r, r->n, "'%s' needs a value", name);
	return NULL;
}

static bool
value_number(struct reader *r, const char *name, uint64_t max, uint64_t *out)
{
	const struct word *w = value(r, name);

	if (w == NULL)
		return false;
	if (!number(w, max, out))
		return fail(r, r->at, "%s: expected a number up to %llu, got "
		    "'%.*s'", name, (unsigned long long)max, (int)w->len,
		    w->s);
	return true;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* payload "text" or payload hex:00ff */
static bool
read_payload(struct reader *r)
{
	const struct word *w = value(r, "payload");
	uint8_t *bytes;
	uint32_t n;

	if (w == NULL)
		return false;
	if (w->len < 4 || strncasecmp(w->s, "hex:", 4) != 0) {
		r->p->payload = arena_copy(r->arena, w->s, w->len);
		r->p->payload_len = w->len;
		return true;
	}
	n = (w->len - 4) / 2;
	bytes = arena_alloc(r->arena, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		int hi = hex_digit(w->s[4 + 2 * i]);
		int lo = hex_digit(w->s[5 + 2 * i]);

		if (hi < 0 || lo < 0)
			return fail(r, r->at, "payload: not hexadecimal");
		bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	if (w->len % 2 != 0)
		return fail(r, r->at, "payload: an odd number of digits");
	r->p->payload = bytes;
	r->p->payload_len = n;
	return true;
}

static bool
read_mac(struct reader *r)
{
	const struct word *w = value(r, "mac");

	if (w == NULL)
		return false;
	if (w->len != 17)
		return fail(r, r->at, "expected a MAC address, "
		    "aa:bb:cc:dd:ee:ff");
	for (unsigned i = 0; i < 6; i++) {
		int hi = hex_digit(w->s[3 * i]), lo = hex_digit(w->s[3 * i + 1]);

		if (hi < 0 || lo < 0 || (i < 5 && w->s[3 * i + 2] != ':'))
			return fail(r, r->at, "expected a MAC address, "
			    "aa:bb:cc:dd:ee:ff");
		r->p->mac[i] = (uint8_t)(hi << 4 | lo);
	}
	r->p->has |= SPEC_MAC;
	return true;
}

/* about "udp 10.0.0.2:1 > 10.0.0.9:53": the packet that an ICMP error
 * quotes. */
static bool
read_about(struct reader *r)
{
	struct pktspec *inner = arena_new(r->arena, struct pktspec);
	const struct word *w = value(r, "about");

	if (w == NULL)
		return false;
	if (!pktspec_parse(r->src, (size_t)(w->s - r->src->text), w->len,
	    inner, r->arena, r->diags))
		return false;
	if (inner->inner != NULL)
		return fail(r, r->at, "an error is not about an error");
	if ((inner->has & (SPEC_SRC | SPEC_DST | SPEC_PROTO)) !=
	    (SPEC_SRC | SPEC_DST | SPEC_PROTO))
		return fail(r, r->at, "about: needs protocol and both "
		    "addresses");
	r->p->inner = inner;
	return true;
}

/* A flag by name; several joined by '/' or '+' or ','. */
static bool
flag_list(const char *s, size_t len, unsigned *flags)
{
	const char *end = s + len;

	*flags = 0;
	for (;;) {
		const char *stop = s;
		const struct option *o;

		while (stop < end && strchr("/+,", *stop) == NULL)
			stop++;
		o = find_option(s, (size_t)(stop - s));
		if (o == NULL || o->kind != K_FLAG)
			return false;
		*flags |= o->value;
		if (stop == end)
			return true;
		s = stop + 1;
	}
}

/* flags syn,ack; tcpdump's Flags [S.] */
static bool
read_flags(struct reader *r)
{
	static const char letters[] = "FSRP.UEW";
	const struct word *w = value(r, "flags");
	unsigned flags = 0;

	if (w == NULL)
		return false;
	r->p->has |= SPEC_FLAGS;
	if (is(w, "none") || is(w, "[none]")) {
		r->p->tcp_flags = 0;
		return true;
	}
	if (w->len < 3 || w->s[0] != '[') {
		if (!flag_list(w->s, w->len, &flags))
			return fail(r, r->at, "expected TCP flags, got '%.*s'",
			    (int)w->len, w->s);
		r->p->tcp_flags = (uint8_t)flags;
		return true;
	}
	for (uint32_t i = 1; i < w->len && w->s[i] != ']'; i++) {
		const char *at = strchr(letters, w->s[i]);

		if (at == NULL || *at == '\0')
			return fail(r, r->at, "unknown TCP flag '%c'",
			    w->s[i]);
		flags |= 1u << (at - letters);
	}
	r->p->tcp_flags = (uint8_t)flags;
	return true;
}

/* An ICMP type: a name, N, N/M. */
static bool
icmp_type(struct pktspec *p, const struct word *w)
{
	const char *slash = memchr(w->s, '/', w->len);
	uint64_t type, code = 0;
	const struct icmp_name *name;

	if (w->len == 0)
		return false;
	name = icmp_name_find(icmp_names_of(p->proto == IPPROTO_ICMPV6), w->s,
	    w->len);
	if (name != NULL && name->type != 0xff) {
		type = name->type;
		code = name->code_min;
	} else {
		struct word first = *w, second = *w;

		if (slash != NULL) {
			first.len = (uint32_t)(slash - w->s);
			second = (struct word){ slash + 1,
			    w->len - first.len - 1 };
			if (!number(&second, 255, &code))
				return false;
		}
		if (!number(&first, 255, &type))
			return false;
	}
	p->icmp_type = (uint8_t)type;
	p->icmp_code = (uint8_t)code;
	p->has |= SPEC_ICMP;
	return true;
}

static bool
is_icmp(const struct pktspec *p)
{
	return (p->has & SPEC_PROTO) && (p->proto == IPPROTO_ICMP ||
	    p->proto == IPPROTO_ICMPV6);
}

static bool
store(struct reader *r, const struct option *o, uint64_t max)
{
	uint8_t *to = (uint8_t *)r->p + o->offset;
	uint16_t v16;
	uint32_t v32;
	uint64_t v;

	if (!value_number(r, o->name, max, &v))
		return false;
	v16 = (uint16_t)v;
	v32 = (uint32_t)v;
	if (max == UINT8_MAX)
		*to = (uint8_t)v;
	else if (max == UINT16_MAX)
		memcpy(to, &v16, sizeof(v16));
	else
		memcpy(to, &v32, sizeof(v32));
	r->p->has |= o->value;
	return true;
}

/* 'ack' alone is the flag; before a number, the flag and the number. */
static bool
read_flag(struct reader *r, const struct option *o)
{
	uint64_t v;

	r->p->tcp_flags |= (uint8_t)o->value;
	r->p->has |= SPEC_FLAGS;
	if (o->offset != 0 && r->at + 1 < r->n &&
	    number(&r->words[r->at + 1], UINT32_MAX, &v)) {
		r->at++;
		r->p->ack = (uint32_t)v;
		r->p->has |= SPEC_ACK;
	}
	return true;
}

static bool
read_frag(struct reader *r)
{
	const struct word *w = value(r, "frag");
	struct word v;
	uint64_t off;

	if (w == NULL)
		return false;
	v = *w;
	if (v.len > 0 && v.s[v.len - 1] == '+') {	/* as tcpdump: more follow */
		r->p->mf = true;
		v.len--;
	}
	if (!number(&v, 65528, &off) || off % 8 != 0)
		return fail(r, r->at, "frag: expected an offset in bytes, a "
		    "multiple of 8 up to 65528");
	r->p->frag = (uint32_t)off;
	return true;
}

static bool
read_protocol(struct reader *r)
{
	const struct word *w = value(r, "proto");
	int proto;

	if (w == NULL)
		return false;
	if (!is_proto(w, &proto))
		return fail(r, r->at, "unknown protocol '%.*s'", (int)w->len,
		    w->s);
	set_proto(r->p, proto);
	return true;
}

/* Bytes of the payload: what tcpdump calls length. */
static bool
read_length(struct reader *r)
{
	uint64_t n;

	if (!value_number(r, "length", 65535 - 60, &n))
		return false;
	r->p->payload = arena_alloc(r->arena, n + 1);
	r->p->payload_len = (uint32_t)n;
	return true;
}

static bool
read_option(struct reader *r, const struct option *o)
{
	uint64_t v = 0;

	switch (o->kind) {
	case K_FLAG:
		return read_flag(r, o);
	case K_U8:
		return store(r, o, UINT8_MAX);
	case K_U16:
		return store(r, o, UINT16_MAX);
	case K_U32:
		return store(r, o, UINT32_MAX);
	case K_BOOL:
		*((bool *)r->p + o->offset) = true;
		return true;
	case K_PAYLOAD:
		return read_payload(r);
	case K_MAC:
		return read_mac(r);
	case K_ABOUT:
		return read_about(r);
	case K_FLAGS:
		return read_flags(r);
	case K_TYPE:
		if (r->at + 1 < r->n && icmp_type(r->p, &r->words[r->at + 1])) {
			r->at++;
			return true;
		}
		return fail(r, r->at + 1, "type: expected an ICMP type");
	case K_CODE:
		if (!value_number(r, o->name, UINT8_MAX, &v))
			return false;
		r->p->icmp_code = (uint8_t)v;
		return true;
	case K_ESTABLISHED:
		r->p->established = true;
		return true;
	case K_NO_FLAGS:
		r->p->tcp_flags = 0;
		r->p->has |= SPEC_FLAGS;
		return true;
	case K_ECHO_ID:			/* of ICMP its own, else the header's */
		if (!is_icmp(r->p))
			return store(r, o, UINT16_MAX);
		if (!value_number(r, o->name, UINT16_MAX, &v))
			return false;
		r->p->echo_id = (uint16_t)v;
		return true;
	case K_ECHO_SEQ:
		if (!value_number(r, o->name, UINT16_MAX, &v))
			return false;
		r->p->echo_seq = (uint16_t)v;
		return true;
	case K_PROTO:
		return read_protocol(r);
	case K_LENGTH:
		return read_length(r);
	case K_FRAG:
		return read_frag(r);
	case K_OUT:
		if (r->at + 1 >= r->n)
			return fail(r, r->n, "expected an interface");
		return read_iface(r, ++r->at, r->p->out);
	case K_IN:
		if (r->at + 1 >= r->n)
			return fail(r, r->n, "expected an interface");
		return read_in(r, ++r->at);
	case K_SKIP:
		return true;
	}
	return false;
}

/* x20: so many of it */
static bool
read_count(struct pktspec *p, const struct word *w)
{
	struct word rest = { w->s + 1, w->len - 1 };
	uint64_t n;

	if (w->len < 2 || (w->s[0] != 'x' && w->s[0] != 'X') ||
	    !number(&rest, 1000000, &n) || n == 0)
		return false;
	p->count = (uint32_t)n;
	return true;
}

/* NAME=VALUE is the same as NAME VALUE. */
static void
split_equals(struct reader *r)
{
	struct word *w = &r->words[r->at];
	const char *eq = memchr(w->s, '=', w->len);

	if (eq == NULL || r->n == MAX_WORDS || eq == w->s)
		return;
	memmove(w + 2, w + 1, (r->n - r->at - 1) * sizeof(*w));
	w[1] = (struct word){ eq + 1, w->len - (uint32_t)(eq + 1 - w->s) };
	w->len = (uint32_t)(eq - w->s);
	r->n++;
}

static bool
read_options(struct reader *r)
{
	for (; r->at < r->n; r->at++) {
		const struct option *o;
		unsigned flags;

		split_equals(r);
		o = find_option(here(r)->s, here(r)->len);
		if (o != NULL && o->kind == K_U32 && is_icmp(r->p) &&
		    is(here(r), "seq"))
			o = find_option("icmp-seq", 8);
		if (o != NULL) {
			if (!read_option(r, o))
				return false;
		} else if (is_icmp(r->p) && icmp_type(r->p, here(r))) {
			continue;
		} else if (flag_list(here(r)->s, here(r)->len, &flags)) {
			r->p->tcp_flags |= (uint8_t)flags;
			r->p->has |= SPEC_FLAGS;
		} else if (!read_count(r->p, here(r))) {
			return fail(r, r->at, "unknown option '%.*s'",
			    (int)here(r)->len, here(r)->s);
		}
	}
	return true;
}

/* ---- the four forms ---- */

/* 'icmp' between IPv6 addresses is ICMPv6. */
static void
icmp_by_family(struct pktspec *p)
{
	if (p->proto == IPPROTO_ICMP && p->family == AF_INET6)
		p->proto = IPPROTO_ICMPV6;
}

/* [IFACE|local] PROTO SRC > DST options */
static bool
read_arrow(struct reader *r, unsigned arrow)
{
	int proto = 0;

	if (arrow == 0 || arrow + 1 >= r->n)
		return fail(r, arrow, "expected SOURCE > DESTINATION");
	if (!read_endpoint(r, arrow - 1, source(r->p)) ||
	    !read_endpoint(r, arrow + 1, destination(r->p)))
		return false;
	if (arrow > 3)
		return fail(r, 2, "expected SOURCE > DESTINATION");
	if (arrow >= 2 && is_proto(&r->words[arrow - 2], &proto)) {
		set_proto(r->p, proto);
		if (arrow == 3 && !read_in(r, 0))
			return false;
	} else if (arrow == 3) {
		return fail(r, 1, "unknown protocol '%.*s'",
		    (int)r->words[1].len, r->words[1].s);
	} else if (arrow == 2 && !read_in(r, 0)) {
		return false;
	}
	icmp_by_family(r->p);
	r->at = arrow + 2;
	return read_options(r);
}

/* iptables' own options.  The kinds below the line are read specially. */
enum ipt { I_IN, I_OUT, I_PROTO, I_SRC, I_DST, I_SPORT, I_DPORT, I_SYN,
    I_FLAGS, I_ICMP, I_MODULE, I_STATE, I_OPTION };

static const struct ipt_option {
	const char *name, *alias;
	enum ipt kind;
	const char *option;		/* I_OPTION: of the table above */
} ipt_options[] = {
	{ "-i", "--in-interface", I_IN, NULL },
	{ "-o", "--out-interface", I_OUT, NULL },
	{ "-p", "--protocol", I_PROTO, NULL },
	{ "--proto", NULL, I_PROTO, NULL },
	{ "-s", "--source", I_SRC, NULL }, { "--src", NULL, I_SRC, NULL },
	{ "-d", "--destination", I_DST, NULL }, { "--dst", NULL, I_DST, NULL },
	{ "--sport", "--source-port", I_SPORT, NULL },
	{ "--dport", "--destination-port", I_DPORT, NULL },
	{ "--syn", NULL, I_SYN, NULL },
	{ "--tcp-flags", NULL, I_FLAGS, NULL },
	{ "--icmp-type", "--icmpv6-type", I_ICMP, NULL },
	{ "-m", "--match", I_MODULE, NULL },
	{ "--ctstate", "--state", I_STATE, NULL },
	{ "--ttl", "--ttl-eq", I_OPTION, "ttl" },
	{ "--hl-eq", NULL, I_OPTION, "ttl" },
	{ "--tos", NULL, I_OPTION, "tos" },
	{ "--length", NULL, I_OPTION, "len" },
	{ "--mac-source", NULL, I_OPTION, "mac" },
	{ "--mark", NULL, I_OPTION, "mark" },
	{ "--string", NULL, I_OPTION, "payload" },
};

static const struct ipt_option *
find_ipt(const struct word *w)
{
	for (size_t i = 0; i < sizeof(ipt_options) / sizeof(*ipt_options); i++)
		if ((w->len == strlen(ipt_options[i].name) &&
		    memcmp(w->s, ipt_options[i].name, w->len) == 0) ||
		    (ipt_options[i].alias != NULL &&
		    is(w, ipt_options[i].alias)))
			return &ipt_options[i];
	return NULL;
}

/* --tcp-flags MASK COMP: the flags of COMP are set, the others are not. */
static bool
read_mask_comp(struct reader *r)
{
	const struct word *w = value(r, "--tcp-flags");
	unsigned flags = 0;

	if (w == NULL || (w = value(r, "--tcp-flags")) == NULL)
		return false;
	if (is(w, "ALL"))
		flags = 0x3f;
	else if (!is(w, "NONE") && !flag_list(w->s, w->len, &flags))
		return fail(r, r->at, "expected TCP flags, got '%.*s'",
		    (int)w->len, w->s);
	r->p->tcp_flags = (uint8_t)flags;
	r->p->has |= SPEC_FLAGS;
	return true;
}

static bool
read_state(struct reader *r, const struct word *w)
{
	if (is(w, "NEW"))
		return true;
	if (!is(w, "ESTABLISHED") && !is(w, "RELATED,ESTABLISHED") &&
	    !is(w, "ESTABLISHED,RELATED"))
		return fail(r, r->at, "only NEW and ESTABLISHED can be asked "
		    "for; --after gives packets that come before");
	r->p->established = true;
	return true;
}

static bool
read_ipt_option(struct reader *r, const struct ipt_option *o)
{
	struct endpoint e = o->kind == I_SRC || o->kind == I_SPORT ?
	    source(r->p) : destination(r->p);
	const struct word *w = NULL;
	const char *slash;
	uint32_t len;
	int proto;

	if (o->kind == I_SYN) {
		r->p->tcp_flags = TCPF_SYN;
		r->p->has |= SPEC_FLAGS;
		return true;
	}
	if (o->kind == I_FLAGS)
		return read_mask_comp(r);
	if (o->kind == I_OPTION)
		return read_option(r, find_option(o->option,
		    strlen(o->option)));
	if ((w = value(r, o->name)) == NULL)
		return false;
	switch (o->kind) {
	case I_IN:
		return read_iface(r, r->at, r->p->in);
	case I_OUT:
		return read_iface(r, r->at, r->p->out);
	case I_PROTO:
		if (!is_proto(w, &proto))
			return fail(r, r->at, "unknown protocol '%.*s'",
			    (int)w->len, w->s);
		set_proto(r->p, proto);
		return true;
	case I_SRC:
	case I_DST:
		slash = memchr(w->s, '/', w->len);
		len = slash ? (uint32_t)(slash - w->s) : w->len;
		if (slash != NULL && !is(&(struct word){ slash,
		    w->len - len }, "/32") && !is(&(struct word){ slash,
		    w->len - len }, "/128"))
			return fail(r, r->at, "one packet has one address: "
			    "give it without '/'");
		return read_address(r, r->at, w->s, len, e);
	case I_SPORT:
	case I_DPORT:
		return read_port_word(r, r->at, w->s, w->len, e);
	case I_ICMP:
		if (!(r->p->has & SPEC_PROTO))
			set_proto(r->p, r->p->family == AF_INET6 ?
			    IPPROTO_ICMPV6 : IPPROTO_ICMP);
		return icmp_type(r->p, w) ||
		    fail(r, r->at, "expected an ICMP type, got '%.*s'",
		    (int)w->len, w->s);
	case I_MODULE:
		return true;
	case I_STATE:
		return read_state(r, w);
	case I_SYN:
	case I_FLAGS:
	case I_OPTION:
		break;
	}
	return false;
}

static bool
read_ipt(struct reader *r)
{
	for (; r->at < r->n; r->at++) {
		const struct ipt_option *o;

		split_equals(r);
		o = find_ipt(here(r));
		if (is(here(r), "!"))
			return fail(r, r->at, "a packet has a value, not a "
			    "condition: '!' says nothing here");
		if (o == NULL)
			return fail(r, r->at, "unknown option '%.*s'",
			    (int)here(r)->len, here(r)->s);
		if (!read_ipt_option(r, o))
			return false;
	}
	r->p->local = r->p->in[0] == '\0' && r->p->out[0] != '\0' &&
	    !(r->p->has & SPEC_MAC);
	return true;
}

/* A line of conntrack -L: the packet is the first of its original
 * direction. */
static bool
read_conntrack(struct reader *r)
{
	static const struct { const char *name; int what; } keys[] = {
		{ "src", 0 }, { "dst", 1 }, { "sport", 2 }, { "dport", 3 },
		{ "type", 4 }, { "code", 5 }, { "id", 6 },
	};
	struct pktspec *p = r->p;
	int proto;

	for (; r->at < r->n && memchr(here(r)->s, '=', here(r)->len) == NULL;
	    r->at++)
		if (!(p->has & SPEC_PROTO) && is_proto(here(r), &proto) &&
		    (here(r)->s[0] < '0' || here(r)->s[0] > '9') &&
		    strncmp(here(r)->s, "ipv", 3) != 0)
			set_proto(p, proto);
	for (; r->at < r->n; r->at += 2) {
		struct endpoint e;
		uint64_t v = 0;
		size_t i;

		split_equals(r);
		for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			if (is(here(r), keys[i].name))
				break;
		if (i == sizeof(keys) / sizeof(*keys) || r->at + 1 >= r->n)
			break;
		e = i % 2 == 0 ? source(p) : destination(p);
		if (i < 2 && (p->has & e.has))
			break;		/* the reply direction begins */
		if (i < 2 && !read_address(r, r->at + 1,
		    r->words[r->at + 1].s, r->words[r->at + 1].len, e))
			return false;
		if ((i == 2 || i == 3) && !read_port_word(r, r->at + 1,
		    r->words[r->at + 1].s, r->words[r->at + 1].len, e))
			return false;
		if (i >= 4 && !number(&r->words[r->at + 1], UINT16_MAX, &v))
			return fail(r, r->at + 1, "expected a number");
		if (i == 4) {
			p->icmp_type = (uint8_t)v;
			p->has |= SPEC_ICMP;
		} else if (i == 5) {
			p->icmp_code = (uint8_t)v;
		} else if (i == 6) {
			p->echo_id = (uint16_t)v;
		}
	}
	return true;
}

/* tcpdump's line: 12:00:00.1 eth0 In IP A.port > B.port: Flags [S], ... */
static bool
read_tcpdump(struct reader *r, unsigned ip, unsigned arrow)
{
	struct pktspec *p = r->p;

	if (arrow != ip + 2 || arrow + 1 >= r->n)
		return fail(r, ip, "expected IP SOURCE > DESTINATION");
	if (!read_endpoint(r, arrow - 1, source(p)) ||
	    !read_endpoint(r, arrow + 1, destination(p)))
		return false;
	if (ip >= 2 && (is(&r->words[ip - 1], "In") ||
	    is(&r->words[ip - 1], "Out"))) {
		p->local = is(&r->words[ip - 1], "Out");
		if (!read_iface(r, ip - 2, p->local ? p->out : p->in))
			return false;
	}
	for (r->at = arrow + 2; r->at < r->n; r->at++) {
		if (is(here(r), "Flags")) {
			set_proto(p, IPPROTO_TCP);
			if (!read_flags(r))
				return false;
		} else if (is(here(r), "UDP")) {
			set_proto(p, IPPROTO_UDP);
		} else if (is(here(r), "ICMP") || is(here(r), "ICMP6")) {
			set_proto(p, p->family == AF_INET6 ? IPPROTO_ICMPV6 :
			    IPPROTO_ICMP);
		} else if (is(here(r), "reply") && is_icmp(p)) {
			p->icmp_type = p->proto == IPPROTO_ICMP ? 0 : 129;
			p->has |= SPEC_ICMP;
		} else if (is(here(r), "length") && !read_length(r)) {
			return false;
		}
	}
	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_DPORT))
		set_proto(p, IPPROTO_UDP);	/* it shows what UDP carries */
	return true;
}

/* ---- all ---- */

static int
find_word(const struct reader *r, const char *s)
{
	for (unsigned i = 0; i < r->n; i++)
		if (is(&r->words[i], s))
			return (int)i;
	return -1;
}

static bool
has_prefix(const struct reader *r, const char *prefix)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->words[i].len > strlen(prefix) &&
		    memcmp(r->words[i].s, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static bool
read_any(struct reader *r)
{
	int arrow = find_word(r, ">"), ip = find_word(r, "IP");

	if (r->n == 0)
		return fail(r, 0, "expected a packet, as 'eth0 tcp "
		    "192.0.2.1:1024 > 198.51.100.1:22 syn'");
	if (ip < 0)
		ip = find_word(r, "IP6");
	if (arrow > 0 && ip >= 0 && ip < arrow)
		return read_tcpdump(r, (unsigned)ip, (unsigned)arrow);
	if (r->words[0].s[0] == '-' && !is(&r->words[0], "->"))
		return read_ipt(r);
	if (arrow < 0 && has_prefix(r, "src=") && has_prefix(r, "dst="))
		return read_conntrack(r);
	if (arrow < 0)
		return fail(r, r->n, "expected SOURCE > DESTINATION");
	return read_arrow(r, (unsigned)arrow);
}

/* What goes without saying, and what cannot be together. */
static bool
check(struct reader *r)
{
	struct pktspec *p = r->p;

	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_ICMP))
		set_proto(p, p->family == AF_INET6 ? IPPROTO_ICMPV6 :
		    IPPROTO_ICMP);
	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_FLAGS))
		set_proto(p, IPPROTO_TCP);
	icmp_by_family(p);
	if (p->proto == IPPROTO_ICMPV6 && p->family == AF_INET)
		return fail(r, 0, "ICMPv6 between IPv4 addresses");
	if (!(p->has & SPEC_PROTO))
		return fail(r, r->n, "which protocol? tcp, udp, icmp, ... or "
		    "'proto N'");
	if ((p->has & SPEC_FLAGS) && p->proto != IPPROTO_TCP)
		return fail(r, r->n, "TCP flags on a packet that is not TCP");
	if (p->length != 0 && p->length > 65535)
		return fail(r, r->n, "no packet is longer than 65535 bytes");
	return true;
}

bool
pktspec_parse(const struct source *src, size_t off, size_t len,
    struct pktspec *p, struct arena *arena, struct diags *diags)
{
	struct reader r = { .src = src, .p = p, .arena = arena,
	    .diags = diags, .end = (uint32_t)(off + len) };

	*p = (struct pktspec){ .loc = loc_at(src, off, len), .ttl = 64,
	    .window = 64240, .echo_id = 1, .echo_seq = 1, .count = 1 };
	return split(&r, src->text + off, src->text + off + len) &&
	    read_any(&r) && check(&r);
}

static bool
has_ports(const struct pktspec *p)
{
	return p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP ||
	    p->proto == IPPROTO_UDPLITE || p->proto == IPPROTO_SCTP ||
	    p->proto == IPPROTO_DCCP;
}

void
pktspec_complete(struct pktspec *p, void (*note)(void *, const char *),
    void *arg)
{
	char text[96];

	if (p->frag != 0)
		return;			/* no header to fill in */
	if (has_ports(p) && !(p->has & SPEC_SPORT)) {
		p->sport = DEFAULT_PORT;
		snprintf(text, sizeof(text), "source port not given: %u",
		    (unsigned)p->sport);
		note(arg, text);
	}
	if (has_ports(p) && !(p->has & SPEC_DPORT)) {
		p->dport = DEFAULT_PORT + 1;
		snprintf(text, sizeof(text), "destination port not given: %u",
		    (unsigned)p->dport);
		note(arg, text);
	}
	if (p->proto == IPPROTO_TCP && !(p->has & SPEC_FLAGS)) {
		p->tcp_flags = p->established ? TCPF_ACK : TCPF_SYN;
		note(arg, p->established ? "TCP flags not given: ack" :
		    "TCP flags not given: syn");
	}
	if (is_icmp(p) && !(p->has & SPEC_ICMP)) {
		p->icmp_type = p->proto == IPPROTO_ICMP ? 8 : 128;
		note(arg, "ICMP type not given: echo-request");
	}
	p->has |= SPEC_SPORT | SPEC_DPORT | SPEC_FLAGS | SPEC_ICMP;
}

static void
swap_ends(struct pktspec *p)
{
	union addr addr = p->src;
	uint16_t port = p->sport;

	p->src = p->dst;
	p->dst = addr;
	p->sport = p->dport;
	p->dport = port;
}

bool
pktspec_answer(const struct pktspec *p, struct pktspec *a)
{
	static const uint8_t echo[][3] = {	/* protocol, asked, answered */
		{ IPPROTO_ICMP, 8, 0 }, { IPPROTO_ICMP, 13, 14 },
		{ IPPROTO_ICMP, 15, 16 }, { IPPROTO_ICMP, 17, 18 },
		{ IPPROTO_ICMPV6, 128, 129 },
	};

	*a = *p;
	swap_ends(a);
	a->payload_len = a->length = 0;
	a->inner = NULL;
	a->ttl = 64;
	if (p->frag != 0 || (p->tcp_flags & TCPF_RST))
		return false;
	if (p->proto == IPPROTO_TCP) {
		bool first = (p->tcp_flags & (TCPF_SYN | TCPF_ACK)) == TCPF_SYN;

		a->tcp_flags = first ? TCPF_SYN | TCPF_ACK : TCPF_ACK;
		a->seq = first ? 1000000 : p->ack;
		a->ack = p->seq + p->payload_len +
		    !!(p->tcp_flags & TCPF_SYN) + !!(p->tcp_flags & TCPF_FIN);
	}
	if (!is_icmp(p))
		return true;
	for (size_t i = 0; i < sizeof(echo) / sizeof(*echo); i++)
		if (echo[i][0] == p->proto && echo[i][1] == p->icmp_type) {
			a->icmp_type = echo[i][2];
			return true;
		}
	return false;
}
