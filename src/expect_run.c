#include "expect_run.h"

#include "branch.h"
#include "expect_check.h"
#include "expect_sets.h"

#include <stdlib.h>

enum { MAX_WAYS = 256 };		/* that are tried of a line */

/* One way of deciding all that was unknown so far. */
struct leaf {
	struct branch_path path;	/* facts in the arena */
	struct test_way *way;
};

struct runner {
	const struct expect_setup *s;
	const struct expect_test *test;
	const struct expect_line *line;	/* the one at hand */
	struct branch_search search;
	/* The ways of the lines before it, and those of this one. */
	struct leaf **before, **leaves;
	unsigned n_before, n_leaves, room_before, room_leaves;
	bool lost;			/* there are more than were tried */
	/* The run under way, or null.  It goes on with the next line where
	 * there was but one way. */
	struct run *run;
	struct run_setup setup;
	const struct expect_line *next;	/* what it has not run yet */
	bool goes_on;			/* with the line at hand */
	bool consistent;		/* it is one of the ways */
	struct branch_path *path;
	struct test_way *way;
	bool checking;			/* the packet is the line's own */
	const struct leaf *from;	/* the way that is gone on with */
	const char *example;		/* of a set: the packet just run */
};

/* ---- one run ---- */

static void
close_run(struct runner *t)
{
	if (t->run == NULL)
		return;
	if (t->consistent)
		scene_cover(t->s->scene, t->run->sim);
	run_end(t->run);
	free(t->run);
	t->run = NULL;
}

static void
on_ran(void *arg, const struct run *r)
{
	struct runner *t = arg;

	branch_note(t->path, &r->way, t->s->arena);
	if (t->checking)
		expect_check_packet(t->line, r, t->way, t->s->arena);
}

static void
on_note(void *arg, const char *text)
{
	struct runner *t = arg;

	t->s->note(t->s->arg, text);
}

static void
open_run(struct runner *t, const uint64_t *choices, unsigned n)
{
	struct inputs *in = &t->s->scene->in;

	close_run(t);
	t->setup = (struct run_setup){ .in = in, .rules = { in->load.rules[0],
	    in->load.rules[1] }, .arena = &in->arena, .time = t->s->time,
	    .choices = choices, .n_choices = n, .note = on_note,
	    .ran = on_ran, .arg = t };
	t->run = mem_alloc(1, sizeof(*t->run));
	run_open(t->run, &t->setup);
	t->next = t->test->lines;
}

/* A set is a statement about all that the rules may choose. */
static enum chance
chance_of(const struct expect_line *l)
{
	return l->dnat.set || l->snat.set || l->redirect.set ? CHANCE_ALL :
	    CHANCE_OPEN;
}

static void
play(struct runner *t, const struct expect_line *l)
{
	if (expect_is_set(&l->packet))
		return;
	sim_chance(t->run->sim, chance_of(l));
	if (l->packet.established)
		run_establish(t->run, &l->packet);
	if (l->flow && l->packet.established)
		return;
	t->checking = !l->flow && l == t->line;
	run_send(t->run, &l->packet);
	t->checking = false;
}

static unsigned
count_logs(const struct expect_line *l)
{
	unsigned n = 0;

	for (const struct expect_log *log = l->logs; log != NULL;
	    log = log->next)
		n++;
	return n;
}

static void
copy_path(struct branch_path *to, const struct branch_path *from)
{
	for (unsigned i = 0; i < from->n; i++) {
		vec_room(to->facts, to->n, to->room);
		to->facts[to->n++] = from->facts[i];
	}
	to->sent = from->sent;
}

/* Runs up to the line at hand. */
static void
try(void *arg, const uint64_t *choices, unsigned n, struct branch_path *path)
{
	struct runner *t = arg;

	t->path = path;
	t->way = arena_new(t->s->arena, struct test_way);
	t->way->logged = arena_alloc(t->s->arena, count_logs(t->line) *
	    sizeof(*t->way->logged));
	if (t->goes_on)
		copy_path(path, &t->from->path);
	else
		open_run(t, choices, n);
	t->goes_on = t->consistent = false;
	while (t->next != t->line->next) {
		play(t, t->next);
		t->next = t->next->next;
	}
	expect_check_log(t->line, t->way);
}

static void
on_way(void *arg, const struct branch_path *path)
{
	struct runner *t = arg;
	struct leaf *leaf = arena_new(t->s->arena, struct leaf);

	t->consistent = true;
	*leaf = (struct leaf){ *path, t->way };
	leaf->path.facts = arena_copy(t->s->arena, path->facts,
	    path->n * sizeof(*path->facts));
	leaf->path.room = 0;
	vec_room(t->leaves, t->n_leaves, t->room_leaves);
	t->leaves[t->n_leaves++] = leaf;
}

