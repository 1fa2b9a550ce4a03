/* Rules that no packet gets to, and jumps that decide nothing. */
#include "analysis/exposure.h"
#include "analysis/program.h"

#include <stdlib.h>

enum {
	LOGS = 5,			/* told one by one of a chain */
	CALLERS = 8			/* named */
};

struct looking {
	struct audit *a;
	unsigned f;
	/* Logs of a chain that never write. */
	const struct chain *chain;
	unsigned logs;
	struct finding *last_log;
	/* Rules of a chain of which it was not decided. */
	const struct rule *undecided;	/* the first; null: none so far */
	unsigned n_undecided;
};

/* ---- what covers it ---- */

static bool
all_same(const struct rule *r, const struct dead *d)
{
	for (unsigned i = 0; i < d->n_by; i++)
		if (!rules_end_alike(r, d->by[i]))
			return false;
	return d->n_by != 0;
}

static const char *
verb(const struct rule *r)
{
	static const char *const of[] = { [V_ACCEPT] = "accepts",
	    [V_DROP] = "drops", [V_QUEUE] = "queues", [V_RETURN] = "returns",
	    [V_GOTO] = "sends on", [V_STOLEN] = "takes" };
	enum verdict v = rule_verdict(r);

	if (rule_target_is(r, "REJECT"))
		return "rejects";
	if (r->kind == TGT_EXT && v == V_ACCEPT)
		return "translates";
	return v < sizeof(of) / sizeof(*of) && of[v] != NULL ? of[v] :
	    "takes";
}

static bool
is_log(const struct rule *r)
{
	return rule_target_is(r, "LOG") || rule_target_is(r, "NFLOG") ||
	    rule_target_is(r, "ULOG");
}

static void
shows(struct audit *a, struct finding *f, const struct dead *d)
{
	f->possible = d->possible;
	f->n_by = d->n_by;
	f->by = d->n_by == 0 ? NULL : arena_copy(a->out.arena, d->by,
	    d->n_by * sizeof(*d->by));
	f->witness = d->witness == NULL ? NULL :
	    arena_copy(a->out.arena, d->witness, sizeof(*d->witness));
	f->entry = d->entry;
	f->shows = d->taken ? SHOWS_TAKEN_BY : SHOWS_NOTHING;
}

static struct finding *
covered_finding(struct audit *a, const struct rule *r, const struct dead *d)
{
	const char *by = rules_near(a, d->by, d->n_by, r->chain, 6);
	bool same = all_same(r, d);

	if (d->n_by == 0)
		return finding_add(&a->out, "FW2002", r, NULL, "no packet "
		    "gets here as it asks: earlier rules take or change them");
	if (d->n_by == 1 && same)
		return finding_add(&a->out, "FW2003", r, NULL, "%s %s every "
		    "packet before that this rule would match, too", by,
		    verb(d->by[0]));
	if (same)
		return finding_add(&a->out, "FW2003", r, NULL, "%s together "
		    "take every packet before that this rule would match, "
		    "with the same verdict", by);
	if (d->n_by == 1)
		return finding_add(&a->out, "FW2001", r, NULL, "no packet "
		    "gets here: %s %s every packet that this rule would "
		    "match", by, verb(d->by[0]));
	return finding_add(&a->out, "FW2002", r, NULL, "no packet gets here: "
	    "%s together take every packet that this rule would match", by);
}

static void
covered(struct audit *a, const struct rule *r, const struct dead *d)
{
	struct finding *f = covered_finding(a, r, d);
	const struct rule *first = d->n_by != 0 ? d->by[0] : NULL;

	shows(a, f, d);
	if (all_same(r, d))
		finding_fix(a, f, "%s -D %s %u", command_of(a, r->chain),
		    r->chain->name, r->number);
	else if (first != NULL && first->chain == r->chain)
		finding_fix(a, f, "move it before #%u, or delete it",
		    first->number);
	else if (first != NULL)
		finding_fix(a, f, "have it before %s, or delete it",
		    rule_near(a, first, r->chain));
}

