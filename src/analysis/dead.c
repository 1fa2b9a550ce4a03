/* Rules that no packet reaches, and why. */
#include "analysis/cover.h"
#include "analysis/follow.h"

#include <stdlib.h>
#include <string.h>

enum { POINTS = 32, MANY_STEPS = 64, PACKETS = 256,
    LEAST_WORK = 30 };

/* What was found of a rule so far, over all programs it is in: little, as
 * most rules are alive. */
struct covering {
	struct dead dead;
	struct covered *steps;		/* of the rule */
	unsigned n_steps, room_steps;
	const struct rule **by;
	unsigned n_by, room_by;
};
struct state {
	struct covering *covering;	/* DEAD_COVERED in some program */
	uint8_t kind;			/* enum dead_kind */
	bool seen;			/* in some program */
	bool possible, limit;		/* as in struct dead */
};

struct run {
	struct analysis *an;
	struct arena *arena;
	struct map states;		/* by chain: struct state[] */
	const struct chain *last;	/* asked for last, and its states */
	struct state *last_states;
};

static struct state *
state_of(struct run *run, const struct rule *r)
{
	struct state *s;

	if (r->chain == run->last)
		return &run->last_states[r->number - 1];
	s = map_get(&run->states, (const char *)&r->chain, sizeof(r->chain));
	if (s == NULL) {
		s = arena_alloc(run->arena, r->chain->n * sizeof(*s));
		map_set(&run->states, run->arena, (const char *)&r->chain,
		    sizeof(r->chain), s);
	}
	run->last = r->chain;
	run->last_states = s;
	return &s[r->number - 1];
}

static struct covering *
covering_of(struct run *run, struct state *s)
{
	if (s->covering == NULL)
		s->covering = arena_new(run->arena, struct covering);
	return s->covering;
}

static void
add_by(struct covering *s, const struct rule *r)
{
	for (unsigned i = 0; i < s->n_by; i++)
		if (s->by[i] == r)
			return;
	vec_room(s->by, s->n_by, s->room_by);
	s->by[s->n_by++] = r;
}

/* ---- a packet that one of 'by' takes though it would match ---- */

static bool
blamed(const struct covering *s, const struct rule *r)
{
	for (unsigned i = 0; i < s->n_by; i++)
		if (s->by[i] == r)
			return true;
	return false;
}

/* Does the point meet one of 'by' that keeps it from the step? */
static bool
try_point(struct program *p, const struct covering *s, const hs_cell *point,
    uint32_t at)
{
	struct cands met = { 0 };
	bool any = false;

	cover_met(p, point, at, &met);
	for (unsigned i = 0; i < met.n; i++)
		any |= blamed(s, p->steps[met.v[i].step].rule);
	free(met.v);
	return any;
}

/* In the boxes of the step: what is left of a blamed step's part of them. */
static bool
find_taken(struct program *p, const struct covering *s, uint32_t at,
    hs_cell *out)
{
	const struct hs_space *sp = p->an->space;
	const struct step *st = &p->steps[at];
	hs_cell part[HS_MAX_DIMS], rest[HS_MAX_DIMS];
	uint64_t random = at;

	for (unsigned i = 0; i < st->n && i < POINTS; i++) {
		hs_usual(sp, step_box(p, st, i), out);
		if (try_point(p, s, out, at))
			return true;
	}
	for (unsigned i = 0; i < POINTS; i++) {
		cover_point(sp, step_box(p, st, i % st->n), &random, out);
		if (try_point(p, s, out, at))
			return true;
	}
	for (uint32_t j = 0; j < at; j++) {
		const struct step *b = &p->steps[j];

		if (b->rule == NULL || !blamed(s, b->rule) || b->dead ||
		    !step_blocks(p, j, at))
			continue;
		for (unsigned i = 0; i < b->n; i++)
			for (unsigned k = 0; k < st->n; k++) {
				if (!box_and(sp, part, step_box(p, b, i),
				    step_box(p, st, k)) ||
				    cover_box(p, part, j, BY_CERTAIN, rest) !=
				    COVER_NO)
					continue;
				cover_point(sp, rest, &random, out);
				if (try_point(p, s, out, at))
					return true;
			}
	}
	return false;
}

