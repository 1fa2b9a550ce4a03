#include "analysis/path.h"

#include "analysis/cover.h"
#include "analysis/follow.h"
#include "analysis/lookup.h"
#include "model/fib.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { WORK_LIMIT = 1000000, FLOW_BOXES = 4096, MOST_WAYS = 8 };

/* ---- the way, as a table ---- */

enum stage_kind { STAGE_TABLE, STAGE_CT, STAGE_ROUTE, STAGE_END };

struct stage { enum stage_kind kind; enum hook hook; enum table_id table; };

#define PRE(t) { STAGE_TABLE, HOOK_PREROUTING, TABLE_##t }
#define IN(t) { STAGE_TABLE, HOOK_INPUT, TABLE_##t }
#define FWD(t) { STAGE_TABLE, HOOK_FORWARD, TABLE_##t }
#define OUT(t) { STAGE_TABLE, HOOK_OUTPUT, TABLE_##t }
#define POST(t) { STAGE_TABLE, HOOK_POSTROUTING, TABLE_##t }
#define CT { STAGE_CT, HOOK_NONE, N_TABLES }
#define ROUTE { STAGE_ROUTE, HOOK_NONE, N_TABLES }
#define END { STAGE_END, HOOK_NONE, N_TABLES }

static const struct stage way_in[] = { PRE(RAW), CT, PRE(MANGLE), PRE(NAT),
    ROUTE, IN(MANGLE), IN(FILTER), IN(SECURITY), IN(NAT), END };
static const struct stage way_forward[] = { PRE(RAW), CT, PRE(MANGLE),
    PRE(NAT), ROUTE, FWD(MANGLE), FWD(FILTER), FWD(SECURITY), POST(MANGLE),
    POST(NAT), END };
static const struct stage way_out[] = { OUT(RAW), CT, OUT(MANGLE), OUT(NAT),
    OUT(FILTER), OUT(SECURITY), POST(MANGLE), POST(NAT), END };
static const struct stage *const ways[] = { [PATH_IN] = way_in,
    [PATH_FORWARD] = way_forward, [PATH_OUT] = way_out };

#undef PRE
#undef IN
#undef FWD
#undef OUT
#undef POST
#undef CT
#undef ROUTE
#undef END

/* A flow that the rules accept from its first packet on: what its replies
 * are when they come, and what they were before translation. */
struct accepted {
	hs_cell *was, *now;		/* of the first packet: coming, gone */
	bool possible;
};
struct flows { struct accepted *v; unsigned n, room; };

struct found {
	struct path_region r;
	struct hs set;
	struct path_witness *ways;
	unsigned stage, step;		/* of who decides; the first way to it */
	struct found *next;
};

/* Destinations that are routed alike. */
struct segment { u128 lo, hi; enum route_type type; const struct iface *dev; };

struct walk {
	struct analysis *an;
	unsigned r;
	const struct ruleset *rules;
	enum path path;
	struct arena *arena, scratch;
	struct hs q;
	unsigned most;
	struct follow follow;
	struct segment *segments;
	unsigned n_segments, room_segments;
	bool routes_known;
	struct flows flows[2];		/* of the same way, of the way back */
	/* Flows are looked for, to go there, instead of answers; or null. */
	struct flows *learning;
	struct map by_decider;
	struct found **list;
	unsigned n, room;
};

/* One flow at one stage, with what was decided so far. */
struct at {
	struct walk *w;
	unsigned stage;
	const struct step *by;		/* who accepted in the filter table */
	const struct program *of;	/* whose step that is */
	const struct accepted *begun;	/* it is of this flow, */
	const struct accepted *reply;	/* or a reply to it: then the same */
};

static void stage(struct at at, const struct flow *f);

/* ---- pieces of flows ---- */

/* A flow cut down in one dimension. */
static bool
with_cell(const struct walk *w, const struct flow *f, unsigned dim,
    hs_cell cell, hs_cell *now, hs_cell *was, struct flow *out)
{
	const struct hs_space *sp = w->an->space;
	hs_cell box[HS_MAX_DIMS];

	memcpy(box, sp->all, sp->n * sizeof(*box));
	box[dim] = cell;
	if (!box_and(sp, now, f->now, box))
		return false;
	follow_narrow(sp, f, now, was);
	*out = *f;
	out->now = now;
	out->was = was;
	return true;
}

static void
forget_change(struct flow *f, unsigned dim)
{
	f->changed.w[dim / 64] &= ~(UINT64_C(1) << dim % 64);
}

/* The classes of values of F_CT with these states, in or out of 'mask'. */
static hs_cell
ct_cell(const struct hs_dim *d, unsigned states, unsigned with,
    unsigned without)
{
	hs_cell c = 0;

	for (unsigned v = 0; v < 1U << field_info[F_CT].bits; v++)
		if (d->of[v] != 0xffff && states >> (v & FCT_STATE) & 1 &&
		    (v & with) == with && !(v & without))
			c |= (hs_cell)1 << d->of[v];
	return c;
}

