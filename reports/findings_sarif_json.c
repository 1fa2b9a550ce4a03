/* Findings as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange
 * Format). */
#include "reports/findings.h"

#include "reports/json_util.h"
#include "reports/ref.h"
#include "reports/save.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>

#define SCHEMA	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/" \
	"os/schemas/sarif-schema-2.1.0.json"

static const char *const levels[] = {
	[SEV_NOTE] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error",
};

static void
add_message(cJSON *o, const char *name, const char *text)
{
	json_text(cJSON_AddObjectToObject(o, name), "text", text);
}

/* ---- the catalogue ---- */

/* By the digit behind "FW"; the score is what GitHub sorts alerts by, for
 * those that say how open a host is. */
static const struct { const char *tag; bool security; } families[10] = {
	[1] = { "load", false }, [2] = { "anomaly", false },
	[3] = { "exposure", true }, [4] = { "conntrack", true },
	[5] = { "logging", false }, [6] = { "nat", true },
	[7] = { "ipv6", true }, [8] = { "managed-chains", true },
	[9] = { "hygiene", false },
};

static void
add_properties(cJSON *rule, const struct check *c)
{
	static const char *const scores[] = { [SEV_NOTE] = "2.0",
	    [SEV_WARNING] = "5.0", [SEV_ERROR] = "8.0" };
	unsigned family = (unsigned)(c->id[2] - '0') % 10;
	cJSON *o = cJSON_AddObjectToObject(rule, "properties");
	cJSON *tags = cJSON_AddArrayToObject(o, "tags");

	cJSON_AddItemToArray(tags, cJSON_CreateString("iptables"));
	cJSON_AddItemToArray(tags, cJSON_CreateString(families[family].tag));
	if (!families[family].security)
		return;
	cJSON_AddItemToArray(tags, cJSON_CreateString("security"));
	cJSON_AddStringToObject(o, "security-severity", scores[c->severity]);
}

static void
add_help(cJSON *rule, const struct check *c)
{
	cJSON *help = cJSON_AddObjectToObject(rule, "help");
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "%s\n\n%s\n\nBad:\n%s\nGood:\n%s", c->what, c->why,
	    c->bad, c->good);
	if (c->standards != NULL)
		sbuf_printf(&b, "\nSee: %s\n", c->standards);
	cJSON_AddStringToObject(help, "text", sbuf_text(&b));
	sbuf_clear(&b);
	sbuf_printf(&b, "%s\n\n%s\n\nBad:\n\n```\n%s```\n\nGood:\n\n"
	    "```\n%s```\n", c->what, c->why, c->bad, c->good);
	if (c->standards != NULL)
		sbuf_printf(&b, "\nSee: %s\n", c->standards);
	cJSON_AddStringToObject(help, "markdown", sbuf_text(&b));
	sbuf_free(&b);
}

static cJSON *
rule_object(const struct check *c)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "id", c->id);
	add_message(o, "shortDescription", c->title);
	add_message(o, "fullDescription", c->what);
	add_help(o, c);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(o,
	    "defaultConfiguration"), "level", levels[c->severity]);
	add_properties(o, c);
	return o;
}

/* ---- places ---- */

/* A path as the reference of a URI (RFC 3986). */
static void
add_uri(cJSON *artifact, const char *path)
{
	struct sbuf b = SBUF_INIT;

	if (strchr(path, ':') != NULL)	/* what stands before is no scheme */
		sbuf_puts(&b, path[0] == '/' || path[0] == '.' ? "" : "./");
	for (const char *s = path; *s != '\0'; s++)
		if (isalnum((unsigned char)*s) || strchr("-._~/:@+", *s))
			sbuf_putc(&b, *s);
		else
			sbuf_printf(&b, "%%%02X", (unsigned char)*s);
	cJSON_AddStringToObject(artifact, "uri", sbuf_text(&b));
	sbuf_free(&b);
}

static cJSON *
location(struct place p, const struct rule *r, const struct chain *c)
{
	cJSON *o = cJSON_CreateObject(), *where, *logical;
	struct sbuf b = SBUF_INIT;

	if (p.file != NULL) {
		where = cJSON_AddObjectToObject(o, "physicalLocation");
		add_uri(cJSON_AddObjectToObject(where, "artifactLocation"),
		    p.file);
		if (p.line != 0) {
			where = cJSON_AddObjectToObject(where, "region");
			json_count(where, "startLine", p.line);
			json_count(where, "startColumn", p.col);
		}
	}
	if (c == NULL)
		return o;
	if (r != NULL)
		ref_rule(r, &b);
	else
		ref_chain(c, &b);
	logical = cJSON_CreateObject();
	json_sbuf(logical, "fullyQualifiedName", &b);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "logicalLocations"),
	    logical);
	return o;
}

