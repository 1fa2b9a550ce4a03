#include "man.h"

#include "base/mdoc.h"
#include "base/out.h"
#include "command.h"
#include "help.h"
#include "reports/catalogue.h"
#include "reports/schemas.h"

#include <ctype.h>
#include <string.h>

enum { EXAMPLE_WIDTH = 66, SYNOPSIS_WIDTH = 50, USER_COMMANDS = 1,
    FILE_FORMATS = 5, MISCELLANY = 7 };

/* What all commands mean by a code. */
static const char *const usual_exits[N_EXITS] = {
	[EXIT_YES] = "done",
	[EXIT_USAGE] = "wrong usage",
	[EXIT_INPUT] = "input that cannot be read or parsed, output that "
	    "cannot be written",
	[EXIT_INTERNAL] = "an error of nfwalk itself: analysis and simulator "
	    "do not agree",
};

/* A sentence of what is a line of help. */
static void
put_sentence(struct sbuf *b, const char *line)
{
	struct sbuf s = SBUF_INIT;

	sbuf_printf(&s, "%c%s%s", toupper((unsigned char)*line), line + 1,
	    line[strlen(line) - 1] == '.' ? "" : ".");
	mdoc_text(b, sbuf_text(&s));
	sbuf_free(&s);
}

/* ---- a command ---- */

/* A word of a synopsis: an option bold, what stands for something italic. */
static void
put_word(struct sbuf *b, const char *word, size_t len)
{
	bool option = *word == '-', stands = isupper((unsigned char)*word);

	sbuf_puts(b, option ? "\\fB\\" : stands ? "\\fI" : "");
	sbuf_put(b, word, len);
	sbuf_puts(b, option || stands ? "\\fR" : "");
}

static void
put_synopsis(struct sbuf *b, const char *name, const char *line)
{
	size_t start;

	sbuf_printf(b, ".Nm nfwalk %s\n", name);
	start = b->len;
	while (*line != '\0') {
		size_t n = strcspn(line, " [].,='>");

		if (n != 0) {
			put_word(b, line, n);
			line += n;
		} else if (*line == ' ' && b->len - start > SYNOPSIS_WIDTH) {
			sbuf_putc(b, '\n');
			start = b->len;
			line++;
		} else {
			if (*line == '\'')
				sbuf_puts(b, "\\(aq");
			else
				sbuf_putc(b, *line);
			line++;
		}
	}
	if (b->len > start)
		sbuf_putc(b, '\n');
}

/* Paragraphs; those that begin with spaces are lines. */
static void
put_paragraphs(struct sbuf *b, const char *const *text)
{
	struct sbuf lines = SBUF_INIT;

	for (; text != NULL && *text != NULL; text++) {
		bool more = text[1] != NULL && strncmp(text[1], "  ", 2) == 0;

		if (strncmp(*text, "  ", 2) == 0) {
			sbuf_printf(&lines, "%s\n", *text + 2);
			if (!more)
				mdoc_lines(b, sbuf_text(&lines));
			if (!more)
				sbuf_clear(&lines);
		} else {
			sbuf_puts(b, ".Pp\n");
			mdoc_text(b, *text);
		}
	}
	sbuf_free(&lines);
}

static void
put_names(const struct command *c, unsigned t, const struct arg *o,
    struct sbuf *b)
{
	struct arg_names n = arg_names(c, t, o);

	sbuf_puts(b, ".It");
	if (n.brief != NULL)
		sbuf_printf(b, " Fl %s", n.brief + 1);
	if (n.full != NULL)
		sbuf_printf(b, "%s Fl %s", n.brief ? " ," : "", n.full + 1);
	if (o->value != NULL) {
		sbuf_puts(b, " Ar");
		mdoc_arg(b, o->value);
	}
	sbuf_putc(b, '\n');
}

static void
put_option(const struct command *c, unsigned t, const struct arg *o,
    struct sbuf *b)
{
	struct sbuf text = SBUF_INIT;

	put_names(c, t, o, b);
	help_text(c, o, &text);
	put_sentence(b, sbuf_text(&text));
	if (o->more != NULL)
		mdoc_text(b, o->more);
	if (o->repeatable)
		mdoc_text(b, "May be given again.");
	sbuf_free(&text);
}