/* ---- all ways of a line ---- */

/* The leaves of the line at hand; those of the line before are where it goes
 * on from. */
static void
explore(struct runner *t)
{
	static const struct leaf root;
	unsigned n = t->n_before ? t->n_before : 1;

	t->search.runs = 0;
	t->goes_on = t->run != NULL;
	for (unsigned i = 0; i < n; i++) {
		t->from = t->n_before ? t->before[i] : &root;
		branch_explore(&t->search, &t->from->path, t->from->path.n);
	}
	if (t->n_leaves != 1)
		close_run(t);
	t->lost |= t->search.more;
}

/* The line is done: the next one goes on from its leaves. */
static void
step(struct runner *t)
{
	struct leaf **spare = t->before;
	unsigned room = t->room_before;

	t->before = t->leaves;
	t->room_before = t->room_leaves;
	t->n_before = t->n_leaves;
	t->leaves = spare;
	t->room_leaves = room;
	t->n_leaves = 0;
}

/* Those in which fact 'depth' was taken come first; how many. */
static unsigned
divide(struct leaf **l, unsigned n, unsigned depth)
{
	unsigned yes = 0;

	for (unsigned i = 0; i < n; i++)
		if (l[i]->path.facts[depth].taken) {
			struct leaf *taken = l[i];

			memmove(l + yes + 1, l + yes, (i - yes) * sizeof(*l));
			l[yes++] = taken;
		}
	return yes;
}

/* What leaves that agree on the first 'depth' facts come to together. */
static enum test_result
judge(struct leaf **l, unsigned n, unsigned depth)
{
	enum test_result yes, no;
	bool chance;
	unsigned n_yes;

	if (n == 1)
		return l[0]->way->wrong ? TEST_FAILED : TEST_PASSED;
	chance = l[0]->path.facts[depth].chance;
	n_yes = divide(l, n, depth);
	if (n_yes == 0 || n_yes == n)
		return judge(l, n, depth + 1);
	yes = judge(l, n_yes, depth + 1);
	no = judge(l + n_yes, n - n_yes, depth + 1);
	if (yes == no)
		return yes;
	return chance && (yes == TEST_FAILED || no == TEST_FAILED) ?
	    TEST_FAILED : TEST_UNDETERMINED;
}

/* Is the verdict another one for another way of deciding what is unknown? */
static bool
depends(const struct runner *t)
{
	bool unknown = false, differ = false;

	for (unsigned i = 0; i < t->n_leaves; i++) {
		const struct branch_path *p = &t->leaves[i]->path;

		differ |= t->leaves[i]->way->end.disposition !=
		    t->leaves[0]->way->end.disposition;
		for (unsigned j = 0; j < p->n; j++)
			unknown |= p->facts[j].forced < 0 &&
			    !p->facts[j].chance;
	}
	return unknown && differ;
}

static void
settle_verdicts(struct runner *t)
{
	if (!(t->line->verdicts & 1u << DISP_DEPENDS) || depends(t))
		return;
	for (unsigned i = 0; i < t->n_leaves; i++)
		if (t->leaves[i]->way->unnamed)
			t->leaves[i]->way->wrong |= PART_VERDICT;
}

/* ---- what is reported ---- */

static const char *
keep(struct arena *arena, struct sbuf *b)
{
	const char *text = arena_strdup(arena, sbuf_text(b));

	sbuf_free(b);
	return text;
}

static const char *
said_nat(const struct expect_nat *nat, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;

	if (!nat->said)
		return NULL;
	expect_print_nat(nat, &b);
	return keep(arena, &b);
}

static struct test_said
said(const struct expect_line *l, struct arena *arena)
{
	struct test_said s = { .dnat = said_nat(&l->dnat, arena),
	    .snat = said_nat(&l->snat, arena),
	    .redirect = said_nat(&l->redirect, arena),
	    .logs = arena_alloc(arena, count_logs(l) * sizeof(*s.logs)) };
	struct sbuf b = SBUF_INIT;

	expect_print_verdicts(l->verdicts, &b);
	s.verdict = keep(arena, &b);
	if (l->by.said) {
		expect_print_by(&l->by, &b);
		s.by = keep(arena, &b);
	}
	for (const struct expect_log *log = l->logs; log != NULL;
	    log = log->next) {
		expect_print_log(log, &b);
		s.logs[s.n_logs++] = keep(arena, &b);
	}
	return s;
}