static int
ct_dim(const struct walk *w)
{
	int i = w->an->space->of_field[F_CT];

	return i >= 0 && w->an->space->dims[i].bits ? i : -1;
}

enum { NEW = 1 << FCT_NEW, EST = 1 << FCT_ESTABLISHED,
    INVALID = 1 << FCT_INVALID, UNTRACKED = 1 << FCT_UNTRACKED };

/* ---- ends ---- */

static void
put_change(const struct hs_space *sp, const struct flow *f, enum field field,
    struct sbuf *out)
{
	int i = sp->of_field[field];

	if (i < 0 || f->now[i] == f->was[i] ||
	    !(f->changed.w[i / 64] >> i % 64 & 1))
		return;
	if (out->len != 0)
		sbuf_putc(out, ' ');
	sbuf_printf(out, "%s ", field_info[field].name);
	hs_dim_words(sp, (unsigned)i, f->now[i], out);
}

static const char *
translation(const struct walk *w, const struct flow *f)
{
	static const enum field of[] = { F_SRC, F_SPORT, F_DST, F_DPORT };
	struct sbuf b = SBUF_INIT;
	const char *text = NULL;

	for (unsigned i = 0; i < 4; i++)
		put_change(w->an->space, f, of[i], &b);
	if (b.len != 0)
		text = arena_strdup(w->arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static bool
is_reject(const struct step *s)
{
	return s != NULL && s->rule != NULL &&
	    rule_target_is(s->rule, "REJECT");
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
learn(struct walk *w, const struct flow *f)
{
	const struct hs_space *sp = w->an->space;
	struct accepted *a;

	vec_room(w->learning->v, w->learning->n, w->learning->room);
	a = &w->learning->v[w->learning->n++];
	a->was = arena_copy(w->arena, f->was, sp->n * sizeof(hs_cell));
	a->now = arena_copy(w->arena, f->now, sp->n * sizeof(hs_cell));
	a->possible = f->possible;
}

/* What became of the addresses, to be compared with a packet. */
static void
note_left(const struct walk *w, const struct flow *f, struct path_witness *r)
{
	static const enum field of[] = { F_SRC, F_SPORT, F_DST, F_DPORT };
	const struct hs_space *sp = w->an->space;

	for (unsigned k = 0; k < 4; k++) {
		int i = sp->of_field[of[k]];

		if (i >= 0 && dim_in(&f->changed, (unsigned)i) &&
		    f->now[i] != f->was[i])
			r->left_fields |= UINT64_C(1) << of[k];
	}
	r->left = arena_copy(w->arena, f->now, sp->n * sizeof(hs_cell));
}

/* The packet that began its flow: translation makes ends of it others than
 * those that its replies have. */
static void
note_first(const struct at *at, struct path_witness *r)
{
	static const enum field of[] = { F_SRC, F_SPORT, F_DST, F_DPORT };
	const struct walk *w = at->w;
	const struct hs_space *sp = w->an->space;
	const struct accepted *a = at->begun;
	struct point *first;

	r->reply = at->reply != NULL;
	if (a == NULL)
		return;
	r->first = first = arena_new(w->arena, struct point);
	hs_point(sp, a->was, first);
	for (unsigned k = 0; k < 4 && r->reply; k++) {
		int i = sp->of_field[of[k]];

		if (i >= 0 && a->was[i] != a->now[i])
			r->first_fields |= UINT64_C(1) << of[k];
	}
}

/* Most have one. */
static struct path_witness *
new_way(struct arena *arena, struct found *x)
{
	struct path_witness *one = x->ways;

	if (x->r.n_ways < 2)
		x->ways = arena_alloc(arena, (x->r.n_ways == 0 ? 1 :
		    MOST_WAYS) * sizeof(*x->ways));
	if (x->r.n_ways == 1)
		x->ways[0] = *one;
	return &x->ways[x->r.n_ways++];
}

static void
note_way(const struct at *at, const struct flow *f, struct found *x)
{
	struct path_witness *w;

	if (x->r.n_ways == MOST_WAYS)
		return;
	w = new_way(at->w->arena, x);
	hs_point(at->w->an->space, f->was, &w->point);
	note_left(at->w, f, w);
	note_first(at, w);
	x->r.ways = x->ways;
	x->r.witness = x->ways[0].point;
}

/* Where in the way packets come to a chain. */
static unsigned
stage_of(const struct walk *w, const struct chain *c)
{
	unsigned i = 0;

	while (ways[w->path][i].kind != STAGE_END && (c == NULL ||
	    ways[w->path][i].kind != STAGE_TABLE ||
	    ways[w->path][i].table != c->table->id ||
	    ways[w->path][i].hook != c->hook))
		i++;
	return i;
}

/* Of this decider; made if there is none. */
static struct found *
found_of(struct walk *w, const struct step *by, const struct program *of,
    enum verdict v, const char *nat, bool possible)
{
	const struct chain *policy = by != NULL && by->rule == NULL ?
	    of->entry : NULL;
	const void *key[2] = { policy != NULL ? (const void *)policy :
	    by != NULL ? by->rule : NULL, (void *)(uintptr_t)v };
	struct found *first = map_get(&w->by_decider, (const char *)key,
	    sizeof(key)), *x = first;

	while (x != NULL && (x->r.possible != possible ||
	    !same_text(x->r.translated, nat)))
		x = x->next;
	if (x != NULL)
		return x;
	x = arena_new(w->arena, struct found);
	x->stage = stage_of(w, of != NULL ? of->entry : NULL);
	x->step = UINT32_MAX;
	x->next = first;
	x->r = (struct path_region){ .verdict = v, .reject = v == V_DROP &&
	    is_reject(by), .rule = by != NULL ? by->rule : NULL,
	    .policy = policy, .complete = true, .possible = possible,
	    .translated = nat };
	map_set(&w->by_decider, w->arena, arena_copy(w->arena, key,
	    sizeof(key)), sizeof(key), x);
	vec_room(w->list, w->n, w->room);
	w->list[w->n++] = x;
	return x;
}

/* What may come out one way or another comes by several ways. */
static void
add_apart(const struct hs_space *sp, struct found *x, const hs_cell *box)
{
	struct hs rest = { 0 };

	hs_add(sp, &rest, box);
	for (unsigned i = 0; x->r.possible && i < x->set.n; i++)
		if (box_meets(sp, hs_box(sp, &x->set, i), box))
			hs_subtract(sp, &rest, hs_box(sp, &x->set, i),
			    UINT32_MAX);
	for (unsigned i = 0; i < rest.n; i++) {
		hs_add(sp, &x->set, hs_box(sp, &rest, i));
		x->r.count += box_count(sp, hs_box(sp, &rest, i));
	}
	hs_free(&rest);
}

static void
end(const struct at *at, const struct step *by, const struct program *of,
    enum verdict v, const struct flow *f)
{
	struct walk *w = at->w;
	const struct hs_space *sp = w->an->space;
	struct found *x;
	unsigned step = by != NULL ? (unsigned)(by - of->steps) : UINT32_MAX;

	if (w->learning != NULL) {
		if (v == V_ACCEPT)
			learn(w, f);
		return;
	}
	x = found_of(w, by, of, v, v == V_ACCEPT ? translation(w, f) : NULL,
	    f->possible);
	x->step = step < x->step ? step : x->step;
	note_way(at, f, x);
	if (x->set.n != 0 && x->set.n >= w->most)
		x->r.complete = false;
	else
		add_apart(sp, x, f->was);
}

/* ---- tables ---- */

static enum verdict
verdict_of(const struct program *p, const struct step *s)
{
	return s->kind == STEP_END ? p->entry->policy :
	    (enum verdict)s->verdict;
}

/* Does the word of a table that accepts count so far?  That of filter does,
 * or else the last; nat has none where a flow has begun. */
static bool
speaks(const struct at *at, enum table_id table)
{
	if (table == TABLE_NAT && at->begun != NULL)
		return false;
	return table == TABLE_FILTER || at->of == NULL ||
	    at->of->entry->table->id != TABLE_FILTER;
}

static void
table_ended(struct follow *fl, struct program *p, uint32_t step,
    const struct flow *f)
{
	struct at at = *(struct at *)fl->arg;
	const struct step *by = &p->steps[step];
	enum verdict v = verdict_of(p, by);
	struct flow next = *f;
	hs_cell now[HS_MAX_DIMS];
	void *mine = fl->arg;

	if (v != V_ACCEPT) {
		end(&at, by, p, v, f);
		return;
	}
	memcpy(now, f->now, fl->an->space->n * sizeof(*now));
	if (by->kind == STEP_TAKE)
		follow_change(p, by, now, &next);
	next.now = now;
	if (speaks(&at, p->entry->table->id)) {
		at.by = by;
		at.of = p;
	}
	at.stage++;
	stage(at, &next);
	fl->arg = mine;
}

static void
run_table(struct at *at, const struct chain *c, const struct flow *f)
{
	struct follow *fl = &at->w->follow;

	fl->arg = at;
	fl->end = table_ended;
	follow(fl, program_of(at->w->an, c), f);
}

/* The other addresses of a connection are known: what the answer to its first
 * packet becomes on the way back (in nat's place in the hook). */
static void
translate_back(const struct at *at, const struct flow *f, hs_cell *now,
    struct flow *out, bool source)
{
	static const enum field from[2][2] = { { F_SRC, F_SPORT },
	    { F_DST, F_DPORT } };
	static const enum field to[2][2] = { { F_DST, F_DPORT },
	    { F_SRC, F_SPORT } };
	const struct hs_space *sp = at->w->an->space;

	memcpy(now, f->now, sp->n * sizeof(*now));
	*out = *f;
	out->now = now;
	for (unsigned i = 0; i < 2; i++) {
		int a = sp->of_field[from[source][i]];
		int b = sp->of_field[to[source][i]];

		if (a < 0 || b < 0 || at->reply->was[a] == at->reply->now[a])
			continue;
		now[b] = hs_mirror(sp, (unsigned)a, at->reply->was[a],
		    (unsigned)b);
		out->changed.w[b / 64] |= UINT64_C(1) << b % 64;
	}
}

/* nat sees first packets only; later ones of the flow get the same.  Without
 * connection tracking it sees none. */
static void
run_nat(struct at at, const struct chain *c, const struct flow *f)
{
	const struct hs_space *sp = at.w->an->space;
	enum hook h = c->hook;
	int dim = ct_dim(at.w);
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS], first, all;
	struct flow part;
	struct at next = at;

	next.stage++;
	if (!at.w->an->tracks[at.w->r]) {
		stage(next, f);
		return;
	}
	if (at.reply != NULL) {
		translate_back(&at, f, now, &part, h == HOOK_POSTROUTING ||
		    h == HOOK_INPUT);
		stage(next, &part);
		return;
	}
	if (dim < 0) {
		run_table(&at, c, f);
		return;
	}
	first = ct_cell(&sp->dims[dim], NEW | EST, 0, FCT_REPLY);
	all = sp->all[dim];
	if (with_cell(at.w, f, (unsigned)dim, first, now, was, &part))
		run_table(&at, c, &part);
	if (with_cell(at.w, f, (unsigned)dim, all & ~first, now, was, &part))
		stage(next, &part);
}

/* ---- connection tracking ---- */

/* Fields of the connection are those of its first packet. */
static void
set_tuple(const struct walk *w, const struct flow *f, hs_cell *now,
    struct flow *out)
{
	static const struct { enum field ct, packet; } same[] = {
		{ F_CT_ORIGSRC, F_SRC }, { F_CT_ORIGDST, F_DST },
		{ F_CT_ORIGSPORT, F_SPORT }, { F_CT_ORIGDPORT, F_DPORT },
		{ F_CT_PROTO, F_PROTO },
	};
	const struct hs_space *sp = w->an->space;

	memcpy(now, f->now, sp->n * sizeof(*now));
	*out = *f;
	out->now = now;
	for (unsigned i = 0; i < sizeof(same) / sizeof(*same); i++) {
		int a = sp->of_field[same[i].packet];
		int b = sp->of_field[same[i].ct];

		if (b < 0)
			continue;
		now[b] = a < 0 ? sp->all[b] : hs_mirror(sp, (unsigned)a,
		    f->now[a], (unsigned)b);
		out->changed.w[b / 64] |= UINT64_C(1) << b % 64;
	}
}

/* The flow at the point where its fields of the connection become known: cut
 * so that each has one class, so that what is asked of them later is asked of
 * the packet. */
static void
split_tuple(struct at at, const struct flow *f, unsigned k)
{
	static const struct { enum field ct, packet; } same[] = {
		{ F_CT_ORIGSRC, F_SRC }, { F_CT_ORIGDST, F_DST },
		{ F_CT_ORIGSPORT, F_SPORT }, { F_CT_ORIGDPORT, F_DPORT },
	};
	const struct hs_space *sp = at.w->an->space;
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS];
	struct flow part;
	int a, b;

	if (k == sizeof(same) / sizeof(*same)) {
		set_tuple(at.w, f, now, &part);
		at.stage++;
		stage(at, &part);
		return;
	}
	a = sp->of_field[same[k].packet];
	b = sp->of_field[same[k].ct];
	if (a < 0 || b < 0) {
		split_tuple(at, f, k + 1);
		return;
	}
	for (uint32_t c = 0; c < sp->dims[b].n; c++) {
		hs_cell one = cell_classes(&sp->dims[b], c, c);

		if (with_cell(at.w, f, (unsigned)a, hs_mirror(sp,
		    (unsigned)b, one, (unsigned)a), now, was, &part))
			split_tuple(at, &part, k + 1);
	}
}

/* Which packets are later ones of a flow, or replies to it: all that is fixed
 * are the ends; by which device they come does not matter to conntrack. */
static void
later_packets(const struct hs_space *sp, const struct accepted *a, bool reply,
    hs_cell *box)
{
	static const enum field ends[][2] = { { F_SRC, F_DST },
	    { F_DST, F_SRC }, { F_SPORT, F_DPORT }, { F_DPORT, F_SPORT },
	    { F_PROTO, F_PROTO } };

	memcpy(box, sp->all, sp->n * sizeof(*box));
	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		int to = sp->of_field[ends[i][0]];
		int from = sp->of_field[ends[i][1]];

		if (to < 0 || from < 0)
			continue;
		box[to] = reply ? hs_mirror(sp, (unsigned)from, a->now[from],
		    (unsigned)to) : a->was[to];
	}
}

