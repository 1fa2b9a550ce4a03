/* The service matrix: who can reach what. */
#include "reports/html_put.h"

enum { MAX_ZONES = 30 };

struct zones { const struct matrix_zone *list[MAX_ZONES]; unsigned n, all; };

static bool
has(const struct html_report *r)
{
	return r->matrix != NULL && r->matrix->n != 0;
}

static void
add_zone(struct zones *z, const struct matrix_zone *zone)
{
	for (unsigned i = 0; i < z->n; i++)
		if (z->list[i] == zone)
			return;
	z->all++;
	if (z->n < MAX_ZONES)
		z->list[z->n++] = zone;
}

/* This host (null) first. */
static void
find_zones(const struct matrix_family *m, struct zones *z)
{
	*z = (struct zones){ .n = 1, .all = 1 };
	for (unsigned i = 0; i < m->n; i++) {
		add_zone(z, m->cells[i].from);
		add_zone(z, m->cells[i].to);
	}
}

static const struct matrix_cell *
find_cell(const struct matrix_family *m, const struct matrix_zone *from,
    const struct matrix_zone *to)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->cells[i].from == from && m->cells[i].to == to)
			return &m->cells[i];
	return NULL;
}

static const char *
zone_name(const struct matrix_zone *z)
{
	return z != NULL ? z->name : "this host";
}

static void
put_services(struct html *h, const struct matrix_cell *c)
{
	html_open(h, "ul", "services");
	for (unsigned i = 0; i < c->n; i++) {
		const struct matrix_service *s = &c->services[i];

		html_open(h, "li", s->partly ? "partly" :
		    strcmp(s->words, "all") == 0 ? "everything" : NULL);
		html_put(h, "code", NULL, s->words);
		if (s->partly)
			html_put(h, "small", NULL, " in part");
		html_close(h);
	}
	html_close(h);
}

static void
put_cell(struct html *h, const struct matrix_cell *c)
{
	html_open(h, "td", c == NULL ? "none" : c->n == 0 ? "closed" :
	    "open");
	if (c == NULL) {
		html_text(h, "n/a");
	} else if (c->n == 0) {
		html_text(h, "nothing");
	} else {
		put_services(h, c);
		if (c->witness != NULL) {
			html_open(h, "details", NULL);
			html_put(h, "summary", NULL, "proof");
			html_put(h, "code", NULL, c->witness);
			html_close(h);
		}
	}
	html_close(h);
}

static void
put_row(struct html *h, const struct matrix_family *m, const struct zones *z,
    const struct matrix_zone *from)
{
	html_open(h, "tr", NULL);
	html_open(h, "th", NULL);
	html_attr(h, "scope", "row");
	html_textf(h, "from %s", zone_name(from));
	html_close(h);
	for (unsigned i = 0; i < z->n; i++)
		put_cell(h, find_cell(m, from, z->list[i]));
	html_close(h);
}

static void
put_family(struct html *h, const struct matrix_family *m)
{
	const char *columns[MAX_ZONES + 2] = { "" };
	struct zones z;

	find_zones(m, &z);
	html_put(h, "h3", NULL, m->family == AF_INET ? "IPv4" : "IPv6");
	for (unsigned i = 0; i < z.n; i++)
		columns[i + 1] = arena_printf(&h->arena, "to %s",
		    zone_name(z.list[i]));
	html_table(h, "matrix", columns);
	for (unsigned i = 1; i < z.n; i++)
		put_row(h, m, &z, z.list[i]);
	put_row(h, m, &z, NULL);
	html_end_table(h);
	if (z.all > z.n) {
		html_open(h, "p", "rest");
		html_many(h, z.all - z.n, "more zone");
		html_text(h, " are not shown; nfwalk query --matrix has all.");
		html_close(h);
	}
}

static void
put(struct html *h)
{
	html_section(h, "exposure", "Exposure");
	html_put(h, "p", "about", "New connections that the filter table "
	    "accepts, between interfaces that the rules tell apart. In part: "
	    "not from or to every address, or it hangs on a limit or a list. "
	    "Each cell has a packet that proves it.");
	for (unsigned i = 0; i < h->r->matrix->n; i++)
		put_family(h, &h->r->matrix->families[i]);
	html_close(h);
}

const struct html_part html_exposure = { "exposure", "Exposure", has, NULL,
    put };
