/* FW9003: what a file would load, held against what the snapshot says is
 * running. */
#include "analysis/lookup.h"

#include "model/owners.h"
#include "model/twins.h"

#include <stdlib.h>

enum { SHOWN = 10 };			/* rules of one chain */

/* A chain of the file, and the one of its name that is running. */
struct both {
	const struct chain *saved, *running;
	uint32_t *twins;		/* of the saved rules */
	bool *paired;			/* is this running rule one of them? */
};

/* Software changes its own chains, and has rules that jump to them, while the
 * host is up. */
static bool
is_made(const struct rule *r)
{
	return r->kind == TGT_CHAIN && chain_owner(r->jump) != NULL;
}

static bool
is_ours(const struct chain *c)
{
	return chain_owner(c) == NULL;
}

static const struct chain *
same_chain(const struct ruleset *rs, const struct chain *c)
{
	const struct table *t = &rs->tables[c->table->id];

	return t->present ? chain_find(t, c->name, strlen(c->name)) : NULL;
}

static void
tell_missing(struct audit *a, const struct both *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->saved->n; i++) {
		const struct rule *r = b->saved->rules[i];

		if (b->twins[i] != UINT32_MAX || is_made(r))
			continue;
		if (n++ < SHOWN)
			finding_add(&a->out, "FW9003", r, NULL, "this rule is "
			    "not running, or not at its place");
	}
	if (n > SHOWN)
		finding_add(&a->out, "FW9003", NULL, b->saved, "%s of this "
		    "chain are not running", counted(a, n, "rule", "rules"));
}

static void
tell_more(struct audit *a, const struct both *b)
{
	const struct rule *shown[SHOWN];
	struct finding *found;
	unsigned n = 0;

	for (unsigned i = 0; i < b->running->n; i++) {
		const struct rule *r = b->running->rules[i];

		if (b->paired[i] || is_made(r))
			continue;
		if (n < SHOWN)
			shown[n] = r;
		n++;
	}
	if (n == 0)
		return;
	found = finding_add(&a->out, "FW9003", NULL, b->saved, "%s running in "
	    "this chain that it does not have here", counted(a, n, "rule is",
	    "rules are"));
	for (unsigned i = 0; i < n && i < SHOWN; i++)
		finding_by(a, found, shown[i]);
}

static void
compare(struct audit *a, const struct both *b)
{
	rule_twins(b->running, b->saved, b->twins);
	for (unsigned i = 0; i < b->saved->n; i++)
		if (b->twins[i] != UINT32_MAX)
			b->paired[b->twins[i]] = true;
	tell_missing(a, b);
	tell_more(a, b);
	if (b->saved->hook != HOOK_NONE &&
	    b->saved->policy != b->running->policy)
		finding_add(&a->out, "FW9003", NULL, b->saved, "its policy is "
		    "%s here, and %s runs", b->saved->policy == V_ACCEPT ?
		    "ACCEPT" : "DROP", b->running->policy == V_ACCEPT ?
		    "ACCEPT" : "DROP");
}

static void
look_at(struct audit *a, unsigned f, const struct chain *c)
{
	struct both b = { c, same_chain(a->running[f], c), NULL, NULL };

	if (b.running == NULL) {
		if (c->n != 0 || c->hook == HOOK_NONE)
			finding_add(&a->out, "FW9003", NULL, c, "this chain "
			    "is not running");
		return;
	}
	b.twins = mem_alloc(c->n, sizeof(*b.twins));
	b.paired = mem_alloc(b.running->n, 1);
	compare(a, &b);
	free(b.twins);
	free(b.paired);
}

/* A chain that is running and that the file does not have. */
static void
tell_chain(struct audit *a, unsigned f, const struct chain *c)
{
	struct finding *found;
	unsigned n = 0;

	for (unsigned i = 0; i < c->n; i++)
		n += !is_made(c->rules[i]);
	if (n == 0 || !is_ours(c) || same_chain(a->rules[f], c) != NULL)
		return;
	found = finding_add(&a->out, "FW9003", NULL, NULL, "chain %s of table "
	    "%s is running, and is not in the file", c->name,
	    table_names[c->table->id]);
	found->family = a->rules[f]->family;
	for (unsigned i = 0; i < c->n && i < SHOWN; i++)
		finding_by(a, found, c->rules[i]);
}

check_fn check_saved;
void
check_saved(struct audit *a, unsigned f)
{
	if (a->running[f] == NULL)
		return;
	for (unsigned t = 0; t < N_TABLES; t++) {
		for (const struct chain *c = a->rules[f]->tables[t].chains;
		    c != NULL; c = c->next)
			if (is_ours(c))
				look_at(a, f, c);
		for (const struct chain *c = a->running[f]->tables[t].chains;
		    c != NULL; c = c->next)
			tell_chain(a, f, c);
	}
}
