#include "parsers/json_place.h"

#include <cjson/cJSON.h>
#include <string.h>

/* What cJSON takes for blank; something else comes behind it. */
static const char *
skip_blank(const char *s)
{
	while ((unsigned char)*s <= ' ')
		s++;
	return s;
}

static const char *
skip_string(const char *s)
{
	for (s++; *s != '"'; s++)
		s += *s == '\\';
	return s + 1;
}

static const char *
skip_literal(const char *s)
{
	while ((unsigned char)*s > ' ' && strchr(",]}", *s) == NULL)
		s++;
	return s;
}

/* Returns where the value ends. */
static const char *
mark(cJSON *item, const char *s, const char *text)
{
	bool object = cJSON_IsObject(item);

	s = skip_blank(s);
	item->valueint = (int)(s - text);
	if (cJSON_IsString(item))
		return skip_string(s);
	if (!object && !cJSON_IsArray(item))
		return skip_literal(s);
	s = skip_blank(s + 1);
	for (cJSON *i = item->child; i != NULL; i = i->next) {
		if (object)
			s = skip_blank(skip_string(s)) + 1;
		s = skip_blank(mark(i, s, text));
		if (i->next != NULL)
			s = skip_blank(s + 1);
	}
	return s + 1;
}

void
json_mark(cJSON *root, const struct json_text *t)
{
	const char *text = t->src->text + t->off;

	mark(root, text, text);
}

struct loc
json_place(const struct json_text *t, const cJSON *v)
{
	const char *s = t->src->text + t->off + v->valueint;
	const char *end = cJSON_IsString(v) ? skip_string(s) :
	    cJSON_IsObject(v) || cJSON_IsArray(v) ? s + 1 : skip_literal(s);

	return loc_at(t->src, (size_t)(s - t->src->text), (size_t)(end - s));
}

const char *
json_nul(const char *text, size_t size)
{
	const char *end = text + size;

	/* A backslash stands in strings alone. */
	for (const char *s = text; s < end && (s = memchr(s, '\\',
	    (size_t)(end - s))) != NULL; s += 2)
		if (end - s >= 6 && memcmp(s, "\\u0000", 6) == 0)
			return s;
	return NULL;
}
