#include "reports/rules_xml.h"

#include "ext/saved.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>

#define XML(s)	((const xmlChar *)(s))

struct xml {
	const struct save_format *format;
	xmlTextWriterPtr w;
	struct saved saved;
	struct sbuf text, value;
};

static void
start(struct xml *x, const char *name)
{
	xmlTextWriterStartElement(x->w, XML(name));
}

static void
end(struct xml *x)
{
	xmlTextWriterEndElement(x->w);
}

static void
attribute(struct xml *x, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(x->w, XML(name), XML(value));
}

static void
attribute_count(struct xml *x, const char *name, uint64_t v)
{
	xmlTextWriterWriteFormatAttribute(x->w, XML(name), "%" PRIu64, v);
}

static bool
is_name(const char *s)
{
	return text_is_clean(s, strlen(s)) &&
	    xmlValidateNCName(XML(s), 0) == 0;
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
		attribute(x, "name", name);
		return;
	}
	sbuf_clear(&x->value);
	put_hex(&x->value, name);
	attribute(x, "hex-name", sbuf_text(&x->value));
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

	if (is_name(name)) {
		start(x, name);
	} else {
		start(x, "option");
		attribute_name(x, name);
	}
	if (o->invert)
		attribute(x, "invert", "1");
	for (unsigned i = 0; i < o->n; i++)
		hex = hex || !text_is_clean(w[i].text, strlen(w[i].text));
	if (hex)
		attribute(x, "hex", "1");
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
		xmlTextWriterWriteString(x->w, XML(x->value.text));
	end(x);
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

	if (is_name(name)) {
		start(x, name);
	} else {
		start(x, "extension");
		attribute_name(x, name);
	}
	sbuf_clear(&x->text);
	save_use(r, u, &x->text);
	put_options(x, u->ext);
	end(x);
}

static void
put_conditions(struct xml *x, const struct rule *r)
{
	sbuf_clear(&x->text);
	save_basic(r, &x->text);
	if (x->text.len == 0 && r->n_matches == 0)
		return;
	start(x, "conditions");
	if (x->text.len != 0) {
		start(x, "match");
		put_options(x, NULL);
		end(x);
	}
	for (unsigned i = 0; i < r->n_matches; i++)
		put_use(x, r, &r->matches[i]);
	end(x);
}

static void
put_jump(struct xml *x, const struct rule *r)
{
	start(x, r->flags & RULE_GOTO ? "goto" : "call");
	if (is_name(r->jump->name)) {
		start(x, r->jump->name);
		end(x);
	} else {
		attribute_name(x, r->jump->name);
	}
	end(x);
}

static void
put_rule(struct xml *x, const struct rule *r)
{
	uint64_t v[2];

	save_rule_counters(x->format, r, v);
	start(x, "rule");
	if (r->counters || v[0] != 0 || v[1] != 0) {
		attribute_count(x, "packet-count", v[0]);
		attribute_count(x, "byte-count", v[1]);
	}
	put_conditions(x, r);
	start(x, "actions");
	if (r->kind == TGT_CHAIN) {
		put_jump(x, r);
	} else if (r->kind == TGT_EXT) {
		put_use(x, r, &r->target);
	} else if (r->kind != TGT_NONE) {
		start(x, save_target_name(r));
		end(x);
	}
	end(x);
	end(x);
}

static void
put_chain(struct xml *x, const struct chain *c)
{
	uint64_t v[2];

	save_chain_counters(x->format, c, v);
	start(x, "chain");
	attribute_name(x, c->name);
	if (c->hook != HOOK_NONE)
		attribute(x, "policy", c->policy == V_DROP ? "DROP" :
		    "ACCEPT");
	attribute_count(x, "packet-count", v[0]);
	attribute_count(x, "byte-count", v[1]);
	for (unsigned i = 0; i < c->n; i++)
		put_rule(x, c->rules[i]);
	end(x);
}

/* As iptables-xml: chains without rules come last. */
static void
put_table(struct xml *x, const struct table *t)
{
	start(x, "table");
	attribute(x, "name", table_names[t->id]);
	for (int empty = 0; empty < 2; empty++)
		for (const struct chain *c = t->chains; c != NULL;
		    c = c->next)
			if ((c->n == 0) == empty && save_wanted(x->format, c))
				put_chain(x, c);
	end(x);
}

static void
put_ruleset(struct xml *x, const struct ruleset *rs)
{
	start(x, "iptables-rules");
	attribute(x, "version", "1.0");
	attribute(x, "family", rs->family == AF_INET ? "ipv4" : "ipv6");
	attribute(x, "escaped", "1");
	for (unsigned i = 0; i < rs->n_tables; i++)
		if (x->format->table < 0 ||
		    x->format->table == (int)rs->order[i])
			put_table(x, &rs->tables[rs->order[i]]);
	end(x);
}

void
rules_xml(const struct ruleset *const rules[2], const struct save_format *f,
    FILE *file)
{
	xmlOutputBufferPtr out = xmlOutputBufferCreateFile(file, NULL);
	struct xml x = { f, xmlNewTextWriter(out), SAVED_INIT, SBUF_INIT,
	    SBUF_INIT };
	bool both = rules[0] != NULL && rules[1] != NULL;

	xmlTextWriterSetIndent(x.w, 1);
	xmlTextWriterSetIndentString(x.w, XML("  "));
	xmlTextWriterStartDocument(x.w, NULL, "UTF-8", NULL);
	if (both)
		start(&x, "iptables-rulesets");
	for (int i = 0; i < 2; i++)
		if (rules[i] != NULL)
			put_ruleset(&x, rules[i]);
	xmlTextWriterEndDocument(x.w);
	xmlFreeTextWriter(x.w);		/* and the output, but not 'file' */
	sbuf_free(&x.text);
	sbuf_free(&x.value);
	saved_free(&x.saved);
}
