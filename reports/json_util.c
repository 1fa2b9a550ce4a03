#include "reports/json_util.h"

#include "base/diag.h"
#include "reports/ref.h"
#include "reports/save.h"

#include <cjson/cJSON.h>
#include <inttypes.h>

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
