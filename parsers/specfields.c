#include "parsers/specread.h"

#include "ext/ext.h"
#include "model/icmp.h"

#include <netinet/in.h>
#include <stddef.h>
#include <strings.h>

/* ---- addresses ---- */

static bool
set_family(struct spec_reader *r, unsigned i, int family)
{
	if (r->p->family != 0 && r->p->family != family)
		return spec_fail(r, i, "addresses of both families");
	r->p->family = family;
	return true;
}

struct spec_endpoint
spec_source(struct pktspec *p)
{
	return (struct spec_endpoint){ &p->src, &p->sport, SPEC_SRC,
	    SPEC_SPORT, SPEC_ANY_SRC };
}

struct spec_endpoint
spec_destination(struct pktspec *p)
{
	return (struct spec_endpoint){ &p->dst, &p->dport, SPEC_DST,
	    SPEC_DPORT, SPEC_ANY_DST };
}

bool
spec_read_address(struct spec_reader *r, unsigned i, const char *s, size_t len,
    struct spec_endpoint e)
{
	struct spec_word w = { s, (uint32_t)len };
	int family;

	if (r->sets && spec_is(&w, "any")) {
		r->p->has |= e.has_any;
		return true;
	}
	if (!addr_parse_any(e.addr, &family, s, len))
		return spec_fail(r, i, "expected an address, got '%.*s' (names "
		    "are not looked up)", (int)len, s);
	r->p->has |= e.has;
	return set_family(r, i, family);
}

