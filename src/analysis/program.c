#include "analysis/program.h"

#include "analysis/lookup.h"
#include "analysis/rules.h"

#include <stdlib.h>
#include <string.h>

/* ---- what can enter a chain ---- */

static void
restrict_name(struct program *p, enum field f, bool present)
{
	const struct hs_space *s = p->an->space;
	int i = s->of_field[f];

	if (i < 0)
		return;
	/* Class 0 is "no interface"; nothing was cut down before. */
	p->all[i] = present ? cell_classes(&s->dims[i], 1, s->dims[i].n - 1) :
	    cell_classes(&s->dims[i], 0, 0);
}

static void
restrict_value(struct program *p, enum field f, u128 v)
{
	const struct hs_space *s = p->an->space;
	struct query q = { 0 };
	struct hs set = { 0 };

	hs_add(s, &set, p->all);
	query_range(&q, f, v, v, false);
	query_cut(&q, s, &set);
	if (set.n == 1)
		memcpy(p->all, set.cells, s->n * sizeof(*p->all));
	hs_free(&set);
	query_free(&q);
}

/* Devices as the hooks have them, and no fragments behind conntrack. */
static void
what_enters(struct program *p, bool defrag)
{
	enum hook h = p->entry->hook;

	memcpy(p->all, p->an->space->all, sizeof(p->all));
	if (defrag)
		restrict_value(p, F_FRAG, 0);
	if (h == HOOK_NONE)
		return;
	if (h == HOOK_OUTPUT)
		restrict_name(p, F_IN, false);
	else if (h != HOOK_POSTROUTING)
		restrict_name(p, F_IN, true);
	restrict_name(p, F_OUT, h != HOOK_PREROUTING && h != HOOK_INPUT);
	if (h == HOOK_PREROUTING || h == HOOK_INPUT || h == HOOK_FORWARD) {
		restrict_value(p, F_UID, OWNER_NONE);
		restrict_value(p, F_GID, OWNER_NONE);
	}
}

/* ---- steps ---- */

const hs_cell *
step_box(const struct program *p, const struct step *s, unsigned i)
{
	const struct hs *of = s->own ? &p->an->boxes : &p->boxes;

	return hs_box(p->an->space, of, s->box + i);
}

static enum step_kind
kind_of(enum verdict v)
{
	static const enum step_kind others[] = { [V_CONTINUE] = STEP_PASS,
	    [V_RETURN] = STEP_RETURN, [V_JUMP] = STEP_JUMP,
	    [V_GOTO] = STEP_GOTO };
	static const unsigned is_other = 1 << V_CONTINUE | 1 << V_RETURN |
	    1 << V_JUMP | 1 << V_GOTO;

	return is_other >> v & 1 ? others[v] : STEP_TAKE;
}

/* The boxes of a caller; the root's is what can enter. */
struct context { const struct step *call; };

static const hs_cell *
context_box(const struct program *p, const struct context *c, unsigned i)
{
	return c->call == NULL ? p->all : step_box(p, c->call, i);
}

static unsigned
context_n(const struct context *c)
{
	return c->call == NULL ? 1 : c->call->n;
}

static bool
context_is_all(const struct program *p, const struct context *c)
{
	size_t size = p->an->space->n * sizeof(hs_cell);

	return context_n(c) == 1 && memcmp(context_box(p, c, 0),
	    p->an->space->all, size) == 0;
}

/* Cuts the rule's boxes down to its callers'. */
static void
set_boxes(struct program *p, struct step *s, const struct rule_set *rs,
    const struct context *ctx)
{
	const struct hs_space *sp = p->an->space;
	hs_cell box[HS_MAX_DIMS];

	if (p->changing || context_is_all(p, ctx)) {
		s->own = true;
		s->box = rs->first;
		s->n = rs->n;
		return;
	}
	s->box = p->boxes.n;
	for (unsigned i = 0; i < rs->n; i++)
		for (unsigned j = 0; j < context_n(ctx); j++)
			if (box_and(sp, box, hs_box(sp, &p->an->boxes,
			    rs->first + i), context_box(p, ctx, j)))
				hs_add(sp, &p->boxes, box);
	s->n = p->boxes.n - s->box;
}

