#include "suppress.h"

#include "base/date.h"
#include "ext/saved.h"
#include "ids.h"
#include "reports/findings.h"

#include <ctype.h>

/* One id of one comment. */
struct suppression {
	struct suppression *next;	/* as read */
	struct suppression *same;	/* of the same rule's comments */
	const struct check *check;
	const struct rule *rule;	/* whose own comment; null: a '#' line */
	struct loc loc;			/* where it is written */
	struct loc scope;		/* a '#' line: what it is about */
	const char *why;
	int family;
	bool over, used;
};

struct suppressor {
	struct audit *audit;
	struct diags *diags;
	struct suppression *list, **tail;	/* '#' lines come first */
	struct map by_rule;		/* pointer to a rule: its own */
	int family;			/* of the ruleset at hand */
};

static bool
is_over(const struct suppressor *s, int64_t until)
{
	return s->audit->cfg->today >= until + DATE_DAY;
}

static void
add(struct suppressor *s, const struct suppression *like)
{
	struct arena *arena = s->audit->out.arena;
	struct suppression *x = arena_copy(arena, like, sizeof(*x));
	const char *key = (const char *)&x->rule;

	*s->tail = x;
	s->tail = &x->next;
	if (x->rule == NULL)
		return;
	x->same = map_get(&s->by_rule, key, sizeof(x->rule));
	map_set(&s->by_rule, arena, key, sizeof(x->rule), x);
}

/* Adds 'like' for each id in the 'len' characters "FW3003,FW3004". */
static void
add_ids(struct suppressor *s, const char *text, size_t len,
    struct suppression like, struct loc loc)
{
	for (size_t i = 0, n; i < len; i += n + 1) {
		const char *comma = memchr(text + i, ',', len - i);

		n = comma != NULL ? (size_t)(comma - text) - i : len - i;
		like.check = id_read(text + i, n, s->diags, loc);
		if (like.check != NULL)
			add(s, &like);
	}
}

/* ---- lines that begin with '#' ---- */

static size_t
line_end(const struct source *src, size_t at)
{
	const char *nl = memchr(src->text + at, '\n', src->size - at);

	return nl != NULL ? (size_t)(nl - src->text) : src->size;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t
skip_blanks(const struct source *src, size_t at)
{
	while (at < src->size && is_blank(src->text[at]))
		at++;
	return at;
}

static bool
begins(const struct source *src, size_t at, const char *with)
{
	return src->size - at >= strlen(with) &&
	    memcmp(src->text + at, with, strlen(with)) == 0;
}

/* What a '#' line before 'at' is about. */
static struct loc
scope_at(const struct source *src, size_t at, bool before_tables)
{
	size_t first, end;

	for (; at < src->size; at = line_end(src, at) + 1) {
		first = skip_blanks(src, at);
		if (first < src->size && src->text[first] != '#' &&
		    src->text[first] != '\n')
			break;
	}
	if (at >= src->size)
		return loc_at(src, src->size, 0);
	if (src->text[at] != '*')
		return loc_at(src, at, line_end(src, at) - at);
	if (before_tables)
		return loc_at(src, 0, src->size);
	for (end = at; end < src->size && !begins(src, end, "COMMIT");)
		end = line_end(src, end) + 1;
	return loc_at(src, at, (end < src->size ? end : src->size) - at);
}

/* The end of the word at 'at': behind 'reason=' a quoted text, or all. */
static size_t
word_end(const struct source *src, size_t at, size_t end)
{
	const char *quote;

	if (begins(src, at, "reason=\"")) {
		at += strlen("reason=\"");
		quote = memchr(src->text + at, '"', end - at);
		return quote != NULL ? (size_t)(quote - src->text) + 1 : end;
	}
	if (begins(src, at, "reason="))
		return end;
	while (at < end && !is_blank(src->text[at]))
		at++;
	return at;
}

static const char *
reason(struct suppressor *s, const char *text, size_t len)
{
	if (*text == '"') {
		text++;
		len -= len > 1 && text[len - 2] == '"' ? 2 : 1;
	}
	return arena_strndup(s->audit->out.arena, text, len);
}

/* until=, reason=: into 'x'.  False: the word is neither. */
static bool
read_detail(struct suppressor *s, struct loc word, struct suppression *x)
{
	const char *text = word.src->text + word.off;
	int64_t until;

	if (begins(word.src, word.off, "reason=")) {
		x->why = reason(s, text + 7, word.len - 7);
		return true;
	}
	if (!begins(word.src, word.off, "until="))
		return false;
	if (word.len != 6 + DATE_LEN || !date_read(text + 6, &until)) {
		diag_warn(s->diags, word, "expected until=YYYY-MM-DD");
	} else if (is_over(s, until)) {
		struct finding *f = finding_add(&s->audit->out, "FW9004",
		    NULL, NULL, "this suppression ended on %.*s", DATE_LEN,
		    text + 6);

		f->family = s->family;
		f->loc = x->loc;
		x->over = true;
	}
	return true;
}

/* From behind "ignore" to the end of the line: details first, as they hold
 * for all ids. */
static void
read_words(struct suppressor *s, size_t from, size_t end,
    struct suppression x)
{
	const struct source *src = x.loc.src;

	for (int ids = 0; ids < 2; ids++)
		for (size_t at = skip_blanks(src, from), to; at < end;
		    at = skip_blanks(src, to)) {
			struct loc word;

			to = word_end(src, at, end);
			word = loc_at(src, at, to - at);
			if (begins(src, at, "until=") ||
			    begins(src, at, "reason=")) {
				if (!ids)
					read_detail(s, word, &x);
			} else if (ids) {
				add_ids(s, src->text + at, to - at, x, word);
			}
		}
}

/* A '#' line: ours begins with "nfwalk:". */
static void
read_line(struct suppressor *s, struct loc line, struct loc scope)
{
	const struct source *src = line.src;
	size_t at = line.off, end = line.off + line.len, to;
	struct suppression x = { .loc = line, .scope = scope,
	    .family = s->family };
	unsigned number, col;

	while (at < end && (src->text[at] == '#' || is_blank(src->text[at])))
		at++;
	if (!begins(src, at, "nfwalk:"))
		return;
	at = skip_blanks(src, at + strlen("nfwalk:"));
	to = word_end(src, at, end);
	if (to - at == strlen("ignore-file") && begins(src, at, "ignore-file"))
		x.scope = loc_at(src, 0, src->size);
	else if (to - at != strlen("ignore") || !begins(src, at, "ignore")) {
		diag_warn(s->diags, loc_at(src, at, to - at), "expected "
		    "'ignore ID...' or 'ignore-file ID...'");
		return;
	}
	loc_line(line, &number, &col);
	x.why = arena_printf(s->audit->out.arena, "the comment in line %u",
	    number);
	read_words(s, to, end, x);
}

static void
read_source(struct suppressor *s, const struct source *src)
{
	bool before_tables = true;
	size_t end;

	for (size_t at = 0; at < src->size; at = end + 1) {
		size_t first = skip_blanks(src, at);

		end = line_end(src, at);
		if (src->text[at] == '*')
			before_tables = false;
		if (first < end && src->text[first] == '#' &&
		    memmem(src->text + first, end - first, "nfwalk:", 7))
			read_line(s, loc_at(src, first, end - first),
			    scope_at(src, end + 1, before_tables));
	}
}

/* ---- comments of rules ---- */

/* "nfwalk:FW3003,FW3004 until=2026-12-31 OPS-1142" */
static void
read_comment(struct suppressor *s, const struct rule *r, const struct use *u,
    const char *text)
{
	const char *ids = strstr(text, "nfwalk:");
	struct suppression x = { .rule = r, .loc = use_loc(r, u) };
	int64_t until;

	if (ids == NULL || (ids != text && isalnum((unsigned char)ids[-1])))
		return;
	ids += strlen("nfwalk:");
	x.why = arena_strdup(s->audit->out.arena, text);
	x.over = date_behind(ids, "until=", &until) != NULL &&
	    is_over(s, until);
	add_ids(s, ids, strcspn(ids, " \t"), x, x.loc);
}

static void
read_rule(struct suppressor *s, const struct rule *r, struct saved *saved)
{
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		const char *text;

		if (strcmp(u->ext->name, "comment") != 0)
			continue;
		text = saved_option(saved, r, u, "--comment");
		if (text != NULL)
			read_comment(s, r, u, text);
	}
}

