#include "parsers/reading.h"

#include <ctype.h>
#include <stdlib.h>

static bool read_command(struct cmdline *, struct at *);
static bool read_delete(struct cmdline *, struct at *);
static bool read_numbered(struct cmdline *, struct at *);
static bool read_listing(struct cmdline *, struct at *);
static bool read_new(struct cmdline *, struct at *);
static bool read_rename(struct cmdline *, struct at *);
static bool read_policy(struct cmdline *, struct at *);
static bool read_proto(struct cmdline *, struct at *);
static bool read_src(struct cmdline *, struct at *);
static bool read_dst(struct cmdline *, struct at *);
static bool read_in(struct cmdline *, struct at *);
static bool read_out(struct cmdline *, struct at *);
static bool read_jump(struct cmdline *, struct at *);
static bool read_goto(struct cmdline *, struct at *);
static bool read_match(struct cmdline *, struct at *);
static bool read_fragment(struct cmdline *, struct at *);
static bool read_counters(struct cmdline *, struct at *);
static bool read_table(struct cmdline *, struct at *);
static bool read_wait(struct cmdline *, struct at *);
static bool read_family(struct cmdline *, struct at *);
static bool read_nothing(struct cmdline *, struct at *);
static bool read_refused(struct cmdline *, struct at *);

enum { ANY = ~0, COUNTED = CMD_INSERT | CMD_REPLACE | CMD_APPEND |
	    CMD_SET_POLICY };

/* Rows of one letter share a bit of 'seen': that of the first of them.  What
 * rules are made of is first: it is looked for from the top. */
const struct own_opt own_opts[] = {
	{ 'A', "--append", ARG_YES, read_command, CMD_APPEND, 0, 0 },
	{ 'p', "--protocol", ARG_YES, read_proto, 0, CMD_RULE, INV_PROTO },
	{ 'p', "--proto", ARG_YES, read_proto, 0, CMD_RULE, INV_PROTO },
	{ 'j', "--jump", ARG_YES, read_jump, 0, CMD_RULE, 0 },
	{ 's', "--source", ARG_YES, read_src, 0, CMD_RULE, INV_SRC },
	{ 's', "--src", ARG_YES, read_src, 0, CMD_RULE, INV_SRC },
	{ 'd', "--destination", ARG_YES, read_dst, 0, CMD_RULE, INV_DST },
	{ 'd', "--dst", ARG_YES, read_dst, 0, CMD_RULE, INV_DST },
	{ 'm', "--match", ARG_YES, read_match, 0, (unsigned)ANY, 0 },
	{ 'i', "--in-interface", ARG_YES, read_in, 0, CMD_RULE, INV_IN },
	{ 'o', "--out-interface", ARG_YES, read_out, 0, CMD_RULE, INV_OUT },
	{ 'g', "--goto", ARG_YES, read_goto, 0, CMD_RULE, 0 },
	{ 'C', "--check", ARG_YES, read_command, CMD_CHECK, 0, 0 },
	{ 'D', "--delete", ARG_YES, read_delete, CMD_DELETE, 0, 0 },
	{ 'R', "--replace", ARG_YES, read_numbered, CMD_REPLACE, 0, 0 },
	{ 'I', "--insert", ARG_YES, read_numbered, CMD_INSERT, 0, 0 },
	{ 'L', "--list", ARG_MAYBE, read_listing, CMD_LIST,
	    CMD_ZERO | CMD_ZERO_NUM, 0 },
	{ 'S', "--list-rules", ARG_MAYBE, read_listing, CMD_LIST_RULES,
	    CMD_ZERO | CMD_ZERO_NUM, 0 },
	{ 'F', "--flush", ARG_MAYBE, read_listing, CMD_FLUSH, 0, 0 },
	{ 'Z', "--zero", ARG_MAYBE, read_listing, CMD_ZERO,
	    CMD_LIST | CMD_LIST_RULES, 0 },
	{ 'N', "--new-chain", ARG_YES, read_new, CMD_NEW_CHAIN, 0, 0 },
	{ 'X', "--delete-chain", ARG_MAYBE, read_listing, CMD_DELETE_CHAIN,
	    0, 0 },
	{ 'E', "--rename-chain", ARG_YES, read_rename, CMD_RENAME_CHAIN, 0,
	    0 },
	{ 'P', "--policy", ARG_YES, read_policy, CMD_SET_POLICY, 0, 0 },
	{ 'f', "--fragments", ARG_NO, read_fragment, 0, CMD_RULE, INV_FRAG },
	{ 'c', "--set-counters", ARG_YES, read_counters, 0, COUNTED, 0 },
	{ 'n', "--numeric", ARG_NO, read_nothing, 0, CMD_LIST, 0 },
	{ 'x', "--exact", ARG_NO, read_nothing, 0, CMD_LIST, 0 },
	{ '0', "--line-numbers", ARG_NO, read_nothing, 0, CMD_LIST, 0 },
	{ 'v', "--verbose", ARG_NO, read_nothing, 0, (unsigned)ANY, 0 },
	{ 't', "--table", ARG_YES, read_table, 0, (unsigned)ANY, 0 },
	{ 'w', "--wait", ARG_MAYBE, read_wait, 0, (unsigned)ANY, 0 },
	{ 'W', "--wait-interval", ARG_MAYBE, read_wait, 0, (unsigned)ANY, 0 },
	{ 'M', "--modprobe", ARG_YES, read_nothing, 0, (unsigned)ANY, 0 },
	{ '4', "--ipv4", ARG_NO, read_family, 0, (unsigned)ANY, 0 },
	{ '6', "--ipv6", ARG_NO, read_family, 0, (unsigned)ANY, 0 },
	{ 'h', "--help", ARG_MAYBE, read_refused, 0, (unsigned)ANY, 0 },
	{ 'V', "--version", ARG_NO, read_refused, 0, (unsigned)ANY, 0 },
	{ 0 }
};

