#include "lab.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const struct line *line;
	unsigned at;
	struct spec *spec;
	struct arena *arena;
	struct diags *diags;
};

/* ---- Numbers: a word and its value */
static const struct {
	const char *name;
	size_t at;
	int64_t max;
} numbers[] = {
	{ "ttl", offsetof(struct spec, ttl), 255 },
	{ "hl", offsetof(struct spec, ttl), 255 },
	{ "tos", offsetof(struct spec, tos), 255 },
	{ "tc", offsetof(struct spec, tos), 255 },
	{ "id", offsetof(struct spec, id), 65535 },
	{ "frag", offsetof(struct spec, frag), 8191 },
	{ "fragid", offsetof(struct spec, fragid), UINT32_MAX },
	{ "flow", offsetof(struct spec, flow), 0xFFFFF },
	{ "ver", offsetof(struct spec, ver), 15 },
	{ "ihl", offsetof(struct spec, ihl), 15 },
	{ "totlen", offsetof(struct spec, totlen), 65535 },
	{ "plen", offsetof(struct spec, plen), 65535 },
	{ "ipsum", offsetof(struct spec, ipsum), 65535 },
	{ "nexthdr", offsetof(struct spec, nexthdr), 255 },
	{ "cut", offsetof(struct spec, cut), 65535 },
	{ "seq", offsetof(struct spec, seq), UINT32_MAX },
	{ "ackno", offsetof(struct spec, ackno), UINT32_MAX },
	{ "win", offsetof(struct spec, win), 65535 },
	{ "urgp", offsetof(struct spec, urgp), 65535 },
	{ "res", offsetof(struct spec, res), 7 },
	{ "doff", offsetof(struct spec, doff), 15 },
	{ "udplen", offsetof(struct spec, udplen), 65535 },
	{ "sum", offsetof(struct spec, sum), 65535 },
	{ "vtag", offsetof(struct spec, vtag), UINT32_MAX },
	{ "icmpid", offsetof(struct spec, icmpid), 65535 },
	{ "icmpseq", offsetof(struct spec, icmpseq), 65535 },
	{ "mtu", offsetof(struct spec, word), UINT32_MAX },
	{ "word", offsetof(struct spec, word), UINT32_MAX },
	{ "qlen", offsetof(struct spec, qlen), 65535 },
	{ "sport", offsetof(struct spec, sport), 65535 },
	{ "dport", offsetof(struct spec, dport), 65535 },
	{ "pad", offsetof(struct spec, pad), 1000 },
	{ "ethertype", offsetof(struct spec, ethertype), 65535 },
	{ "split", offsetof(struct spec, split), 65535 },
	{ "x", offsetof(struct spec, repeat), 10000 },
};

static const struct {
	const char *name;
	size_t at;
} switches[] = {
	{ "df", offsetof(struct spec, df) },
	{ "mf", offsetof(struct spec, mf) },
	{ "evil", offsetof(struct spec, evil) },
	{ "badipsum", offsetof(struct spec, badipsum) },
	{ "badsum", offsetof(struct spec, badsum) },
	{ "nosum", offsetof(struct spec, nosum) },
};

static const struct {
	const char *name;
	unsigned bits;
} flag_words[] = {
	{ "fin", 1 }, { "syn", 2 }, { "rst", 4 }, { "psh", 8 }, { "ack", 16 },
	{ "urg", 32 }, { "ece", 64 }, { "cwr", 128 }, { "ae", 256 },
	{ "none", 0 },
};

static const struct {
	const char *name;
	int number;
} protocols[] = {
	{ "icmp", 1 }, { "igmp", 2 }, { "tcp", 6 }, { "udp", 17 },
	{ "dccp", 33 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 },
	{ "icmp6", 58 }, { "sctp", 132 }, { "udplite", 136 },
};

