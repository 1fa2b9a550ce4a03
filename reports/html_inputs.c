/* What was assumed, what went in, and the command. */
#include "base/version.h"
#include "reports/html_plan.h"

static bool
always(const struct html_report *r)
{
	(void)r;
	return true;
}

/* ---- assumptions and unknowns ---- */

static void
want_unknowns(struct html *h)
{
	const struct summary_view *v = h->r->summary;

	for (unsigned i = 0; v != NULL && i < v->n_unknowns; i++)
		html_want(h, v->unknowns[i].rule);
}

static void
put_unknowns(struct html *h, const struct summary_view *v)
{
	html_put(h, "h3", NULL, "Unknown");
	html_put(h, "p", "about", "Rules that asked what nobody told; they "
	    "were taken as not matching.");
	html_open(h, "ul", NULL);
	for (unsigned i = 0; i < v->n_unknowns; i++) {
		html_open(h, "li", NULL);
		html_rule(h, v->unknowns[i].rule);
		html_text(h, " ");
		html_many(h, v->unknowns[i].times, "time");
		html_text(h, " ");
		html_rule_text(h, v->unknowns[i].rule);
		html_close(h);
	}
	html_close(h);
}

static void
put_assumptions(struct html *h)
{
	html_section(h, "assumptions", "Assumptions and unknowns");
	html_open(h, "ul", "assumptions");
	for (unsigned i = 0; i < h->r->n_assumptions; i++)
		html_put(h, "li", NULL, h->r->assumptions[i]);
	if (h->r->n_assumptions == 0)
		html_put(h, "li", "empty", "Nothing was assumed.");
	html_close(h);
	if (h->r->summary != NULL && h->r->summary->n_unknowns != 0)
		put_unknowns(h, h->r->summary);
	html_close(h);
}

const struct html_part html_assumptions = { "assumptions", "Assumptions",
    always, want_unknowns, put_assumptions };

/* ---- inputs ---- */

static void
put_inputs(struct html *h)
{
	static const char *const columns[] = { "file", "what", "#bytes",
	    "SHA-256", NULL };

	html_section(h, "inputs", "Inputs");
	html_table(h, "inputs", columns);
	for (unsigned i = 0; i < h->r->n_inputs; i++) {
		const struct html_input *in = &h->r->inputs[i];

		html_open(h, "tr", NULL);
		html_put(h, "td", NULL, in->name);
		html_put(h, "td", NULL, in->what);
		html_count(h, "td", "num", in->size);
		html_put(h, "td", "hash", in->sha256 ? in->sha256 :
		    "a stream: not known");
		html_close(h);
	}
	html_end_table(h);
	html_put(h, "p", NULL, "nfwalk " NFWALK_VERSION "; this page again:");
	html_open(h, "pre", NULL);
	html_text(h, h->r->command);
	html_close(h);
	html_close(h);
}

const struct html_part html_inputs = { "inputs", "Inputs", always, NULL,
    put_inputs };
