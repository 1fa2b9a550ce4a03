/* Findings as workflow commands of GitHub Actions, which shows ten of each
 * level for a step and drops the others. */
#include "reports/findings.h"

enum { SHOWN = 10 };

/* What ends the line or the command is escaped; in a property also what
 * ends the property. */
static void
put_escaped(struct sbuf *b, const char *text, bool property)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, text, strlen(text));
	for (const char *s = sbuf_text(&safe); *s != '\0'; s++)
		if (strchr("%\r\n", *s) != NULL ||
		    (property && strchr(":,", *s) != NULL))
			sbuf_printf(b, "%%%02X", (unsigned char)*s);
		else
			sbuf_putc(b, *s);
	sbuf_free(&safe);
}

static void
put_command(struct sbuf *b, const struct findings_report *r,
    const struct finding *f)
{
	static const char *const levels[] = { [SEV_NOTE] = "notice",
	    [SEV_WARNING] = "warning", [SEV_ERROR] = "error" };
	struct place p = finding_place(r, f);

	sbuf_printf(b, "::%s ", levels[f->severity]);
	if (p.file != NULL) {
		sbuf_puts(b, "file=");
		put_escaped(b, p.file, true);
		sbuf_putc(b, ',');
	}
	if (p.line != 0)
		sbuf_printf(b, "line=%u,col=%u,", p.line, p.col);
	sbuf_printf(b, "title=%s::", f->check->id);
	put_escaped(b, f->message, false);
	sbuf_puts(b, f->possible ? " (possible)\n" : "\n");
}

void
findings_github(const struct findings_report *r, FILE *file)
{
	struct finding_counts n = findings_count(r->findings);
	unsigned shown[SEV_ERROR + 1] = { 0 }, more = 0;
	struct sbuf b = SBUF_INIT;

	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		if (f->suppressed == NULL &&
		    shown[f->severity]++ < SHOWN)
			put_command(&b, r, f);
		else
			more += f->suppressed == NULL;
	}
	finding_counts_print(&n, &b);
	if (more != 0)
		sbuf_printf(&b, "; %u of them not annotated", more);
	sbuf_putc(&b, '\n');
	fwrite(b.text, 1, b.len, file);
	sbuf_free(&b);
}