static void
add_related(cJSON *result, const struct findings_report *r,
    const struct finding *f)
{
	cJSON *list;

	if (f->n_by == 0)
		return;
	list = cJSON_AddArrayToObject(result, "relatedLocations");
	for (unsigned i = 0; i < f->n_by; i++) {
		struct finding by = { .rule = f->by[i],
		    .chain = f->by[i]->chain };
		struct sbuf text = SBUF_INIT;
		cJSON *o = location(finding_place(r, &by), by.rule, by.chain);

		json_count(o, "id", i + 1);
		save_rule(by.rule, &text);
		add_message(o, "message", text.text);
		cJSON_AddItemToArray(list, o);
		sbuf_free(&text);
	}
}

/* ---- results ---- */

static void
add_facts(cJSON *result, const struct finding *f)
{
	cJSON *o = cJSON_AddObjectToObject(result, "properties");

	json_text(o, "certainty", f->possible ? "possible" : "certain");
	if (f->words != NULL)
		json_text(o, "witness", f->words);
	if (f->rest != NULL)
		json_text(o, "witness_also", f->rest);
	if (f->fix != NULL)
		json_text(o, "fix", f->fix);
}

static void
add_suppression(cJSON *result, const struct finding *f)
{
	cJSON *list, *o;

	if (f->suppressed == NULL)
		return;
	list = cJSON_AddArrayToObject(result, "suppressions");
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", f->in_source ? "inSource" :
	    "external");
	json_text(o, "justification", f->suppressed);
	cJSON_AddItemToArray(list, o);
}

static cJSON *
result_object(const struct findings_report *r, const struct finding *f,
    int index, uint64_t print)
{
	cJSON *o = cJSON_CreateObject(), *where;
	char hex[20];

	json_text(o, "ruleId", f->check->id);
	cJSON_AddNumberToObject(o, "ruleIndex", index);
	json_text(o, "level", levels[f->severity]);
	add_message(o, "message", f->message);
	where = location(finding_place(r, f), f->rule, f->chain);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "locations"), where);
	add_related(o, r, f);
	snprintf(hex, sizeof(hex), "%016" PRIx64, print);
	json_text(cJSON_AddObjectToObject(o, "partialFingerprints"),
	    "nfwalkFinding/v1", hex);
	add_suppression(o, f);
	add_facts(o, f);
	return o;
}

/* The index of a check among the rules of the log; added when it is new. */
static int
rule_index(cJSON *rules, int *indexes, const struct check *c)
{
	int *i = &indexes[c - checks];

	if (*i == 0) {
		cJSON_AddItemToArray(rules, rule_object(c));
		*i = cJSON_GetArraySize(rules);
	}
	return *i - 1;
}

void
findings_sarif(const struct findings_report *r, FILE *file)
{
	cJSON *log = cJSON_CreateObject(), *run = cJSON_CreateObject();
	cJSON *driver, *rules, *results;
	struct fingerprints prints = { .arena = ARENA_INIT };
	int *indexes = arena_alloc(&prints.arena, n_checks *
	    sizeof(*indexes));

	cJSON_AddStringToObject(log, "$schema", SCHEMA);
	cJSON_AddStringToObject(log, "version", "2.1.0");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(log, "runs"), run);
	driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"),
	    "driver");
	cJSON_AddStringToObject(driver, "name", "nfwalk");
	rules = cJSON_AddArrayToObject(driver, "rules");
	results = cJSON_AddArrayToObject(run, "results");
	for (unsigned i = 0; i < r->findings->n; i++) {
		const struct finding *f = r->findings->list[i];

		cJSON_AddItemToArray(results, result_object(r, f, rule_index(
		    rules, indexes, f->check), fingerprint(&prints, r, f)));
	}
	cJSON_AddItemToObject(cJSON_AddObjectToObject(run, "properties"),
	    "assumptions", json_assumptions(r->env));
	json_print(log, true, file);
	arena_free(&prints.arena);
}
