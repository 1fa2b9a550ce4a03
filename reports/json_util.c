#include "reports/json_util.h"

#include "base/diag.h"
#include "base/version.h"
#include "reports/ref.h"
#include "reports/rules_hash.h"
#include "reports/save.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

void
json_sbuf(struct cJSON *o, const char *name, struct sbuf *b)
{
	json_text(o, name, sbuf_text(b));
	sbuf_free(b);
}

void
json_text(struct cJSON *o, const char *name, const char *text)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, text, strlen(text));
	cJSON_AddStringToObject(o, name, sbuf_text(&safe));
	sbuf_free(&safe);
}

void
json_count(struct cJSON *o, const char *name, uint64_t v)
{
	char text[24];

	if (v <= UINT64_C(1) << 53) {
		cJSON_AddNumberToObject(o, name, (double)v);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, v);
	cJSON_AddStringToObject(o, name, text);
}

struct cJSON *
json_decider(const struct rule *r, const struct chain *c)
{
	struct cJSON *o;
	struct sbuf text = SBUF_INIT;
	struct loc loc;

	if (r == NULL && c == NULL)
		return cJSON_CreateNull();
	o = cJSON_CreateObject();
	if (r != NULL)
		c = r->chain;
	loc = r ? rule_loc(r) : chain_loc(c);
	cJSON_AddNumberToObject(o, "family",
	    c->table->ruleset->family == AF_INET6 ? 6 : 4);
	json_text(o, "table", table_names[c->table->id]);
	json_text(o, "chain", c->name);
	if (r != NULL)
		json_count(o, "rule", r->number);
	else
		cJSON_AddStringToObject(o, "rule", "policy");
	if ((r ? r->line : c->line) != 0 && loc.src != NULL) {
		json_text(o, "file", loc.src->name);
		json_count(o, "line", r ? r->line : c->line);
	}
	if (r != NULL)
		save_rule(r, &text);
	else
		sbuf_printf(&text, "-P %s %s", c->name,
		    c->policy == V_DROP ? "DROP" : "ACCEPT");
	json_sbuf(o, "text", &text);
	return o;
}

struct cJSON *
json_texts(const char *const *list, unsigned n)
{
	struct cJSON *all = cJSON_CreateArray();
	struct sbuf safe = SBUF_INIT;

	for (unsigned i = 0; i < n; i++) {
		sbuf_clear(&safe);
		sbuf_safe(&safe, list[i], strlen(list[i]));
		cJSON_AddItemToArray(all, cJSON_CreateString(
		    sbuf_text(&safe)));
	}
	sbuf_free(&safe);
	return all;
}

struct cJSON *
json_assumptions(const struct env *env)
{
	return json_texts(env->assumptions, env->n_assumptions);
}

void
json_schema(struct cJSON *o, const char *name)
{
	char schema[64];

	snprintf(schema, sizeof(schema), "nfwalk.%s/1", name);
	cJSON_AddStringToObject(o, "schema", schema);
	cJSON_AddStringToObject(o, "version", NFWALK_VERSION);
}

static cJSON *
ruleset_object(const struct ruleset *rs)
{
	cJSON *o = cJSON_CreateObject();
	char hash[RULES_HASH_SIZE];
	const char *names[sizeof(rs->sources) / sizeof(*rs->sources)];

	for (unsigned i = 0; i < rs->n_sources; i++)
		names[i] = rs->sources[i]->name;
	rules_hash(rs, hash);
	json_count(o, "family", rs->family == AF_INET6 ? 6 : 4);
	cJSON_AddItemToObject(o, "files", json_texts(names, rs->n_sources));
	cJSON_AddStringToObject(o, "sha256", hash);
	return o;
}

struct cJSON *
json_rulesets(const struct ruleset *const rules[2])
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < 2; i++)
		if (rules[i] != NULL)
			cJSON_AddItemToArray(list, ruleset_object(rules[i]));
	return list;
}

void
json_sort(struct cJSON *list, int (*compare)(const void *, const void *))
{
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	cJSON **all = mem_alloc(n + 1, sizeof(*all)), *item;

	cJSON_ArrayForEach(item, list)
		all[i++] = item;
	qsort(all, n, sizeof(*all), compare);
	for (i = 0; i < n; i++) {	/* the first one's prev is the last */
		all[i]->prev = all[i != 0 ? i - 1 : n - 1];
		all[i]->next = i + 1 < n ? all[i + 1] : NULL;
	}
	list->child = n != 0 ? all[0] : NULL;
	free(all);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp((*(cJSON *const *)a)->valuestring,
	    (*(cJSON *const *)b)->valuestring);
}

void
json_sort_texts(struct cJSON *list)
{
	json_sort(list, by_text);
	for (cJSON *i = list->child; i != NULL; i = i->next)
		while (i->next != NULL && by_text(&i, &i->next) == 0)
			cJSON_Delete(cJSON_DetachItemViaPointer(list,
			    i->next));
}

bool
json_read_count(const struct cJSON *v, uint64_t *out)
{
	const char *s = cJSON_GetStringValue(v);
	const double most = (double)(UINT64_C(1) << 53);

	if (cJSON_IsNumber(v)) {
		if (!(v->valuedouble >= 0 && v->valuedouble <= most))
			return false;
		*out = (uint64_t)v->valuedouble;
		return (double)*out >= v->valuedouble;
	}
	if (s == NULL || *s == '\0' || (*s == '0' && s[1] != '\0'))
		return false;
	for (*out = 0; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(*out, UINT64_C(10), out) ||
		    __builtin_add_overflow(*out, (uint64_t)(*s - '0'), out))
			return false;
	return *s == '\0' && *out > UINT64_C(1) << 53;
}

void
json_print(struct cJSON *o, bool pretty, FILE *f)
{
	char *text = pretty ? cJSON_Print(o) : cJSON_PrintUnformatted(o);

	if (text != NULL)
		fprintf(f, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(o);
}

void
json_collect(struct cJSON **all, struct cJSON *one)
{
	if (*all == NULL)
		*all = cJSON_CreateArray();
	cJSON_AddItemToArray(*all, one);
}

void
json_finish(const struct cJSON *all, FILE *f)
{
	int n = cJSON_GetArraySize(all);

	if (n != 0)
		json_print(cJSON_Duplicate(n == 1 ? cJSON_GetArrayItem(all,
		    0) : all, true), true, f);
}

void
json_discard(struct cJSON **all)
{
	cJSON_Delete(*all);
	*all = NULL;
}
