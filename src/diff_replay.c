/* Captures through two rulesets: which flows come out otherwise. */
#include "diff.h"

#include "model/words.h"

#include <stdlib.h>

struct side { struct sim *sim; uint64_t sent; struct feed *feed; };

/* Flows that changed alike; the list of those that were met. */
struct group { struct diff_flows told; struct outcome end[2];
    struct group *next; };

struct comparing {
	struct inputs *in;
	const struct feed_input *captures;
	struct feed *feed;
	struct side side[2];		/* feed: of the old alone */
	struct map flows;		/* by ends: a mark, set if it changed */
	struct group *groups, **last;
	unsigned n_groups;
	struct diff_traffic out;
};
/* What a flow is marked with in the map. */
enum { SAME = 1, CHANGED };

/* What was captured was sent under the old rules: copies are of that. */
static void
on_sent(void *arg, const struct iface *dev, const uint8_t *l3, uint32_t len,
    uint32_t have, int64_t when)
{
	struct side *s = arg;
	uint64_t h = s->sent ^ (uintptr_t)dev ^ len;

	if (s->feed != NULL && dev != NULL)
		feed_sent(s->feed, dev, l3, have, when);
	for (uint32_t i = 0; i < have; i++)
		h = (h ^ l3[i]) * UINT64_C(0x100000001b3);
	s->sent = h;
}

/* ---- flows ---- */

/* The same for both directions: the lower end first. */
static bool
flow_of(const uint8_t *l3, uint32_t have, struct flow_key *k)
{
	struct flow_key read, out;
	int order;

	if (l3 == NULL || !flow_key_read(&read, l3, have))
		return false;
	memset(&out, 0, sizeof(out));
	out.family = read.family;
	out.proto = read.proto;
	order = addr_cmp(&read.src, &read.dst);
	if (order < 0 || (order == 0 && read.sport <= read.dport)) {
		out.src = read.src;
		out.dst = read.dst;
	} else {
		out.src = read.dst;
		out.dst = read.src;
	}
	if (read.has_ports) {
		bool kept = addr_equal(&out.src, &read.src) &&
		    (order != 0 || read.sport <= read.dport);

		out.sport = kept ? read.sport : read.dport;
		out.dport = kept ? read.dport : read.sport;
	}
	*k = out;
	return true;
}

/* Marks the flow; what it was marked with, 0 if it is new. */
static uintptr_t
mark_flow(struct comparing *c, const struct flow_key *k, uintptr_t mark)
{
	uintptr_t old = (uintptr_t)map_get(&c->flows, (const char *)k,
	    sizeof(*k));
	const char *key = (const char *)k;

	if (old >= mark)
		return old;
	if (old == 0)
		key = arena_copy(&c->in->arena, k, sizeof(*k));
	map_set(&c->flows, &c->in->arena, key, sizeof(*k), (void *)mark);
	return old;
}

/* ---- groups ---- */

static struct decider
decider_of(const struct outcome *o)
{
	return (struct decider){ .rule = o->rule, .chain = o->rule ? NULL :
	    o->chain, .verdict = disposition_names[o->disposition] };
}

static struct group *
group_of(struct comparing *c, const struct outcome end[2])
{
	struct group *g;

	for (g = c->groups; g != NULL; g = g->next) {
		bool same = true;

		for (unsigned i = 0; i < 2; i++)
			same &= g->end[i].disposition == end[i].disposition &&
			    g->end[i].rule == end[i].rule &&
			    g->end[i].chain == end[i].chain;
		if (same)
			return g;
	}
	g = arena_new(&c->in->arena, struct group);
	*g = (struct group){ .end = { end[0], end[1] } };
	g->told.sent = end[0].disposition == end[1].disposition;
	for (unsigned i = 0; i < 2; i++) {
		g->told.by[i] = decider_of(&end[i]);
		g->told.outcome[i] = disposition_names[end[i].disposition];
	}
	*c->last = g;
	c->last = &g->next;
	c->n_groups++;
	return g;
}

static void
note_change(struct comparing *c, const struct frame *f, unsigned file,
    const struct outcome end[2], const uint8_t *l3, uint32_t have)
{
	struct group *g = group_of(c, end);
	struct sbuf b = SBUF_INIT;

	c->out.changed++;
	if (g->told.flows++ != 0)
		return;
	sbuf_printf(&b, "%s ", f->in ? f->in->name : "local");
	packet_words(l3, have, &b);
	g->told.example = arena_strdup(&c->in->arena, sbuf_text(&b));
	g->told.frame = f->number;
	g->told.file = c->captures[file].path;
	sbuf_free(&b);
}

/* ---- frames ---- */

static void
run_frame(struct comparing *c, const struct frame *f, unsigned file)
{
	struct outcome end[2];
	struct flow_key k;
	uint32_t have = 0;
	int family;
	const uint8_t *l3 = frame_l3(f, &have, &family);
	uintptr_t was;
	bool changed;

	for (unsigned i = 0; i < 2; i++) {
		c->side[i].sent = 0;
		sim_frame(c->side[i].sim, f, &end[i]);
	}
	c->out.frames++;
	if (!flow_of(l3, have, &k))
		return;
	changed = end[0].disposition != end[1].disposition ||
	    c->side[0].sent != c->side[1].sent;
	was = mark_flow(c, &k, changed ? CHANGED : SAME);
	c->out.flows += was == 0;
	if (changed && was != CHANGED)
		note_change(c, f, file, end, l3, have);
}

static void
run_frames(struct comparing *c)
{
	struct frame f;
	unsigned file;
	bool first = true;

	while (feed_next(c->feed, &f, &file)) {
		for (unsigned i = 0; i < 2 && first; i++) {
			sim_clock(c->side[i].sim, f.time);
			inputs_connections(c->in, NULL, c->side[i].sim);
		}
		first = false;
		run_frame(c, &f, file);
	}
}

static int
by_flows(const void *a, const void *b)
{
	const struct diff_flows *x = a, *y = b;

	if (x->flows != y->flows)
		return x->flows < y->flows ? 1 : -1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static void
list_groups(struct comparing *c)
{
	struct diff_flows *list = arena_alloc(&c->in->arena,
	    (c->n_groups + 1) * sizeof(*list));

	for (const struct group *g = c->groups; g != NULL; g = g->next)
		list[c->out.n++] = g->told;
	qsort(list, c->out.n, sizeof(*list), by_flows);
	c->out.groups = list;
}

bool
diff_replay(struct inputs *in, const struct diff_sides *s,
    const struct feed_input *captures, unsigned n, struct diff_traffic *out)
{
	struct comparing c = { .in = in, .captures = captures };
	struct feed_config cfg = { .inputs = captures, .n_inputs = n,
	    .env = in->env, .diags = &in->diags, .arena = &in->arena,
	    .physdev = inputs_bridge_ports(in) };

	c.last = &c.groups;
	c.feed = feed_open(&cfg);
	if (c.feed == NULL)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		struct sim_config sim = { .rules = { s->rules[i][0],
		    s->rules[i][1] }, .env = in->env, .sent = on_sent,
		    .arg = &c.side[i] };

		c.side[i].sim = sim_new(&sim);
	}
	c.side[0].feed = c.feed;
	feed_for(c.feed, c.side[0].sim);
	run_frames(&c);
	list_groups(&c);
	*out = c.out;
	feed_close(c.feed);
	sim_free(c.side[0].sim);
	sim_free(c.side[1].sim);
	return in->diags.errors == 0;
}
