/* Regions of packets and who decides them. */
#include "reports/html_plan.h"

enum { MANY_BOXES = 12, MAX_REGIONS = 1000 };

static bool
has(const struct html_report *r)
{
	return r->query != NULL;
}

void
html_want_decider(struct html *h, const struct decider *d)
{
	if (d->rule != NULL)
		html_want(h, d->rule);
	if (d->chain != NULL)
		html_want_chain(h, d->chain);
}

static void
want(struct html *h)
{
	for (unsigned i = 0; i < h->r->query->n && i < MAX_REGIONS; i++)
		html_want_decider(h, &h->r->query->regions[i].by);
}

void
html_packet_set(struct html *h, const struct packet_set *s)
{
	html_open(h, "ul", "boxes");
	for (unsigned i = 0; i < s->n && i < MANY_BOXES; i++) {
		html_open(h, "li", NULL);
		html_put(h, "code", NULL, s->boxes[i].words);
		html_close(h);
	}
	if (s->n > MANY_BOXES)
		html_putf(h, "li", "rest", "and %u more", s->n - MANY_BOXES);
	html_close(h);
	if (!s->complete && s->n != 0)
		html_put(h, "p", "about", s->around ? "all of them are in "
		    "these" : "these are some of them");
	if (s->witness != NULL) {
		html_open(h, "p", "witness");
		html_text(h, "for instance ");
		html_put(h, "code", NULL, s->witness);
		html_close(h);
	}
}

void
html_deciding(struct html *h, const struct decider *d)
{
	html_badge(h, d->verdict);
	html_text(h, " ");
	if (d->rule == NULL && d->chain == NULL)
		html_text(h, "no such table");
	else
		html_decider(h, d->rule, d->chain);
	html_text(h, " ");
	html_place(h, d->rule, d->chain);
	if (d->rule != NULL) {
		html_text(h, " ");
		html_rule_text(h, d->rule);
	}
	if (d->effects != NULL && *d->effects != '\0')
		html_putf(h, "span", "nat", " with %s", d->effects);
}

static void
put_region(struct html *h, const struct query_region *r)
{
	html_open(h, "tr", NULL);
	html_open(h, "td", "decider");
	html_deciding(h, &r->by);
	if (r->may != NULL)
		html_putf(h, "p", "about", "may: it hangs on %s", r->may);
	html_close(h);
	html_open(h, "td", "packet");
	html_packet_set(h, &r->packets);
	if (r->not_replayed != NULL)
		html_putf(h, "p", "about", "not replayed: %s",
		    r->not_replayed);
	html_close(h);
	html_close(h);
}

static void
put(struct html *h)
{
	static const char *const columns[] = { "decided by", "packets",
	    NULL };
	const struct query_report *q = h->r->query;

	html_section(h, "regions", "Regions");
	html_putf(h, "p", "about", "All packets that %s %s, by who decides "
	    "them.", q->path ? "go the way" : "enter", q->path ? q->path :
	    q->entry);
	html_table(h, "regions", columns);
	for (unsigned i = 0; i < q->n && i < MAX_REGIONS; i++)
		put_region(h, &q->regions[i]);
	html_end_table(h);
	if (q->n == 0)
		html_put(h, "p", "empty", "There is no such packet.");
	if (q->partial)
		html_put(h, "p", "rest", "There may be more: that was too "
		    "much to work out.");
	html_close(h);
}

const struct html_part html_query = { "regions", "Regions", has, want, put };
