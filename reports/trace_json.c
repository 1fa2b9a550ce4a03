/* A packet explained, as JSON: "schema": "nfwalk.trace/1". */
#include "reports/trace.h"

#include "base/diag.h"
#include "ext/ctstate.h"
#include "model/community.h"
#include "reports/json_util.h"
#include "reports/near.h"
#include "reports/ref.h"

#include <cjson/cJSON.h>

static void
add_ending(cJSON *o, const struct trace_ending *e)
{
	json_text(o, "disposition", disposition_names[e->disposition]);
	json_text(o, "reason", reason_names[e->reason]);
	cJSON_AddItemToObject(o, "decider", json_decider(e->rule, e->chain));
}

static void
add_iface(cJSON *o, const char *name, const struct iface *dev)
{
	if (dev != NULL)
		json_text(o, name, dev->name);
	else
		cJSON_AddNullToObject(o, name);
}

static cJSON *
ends(const uint8_t *l3, uint32_t len)
{
	cJSON *o = cJSON_CreateObject();
	struct sbuf b = SBUF_INIT;
	struct flow_key k;

	if (!flow_key_read(&k, l3, len))
		return o;
	addr_print(&b, k.family, &k.src);
	json_sbuf(o, "src", &b);
	if (k.has_ports)
		json_count(o, "sport", k.sport);
	addr_print(&b, k.family, &k.dst);
	json_sbuf(o, "dst", &b);
	if (k.has_ports)
		json_count(o, "dport", k.dport);
	json_count(o, "proto", k.proto);
	return o;
}

static void
add_rule(cJSON *o, const struct rule *r)
{
	const struct loc loc = rule_loc(r);

	json_text(o, "table", table_names[r->chain->table->id]);
	json_text(o, "chain", r->chain->name);
	json_count(o, "rule", r->number);
	if (r->line != 0 && loc.src != NULL) {
		json_text(o, "file", loc.src->name);
		json_count(o, "line", r->line);
	}
}

static void
add_chain(cJSON *o, const struct chain *c)
{
	json_text(o, "table", table_names[c->table->id]);
	json_text(o, "chain", c->name);
	if (c->line != 0)
		json_count(o, "line", c->line);
}

static void
add_failed(cJSON *o, const struct step *s)
{
	static const char *const basics[] = {
		[BASIC_NONE] = "", [BASIC_SRC] = "source",
		[BASIC_DST] = "destination", [BASIC_IN] = "in",
		[BASIC_OUT] = "out", [BASIC_PROTO] = "protocol",
		[BASIC_FRAG] = "fragment",
	};
	cJSON *f = cJSON_AddObjectToObject(o, "failed");

	json_text(f, "match", s->use ? s->use->ext->name : basics[s->basic]);
	json_text(f, "text", s->text);
}

/* What a rule that matched does; 'acted' is the step of its target. */
static void
add_action(cJSON *o, const struct step *s, const struct step *acted)
{
	struct sbuf b = SBUF_INIT;

	switch ((enum target_kind)s->rule->kind) {
	case TGT_CHAIN:
		json_text(o, "action", s->rule->flags & RULE_GOTO ? "GOTO" :
		    "JUMP");
		json_text(cJSON_AddObjectToObject(o, "detail"), "to",
		    s->rule->jump->name);
		return;
	case TGT_NONE:
		json_text(o, "action", "CONTINUE");
		return;
	case TGT_ACCEPT:
	case TGT_DROP:
	case TGT_QUEUE:
	case TGT_RETURN:
	case TGT_EXT:
		break;
	}
	ref_target(s->rule, &b);
	json_sbuf(o, "action", &b);
	if (acted != NULL && acted->text[0] != '\0')
		json_text(o, "text", acted->text);
}

static const char *
type_of(const struct step *s)
{
	return s->kind == EV_HIT || s->kind == EV_MISS ||
	    s->kind == EV_HOTDROP ? "rule" : event_names[s->kind];
}

/* Steps that say nothing of their own here: they are in others. */
static bool
is_shown(const struct step *s)
{
	return s->kind != EV_ACTED && s->kind != EV_ENTER &&
	    s->kind != EV_TRACE;
}

static const struct step *
acted_of(const struct trace *t, unsigned i)
{
	for (unsigned j = i + 1; j < t->n_steps; j++) {
		if (t->steps[j].packet != t->steps[i].packet)
			continue;
		if (t->steps[j].kind == EV_ACTED &&
		    t->steps[j].rule == t->steps[i].rule)
			return &t->steps[j];
		if (t->steps[j].kind == EV_HIT || t->steps[j].kind == EV_TABLE)
			break;
	}
	return NULL;
}

