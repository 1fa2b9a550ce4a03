#include "reports/save.h"

#include <stdlib.h>
#include <string.h>

static int
by_name(const void *a, const void *b)
{
	const struct chain *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* libiptc.c, iptcc_insert_chain: user chains are kept sorted. */
struct chain **
save_order(const struct table *t, unsigned *n)
{
	struct chain **list;
	unsigned builtin = 0;

	*n = 0;
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		(*n)++;
	list = mem_alloc(*n, sizeof(*list));
	*n = 0;
	for (struct chain *c = t->chains; c != NULL; c = c->next) {
		list[(*n)++] = c;
		builtin += c->hook != HOOK_NONE;
	}
	qsort(list + builtin, *n - builtin, sizeof(*list), by_name);
	return list;
}

bool
save_wanted(const struct save_format *f, const struct chain *c)
{
	return f->chain == NULL || strcmp(f->chain, c->name) == 0;
}

void
save_rule_counters(const struct save_format *f, const struct rule *r,
    uint64_t v[2])
{
	v[0] = r->packets;
	v[1] = r->bytes;
	if (f->from != NULL && f->from->rule != NULL)
		f->from->rule(f->from->arg, r, &v[0], &v[1]);
}

void
save_chain_counters(const struct save_format *f, const struct chain *c,
    uint64_t v[2])
{
	v[0] = v[1] = 0;
	if (c->hook == HOOK_NONE)
		return;
	v[0] = c->packets;
	v[1] = c->bytes;
	if (f->from != NULL && f->from->chain != NULL)
		f->from->chain(f->from->arg, c, &v[0], &v[1]);
}
