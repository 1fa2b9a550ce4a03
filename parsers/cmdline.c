#include "parsers/reading.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

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
	free(c->index.hashes);
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

struct loc
at_loc(const struct cmdline *c, const struct at *at)
{
	return words_loc(&c->words, at->first, at->last);
}

bool
at_error(struct cmdline *c, const struct at *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_at(c, at_loc(c, at), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- words of an option ---- */

/* xshared.c, xs_has_arg */
bool
at_has_arg(const struct cmdline *c, const struct at *at)
{
	return at->next < c->words.n && c->words.v[at->next].text[0] != '-' &&
	    c->words.v[at->next].text[0] != '!';
}

void
at_take(struct cmdline *c, struct at *at)
{
	at->last = at->next;
	at->arg = c->words.v[at->next++];
}

/* The argument written into the option's own word, from 'text' on. */
void
at_take_rest(struct cmdline *c, struct at *at, const char *text)
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
void
at_old_invert(struct cmdline *c, struct at *at)
{
	if (at->arg.len != 1 || at->arg.text[0] != '!' || at->invert ||
	    at->next >= c->words.n)
		return;
	if (!c->warned_invert)
		diag_warn(c->diags, at_loc(c, at), "\"!\" behind an option is "
		    "the form of old versions: it goes before it");
	c->warned_invert = true;
	at->invert = true;
	at_take(c, at);
}

/* ---- finding options ---- */

/* What a long option's name means. */
struct found {
	const struct own_opt *own;
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
	for (unsigned i = 0; own_opts[i].name != NULL; i++)
		if (begins(own_opts[i].name, name, len) &&
		    own_opts[i].name[len] == '\0')
			return (struct found){ &own_opts[i], NULL, -1, 1 };
	return (struct found){ NULL, NULL, -1, 0 };
}

static struct found
find_prefix(struct cmdline *c, const char *name, size_t len)
{
	struct found f = { NULL, NULL, -1, 0 };

	for (unsigned i = 0; own_opts[i].name != NULL; i++)
		if (begins(own_opts[i].name, name, len) && (f.own == NULL ||
		    f.own->letter != own_opts[i].letter)) {
			f.own = &own_opts[i];
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
	return f.n != 0 || use_unknown(c) != NULL ? f :
	    find_prefix(c, name, len);
}

static bool
long_option(struct cmdline *c, struct at *at)
{
	const char *text = c->words.v[at->last].text;
	size_t len = strcspn(text, "=");
	const char *inner = text[len] == '=' ? text + len + 1 : NULL;
	struct found f = find_option(c, text, len);
	struct reading *unknown;
	const char *meant;
	bool proto;

	if (f.n != 1 && use_imply(c, at, text, len))
		f = find_option(c, text, len);
	if (f.n == 1 && f.own != NULL)
		return own_read(c, at, f.own, inner);
	if (f.n == 1)
		return use_read(c, at, f.use, (unsigned)f.opt, inner);
	if (f.n > 1)
		return at_error(c, at, "option \"%s\" is ambiguous", text);
	if ((unknown = use_unknown(c)) != NULL)
		return use_read_unknown(c, at, unknown);
	meant = meant_option(c, text, len, &proto);
	return at_error(c, at, "unknown option \"%s\"%s", text, meant) ||
	    (proto && diag_id(c->diags, "FW1007"));
}

static bool
short_option(struct cmdline *c, struct at *at)
{
	char letter = *at->cluster++;
	const struct own_opt *o = NULL;
	const char *inner = NULL;

	for (unsigned i = 0; own_opts[i].name != NULL && o == NULL; i++)
		if (own_opts[i].letter == letter && letter != '0')
			o = &own_opts[i];
	if (o == NULL)
		return at_error(c, at, "unknown option \"-%c\"", letter);
	if (o->arg != ARG_NO && *at->cluster != '\0')
		inner = at->cluster;
	if (o->arg != ARG_NO || *at->cluster == '\0')
		at->cluster = NULL;
	return own_read(c, at, o, inner);
}

/* ---- the whole ---- */

static bool
read_plain(struct cmdline *c, struct at *at)
{
	const struct word *w = &c->words.v[at->last];

	if (use_unsupported(c, at))
		return true;
	if (w->len != 1 || w->text[0] != '!')
		return cmdline_error(c, w, "Bad argument `%s'", w->text);
	if (at->invert)
		return at_error(c, at, "multiple consecutive ! not allowed");
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
			return at->next == c->words.n || at_error(c, at,
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
	    at_error(c, at, "nothing appropriate following !");
}

static bool
no_drop_in_nat(struct cmdline *c)
{
	const struct word *w = c->policy.text != NULL ? &c->policy : &c->jump;

	if (c->table != TABLE_NAT || w->text == NULL ||
	    strcmp(w->text, "DROP") != 0)
		return true;
	return cmdline_error(c, w, "The \"nat\" table is not intended for "
	    "filtering, the use of DROP is therefore inhibited.") ||
	    diag_id(c->diags, "FW1004");
}

static bool
is_chain(const struct cmdline *c, enum hook hook)
{
	return strcmp(c->chain.text, hook_names[hook]) == 0;
}

static bool
interfaces_fit(struct cmdline *c)
{
	char letter = '\0';

	if (c->chain.text != NULL && c->chain.len > NAME_LONGEST)
		return cmdline_error(c, &c->chain, "chain name `%s' too long "
		    "(must be under %d chars)", c->chain.text,
		    NAME_LONGEST + 1);
	if (!(c->command & CMD_RULE))
		return true;
	if (c->rule.out != NULL && (is_chain(c, HOOK_PREROUTING) ||
	    is_chain(c, HOOK_INPUT)))
		letter = 'o';
	if (c->rule.in != NULL && (is_chain(c, HOOK_POSTROUTING) ||
	    is_chain(c, HOOK_OUTPUT)))
		letter = 'i';
	return letter == '\0' || cmdline_error(c, &c->chain, "Can't use -%c "
	    "with %s", letter, c->chain.text) || diag_id(c->diags, "FW1005");
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
	if (!no_drop_in_nat(c) || !own_addresses(c) || !use_finish_all(c))
		return false;
	if (c->command == 0) {
		diag_error(c->diags, c->loc, "no command specified");
		return false;
	}
	return own_fit(c) && interfaces_fit(c);
}
