#include "args.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/similar.h"
#include "help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
args_error(const char *command, const char *fmt, ...)
{
	struct sbuf text = SBUF_INIT, safe = SBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	sbuf_safe(&safe, sbuf_text(&text), text.len);
	fprintf(stderr, "nfwalk %s: %s\n", command, sbuf_text(&safe));
	sbuf_free(&text);
	sbuf_free(&safe);
	return false;
}

int
args_word(const char *command, const struct arg *o, const char *value,
    size_t len)
{
	struct similar s = similar_to(value, len);
	struct sbuf all = SBUF_INIT;

	for (int i = 0; o->words[i] != NULL; i++) {
		const char *next = o->words[i + 1];

		if (strlen(o->words[i]) == len &&
		    memcmp(o->words[i], value, len) == 0) {
			sbuf_free(&all);
			return i;
		}
		sbuf_printf(&all, "%s%s", o->words[i], next == NULL ? "" :
		    o->words[i + 2] == NULL ? " or " : ", ");
	}
	similar_try_all(&s, o->words);
	args_error(command, "%s: %s, not '%.*s'%s%s%s", o->name,
	    sbuf_text(&all), (int)len, value, s.best ? "; did you mean " : "",
	    s.best ? s.best : "", s.best ? "?" : "");
	sbuf_free(&all);
	return -1;
}

/* Is 'word' this option, alone, or with its value behind it? */
static bool
same(const char *name, const char *word, const char **value)
{
	size_t n = name ? strlen(name) : 0;

	*value = NULL;
	if (n == 0 || strncmp(name, word, n) != 0)
		return false;
	if (word[n] == '\0')
		return true;
	if (name[1] == '-') {
		*value = word + n + 1;
		return word[n] == '=';
	}
	*value = word + n;
	return true;
}

/* Exact names first, so that -vv is not -v with a value. */
static const struct arg *
find(const struct args *a, const char *word, const char **value, void **ctx)
{
	for (int pass = 0; pass < 2; pass++)
		for (unsigned t = 0; a->command->tables[t].args != NULL; t++)
			for (const struct arg *o = a->command->tables[t].args;
			    o->name != NULL; o++) {
				if (!same(o->name, word, value) &&
				    !same(o->alias, word, value))
					continue;
				if (pass == 0 ? *value != NULL :
				    o->value == NULL)
					continue;
				*ctx = a->ctx[t];
				return o;
			}
	return NULL;
}

static bool
unknown(const struct args *a, const char *word)
{
	struct similar s = similar_to(word, strcspn(word, "="));
	const char *command = a->command->name;

	for (unsigned t = 0; a->command->tables[t].args != NULL; t++)
		for (const struct arg *o = a->command->tables[t].args;
		    o->name != NULL; o++) {
			similar_try(&s, o->name);
			if (o->alias != NULL)
				similar_try(&s, o->alias);
		}
	if (s.best != NULL)
		return args_error(command, "unknown option '%s'; did you mean "
		    "%s?", word, s.best);
	return args_error(command, "unknown option '%s'; see 'nfwalk %s "
	    "--help'", word, command);
}

static bool
option(struct args *a, int argc, char **argv, int *i)
{
	const char *value;
	void *ctx;
	const struct arg *o = find(a, argv[*i], &value, &ctx);

	if (o == NULL && (strcmp(argv[*i], "--help") == 0 ||
	    strcmp(argv[*i], "-h") == 0)) {
		help_command(a->command, stdout);
		a->helped = true;
		return false;
	}
	if (o == NULL)
		return unknown(a, argv[*i]);
	if (o->value != NULL && value == NULL) {
		if (*i + 1 == argc)
			return args_error(a->command->name, "%s needs a value",
			    argv[*i]);
		value = argv[++*i];
	}
	return o->set(ctx, o, value);
}

bool
args_parse(struct args *a, int argc, char **argv)
{
	bool ended = false;

	a->rest = mem_alloc((size_t)argc + 1, sizeof(*a->rest));
	for (int i = 1; i < argc; i++) {
		/* A quoted packet may begin with '-'. */
		if (ended || argv[i][0] != '-' || argv[i][1] == '\0' ||
		    (argv[i][1] != '-' && strchr(argv[i], ' ') != NULL))
			a->rest[a->n_rest++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			ended = true;
		else if (!option(a, argc, argv, &i))
			return false;
	}
	return true;
}
