/* Where two rulesets end differently. */
#include "tests/sets/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_BOXES = 2 };

struct look {
	const struct kase *k;
	struct engine e;
	struct brute b;
	struct prog p[2];
	struct arena arena;
	uint64_t *differ[MAX_CHAINS];	/* of each built-in chain: points */
	uint64_t *told[MAX_CHAINS];
	struct diff_region *regions;	/* told so far */
	unsigned n_regions, room_regions;
	unsigned again;			/* of these, told with few boxes */
	struct report *why;
	bool ok;
};

static void
fail(struct look *l, unsigned c, const struct diff_region *r, uint32_t point,
    const char *what)
{
	if (!l->ok)
		return;
	l->ok = false;
	l->why->what = what;
	sbuf_printf(&l->why->text, "%s: ", l->k->s[0].c[c].name);
	for (unsigned i = 0; i < 2 && r != NULL; i++) {
		const struct rule *rule = r->side[i].rule;

		if (rule != NULL)
			sbuf_printf(&l->why->text, "%s#%u ", rule->chain->name,
			    rule->number);
		else
			sbuf_puts(&l->why->text, "policy ");
		sbuf_printf(&l->why->text, "[%s]%s", r->side[i].effects, i == 0 ?
		    " and " : ": ");
	}
	sbuf_printf(&l->why->text, "%s:", what);
	if (point != UINT32_MAX)
		brute_point(&l->b, point, &l->why->text);
	sbuf_putc(&l->why->text, '\n');
}

/* ---- what packets come to ---- */

static enum action
verdict_of(const struct walk *w)
{
	const struct gchain *c = &w->p->s->c[w->chain];

	return w->rule < 0 ? c->drop ? A_DROP : A_ACCEPT :
	    c->r[w->rule].action;
}

/* Can it come to both?  Of fragments nothing is asked if only one of the
 * rulesets puts them together. */
static bool
comes(const struct look *l, unsigned c, uint32_t point)
{
	return prog_enters(&l->p[0], c, point) &&
	    prog_enters(&l->p[1], c, point);
}

static void
walk_both(const struct look *l, unsigned c, uint32_t point, struct walk *w)
{
	for (unsigned i = 0; i < 2; i++) {
		memset(&w[i], 0, sizeof(w[i]));
		w[i].p = &l->p[i];
		w[i].point = point;
		walk_run(&w[i], c);
	}
}

/* Of marks that nobody asks for, what was done to them is compared. */
static bool
marks_differ(const struct walk *w)
{
	if (w->p->b->of[F_MARK] >= 0)
		return w[0].mark != w[1].mark;
	return w[0].made.mask != w[1].made.mask ||
	    w[0].made.value != w[1].made.value;
}

static bool
ends_differ(const struct walk *w)
{
	return verdict_of(&w[0]) != verdict_of(&w[1]) ||
	    w[0].logs != w[1].logs || marks_differ(w);
}

static enum diff_kind
kind_of(const struct walk *w)
{
	enum action a = verdict_of(&w[0]), b = verdict_of(&w[1]);

	if (a == b)
		return w[0].logs != w[1].logs ? DIFF_LOG : DIFF_MARK;
	return b == A_ACCEPT ? DIFF_ALLOWED : a == A_ACCEPT ? DIFF_BLOCKED :
	    DIFF_VERDICT;
}

static bool
find_differences(struct look *l)
{
	bool any = false;

	for (unsigned c = 0; c < l->k->s[0].n; c++) {
		if (l->k->s[0].c[c].hook == HOOK_NONE)
			continue;
		l->differ[c] = bits_new(&l->arena, l->b.n);
		l->told[c] = bits_new(&l->arena, l->b.n);
		for (uint32_t k = 0; k < l->b.n; k++) {
			struct walk w[2];

			if (!comes(l, c, k))
				continue;
			walk_both(l, c, k, w);
			if (!ends_differ(w))
				continue;
			bit_set(l->differ[c], k);
			any = true;
		}
	}
	return any;
}

/* ---- what was told ---- */

