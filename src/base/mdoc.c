#include "base/mdoc.h"

#include "base/version.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 72 };

/* One character that troff would not print as it is. */
static void
put_char(struct sbuf *b, char c)
{
	static const struct { char c; const char *roff; } special[] = {
		{ '\\', "\\e" }, { '\'', "\\(aq" }, { '`', "\\(ga" },
		{ '^', "\\(ha" }, { '~', "\\(ti" }, { '"', "\\(dq" },
		{ '-', "\\-" },
	};

	for (unsigned i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (special[i].c == c) {
			sbuf_puts(b, special[i].roff);
			return;
		}
	sbuf_putc(b, c);
}

static void
put_chars(struct sbuf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		/* A hyphen between letters may be one. */
		if (s[i] == '-' && i > 0 && i + 1 < len &&
		    isalpha((unsigned char)s[i - 1]) &&
		    isalpha((unsigned char)s[i + 1]))
			sbuf_putc(b, '-');
		else
			put_char(b, s[i]);
}

void
mdoc_arg(struct sbuf *b, const char *text)
{
	sbuf_puts(b, " \"");
	put_chars(b, text, strlen(text));
	sbuf_putc(b, '"');
}

/* "2026-11-26" as mdoc wants it: "November 26, 2026". */
static void
put_date(struct sbuf *b, const char *date)
{
	static const char *const months[] = { "January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December" };
	long month = strtol(date + 5, NULL, 10);

	sbuf_printf(b, ".Dd %s %ld, %.4s\n", months[month - 1],
	    strtol(date + 8, NULL, 10), date);
}

void
mdoc_head(struct sbuf *b, const char *name, int section, const char *summary)
{
	put_date(b, NFWALK_DATE);
	sbuf_puts(b, ".Dt ");
	for (const char *s = name; *s != '\0'; s++)
		sbuf_putc(b, (char)toupper((unsigned char)*s));
	sbuf_printf(b, " %d\n.Os nfwalk " NFWALK_VERSION "\n.Sh NAME\n.Nm %s\n"
	    ".Nd ", section, name);
	put_chars(b, summary, strlen(summary));
	sbuf_putc(b, '\n');
}

void
mdoc_section(struct sbuf *b, const char *title)
{
	sbuf_printf(b, ".Sh %s\n", title);
}

void
mdoc_part(struct sbuf *b, const char *title)
{
	sbuf_puts(b, ".Ss");
	mdoc_arg(b, title);
	sbuf_putc(b, '\n');
}

/* Is the word "name(5)", perhaps with a mark behind it? */
static bool
is_reference(const char *word, size_t len, size_t *name)
{
	size_t n = 0;

	while (n < len && (isalnum((unsigned char)word[n]) || word[n] == '-'))
		n++;
	*name = n;
	return n > 0 && n + 3 <= len && word[n] == '(' &&
	    isdigit((unsigned char)word[n + 1]) && word[n + 2] == ')' &&
	    len - n - 3 <= 1;
}

static bool
ends_sentence(const char *word, size_t len)
{
	return word[len - 1] == '.' && !(len > 3 && word[len - 2] == '.');
}

void
mdoc_text(struct sbuf *b, const char *text)
{
	size_t start = b->len, name;	/* of the line at hand */
	bool fresh = true, ends = false;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n == 0) {
			text++;
			continue;
		}
		if (!fresh && (ends || is_reference(text, n, &name) ||
		    b->len - start + n >= WIDTH)) {
			sbuf_putc(b, '\n');
			fresh = true;
		}
		if (fresh)
			start = b->len;
		else
			sbuf_putc(b, ' ');
		ends = true;
		if (is_reference(text, n, &name)) {
			sbuf_printf(b, ".Xr %.*s %c", (int)name, text,
			    text[name + 1]);
			if (n > name + 3)
				sbuf_printf(b, " %c", text[name + 3]);
		} else {
			if (fresh && *text == '.')
				sbuf_puts(b, "\\&");
			put_chars(b, text, n);
			ends = ends_sentence(text, n);
		}
		fresh = false;
		text += n;
	}
	if (!fresh)
		sbuf_putc(b, '\n');
}

void
mdoc_lines(struct sbuf *b, const char *lines)
{
	sbuf_puts(b, ".Bd -literal -offset indent\n");
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		if (*lines == '.')
			sbuf_puts(b, "\\&");
		for (size_t i = 0; i < n; i++)
			put_char(b, lines[i]);
		sbuf_putc(b, '\n');
		lines += n + (lines[n] == '\n');
	}
	sbuf_puts(b, ".Ed\n");
}

void
mdoc_see(struct sbuf *b, const char *list)
{
	mdoc_section(b, "SEE ALSO");
	while (*list != '\0') {
		size_t n = strcspn(list, " "), name = strcspn(list, "(");

		sbuf_printf(b, ".Xr %.*s %c%s\n", (int)name, list,
		    list[name + 1], list[n] != '\0' ? " ," : "");
		list += n + strspn(list + n, " ");
	}
}
