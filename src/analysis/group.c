#include "analysis/group.h"

#include <stdlib.h>
#include <string.h>

void
groups_add(struct groups *all, const char *message, const struct rule *r)
{
	struct group *g = map_get(&all->by_message, message, strlen(message));

	if (g == NULL) {
		g = arena_new(all->out->arena, struct group);
		g->message = message;
		map_set(&all->by_message, all->out->arena, message,
		    strlen(message), g);
		*(all->last ? &all->last->next : &all->first) = g;
		all->last = g;
	}
	vec_room(g->rules, g->n, g->room);
	g->rules[g->n++] = r;
}

void
groups_tell(struct groups *all, const char *id, unsigned at_least)
{
	for (struct group *g = all->first; g != NULL; g = g->next) {
		struct finding *f;

		if (g->n >= at_least) {
			f = finding_add(all->out, id, g->rules[0], NULL,
			    g->n == 1 ? "%s" : "%s (%u rules)", g->message,
			    g->n);
			f->n_by = g->n - 1;
			f->by = arena_copy(all->out->arena, g->rules + 1,
			    f->n_by * sizeof(*f->by));
		}
		free(g->rules);
	}
	*all = (struct groups){ .out = all->out };
}
