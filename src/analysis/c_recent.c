/* -m recent: lists that only half of the rules are there for. */
#include "analysis/lookup.h"

#include <stdlib.h>

enum { SETS = 1, TESTS = 2 };
enum { OLD_LIST_SIZE = 20 };		/* ip_pkt_list_tot before 3.19 */

struct list {
	const char *name;
	const struct rule *first[2];	/* of each family */
	unsigned uses;			/* SETS, TESTS */
	struct list *next;
};

struct lists { struct arena arena; struct map map; struct list *list; };

static void
note(struct lists *all, const char *name, const struct rule *r, unsigned f,
    unsigned uses)
{
	struct list *e = map_get(&all->map, name, strlen(name));

	if (e == NULL) {
		e = arena_new(&all->arena, struct list);
		e->name = arena_strdup(&all->arena, name);
		e->next = all->list;
		all->list = e;
		map_set(&all->map, &all->arena, e->name, strlen(e->name), e);
	}
	if (e->first[f] == NULL)
		e->first[f] = r;
	e->uses |= uses;
}

static void
look_at(struct lists *all, struct lookup *l, unsigned f)
{
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r))
		for (unsigned i = 0; i < r->n_matches; i++) {
			const struct use *u = &r->matches[i];
			const struct saved_opt *o;
			unsigned uses = TESTS;

			if (strcmp(u->ext->name, "recent") != 0)
				continue;
			if (use_option(l, r, u, "--set") != NULL)
				uses = SETS;
			o = use_option(l, r, u, "--name");
			if (o != NULL && o->n != 0)
				note(all, l->saved.words[o->first].text, r, f,
				    uses);
		}
}

/* FW5010.  The lists are the host's: both families have the same. */
static void
halves(struct audit *a, unsigned f)
{
	struct lists all = { .arena = ARENA_INIT };

	for (unsigned i = 0; i < 2; i++)
		if (a->lookup[i] != NULL)
			look_at(&all, a->lookup[i], i);
	for (const struct list *e = all.list; e != NULL; e = e->next) {
		if (e->first[f] == NULL || e->uses == (SETS | TESTS) ||
		    chain_facts(a->lookup[f], e->first[f]->chain)->owner !=
		    NULL)
			continue;
		finding_add(&a->out, "FW5010", e->first[f], NULL, e->uses ==
		    SETS ? "addresses are put on the list %s, which no rule "
		    "tests" : "no rule puts addresses on the list %s: unless "
		    "a program writes to /proc/net/xt_recent, nobody is on it",
		    e->name);
	}
	arena_free(&all.arena);
}

/* FW5011 */
static void
hitcounts(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const char *hits = match_option(l, r, "recent", "--hitcount",
		    NULL);

		if (hits != NULL && atoi(hits) > OLD_LIST_SIZE)
			finding_add(&a->out, "FW5011", r, NULL, "kernels "
			    "before 3.19 remember %d packets of an address: "
			    "they refuse --hitcount %s unless ip_pkt_list_tot "
			    "is raised", OLD_LIST_SIZE, hits);
	}
}

check_fn check_recent;
void
check_recent(struct audit *a, unsigned f)
{
	halves(a, f);
	hitcounts(a, f);
}
