/* Hosts of a fleet, from their audits and from merges of such. */
#include "merge.h"

#include "base/sha256.h"
#include "reports/findings.h"
#include "reports/fleet.h"
#include "reports/json_util.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static cJSON *
member(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

/* In the fleet's arena; null if it is not there. */
static const char *
text(struct fleet *f, const cJSON *o, const char *name)
{
	const char *s = cJSON_GetStringValue(member(o, name));

	return s != NULL ? arena_strdup(f->arena, s) : NULL;
}

/* 0 if it is not there. */
static uint64_t
number(const cJSON *o, const char *name)
{
	const cJSON *v = member(o, name);

	return cJSON_IsNumber(v) ? (uint64_t)v->valuedouble : 0;
}

/* ---- which host ---- */

/* "web-1" of "out/web-1.json"; null: nothing is left. */
static const char *
base_name(struct fleet *f, const char *path, size_t len)
{
	const char *base = path;
	size_t n;

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < len; i++)
		if (path[i] == '/')
			base = path + i + 1;
	len -= (size_t)(base - path);
	for (n = len; n > 0 && base[n - 1] != '.'; n--)
		continue;
	if (n > 1)
		len = n - 1;
	return len != 0 ? arena_strndup(f->arena, base, len) : NULL;
}

/* Of the rules that an audit says it is of: their file, or the folder if that
 * is called as in a snapshot. */
static const char *
rules_name(struct fleet *f, const cJSON *json)
{
	const cJSON *set = member(json, "rulesets")->child;
	const cJSON *file = set != NULL ? member(set, "files")->child : NULL;
	const char *path = cJSON_GetStringValue(file), *slash;

	if (path == NULL || *path == '<')	/* <stdin> */
		return NULL;
	slash = strrchr(path, '/');
	if (strcmp(slash != NULL ? slash + 1 : path, "iptables-save") != 0 &&
	    strcmp(slash != NULL ? slash + 1 : path, "ip6tables-save") != 0)
		return base_name(f, path, strlen(path));
	return slash != NULL ? arena_strndup(f->arena, path,
	    (size_t)(slash - path)) : NULL;
}

/* What the folder of a snapshot is called, dots and all. */
static const char *
folder_name(struct fleet *f, const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (slash == NULL || slash[1] == '\0')
		return path;
	return arena_strdup(f->arena, slash + 1);
}

static const char *
host_name(struct fleet *f, const struct result *r, struct diags *d)
{
	const char *name = r->host, *of_rules;
	struct sbuf safe = SBUF_INIT;

	if (name == NULL)
		name = text(f, r->json, "host");
	if (name == NULL && r->alone && strcmp(r->path, "-") != 0)
		name = base_name(f, r->path, strlen(r->path));
	if (name == NULL) {
		of_rules = rules_name(f, r->json);
		name = folder_name(f, of_rules);
	}
	if (name == NULL || *name == '\0' || strcmp(name, ".") == 0) {
		diag_error(d, json_place(&r->text, r->json), "whose rules are "
		    "these? HOST=FILE, or audit --host NAME, says it");
		return NULL;
	}
	sbuf_safe(&safe, name, strlen(name));
	name = arena_strdup(f->arena, sbuf_text(&safe));
	sbuf_free(&safe);
	return name;
}

/* ---- which result ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(cJSON *const *)a)->string,
	    (*(cJSON *const *)b)->string);
}

static void
sort_members(cJSON *v)
{
	if (cJSON_IsObject(v))
		json_sort(v, by_name);
	for (cJSON *i = v->child; i != NULL; i = i->next)
		sort_members(i);
}

/* Of what it says, not of how that is written. */
static const char *
result_hash(struct fleet *f, const cJSON *json)
{
	cJSON *copy = cJSON_Duplicate(json, true);
	uint8_t digest[SHA256_SIZE];
	char hash[2 * SHA256_SIZE + 1], *print;
	struct sha256 h;

	cJSON_DeleteItemFromObjectCaseSensitive(copy, "host");
	sort_members(copy);
	print = cJSON_PrintUnformatted(copy);
	sha256_init(&h);
	sha256_add(&h, print, strlen(print));
	sha256_end(&h, digest);
	sha256_print(digest, hash);
	cJSON_free(print);
	cJSON_Delete(copy);
	return arena_strdup(f->arena, hash);
}