static void
add_conditions(struct test_way *w, const struct branch_path *p,
    struct arena *arena)
{
	w->conditions = arena_alloc(arena, p->n * sizeof(*w->conditions));
	for (unsigned i = 0; i < p->n; i++)
		if (p->facts[i].forced < 0)
			w->conditions[w->n_conditions++] =
			    branch_condition(&p->facts[i], arena);
}

static void
report_ways(struct runner *t, struct test_line *out)
{
	struct arena *arena = t->s->arena;

	out->ways = arena_alloc(arena, t->n_leaves * sizeof(*out->ways));
	for (unsigned i = 0; i < t->n_leaves; i++) {
		out->ways[out->n_ways++] = t->leaves[i]->way;
		add_conditions(t->leaves[i]->way, &t->leaves[i]->path, arena);
	}
}

static void
begin_report(const struct runner *t, struct test_line *out)
{
	const struct expect_line *l = t->line;
	unsigned col;

	*out = (struct test_line){ .file = l->loc.src->name,
	    .packet = l->words, .count = l->packet.count,
	    .said = said(l, t->s->arena) };
	loc_line(l->loc, &out->line, &col);
}

/* ---- lines and tests ---- */

static void
run_packets(struct runner *t, struct test_line *out)
{
	if (t->lost) {
		out->result = TEST_UNDETERMINED;
		out->why = "a line above can end in too many ways";
		return;
	}
	explore(t);
	if (t->lost) {
		out->result = TEST_UNDETERMINED;
		out->why = arena_printf(t->s->arena, "it can end in more than "
		    "%d ways, so much is not known: a snapshot of the host "
		    "would tell more", MAX_WAYS);
		return;
	}
	settle_verdicts(t);
	report_ways(t, out);
	out->result = judge(t->leaves, t->n_leaves, 0);
	step(t);
}

/* Does the packet show that not every one comes to what is expected?  Not if
 * that hangs on what is not known, and not if no rule meets it. */
static bool
shows(void *arg, const struct pktspec *p)
{
	struct runner *t = arg;
	struct branch_path path = { .n = 0 };
	struct sbuf words = SBUF_INIT;
	bool certain = true;

	open_run(t, NULL, 0);
	t->consistent = false;
	t->path = &path;
	t->way = arena_new(t->s->arena, struct test_way);
	sim_chance(t->run->sim, CHANCE_OPEN);
	t->checking = true;
	run_send(t->run, p);
	t->checking = false;
	for (unsigned i = 0; i < path.n; i++)
		certain &= path.facts[i].chance;
	pktspec_print(&t->run->past[0].sent, &words);
	t->example = keep(t->s->arena, &words);
	close_run(t);
	free(path.facts);
	return certain && t->way->wrong != 0 &&
	    t->way->end.disposition != DISP_LOST;
}

static void
run_set(struct runner *t, struct test_line *out)
{
	struct expect_question q = { .line = t->line,
	    .arena = t->s->arena, .shows = shows, .arg = t };

	out->result = expect_sets_ask(t->s->sets, &q, &out->why);
	if (out->result != TEST_FAILED)
		return;
	out->example = t->example;
	out->ways = arena_copy(q.arena, &t->way, sizeof(t->way));
	out->n_ways = 1;
}

static void
run_flow(struct runner *t)
{
	if (t->lost)
		return;
	explore(t);
	step(t);
}

static void
run_line(struct runner *t, struct test_case *out)
{
	struct test_line *line = &out->lines[out->n_lines];

	if (t->line->flow) {
		run_flow(t);
		return;
	}
	begin_report(t, line);
	if (expect_is_set(&t->line->packet))
		run_set(t, line);
	else
		run_packets(t, line);
	out->n_lines++;
	if (out->result != TEST_FAILED && line->result != TEST_PASSED)
		out->result = line->result;
}

void
expect_run(const struct expect_setup *s, const struct expect_test *test,
    struct test_case *out)
{
	struct runner *t = mem_alloc(1, sizeof(*t));
	unsigned n = 0, col;

	*t = (struct runner){ .s = s, .test = test, .search = {
	    .run = try, .way = on_way, .arg = t, .limit = MAX_WAYS } };
	for (const struct expect_line *l = test->lines; l != NULL; l = l->next)
		n++;
	*out = (struct test_case){ .name = test->name,
	    .file = test->loc.src->name,
	    .lines = arena_alloc(s->arena, n * sizeof(*out->lines)) };
	loc_line(test->loc, &out->line, &col);
	for (t->line = test->lines; t->line != NULL; t->line = t->line->next)
		run_line(t, out);
	close_run(t);
	free(t->before);
	free(t->leaves);
	free(t);
}