bool
spec_read_port_word(struct spec_reader *r, unsigned i, const char *s,
    size_t len, struct spec_endpoint e)
{
	if (!read_port(s, len, e.port))
		return spec_fail(r, i, "expected a port from 0 to 65535 or a "
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
bool
spec_read_endpoint(struct spec_reader *r, unsigned i, struct spec_endpoint e)
{
	const char *s = r->words[i].s, *end = s + r->words[i].len;
	const char *colon, *stop = end;

	if (s < end && end[-1] == ':')
		stop = --end;
	if (s < end && *s == '[') {
		stop = memchr(s, ']', (size_t)(end - s));
		if (stop == NULL)
			return spec_fail(r, i, "no closing ']'");
		if (stop + 1 < end && stop[1] != ':')
			return spec_fail(
			    r, i, "expected ':' and a port after ']'");
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
	return spec_read_address(r, i, s, (size_t)(stop - s), e) &&
	    (colon == NULL || spec_read_port_word(r, i, colon + 1,
	    (size_t)(end - colon - 1), e));
}

bool
spec_read_iface(struct spec_reader *r, unsigned i, char name[IFNAME_SIZE])
{
	const struct spec_word *w = &r->words[i];

	if (w->len >= IFNAME_SIZE || w->len == 0)
		return spec_fail(r, i,
		    "an interface's name has 1 to %d characters",
		    IFNAME_SIZE - 1);
	if (memchr(w->s, '/', w->len) != NULL)
		return spec_fail(r, i, "an interface's name has no '/'");
	for (size_t k = 0; k < w->len; k++)
		if (w->s[k] != ' ' && !iface_byte((uint8_t)w->s[k]))
			return spec_fail(r, i, "an interface's name has no "
			    "control characters");
	memset(name, 0, IFNAME_SIZE);
	memcpy(name, w->s, w->len);
	return true;
}

bool
spec_read_in(struct spec_reader *r, unsigned i)
{
	if (spec_is(&r->words[i], "local")) {
		r->p->local = true;
		return true;
	}
	return spec_read_iface(r, i, r->p->in);
}

bool
spec_is_proto(const struct spec_word *w, int *proto)
{
	*proto = spec_is(w, "icmp6") || spec_is(w, "icmpv6") ? IPPROTO_ICMPV6 :
	    proto_parse(w->s, w->len);
	return *proto > 0 || (*proto == 0 && *w->s == '0');
}

void
spec_set_proto(struct pktspec *p, int proto, const struct spec_word *w)
{
	p->proto = (uint8_t)proto;
	p->has |= SPEC_PROTO;
	if (w != NULL && *w->s >= '0' && *w->s <= '9')
		p->has |= SPEC_NUMBER;
}

void
spec_icmp_by_family(struct pktspec *p)
{
	if (p->proto == IPPROTO_ICMP && p->family == AF_INET6 &&
	    !(p->has & SPEC_NUMBER))
		p->proto = IPPROTO_ICMPV6;
}

/* ---- options ---- */

enum kind { K_FLAG, K_U8, K_U16, K_U32, K_BOOL, K_PAYLOAD, K_MAC, K_ABOUT,
    K_FLAGS, K_TYPE, K_CODE, K_ESTABLISHED, K_NO_FLAGS, K_ECHO_ID, K_ECHO_SEQ,
    K_PROTO, K_LENGTH, K_FRAG, K_OUT, K_IN, K_PHYSIN, K_STATE, K_PKTTYPE,
    K_ADDRTYPE };

#define AT(member) offsetof(struct pktspec, member)
static const struct option {
	const char *name;
	enum kind kind;
	size_t offset;
	unsigned value; /* a flag's bit, or what is noted in 'has' */
} options[] = {
	{ "fin", K_FLAG, 0, TCPF_FIN }, { "syn", K_FLAG, 0, TCPF_SYN },
	{ "rst", K_FLAG, 0, TCPF_RST }, { "psh", K_FLAG, 0, TCPF_PSH },
	{ "ack", K_FLAG, AT(ack), TCPF_ACK }, { "urg", K_FLAG, 0, TCPF_URG },
	{ "ece", K_FLAG, 0, TCPF_ECE }, { "cwr", K_FLAG, 0, TCPF_CWR },
	{ "flags", K_FLAGS, 0, 0 }, { "none", K_NO_FLAGS, 0, 0 },
	{ "seq", K_U32, AT(seq), SPEC_SEQ },
	{ "win", K_U16, AT(window), 0 }, { "window", K_U16, AT(window), 0 },
	{ "mss", K_U16, AT(mss), SPEC_MSS },
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
	{ "reply", K_BOOL, AT(reply), 0 }, { "ctstate", K_STATE, 0, 0 },
	{ "connmark", K_U32, AT(connmark), SPEC_CONNMARK },
	{ "uid", K_U32, AT(uid), SPEC_OWNER },
	{ "gid", K_U32, AT(gid), SPEC_OWNER },
	{ "pkttype", K_PKTTYPE, 0, SPEC_PKTTYPE },
	{ "physin", K_PHYSIN, 0, 0 },
	{ "srctype", K_ADDRTYPE, AT(src_type), 0 },
	{ "dsttype", K_ADDRTYPE, AT(dst_type), 0 },
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

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* payload "text" or payload hex:00ff */
static bool
read_payload(struct spec_reader *r)
{
	const struct spec_word *w = spec_value(r, "payload");
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
			return spec_fail(r, r->at, "payload: not hexadecimal");
		bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	if (w->len % 2 != 0)
		return spec_fail(r, r->at, "payload: an odd number of digits");
	r->p->payload = bytes;
	r->p->payload_len = n;
	return true;
}

static bool
read_mac(struct spec_reader *r)
{
	const struct spec_word *w = spec_value(r, "mac");

	if (w == NULL)
		return false;
	if (w->len != 17)
		return spec_fail(r, r->at, "expected a MAC address, "
		    "aa:bb:cc:dd:ee:ff");
	for (unsigned i = 0; i < 6; i++) {
		int hi = hex_digit(w->s[3 * i]),
		    lo = hex_digit(w->s[3 * i + 1]);

		if (hi < 0 || lo < 0 || (i < 5 && w->s[3 * i + 2] != ':'))
			return spec_fail(r, r->at, "expected a MAC address, "
			    "aa:bb:cc:dd:ee:ff");
		r->p->mac[i] = (uint8_t)(hi << 4 | lo);
	}
	r->p->has |= SPEC_MAC;
	return true;
}

/* about "udp 10.0.0.2:1 > 10.0.0.9:53": the packet that an ICMP error
 * quotes. */
static bool
read_about(struct spec_reader *r)
{
	struct pktspec *inner = arena_new(r->arena, struct pktspec);
	const struct spec_word *w = spec_value(r, "about");

	if (w == NULL)
		return false;
	if (!pktspec_parse(r->src, (size_t)(w->s - r->src->text), w->len,
	    inner, r->arena, r->diags))
		return false;
	if (inner->inner != NULL)
		return spec_fail(r, r->at, "an error is not about an error");
	if ((inner->has & (SPEC_SRC | SPEC_DST | SPEC_PROTO)) !=
	    (SPEC_SRC | SPEC_DST | SPEC_PROTO))
		return spec_fail(r, r->at, "about: needs protocol and both "
		    "addresses");
	r->p->inner = inner;
	return true;
}

bool
spec_flag_list(const char *s, size_t len, unsigned *flags)
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
bool
spec_read_flags(struct spec_reader *r)
{
	static const char letters[] = "FSRP.UEW";
	const struct spec_word *w = spec_value(r, "flags");
	unsigned flags = 0;

	if (w == NULL)
		return false;
	r->p->has |= SPEC_FLAGS;
	if (spec_is(w, "none") || spec_is(w, "[none]")) {
		r->p->tcp_flags = 0;
		return true;
	}
	if (w->len < 3 || w->s[0] != '[') {
		if (!spec_flag_list(w->s, w->len, &flags))
			return spec_fail(r, r->at,
			    "expected TCP flags, got '%.*s'", (int)w->len,
			    w->s);
		r->p->tcp_flags = (uint8_t)flags;
		return true;
	}
	for (uint32_t i = 1; i < w->len && w->s[i] != ']'; i++) {
		const char *at = strchr(letters, w->s[i]);

		if (at == NULL || *at == '\0')
			return spec_fail(r, r->at, "unknown TCP flag '%c'",
			    w->s[i]);
		flags |= 1u << (at - letters);
	}
	r->p->tcp_flags = (uint8_t)flags;
	return true;
}

bool
spec_icmp_type(struct pktspec *p, const struct spec_word *w)
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
		struct spec_word first = *w, second = *w;

		if (slash != NULL) {
			first.len = (uint32_t)(slash - w->s);
			second = (struct spec_word){ slash + 1,
			    w->len - first.len - 1 };
			if (!spec_number(&second, 255, &code))
				return false;
		}
		if (!spec_number(&first, 255, &type))
			return false;
	}
	p->icmp_type = (uint8_t)type;
	p->icmp_code = (uint8_t)code;
	p->has |= SPEC_ICMP;
	return true;
}

bool
spec_is_icmp(const struct pktspec *p)
{
	return (p->has & SPEC_PROTO) && (p->proto == IPPROTO_ICMP ||
	    p->proto == IPPROTO_ICMPV6);
}

static bool
store(struct spec_reader *r, const struct option *o, uint64_t max)
{
	uint8_t *to = (uint8_t *)r->p + o->offset;
	uint16_t v16;
	uint32_t v32;
	uint64_t v;

	if (!spec_value_number(r, o->name, max, &v))
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
read_flag(struct spec_reader *r, const struct option *o)
{
	uint64_t v;

	r->p->tcp_flags |= (uint8_t)o->value;
	r->p->has |= SPEC_FLAGS;
	if (o->offset != 0 && r->at + 1 < r->n &&
	    spec_number(&r->words[r->at + 1], UINT32_MAX, &v)) {
		r->at++;
		r->p->ack = (uint32_t)v;
		r->p->has |= SPEC_ACK;
	}
	return true;
}

static bool
read_frag(struct spec_reader *r)
{
	const struct spec_word *w = spec_value(r, "frag");
	struct spec_word v;
	uint64_t off;

	if (w == NULL)
		return false;
	v = *w;
	if (v.len > 0 && v.s[v.len - 1] == '+') { /* as tcpdump: more follow */
		r->p->mf = true;
		v.len--;
	}
	if (!spec_number(&v, 65528, &off) || off % 8 != 0)
		return spec_fail(r, r->at,
		    "frag: expected an offset in bytes, a "
		    "multiple of 8 up to 65528");
	r->p->frag = (uint32_t)off;
	return true;
}

static bool
read_protocol(struct spec_reader *r)
{
	const struct spec_word *w = spec_value(r, "proto");
	int proto;

	if (w == NULL)
		return false;
	if (!spec_is_proto(w, &proto))
		return spec_fail(
		    r, r->at, "unknown protocol '%.*s'", (int)w->len, w->s);
	spec_set_proto(r->p, proto, w);
	return true;
}

bool
spec_read_length(struct spec_reader *r)
{
	uint64_t n;

	if (!spec_value_number(r, "length", 65535 - 60, &n))
		return false;
	r->p->payload = arena_alloc(r->arena, n + 1);
	r->p->payload_len = (uint32_t)n;
	return true;
}

/* A packet has one state; what a rule names besides ESTABLISHED is left. */
bool
spec_read_state(struct spec_reader *r)
{
	static const struct state {
		const char *name;
		bool established, untracked;
		enum ct_said said;
	} states[] = {
		{ "NEW", false, false, CTSAID_NOTHING },
		{ "ESTABLISHED", true, false, CTSAID_NOTHING },
		{ "RELATED,ESTABLISHED", true, false, CTSAID_NOTHING },
		{ "ESTABLISHED,RELATED", true, false, CTSAID_NOTHING },
		{ "RELATED", false, false, CTSAID_RELATED },
		{ "INVALID", false, false, CTSAID_INVALID },
		{ "UNTRACKED", false, true, CTSAID_NOTHING },
	};
	const struct spec_word *w = spec_value(r, "ctstate");

	if (w == NULL)
		return false;
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		const struct state *s = &states[i];

		if (!spec_is(w, s->name))
			continue;
		r->p->established = s->established;
		r->p->untracked = s->untracked;
		r->p->ct_said = (uint8_t)s->said;
		return true;
	}
	return spec_fail(r, r->at, "expected the state of one packet: NEW, "
	    "ESTABLISHED, RELATED, INVALID or UNTRACKED");
}

/* What the host would take the address for. */
static bool
read_addrtype(struct spec_reader *r, const struct option *o)
{
	const struct spec_word *w = spec_value(r, o->name);

	for (uint8_t i = 1; w != NULL && i < N_ADDR_TYPES; i++)
		if (spec_is(w, addr_type_names[i])) {
			*((uint8_t *)r->p + o->offset) = i;
			return true;
		}
	return w != NULL && spec_fail(r, r->at, "%s: expected the type of an "
	    "address: LOCAL, UNICAST, BROADCAST ...", o->name);
}

static bool
read_pkttype(struct spec_reader *r)
{
	static const char *const names[] = { [PKT_HOST] = "unicast",
	    [PKT_BROADCAST] = "broadcast", [PKT_MULTICAST] = "multicast",
	    [PKT_OTHERHOST] = "otherhost" };
	const struct spec_word *w = spec_value(r, "pkttype");

	for (uint8_t i = 0; w && i < sizeof(names) / sizeof(*names); i++)
		if (spec_is(w, names[i])) {
			r->p->pkttype = i;
			r->p->has |= SPEC_PKTTYPE;
			return true;
		}
	return w != NULL && spec_fail(r, r->at, "pkttype: expected unicast, "
	    "broadcast, multicast or otherhost");
}

static bool
read_option(struct spec_reader *r, const struct option *o)
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
		return spec_read_flags(r);
	case K_TYPE:
		if (r->at + 1 < r->n &&
		    spec_icmp_type(r->p, &r->words[r->at + 1])) {
			r->at++;
			return true;
		}
		return spec_fail(r, r->at + 1, "type: expected an ICMP type");
	case K_CODE:
		if (!spec_value_number(r, o->name, UINT8_MAX, &v))
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
		if (!spec_is_icmp(r->p))
			return store(r, o, UINT16_MAX);
		if (!spec_value_number(r, o->name, UINT16_MAX, &v))
			return false;
		r->p->echo_id = (uint16_t)v;
		return true;
	case K_ECHO_SEQ:
		if (!spec_value_number(r, o->name, UINT16_MAX, &v))
			return false;
		r->p->echo_seq = (uint16_t)v;
		return true;
	case K_PROTO:
		return read_protocol(r);
	case K_LENGTH:
		return spec_read_length(r);
	case K_FRAG:
		return read_frag(r);
	case K_OUT:
		if (r->at + 1 >= r->n)
			return spec_fail(r, r->n, "expected an interface");
		return spec_read_iface(r, ++r->at, r->p->out);
	case K_IN:
		if (r->at + 1 >= r->n)
			return spec_fail(r, r->n, "expected an interface");
		return spec_read_in(r, ++r->at);
	case K_PHYSIN:
		if (spec_value(r, o->name) == NULL)
			return false;
		return spec_read_iface(r, r->at, r->p->physin);
	case K_STATE:
		return spec_read_state(r);
	case K_PKTTYPE:
		return read_pkttype(r);
	case K_ADDRTYPE:
		return read_addrtype(r, o);
	}
	return false;
}

