#include "reports/rules_xml.h"

#include "ext/saved.h"
#include "reports/xml_out.h"

#include <inttypes.h>
#include <stdlib.h>

struct xml {
	const struct save_format *format;
	struct xml_out *w;
	struct saved saved;
	struct sbuf text, value;
};

static bool
is_name(struct xml *x, const char *s)
{
	return text_is_clean(s, strlen(s)) && xml_is_name(x->w, s);
}

static void
put_hex(struct sbuf *b, const char *s)
{
	for (; *s != '\0'; s++)
		sbuf_printf(b, "%02x", (unsigned char)*s);
}

/* A name as an attribute; those that XML cannot hold in hexadecimal. */
static void
attribute_name(struct xml *x, const char *name)
{
	if (text_is_clean(name, strlen(name))) {
		xml_attr(x->w, "name", name);
		return;
	}
	sbuf_clear(&x->value);
	put_hex(&x->value, name);
	xml_attr(x->w, "hex-name", sbuf_text(&x->value));
}

static void
put_word(struct sbuf *b, const struct saved_word *w)
{
	if (!w->quoted) {
		sbuf_puts(b, w->text);
		return;
	}
	sbuf_putc(b, '"');
	for (const char *s = w->text; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			sbuf_putc(b, '\\');
		sbuf_putc(b, *s);
	}
	sbuf_putc(b, '"');
}

static void
put_option(struct xml *x, const struct saved_opt *o)
{
	const struct saved_word *w = x->saved.words + o->first;
	const char *name = o->name ? o->name + strspn(o->name, "-") : "";
	bool hex = false;

	if (is_name(x, name)) {
		xml_start(x->w, name);
	} else {
		xml_start(x->w, "option");
		attribute_name(x, name);
	}
	if (o->invert)
		xml_attr(x->w, "invert", "1");
	for (unsigned i = 0; i < o->n; i++)
		hex = hex || !text_is_clean(w[i].text, strlen(w[i].text));
	if (hex)
		xml_attr(x->w, "hex", "1");
	sbuf_clear(&x->value);
	for (unsigned i = 0; i < o->n; i++) {
		if (i > 0)
			sbuf_putc(&x->value, ' ');
		if (hex)
			put_hex(&x->value, w[i].text);
		else
			put_word(&x->value, &w[i]);
	}
	if (o->n > 0)
		xml_text(x->w, x->value.text);
	xml_end(x->w);
}

/* The options of x->text. */
static void
put_options(struct xml *x, const struct ext *ext)
{
	saved_read(&x->saved, sbuf_text(&x->text), ext);
	for (unsigned i = 0; i < x->saved.n_opts; i++)
		put_option(x, &x->saved.opts[i]);
}

static void
put_use(struct xml *x, const struct rule *r, const struct use *u)
{
	const char *name = save_use_name(u);

	if (is_name(x, name)) {
		xml_start(x->w, name);
	} else {
		xml_start(x->w, "extension");
		attribute_name(x, name);
	}
	sbuf_clear(&x->text);
	save_use(r, u, &x->text);
	put_options(x, u->ext);
	xml_end(x->w);
}

static void
put_conditions(struct xml *x, const struct rule *r)
{
	sbuf_clear(&x->text);
	save_basic(r, &x->text);
	if (x->text.len == 0 && r->n_matches == 0)
		return;
	xml_start(x->w, "conditions");
	if (x->text.len != 0) {
		xml_start(x->w, "match");
		put_options(x, NULL);
		xml_end(x->w);
	}
	for (unsigned i = 0; i < r->n_matches; i++)
		put_use(x, r, &r->matches[i]);
	xml_end(x->w);
}

static void
put_jump(struct xml *x, const struct rule *r)
{
	xml_start(x->w, r->flags & RULE_GOTO ? "goto" : "call");
	if (is_name(x, r->jump->name)) {
		xml_start(x->w, r->jump->name);
		xml_end(x->w);
	} else {
		attribute_name(x, r->jump->name);
	}
	xml_end(x->w);
}

static void
put_rule(struct xml *x, const struct rule *r)
{
	uint64_t v[2];

	save_rule_counters(x->format, r, v);
	xml_start(x->w, "rule");
	if (r->counters || v[0] != 0 || v[1] != 0) {
		xml_attrf(x->w, "packet-count", "%" PRIu64, v[0]);
		xml_attrf(x->w, "byte-count", "%" PRIu64, v[1]);
	}
	put_conditions(x, r);
	xml_start(x->w, "actions");
	if (r->kind == TGT_CHAIN) {
		put_jump(x, r);
	} else if (r->kind == TGT_EXT) {
		put_use(x, r, &r->target);
	} else if (r->kind != TGT_NONE) {
		xml_start(x->w, save_target_name(r));
		xml_end(x->w);
	}
	xml_end(x->w);
	xml_end(x->w);
}

static void
put_chain(struct xml *x, const struct chain *c)
{
	uint64_t v[2];

	save_chain_counters(x->format, c, v);
	xml_start(x->w, "chain");
	attribute_name(x, c->name);
	if (c->hook != HOOK_NONE)
		xml_attr(x->w, "policy", c->policy == V_DROP ? "DROP" :
		    "ACCEPT");
	xml_attrf(x->w, "packet-count", "%" PRIu64, v[0]);
	xml_attrf(x->w, "byte-count", "%" PRIu64, v[1]);
	for (unsigned i = 0; i < c->n; i++)
		put_rule(x, c->rules[i]);
	xml_end(x->w);
}

/* As iptables-xml: chains without rules come last. */
static void
put_table(struct xml *x, const struct table *t)
{
	xml_start(x->w, "table");
	xml_attr(x->w, "name", table_names[t->id]);
	for (int empty = 0; empty < 2; empty++)
		for (const struct chain *c = t->chains; c != NULL;
		    c = c->next)
			if ((c->n == 0) == empty && save_wanted(x->format, c))
				put_chain(x, c);
	xml_end(x->w);
}

static void
put_ruleset(struct xml *x, const struct ruleset *rs)
{
	xml_start(x->w, "iptables-rules");
	xml_attr(x->w, "version", "1.0");
	xml_attr(x->w, "family", rs->family == AF_INET ? "ipv4" : "ipv6");
	xml_attr(x->w, "escaped", "1");
	for (unsigned i = 0; i < rs->n_tables; i++)
		if (x->format->table < 0 ||
		    x->format->table == (int)rs->order[i])
			put_table(x, &rs->tables[rs->order[i]]);
	xml_end(x->w);
}

void
rules_xml(const struct ruleset *const rules[2], const struct save_format *f,
    FILE *file)
{
	struct xml x = { f, xml_out_new(file), SAVED_INIT, SBUF_INIT,
	    SBUF_INIT };
	bool both = rules[0] != NULL && rules[1] != NULL;

	if (both)
		xml_start(x.w, "iptables-rulesets");
	for (int i = 0; i < 2; i++)
		if (rules[i] != NULL)
			put_ruleset(&x, rules[i]);
	xml_out_end(x.w);
	sbuf_free(&x.text);
	sbuf_free(&x.value);
	saved_free(&x.saved);
}
