/* nfwalk-json(5): what the schemas say, as a manual page. */
#include "reports/schemas.h"

#include "base/mdoc.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

enum { FILE_FORMATS = 5, MAX_SCHEMAS = 32 };

struct page {
	struct sbuf *b;
	cJSON *all[MAX_SCHEMAS];	/* the schemas, read */
	unsigned n;
};

static const char *
member(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static const cJSON *
part(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

/* "#/$defs/finding": "finding"; null: it is no reference. */
static const char *
referred(const cJSON *schema)
{
	const char *ref = member(schema, "$ref");

	return ref != NULL ? strrchr(ref, '/') + 1 : NULL;
}

/* What is said of a value: by itself, or by the definition it refers to in
 * the schema 'root'. */
static const char *
about(const cJSON *root, const cJSON *schema)
{
	const char *text = member(schema, "description");
	const char *name = referred(schema);

	if (text == NULL && name != NULL)
		text = member(part(part(root, "$defs"), name), "description");
	return text != NULL ? text : "";
}

/* ---- types ---- */

static void	put_type(struct sbuf *, const cJSON *schema);

/* A string as it is, all else as JSON has it. */
static void
put_value(struct sbuf *b, const cJSON *value)
{
	char *text;

	if (cJSON_IsString(value)) {
		sbuf_puts(b, value->valuestring);
		return;
	}
	text = cJSON_PrintUnformatted(value);
	sbuf_puts(b, text);
	cJSON_free(text);
}

/* "a, b or c" */
static void
put_choice(struct sbuf *b, const cJSON *list, void (*put)(struct sbuf *,
    const cJSON *))
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list) {
		sbuf_puts(b, one == list->child ? "" : one->next != NULL ?
		    ", " : " or ");
		put(b, one);
	}
}

static void
put_array(struct sbuf *b, const cJSON *items)
{
	sbuf_puts(b, "array of ");
	put_type(b, items);
}

static void
put_object(struct sbuf *b, const cJSON *others)
{
	sbuf_puts(b, "object");
	if (cJSON_IsObject(others)) {
		sbuf_puts(b, " whose members are ");
		put_type(b, others);
	}
}

static void
put_type(struct sbuf *b, const cJSON *schema)
{
	const cJSON *type = part(schema, "type");
	const char *name = referred(schema);

	if (name != NULL)
		sbuf_puts(b, name);
	else if (part(schema, "const") != NULL)
		put_value(b, part(schema, "const"));
	else if (part(schema, "enum") != NULL)
		put_choice(b, part(schema, "enum"), put_value);
	else if (part(schema, "anyOf") != NULL)
		put_choice(b, part(schema, "anyOf"), put_type);
	else if (cJSON_IsArray(type))
		put_choice(b, type, put_value);
	else if (strcmp(type->valuestring, "array") == 0)
		put_array(b, part(schema, "items"));
	else if (strcmp(type->valuestring, "object") == 0)
		put_object(b, part(schema, "additionalProperties"));
	else
		sbuf_puts(b, type->valuestring);
}

/* ---- members ---- */

static bool
is_required(const cJSON *object, const char *name)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, part(object, "required"))
		if (strcmp(one->valuestring, name) == 0)
			return true;
	return false;
}

/* The object whose members a value has: itself, those of its array, the
 * choice that is no null. */
static const cJSON *
object_of(const cJSON *schema)
{
	const cJSON *one;

	if (part(schema, "properties") != NULL)
		return schema;
	if (cJSON_IsObject(part(schema, "items")))
		return object_of(part(schema, "items"));
	if (cJSON_IsObject(part(schema, "additionalProperties")))
		return object_of(part(schema, "additionalProperties"));
	cJSON_ArrayForEach(one, part(schema, "anyOf"))
		if (object_of(one) != NULL)
			return object_of(one);
	return NULL;
}

