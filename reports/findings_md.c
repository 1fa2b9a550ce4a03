/* Findings as Markdown: by id, the most severe first. */
#include "reports/findings.h"

#include "reports/md.h"

static unsigned
count_of(const struct findings_report *r, const struct check *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->findings->n; i++)
		n += r->findings->list[i]->check == c &&
		    r->findings->list[i]->suppressed == NULL;
	return n;
}

static void
put_place(struct sbuf *b, const struct findings_report *r,
    const struct finding *f)
{
	struct place p = finding_place(r, f);

	if (p.file == NULL)
		return;
	md_text(b, p.file);
	if (p.line != 0)
		sbuf_printf(b, ":%u", p.line);
}

static void
put_finding(struct sbuf *b, const struct findings_report *r,
    const struct finding *f)
{
	struct sbuf subject = SBUF_INIT;

	md_cell(b);
	put_place(b, r, f);
	md_cell(b);
	md_text(b, f->message);
	sbuf_puts(b, f->possible ? " (possible)" : "");
	md_cell(b);
	finding_subject(f, &subject);
	md_code(b, sbuf_text(&subject));
	md_cell(b);
	if (f->words != NULL)
		md_code(b, f->words);
	md_row(b);
	sbuf_free(&subject);
}

static void
put_check(struct sbuf *b, const struct findings_report *r,
    const struct check *c)
{
	unsigned n = 0;

	sbuf_printf(b, "\n### %s: ", c->id);
	md_text(b, c->title);
	sbuf_puts(b, "\n\n");
	md_text(b, c->what);
	sbuf_puts(b, "\n\n");
	md_header(b, "where|finding|rule|packet that shows it");
	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		if (f->check == c && f->suppressed == NULL && n++ < MD_MANY)
			put_finding(b, r, f);
	}
	md_more(b, n > MD_MANY ? n - MD_MANY : 0, "of these");
}

/* Those of each severity in turn; what 'put' does with them. */
static void
each_check(struct sbuf *b, const struct findings_report *r,
    void (*put)(struct sbuf *, const struct findings_report *,
    const struct check *))
{
	for (int s = SEV_ERROR; s >= SEV_NOTE; s--)
		for (unsigned i = 0; i < n_checks; i++)
			if ((int)checks[i].severity == s &&
			    count_of(r, &checks[i]) != 0)
				put(b, r, &checks[i]);
}

static void
put_summary(struct sbuf *b, const struct findings_report *r,
    const struct check *c)
{
	sbuf_printf(b, "| %s | %s | %u | ", severity_names[c->severity],
	    c->id, count_of(r, c));
	md_text(b, c->title);
	md_row(b);
}

void
findings_md(const struct findings_report *r, FILE *file)
{
	struct finding_counts n = findings_count(r->findings);
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, "## nfwalk audit: ");
	finding_counts_print(&n, &b);
	sbuf_putc(&b, '\n');
	if (n.of[SEV_NOTE] + n.of[SEV_WARNING] + n.of[SEV_ERROR] != 0) {
		sbuf_putc(&b, '\n');
		md_header(&b, "severity|id|findings|what");
		each_check(&b, r, put_summary);
		each_check(&b, r, put_check);
	}
	md_assumed(&b, r->env->assumptions, r->env->n_assumptions);
	fwrite(sbuf_text(&b), 1, b.len, file);
	sbuf_free(&b);
}
