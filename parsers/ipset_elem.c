#include "parsers/ipset_text.h"

#include <netinet/in.h>
#include <stdlib.h>

/* Ranges of a text make at most so many elements: more than a kernel's sets
 * are likely to hold, and not what a typing error asks for. */
enum { MAX_RANGED = 1 << 22, MAX_COMMENT = 255 };

/* ---- elements ---- */

/* What a type's name says stands between the commas. */
static bool
read_parts(struct reader *r, const struct ipset_def *d, struct tok w,
    struct span *s)
{
	const char *kind = strchr(ipset_type_names[d->type], ':') + 1;
	unsigned addr = 0;
	uint64_t v;

	while (*kind != '\0') {
		size_t len = strcspn(kind, ",");
		struct tok part, rest, k = { kind, len };

		part = tok_cut(w, ',', &rest);
		/* bitmap:ip,mac: the second may be left out. */
		if (tok_is(k, "mac") && w.s == NULL &&
		    d->type == IPSET_BITMAP_IPMAC)
			return true;
		if (w.s == NULL || part.len == 0)
			return tok_error(r, part.s ? part : r->words[r->at - 1],
			    "expected an element as the set's type says");
		if (tok_is(k, "ip") || tok_is(k, "net")) {
			if (!span_addr(r, part, d->family, addr++, s))
				return false;
		} else if (tok_is(k, "port")) {
			if (!(d->type == IPSET_BITMAP_PORT ?
			    span_ports(r, part, s) : span_proto_port(r, part,
			    d->family == AF_INET6, s)))
				return false;
		} else if (tok_is(k, "mac")) {
			if (!span_mac(r, part, &s->elem))
				return false;
		} else if (tok_is(k, "iface")) {
			if (!span_iface(r, part, &s->elem))
				return false;
		} else {
			if (!tok_number(part, UINT32_MAX, &v))
				return tok_error(r, part, "expected a mark");
			s->elem.mark = (uint32_t)v;
		}
		w = rest;
		kind += len + (kind[len] == ',');
	}
	return w.s == NULL || tok_error(r, w, "unexpected part of an element");
}

static bool
read_skbmark(struct reader *r, struct ipset_elem *e)
{
	struct tok w = tok_next(r), mask, mark = tok_cut(w, '/', &mask);
	uint64_t v, m = UINT32_MAX;

	if (!tok_number(mark, UINT32_MAX, &v) ||
	    (mask.s != NULL && !tok_number(mask, UINT32_MAX, &m)))
		return tok_error(r, w, "expected a mark[/mask]");
	e->skbmark = (uint32_t)v;
	e->skbmask = (uint32_t)m;
	return true;
}

/* "major:minor", hexadecimal. */
static bool
read_skbprio(struct reader *r, struct ipset_elem *e)
{
	struct tok w = tok_next(r);
	char text[12], *end;
	unsigned long major, minor;

	if (w.len < 3 || w.len >= sizeof(text))
		return tok_error(r, w, "expected major:minor");
	memcpy(text, w.s, w.len);
	text[w.len] = '\0';
	major = strtoul(text, &end, 16);
	if (*end != ':')
		return tok_error(r, w, "expected major:minor");
	minor = strtoul(end + 1, &end, 16);
	if (*end != '\0' || major > 0xffff || minor > 0xffff)
		return tok_error(r, w, "expected major:minor");
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
	struct tok w;
	uint64_t v = 0;
	bool ok = true;

	switch (option) {
	case E_TIMEOUT:
		ok = tok_next_number(r, UINT32_MAX / 1000, &v);
		e->timeout = (uint32_t)v;
		return ok;
	case E_PACKETS:
		return tok_next_number(r, UINT64_MAX, &e->packets);
	case E_BYTES:
		return tok_next_number(r, UINT64_MAX, &e->bytes);
	case E_COMMENT:
		w = tok_next(r);
		return w.len <= MAX_COMMENT ||
		    tok_error(r, w, "comment too long");
	case E_SKBMARK:
		return read_skbmark(r, e);
	case E_SKBPRIO:
		return read_skbprio(r, e);
	case E_SKBQUEUE:
		ok = tok_next_number(r, UINT16_MAX, &v);
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
		return tok_name(r, tok_next(r), &s->at_member);
	}
	return false;
}