/* The frame of a call by the last step. */
static uint32_t
add_frame(struct program *p, const struct chain *c, uint32_t parent)
{
	const struct step *call = &p->steps[p->n_steps - 1];
	const struct frame *up;

	vec_room(p->frames, p->n_frames, p->room_frames);
	up = &p->frames[parent];
	p->frames[p->n_frames] = (struct frame){ .chain = c,
	    .parent = parent, .call = p->n_steps - 1,
	    .go = call->kind == STEP_GOTO,
	    .doubt = call->certain ? up->doubt : p->n_frames };
	return p->n_frames++;
}

static struct step *
add_step(struct program *p, uint32_t frame)
{
	vec_room(p->steps, p->n_steps, p->room_steps);
	p->steps[p->n_steps] = (struct step){ .frame = frame };
	return &p->steps[p->n_steps++];
}

/* Steps that are not there may keep packets from any. */
static void
doubt_all(struct program *p)
{
	for (uint32_t i = 0; i < p->n_steps; i++) {
		struct step *s = &p->steps[i];

		s->exact = s->certain = false;
	}
	p->doubt = true;
}

/* The steps of the chain itself: all that there are, if it calls no other. */
static void
make_room(struct program *p)
{
	p->room_steps = p->entry->n + 1;
	p->steps = mem_grow(p->steps, p->room_steps, sizeof(*p->steps));
	hs_reserve(p->an->space, &p->boxes, p->entry->n);
}

struct open { uint32_t frame; unsigned next; };

static void
build(struct program *p)
{
	struct open *stack = NULL;
	unsigned n = 0, room = 0;

	make_room(p);
	vec_room(stack, n, room);
	vec_room(p->frames, p->n_frames, p->room_frames);
	p->frames[p->n_frames++] = (struct frame){ .chain = p->entry };
	stack[n++] = (struct open){ 0, 0 };
	while (n > 0) {
		struct open *o = &stack[n - 1];
		struct frame *f = &p->frames[o->frame];
		const struct rule_set *rs;
		const struct rule *r;
		struct context ctx;
		uint32_t frame = o->frame;
		struct step *s;

		if (o->next == f->chain->n ||
		    p->n_steps >= p->an->most_steps) {
			p->limit |= o->next != f->chain->n;
			f->end = p->n_steps;
			n--;
			continue;
		}
		r = f->chain->rules[o->next++];
		rs = rule_set_of(p->an, r);
		s = add_step(p, frame);
		ctx.call = frame == 0 ? NULL : &p->steps[f->call];
		s->rule = r;
		s->verdict = (uint8_t)rule_verdict(r);
		s->kind = (uint8_t)kind_of((enum verdict)s->verdict);
		set_boxes(p, s, rs, &ctx);
		s->certain = rs->exact;
		s->behind = f->back;
		f->back |= (s->kind == STEP_RETURN || s->kind == STEP_GOTO) &&
		    s->n != 0;
		s->exact = rs->exact && (frame == 0 || p->changing ||
		    ctx.call->exact);
		p->doubt |= !s->exact && s->n != 0;
		p->loose |= s->kind == STEP_GOTO && !s->exact && s->n != 0;
		if ((s->kind != STEP_JUMP && s->kind != STEP_GOTO) ||
		    s->n == 0)
			continue;
		s->callee = add_frame(p, r->jump, frame);
		vec_room(stack, n, room);
		stack[n++] = (struct open){ s->callee, 0 };
	}
	free(stack);
	if (p->limit)
		doubt_all(p);
	add_step(p, 0)->kind = STEP_END;
}

uint32_t
frame_exit(const struct program *p, uint32_t f)
{
	while (p->frames[f].go)
		f = p->frames[f].parent;
	return p->frames[f].end;
}

