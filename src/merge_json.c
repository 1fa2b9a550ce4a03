/* Results in files: one object, several one after the other, or lines. */
#include "merge.h"

#include "base/version.h"
#include "reports/json_util.h"
#include "schema_json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST ((size_t)256 << 20)	/* bytes of one result */

static const char *const kinds[] = { "audit", "merge", "replay" };
enum { N_KINDS = sizeof(kinds) / sizeof(*kinds) };

struct results_reader {
	struct arena *keep;
	struct diags *diags;
	struct schema_checker *checkers[N_KINDS];
	/* Of files that errors point into. */
	struct arena *sources;
	unsigned n_sources, room;
};

struct results_reader *
results_reader_new(struct arena *keep, struct diags *diags)
{
	struct results_reader *r = mem_alloc(1, sizeof(*r));

	*r = (struct results_reader){ .keep = keep, .diags = diags };
	for (unsigned i = 0; i < N_KINDS; i++)
		r->checkers[i] = schema_checker_new(kinds[i], keep);
	return r;
}

void
results_reader_free(struct results_reader *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < N_KINDS; i++)
		schema_checker_free(r->checkers[i]);
	for (unsigned i = 0; i < r->n_sources; i++)
		arena_free(&r->sources[i]);
	free(r->sources);
	free(r);
}

/* ---- what it is ---- */

static const char *
text_member(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o,
	    name));
}

/* N_KINDS: of none that is known. */
static unsigned
kind_of(const cJSON *json)
{
	static const char prefix[] = "nfwalk.";
	const char *schema = text_member(json, "schema");
	unsigned i = 0;

	if (schema == NULL || strncmp(schema, prefix, sizeof(prefix) - 1) != 0)
		return N_KINDS;
	schema += sizeof(prefix) - 1;
	for (; i < N_KINDS; i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(schema, kinds[i], n) == 0 &&
		    strcmp(schema + n, "/1") == 0)
			break;
	}
	return i;
}

const char *
result_kind(const struct result *r)
{
	return kinds[kind_of(r->json)];
}

/* A member of the result as it is to be shown, or where the result begins. */
static struct loc
place_of(const struct result *r, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(r->json, name);

	return json_place(&r->text, v != NULL ? v : r->json);
}

static bool
error_in(struct results_reader *r, struct loc loc, const char *what,
    const char *got, const char *wanted)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, got, strnlen(got, 60));
	diag_error(r->diags, loc, "%s %s; %s", what, sbuf_text(&safe),
	    wanted);
	sbuf_free(&safe);
	return false;
}

static bool
is_ours(struct results_reader *r, const struct result *result)
{
	unsigned kind = kind_of(result->json);
	const char *schema = text_member(result->json, "schema");
	const char *version = text_member(result->json, "version");

	if (schema == NULL) {
		diag_error(r->diags, place_of(result, "schema"), "expected a "
		    "result that nfwalk wrote, an object with \"schema\"");
		return false;
	}
	if (kind == N_KINDS)
		return error_in(r, place_of(result, "schema"), "this is",
		    schema, "what can be merged is nfwalk.audit/1, "
		    "nfwalk.replay/1 and nfwalk.merge/1");
	if (version != NULL && strcmp(version, NFWALK_VERSION) != 0)
		return error_in(r, place_of(result, "version"), "it is of "
		    "nfwalk", version, "this is nfwalk " NFWALK_VERSION
		    ", and what they count may differ");
	return schema_check(r->checkers[kind], result->json, &result->text,
	    r->diags);
}

/* ---- files ---- */

static size_t
skip_blank(const struct source *src, size_t at)
{
	while (at < src->size && strchr(" \t\r\n", src->text[at]) != NULL &&
	    src->text[at] != '\0')
		at++;
	return at;
}

static const char *
where(struct results_reader *r, const struct source *src, size_t at)
{
	unsigned line, col;

	loc_line(loc_at(src, at, 0), &line, &col);
	return arena_printf(r->keep, "%s:%u", src->name, line);
}

