#include "reports/md.h"

#include "base/diag.h"
#include "reports/ref.h"

#include <string.h>
#include <strings.h>

/* Safe, on one line, and not too long: no character is cut in two. */
static void
put_short(struct sbuf *b, const char *text)
{
	size_t len = strnlen(text, MD_LONGEST), from = b->len;
	bool cut = text[len] != '\0';

	while (cut && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	sbuf_safe(b, text, len);
	if (b->len - from > 4 * MD_LONGEST)
		sbuf_cut(b, from + 4 * MD_LONGEST);
	if (cut)
		sbuf_puts(b, "...");
}

/* Would a link begin here by itself? */
static bool
begins_link(const char *s)
{
	return strncmp(s, "://", 3) == 0 || *s == '@';
}

static void
put_escaped(struct sbuf *b, const char *s)
{
	for (const char *at = s; *at != '\0'; at++) {
		if (strchr("\\`*_[]<>|&~#!$", *at) != NULL ||
		    begins_link(at))
			sbuf_putc(b, '\\');
		/* "www." links by itself, too. */
		if (*at == '.' && at - s >= 3 &&
		    strncasecmp(at - 3, "www", 3) == 0)
			sbuf_putc(b, '\\');
		sbuf_putc(b, *at);
	}
}

void
md_text(struct sbuf *b, const char *text)
{
	struct sbuf safe = SBUF_INIT;

	put_short(&safe, text);
	put_escaped(b, sbuf_text(&safe));
	sbuf_free(&safe);
}

/* The longest run of backticks: the fence is longer. */
static unsigned
longest_run(const char *s)
{
	unsigned most = 0, run = 0;

	for (; *s != '\0'; s++) {
		run = *s == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static void
put_fence(struct sbuf *b, unsigned n)
{
	while (n-- > 0)
		sbuf_putc(b, '`');
}

void
md_code(struct sbuf *b, const char *text)
{
	struct sbuf safe = SBUF_INIT;
	unsigned fence;
	const char *s, *pad;

	put_short(&safe, text);
	s = sbuf_text(&safe);
	fence = longest_run(s) + 1;
	pad = fence > 1 || *s == ' ' ? " " : "";
	if (*s == '\0')
		return;
	put_fence(b, fence);
	sbuf_puts(b, pad);
	for (; *s != '\0'; s++) {	/* tables are cut at '|' before all */
		if (*s == '|')
			sbuf_putc(b, '\\');
		sbuf_putc(b, *s);
	}
	sbuf_puts(b, pad);
	put_fence(b, fence);
	sbuf_free(&safe);
}

void
md_header(struct sbuf *b, const char *names)
{
	sbuf_printf(b, "|%s|\n|", names);
	for (const char *s = names; s != NULL; s = strchr(s + 1, '|'))
		sbuf_puts(b, "---|");
	sbuf_putc(b, '\n');
}

void
md_cell(struct sbuf *b)
{
	sbuf_puts(b, b->len == 0 || b->text[b->len - 1] == '\n' ? "| " :
	    " | ");
}

void
md_row(struct sbuf *b)
{
	sbuf_puts(b, " |\n");
}

void
md_more(struct sbuf *b, unsigned n, const char *what)
{
	if (n != 0)
		sbuf_printf(b, "\nand %u more %s\n", n, what);
}

void
md_decider(struct sbuf *b, const struct rule *r, const struct chain *c)
{
	struct sbuf name = SBUF_INIT, place = SBUF_INIT;

	if (r == NULL && c != NULL && c->hook == HOOK_NONE) {
		ref_chain(c, &name);
		sbuf_puts(&name, " end");
	} else {
		ref_decider(r, c, &name);
	}
	md_text(b, sbuf_text(&name));
	if (r != NULL)
		ref_rule_place(r, &place);
	else if (c != NULL)
		ref_chain_place(c, &place);
	if (place.len != 0) {
		sbuf_puts(b, " (");
		md_text(b, sbuf_text(&place));
		sbuf_putc(b, ')');
	}
	sbuf_free(&name);
	sbuf_free(&place);
}

void
md_assumed(struct sbuf *b, const char *const *list, unsigned n)
{
	if (n == 0)
		return;
	sbuf_puts(b, "\n<details><summary>assumed</summary>\n\n");
	for (unsigned i = 0; i < n && i < MD_MANY; i++) {
		sbuf_puts(b, "- ");
		md_text(b, list[i]);
		sbuf_putc(b, '\n');
	}
	md_more(b, n > MD_MANY ? n - MD_MANY : 0, "assumptions");
	sbuf_puts(b, "\n</details>\n");
}