static const struct {
	const char *name;
	uint8_t proto, type;
} icmp_names[] = {
	{ "echo-reply", 1, 0 }, { "unreach", 1, 3 }, { "quench", 1, 4 },
	{ "redirect", 1, 5 }, { "echo-request", 1, 8 },
	{ "router-advert", 1, 9 }, { "time-exceeded", 1, 11 },
	{ "param", 1, 12 }, { "timestamp", 1, 13 },
	{ "timestamp-reply", 1, 14 }, { "info", 1, 15 },
	{ "mask", 1, 17 }, { "mask-reply", 1, 18 },
	{ "unreach", 58, 1 }, { "too-big", 58, 2 },
	{ "time-exceeded", 58, 3 }, { "param", 58, 4 },
	{ "echo-request", 58, 128 }, { "echo-reply", 58, 129 },
	{ "router-solicit", 58, 133 }, { "router-advert", 58, 134 },
	{ "neighbour-solicit", 58, 135 }, { "neighbour-advert", 58, 136 },
	{ "redirect", 58, 137 },
};

void
spec_init(struct spec *s)
{
	memset(s, 0, sizeof(*s));
	s->dev = DEV_NONE;
	s->proto = s->sport = s->dport = -1;
	s->ttl = s->tos = s->id = s->flow = s->ver = -1;
	s->ihl = s->totlen = s->plen = s->ipsum = s->cut = s->nexthdr = -1;
	s->fragid = s->doff = s->udplen = s->sum = -1;
	s->seq = s->ackno = s->win = s->qlen = s->ethertype = -1;
	s->type = s->code = s->icmpid = s->icmpseq = s->word = -1;
	s->vtag = -1;
	s->repeat = 1;
}

static const struct token *
peek(const struct reader *r)
{
	return r->at < r->line->n ? &r->line->tokens[r->at] : NULL;
}

static bool
fail(struct reader *r, const struct token *t, const char *what)
{
	if (t)
		diag_error(r->diags, t->loc, "expected %s, got '%s'", what,
		    t->text);
	else
		diag_error(r->diags, r->line->loc, "expected %s at the end "
		    "of the line", what);
	return false;
}

static bool
to_number(const char *s, int64_t max, int64_t *out)
{
	char *end;
	unsigned long long v;

	if (*s < '0' || *s > '9')
		return false;
	v = strtoull(s, &end, 0);
	if (*end || v > (unsigned long long)max)
		return false;
	*out = (int64_t)v;
	return true;
}

static bool
number(struct reader *r, int64_t max, int64_t *out)
{
	const struct token *t = peek(r);

	if (!t || !to_number(t->text, max, out))
		return fail(r, t, "a number in range");
	r->at++;
	return true;
}

static bool
seconds(struct reader *r, const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || (strcmp(end, "s") && *end) || *out < 0 || *out > 60)
		return fail(r, peek(r), "a time such as 2.5s, up to 60s");
	return true;
}

static bool
address(struct reader *r, const char *text, uint8_t out[16], int *family)
{
	int f = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(f, text, out) != 1)
		return fail(r, peek(r), "an address");
	if (*family && *family != f)
		return fail(r, peek(r), "an address of the same family");
	*family = f;
	return true;
}

/* "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]:80" */
static bool
endpoint(struct reader *r, bool ports, uint8_t addr[16], int64_t *port)
{
	struct spec *s = r->spec;
	const struct token *t = peek(r);
	char *text, *colon;

	if (!t)
		return fail(r, t, "an address");
	text = arena_strdup(r->arena, t->text);
	colon = strrchr(text, ':');
	if (*text == '[') {
		char *close = strchr(text, ']');

		if (!close)
			return fail(r, t, "[address]:port");
		*close = 0;
		colon = close[1] == ':' ? close + 1 : NULL;
		text++;
	} else if (colon && strchr(text, ':') != colon) {
		colon = NULL;
	}
	if (colon)
		*colon = 0;
	if (!address(r, text, addr, &s->family))
		return false;
	if (ports != !!colon)
		return fail(r, t, ports ? "address:port" :
		    "an address without a port");
	if (colon && !to_number(colon + 1, 65535, port))
		return fail(r, t, "a port");
	r->at++;
	return true;
}

