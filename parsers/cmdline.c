#include "parsers/cmdline.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

enum { NAME_MAX_LEN = 28 };		/* XT_EXTENSION_MAXNAMELEN - 1 */

/* Where reading is. */
struct at {
	unsigned next;			/* the next word to look at */
	unsigned first;			/* of the option at hand: its "!" or name */
	const char *cluster;		/* the rest of "-nvx", or null */
	bool invert;
	char letter;			/* of the option at hand, if std */
	bool skip;			/* the line is for the other family */
	struct word arg;		/* of the option at hand */
	unsigned last;			/* its last word */
};

struct std {				/* an option that is iptables' own */
	char letter;
	const char *name;
	enum { ARG_NO, ARG_YES, ARG_MAYBE } arg;
	bool (*read)(struct cmdline *, struct at *);
	unsigned command;		/* what it commands */
	unsigned with;			/* what it may be combined with: commands */
	uint8_t invert;			/* bit of rule->invert, 0: never */
};

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

/* Rows of one letter share a bit of 'seen': that of the first of them. */
static const struct std std_opts[] = {
	{ 'A', "--append", ARG_YES, read_command, CMD_APPEND, 0, 0 },
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
	{ 'p', "--protocol", ARG_YES, read_proto, 0, CMD_RULE, INV_PROTO },
	{ 'p', "--proto", ARG_YES, read_proto, 0, CMD_RULE, INV_PROTO },
	{ 's', "--source", ARG_YES, read_src, 0, CMD_RULE, INV_SRC },
	{ 's', "--src", ARG_YES, read_src, 0, CMD_RULE, INV_SRC },
	{ 'd', "--destination", ARG_YES, read_dst, 0, CMD_RULE, INV_DST },
	{ 'd', "--dst", ARG_YES, read_dst, 0, CMD_RULE, INV_DST },
	{ 'i', "--in-interface", ARG_YES, read_in, 0, CMD_RULE, INV_IN },
	{ 'o', "--out-interface", ARG_YES, read_out, 0, CMD_RULE, INV_OUT },
	{ 'j', "--jump", ARG_YES, read_jump, 0, CMD_RULE, 0 },
	{ 'g', "--goto", ARG_YES, read_goto, 0, CMD_RULE, 0 },
	{ 'm', "--match", ARG_YES, read_match, 0, (unsigned)ANY, 0 },
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
};
enum { N_STD = sizeof(std_opts) / sizeof(std_opts[0]) };

void
cmdline_init(struct cmdline *c, struct ruleset *rules, uint16_t source,
    struct diags *diags)
{
	*c = (struct cmdline){ .rules = rules, .arena = rules->arena,
	    .diags = diags, .src = rules->sources[source], .source = source,
	    .table = TABLE_FILTER };
}

void
cmdline_free(struct cmdline *c)
{
	words_free(&c->words);
	sbuf_free(&c->scratch[0]);
	sbuf_free(&c->scratch[1]);
	free(c->src_list.v);
	free(c->dst_list.v);
	free(c->uses);
	free(c->matches);
}

/* ---- errors ---- */

static bool __attribute__((format(printf, 3, 0)))
error_at(struct cmdline *c, struct loc loc, const char *fmt, va_list ap)
{
	diag_error(c->diags, loc, "%s", arena_vprintf(c->diags->arena, fmt,
	    ap));
	return false;
}

bool
cmdline_error(struct cmdline *c, const struct word *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_at(c, loc_at(c->src, w->off, w->size), fmt, ap);
	va_end(ap);
	return false;
}

static struct loc
here(const struct cmdline *c, const struct at *at)
{
	return words_loc(&c->words, at->first, at->last);
}

