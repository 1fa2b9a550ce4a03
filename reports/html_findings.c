#include "reports/html_findings.h"

#include "model/owners.h"
#include "reports/html_plan.h"

/* ---- which ---- */

/* How many of its id came up to this one. */
static unsigned
count_id(unsigned *seen, const struct finding *f)
{
	return ++seen[f->check - checks];
}

const struct shown_finding *
html_findings_shown(struct html *h, unsigned *n, unsigned *all)
{
	const struct findings *from = h->r->findings->findings;
	struct shown_finding *out = arena_alloc(&h->arena,
	    PLAN_FINDINGS * sizeof(*out));

	*n = *all = 0;
	for (int s = SEV_ERROR; s >= SEV_NOTE; s--)
		for (int possible = 0; possible < 2; possible++) {
			unsigned *seen = arena_alloc(&h->arena,
			    n_checks * sizeof(*seen));

			for (unsigned i = 0; i < from->n; i++) {
				const struct finding *f = from->list[i];
				unsigned nth = f->suppressed != NULL ? 0 :
				    count_id(seen, f);

				if (nth == 0 || (int)f->severity != s ||
				    f->possible != possible)
					continue;
				if ((*all)++ < PLAN_FINDINGS)
					out[(*n)++] = (struct shown_finding){
					    f, nth };
			}
		}
	return out;
}

static bool
has(const struct html_report *r)
{
	return r->findings != NULL;
}

static void
want(struct html *h)
{
	unsigned n, all;
	const struct shown_finding *s = html_findings_shown(h, &n, &all);

	for (; n > 0; n--, s++) {
		const struct finding *f = s->finding;
		struct listed *l = f->rule ? html_want(h, f->rule) : NULL;
		struct listed_finding *new;

		for (unsigned i = 0; i < f->n_by && i < PLAN_BY; i++)
			html_want(h, f->by[i]);
		if (f->chain != NULL)
			html_want_chain(h, f->chain);
		if (l == NULL)
			continue;
		new = arena_new(&h->arena, struct listed_finding);
		*new = (struct listed_finding){ NULL, f, s->nth };
		*l->tail = new;
		l->tail = &new->next;
	}
}

/* ---- one finding ---- */

static void
put_subject(struct html *h, const struct finding *f)
{
	struct place p = finding_place(h->r->findings, f);
	struct sbuf text = SBUF_INIT;
	const char *owner = f->chain ? chain_owner(f->chain) : NULL;

	html_open(h, "p", "subject");
	if (f->rule != NULL || f->chain != NULL)
		html_decider(h, f->rule, f->chain);
	html_text(h, " ");
	if (p.file != NULL)
		html_putf(h, "span", "place", p.line ? "%s:%u" : "%s", p.file,
		    p.line);
	if (owner != NULL)
		html_putf(h, "span", "owner", " the chain belongs to %s",
		    owner);
	html_close(h);
	if (finding_subject(f, &text)) {
		html_open(h, "p", "rule");
		html_put(h, "code", NULL, sbuf_text(&text));
		html_close(h);
	}
	sbuf_free(&text);
}

static void
put_by(struct html *h, const struct finding *f)
{
	if (f->n_by == 0)
		return;
	html_put(h, "dt", NULL, "because of");
	for (unsigned i = 0; i < f->n_by && i < PLAN_BY; i++) {
		html_open(h, "dd", NULL);
		html_rule(h, f->by[i]);
		html_text(h, " ");
		html_place(h, f->by[i], NULL);
		html_text(h, " ");
		html_rule_text(h, f->by[i]);
		html_close(h);
	}
	if (f->n_by > PLAN_BY)
		html_putf(h, "dd", NULL, "and %u more", f->n_by - PLAN_BY);
}

static void
put_proof(struct html *h, const struct finding *f)
{
	if (f->words == NULL)
		return;
	html_put(h, "dt", NULL, "packet that shows it");
	html_open(h, "dd", NULL);
	html_put(h, "code", NULL, f->words);
	if (f->rest != NULL)
		html_textf(h, " of which words cannot say: %s", f->rest);
	html_close(h);
}

/* The page of the id, where it comes first; later findings link to it. */
static void
put_paragraph(struct html *h, const char *title, const char *text)
{
	if (text == NULL)
		return;
	html_open(h, "p", NULL);
	html_putf(h, "b", NULL, "%s. ", title);
	html_text(h, text);
	html_close(h);
}

static void
put_example(struct html *h, const char *title, const char *text)
{
	if (text == NULL)
		return;
	html_putf(h, "p", "label", "%s", title);
	html_pre(h, text);
}

static void
put_page(struct html *h, const struct check *c)
{
	html_open(h, "details", "page");
	html_attr(h, "id", "%s", c->id);
	html_putf(h, "summary", NULL, "%s: %s", c->id, c->title);
	put_paragraph(h, "What", c->what);
	put_paragraph(h, "Why it matters", c->why);
	html_open(h, "div", "pair");
	html_open(h, "div", NULL);
	put_example(h, "Bad", c->bad);
	html_close(h);
	html_open(h, "div", NULL);
	put_example(h, "Good", c->good);
	html_close(h);
	html_close(h);
	put_paragraph(h, "See", c->standards);
	html_close(h);
}

static void
put_finding(struct html *h, const struct shown_finding *s, bool first)
{
	const struct finding *f = s->finding;

	html_open(h, "article", severity_names[f->severity]);
	html_attr(h, "id", "%s-%u", f->check->id, s->nth);
	html_attr(h, "tabindex", "%d", -1);
	html_open(h, "h3", NULL);
	html_badge(h, severity_names[f->severity]);
	html_text(h, " ");
	html_open(h, "a", "id");
	html_attr(h, "href", "#%s-%u", f->check->id, s->nth);
	html_text(h, f->check->id);
	html_close(h);
	html_textf(h, " %s%s", f->message, f->possible ? " (possible)" : "");
	html_close(h);
	put_subject(h, f);
	html_open(h, "dl", NULL);
	put_by(h, f);
	put_proof(h, f);
	if (f->fix != NULL) {
		html_put(h, "dt", NULL, "fix");
		html_open(h, "dd", NULL);
		html_put(h, "code", NULL, f->fix);
		html_close(h);
	}
	html_close(h);
	if (first) {
		put_page(h, f->check);
	} else {
		html_open(h, "p", "page");
		html_open(h, "a", NULL);
		html_attr(h, "href", "#%s", f->check->id);
		html_textf(h, "%s: %s", f->check->id, f->check->title);
		html_close(h);
		html_close(h);
	}
	html_close(h);
}

static void
put(struct html *h)
{
	unsigned n, all;
	const struct shown_finding *s = html_findings_shown(h, &n, &all);
	bool *explained = arena_alloc(&h->arena, n_checks);

	html_section(h, "findings", "Findings");
	html_open(h, "div", "filters");
	html_attr(h, "id", "filters");
	html_close(h);
	if (n == 0)
		html_put(h, "p", "empty", "Nothing was found.");
	for (unsigned i = 0; i < n; i++) {
		bool *told = &explained[s[i].finding->check - checks];

		put_finding(h, &s[i], !*told);
		*told = true;
	}
	if (all > n) {
		html_open(h, "p", "rest");
		html_many(h, all - n, "more finding");
		html_text(h, " are not listed; nfwalk audit -f json has all.");
		html_close(h);
	}
	html_close(h);
}

const struct html_part html_findings = { "findings", "Findings", has, want,
    put };
