#include "parsers/fromlog.h"

#include "ext/ext.h"
#include "model/conn.h"

#include <ctype.h>
#include <netinet/in.h>

struct token {
	const char *key, *s;		/* KEY and VALUE; of a word, twice it */
	uint32_t key_len, len;
};

struct reader {
	const struct source *src;
	const char *s, *end;
	struct arena *arena;
	struct diags *diags;
};

static bool
fail(struct reader *r, const struct token *t, const char *what)
{
	diag_error(r->diags, loc_at(r->src, (size_t)(t->key - r->src->text),
	    t->key_len + (t->s > t->key ? t->len + 1 : 0)), "%s", what);
	return false;
}

/* The next word: KEY=VALUE, FLAG, or FRAG:185. */
static bool
next(struct reader *r, struct token *t)
{
	const char *eq;

	while (r->s < r->end && (*r->s == ' ' || *r->s == '\t'))
		r->s++;
	if (r->s == r->end)
		return false;
	t->key = r->s;
	while (r->s < r->end && *r->s != ' ' && *r->s != '\t' &&
	    !(*r->s == '[' && r->s == t->key) && *r->s != ']')
		r->s++;
	if (r->s == t->key)
		r->s++;			/* a bracket by itself */
	t->key_len = (uint32_t)(r->s - t->key);
	eq = memchr(t->key, '=', t->key_len);
	if (eq == NULL && t->key_len > 5 && memcmp(t->key, "FRAG:", 5) == 0)
		eq = t->key + 4;
	t->s = eq ? eq + 1 : t->key;
	t->len = eq ? (uint32_t)(r->s - eq - 1) : 0;
	if (eq != NULL)
		t->key_len = (uint32_t)(eq - t->key);
	return true;
}

static bool
is(const struct token *t, const char *key)
{
	return strlen(key) == t->key_len &&
	    memcmp(t->key, key, t->key_len) == 0;
}

static bool
number(struct reader *r, const struct token *t, uint64_t max, uint64_t *out)
{
	char text[24];
	const char *s = text;

	if (t->len == 0 || t->len >= sizeof(text))
		return fail(r, t, "expected a number");
	memcpy(text, t->s, t->len);
	text[t->len] = '\0';
	/* Behind the last field there may be a quote, or a comma. */
	if (!read_number(&s, max, out) || isalnum((unsigned char)*s))
		return fail(r, t, "expected a number");
	return true;
}

static bool
address(struct reader *r, const struct token *t, union addr *addr,
    struct pktspec *p, unsigned has)
{
	int family;

	if (!addr_parse_any(addr, &family, t->s, t->len) ||
	    (p->family != 0 && p->family != family))
		return fail(r, t, "expected an address");
	p->family = family;
	p->has |= has;
	return true;
}

static bool
device(struct reader *r, const struct token *t, char name[IFNAME_SIZE])
{
	if (t->len >= IFNAME_SIZE || memchr(t->s, '/', t->len) != NULL)
		return fail(r, t, "no interface has such a name");
	memset(name, 0, IFNAME_SIZE);
	memcpy(name, t->s, t->len);
	return true;
}

/* MAC=destination:source:type, as bytes in hexadecimal. */
static void
mac(const struct token *t, struct pktspec *p)
{
	unsigned b[12];
	char text[36];

	if (t->len < 35)
		return;
	memcpy(text, t->s, 35);
	text[35] = '\0';
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x:%2x:%2x:%2x:%2x:%2x:%2x",
	    &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &b[8],
	    &b[9], &b[10], &b[11]) != 12)
		return;
	for (unsigned i = 0; i < 6; i++)
		p->mac[i] = (uint8_t)b[6 + i];
	p->has |= SPEC_MAC;
}

static bool
protocol(struct reader *r, const struct token *t, struct pktspec *p)
{
	int proto = t->len == 6 && memcmp(t->s, "ICMPv6", 6) == 0 ?
	    IPPROTO_ICMPV6 : proto_parse(t->s, t->len);

