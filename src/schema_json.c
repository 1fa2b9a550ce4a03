#include "schema_json.h"

#include "reports/schemas.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <regex.h>
#include <string.h>

enum { MAX_PATTERNS = 32 };

struct schema_checker {
	const char *name;
	cJSON *root;
	struct { const char *text; regex_t re; } patterns[MAX_PATTERNS];
	unsigned n_patterns;
	/* Of the value that is looked at. */
	const struct json_text *text;
	struct diags *diags;		/* null: nobody wants to know why */
};

static const cJSON *
member(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static bool bad(struct schema_checker *, const cJSON *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool
bad(struct schema_checker *k, const cJSON *at, const char *fmt, ...)
{
	struct sbuf b = SBUF_INIT;
	va_list ap;

	if (k->diags == NULL)
		return false;
	if (at->string != NULL) {
		sbuf_putc(&b, '"');
		sbuf_safe(&b, at->string, strnlen(at->string, 60));
		sbuf_puts(&b, "\": ");
	}
	va_start(ap, fmt);
	sbuf_vprintf(&b, fmt, ap);
	va_end(ap);
	diag_error(k->diags, json_place(k->text, at), "%s", b.text);
	sbuf_free(&b);
	return false;
}

/* ---- one keyword each; all are true of what they are not about ---- */

typedef bool keyword_fn(struct schema_checker *, const cJSON *v,
    const cJSON *schema, const cJSON *arg);

static bool check(struct schema_checker *, const cJSON *, const cJSON *schema);

static bool
check_type(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	const char *type = cJSON_GetStringValue(arg);
	bool number = cJSON_IsNumber(v);
	const struct { const char *name; bool is; } rows[] = {
		{ "object", cJSON_IsObject(v) }, { "array", cJSON_IsArray(v) },
		{ "string", cJSON_IsString(v) }, { "null", cJSON_IsNull(v) },
		{ "boolean", cJSON_IsBool(v) }, { "number", number },
		{ "integer", number && fabs(v->valuedouble) <= 0x1p53 &&
		    trunc(v->valuedouble) == v->valuedouble },
	};

	(void)schema;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, type) == 0 && rows[i].is)
			return true;
	return bad(k, v, "this is no %s", type);
}

static bool
is_equal(const cJSON *a, const cJSON *b)
{
	return cJSON_IsString(a) && cJSON_IsString(b) ?
	    strcmp(a->valuestring, b->valuestring) == 0 :
	    cJSON_IsNumber(a) && cJSON_IsNumber(b) &&
	    a->valuedouble >= b->valuedouble &&
	    a->valuedouble <= b->valuedouble;
}

static bool
check_const(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	(void)schema;
	return is_equal(v, arg) || bad(k, v, "expected \"%s\"",
	    cJSON_IsString(arg) ? arg->valuestring : "?");
}

static bool
check_enum(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	const cJSON *i;

	(void)schema;
	cJSON_ArrayForEach(i, arg)
		if (is_equal(v, i))
			return true;
	return bad(k, v, "this is none of what nfwalk %s writes here", k->name);
}

static const regex_t *
pattern(struct schema_checker *k, const char *text)
{
	unsigned i = 0;

	while (i < k->n_patterns && k->patterns[i].text != text)
		i++;
	if (i < k->n_patterns)
		return &k->patterns[i].re;
	if (i == MAX_PATTERNS || regcomp(&k->patterns[i].re, text,
	    REG_EXTENDED | REG_NOSUB) != 0)
		return NULL;
	k->patterns[i].text = text;
	k->n_patterns++;
	return &k->patterns[i].re;
}

static bool
check_pattern(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	const regex_t *re = pattern(k, arg->valuestring);

	(void)schema;
	return !cJSON_IsString(v) || re == NULL || regexec(re, v->valuestring,
	    0, NULL, 0) == 0 || bad(k, v, "this does not look like %s",
	    arg->valuestring);
}

static bool
check_minimum(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	(void)schema;
	return !cJSON_IsNumber(v) || v->valuedouble >= arg->valuedouble ||
	    bad(k, v, "below %g", arg->valuedouble);
}

static bool
check_maximum(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	(void)schema;
	return !cJSON_IsNumber(v) || v->valuedouble <= arg->valuedouble ||
	    bad(k, v, "above %g", arg->valuedouble);
}

static bool
check_any(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	struct diags *diags = k->diags;
	bool ok = false;
	const cJSON *i;

	(void)schema;
	k->diags = NULL;
	cJSON_ArrayForEach(i, arg)
		ok = ok || check(k, v, i);
	k->diags = diags;
	return ok || bad(k, v, "this is none of what nfwalk %s writes here",
	    k->name);
}

static bool
check_items(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	bool ok = true;

	(void)schema;
	if (!cJSON_IsArray(v))
		return true;
	for (const cJSON *i = v->child; i != NULL; i = i->next) {
		ok = check(k, i, arg) && ok;
		if (k->diags != NULL && diag_full(k->diags))
			return false;
	}
	return ok;
}