/* ---- FW5002 ---- */

static void
rest_of_logs(struct looking *k)
{
	if (k->logs > LOGS)
		k->last_log->message = arena_printf(k->a->out.arena, "%s; the "
		    "same goes for %s behind it", k->last_log->message,
		    counted(k->a, k->logs - LOGS, "more log rule",
		    "more log rules"));
	k->logs = 0;
}

static void
silent_log(struct looking *k, const struct rule *r, const struct dead *d)
{
	struct audit *a = k->a;
	const char *by;
	struct finding *f;

	if (r->chain != k->chain)
		rest_of_logs(k);
	k->chain = r->chain;
	if (++k->logs > LOGS)
		return;
	by = d->n_by == 0 ? "earlier rules take" : arena_printf(a->out.arena,
	    "%s %s", rules_near(a, d->by, d->n_by, r->chain, 6),
	    d->n_by == 1 ? verb(d->by[0]) : "take");
	f = finding_add(&a->out, "FW5002", r, NULL, "it never writes a line: "
	    "%s its packets before", by);
	shows(a, f, d);
	finding_fix(a, f, "move the log before the rule whose packets it is to "
	    "show");
	k->last_log = f;
}

/* ---- contradictions ---- */

/* FW1005 tells of interfaces that there are not in a hook. */
static bool
asks_absent_iface(const struct rule *r, unsigned hooks)
{
	const unsigned have_in = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT |
	    1 << HOOK_FORWARD, have_out = 1 << HOOK_FORWARD |
	    1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING;

	return (r->in != NULL && r->in->name[0] != '\0' &&
	    !(hooks & have_in)) || (r->out != NULL &&
	    r->out->name[0] != '\0' && !(hooks & have_out));
}

/* -f: connection tracking puts fragments together before the rules have
 * them. */
static bool
asks_fragment(const struct rule *r)
{
	return (r->flags & RULE_FRAG) && !(r->invert & INV_FRAG);
}

static const char *
why_never(struct audit *a, const struct rule *r, const struct dead *d,
    const struct chain_facts *facts)
{
	if (d->kind == DEAD_SELF)
		return "its conditions contradict each other: no packet can "
		    "match";
	if (asks_fragment(r))
		return "-f matches no packet here: fragments are put together "
		    "before, for connection tracking";
	if (r->chain->hook != HOOK_NONE)
		return arena_printf(a->out.arena, "no packet of %s can match "
		    "what it asks", r->chain->name);
	return arena_printf(a->out.arena, "no packet that gets into %s can "
	    "match: %s something else", r->chain->name, facts->n_callers == 1 ?
	    arena_printf(a->out.arena, "%s asks for", rule_near(a,
	    facts->callers[0], r->chain)) : "each jump to it asks for");
}

static void
contradicts(struct audit *a, unsigned f, const struct rule *r,
    const struct dead *d)
{
	const struct chain_facts *facts = chain_facts(a->lookup[f], r->chain);
	bool callers = d->kind == DEAD_CALLERS && r->chain->hook == HOOK_NONE;
	struct finding *found;

	/* Software makes its chains for every case. */
	if (d->kind == DEAD_CALLERS && (facts->owner != NULL ||
	    asks_absent_iface(r, facts->hooks)))
		return;
	found = finding_add(&a->out, callers ? "FW2015" : "FW2014", r, NULL,
	    "%s", why_never(a, r, d, facts));
	found->possible = d->possible;
	for (unsigned i = 0; callers && !asks_fragment(r) &&
	    i < facts->n_callers && i < CALLERS; i++)
		finding_by(a, found, facts->callers[i]);
}

/* ---- too much work ---- */

