#include "args.h"

#include "base/arena.h"
#include "base/diag.h"

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
		for (unsigned t = 0; t < 5 && a->tables[t] != NULL; t++)
			for (const struct arg *o = a->tables[t];
			    o->name != NULL; o++) {
				if (!same(o->name, word, value) &&
				    !same(o->alias, word, value))
					continue;
				if (pass == 0 ? *value != NULL : !o->takes)
					continue;
				*ctx = a->ctx[t];
				return o;
			}
	return NULL;
}

static bool
option(struct args *a, int argc, char **argv, int *i)
{
	const char *value;
	void *ctx;
	const struct arg *o = find(a, argv[*i], &value, &ctx);

	if (o == NULL)
		return args_error(a->command, "unknown option '%s'; see "
		    "'nfwalk %s --help'", argv[*i], a->command);
	if (o->takes && value == NULL) {
		if (*i + 1 == argc)
			return args_error(a->command, "%s needs a value",
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
		    (argv[i][1] != '-' && strchr(argv[i], ' ') != NULL)) {
			a->rest[a->n_rest++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			fputs(a->usage, stdout);
			a->helped = true;
			return false;
		} else if (!option(a, argc, argv, &i)) {
			return false;
		}
	}
	return true;
}
