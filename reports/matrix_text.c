/* The service matrix for people. */
#include "reports/regions.h"

#include "base/diag.h"
#include "reports/tell.h"

enum { WIDE_NAME = 24 };

static const char *
zone(const struct matrix_zone *z)
{
	return z != NULL ? z->name : "this host";
}

/* Columns for the names of zones. */
static void
find_width(const struct matrix_family *m, size_t *from, size_t *to)
{
	*from = strlen("from");
	*to = strlen("to");
	for (unsigned i = 0; i < m->n; i++) {
		size_t a = strlen(zone(m->cells[i].from));
		size_t b = strlen(zone(m->cells[i].to));

		if (a > *from && a <= WIDE_NAME)
			*from = a;
		if (b > *to && b <= WIDE_NAME)
			*to = b;
	}
}

static void
put_cell(struct teller *w, const struct matrix_cell *c, size_t from,
    size_t to)
{
	unsigned at = (unsigned)(from + to + 4);

	sbuf_safe(&w->b, zone(c->from), strlen(zone(c->from)));
	tell_column(w, from + 2);
	sbuf_safe(&w->b, zone(c->to), strlen(zone(c->to)));
	for (unsigned i = 0; i < c->n; i++) {
		tell_column(w, at);
		tell_style(w, c->services[i].partly ? S_UNSURE : S_GOOD);
		tell_wrap(w, at + 2, c->services[i].words);
		tell_style(w, S_NONE);
		if (c->services[i].partly)
			sbuf_puts(&w->b, ", in part");
		tell_end(w);
	}
	if (c->witness != NULL)
		text_line(w, at, "for instance: ", c->witness);
}

static void
put_family(struct teller *w, const struct matrix_family *m)
{
	size_t from, to;
	unsigned some = 0;

	find_width(m, &from, &to);
	tell_gap(w);
	sbuf_printf(&w->b, "new connections of %s that the filter table "
	    "accepts\n\n", m->family == AF_INET ? "IPv4" : "IPv6");
	tell_style(w, S_BOLD);
	sbuf_puts(&w->b, "from");
	tell_column(w, from + 2);
	sbuf_puts(&w->b, "to");
	tell_style(w, S_NONE);
	tell_end(w);
	for (unsigned i = 0; i < m->n; i++)
		if (m->cells[i].n != 0) {
			put_cell(w, &m->cells[i], from, to);
			some++;
		}
	if (some < m->n)
		sbuf_printf(&w->b, "%u of %u pairs; nothing between the "
		    "others\n", some, m->n);
}

void
text_matrix(const struct matrix_report *r, bool color, FILE *file)
{
	struct teller w = { .color = color };

	for (unsigned i = 0; i < r->n; i++)
		put_family(&w, &r->families[i]);
	text_assumed(&w, r->env);
	fwrite(sbuf_text(&w.b), 1, w.b.len, file);
	sbuf_free(&w.b);
}