static void
tell_undecided(struct looking *k)
{
	struct finding *f;

	if (k->n_undecided == 0)
		return;
	f = finding_add(&k->a->out, "FW2002", NULL, k->undecided->chain,
	    "whether any packet gets to %s%s was not decided: that would be "
	    "too much work", rule_near(k->a, k->undecided,
	    k->undecided->chain), k->n_undecided == 1 ? "" : arena_printf(
	    k->a->out.arena, " and %s behind it", counted(k->a,
	    k->n_undecided - 1, "more rule", "more rules")));
	f->possible = true;
	f->severity = SEV_NOTE;
	k->n_undecided = 0;
	k->undecided = NULL;
}

static void
undecided(struct looking *k, const struct rule *r)
{
	if (k->undecided != NULL && k->undecided->chain != r->chain)
		tell_undecided(k);
	if (k->n_undecided++ == 0)
		k->undecided = r;
}

static void
tell(const struct rule *r, const struct dead *d, void *arg)
{
	struct looking *k = arg;

	note_dead(k->a, k->f, r, d);
	if (d->limit)
		undecided(k, r);

	if (d->kind == DEAD_COVERED) {
		covered(k->a, r, d);
		if (is_log(r))
			silent_log(k, r, d);
	}
	if (d->kind == DEAD_SELF || d->kind == DEAD_CALLERS)
		contradicts(k->a, k->f, r, d);
}

/* ---- FW2012 ---- */

/* Does a step do anything to packets that come to it? */
static bool
does_something(const struct step *s)
{
	return s->n != 0 && !s->dead && (s->kind == STEP_TAKE ||
	    (s->kind == STEP_PASS && s->rule->kind != TGT_NONE));
}

struct jump { const struct rule *rule; bool useful; };

/* Jumps of one program: those whose chain does something, somewhere. */
static void
look_at_jumps(struct analysis *an, const struct chain *entry,
    struct map *useful, struct arena *arena)
{
	struct program *p = program_of(an, entry);
	bool *does = mem_alloc(p->n_frames, sizeof(*does));

	for (uint32_t i = 0; i < p->n_steps; i++)
		if (does_something(&p->steps[i]))
			for (uint32_t f = p->steps[i].frame; !does[f];
			    f = p->frames[f].parent)
				does[f] = true;
	for (uint32_t i = 0; i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];
		struct jump *j;

		if (s->kind != STEP_JUMP || s->n == 0 || s->dead)
			continue;
		j = map_get(useful, (const char *)&s->rule, sizeof(s->rule));
		if (j == NULL) {
			j = arena_new(arena, struct jump);
			j->rule = s->rule;
			map_set(useful, arena, (const char *)&j->rule,
			    sizeof(j->rule), j);
		}
		j->useful |= does[s->callee] || p->limit;
	}
	free(does);
}

static void
idle_jumps(struct audit *a, unsigned f)
{
	struct arena scratch = ARENA_INIT;
	struct map useful = { 0 };

	for (unsigned t = 0; t < N_TABLES; t++)
		for (unsigned h = 0; h < N_HOOKS; h++) {
			const struct table *table = &a->rules[f]->tables[t];

			if (table->present && table->builtin[h] != NULL)
				look_at_jumps(a->sets[f], table->builtin[h],
				    &useful, &scratch);
		}
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const struct jump *j = map_get(&useful, (const char *)&r,
		    sizeof(r));

		/* FW2011 tells of chains that are empty. */
		if (j != NULL && !j->useful && r->jump->n != 0)
			finding_add(&a->out, "FW2012", r, NULL, "of the "
			    "packets that take this jump none meets a rule in "
			    "%s that does something", r->jump->name);
	}
	arena_free(&scratch);
}

check_fn check_dead;
void
check_dead(struct audit *a, unsigned f)
{
	struct arena scratch = ARENA_INIT;
	struct looking k = { .a = a, .f = f };

	analysis_dead(a->sets[f], 0, &scratch, tell, &k);
	a->exposure->dead_known[f] = true;
	rest_of_logs(&k);
	tell_undecided(&k);
	if (audit_on(a, "FW2012"))
		idle_jumps(a, f);
	arena_free(&scratch);
}
