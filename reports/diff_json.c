/* What a change of the rules means, as JSON: "schema": "nfwalk.diff/1". */
#include "reports/diff.h"

#include "reports/json_util.h"

#include <cjson/cJSON.h>

static void
add_sides(cJSON *o, const struct decider by[2])
{
	cJSON_AddItemToObject(o, "old", json_deciding(&by[0]));
	cJSON_AddItemToObject(o, "new", json_deciding(&by[1]));
}

static cJSON *
change(const struct diff_change *d)
{
	cJSON *o = cJSON_CreateObject();

	json_text(o, "kind", d->kind);
	json_text(o, "certainty", d->may != NULL ? "possible" : "certain");
	if (d->may != NULL)
		json_text(o, "hangs_on", d->may);
	cJSON_AddNumberToObject(o, "family", d->family == AF_INET6 ? 6 : 4);
	json_text(o, "table", d->table);
	json_text(o, "chain", d->chain);
	add_sides(o, d->by);
	json_packets(o, &d->packets);
	return o;
}

static cJSON *
lockout(const struct diff_lockout *l)
{
	static const char *const what[] = { [LOCKOUT_NO] = "accepted",
	    [LOCKOUT_NEVER] = "was not accepted",
	    [LOCKOUT_PART] = "partly blocked", [LOCKOUT_ALL] = "blocked" };
	cJSON *o = cJSON_CreateObject();

	json_text(o, "network", l->network);
	json_text(o, "ssh", what[l->what]);
	if (l->what == LOCKOUT_PART || l->what == LOCKOUT_ALL)
		cJSON_AddItemToObject(o, "new", json_deciding(&l->by));
	if (l->witness != NULL)
		json_text(o, "witness", l->witness);
	return o;
}

static cJSON *
flows(const struct diff_flows *g)
{
	cJSON *o = cJSON_CreateObject();

	json_text(o, "from", g->outcome[0]);
	json_text(o, "to", g->outcome[1]);
	cJSON_AddBoolToObject(o, "sent_otherwise", g->sent);
	json_count(o, "flows", g->flows);
	json_text(o, "example", g->example);
	json_text(o, "file", g->file);
	json_count(o, "frame", g->frame);
	add_sides(o, g->by);
	return o;
}

static cJSON *
traffic(const struct diff_traffic *t)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_count(o, "frames", t->frames);
	json_count(o, "flows", t->flows);
	json_count(o, "changed", t->changed);
	list = cJSON_AddArrayToObject(o, "groups");
	for (unsigned i = 0; i < t->n; i++)
		cJSON_AddItemToArray(list, flows(&t->groups[i]));
	return o;
}

static cJSON *
rules(const struct diff_report *r)
{
	cJSON *o = cJSON_CreateObject();

	json_count(o, "added", r->added);
	json_count(o, "removed", r->removed);
	json_count(o, "policies", r->policies);
	cJSON_AddBoolToObject(o, "moved", r->moved);
	return o;
}

void
json_diff(const struct diff_report *r, FILE *file)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "schema", "nfwalk.diff/1");
	json_text(o, "old", r->old);
	json_text(o, "new", r->new);
	cJSON_AddBoolToObject(o, "equal", r->equal);
	cJSON_AddBoolToObject(o, "partial", r->partial);
	list = cJSON_AddArrayToObject(o, "regions");
	for (unsigned i = 0; i < r->n; i++)
		cJSON_AddItemToArray(list, change(&r->changes[i]));
	if (r->traffic != NULL)
		cJSON_AddItemToObject(o, "traffic", traffic(r->traffic));
	list = cJSON_AddArrayToObject(o, "lockout");
	for (unsigned i = 0; i < r->n_lockouts; i++)
		cJSON_AddItemToArray(list, lockout(&r->lockouts[i]));
	cJSON_AddItemToObject(o, "rules", rules(r));
	cJSON_AddItemToObject(o, "assumptions", json_assumptions(r->env));
	json_print(o, true, file);
}
