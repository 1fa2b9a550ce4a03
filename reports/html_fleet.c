/* Audits of many hosts: groups and who differs; findings by how many hosts
 * have them. */
#include "reports/html_put.h"

enum { MOST_GROUPS = 500, MOST_HOSTS = 50, MOST_FINDINGS = 500 };

static bool
has(const struct html_report *r)
{
	return r->fleet != NULL;
}

static void
put_rest(struct html *h, uint64_t all, uint64_t shown, const char *what)
{
	if (all <= shown)
		return;
	html_open(h, "p", "rest");
	html_many(h, all - shown, what);
	html_text(h, " are not listed; nfwalk merge -f json has all.");
	html_close(h);
}

/* ---- groups ---- */

static void
put_keys(struct html *h, const char *sign, struct fleet_finding *const *list,
    unsigned n)
{
	for (unsigned i = 0; i < n && i < MOST_HOSTS; i++) {
		html_open(h, "div", NULL);
		html_textf(h, "%s%s ", sign, list[i]->id);
		html_put(h, "code", NULL, list[i]->text != NULL ?
		    list[i]->text : list[i]->message);
		html_close(h);
	}
	put_rest(h, n, MOST_HOSTS, "more");
}

static void
put_names(struct html *h, const struct fleet_variant *v)
{
	html_open(h, "td", NULL);
	for (unsigned i = 0; i < v->n && i < MOST_HOSTS; i++)
		html_textf(h, "%s%s", i != 0 ? " " : "", v->hosts[i]->name);
	put_rest(h, v->n, MOST_HOSTS, "more host");
	html_close(h);
}

/* What all of them have in common. */
static void
put_difference(struct html *h, const struct fleet_variant *v)
{
	const struct fleet_host *first = v->hosts[0];

	for (unsigned i = 1; i < v->n; i++)
		if (!fleet_differ_alike(first, v->hosts[i])) {
			html_text(h, "not the same on all of them");
			return;
		}
	if (first->n_more + first->n_fewer == 0)
		html_text(h, "other rules, no other findings");
	put_keys(h, "+", first->more, first->n_more);
	put_keys(h, "-", first->fewer, first->n_fewer);
}

static void
put_variant(struct html *h, const struct fleet_group *g, unsigned i)
{
	const struct fleet_variant *v = &g->variants[i];
	struct sbuf name = SBUF_INIT;

	html_open(h, "tr", NULL);
	html_put(h, "td", NULL, i == 0 ? g->name : "");
	fleet_variant_name(v->hosts[0], &name);
	html_put(h, "td", NULL, sbuf_text(&name));
	html_count(h, "td", "num", v->n);
	put_names(h, v);
	html_open(h, "td", NULL);
	if (i != 0)
		put_difference(h, v);
	html_close(h);
	html_close(h);
	sbuf_free(&name);
}

static void
put_groups(struct html *h)
{
	static const char *const columns[] = { "group", "rules", "#hosts",
	    "which", "findings more and fewer than A", NULL };
	const struct fleet *f = h->r->fleet;

	html_section(h, "groups", "Hosts");
	html_table(h, "groups", columns);
	for (unsigned i = 0; i < f->n_groups && i < MOST_GROUPS; i++)
		for (unsigned k = 0; k < f->groups[i].n_variants &&
		    k < MOST_HOSTS; k++)
			put_variant(h, &f->groups[i], k);
	html_end_table(h);
	put_rest(h, f->n_groups, MOST_GROUPS, "more group");
	html_close(h);
}

const struct html_part html_fleet = { "groups", "Hosts", has, NULL,
    put_groups };

/* ---- findings ---- */

static void
put_where(struct html *h, const struct fleet_finding *f)
{
	html_open(h, "details", NULL);
	html_open(h, "summary", NULL);
	html_many(h, f->n_hosts, "host");
	html_close(h);
	for (unsigned i = 0; i < f->n && i < MOST_HOSTS; i++) {
		const struct fleet_place *p = &f->places[i];

		html_open(h, "div", NULL);
		html_text(h, p->host->name);
		if (p->file != NULL)
			html_textf(h, " %s", p->file);
		if (p->line != 0)
			html_textf(h, ":%llu", (unsigned long long)p->line);
		html_close(h);
	}
	put_rest(h, f->n, MOST_HOSTS, "more place");
	html_close(h);
}

static void
put_finding(struct html *h, const struct fleet_finding *f)
{
	const struct check *c = check_find(f->id);
	struct sbuf place = SBUF_INIT;

	html_open(h, "tr", NULL);
	html_count(h, "td", "num", f->n_hosts);
	html_open(h, "td", NULL);
	html_badge(h, severity_names[f->severity]);
	html_textf(h, " %s%s", f->id, f->possible ? " (possible)" : "");
	if (c != NULL)
		html_put(h, "div", NULL, c->title);
	html_close(h);
	fleet_finding_place(f, &place);
	html_open(h, "td", NULL);
	html_text(h, sbuf_text(&place));
	if (f->text != NULL) {
		html_open(h, "div", NULL);
		html_put(h, "code", NULL, f->text);
		html_close(h);
	}
	html_put(h, "div", NULL, f->message);
	html_close(h);
	html_open(h, "td", NULL);
	put_where(h, f);
	html_close(h);
	html_close(h);
	sbuf_free(&place);
}

static void
put_findings(struct html *h)
{
	static const char *const columns[] = { "#hosts", "finding",
	    "where and what, on the first of them", "places", NULL };
	const struct fleet *f = h->r->fleet;
	unsigned n = 0;

	html_section(h, "fleet-findings", "Findings");
	html_table(h, "fleet", columns);
	for (unsigned i = 0; i < f->n_findings; i++)
		if (f->findings[i]->suppressed == NULL &&
		    n++ < MOST_FINDINGS)
			put_finding(h, f->findings[i]);
	html_end_table(h);
	if (n == 0)
		html_put(h, "p", "empty", "Nothing was found.");
	put_rest(h, n, MOST_FINDINGS, "more finding");
	html_close(h);
}

const struct html_part html_fleet_findings = { "fleet-findings", "Findings",
    has, NULL, put_findings };
