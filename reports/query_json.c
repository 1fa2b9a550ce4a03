/* Who decides which packets, as JSON: "schema": "nfwalk.query/1". */
#include "reports/regions.h"

#include "base/diag.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>

void
json_field(struct cJSON *fields, const struct box_field *f)
{
	struct sbuf safe = SBUF_INIT;
	cJSON *values;

	sbuf_safe(&safe, f->name, strlen(f->name));
	values = cJSON_AddArrayToObject(fields, sbuf_text(&safe));
	for (unsigned i = 0; i < f->n; i++) {
		sbuf_clear(&safe);
		sbuf_safe(&safe, f->values[i], strlen(f->values[i]));
		cJSON_AddItemToArray(values,
		    cJSON_CreateString(sbuf_text(&safe)));
	}
	sbuf_free(&safe);
}

static cJSON *
box(const struct packet_box *p)
{
	cJSON *o = cJSON_CreateObject(), *fields;

	json_text(o, "words", p->words);
	fields = cJSON_AddObjectToObject(o, "fields");
	for (unsigned i = 0; i < p->n; i++)
		json_field(fields, &p->fields[i]);
	return o;
}

void
json_packets(struct cJSON *o, const struct packet_set *p)
{
	cJSON *boxes;

	cJSON_AddBoolToObject(o, "complete", p->complete);
	if (p->complete)
		cJSON_AddNumberToObject(o, "count", p->count);
	else
		json_text(o, "boxes_are", p->around ? "around" : "some");
	boxes = cJSON_AddArrayToObject(o, "boxes");
	for (unsigned i = 0; i < p->n; i++)
		cJSON_AddItemToArray(boxes, box(&p->boxes[i]));
	if (p->witness != NULL)
		json_text(o, "witness", p->witness);
}

struct cJSON *
json_deciding(const struct decider *d)
{
	cJSON *o = json_decider(d->rule, d->chain);

	if (cJSON_IsNull(o)) {		/* the table is not there */
		cJSON_Delete(o);
		o = cJSON_CreateObject();
	} else if (d->rule == NULL && d->chain->hook == HOOK_NONE) {
		cJSON_DeleteItemFromObject(o, "text");
		cJSON_ReplaceItemInObject(o, "rule",
		    cJSON_CreateString("end"));
	}
	json_text(o, "verdict", d->verdict);
	if (d->effects != NULL)
		json_text(o, "effects", d->effects);
	return o;
}

void
json_query(const struct query_report *q, FILE *file)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "schema", "nfwalk.query/1");
	if (q->path != NULL)
		json_text(o, "path", q->path);
	else
		json_text(o, "entry", q->entry);
	cJSON_AddBoolToObject(o, "partial", q->partial);
	list = cJSON_AddArrayToObject(o, "regions");
	for (unsigned i = 0; i < q->n; i++) {
		const struct query_region *r = &q->regions[i];
		cJSON *region = json_deciding(&r->by);

		cJSON_AddStringToObject(region, "certainty", r->may != NULL ?
		    "possible" : "certain");
		if (r->may != NULL)
			json_text(region, "hangs_on", r->may);
		if (r->not_replayed != NULL)
			json_text(region, "not_replayed", r->not_replayed);
		json_packets(region, &r->packets);
		cJSON_AddItemToArray(list, region);
	}
	cJSON_AddItemToObject(o, "assumptions", json_assumptions(q->env));
	json_print(o, true, file);
}
