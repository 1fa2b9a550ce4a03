#include "parsers/env_json.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdlib.h>

/* Where the value at 'pos' ends: brackets are counted, strings skipped. */
static size_t
value_end(const struct source *src, size_t pos)
{
	unsigned depth = 0;
	bool quoted = false;

	for (; pos < src->size; pos++) {
		char c = src->text[pos];

		if (quoted) {
			if (c == '\\')
				pos++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth <= 1)
				return depth == 1 ? pos + 1 : pos;
			depth--;
		} else if (c == ',' && depth == 0) {
			return pos;
		}
	}
	return src->size;
}

static size_t
skip_blank(const struct source *src, size_t pos)
{
	while (pos < src->size && strchr(" \t\r\n,", src->text[pos]) != NULL &&
	    src->text[pos] != '\0')
		pos++;
	return pos;
}

static bool
each_entry(struct entry *e, const struct source *src, const cJSON *list,
    void (*each)(struct entry *))
{
	size_t pos = skip_blank(src, 0) + 1;
	const cJSON *json;
	bool ok = true;

	cJSON_ArrayForEach(json, list) {
		size_t end;

		pos = skip_blank(src, pos);
		end = value_end(src, pos);
		e->loc = loc_at(src, pos, end - pos);
		if (e->loc.len > 60)
			e->loc.len = 60;
		pos = end;
		e->json = json;
		e->bad = false;
		if (!cJSON_IsObject(json))
			entry_error(e, "an entry is an object in braces");
		else if (json->child != NULL)	/* ip prints {} at times */
			each(e);
		ok = ok && !e->bad;
		if (diag_full(e->diags))
			return false;
	}
	return ok;
}

bool
entries_read(struct env *env, const struct source *src, struct diags *diags,
    int family, void (*each)(struct entry *))
{
	struct entry e = { .env = env, .diags = diags, .family = family };
	const char *end = src->text;
	cJSON *list;
	bool ok;

	list = cJSON_ParseWithLengthOpts(src->text, src->size, &end, false);
	if (list == NULL) {
		size_t off = end >= src->text &&
		    end <= src->text + src->size ?
		    (size_t)(end - src->text) : 0;

		diag_error(diags, loc_at(src, off, 1), "not JSON from here on");
		return false;
	}
	if (!cJSON_IsArray(list)) {
		diag_error(diags, loc_at(src, 0, 1),
		    "expected a list in brackets, as ip -j prints it");
		cJSON_Delete(list);
		return false;
	}
	ok = each_entry(&e, src, list, each);
	cJSON_Delete(list);
	return ok;
}

bool
entry_error(struct entry *e, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(e->diags->arena, fmt, ap);
	va_end(ap);
	diag_error(e->diags, e->loc, "%s", text);
	e->bad = true;
	return false;
}

static const cJSON *
member(const cJSON *json, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(json, key);
}

const char *
entry_text(struct entry *e, const cJSON *json, const char *key)
{
	const cJSON *m = member(json, key);

	if (cJSON_IsNumber(m))
		return arena_printf(e->env->arena, "%.0f", m->valuedouble);
	return cJSON_GetStringValue(m);
}

bool
entry_has(const cJSON *json, const char *key)
{
	return member(json, key) != NULL;
}

bool
entry_true(const cJSON *json, const char *key)
{
	return cJSON_IsTrue(member(json, key));
}

bool
entry_number(struct entry *e, const cJSON *json, const char *key,
    uint64_t max, uint64_t *out)
{
	const cJSON *m = member(json, key);

	if (m == NULL || cJSON_IsNull(m))
		return true;
	if (cJSON_IsNumber(m)) {
		if (!(m->valuedouble >= 0 && m->valuedouble <= (double)max))
			return entry_error(e, "%s is out of range", key);
		*out = (uint64_t)m->valuedouble;
		return true;
	}
	if (cJSON_IsString(m)) {
		const char *text = m->valuestring;
		char *end;
		unsigned long long v;

		if (*text >= '0' && *text <= '9') {
			v = strtoull(text, &end, 0);
			if (*end == '\0' && v <= max) {
				*out = v;
				return true;
			}
		}
		return entry_error(e, "%s: expected a number up to %llu", key,
		    (unsigned long long)max);
	}
	return entry_error(e, "%s: expected a number", key);
}

bool
entry_flag(const cJSON *json, const char *key, const char *flag)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, member(json, key)) {
		if (cJSON_IsString(f) && strcmp(f->valuestring, flag) == 0)
			return true;
	}
	return false;
}

int
name_number(const struct name_number *names, const char *text)
{
	char *end;
	unsigned long v;

	for (; names->name != NULL; names++)
		if (strcmp(names->name, text) == 0)
			return names->number;
	if (*text < '0' || *text > '9')
		return -1;
	v = strtoul(text, &end, 0);
	return *end == '\0' && v <= INT32_MAX ? (int)v : -1;
}