bool
spec_read_named(struct spec_reader *r, const char *name)
{
	return read_option(r, find_option(name, strlen(name)));
}

/* x20: so many of it */
static bool
read_count(struct pktspec *p, const struct spec_word *w)
{
	struct spec_word rest = { w->s + 1, w->len - 1 };
	uint64_t n;

	if (w->len < 2 || (w->s[0] != 'x' && w->s[0] != 'X') ||
	    !spec_number(&rest, 1000000, &n) || n == 0)
		return false;
	p->count = (uint32_t)n;
	return true;
}

bool
spec_read_options(struct spec_reader *r)
{
	for (; r->at < r->n; r->at++) {
		const struct option *o;
		unsigned flags;

		spec_split_equals(r);
		o = find_option(spec_here(r)->s, spec_here(r)->len);
		if (o != NULL && o->kind == K_U32 && spec_is_icmp(r->p) &&
		    spec_is(spec_here(r), "seq"))
			o = find_option("icmp-seq", 8);
		if (o != NULL) {
			if (!read_option(r, o))
				return false;
		} else if (spec_is_icmp(r->p) &&
			   spec_icmp_type(r->p, spec_here(r))) {
			continue;
		} else if (spec_flag_list(
			       spec_here(r)->s, spec_here(r)->len, &flags)) {
			r->p->tcp_flags |= (uint8_t)flags;
			r->p->has |= SPEC_FLAGS;
		} else if (!read_count(r->p, spec_here(r))) {
			return spec_fail(r, r->at, "unknown option '%.*s'",
			    (int)spec_here(r)->len, spec_here(r)->s);
		}
	}
	return true;
}