/* A part of the flow that belongs to one accepted flow and no earlier one. */
static void
established_by(struct at at, const struct flow *f, bool reply, unsigned i)
{
	struct walk *w = at.w;
	const struct hs_space *sp = w->an->space;
	const struct accepted *a = &w->flows[reply].v[i];
	hs_cell box[HS_MAX_DIMS], now[HS_MAX_DIMS], was[HS_MAX_DIMS];
	struct hs parts = { 0 };
	struct flow part = *f;

	later_packets(sp, a, reply, box);
	if (!box_and(sp, now, f->now, box))
		return;
	hs_add(sp, &parts, now);
	for (unsigned j = 0; j < i && parts.n != 0; j++) {
		later_packets(sp, &w->flows[reply].v[j], reply, box);
		if (!hs_subtract(sp, &parts, box, FLOW_BOXES)) {
			w->follow.full = true;
			break;
		}
	}
	part.possible |= a->possible;
	at.begun = a;
	at.reply = reply ? a : NULL;
	for (unsigned k = 0; k < parts.n; k++) {
		part.now = hs_box(sp, &parts, k);
		follow_narrow(sp, f, part.now, was);
		part.was = was;
		split_tuple(at, &part, 0);
	}
	hs_free(&parts);
}

/* Established packets are those of flows that could begin. */
static void
established(struct at at, const struct flow *f, bool reply)
{
	for (unsigned i = 0; i < at.w->flows[reply].n &&
	    !at.w->follow.full; i++)
		established_by(at, f, reply, i);
}