static void
witness_of_dead(struct program *p, struct covering *s, uint32_t at,
    struct arena *arena)
{
	const struct hs_space *sp = p->an->space;
	const struct step *st = &p->steps[at];
	hs_cell out[HS_MAX_DIMS];
	struct point *w;

	s->dead.entry = p->entry;
	memcpy(out, step_box(p, st, 0), sp->n * sizeof(*out));
	s->dead.taken = find_taken(p, s, at, out);
	s->dead.witness = w = arena_new(arena, struct point);
	hs_point(sp, out, w);
}

/* ---- one step ---- */

/* Over all its boxes: is any packet left? */
static enum cover
step_covered(struct program *p, uint32_t at)
{
	const struct step *st = &p->steps[at];
	enum cover all = COVER_YES;

	for (unsigned i = 0; i < st->n; i++) {
		enum cover c = cover_box(p, step_box(p, st, i), at,
		    BY_CERTAIN, NULL);

		if (c == COVER_NO)
			return c;
		if (c == COVER_UNDECIDED)
			all = c;
	}
	return all;
}

/* Who keeps the packets from all steps of the rule, and one of these. */
static void
blame(struct covering *s, struct arena *arena)
{
	for (unsigned i = 0; i < s->n_steps; i += MANY_STEPS) {
		const struct rule **by;
		unsigned n = s->n_steps - i;

		n = cover_blame(s->steps + i, n < MANY_STEPS ? n : MANY_STEPS,
		    &by);
		for (unsigned k = 0; k < n; k++)
			add_by(s, by[k]);
		free(by);
	}
	for (unsigned i = 0; i < s->n_steps && !s->dead.taken; i++)
		witness_of_dead(s->steps[i].p, s, s->steps[i].at, arena);
}

static void
add_step(struct covering *c, struct program *p, uint32_t at)
{
	vec_room(c->steps, c->n_steps, c->room_steps);
	c->steps[c->n_steps++] = (struct covered){ p, at };
}

static void
look_at(struct run *run, struct program *p, uint32_t at)
{
	struct step *st = &p->steps[at];
	struct state *s = state_of(run, st->rule);
	bool found = s->seen && s->kind == DEAD_NOT;
	enum cover c;

	if (st->n == 0) {
		if (!s->seen)
			s->kind = rule_set_of(p->an, st->rule)->n == 0 ?
			    DEAD_SELF : DEAD_CALLERS;
		st->dead = s->seen = true;
		return;
	}
	if (found)			/* alive by another way */
		return;
	s->seen = true;
	c = step_covered(p, at);
	if (c == COVER_YES) {
		st->dead = true;
		s->kind = DEAD_COVERED;
		add_step(covering_of(run, s), p, at);
		return;
	}
	s->kind = DEAD_NOT;
	s->limit = c == COVER_UNDECIDED;
	s->possible = !st->exact;
}

/* Steps of rules that live elsewhere can be blamed all the same. */
static void
mark_dead(struct run *run, unsigned r)
{
	for (unsigned i = 0; i < run->an->n_list; i++) {
		struct program *p = run->an->list[i];

		if (p->entry->table->ruleset != run->an->rules[r])
			continue;
		for (uint32_t k = 0; k + 1 < p->n_steps; k++)
			p->steps[k].dead = state_of(run, p->steps[k].rule)->
			    kind != DEAD_NOT;
	}
}

/* ---- programs that change what they ask ---- */

struct hits { bool *hit, *possible; };

static void
on_hit(struct follow *f, struct program *p, uint32_t step,
    const struct flow *flow)
{
	struct hits *h = f->arg;

	(void)p;
	h->possible[step] = (!h->hit[step] || h->possible[step]) &&
	    flow->possible;
	h->hit[step] = true;
}

static void
on_end(struct follow *f, struct program *p, uint32_t step,
    const struct flow *flow)
{
	(void)f;
	(void)p;
	(void)step;
	(void)flow;
}