/* 'inner': what stands behind "=" or in the rest of a cluster, or null. */
static bool
take_arg(struct cmdline *c, struct at *at, const struct own_opt *o,
    const char *inner)
{
	at->arg = (struct word){ NULL, 0, 0, 0 };
	if (o->arg == ARG_NO)
		return inner == NULL || at_error(c, at,
		    "option \"%s\" takes no argument", o->name);
	if (inner != NULL)
		at_take_rest(c, at, inner);
	else if (o->arg == ARG_YES && at->next < c->words.n)
		at_take(c, at);
	else if (o->arg == ARG_YES)
		return at_error(c, at, "option \"%s\" requires an argument",
		    c->words.v[at->last].text);
	if (o->invert != 0 && at->arg.text != NULL && inner == NULL)
		at_old_invert(c, at);
	return true;
}

bool
own_read(struct cmdline *c, struct at *at, const struct own_opt *o,
    const char *inner)
{
	unsigned row = (unsigned)(o - own_opts);

	if (!take_arg(c, at, o, inner))
		return false;
	while (row > 0 && own_opts[row - 1].letter == o->letter)
		row--;
	if (o->command != 0) {
		if (at->invert)
			return at_error(c, at, "unexpected '!' flag");
		if (c->command & ~o->with)
			return at_error(c, at, "Cannot use -%c with another "
			    "command", o->letter);
		c->command |= o->command;
	} else if (o->letter != 'm' && o->letter != 'v' && o->letter != 't' &&
	    (c->seen >> row & 1)) {
		return at_error(c, at, "multiple -%c flags not allowed",
		    o->letter);
	}
	c->seen |= UINT64_C(1) << row;
	at->letter = o->letter;
	if (at->invert && o->invert == 0)
		return at_error(c, at, "cannot have ! before -%c", o->letter);
	if (at->invert)
		c->rule.invert |= o->invert;
	return o->read(c, at);
}

static bool
read_rulenum(struct cmdline *c, struct at *at)
{
	const char *s;
	uint64_t v;

	at_take(c, at);
	s = at->arg.text;
	if (!read_number(&s, INT32_MAX, &v) || *s != '\0' || v == 0)
		return cmdline_error(c, &at->arg, "Invalid rule number `%s'",
		    at->arg.text);
	c->rulenum = (unsigned)v;
	return true;
}

static bool
read_command(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	return true;
}

static bool
read_delete(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	if (!at_has_arg(c, at))
		return true;
	c->command = CMD_DELETE_NUM;
	return read_rulenum(c, at);
}

static bool
read_numbered(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	c->rulenum = 1;
	if (at_has_arg(c, at))
		return read_rulenum(c, at);
	return c->command != CMD_REPLACE ||
	    at_error(c, at, "-R requires a rule number");
}

/* -L, -S, -F, -Z, -X: [chain], and -L, -S, -Z: [chain [number]]. */
static bool
read_listing(struct cmdline *c, struct at *at)
{
	if (at->arg.text == NULL && at_has_arg(c, at))
		at_take(c, at);
	if (at->arg.text != NULL)
		c->chain = at->arg;
	if ((c->command & (CMD_FLUSH | CMD_DELETE_CHAIN)) || !at_has_arg(c, at))
		return true;
	if (c->command == CMD_ZERO)
		c->command = CMD_ZERO_NUM;
	return read_rulenum(c, at);
}

