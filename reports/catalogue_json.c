#include "reports/catalogue.h"

#include "reports/findings.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>

static cJSON *
row(const struct check *c)
{
	cJSON *o = cJSON_CreateObject(), *profiles;

	json_text(o, "id", c->id);
	json_text(o, "severity", severity_names[c->severity]);
	profiles = cJSON_AddArrayToObject(o, "profiles");
	for (unsigned i = 0; profile_names[i] != NULL; i++)
		if (c->profiles >> i & 1)
			cJSON_AddItemToArray(profiles,
			    cJSON_CreateString(profile_names[i]));
	json_text(o, "title", c->title);
	json_text(o, "what", c->what);
	json_text(o, "why", c->why);
	/* Lines: json_text would escape their ends. */
	cJSON_AddStringToObject(o, "bad", c->bad);
	cJSON_AddStringToObject(o, "good", c->good);
	if (c->standards != NULL)
		json_text(o, "standards", c->standards);
	return o;
}

void
catalogue_json(FILE *f)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "schema", "nfwalk.rules/1");
	list = cJSON_AddArrayToObject(o, "rules");
	for (unsigned i = 0; i < n_checks; i++)
		cJSON_AddItemToArray(list, row(&checks[i]));
	json_print(o, true, f);
}
