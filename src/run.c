#include "run.h"

#include "inject.h"

#include <stdlib.h>

#define MILLISECOND INT64_C(1000000)
#define DAYS(n) (INT64_C(86400000000000) * (n))

enum { FIRST_ANSWER = 1000000 };	/* sequence number of a SYN/ACK */

static struct inject
injector(const struct run *r)
{
	const struct run_setup *s = r->setup;

	return (struct inject){ .env = s->in->env, .arena = s->arena,
	    .family = s->rules[0] == NULL && s->rules[1] != NULL ? AF_INET6 :
	    AF_INET, .note = s->note, .arg = s->arg };
}

/* ---- sequence numbers ---- */

static uint32_t
span(const struct pktspec *p)
{
	return p->payload_len + !!(p->tcp_flags & TCPF_SYN) +
	    !!(p->tcp_flags & TCPF_FIN);
}

static bool
same_ends(const struct pktspec *a, const struct pktspec *b)
{
	return addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst) &&
	    a->sport == b->sport && a->dport == b->dport;
}

static bool
answers(const struct pktspec *a, const struct pktspec *b)
{
	return addr_equal(&a->src, &b->dst) && addr_equal(&a->dst, &b->src) &&
	    a->sport == b->dport && a->dport == b->sport;
}

/* Numbers that go on from the packets before, unless they were given. */
static void
number_it(const struct run *r, struct pktspec *p)
{
	bool own = (p->has & SPEC_SEQ) != 0, peer = (p->has & SPEC_ACK) != 0;

	for (unsigned i = r->n_past; p->proto == 6 && i-- > 0;) {
		const struct past *old = &r->past[i];
		uint32_t next = old->sent.seq + span(&old->sent);

		if (!own && same_ends(p, &old->sent)) {
			p->seq = next;
			own = true;
		}
		if (peer || !(answers(p, &old->sent) ||
		    (old->has_left && answers(p, &old->left))))
			continue;
		p->ack = p->tcp_flags & TCPF_ACK ? next : 0;
		if (!own)
			p->seq = FIRST_ANSWER;
		peer = true;
	}
}

/* ---- packets in words ---- */

static void
inject_one(struct run *r, struct pktspec *p)
{
	struct inject j = injector(r);
	struct past *past;
	struct frame f;

	inject_complete(&j, p);
	number_it(r, p);
	inject_frame(&j, p, r->time, &f);
	for (uint32_t i = 0; i < p->count; i++, r->time += MILLISECOND) {
		trace_reset(&r->way);
		arena_free(&r->texts);
		f.time = r->time;
		sim_frame(r->sim, &f, &r->outcome);
		if (r->setup->ran != NULL)
			r->setup->ran(r->setup->arg, r);
	}
	vec_room(r->past, r->n_past, r->room_past);
	past = &r->past[r->n_past++];
	past->sent = *p;
	past->has_left = r->way.final != NULL && pktspec_read(r->way.final,
	    r->way.final_len, &past->left);
}

/* The answer to what just went through, by the way it left. */
static bool
answer_to(const struct run *r, struct pktspec *answer)
{
	const struct trace *w = &r->way;
	struct pktspec left;

	if (w->final == NULL || (!w->delivered && w->final_out == NULL))
		return false;
	if (!pktspec_read(w->final, w->final_len, &left) ||
	    !pktspec_answer(&left, answer))
		return false;
	answer->local = w->delivered;
	if (!w->delivered)
		memcpy(answer->in, w->final_out->name, IFNAME_SIZE);
	/* Where nobody knows the routes it goes back by the way it came. */
	if (!w->delivered && w->in != NULL && !r->setup->in->env->has_addrs)
		memcpy(answer->out, w->in->name, IFNAME_SIZE);
	answer->has &= ~(unsigned)(SPEC_SEQ | SPEC_ACK);
	return true;
}

static uint16_t
net16(uint16_t v)
{
	uint8_t b[2];
	uint16_t out;

	put16(b, v);
	memcpy(&out, b, sizeof(out));
	return out;
}

/* The connection as if it had begun before these rules were there. */
static void
add_connection(struct run *r, const struct pktspec *p)
{
	struct ct ct = { .status = CTS_SEEN_REPLY | CTS_ASSURED |
	    CTS_CONFIRMED, .timeout = DAYS(5), .mark = p->connmark };

	for (int d = 0; d < N_CT_DIRS; d++) {
		bool reply = p->reply != (d == CT_REPLY);

		ct.tuple[d] = (struct tuple){ .src = reply ? p->dst : p->src,
		    .dst = reply ? p->src : p->dst, .proto = p->proto,
		    .sport = net16(reply ? p->dport : p->sport),
		    .dport = net16(reply ? p->sport : p->dport),
		    .family = (uint8_t)p->family, .dir = (uint8_t)d };
	}
	if (p->proto == 6)
		ct.tcp.state = TCP_CT_ESTABLISHED;
	sim_add_ct(r->sim, &ct);
	r->setup->note(r->setup->arg, p->reply || (p->has & SPEC_CONNMARK) ?
	    "its connection is taken as having begun before" :
	    "the rules do not let its connection begin: it is taken as having "
	    "begun before");
}

/* The packet and its answer.  False: there is none. */
static bool
begin_both(struct run *r, struct pktspec *p)
{
	struct pktspec answer;

	if (p->proto == 6)
		p->tcp_flags = TCPF_SYN;
	inject_one(r, p);
	if (r->outcome.disposition != DISP_ACCEPT || !answer_to(r, &answer))
		return false;
	inject_one(r, &answer);
	return true;
}

