#include "parsers/rules_xml.h"

#include "base/lib.h"
#include "parsers/check.h"
#include "parsers/edit.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdarg.h>
#include <stdlib.h>

#define XML(s)	((const xmlChar *)(s))

#define FUNCTIONS(X)							\
	X(xmlDocGetRootElement) X(xmlFree) X(xmlFreeDoc)			\
	X(xmlGetLastError) X(xmlGetLineNo) X(xmlGetProp) X(xmlHasProp)	\
	X(xmlNodeGetContent) X(xmlReadMemory) X(xmlResetLastError)
LIB(libxml, LIBXML, FUNCTIONS)

struct reader {
	struct libxml lib;
	struct load *load;
	const struct source *src;
	struct arena temp;		/* texts of the document */
	uint32_t *lines;		/* where each line begins */
	unsigned n_lines, room_lines;
	struct cmdline cmd;
	bool escaped;			/* backslashes count inside quotes */
};

static bool
is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	    strcmp((const char *)n->name, name) == 0;
}

static const xmlNode *
next_element(const xmlNode *n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

#define for_elements(n, parent)						\
	for (const xmlNode *n = next_element((parent)->children); n != NULL; \
	    n = next_element(n->next))

static void
find_lines(struct reader *r)
{
	const char *text = r->src->text, *p = text, *nl;

	do {
		vec_room(r->lines, r->n_lines, r->room_lines);
		r->lines[r->n_lines++] = (uint32_t)(p - text);
		nl = memchr(p, '\n', r->src->size - (size_t)(p - text));
		p = nl != NULL ? nl + 1 : NULL;
	} while (p != NULL);
}

static struct loc
line_loc(const struct reader *r, long line)
{
	unsigned i = line < 1 ? 0 : line > (long)r->n_lines ?
	    r->n_lines - 1 : (unsigned)line - 1;
	size_t off = r->lines[i], end = i + 1 < r->n_lines ?
	    r->lines[i + 1] - 1 : r->src->size;

	while (off < end && (r->src->text[off] == ' ' ||
	    r->src->text[off] == '\t'))
		off++;
	return loc_at(r->src, off, end - off);
}

static struct loc
place(const struct reader *r, const xmlNode *n)
{
	return line_loc(r, r->lib.xmlGetLineNo(n));
}

static bool __attribute__((format(printf, 3, 4)))
error(struct reader *r, const xmlNode *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_error(r->load->diags, place(r, at), "%s",
	    arena_vprintf(r->load->arena, fmt, ap));
	va_end(ap);
	return false;
}

/* Copies a text of libxml2's and frees it; null for null. */
static char *
keep(struct reader *r, xmlChar *text)
{
	char *copy = text != NULL ?
	    arena_strdup(&r->temp, (const char *)text) : NULL;

	(*r->lib.xmlFree)(text);
	return copy;
}

static char *
attribute(struct reader *r, const xmlNode *n, const char *name)
{
	return keep(r, r->lib.xmlGetProp(n, XML(name)));
}

static bool
flag(struct reader *r, const xmlNode *n, const char *name)
{
	const char *v = attribute(r, n, name);

	return v != NULL && strcmp(v, "1") == 0;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : -1;
}

/* Hexadecimal in place; null if it is none or has a zero byte. */
static char *
unhex(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p += 2) {
		int high = digit(p[0]), low = high < 0 ? -1 : digit(p[1]);

		if (low < 0 || high + low == 0)
			return NULL;
		*to++ = (char)(high << 4 | low);
	}
	*to = '\0';
	return text;
}

/* name="...", or hex-name="..."; null: neither. */
static char *
name_of(struct reader *r, const xmlNode *n)
{
	char *name = attribute(r, n, "name");
	char *hex = name == NULL ? attribute(r, n, "hex-name") : NULL;

	return hex != NULL ? unhex(hex) : name;
}

