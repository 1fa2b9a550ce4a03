/* Who decides which packets, and the service matrix, as CSV: a line for each
 * box of packets, and for each service. */
#include "reports/regions.h"

#include "reports/csv.h"

/* Values of one field or of several, with spaces between. */
static void
csv_values(struct csv *c, const char *const *values, unsigned n)
{
	struct sbuf b = SBUF_INIT;

	for (unsigned i = 0; i < n; i++) {
		sbuf_puts(&b, i != 0 ? " " : "");
		sbuf_puts(&b, values[i]);
	}
	csv_text(c, sbuf_text(&b));
	sbuf_free(&b);
}

/* The columns of a region that are the same for all its boxes. */
static void
put_region(struct csv *c, const struct query_region *r, const char *words)
{
	csv_text(c, r->by.verdict);
	csv_text(c, r->may != NULL ? "possible" : "certain");
	csv_place(c, r->by.rule, r->by.chain);
	csv_text(c, words);
	csv_text(c, r->packets.complete ? "all" :
	    r->packets.around ? "around" : "some");
	csv_text(c, r->packets.witness);
	csv_text(c, r->by.effects);
	csv_text(c, r->may);
	csv_end(c);
}

void
csv_query(const struct query_report *q, FILE *file)
{
	struct csv c = CSV_INIT(file);

	csv_header(&c, "verdict,certainty," CSV_PLACE ",packets,packets_are,"
	    "witness,effects,hangs_on");
	for (unsigned i = 0; i < q->n; i++) {
		const struct query_region *r = &q->regions[i];

		for (unsigned k = 0; k < r->packets.n; k++)
			put_region(&c, r, r->packets.boxes[k].words);
		if (r->packets.n == 0)
			put_region(&c, r, NULL);
	}
	csv_free(&c);
}

/* "host": this one; "other": interfaces that no rule names. */
static void
put_zone(struct csv *c, const struct matrix_zone *z)
{
	if (z == NULL)
		csv_text(c, "host");
	else if (z->n == 0)
		csv_text(c, "other");
	else
		csv_values(c, (const char *const *)z->ifaces, z->n);
}

static void
put_service(struct csv *c, int family, const struct matrix_cell *cell,
    const struct matrix_service *s)
{
	csv_count(c, true, family == AF_INET6 ? 6 : 4);
	put_zone(c, cell->from);
	put_zone(c, cell->to);
	csv_text(c, s != NULL ? s->words : "none");
	csv_text(c, s == NULL ? NULL : s->partly ? "yes" : "no");
	csv_text(c, cell->witness);
	csv_end(c);
}

void
csv_matrix(const struct matrix_report *r, FILE *file)
{
	struct csv c = CSV_INIT(file);

	csv_header(&c, "family,from,to,service,partly,witness");
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned k = 0; k < r->families[i].n; k++) {
			const struct matrix_cell *cell =
			    &r->families[i].cells[k];

			for (unsigned s = 0; s < cell->n; s++)
				put_service(&c, r->families[i].family, cell,
				    &cell->services[s]);
			if (cell->n == 0)
				put_service(&c, r->families[i].family, cell,
				    NULL);
		}
	csv_free(&c);
}