static bool
check_required(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	const cJSON *i;
	bool ok = true;

	(void)schema;
	if (!cJSON_IsObject(v))
		return true;
	cJSON_ArrayForEach(i, arg)
		if (member(v, i->valuestring) == NULL)
			ok = bad(k, v, "\"%s\" is missing", i->valuestring);
	return ok;
}

static bool
check_dependent(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	const cJSON *i;
	bool ok = true;

	(void)schema;
	cJSON_ArrayForEach(i, arg)
		if (cJSON_IsObject(v) && member(v, i->string) != NULL)
			ok = check_required(k, v, schema, i) && ok;
	return ok;
}

/* A member by its name: its schema, or what all others have in common. */
static bool
check_member(struct schema_checker *k, const cJSON *v, const cJSON *m,
    const cJSON *schema)
{
	const cJSON *known = member(member(schema, "properties"), m->string);
	const cJSON *other = member(schema, "additionalProperties");
	const cJSON *names = member(schema, "propertyNames");
	cJSON name = { .type = cJSON_String, .valuestring = m->string,
	    .valueint = m->valueint };

	if (member(v, m->string) != m)
		return bad(k, m, "it is there twice");
	if (names != NULL && !check(k, &name, names))
		return false;
	if (known == NULL && cJSON_IsFalse(other))
		return bad(k, m, "nfwalk %s writes no such member", k->name);
	return known != NULL ? check(k, m, known) : other == NULL ||
	    cJSON_IsBool(other) || check(k, m, other);
}

static bool
check_members(struct schema_checker *k, const cJSON *v, const cJSON *schema)
{
	bool ok = true;

	for (const cJSON *m = v->child; m != NULL; m = m->next) {
		ok = check_member(k, v, m, schema) && ok;
		if (k->diags != NULL && diag_full(k->diags))
			return false;
	}
	return ok;
}

static bool
check_ref(struct schema_checker *k, const cJSON *v, const cJSON *schema,
    const cJSON *arg)
{
	static const char prefix[] = "#/$defs/";
	const cJSON *to = member(member(k->root, "$defs"), arg->valuestring +
	    sizeof(prefix) - 1);

	(void)schema;
	return to == NULL || check(k, v, to);
}

static const struct { const char *name; keyword_fn *check; } keywords[] = {
	{ "$ref", check_ref }, { "type", check_type },
	{ "const", check_const }, { "enum", check_enum },
	{ "anyOf", check_any }, { "pattern", check_pattern },
	{ "minimum", check_minimum }, { "maximum", check_maximum },
	{ "required", check_required },
	{ "dependentRequired", check_dependent }, { "items", check_items },
};

static bool
is_clean(const char *text)
{
	struct sbuf safe = SBUF_INIT;
	bool same;

	sbuf_safe(&safe, text, strlen(text));
	same = strcmp(sbuf_text(&safe), text) == 0;
	sbuf_free(&safe);
	return same;
}

static bool
check(struct schema_checker *k, const cJSON *v, const cJSON *schema)
{
	if (cJSON_IsString(v) && !is_clean(v->valuestring))
		return bad(k, v, "nfwalk does not write such characters");
	for (const cJSON *arg = schema->child; arg != NULL; arg = arg->next)
		if (arg->valueint != 0 && !keywords[arg->valueint - 1].check(k,
		    v, schema, arg))
			return false;
	return !cJSON_IsObject(v) || (member(schema, "properties") == NULL &&
	    member(schema, "additionalProperties") == NULL) ||
	    check_members(k, v, schema);
}

/* Members of a schema that are keywords are told which, in 'valueint'. */
static void
mark_keywords(cJSON *schema)
{
	for (cJSON *i = schema->child; i != NULL; i = i->next) {
		i->valueint = 0;
		for (unsigned n = 0; i->string != NULL && n <
		    sizeof(keywords) / sizeof(*keywords); n++)
			if (strcmp(keywords[n].name, i->string) == 0)
				i->valueint = (int)n + 1;
		mark_keywords(i);
	}
}

bool
schema_check(struct schema_checker *k, const cJSON *v,
    const struct json_text *text, struct diags *diags)
{
	k->text = text;
	k->diags = diags;
	return check(k, v, k->root);
}

/* ---- life ---- */

struct schema_checker *
schema_checker_new(const char *name, struct arena *arena)
{
	struct schema_checker *k;

	for (const struct schema *s = schemas; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0) {
			k = arena_new(arena, struct schema_checker);
			k->name = s->name;
			k->root = cJSON_Parse(s->text);
			if (k->root == NULL)
				return NULL;
			mark_keywords(k->root);
			return k;
		}
	return NULL;
}

void
schema_checker_free(struct schema_checker *k)
{
	if (k == NULL)
		return;
	for (unsigned i = 0; i < k->n_patterns; i++)
		regfree(&k->patterns[i].re);
	cJSON_Delete(k->root);
}
