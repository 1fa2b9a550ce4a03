/* Names of rules and chains, and where they stand on the page. */
#include "reports/html_plan.h"
#include "reports/ref.h"
#include "reports/trace.h"

const struct html_ruleset *
html_ruleset_of(const struct html *h, const struct ruleset *rs)
{
	for (unsigned i = 0; i < h->r->n_rulesets; i++)
		if (h->r->rulesets[i].rules == rs)
			return &h->r->rulesets[i];
	return NULL;
}

/* ---- anchors ---- */

/* Names of chains may have any byte: those that an anchor had better not have
 * come out as ~XX. */
static void
put_id(struct sbuf *b, const char *name)
{
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || strchr("-_.", c) != NULL)
			sbuf_putc(b, (char)c);
		else
			sbuf_printf(b, "~%02x", c);
	}
}

static const char *
keep(struct html *h, struct sbuf *b)
{
	const char *text = arena_strdup(&h->arena, sbuf_text(b));

	sbuf_free(b);
	return text;
}

static void
begin_id(const struct html *h, char kind, const struct table *t,
    struct sbuf *b)
{
	const struct html_ruleset *rs = html_ruleset_of(h, t->ruleset);

	sbuf_printf(b, "%c%s-%s", kind, rs ? rs->prefix : "",
	    table_names[t->id]);
}

const char *
html_table_id(struct html *h, const struct table *t)
{
	struct sbuf b = SBUF_INIT;

	begin_id(h, 't', t, &b);
	return keep(h, &b);
}

const char *
html_chain_id(struct html *h, const struct chain *c)
{
	struct sbuf b = SBUF_INIT;

	begin_id(h, 'c', c->table, &b);
	sbuf_putc(&b, '-');
	put_id(&b, c->name);
	return keep(h, &b);
}

const char *
html_rule_id(struct html *h, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;

	begin_id(h, 'r', r->chain->table, &b);
	sbuf_putc(&b, '-');
	put_id(&b, r->chain->name);
	sbuf_printf(&b, "-%u", r->number);
	return keep(h, &b);
}

/* ---- links ---- */

/* The ruleset's label before a name, where it has one. */
static void
put_label(const struct html *h, const struct table *t, struct sbuf *b)
{
	const struct html_ruleset *rs = html_ruleset_of(h, t->ruleset);

	if (rs != NULL && rs->label[0] != '\0')
		sbuf_printf(b, "%s ", rs->label);
}

static void
put_link(struct html *h, const char *id, struct sbuf *text)
{
	html_open(h, id ? "a" : "span", "ref");
	if (id != NULL)
		html_attr(h, "href", "#%s", id);
	html_text(h, sbuf_text(text));
	html_close(h);
	sbuf_free(text);
}

void
html_rule(struct html *h, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;

	put_label(h, r->chain->table, &b);
	sbuf_printf(&b, "%s/%s#%u", table_names[r->chain->table->id],
	    r->chain->name, r->number);
	put_link(h, html_listed(h, r) ? html_rule_id(h, r) : NULL, &b);
}

void
html_chain(struct html *h, const struct chain *c)
{
	struct sbuf b = SBUF_INIT;

	put_label(h, c->table, &b);
	sbuf_printf(&b, "%s/%s", table_names[c->table->id], c->name);
	put_link(h, html_chain_listed(h, c) ? html_chain_id(h, c) : NULL, &b);
}

void
html_decider(struct html *h, const struct rule *r, const struct chain *c)
{
	if (r != NULL) {
		html_rule(h, r);
	} else if (c != NULL) {
		html_chain(h, c);
		html_text(h, c->hook != HOOK_NONE ? " policy" : " end");
	} else {
		html_text(h, "-");
	}
}

void
html_place(struct html *h, const struct rule *r, const struct chain *c)
{
	struct sbuf b = SBUF_INIT;

	if (r != NULL)
		ref_rule_place(r, &b);
	else if (c != NULL)
		ref_chain_place(c, &b);
	if (b.len != 0)
		html_put(h, "span", "place", sbuf_text(&b));
	sbuf_free(&b);
}

void
html_ending(struct html *h, const struct trace_ending *e)
{
	html_badge(h, disposition_names[e->disposition]);
	html_text(h, " ");
	if (e->rule != NULL || e->chain != NULL)
		html_decider(h, e->rule, e->chain);
	else
		html_text(h, reason_texts[e->reason]);
	html_text(h, " ");
	html_place(h, e->rule, e->chain);
}

void
html_rule_text(struct html *h, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;

	save_rule(r, &b);
	html_put(h, "code", NULL, sbuf_text(&b));
	sbuf_free(&b);
}