/* Parses what begins at '*at'; moves it behind. */
static cJSON *
parse(struct results_reader *r, const struct source *src, size_t *at)
{
	const char *begin = src->text + *at, *end = begin, *nul;
	size_t size = src->size - *at;
	size_t most = size < LONGEST ? size : LONGEST;
	cJSON *json = cJSON_ParseWithLengthOpts(begin, most, &end, false);
	size_t used = end >= begin && end <= begin + most ?
	    (size_t)(end - begin) : 0;

	if (json == NULL && used + 1 >= most && most < size)
		diag_error(r->diags, loc_at(src, *at, 1), "a result of more "
		    "than %zu MiB", LONGEST >> 20);
	else if (json == NULL)
		diag_error(r->diags, loc_at(src, *at + used, 1), used + 1 >=
		    size ? "the JSON is not complete: it ends here" :
		    "not JSON from here on");
	nul = json != NULL ? json_nul(begin, used) : NULL;
	if (nul != NULL) {
		diag_error(r->diags, loc_at(src, (size_t)(nul - src->text), 6),
		    "nfwalk does not write such characters");
		cJSON_Delete(json);
		json = NULL;
	}
	*at += used;
	return json;
}

static void
read_source(struct results_reader *r, const struct source *src,
    const char *path, const char *host,
    void (*take)(void *, struct result *), void *arg)
{
	struct result result = { .path = path, .host = host };
	size_t at = skip_blank(src, 0), begin;
	unsigned n = 0;

	if (at == src->size)
		diag_error(r->diags, loc_at(src, 0, 0), "no result is in it");
	while (at < src->size && !diag_full(r->diags)) {
		begin = at;
		result.json = parse(r, src, &at);
		if (result.json == NULL)
			return;
		result.text = (struct json_text){ src, begin };
		result.where = where(r, src, begin);
		at = skip_blank(src, at);
		result.alone = n++ == 0 && at == src->size;
		json_mark(result.json, &result.text);
		if (host != NULL && !result.alone) {
			diag_error(r->diags, loc_at(src, begin, 1), "HOST= is "
			    "for a file with one result");
			at = src->size;
		} else if (is_ours(r, &result)) {
			take(arg, &result);
		}
		cJSON_Delete(result.json);
	}
}

void
results_read(struct results_reader *r, const char *path, const char *host,
    void (*take)(void *, struct result *), void *arg)
{
	struct arena arena = ARENA_INIT;
	unsigned before = r->diags->errors + r->diags->warnings;
	const struct source *src = source_read(path, &arena, r->diags);

	if (src != NULL)
		read_source(r, src, path, host, take, arg);
	if (r->diags->errors + r->diags->warnings == before) {
		arena_free(&arena);
		return;
	}
	vec_room(r->sources, r->n_sources, r->room);
	r->sources[r->n_sources++] = arena;
}

/* ---- order ---- */

/* As reports/ write them. */
static const char *const order[] = { "schema", "version", "host", "rulesets",
    "shard", "of", "parts", "shared", "safe", "approximate", "input",
    "captures", "rules", "frames", "frame_bytes", "local", "copies",
    "forwarded_copies", "other_link", "first", "last", "flow",
    "community_id", "in", "src", "dst", "proto", "sport", "dport", "type",
    "code", "capture", "first_frame", "first_time", "disposition", "reason",
    "decider", "packets", "bytes", "verdicts", "decisions", "flows", "seen",
    "lost", "list", "unknowns", "connections", "ACCEPT", "DROP", "REJECT",
    "QUEUE", "STOLEN", "LOST", "DEPENDS", "UNDETERMINED", "id", "severity",
    "certainty", "key", "family", "table", "chain", "rule", "files", "file",
    "line", "column", "sha256", "text", "times", "why", "message", "by",
    "witness", "witness_also", "fix", "findings", "suppressed",
    "assumptions", NULL };

static int
by_order(const void *a, const void *b)
{
	const char *x = (*(cJSON *const *)a)->string;
	const char *y = (*(cJSON *const *)b)->string;

	for (unsigned i = 0; order[i] != NULL; i++) {
		if (strcmp(order[i], x) == 0)
			return strcmp(order[i], y) == 0 ? 0 : -1;
		if (strcmp(order[i], y) == 0)
			return 1;
	}
	return strcmp(x, y);
}

static bool
is_in_order(const cJSON *o)
{
	unsigned at = 0;

	for (const cJSON *m = o->child; m != NULL; m = m->next) {
		while (order[at] != NULL && strcmp(order[at], m->string) != 0)
			at++;
		if (order[at] == NULL)
			return false;
	}
	return true;
}

void
result_in_order(cJSON *v)
{
	if (cJSON_IsObject(v) && !is_in_order(v))
		json_sort(v, by_order);
	for (cJSON *i = v->child; i != NULL; i = i->next)
		result_in_order(i);
}
