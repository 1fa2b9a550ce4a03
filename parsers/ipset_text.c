#include "parsers/ipset_text.h"

#include "model/icmp.h"
#include "model/packet.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>

/* ---- words ---- */

bool
tok_is(struct tok w, const char *text)
{
	return strlen(text) == w.len && memcmp(w.s, text, w.len) == 0;
}

bool
tok_error(struct reader *r, struct tok w, const char *what)
{
	struct sbuf text = SBUF_INIT;

	sbuf_puts(&text, what);
	if (w.len > 0) {
		sbuf_puts(&text, ", got '");
		sbuf_safe(&text, w.s, w.len < 80 ? w.len : 80);
		sbuf_puts(&text, "'");
	}
	diag_error(r->diags, loc_at(r->src, (size_t)(w.s - r->src->text),
	    w.len), "%s", sbuf_text(&text));
	sbuf_free(&text);
	r->ok = false;
	return false;
}

struct tok
tok_next(struct reader *r)
{
	struct tok last = r->words[r->n - 1];

	if (r->at < r->n)
		return r->words[r->at++];
	return (struct tok){ last.s + last.len, 0 };
}

bool
tok_split(struct reader *r, const char *s, const char *end)
{
	r->n = r->at = 0;
	for (;; s++) {
		const char *begin;
		char quote = ' ';

		while (s < end && isspace((unsigned char)*s))
			s++;
		if (s >= end || (r->n == 0 && *s == '#'))
			return r->n > 0;
		if (r->n == TOK_MAX)
			return tok_error(r, (struct tok){ s, 1 },
			    "too many words");
		if (*s == '"')
			quote = *s++;
		begin = s;
		while (s < end && (quote == '"' ? *s != '"' :
		    !isspace((unsigned char)*s)))
			s++;
		r->words[r->n++] = (struct tok){ begin, (size_t)(s - begin) };
	}
}

struct tok
tok_cut(struct tok w, char sep, struct tok *rest)
{
	const char *p = w.len > 0 ? memchr(w.s, sep, w.len) : NULL;

	if (p == NULL) {
		*rest = (struct tok){ NULL, 0 };
		return w;
	}
	*rest = (struct tok){ p + 1, (size_t)(w.s + w.len - p - 1) };
	return (struct tok){ w.s, (size_t)(p - w.s) };
}

bool
tok_number(struct tok w, uint64_t max, uint64_t *out)
{
	char text[24], *end;

	if (w.len == 0 || w.len >= sizeof(text) ||
	    !isdigit((unsigned char)*w.s))
		return false;
	memcpy(text, w.s, w.len);
	text[w.len] = '\0';
	*out = strtoull(text, &end, 0);
	return *end == '\0' && *out <= max;
}

bool
tok_next_number(struct reader *r, uint64_t max, uint64_t *out)
{
	struct tok w = tok_next(r);

	return tok_number(w, max, out) ||
	    tok_error(r, w, "expected a number in range");
}

const char *
tok_copy(struct reader *r, struct tok w)
{
	return arena_strndup(r->env->arena, w.s, w.len);
}

bool
tok_name(struct reader *r, struct tok w, const char **name)
{
	if (w.len == 0 || w.len >= IPSET_NAME_SIZE ||
	    memchr(w.s, '\0', w.len) != NULL)
		return tok_error(r, w, "expected the name of a set, of at "
		    "most 31 characters");
	*name = tok_copy(r, w);
	return true;
}

struct ipset *
tok_set(struct reader *r)
{
	struct tok w = tok_next(r);
	struct ipset *s = w.len > 0 ?
	    map_get(&r->env->sets, w.s, w.len) : NULL;

	if (s == NULL)
		tok_error(r, w, "expected the name of a set that was created "
		    "before");
	return s;
}

/* ---- addresses, ports ---- */

bool
span_addr(struct reader *r, struct tok w, int family, unsigned i,
    struct span *s)
{
	struct tok rest, to, first = tok_cut(w, '/', &rest);
	uint64_t len = family_bits(family);

	if (rest.s != NULL && (!tok_number(rest, family_bits(family), &len)))
		return tok_error(r, rest, "expected a prefix length");
	s->has_cidr[i] = rest.s != NULL;
	s->elem.cidr[i] = (uint8_t)len;
	to.s = NULL;
	if (rest.s == NULL && family == AF_INET)
		first = tok_cut(w, '-', &to);
	if (!addr_parse(&s->elem.addr[i], family, first.s, first.len))
		return tok_error(r, first, family == AF_INET ?
		    "expected an IPv4 address" : "expected an IPv6 address");
	s->addr_to[i] = s->elem.addr[i];
	s->ranged[i] = to.s != NULL;
	if (to.s == NULL)
		return true;
	if (!addr_parse(&s->addr_to[i], family, to.s, to.len))
		return tok_error(r, to, "expected an IPv4 address");
	if (get32(s->elem.addr[i].b) > get32(s->addr_to[i].b)) {
		union addr swap = s->elem.addr[i];

		s->elem.addr[i] = s->addr_to[i];
		s->addr_to[i] = swap;
	}
	return true;
}

