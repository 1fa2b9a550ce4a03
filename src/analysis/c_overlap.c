/* Rules that overlap with later ones of their chain: FW2004, FW2005, FW2006.
 * Off unless asked for: where they are right, they are most often meant. */
#include "analysis/exposure.h"
#include "analysis/cover.h"

#include <stdlib.h>

enum {
	NEAR = 256,			/* rules that lie further apart are not
					 * compared */
	BOXES = 64,			/* nor rules of more boxes */
	SHOWN = 6
};

enum relation { APART, OVERLAP, INSIDE, AROUND, SAME };

struct pairs {
	struct audit *a;
	unsigned f;
	const struct hs_space *s;
	struct hs *boxes;
};

static bool
is_inside(const struct pairs *p, const struct rule_set *x,
    const struct rule_set *y)
{
	for (unsigned i = 0; i < x->n; i++) {
		unsigned j = 0;

		while (j < y->n && !box_inside(p->s, hs_box(p->s, p->boxes,
		    x->first + i), hs_box(p->s, p->boxes, y->first + j)))
			j++;
		if (j == y->n)
			return false;
	}
	return true;
}

/* How the first lies to the second; 'both' (space->n cells) is some of what
 * they share. */
static enum relation
relate(const struct pairs *p, const struct rule_set *x,
    const struct rule_set *y, hs_cell *both)
{
	bool meet = false, in, around;

	for (unsigned i = 0; i < x->n && !meet; i++)
		for (unsigned j = 0; j < y->n && !meet; j++)
			meet = box_and(p->s, both, hs_box(p->s, p->boxes,
			    x->first + i), hs_box(p->s, p->boxes,
			    y->first + j));
	if (!meet)
		return APART;
	in = y->exact && is_inside(p, x, y);
	around = x->exact && is_inside(p, y, x);
	return in && around ? SAME : in ? INSIDE : around ? AROUND : OVERLAP;
}

static bool
ends(const struct rule *r)
{
	return r->kind == TGT_ACCEPT || r->kind == TGT_DROP ||
	    (r->kind == TGT_EXT && r->target.ext->ends != V_CONTINUE);
}

static bool
is_small(const struct rule_set *s)
{
	return s->n != 0 && s->n <= BOXES;
}

/* A packet of 'both' that the first of the rules gets. */
static void
shows(const struct pairs *p, struct finding *f, const struct rule *first,
    const hs_cell *both)
{
	struct program *prog = program_of(p->a->sets[p->f], f->chain);
	hs_cell left[HS_MAX_DIMS], seen[HS_MAX_DIMS];
	uint32_t at = 0;

	while (at < prog->n_steps && prog->steps[at].rule != first)
		at++;
	if (at == prog->n_steps || f->possible ||
	    !box_and(p->s, left, both, prog->all) ||
	    cover_box(prog, left, at, BY_ANY, seen) != COVER_NO ||
	    !box_and(p->s, left, left, seen))
		return;
	f->witness = arena_new(p->a->out.arena, struct point);
	hs_point(p->s, left, f->witness);
	f->entry = f->chain;
	f->shows = f->rule == first ? SHOWS_RULE_HIT : SHOWS_TAKEN_BY;
}

/* ---- FW2004 ---- */

/* The later rule that does the same to all of them, with nothing between that
 * does something else to any. */
static void
needless(const struct pairs *p, const struct chain *c, unsigned i)
{
	const struct rule *r = c->rules[i];
	const struct rule_set *x = rule_set_of(p->a->sets[p->f], r);
	hs_cell both[HS_MAX_DIMS];

	for (unsigned j = i + 1; j < c->n && j - i <= NEAR; j++) {
		const struct rule *other = c->rules[j];
		const struct rule_set *y = rule_set_of(p->a->sets[p->f], other);
		enum relation rel;
		struct finding *f;

		if (y->n > BOXES)
			return;
		if ((rel = relate(p, x, y, both)) == APART)
			continue;
		if (!rules_end_alike(r, other))
			return;
		if (rel != INSIDE)
			continue;
		f = finding_add(&p->a->out, "FW2004", r, NULL, "#%u does the "
		    "same to all of its packets, and nothing between does "
		    "anything else to them", other->number);
		f->possible = !x->exact;
		finding_by(p->a, f, other);
		shows(p, f, r, both);
		return;
	}
}

/* ---- FW2005, FW2006 ---- */

struct found {
	const struct rule *list[NEAR];
	unsigned n;
	hs_cell both[HS_MAX_DIMS];
	bool possible;
};

static void
note(const struct pairs *p, struct found *o, const struct rule *r,
    const hs_cell *both, bool exact)
{
	if (o->n == 0)
		memcpy(o->both, both, p->s->n * sizeof(*both));
	o->list[o->n++] = r;
	o->possible |= !exact;
}

static void
tell(const struct pairs *p, const char *id, const struct rule *r,
    const struct found *o, const char *others)
{
	struct finding *f;

	if (o->n == 0)
		return;
	f = finding_add(&p->a->out, id, r, NULL, "%s otherwise about some of "
	    "the packets of this rule, and %s %s others", arena_printf(
	    p->a->out.arena, "%s %s", rules_near(p->a, o->list, o->n,
	    r->chain, SHOWN), o->n == 1 ? "decides" : "decide"),
	    o->n == 1 ? "takes" : "take", others);
	f->by = arena_copy(p->a->out.arena, o->list, o->n * sizeof(*o->list));
	f->n_by = o->n;
	f->possible = o->possible;
	shows(p, f, o->list[0], o->both);
}

static void
exceptions(const struct pairs *p, const struct chain *c, unsigned j,
    struct found *inside, struct found *partly)
{
	const struct rule *r = c->rules[j];
	const struct rule_set *y = rule_set_of(p->a->sets[p->f], r);
	hs_cell both[HS_MAX_DIMS];

	inside->n = partly->n = 0;
	inside->possible = partly->possible = false;
	for (unsigned i = j > NEAR ? j - NEAR : 0; i < j; i++) {
		const struct rule *other = c->rules[i];
		const struct rule_set *x = rule_set_of(p->a->sets[p->f], other);
		enum relation rel;

		if (!ends(other) || !is_small(x) || rules_end_alike(r, other))
			continue;
		rel = relate(p, x, y, both);
		if (rel == INSIDE)
			note(p, inside, other, both, x->exact);
		else if (rel == OVERLAP)
			note(p, partly, other, both, x->exact && y->exact);
	}
	tell(p, "FW2005", r, inside, "no");
	tell(p, "FW2006", r, partly, "also");
}

check_fn check_overlap;
void
check_overlap(struct audit *a, unsigned f)
{
	bool narrow = audit_on(a, "FW2004");
	bool wide = audit_on(a, "FW2005") || audit_on(a, "FW2006");
	struct pairs p = { a, f, analysis_space(a->sets[f]),
	    &a->sets[f]->boxes };
	struct found *found;

	if (!narrow && !wide)
		return;
	found = mem_alloc(2, sizeof(*found));
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const struct chain *c = r->chain;
		unsigned i = r->number - 1;

		if (!ends(r) || !is_small(rule_set_of(a->sets[f], r)))
			continue;
		if (narrow)
			needless(&p, c, i);
		/* What ends a chain has all its rules as exceptions. */
		if (wide && !rule_unconditional(r))
			exceptions(&p, c, i, &found[0], &found[1]);
	}
	free(found);
}
