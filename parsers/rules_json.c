#include "parsers/rules_json.h"

#include "parsers/check.h"
#include "parsers/edit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

struct reader {
	struct load *load;
	const struct source *src;
	struct arena temp;		/* words that were in hex */
	struct cmdline cmd;		/* of the ruleset at hand */
	bool ready;
	size_t counted;			/* 'line' is that of this place */
	uint32_t line;
};

static bool __attribute__((format(printf, 3, 4)))
error(struct reader *r, const cJSON *at, const char *fmt, ...);

/* cJSON keeps no places.  Objects begin in the text in the order in which a
 * walk of the tree meets them, so that each can be told its own: it goes into
 * the members that an object does not use. */
static const char *
mark_places(cJSON *item, const char *p, const char *text)
{
	bool object = cJSON_IsObject(item);

	for (; object && *p != '{'; p++)
		if (*p == '"')
			for (p++; *p != '"'; p++)
				p += *p == '\\';
	if (object)
		item->valueint = (int)(p++ - text);
	for (cJSON *i = item->child; i != NULL; i = i->next)
		p = mark_places(i, p, text);
	return p;
}

static struct loc
place(const struct reader *r, const cJSON *o)
{
	const char *text = r->src->text;
	size_t off = o != NULL && cJSON_IsObject(o) ? (size_t)o->valueint : 0;
	const char *nl = memchr(text + off, '\n', r->src->size - off);
	size_t len = nl != NULL ? (size_t)(nl - text) - off :
	    r->src->size - off;

	return loc_at(r->src, off, len);
}

static bool
error(struct reader *r, const cJSON *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_error(r->load->diags, place(r, at), "%s",
	    arena_vprintf(r->load->arena, fmt, ap));
	va_end(ap);
	return false;
}

static const char *
text_of(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : -1;
}

/* A string, or { "hex": ... }; null: neither. */
static const char *
value(struct reader *r, const cJSON *v)
{
	const char *hex = cJSON_IsObject(v) ? text_of(v, "hex") : NULL;
	size_t len;
	char *out;

	if (hex == NULL)
		return cJSON_GetStringValue(v);
	len = strlen(hex) / 2;
	out = arena_alloc(&r->temp, len + 1);
	for (size_t i = 0; i < len; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return NULL;
		out[i] = (char)(high << 4 | low);
	}
	return out;
}

static uint64_t
count(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	if (cJSON_IsString(v))
		return strtoull(v->valuestring, NULL, 10);
	return cJSON_IsNumber(v) && v->valuedouble > 0 &&
	    v->valuedouble < 1.8e19 ? (uint64_t)v->valuedouble : 0;
}

static void
add(struct reader *r, const char *word)
{
	words_add(&r->cmd.words, word, strlen(word));
}

/* The words of "tests" or "options". */
static bool
add_options(struct reader *r, const cJSON *list)
{
	const cJSON *o, *v;

	cJSON_ArrayForEach(o, list) {
		const char *name = text_of(o, "option");

		if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o,
		    "invert")))
			add(r, "!");
		if (name != NULL)
			add(r, name);
		cJSON_ArrayForEach(v,
		    cJSON_GetObjectItemCaseSensitive(o, "values")) {
			const char *text = value(r, v);

			if (text == NULL)
				return error(r, o, "a value is no text");
			add(r, text);
		}
	}
	return true;
}

static bool
add_matches(struct reader *r, const cJSON *rule)
{
	const cJSON *m;

	cJSON_ArrayForEach(m,
	    cJSON_GetObjectItemCaseSensitive(rule, "matches")) {
		const char *name = value(r,
		    cJSON_GetObjectItemCaseSensitive(m, "name"));

		if (name == NULL)
			return error(r, m, "a match without a name");
		add(r, "-m");
		add(r, name);
		if (!add_options(r, cJSON_GetObjectItemCaseSensitive(m,
		    "options")))
			return false;
	}
	return true;
}

static bool
add_target(struct reader *r, const cJSON *rule)
{
	const cJSON *t = cJSON_GetObjectItemCaseSensitive(rule, "target");
	const char *jump = value(r, cJSON_GetObjectItemCaseSensitive(t,
	    "jump"));
	const char *go = value(r, cJSON_GetObjectItemCaseSensitive(t,
	    "goto"));

	if (t == NULL)
		return true;
	if ((jump == NULL) == (go == NULL))
		return error(r, t, "a target needs one of jump and goto");
	add(r, jump != NULL ? "-j" : "-g");
	add(r, jump != NULL ? jump : go);
	return add_options(r, cJSON_GetObjectItemCaseSensitive(t, "options"));
}

static uint32_t
line_of(struct reader *r, size_t off)
{
	for (; r->counted < off; r->counted++)
		if (r->src->text[r->counted] == '\n')
			r->line++;
	return r->line;
}

