/* The summary of a replay as JSON: "schema": "nfwalk.replay/1". */
#include "reports/summary.h"

#include "model/community.h"
#include "reports/json_util.h"
#include "reports/ref.h"

#include <cjson/cJSON.h>

static void
add_counts(cJSON *o, const struct counts *c)
{
	json_count(o, "packets", c->packets);
	json_count(o, "bytes", c->bytes);
}

static cJSON *
verdicts(const struct summary_view *v)
{
	cJSON *all = cJSON_CreateObject();

	for (int d = 0; d < N_DISPOSITIONS; d++)
		if (v->by_disposition[d].packets != 0)
			add_counts(cJSON_AddObjectToObject(all,
			    disposition_names[d]), &v->by_disposition[d]);
	return all;
}

static void
add_decision(cJSON *o, const struct decision *d)
{
	json_text(o, "disposition", disposition_names[d->disposition]);
	json_text(o, "reason", reason_names[d->reason]);
	cJSON_AddItemToObject(o, "decider", json_decider(d->rule, d->chain));
}

static cJSON *
decisions(const struct summary_view *v)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < v->n_decisions; i++) {
		cJSON *o = cJSON_CreateObject();

		add_decision(o, v->decisions[i]);
		add_counts(o, &v->decisions[i]->counts);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static cJSON *
lost_flow(const struct lost_flow *f, const struct replay_facts *facts)
{
	const struct flow_key *k = &f->key;
	cJSON *o = cJSON_CreateObject();
	char id[COMMUNITY_ID_SIZE];
	struct sbuf b = SBUF_INIT;

	flow_key_print(k, &b);
	json_sbuf(o, "flow", &b);
	community_id(k, id);
	json_text(o, "community_id", id);
	json_text(o, "in", f->in ? f->in->name : "local");
	addr_print(&b, k->family, &k->src);
	json_sbuf(o, "src", &b);
	addr_print(&b, k->family, &k->dst);
	json_sbuf(o, "dst", &b);
	json_count(o, "proto", k->proto);
	if (k->has_ports) {
		json_count(o, "sport", k->sport);
		json_count(o, "dport", k->dport);
	} else if (k->is_icmp) {
		json_count(o, "type", k->sport);
		json_count(o, "code", k->dport);
	}
	json_text(o, "capture", facts->captures[f->file]);
	json_count(o, "first_frame", f->frame);
	time_print(f->time, &b);
	json_sbuf(o, "first_time", &b);
	add_decision(o, f->why);
	add_counts(o, &f->counts);
	return o;
}

static cJSON *
flows(const struct summary_view *v, const struct replay_facts *facts)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_count(o, "seen", v->flows);
	json_count(o, "lost", v->lost);
	list = cJSON_AddArrayToObject(o, "list");
	for (unsigned i = 0; i < v->n_lost_flows; i++)
		cJSON_AddItemToArray(list, lost_flow(v->lost_flows[i],
		    facts));
	return o;
}

static cJSON *
unknowns(const struct summary_view *v)
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned i = 0; i < v->n_unknowns; i++) {
		cJSON *o = json_decider(v->unknowns[i].rule, NULL);

		json_count(o, "times", v->unknowns[i].times);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static cJSON *
input(const struct replay_facts *f)
{
	cJSON *o = cJSON_CreateObject();
	struct sbuf b = SBUF_INIT;

	cJSON_AddItemToObject(o, "captures", json_texts(f->captures,
	    f->n_captures));
	cJSON_AddItemToObject(o, "rules", json_texts(f->rules, f->n_rules));
	json_count(o, "frames", f->frames);
	json_count(o, "frame_bytes", f->frame_bytes);
	json_count(o, "local", f->local);
	json_count(o, "copies", f->copies);
	json_count(o, "forwarded_copies", f->forwarded);
	json_count(o, "other_link", f->other_link);
	if (f->first <= f->last) {
		time_print(f->first, &b);
		json_sbuf(o, "first", &b);
		time_print(f->last, &b);
		json_sbuf(o, "last", &b);
	}
	return o;
}

/* What is missing; "safe" says whether the parts add up to one run. */
static cJSON *
shard(const struct replay_shard *s)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_count(o, "of", s->of);
	list = cJSON_AddArrayToObject(o, "parts");
	cJSON_AddItemToArray(list, cJSON_CreateNumber(s->index));
	list = cJSON_AddArrayToObject(o, "shared");
	for (unsigned i = 0; i < s->n_shared; i++) {
		const struct shared_use *u = &s->shared[i];
		cJSON *use = u->rule != NULL ? json_decider(u->rule, NULL) :
		    cJSON_CreateObject();

		json_text(use, "why", u->why);
		cJSON_AddItemToArray(list, use);
	}
	cJSON_AddBoolToObject(o, "safe", s->n_shared == 0);
	return o;
}

void
json_replay(struct summary *s, const struct replay_facts *facts, FILE *file)
{
	const struct summary_view *v = summary_view(s);
	cJSON *o = cJSON_CreateObject(), *assumptions;

	json_schema(o, "replay");
	cJSON_AddItemToObject(o, "rulesets", json_rulesets(facts->rulesets));
	if (facts->shard != NULL)
		cJSON_AddItemToObject(o, "shard", shard(facts->shard));
	cJSON_AddItemToObject(o, "input", input(facts));
	add_counts(o, &v->total);
	cJSON_AddItemToObject(o, "verdicts", verdicts(v));
	cJSON_AddItemToObject(o, "decisions", decisions(v));
	cJSON_AddItemToObject(o, "flows", flows(v, facts));
	cJSON_AddItemToObject(o, "unknowns", unknowns(v));
	json_count(o, "connections", facts->connections);
	/* Those that packets lead to come in any order from shards. */
	assumptions = json_assumptions(facts->env);
	json_sort_texts(assumptions);
	cJSON_AddItemToObject(o, "assumptions", assumptions);
	json_print(o, true, file);
}