static const char *
rules_of(struct fleet *f, const cJSON *json)
{
	struct sbuf b = SBUF_INIT;
	const cJSON *i;
	const char *all;

	cJSON_ArrayForEach(i, member(json, "rulesets"))
		sbuf_printf(&b, "%s%u:%s", b.len != 0 ? " " : "",
		    (unsigned)number(i, "family"), member(i,
		    "sha256")->valuestring);
	all = arena_strdup(f->arena, sbuf_text(&b));
	sbuf_free(&b);
	return all;
}

/* An audit has the files of each ruleset, a merge the first. */
static void
take_files(struct fleet *f, struct fleet_host *h, const cJSON *o)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, member(o, "rulesets")) {
		const cJSON *files = member(i, "files");
		const char *name = cJSON_GetStringValue(files != NULL ?
		    files->child : member(i, "file"));

		if (name != NULL)
			h->file[number(i, "family") == 6] = arena_strdup(
			    f->arena, name);
	}
}

/* Null: it is there already, with the same result, which is taken once, or
 * with another, which is an error. */
static struct fleet_host *
add_host(struct fleet *f, const char *name, const cJSON *o,
    const char *result, const struct result *r, struct loc loc,
    struct diags *d)
{
	const struct fleet_host *had = fleet_host_find(f, name);
	struct fleet_host *new;

	if (had == NULL) {
		new = fleet_host_add(f, name, rules_of(f, o), result,
		    r->where);
		take_files(f, new, o);
		return new;
	}
	if (strcmp(had->result, result) != 0)
		diag_error(d, loc, "another result of host %s than %s; if it "
		    "is another host, HOST=FILE or audit --host NAME says so",
		    name, had->where);
	else
		diag_warn(d, loc, "host %s is in %s, too, and the same: taken "
		    "once", name, had->where);
	return NULL;
}

/* ---- findings ---- */

static enum severity
severity_of(const cJSON *o)
{
	const char *s = member(o, "severity")->valuestring;

	for (int i = SEV_NOTE; i < SEV_ERROR; i++)
		if (strcmp(severity_names[i], s) == 0)
			return (enum severity)i;
	return SEV_ERROR;
}

static struct fleet_finding
read_finding(struct fleet *f, const cJSON *o)
{
	return (struct fleet_finding){ .key = text(f, o, "key"),
	    .id = text(f, o, "id"), .table = text(f, o, "table"),
	    .chain = text(f, o, "chain"), .text = text(f, o, "text"),
	    .message = text(f, o, "message"),
	    .suppressed = text(f, o, "suppressed"),
	    .severity = severity_of(o), .possible = strcmp(member(o,
	    "certainty")->valuestring, "possible") == 0,
	    .family = (unsigned)number(o, "family") };
}

static struct fleet_place
read_place(struct fleet *f, const cJSON *o, struct fleet_host *host)
{
	return (struct fleet_place){ .host = host, .rule = number(o, "rule"),
	    .line = number(o, "line"), .column = number(o, "column"),
	    .file = text(f, o, "file") };
}

/* What is of a place, or of several, is not part of an example. */
static cJSON *
example_of(const cJSON *o)
{
	static const char *const others[] = { "rule", "file", "line", "column",
	    "hosts", "places" };
	cJSON *copy = cJSON_CreateObject();

	for (const cJSON *i = o->child; i != NULL; i = i->next) {
		unsigned k = 0;

		while (k < sizeof(others) / sizeof(*others) &&
		    strcmp(others[k], i->string) != 0)
			k++;
		if (k == sizeof(others) / sizeof(*others))
			cJSON_AddItemToObject(copy, i->string,
			    cJSON_Duplicate(i, true));
	}
	return copy;
}