/* "NEW" of "NEW: new entry, tcp SYN_SENT" */
static void
add_state(cJSON *o, const char *text)
{
	struct sbuf b = SBUF_INIT;

	sbuf_put(&b, text, strcspn(text, ": ,"));
	json_sbuf(o, "action", &b);
}

static cJSON *
step(const struct trace *t, unsigned i, unsigned n)
{
	const struct step *s = &t->steps[i];
	cJSON *o = cJSON_CreateObject();

	json_count(o, "n", n);
	json_text(o, "type", type_of(s));
	if (s->packet != 0)
		json_count(o, "packet", s->packet);
	if (s->hook < N_HOOKS && (s->kind == EV_TABLE || s->rule != NULL ||
	    s->kind == EV_POLICY))
		json_text(o, "hook", hook_names[s->hook]);
	if (s->rule != NULL && s->kind != EV_VERDICT)
		add_rule(o, s->rule);
	else if (s->chain != NULL && s->kind != EV_VERDICT)
		add_chain(o, s->chain);
	switch (s->kind) {
	case EV_HIT:
		cJSON_AddBoolToObject(o, "matched", true);
		add_action(o, s, acted_of(t, i));
		return o;
	case EV_MISS:
	case EV_HOTDROP:
		cJSON_AddBoolToObject(o, "matched", false);
		if (s->kind == EV_HOTDROP)
			json_text(o, "action", "DROP");
		add_failed(o, s);
		return o;
	case EV_UNKNOWN:
		json_text(o, "need", s->text);
		cJSON_AddBoolToObject(o, "taken", s->taken);
		return o;
	case EV_POLICY:
		json_text(o, "action", s->verdict == V_DROP ? "DROP" :
		    "ACCEPT");
		return o;
	case EV_VERDICT:
		add_ending(o, &(struct trace_ending){ s->disposition,
		    s->reason, s->rule, s->chain });
		return o;
	case EV_LOG:
		json_count(o, "level", s->level);
		break;
	case EV_CT:
		add_state(o, s->text);
		break;
	case EV_SENT:
		add_iface(o, "out", s->iface);
		break;
	case EV_PACKET:
		add_iface(o, "in", s->iface);
		break;
	case EV_TABLE:
	case EV_ENTER:
	case EV_RETURN:
	case EV_ACTED:
	case EV_NAT:
	case EV_ROUTE:
	case EV_TRACE:
	case EV_LOCAL:
	case N_EVENTS:
		break;
	}
	if (s->text[0] != '\0')
		json_text(o, "text", s->text);
	return o;
}

static cJSON *
steps(const struct trace *t)
{
	cJSON *list = cJSON_CreateArray();
	unsigned n = 0;

	for (unsigned i = 0; i < t->n_steps; i++)
		if (is_shown(&t->steps[i]))
			cJSON_AddItemToArray(list, step(t, i, ++n));
	return list;
}

static void
add_flow(cJSON *o, const struct trace_report *r)
{
	const struct trace *t = r->way;
	cJSON *flow = cJSON_AddObjectToObject(o, "flow");
	char id[COMMUNITY_ID_SIZE];
	struct sbuf b = SBUF_INIT;
	struct flow_key k;

	if (t->original != NULL && flow_key_read(&k, t->original,
	    t->original_len)) {
		community_id(&k, id);
		json_text(flow, "community_id", id);
	}
	if (t->states != 0) {
		ctstate_print(&b, t->states);
		json_sbuf(flow, "ctstate", &b);
	}
	if (t->original != NULL)
		cJSON_AddItemToObject(flow, "original", ends(t->original,
		    t->original_len));
	if (t->final != NULL)
		cJSON_AddItemToObject(flow, "translated", ends(t->final,
		    t->final_len));
	add_iface(flow, "in", t->in);
	if (t->delivered)
		json_text(flow, "out", "local");
	else
		add_iface(flow, "out", t->final_out);
}

