#include "reports/html_data.h"

#include "reports/html_findings.h"
#include "reports/html_plan.h"

/* A string of JSON that no parser of HTML finds anything in. */
static void
put_string(struct html *h, struct sbuf *b, const char *text)
{
	sbuf_putc(b, '"');
	for (const char *s = html_clean(h, text, strlen(text)); *s; s++)
		if (strchr("<>&\"\\'", *s) != NULL)
			sbuf_printf(b, "\\u%04x", (unsigned char)*s);
		else
			sbuf_putc(b, *s);
	sbuf_putc(b, '"');
}

static void
put_member(struct html *h, struct sbuf *b, const char *name, const char *text)
{
	sbuf_printf(b, ",\"%s\":", name);
	put_string(h, b, text);
}

static void
put_finding(struct html *h, struct sbuf *b, const struct shown_finding *s)
{
	const struct finding *f = s->finding;

	sbuf_printf(b, "{\"anchor\":\"%s-%u\"", f->check->id, s->nth);
	put_member(h, b, "id", f->check->id);
	put_member(h, b, "severity", severity_names[f->severity]);
	if (f->chain != NULL)
		put_member(h, b, "chain", f->chain->name);
	if (f->rule != NULL && html_listed(h, f->rule) != NULL)
		put_member(h, b, "rule", html_rule_id(h, f->rule));
	sbuf_putc(b, '}');
}

void
html_data(struct html *h)
{
	struct sbuf b = SBUF_INIT;
	unsigned n = 0, all;
	const struct shown_finding *list = h->r->findings == NULL ? NULL :
	    html_findings_shown(h, &n, &all);

	sbuf_puts(&b, "{\"schema\":\"nfwalk.page/1\",\"findings\":[");
	for (unsigned i = 0; i < n; i++) {
		sbuf_puts(&b, i > 0 ? ",\n" : "\n");
		put_finding(h, &b, &list[i]);
	}
	sbuf_puts(&b, "]}");
	html_open(h, "script", NULL);
	html_attr(h, "type", "application/json");
	html_attr(h, "id", "data");
	html_own(h, sbuf_text(&b));
	html_close(h);
	sbuf_free(&b);
}
