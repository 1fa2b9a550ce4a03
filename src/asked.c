#include "asked.h"

#include "ext/ctstate.h"
#include "ext/l4.h"
#include "model/icmp.h"

#include <netinet/in.h>
#include <string.h>

void
asked_init(struct asked *a, const char *command)
{
	*a = (struct asked){ .command = command };
	memset(a->protos, true, sizeof(a->protos));
}

void
asked_free(struct asked *a)
{
	query_free(&a->q[0]);
	query_free(&a->q[1]);
}

/* ---- values ---- */

/* Notes that the option was given, takes its "!" away.  False: again. */
static bool
begin(struct asked *a, const struct arg *o, const char **value, bool *negate)
{
	unsigned bit = 1U << (o - asked_args);

	*negate = **value == '!';
	if (a->given & bit)
		return args_error(a->command, "%s is given twice; a list has "
		    "commas", o->name);
	a->given |= bit;
	if (*negate)
		++*value;
	while (**value == ' ')
		++*value;
	return true;
}

static bool
bad(const struct asked *a, const struct arg *o, const char *what,
    const char *value)
{
	return args_error(a->command, "%s: %s, not '%s'", o->name, what,
	    value);
}

struct list { struct range r[QUERY_RANGES]; unsigned n; };

static bool
add(const struct asked *a, const struct arg *o, struct list *l,
    struct range r)
{
	if (l->n == QUERY_RANGES)
		return args_error(a->command, "%s: %d values at most",
		    o->name, QUERY_RANGES);
	l->r[l->n++] = r;
	return true;
}

/* The test is made of either family. */
static void
put(struct asked *a, enum field f, u128 mask, const struct list *l,
    bool negate)
{
	for (unsigned i = 0; i < 2; i++)
		query_ranges(&a->q[i], f, mask, l->r, l->n, negate);
}

static void
only_family(struct asked *a, unsigned f, const char *option)
{
	if (a->without[!f] == NULL)
		a->without[!f] = option;
}

bool
read_boxes(const char *command, const struct arg *o, const char *value,
    unsigned *out)
{
	enum { MAX_BOXES = 1000000 };
	uint64_t n;
	const char *s = value;

	if (!read_number(&s, MAX_BOXES, &n) || *s != '\0')
		return args_error(command, "%s: a number up to %d, not '%s'",
		    o->name, MAX_BOXES, value);
	*out = (unsigned)n;
	return true;
}

/* ---- addresses ---- */

static bool
read_prefix(const char *s, int family, struct range *r)
{
	union addr addr, mask;
	unsigned bits = family_bits(family);
	int len;

	if (!read_addr_mask(s, family, &addr, &mask))
		return false;
	len = addr_prefix(&mask, family);
	if (len < 0)
		return false;
	r->lo = addr_number(&addr, family) & addr_number(&mask, family);
	r->hi = len == 0 ? bits == 32 ? UINT32_MAX : ~(u128)0 :
	    r->lo | (((u128)1 << (bits - (unsigned)len)) - 1);
	return true;
}

bool
read_addr_range(const char *s, size_t len, int *family, struct range *r)
{
	const char *dash = memchr(s, '-', len);
	char text[64];
	union addr lo, hi;

	*family = memchr(s, ':', len) != NULL ? AF_INET6 : AF_INET;
	if (dash != NULL) {
		if (!addr_parse(&lo, *family, s, (size_t)(dash - s)) ||
		    !addr_parse(&hi, *family, dash + 1,
		    len - (size_t)(dash + 1 - s)))
			return false;
		r->lo = addr_number(&lo, *family);
		r->hi = addr_number(&hi, *family);
		return r->lo <= r->hi;
	}
	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return read_prefix(text, *family, r);
}

static bool
set_addr(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	enum field f = strcmp(o->name, "--src") == 0 ? F_SRC : F_DST;
	struct list l = { .n = 0 };
	const char *s = value, *word;
	int family = 0, first = 0;
	struct range r;
	size_t len;
	bool not;

	if (!begin(a, o, &s, &not))
		return false;
	while ((word = next_word(&s, ',', &len)) != NULL) {
		if (!read_addr_range(word, len, &family, &r) ||
		    (first != 0 && first != family))
			return bad(a, o, "an address, ADDR/LEN or FROM-TO",
			    value);
		first = family;
		if (!add(a, o, &l, r))
			return false;
	}
	if (l.n == 0)
		return bad(a, o, "an address, ADDR/LEN or FROM-TO", value);
	query_ranges(&a->q[family_index(family)], f, ~(u128)0, l.r, l.n, not);
	only_family(a, family_index(family), o->name);
	return true;
}