static bool __attribute__((format(printf, 3, 4)))
error(struct cmdline *c, const struct at *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_at(c, here(c, at), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- words of an option ---- */

/* xshared.c, xs_has_arg */
static bool
has_arg(const struct cmdline *c, const struct at *at)
{
	return at->next < c->words.n && c->words.v[at->next].text[0] != '-' &&
	    c->words.v[at->next].text[0] != '!';
}

static void
take(struct cmdline *c, struct at *at)
{
	at->last = at->next;
	at->arg = c->words.v[at->next++];
}

/* The argument written into the option's own word, from 'text' on. */
static void
take_rest(struct cmdline *c, struct at *at, const char *text)
{
	const struct word *w = &c->words.v[at->last];
	uint32_t skip = (uint32_t)(text - w->text);

	at->arg = (struct word){ text, w->len - skip, w->off, w->size };
	if (w->size == w->len) {		/* no quotes: show it exactly */
		at->arg.off += skip;
		at->arg.size -= skip;
	}
}

/* Old dumps have the "!" behind the option (iptables before 1.4.3). */
static void
old_invert(struct cmdline *c, struct at *at)
{
	if (at->arg.len != 1 || at->arg.text[0] != '!' || at->invert ||
	    at->next >= c->words.n)
		return;
	if (!c->warned_invert)
		diag_warn(c->diags, here(c, at), "\"!\" behind an option is "
		    "the form of old versions: it goes before it");
	c->warned_invert = true;
	at->invert = true;
	take(c, at);
}

/* 'inner': what stands behind "=" or in the rest of a cluster, or null. */
static bool
std_arg(struct cmdline *c, struct at *at, const struct std *o,
    const char *inner)
{
	at->arg = (struct word){ NULL, 0, 0, 0 };
	if (o->arg == ARG_NO)
		return inner == NULL || error(c, at,
		    "option \"%s\" takes no argument", o->name);
	if (inner != NULL)
		take_rest(c, at, inner);
	else if (o->arg == ARG_YES && at->next < c->words.n)
		take(c, at);
	else if (o->arg == ARG_YES)
		return error(c, at, "option \"%s\" requires an argument",
		    c->words.v[at->last].text);
	if (o->invert != 0 && at->arg.text != NULL && inner == NULL)
		old_invert(c, at);
	return true;
}

/* ---- matches and targets ---- */

static const struct ext *
find_ext(struct cmdline *c, enum ext_kind kind, const struct word *name)
{
	const struct ext *e = map_get(&c->exts[kind], name->text, name->len);
	union { const struct ext *e; void *p; } u;

	if (e != NULL)
		return e;
	u.e = ext_find(kind, name->text, name->len, c->rules->family);
	if (u.e != NULL)
		map_set(&c->exts[kind], c->arena, arena_strndup(c->arena,
		    name->text, name->len), name->len, u.p);
	return u.e;
}

/* Loads it: options may follow. */
static struct reading *
load(struct cmdline *c, const struct ext *e, const struct word *name,
    struct loc loc)
{
	struct reading *r;

	for (unsigned i = 0; i < c->n_uses; i++)
		if (c->uses[i].use.ext == e)
			c->uses[i].completed = true;
	vec_room(c->uses, c->n_uses, c->room_uses);
	r = &c->uses[c->n_uses++];
	*r = (struct reading){ .use = { .ext = e, .off = loc.off,
	    .len = loc.len } };
	if (e->size != 0)
		r->use.data = arena_alloc(c->arena, e->size);
	if (e == &ext_unknown_match || e == &ext_unknown_target)
		*(struct ext_unknown *)r->use.data = (struct ext_unknown){
		    arena_strndup(c->arena, name->text, name->len), NULL };
	if (e->init != NULL)
		e->init(r->use.data, c->rules->family);
	return r;
}

/* The last one loaded that we do not know; null: none. */
static struct reading *
unknown_use(struct cmdline *c)
{
	for (unsigned i = c->n_uses; i-- > 0;)
		if (c->uses[i].use.ext == &ext_unknown_match ||
		    c->uses[i].use.ext == &ext_unknown_target)
			return &c->uses[i];
	return NULL;
}

static const struct ext *
proto_ext(const struct cmdline *c)
{
	for (const struct ext *const *e = ext_all; *e != NULL; e++)
		if ((*e)->kind == EXT_MATCH &&
		    (*e)->implied_by == c->rule.proto &&
		    ((*e)->family == 0 || (*e)->family == c->rules->family))
			return *e;
	return NULL;
}

/* xshared.c, load_proto: the first option that nobody knows loads the match
 * of the protocol, once.  Next to a match that we do not know, the option
 * must be its for certain. */
static bool
imply(struct cmdline *c, struct at *at, const char *name, size_t len)
{
	const struct ext *e;

	if (c->proto.text == NULL || c->proto_used || c->rule.proto == 0)
		return false;
	e = proto_ext(c);
	if (e == NULL || (unknown_use(c) != NULL &&
	    ext_opt(e, name, len, false) < 0))
		return false;
	c->proto_used = true;
	load(c, e, NULL, here(c, at));
	return true;
}

static void
extend(struct use *u, struct loc loc)
{
	uint32_t end = loc.off + loc.len;

	if (end > u->off + u->len)
		u->len = end - u->off;
}

/* An option of a match that we do not know: its text is kept, with the words
 * that follow and do not look like options. */
static bool
read_unknown(struct cmdline *c, struct at *at, struct reading *r)
{
	struct ext_unknown *u = r->use.data;
	struct sbuf *b = &c->scratch[0];

	sbuf_clear(b);
	if (u->options != NULL)
		sbuf_puts(b, u->options);
	sbuf_puts(b, at->invert ? " ! " : " ");
	word_save(b, c->words.v[at->last].text);
	while (at->next < c->words.n) {
		const char *text = c->words.v[at->next].text;

		if (strcmp(text, "!") == 0 ||
		    (text[0] == '-' && !isdigit((unsigned char)text[1])))
			break;
		sbuf_putc(b, ' ');
		word_save(b, text);
		take(c, at);
	}
	u->options = arena_strndup(c->arena, b->text, b->len);
	extend(&r->use, here(c, at));
	return true;
}

static bool
ext_args(struct cmdline *c, struct at *at, const struct opt *o,
    const char *inner, struct opt_arg *a)
{
	if (o->args == 0)
		return inner == NULL || error(c, at,
		    "option \"%s\" takes no argument", o->name);
	if (inner != NULL)
		take_rest(c, at, inner);
	else if (o->flags & OPT_ZERO ? has_arg(c, at) : at->next < c->words.n)
		take(c, at);
	else if (!(o->flags & OPT_ZERO))
		return error(c, at, "option \"%s\" requires an argument",
		    o->name);
	else
		return true;
	if (inner == NULL && (o->flags & OPT_INVERT))
		old_invert(c, at);
	a->text = at->arg.text;
	if (o->args == 2) {
		if (!has_arg(c, at))
			return error(c, at, "option \"%s\" requires two "
			    "arguments", o->name);
		take(c, at);
		a->text2 = at->arg.text;
	}
	return true;
}

static bool
read_ext(struct cmdline *c, struct at *at, struct reading *r, unsigned index,
    const char *inner)
{
	const struct opt *o = &r->use.ext->opts[index];
	struct opt_arg a = { .opt = o, .name = o->name, .data = r->use.data,
	    .family = c->rules->family, .rule = &c->rule, .ext = r->use.ext,
	    .arena = c->arena, .diags = c->diags, .seen = &r->seen };
	bool ok = ext_args(c, at, o, inner, &a);

	a.negate = at->invert;
	a.loc = here(c, at);
	extend(&r->use, a.loc);
	return ok && ext_read(&a, index);
}

/* ---- finding options ---- */

/* What a long option's name means. */
struct found {
	const struct std *std;
	struct reading *use;
	int opt;
	unsigned n;			/* how many it could mean */
};

static bool
begins(const char *name, const char *s, size_t len)
{
	return strncmp(name, s, len) == 0;
}

static struct found
find_exact(struct cmdline *c, const char *name, size_t len)
{
	for (unsigned i = c->n_uses; i-- > 0;) {
		struct reading *r = &c->uses[i];
		int o = r->completed ? -1 :
		    ext_opt(r->use.ext, name, len, false);

		if (o >= 0)
			return (struct found){ NULL, r, o, 1 };
	}
	for (unsigned i = 0; i < N_STD; i++)
		if (begins(std_opts[i].name, name, len) &&
		    std_opts[i].name[len] == '\0')
			return (struct found){ &std_opts[i], NULL, -1, 1 };
	return (struct found){ NULL, NULL, -1, 0 };
}

static struct found
find_prefix(struct cmdline *c, const char *name, size_t len)
{
	struct found f = { NULL, NULL, -1, 0 };

	for (unsigned i = 0; i < N_STD; i++)
		if (begins(std_opts[i].name, name, len) && (f.std == NULL ||
		    f.std->letter != std_opts[i].letter)) {
			f.std = &std_opts[i];
			f.n++;
		}
	for (unsigned i = c->n_uses; i-- > 0;) {
		struct reading *r = &c->uses[i];
		int o = r->completed ? -1 :
		    ext_opt(r->use.ext, name, len, true);

		if (o == -1)
			continue;
		f.n += o == -2 ? 2 : 1;
		f.use = r;
		f.opt = o;
	}
	return f;
}

static struct found
find_option(struct cmdline *c, const char *name, size_t len)
{
	struct found f = find_exact(c, name, len);

	/* A match we do not know may have any name. */
	return f.n != 0 || unknown_use(c) != NULL ? f :
	    find_prefix(c, name, len);
}

static bool
run_std(struct cmdline *c, struct at *at, const struct std *o,
    const char *inner)
{
	unsigned row = (unsigned)(o - std_opts);

	if (!std_arg(c, at, o, inner))
		return false;
	while (row > 0 && std_opts[row - 1].letter == o->letter)
		row--;
	if (o->command != 0) {
		if (at->invert)
			return error(c, at, "unexpected '!' flag");
		if (c->command & ~o->with)
			return error(c, at, "Cannot use -%c with another "
			    "command", o->letter);
		c->command |= o->command;
	} else if (o->letter != 'm' && o->letter != 'v' && o->letter != 't' &&
	    (c->seen >> row & 1)) {
		return error(c, at, "multiple -%c flags not allowed",
		    o->letter);
	}
	c->seen |= UINT64_C(1) << row;
	at->letter = o->letter;
	if (at->invert && o->invert == 0)
		return error(c, at, "cannot have ! before -%c", o->letter);
	if (at->invert)
		c->rule.invert |= o->invert;
	return o->read(c, at);
}

static bool
long_option(struct cmdline *c, struct at *at)
{
	const char *text = c->words.v[at->last].text;
	size_t len = strcspn(text, "=");
	const char *inner = text[len] == '=' ? text + len + 1 : NULL;
	struct found f = find_option(c, text, len);
	struct reading *unknown;

	if (f.n != 1 && imply(c, at, text, len))
		f = find_option(c, text, len);
	if (f.n == 1 && f.std != NULL)
		return run_std(c, at, f.std, inner);
	if (f.n == 1)
		return read_ext(c, at, f.use, (unsigned)f.opt, inner);
	if (f.n > 1)
		return error(c, at, "option \"%s\" is ambiguous", text);
	if ((unknown = unknown_use(c)) != NULL)
		return read_unknown(c, at, unknown);
	return error(c, at, "unknown option \"%s\"", text);
}

static bool
short_option(struct cmdline *c, struct at *at)
{
	char letter = *at->cluster++;
	const struct std *o = NULL;
	const char *inner = NULL;

	for (unsigned i = 0; i < N_STD && o == NULL; i++)
		if (std_opts[i].letter == letter && letter != '0')
			o = &std_opts[i];
	if (o == NULL)
		return error(c, at, "unknown option \"-%c\"", letter);
	if (o->arg != ARG_NO && *at->cluster != '\0')
		inner = at->cluster;
	if (o->arg != ARG_NO || *at->cluster == '\0')
		at->cluster = NULL;
	return run_std(c, at, o, inner);
}

/* ---- iptables' own options ---- */

static bool
read_rulenum(struct cmdline *c, struct at *at)
{
	const char *s;
	uint64_t v;

	take(c, at);
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
	if (!has_arg(c, at))
		return true;
	c->command = CMD_DELETE_NUM;
	return read_rulenum(c, at);
}

static bool
read_numbered(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	c->rulenum = 1;
	if (has_arg(c, at))
		return read_rulenum(c, at);
	return c->command != CMD_REPLACE ||
	    error(c, at, "-R requires a rule number");
}

/* -L, -S, -F, -Z, -X: [chain], and -L, -S, -Z: [chain [number]]. */
static bool
read_listing(struct cmdline *c, struct at *at)
{
	if (at->arg.text == NULL && has_arg(c, at))
		take(c, at);
	if (at->arg.text != NULL)
		c->chain = at->arg;
	if ((c->command & (CMD_FLUSH | CMD_DELETE_CHAIN)) || !has_arg(c, at))
		return true;
	if (c->command == CMD_ZERO)
		c->command = CMD_ZERO_NUM;
	return read_rulenum(c, at);
}

bool
cmdline_chain_name(struct cmdline *c, const struct word *w)
{
	const char *s = w->text;

	if (w->len > NAME_MAX_LEN)
		return cmdline_error(c, w, "chain name `%s' too long (must be "
		    "under %d chars)", s, NAME_MAX_LEN + 1);
	if (*s == '-' || *s == '!')
		return cmdline_error(c, w, "chain name not allowed to start "
		    "with `%c'", *s);
	if (strcmp(s, "ACCEPT") == 0 || strcmp(s, "DROP") == 0 ||
	    strcmp(s, "QUEUE") == 0 || strcmp(s, "RETURN") == 0 ||
	    *s == '\0' || known_target(s, w->len) ||
	    find_ext(c, EXT_TARGET, w) != NULL)
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
	if (!has_arg(c, at))
		return error(c, at, "-E requires old-chain-name and "
		    "new-chain-name");
	take(c, at);
	c->newname = at->arg;
	return cmdline_chain_name(c, &c->newname);
}

static bool
read_policy(struct cmdline *c, struct at *at)
{
	c->chain = at->arg;
	if (!has_arg(c, at))
		return error(c, at, "-P requires a chain and a policy");
	take(c, at);
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
		    "specified", at->arg.text);
	if (number == 0 && at->invert)
		return error(c, at, "rule would never match protocol");
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
	size_t len = w->len;

	m->wild = w->text[len - 1] == '+';
	if (m->wild)
		len--;
	memcpy(m->name, w->text, len);
	/* xshared.c, iface_to_mask: the 0 is compared too. */
	memset(m->mask, 0xff, m->wild ? len : len + 1);
	map_set(&c->ifaces, c->arena, arena_strndup(c->arena, w->text,
	    w->len), w->len, m);
	return m;
}

static bool
read_iface(struct cmdline *c, struct at *at, const struct ifmatch **out)
{
	const struct word *w = &at->arg;

	if (w->len == 0)
		return error(c, at, "Empty interface is likely to be "
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
		return error(c, at, "multiple -j flags not allowed");
	if (w->len == 0)
		return error(c, at, "Invalid target name (too short)");
	if (w->len > NAME_MAX_LEN)
		return cmdline_error(c, w, "Invalid target name `%s' (%d "
		    "chars max)", w->text, NAME_MAX_LEN);
	for (const char *s = w->text; *s != '\0'; s++)
		if (isspace((unsigned char)*s))
			return cmdline_error(c, w, "Invalid target name `%s'",
			    w->text);
	c->jump = *w;
	return true;
}

static bool
read_jump(struct cmdline *c, struct at *at)
{
	const struct ext *e;

	if (!target_name(c, at))
		return false;
	if (c->restore && chain_find(&c->rules->tables[c->table],
	    c->jump.text, c->jump.len) != NULL)
		return true;
	e = find_ext(c, EXT_TARGET, &c->jump);
	if (e == NULL && known_target(c->jump.text, c->jump.len))
		e = &ext_unknown_target;
	if (e == NULL)
		return true;
	c->target = (int)c->n_uses;
	load(c, e, &c->jump, here(c, at));
	return true;
}

static bool
read_goto(struct cmdline *c, struct at *at)
{
	c->rule.flags |= RULE_GOTO;
	return target_name(c, at);
}

static bool
read_match(struct cmdline *c, struct at *at)
{
	const struct word *w = &at->arg;
	const struct ext *e;

	if (w->len > NAME_MAX_LEN)
		return cmdline_error(c, w, "Invalid match name \"%s\" (%d "
		    "chars max)", w->text, NAME_MAX_LEN);
	e = find_ext(c, EXT_MATCH, w);
	if (e == NULL && (w->len == 0 || strpbrk(w->text, " \t\n\"\\'")))
		return cmdline_error(c, w, "Couldn't load match `%s'",
		    w->text);
	if (e == NULL && !known_match(w->text, w->len) &&
	    map_get(&c->unknown, w->text, w->len) == NULL) {
		diag_warn(c->diags, here(c, at), "match `%s' is not known: "
		    "whether it matches is left open", w->text);
		map_set(&c->unknown, c->arena, arena_strndup(c->arena,
		    w->text, w->len), w->len, c);
	}
	load(c, e != NULL ? e : &ext_unknown_match, w, here(c, at));
	return true;
}

static bool
read_fragment(struct cmdline *c, struct at *at)
{
	if (c->rules->family == AF_INET6)
		return error(c, at, "`-f' is not supported in IPv6, use "
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
		return error(c, at, "multiple -c flags not allowed");
	if (!read_counter(c, &packets, packets.text, "packet",
	    &c->rule.packets))
		return false;
	c->rule.counters = true;
	if (comma != NULL)
		return read_counter(c, &packets, comma + 1, "byte",
		    &c->rule.bytes);
	if (!has_arg(c, at))
		return error(c, at, "-c requires packet and byte counter");
	take(c, at);
	return read_counter(c, &at->arg, at->arg.text, "byte",
	    &c->rule.bytes);
}

static bool
read_table(struct cmdline *c, struct at *at)
{
	if (c->restore)
		return error(c, at, "The -t option cannot be used in "
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
		return error(c, at, "You cannot use `-w' from "
		    "iptables-restore");
	if (at->arg.text == NULL && has_arg(c, at))
		take(c, at);
	return at->arg.text == NULL || isdigit((unsigned char)*at->arg.text) ||
	    error(c, at, "wait seconds not numeric");
}

/* A line for the other family only: restore skips it, the command fails. */
static bool
read_family(struct cmdline *c, struct at *at)
{
	int family = at->letter == '6' ? AF_INET6 : AF_INET;

	if (family == c->rules->family)
		return true;
	if (!c->restore)
		return error(c, at, "this option is for the other family");
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
	return error(c, at, "this option does nothing to the rules");
}

/* ---- the whole ---- */

static bool
read_plain(struct cmdline *c, struct at *at)
{
	const struct word *w = &c->words.v[at->last];

	if (w->len != 1 || w->text[0] != '!')
		return cmdline_error(c, w, "Bad argument `%s'", w->text);
	if (at->invert)
		return error(c, at, "multiple consecutive ! not allowed");
	at->invert = true;
	return true;
}

static bool
read_options(struct cmdline *c, struct at *at)
{
	while (at->next < c->words.n || at->cluster != NULL) {
		const char *text;
		bool ok;

		if (at->cluster == NULL) {
			at->last = at->next++;
			if (!at->invert)
				at->first = at->last;
		}
		text = c->words.v[at->last].text;
		if (at->cluster == NULL && (text[0] != '-' ||
		    text[1] == '\0')) {
			if (!read_plain(c, at))
				return false;
			continue;
		}
		if (strcmp(text, "--") == 0)
			return at->next == c->words.n || error(c, at,
			    "unknown arguments found on commandline");
		if (at->cluster == NULL && text[1] != '-')
			at->cluster = text + 1;
		ok = at->cluster != NULL ? short_option(c, at) :
		    long_option(c, at);
		if (!ok)
			return false;
		at->invert = false;
	}
	return !at->invert ||
	    error(c, at, "nothing appropriate following !");
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
	return cmdline_error(c, &part, "host/network `%.*s' not found",
	    (int)(slash != NULL ? slash - text : (ptrdiff_t)len), text);
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

static bool
addresses(struct cmdline *c)
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

/* The matches in a vector of their own, as the rule will have them. */
static void
gather(struct cmdline *c)
{
	unsigned n = 0;

	if (c->room_matches < c->n_uses) {
		c->room_matches = c->room_uses;
		c->matches = mem_grow(c->matches, c->room_matches,
		    sizeof(*c->matches));
	}
	for (unsigned i = 0; i < c->n_uses; i++)
		if ((int)i != c->target)
			c->matches[n++] = c->uses[i].use;
	c->rule.matches = c->matches;
	c->rule.n_matches = (uint16_t)n;
}

static bool
finish_use(struct cmdline *c, struct reading *r)
{
	const struct ext *e = r->use.ext;
	struct ext_check check = { r->use.data, r->seen, c->rules->family,
	    &c->rule, c->table, c->arena, c->diags,
	    loc_at(c->src, r->use.off, r->use.len) };

	if (e->kind == EXT_MATCH && e->eval == NULL)
		c->rule.flags |= RULE_UNKNOWN;
	return ext_finish(e, &check);
}

/* xshared.c, do_parse: matches in their order, then the target. */
static bool
finish_uses(struct cmdline *c)
{
	gather(c);
	for (unsigned i = 0; i < c->n_uses; i++)
		if ((int)i != c->target && !finish_use(c, &c->uses[i]))
			return false;
	if (c->target < 0)
		return true;
	c->rule.target = c->uses[c->target].use;
	c->rule.kind = TGT_EXT;
	return finish_use(c, &c->uses[c->target]);
}

static bool
no_drop_in_nat(struct cmdline *c)
{
	const struct word *w = c->policy.text != NULL ? &c->policy : &c->jump;

	if (c->table != TABLE_NAT || w->text == NULL ||
	    strcmp(w->text, "DROP") != 0)
		return true;
	return cmdline_error(c, w, "The \"nat\" table is not intended for "
	    "filtering, the use of DROP is therefore inhibited.");
}

static bool
options_fit(struct cmdline *c)
{
	for (unsigned i = 0; i < N_STD; i++)
		if ((c->seen >> i & 1) && std_opts[i].command == 0 &&
		    (std_opts[i].with & c->command) != c->command) {
			diag_error(c->diags, c->loc, "Illegal option `-%c' "
			    "with this command", std_opts[i].letter);
			return false;
		}
	return true;
}

static bool
is_chain(const struct cmdline *c, enum hook hook)
{
	return strcmp(c->chain.text, hook_names[hook]) == 0;
}

static bool
interfaces_fit(struct cmdline *c)
{
	if (c->chain.text != NULL && c->chain.len > NAME_MAX_LEN)
		return cmdline_error(c, &c->chain, "chain name `%s' too long "
		    "(must be under %d chars)", c->chain.text,
		    NAME_MAX_LEN + 1);
	if (!(c->command & CMD_RULE))
		return true;
	if (c->rule.out != NULL && (is_chain(c, HOOK_PREROUTING) ||
	    is_chain(c, HOOK_INPUT)))
		return cmdline_error(c, &c->chain, "Can't use -o with %s",
		    c->chain.text);
	if (c->rule.in != NULL && (is_chain(c, HOOK_POSTROUTING) ||
	    is_chain(c, HOOK_OUTPUT)))
		return cmdline_error(c, &c->chain, "Can't use -i with %s",
		    c->chain.text);
	return true;
}

static void
reset(struct cmdline *c)
{
	static const struct word none;

	c->command = 0;
	c->chain = c->newname = c->policy = c->jump = none;
	c->src_spec = c->dst_spec = c->proto = none;
	c->rulenum = 0;
	c->seen = 0;
	c->proto_used = false;
	c->rule = (struct rule){ .packets = c->packets, .bytes = c->bytes,
	    .counters = c->has_counters, .source = c->source,
	    .line = c->line, .off = c->loc.off, .len = c->loc.len };
	c->n_uses = 0;
	c->target = -1;
}

bool
cmdline_read(struct cmdline *c, unsigned from)
{
	struct at at = { .next = from, .first = from };

	reset(c);
	if (!read_options(c, &at))
		return false;
	if (at.skip)
		return true;
	if (!no_drop_in_nat(c) || !addresses(c) || !finish_uses(c))
		return false;
	if (c->command == 0) {
		diag_error(c->diags, c->loc, "no command specified");
		return false;
	}
	return options_fit(c) && interfaces_fit(c);
}
