#include "parsers/words.h"

#include <stdlib.h>
#include <string.h>

enum {
	WORD_MAX = 1023,		/* xshared.c: struct xt_param_buf */
	WORDS_MAX = 250,		/* xshared.h: MAX_ARGC less its own */
	LINE_MAX_SAVE = 10239		/* iptables-restore.c: its buffer */
};

void
words_free(struct words *w)
{
	free(w->v);
	free(w->text);
	*w = (struct words)WORDS_INIT;
}

static void
start(struct words *w, const struct source *src, size_t size)
{
	w->src = src;
	w->n = 0;
	if (size < w->text_room)
		return;
	w->text_room = size * 2 + 256;
	w->text = mem_grow(w->text, w->text_room, 1);
}

static void
add(struct words *w, char *text, char *end, size_t off, size_t size)
{
	vec_room(w->v, w->n, w->room);
	*end = '\0';
	w->v[w->n++] = (struct word){ text, (uint32_t)(end - text),
	    (uint32_t)off, (uint32_t)size };
}

enum { SPACE = 1, QUOTE = 2 };

static const uint8_t kinds[256] = { [' '] = SPACE, ['\t'] = SPACE,
    ['\n'] = SPACE, ['"'] = QUOTE };

static unsigned
kind(char c)
{
	return kinds[(uint8_t)c];
}

static bool
is_space(char c)
{
	return kind(c) == SPACE;
}

/* A word with quotes, unquoted in place: 'out' never overtakes 'in'.  A
 * closing quote ends the word.  Returns behind it; *closed tells whether
 * every quote was. */
static char *
unquote(char *in, const char *end, char **out, bool *closed)
{
	char *to = *out;
	bool open = false;

	for (; in < end; in++) {
		if (!open && (*in == '"' || is_space(*in))) {
			if (*in != '"')
				break;
			open = true;
		} else if (open && *in == '"') {
			open = false;
			in++;
			break;
		} else {
			if (open && *in == '\\' && in + 1 < end)
				in++;
			*to++ = *in;
		}
	}
	*out = to;
	*closed = !open;
	return in;
}

static bool
limits(const struct words *w, size_t off, size_t end, struct diags *diags)
{
	const char *what = NULL;
	struct loc loc = loc_at(w->src, off, 1);

	if (end - off > LINE_MAX_SAVE)
		what = "line too long";
	else if (w->n > WORDS_MAX)
		what = "too many arguments in one line";
	for (unsigned i = 0; what == NULL && i < w->n; i++)
		if (w->v[i].len > WORD_MAX) {
			what = "parameter too long";
			loc = word_loc(w, i);
		}
	if (what != NULL)
		diag_error(diags, loc, "%s", what);
	return what == NULL;
}

/* The end of the line is then in the word. */
static void
open_quote(const struct words *w, size_t at, size_t end, char **to,
    struct diags *diags)
{
	diag_warn(diags, loc_at(w->src, at, 1),
	    "a quote is not closed in this line");
	if (end < w->src->size && w->src->text[end] == '\n')
		*(*to)++ = '\n';
}

bool
words_save(struct words *w, const struct source *src, size_t off,
    size_t end, struct diags *diags)
{
	size_t size = end - off;
	char *p, *stop;

	start(w, src, size + 1);
	memcpy(w->text, src->text + off, size);
	p = w->text;
	stop = p + size;
	while (p < stop) {
		char *from = p, *to;
		size_t at = off + (size_t)(p - w->text);
		bool closed = true;

		if (is_space(*p)) {
			p++;
			continue;
		}
		while (p < stop && kind(*p) == 0)
			p++;
		to = p;
		if (p < stop && *p == '"')
			p = unquote(p, stop, &to, &closed);
		if (!closed)
			open_quote(w, at, end, &to, diags);
		add(w, from, to, at, (size_t)(p - from));
		if (to == p && p < stop)
			p++;		/* the 0 took the separator's place */
	}
	return (size <= WORD_MAX && w->n <= WORDS_MAX) ||
	    limits(w, off, end, diags);
}

void
words_begin(struct words *w, struct loc loc)
{
	w->src = loc.src;
	w->at = loc;
	w->n = 0;
}

void
words_add(struct words *w, const char *text, size_t len)
{
	vec_room(w->v, w->n, w->room);
	w->v[w->n++] = (struct word){ text, (uint32_t)len, w->at.off,
	    w->at.len };
}

struct loc
word_loc(const struct words *w, unsigned i)
{
	return loc_at(w->src, w->v[i].off, w->v[i].size);
}

struct loc
words_loc(const struct words *w, unsigned from, unsigned to)
{
	return loc_at(w->src, w->v[from].off,
	    w->v[to].off + w->v[to].size - w->v[from].off);
}