/* ---- protocols and what they have ---- */

/* Takes away the protocols that 'keep' says no to.  False: none is left of
 * either family. */
static bool
keep_protos(struct asked *a, const struct arg *o,
    bool (*keep)(unsigned proto, unsigned f))
{
	bool any = false;

	a->has_protos = true;
	for (unsigned f = 0; f < 2; f++) {
		bool left = false;

		for (unsigned p = 0; p < 256; p++)
			left |= a->protos[f][p] &= keep(p, f);
		if (!left && a->without[f] == NULL)
			a->without[f] = o->name;
		any |= left;
	}
	return any;
}

static bool
has_ports(unsigned p, unsigned f)
{
	(void)f;
	return p == IPPROTO_TCP || p == IPPROTO_UDP || p == IPPROTO_SCTP ||
	    p == IPPROTO_DCCP || p == IPPROTO_UDPLITE;
}

static bool
is_tcp(unsigned p, unsigned f)
{
	(void)f;
	return p == IPPROTO_TCP;
}

static bool
is_icmp(unsigned p, unsigned f)
{
	return p == (f == 0 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/* "icmp" is that of the family. */
static bool
set_proto(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	const char *s = value, *word;
	bool in[2][256] = { { false } }, not;
	size_t len;

	if (!begin(a, o, &s, &not))
		return false;
	while ((word = next_word(&s, ',', &len)) != NULL) {
		int p = word_is(word, len, "all") ? 0 : proto_parse(word, len);

		if (p < 0)
			return bad(a, o, "a protocol", value);
		in[0][p] = in[1][p] = true;
		if (word_is(word, len, "icmp")) {
			in[1][IPPROTO_ICMP] = false;
			in[1][IPPROTO_ICMPV6] = true;
		}
	}
	if (in[0][0])			/* iptables: 0 is all */
		memset(in, true, sizeof(in));
	a->has_protos = true;
	for (unsigned f = 0; f < 2; f++)
		for (unsigned p = 0; p < 256; p++)
			a->protos[f][p] &= in[f][p] != not;
	return true;
}

static bool
read_ports(const char *s, size_t len, struct range *r)
{
	const char *colon = memchr(s, ':', len);
	size_t first = colon != NULL ? (size_t)(colon - s) : len;
	uint16_t lo = 0, hi = UINT16_MAX;

	if ((first != 0 || colon == NULL) && !read_port(s, first, &lo))
		return false;
	if (colon == NULL)
		hi = lo;
	else if (first + 1 < len &&
	    !read_port(colon + 1, len - first - 1, &hi))
		return false;
	*r = (struct range){ lo, hi };
	return lo <= hi;
}

static bool
set_ports(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	struct list l = { .n = 0 };
	const char *s = value, *word;
	struct range r;
	size_t len;
	bool not;

	if (!begin(a, o, &s, &not))
		return false;
	while ((word = next_word(&s, ',', &len)) != NULL) {
		if (!read_ports(word, len, &r))
			return bad(a, o, "a port, a service or FROM:TO",
			    value);
		if (!add(a, o, &l, r))
			return false;
	}
	if (l.n == 0)
		return bad(a, o, "a port, a service or FROM:TO", value);
	put(a, strcmp(o->name, "--sport") == 0 ? F_SPORT : F_DPORT, ~(u128)0,
	    &l, not);
	return true;
}

/* TYPE, TYPE/CODE, or a name, which one family alone may have. */
static bool
read_icmp(const char *s, size_t len, unsigned f, struct range *r)
{
	const struct icmp_name *name = icmp_name_find(icmp_names_of(f == 1),
	    s, len);
	const char *end = s + len;
	uint64_t type, code = 0;

	if (name != NULL) {
		r->lo = (u128)name->type << 8 | name->code_min;
		r->hi = (u128)name->type << 8 | name->code_max;
		return true;
	}
	if (!read_number(&s, UINT8_MAX, &type))
		return false;
	r->lo = type << 8;
	r->hi = r->lo | 0xff;
	if (s != end && *s == '/') {
		s++;
		if (!read_number(&s, UINT8_MAX, &code))
			return false;
		r->lo = r->hi = type << 8 | code;
	}
	return s == end;
}

static bool
set_icmp(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	const char *text = value, *s, *word;
	bool known = false, not;
	size_t len;

	if (!begin(a, o, &text, &not))
		return false;
	for (unsigned f = 0; f < 2; f++) {
		struct list l = { .n = 0 };
		struct range r;
		bool ok = true;

		for (s = text; ok && (word = next_word(&s, ',', &len));) {
			ok = read_icmp(word, len, f, &r);
			if (ok && !add(a, o, &l, r))
				return false;
		}
		ok = ok && l.n != 0;
		known |= ok;
		if (ok)
			query_ranges(&a->q[f], F_ICMP, ~(u128)0, l.r, l.n,
			    not);
		else if (a->without[f] == NULL)
			a->without[f] = o->name;
	}
	return known || bad(a, o, "an ICMP type, TYPE/CODE or its name",
	    value);
}

static bool
read_flags(const char *s, uint8_t *bits)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK",
	    "URG", "ECE", "CWR" };
	const char *word;
	size_t len;

	*bits = 0;
	while ((word = next_word(&s, ',', &len)) != NULL) {
		unsigned i = 0;

		while (i < 8 && !word_is(word, len, names[i]))
			i++;
		if (i < 8)
			*bits |= (uint8_t)(1 << i);
		else if (word_is(word, len, "ALL"))
			*bits |= 0x3f;
		else if (!word_is(word, len, "NONE"))
			return false;
	}
	return true;
}

