#include "model/finding.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

static int
compare_id(const void *id, const void *check)
{
	return strcasecmp(id, ((const struct check *)check)->id);
}

const struct check *
check_find(const char *id)
{
	return bsearch(id, checks, n_checks, sizeof(*checks), compare_id);
}

struct finding *
finding_add(struct findings *list, const char *id, const struct rule *r,
    const struct chain *c, const char *fmt, ...)
{
	struct finding *f = arena_new(list->arena, struct finding);
	va_list ap;

	if (r != NULL)
		c = r->chain;
	*f = (struct finding){ .check = check_find(id), .rule = r,
	    .chain = c, .table = c != NULL ? c->table->id : N_TABLES,
	    .family = c != NULL ? c->table->ruleset->family : 0 };
	assert(f->check != NULL);
	f->severity = f->check->severity;
	va_start(ap, fmt);
	f->message = arena_vprintf(list->arena, fmt, ap);
	va_end(ap);
	vec_room(list->list, list->n, list->room);
	return list->list[list->n++] = f;
}