static void
read_rules(struct suppressor *s, const struct ruleset *rs)
{
	struct saved saved = SAVED_INIT;

	for (const struct rule *r = rule_first(rs); r != NULL;
	    r = rule_next(r))
		read_rule(s, r, &saved);
	saved_free(&saved);
}

/* A dump may have both families. */
static bool
seen_before(const struct audit *a, unsigned family, const struct source *src)
{
	const struct ruleset *v4 = a->rules[0];

	for (unsigned i = 0; family == 1 && v4 && i < v4->n_sources; i++)
		if (v4->sources[i] == src)
			return true;
	return false;
}

/* ---- what they do ---- */

static void
use(struct suppression *x, struct finding *f)
{
	if (x->check != f->check || x->over)
		return;
	x->used = true;
	f->suppressed = x->why;
	f->in_source = true;
}

static void
apply(struct suppressor *s, struct finding *f)
{
	struct loc at = finding_loc(s->audit->rules, f);

	for (struct suppression *x = s->list; x != NULL && x->rule == NULL;
	    x = x->next)
		if (at.src == x->scope.src && at.off >= x->scope.off &&
		    at.off - x->scope.off < x->scope.len)
			use(x, f);
	for (struct suppression *x = map_get(&s->by_rule,
	    (const char *)&f->rule, sizeof(f->rule)); x != NULL; x = x->same)
		use(x, f);
}

static void
tell_unused(struct suppressor *s, const struct suppression *x)
{
	struct finding *f;

	if (x->used || x->over || !audit_on(s->audit, x->check->id))
		return;
	f = finding_add(&s->audit->out, "FW9007", x->rule, NULL, "there is no "
	    "%s here to suppress", x->check->id);
	f->fix = "remove the suppression";
	if (x->rule == NULL) {
		f->loc = x->loc;
		f->family = x->family;
	}
}

void
suppress(struct audit *a, struct diags *diags)
{
	struct suppressor s = { .audit = a, .diags = diags };

	s.tail = &s.list;
	for (unsigned f = 0; f < 2; f++)
		for (unsigned i = 0; a->rules[f] != NULL &&
		    i < a->rules[f]->n_sources; i++) {
			s.family = a->rules[f]->family;
			if (!seen_before(a, f, a->rules[f]->sources[i]))
				read_source(&s, a->rules[f]->sources[i]);
		}
	for (unsigned f = 0; f < 2; f++)
		if (a->rules[f] != NULL)
			read_rules(&s, a->rules[f]);
	for (unsigned i = 0; i < a->out.n; i++)
		apply(&s, a->out.list[i]);
	for (const struct suppression *x = s.list; x != NULL; x = x->next)
		tell_unused(&s, x);
	audit_tidy(a);
}