static void
add(struct reader *r, const char *word)
{
	words_add(&r->cmd.words, word, strlen(word));
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

/* A word in quotes.  iptables-xml does not escape the quotes inside it: the
 * one that ends it is the one before a space or the end. */
static char *
quoted(struct reader *r, char *p)
{
	char *to = p, *word = p;

	for (p++; *p != '\0' && (*p != '"' || (!r->escaped &&
	    !is_gap(p[1]))); p++) {
		if (r->escaped && *p == '\\' && p[1] != '\0')
			p++;
		*to++ = *p;
	}
	if (*p != '\0')
		p++;
	*to = '\0';
	add(r, word);
	return p;
}

/* The words of an option's text; 'one': it takes one word, so that outer
 * quotes that are not escaped inside are no riddle. */
static bool
add_values(struct reader *r, const xmlNode *n, bool one)
{
	char *p = keep(r, r->lib.xmlNodeGetContent(n));
	bool hex = flag(r, n, "hex");
	size_t len = p != NULL ? strlen(p) : 0;

	if (one && !r->escaped && len > 1 && p[0] == '"' &&
	    p[len - 1] == '"') {
		p[len - 1] = '\0';
		add(r, p + 1);
		return true;
	}

	while (p != NULL && *p != '\0') {
		char *word = p;

		if (is_gap(*p)) {
			p++;
			continue;
		}
		if (*p == '"') {
			p = quoted(r, p);
			continue;
		}
		while (!is_gap(*p))
			p++;
		if (*p != '\0')
			*p++ = '\0';
		if (hex && unhex(word) == NULL)
			return error(r, n, "bad hexadecimal");
		add(r, word);
	}
	return true;
}

/* The name that an element stands for: its own, or if that is 'generic' the
 * one in its attribute. */
static const char *
use_name(struct reader *r, const xmlNode *n, const char *generic)
{
	const char *name = is(n, generic) ? name_of(r, n) : NULL;

	return name != NULL ? name : (const char *)n->name;
}

/* 'ext': whose options they are; null: not known, or iptables' own. */
static bool
add_options(struct reader *r, const xmlNode *parent, const struct ext *ext)
{
	bool own = is(parent, "match");

	for_elements(n, parent) {
		const char *name = use_name(r, n, "option");
		const char *word = arena_printf(&r->temp, "%s%s",
		    own && strlen(name) == 1 ? "-" : "--", name);
		int o = ext != NULL ? ext_opt(ext, word, strlen(word),
		    false) : -1;

		if (flag(r, n, "invert"))
			add(r, "!");
		if (*name != '\0')
			add(r, word);
		if (!add_values(r, n, o >= 0 && ext->opts[o].args == 1))
			return false;
	}
	return true;
}

static const struct ext *
find(struct reader *r, enum ext_kind kind, const char *name)
{
	return ext_find(kind, name, strlen(name), r->cmd.rules->family);
}

static bool
add_conditions(struct reader *r, const xmlNode *rule)
{
	for_elements(part, rule) {
		if (!is(part, "conditions"))
			continue;
		for_elements(n, part) {
			const char *name = is(n, "match") ? NULL :
			    use_name(r, n, "extension");

			if (name != NULL) {
				add(r, "-m");
				add(r, name);
			}
			if (!add_options(r, n, name != NULL ?
			    find(r, EXT_MATCH, name) : NULL))
				return false;
		}
	}
	return true;
}

static bool
add_action(struct reader *r, const xmlNode *action)
{
	const xmlNode *to = next_element(action->children);
	bool go = is(action, "goto");
	const char *name;

	if (!go && !is(action, "call")) {
		name = use_name(r, action, "extension");
		add(r, "-j");
		add(r, name);
		return add_options(r, action, find(r, EXT_TARGET, name));
	}
	name = to != NULL ? (const char *)to->name : name_of(r, action);
	if (name == NULL)
		return error(r, action, "which chain is it?");
	add(r, go ? "-g" : "-j");
	add(r, name);
	return true;
}

static uint64_t
count(struct reader *r, const xmlNode *n, const char *name)
{
	const char *v = attribute(r, n, name);

	return v != NULL ? strtoull(v, NULL, 10) : 0;
}

/* The rule with one of its actions, or with none. */
static bool
run_rule(struct reader *r, const char *chain, const xmlNode *rule,
    const xmlNode *action)
{
	struct cmdline *c = &r->cmd;

	c->loc = place(r, rule);
	c->line = (uint32_t)r->lib.xmlGetLineNo(rule);
	words_begin(&c->words, c->loc);
	add(r, "-A");
	add(r, chain);
	return add_conditions(r, rule) &&
	    (action == NULL || add_action(r, action)) &&
	    cmdline_read(c, 0) && edit_run(c);
}

static bool
read_rule(struct reader *r, const char *chain, const xmlNode *rule)
{
	struct cmdline *c = &r->cmd;
	bool ok = true, any = false;

	c->packets = count(r, rule, "packet-count");
	c->bytes = count(r, rule, "byte-count");
	c->has_counters = r->lib.xmlHasProp(rule, XML("packet-count")) != NULL;
	for_elements(part, rule) {
		if (!is(part, "actions"))
			continue;
		for_elements(action, part) {
			ok = run_rule(r, chain, rule, action) && ok;
			c->packets = c->bytes = 0;
			c->has_counters = false;
			any = true;
		}
	}
	return any ? ok : run_rule(r, chain, rule, NULL);
}

static bool
read_policy(struct reader *r, const xmlNode *n, struct chain *c)
{
	const char *policy = attribute(r, n, "policy");

	if (policy == NULL)
		return true;
	if (c->hook == HOOK_NONE || (strcmp(policy, "ACCEPT") != 0 &&
	    strcmp(policy, "DROP") != 0))
		return error(r, n, "chain %s cannot have policy %s", c->name,
		    policy);
	c->policy = strcmp(policy, "DROP") == 0 ? V_DROP : V_ACCEPT;
	c->policy_given = true;
	c->packets = count(r, n, "packet-count");
	c->bytes = count(r, n, "byte-count");
	c->counters = true;
	return true;
}

static bool
read_chain(struct reader *r, struct table *t, const xmlNode *n)
{
	const char *name = name_of(r, n);
	struct chain *c;

	if (name == NULL || *name == '\0' || strlen(name) > 28)
		return error(r, n, "invalid chain name `%s'",
		    name != NULL ? name : "");
	c = chain_find(t, name, strlen(name));
	if (c != NULL && c->hook == HOOK_NONE)
		return error(r, n, "chain %s is there already", name);
	if (c == NULL)
		c = chain_new(t, name, strlen(name));
	c->off = place(r, n).off;
	c->len = place(r, n).len;
	c->line = (uint32_t)r->lib.xmlGetLineNo(n);
	c->source = r->cmd.source;
	return read_policy(r, n, c);
}

static bool
read_table(struct reader *r, const xmlNode *n)
{
	const char *name = attribute(r, n, "name");
	struct table *t = NULL;
	bool ok = true;

	for (int i = 0; name != NULL && i < N_TABLES; i++)
		if (strcmp(table_names[i], name) == 0)
			t = ruleset_table(r->cmd.rules, (enum table_id)i);
	if (t == NULL)
		return error(r, n, "no such table: `%s'", name ? name : "");
	edit_clear(t);
	r->cmd.table = t->id;
	for_elements(chain, n)
		if (is(chain, "chain"))
			ok = read_chain(r, t, chain) && ok;
	for_elements(chain, n) {
		const char *of = is(chain, "chain") ? name_of(r, chain) :
		    NULL;

		if (of == NULL)
			continue;
		for_elements(rule, chain)
			if (is(rule, "rule") && !diag_full(r->load->diags))
				ok = read_rule(r, of, rule) && ok;
	}
	return check_table(t, r->load->diags) && ok;
}

/* iptables-xml does not say: an address tells. */
static int
guess_family(struct reader *r, const xmlNode *n)
{
	for_elements(child, n) {
		int family = 0;

		if ((is(child, "s") || is(child, "d")) && is(n, "match")) {
			const char *text = keep(r,
			    r->lib.xmlNodeGetContent(child));

			family = text != NULL && strchr(text, ':') != NULL ?
			    AF_INET6 : AF_INET;
		} else if (is(child, "icmp6")) {
			family = AF_INET6;
		} else {
			family = guess_family(r, child);
		}
		if (family != 0)
			return family;
	}
	return 0;
}

static int
family_of(struct reader *r, const xmlNode *n)
{
	const char *name = attribute(r, n, "family");
	int family = name == NULL ? 0 : strcmp(name, "ipv6") == 0 ? AF_INET6 :
	    AF_INET;

	if (r->load->family != 0)
		return r->load->family;
	if (family == 0)
		family = guess_family(r, n);
	return family != 0 ? family : AF_INET;
}

static bool
read_ruleset(struct reader *r, const xmlNode *n)
{
	int family = family_of(r, n);
	int source = load_add_source(r->load, family, r->src);
	bool ok = true;

	if (source < 0)
		return false;
	cmdline_init(&r->cmd, r->load->rules[family == AF_INET6],
	    (uint16_t)source, r->load->diags);
	r->cmd.restore = true;
	r->escaped = flag(r, n, "escaped");
	for_elements(t, n)
		if (is(t, "table"))
			ok = read_table(r, t) && ok;
	cmdline_free(&r->cmd);
	return ok;
}

static bool
read_root(struct reader *r, const xmlNode *root)
{
	bool ok = true;

	if (is(root, "iptables-rules"))
		return read_ruleset(r, root);
	if (!is(root, "iptables-rulesets"))
		return error(r, root, "expected <iptables-rules>, as "
		    "iptables-xml prints");
	for_elements(n, root)
		if (is(n, "iptables-rules"))
			ok = read_ruleset(r, n) && ok;
	return ok;
}

static bool
bad_xml(struct reader *r)
{
	const xmlError *e = r->lib.xmlGetLastError();
	const char *text = e != NULL && e->message != NULL ? e->message :
	    "this is no XML";

	diag_error(r->load->diags, line_loc(r, e != NULL ? e->line : 1),
	    "%.*s", (int)strcspn(text, "\n"), text);
	return false;
}

bool
rules_xml_read(struct load *l, const struct source *src)
{
	struct reader r = { .load = l, .src = src };
	const xmlNode *root = NULL;
	xmlDocPtr doc = NULL;
	bool ok;

	libxml_open(&r.lib);
	if (src->size <= INT32_MAX)
		doc = r.lib.xmlReadMemory(src->text, (int)src->size, NULL,
		    NULL, XML_PARSE_NONET | XML_PARSE_NOERROR |
		    XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES |
		    XML_PARSE_NOCDATA);
	if (doc != NULL)
		root = r.lib.xmlDocGetRootElement(doc);
	find_lines(&r);
	ok = root != NULL ? read_root(&r, root) : bad_xml(&r);
	r.lib.xmlFreeDoc(doc);
	r.lib.xmlResetLastError();
	arena_free(&r.temp);
	free(r.lines);
	return ok;
}