static bool
read_rule(struct reader *r, const char *chain, const cJSON *rule)
{
	struct cmdline *c = &r->cmd;

	c->loc = place(r, rule);
	c->line = line_of(r, c->loc.off);
	c->packets = count(rule, "packets");
	c->bytes = count(rule, "bytes");
	c->has_counters = true;
	words_begin(&c->words, c->loc);
	add(r, "-A");
	add(r, chain);
	return add_options(r, cJSON_GetObjectItemCaseSensitive(rule,
	    "tests")) && add_matches(r, rule) && add_target(r, rule) &&
	    cmdline_read(c, 0) && edit_run(c);
}

static bool
read_policy(struct reader *r, const cJSON *o, struct chain *c)
{
	const char *policy = text_of(o, "policy");

	if (policy == NULL)
		return true;
	if (c->hook == HOOK_NONE || (strcmp(policy, "ACCEPT") != 0 &&
	    strcmp(policy, "DROP") != 0))
		return error(r, o, "chain %s cannot have policy %s", c->name,
		    policy);
	c->policy = strcmp(policy, "DROP") == 0 ? V_DROP : V_ACCEPT;
	c->policy_given = true;
	c->packets = count(o, "packets");
	c->bytes = count(o, "bytes");
	c->counters = true;
	return true;
}

/* Chains first: rules jump to those that come later. */
static bool
read_chain(struct reader *r, struct table *t, const cJSON *o)
{
	const char *name = value(r, cJSON_GetObjectItemCaseSensitive(o,
	    "name"));
	struct chain *c;

	if (name == NULL)
		return error(r, o, "a chain without a name");
	c = chain_find(t, name, strlen(name));
	if (c != NULL && c->hook == HOOK_NONE)
		return error(r, o, "chain %s is there already", name);
	if (c == NULL && (strlen(name) > 28 || *name == '\0'))
		return error(r, o, "invalid chain name `%s'", name);
	if (c == NULL)
		c = chain_new(t, name, strlen(name));
	c->off = place(r, o).off;
	c->len = place(r, o).len;
	c->line = line_of(r, c->off);
	c->source = r->cmd.source;
	return read_policy(r, o, c);
}

static bool
read_table(struct reader *r, const cJSON *o)
{
	const char *name = text_of(o, "name");
	const cJSON *chains = cJSON_GetObjectItemCaseSensitive(o, "chains");
	const cJSON *chain, *rule;
	struct table *t = NULL;
	bool ok = true;

	for (int i = 0; name != NULL && i < N_TABLES; i++)
		if (strcmp(table_names[i], name) == 0)
			t = ruleset_table(r->cmd.rules, (enum table_id)i);
	if (t == NULL)
		return error(r, o, "a table has no name that iptables knows");
	edit_clear(t);
	r->cmd.table = t->id;
	cJSON_ArrayForEach(chain, chains)
		ok = read_chain(r, t, chain) && ok;
	r->counted = 0;
	r->line = 1;
	cJSON_ArrayForEach(chain, chains) {
		const char *of = value(r,
		    cJSON_GetObjectItemCaseSensitive(chain, "name"));

		cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(
		    chain, "rules"))
			if (of != NULL && !diag_full(r->load->diags))
				ok = read_rule(r, of, rule) && ok;
	}
	return check_table(t, r->load->diags) && ok;
}

static bool
read_ruleset(struct reader *r, const cJSON *o)
{
	const char *name = text_of(o, "family");
	int family = name == NULL ? 0 : strcmp(name, "ipv4") == 0 ? AF_INET :
	    strcmp(name, "ipv6") == 0 ? AF_INET6 : 0, source;
	const cJSON *table;
	bool ok = true;

	if (family == 0)
		return error(r, o, "\"family\" must be \"ipv4\" or \"ipv6\"");
	source = load_add_source(r->load, family, r->src);
	if (source < 0)
		return false;
	cmdline_init(&r->cmd, r->load->rules[family == AF_INET6],
	    (uint16_t)source, r->load->diags);
	r->cmd.restore = true;
	cJSON_ArrayForEach(table, cJSON_GetObjectItemCaseSensitive(o,
	    "tables"))
		ok = read_table(r, table) && ok;
	cmdline_free(&r->cmd);
	return ok;
}

static bool
read_all(struct reader *r, const cJSON *root)
{
	const char *schema = text_of(root, "schema");
	const cJSON *rs;
	bool ok = true;

	if (schema == NULL || strncmp(schema, "nfwalk.ruleset/1", 16) != 0)
		return error(r, root, "\"schema\" is not \"nfwalk.ruleset/1\"");
	cJSON_ArrayForEach(rs, cJSON_GetObjectItemCaseSensitive(root,
	    "rulesets"))
		ok = read_ruleset(r, rs) && ok;
	return ok;
}

bool
rules_json_read(struct load *l, const struct source *src)
{
	struct reader r = { .load = l, .src = src, .line = 1 };
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(src->text, src->size, &end,
	    false);
	bool ok;

	if (root == NULL) {
		size_t off = end != NULL ? (size_t)(end - src->text) : 0;

		diag_error(l->diags, loc_at(src, off < src->size ? off : 0,
		    1), "this is no JSON from here on");
		return false;
	}
	mark_places(root, src->text, src->text);
	ok = read_all(&r, root);
	cJSON_Delete(root);
	arena_free(&r.temp);
	return ok;
}
