#include "parsers/conntrack.h"

#include <netinet/in.h>

#define SECOND INT64_C(1000000000)

/* One line being read, word by word. */
struct reader {
	const struct source *src;
	struct diags *diags;
	size_t at, end;			/* rest of the line */
	size_t off, len;		/* the word at hand */
	struct ct ct;
	enum ct_dir dir;		/* which tuple the fields belong to */
	unsigned n_tuples;		/* "src=" seen */
	bool has_dst[N_CT_DIRS];
	bool tail;			/* behind both tuples */
	int family;			/* 0: not known yet */
};

static const char *
word(const struct reader *r)
{
	return r->src->text + r->off;
}

/* The next word; false at the end of the line. */
static bool
next(struct reader *r)
{
	const char *s = r->src->text;

	while (r->at < r->end && (s[r->at] == ' ' || s[r->at] == '\t' ||
	    s[r->at] == '\r'))
		r->at++;
	r->off = r->at;
	while (r->at < r->end && s[r->at] != ' ' && s[r->at] != '\t' &&
	    s[r->at] != '\r')
		r->at++;
	r->len = r->at - r->off;
	return r->len != 0;
}

static bool
is(const struct reader *r, const char *text)
{
	return strlen(text) == r->len && memcmp(word(r), text, r->len) == 0;
}

static bool
bad(struct reader *r, const char *want)
{
	struct sbuf b = SBUF_INIT;

	sbuf_safe(&b, word(r), r->len);
	diag_error(r->diags, loc_at(r->src, r->off, r->len ? r->len : 1),
	    "expected %s, got '%s'", want, sbuf_text(&b));
	sbuf_free(&b);
	return false;
}

/* A number of 'len' characters up to 'max'; "0x" makes it hexadecimal. */
static bool
number(const char *s, size_t len, uint64_t max, uint64_t *out)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (len > 2 && s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
		len -= 2;
	}
	if (len == 0)
		return false;
	for (; len > 0; s++, len--) {
		unsigned d = (unsigned char)*s - '0';

		if (d > 9)
			d = ((unsigned char)*s | 32u) - 'a' + 10;
		if (d >= base || ((unsigned char)*s > '9' && d < 10))
			return false;
		if (n > (max - d) / base)
			return false;
		n = n * base + d;
	}
	*out = n;
	return true;
}

static bool
word_number(struct reader *r, uint64_t max, uint64_t *out, const char *want)
{
	return number(word(r), r->len, max, out) || bad(r, want);
}

/* ---- fields of the form key=value ---- */

enum field {
	F_SRC, F_DST, F_SPORT, F_DPORT, F_TYPE, F_CODE, F_ID, F_SRCKEY,
	F_DSTKEY, F_PACKETS, F_BYTES, F_MARK, F_ZONE, F_ZONE_ORIG,
	F_ZONE_REPLY, F_HELPER, F_IGNORED
};

static const struct key { const char *name; enum field field; } keys[] = {
	{ "src", F_SRC }, { "dst", F_DST }, { "sport", F_SPORT },
	{ "dport", F_DPORT }, { "type", F_TYPE }, { "code", F_CODE },
	{ "id", F_ID }, { "srckey", F_SRCKEY }, { "dstkey", F_DSTKEY },
	{ "packets", F_PACKETS }, { "bytes", F_BYTES }, { "mark", F_MARK },
	{ "zone", F_ZONE }, { "zone-orig", F_ZONE_ORIG },
	{ "zone-reply", F_ZONE_REPLY }, { "helper", F_HELPER },
	{ "secmark", F_IGNORED }, { "secctx", F_IGNORED },
	{ "use", F_IGNORED }, { "labels", F_IGNORED },
	{ "delta-time", F_IGNORED },
	{ "timeout", F_IGNORED }, { "stream_timeout", F_IGNORED },
};

static bool
read_addr(struct reader *r, union addr *addr, const char *s, size_t len)
{
	struct tuple *t = &r->ct.tuple[r->dir];
	int family;

	if (!addr_parse_any(addr, &family, s, len) ||
	    (r->family != 0 && r->family != family))
		return bad(r, r->family == AF_INET ? "an IPv4 address" :
		    r->family == AF_INET6 ? "an IPv6 address" : "an address");
	r->family = family;
	t->family = (uint8_t)family;
	return true;
}

