#include "analysis/audit.h"
#include "analysis/lookup.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ID_LENGTH = 6 };		/* "FW2001" */

/* Lists of ids may name a whole family: "FW2". */
static bool
is_in(const char *id, const char *const *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strncasecmp(list[i], id, strlen(list[i])) == 0)
			return true;
	return false;
}

static enum audit_level
level_of(const struct audit *a, const struct check *c)
{
	return a->cfg->levels == NULL ? LEVEL_UNSAID :
	    a->cfg->levels[c - checks];
}

bool
audit_on(const struct audit *a, const char *id)
{
	const struct audit_config *cfg = a->cfg;
	const struct check *check = check_find(id);
	enum audit_level level;

	if (is_in(id, cfg->ignore, cfg->n_ignore))
		return false;
	if (cfg->n_only != 0)
		return is_in(id, cfg->only, cfg->n_only);
	level = level_of(a, check);
	return level != LEVEL_UNSAID ? level != LEVEL_OFF :
	    (check->profiles & cfg->profiles) != 0;
}

/* ---- order ---- */

static int
compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* By declaration; those that nothing declares are built-in, and first. */
static int
compare_chains(const struct chain *a, const struct chain *b)
{
	int d;

	if (a == b)
		return 0;
	if (a == NULL || b == NULL)
		return a == NULL ? -1 : 1;
	if ((d = compare(a->source, b->source)) != 0 ||
	    (d = compare(a->off, b->off)) != 0 ||
	    (d = compare(a->hook, b->hook)) != 0)
		return d;
	return strcmp(a->name, b->name);
}

/* Tables as they come in the ruleset; what is about none comes first. */
static unsigned
table_rank(const struct finding *f)
{
	const struct ruleset *rs = f->chain ? f->chain->table->ruleset : NULL;

	for (unsigned i = 0; rs != NULL && i < rs->n_tables; i++)
		if (rs->order[i] == f->table)
			return i + 1;
	return 0;
}

static int
compare_findings(const void *left, const void *right)
{
	const struct finding *a = *(struct finding *const *)left;
	const struct finding *b = *(struct finding *const *)right;
	int d;

	if ((d = compare(family_index(a->family),
	    family_index(b->family))) != 0 ||
	    (d = compare(table_rank(a), table_rank(b))) != 0 ||
	    (d = compare_chains(a->chain, b->chain)) != 0 ||
	    (d = compare(a->rule ? a->rule->number : 0,
	    b->rule ? b->rule->number : 0)) != 0 ||
	    (d = compare(a->loc.off, b->loc.off)) != 0 ||
	    (d = strcmp(a->check->id, b->check->id)) != 0)
		return d;
	return strcmp(a->message, b->message);
}

/* ---- running ---- */

static void
drop_those_off(struct audit *a)
{
	struct findings *all = &a->out;
	unsigned kept = 0;

	for (unsigned i = 0; i < all->n; i++)
		if (audit_on(a, all->list[i]->check->id))
			all->list[kept++] = all->list[i];
	all->n = kept;
}

static void
set_levels(struct audit *a)
{
	static const enum severity of[] = { [LEVEL_NOTE] = SEV_NOTE,
	    [LEVEL_WARNING] = SEV_WARNING, [LEVEL_ERROR] = SEV_ERROR };

	for (unsigned i = 0; i < a->out.n; i++) {
		struct finding *f = a->out.list[i];
		enum audit_level level = level_of(a, f->check);

		if (level >= LEVEL_NOTE)
			f->severity = of[level];
	}
}

void
audit_tidy(struct audit *a)
{
	drop_those_off(a);
	set_levels(a);
	if (a->out.n != 0)
		qsort(a->out.list, a->out.n, sizeof(*a->out.list),
		    compare_findings);
}

/* Is one of the ids in the list on?  Blanks are between them. */
static bool
any_on(const struct audit *a, const char *ids)
{
	for (; strlen(ids) >= ID_LENGTH; ids += ID_LENGTH + 1) {
		char id[ID_LENGTH + 1] = "";

		memcpy(id, ids, ID_LENGTH);
		if (audit_on(a, id))
			return true;
	}
	return false;
}

/* Runs a family's checks, the first of which is the 'done'th of 'all'. */
static void
run_checks(struct audit *a, unsigned f, unsigned done, unsigned all)
{
	for (const struct check_file *c = check_files; c->run != NULL; c++) {
		if (a->step != NULL)
			a->step(a->step_arg, done++, all);
		if (any_on(a, c->ids))
			c->run(a, f);
	}
}

void
audit_run(struct audit *a)
{
	unsigned n = 0, done = 0, all;

	while (check_files[n].run != NULL)
		n++;
	all = (a->rules[0] != NULL ? n : 0) + (a->rules[1] != NULL ? n : 0);
	for (unsigned f = 0; f < 2; f++)
		a->lookup[f] = a->rules[f] ? lookup_new(a->rules[f]) : NULL;
	for (unsigned f = 0; f < 2; f++)
		if (a->rules[f] != NULL) {
			run_checks(a, f, done, all);
			done += n;
		}
	for (unsigned f = 0; f < 2; f++) {
		lookup_free(a->lookup[f]);
		a->lookup[f] = NULL;
	}
	audit_tidy(a);
}