static bool
read_icmp(struct reader *r, struct tok w, bool v6, struct span *s)
{
	struct tok code, type = tok_cut(w, '/', &code);
	const struct icmp_name *name;
	uint64_t t, c = 0;

	if (tok_number(type, 255, &t) &&
	    (code.s == NULL || tok_number(code, 255, &c))) {
		s->elem.port = (uint16_t)(t << 8 | c);
	} else {
		name = icmp_name_find(icmp_names_of(v6), w.s, w.len);
		if (name == NULL)
			return tok_error(r, w,
			    "expected an ICMP type/code or its name");
		s->elem.port = (uint16_t)(name->type << 8 | name->code_min);
	}
	s->port_to = s->elem.port;
	return true;
}

/* A port's number, or its service's name, in brackets if it has a '-'. */
static bool
read_one_port(struct reader *r, struct tok w, uint16_t *port)
{
	uint64_t v;

	if (w.len > 2 && w.s[0] == '[' && w.s[w.len - 1] == ']')
		w = (struct tok){ w.s + 1, w.len - 2 };
	if (tok_number(w, UINT16_MAX, &v)) {
		*port = (uint16_t)v;
		return true;
	}
	return (w.len > 0 && read_port(w.s, w.len, port)) ||
	    tok_error(r, w, "expected a port");
}

bool
span_ports(struct reader *r, struct tok w, struct span *s)
{
	struct tok to, first;

	if (w.len > 0 && w.s[0] == '[') {
		const char *close = memchr(w.s, ']', w.len);
		size_t n = close ? (size_t)(close - w.s) + 1 : w.len;

		first = (struct tok){ w.s, n };
		to = (struct tok){ NULL, 0 };
		if (n < w.len && w.s[n] == '-')
			to = (struct tok){ w.s + n + 1, w.len - n - 1 };
		else if (n < w.len)
			return tok_error(r, w, "expected a port");
	} else {
		first = tok_cut(w, '-', &to);
	}
	if (!read_one_port(r, first, &s->elem.port))
		return false;
	s->port_to = s->elem.port;
	if (to.s == NULL)
		return true;
	if (!read_one_port(r, to, &s->port_to))
		return false;
	if (s->port_to < s->elem.port) {
		uint16_t swap = s->port_to;

		s->port_to = s->elem.port;
		s->elem.port = swap;
	}
	return true;
}

bool
span_proto_port(struct reader *r, struct tok w, bool v6, struct span *s)
{
	struct tok port, proto = tok_cut(w, ':', &port);
	int number_of;

	if (port.s == NULL) {
		s->elem.proto = IPPROTO_TCP;
		return span_ports(r, w, s);
	}
	number_of = proto_parse(proto.s, proto.len);
	if (number_of <= 0)
		return tok_error(r, proto, "expected a protocol");
	s->elem.proto = (uint8_t)number_of;
	switch (number_of) {
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return span_ports(r, port, s);
	case IPPROTO_ICMP:
		return !v6 ? read_icmp(r, port, v6, s) :
		    tok_error(r, proto, "icmp is not for family inet6");
	case IPPROTO_ICMPV6:
		return v6 ? read_icmp(r, port, v6, s) :
		    tok_error(r, proto, "icmpv6 is not for family inet");
	default:
		return tok_is(port, "0") || tok_error(r, port,
		    "this protocol has no ports: expected 0");
	}
}

bool
span_mac(struct reader *r, struct tok w, struct ipset_elem *e)
{
	for (unsigned i = 0; i < 6; i++) {
		const char *p = w.s + 3 * i;

		if (w.len != 17 || !isxdigit((unsigned char)p[0]) ||
		    !isxdigit((unsigned char)p[1]) || (i < 5 && p[2] != ':'))
			return tok_error(r, w, "expected a MAC address");
		e->mac[i] = (uint8_t)strtoul((const char [3]){ p[0], p[1] },
		    NULL, 16);
	}
	e->has_mac = true;
	return true;
}

bool
span_iface(struct reader *r, struct tok w, struct ipset_elem *e)
{
	static const char physdev[] = "physdev:";
	size_t n = sizeof(physdev) - 1;

	if (w.len > n && memcmp(w.s, physdev, n) == 0) {
		e->physdev = true;
		w = (struct tok){ w.s + n, w.len - n };
	}
	if (w.len == 0 || w.len >= IFNAME_SIZE ||
	    memchr(w.s, '\0', w.len) != NULL)
		return tok_error(r, w, "expected the name of an interface");
	memcpy(e->iface, w.s, w.len);
	return true;
}
