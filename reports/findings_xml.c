/* Findings as JUnit XML. */
#include "reports/findings.h"

#include "base/diag.h"

#include <libxml/xmlwriter.h>

#define XML(s)	((const xmlChar *)(s))

static void
attribute(xmlTextWriterPtr w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w, XML(name), XML(value));
}

static void
attribute_count(xmlTextWriterPtr w, const char *name, unsigned n)
{
	xmlTextWriterWriteFormatAttribute(w, XML(name), "%u", n);
}

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
put_case(xmlTextWriterPtr w, const struct check *c, unsigned n,
    const char *text)
{
	xmlTextWriterStartElement(w, XML("testcase"));
	attribute(w, "classname", "nfwalk.audit");
	xmlTextWriterWriteFormatAttribute(w, XML("name"), "%s %s", c->id,
	    c->title);
	if (n != 0) {
		xmlTextWriterStartElement(w, XML("failure"));
		attribute(w, "type", severity_names[c->severity]);
		xmlTextWriterWriteFormatAttribute(w, XML("message"),
		    "%u finding%s", n, n == 1 ? "" : "s");
		xmlTextWriterWriteString(w, XML(text));
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndElement(w);
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
start(xmlTextWriterPtr w, const char *element, unsigned on, unsigned failed)
{
	xmlTextWriterStartElement(w, XML(element));
	attribute(w, "name", "nfwalk audit");
	attribute_count(w, "tests", on);
	attribute_count(w, "failures", failed);
	attribute_count(w, "errors", 0);
}

void
findings_junit(const struct findings_report *r, FILE *file)
{
	xmlOutputBufferPtr out = xmlOutputBufferCreateFile(file, NULL);
	xmlTextWriterPtr w = xmlNewTextWriter(out);
	struct sbuf text = SBUF_INIT;
	unsigned on, failed;

	count_cases(r, &on, &failed);
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterSetIndentString(w, XML("  "));
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	start(w, "testsuites", on, failed);
	start(w, "testsuite", on, failed);
	for (unsigned i = 0; i < n_checks; i++)
		if (r->on[i]) {
			unsigned n = collect(r, &checks[i], &text);

			put_case(w, &checks[i], n, sbuf_text(&text));
		}
	xmlTextWriterEndDocument(w);
	xmlFreeTextWriter(w);		/* and the output, but not 'file' */
	sbuf_free(&text);
}
