#include "parsers/expectread.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the file, in either form ---- */

/* 'path' as it is named in the file, seen from here; it must be there. */
static const char *
resolve(struct expect_reader *r, const struct expect_word *path)
{
	const char *name = r->src->name, *slash = strrchr(name, '/');
	const char *from_here;

	if (slash == NULL || (path->len > 0 && path->text[0] == '/'))
		from_here = arena_strndup(r->arena, path->text, path->len);
	else
		from_here = arena_printf(r->arena, "%.*s/%.*s",
		    (int)(slash - name), name, (int)path->len, path->text);
	if (access(from_here, R_OK) != 0)
		expect_error(r, path->loc, "%s: %s", from_here,
		    strerror(errno));
	return from_here;
}

void
expect_add_rules(struct expect_reader *r, const struct expect_word *path,
    int family)
{
	struct expect_rules *new = arena_new(r->arena, struct expect_rules);

	*new = (struct expect_rules){ .path = resolve(r, path),
	    .loc = path->loc, .family = family };
	*r->last_rules = new;
	r->last_rules = &new->next;
}

bool
expect_set_context(struct expect_reader *r, const struct expect_word *path)
{
	if (r->file->context != NULL)
		return expect_error(r, path->loc, "one host is enough: there "
		    "is a context already");
	r->file->context = resolve(r, path);
	return true;
}

static void
check_test(struct expect_reader *r)
{
	if (r->test == NULL || r->diags->errors != r->errors)
		return;
	for (struct expect_line *l = r->test->lines; l != NULL; l = l->next)
		if (!l->flow)
			return;
	expect_error(r, r->test->loc, "this test expects nothing");
}

void
expect_add_test(struct expect_reader *r, const struct expect_word *name,
    struct loc loc)
{
	struct expect_test *t = arena_new(r->arena, struct expect_test);

	check_test(r);
	r->errors = r->diags->errors;
	if (name->len == 0)
		expect_error(r, loc, "a test needs a name");
	*t = (struct expect_test){ .loc = loc,
	    .name = arena_strndup(r->arena, name->text, name->len) };
	*r->last_test = t;
	r->last_test = &t->next;
	r->test = t;
	r->last_line = &t->lines;
}

struct expect_line *
expect_add_line(struct expect_reader *r)
{
	struct expect_line *l = arena_new(r->arena, struct expect_line);

	l->redirect.ports = true;
	*r->last_line = l;
	r->last_line = &l->next;
	return l;
}

/* ---- contradictions ---- */

static bool
check_logs(struct expect_reader *r, const struct expect_line *l)
{
	for (const struct expect_log *a = l->logs; a != NULL; a = a->next)
		for (const struct expect_log *b = l->logs; b != a; b = b->next)
			if (a->prefix == NULL || b->prefix == NULL)
				return expect_error(r, a->loc, "'log none' and "
				    "a prefix contradict each other");
			else if (strcmp(a->prefix, b->prefix) == 0)
				return expect_error(r, a->loc, "this prefix "
				    "was counted already");
	return true;
}

static bool
check_nat(struct expect_reader *r, const struct expect_line *l,
    const struct expect_nat *nat)
{
	for (const struct expect_end *e = nat->ends; e != NULL; e = e->next)
		if (e->family != 0 && l->packet.family != 0 &&
		    e->family != l->packet.family)
			return expect_error(r, nat->loc, "the packet is IPv%d, "
			    "and its translation does not change that",
			    l->packet.family == AF_INET6 ? 6 : 4);
	return true;
}

/* "any" is a statement about packets, none of which is sent. */
static bool
check_set(struct expect_reader *r, const struct expect_line *l)
{
	if (!expect_is_set(&l->packet))
		return true;
	if (l->flow)
		return expect_error(r, l->loc, "a flow is one connection: "
		    "'any' cannot be in it");
	if (l->packet.count != 1)
		return expect_error(r, l->loc, "'any' is every packet: it has "
		    "no count");
	if (l->packet.established)
		return expect_error(r, l->loc, "'any' is about the first "
		    "packets of connections");
	if (l->logs != NULL)
		return expect_error(r, l->logs->loc, "log lines are of "
		    "packets that are sent, and 'any' is every packet");
	return true;
}

