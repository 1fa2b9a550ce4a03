/* A fleet as Markdown. */
#include "reports/fleet.h"

#include "reports/findings.h"
#include "reports/md.h"

static void
put_group(struct sbuf *b, const struct fleet_group *g, unsigned *shown)
{
	for (unsigned v = 1; v < g->n_variants; v++)
		for (unsigned i = 0; i < g->variants[v].n &&
		    *shown < MD_MANY; i++, ++*shown) {
			const struct fleet_host *h = g->variants[v].hosts[i];

			md_cell(b);
			md_text(b, h->name);
			md_cell(b);
			md_text(b, g->name);
			md_cell(b);
			fleet_variant_name(h, b);
			sbuf_printf(b, " (%u of %u)", g->variants[v].n,
			    g->n_hosts);
			md_cell(b);
			for (unsigned k = 0; k < h->n_more && k < 8; k++)
				sbuf_printf(b, "%s+%s", k ? " " : "",
				    h->more[k]->id);
			for (unsigned k = 0; k < h->n_fewer && k < 8; k++)
				sbuf_printf(b, "%s-%s", k || h->n_more ? " " :
				    "", h->fewer[k]->id);
			md_row(b);
		}
}

static void
put_differ(struct sbuf *b, const struct fleet *f)
{
	unsigned shown = 0;

	sbuf_puts(b, "\n### Hosts that differ from their group\n\n");
	md_header(b, "host|group|rules|findings more and fewer");
	for (unsigned i = 0; i < f->n_groups; i++)
		put_group(b, &f->groups[i], &shown);
	md_more(b, f->n_differ - shown, "of these");
}

static void
put_finding(struct sbuf *b, const struct fleet_finding *f)
{
	struct sbuf place = SBUF_INIT;

	md_cell(b);
	sbuf_printf(b, "%u", f->n_hosts);
	md_cell(b);
	sbuf_printf(b, "%s %s%s", f->id, severity_names[f->severity],
	    f->possible ? " (possible)" : "");
	md_cell(b);
	fleet_finding_place(f, &place);
	md_text(b, sbuf_text(&place));
	md_cell(b);
	if (f->text != NULL)
		md_code(b, f->text);
	md_cell(b);
	md_text(b, f->message);
	md_cell(b);
	for (unsigned i = 0, n = 0; i < f->n && n < 3; i++) {
		if (i != 0 && f->places[i].host == f->places[i - 1].host)
			continue;
		sbuf_puts(b, n++ != 0 ? " " : "");
		md_text(b, f->places[i].host->name);
	}
	sbuf_puts(b, f->n_hosts > 3 ? " ..." : "");
	md_row(b);
	sbuf_free(&place);
}

static void
put_findings(struct sbuf *b, const struct fleet *f)
{
	unsigned n = 0;

	sbuf_puts(b, "\n### Findings\n\n");
	md_header(b, "hosts|finding|chain|rule|on the first of them|which");
	for (unsigned i = 0; i < f->n_findings; i++)
		if (f->findings[i]->suppressed == NULL && n++ < MD_MANY)
			put_finding(b, f->findings[i]);
	md_more(b, n > MD_MANY ? n - MD_MANY : 0, "of these");
}

static void
put_assumptions(struct sbuf *b, const struct fleet *f)
{
	const char **texts = arena_alloc(f->arena, (f->n_assumptions + 1) *
	    sizeof(*texts));

	for (unsigned i = 0; i < f->n_assumptions; i++)
		texts[i] = arena_printf(f->arena, "%s (%u hosts)",
		    f->assumptions[i]->text, f->assumptions[i]->n);
	md_assumed(b, texts, f->n_assumptions);
}

void
fleet_md(const struct fleet *f, FILE *file)
{
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "## nfwalk merge: %u hosts, %u rulesets, %u differ "
	    "from their group\n", f->n_hosts, f->n_rulesets, f->n_differ);
	if (f->n_differ != 0)
		put_differ(&b, f);
	if (f->n_ids != 0)
		put_findings(&b, f);
	put_assumptions(&b, f);
	fwrite(b.text, 1, b.len, file);
	sbuf_free(&b);
}
