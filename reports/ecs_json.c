/* Events as the Elastic Common Schema has them (8.11), with the fields of
 * Elastic's iptables integration for what ECS has no names for, and our own
 * below "nfwalk". */
#include "reports/logged.h"

#include "model/community.h"
#include "model/packet.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <netinet/in.h>
#include <time.h>

/* "2023-11-14T22:13:20.007000123Z" */
static void
add_time(cJSON *o, int64_t ns)
{
	int64_t sub = ns % 1000000000;
	time_t sec = (time_t)(ns / 1000000000 - (sub < 0));
	char text[40];
	struct tm tm;
	size_t n;

	gmtime_r(&sec, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%09uZ",
	    (unsigned)(sub < 0 ? sub + 1000000000 : sub));
	cJSON_AddStringToObject(o, "@timestamp", text);
}

static void
add_kind(cJSON *root, const struct logged *e)
{
	cJSON *o = cJSON_AddObjectToObject(root, "event");
	cJSON *list = cJSON_AddArrayToObject(o, "category");
	struct sbuf action = SBUF_INIT;

	cJSON_AddStringToObject(o, "kind", "event");
	cJSON_AddItemToArray(list, cJSON_CreateString("network"));
	list = cJSON_AddArrayToObject(o, "type");
	cJSON_AddItemToArray(list, cJSON_CreateString(e->line != NULL ?
	    "info" : "denied"));
	cJSON_AddItemToArray(list, cJSON_CreateString("connection"));
	cJSON_AddStringToObject(o, "provider", "nfwalk");
	cJSON_AddStringToObject(o, "dataset", "nfwalk.replay");
	json_count(o, "sequence", e->frame);
	if (e->line != NULL) {
		cJSON_AddStringToObject(o, "action", "log");
		json_count(o, "severity", e->level);
		return;
	}
	for (const char *s = disposition_names[e->disposition]; *s; s++)
		sbuf_putc(&action, (char)tolower((unsigned char)*s));
	json_sbuf(o, "action", &action);
	cJSON_AddStringToObject(o, "reason", reason_texts[e->reason]);
}

static void
add_end(cJSON *root, const char *name, const struct logged *e, bool source)
{
	const uint8_t *mac = e->mac[!source];
	cJSON *o = cJSON_AddObjectToObject(root, name);
	struct sbuf b = SBUF_INIT;

	logged_end_of(o, &e->flow, source);
	if (e->translated[!source])
		logged_end_of(cJSON_AddObjectToObject(o, "nat"), &e->nat,
		    source);
	if (mac == NULL)
		return;
	for (unsigned i = 0; i < 6; i++)
		sbuf_printf(&b, i != 0 ? "-%02X" : "%02X", mac[i]);
	json_sbuf(o, "mac", &b);
}

static void
add_network(cJSON *root, const struct logged *e)
{
	cJSON *o = cJSON_AddObjectToObject(root, "network");
	bool v6 = e->flow.family == AF_INET6;
	const char *name = e->flow.proto == IPPROTO_ICMPV6 ? "ipv6-icmp" :
	    proto_name(e->flow.proto);
	char id[COMMUNITY_ID_SIZE], number[8];

	cJSON_AddStringToObject(o, "type", v6 ? "ipv6" : "ipv4");
	snprintf(number, sizeof(number), "%u", e->flow.proto);
	cJSON_AddStringToObject(o, "iana_number", number);
	if (name != NULL)
		json_text(o, "transport", name);
	community_id(&e->flow, id);
	cJSON_AddStringToObject(o, "community_id", id);
	json_count(o, "bytes", e->bytes);
	json_count(o, "packets", 1);
	if (e->in == NULL)
		cJSON_AddStringToObject(o, "direction", "egress");
	else if (e->line != NULL && e->out == NULL)
		cJSON_AddStringToObject(o, "direction", "ingress");
}

static void
add_iface(cJSON *o, const char *side, const char *name)
{
	if (name != NULL)
		json_text(cJSON_AddObjectToObject(cJSON_AddObjectToObject(o,
		    side), "interface"), "name", name);
}

static void
add_tcp(cJSON *iptables, const struct logged *e)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH",
	    "ACK", "URG", "ECE", "CWR" };
	int flags = logged_tcp_flags(e);
	cJSON *list;

	if (flags < 0)
		return;
	list = cJSON_AddArrayToObject(cJSON_AddObjectToObject(iptables,
	    "tcp"), "flags");
	for (unsigned i = 0; i < 8; i++)
		if ((unsigned)flags >> i & 1)
			cJSON_AddItemToArray(list,
			    cJSON_CreateString(names[i]));
}

/* As in its line of LOG. */
static void
add_iptables(cJSON *root, const struct logged *e)
{
	cJSON *o = cJSON_AddObjectToObject(root, "iptables"), *icmp;

	if (e->in != NULL)
		json_text(o, "input_device", e->in);
	if (e->out != NULL)
		json_text(o, "output_device", e->out);
	if (!e->has_flow)
		return;
	json_count(o, "length", e->bytes);
	if (e->flow.family == AF_INET) {
		json_count(o, "tos", e->l3[1]);
		json_count(o, "id", get16(e->l3 + 4));
		json_count(o, "ttl", e->l3[8]);
	} else {
		json_count(o, "ttl", e->l3[7]);
		json_count(o, "flow_label", get32(e->l3) & 0xfffff);
	}
	add_tcp(o, e);
	if (e->flow.is_icmp) {
		icmp = cJSON_AddObjectToObject(o, "icmp");
		json_count(icmp, "type", e->flow.sport);
		json_count(icmp, "code", e->flow.dport);
	}
}

struct cJSON *
ecs_event(const struct logged *e)
{
	static const struct logged_names rule_names = { "rule", "id",
	    "ruleset", "description" };
	cJSON *o = cJSON_CreateObject(), *part;
	struct sbuf b = SBUF_INIT;

	add_time(o, e->time);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "ecs"), "version",
	    "8.11.0");
	logged_message(e, &b);
	json_sbuf(o, "message", &b);
	add_kind(o, e);
	if (e->has_flow) {
		add_network(o, e);
		add_end(o, "source", e, true);
		add_end(o, "destination", e, false);
	}
	part = cJSON_AddObjectToObject(o, "observer");
	cJSON_AddStringToObject(part, "type", "firewall");
	cJSON_AddStringToObject(part, "product", "nfwalk");
	add_iface(part, "ingress", e->in);
	add_iface(part, "egress", e->out);
	logged_rule(o, e, &rule_names);
	add_iptables(o, e);
	part = cJSON_AddObjectToObject(o, "nfwalk");
	json_text(part, "capture", e->capture);
	json_count(part, "frame", e->frame);
	if (e->line == NULL) {
		json_text(part, "disposition",
		    disposition_names[e->disposition]);
		json_text(part, "reason", reason_names[e->reason]);
	}
	return o;
}