bool
expect_check(struct expect_reader *r, const struct expect_line *l)
{
	const unsigned undecided = 1u << DISP_LOST | 1u << DISP_DEPENDS;

	if (l->by.said && (l->verdicts & ~undecided) == 0)
		return expect_error(r, l->by.loc, l->verdicts &
		    1u << DISP_DEPENDS ? "what depends has no one rule that "
		    "decides it" : "what is lost was decided by no rule");
	if (l->dnat.said && l->redirect.said)
		return expect_error(r, l->redirect.loc, "'dnat' and "
		    "'redirect' both say what becomes of the destination");
	return check_logs(r, l) && check_nat(r, l, &l->dnat) &&
	    check_nat(r, l, &l->snat) && check_set(r, l);
}

/* ---- words of the line language ---- */

/* An expectation: a line, and those below it that are indented deeper. */
struct entry {
	struct expect_word *words;
	unsigned n, room;
	unsigned indent;
	bool bad;			/* something was reported */
	bool in_set;			/* a '{' is open */
	unsigned at;			/* the next word to be read */
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct expect_word *
add_word(struct entry *e)
{
	vec_room(e->words, e->n, e->room);
	e->words[e->n] = (struct expect_word){ .len = 0 };
	return &e->words[e->n++];
}

/* "text" or 'text'; in "..." a backslash keeps " and itself. Returns where it
 * ends, null without a closing quote. */
static const char *
quoted(struct expect_reader *r, struct expect_word *w, const char *s,
    const char *end)
{
	char quote = *s++;
	char *out = arena_alloc(r->arena, (size_t)(end - s) + 1);

	w->text = out;
	w->quoted = true;
	for (; s < end && *s != quote; s++) {
		if (quote == '"' && *s == '\\' && s + 1 < end &&
		    (s[1] == '"' || s[1] == '\\'))
			s++;
		out[w->len++] = *s;
	}
	return s < end ? s + 1 : NULL;
}

/* A word that is no text: a brace alone, or up to a blank; in a set also up to
 * a comma. */
static const char *
plain(struct entry *e, struct expect_word *w, const char *s, const char *end)
{
	const char *from = s;

	if (*s == '{' || (*s == '}' && e->in_set)) {
		e->in_set = *s == '{';
		s++;
	} else {
		while (s < end && !blank(*s) &&
		    !(e->in_set && (*s == ',' || *s == '}')))
			s++;
	}
	w->text = from;
	w->len = (size_t)(s - from);
	return s;
}

/* Adds the words of one line, up to a comment. */
static void
split(struct expect_reader *r, struct entry *e, const char *s,
    const char *end)
{
	while (s < end && *s != '#') {
		const char *from = s;
		struct expect_word *w;

		if (blank(*s) || (e->in_set && *s == ',')) {
			s++;
			continue;
		}
		w = add_word(e);
		s = *s == '"' || *s == '\'' ? quoted(r, w, s, end) :
		    plain(e, w, s, end);
		w->loc = loc_at(r->src, (size_t)(from - r->src->text),
		    (size_t)((s ? s : end) - from));
		if (s == NULL) {
			e->bad = true;
			expect_error(r, w->loc, "no closing quote");
			return;
		}
	}
}

/* ---- the parts behind the verdict ---- */

/* The next word; null and an error at the end. */
static const struct expect_word *
need(struct expect_reader *r, struct entry *e, const char *what)
{
	const struct expect_word *last = &e->words[e->n - 1];
	struct loc behind = last->loc;

	if (e->at < e->n)
		return &e->words[e->at++];
	behind.off += behind.len;
	behind.len = 0;
	expect_error(r, behind, "expected %s", what);
	return NULL;
}

static bool
read_by(struct expect_reader *r, struct entry *e, struct expect_line *l)
{
	const struct expect_word *w = need(r, e, "TABLE/CHAIN or "
	    "TABLE/CHAIN#RULE");

	if (w == NULL || !expect_by(r, w, &l->by))
		return false;
	if (e->at == e->n || !expect_is(&e->words[e->at], "policy"))
		return true;
	if (l->by.rule != 0)
		return expect_error(r, e->words[e->at].loc,
		    "a rule is no policy");
	l->by.policy = true;
	e->at++;
	return true;
}

static bool
read_set(struct expect_reader *r, struct entry *e, struct expect_nat *nat)
{
	const struct expect_word *w = need(r, e, "'{' and what is allowed");

	nat->set = true;
	if (w == NULL)
		return false;
	if (!expect_is(w, "{"))
		return expect_error(r, w->loc, "expected '{' and what is "
		    "allowed");
	while ((w = need(r, e, "'}'")) != NULL && !expect_is(w, "}"))
		if (!expect_end(r, w, nat))
			return false;
	if (w != NULL && nat->ends == NULL)
		return expect_error(r, w->loc, "an empty set allows nothing");
	return w != NULL;
}

static bool
read_nat(struct expect_reader *r, struct entry *e, struct expect_nat *nat,
    struct loc loc)
{
	const struct expect_word *w = need(r, e, nat->ports ?
	    "a port, 'in {...}' or 'none'" :
	    "ADDRESS:PORT, 'in {...}' or 'none'");