/* A packet that the step asks for, as it comes in: marks are what the step
 * asks for, or what they may be before targets change them. */
static void
random_packet(struct program *p, const struct step *s, unsigned i,
    uint64_t *random, hs_cell *out)
{
	const struct hs_space *sp = p->an->space;
	hs_cell box[HS_MAX_DIMS];

	memcpy(box, step_box(p, s, i % s->n), sp->n * sizeof(*box));
	for (unsigned d = 0; d < sp->n && i / s->n % 2 == 0; d++)
		if (sp->dims[d].field != N_FIELDS &&
		    field_info[sp->dims[d].field].kind == FIELD_MARK)
			box[d] = p->all[d];
	if (!box_and(sp, box, box, p->all))
		memcpy(box, p->all, sp->n * sizeof(*box));
	cover_point(sp, box, random, out);
}

/* There was too much to follow: single packets may still come to a step. */
static void
look_by_packets(struct program *p, struct follow *f)
{
	struct hits *h = f->arg;
	uint64_t random = 1;

	f->work = 0;
	f->full = false;
	for (uint32_t at = 0; at + 1 < p->n_steps; at++) {
		const struct step *s = &p->steps[at];

		for (unsigned i = 0; i < PACKETS && s->n != 0 &&
		    !h->hit[at] && !f->full; i++) {
			hs_cell packet[HS_MAX_DIMS];
			struct flow start = { .now = packet, .was = packet };

			random_packet(p, s, i, &random, packet);
			follow(f, p, &start);
		}
	}
	f->full = true;
}

/* Dimensions that some target of the program changes. */
static struct dim_set
changed_dims(const struct program *p)
{
	const struct hs_space *sp = p->an->space;
	hs_cell now[HS_MAX_DIMS];
	struct flow f = { .now = now, .was = now };

	for (uint32_t i = 0; i + 1 < p->n_steps; i++) {
		memcpy(now, p->all, sp->n * sizeof(*now));
		if (p->steps[i].kind == STEP_PASS)
			follow_change(p, &p->steps[i], now, &f);
	}
	return f.changed;
}

/* Cuts a box down to another in what nothing changes.  False: nothing is
 * left. */
static bool
cut_unchanged(const struct program *p, const struct dim_set *changed,
    const hs_cell *other, hs_cell *box)
{
	const struct hs_space *sp = p->an->space;
	hs_cell kept[HS_MAX_DIMS];

	for (unsigned d = 0; d < sp->n; d++)
		kept[d] = dim_in(changed, d) ? box[d] : other[d];
	return box_and(sp, box, box, kept);
}

/* What comes to the step by its i-th box was like that, and like what its
 * callers ask, from the start.  False: nothing can be. */
static bool
comes_as(struct program *p, const struct dim_set *changed, uint32_t at,
    unsigned i, hs_cell *box)
{
	const struct step *s = &p->steps[at];

	memcpy(box, p->all, p->an->space->n * sizeof(*box));
	if (!cut_unchanged(p, changed, step_box(p, s, i), box))
		return false;
	while (s->frame != 0) {
		s = &p->steps[p->frames[s->frame].call];
		if (s->n == 1 && !cut_unchanged(p, changed, step_box(p, s, 0),
		    box))
			return false;
	}
	return true;
}

/* There was too much to follow: of what a step asks for there may be less.
 * True: nothing comes to it. */
static bool
is_reached_by_none(struct program *p, const struct dim_set *changed,
    uint32_t at, struct follow *f)
{
	const struct step *s = &p->steps[at];
	uint64_t limit = f->limit, most = f->work + limit / 20 + LEAST_WORK;

	f->limit = most < limit ? most : limit;
	f->full = false;
	for (unsigned i = 0; i < s->n && !f->full; i++) {
		hs_cell box[HS_MAX_DIMS];
		struct flow start = { .now = box, .was = box };

		if (comes_as(p, changed, at, i, box))
			follow(f, p, &start);
	}
	f->limit = limit;
	return !f->full && !((struct hits *)f->arg)->hit[at];
}