static bool
read_elem(struct reader *r, const struct ipset_def *d, struct span *s)
{
	struct tok w = tok_next(r);

	*s = (struct span){ .elem.timeout = d->timeout };
	if (!(d->type == IPSET_LIST_SET ? tok_name(r, w, &s->elem.member) :
	    read_parts(r, d, w, s)))
		return false;
	while (r->at < r->n) {
		unsigned i = 0;

		w = tok_next(r);
		while (i < N_ELEM_OPTIONS && !tok_is(w, elem_options[i].name))
			i++;
		if (i == N_ELEM_OPTIONS)
			return tok_error(r, w, "unknown option of an element");
		if (!has(d, elem_options[i].need))
			return tok_error(r, w,
			    "the set was created without it");
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
	struct tok w;			/* of the element */
	bool add;
	unsigned n;			/* elements so far */
};

static bool
change_one(struct change *c, const struct ipset_elem *e)
{
	if (c->n++ > 0 && ++c->r->ranged > MAX_RANGED)
		return tok_error(c->r, c->w, "ranges with too many elements");
	switch (c->add ? ipset_add(c->set, e, c->r->exist) :
	    ipset_del(c->set, e)) {
	case IPSET_OK:
		return true;
	case IPSET_EXISTS:
		return tok_error(c->r, c->w, "it's already added");
	case IPSET_MISSING:
		return c->r->exist || tok_error(c->r, c->w, "it's not added");
	case IPSET_FULL:
		return tok_error(c->r, c->w,
		    "the set is full: more than maxelem");
	case IPSET_RANGE:
		return tok_error(c->r, c->w,
		    "the set cannot have such an element");
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
	uint32_t from = get32(s->elem.addr[i].b), to = get32(s->addr_to[i].b);

	for (;; from++) {
		put32(s->elem.addr[i].b, from);
		from = range_to_net(from, to, &s->elem.cidr[i]);
		if (s->elem.cidr[i] == 0)
			return tok_error(c->r, c->w, "a network of all "
			    "addresses cannot be an element of this type");
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
	uint64_t from = get32(s->elem.addr[i].b), to = get32(s->addr_to[i].b);
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
		put32(s->elem.addr[i].b, (uint32_t)from);
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
			return tok_error(c->r, c->w, "this type has no "
			    "networks of prefix length 0");
		return change_addr(c, &copy_of, i + 1);
	}
	if (s->ranged[i] || s->has_cidr[i]) {
		if (c->def->family == AF_INET)
			return change_hosts(c, &copy_of, i);
		if (s->elem.cidr[i] != family_bits(c->def->family))
			return tok_error(c->r, c->w, "this type has no "
			    "networks in family inet6");
	}
	return change_addr(c, &copy_of, i + 1);
}

static bool
change_member(struct change *c, struct span *s)
{
	const struct ipset *member = map_get(&c->r->env->sets,
	    s->elem.member, strlen(s->elem.member));

	if (member == NULL)
		return tok_error(c->r, c->w, "no set of this name was created "
		    "before");
	if (ipset_def(member)->type == IPSET_LIST_SET)
		return tok_error(c->r, c->w,
		    "a list:set cannot be in a list:set");
	if (c->add && s->at_member != NULL)
		return ipset_add_at(c->set, &s->elem, s->at_member,
		    s->before) == IPSET_OK || c->r->exist ||
		    tok_error(c->r, c->w, "it cannot be put there");
	return change_one(c, &s->elem);
}

bool
ipset_change(struct reader *r, bool add)
{
	struct ipset *set = tok_set(r);
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