bool
spec_has_ports(int64_t proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	    proto == 136;
}

static bool
icmp_type(struct reader *r)
{
	const struct token *t = peek(r);
	struct spec *s = r->spec;
	size_t i, len;

	if (!t)
		return fail(r, t, "an ICMP type");
	len = strcspn(t->text, "/");
	s->code = 0;
	if (t->text[len] && !to_number(t->text + len + 1, 255, &s->code))
		return fail(r, t, "an ICMP code after '/'");
	r->at++;
	if (to_number(arena_strndup(r->arena, t->text, len), 255, &s->type))
		return true;
	for (i = 0; i < sizeof(icmp_names) / sizeof(icmp_names[0]); i++)
		if (icmp_names[i].proto == s->proto &&
		    !strncmp(icmp_names[i].name, t->text, len) &&
		    !icmp_names[i].name[len]) {
			s->type = icmp_names[i].type;
			return true;
		}
	r->at--;
	return fail(r, t, "an ICMP type");
}

static bool
protocol(struct reader *r)
{
	const struct token *t = peek(r);
	size_t i;

	if (t && !strcmp(t->text, "proto")) {
		r->at++;
		return number(r, 255, &r->spec->proto);
	}
	for (i = 0; t && i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcmp(t->text, protocols[i].name)) {
			r->spec->proto = protocols[i].number;
			r->at++;
			return true;
		}
	return fail(r, t, "a protocol, reply, error, again, hex or frame");
}

static bool
packet_head(struct reader *r)
{
	struct spec *s = r->spec;
	bool ports;

	if (!protocol(r))
		return false;
	ports = spec_has_ports(s->proto);
	if (!endpoint(r, ports, s->src, &s->sport))
		return false;
	if (!peek(r) || strcmp(peek(r)->text, ">"))
		return fail(r, peek(r), "'>'");
	r->at++;
	if (!endpoint(r, ports, s->dst, &s->dport))
		return false;
	if (s->proto == 1 || s->proto == 58)
		return icmp_type(r);
	return true;
}

static bool
error_head(struct reader *r)
{
	struct spec *s = r->spec;

	if (!peek(r) || strcmp(peek(r)->text, "from"))
		return fail(r, peek(r), "'from'");
	r->at++;
	if (!endpoint(r, false, s->src, &s->sport))
		return false;
	s->proto = s->family == AF_INET6 ? 58 : 1;
	return icmp_type(r);
}

static const struct {
	const char *name;
	enum spec_kind kind;
} kinds[] = {
	{ "reply", SPEC_REPLY }, { "error", SPEC_ERROR },
	{ "again", SPEC_AGAIN }, { "hex", SPEC_HEX }, { "frame", SPEC_FRAME },
};

static bool
kind_word(struct reader *r)
{
	const struct token *t = peek(r);
	size_t i;

	for (i = 0; t && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(t->text, kinds[i].name)) {
			r->spec->kind = kinds[i].kind;
			r->at++;
			return true;
		}
	return false;
}

static bool
device(struct reader *r)
{
	const struct token *t = peek(r);
	unsigned d;

	if (t && !strcmp(t->text, "local")) {
		r->spec->dev = DEV_LOCAL;
		r->at++;
		return true;
	}
	for (d = 0; t && d < N_DEVS; d++)
		if (t->len == 4 && !strncmp(t->text, dev_stem[d], 3)) {
			r->spec->dev = d;
			r->at++;
			return true;
		}
	return false;
}

