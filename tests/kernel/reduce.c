#include "lab.h"

#include <string.h>

/* Leaves out lines in ever smaller pieces as long as the text still fails.
 * Section heads, table names and COMMIT stay. */
struct keep {
	const char **lines;
	bool *out, *fixed;
	unsigned n;
};

static char *
joined(const struct keep *k, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	char *text;
	unsigned i;

	for (i = 0; i < k->n; i++)
		if (!k->out[i])
			sbuf_printf(&b, "%s\n", k->lines[i]);
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static void
split_lines(struct keep *k, const char *text, struct arena *arena)
{
	unsigned n = 1;
	const char *p, *nl;

	for (p = text; *p; p++)
		n += *p == '\n';
	k->lines = arena_alloc(arena, n * sizeof(char *));
	k->out = arena_alloc(arena, n);
	k->fixed = arena_alloc(arena, n);
	for (p = text; *p; p = *nl ? nl + 1 : nl) {
		char *line;

		nl = strchrnul(p, '\n');
		line = arena_strndup(arena, p, (size_t)(nl - p));
		k->lines[k->n] = line;
		k->fixed[k->n] = (*line == '[' && strchr(line, ']')) ||
		    *line == '*' || !strcmp(line, "COMMIT");
		k->n++;
	}
}

static bool
without(struct keep *k, unsigned from, unsigned size,
    bool (*fails)(void *, const char *), void *arg)
{
	struct arena arena = ARENA_INIT;
	bool *before = arena_copy(&arena, k->out, k->n);
	unsigned i, gone = 0;
	bool still;

	for (i = from; i < from + size && i < k->n; i++)
		if (!k->fixed[i] && !k->out[i]) {
			k->out[i] = true;
			gone++;
		}
	still = gone && fails(arg, joined(k, &arena));
	if (!still)
		memcpy(k->out, before, k->n);
	arena_free(&arena);
	return still;
}

/* A whole table goes, from '*name' to COMMIT. */
static void
tables_away(struct keep *k, bool (*fails)(void *, const char *), void *arg)
{
	struct arena arena = ARENA_INIT;
	unsigned i, j, e;

	for (i = 0; i < k->n; i++) {
		bool *before;

		if (*k->lines[i] != '*' || k->out[i])
			continue;
		before = arena_copy(&arena, k->out, k->n);
		for (e = i; e < k->n && strcmp(k->lines[e], "COMMIT"); e++)
			;
		for (j = i; j <= e && j < k->n; j++)
			k->out[j] = true;
		if (!fails(arg, joined(k, &arena)))
			memcpy(k->out, before, k->n);
	}
	arena_free(&arena);
}

char *
reduce(const char *text, bool (*fails)(void *, const char *), void *arg,
    struct arena *arena)
{
	struct keep k = { NULL, NULL, NULL, 0 };
	unsigned size, at;
	bool progress = true;

	split_lines(&k, text, arena);
	tables_away(&k, fails, arg);
	for (size = k.n / 2; size; size = size / 2)
		for (at = k.n; at > 0; at = at > size ? at - size : 0)
			without(&k, at > size ? at - size : 0, size, fails,
			    arg);
	while (progress) {
		progress = false;
		for (at = k.n; at-- > 0;)
			progress = without(&k, at, 1, fails, arg) || progress;
	}
	return joined(&k, arena);
}