	if (proto < 0 || proto > 255)
		return fail(r, t, "unknown protocol");
	p->proto = (uint8_t)proto;
	p->has |= SPEC_PROTO;
	return true;
}

/* What is a number and where it goes; ID, SEQ and LEN mean the IP header
 * before PROTO= and the transport's after it. */
enum log_field { L_LEN, L_TOS, L_PREC, L_TTL, L_ID, L_FRAG, L_SPT, L_DPT, L_SEQ,
    L_ACK, L_WINDOW, L_TYPE, L_CODE, L_SPI, L_MTU, L_FLAG, L_DF, L_MF };

static const struct {
	const char *key;
	enum log_field field;
	unsigned value;			/* largest, or the flag */
} fields[] = {
	{ "LEN", L_LEN, 65575 }, { "TOS", L_TOS, 255 }, { "TC", L_TOS, 255 },
	{ "PREC", L_PREC, 255 }, { "TTL", L_TTL, 255 },
	{ "HOPLIMIT", L_TTL, 255 }, { "ID", L_ID, 65535 },
	{ "FRAG", L_FRAG, 65528 }, { "SPT", L_SPT, 65535 },
	{ "DPT", L_DPT, 65535 }, { "SEQ", L_SEQ, UINT32_MAX },
	{ "ACK", L_ACK, UINT32_MAX }, { "WINDOW", L_WINDOW, 65535 },
	{ "TYPE", L_TYPE, 255 }, { "CODE", L_CODE, 255 },
	{ "SPI", L_SPI, UINT32_MAX }, { "MTU", L_MTU, UINT32_MAX },
	{ "SYN", L_FLAG, TCPF_SYN }, { "ACK", L_FLAG, TCPF_ACK },
	{ "FIN", L_FLAG, TCPF_FIN }, { "RST", L_FLAG, TCPF_RST },
	{ "PSH", L_FLAG, TCPF_PSH }, { "URG", L_FLAG, TCPF_URG },
	{ "ECE", L_FLAG, TCPF_ECE }, { "CWR", L_FLAG, TCPF_CWR },
	{ "DF", L_DF, 0 }, { "MF", L_MF, 0 },
};

static void
set(struct pktspec *p, enum log_field f, uint64_t v)
{
	bool l4 = (p->has & SPEC_PROTO) != 0;

	switch (f) {
	case L_LEN:
		if (!l4)
			p->length = (uint32_t)v;
		break;
	case L_TOS:
	case L_PREC:
		p->tos |= (uint8_t)v;
		break;
	case L_TTL:
		p->ttl = (uint8_t)v;
		break;
	case L_ID:
		if (l4)
			p->echo_id = (uint16_t)v;
		else
			p->id = (uint16_t)v;
		break;
	case L_FRAG:			/* v4: units of 8 bytes; v6: bytes */
		p->frag = (uint32_t)(p->family == AF_INET ? v * 8 : v) & 0xfff8;
		break;
	case L_SPT:
		p->sport = (uint16_t)v;
		p->has |= SPEC_SPORT;
		break;
	case L_DPT:
		p->dport = (uint16_t)v;
		p->has |= SPEC_DPORT;
		break;
	case L_SEQ:
		p->seq = (uint32_t)v;
		p->echo_seq = (uint16_t)v;
		break;
	case L_ACK:
		p->ack = (uint32_t)v;
		break;
	case L_WINDOW:
		p->window = (uint16_t)v;
		break;
	case L_TYPE:
		p->icmp_type = (uint8_t)v;
		p->has |= SPEC_ICMP;
		break;
	case L_CODE:
		p->icmp_code = (uint8_t)v;
		break;
	case L_SPI:
		p->spi = (uint32_t)v;
		break;
	case L_MTU:
		p->info = (uint32_t)v;
		break;
	case L_FLAG:
		p->tcp_flags |= (uint8_t)v;
		break;
	case L_DF:
		p->df = true;
		break;
	case L_MF:
		p->mf = true;
		break;
	}
}

