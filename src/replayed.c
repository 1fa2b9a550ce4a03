#include "replayed.h"

/* ---- frames ---- */

static uint32_t
l3_bytes(const uint8_t *l3, int family, const struct frame *f)
{
	uint32_t len = family == AF_INET ? get16(l3 + 2) :
	    40u + get16(l3 + 4);

	return len ? len : f->wire_len;
}

void
replayed_frame(struct sim *sim, const struct frame *f, unsigned file,
    struct summary *s, struct summary_packet *p)
{
	struct outcome o;
	int family;

	*p = (struct summary_packet){ .in = f->in, .frame = f->number,
	    .file = file, .time = f->time, .bytes = f->wire_len };
	p->l3 = frame_l3(f, &p->have, &family);
	if (p->l3 != NULL) {
		p->bytes = l3_bytes(p->l3, family, f);
		if (s != NULL)
			summary_expect(s, p->l3, p->have);
	}
	sim_frame(sim, f, &o);
	p->disposition = o.disposition;
	p->reason = o.reason;
	p->rule = o.rule;
	p->chain = o.chain;
	p->unknown = o.unknown;
	p->n_unknown = o.n_unknown;
}

static void
on_sent(void *arg, const struct iface *dev, const uint8_t *l3, uint32_t len,
    uint32_t have, int64_t time)
{
	struct replayed *r = arg;

	(void)len;
	if (dev != NULL)
		feed_sent(r->feed, dev, l3, have, time);
}

static void
run_frames(struct replayed *r, const struct inputs *in,
    struct progress *progress)
{
	uint64_t done, total, n = 0;
	struct summary_packet p;
	struct frame f;
	unsigned file;
	bool begun = false;

	while (feed_next(r->feed, &f, &file)) {
		if (!begun) {
			r->facts.first = r->facts.last = f.time;
			sim_clock(r->sim, f.time);
			inputs_connections(in, NULL, r->sim);
			begun = true;
		}
		history_begin(r->history);
		replayed_frame(r->sim, &f, file, r->summary, &p);
		summary_add(r->summary, &p);
		history_add(r->history, &p, f.time, file);
		if (++n % FEED_PROGRESS == 0) {
			feed_progress(r->feed, &done, &total);
			progress_at(progress, done, total);
		}
		if (f.time > r->facts.last)
			r->facts.last = f.time;
	}
}

bool
replayed_run(struct replayed *r, struct inputs *in,
    const struct feed_input *captures, unsigned n, bool partial,
    struct progress *progress)
{
	struct feed_config feed = { .inputs = captures, .n_inputs = n,
	    .env = in->env, .diags = &in->diags, .arena = &in->arena,
	    .partial = partial, .physdev = inputs_bridge_ports(in) };
	struct sim_config cfg = { .rules = { in->load.rules[0],
	    in->load.rules[1] }, .env = in->env, .sent = on_sent, .arg = r };
	const char **names = arena_alloc(&in->arena, n * sizeof(*names));

	for (unsigned i = 0; i < n; i++)
		names[i] = captures[i].path;
	r->facts.captures = names;
	r->facts.n_captures = n;
	r->feed = feed_open(&feed);
	if (r->feed == NULL)
		return false;
	r->summary = summary_new(&in->arena);
	r->history = history_new(&in->arena);
	history_captures(r->history, n);
	cfg.sink = history_sink(r->history);
	r->sim = sim_new(&cfg);
	feed_for(r->feed, r->sim);
	progress_phase(progress, "replaying", PROGRESS_BYTES, 0);
	run_frames(r, in, progress);
	return in->diags.errors == 0;
}

/* ---- for the page ---- */

static void
rule_counters(void *arg, const struct rule *r, uint64_t *packets,
    uint64_t *bytes)
{
	sim_rule_counters(arg, r, packets, bytes);
}

static void
chain_counters(void *arg, const struct chain *c, uint64_t *packets,
    uint64_t *bytes)
{
	sim_chain_counters(arg, c, packets, bytes);
}

struct save_counters
counters_of(struct sim *sim)
{
	return (struct save_counters){ rule_counters, chain_counters, sim };
}

void
replayed_tell(struct replayed *r, struct page *p)
{
	r->after = counters_of(r->sim);
	p->r.after = &r->after;
	p->r.history = r->history;
	p->r.summary = summary_view(r->summary);
	p->r.facts = &r->facts;
}

void
replayed_free(struct replayed *r)
{
	feed_close(r->feed);
	sim_free(r->sim);
	summary_free(r->summary);
	history_free(r->history);
}
