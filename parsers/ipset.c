#include "parsers/ipset.h"

#include "ext/ipset.h"
#include "model/icmp.h"
#include "model/packet.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>

/* One command adds at most so many elements (a range): enough for the
 * largest sets that a kernel could hold, and not for a typing error. */
enum { MAX_WORDS = 64, MAX_RANGE = 1 << 24, DEFAULT_MAXELEM = 65536,
    MAX_COMMENT = 255 };

struct word { const char *s; size_t len; };

struct reader {
	struct env *env;
	const struct source *src;
	struct diags *diags;
	struct word words[MAX_WORDS];	/* of the line */
	unsigned n, at;
	bool exist;			/* -exist was given */
	bool ok;
};

/* What an element may be besides a single one: ranges. */
struct span {
	struct ipset_elem elem;
	union addr addr_to[2];		/* last address, if 'ranged' */
	bool ranged[2], has_cidr[2];
	uint16_t port_to;
	const char *at_member;		/* list:set: before or after it */
	bool before;
};

static bool
is(struct word w, const char *text)
{
	return strlen(text) == w.len && memcmp(w.s, text, w.len) == 0;
}

static bool
fail(struct reader *r, struct word w, const char *what)
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

/* The line's next word; at its end an empty one, behind the last. */
static struct word
next(struct reader *r)
{
	struct word last = r->words[r->n - 1];

	if (r->at < r->n)
		return r->words[r->at++];
	return (struct word){ last.s + last.len, 0 };
}

/* ---- words ---- */

/* Splits a line; text in double quotes is one word, without them.  False:
 * it is empty or a comment, or it was reported. */
static bool
split(struct reader *r, const char *s, const char *end)
{
	r->n = r->at = 0;
	for (;; s++) {
		const char *begin;
		char quote = ' ';

		while (s < end && isspace((unsigned char)*s))
			s++;
		if (s >= end || (r->n == 0 && *s == '#'))
			return r->n > 0;
		if (r->n == MAX_WORDS)
			return fail(r, (struct word){ s, 1 },
			    "too many words");
		if (*s == '"')
			quote = *s++;
		begin = s;
		while (s < end && (quote == '"' ? *s != '"' :
		    !isspace((unsigned char)*s)))
			s++;
		r->words[r->n++] = (struct word){ begin, (size_t)(s - begin) };
	}
}

/* The part of 'w' before the first 'sep'; *rest is what is behind it, or an
 * empty word with a null text. */
static struct word
cut(struct word w, char sep, struct word *rest)
{
	const char *p = w.len > 0 ? memchr(w.s, sep, w.len) : NULL;

	if (p == NULL) {
		*rest = (struct word){ NULL, 0 };
		return w;
	}
	*rest = (struct word){ p + 1, (size_t)(w.s + w.len - p - 1) };
	return (struct word){ w.s, (size_t)(p - w.s) };
}

static bool
number(struct word w, uint64_t max, uint64_t *out)
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

static bool
number_option(struct reader *r, uint64_t max, uint64_t *out)
{
	struct word w = next(r);

	return number(w, max, out) || fail(r, w, "expected a number in range");
}

static const char *
copy(struct reader *r, struct word w)
{
	return arena_strndup(r->env->arena, w.s, w.len);
}

static bool
read_name(struct reader *r, struct word w, const char **name)
{
	if (w.len == 0 || w.len >= IPSET_NAME_SIZE ||
	    memchr(w.s, '\0', w.len) != NULL)
		return fail(r, w, "expected the name of a set, of at most 31 "
		    "characters");
	*name = copy(r, w);
	return true;
}

static struct ipset *
read_set(struct reader *r)
{
	struct word w = next(r);
	struct ipset *s = w.len > 0 ?
	    map_get(&r->env->sets, w.s, w.len) : NULL;

	if (s == NULL)
		fail(r, w, "expected the name of a set that was created "
		    "before");
	return s;
}

/* ---- addresses, ports ---- */

static uint32_t
host(const union addr *a)
{
	return get32(a->b);
}

static void
set_host(union addr *a, uint32_t v)
{
	memset(a, 0, sizeof(*a));
	put32(a->b, v);
}

/* "a", "a/len", and in IPv4 "a-b". */
static bool
read_addr(struct reader *r, struct word w, int family, unsigned i,
    struct span *s)
{
	struct word rest, to, first = cut(w, '/', &rest);
	uint64_t len = family_bits(family);