static void
put_options(const struct command *c, struct sbuf *b)
{
	bool open = false, any = false;

	for (unsigned t = 0; c->tables[t].args != NULL; t++) {
		const char *title = c->tables[t].title;

		for (const struct arg *o = c->tables[t].args; o->name != NULL;
		    o++) {
			if (o->help == NULL)
				continue;
			if (title != NULL) {
				sbuf_puts(b, open ? ".El\n" : "");
				if (!any)
					mdoc_section(b, "OPTIONS");
				any = true;
				mdoc_part(b, title);
				sbuf_puts(b, ".Bl -tag -width Ds\n");
				open = true;
				title = NULL;
			}
			put_option(c, t, o, b);
		}
	}
	sbuf_puts(b, open ? ".El\n" : "");
}

static void
put_exits(const char *const exits[N_EXITS], struct sbuf *b)
{
	mdoc_section(b, "EXIT STATUS");
	sbuf_puts(b, ".Bl -tag -width Ds\n");
	for (unsigned i = 0; i < N_EXITS; i++) {
		const char *text = exits[i] ? exits[i] : usual_exits[i];

		if (text == NULL)
			continue;
		sbuf_printf(b, ".It %u\n", i);
		put_sentence(b, text);
	}
	sbuf_puts(b, ".El\n");
}

/* Where a line of the shell may be broken: at the last space before 'width'
 * that is in no quotes; its length if it is short or there is none. */
static size_t
break_at(const char *line, size_t len, size_t width)
{
	size_t last = len;
	bool quoted = false;

	for (size_t i = 0; i < len && (i < width || last == len); i++) {
		quoted ^= line[i] == '\'';
		if (line[i] == ' ' && !quoted)
			last = i;
	}
	return len <= width ? len : last;
}

/* Commands with "; " between them, each in a line of its own. */
static void
put_commands(struct sbuf *b, const char *line)
{
	struct sbuf lines = SBUF_INIT;

	while (*line != '\0') {
		const char *end = strstr(line, "; ");
		size_t n = end != NULL ? (size_t)(end - line) : strlen(line);
		const char *next = line + n + (end != NULL ? 2 : 0);

		sbuf_puts(&lines, "$ ");
		while (n > 0) {
			size_t part = break_at(line, n, EXAMPLE_WIDTH);

			sbuf_put(&lines, line, part);
			sbuf_puts(&lines, part < n ? " \\\n      " : "\n");
			part += part < n;
			line += part;
			n -= part;
		}
		line = next;
	}
	mdoc_lines(b, sbuf_text(&lines));
	sbuf_free(&lines);
}

static void
put_examples(const struct example *e, struct sbuf *b)
{
	if (e == NULL)
		return;
	mdoc_section(b, "EXAMPLES");
	for (bool first = true; e->what != NULL; e++, first = false) {
		struct sbuf what = SBUF_INIT;

		sbuf_printf(&what, "%s:", e->what);
		sbuf_puts(b, first ? "" : ".Pp\n");
		mdoc_text(b, sbuf_text(&what));
		put_commands(b, e->line);
		sbuf_free(&what);
	}
}

static void
man_command(const struct command *c, struct sbuf *b)
{
	struct sbuf name = SBUF_INIT, see = SBUF_INIT;

	sbuf_printf(&name, "nfwalk-%s", c->name);
	mdoc_head(b, sbuf_text(&name), USER_COMMANDS, c->summary);
	mdoc_section(b, "SYNOPSIS");
	for (unsigned i = 0; c->synopsis[i] != NULL; i++)
		put_synopsis(b, c->name, c->synopsis[i]);
	mdoc_section(b, "DESCRIPTION");
	mdoc_text(b, c->about);
	put_paragraphs(b, c->text);
	put_options(c, b);
	put_exits(c->exits, b);
	put_examples(c->examples, b);
	sbuf_printf(&see, "nfwalk(1)%s%s", c->see ? " " : "", c->see ? c->see :
	    "");
	mdoc_see(b, sbuf_text(&see));
	sbuf_free(&name);
	sbuf_free(&see);
}

/* ---- nfwalk(1) ---- */

static const struct { const char *name, *text; } environment[] = {
	{ "NO_COLOR", "If it is not empty, there are no colours." },
	{ "CLICOLOR_FORCE", "If it, or FORCE_COLOR, is neither empty nor 0, "
	    "there are colours even where the output is no terminal." },
	{ "TERM", "If it is dumb, there are no colours and there is no "
	    "pager." },
	{ "NFWALK_PAGER", "The pager of nfwalk-trace(1) and nfwalk-explain(1) on "
	    "a terminal, a command of the shell; empty or cat: none. "
	    "Without it PAGER, else less." },
	{ "LESS", "Options of less; without it FRX: it ends at once if the "
	    "screen is enough." },
	{ "SOURCE_DATE_EPOCH", "The day that nfwalk-audit(1) takes for "
	    "today, in seconds since 1970." },
};

