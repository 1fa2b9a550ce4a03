/* The service matrix as Markdown. */
#include "reports/regions.h"

#include "reports/md.h"

static void
put_cell(struct sbuf *b, const struct matrix_cell *c)
{
	md_cell(b);
	md_text(b, c->from != NULL ? c->from->name : "this host");
	md_cell(b);
	md_text(b, c->to != NULL ? c->to->name : "this host");
	md_cell(b);
	for (unsigned i = 0; i < c->n; i++) {
		sbuf_puts(b, i != 0 ? "<br>" : "");
		md_text(b, c->services[i].words);
		sbuf_puts(b, c->services[i].partly ? ", in part" : "");
	}
	md_cell(b);
	if (c->witness != NULL)
		md_code(b, c->witness);
	md_row(b);
}

static void
put_family(struct sbuf *b, const struct matrix_family *m)
{
	unsigned some = 0;

	sbuf_printf(b, "\n### %s\n\n", m->family == AF_INET ? "IPv4" :
	    "IPv6");
	md_header(b, "from|to|services|for instance");
	for (unsigned i = 0; i < m->n; i++)
		if (m->cells[i].n != 0) {
			put_cell(b, &m->cells[i]);
			some++;
		}
	if (some < m->n)
		sbuf_printf(b, "\n%u of %u pairs; nothing between the "
		    "others\n", some, m->n);
}

void
md_matrix(const struct matrix_report *r, FILE *file)
{
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, "## nfwalk: new connections that the filter table "
	    "accepts\n");
	for (unsigned i = 0; i < r->n; i++)
		put_family(&b, &r->families[i]);
	md_assumed(&b, r->env->assumptions, r->env->n_assumptions);
	fwrite(sbuf_text(&b), 1, b.len, file);
	sbuf_free(&b);
}