	nat->said = true;
	nat->loc = loc;
	if (w == NULL)
		return false;
	nat->none = expect_is(w, "none");
	if (expect_is(w, "in"))
		return read_set(r, e, nat);
	return nat->none || expect_end(r, w, nat);
}

static bool
read_count(const struct expect_word *w, uint32_t *count)
{
	uint32_t n = 0;

	if (w->quoted || w->len > 9)
		return false;
	for (size_t i = 0; i < w->len; i++) {
		if (w->text[i] < '0' || w->text[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(w->text[i] - '0');
	}
	*count = n;
	return true;
}

static bool
read_log(struct expect_reader *r, struct entry *e, struct expect_line *l,
    struct loc loc)
{
	const struct expect_word *w = need(r, e, "a prefix or 'none'");
	struct expect_log *log;

	if (w == NULL)
		return false;
	log = expect_log(r, l, expect_is(w, "none") ? NULL : w, loc);
	log->counted = log->prefix != NULL && e->at < e->n &&
	    read_count(&e->words[e->at], &log->count);
	e->at += log->counted;
	return true;
}

enum part { P_BY, P_DNAT, P_SNAT, P_REDIRECT, P_LOG, N_PARTS };
static const char *const part_names[N_PARTS] = { "by", "dnat", "snat",
    "redirect", "log" };

static enum part
part_of(const struct expect_word *w)
{
	unsigned p = 0;

	while (p < N_PARTS && !expect_is(w, part_names[p]))
		p++;
	return (enum part)p;
}

static bool
read_part(struct expect_reader *r, struct entry *e, struct expect_line *l)
{
	const struct expect_word *w = &e->words[e->at++];
	enum part p = part_of(w);
	struct expect_nat *nat = p == P_DNAT ? &l->dnat : p == P_SNAT ?
	    &l->snat : &l->redirect;

	if (p == N_PARTS)
		return expect_error(r, w->loc, "unknown word '%.*s': expected "
		    "by, dnat, snat, redirect or log", (int)w->len, w->text);
	if (p == P_LOG)
		return read_log(r, e, l, w->loc);
	if (p == P_BY ? l->by.said : nat->said)
		return expect_error(r, w->loc, "'%s' was said already",
		    part_names[p]);
	return p == P_BY ? read_by(r, e, l) : read_nat(r, e, nat, w->loc);
}

/* ---- a line ---- */

/* The packet as words 'from' to 'to' (not included) write it. */
static bool
parse_packet(struct expect_reader *r, const struct entry *e, unsigned from,
    unsigned to, struct pktspec *p, struct diags *diags)
{
	struct loc a = e->words[from].loc, b = e->words[to - 1].loc;

	return pktspec_parse_set(r->src, a.off, b.off + b.len - a.off, p,
	    r->arena, diags);
}

static bool
is_packet(struct expect_reader *r, const struct entry *e, unsigned to)
{
	struct pktspec p;
	struct diags quiet;

	diag_init(&quiet, r->arena);
	return to > 0 && parse_packet(r, e, 0, to, &p, &quiet);
}

/* Runs of blanks become one. */
static const char *
squeeze(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_alloc(arena, len + 1), *to = out;

	for (size_t i = 0; i < len; i++) {
		bool space = blank(s[i]) || s[i] == '\n';

		if (!space)
			*to++ = s[i];
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	return out;
}

static bool
read_packet(struct expect_reader *r, const struct entry *e, unsigned from,
    unsigned to, struct expect_line *l)
{
	bool ok = parse_packet(r, e, from, to, &l->packet, r->diags);

	l->loc = l->packet.loc;
	l->words = squeeze(r->arena, r->src->text + l->loc.off, l->loc.len);
	return ok;
}

static bool
read_flow(struct expect_reader *r, struct entry *e)
{
	struct expect_line *l;

	e->at = 1;
	if (need(r, e, "a packet of the flow") == NULL)
		return false;
	l = expect_add_line(r);
	l->flow = true;
	return read_packet(r, e, 1, e->n, l) && expect_check(r, l);
}

/* No word is a verdict: is one misspelled, or missing, or is it the packet
 * that cannot be read? */
static bool
no_verdict(struct expect_reader *r, struct entry *e)
{
	struct expect_line line = { .flow = false };
	const struct expect_word *last;
	unsigned end = 1;

	while (end < e->n && part_of(&e->words[end]) == N_PARTS)
		end++;
	last = &e->words[end - 1];
	if (!is_packet(r, e, end) && is_packet(r, e, end - 1))
		return expect_error(r, last->loc, "unknown verdict '%.*s': "
		    "expected " EXPECT_VERDICTS, (int)last->len, last->text);
	if (!read_packet(r, e, 0, end, &line))
		return false;
	e->n = e->at = end;
	return need(r, e, "a verdict behind the packet: " EXPECT_VERDICTS) !=
	    NULL;
}

static bool
read_line(struct expect_reader *r, struct entry *e)
{
	struct expect_line *l;
	unsigned v = 0;

	if (expect_is(&e->words[0], "flow"))
		return read_flow(r, e);
	l = expect_add_line(r);
	while (v < e->n && !expect_looks_like_verdict(&e->words[v]))
		v++;
	if (v == e->n)
		return no_verdict(r, e);
	if (v == 0)
		return expect_error(r, e->words[0].loc, "expected a packet "
		    "before the verdict");
	l->verdict_loc = e->words[v].loc;
	e->at = v + 1;
	if (!read_packet(r, e, 0, v, l) ||
	    !expect_verdicts(r, &e->words[v], &l->verdicts))
		return false;
	while (e->at < e->n)
		if (!read_part(r, e, l))
			return false;
	return expect_check(r, l);
}

static void
finish_entry(struct expect_reader *r, struct entry *e)
{
	if (e->n != 0 && !e->bad) {
		if (r->test == NULL)
			expect_error(r, e->words[0].loc, "an indented line "
			    "belongs to a test, and there is none before it");
		else
			read_line(r, e);
	}
	e->n = 0;
	e->bad = e->in_set = false;
}

/* ---- directives ---- */

static bool
read_ruleset(struct expect_reader *r, struct entry *e)
{
	int family = 0;
	bool any = false;

	if (r->test != NULL)
		return expect_error(r, e->words[0].loc, "'ruleset' stands "
		    "before the first test: it is for all of them");
	for (; e->at < e->n; e->at++) {
		const struct expect_word *w = &e->words[e->at];

		if (expect_is(w, "-4") || expect_is(w, "-6")) {
			family = w->text[1] == '6' ? AF_INET6 : AF_INET;
			continue;
		}
		expect_add_rules(r, w, family);
		any = true;
	}
	return any || need(r, e, "a file of rules") != NULL;
}

static bool
at_end(struct expect_reader *r, struct entry *e)
{
	const struct expect_word *w = &e->words[e->at];

	return e->at >= e->n || expect_error(r, w->loc, "'%.*s' is too much "
	    "here", (int)w->len, w->text);
}

static bool
read_context(struct expect_reader *r, struct entry *e)
{
	const struct expect_word *w;

	if (r->test != NULL)
		return expect_error(r, e->words[0].loc, "'context' stands "
		    "before the first test: it is for all of them");
	w = need(r, e, "the folder of a snapshot");
	return w != NULL && expect_set_context(r, w) && at_end(r, e);
}

static bool
read_test(struct expect_reader *r, struct entry *e)
{
	static const struct expect_word nameless = { .text = "" };
	const struct expect_word *w = e->n > 1 ? &e->words[e->at++] :
	    &nameless;

	expect_add_test(r, w, e->words[0].loc);
	return at_end(r, e);
}

static const struct {
	const char *name;
	bool (*read)(struct expect_reader *, struct entry *);
} directives[] = {
	{ "ruleset", read_ruleset }, { "context", read_context },
	{ "test", read_test },
};
enum { N_DIRECTIVES = sizeof(directives) / sizeof(directives[0]) };

static void
read_directive(struct expect_reader *r, struct entry *e)
{
	const struct expect_word *w = &e->words[0];

	e->at = 1;
	for (unsigned i = 0; i < N_DIRECTIVES; i++)
		if (expect_is(w, directives[i].name)) {
			directives[i].read(r, e);
			return;
		}
	expect_error(r, w->loc, "unknown word '%.*s': expected ruleset, "
	    "context or test%s", (int)w->len, w->text, r->test == NULL ? "" :
	    "; packets of a test are indented");
}

/* ---- the line language ---- */

static unsigned
indent_of(const char *s, const char *end)
{
	unsigned n = 0;

	for (; s < end && (*s == ' ' || *s == '\t'); s++)
		n = *s == '\t' ? (n | 7) + 1 : n + 1;
	return n;
}

static void
read_one(struct expect_reader *r, struct entry *e, const char *s,
    const char *end)
{
	unsigned indent = indent_of(s, end);

	while (s < end && blank(*s))
		s++;
	if (s == end || *s == '#')
		return;
	if (indent == 0 || e->n == 0 || indent <= e->indent) {
		finish_entry(r, e);
		e->indent = indent;
	}
	split(r, e, s, end);
	if (indent == 0) {
		if (!e->bad)
			read_directive(r, e);
		e->n = 0;
		e->bad = e->in_set = false;
	}
}

static void
read_lines(struct expect_reader *r)
{
	const char *s = r->src->text, *end = s + r->src->size;
	struct entry e = { .n = 0 };

	while (s < end && !diag_full(r->diags)) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		nl = nl != NULL ? nl : end;
		read_one(r, &e, s, nl);
		s = nl + 1;
	}
	finish_entry(r, &e);
	free(e.words);
}

/* ---- either form ---- */

bool
expect_read_source(const struct source *src, struct expect_file *file,
    struct arena *arena, struct diags *diags)
{
	struct expect_reader r = { .src = src, .file = file, .arena = arena,
	    .diags = diags, .last_rules = &file->rules,
	    .last_test = &file->tests };
	unsigned errors = diags->errors;
	size_t first = strspn(src->text, " \t\r\n");

	*file = (struct expect_file){ .src = src };
	if (src->text[first] == '{' || src->text[first] == '[')
		expect_read_json(&r);
	else
		read_lines(&r);
	check_test(&r);
	if (file->tests == NULL && diags->errors == errors)
		expect_error(&r, loc_at(src, 0, 0), first == src->size ?
		    "the file is empty" : "there is no test in it");
	return diags->errors == errors;
}

bool
expect_read(const char *path, struct expect_file *file, struct arena *arena,
    struct diags *diags)
{
	const struct source *src = source_read(path, arena, diags);

	return src != NULL && expect_read_source(src, file, arena, diags);
}
