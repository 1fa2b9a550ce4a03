/* Findings as JUnit XML. */
#include "reports/findings.h"

#include "base/diag.h"
#include "reports/xml_out.h"


/* "rules:12: message (possible)\n    -A INPUT ..." */
static void
put_finding(struct sbuf *b, const struct findings_report *r,
    const struct finding *f)
{
	struct place p = finding_place(r, f);
	struct sbuf text = SBUF_INIT;

	if (p.file != NULL)
		sbuf_safe(b, p.file, strlen(p.file));
	if (p.line != 0)
		sbuf_printf(b, ":%u", p.line);
	sbuf_puts(b, p.file != NULL ? ": " : "");
	sbuf_safe(b, f->message, strlen(f->message));
	sbuf_puts(b, f->possible ? " (possible)\n" : "\n");
	if (finding_subject(f, &text)) {
		sbuf_puts(b, "    ");
		sbuf_safe(b, text.text, text.len);
		sbuf_putc(b, '\n');
	}
	sbuf_free(&text);
}

/* Those of one check; how many. */
static unsigned
collect(const struct findings_report *r, const struct check *c,
    struct sbuf *b)
{
	unsigned n = 0;

	sbuf_clear(b);
	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		if (f->check != c || f->suppressed != NULL)
			continue;
		put_finding(b, r, f);
		n++;
	}
	return n;
}

static void
put_case(struct xml_out *w, const struct check *c, unsigned n,
    const char *text)
{
	xml_start(w, "testcase");
	xml_attr(w, "classname", "nfwalk.audit");
	xml_attrf(w, "name", "%s %s", c->id, c->title);
	if (n != 0) {
		xml_start(w, "failure");
		xml_attr(w, "type", severity_names[c->severity]);
		xml_attrf(w, "message", "%u finding%s", n,
		    n == 1 ? "" : "s");
		xml_text(w, text);
		xml_end(w);
	}
	xml_end(w);
}

/* How many ids are on, and how many of them were found. */
static void
count_cases(const struct findings_report *r, unsigned *on, unsigned *failed)
{
	bool *found = arena_alloc(r->findings->arena, n_checks);

	*on = *failed = 0;
	for (unsigned i = 0; i < r->findings->n; i++)
		if (r->findings->list[i]->suppressed == NULL)
			found[r->findings->list[i]->check - checks] = true;
	for (unsigned i = 0; i < n_checks; i++) {
		*on += r->on[i];
		*failed += r->on[i] && found[i];
	}
}

static void
start(struct xml_out *w, const char *element, unsigned on, unsigned failed)
{
	xml_start(w, element);
	xml_attr(w, "name", "nfwalk audit");
	xml_attrf(w, "tests", "%u", on);
	xml_attrf(w, "failures", "%u", failed);
	xml_attr(w, "errors", "0");
}

void
findings_junit(const struct findings_report *r, FILE *file)
{
	struct xml_out *w = xml_out_new(file);
	struct sbuf text = SBUF_INIT;
	unsigned on, failed;

	count_cases(r, &on, &failed);
	start(w, "testsuites", on, failed);
	start(w, "testsuite", on, failed);
	for (unsigned i = 0; i < n_checks; i++)
		if (r->on[i]) {
			unsigned n = collect(r, &checks[i], &text);

			put_case(w, &checks[i], n, sbuf_text(&text));
		}
	xml_out_end(w);
	sbuf_free(&text);
}