static bool
is_decider(const struct look *l, const struct diff_region *r, unsigned i,
    const struct walk *w)
{
	static const enum verdict verdicts[] = { [A_ACCEPT] = V_ACCEPT,
	    [A_DROP] = V_DROP, [A_REJECT] = V_DROP };
	unsigned c, rule;

	if (r->side[i].verdict != verdicts[verdict_of(w)] ||
	    r->side[i].reject != (verdict_of(w) == A_REJECT))
		return false;
	if (w->rule < 0)
		return r->side[i].rule == NULL && r->side[i].policy ==
		    engine_chain(&l->e, i, (unsigned)w->chain);
	if (r->side[i].rule == NULL || r->side[i].policy != NULL)
		return false;
	engine_place(&l->e, i, r->side[i].rule, &c, &rule);
	return c == (unsigned)w->chain && rule == (unsigned)w->rule;
}

/* What was done on the way and by whom it ended, in order, and no more. */
static bool
is_effect(const char *text, int family, const struct walk *w)
{
	struct sbuf b = SBUF_INIT;
	bool same;

	for (unsigned i = 0; i < w->n_did; i++) {
		const struct grule *r = w->did[i];

		if (i != 0)
			sbuf_puts(&b, "; ");
		if (r->action == A_LOG)
			sbuf_printf(&b, "LOG --log-prefix p%u", r->to);
		else if (r->action == A_MARK)
			sbuf_printf(&b, "MARK --set-xmark 0x%x/0x%x",
			    mark_ops[r->to].value, mark_ops[r->to].mask);
		else
			sbuf_printf(&b, "REJECT --reject-with %s",
			    family == AF_INET ? "icmp-port-unreachable" :
			    "icmp6-port-unreachable");
	}
	same = strcmp(text, sbuf_text(&b)) == 0;
	sbuf_free(&b);
	return same;
}

static bool
are_effects(const struct look *l, const struct diff_region *r,
    const struct walk *w)
{
	for (unsigned i = 0; i < 2; i++)
		if (!is_effect(r->side[i].effects, l->b.family, &w[i]))
			return false;
	return true;
}

/* Does it also tell apart what is done to them? */
static bool
tells_effects(const struct diff_region *r)
{
	return r->kind != DIFF_ALLOWED && r->kind != DIFF_BLOCKED;
}

static void
check_point(struct look *l, const struct diff_region *r, unsigned c,
    uint32_t point)
{
	struct walk w[2];

	walk_both(l, c, point, w);
	if (!ends_differ(w))
		fail(l, c, r, point, "the same on both sides");
	else if (!is_decider(l, r, 0, &w[0]) || !is_decider(l, r, 1, &w[1]))
		fail(l, c, r, point, "decided by others");
	else if (tells_effects(r) && !are_effects(l, r, w))
		fail(l, c, r, point, "other effects");
	else if (r->kind != kind_of(w))
		fail(l, c, r, point, "of another kind");
	else if (bit_get(l->told[c], point))
		fail(l, c, r, point, "told before");
	bit_set(l->told[c], point);
}

static void
check_witness(struct look *l, const struct diff_region *r, unsigned c)
{
	u128 values[N_OWN];
	struct walk w[2];

	engine_values(&l->e, c, &r->witness, values);
	for (unsigned i = 0; i < 2; i++) {
		w[i] = (struct walk){ .p = &l->p[i], .values = values };
		walk_run(&w[i], c);
		if (!values_enter(&l->p[i], c, values[F_IN], values[F_OUT], 0))
			fail(l, c, r, UINT32_MAX, "the witness cannot enter");
		else if (!is_decider(l, r, i, &w[i]))
			fail(l, c, r, UINT32_MAX, "not so for the witness");
	}
	if (l->ok && !are_effects(l, r, w))
		fail(l, c, r, UINT32_MAX, "other effects on the witness");
}

static bool
same_region(const struct diff_region *a, const struct diff_region *b)
{
	for (unsigned i = 0; i < 2; i++)
		if (a->side[i].rule != b->side[i].rule ||
		    a->side[i].policy != b->side[i].policy ||
		    (tells_effects(a) && strcmp(a->side[i].effects,
		    b->side[i].effects) != 0))
			return false;
	return a->table == b->table && a->hook == b->hook &&
	    a->kind == b->kind;
}

