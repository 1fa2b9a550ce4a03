#include "complete.h"

#include "command.h"
#include "help.h"
#include "base/sbuf.h"
#include "model/event.h"
#include "model/finding.h"

#include <string.h>

/* The word at hand: what is offered begins with it. */
struct typed {
	const char *word;
	size_t kept;			/* of it: "--color=", "cis," */
	FILE *f;
};

/* Offers 'word', if what was typed behind 'kept' is its beginning. */
static void
offer(const struct typed *t, const char *word, const char *end,
    const char *what)
{
	const char *rest = t->word + t->kept;

	if (strncmp(word, rest, strlen(rest)) != 0)
		return;
	fprintf(t->f, "%.*s%s%s", (int)t->kept, t->word, word, end);
	if (what != NULL && *what != '\0')
		fprintf(t->f, "\t%s", what);
	fputc('\n', t->f);
}

static void
offer_words(const struct typed *t, const char *const *words, const char *end)
{
	for (; words != NULL && *words != NULL; words++)
		offer(t, *words, end, NULL);
}

static void
offer_commands(const struct typed *t)
{
	for (unsigned i = 0; command_list[i] != NULL; i++)
		offer(t, command_list[i]->name, "", command_list[i]->summary);
}

static void
offer_ids(const struct typed *t, bool reasons)
{
	for (unsigned i = 0; i < n_checks; i++)
		offer(t, checks[i].id, "", checks[i].title);
	for (int r = 0; reasons && r < N_REASONS; r++)
		offer(t, reason_names[r], "", reason_texts[r]);
}

/* Keeps what was typed up to the last 'mark'.  False: there is none. */
static bool
keep_behind(struct typed *t, char mark)
{
	const char *last = strrchr(t->word + t->kept, mark);

	if (last != NULL)
		t->kept = (size_t)(last + 1 - t->word);
	return last != NULL;
}

static void
offer_file(const struct typed *t, const char *kind)
{
	fprintf(t->f, ":%s\t%.*s\n", kind, (int)t->kept, t->word);
}

static void
offer_kind(struct typed *t, enum arg_kind kind, const char *const *words)
{
	switch (kind) {
	case ARG_ANY:
		break;
	case ARG_CAPTURE:
		keep_behind(t, '=');
		/* fallthrough */
	case ARG_FILE:
		offer_file(t, "file");
		break;
	case ARG_FOLDER:
		offer_file(t, "folder");
		break;
	case ARG_LIST:
		keep_behind(t, ',');
		/* fallthrough */
	case ARG_WORD:
	case ARG_FORMAT:
		offer_words(t, words, "");
		break;
	case ARG_OUTPUT:
		if (keep_behind(t, '='))
			offer_file(t, "file");
		else
			offer_words(t, words, "=");
		break;
	case ARG_IDS:
		keep_behind(t, ',');
		offer_ids(t, false);
		break;
	case ARG_PAGE:
		offer_ids(t, true);
		break;
	case ARG_COMMAND:
		offer_commands(t);
		break;
	}
}

/* The option that a word is, up to 'len'; null: none. */
static const struct arg *
find(const struct command *c, const char *word, size_t len)
{
	for (unsigned t = 0; c->tables[t].args != NULL; t++)
		for (const struct arg *o = c->tables[t].args; o->name != NULL;
		    o++)
			if ((strlen(o->name) == len &&
			    memcmp(o->name, word, len) == 0) ||
			    (o->alias != NULL && strlen(o->alias) == len &&
			    memcmp(o->alias, word, len) == 0))
				return o;
	return NULL;
}

static void
offer_options(const struct typed *t, const struct command *c)
{
	for (unsigned i = 0; c->tables[i].args != NULL; i++)
		for (const struct arg *o = c->tables[i].args; o->name != NULL;
		    o++) {
			struct arg_names n = arg_names(c, i, o);
			struct sbuf what = SBUF_INIT;

			if (o->help == NULL)
				continue;
			help_text(c, o, &what);
			if (n.full != NULL)
				offer(t, n.full, "", sbuf_text(&what));
			else if (n.brief != NULL)
				offer(t, n.brief, "", sbuf_text(&what));
			sbuf_free(&what);
		}
	offer(t, "--help", "", "what the command does and takes");
}

/* The option whose value the last word is; null: it is none's. */
static const struct arg *
waits(const struct command *c, const char *const *words, unsigned n)
{
	const struct arg *o = NULL;

	for (unsigned i = 1; i + 1 < n; i++) {
		if (o != NULL) {	/* this is its value */
			o = NULL;
			continue;
		}
		if (strcmp(words[i], "--") == 0)
			return NULL;
		if (words[i][0] == '-')
			o = find(c, words[i], strlen(words[i]));
		if (o != NULL && o->value == NULL)
			o = NULL;
	}
	return o;
}

void
complete(const char *const *words, unsigned n, FILE *f)
{
	struct typed t = { .word = n > 0 ? words[n - 1] : "", .f = f };
	const struct command *c = n > 1 ? command_find(words[0]) : NULL;
	const char *equals = strchr(t.word, '=');
	const struct arg *o;

	if (n <= 1) {
		offer_commands(&t);
		offer(&t, "--help", "", "what there is");
		offer(&t, "--version", "", "which nfwalk this is");
		return;
	}
	if (c == NULL)
		return;
	o = waits(c, words, n);
	if (o == NULL && strncmp(t.word, "--", 2) == 0 && equals != NULL) {
		o = find(c, t.word, (size_t)(equals - t.word));
		t.kept = (size_t)(equals + 1 - t.word);
		if (o == NULL || o->value == NULL)
			return;
	}
	if (o != NULL)
		offer_kind(&t, o->kind, arg_words(c, o));
	else if (t.word[0] == '-')
		offer_options(&t, c);
	else
		offer_kind(&t, c->operands, NULL);
}