static void
put_members(struct sbuf *b, const cJSON *root, const cJSON *object)
{
	const cJSON *one;

	if (object == NULL)
		return;
	sbuf_puts(b, ".Bl -tag -width Ds\n");
	cJSON_ArrayForEach(one, part(object, "properties")) {
		struct sbuf text = SBUF_INIT;

		sbuf_puts(b, ".It Va");
		mdoc_arg(b, one->string);
		sbuf_putc(b, '\n');
		put_type(&text, one);
		sbuf_printf(&text, "%s. %s", is_required(object,
		    one->string) ? "" : "; optional", about(root, one));
		mdoc_text(b, sbuf_text(&text));
		sbuf_free(&text);
		put_members(b, root, object_of(one));
	}
	sbuf_puts(b, ".El\n");
}

/* ---- definitions ---- */

/* Do several schemas have the same of this name? */
static bool
is_shared(const struct page *p, const cJSON *def)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (cJSON_Compare(def, part(part(p->all[i], "$defs"),
		    def->string), true))
			n++;
	return n > 1;
}

static void
put_def(struct sbuf *b, const cJSON *root, const cJSON *def)
{
	struct sbuf text = SBUF_INIT;

	put_type(&text, def);
	sbuf_printf(&text, ". %s", about(root, def));
	mdoc_text(b, sbuf_text(&text));
	sbuf_free(&text);
	put_members(b, root, object_of(def));
}

static void
put_shared(const struct page *p)
{
	cJSON *told = cJSON_CreateObject();
	const cJSON *def;

	mdoc_section(p->b, "SHARED TYPES");
	sbuf_puts(p->b, ".Bl -tag -width Ds\n");
	for (unsigned i = 0; i < p->n; i++)
		cJSON_ArrayForEach(def, part(p->all[i], "$defs")) {
			if (!is_shared(p, def) || part(told, def->string))
				continue;
			cJSON_AddNullToObject(told, def->string);
			sbuf_puts(p->b, ".It Em");
			mdoc_arg(p->b, def->string);
			sbuf_putc(p->b, '\n');
			put_def(p->b, p->all[i], def);
		}
	sbuf_puts(p->b, ".El\n");
	cJSON_Delete(told);
}

static void
put_schema(const struct page *p, const cJSON *schema)
{
	const cJSON *def;

	mdoc_section(p->b, member(schema, "title"));
	mdoc_text(p->b, member(schema, "description"));
	put_members(p->b, schema, schema);
	cJSON_ArrayForEach(def, part(schema, "$defs"))
		if (!is_shared(p, def)) {
			mdoc_part(p->b, def->string);
			put_def(p->b, schema, def);
		}
}

void
schemas_man(struct sbuf *b)
{
	struct page p = { .b = b };

	for (const struct schema *s = schemas; s->name != NULL &&
	    p.n < MAX_SCHEMAS; s++)
		p.all[p.n++] = cJSON_Parse(s->text);
	mdoc_head(b, "nfwalk-json", FILE_FORMATS, "what nfwalk writes as JSON");
	mdoc_section(b, "DESCRIPTION");
	mdoc_text(b, "Each document but those of log stores says what it is in "
	    "its member schema. 'nfwalk schema NAME' prints its JSON Schema, "
	    "'nfwalk COMMAND --schema' that of what the command would write. "
	    "What is not marked as optional is always there. New members may "
	    "come, none changes its meaning as long as the number behind the "
	    "name is the same. Text that has control characters, is not UTF-8 "
	    "or turns the direction of writing is escaped, as \\x1b.");
	sbuf_puts(b, ".Pp\n");
	mdoc_text(b, "Names of types that are none of JSON are explained below "
	    "the document, or at the end where several have them.");
	for (unsigned i = 0; i < p.n; i++)
		put_schema(&p, p.all[i]);
	put_shared(&p);
	mdoc_see(b, "nfwalk-schema(1) nfwalk-formats(7) nfwalk-rules(7)");
	for (unsigned i = 0; i < p.n; i++)
		cJSON_Delete(p.all[i]);
}
