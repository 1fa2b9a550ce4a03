#include "parsers/conf.h"

#include <ctype.h>
#include <string.h>

/* Part of the text: from, to. */
struct part { size_t from, to; };

struct reader {
	const struct source *src;
	struct arena *arena;
	struct diags *diags;
	struct conf_entry **tail, *last;
	const char *section;
	struct loc section_loc;
};

static bool
is_blank(const struct reader *r, size_t at)
{
	return isspace((unsigned char)r->src->text[at]);
}

static struct part
trim(const struct reader *r, struct part p)
{
	while (p.from < p.to && is_blank(r, p.from))
		p.from++;
	while (p.from < p.to && is_blank(r, p.to - 1))
		p.to--;
	return p;
}

/* Without a comment: "#" or ";" at the beginning or behind a blank. */
static struct part
uncommented(const struct reader *r, struct part p)
{
	for (size_t i = p.from; i < p.to; i++)
		if ((r->src->text[i] == '#' || r->src->text[i] == ';') &&
		    (i == p.from || is_blank(r, i - 1)))
			p.to = i;
	return trim(r, p);
}

static struct loc
place(const struct reader *r, struct part p)
{
	return loc_at(r->src, p.from, p.to > p.from ? p.to - p.from : 1);
}

static const char *
text_of(const struct reader *r, struct part p)
{
	return arena_strndup(r->arena, r->src->text + p.from, p.to - p.from);
}

static struct conf_entry *
add(struct reader *r)
{
	struct conf_entry *e = arena_new(r->arena, struct conf_entry);

	e->section = r->section;
	e->section_loc = r->section_loc;
	e->key = e->value = "";
	*r->tail = e;
	r->tail = &e->next;
	return e;
}

static void
read_section(struct reader *r, struct part p)
{
	if (r->src->text[p.to - 1] != ']') {
		diag_error(r->diags, place(r, p), "a section is [NAME]");
		return;
	}
	p.from++;
	p.to--;
	p = trim(r, p);
	r->section = text_of(r, p);
	r->section_loc = place(r, p);
	r->last = NULL;
	add(r);
}

static void
read_entry(struct reader *r, struct part p)
{
	const char *s = r->src->text, *equals = memchr(s + p.from, '=',
	    p.to - p.from);
	struct part key = p, value = p;

	if (equals == NULL) {
		diag_error(r->diags, place(r, p), "expected KEY = VALUE");
		return;
	}
	key.to = (size_t)(equals - s);
	value.from = key.to + 1;
	key = trim(r, key);
	value = trim(r, value);
	if (key.from == key.to) {
		diag_error(r->diags, place(r, p), "expected a key before =");
		return;
	}
	r->last = add(r);
	r->last->key = text_of(r, key);
	r->last->key_loc = place(r, key);
	r->last->value = text_of(r, value);
	r->last->value_loc = place(r, value);
}

static void
read_more(struct reader *r, struct part p)
{
	if (r->last == NULL) {
		diag_error(r->diags, place(r, p), "there is no value that "
		    "this line could go on with");
		return;
	}
	r->last->value = arena_printf(r->arena, "%s %s", r->last->value,
	    text_of(r, p));
	r->last->value_loc.len = (uint32_t)p.to - r->last->value_loc.off;
}

static void
read_line(struct reader *r, struct part line)
{
	struct part p = uncommented(r, line);

	if (p.from == p.to)
		return;
	if (p.from != line.from)
		read_more(r, p);
	else if (r->src->text[p.from] == '[')
		read_section(r, p);
	else
		read_entry(r, p);
}

bool
conf_read(const struct source *src, struct conf_entry **out,
    struct arena *arena, struct diags *diags)
{
	struct reader r = { .src = src, .arena = arena, .diags = diags,
	    .tail = out, .section = "" };
	unsigned had = diags->errors;

	*out = NULL;
	if (memchr(src->text, '\0', src->size) != NULL) {
		diag_error(diags, loc_at(src, 0, 1), "this is no text");
		return false;
	}
	for (size_t at = 0; at < src->size && !diag_full(diags);) {
		const char *nl = memchr(src->text + at, '\n', src->size - at);
		size_t end = nl != NULL ? (size_t)(nl - src->text) : src->size;

		read_line(&r, (struct part){ at, end });
		at = end + 1;
	}
	return diags->errors == had;
}
