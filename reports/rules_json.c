#include "reports/rules_json.h"

#include "ext/saved.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

struct json {
	const struct save_format *format;
	struct saved saved;
	struct sbuf text;
	FILE *file;
};

static cJSON *
value(const char *text)
{
	size_t len = strlen(text);
	struct sbuf hex = SBUF_INIT;
	cJSON *o;

	if (text_is_clean(text, len))
		return cJSON_CreateString(text);
	for (size_t i = 0; i < len; i++)
		sbuf_printf(&hex, "%02x", (unsigned char)text[i]);
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "hex", sbuf_text(&hex));
	sbuf_free(&hex);
	return o;
}

static void
add_count(cJSON *o, const char *name, uint64_t v)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	if (v <= UINT64_C(1) << 53)
		cJSON_AddNumberToObject(o, name, (double)v);
	else
		cJSON_AddStringToObject(o, name, digits);
}

/* The options of j->text, which 'ext' (or null) printed. */
static cJSON *
options(struct json *j, const struct ext *ext)
{
	cJSON *list = cJSON_CreateArray();

	saved_read(&j->saved, sbuf_text(&j->text), ext);
	for (unsigned i = 0; i < j->saved.n_opts; i++) {
		const struct saved_opt *o = &j->saved.opts[i];
		cJSON *item = cJSON_CreateObject(), *values;

		if (o->name != NULL)
			cJSON_AddStringToObject(item, "option", o->name);
		if (o->invert)
			cJSON_AddTrueToObject(item, "invert");
		values = cJSON_AddArrayToObject(item, "values");
		for (unsigned k = 0; k < o->n; k++)
			cJSON_AddItemToArray(values,
			    value(j->saved.words[o->first + k].text));
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *
use_options(struct json *j, const struct rule *r, const struct use *u)
{
	sbuf_clear(&j->text);
	save_use(r, u, &j->text);
	return options(j, u->ext);
}

static void
add_target(struct json *j, cJSON *o, const struct rule *r)
{
	const char *name = save_target_name(r);
	cJSON *target;

	if (name == NULL)
		return;
	target = cJSON_AddObjectToObject(o, "target");
	cJSON_AddItemToObject(target, r->flags & RULE_GOTO ? "goto" : "jump",
	    value(name));
	if (r->kind == TGT_EXT)
		cJSON_AddItemToObject(target, "options",
		    use_options(j, r, &r->target));
}

static cJSON *
rule_object(struct json *j, const struct rule *r)
{
	cJSON *o = cJSON_CreateObject(), *matches;
	uint64_t v[2];

	save_rule_counters(j->format, r, v);
	cJSON_AddNumberToObject(o, "rule", r->number);
	cJSON_AddNumberToObject(o, "line", r->line);
	add_count(o, "packets", v[0]);
	add_count(o, "bytes", v[1]);
	sbuf_clear(&j->text);
	save_basic(r, &j->text);
	cJSON_AddItemToObject(o, "tests", options(j, NULL));
	matches = cJSON_AddArrayToObject(o, "matches");
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		cJSON *m = cJSON_CreateObject();

		cJSON_AddItemToObject(m, "name", value(save_use_name(u)));
		cJSON_AddItemToObject(m, "options", use_options(j, r, u));
		cJSON_AddItemToArray(matches, m);
	}
	add_target(j, o, r);
	return o;
}

/* Prints it without its last 'cut' characters, and deletes it. */
static void
print(struct json *j, cJSON *o, size_t cut)
{
	char *text = cJSON_PrintUnformatted(o);

	if (text != NULL)
		fwrite(text, 1, strlen(text) - cut, j->file);
	cJSON_free(text);
	cJSON_Delete(o);
}

static void
put_chain(struct json *j, const struct chain *c)
{
	cJSON *o = cJSON_CreateObject();
	uint64_t v[2];

	cJSON_AddItemToObject(o, "name", value(c->name));
	if (c->hook != HOOK_NONE) {
		save_chain_counters(j->format, c, v);
		cJSON_AddStringToObject(o, "policy", c->policy == V_DROP ?
		    "DROP" : "ACCEPT");
		add_count(o, "packets", v[0]);
		add_count(o, "bytes", v[1]);
	}
	fputs("        ", j->file);
	print(j, o, 1);
	fputs(",\"rules\":[", j->file);
	for (unsigned i = 0; i < c->n; i++) {
		fputs(i == 0 ? "\n          " : ",\n          ", j->file);
		print(j, rule_object(j, c->rules[i]), 0);
	}
	fputs("]}", j->file);
}

static void
put_table(struct json *j, const struct table *t)
{
	const char *between = "\n";

	fprintf(j->file, "      {\"name\":\"%s\",\"chains\":[",
	    table_names[t->id]);
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		if (save_wanted(j->format, c)) {
			fputs(between, j->file);
			put_chain(j, c);
			between = ",\n";
		}
	fputs("]}", j->file);
}

static void
put_ruleset(struct json *j, const struct ruleset *rs)
{
	const char *between = "\n";

	fprintf(j->file, "  {\"family\":\"%s\",\"tables\":[",
	    rs->family == AF_INET ? "ipv4" : "ipv6");
	for (unsigned i = 0; i < rs->n_tables; i++) {
		enum table_id id = rs->order[i];

		if (j->format->table >= 0 && j->format->table != (int)id)
			continue;
		fputs(between, j->file);
		put_table(j, &rs->tables[id]);
		between = ",\n";
	}
	fputs("]}", j->file);
}

void
rules_json(const struct ruleset *const rules[2], const struct save_format *f,
    FILE *file)
{
	struct json j = { f, SAVED_INIT, SBUF_INIT, file };
	const char *between = "\n";

	fputs("{\"schema\":\"nfwalk.ruleset/1\",\"rulesets\":[", file);
	for (int i = 0; i < 2; i++)
		if (rules[i] != NULL) {
			fputs(between, file);
			put_ruleset(&j, rules[i]);
			between = ",\n";
		}
	fputs("]}\n", file);
	sbuf_free(&j.text);
	saved_free(&j.saved);
}