/* Behind raw: untracked if a rule said so, else as the packet came. */
static void
run_ct(struct at at, const struct flow *f)
{
	struct walk *w = at.w;
	const struct hs_space *sp = w->an->space;
	int dim = ct_dim(w);
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS], unt, est;
	struct flow part = *f;
	const struct hs_dim *d;

	if (dim < 0) {
		split_tuple(at, f, 0);
		return;
	}
	d = &sp->dims[dim];
	memcpy(now, f->now, sp->n * sizeof(*now));
	memcpy(was, f->was, sp->n * sizeof(*was));
	unt = ct_cell(d, UNTRACKED, 0, 0);
	forget_change(&part, (unsigned)dim);
	part.now = now;
	part.was = was;
	if ((f->now[dim] & ~unt) == 0) {
		now[dim] = was[dim] = f->was[dim] & unt;
		at.stage++;
		if (now[dim] != 0)
			stage(at, &part);
		return;
	}
	est = ct_cell(d, EST, 0, 0);
	now[dim] = was[dim] = f->was[dim] & ~unt & ~est;
	if (now[dim] != 0)
		split_tuple(at, &part, 0);
	if (w->learning != NULL)
		return;
	for (int reply = 0; reply < 2; reply++) {
		now[dim] = was[dim] = f->was[dim] & ct_cell(d, EST,
		    reply ? FCT_REPLY : 0, reply ? 0 : FCT_REPLY);
		if (now[dim] != 0)
			established(at, &part, reply);
	}
}