static cJSON *
nearest(const struct trace_report *r)
{
	const struct step *near[NEAREST_MAX];
	unsigned n = trace_nearest(r, near);
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < n; i++) {
		cJSON *o = json_decider(near[i]->rule, NULL);

		add_failed(o, near[i]);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static cJSON *
not_consulted(const struct trace_report *r)
{
	const struct rule *rules[ELSEWHERE_MAX];
	unsigned n = trace_not_consulted(r, rules);
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < n; i++) {
		unsigned hooks = trace_reached_from(rules[i]->chain);
		cJSON *o = json_decider(rules[i], NULL), *from;

		json_text(o, "because", "CHAIN_NOT_REACHED");
		from = cJSON_AddArrayToObject(o, "reached_from");
		for (int h = 0; h < N_HOOKS; h++)
			if (hooks & 1u << h)
				cJSON_AddItemToArray(from,
				    cJSON_CreateString(hook_names[h]));
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static cJSON *
branches(const struct trace_report *r)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < r->n_branches; i++) {
		const struct trace_branch *br = &r->branches[i];
		cJSON *o = cJSON_CreateObject();
		cJSON *conditions = cJSON_AddArrayToObject(o, "if");

		for (unsigned j = 0; j < br->n_conditions; j++)
			cJSON_AddItemToArray(conditions,
			    cJSON_CreateString(br->conditions[j]));
		add_ending(o, &br->end);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

/* A command as a list of its words; none of them has a space. */
/* The words of a command; ";" between several. */
static cJSON *
words(const char *command)
{
	cJSON *list = cJSON_CreateArray();

	while (*command != '\0') {
		size_t n = strcspn(command, " \n");
		struct sbuf safe = SBUF_INIT;

		sbuf_safe(&safe, command, n);
		cJSON_AddItemToArray(list,
		    cJSON_CreateString(sbuf_text(&safe)));
		sbuf_free(&safe);
		if (command[n] == '\n')
			cJSON_AddItemToArray(list, cJSON_CreateString(";"));
		command += n + (command[n] != '\0');
	}
	return list;
}

static cJSON *
texts(const char *const *v, unsigned n)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(v[i]));
	return list;
}

static cJSON *
fixes(const struct trace_report *r)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < r->n_fixes; i++) {
		cJSON *o = cJSON_CreateObject();

		json_text(o, "what", r->fixes[i].what);
		cJSON_AddItemToObject(o, "command",
		    words(r->fixes[i].command));
		cJSON_AddBoolToObject(o, "verified", true);
		json_text(o, "effect", r->fixes[i].effect);
		cJSON_AddItemToObject(o, "changes", texts(
		    r->fixes[i].changes, r->fixes[i].n_changes));
		if (r->fixes[i].owner != NULL)
			json_text(o, "owner", r->fixes[i].owner);
		if (r->fixes[i].owners_command != NULL)
			cJSON_AddItemToObject(o, "owners_command",
			    words(r->fixes[i].owners_command));
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static void
add_reply(cJSON *o, const struct trace_report *r)
{
	cJSON *reply;

	if (r->reply == NULL && r->no_reply == NULL)
		return;
	reply = cJSON_AddObjectToObject(o, "return");
	if (r->no_way_back != NULL)
		json_text(reply, "broken", r->no_way_back);
	if (r->reply == NULL) {
		json_text(reply, "text", r->no_reply);
		return;
	}
	json_text(reply, "packet", r->reply->words);
	add_ending(reply, &r->reply_end);
	if (r->reply->final != NULL) {
		cJSON_AddItemToObject(reply, "translated",
		    ends(r->reply->final, r->reply->final_len));
		if (!r->reply->delivered)
			add_iface(reply, "out", r->reply->final_out);
	}
	cJSON_AddItemToObject(reply, "steps", steps(r->reply));
}

static cJSON *
assumptions(const struct trace_report *r)
{
	cJSON *list = cJSON_CreateArray(), *host = json_assumptions(r->env);

	for (unsigned i = 0; i < r->n_notes; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(r->notes[i]));
	while (cJSON_GetArraySize(host) > 0)
		cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(host, 0));
	cJSON_Delete(host);
	return list;
}

struct cJSON *
trace_json(const struct trace_report *r)
{
	cJSON *o = cJSON_CreateObject(), *in;

	cJSON_AddStringToObject(o, "schema", "nfwalk.trace/1");
	in = cJSON_AddObjectToObject(o, "input");
	json_text(in, "packet", r->input);
	json_text(in, "words", r->way->words);
	add_ending(o, &r->end);
	json_text(o, "certainty", r->end.disposition == DISP_DEPENDS ||
	    r->end.disposition == DISP_UNDETERMINED ? "unknown" : "certain");
	add_flow(o, r);
	cJSON_AddItemToObject(o, "steps", steps(r->way));
	if (r->harmless != NULL)
		json_text(o, "harmless", r->harmless);
	add_reply(o, r);
	cJSON_AddItemToObject(o, "nearest", nearest(r));
	cJSON_AddItemToObject(o, "not_consulted", not_consulted(r));
	if (r->n_branches != 0)
		cJSON_AddItemToObject(o, "branches", branches(r));
	cJSON_AddItemToObject(o, "fixes", fixes(r));
	cJSON_AddItemToObject(o, "assumptions", assumptions(r));
	return o;
}