bool
cmdline_chain_name(struct cmdline *c, const struct word *w)
{
	const char *s = w->text;

	if (w->len > NAME_LONGEST)
		return cmdline_error(c, w, "chain name `%s' too long (must be "
		    "under %d chars)", s, NAME_LONGEST + 1);
	if (*s == '-' || *s == '!')
		return cmdline_error(c, w, "chain name not allowed to start "
		    "with `%c'", *s);
	if (*s == '\0' || standard_target(s, w->len) >= 0 ||
	    shipped_target(s, w->len))
		return cmdline_error(c, w, "chain name may not clash with "
		    "target name");
	for (; *s != '\0'; s++)
		if (isspace((unsigned char)*s))
			return cmdline_error(c, w, "Invalid chain name `%s'",
			    w->text);
	return true;
}

static bool
read_new(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	return cmdline_chain_name(c, &c->chain);
}

static bool
read_rename(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	if (!at_has_arg(c, at))
		return at_error(c, at, "-E requires old-chain-name and "
		    "new-chain-name");
	at_take(c, at);
	c->newname = at->arg;
	return cmdline_chain_name(c, &c->newname);
}

static bool
read_policy(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	if (!at_has_arg(c, at))
		return at_error(c, at, "-P requires a chain and a policy");
	at_take(c, at);
	c->policy = at->arg;
	return true;
}

static bool
read_proto(struct cmdline *c, struct at *at)
{
	int number = proto_parse(at->arg.text, at->arg.len);

	c->proto = at->arg;
	if (number < 0)
		return cmdline_error(c, &at->arg, "unknown protocol \"%s\" "
		    "specified%s", at->arg.text, meant_proto(c, &at->arg));
	if (number == 0 && at->invert)
		return at_error(c, at, "rule would never match protocol");
	c->rule.proto = (uint16_t)number;
	c->rule.flags |= RULE_PROTO;
	return true;
}

static bool
read_src(struct cmdline *c, struct at *at)
{
	c->src_spec = at->arg;
	return true;
}

static bool
read_dst(struct cmdline *c, struct at *at)
{
	c->dst_spec = at->arg;
	return true;
}

static struct ifmatch *
new_iface(struct cmdline *c, const struct word *w)
{
	struct ifmatch *m = arena_new(c->arena, struct ifmatch);
	bool wild = w->text[w->len - 1] == '+';

	ifmatch_set(m, w->text, w->len - wild, wild);
	map_set(&c->ifaces, c->arena, arena_strndup(c->arena, w->text,
	    w->len), w->len, m);
	return m;
}

static bool
read_iface(struct cmdline *c, struct at *at, const struct ifmatch **out)
{
	const struct word *w = &at->arg;

	if (w->len == 0)
		return at_error(c, at, "Empty interface is likely to be "
		    "undesired");
	if (w->len >= IFNAME_SIZE)
		return cmdline_error(c, w, "interface name `%s' must be "
		    "shorter than %d characters", w->text, IFNAME_SIZE);
	*out = map_get(&c->ifaces, w->text, w->len);
	if (*out == NULL)
		*out = new_iface(c, w);
	return true;
}

static bool
read_in(struct cmdline *c, struct at *at)
{
	return read_iface(c, at, &c->rule.in);
}

static bool
read_out(struct cmdline *c, struct at *at)
{
	return read_iface(c, at, &c->rule.out);
}

/* xshared.c, xt_parse_target */
static bool
target_name(struct cmdline *c, struct at *at)
{
	const struct word *w = &at->arg;

	if (c->jump.text != NULL)
		return at_error(c, at, "multiple -j flags not allowed");
	if (w->len == 0)
		return at_error(c, at, "Invalid target name (too short)");
	if (w->len > NAME_LONGEST)
		return cmdline_error(c, w, "Invalid target name `%s' (%d "
		    "chars max)", w->text, NAME_LONGEST);
	for (const char *s = w->text; *s != '\0'; s++)
		if (isspace((unsigned char)*s))
			return cmdline_error(c, w, "Invalid target name `%s'",
			    w->text);
	c->jump = *w;
	return true;
}

/* Then it is known, and not for this one (ttl in IPv6). */
static bool
of_other_family(const struct cmdline *c, enum ext_kind kind,
    const struct word *w)
{
	return ext_find(kind, w->text, w->len, c->rules->family == AF_INET ?
	    AF_INET6 : AF_INET) != NULL;
}

