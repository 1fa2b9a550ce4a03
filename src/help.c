#include "help.h"

#include "base/sbuf.h"
#include "base/version.h"

#include <string.h>

enum { WIDTH = 79, MOST_LEFT = 30, COMMAND_LEFT = 10 };

/* Text from the column at hand on, broken at spaces, continued at 'indent'. */
static void
put_wrapped(struct sbuf *b, size_t at, size_t indent, const char *text)
{
	size_t start = at;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (at > start && at + 1 + n > WIDTH) {
			sbuf_printf(b, "\n%*s", (int)indent, "");
			at = start = indent;
		} else if (at > start) {
			sbuf_putc(b, ' ');
			at++;
		}
		sbuf_put(b, text, n);
		at += n;
		text += n + strspn(text + n, " ");
	}
	sbuf_putc(b, '\n');
}

void
help_names(const struct command *c, unsigned t, const struct arg *o,
    struct sbuf *b)
{
	struct arg_names n = arg_names(c, t, o);

	sbuf_puts(b, n.brief != NULL ? n.brief : "    ");
	if (n.full != NULL)
		sbuf_printf(b, "%s%s", n.brief != NULL ? ", " : "", n.full);
	if (o->value != NULL)
		sbuf_printf(b, " %s", o->value);
}

void
help_text(const struct command *c, const struct arg *o, struct sbuf *b)
{
	const char *const *words = o->kind == ARG_FORMAT ? c->formats :
	    o->words;

	sbuf_puts(b, o->help);
	for (unsigned i = 0; words != NULL && words[i] != NULL; i++)
		sbuf_printf(b, "%s%s", i == 0 ? ": " : ", ", words[i]);
}

/* The widest left column that is not too wide. */
static int
left_width(const struct command *c)
{
	size_t most = 0;

	for (unsigned t = 0; c->tables[t].args != NULL; t++)
		for (const struct arg *o = c->tables[t].args; o->name != NULL;
		    o++) {
			struct sbuf b = SBUF_INIT;

			help_names(c, t, o, &b);
			if (o->help != NULL && b.len > most &&
			    b.len <= MOST_LEFT)
				most = b.len;
			sbuf_free(&b);
		}
	return (int)most;
}

static void
put_option(const struct command *c, unsigned t, const struct arg *o, int width,
    struct sbuf *b)
{
	struct sbuf names = SBUF_INIT, text = SBUF_INIT;
	size_t column = 2 + (size_t)width + 2, at = column;

	help_names(c, t, o, &names);
	help_text(c, o, &text);
	sbuf_printf(b, "  %-*s  ", width, sbuf_text(&names));
	if (names.len > (size_t)width)
		at = 2 + names.len + 2;
	put_wrapped(b, at, column, sbuf_text(&text));
	sbuf_free(&names);
	sbuf_free(&text);
}

static void
put_options(const struct command *c, struct sbuf *b)
{
	int width = left_width(c);

	for (unsigned t = 0; c->tables[t].args != NULL; t++) {
		const char *title = c->tables[t].title;

		for (const struct arg *o = c->tables[t].args; o->name != NULL;
		    o++) {
			if (o->help == NULL)
				continue;
			if (title != NULL)
				sbuf_printf(b, "%s:\n", title);
			title = NULL;
			put_option(c, t, o, width, b);
		}
	}
}

static void
put_exits(const struct command *c, struct sbuf *b)
{
	struct sbuf text = SBUF_INIT;

	for (unsigned i = 0; i < N_EXITS; i++)
		if (c->exits[i] != NULL)
			sbuf_printf(&text, "%s%u %s", text.len ? "; " : "", i,
			    c->exits[i]);
	if (text.len != 0) {
		sbuf_puts(b, "Exit code: ");
		put_wrapped(b, strlen("Exit code: "), 2, sbuf_text(&text));
	}
	sbuf_free(&text);
}

void
help_command(const struct command *c, FILE *f)
{
	struct sbuf b = SBUF_INIT;

	for (unsigned i = 0; c->synopsis[i] != NULL; i++) {
		sbuf_printf(&b, "%s nfwalk %s ", i == 0 ? "usage:" : "      ",
		    c->name);
		put_wrapped(&b, strlen("usage: nfwalk  ") + strlen(c->name), 9,
		    c->synopsis[i]);
	}
	put_wrapped(&b, 0, 0, c->about);
	put_options(c, &b);
	put_exits(c, &b);
	fputs(sbuf_text(&b), f);
	sbuf_free(&b);
}

void
help_all(FILE *f)
{
	fprintf(f, "usage: nfwalk COMMAND [OPTION]...\n"
	    "nfwalk " NFWALK_VERSION ": what iptables rules do with packets, "
	    "without a kernel.\n\n");
	for (unsigned i = 0; command_list[i] != NULL; i++)
		fprintf(f, "  %-*s %s\n", COMMAND_LEFT, command_list[i]->name,
		    command_list[i]->summary);
	fputs("\n'nfwalk help COMMAND' tells of each; --version.\n"
	    "Exit codes: 0 yes, 1 no, 2 usage, 3 input that cannot be read, "
	    "4 undetermined,\n5 internal error.\n", f);
}
