/* Expectations as JSON: "schema": "nfwalk.test/1". */
#include "reports/expect.h"

#include "reports/json_util.h"

#include <cjson/cJSON.h>

static void
add_said(cJSON *o, const char *name, const char *said)
{
	if (said != NULL)
		json_text(o, name, said);
}

static void
add_expected(cJSON *line, const struct test_said *s)
{
	cJSON *o = cJSON_AddObjectToObject(line, "expected");

	add_said(o, "verdict", s->verdict);
	add_said(o, "by", s->by);
	add_said(o, "dnat", s->dnat);
	add_said(o, "snat", s->snat);
	add_said(o, "redirect", s->redirect);
	if (s->n_logs != 0)
		cJSON_AddItemToObject(o, "log", json_texts(s->logs, s->n_logs));
}

static void
add_change(cJSON *o, const char *name, const struct test_change *c)
{
	cJSON *change;

	if (c->to == NULL)
		return;
	change = cJSON_AddObjectToObject(o, name);
	json_text(change, "from", c->from);
	json_text(change, "to", c->to);
	if (c->rule != NULL)
		cJSON_AddItemToObject(change, "rule",
		    json_decider(c->rule, NULL));
}

static void
add_wrong(cJSON *o, unsigned wrong)
{
	static const char *const names[] = { "verdict", "by", "dnat", "snat",
	    "redirect", "log" };
	cJSON *list = cJSON_AddArrayToObject(o, "wrong");

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (wrong & 1u << i)
			cJSON_AddItemToArray(list,
			    cJSON_CreateString(names[i]));
}

static cJSON *
way(const struct test_line *l, const struct test_way *w)
{
	cJSON *o = cJSON_CreateObject();

	if (w->n_conditions != 0)
		cJSON_AddItemToObject(o, "conditions",
		    json_texts(w->conditions, w->n_conditions));
	if (l->count > 1)
		json_count(o, "packet", w->nth);
	json_text(o, "disposition", disposition_names[w->end.disposition]);
	json_text(o, "reason", reason_names[w->end.reason]);
	cJSON_AddItemToObject(o, "decider", json_decider(w->end.rule,
	    w->end.chain));
	add_change(o, "dnat", &w->dnat);
	add_change(o, "snat", &w->snat);
	json_count(o, "log_lines", w->lines);
	add_wrong(o, w->wrong);
	return o;
}

static cJSON *
line(const struct test_line *l)
{
	cJSON *o = cJSON_CreateObject(), *got;
	struct sbuf text = SBUF_INIT;

	json_text(o, "file", l->file);
	json_count(o, "line", l->line);
	json_text(o, "packet", l->packet);
	json_text(o, "result", test_result_names[l->result]);
	add_expected(o, &l->said);
	add_said(o, "example", l->example);
	got = cJSON_AddArrayToObject(o, "got");
	for (unsigned i = 0; i < l->n_ways; i++)
		cJSON_AddItemToArray(got, way(l, l->ways[i]));
	if (l->result != TEST_PASSED) {
		tell_line(l, &text);
		cJSON_AddStringToObject(o, "message", sbuf_text(&text));
		sbuf_free(&text);
	}
	return o;
}

static cJSON *
test(const struct test_case *t)
{
	cJSON *o = cJSON_CreateObject(), *lines;

	json_text(o, "name", t->name);
	json_text(o, "file", t->file);
	json_count(o, "line", t->line);
	json_text(o, "result", test_result_names[t->result]);
	lines = cJSON_AddArrayToObject(o, "lines");
	for (unsigned i = 0; i < t->n_lines; i++)
		cJSON_AddItemToArray(lines, line(&t->lines[i]));
	return o;
}

static void
add_coverage(cJSON *root, const struct test_report *r)
{
	cJSON *o = cJSON_AddObjectToObject(root, "coverage"), *list;

	json_count(o, "rules", r->n_rules);
	json_count(o, "covered", r->n_covered);
	json_count(o, "percent", test_percent(r));
	list = cJSON_AddArrayToObject(o, "uncovered");
	for (unsigned i = 0; i < r->n_rules - r->n_covered; i++)
		cJSON_AddItemToArray(list, json_decider(r->uncovered[i],
		    NULL));
}

void
test_json(const struct test_report *r, FILE *f)
{
	cJSON *o = cJSON_CreateObject(), *list;

	json_text(o, "schema", "nfwalk.test/1");
	list = cJSON_AddArrayToObject(o, "tests");
	for (unsigned i = 0; i < r->n_tests; i++)
		cJSON_AddItemToArray(list, test(&r->tests[i]));
	for (int i = 0; i < N_TEST_RESULTS; i++)
		json_count(o, test_result_names[i], r->results[i]);
	add_coverage(o, r);
	cJSON_AddItemToObject(o, "assumptions", json_texts(r->assumptions,
	    r->n_assumptions));
	json_print(o, true, f);
}
