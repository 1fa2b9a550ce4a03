#include "reports/html_groups.h"

#include "model/owners.h"
#include "reports/html_plan.h"

enum { GROUP_MIN = 4 };

/* How much of the name its like have too; 0: it has none. */
static size_t
common_part(const struct chain *c)
{
	const char *dash = strrchr(c->name, '-');

	return dash == NULL || chain_owner(c) == NULL ? 0 :
	    (size_t)(dash - c->name) + 1;
}

void
html_groups_make(struct html *h, const struct table *t,
    struct chain_groups *all)
{
	*all = (struct chain_groups){ 0 };
	for (const struct chain *c = t->chains; c != NULL; c = c->next) {
		size_t len = common_part(c);
		struct chain_group *g = map_get(&all->by_name, c->name, len);

		if (len == 0)
			continue;
		if (g == NULL) {
			g = arena_new(&h->arena, struct chain_group);
			g->name = arena_strndup(&h->arena, c->name, len);
			g->first = c;
			map_set(&all->by_name, &h->arena, g->name, len, g);
		}
		g->chains++;
		g->rules += c->n;
		g->listed += html_chain_listed(h, c);
	}
}

struct chain_group *
html_group_of(const struct chain_groups *all, const struct chain *c)
{
	size_t len = common_part(c);
	struct chain_group *g = len == 0 ? NULL : map_get(&all->by_name,
	    c->name, len);

	return g != NULL && g->chains >= GROUP_MIN ? g : NULL;
}
