#include "ext/saved.h"

#include <ctype.h>
#include <stdlib.h>

/* A word in double quotes, unquoted in place; returns behind it. */
static char *
unquote(char *in, struct saved_word *w)
{
	char *out = in;

	w->text = in++;
	w->quoted = true;
	for (; *in != '\0' && *in != '"'; in++) {
		if (*in == '\\' && in[1] != '\0')
			in++;
		*out++ = *in;
	}
	if (*in != '\0')
		in++;
	*out = '\0';
	return in;
}

static void
cut(struct saved *s)
{
	for (char *p = s->text; *p != '\0';) {
		struct saved_word *w;

		if (*p == ' ') {
			p++;
			continue;
		}
		vec_room(s->words, s->n_words, s->room_words);
		w = &s->words[s->n_words++];
		if (*p == '"') {
			p = unquote(p, w);
			continue;
		}
		*w = (struct saved_word){ p, false };
		while (*p != '\0' && *p != ' ')
			p++;
		if (*p != '\0')
			*p++ = '\0';
	}
}

static bool
is_option(const struct saved_word *w)
{
	return !w->quoted && w->text[0] == '-' && w->text[1] != '\0' &&
	    !isdigit((unsigned char)w->text[1]);
}

static bool
is_bang(const struct saved_word *w)
{
	return !w->quoted && strcmp(w->text, "!") == 0;
}

/* How many words the option has that stands before word 'i'. */
static unsigned
count(const struct saved *s, const struct ext *ext, const char *name,
    unsigned i)
{
	int o = ext != NULL ? ext_opt(ext, name, strlen(name), false) : -1;
	unsigned n = 0;

	if (ext == NULL)		/* iptables' own take a word, but -f */
		return strcmp(name, "-f") != 0 && i < s->n_words;
	if (o >= 0 && !(ext->opts[o].flags & OPT_ZERO)) {
		n = ext->opts[o].args;
		return n < s->n_words - i ? n : s->n_words - i;
	}
	while (i + n < s->n_words && !is_option(&s->words[i + n]) &&
	    !is_bang(&s->words[i + n]))
		n++;
	return n;
}

void
saved_read(struct saved *s, const char *text, const struct ext *ext)
{
	size_t size = strlen(text) + 1;

	s->n_opts = s->n_words = 0;
	if (size > s->room) {
		s->room = size * 2;
		s->text = mem_grow(s->text, s->room, 1);
	}
	memcpy(s->text, text, size);
	cut(s);
	for (unsigned i = 0; i < s->n_words;) {
		struct saved_opt o = { NULL, false, 0, 0 };

		o.invert = is_bang(&s->words[i]) && i + 1 < s->n_words;
		i += o.invert;
		if (is_option(&s->words[i]))
			o.name = s->words[i++].text;
		o.first = i;
		o.n = o.name != NULL ? count(s, ext, o.name, i) : 1;
		i += o.n;
		vec_room(s->opts, s->n_opts, s->room_opts);
		s->opts[s->n_opts++] = o;
	}
}

const char *
saved_option(struct saved *s, const struct rule *r, const struct use *u,
    const char *name)
{
	struct ext_print how = { r->chain->table->ruleset->family, r, true };
	struct sbuf text = SBUF_INIT;

	if (u->ext->save != NULL)
		u->ext->save(u->data, &how, &text);
	saved_read(s, sbuf_text(&text), u->ext);
	sbuf_free(&text);
	for (unsigned i = 0; i < s->n_opts; i++)
		if (s->opts[i].name != NULL && s->opts[i].n != 0 &&
		    strcmp(s->opts[i].name, name) == 0)
			return s->words[s->opts[i].first].text;
	return NULL;
}

void
saved_free(struct saved *s)
{
	free(s->opts);
	free(s->words);
	free(s->text);
	*s = (struct saved)SAVED_INIT;
}