/* ---- routing ---- */

static void
add_segment(struct walk *w, u128 lo, u128 hi, const struct fib *fib)
{
	struct fib_flow flow = { .family = w->an->space->family };
	struct fib_result res = { 0 };
	struct segment s = { lo, hi, (enum route_type)0, NULL };

	number_addr(lo, flow.family, &flow.dst);
	if (fib_lookup(fib, &flow, &res) == FIB_OK) {
		s.type = res.route->type;
		s.dev = res.hop != NULL ? res.hop->dev : NULL;
	}
	if (w->n_segments > 0) {
		struct segment *last = &w->segments[w->n_segments - 1];

		if (last->type == s.type && last->dev == s.dev) {
			last->hi = hi;
			return;
		}
	}
	vec_room(w->segments, w->n_segments, w->room_segments);
	w->segments[w->n_segments++] = s;
}

struct cuts { u128 *v; unsigned n, room; int family; };

static void
add_cut(const union addr *a, unsigned prefix, void *arg)
{
	struct cuts *c = arg;
	u128 lo = addr_number(a, c->family);
	unsigned bits = family_bits(c->family);
	u128 size = prefix == 0 && bits == 128 ? 0 : (u128)1 << (bits - prefix);
	u128 top = bits == 128 ? 0 : (u128)1 << bits;

	for (unsigned i = 0; i < 2; i++) {
		u128 v = i ? lo + size : lo;

		if (v == top || v == 0)
			continue;
		vec_room(c->v, c->n, c->room);
		c->v[c->n++] = v;
	}
}