static void
send_ack(struct run *r, struct pktspec *p)
{
	if (p->proto != 6)
		return;
	p->tcp_flags = TCPF_ACK;
	p->has &= ~(unsigned)(SPEC_SEQ | SPEC_ACK);
	inject_one(r, p);
}

void
run_establish(struct run *r, const struct pktspec *of)
{
	struct inject j = injector(r);
	struct pktspec p = *of;

	inject_complete(&j, &p);
	if (p.reply || (p.has & SPEC_CONNMARK)) {
		add_connection(r, &p);
		return;
	}
	p.payload_len = p.length = 0;
	p.count = 1;
	p.established = false;
	if (begin_both(r, &p) && r->outcome.disposition == DISP_ACCEPT)
		send_ack(r, &p);
	else
		add_connection(r, &p);
}

bool
run_begin_flow(struct run *r, const struct pktspec *first)
{
	struct pktspec p = *first;

	if (!begin_both(r, &p))
		return false;
	send_ack(r, &p);
	return true;
}

void
run_send(struct run *r, const struct pktspec *spec)
{
	struct pktspec p = *spec;

	inject_one(r, &p);
}

static void
run_words(struct run *r)
{
	const struct run_setup *s = r->setup;
	struct pktspec p = s->spec;

	for (unsigned i = 0; i < s->n_before; i++) {
		if (s->before[i].established)
			run_establish(r, &s->before[i]);
		run_send(r, &s->before[i]);
	}
	p.established |= s->established;
	if (p.established)
		run_establish(r, &p);
	r->unknown_before = sim_unknowns(r->sim);
	inject_one(r, &p);
	r->found = true;
}

/* ---- frames ---- */

static void
on_sent(void *arg, const struct iface *dev, const uint8_t *l3, uint32_t len,
    uint32_t have, int64_t time)
{
	struct run *r = arg;

	(void)len;
	if (dev != NULL && r->feed != NULL)
		feed_sent(r->feed, dev, l3, have, time);
}

static void
run_capture(struct run *r)
{
	const struct run_setup *s = r->setup;
	struct feed_config cfg = { .inputs = s->captures,
		.n_inputs = s->n_captures,
		.env = s->in->env,
		.diags = &s->in->diags,
		.arena = s->arena,
		.partial = s->partial,
		.physdev = inputs_bridge_ports(s->in) };
	struct feed *feed = feed_open(&cfg);
	struct frame f;
	bool begun = false;
	unsigned file;

	r->way.on = false;
	r->feed = feed;
	while (feed != NULL && !r->found && feed_next(feed, &f, &file)) {
		if (file == 0 && f.number > s->frame)
			break;
		if (!begun) {
			sim_clock(r->sim, f.time);
			inputs_connections(s->in, NULL, r->sim);
			begun = true;
		}
		r->found = file == 0 && f.number == s->frame;
		r->way.on = r->found;
		if (r->found)
			r->unknown_before = sim_unknowns(r->sim);
		sim_frame(r->sim, &f, &r->outcome);
		r->time = f.time + MILLISECOND;
	}
	r->feed = NULL;
	feed_close(feed);
}

/* ---- all ---- */

static void
open_sim(struct run *r, const struct run_setup *s)
{
	struct sim_config cfg = { .rules = { s->rules[0], s->rules[1] },
	    .env = s->in->env, .sink = &r->way.sink, .choices = s->choices,
	    .n_choices = s->n_choices, .sent = s->frame ? on_sent : NULL,
	    .arg = r };

	*r = (struct run){ .setup = s, .time = s->time };
	trace_init(&r->way, s->ran != NULL ? &r->texts : s->arena);
	r->way.all_misses = s->all_misses;
	r->sim = sim_new(&cfg);
}

void
run_open(struct run *r, const struct run_setup *s)
{
	open_sim(r, s);
	sim_clock(r->sim, r->time);
	inputs_connections(s->in, NULL, r->sim);
}

void
run_begin(struct run *r, const struct run_setup *s)
{
	if (s->frame != 0) {
		open_sim(r, s);
		run_capture(r);
	} else {
		run_open(r, s);
		run_words(r);
	}
}

void
run_end(struct run *r)
{
	trace_free(&r->way);
	arena_free(&r->texts);
	free(r->past);
	sim_free(r->sim);
	r->sim = NULL;
}

void
run_assume_time(struct inputs *in, int64_t time)
{
	if (inputs_uses(in, "time"))
		env_assume(in->env, time == RUN_USUAL_TIME ?
		    "it is 2026-01-01 12:00:00 UTC (--at says otherwise)" :
		    "it is the time that --at says");
}

struct trace_ending
run_ending(const struct run *r)
{
	return (struct trace_ending){ r->outcome.disposition,
	    r->outcome.reason, r->outcome.rule, r->outcome.chain };
}

unsigned
run_unknowns(const struct run *r)
{
	return sim_unknowns(r->sim) - r->unknown_before;
}

bool
run_reply(struct run *r, struct trace *reply, struct trace_ending *end,
    const char **why)
{
	struct trace forward = r->way;
	struct outcome outcome = r->outcome;
	struct pktspec answer;

	if (outcome.disposition != DISP_ACCEPT)
		return false;
	if (!forward.delivered && forward.final != NULL &&
	    forward.final_out == NULL) {
		*why = "not tried: the interface that it would come in by is "
		    "not known";
		return false;
	}
	if (!answer_to(r, &answer))
		return false;
	/* The recorder is the simulator's sink: it is lent to the reply. */
	trace_init(&r->way, forward.arena);
	r->way.all_misses = forward.all_misses;
	inject_one(r, &answer);
	*end = run_ending(r);
	*reply = r->way;
	r->way = forward;
	r->outcome = outcome;
	return true;
}