static const struct example all_examples[] = {
	{ "Why is this packet dropped", "nfwalk trace -r rules "
	    "'eth0 tcp 203.0.113.7:51514 > 198.51.100.10:8080 syn'" },
	{ "What is wrong with these rules", "nfwalk audit rules" },
	{ "Who may log in", "nfwalk query -r rules --dport 22 --verdict "
	    "ACCEPT" },
	{ 0 }
};

static void
put_environment(struct sbuf *b)
{
	mdoc_section(b, "ENVIRONMENT");
	sbuf_puts(b, ".Bl -tag -width Ds\n");
	for (unsigned i = 0; i < sizeof(environment) / sizeof(*environment);
	    i++) {
		sbuf_printf(b, ".It Ev %s\n", environment[i].name);
		mdoc_text(b, environment[i].text);
	}
	sbuf_puts(b, ".El\n");
}

static void
man_all(struct sbuf *b)
{
	static const char *const exits[N_EXITS] = {
		[EXIT_YES] = "yes, clean, done",
		[EXIT_NO] = "no: findings, a failed expectation, a difference",
		[EXIT_UNDETERMINED] = "it depends on what is not known; in "
		    "most commands only with --strict",
	};
	struct sbuf see = SBUF_INIT;

	mdoc_head(b, "nfwalk", USER_COMMANDS, "what iptables rules do with "
	    "packets, without a kernel");
	mdoc_section(b, "SYNOPSIS");
	put_synopsis(b, "COMMAND", "[OPTION]...");
	put_synopsis(b, "help", "[COMMAND]");
	put_synopsis(b, "--version", "");
	mdoc_section(b, "DESCRIPTION");
	mdoc_text(b, "Simulates and analyses the rules of Linux iptables as "
	    "iptables-save(8) prints them. It needs no root, no kernel and no "
	    "network, and changes nothing. What a dump does not tell makes a "
	    "verdict DEPENDS; every assumption is printed.");
	sbuf_puts(b, ".Pp\nThe commands:\n.Bl -tag -width Ds\n");
	for (unsigned i = 0; command_list[i] != NULL; i++) {
		sbuf_printf(b, ".It Xr nfwalk-%s 1\n", command_list[i]->name);
		put_sentence(b, command_list[i]->summary);
		sbuf_printf(&see, "nfwalk-%s(1) ", command_list[i]->name);
	}
	sbuf_puts(b, ".El\n");
	put_environment(b);
	put_exits(exits, b);
	put_examples(all_examples, b);
	sbuf_puts(&see, "nfwalk-json(5) nfwalk-packets(5) nfwalk-snapshot(5) "
	    "nfwalk-test(5) nfwalk-formats(7) nfwalk-page(7) nfwalk-rules(7) nfwalk-sets(7) iptables(8) "
	    "iptables-save(8)");
	mdoc_see(b, sbuf_text(&see));
	sbuf_free(&see);
}

/* ---- all ---- */

static bool
write_page(const char *dir, const char *name, int section, struct sbuf *text,
    struct diags *diags)
{
	const char *path = arena_printf(diags->arena, "%s/%s.%d", dir, name,
	    section);
	struct out out;
	bool ok = out_open(&out, path, diags);

	if (ok) {
		fwrite(sbuf_text(text), 1, text->len, out.file);
		ok = out_commit(&out, diags);
	}
	sbuf_free(text);
	return ok;
}

bool
man_write(const char *dir, struct diags *diags)
{
	struct sbuf b = SBUF_INIT;
	bool ok;

	man_all(&b);
	ok = write_page(dir, "nfwalk", USER_COMMANDS, &b, diags);
	for (unsigned i = 0; ok && command_list[i] != NULL; i++) {
		man_command(command_list[i], &b);
		ok = write_page(dir, arena_printf(diags->arena, "nfwalk-%s",
		    command_list[i]->name), USER_COMMANDS, &b, diags);
	}
	catalogue_man(&b);
	ok = write_page(dir, "nfwalk-rules", MISCELLANY, &b, diags) && ok;
	schemas_man(&b);
	return write_page(dir, "nfwalk-json", FILE_FORMATS, &b, diags) && ok;
}
