/* Findings as JSON: our own form, and GitLab's. */
#include "reports/findings.h"

#include "base/sha256.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>
#include <inttypes.h>

static void
add_where(cJSON *o, const struct findings_report *r, const struct finding *f)
{
	struct place p = finding_place(r, f);
	struct sbuf text = SBUF_INIT;

	if (f->family != 0)
		json_count(o, "family", f->family == AF_INET6 ? 6 : 4);
	if (f->table < N_TABLES)
		json_text(o, "table", table_names[f->table]);
	if (f->chain != NULL)
		json_text(o, "chain", f->chain->name);
	if (f->rule != NULL)
		json_count(o, "rule", f->rule->number);
	if (p.file != NULL)
		json_text(o, "file", p.file);
	if (p.line != 0) {
		json_count(o, "line", p.line);
		json_count(o, "column", p.col);
	}
	if (finding_subject(f, &text))
		json_text(o, "text", text.text);
	sbuf_free(&text);
}

/* By what it is the same on another host, or when lines moved. */
static void
add_key(cJSON *o, const struct finding *f)
{
	uint8_t digest[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];
	struct sbuf key = SBUF_INIT;
	struct sha256 h;

	finding_key(f, &key);
	sha256_init(&h);
	sha256_add(&h, key.text, key.len);
	sha256_end(&h, digest);
	sha256_print(digest, text);
	text[32] = '\0';
	cJSON_AddStringToObject(o, "key", text);
	sbuf_free(&key);
}

static cJSON *
finding_object(const struct findings_report *r, const struct finding *f)
{
	cJSON *o = cJSON_CreateObject(), *by;

	json_text(o, "id", f->check->id);
	json_text(o, "severity", severity_names[f->severity]);
	json_text(o, "certainty", f->possible ? "possible" : "certain");
	add_key(o, f);
	add_where(o, r, f);
	json_text(o, "message", f->message);
	by = cJSON_AddArrayToObject(o, "by");
	for (unsigned i = 0; i < f->n_by; i++)
		cJSON_AddItemToArray(by, json_decider(f->by[i], NULL));
	if (f->words != NULL)
		json_text(o, "witness", f->words);
	if (f->rest != NULL)
		json_text(o, "witness_also", f->rest);
	if (f->fix != NULL)
		json_text(o, "fix", f->fix);
	if (f->suppressed != NULL)
		json_text(o, "suppressed", f->suppressed);
	return o;
}

void
findings_json(const struct findings_report *r, FILE *file)
{
	cJSON *o = cJSON_CreateObject(), *found, *suppressed;

	json_schema(o, "audit");
	if (r->host != NULL)
		json_text(o, "host", r->host);
	cJSON_AddItemToObject(o, "rulesets", json_rulesets(r->rules));
	found = cJSON_AddArrayToObject(o, "findings");
	suppressed = cJSON_AddArrayToObject(o, "suppressed");
	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		cJSON_AddItemToArray(f->suppressed ? suppressed : found,
		    finding_object(r, f));
	}
	cJSON_AddItemToObject(o, "assumptions", json_assumptions(r->env));
	json_print(o, true, file);
}

static cJSON *
issue(const struct findings_report *r, const struct finding *f,
    uint64_t print)
{
	static const char *const severities[] = {
		[SEV_NOTE] = "info", [SEV_WARNING] = "major",
		[SEV_ERROR] = "critical",
	};
	struct place p = finding_place(r, f);
	cJSON *o = cJSON_CreateObject(), *where;
	char hex[20];

	snprintf(hex, sizeof(hex), "%016" PRIx64, print);
	json_text(o, "description", f->message);
	json_text(o, "check_name", f->check->id);
	json_text(o, "fingerprint", hex);
	json_text(o, "severity", severities[f->severity]);
	where = cJSON_AddObjectToObject(o, "location");
	json_text(where, "path", p.file != NULL ? p.file : "nfwalk");
	json_count(cJSON_AddObjectToObject(where, "lines"), "begin",
	    p.line != 0 ? p.line : 1);
	return o;
}

void
findings_gitlab(const struct findings_report *r, FILE *file)
{
	cJSON *list = cJSON_CreateArray();
	struct fingerprints prints = { .arena = ARENA_INIT };

	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];
		uint64_t print = fingerprint(&prints, r, f);

		if (f->suppressed == NULL)
			cJSON_AddItemToArray(list, issue(r, f, print));
	}
	json_print(list, true, file);
	arena_free(&prints.arena);
}