void
word_save(struct sbuf *out, const char *text)
{
	if (*text != '\0' && strpbrk(text, " \t\n\"\\'") == NULL) {
		sbuf_puts(out, text);
		return;
	}
	sbuf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			sbuf_putc(out, '\\');
		sbuf_putc(out, *text);
	}
	sbuf_putc(out, '"');
}

/* ---- the shell's dialect ---- */

struct shell {
	struct words *w;
	const char *text;
	size_t at, end;			/* end: of the source */
	char *to;			/* where the next character goes */
	struct diags *diags;
};

static bool
refuse(struct shell *s, size_t at, size_t len, const char *what)
{
	diag_error(s->diags, loc_at(s->w->src, at, len), "%s", what);
	return false;
}

/* What ends a command or asks the shell to do more than pass words on. */
static const char *
forbidden(const char *p, const char *end)
{
	static const char control[] = "shell control is not understood: "
	    "only iptables commands";

	switch (*p) {
	case '$':
	case '`':
		return "shell expansion is not followed: write the value";
	case '|':
	case '&':
	case ';':
		return "one command in a line, please: no shell operators";
	case '<':
	case '>':
		return "shell redirection is not understood";
	case '(':
	case ')':
		return control;
	case '{':
	case '}':
		return end - p == 1 || is_space(p[1]) ?
		    control : NULL;
	default:
		return NULL;
	}
}

static bool
single_quoted(struct shell *s)
{
	size_t from = s->at++;

	while (s->at < s->end && s->text[s->at] != '\'')
		*s->to++ = s->text[s->at++];
	if (s->at >= s->end)
		return refuse(s, from, 1, "this quote is not closed");
	s->at++;
	return true;
}

static bool
double_quoted(struct shell *s)
{
	size_t from = s->at++;

	for (; s->at < s->end && s->text[s->at] != '"'; s->at++) {
		char c = s->text[s->at];

		if (c == '$' || c == '`')
			return refuse(s, s->at, 1, forbidden(&c, &c + 1));
		if (c == '\\' && s->at + 1 < s->end &&
		    memchr("\"\\$`\n", s->text[s->at + 1], 5) != NULL) {
			c = s->text[++s->at];
			if (c == '\n')
				continue;
		}
		*s->to++ = c;
	}
	if (s->at >= s->end)
		return refuse(s, from, 1, "this quote is not closed");
	s->at++;
	return true;
}

/* At a backslash: a continued line (nothing), or the next character. */
static void
escaped(struct shell *s)
{
	s->at++;
	if (s->at + 1 < s->end && s->text[s->at] == '\r' &&
	    s->text[s->at + 1] == '\n')
		s->at++;
	if (s->at < s->end && s->text[s->at] != '\n')
		*s->to++ = s->text[s->at];
	if (s->at < s->end)
		s->at++;
}

static bool
continued(const struct shell *s)
{
	size_t next = s->at + 1;

	if (s->text[s->at] != '\\')
		return false;
	if (next + 1 < s->end && s->text[next] == '\r')
		next++;
	return next < s->end && s->text[next] == '\n';
}

static bool
shell_word(struct shell *s)
{
	size_t from = s->at;
	char *begin = s->to;
	const char *why;

	while (s->at < s->end && !is_space(s->text[s->at])) {
		const char *p = s->text + s->at;

		if (*p == '\'') {
			if (!single_quoted(s))
				return false;
		} else if (*p == '"') {
			if (!double_quoted(s))
				return false;
		} else if (*p == '\\') {
			escaped(s);
		} else if (*p == '\r' && s->at + 1 < s->end && p[1] == '\n') {
			s->at++;
			if (s->at - 1 == from)
				return true;
			break;
		} else if ((why = forbidden(p, s->text + s->end)) != NULL) {
			return refuse(s, s->at, 1, why);
		} else {
			*s->to++ = *p;
			s->at++;
		}
	}
	add(s->w, begin, s->to, from, s->at - from);
	s->to++;
	return true;
}

static void
skip_line(struct shell *s)
{
	const char *nl = memchr(s->text + s->at, '\n', s->end - s->at);

	s->at = nl != NULL ? (size_t)(nl - s->text) + 1 : s->end;
}

bool
words_shell(struct words *w, const struct source *src, size_t *off,
    struct diags *diags)
{
	struct shell s = { w, src->text, *off, src->size, NULL, diags };
	bool ok = true;

	start(w, src, src->size - *off + 16);
	s.to = w->text;
	while (ok && s.at < s.end && s.text[s.at] != '\n') {
		if (s.text[s.at] == ' ' || s.text[s.at] == '\t') {
			s.at++;
		} else if (continued(&s)) {
			s.at = (size_t)((const char *)memchr(s.text + s.at,
			    '\n', s.end - s.at) - s.text) + 1;
		} else if (s.text[s.at] == '#') {
			break;
		} else {
			ok = shell_word(&s);
		}
	}
	skip_line(&s);
	*off = s.at;
	return ok;
}