/* Regions come in the order of tables and hooks, each once. */
static void
check_order(struct look *l, const struct diff_region *r, unsigned c)
{
	for (unsigned i = 0; i < l->n_regions; i++) {
		const struct diff_region *b = &l->regions[i];

		if (same_region(b, r))
			fail(l, c, r, UINT32_MAX, "in two regions");
		if (b->table > r->table || (b->table == r->table &&
		    b->hook > r->hook))
			fail(l, c, r, UINT32_MAX, "out of order");
	}
	vec_room(l->regions, l->n_regions, l->room_regions);
	l->regions[l->n_regions++] = *r;
}

static void
each(const struct diff_region *r, void *arg)
{
	struct look *l = arg;
	const struct gset *s = &l->k->s[0];
	uint64_t *points = bits_new(&l->arena, l->b.n);
	double count = 0;
	bool cared = true;
	unsigned c = 0;

	l->why->differences++;
	while (c < s->n && (s->c[c].table != r->table ||
	    s->c[c].hook != r->hook))
		c++;
	check_order(l, r, c);
	if (!r->complete || r->possible)
		fail(l, c, r, UINT32_MAX, "not complete");
	else if (!engine_points(&l->e, &l->b, r->set, points))
		fail(l, c, r, UINT32_MAX, "its boxes meet");
	for (uint32_t k = 0; k < l->b.n && l->ok; k++) {
		if (!bit_get(points, k))
			continue;
		count += brute_weight(&l->b, l->e.space, k);
		if (comes(l, c, k))
			check_point(l, r, c, k);
		else if (l->p[0].defrag == l->p[1].defrag)
			fail(l, c, r, k, "cannot enter");
		else
			cared = false;
	}
	if (l->ok && l->b.counts && cared &&
	    fabs(count - r->count) > count * 1e-9)
		fail(l, c, r, UINT32_MAX, "its count");
	if (l->ok && cared)
		check_witness(l, r, c);
}

/* The same, where few boxes are listed. */
static void
each_again(const struct diff_region *r, void *arg)
{
	struct look *l = arg;
	const struct diff_region *b = &l->regions[l->again++];

	if (l->again > l->n_regions || !same_region(r, b) ||
	    r->possible != b->possible || r->set->n > FEW_BOXES ||
	    r->complete != (b->set->n <= FEW_BOXES) ||
	    fabs(r->count - b->count) > b->count * 1e-9)
		fail(l, 0, r, UINT32_MAX, "otherwise with few boxes");
}

static void
compare(struct look *l)
{
	bool differ = find_differences(l), partial = false, same;

	if (differ && l->k->same) {
		fail(l, 0, NULL, UINT32_MAX, "not a rewriting");
	}
	same = analysis_diff(l->e.an, 1 << 20, &l->arena, each, l, &partial);
	if (partial)
		fail(l, 0, NULL, UINT32_MAX, "partial");
	if (l->ok)
		analysis_diff(l->e.an, FEW_BOXES, &l->arena, each_again, l,
		    &partial);
	if (l->ok && l->again != l->n_regions)
		fail(l, 0, NULL, UINT32_MAX, "otherwise with few boxes");
	for (unsigned c = 0; c < l->k->s[0].n; c++)
		for (uint32_t k = 0; k < l->b.n && l->differ[c] != NULL; k++)
			if (bit_get(l->differ[c], k) &&
			    !bit_get(l->told[c], k))
				fail(l, c, NULL, k, "a difference not told");
	if (same && differ)
		fail(l, 0, NULL, UINT32_MAX, "said to be the same");
	if (!same && !differ && l->p[0].defrag == l->p[1].defrag)
		fail(l, 0, NULL, UINT32_MAX, "said to differ");
}

bool
check_diff(const struct kase *k, struct report *why)
{
	struct look *l = mem_alloc(1, sizeof(*l));
	const struct gset *s[2] = { &k->s[0], &k->s[1] };
	bool ok;

	l->k = k;
	l->why = why;
	l->ok = engine_init(&l->e, k, why);
	brute_init(&l->b, s, 2, NULL, 0, MAX_POINTS, &l->arena);
	why->points += l->b.n;
	if (l->ok && l->b.n != 0) {
		prog_init(&l->p[0], &l->b, s[0], &l->arena);
		prog_init(&l->p[1], &l->b, s[1], &l->arena);
		compare(l);
	}
	ok = l->ok;
	engine_free(&l->e);
	arena_free(&l->arena);
	free(l->regions);
	free(l);
	return ok;
}