	if (rest.s != NULL && (!number(rest, family_bits(family), &len)))
		return fail(r, rest, "expected a prefix length");
	s->has_cidr[i] = rest.s != NULL;
	s->elem.cidr[i] = (uint8_t)len;
	to.s = NULL;
	if (rest.s == NULL && family == AF_INET)
		first = cut(w, '-', &to);
	if (!addr_parse(&s->elem.addr[i], family, first.s, first.len))
		return fail(r, first, family == AF_INET ?
		    "expected an IPv4 address" : "expected an IPv6 address");
	s->addr_to[i] = s->elem.addr[i];
	s->ranged[i] = to.s != NULL;
	if (to.s == NULL)
		return true;
	if (!addr_parse(&s->addr_to[i], family, to.s, to.len))
		return fail(r, to, "expected an IPv4 address");
	if (host(&s->elem.addr[i]) > host(&s->addr_to[i])) {
		union addr swap = s->elem.addr[i];

		s->elem.addr[i] = s->addr_to[i];
		s->addr_to[i] = swap;
	}
	return true;
}

static bool
read_icmp(struct reader *r, struct word w, bool v6, struct span *s)
{
	struct word code, type = cut(w, '/', &code);
	const struct icmp_name *name;
	uint64_t t, c = 0;

	if (number(type, 255, &t) && (code.s == NULL || number(code, 255,
	    &c))) {
		s->elem.port = (uint16_t)(t << 8 | c);
	} else {
		name = icmp_name_find(icmp_names_of(v6), w.s, w.len);
		if (name == NULL)
			return fail(r, w, "expected an ICMP type/code or its "
			    "name");
		s->elem.port = (uint16_t)(name->type << 8 | name->code_min);
	}
	s->port_to = s->elem.port;
	return true;
}

/* A port's number, or its service's name, in brackets if it has a '-'. */
static bool
read_one_port(struct reader *r, struct word w, uint16_t *port)
{
	uint64_t v;

	if (w.len > 2 && w.s[0] == '[' && w.s[w.len - 1] == ']')
		w = (struct word){ w.s + 1, w.len - 2 };
	if (number(w, UINT16_MAX, &v)) {
		*port = (uint16_t)v;
		return true;
	}
	return (w.len > 0 && read_port(w.s, w.len, port)) ||
	    fail(r, w, "expected a port");
}

