/* Events as OCSF's Network Activity (class 4001, version 1.4.0, with the
 * profile for security controls). */
#include "reports/logged.h"

#include "model/community.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>
#include <netinet/in.h>

enum { CLASS = 4001, FAIL = 4, REFUSE = 5, TRAFFIC = 6 };

/* A number and its caption. */
static void
add_coded(cJSON *o, const char *id, int number, const char *name,
    const char *caption)
{
	cJSON_AddNumberToObject(o, id, number);
	cJSON_AddStringToObject(o, name, caption);
}

static void
add_class(cJSON *o, int activity)
{
	static const char *const names[] = { [FAIL] = "Fail",
	    [REFUSE] = "Refuse", [TRAFFIC] = "Traffic" };
	char type[40];

	snprintf(type, sizeof(type), "Network Activity: %s",
	    names[activity]);
	add_coded(o, "category_uid", CLASS / 1000, "category_name",
	    "Network Activity");
	add_coded(o, "class_uid", CLASS, "class_name", "Network Activity");
	add_coded(o, "activity_id", activity, "activity_name",
	    names[activity]);
	add_coded(o, "type_uid", CLASS * 100 + activity, "type_name", type);
	add_coded(o, "severity_id", 1, "severity", "Informational");
}

static void
add_metadata(cJSON *root, const struct logged *e)
{
	cJSON *o = cJSON_AddObjectToObject(root, "metadata"), *product;

	cJSON_AddStringToObject(o, "version", "1.4.0");
	product = cJSON_AddObjectToObject(o, "product");
	cJSON_AddStringToObject(product, "name", "nfwalk");
	cJSON_AddStringToObject(product, "vendor_name", "nfwalk");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "profiles"),
	    cJSON_CreateString("security_control"));
	json_text(o, "log_name", e->capture);
	json_count(o, "sequence", e->frame);
}

static void
add_end(cJSON *root, const char *name, const struct logged *e, bool source)
{
	const char *iface = source ? e->in : e->out;
	const uint8_t *mac = e->mac[!source];
	cJSON *o = cJSON_AddObjectToObject(root, name);
	struct sbuf b = SBUF_INIT;

	logged_end_of(o, &e->flow, source);
	if (e->translated[!source])	/* so says network_endpoint.json */
		logged_end_of(cJSON_AddObjectToObject(o, "proxy_endpoint"),
		    &e->nat, source);
	if (iface != NULL)
		json_text(o, "interface_name", iface);
	if (mac == NULL)
		return;
	for (unsigned i = 0; i < 6; i++)
		sbuf_printf(&b, i != 0 ? ":%02x" : "%02x", mac[i]);
	json_sbuf(o, "mac", &b);
}

static void
add_connection(cJSON *root, const struct logged *e)
{
	cJSON *o = cJSON_AddObjectToObject(root, "connection_info");
	const char *name = e->flow.proto == IPPROTO_ICMPV6 ? "ipv6-icmp" :
	    proto_name(e->flow.proto);
	int flags = logged_tcp_flags(e);
	char id[COMMUNITY_ID_SIZE];

	if (e->in == NULL)
		add_coded(o, "direction_id", 2, "direction", "Outbound");
	else if (e->line != NULL && e->out == NULL)
		add_coded(o, "direction_id", 1, "direction", "Inbound");
	else
		add_coded(o, "direction_id", 0, "direction", "Unknown");
	json_count(o, "protocol_num", e->flow.proto);
	if (name != NULL)
		json_text(o, "protocol_name", name);
	json_count(o, "protocol_ver_id", e->flow.family == AF_INET6 ? 6 : 4);
	if (flags >= 0)
		json_count(o, "tcp_flags", (unsigned)flags);
	community_id(&e->flow, id);
	cJSON_AddStringToObject(o, "community_uid", id);
}

/* What a control did; of what got lost otherwise nothing is said. */
static void
add_outcome(cJSON *o, const struct logged *e)
{
	static const struct logged_names rule_names = { "firewall_rule",
	    "uid", "type", "desc" };

	if (e->line != NULL) {
		add_coded(o, "action_id", 3, "action", "Observed");
		add_coded(o, "disposition_id", 17, "disposition", "Logged");
	} else if (e->disposition != DISP_LOST) {
		add_coded(o, "action_id", 2, "action", "Denied");
		add_coded(o, "disposition_id", 2, "disposition", "Blocked");
	}
	logged_rule(o, e, &rule_names);
	if (e->line == NULL) {
		json_text(o, "status_code", reason_names[e->reason]);
		json_text(o, "status_detail", reason_texts[e->reason]);
	}
}

struct cJSON *
ocsf_event(const struct logged *e)
{
	cJSON *o = cJSON_CreateObject(), *part;
	struct sbuf b = SBUF_INIT;

	add_class(o, e->line != NULL ? TRAFFIC :
	    e->disposition == DISP_LOST ? FAIL : REFUSE);
	cJSON_AddNumberToObject(o, "time", (double)(e->time / 1000000));
	add_metadata(o, e);
	logged_message(e, &b);
	if (e->line != NULL)
		json_text(o, "raw_data", sbuf_text(&b));
	json_sbuf(o, "message", &b);
	add_outcome(o, e);
	if (e->has_flow) {
		cJSON_AddBoolToObject(o, "is_src_dst_assignment_known",
		    false);
		add_connection(o, e);
		add_end(o, "src_endpoint", e, true);
		add_end(o, "dst_endpoint", e, false);
		part = cJSON_AddObjectToObject(o, "traffic");
		json_count(part, "bytes", e->bytes);
		json_count(part, "packets", 1);
	}
	return o;
}
