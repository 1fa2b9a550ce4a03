/* A fleet as CSV: a line for each finding on a host. */
#include "reports/fleet.h"

#include "reports/csv.h"
#include "reports/findings.h"

static void
put_place(struct csv *c, const struct fleet_finding *f,
    const struct fleet_place *p)
{
	csv_text(c, f->id);
	csv_text(c, severity_names[f->severity]);
	csv_text(c, f->possible ? "possible" : "certain");
	csv_count(c, f->family != 0, f->family);
	csv_text(c, f->table);
	csv_text(c, f->chain);
	csv_text(c, p->host->name);
	csv_text(c, p->host->group->name);
	csv_count(c, p->rule != 0, p->rule);
	csv_text(c, p->file);
	csv_count(c, p->line != 0, p->line);
	csv_count(c, true, f->n_hosts);
	csv_text(c, f->message);
	csv_text(c, f->text);
	csv_text(c, f->key);
	csv_text(c, f->suppressed);
	csv_end(c);
}

void
fleet_csv(const struct fleet *f, FILE *file)
{
	struct csv c = CSV_INIT(file);

	csv_header(&c, "id,severity,certainty,family,table,chain,host,group,"
	    "rule,file,line,hosts,message,text,key,suppressed");
	for (unsigned i = 0; i < f->n_findings; i++)
		for (unsigned k = 0; k < f->findings[i]->n; k++)
			put_place(&c, f->findings[i],
			    &f->findings[i]->places[k]);
	csv_free(&c);
}