static bool
read_src(struct reader *r, const char *s, size_t len)
{
	if (r->n_tuples == N_CT_DIRS)
		return bad(r, "two pairs of addresses");
	r->dir = r->n_tuples++ == 0 ? CT_ORIGINAL : CT_REPLY;
	r->ct.tuple[r->dir].dir = (uint8_t)r->dir;
	r->ct.tuple[r->dir].proto = r->ct.tuple[CT_ORIGINAL].proto;
	return read_addr(r, &r->ct.tuple[r->dir].src, s, len);
}

static bool
read_dst(struct reader *r, const char *s, size_t len)
{
	if (r->n_tuples == 0 || r->has_dst[r->dir])
		return bad(r, "one 'dst' behind each 'src'");
	r->has_dst[r->dir] = true;
	return read_addr(r, &r->ct.tuple[r->dir].dst, s, len);
}

static void
set_zone(struct ct *ct, enum field f, uint16_t zone)
{
	ct->zone_both = f == F_ZONE;
	if (f != F_ZONE_REPLY)
		ct->zone[CT_ORIGINAL] = zone;
	if (f != F_ZONE_ORIG)
		ct->zone[CT_REPLY] = zone;
}

static bool
read_helper(struct reader *r, const char *s, size_t len)
{
	for (unsigned i = CT_HELPER_NONE + 1; i < N_CT_HELPERS; i++)
		if (strlen(ct_helper_names[i]) == len &&
		    memcmp(ct_helper_names[i], s, len) == 0) {
			r->ct.helper = (uint8_t)i;
			r->ct.status |= CTS_HELPER;
		}
	return true;			/* others do nothing here */
}

static uint64_t
field_max(enum field f)
{
	static const uint64_t max[] = {
		[F_SPORT] = 65535, [F_DPORT] = 65535, [F_TYPE] = 255,
		[F_CODE] = 255, [F_ID] = UINT32_MAX, [F_SRCKEY] = 65535,
		[F_DSTKEY] = 65535, [F_PACKETS] = UINT64_MAX,
		[F_BYTES] = UINT64_MAX, [F_MARK] = UINT32_MAX,
		[F_ZONE] = 65535, [F_ZONE_ORIG] = 65535,
		[F_ZONE_REPLY] = 65535,
	};

	return max[f];
}

static void
store(struct reader *r, enum field f, uint64_t n)
{
	struct tuple *t = &r->ct.tuple[r->dir];

	switch (f) {
	case F_SPORT:
	case F_SRCKEY:
		t->sport = htons((uint16_t)n);
		break;
	case F_DPORT:
	case F_DSTKEY:
		t->dport = htons((uint16_t)n);
		break;
	case F_TYPE:
		t->type = (uint8_t)n;
		break;
	case F_CODE:
		t->code = (uint8_t)n;
		break;
	case F_ID:			/* behind the tuples: the entry's own */
		if (!r->tail)
			t->id = htons((uint16_t)n);
		break;
	case F_PACKETS:
		r->ct.acct = true;
		r->ct.packets[r->dir] = n;
		break;
	case F_BYTES:
		r->ct.bytes[r->dir] = n;
		break;
	case F_MARK:
		r->ct.mark = (uint32_t)n;
		r->tail = true;
		break;
	case F_ZONE:
	case F_ZONE_ORIG:
	case F_ZONE_REPLY:
		set_zone(&r->ct, f, (uint16_t)n);
		break;
	case F_SRC:
	case F_DST:
	case F_HELPER:
	case F_IGNORED:
		break;
	}
}

static bool
read_field(struct reader *r, size_t key_len)
{
	const char *value = word(r) + key_len + 1;
	size_t len = r->len - key_len - 1;
	const struct key *k = keys, *end = keys +
	    sizeof(keys) / sizeof(keys[0]);
	uint64_t n;

	while (k < end && (strlen(k->name) != key_len ||
	    memcmp(k->name, word(r), key_len) != 0))
		k++;
	if (k == end)
		return bad(r, "a field of a connection");
	switch (k->field) {
	case F_SRC:
		return read_src(r, value, len);
	case F_DST:
		return read_dst(r, value, len);
	case F_HELPER:
		return read_helper(r, value, len);
	case F_IGNORED:
		return true;
	case F_SPORT: case F_DPORT: case F_TYPE: case F_CODE: case F_ID:
	case F_SRCKEY: case F_DSTKEY: case F_PACKETS: case F_BYTES:
	case F_MARK: case F_ZONE: case F_ZONE_ORIG: case F_ZONE_REPLY:
		break;
	}
	if (!number(value, len, field_max(k->field), &n))
		return bad(r, "a number in range");
	store(r, k->field, n);
	return true;
}

/* ---- a line ---- */

