#include "branch.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "reports/ref.h"

#include <stdlib.h>

struct search {
	const struct run_setup *setup;
	struct trace_report *report;
	struct trace_branch *branches;
	unsigned before;		/* unknowns before the packet */
	unsigned runs;
	uint64_t bits[2];		/* sim_config.choices */
};

enum { N_BITS = 128 };

static void
choose(struct search *s, unsigned i, bool yes)
{
	uint64_t bit = UINT64_C(1) << (s->before + i) % 64;
	uint64_t *word = &s->bits[(s->before + i) / 64];

	*word = yes ? *word | bit : *word & ~bit;
}

/* ---- what one unknown has to do with another ---- */

/* An unknown test of the packet, and whether it is the rule's -o. */
struct fact {
	const struct step *step;
	const char *text;		/* the test, and the packet then */
	bool out;
	bool stateful;			/* each time is a new question */
	int forced;			/* 1, 0: follows from others; -1: not */
};

static void
put_use(const struct rule *rule, const struct use *u, struct sbuf *b)
{
	struct ext_print how = { rule->chain->table->ruleset->family, rule,
	    true };
	bool target = rule->kind == TGT_EXT && u == &rule->target;
	const char *name = u->ext == &ext_unknown_match ||
	    u->ext == &ext_unknown_target ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name;

	sbuf_printf(b, "%s %s", target ? "-j" : "-m", name);
	if (u->ext->save != NULL)
		u->ext->save(u->data, &how, b);
}

static void
put_test(const struct step *s, struct sbuf *b)
{
	struct sbuf raw = SBUF_INIT;

	if (s->use != NULL)
		put_use(s->rule, s->use, &raw);
	else
		sbuf_printf(&raw, "-o %.*s%s", IFNAME_SIZE,
		    s->rule->out->name, s->rule->out->wild ? "+" : "");
	sbuf_safe(b, sbuf_text(&raw), raw.len);
	sbuf_free(&raw);
}

/* Does the device's name fit the rule's? */
static bool
fits(const struct ifmatch *m, const char *name)
{
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		if ((m->name[i] ^ name[i]) & m->mask[i])
			return false;
	return true;
}

/* A yes to "-o eth0" answers every later -o; a no to it answers the same
 * question, and a no to "-o eth+" every eth. */
static int
out_follows(const struct fact *old, const struct fact *new)
{
	const struct ifmatch *a = old->step->rule->out;
	const struct ifmatch *b = new->step->rule->out;
	bool a_holds = old->step->taken != !!(old->step->rule->invert &
	    INV_OUT);
	int b_holds = -1;

	if (a_holds && !a->wild)
		b_holds = fits(b, a->name);
	else if (!a_holds && fits(a, b->name) && a->wild)
		b_holds = false;
	else if (memcmp(a->name, b->name, IFNAME_SIZE) == 0 &&
	    a->wild == b->wild)
		b_holds = a_holds;
	else if (a_holds && !b->wild && !fits(a, b->name))
		b_holds = false;
	if (b_holds < 0)
		return -1;
	return b_holds != !!(new->step->rule->invert & INV_OUT);
}

static int
follows(const struct fact *facts, unsigned i)
{
	for (unsigned j = 0; j < i; j++) {
		int v = -1;

		if (facts[j].out && facts[i].out)
			v = out_follows(&facts[j], &facts[i]);
		else if (!facts[i].stateful &&
		    strcmp(facts[i].text, facts[j].text) == 0)
			v = facts[j].step->taken;
		if (v >= 0)
			return v;
	}
	return -1;
}

static const char *
fact_text(struct arena *arena, const struct step *s)
{
	struct sbuf b = SBUF_INIT;
	const char *kept;

	put_test(s, &b);
	sbuf_printf(&b, " | %s", s->words);
	kept = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return kept;
}

/* The unknowns of a run in the order they were met. */
static struct fact *
facts_of(const struct run *r, unsigned *n)
{
	const unsigned changing = EXT_STATEFUL | EXT_RANDOM | EXT_SIDE_EFFECT;
	struct fact *facts = arena_alloc(r->setup->arena,
	    (r->way.n_steps + 1) * sizeof(*facts));

	*n = 0;
	for (unsigned i = 0; i < r->way.n_steps; i++) {
		const struct step *s = &r->way.steps[i];
		struct fact *f = &facts[*n];

		if (s->kind != EV_UNKNOWN)
			continue;
		*f = (struct fact){ .step = s, .out = s->use == NULL,
		    .text = fact_text(r->setup->arena, s),
		    .stateful = s->use != NULL &&
		    (s->use->ext->traits & changing) != 0 };
		f->forced = follows(facts, *n);
		(*n)++;
	}
	return facts;
}