static bool
head_body(struct reader *r)
{
	struct spec *s = r->spec;
	const struct token *t;
	bool dev = device(r);

	if (!kind_word(r)) {
		if (!dev)
			return fail(r, peek(r),
			    "an interface, 'local', reply, error or again");
		return packet_head(r);
	}
	if (!(t = peek(r)))
		return fail(r, t, "more");
	if (s->kind == SPEC_HEX || s->kind == SPEC_FRAME) {
		if (!dev)
			return fail(r, t, "an interface before it");
		r->at++;
		return spec_hex(t, &s->raw, r->arena, r->diags);
	}
	s->ref = *t;
	r->at++;
	return s->kind != SPEC_ERROR || error_head(r);
}

bool
spec_head(const struct line *line, struct spec *s, unsigned *rest,
    struct arena *arena, struct diags *diags)
{
	struct reader r = { line, 0, s, arena, diags };
	const struct token *t = peek(&r);

	if (t->len > 1 && t->text[t->len - 1] == ':') {
		s->label = arena_strndup(arena, t->text, t->len - 1);
		r.at++;
	}
	t = peek(&r);
	if (t && *t->text == '+') {
		if (!seconds(&r, t->text + 1, &s->delay))
			return false;
		r.at++;
	}
	if (!head_body(&r))
		return false;
	*rest = r.at;
	return true;
}

/* ---- Options */
bool
spec_hex(const struct token *t, struct bytes *out, struct arena *arena,
    struct diags *diags)
{
	const char *s = t->text;
	uint8_t *data = arena_alloc(arena, strlen(s) / 2 + 1);
	uint32_t n = 0;
	unsigned v;

	for (; *s; s += 2) {
		if (!s[1] || strspn(s, "0123456789abcdefABCDEF") < 2) {
			diag_error(diags, t->loc, "expected pairs of hex "
			    "digits, got '%s'", t->text);
			return false;
		}
		sscanf(s, "%2x", &v);
		data[n++] = (uint8_t)v;
	}
	out->data = data;
	out->len = n;
	return true;
}

static bool
hex_arg(struct reader *r, struct bytes *out)
{
	const struct token *t = peek(r);

	if (!t)
		return fail(r, t, "hex digits");
	r->at++;
	return spec_hex(t, out, r->arena, r->diags);
}

static bool
mac_arg(struct reader *r, uint8_t out[6], bool *has)
{
	const struct token *t = peek(r);
	unsigned m[6], i;

	if (!t || sscanf(t->text, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1],
	    &m[2], &m[3], &m[4], &m[5]) != 6)
		return fail(r, t, "a MAC address");
	for (i = 0; i < 6; i++)
		out[i] = (uint8_t)m[i];
	*has = true;
	r->at++;
	return true;
}

static bool
append(struct reader *r, struct bytes *b, const void *data, uint32_t len)
{
	uint8_t *p = arena_alloc(r->arena, b->len + len);

	if (b->len)
		memcpy(p, b->data, b->len);
	memcpy(p + b->len, data, len);
	b->data = p;
	b->len += len;
	return true;
}

static bool
opt_mac(struct reader *r, const char *word)
{
	struct spec *s = r->spec;

	return *word == 's' ? mac_arg(r, s->smac, &s->has_smac) :
	    mac_arg(r, s->dmac, &s->has_dmac);
}

static bool
opt_cast(struct reader *r, const char *word)
{
	static const uint8_t macs[][6] = {
		{ 255, 255, 255, 255, 255, 255 },
		{ 1, 0, 0x5e, 0, 0, 1 },
		{ 2, 0, 0, 0, 0x99, 0x99 },
	};
	unsigned i = *word == 'b' ? 0 : *word == 'm' ? 1 : 2;

	memcpy(r->spec->dmac, macs[i], 6);
	r->spec->has_dmac = true;
	return true;
}

static bool
opt_payload(struct reader *r, const char *word)
{
	const struct token *t = peek(r);
	struct bytes *p = &r->spec->payload;
	int64_t n;
	uint32_t i;

	p->data = NULL;
	p->len = 0;
	if (!strcmp(word, "hex"))
		return hex_arg(r, p);
	if (!strcmp(word, "payload")) {
		if (!t)
			return fail(r, t, "a text");
		r->at++;
		return append(r, p, t->text, t->len);
	}
	if (!number(r, 65000, &n))
		return false;
	p->data = arena_alloc(r->arena, (size_t)n + 1);
	p->len = (uint32_t)n;
	for (i = 0; i < p->len; i++)
		p->data[i] = (uint8_t)('a' + i % 23);
	return true;
}

