/* What both forms of an event have, with the names of each. */
#include "reports/logged.h"

#include "reports/json_util.h"
#include "reports/ref.h"
#include "reports/save.h"

#include <cjson/cJSON.h>

void
logged_rule(struct cJSON *root, const struct logged *e,
    const struct logged_names *names)
{
	struct sbuf b = SBUF_INIT;
	cJSON *o;

	if (e->chain == NULL)
		return;
	o = cJSON_AddObjectToObject(root, names->object);
	ref_decider(e->rule, e->chain, &b);
	json_text(o, names->id, sbuf_text(&b));
	json_sbuf(o, "name", &b);
	json_text(o, "category", e->chain->name);
	json_text(o, names->table, table_names[e->chain->table->id]);
	if (e->rule != NULL)
		save_rule(e->rule, &b);
	else
		sbuf_printf(&b, "-P %s %s", e->chain->name,
		    e->chain->policy == V_DROP ? "DROP" : "ACCEPT");
	json_sbuf(o, names->text, &b);
}

void
logged_end_of(struct cJSON *o, const struct flow_key *k, bool source)
{
	struct sbuf b = SBUF_INIT;

	addr_print(&b, k->family, source ? &k->src : &k->dst);
	json_sbuf(o, "ip", &b);
	if (k->has_ports)
		json_count(o, "port", source ? k->sport : k->dport);
}
