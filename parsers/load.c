#include "parsers/load.h"

#include "parsers/rules_json.h"
#include "parsers/rules_xml.h"
#include "parsers/save.h"
#include "parsers/script.h"

#include <ctype.h>

int
load_add_source(struct load *l, int family, const struct source *src)
{
	struct ruleset **rs = &l->rules[family == AF_INET6];

	if (*rs == NULL)
		*rs = ruleset_new(family, l->arena);
	if ((*rs)->n_sources == sizeof((*rs)->sources) /
	    sizeof((*rs)->sources[0])) {
		diag_error(l->diags, (struct loc){ 0 }, "%s: too many files",
		    src->name);
		return -1;
	}
	(*rs)->sources[(*rs)->n_sources] = src;
	return (int)(*rs)->n_sources++;
}

enum form { FORM_DUMP, FORM_SCRIPT, FORM_XML, FORM_JSON };

/* By the first character that is no space and not in a comment; a line that
 * begins with "*" is a dump's. */
static enum form
recognise(const struct source *src)
{
	const char *p = src->text, *end = p + src->size;

	while (p < end && (isspace((unsigned char)*p) || *p == '#')) {
		const char *nl = *p == '#' ?
		    memchr(p, '\n', (size_t)(end - p)) : p;

		p = nl != NULL ? nl + 1 : end;
	}
	if (p == end || strchr("*:[-", *p) != NULL || save_is_dump(src))
		return FORM_DUMP;
	return *p == '<' ? FORM_XML : *p == '{' ? FORM_JSON : FORM_SCRIPT;
}

static bool (*const readers[])(struct load *, const struct source *) = {
	[FORM_DUMP] = save_read,
	[FORM_SCRIPT] = script_read,
	[FORM_XML] = rules_xml_read,
	[FORM_JSON] = rules_json_read,
};

bool
load_source(struct load *l, const struct source *src)
{
	struct diag *before = l->diags->last;
	bool ok = readers[recognise(src)](l, src);

	for (struct diag *e = before != NULL ? before->next : l->diags->first;
	    e != NULL; e = e->next)
		if (e->level == DIAG_ERROR && e->id == NULL)
			e->id = "FW1001";
	for (int i = 0; i < 2; i++)
		if (l->rules[i] != NULL)
			ruleset_finish(l->rules[i]);
	return ok;
}

bool
load_file(struct load *l, const char *path)
{
	const struct source *src = source_read(path, l->arena, l->diags);

	return src != NULL && load_source(l, src);
}
