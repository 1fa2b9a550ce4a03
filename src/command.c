#include "command.h"

#include "base/similar.h"
#include "base/diag.h"

#include <string.h>

static bool
is(const char *name, const char *word)
{
	return name != NULL && strcmp(name, word) == 0;
}

const struct command *
command_find(const char *name)
{
	for (unsigned i = 0; command_list[i] != NULL; i++)
		if (is(command_list[i]->name, name) ||
		    is(command_list[i]->alias, name))
			return command_list[i];
	return NULL;
}

void
command_unknown(const char *name)
{
	struct similar s = similar_to(name, strlen(name));
	struct sbuf safe = SBUF_INIT;

	for (unsigned i = 0; command_list[i] != NULL; i++) {
		similar_try(&s, command_list[i]->name);
		if (command_list[i]->alias != NULL)
			similar_try(&s, command_list[i]->alias);
	}
	sbuf_safe(&safe, name, strlen(name));
	fprintf(stderr, "nfwalk: unknown command '%s'", sbuf_text(&safe));
	if (s.best != NULL)
		fprintf(stderr, "; did you mean %s?", s.best);
	fputs(s.best != NULL ? "\n" : "; 'nfwalk help' lists them\n", stderr);
	sbuf_free(&safe);
}

/* Has an option before 'o' of table 't' this name? */
static bool
taken(const struct command *c, unsigned t, const struct arg *o,
    const char *name)
{
	for (unsigned i = 0; i <= t; i++)
		for (const struct arg *p = c->tables[i].args;
		    p->name != NULL && p != o; p++)
			if (is(p->name, name) || is(p->alias, name))
				return true;
	return false;
}

struct arg_names
arg_names(const struct command *c, unsigned t, const struct arg *o)
{
	const char *const names[] = { o->name, o->alias };
	struct arg_names n = { NULL, NULL };

	for (unsigned i = 0; i < 2; i++) {
		if (names[i] == NULL || taken(c, t, o, names[i]))
			continue;
		if (names[i][1] != '-')
			n.brief = names[i];
		else if (n.full == NULL)
			n.full = names[i];
	}
	return n;
}

const char *const *
arg_words(const struct command *c, const struct arg *o)
{
	return o->kind == ARG_FORMAT || o->kind == ARG_OUTPUT ? c->formats :
	    o->words;
}