static bool
opt_tcp(struct reader *r, const char *word)
{
	struct bytes *o = &r->spec->tcpopt;
	int64_t a = 0, b = 0;
	uint32_t v[2];

	if (!strcmp(word, "nop"))
		return append(r, o, "\1", 1);
	if (!strcmp(word, "sackok"))
		return append(r, o, "\4\2", 2);
	if (!number(r, UINT32_MAX, &a))
		return false;
	if (!strcmp(word, "mss"))
		return append(r, o, (uint8_t[]){ 2, 4, (uint8_t)(a >> 8),
		    (uint8_t)a }, 4);
	if (!strcmp(word, "wscale"))
		return append(r, o, (uint8_t[]){ 3, 3, (uint8_t)a }, 3);
	if (!number(r, UINT32_MAX, &b))
		return false;
	v[0] = htonl((uint32_t)a);
	v[1] = htonl((uint32_t)b);
	return append(r, o, *word == 't' ? "\10\12" : "\5\12", 2) &&
	    append(r, o, v, 8);
}

static bool
opt_tcpopt(struct reader *r, const char *word)
{
	(void)word;
	return hex_arg(r, &r->spec->tcpopt);
}

static bool
opt_ipopt(struct reader *r, const char *word)
{
	(void)word;
	return hex_arg(r, &r->spec->ipopt);
}

static bool
opt_ext(struct reader *r, const char *word)
{
	static const struct { const char *name; uint8_t type; } names[] = {
		{ "hbh", 0 }, { "rt", 43 }, { "fragh", 44 }, { "dsth", 60 },
		{ "ahh", 51 }, { "ext", 0 },
	};
	struct spec *s = r->spec;
	int64_t type = -1;
	size_t i;

	if (s->n_ext == N_EXT)
		return fail(r, peek(r), "fewer extension headers");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(word, names[i].name))
			type = names[i].type;
	if (!strcmp(word, "ext") && !number(r, 255, &type))
		return false;
	s->ext[s->n_ext].type = (uint8_t)type;
	return hex_arg(r, &s->ext[s->n_ext++].body);
}

/* Chunk of SCTP: type, flags, body. */
static bool
opt_chunk(struct reader *r, const char *word)
{
	struct bytes body, *p = &r->spec->payload;
	int64_t type, flags;
	uint8_t head[4];

	(void)word;
	if (!number(r, 255, &type) || !number(r, 255, &flags) ||
	    !hex_arg(r, &body))
		return false;
	head[0] = (uint8_t)type;
	head[1] = (uint8_t)flags;
	head[2] = (uint8_t)((body.len + 4) >> 8);
	head[3] = (uint8_t)(body.len + 4);
	return append(r, p, head, 4) && append(r, p, body.data, body.len) &&
	    append(r, p, "\0\0\0", (4 - body.len % 4) % 4);
}

static bool
opt_quote(struct reader *r, const char *word)
{
	const struct token *t = peek(r);

	(void)word;
	if (t && !strcmp(t->text, "in")) {
		r->spec->quote_in = true;
		r->at++;
		t = peek(r);
	}
	if (!t)
		return fail(r, t, "the name of a packet");
	r->spec->quote = *t;
	r->at++;
	return true;
}

static bool
opt_addr(struct reader *r, const char *word)
{
	struct spec *s = r->spec;
	const struct token *t = peek(r);
	uint8_t gw[16];
	int family = 0;

	if (!t)
		return fail(r, t, "an address");
	if (!strcmp(word, "gw")) {
		if (!address(r, t->text, gw, &family))
			return false;
		s->word = (int64_t)gw[0] << 24 | gw[1] << 16 | gw[2] << 8 |
		    gw[3];
	} else if (!address(r, t->text, *word == 's' ? s->src : s->dst,
	    &s->family)) {
		return false;
	}
	r->at++;
	return true;
}

