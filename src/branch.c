#include "branch.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "reports/ref.h"

#include <stdlib.h>

/* ---- what one unknown has to do with another ---- */

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
put_test(const struct rule *rule, const struct use *use,
    enum basic_test basic, struct sbuf *b)
{
	struct sbuf raw = SBUF_INIT;

	if (use != NULL)
		put_use(rule, use, &raw);
	else if (basic == BASIC_OUT)
		sbuf_printf(&raw, "-o %.*s%s", IFNAME_SIZE, rule->out->name,
		    rule->out->wild ? "+" : "");
	else
		sbuf_printf(&raw, "%s-p %u", rule->invert & INV_PROTO ? "! " :
		    "", rule->proto);
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
out_follows(const struct branch_fact *old, const struct branch_fact *new)
{
	const struct ifmatch *a = old->rule->out, *b = new->rule->out;
	bool a_holds = old->taken != !!(old->rule->invert & INV_OUT);
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
	return b_holds != !!(new->rule->invert & INV_OUT);
}

static bool
same_packet(const struct branch_fact *a, const struct branch_fact *b)
{
	return (a->sent == b->sent && a->packet == b->packet) ||
	    strcmp(a->words, b->words) == 0;
}

static int
follows(const struct branch_fact *facts, unsigned i)
{
	const struct branch_fact *new = &facts[i];

	for (unsigned j = 0; j < i; j++) {
		const struct branch_fact *old = &facts[j];
		int v = -1;

		if (old->basic == BASIC_OUT && new->basic == BASIC_OUT) {
			if (same_packet(old, new))
				v = out_follows(old, new);
		} else if (!new->stateful &&
		    strcmp(new->test, old->test) == 0 &&
		    strcmp(new->words, old->words) == 0) {
			v = old->taken;
		}
		if (v >= 0)
			return v;
	}
	return -1;
}

static void
note_step(struct branch_path *p, const struct step *s, struct arena *arena)
{
	const unsigned changing = EXT_STATEFUL | EXT_RANDOM | EXT_SIDE_EFFECT;
	unsigned traits = s->use != NULL ? s->use->ext->traits : 0;
	struct sbuf test = SBUF_INIT;
	struct branch_fact *f;

	put_test(s->rule, s->use, s->basic, &test);
	vec_room(p->facts, p->n, p->room);
	f = &p->facts[p->n];
	*f = (struct branch_fact){ .rule = s->rule, .use = s->use,
	    .basic = s->basic, .taken = s->taken,
	    .chance = (traits & EXT_RANDOM) != 0,
	    .stateful = (traits & changing) != 0,
	    .sent = p->sent, .packet = s->packet,
	    .test = arena_strdup(arena, sbuf_text(&test)),
	    .words = arena_strdup(arena, s->words) };
	f->forced = follows(p->facts, p->n++);
	sbuf_free(&test);
}

void
branch_note(struct branch_path *p, const struct trace *way,
    struct arena *arena)
{
	for (unsigned i = 0; i < way->n_steps; i++)
		if (way->steps[i].kind == EV_UNKNOWN)
			note_step(p, &way->steps[i], arena);
	p->sent++;
}

const char *
branch_condition(const struct branch_fact *f, struct arena *arena)
{
	bool target = f->rule->kind == TGT_EXT && f->use == &f->rule->target;
	bool inverted = (f->rule->invert & INV_OUT) != 0;
	struct sbuf b = SBUF_INIT, place = SBUF_INIT;
	const char *kept;

	if (f->basic == BASIC_OUT) {
		sbuf_puts(&b, f->taken != inverted ? "it leaves by " :
		    "it does not leave by ");
		sbuf_safe(&b, f->rule->out->name, strnlen(f->rule->out->name,
		    IFNAME_SIZE));
		sbuf_puts(&b, f->rule->out->wild ? "+ (" : " (");
	} else {
		put_test(f->rule, f->use, f->basic, &b);
		sbuf_puts(&b, target ? f->taken ? " drops it (" :
		    " lets it pass (" : f->taken ? " matches (" :
		    " does not match (");
	}
	ref_rule(f->rule, &b);
	ref_rule_place(f->rule, &place);
	sbuf_printf(&b, "%s%s)", place.len ? ", " : "", sbuf_text(&place));
	kept = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	sbuf_free(&place);
	return kept;
}

/* ---- trying ---- */

static void
choose(struct branch_search *s, unsigned i, bool yes)
{
	uint64_t bit = UINT64_C(1) << (s->base + i) % 64;
	uint64_t *word = &s->bits[(s->base + i) / 64];

	*word = yes ? *word | bit : *word & ~bit;
}

static void explore(struct branch_search *, unsigned fixed);

/* Each free answer of the run that was 'no' by default, turned. */
static void
turn(struct branch_search *s, const struct branch_path *path, unsigned n,
    unsigned fixed)
{
	for (unsigned i = fixed; i < n; i++) {
		for (unsigned j = fixed; j < i; j++)
			choose(s, j, false);
		if (path->facts[i].forced >= 0)
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
explore(struct branch_search *s, unsigned fixed)
{
	struct branch_path path = { .n = 0 };
	unsigned wrong;

	if (s->runs == s->limit) {
		s->more = true;
		return;
	}
	s->runs++;
	s->run(s->arg, s->bits, s->base + fixed, &path);
	for (wrong = fixed; wrong < path.n; wrong++)
		if (path.facts[wrong].forced == 1 && !path.facts[wrong].taken)
			break;
	if (s->base + path.n >= BRANCH_BITS) {
		s->more = true;
		s->way(s->arg, &path);
	} else if (wrong < path.n) {
		for (unsigned j = fixed; j < wrong; j++)
			choose(s, j, false);
		choose(s, wrong, true);
		/* Those before it are turned too, with what follows. */
		explore(s, wrong + 1);
		turn(s, &path, wrong, fixed);
		choose(s, wrong, false);
	} else {
		s->way(s->arg, &path);
		turn(s, &path, path.n, fixed);
	}
	free(path.facts);
}

void
branch_explore(struct branch_search *s, const struct branch_path *path,
    unsigned n)
{
	memset(s->bits, 0, sizeof(s->bits));
	for (unsigned i = 0; i < n; i++)
		choose(s, i, path->facts[i].taken);
	explore(s, n);
}

/* ---- the branches of one packet ---- */

struct settling {
	const struct run_setup *setup;
	struct trace_report *report;
	struct trace_branch *branches;
	struct trace_ending end;	/* of the run just made */
};

static void
settle_run(void *arg, const uint64_t *choices, unsigned n,
    struct branch_path *path)
{
	struct settling *s = arg;
	struct run_setup setup = *s->setup;
	struct run *r = mem_alloc(1, sizeof(*r));

	setup.choices = choices;
	setup.n_choices = n;
	run_begin(r, &setup);
	branch_note(path, &r->way, setup.arena);
	s->end = run_ending(r);
	run_end(r);
	free(r);
}

static void
settle_way(void *arg, const struct branch_path *path)
{
	struct settling *s = arg;
	struct arena *arena = s->setup->arena;
	struct trace_branch *br = &s->branches[s->report->n_branches++];

	*br = (struct trace_branch){ .end = s->end };
	br->conditions = arena_alloc(arena, (path->n + 1) *
	    sizeof(*br->conditions));
	for (unsigned i = 0; i < path->n; i++)
		if (path->facts[i].forced < 0)
			br->conditions[br->n_conditions++] =
			    branch_condition(&path->facts[i], arena);
}

void
branch_settle(const struct run_setup *setup, const struct run *first,
    struct trace_report *report)
{
	struct settling s = { .setup = setup, .report = report };
	struct branch_search search = { .run = settle_run, .way = settle_way,
	    .arg = &s, .base = first->unknown_before, .limit = BRANCH_MAX };
	bool agree = true;

	if (search.base >= BRANCH_BITS) {
		report->end = (struct trace_ending){ DISP_UNDETERMINED,
		    REASON_UNKNOWN_MATCH, NULL, NULL };
		report->more_branches = true;
		return;
	}
	s.branches = arena_alloc(setup->arena, BRANCH_MAX *
	    sizeof(*s.branches));
	report->branches = s.branches;
	branch_explore(&search, NULL, 0);
	report->more_branches |= search.more;
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