/* "MASK SET" or "MASK/SET"; --syn is FIN,SYN,RST,ACK SYN. */
static bool
set_flags(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	const char *s = value != NULL ? value : "FIN,SYN,RST,ACK SYN";
	char text[64];
	uint8_t mask, set;
	size_t first;
	bool not;

	if (!begin(a, o, &s, &not))
		return false;
	first = strcspn(s, " /");
	if (s[first] == '\0' || first >= sizeof(text))
		return bad(a, o, "MASK/SET, as in SYN,ACK/SYN", value);
	memcpy(text, s, first);
	text[first] = '\0';
	if (!read_flags(text, &mask) || !read_flags(s + first + 1, &set))
		return bad(a, o, "MASK/SET, as in SYN,ACK/SYN", value);
	for (unsigned f = 0; f < 2; f++)
		query_masked(&a->q[f], F_TCPFLAGS, set, mask, not);
	return true;
}

/* ---- the rest ---- */

static bool
set_iface(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	const char *s = value;
	bool in = o->alias[1] == 'i', not;

	if (!begin(a, o, &s, &not))
		return false;
	if (*s == '\0' || strlen(s) >= IFNAME_SIZE + (strchr(s, '+') != NULL) ||
	    strpbrk(s, " /,") != NULL)
		return bad(a, o, "the name of an interface, a + at its end "
		    "means all that begin so", value);
	for (unsigned f = 0; f < 2; f++)
		query_iface(&a->q[f], in ? F_IN : F_OUT, s, not);
	if (in)
		a->in = true;
	else
		a->out = true;
	return true;
}

static bool
set_ctstate(void *ctx, const struct arg *o, const char *value)
{
	static const struct { unsigned state; enum field_ct ct; } of[] = {
		{ CTST_INVALID, FCT_INVALID }, { CTST_NEW, FCT_NEW },
		{ CTST_RELATED, FCT_RELATED },
		{ CTST_ESTABLISHED, FCT_ESTABLISHED },
		{ CTST_UNTRACKED, FCT_UNTRACKED },
	};
	struct asked *a = ctx;
	struct list l = { .n = 0 };
	const char *s = value;
	unsigned states;
	bool not;

	if (!begin(a, o, &s, &not))
		return false;
	states = ctstate_read(s, CTST_INVALID | CTST_NEW | CTST_RELATED |
	    CTST_ESTABLISHED | CTST_UNTRACKED);
	if (states == 0)
		return bad(a, o, "NEW, ESTABLISHED, RELATED, INVALID or "
		    "UNTRACKED", value);
	for (unsigned i = 0; i < sizeof(of) / sizeof(*of); i++)
		if (states & of[i].state)
			l.r[l.n++] = (struct range){ of[i].ct, of[i].ct };
	put(a, F_CT, FCT_STATE, &l, not);
	a->state = true;
	return true;
}