static void
look_at_each(struct program *p, struct follow *f, bool *none)
{
	const struct hits *h = f->arg;
	struct dim_set changed = changed_dims(p);

	f->work = 0;
	for (uint32_t at = 0; at + 1 < p->n_steps; at++)
		none[at] = !h->hit[at] && p->steps[at].n != 0 &&
		    is_reached_by_none(p, &changed, at, f);
	f->full = true;
}

/* All that can enter is followed; what it does not come to is dead, because
 * of earlier rules or of what they changed. */
static void
look_by_following(struct run *run, struct program *p)
{
	struct hits h = { mem_alloc(p->n_steps, 1), mem_alloc(p->n_steps, 1) };
	struct arena scratch = ARENA_INIT;
	struct follow f = { .an = p->an, .scratch = &scratch,
	    .limit = p->an->most_work, .hit = on_hit, .end = on_end, .arg = &h };
	struct flow start = { .now = p->all, .was = p->all };
	bool *none = mem_alloc(p->n_steps, 1);

	follow(&f, p, &start);
	if (f.full) {
		look_by_packets(p, &f);
		look_at_each(p, &f, none);
	}
	for (uint32_t i = 0; i + 1 < p->n_steps; i++) {
		struct state *s = state_of(run, p->steps[i].rule);

		if (s->seen && s->kind == DEAD_NOT)
			continue;
		s->seen = true;
		s->kind = h.hit[i] || (f.full && !none[i]) ? DEAD_NOT :
		    p->steps[i].n == 0 ? DEAD_SELF : DEAD_COVERED;
		s->limit = f.full && !h.hit[i] && !none[i];
		s->possible = h.possible[i];
		if (s->kind == DEAD_COVERED)
			covering_of(run, s)->dead.entry = p->entry;
	}
	free(h.hit);
	free(h.possible);
	free(none);
	arena_free(&scratch);
}

/* Packets may come to it where a program was cut short. */
static void
maybe_alive(struct state *d)
{
	if (d->kind == DEAD_NOT || d->kind == DEAD_SELF)
		return;
	d->kind = DEAD_NOT;
	d->limit = d->possible = true;
}

/* The last word on a rule. */
static void
tell(struct run *run, struct state *s, const struct rule *r,
    void (*each)(const struct rule *, const struct dead *, void *), void *arg)
{
	struct covering *c = s->covering;
	struct dead d = { .kind = DEAD_NOT };

	if (s->kind == DEAD_COVERED) {
		blame(c, run->arena);
		d = c->dead;
		d.by = c->by;
		d.n_by = c->n_by;
	}
	d.kind = (enum dead_kind)s->kind;
	d.possible = s->possible;
	d.limit = s->limit;
	each(r, &d, arg);
	if (c != NULL) {
		free(c->by);
		free(c->steps);
	}
}

void
analysis_dead(struct analysis *an, unsigned r, struct arena *arena,
    void (*each)(const struct rule *, const struct dead *, void *),
    void *arg)
{
	struct run run = { .an = an, .arena = arena };
	const struct ruleset *rs = an->rules[r];
	bool cut[N_TABLES] = { false };

	for (unsigned t = 0; t < N_TABLES; t++)
		for (unsigned h = 0; h < N_HOOKS; h++) {
			struct program *p;

			if (!rs->tables[t].present ||
			    rs->tables[t].builtin[h] == NULL)
				continue;
			p = program_of(an, rs->tables[t].builtin[h]);
			cut[t] |= p->limit;
			if (p->changing) {
				look_by_following(&run, p);
				continue;
			}
			for (uint32_t i = 0; i < p->n_steps; i++)
				if (p->steps[i].rule != NULL)
					look_at(&run, p, i);
		}
	mark_dead(&run, r);
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next)
			for (unsigned i = 0; i < c->n; i++) {
				struct state *s = state_of(&run, c->rules[i]);

				if (!s->seen)
					s->kind = DEAD_CHAIN;
				if (cut[t])
					maybe_alive(s);
				tell(&run, s, c->rules[i], each, arg);
			}
}
