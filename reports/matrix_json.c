/* The service matrix as JSON: "schema": "nfwalk.matrix/1". */
#include "reports/regions.h"

#include "reports/json_util.h"

#include <cjson/cJSON.h>

static void
add_zone(cJSON *o, const char *member, const struct matrix_zone *z)
{
	struct box_field names = { member, z ? z->ifaces : NULL,
	    z ? z->n : 0 };

	if (z != NULL)
		json_field(o, &names);
	else
		cJSON_AddNullToObject(o, member);
}

static cJSON *
service(const struct matrix_service *s)
{
	cJSON *o = cJSON_CreateObject();

	json_text(o, "words", s->words);
	cJSON_AddBoolToObject(o, "partly", s->partly);
	if (s->protos.n != 0)
		json_field(o, &s->protos);
	if (s->details.n != 0)
		json_field(o, &s->details);
	return o;
}

static cJSON *
cell(const struct matrix_cell *c)
{
	cJSON *o = cJSON_CreateObject(), *list;

	add_zone(o, "from", c->from);
	add_zone(o, "to", c->to);
	list = cJSON_AddArrayToObject(o, "services");
	for (unsigned i = 0; i < c->n; i++)
		cJSON_AddItemToArray(list, service(&c->services[i]));
	if (c->witness != NULL)
		json_text(o, "witness", c->witness);
	return o;
}

void
json_matrix(const struct matrix_report *r, FILE *file)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "schema", "nfwalk.matrix/1");
	list = cJSON_AddArrayToObject(o, "families");
	for (unsigned i = 0; i < r->n; i++) {
		const struct matrix_family *m = &r->families[i];
		cJSON *family = cJSON_CreateObject(), *cells;

		cJSON_AddNumberToObject(family, "family",
		    m->family == AF_INET6 ? 6 : 4);
		cells = cJSON_AddArrayToObject(family, "cells");
		for (unsigned k = 0; k < m->n; k++)
			cJSON_AddItemToArray(cells, cell(&m->cells[k]));
		cJSON_AddItemToArray(list, family);
	}
	cJSON_AddItemToObject(o, "assumptions", json_assumptions(r->env));
	json_print(o, true, file);
}
