#include "parsers/specread.h"

#include <netinet/in.h>
#include <stdio.h>

/* [IFACE|local] PROTO SRC > DST options */
static bool
read_arrow(struct spec_reader *r, unsigned arrow)
{
	int proto = 0;

	if (arrow == 0 || arrow + 1 >= r->n)
		return spec_fail(r, arrow, "expected SOURCE > DESTINATION");
	if (!spec_read_endpoint(r, arrow - 1, spec_source(r->p)) ||
	    !spec_read_endpoint(r, arrow + 1, spec_destination(r->p)))
		return false;
	if (arrow > 3)
		return spec_fail(r, 2, "expected SOURCE > DESTINATION");
	if (arrow >= 2 && spec_is_proto(&r->words[arrow - 2], &proto)) {
		spec_set_proto(r->p, proto, &r->words[arrow - 2]);
		if (arrow == 3 && !spec_read_in(r, 0))
			return false;
	} else if (arrow == 3) {
		return spec_fail(r, 1, "unknown protocol '%.*s'",
		    (int)r->words[1].len, r->words[1].s);
	} else if (arrow == 2 && !spec_read_in(r, 0)) {
		return false;
	}
	spec_icmp_by_family(r->p);
	r->at = arrow + 2;
	return spec_read_options(r);
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
find_ipt(const struct spec_word *w)
{
	for (size_t i = 0; i < sizeof(ipt_options) / sizeof(*ipt_options); i++)
		if ((w->len == strlen(ipt_options[i].name) &&
		    memcmp(w->s, ipt_options[i].name, w->len) == 0) ||
		    (ipt_options[i].alias != NULL &&
		    spec_is(w, ipt_options[i].alias)))
			return &ipt_options[i];
	return NULL;
}

/* --tcp-flags MASK COMP: the flags of COMP are set, the others are not. */
static bool
read_mask_comp(struct spec_reader *r)
{
	const struct spec_word *w = spec_value(r, "--tcp-flags");
	unsigned flags = 0;

	if (w == NULL || (w = spec_value(r, "--tcp-flags")) == NULL)
		return false;
	if (spec_is(w, "ALL"))
		flags = 0x3f;
	else if (!spec_is(w, "NONE") && !spec_flag_list(w->s, w->len, &flags))
		return spec_fail(r, r->at, "expected TCP flags, got '%.*s'",
		    (int)w->len, w->s);
	r->p->tcp_flags = (uint8_t)flags;
	r->p->has |= SPEC_FLAGS;
	return true;
}

static bool
read_ipt_option(struct spec_reader *r, const struct ipt_option *o)
{
	struct spec_endpoint e = o->kind == I_SRC || o->kind == I_SPORT ?
	    spec_source(r->p) : spec_destination(r->p);
	const struct spec_word *w = NULL;
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
	if (o->kind == I_STATE)
		return spec_read_state(r);
	if (o->kind == I_OPTION)
		return spec_read_named(r, o->option);
	if ((w = spec_value(r, o->name)) == NULL)
		return false;
	switch (o->kind) {
	case I_IN:
		return spec_read_iface(r, r->at, r->p->in);
	case I_OUT:
		return spec_read_iface(r, r->at, r->p->out);
	case I_PROTO:
		if (!spec_is_proto(w, &proto))
			return spec_fail(r, r->at, "unknown protocol '%.*s'",
			    (int)w->len, w->s);
		spec_set_proto(r->p, proto, w);
		return true;
	case I_SRC:
	case I_DST:
		slash = memchr(w->s, '/', w->len);
		len = slash ? (uint32_t)(slash - w->s) : w->len;
		if (slash != NULL &&
		    !spec_is(
			&(struct spec_word){ slash, w->len - len }, "/32") &&
		    !spec_is(
			&(struct spec_word){ slash, w->len - len }, "/128"))
			return spec_fail(r, r->at,
			    "one packet has one address: "
			    "give it without '/'");
		return spec_read_address(r, r->at, w->s, len, e);
	case I_SPORT:
	case I_DPORT:
		return spec_read_port_word(r, r->at, w->s, w->len, e);
	case I_ICMP:
		if (!(r->p->has & SPEC_PROTO))
			spec_set_proto(r->p, r->p->family == AF_INET6 ?
			    IPPROTO_ICMPV6 : IPPROTO_ICMP, NULL);
		return spec_icmp_type(r->p, w) ||
		    spec_fail(r, r->at, "expected an ICMP type, got '%.*s'",
		    (int)w->len, w->s);
	case I_MODULE:
		return true;
	case I_SYN:
	case I_FLAGS:
	case I_STATE:
	case I_OPTION:
		break;
	}
	return false;
}

static bool
read_ipt(struct spec_reader *r)
{
	for (; r->at < r->n; r->at++) {
		const struct ipt_option *o;

		spec_split_equals(r);
		o = find_ipt(spec_here(r));
		if (spec_is(spec_here(r), "!"))
			return spec_fail(r, r->at,
			    "a packet has a value, not a "
			    "condition: '!' says nothing here");
		if (o == NULL)
			return spec_fail(r, r->at, "unknown option '%.*s'",
			    (int)spec_here(r)->len, spec_here(r)->s);
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
read_conntrack(struct spec_reader *r)
{
	static const struct { const char *name; int what; } keys[] = {
		{ "src", 0 }, { "dst", 1 }, { "sport", 2 }, { "dport", 3 },
		{ "type", 4 }, { "code", 5 }, { "id", 6 },
	};
	struct pktspec *p = r->p;
	int proto;

	for (; r->at < r->n &&
	       memchr(spec_here(r)->s, '=', spec_here(r)->len) == NULL;
	     r->at++)
		if (!(p->has & SPEC_PROTO) &&
		    spec_is_proto(spec_here(r), &proto) &&
		    (spec_here(r)->s[0] < '0' || spec_here(r)->s[0] > '9') &&
		    strncmp(spec_here(r)->s, "ipv", 3) != 0)
			spec_set_proto(p, proto, spec_here(r));
	for (; r->at < r->n; r->at += 2) {
		struct spec_endpoint e;
		uint64_t v = 0;
		size_t i;

		spec_split_equals(r);
		for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			if (spec_is(spec_here(r), keys[i].name))
				break;
		if (i == sizeof(keys) / sizeof(*keys) || r->at + 1 >= r->n)
			break;
		e = i % 2 == 0 ? spec_source(p) : spec_destination(p);
		if (i < 2 && (p->has & e.has))
			break;		/* the reply direction begins */
		if (i < 2 && !spec_read_address(r, r->at + 1,
		    r->words[r->at + 1].s, r->words[r->at + 1].len, e))
			return false;
		if ((i == 2 || i == 3) && !spec_read_port_word(r, r->at + 1,
		    r->words[r->at + 1].s, r->words[r->at + 1].len, e))
			return false;
		if (i >= 4 &&
		    !spec_number(&r->words[r->at + 1], UINT16_MAX, &v))
			return spec_fail(r, r->at + 1, "expected a number");
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
read_tcpdump(struct spec_reader *r, unsigned ip, unsigned arrow)
{
	struct pktspec *p = r->p;

	if (arrow != ip + 2 || arrow + 1 >= r->n)
		return spec_fail(r, ip, "expected IP SOURCE > DESTINATION");
	if (!spec_read_endpoint(r, arrow - 1, spec_source(p)) ||
	    !spec_read_endpoint(r, arrow + 1, spec_destination(p)))
		return false;
	if (ip >= 2 && (spec_is(&r->words[ip - 1], "In") ||
	    spec_is(&r->words[ip - 1], "Out"))) {
		p->local = spec_is(&r->words[ip - 1], "Out");
		if (!spec_read_iface(r, ip - 2, p->local ? p->out : p->in))
			return false;
	}
	for (r->at = arrow + 2; r->at < r->n; r->at++) {
		if (spec_is(spec_here(r), "Flags")) {
			spec_set_proto(p, IPPROTO_TCP, NULL);
			if (!spec_read_flags(r))
				return false;
		} else if (spec_is(spec_here(r), "UDP")) {
			spec_set_proto(p, IPPROTO_UDP, NULL);
		} else if (spec_is(spec_here(r), "ICMP") ||
			   spec_is(spec_here(r), "ICMP6")) {
			spec_set_proto(p, p->family == AF_INET6 ?
			    IPPROTO_ICMPV6 : IPPROTO_ICMP, NULL);
		} else if (spec_is(spec_here(r), "reply") && spec_is_icmp(p)) {
			p->icmp_type = p->proto == IPPROTO_ICMP ? 0 : 129;
			p->has |= SPEC_ICMP;
		} else if (spec_is(spec_here(r), "length") &&
			   !spec_read_length(r)) {
			return false;
		}
	}
	if (!(p->has & SPEC_PROTO) && (p->has & SPEC_DPORT))
		spec_set_proto(p, IPPROTO_UDP, NULL);	/* it shows what UDP
							 * carries */
	return true;
}

/* ---- which form is it? ---- */

static bool
has_prefix(const struct spec_reader *r, const char *prefix)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->words[i].len > strlen(prefix) &&
		    memcmp(r->words[i].s, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

bool
spec_read_any(struct spec_reader *r)
{
	int arrow = spec_find_word(r, ">"), ip = spec_find_word(r, "IP");

	if (r->n == 0)
		return spec_fail(r, 0, "expected a packet, as 'eth0 tcp "
		    "192.0.2.1:1024 > 198.51.100.1:22 syn'");
	if (ip < 0)
		ip = spec_find_word(r, "IP6");
	if (arrow > 0 && ip >= 0 && ip < arrow)
		return read_tcpdump(r, (unsigned)ip, (unsigned)arrow);
	if (r->words[0].s[0] == '-' && !spec_is(&r->words[0], "->"))
		return read_ipt(r);
	if (arrow < 0 && has_prefix(r, "src=") && has_prefix(r, "dst="))
		return read_conntrack(r);
	if (arrow < 0)
		return spec_fail(r, r->n, "expected SOURCE > DESTINATION");
	return read_arrow(r, (unsigned)arrow);
}
