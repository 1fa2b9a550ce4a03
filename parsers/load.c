#include "parsers/load.h"

#include "parsers/save.h"

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

bool
load_source(struct load *l, const struct source *src)
{
	bool ok = save_read(l, src);

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