static bool
set_mark(void *ctx, const struct arg *o, const char *value)
{
	struct asked *a = ctx;
	const char *s = value;
	uint64_t v, mask = UINT32_MAX;
	bool not;

	if (!begin(a, o, &s, &not))
		return false;
	if (!read_number(&s, UINT32_MAX, &v) || (*s == '/' && (s++,
	    !read_number(&s, UINT32_MAX, &mask))) || *s != '\0')
		return bad(a, o, "VALUE or VALUE/MASK", value);
	for (unsigned f = 0; f < 2; f++)
		query_masked(&a->q[f], F_MARK, v, mask, not);
	return true;
}

static const char *const state_names[] = { "NEW", "ESTABLISHED", "RELATED",
    "INVALID", "UNTRACKED", NULL };

const struct arg asked_args[] = {
	{ "--src", "-s", "ADDR", set_addr, .help = "ADDR, ADDR/LEN or FROM-TO",
	    "Says the family." },
	{ "--dst", "-d", "ADDR", set_addr, .help = "the same of the destination" },
	{ "--protocol", "-p", "PROTO", set_proto,
	    .help = "tcp, udp, icmp (the family's), a number, all" },
	{ "--sport", NULL, "PORT", set_ports,
	    .help = "a number, a service, FROM:TO", "Without -p of any protocol that "
	    "has ports." },
	{ "--dport", "--to-port", "PORT", set_ports, .help = "the same" },
	{ "--icmp-type", NULL, "TYPE", set_icmp, .help = "a number, TYPE/CODE, a name" },
	{ "--tcp-flags", NULL, "M/F", set_flags,
	    .help = "of the flags M those of F are set" },
	{ "--syn", NULL, NULL, set_flags, .help = "a TCP connection's first packet" },
	{ "--in-interface", "-i", "NAME", set_iface,
	    .help = "a + at the end: all that begin so" },
	{ "--out-interface", "-o", "NAME", set_iface, .help = "the same" },
	{ "--ctstate", NULL, "STATE", set_ctstate, .help = "its connection",
	    .kind = ARG_LIST, .words = state_names },
	{ "--mark", NULL, "VALUE[/MASK]", set_mark, .help = "the packet's mark" },
	{ 0 }
};

/* What an option needs of the protocol. */
static const struct {
	const char *option, *what;
	bool (*keep)(unsigned proto, unsigned f);
} needs[] = {
	{ "--sport", "ports", has_ports }, { "--dport", "ports", has_ports },
	{ "--icmp-type", "ICMP types", is_icmp },
	{ "--tcp-flags", "TCP flags", is_tcp },
	{ "--syn", "TCP flags", is_tcp },
};

static bool
finish_protos(struct asked *a)
{
	for (unsigned i = 0; asked_args[i].name != NULL; i++)
		for (unsigned n = 0; n < sizeof(needs) / sizeof(*needs); n++) {
			const struct arg *o = &asked_args[i];

			if (!(a->given >> i & 1) ||
			    strcmp(o->name, needs[n].option) != 0)
				continue;
			a->l4 = true;
			if (!keep_protos(a, o, needs[n].keep))
				return args_error(a->command, "%s: no "
				    "protocol that was asked for has %s",
				    o->name, needs[n].what);
		}
	return true;
}

static bool
put_protos(struct asked *a, unsigned f)
{
	struct list l = { .n = 0 };

	for (unsigned p = 0, end; p < 256; p = end) {
		end = p + 1;
		if (!a->protos[f][p])
			continue;
		while (end < 256 && a->protos[f][end])
			end++;
		if (!add(a, &asked_args[2], &l, (struct range){ p, end - 1 }))
			return false;
	}
	query_ranges(&a->q[f], F_PROTO, ~(u128)0, l.r, l.n, false);
	return true;
}

bool
asked_finish(struct asked *a)
{
	if (!finish_protos(a))
		return false;
	if (a->without[0] != NULL && a->without[1] != NULL)
		return args_error(a->command, "no packet can be all of that: "
		    "%s is not of IPv4, %s is not of IPv6", a->without[0],
		    a->without[1]);
	for (unsigned f = 0; f < 2; f++) {
		if (a->has_protos && !put_protos(a, f))
			return false;
		if (a->l4)
			query_range(&a->q[f], F_FRAG, 0, 0, false);
	}
	return true;
}