/* "[ASSURED]" and its like; a date may have spaces. */
static bool
read_flag(struct reader *r)
{
	if (is(r, "[UNREPLIED]"))
		r->ct.status &= ~(uint32_t)CTS_SEEN_REPLY;
	else if (is(r, "[ASSURED]") || is(r, "[OFFLOAD]") ||
	    is(r, "[HW_OFFLOAD]"))
		r->ct.status |= CTS_ASSURED;
	else if (r->len > 6 && (memcmp(word(r), "[start", 6) == 0 ||
	    memcmp(word(r), "[stop=", 6) == 0))
		while (word(r)[r->len - 1] != ']' && next(r))
			;
	else
		return bad(r, "[UNREPLIED] or [ASSURED]");
	return true;
}

static int
find_name(const struct reader *r, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (is(r, names[i]))
			return (int)i;
	return -1;
}

/* The word between the timeout and the tuples. */
static bool
read_state(struct reader *r)
{
	int i;

	switch (r->ct.tuple[CT_ORIGINAL].proto) {
	case IPPROTO_TCP:
		i = find_name(r, ct_tcp_names, N_TCP_CT_STATES);
		if (i < 0 && is(r, "LISTEN"))
			i = TCP_CT_SYN_SENT2;	/* its name in old ones */
		if (i < 0)
			return bad(r, "a TCP state");
		r->ct.tcp.state = (uint8_t)i;
		return true;
	case IPPROTO_SCTP:
		i = find_name(r, ct_sctp_names, N_SCTP_CT_STATES);
		if (i < 0 && is(r, "HEARTBEAT_ACKED"))
			i = SCTP_CT_ESTABLISHED;
		if (i < 0)
			return bad(r, "an SCTP state");
		r->ct.sctp.state = (uint8_t)i;
		return true;
	case IPPROTO_DCCP:		/* once had states */
		return true;
	default:
		return bad(r, "a field of a connection");
	}
}

/* "ipv4     2 tcp      6 431999", the first two perhaps missing. */
static bool
read_head(struct reader *r)
{
	uint64_t n;

	if (is(r, "ipv4") || is(r, "ipv6")) {
		r->family = word(r)[3] == '4' ? AF_INET : AF_INET6;
		if (!next(r) || !word_number(r, 255, &n, "a family's number") ||
		    !next(r))
			return false;
	}
	/* The protocol's name says less than its number. */
	if (!next(r) || !word_number(r, 255, &n, "a protocol number"))
		return false;
	r->ct.tuple[CT_ORIGINAL].proto = (uint8_t)n;
	if (!next(r) || !word_number(r, UINT32_MAX, &n, "a timeout"))
		return false;
	r->ct.timeout = (int64_t)n * SECOND;
	return true;
}

static bool
read_body(struct reader *r)
{
	while (next(r)) {
		const char *eq = memchr(word(r), '=', r->len);
		bool ok;

		if (word(r)[0] == '[')
			ok = read_flag(r);
		else if (eq != NULL)
			ok = read_field(r, (size_t)(eq - word(r)));
		else
			ok = r->n_tuples == 0 ? read_state(r) :
			    bad(r, "a field of a connection");
		if (!ok)
			return false;
	}
	if (r->n_tuples == N_CT_DIRS && r->has_dst[0] && r->has_dst[1])
		return true;
	r->off = r->end;
	return bad(r, "addresses of both directions");
}

/* What conntrack says on its last line, should it be in the file. */
static bool
is_summary(const struct reader *r)
{
	return r->len == 9 && memcmp(word(r), "conntrack", 9) == 0;
}

/* False after an error. */
static bool
read_line(struct reader *r, void (*each)(const struct ct *, void *arg),
    void *arg)
{
	if (!next(r) || is_summary(r) || word(r)[0] == '#')
		return true;
	r->ct.status = CTS_SEEN_REPLY;
	r->ct.zone_both = true;
	if (!read_head(r)) {
		if (r->len == 0)
			bad(r, "protocol, number and timeout");
		return false;
	}
	if (!read_body(r))
		return false;
	each(&r->ct, arg);
	return true;
}

bool
conntrack_read(const struct source *src, struct diags *diags,
    void (*each)(const struct ct *, void *arg), void *arg)
{
	bool ok = true;

	for (size_t at = 0; at < src->size && !diag_full(diags);) {
		const char *nl = memchr(src->text + at, '\n', src->size - at);
		size_t end = nl ? (size_t)(nl - src->text) : src->size;
		struct reader r = { .src = src, .diags = diags, .at = at,
		    .end = end };

		ok &= read_line(&r, each, arg);
		at = end + 1;
	}
	return ok;
}