void
step_scope(const struct program *p, uint32_t step, uint32_t *from,
    uint32_t *until)
{
	const struct step *s = &p->steps[step];

	*from = step + 1;
	*until = 0;
	if (s->kind == STEP_TAKE)
		*until = UINT32_MAX;
	else if (s->kind == STEP_RETURN)
		*until = p->frames[s->frame].end;
	else if (s->kind == STEP_GOTO && s->n != 0) {
		*from = p->frames[s->callee].end;
		*until = p->frames[s->frame].end;
	}
}

bool
step_blocks(const struct program *p, uint32_t step, uint32_t at)
{
	uint32_t from, until;

	step_scope(p, step, &from, &until);
	return at >= from && at < until;
}

bool
step_sure(const struct program *p, uint32_t step, uint32_t at)
{
	const struct step *s = &p->steps[step];
	uint32_t doubt = p->frames[s->frame].doubt;

	return s->certain && (doubt == 0 || at < p->frames[doubt].end);
}

/* ---- do targets change what later rules ask? ---- */

struct uses {
	struct lower lower;
	struct changes changes;
	uint64_t asked, changed;	/* bits 1 << enum field */
};

static void
use_test(struct lower *l, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	(void)mask;
	(void)r;
	(void)n;
	(void)negate;
	((struct uses *)l)->asked |= UINT64_C(1) << f;
}

static void
use_iface(struct lower *l, enum field f, const struct ifmatch *m, bool negate)
{
	(void)l;
	(void)f;
	(void)m;
	(void)negate;
}

static void
use_opaque(struct lower *l, const char *key, bool negate)
{
	(void)l;
	(void)key;
	(void)negate;
}

static void
use_or(struct lower *l)
{
	(void)l;
}

static struct uses *
of_changes(struct changes *c)
{
	return (struct uses *)(void *)((char *)c - offsetof(struct uses,
	    changes));
}

static void
use_set(struct changes *c, enum field f, u128 mask, u128 value)
{
	(void)mask;
	(void)value;
	of_changes(c)->changed |= UINT64_C(1) << f;
}

static void
use_choose(struct changes *c, enum field f, const struct range *r, unsigned n)
{
	(void)r;
	(void)n;
	of_changes(c)->changed |= UINT64_C(1) << f;
}

static void
use_copy(struct changes *c, enum field to, enum field from, uint32_t mask)
{
	(void)from;
	(void)mask;
	of_changes(c)->changed |= UINT64_C(1) << to;
}

/* In chains that the entry reaches: what targets change and go on, and
 * what rules ask. */
static bool
finds_changes(struct program *p)
{
	const struct hs_space *s = p->an->space;
	struct uses u = { { s->family, s->env, use_test, use_iface,
	    use_opaque, use_or }, { s->family, s->env, p->entry->hook,
	    use_set, use_choose, use_copy }, 0, 0 };
	const struct chain **todo = NULL;
	struct map seen = { 0 };
	unsigned n = 0, room = 0;

	vec_room(todo, n, room);
	todo[n++] = p->entry;
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < todo[i]->n; k++) {
			const struct rule *r = todo[i]->rules[k];

			if (r->kind == TGT_EXT && r->target.ext->change &&
			    r->target.ext->ends == V_CONTINUE)
				r->target.ext->change(r->target.data,
				    &u.changes);
			if (r->kind != TGT_CHAIN || map_get(&seen, (const char
			    *)&r->jump, sizeof(r->jump)) != NULL)
				continue;
			map_set(&seen, p->an->arena, (const char *)&r->jump,
			    sizeof(r->jump), r->jump);
			vec_room(todo, n, room);
			todo[n++] = r->jump;
		}
	for (unsigned i = 0; i < n && u.changed != 0; i++)
		for (unsigned k = 0; k < todo[i]->n; k++)
			rule_collect(todo[i]->rules[k], &u.lower, NULL);
	free(todo);
	return (u.asked & u.changed) != 0;
}

/* ---- trees ---- */