/* ---- branches ---- */

static const char *
condition(struct arena *arena, const struct step *s)
{
	bool target = s->rule->kind == TGT_EXT && s->use == &s->rule->target;
	bool inverted = s->use == NULL && (s->rule->invert & INV_OUT);
	struct sbuf b = SBUF_INIT, place = SBUF_INIT;
	const char *kept;

	if (s->use == NULL) {
		sbuf_puts(&b, s->taken != inverted ? "it leaves by " :
		    "it does not leave by ");
		sbuf_safe(&b, s->rule->out->name, strnlen(s->rule->out->name,
		    IFNAME_SIZE));
		sbuf_puts(&b, s->rule->out->wild ? "+ (" : " (");
	} else {
		put_test(s, &b);
		sbuf_puts(&b, target ? s->taken ? " drops it (" :
		    " lets it pass (" : s->taken ? " matches (" :
		    " does not match (");
	}
	ref_rule(s->rule, &b);
	ref_rule_place(s->rule, &place);
	sbuf_printf(&b, "%s%s)", place.len ? ", " : "", sbuf_text(&place));
	kept = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	sbuf_free(&place);
	return kept;
}

static void
add_branch(struct search *s, const struct run *r, const struct fact *facts,
    unsigned n)
{
	struct trace_branch *br = &s->branches[s->report->n_branches++];

	*br = (struct trace_branch){ .end = run_ending(r) };
	br->conditions = arena_alloc(s->setup->arena, (n + 1) *
	    sizeof(*br->conditions));
	for (unsigned i = 0; i < n; i++)
		if (facts[i].forced < 0)
			br->conditions[br->n_conditions++] =
			    condition(s->setup->arena, facts[i].step);
}

static void explore(struct search *, unsigned fixed);

/* Each free answer of the run that was 'no' by default, turned. */
static void
turn(struct search *s, const struct fact *facts, unsigned n, unsigned fixed)
{
	for (unsigned i = fixed; i < n; i++) {
		for (unsigned j = fixed; j < i; j++)
			choose(s, j, false);
		if (facts[i].forced >= 0)
			continue;
		choose(s, i, true);
		explore(s, i + 1);
	}
	for (unsigned j = fixed; j < n; j++)
		choose(s, j, false);
}

/* With the first 'fixed' answers given and 'no' from there on.  A 'no' that
 * cannot be, because of an answer before it, is a 'yes' to begin with. */
static void
explore(struct search *s, unsigned fixed)
{
	struct run_setup setup = *s->setup;
	struct run *r;
	struct fact *facts;
	unsigned n, wrong;

	if (s->runs++ == BRANCH_MAX) {
		s->report->more_branches = true;
		s->runs--;
		return;
	}
	setup.choices = s->bits;
	setup.n_choices = s->before + fixed;
	r = mem_alloc(1, sizeof(*r));
	run_begin(r, &setup);
	facts = facts_of(r, &n);
	for (wrong = fixed; wrong < n; wrong++)
		if (facts[wrong].forced == 1 && !facts[wrong].step->taken)
			break;
	if (s->before + n >= N_BITS) {
		s->report->more_branches = true;
		add_branch(s, r, facts, n);
	} else if (wrong < n) {
		for (unsigned j = fixed; j < wrong; j++)
			choose(s, j, false);
		choose(s, wrong, true);
		/* Those before it are turned too, with what follows. */
		explore(s, wrong + 1);
		turn(s, facts, wrong, fixed);
		choose(s, wrong, false);
	} else {
		add_branch(s, r, facts, n);
		turn(s, facts, n, fixed);
	}
	run_end(r);
	free(r);
}

void
branch_settle(const struct run_setup *setup, const struct run *first,
    struct trace_report *report)
{
	struct search s = { .setup = setup, .report = report,
	    .before = first->unknown_before };
	bool agree = true;

	if (s.before >= N_BITS) {
		report->end = (struct trace_ending){ DISP_UNDETERMINED,
		    REASON_UNKNOWN_MATCH, NULL, NULL };
		report->more_branches = true;
		return;
	}
	s.branches = arena_alloc(setup->arena, (BRANCH_MAX + 1) *
	    sizeof(*s.branches));
	report->branches = s.branches;
	explore(&s, 0);
	for (unsigned i = 1; i < report->n_branches; i++)
		agree &= s.branches[i].end.disposition ==
		    s.branches[0].end.disposition;
	if (agree && !report->more_branches) {
		setup->note(setup->arg, "what is not known of it makes no "
		    "difference");
		report->n_branches = 0;
		return;
	}
	report->end = (struct trace_ending){ agree ? DISP_UNDETERMINED :
	    DISP_DEPENDS, REASON_UNKNOWN_MATCH, NULL, NULL };
}
