/* Who decides which packets, as Markdown. */
#include "reports/regions.h"

#include "reports/md.h"

enum { MANY_BOXES = 5 };

void
md_packets(struct sbuf *b, const struct packet_set *p)
{
	for (unsigned i = 0; i < p->n && i < MANY_BOXES; i++) {
		sbuf_puts(b, i != 0 ? "<br>" : "");
		md_code(b, p->boxes[i].words);
	}
	if (p->n > MANY_BOXES)
		sbuf_printf(b, "<br>and %u more boxes", p->n - MANY_BOXES);
	if (!p->complete)
		sbuf_puts(b, p->around ? "<br>(all are in these)" :
		    "<br>(some of them)");
}

void
md_deciding(struct sbuf *b, const struct decider *d)
{
	sbuf_printf(b, "%s ", d->verdict);
	if (d->rule != NULL || d->chain != NULL)
		md_decider(b, d->rule, d->chain);
	if (d->effects != NULL && *d->effects != '\0') {
		sbuf_puts(b, ", with ");
		md_text(b, d->effects);
	}
}

static void
put_region(struct sbuf *b, const struct query_region *r)
{
	md_cell(b);
	md_deciding(b, &r->by);
	sbuf_puts(b, r->may != NULL ? " (possible)" : "");
	md_cell(b);
	md_packets(b, &r->packets);
	md_cell(b);
	if (r->packets.witness != NULL)
		md_code(b, r->packets.witness);
	md_row(b);
}

void
md_query(const struct query_report *q, FILE *file)
{
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, "## nfwalk query: ");
	md_text(&b, q->path != NULL ? q->path : q->entry);
	sbuf_printf(&b, "\n\n%s", q->n == 0 ? "There is no such packet.\n" :
	    "");
	if (q->n != 0)
		md_header(&b, "decided by|packets|for instance");
	for (unsigned i = 0; i < q->n && i < MD_MANY; i++)
		put_region(&b, &q->regions[i]);
	md_more(&b, q->n > MD_MANY ? q->n - MD_MANY : 0, "regions");
	if (q->partial)
		sbuf_puts(&b, "\nThere may be more: that was too much to work "
		    "out.\n");
	md_assumed(&b, q->env->assumptions, q->env->n_assumptions);
	fwrite(sbuf_text(&b), 1, b.len, file);
	sbuf_free(&b);
}
