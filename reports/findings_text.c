/* Findings for people and editors. */
#include "reports/findings.h"

#include "reports/ref.h"
#include "reports/save.h"
#include "reports/tell.h"

enum { MAX_BY = 10 };

static void
put_safe(struct sbuf *b, const char *text)
{
	sbuf_safe(b, text, strlen(text));
}

/* "rules:12:1: ", "rules: ", "nfwalk: " */
static void
put_place(struct teller *w, struct place p)
{
	tell_style(w, S_BOLD);
	put_safe(&w->b, p.file != NULL ? p.file : "nfwalk");
	if (p.line != 0)
		sbuf_printf(&w->b, ":%u:%u", p.line, p.col);
	sbuf_puts(&w->b, ": ");
	tell_style(w, S_NONE);
}

static void
put_headline(struct teller *w, const struct findings_report *r,
    const struct finding *f)
{
	static const enum tell_look looks[] = {
		[SEV_NOTE] = S_BOLD, [SEV_WARNING] = S_UNSURE,
		[SEV_ERROR] = S_BAD,
	};

	put_place(w, finding_place(r, f));
	tell_style(w, looks[f->severity]);
	sbuf_printf(&w->b, "%s: ", severity_names[f->severity]);
	tell_style(w, S_NONE);
	put_safe(&w->b, f->message);
	sbuf_printf(&w->b, "%s [%s]\n", f->possible ? " (possible)" : "",
	    f->check->id);
}

static void
put_subject(struct teller *w, const struct finding *f)
{
	struct sbuf text = SBUF_INIT;

	if (finding_subject(f, &text)) {
		sbuf_puts(&w->b, "    ");
		sbuf_safe(&w->b, text.text, text.len);
		sbuf_putc(&w->b, '\n');
	}
	sbuf_free(&text);
}

static void
put_by(struct teller *w, const struct finding *f)
{
	struct sbuf text = SBUF_INIT;

	for (unsigned i = 0; i < f->n_by && i < MAX_BY; i++) {
		size_t before;

		sbuf_puts(&w->b, "    by ");
		before = w->b.len;
		tell_style(w, S_DIM);
		ref_rule_place(f->by[i], &w->b);
		tell_style(w, S_NONE);
		sbuf_puts(&w->b, w->b.len > before ? "  " : "");
		sbuf_clear(&text);
		save_rule(f->by[i], &text);
		sbuf_safe(&w->b, text.text, text.len);
		sbuf_putc(&w->b, '\n');
	}
	if (f->n_by > MAX_BY)
		sbuf_printf(&w->b, "    and %u more\n", f->n_by - MAX_BY);
	sbuf_free(&text);
}

static void
put_line(struct teller *w, const char *label, const char *text)
{
	if (text == NULL)
		return;
	sbuf_printf(&w->b, "    %s: ", label);
	put_safe(&w->b, text);
	sbuf_putc(&w->b, '\n');
}

static bool
same_subject(const struct finding *a, const struct finding *b)
{
	return a != NULL && a->chain == b->chain && a->rule == b->rule;
}

void
findings_text(const struct findings_report *r, FILE *file)
{
	struct teller w = { .color = r->color };
	struct finding_counts n = findings_count(r->findings);
	const struct finding *last = NULL;

	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		if (f->suppressed != NULL ||
		    (r->quiet && f->severity < SEV_ERROR))
			continue;
		put_headline(&w, r, f);
		if (!same_subject(last, f))	/* one rule: told once */
			put_subject(&w, f);
		put_by(&w, f);
		put_line(&w, "packet that shows it", f->words);
		put_line(&w, "  of which words cannot say", f->rest);
		put_line(&w, "fix", f->fix);
		last = f;
	}
	for (unsigned i = 0; !r->quiet && i < r->env->n_assumptions; i++) {
		sbuf_puts(&w.b, "assumed: ");
		put_safe(&w.b, r->env->assumptions[i]);
		sbuf_putc(&w.b, '\n');
	}
	if (!r->quiet) {
		finding_counts_print(&n, &w.b);
		sbuf_putc(&w.b, '\n');
	}
	fwrite(sbuf_text(&w.b), 1, w.b.len, file);
	sbuf_free(&w.b);
}