static void
add_finding(struct fleet *f, const struct fleet_finding *x, const cJSON *o,
    const struct fleet_place *place)
{
	cJSON **example = fleet_finding_add(f, x, place);

	if (example != NULL)
		*example = example_of(o);
}

static void
add_findings(struct fleet *f, const cJSON *list, struct fleet_host *host)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, list) {
		struct fleet_finding x = read_finding(f, i);
		struct fleet_place place = read_place(f, i, host);

		add_finding(f, &x, i, &place);
	}
}

void
fleet_add_audit(struct fleet *f, struct result *r, struct diags *d)
{
	const char *name = host_name(f, r, d);
	struct fleet_host *host;
	const cJSON *i;

	if (name == NULL)
		return;
	host = add_host(f, name, r->json, result_hash(f, r->json), r,
	    json_place(&r->text, r->json), d);
	if (host == NULL)
		return;
	result_in_order(r->json);
	add_findings(f, member(r->json, "findings"), host);
	add_findings(f, member(r->json, "suppressed"), host);
	cJSON_ArrayForEach(i, member(r->json, "assumptions"))
		fleet_assumption_add(f, arena_strdup(f->arena,
		    i->valuestring), host);
}

/* ---- of a merge ---- */

bool
fleet_is_empty(const struct result *r)
{
	return member(r->json, "hosts")->child == NULL;
}

/* Hosts of a merge by name: all, and those that came now. */
struct hosts { struct map here, new; };

/* One that a finding or an assumption names; null: it came before. */
static struct fleet_host *
named(const struct hosts *h, const cJSON *v, const struct result *r,
    struct diags *d)
{
	const char *name = v->valuestring;

	if (map_get(&h->here, name, strlen(name)) == NULL)
		diag_error(d, json_place(&r->text, v), "\"hosts\" does not "
		    "have this one");
	return map_get(&h->new, name, strlen(name));
}

static void
add_hosts(struct fleet *f, struct hosts *h, const struct result *r,
    struct diags *d)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, member(r->json, "hosts")) {
		const char *name = text(f, i, "host");
		struct fleet_host *host;

		if (map_get(&h->here, name, strlen(name)) != NULL) {
			diag_error(d, json_place(&r->text, i), "host %s is "
			    "there twice", name);
			return;
		}
		map_set(&h->here, f->arena, name, strlen(name), f);
		host = add_host(f, name, i, text(f, i, "result"), r,
		    json_place(&r->text, i), d);
		map_set(&h->new, f->arena, name, strlen(name), host);
	}
}

static void
add_merged(struct fleet *f, const struct hosts *h, const cJSON *o,
    const struct result *r, struct diags *d)
{
	struct fleet_finding x = read_finding(f, o);
	const cJSON *i;

	cJSON_ArrayForEach(i, member(o, "places")) {
		struct fleet_host *host = named(h, member(i, "host"), r,
		    d);
		struct fleet_place place = read_place(f, i, host);

		if (host != NULL)
			add_finding(f, &x, o, &place);
	}
}

void
fleet_add_merge(struct fleet *f, struct result *r, struct diags *d)
{
	struct hosts h = { .here = { 0 } };
	const cJSON *i, *k;

	add_hosts(f, &h, r, d);
	if (d->errors != 0)
		return;
	cJSON_ArrayForEach(i, member(r->json, "findings"))
		add_merged(f, &h, i, r, d);
	cJSON_ArrayForEach(i, member(r->json, "suppressed"))
		add_merged(f, &h, i, r, d);
	cJSON_ArrayForEach(i, member(r->json, "assumptions"))
		cJSON_ArrayForEach(k, member(i, "hosts")) {
			struct fleet_host *host = named(&h, k, r, d);

			if (host != NULL)
				fleet_assumption_add(f, text(f, i, "text"),
				    host);
		}
}
