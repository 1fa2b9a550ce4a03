/* Findings as CSV: a line for each that counts, and for those that are
 * suppressed, with the reason. */
#include "reports/findings.h"

#include "reports/csv.h"
#include "reports/ref.h"

static void
put_by(struct csv *c, const struct finding *f)
{
	struct sbuf b = SBUF_INIT;

	for (unsigned i = 0; i < f->n_by; i++) {
		sbuf_puts(&b, i != 0 ? " " : "");
		ref_rule(f->by[i], &b);
	}
	csv_text(c, sbuf_text(&b));
	sbuf_free(&b);
}

static void
put_finding(struct csv *c, const struct findings_report *r,
    const struct finding *f)
{
	struct place p = finding_place(r, f);
	struct sbuf text = SBUF_INIT;

	csv_text(c, f->check->id);
	csv_text(c, severity_names[f->severity]);
	csv_text(c, f->possible ? "possible" : "certain");
	csv_count(c, f->family != 0, f->family == AF_INET6 ? 6 : 4);
	csv_text(c, f->table < N_TABLES ? table_names[f->table] : NULL);
	csv_text(c, f->chain != NULL ? f->chain->name : NULL);
	csv_count(c, f->rule != NULL, f->rule != NULL ? f->rule->number : 0);
	csv_text(c, p.file);
	csv_count(c, p.line != 0, p.line);
	csv_text(c, f->message);
	finding_subject(f, &text);
	csv_text(c, sbuf_text(&text));
	put_by(c, f);
	csv_text(c, f->words);
	csv_text(c, f->fix);
	csv_text(c, f->suppressed);
	csv_end(c);
	sbuf_free(&text);
}

void
findings_csv(const struct findings_report *r, FILE *file)
{
	struct csv c = CSV_INIT(file);

	csv_header(&c, "id,severity,certainty,family,table,chain,rule,file,"
	    "line,message,text,by,witness,fix,suppressed");
	for (unsigned i = 0; i < r->findings->n; i++)
		put_finding(&c, r, r->findings->list[i]);
	csv_free(&c);
}