static bool
read_ports(struct reader *r, struct word w, struct span *s)
{
	struct word to, first;

	if (w.len > 0 && w.s[0] == '[') {
		const char *close = memchr(w.s, ']', w.len);
		size_t n = close ? (size_t)(close - w.s) + 1 : w.len;

		first = (struct word){ w.s, n };
		to = (struct word){ NULL, 0 };
		if (n < w.len && w.s[n] == '-')
			to = (struct word){ w.s + n + 1, w.len - n - 1 };
		else if (n < w.len)
			return fail(r, w, "expected a port");
	} else {
		first = cut(w, '-', &to);
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

/* "80", "tcp:80-90", "icmp:echo-request", "gre:0". */
static bool
read_proto_port(struct reader *r, struct word w, bool v6, struct span *s)
{
	struct word port, proto = cut(w, ':', &port);
	int number_of;

	if (port.s == NULL) {
		s->elem.proto = IPPROTO_TCP;
		return read_ports(r, w, s);
	}
	number_of = proto_parse(proto.s, proto.len);
	if (number_of <= 0)
		return fail(r, proto, "expected a protocol");
	s->elem.proto = (uint8_t)number_of;
	switch (number_of) {
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return read_ports(r, port, s);
	case IPPROTO_ICMP:
		return !v6 ? read_icmp(r, port, v6, s) :
		    fail(r, proto, "icmp is not for family inet6");
	case IPPROTO_ICMPV6:
		return v6 ? read_icmp(r, port, v6, s) :
		    fail(r, proto, "icmpv6 is not for family inet");
	default:
		return is(port, "0") || fail(r, port, "this protocol has no "
		    "ports: expected 0");
	}
}

static bool
read_mac(struct reader *r, struct word w, struct ipset_elem *e)
{
	for (unsigned i = 0; i < 6; i++) {
		const char *p = w.s + 3 * i;

		if (w.len != 17 || !isxdigit((unsigned char)p[0]) ||
		    !isxdigit((unsigned char)p[1]) || (i < 5 && p[2] != ':'))
			return fail(r, w, "expected a MAC address");
		e->mac[i] = (uint8_t)strtoul((const char [3]){ p[0], p[1] },
		    NULL, 16);
	}
	e->has_mac = true;
	return true;
}

static bool
read_iface(struct reader *r, struct word w, struct ipset_elem *e)
{
	static const char physdev[] = "physdev:";
	size_t n = sizeof(physdev) - 1;

	if (w.len > n && memcmp(w.s, physdev, n) == 0) {
		e->physdev = true;
		w = (struct word){ w.s + n, w.len - n };
	}
	if (w.len == 0 || w.len >= IFNAME_SIZE ||
	    memchr(w.s, '\0', w.len) != NULL)
		return fail(r, w, "expected the name of an interface");
	memcpy(e->iface, w.s, w.len);
	return true;
}

/* ---- elements ---- */

/* What a type's name says stands between the commas. */
static bool
read_parts(struct reader *r, const struct ipset_def *d, struct word w,
    struct span *s)
{
	const char *kind = strchr(ipset_type_names[d->type], ':') + 1;
	unsigned addr = 0;
	uint64_t v;

	while (*kind != '\0') {
		size_t len = strcspn(kind, ",");
		struct word part, rest, k = { kind, len };

		part = cut(w, ',', &rest);
		/* bitmap:ip,mac: the second may be left out. */
		if (is(k, "mac") && w.s == NULL &&
		    d->type == IPSET_BITMAP_IPMAC)
			return true;
		if (w.s == NULL || part.len == 0)
			return fail(r, part.s ? part : r->words[r->at - 1],
			    "expected an element as the set's type says");
		if (is(k, "ip") || is(k, "net")) {
			if (!read_addr(r, part, d->family, addr++, s))
				return false;
		} else if (is(k, "port")) {
			if (!(d->type == IPSET_BITMAP_PORT ?
			    read_ports(r, part, s) : read_proto_port(r, part,
			    d->family == AF_INET6, s)))
				return false;
		} else if (is(k, "mac")) {
			if (!read_mac(r, part, &s->elem))
				return false;
		} else if (is(k, "iface")) {
			if (!read_iface(r, part, &s->elem))
				return false;
		} else {
			if (!number(part, UINT32_MAX, &v))
				return fail(r, part, "expected a mark");
			s->elem.mark = (uint32_t)v;
		}
		w = rest;
		kind += len + (kind[len] == ',');
	}
	return w.s == NULL || fail(r, w, "unexpected part of an element");
}

static bool
read_skbmark(struct reader *r, struct ipset_elem *e)
{
	struct word w = next(r), mask, mark = cut(w, '/', &mask);
	uint64_t v, m = UINT32_MAX;

	if (!number(mark, UINT32_MAX, &v) ||
	    (mask.s != NULL && !number(mask, UINT32_MAX, &m)))
		return fail(r, w, "expected a mark[/mask]");
	e->skbmark = (uint32_t)v;
	e->skbmask = (uint32_t)m;
	return true;
}

/* "major:minor", hexadecimal. */
static bool
read_skbprio(struct reader *r, struct ipset_elem *e)
{
	struct word w = next(r);
	char text[12], *end;
	unsigned long major, minor;

	if (w.len < 3 || w.len >= sizeof(text))
		return fail(r, w, "expected major:minor");
	memcpy(text, w.s, w.len);
	text[w.len] = '\0';
	major = strtoul(text, &end, 16);
	if (*end != ':')
		return fail(r, w, "expected major:minor");
	minor = strtoul(end + 1, &end, 16);
	if (*end != '\0' || major > 0xffff || minor > 0xffff)
		return fail(r, w, "expected major:minor");
	e->skbprio = (uint32_t)(major << 16 | minor);
	return true;
}

enum need { NEED_TIMEOUT, NEED_COUNTERS, NEED_COMMENT,
    NEED_SKBINFO, NEED_NETS, NEED_IFACE, NEED_LIST };

static const struct { const char *name; enum need need; } elem_options[] = {
	{ "timeout", NEED_TIMEOUT }, { "packets", NEED_COUNTERS },
	{ "bytes", NEED_COUNTERS }, { "comment", NEED_COMMENT },
	{ "skbmark", NEED_SKBINFO }, { "skbprio", NEED_SKBINFO },
	{ "skbqueue", NEED_SKBINFO }, { "nomatch", NEED_NETS },
	{ "wildcard", NEED_IFACE }, { "before", NEED_LIST },
	{ "after", NEED_LIST }
};
enum { N_ELEM_OPTIONS = sizeof(elem_options) / sizeof(elem_options[0]) };
enum { E_TIMEOUT, E_PACKETS, E_BYTES, E_COMMENT, E_SKBMARK, E_SKBPRIO,
    E_SKBQUEUE, E_NOMATCH, E_WILDCARD, E_BEFORE, E_AFTER };

static bool
has(const struct ipset_def *d, enum need need)
{
	switch (need) {
	case NEED_TIMEOUT:
		return d->has_timeout;
	case NEED_COUNTERS:
		return d->counters;
	case NEED_COMMENT:
		return d->comment;
	case NEED_SKBINFO:
		return d->skbinfo;
	case NEED_NETS:
		return strstr(ipset_type_names[d->type], "net") != NULL;
	case NEED_IFACE:
		return d->type == IPSET_HASH_NETIFACE;
	case NEED_LIST:
		return d->type == IPSET_LIST_SET;
	}
	return false;
}

static bool
read_elem_option(struct reader *r, unsigned option, struct span *s)
{
	struct ipset_elem *e = &s->elem;
	struct word w;
	uint64_t v = 0;
	bool ok = true;

	switch (option) {
	case E_TIMEOUT:
		ok = number_option(r, UINT32_MAX / 1000, &v);
		e->timeout = (uint32_t)v;
		return ok;
	case E_PACKETS:
		return number_option(r, UINT64_MAX, &e->packets);
	case E_BYTES:
		return number_option(r, UINT64_MAX, &e->bytes);
	case E_COMMENT:
		w = next(r);
		return w.len <= MAX_COMMENT || fail(r, w, "comment too long");
	case E_SKBMARK:
		return read_skbmark(r, e);
	case E_SKBPRIO:
		return read_skbprio(r, e);
	case E_SKBQUEUE:
		ok = number_option(r, UINT16_MAX, &v);
		e->skbqueue = (uint16_t)v;
		return ok;
	case E_NOMATCH:
		e->nomatch = true;
		return true;
	case E_WILDCARD:
		e->wildcard = true;
		return true;
	case E_BEFORE: case E_AFTER:
		s->before = option == E_BEFORE;
		return read_name(r, next(r), &s->at_member);
	}
	return false;
}

static bool
read_elem(struct reader *r, const struct ipset_def *d, struct span *s)
{
	struct word w = next(r);

	*s = (struct span){ .elem.timeout = d->timeout };
	if (!(d->type == IPSET_LIST_SET ? read_name(r, w, &s->elem.member) :
	    read_parts(r, d, w, s)))
		return false;
	while (r->at < r->n) {
		unsigned i = 0;

		w = next(r);
		while (i < N_ELEM_OPTIONS && !is(w, elem_options[i].name))
			i++;
		if (i == N_ELEM_OPTIONS)
			return fail(r, w, "unknown option of an element");
		if (!has(d, elem_options[i].need))
			return fail(r, w, "the set was created without it");
		if (!read_elem_option(r, i, s))
			return false;
	}
	return true;
}

/* ---- ranges ---- */

/* The longest network that begins at 'from' and ends not after 'to'; *len is
 * its prefix length, the answer its last address. */
static uint32_t
range_to_net(uint32_t from, uint32_t to, uint8_t *len)
{
	uint32_t last;

	for (unsigned l = 0; l < 32; l++) {
		uint32_t mask = l == 0 ? 0 : UINT32_MAX << (32 - l);

		last = from | ~mask;
		if ((from & mask) == from && last <= to) {
			*len = (uint8_t)l;
			return last;
		}
	}
	*len = 32;
	return from;
}

struct change {
	struct reader *r;
	struct ipset *set;
	const struct ipset_def *def;
	struct word w;			/* of the element */
	bool add;
	unsigned n;			/* how many already */
};

static bool
change_one(struct change *c, const struct ipset_elem *e)
{
	if (++c->n > MAX_RANGE)
		return fail(c->r, c->w, "this range has too many elements");
	switch (c->add ? ipset_add(c->set, e, c->r->exist) :
	    ipset_del(c->set, e)) {
	case IPSET_OK:
		return true;
	case IPSET_EXISTS:
		return fail(c->r, c->w, "it's already added");
	case IPSET_MISSING:
		return c->r->exist || fail(c->r, c->w, "it's not added");
	case IPSET_FULL:
		return fail(c->r, c->w, "the set is full: more than maxelem");
	case IPSET_RANGE:
		return fail(c->r, c->w, "the set cannot have such an element");
	}
	return false;
}

static bool
change_ports(struct change *c, struct span *s)
{
	struct ipset_elem e = s->elem;

	for (uint32_t p = s->elem.port; p <= s->port_to; p++) {
		e.port = (uint16_t)p;
		if (!change_one(c, &e))
			return false;
	}
	return true;
}

static bool change_addr(struct change *, struct span *, unsigned addr);

/* Networks: a range becomes as few as possible. */
static bool
change_nets(struct change *c, struct span *s, unsigned i)
{
	uint32_t from = host(&s->elem.addr[i]), to = host(&s->addr_to[i]);

	for (;; from++) {
		set_host(&s->elem.addr[i], from);
		from = range_to_net(from, to, &s->elem.cidr[i]);
		if (s->elem.cidr[i] == 0)
			return fail(c->r, c->w, "a network of all addresses "
			    "cannot be an element of this type");
		if (!change_addr(c, s, i + 1))
			return false;
		if (from == to)
			return true;
	}
}

/* Addresses: each one, or each that the set's netmask tells apart. */
static bool
change_hosts(struct change *c, struct span *s, unsigned i)
{
	uint64_t from = host(&s->elem.addr[i]), to = host(&s->addr_to[i]);
	uint64_t step = 1;
	int prefix = addr_prefix(&c->def->mask, AF_INET);

	if (s->has_cidr[i]) {
		uint32_t mask = s->elem.cidr[i] == 0 ? 0 :
		    UINT32_MAX << (32 - s->elem.cidr[i]);

		from &= mask;
		to = (uint32_t)from | ~mask;
	}
	if (c->def->type == IPSET_BITMAP_IP)
		prefix = c->def->netmask;
	if (prefix > 0 && prefix < 32)
		step = UINT64_C(1) << (32 - prefix);
	s->elem.cidr[i] = 32;
	for (from -= from % step; from <= to; from += step) {
		set_host(&s->elem.addr[i], (uint32_t)from);
		if (!change_addr(c, s, i + 1))
			return false;
	}
	return true;
}

/* Which of the type's addresses are networks: by their place. */
static bool
is_net(const struct ipset_def *d, unsigned i)
{
	const char *kind = strchr(ipset_type_names[d->type], ':') + 1;

	for (;; kind += strcspn(kind, ",") + 1) {
		if (strncmp(kind, "net", 3) == 0 && i-- == 0)
			return true;
		if (strncmp(kind, "ip", 2) == 0 && i-- == 0)
			return false;
		if (strchr(kind, ',') == NULL)
			return false;
	}
}

static bool
has_addr(const struct ipset_def *d, unsigned i)
{
	const char *kind = strchr(ipset_type_names[d->type], ':') + 1;
	unsigned n = 0;

	for (const char *p = kind; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		n += strncmp(p, "net", 3) == 0 || strncmp(p, "ip", 2) == 0;
	}
	return i < n;
}

static bool
change_addr(struct change *c, struct span *s, unsigned i)
{
	struct span copy_of = *s;

	if (i >= 2 || !has_addr(c->def, i))
		return change_ports(c, &copy_of);
	if (is_net(c->def, i)) {
		if (s->ranged[i])
			return change_nets(c, &copy_of, i);
		if (s->elem.cidr[i] == 0 &&
		    c->def->type != IPSET_HASH_NETIFACE)
			return fail(c->r, c->w, "this type has no networks "
			    "of prefix length 0");
		return change_addr(c, &copy_of, i + 1);
	}
	if (s->ranged[i] || s->has_cidr[i]) {
		if (c->def->family == AF_INET)
			return change_hosts(c, &copy_of, i);
		if (s->elem.cidr[i] != family_bits(c->def->family))
			return fail(c->r, c->w, "this type has no networks "
			    "in family inet6");
	}
	return change_addr(c, &copy_of, i + 1);
}

static bool
change_member(struct change *c, struct span *s)
{
	const struct ipset *member = map_get(&c->r->env->sets,
	    s->elem.member, strlen(s->elem.member));

	if (member == NULL)
		return fail(c->r, c->w, "no set of this name was created "
		    "before");
	if (ipset_def(member)->type == IPSET_LIST_SET)
		return fail(c->r, c->w, "a list:set cannot be in a list:set");
	if (c->add && s->at_member != NULL)
		return ipset_add_at(c->set, &s->elem, s->at_member,
		    s->before) == IPSET_OK || c->r->exist ||
		    fail(c->r, c->w, "it cannot be put there");
	return change_one(c, &s->elem);
}

static bool
change_elem(struct reader *r, bool add)
{
	struct ipset *set = read_set(r);
	struct change c = { .r = r, .set = set, .add = add };
	struct span s;

	if (set == NULL)
		return false;
	c.def = ipset_def(set);
	c.w = r->at < r->n ? r->words[r->at] : r->words[r->n - 1];
	if (!read_elem(r, c.def, &s))
		return false;
	return c.def->type == IPSET_LIST_SET ? change_member(&c, &s) :
	    change_addr(&c, &s, 0);
}

static bool
do_add(struct reader *r)
{
	return change_elem(r, true);
}

static bool
do_del(struct reader *r)
{
	return change_elem(r, false);
}

/* ---- create ---- */

enum create_option {
	C_FAMILY, C_HASHSIZE, C_MAXELEM, C_NETMASK, C_BITMASK, C_MARKMASK,
	C_TIMEOUT, C_COUNTERS, C_COMMENT, C_SKBINFO, C_FORCEADD, C_BUCKETSIZE,
	C_INITVAL, C_RANGE, C_SIZE, C_GC, C_PROBES, C_RESIZE, N_CREATE
};
static const char *const create_options[N_CREATE] = {
	"family", "hashsize", "maxelem", "netmask", "bitmask", "markmask",
	"timeout", "counters", "comment", "skbinfo", "forceadd", "bucketsize",
	"initval", "range", "size", "gc", "probes", "resize"
};

struct creation {
	struct ipset_def def;
	struct word netmask, bitmask, range;
};

static bool
read_family(struct reader *r, struct ipset_def *d)
{
	struct word w = next(r);

	if (is(w, "inet"))
		d->family = AF_INET;
	else if (is(w, "inet6"))
		d->family = AF_INET6;
	else
		return fail(r, w, "expected inet or inet6");
	return true;
}

static bool
read_create_option(struct reader *r, enum create_option o,
    struct creation *c)
{
	uint64_t v = 0;
	bool ok = true;

	switch (o) {
	case C_FAMILY:
		return read_family(r, &c->def);
	case C_HASHSIZE: case C_BUCKETSIZE: case C_INITVAL: case C_GC:
	case C_PROBES: case C_RESIZE:	/* not of the content */
		return number_option(r, UINT32_MAX, &v);
	case C_MAXELEM: case C_SIZE:
		ok = number_option(r, UINT32_MAX, &v);
		c->def.maxelem = (uint32_t)v;
		return ok;
	case C_NETMASK:
		c->netmask = next(r);
		return true;
	case C_BITMASK:
		c->bitmask = next(r);
		return true;
	case C_MARKMASK:
		ok = number_option(r, UINT32_MAX, &v);
		c->def.markmask = (uint32_t)v;
		return ok;
	case C_TIMEOUT:
		ok = number_option(r, UINT32_MAX / 1000, &v);
		c->def.timeout = (uint32_t)v;
		c->def.has_timeout = true;
		return ok;
	case C_COUNTERS:
		c->def.counters = true;
		return true;
	case C_COMMENT:
		c->def.comment = true;
		return true;
	case C_SKBINFO:
		c->def.skbinfo = true;
		return true;
	case C_FORCEADD:
		c->def.forceadd = true;
		return true;
	case C_RANGE:
		c->range = next(r);
		return true;
	case N_CREATE:
		break;
	}
	return false;
}

/* netmask and bitmask, when the family is known. */
static bool
read_masks(struct reader *r, struct creation *c)
{
	struct ipset_def *d = &c->def;
	uint64_t len = family_bits(d->family);

	if (c->netmask.s != NULL && (!number(c->netmask, len, &len) ||
	    len == 0))
		return fail(r, c->netmask, "expected a prefix length");
	d->netmask = (uint8_t)len;
	addr_mask(&d->mask, d->family, (unsigned)len);
	if (c->bitmask.s != NULL && (!addr_parse(&d->mask, d->family,
	    c->bitmask.s, c->bitmask.len) || addr_is_zero(&d->mask)))
		return fail(r, c->bitmask, "expected a mask");
	return true;
}

static bool
read_range(struct reader *r, struct creation *c)
{
	struct ipset_def *d = &c->def;
	struct span s = { .port_to = 0 };
	uint32_t mask;

	if (d->type > IPSET_BITMAP_PORT)
		return c->range.s == NULL ||
		    fail(r, c->range, "this type has no range");
	if (c->range.s == NULL)
		return fail(r, r->words[r->n - 1], "a bitmap needs a range");
	if (d->type == IPSET_BITMAP_PORT) {
		if (!read_ports(r, c->range, &s))
			return false;
		d->low = s.elem.port;
		d->high = s.port_to;
		return true;
	}
	if (!read_addr(r, c->range, AF_INET, 0, &s))
		return false;
	d->low = host(&s.elem.addr[0]);
	d->high = host(&s.addr_to[0]);
	if (s.has_cidr[0]) {
		mask = s.elem.cidr[0] ? UINT32_MAX << (32 - s.elem.cidr[0]) :
		    0;
		d->low &= mask;
		d->high = d->low | ~mask;
	}
	mask = d->netmask ? UINT32_MAX << (32 - d->netmask) : 0;
	d->low &= mask;
	d->high |= ~mask;
	return true;
}

static bool
read_type(struct reader *r, struct ipset_def *d)
{
	/* Names of the time before ipset 6. */
	static const struct { const char *old; enum ipset_type type; } old[] = {
		{ "iphash", IPSET_HASH_IP }, { "nethash", IPSET_HASH_NET },
		{ "ipporthash", IPSET_HASH_IPPORT },
		{ "ipportiphash", IPSET_HASH_IPPORTIP },
		{ "ipportnethash", IPSET_HASH_IPPORTNET },
		{ "ipmap", IPSET_BITMAP_IP },
		{ "macipmap", IPSET_BITMAP_IPMAC },
		{ "portmap", IPSET_BITMAP_PORT },
		{ "setlist", IPSET_LIST_SET }
	};
	struct word w = next(r);

	for (unsigned i = 0; i < N_IPSET_TYPES; i++)
		if (is(w, ipset_type_names[i])) {
			d->type = (enum ipset_type)i;
			return true;
		}
	for (unsigned i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (is(w, old[i].old)) {
			d->type = old[i].type;
			return true;
		}
	return fail(r, w, "expected a type of set");
}

static bool
do_create(struct reader *r)
{
	struct creation c = { .def = { .family = AF_INET,
	    .maxelem = DEFAULT_MAXELEM, .markmask = UINT32_MAX } };
	struct word name = next(r);

	if (!read_name(r, name, &c.def.name) || !read_type(r, &c.def))
		return false;
	while (r->at < r->n) {
		struct word w = next(r);
		unsigned i = 0;

		while (i < N_CREATE && !is(w, create_options[i]))
			i++;
		if (i == N_CREATE)
			return fail(r, w, "unknown option of a set");
		if (!read_create_option(r, (enum create_option)i, &c))
			return false;
	}
	if (!read_masks(r, &c) || !read_range(r, &c))
		return false;
	if (c.def.type == IPSET_HASH_MAC || c.def.type == IPSET_BITMAP_PORT ||
	    c.def.type == IPSET_LIST_SET)
		c.def.family = AF_UNSPEC;
	if (map_get(&r->env->sets, name.s, name.len) != NULL)
		return r->exist || fail(r, name, "a set with this name "
		    "exists already");
	map_set(&r->env->sets, r->env->arena, c.def.name, name.len,
	    ipset_new(&c.def, r->env->arena));
	return true;
}

/* ---- other commands ---- */

static bool
do_flush(struct reader *r)
{
	struct ipset *s;

	if (r->at < r->n) {
		s = read_set(r);
		if (s != NULL)
			ipset_flush(s);
		return s != NULL;
	}
	for (unsigned i = 0; i < r->env->sets.room; i++)
		if (r->env->sets.slots[i].value != NULL)
			ipset_flush(r->env->sets.slots[i].value);
	return true;
}

static void
put(struct reader *r, const char *name, struct ipset *s)
{
	map_set(&r->env->sets, r->env->arena, name, strlen(name), s);
}

static bool
do_destroy(struct reader *r)
{
	struct word w;

	if (r->at < r->n) {
		w = r->words[r->at];
		if (read_set(r) == NULL)
			return false;
		put(r, copy(r, w), NULL);
		return true;
	}
	for (unsigned i = 0; i < r->env->sets.room; i++)
		r->env->sets.slots[i].value = NULL;
	return true;
}

static bool
do_rename(struct reader *r)
{
	struct word from = next(r), to = next(r);
	struct ipset *s = map_get(&r->env->sets, from.s, from.len);
	const char *name = NULL;

	if (s == NULL)
		return fail(r, from, "expected the name of a set that was "
		    "created before");
	if (!read_name(r, to, &name))
		return false;
	if (map_get(&r->env->sets, to.s, to.len) != NULL)
		return fail(r, to, "a set with this name exists already");
	put(r, copy(r, from), NULL);
	put(r, name, s);
	return true;
}

static bool
do_swap(struct reader *r)
{
	unsigned at = r->at;
	struct ipset *a = read_set(r), *b = a ? read_set(r) : NULL;

	if (b == NULL)
		return false;
	put(r, copy(r, r->words[at]), b);
	put(r, copy(r, r->words[at + 1]), a);
	return true;
}

static bool
do_nothing(struct reader *r)
{
	(void)r;
	return true;
}

static const struct command {
	const char *names[4];
	bool (*run)(struct reader *);
} commands[] = {
	{ { "add", "-A", "--add", "a" }, do_add },
	{ { "create", "-N", "--create", "n" }, do_create },
	{ { "del", "-D", "--del", "d" }, do_del },
	{ { "flush", "-F", "--flush", "f" }, do_flush },
	{ { "destroy", "-X", "--destroy", "x" }, do_destroy },
	{ { "rename", "-E", "--rename", "e" }, do_rename },
	{ { "swap", "-W", "--swap", "w" }, do_swap },
	{ { "quit", "COMMIT", NULL }, do_nothing },
};

/* The options that may stand anywhere in a line, taken out of it. */
static void
take_flags(struct reader *r)
{
	static const struct { const char *name; bool exist; } flags[] = {
		{ "-exist", true }, { "--exist", true }, { "-!", true },
		{ "-quiet", false }, { "--quiet", false }, { "-q", false }
	};
	enum { N = sizeof(flags) / sizeof(flags[0]) };
	unsigned kept = 0;

	r->exist = false;
	for (unsigned i = 0, j; i < r->n; i++) {
		for (j = 0; j < N && !is(r->words[i], flags[j].name); j++)
			;
		if (j == N)
			r->words[kept++] = r->words[i];
		else if (flags[j].exist)
			r->exist = true;
	}
	r->n = kept;
}

static bool
run_line(struct reader *r)
{
	struct word w;

	take_flags(r);
	if (r->n == 0)
		return true;
	/* "ipset add ..." of a script. */
	w = next(r);
	if (is(w, "ipset") && r->n > 1)
		w = next(r);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		for (unsigned j = 0; j < 4; j++)
			if (commands[i].names[j] != NULL &&
			    is(w, commands[i].names[j]))
				return commands[i].run(r);
	return fail(r, w, "expected create, add or another command of "
	    "ipset restore");
}

bool
ipset_read(struct env *env, const struct source *src, struct diags *diags)
{
	struct reader *r = arena_new(env->arena, struct reader);
	const char *s = src->text, *end = src->text + src->size;

	r->env = env;
	r->src = src;
	r->diags = diags;
	r->ok = true;
	env->has_sets = true;
	while (s < end && !diag_full(diags)) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));

		if (eol == NULL)
			eol = end;
		if (split(r, s, eol))
			run_line(r);
		s = eol + 1;
	}
	return r->ok;
}