static struct hs_item *
collect_items(const struct program *p, bool blocking, uint32_t *n)
{
	struct hs_item *items = NULL;

	*n = 0;
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1) {
			items = mem_alloc(*n, sizeof(*items));
			*n = 0;
		}
		for (uint32_t i = 0; i < p->n_steps; i++) {
			const struct step *s = &p->steps[i];
			uint32_t from, until;

			step_scope(p, i, &from, &until);
			if (blocking ? until <= from :
			    (s->kind == STEP_JUMP && s->certain) || (s->kind == STEP_PASS &&
			    s->rule->kind == TGT_NONE))
				continue;
			for (unsigned b = 0; pass == 1 && b < s->n; b++)
				items[*n + b] = (struct hs_item){
				    step_box(p, s, b), i };
			*n += s->n;
		}
	}
	return items;
}

const struct hs_tree *
program_tree(struct program *p)
{
	uint32_t n;

	if (p->every_tree == NULL) {
		p->every = collect_items(p, false, &n);
		p->every_tree = hs_tree_new(p->an->space, p->every, n);
	}
	return p->every_tree;
}

/* ---- steps by rule ---- */

struct of_rule { const struct rule *rule; uint32_t step; };

static int
by_rule(const void *a, const void *b)
{
	const struct of_rule *x = a, *y = b;

	if (x->rule != y->rule)
		return (uintptr_t)x->rule < (uintptr_t)y->rule ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

static void
sort_by_rule(struct program *p)
{
	struct of_rule *v = mem_alloc(p->n_steps, sizeof(*v));
	bool sorted = true;		/* it is, of rules without jumps */
	uint32_t n = 0;

	/* Policies are of no rule. */
	for (int rule = 0; rule < 2; rule++)
		for (uint32_t i = 0; i < p->n_steps; i++) {
			if ((p->steps[i].rule != NULL) != rule)
				continue;
			v[n] = (struct of_rule){ p->steps[i].rule, i };
			sorted &= n == 0 || by_rule(&v[n - 1], &v[n]) < 0;
			n++;
		}
	if (!sorted)
		qsort(v, n, sizeof(*v), by_rule);
	p->by_rule = mem_alloc(n, sizeof(*p->by_rule));
	for (uint32_t i = 0; i < n; i++)
		p->by_rule[i] = v[i].step;
	free(v);
}

const uint32_t *
program_steps(struct program *p, const struct rule *r, uint32_t *n)
{
	uint32_t lo = 0, hi = p->n_steps;

	if (p->by_rule == NULL)
		sort_by_rule(p);
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if ((uintptr_t)p->steps[p->by_rule[mid]].rule < (uintptr_t)r)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < p->n_steps &&
	    p->steps[p->by_rule[lo + *n]].rule == r; (*n)++)
		;
	return p->by_rule + lo;
}

/* ---- life ---- */

static unsigned
ruleset_index(const struct analysis *an, const struct chain *c)
{
	return an->n_rules > 1 && c->table->ruleset == an->rules[1];
}

struct program *
program_of(struct analysis *an, const struct chain *entry)
{
	struct program *p = map_get(&an->programs, (const char *)&entry,
	    sizeof(entry));
	uint32_t n;

	if (p != NULL)
		return p;
	p = arena_new(an->arena, struct program);
	p->an = an;
	p->entry = entry;
	what_enters(p, an->defrag[ruleset_index(an, entry)]);
	p->changing = finds_changes(p);
	build(p);
	p->items = collect_items(p, true, &n);
	p->tree = hs_tree_new(an->space, p->items, n);
	map_set(&an->programs, an->arena, (const char *)&p->entry,
	    sizeof(p->entry), p);
	vec_room(an->list, an->n_list, an->room_list);
	an->list[an->n_list++] = p;
	return p;
}

void
analysis_free(struct analysis *an)
{
	if (an == NULL)
		return;
	for (unsigned i = 0; i < an->n_list; i++) {
		struct program *p = an->list[i];

		free(p->steps);
		free(p->frames);
		free(p->items);
		free(p->every);
		free(p->by_rule);
		hs_tree_free(p->tree);
		hs_tree_free(p->every_tree);
		hs_free(&p->boxes);
	}
	free(an->list);
	hs_free(&an->boxes);
}