static bool
read_jump(struct cmdline *c, struct at *at)
{
	const struct ext *e;

	if (!target_name(c, at))
		return false;
	if (standard_target(c->jump.text, c->jump.len) >= 0)
		return true;
	if (c->restore && chain_find(&c->rules->tables[c->table],
	    c->jump.text, c->jump.len) != NULL)
		return true;
	e = use_find(c, EXT_TARGET, &c->jump);
	if (e == NULL && known_target(c->jump.text, c->jump.len) &&
	    !of_other_family(c, EXT_TARGET, &c->jump))
		e = &ext_unknown_target;
	if (e == NULL)
		return true;
	c->target = (int)c->n_uses;
	use_load(c, e, &c->jump, at_loc(c, at));
	return true;
}

static bool
read_goto(struct cmdline *c, struct at *at)
{
	c->rule.flags |= RULE_GOTO;
	return target_name(c, at);
}

/* Is it a name that somebody might have given to a match? */
static bool
could_be_match(const struct word *w)
{
	static const char in_names[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return isalnum((unsigned char)w->text[0]) &&
	    strspn(w->text, in_names) == w->len;
}

static bool
read_match(struct cmdline *c, struct at *at)
{
	const struct word *w = &at->arg;
	const struct ext *e;

	if (w->len > NAME_LONGEST)
		return cmdline_error(c, w, "Invalid match name \"%s\" (%d "
		    "chars max)", w->text, NAME_LONGEST);
	e = use_find(c, EXT_MATCH, w);
	if (e == NULL && (!could_be_match(w) ||
	    of_other_family(c, EXT_MATCH, w)))
		return cmdline_error(c, w, "Couldn't load match `%s'%s",
		    w->text, meant_match(c, w));
	if (e == NULL && !known_match(w->text, w->len) &&
	    map_get(&c->unknown, w->text, w->len) == NULL) {
		diag_warn(c->diags, at_loc(c, at), "match `%s' is not known: "
		    "whether it matches is left open%s", w->text,
		    meant_match(c, w));
		map_set(&c->unknown, c->arena, arena_strndup(c->arena,
		    w->text, w->len), w->len, c);
	}
	use_load(c, e != NULL ? e : &ext_unknown_match, w, at_loc(c, at));
	return true;
}

static bool
read_fragment(struct cmdline *c, struct at *at)
{
	if (c->rules->family == AF_INET6)
		return at_error(c, at, "`-f' is not supported in IPv6, use "
		    "-m frag instead");
	c->rule.flags |= RULE_FRAG;
	return true;
}

static bool
read_counter(struct cmdline *c, const struct word *w, const char *text,
    const char *what, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return (end != text && *text != '-') ||
	    cmdline_error(c, w, "-c %s counter not numeric", what);
}

static bool
read_counters(struct cmdline *c, struct at *at)
{
	struct word packets = at->arg;
	const char *comma = packets.len > 0 ? strchr(packets.text + 1, ',') :
	    NULL;

	if (c->has_counters)
		return at_error(c, at, "multiple -c flags not allowed");
	if (!read_counter(c, &packets, packets.text, "packet",
	    &c->rule.packets))
		return false;
	c->rule.counters = true;
	if (comma != NULL)
		return read_counter(c, &packets, comma + 1, "byte",
		    &c->rule.bytes);
	if (!at_has_arg(c, at))
		return at_error(c, at, "-c requires packet and byte counter");
	at_take(c, at);
	return read_counter(c, &at->arg, at->arg.text, "byte",
	    &c->rule.bytes);
}

static bool
read_table(struct cmdline *c, struct at *at)
{
	if (c->restore)
		return at_error(c, at, "The -t option cannot be used in "
		    "iptables-restore");
	for (int i = 0; i < N_TABLES; i++)
		if (strcmp(table_names[i], at->arg.text) == 0) {
			c->table = (enum table_id)i;
			return true;
		}
	return cmdline_error(c, &at->arg, "can't initialize iptables table "
	    "`%s': Table does not exist", at->arg.text);
}

static bool
read_wait(struct cmdline *c, struct at *at)
{
	if (c->restore)
		return at_error(c, at, "You cannot use `-w' from "
		    "iptables-restore");
	if (at->arg.text == NULL && at_has_arg(c, at))
		at_take(c, at);
	return at->arg.text == NULL || isdigit((unsigned char)*at->arg.text) ||
	    at_error(c, at, "wait seconds not numeric");
}

/* A line for the other family only: restore skips it, the command fails. */
static bool
read_family(struct cmdline *c, struct at *at)
{
	int family = at->letter == '6' ? AF_INET6 : AF_INET;

	if (family == c->rules->family)
		return true;
	if (!c->restore)
		return at_error(c, at, "this option is for the other family");
	c->command = 0;
	at->next = c->words.n;
	at->cluster = NULL;
	at->skip = true;
	return true;
}

static bool
read_nothing(struct cmdline *c, struct at *at)
{
	(void)c;
	(void)at;
	return true;
}

static bool
read_refused(struct cmdline *c, struct at *at)
{
	return at_error(c, at, "this option does nothing to the rules");
}

/* Letters, and what else names of hosts have. */
static bool
is_host_name(const char *s)
{
	bool letter = false;

	for (; *s != '\0'; s++) {
		letter |= isalpha((unsigned char)*s) != 0;
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '.')
			return false;
	}
	return letter;
}