static int
by_value(const void *a, const void *b)
{
	const u128 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool
know_routes(const struct env *env, int family)
{
	return env != NULL && env->has_addrs &&
	    env->has_routes[family_index(family)];
}

static void
find_segments(struct walk *w)
{
	int family = w->an->space->family;
	struct cuts c = { .family = family };
	const struct fib *fib;
	u128 lo = 0, top;

	if (!know_routes(w->an->space->env, family))
		return;
	fib = fib_new(w->an->space->env, &w->scratch);
	if (fib_custom_rules(fib, family))
		return;
	w->routes_known = true;
	fib_each_net(fib, family, add_cut, &c);
	if (c.n != 0)
		qsort(c.v, c.n, sizeof(*c.v), by_value);
	top = family == AF_INET ? UINT32_MAX : ~(u128)0;
	for (unsigned i = 0; i < c.n; i++)
		if (c.v[i] != lo) {
			add_segment(w, lo, c.v[i] - 1, fib);
			lo = c.v[i];
		}
	add_segment(w, lo, top, fib);
	free(c.v);
}

/* Does a packet to such a destination go this way? */
static bool
fits(enum path path, const struct segment *s)
{
	bool local = s->type == ROUTE_LOCAL || s->type == ROUTE_BROADCAST ||
	    s->type == ROUTE_MULTICAST || s->type == ROUTE_ANYCAST;

	if (path == PATH_IN)
		return local;
	return path == PATH_OUT || (s->type == ROUTE_UNICAST &&
	    s->dev != NULL);
}

static hs_cell
name_cell(const struct hs_space *sp, unsigned dim, const char *name)
{
	uint32_t k = hs_class(&sp->dims[dim], iface_number(name));

	return cell_classes(&sp->dims[dim], k, k);
}

/* Behind routing a forwarded packet has its device; one that is not known
 * stays any. */
static void
routed(struct at at, const struct flow *f, const struct iface *dev)
{
	const struct hs_space *sp = at.w->an->space;
	int out = sp->of_field[F_OUT];
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS];
	struct flow next = *f;

	at.stage++;
	if (out < 0 || at.w->path == PATH_IN) {
		stage(at, f);
		return;
	}
	memcpy(now, f->now, sp->n * sizeof(*now));
	memcpy(was, f->was, sp->n * sizeof(*was));
	next.now = now;
	next.was = was;
	if (dev != NULL) {
		hs_cell is = name_cell(sp, (unsigned)out, dev->name);
		hs_cell box[HS_MAX_DIMS];

		/* What was asked of -o is asked of this device. */
		memcpy(box, sp->all, sp->n * sizeof(*box));
		box[out] = is;
		if (!box_meets(sp, box, was))
			return;
		was[out] = is;
	}
	now[out] = was[out];
	forget_change(&next, (unsigned)out);
	stage(at, &next);
}

/* Fragments for the host are put together before INPUT (ip_local_deliver);
 * of IPv6 behind it. */
static bool
put_together(const struct walk *w, const struct flow *f, hs_cell *now,
    hs_cell *was, struct flow *out)
{
	const struct hs_space *sp = w->an->space;
	int frag = sp->of_field[F_FRAG];
	uint32_t k;

	*out = *f;
	if (w->path != PATH_IN || sp->family != AF_INET || frag < 0)
		return true;
	k = hs_class(&sp->dims[frag], 0);
	return with_cell(w, f, (unsigned)frag, cell_classes(&sp->dims[frag],
	    k, k), now, was, out);
}

static void
run_route(struct at at, const struct flow *came)
{
	struct walk *w = at.w;
	const struct hs_space *sp = w->an->space;
	int dst = sp->of_field[F_DST];
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS];
	hs_cell whole[HS_MAX_DIMS], whole_was[HS_MAX_DIMS];
	struct flow part, packet;
	const struct flow *f = &packet;

	if (!put_together(w, came, whole, whole_was, &packet))
		return;
	if (!w->routes_known || dst < 0) {
		routed(at, f, NULL);
		return;
	}
	for (unsigned i = 0; i < w->n_segments; i++) {
		const struct segment *s = &w->segments[i];
		const struct hs_dim *d = &sp->dims[dst];

		if (fits(w->path, s) && with_cell(w, f, (unsigned)dst,
		    cell_classes(d, hs_class(d, s->lo), hs_class(d, s->hi)),
		    now, was, &part))
			routed(at, &part, w->path == PATH_FORWARD ? s->dev :
			    NULL);
	}
}

/* ---- all stages ---- */

static const struct chain *
chain_at(const struct walk *w, const struct stage *s)
{
	const struct table *t = &w->rules->tables[s->table];

	return t->present ? t->builtin[s->hook] : NULL;
}

static void
stage(struct at at, const struct flow *f)
{
	const struct stage *s = &ways[at.w->path][at.stage];
	const struct chain *c;

	if (at.w->follow.full)
		return;
	switch (s->kind) {
	case STAGE_CT:
		run_ct(at, f);
		return;
	case STAGE_ROUTE:
		run_route(at, f);
		return;
	case STAGE_END:
		end(&at, at.by, at.of, V_ACCEPT, f);
		return;
	case STAGE_TABLE:
		break;
	}
	c = chain_at(at.w, s);
	if (c == NULL) {
		at.stage++;
		stage(at, f);
	} else if (s->table == TABLE_NAT) {
		run_nat(at, c, f);
	} else {
		run_table(&at, c, f);
	}
}

