#include "reports/tell.h"

#include "reports/ref.h"

enum { C_PLACE = 70 };

void
tell_style(struct teller *w, enum tell_look s)
{
	static const char *const codes[] = {
		[S_NONE] = "\033[0m", [S_GOOD] = "\033[1;32m",
		[S_BAD] = "\033[1;31m", [S_UNSURE] = "\033[1;33m",
		[S_NAT] = "\033[35m", [S_DIM] = "\033[2m",
		[S_BOLD] = "\033[1m",
	};

	if (w->color)
		sbuf_puts(&w->b, codes[s]);
}

/* Where the line at hand has got to; colour codes have no width. */
size_t
tell_at(const struct teller *w)
{
	size_t at = w->b.len, n = 0;
	const char *s;

	while (at > 0 && w->b.text[at - 1] != '\n')
		at--;
	for (s = w->b.text + at; at < w->b.len; at++, s++) {
		if (*s == '\033')
			while (*s != 'm')
				s++, at++;
		else if ((*s & 0xc0) != 0x80)
			n++;
	}
	return n;
}

void
tell_column(struct teller *w, size_t col)
{
	size_t at = tell_at(w);

	if (at >= col && at > 0)
		sbuf_puts(&w->b, "  ");
	for (; at < col; at++)
		sbuf_putc(&w->b, ' ');
}

void
tell_wrap(struct teller *w, size_t indent, const char *text)
{
	size_t at = tell_at(w);

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (at > indent && at + n > TELL_WIDTH - 1) {
			while (w->b.len && w->b.text[w->b.len - 1] == ' ')
				sbuf_cut(&w->b, w->b.len - 1);
			sbuf_printf(&w->b, "\n%*s", (int)indent, "");
			at = indent;
		}
		sbuf_put(&w->b, text, n);
		at += n;
		text += n;
		for (; *text == ' '; text++, at++)
			sbuf_putc(&w->b, ' ');
	}
}

void
tell_label(struct teller *w, const char *text)
{
	tell_style(w, S_BOLD);
	sbuf_printf(&w->b, "%-8s", text);
	tell_style(w, S_NONE);
	sbuf_putc(&w->b, ' ');
}

void
tell_end(struct teller *w)
{
	while (w->b.len && w->b.text[w->b.len - 1] == ' ')
		sbuf_cut(&w->b, w->b.len - 1);
	sbuf_putc(&w->b, '\n');
}

void
tell_gap(struct teller *w)
{
	size_t n = w->b.len;

	if (n >= 2 && w->b.text[n - 1] == '\n' && w->b.text[n - 2] != '\n')
		sbuf_putc(&w->b, '\n');
}

void
tell_place(struct teller *w, const struct rule *r, const struct chain *c)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	if (r != NULL)
		ref_rule_place(r, &b);
	else if (c != NULL)
		ref_chain_place(c, &b);
	text = sbuf_text(&b);
	if (w->one_file && strrchr(text, ':') != NULL)
		text = strrchr(text, ':');
	if (*text != '\0') {
		tell_column(w, tell_at(w) < C_PLACE ? C_PLACE : 0);
		tell_style(w, S_DIM);
		sbuf_puts(&w->b, text);
		tell_style(w, S_NONE);
	}
	sbuf_free(&b);
}
