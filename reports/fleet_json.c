/* A fleet as JSON, "schema": "nfwalk.merge/1".  It has all that another merge
 * needs; "summary", "groups" and what hosts differ by are made of the rest. */
#include "reports/fleet.h"

#include "reports/json_util.h"

#include <cjson/cJSON.h>
#include <string.h>

void
fleet_example_free(struct cJSON *example)
{
	cJSON_Delete(example);
}

static cJSON *
host_names(struct fleet_host *const *hosts, unsigned n)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(
		    hosts[i]->name));
	return list;
}

static cJSON *
finding_keys(struct fleet_finding *const *findings, unsigned n)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(
		    findings[i]->key));
	return list;
}

/* "4:SHA256 6:SHA256" */
static cJSON *
rulesets(const struct fleet_host *host)
{
	const char *rules = host->rules;
	cJSON *list = cJSON_CreateArray();

	while (*rules != '\0') {
		cJSON *o = cJSON_CreateObject();
		char hash[65];

		snprintf(hash, sizeof(hash), "%.64s", rules + 2);
		json_count(o, "family", *rules == '6' ? 6 : 4);
		if (host->file[*rules == '6'] != NULL)
			json_text(o, "file", host->file[*rules == '6']);
		cJSON_AddStringToObject(o, "sha256", hash);
		cJSON_AddItemToArray(list, o);
		rules += 2 + strlen(hash);
		rules += *rules == ' ';
	}
	return list;
}

static cJSON *
host(const struct fleet_host *h)
{
	cJSON *o = cJSON_CreateObject(), *differs;
	struct sbuf name = SBUF_INIT;

	json_text(o, "host", h->name);
	json_text(o, "group", h->group->name);
	fleet_variant_name(h, &name);
	json_sbuf(o, "variant", &name);
	cJSON_AddItemToObject(o, "rulesets", rulesets(h));
	json_text(o, "result", h->result);
	if (h->variant == &h->group->variants[0])
		return o;
	differs = cJSON_AddObjectToObject(o, "differs");
	cJSON_AddItemToObject(differs, "more", finding_keys(h->more,
	    h->n_more));
	cJSON_AddItemToObject(differs, "fewer", finding_keys(h->fewer,
	    h->n_fewer));
	return o;
}

static cJSON *
group(const struct fleet_group *g)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_text(o, "group", g->name);
	json_count(o, "hosts", g->n_hosts);
	list = cJSON_AddArrayToObject(o, "variants");
	for (unsigned i = 0; i < g->n_variants; i++) {
		const struct fleet_variant *v = &g->variants[i];
		cJSON *one = cJSON_CreateObject();
		struct sbuf name = SBUF_INIT;

		fleet_variant_name(v->hosts[0], &name);
		json_sbuf(one, "variant", &name);
		cJSON_AddItemToObject(one, "hosts", host_names(v->hosts,
		    v->n));
		cJSON_AddItemToArray(list, one);
	}
	return o;
}

static cJSON *
place(const struct fleet_place *p)
{
	cJSON *o = cJSON_CreateObject();

	json_text(o, "host", p->host->name);
	if (p->rule != 0)
		json_count(o, "rule", p->rule);
	if (p->file != NULL)
		json_text(o, "file", p->file);
	if (p->line != 0)
		json_count(o, "line", p->line);
	if (p->column != 0)
		json_count(o, "column", p->column);
	return o;
}

static cJSON *
finding(const struct fleet_finding *f)
{
	cJSON *o = cJSON_Duplicate(f->example, true), *list;

	json_count(o, "hosts", f->n_hosts);
	list = cJSON_AddArrayToObject(o, "places");
	for (unsigned i = 0; i < f->n; i++)
		cJSON_AddItemToArray(list, place(&f->places[i]));
	return o;
}

static cJSON *
assumption(const struct fleet_assumption *a)
{
	cJSON *o = cJSON_CreateObject();

	json_text(o, "text", a->text);
	cJSON_AddItemToObject(o, "hosts", host_names(a->hosts, a->n));
	return o;
}

static cJSON *
summary(const struct fleet *f)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_count(o, "hosts", f->n_hosts);
	json_count(o, "rulesets", f->n_rulesets);
	json_count(o, "differ", f->n_differ);
	list = cJSON_AddArrayToObject(o, "ids");
	for (unsigned i = 0; i < f->n_ids; i++) {
		cJSON *id = cJSON_CreateObject();

		json_text(id, "id", f->ids[i].id);
		json_count(id, "hosts", f->ids[i].n_hosts);
		cJSON_AddItemToArray(list, id);
	}
	return o;
}

void
fleet_json(const struct fleet *f, FILE *file)
{
	cJSON *o = cJSON_CreateObject(), *list, *suppressed;

	json_schema(o, "merge");
	cJSON_AddItemToObject(o, "summary", summary(f));
	list = cJSON_AddArrayToObject(o, "groups");
	for (unsigned i = 0; i < f->n_groups; i++)
		cJSON_AddItemToArray(list, group(&f->groups[i]));
	list = cJSON_AddArrayToObject(o, "findings");
	suppressed = cJSON_AddArrayToObject(o, "suppressed");
	for (unsigned i = 0; i < f->n_findings; i++)
		cJSON_AddItemToArray(f->findings[i]->suppressed != NULL ?
		    suppressed : list, finding(f->findings[i]));
	list = cJSON_AddArrayToObject(o, "assumptions");
	for (unsigned i = 0; i < f->n_assumptions; i++)
		cJSON_AddItemToArray(list, assumption(f->assumptions[i]));
	list = cJSON_AddArrayToObject(o, "hosts");
	for (unsigned i = 0; i < f->n_hosts; i++)
		cJSON_AddItemToArray(list, host(f->hosts[i]));
	json_print(o, true, file);
}