static bool
field(struct reader *r, const struct token *t, struct pktspec *p)
{
	bool valued = t->s > t->key;
	uint64_t v;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		bool flag = fields[i].field >= L_FLAG;

		if (flag == valued || !is(t, fields[i].key))
			continue;
		v = fields[i].value;
		if (!flag && !number(r, t, fields[i].value, &v))
			return false;
		set(p, fields[i].field, v);
		break;
	}
	return true;			/* other words are no part of it */
}

/* The fields from SRC= on; at '[' the packet that an ICMP error is about. */
static bool
packet(struct reader *r, struct pktspec *p, bool inner)
{
	struct token t;

	while (next(r, &t)) {
		bool ok = true;

		if (is(&t, "SRC")) {
			ok = address(r, &t, &p->src, p, SPEC_SRC);
		} else if (is(&t, "DST")) {
			ok = address(r, &t, &p->dst, p, SPEC_DST);
		} else if (is(&t, "PROTO")) {
			ok = protocol(r, &t, p);
		} else if (is(&t, "MAC")) {
			mac(&t, p);
		} else if (is(&t, "IN") && !inner) {
			ok = device(r, &t, p->in);
		} else if (is(&t, "OUT") && !inner) {
			ok = device(r, &t, p->out);
		} else if (is(&t, "[") && !inner && (p->has & SPEC_ICMP)) {
			struct pktspec *about = arena_new(r->arena,
			    struct pktspec);

			*about = (struct pktspec){ .ttl = 64, .count = 1,
			    .echo_id = 1, .echo_seq = 1 };
			ok = packet(r, about, true);
			about->length = 0;
			p->inner = about;
		} else if (is(&t, "]") && inner) {
			return true;
		} else {
			ok = field(r, &t, p);
		}
		if (!ok)
			return false;
	}
	return true;
}

/* An IN= that a device name, or nothing, and OUT= follow. */
static const char *
find_in(const char *s, const char *end)
{
	while ((s = memmem(s, (size_t)(end - s), "IN=", 3)) != NULL) {
		const char *word = s + 3;

		while (word < end && *word != ' ')
			word++;
		if (end - word > 5 && memcmp(word, " OUT=", 5) == 0)
			return s;
		s += 3;
	}
	return NULL;
}

bool
fromlog_next(const struct source *src, size_t *off, struct logged *l,
    struct arena *arena, struct diags *diags)
{
	const char *stop = src->text + src->size;

	while (*off < src->size) {
		const char *line = src->text + *off, *in;
		const char *end = memchr(line, '\n', (size_t)(stop - line));
		struct reader r = { .src = src, .arena = arena,
		    .diags = diags };

		if (end == NULL)
			end = stop;
		*off = (size_t)(end - src->text) + (end < stop);
		in = find_in(line, end);
		if (in == NULL)
			continue;
		r.s = in;
		r.end = end;
		*l = (struct logged){ .before = line,
		    .before_len = (uint32_t)(in - line) };
		l->spec = (struct pktspec){ .ttl = 64, .count = 1,
		    .echo_id = 1, .echo_seq = 1,
		    .loc = loc_at(src, (size_t)(in - src->text),
		    (size_t)(end - in)) };
		if (!packet(&r, &l->spec, false))
			return false;
		if ((l->spec.has & (SPEC_SRC | SPEC_DST)) !=
		    (SPEC_SRC | SPEC_DST))
			continue;
		l->forwarded = l->spec.in[0] != '\0' && l->spec.out[0] != '\0';
		l->spec.local = l->spec.in[0] == '\0';
		/* What FORWARD and later hooks see was counted down. */
		if (l->forwarded && l->spec.ttl < 255)
			l->spec.ttl++;
		if (l->spec.proto == IPPROTO_TCP)
			l->spec.has |= SPEC_FLAGS;
		return true;
	}
	return false;
}