/* ---- beginning ---- */

/* The packets of the query as they come: devices as the way has them, no
 * connection yet, no device to leave by. */
static void
begin(struct walk *w, const hs_cell *q)
{
	const struct hs_space *sp = w->an->space;
	int in = sp->of_field[F_IN], out = sp->of_field[F_OUT];
	int ct = ct_dim(w);
	hs_cell now[HS_MAX_DIMS], was[HS_MAX_DIMS];
	struct flow f = { .now = now, .was = was };
	struct at at = { .w = w };

	memcpy(was, q, sp->n * sizeof(*was));
	memcpy(now, was, sp->n * sizeof(*now));
	if (in >= 0 && w->path == PATH_OUT)
		now[in] = was[in] = name_cell(sp, (unsigned)in, "");
	if (out >= 0 && w->path != PATH_OUT) {
		now[out] = name_cell(sp, (unsigned)out, "");
		if (w->path == PATH_IN)
			was[out] = now[out];
		else
			f.changed.w[out / 64] |= UINT64_C(1) << out % 64;
	}
	if (ct >= 0) {
		now[ct] = ct_cell(&sp->dims[ct], INVALID, 0, 0);
		f.changed.w[ct / 64] |= UINT64_C(1) << ct % 64;
	}
	stage(at, &f);
}

/* What cannot come or leave: without a device, from nobody (a local packet
 * has no input device), marked before it came, in parts behind conntrack. */
static void
usual_packets(const struct walk *w, struct query *q)
{
	if (w->path != PATH_OUT)
		query_iface(q, F_IN, "", true);
	if (w->path != PATH_IN)
		query_iface(q, F_OUT, "", true);
	if (w->path != PATH_OUT) {
		query_range(q, F_MARK, 0, 0, false);
		query_range(q, F_UID, OWNER_NONE, OWNER_NONE, false);
		query_range(q, F_GID, OWNER_NONE, OWNER_NONE, false);
	}
	if (w->an->defrag[w->r])
		query_range(q, F_FRAG, 0, 0, false);
}

/* States that exist at all on this way: what the packet's status would be
 * otherwise nobody asks of. */
static void
usual_states(const struct walk *w, hs_cell *box)
{
	int i = ct_dim(w);
	const struct hs_dim *d;

	if (i < 0)
		return;
	d = &w->an->space->dims[i];
	box[i] &= ct_cell(d, NEW, 0, FCT_CONFIRMED | FCT_SRC_NAT |
	    FCT_DST_NAT) | ct_cell(d, EST, FCT_ASSURED, FCT_EXPECTED |
	    FCT_SRC_NAT | FCT_DST_NAT) | ct_cell(d, INVALID | UNTRACKED, 0,
	    0) | ct_cell(d, 1 << FCT_RELATED, FCT_CONFIRMED, FCT_EXPECTED |
	    FCT_SRC_NAT | FCT_DST_NAT);
}

void
path_whole(struct analysis *an, unsigned r, enum path path, hs_cell *whole)
{
	const struct hs_space *sp = an->space;
	struct walk w = { .an = an, .r = r, .path = path };
	int none = sp->of_field[path == PATH_IN ? F_OUT : F_IN];
	struct query usual = { 0 };
	struct hs set = { 0 };

	usual_packets(&w, &usual);
	hs_add(sp, &set, sp->all);
	query_cut(&usual, sp, &set);
	/* None of the tests makes more than one box. */
	memcpy(whole, set.n == 1 ? set.cells : sp->all,
	    sp->n * sizeof(*whole));
	usual_states(&w, whole);
	if (none >= 0 && path != PATH_FORWARD)
		whole[none] = name_cell(sp, (unsigned)none, "");
	hs_free(&set);
	query_free(&usual);
}

static void
run_all(struct walk *w, enum path path, const struct query *q)
{
	const struct hs_space *sp = w->an->space;
	struct query usual = { 0 };

	w->path = path;
	hs_clear(&w->q);
	hs_add(sp, &w->q, sp->all);
	usual_packets(w, &usual);
	query_cut(&usual, sp, &w->q);
	query_cut(q, sp, &w->q);
	query_free(&usual);
	for (unsigned i = 0; i < w->q.n; i++) {
		hs_cell box[HS_MAX_DIMS];
		int ct = ct_dim(w);

		memcpy(box, hs_box(sp, &w->q, i), sp->n * sizeof(*box));
		usual_states(w, box);
		if (ct < 0 || box[ct] != 0)
			begin(w, box);
	}
}

/* New flows of the way, for what may be ESTABLISHED on it or on the way
 * back. */