static bool
opt_word(struct reader *r, const char *word)
{
	const struct token *t = peek(r);

	if (!t)
		return fail(r, t, "a word");
	r->at++;
	if (!strcmp(word, "order")) {
		r->spec->order = t->text;
		return true;
	}
	if (strcmp(t->text, "sport") && strcmp(t->text, "dport") &&
	    strcmp(t->text, "src") && strcmp(t->text, "dst"))
		return fail(r, t, "sport, dport, src or dst");
	r->spec->vary = t->text;
	return true;
}

static bool
opt_gap(struct reader *r, const char *word)
{
	const struct token *t = peek(r);

	(void)word;
	if (!t || !seconds(r, t->text, &r->spec->gap))
		return fail(r, t, "a time");
	r->at++;
	return true;
}

static bool
opt_type(struct reader *r, const char *word)
{
	(void)word;
	return icmp_type(r);
}

static const struct {
	const char *name;
	bool (*take)(struct reader *, const char *word);
} words[] = {
	{ "smac", opt_mac }, { "dmac", opt_mac }, { "bcast", opt_cast },
	{ "mcast", opt_cast }, { "otherhost", opt_cast },
	{ "payload", opt_payload }, { "hex", opt_payload },
	{ "len", opt_payload }, { "mss", opt_tcp }, { "wscale", opt_tcp },
	{ "sackok", opt_tcp }, { "sack", opt_tcp }, { "ts", opt_tcp },
	{ "nop", opt_tcp }, { "tcpopt", opt_tcpopt }, { "ipopt", opt_ipopt },
	{ "hbh", opt_ext }, { "rt", opt_ext }, { "fragh", opt_ext },
	{ "dsth", opt_ext }, { "ahh", opt_ext }, { "ext", opt_ext },
	{ "chunk", opt_chunk }, { "quote", opt_quote }, { "gw", opt_addr },
	{ "src", opt_addr }, { "dst", opt_addr }, { "order", opt_word },
	{ "vary", opt_word }, { "gap", opt_gap }, { "type", opt_type },
};

/* A flag; the first one on a line starts a new set and new options. */
static bool
flag_word(struct reader *r, const struct token *t)
{
	struct spec *s = r->spec;
	int64_t ackno;
	size_t i;

	for (i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		if (strcmp(t->text, flag_words[i].name))
			continue;
		r->at++;
		if (s->fresh_flags) {
			s->flags = 0;
			s->tcpopt.len = 0;
			s->payload.len = 0;
			s->fresh_flags = false;
		}
		s->flags |= flag_words[i].bits;
		if (flag_words[i].bits == 16 && peek(r) &&
		    to_number(peek(r)->text, UINT32_MAX, &ackno)) {
			s->ackno = ackno;
			r->at++;
		}
		return true;
	}
	return false;
}

static bool
option(struct reader *r)
{
	const struct token *t = peek(r);
	size_t i;

	if (flag_word(r, t))
		return true;
	r->at++;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(t->text, numbers[i].name))
			return number(r, numbers[i].max, (int64_t *)(void *)
			    ((char *)r->spec + numbers[i].at));
	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!strcmp(t->text, switches[i].name)) {
			*(bool *)((char *)r->spec + switches[i].at) = true;
			return true;
		}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(t->text, words[i].name))
			return words[i].take(r, t->text);
	return fail(r, t, "an option of a packet");
}

bool
spec_options(const struct line *line, unsigned from, struct spec *s,
    struct arena *arena, struct diags *diags)
{
	struct reader r = { line, from, s, arena, diags };

	s->fresh_flags = true;
	while (r.at < line->n)
		if (!option(&r))
			return false;
	return true;
}