/* One of a list: [from, from + len) of the word. */
static bool
read_addr(struct cmdline *c, const struct word *w, size_t from, size_t len,
    struct addr_list *list)
{
	int family = c->rules->family;
	struct addr_spec *a;
	struct word part = { w->text + from, (uint32_t)len, w->off, w->size };
	char text[256], any[260];
	const char *slash;

	if (w->size == w->len) {
		part.off += (uint32_t)from;
		part.size = (uint32_t)len;
	}
	if (len >= sizeof(text))
		return cmdline_error(c, &part, "Hostname too long");
	memcpy(text, w->text + from, len);
	text[len] = '\0';
	vec_room(list->v, list->n, list->room);
	a = &list->v[list->n++];
	if (read_addr_mask(text, family, &a->addr, &a->mask)) {
		for (int i = 0; i < 2; i++)
			a->addr.q[i] &= a->mask.q[i];
		return true;
	}
	slash = strrchr(text, '/');
	if (slash != NULL) {
		snprintf(any, sizeof(any), "%s%s",
		    family == AF_INET ? "0" : "::", slash);
		if (!read_addr_mask(any, family, &a->addr, &a->mask))
			return cmdline_error(c, &part, "invalid mask `%s' "
			    "specified", slash + 1);
	}
	if (slash != NULL)
		text[slash - text] = '\0';
	if (!is_host_name(text))
		return cmdline_error(c, &part, "host/network `%s' not found",
		    text);
	return cmdline_error(c, &part, "host/network `%s' not found: what a "
	    "name stands for is looked up where the rules are loaded; write "
	    "its address", text) || diag_id(c->diags, "FW1015");
}

static bool
read_addrs(struct cmdline *c, const struct word *w, struct addr_list *list)
{
	size_t at = 0;

	list->n = 0;
	if (w->text == NULL) {
		vec_room(list->v, list->n, list->room);
		memset(&list->v[list->n++], 0, sizeof(*list->v));
		return true;
	}
	for (;;) {
		size_t len;

		while (isspace((unsigned char)w->text[at]))
			at++;
		len = strcspn(w->text + at, ",");
		if (!read_addr(c, w, at, len, list))
			return false;
		at += len;
		if (w->text[at++] == '\0')
			break;
	}
	return true;
}

bool
own_addresses(struct cmdline *c)
{
	if (!read_addrs(c, &c->src_spec, &c->src_list) ||
	    !read_addrs(c, &c->dst_spec, &c->dst_list))
		return false;
	if ((c->src_list.n > 1 || c->dst_list.n > 1) &&
	    (c->rule.invert & (INV_SRC | INV_DST)))
		return cmdline_error(c, c->src_list.n > 1 ? &c->src_spec :
		    &c->dst_spec, "! not allowed with multiple source or "
		    "destination IP addresses");
	if (c->rules->family == AF_INET)
		c->rule.v4 = (struct addr4_spec){
		    c->src_list.v->addr.w[0], c->src_list.v->mask.w[0],
		    c->dst_list.v->addr.w[0], c->dst_list.v->mask.w[0] };
	else
		c->addr6 = (struct addr6_spec){ c->src_list.v->addr,
		    c->src_list.v->mask, c->dst_list.v->addr,
		    c->dst_list.v->mask };
	if (c->rules->family == AF_INET6)
		c->rule.v6 = &c->addr6;
	return true;
}

bool
own_fit(struct cmdline *c)
{
	for (uint64_t left = c->seen; left != 0; left &= left - 1) {
		const struct own_opt *o = &own_opts[__builtin_ctzll(left)];

		if (o->command == 0 && (o->with & c->command) != c->command) {
			diag_error(c->diags, c->loc, "Illegal option `-%c' "
			    "with this command", o->letter);
			return false;
		}
	}
	return true;
}