static void
learn_flows(struct walk *w, enum path path, struct flows *to)
{
	struct query q = { 0 };

	query_masked(&q, F_CT, FCT_NEW, FCT_STATE, false);
	w->learning = to;
	run_all(w, path, &q);
	w->learning = NULL;
	query_free(&q);
}

static bool
asks_established(const struct walk *w, const struct query *q)
{
	const struct hs_space *sp = w->an->space;
	struct hs set = { 0 };
	int ct = ct_dim(w);
	hs_cell est;
	bool yes = false;

	if (q == NULL || ct < 0)
		return false;
	est = ct_cell(&sp->dims[ct], EST, 0, 0);
	hs_add(sp, &set, sp->all);
	query_cut(q, sp, &set);
	for (unsigned i = 0; i < set.n; i++)
		yes |= (hs_box(sp, &set, i)[ct] & est) != 0;
	hs_free(&set);
	return yes;
}

static bool
tell(struct walk *w, struct found *x, bool partial,
    bool (*each)(const struct path_region *, void *), void *arg)
{
	x->r.set = hs_keep(w->an->space, &x->set, w->arena);
	x->r.complete &= w->most != 0 && !partial;
	return each(&x->r, arg);
}

static int
by_decider(const void *a, const void *b)
{
	const struct found *x = *(struct found *const *)a;
	const struct found *y = *(struct found *const *)b;

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->r.verdict != y->r.verdict)
		return x->r.verdict < y->r.verdict ? -1 : 1;
	if (x->r.possible != y->r.possible)
		return x->r.possible ? 1 : -1;
	return strcmp(x->r.translated ? x->r.translated : "",
	    y->r.translated ? y->r.translated : "");
}

void
analysis_path(struct analysis *an, unsigned r, enum path path,
    const struct query *q, unsigned boxes, struct arena *arena,
    bool (*each)(const struct path_region *, void *), void *arg,
    bool *partial)
{
	static const enum path back[] = { [PATH_IN] = PATH_OUT,
	    [PATH_FORWARD] = PATH_FORWARD, [PATH_OUT] = PATH_IN };
	struct walk w = { .an = an, .r = r, .rules = an->rules[r], .arena = arena,
	    .scratch = ARENA_INIT, .most = boxes };
	struct query new = { 0 };
	bool more = true;

	w.follow = (struct follow){ .an = an, .scratch = &w.scratch,
	    .limit = WORK_LIMIT };
	find_segments(&w);
	if (q == NULL) {
		query_masked(&new, F_CT, FCT_NEW, FCT_STATE, false);
		q = &new;
	} else if (asks_established(&w, q)) {
		learn_flows(&w, back[path], &w.flows[1]);
		learn_flows(&w, path, &w.flows[0]);
	}
	run_all(&w, path, q);
	*partial = w.follow.full;
	if (w.n != 0)
		qsort(w.list, w.n, sizeof(*w.list), by_decider);
	for (unsigned i = 0; i < w.n; i++) {
		more = more && tell(&w, w.list[i], *partial, each, arg);
		hs_free(&w.list[i]->set);
	}
	query_free(&new);
	hs_free(&w.q);
	free(w.list);
	free(w.segments);
	free(w.flows[0].v);
	free(w.flows[1].v);
	arena_free(&w.scratch);
}

/* ---- what must be known ---- */

struct wanting { struct query *q; int family; };

static void
want_net(const union addr *a, unsigned prefix, void *arg)
{
	struct wanting *w = arg;
	u128 lo = addr_number(a, w->family);
	unsigned bits = family_bits(w->family);
	u128 size = bits - prefix >= 128 ? 0 : (u128)1 << (bits - prefix);

	query_range(w->q, F_DST, lo, lo + size - 1, false);
	query_range(w->q, F_SRC, lo, lo + size - 1, false);
}

void
path_wants(const struct env *env, int family, struct query *q)
{
	static const unsigned states[] = { FCT_INVALID, FCT_NEW, FCT_RELATED,
	    FCT_ESTABLISHED, FCT_UNTRACKED };
	struct wanting w = { q, family };
	struct arena arena = ARENA_INIT;

	q->mirror = true;
	for (unsigned i = 0; i < 5; i++)
		query_masked(q, F_CT, states[i], FCT_STATE, false);
	query_masked(q, F_CT, FCT_REPLY, FCT_REPLY, false);
	query_masked(q, F_CT, FCT_ASSURED, FCT_ASSURED, false);
	query_masked(q, F_CT, FCT_CONFIRMED, FCT_CONFIRMED, false);
	query_masked(q, F_CT, 0, FCT_EXPECTED | FCT_SRC_NAT | FCT_DST_NAT,
	    false);
	if (!know_routes(env, family))
		return;
	fib_each_net(fib_new(env, &arena), family, want_net, &w);
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next) {
		query_iface(q, F_IN, i->name, false);
		query_iface(q, F_OUT, i->name, false);
	}
	arena_free(&arena);
}
