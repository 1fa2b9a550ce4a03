/* nfwalk trace: one packet, explained. */
#include "cmd.h"

#include "ext/ext.h"
#include "feed.h"
#include "inject.h"
#include "inputs.h"
#include "parsers/fromlog.h"
#include "reports/ref.h"
#include "reports/trace.h"

#include <stdlib.h>
#include <unistd.h>

#include "reports/json_util.h"

static const char usage[] =
"usage: nfwalk trace -r FILE [-S DIR] [options] 'PACKET'...\n"
"       nfwalk trace -r FILE [-S DIR] [options] --frame N [IFACE=]CAPTURE\n"
"       nfwalk trace -r FILE [-S DIR] [options] --from-log FILE\n"
"\n"
"Explains what happens to a packet, and why.  A PACKET is\n"
"  'eth0 tcp 203.0.113.7:51514 > 198.51.100.10:22 syn'\n"
"  'local udp 10.0.0.1:5353 > 8.8.8.8:53'  'eth0 icmp A > B echo-request'\n"
"  '-i eth0 -p tcp -s 203.0.113.7 -d 198.51.100.10 --dport 22', a line of\n"
"  tcpdump or of conntrack -L.  Behind it: flags, ttl N, tos N, len N, mac M,\n"
"  payload TEXT, xN (so many times), -> IFACE (leaves there).\n"
"\n"
"  -r, --rules FILE    a ruleset; repeatable\n"
"  -S, --snapshot DIR  the host: addresses, routes, sets, ...\n"
"  -4, -6              the next FILE is of this family\n"
"      --after PACKET  what came before; 'established': its connection\n"
"                      exists; repeatable\n"
"      --frame N       frame N of a capture, after those before it\n"
"      --from-log FILE packets of kernel LOG lines\n"
"      --at SECONDS    the time, since the epoch\n"
"  -f, --format F      text or json\n"
"  -v, -vv             every table; every rule that was tested, and why not\n"
"      --brief         one line for each packet\n"
"      --expect V      exit 1 unless the verdict is V: ACCEPT, DROP, ...\n"
"      --strict        exit 4 if it depends on what is not known\n"
"      --color WHEN    auto, always, never\n";

/* Thursday noon, 2026-01-01: no clock of this machine is asked. */
#define USUAL_TIME INT64_C(1767268800000000000)
#define MILLISECOND INT64_C(1000000)
enum { MAX_AFTER = 64, MAX_RUNS = 64, MAX_DEPTH = 64 };

/* One question: a packet in words, or a frame of a capture. */
struct question {
	const char *input;
	struct pktspec spec;
	const char *before;		/* of a LOG line, else null */
	unsigned frame;			/* 0: words */
};

struct tracer {
	struct inputs in;
	const char *format, *expect, *from_log;
	const char *after[MAX_AFTER];
	unsigned n_after, frame;
	bool established, strict, partial;
	int verbose;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	int64_t time;
	enum disposition wanted;
	struct sbuf loose;		/* iptables-like options without quotes */
	struct question *questions;
	unsigned n_questions, room_questions;
	struct pktspec before[MAX_AFTER];
	struct feed_input capture;
	/* Of the question at hand. */
	const char **notes;
	unsigned n_notes, room_notes;
	struct cJSON *results;
	bool undetermined, unexpected;
};

/* ---- options ---- */

static bool
set_text(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	if (strcmp(o->name, "--from-log") == 0)
		t->from_log = value;
	else
		t->format = value;
	return true;
}

static bool
set_verbose(void *ctx, const struct arg *o, const char *value)
{
	(void)value;
	((struct tracer *)ctx)->verbose = strcmp(o->name, "--brief") == 0 ?
	    -1 : strcmp(o->name, "-vv") == 0 ? 2 : 1;
	return true;
}

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	(void)value;
	if (strcmp(o->name, "--strict") == 0)
		t->strict = true;
	else
		t->partial = true;
	return true;
}

static bool
set_after(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	(void)o;
	if (strcmp(value, "established") == 0) {
		t->established = true;
		return true;
	}
	if (t->n_after == MAX_AFTER)
		return args_error("trace", "--after: %d packets at most",
		    MAX_AFTER);
	t->after[t->n_after++] = value;
	return true;
}

static bool
read_number_arg(const struct arg *o, const char *value, uint64_t max,
    uint64_t *out)
{
	const char *s = value;

	if (read_number(&s, max, out) && *s == '\0')
		return true;
	return args_error("trace", "%s: expected a number, got '%s'", o->name,
	    value);
}

static bool
set_number(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;
	uint64_t v;

	if (strcmp(o->name, "--at") == 0) {
		if (!read_number_arg(o, value, INT64_MAX / 1000000000, &v))
			return false;
		t->time = (int64_t)v * 1000000000;
		return true;
	}
	if (!read_number_arg(o, value, UINT32_MAX, &v))
		return false;
	if (v == 0)
		return args_error("trace", "--frame: frames count from 1");
	t->frame = (unsigned)v;
	return true;
}

static bool
set_expect(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	for (int d = 0; d < N_DISPOSITIONS; d++)
		if (strcmp(disposition_names[d], value) == 0) {
			t->expect = value;
			t->wanted = (enum disposition)d;
			return true;
		}
	return args_error("trace", "%s: '%s' is no verdict (ACCEPT, DROP, "
	    "REJECT, QUEUE, STOLEN, LOST, DEPENDS, UNDETERMINED)", o->name,
	    value);
}

static bool
set_color(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	if (strcmp(value, "always") == 0)
		t->color = COLOR_ALWAYS;
	else if (strcmp(value, "never") == 0)
		t->color = COLOR_NEVER;
	else if (strcmp(value, "auto") == 0)
		t->color = COLOR_AUTO;
	else
		return args_error("trace", "%s: auto, always or never, not "
		    "'%s'", o->name, value);
	return true;
}

/* A packet given without quotes: its options one by one. */
static bool
set_loose(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	sbuf_printf(&t->loose, "%s%s", t->loose.len ? " " : "", o->name);
	if (value != NULL)
		sbuf_printf(&t->loose, " %s", value);
	return true;
}

static const struct arg trace_args[] = {
	{ "--after", NULL, true, set_after },
	{ "--frame", NULL, true, set_number },
	{ "--from-log", NULL, true, set_text },
	{ "--at", NULL, true, set_number },
	{ "--format", "-f", true, set_text },
	{ "--verbose", "-v", false, set_verbose },
	{ "-vv", NULL, false, set_verbose },
	{ "--brief", NULL, false, set_verbose },
	{ "--expect", NULL, true, set_expect },
	{ "--strict", NULL, false, set_flag },
	{ "--partial", NULL, false, set_flag },
	{ "--color", NULL, true, set_color },
	{ NULL, NULL, false, NULL }
};

static const struct arg loose_args[] = {
	{ "-i", "--in-interface", true, set_loose },
	{ "-o", "--out-interface", true, set_loose },
	{ "-p", "--protocol", true, set_loose },
	{ "-s", "--source", true, set_loose },
	{ "-d", "--destination", true, set_loose },
	{ "--sport", "--source-port", true, set_loose },
	{ "--dport", "--destination-port", true, set_loose },
	{ "--syn", NULL, false, set_loose },
	{ "--icmp-type", "--icmpv6-type", true, set_loose },
	{ "--ctstate", "--state", true, set_loose },
	{ "-m", "--match", true, set_loose },
	{ "--ttl", NULL, true, set_loose },
	{ "--length", NULL, true, set_loose },
	{ "--mac-source", NULL, true, set_loose },
	{ NULL, NULL, false, NULL }
};

/* ---- what is assumed ---- */

static void
add_note(void *arg, const char *text)
{
	struct tracer *t = arg;

	for (unsigned i = 0; i < t->n_notes; i++)
		if (strcmp(t->notes[i], text) == 0)
			return;
	vec_room(t->notes, t->n_notes, t->room_notes);
	t->notes[t->n_notes++] = arena_strdup(&t->in.arena, text);
}

static struct inject
injector(struct tracer *t)
{
	return (struct inject){ .env = t->in.env, .arena = &t->in.arena,
	    .family = t->in.load.rules[0] == NULL &&
	    t->in.load.rules[1] != NULL ? AF_INET6 : AF_INET,
	    .note = add_note, .arg = t };
}

/* ---- one run ---- */

/* A packet that came before, and how it left: what the next ones of its
 * connection count on. */
struct past { struct pktspec sent, left; bool has_left; };

struct run {
	struct tracer *t;
	struct sim *sim;
	struct trace way;
	struct outcome outcome;
	int64_t time;
	struct past past[2 * MAX_AFTER];
	unsigned n_past;
	unsigned unknown_before;	/* unknowns met before the packet */
	bool found;			/* the frame was there */
};

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

/* Sequence numbers that go on from the packets before, unless given. */
static void
number_it(const struct run *r, struct pktspec *p)
{
	bool own = (p->has & SPEC_SEQ) != 0, peer = (p->has & SPEC_ACK) != 0;

	if (p->proto != 6)
		return;
	for (unsigned i = r->n_past; i-- > 0;) {
		const struct past *old = &r->past[i];

		if (!own && same_ends(p, &old->sent)) {
			p->seq = old->sent.seq + span(&old->sent);
			own = true;
		}
		if (!peer && (answers(p, &old->sent) ||
		    (old->has_left && answers(p, &old->left)))) {
			p->ack = old->sent.seq + span(&old->sent);
			if (!(p->tcp_flags & TCPF_ACK))
				p->ack = 0;
			if (!own)
				p->seq = 1000000;
			peer = true;
		}
	}
}

static void
inject_one(struct run *r, struct pktspec *p)
{
	struct inject j = injector(r->t);
	struct past *past;
	struct frame f;

	inject_complete(&j, p);
	number_it(r, p);
	for (uint32_t i = 0; i < p->count; i++) {
		if (i != 0) {
			trace_reset(&r->way);
			r->time += MILLISECOND;
		}
		inject_frame(&j, p, r->time, &f);
		sim_frame(r->sim, &f, &r->outcome);
	}
	r->time += MILLISECOND;
	if (r->n_past == 2 * MAX_AFTER)
		return;
	past = &r->past[r->n_past++];
	past->sent = *p;
	past->has_left = r->way.final != NULL && pktspec_read(r->way.final,
	    r->way.final_len, &past->left);
}

/* The answer to what just went through, by the way it left; false: there is
 * none, or nobody knows where it would come in. */
static bool
answer_to(struct run *r, struct pktspec *answer)
{
	struct pktspec left;

	if (r->way.final == NULL || (!r->way.delivered &&
	    r->way.final_out == NULL))
		return false;
	if (!pktspec_read(r->way.final, r->way.final_len, &left) ||
	    !pktspec_answer(&left, answer))
		return false;
	answer->local = r->way.delivered;
	if (!r->way.delivered)
		memcpy(answer->in, r->way.final_out->name, IFNAME_SIZE);
	answer->has &= ~(unsigned)(SPEC_SEQ | SPEC_ACK);
	return true;
}

static uint16_t
net16(uint16_t v)
{
	uint8_t b[2];
	uint16_t out;

	put16(b, v);
	memcpy(&out, b, 2);
	return out;
}

/* The connection as if it had begun before these rules. */
static void
add_connection(struct run *r, const struct pktspec *p)
{
	struct ct ct = { .status = CTS_SEEN_REPLY | CTS_ASSURED |
	    CTS_CONFIRMED, .timeout = INT64_C(432000) * 1000000000 };

	for (int d = 0; d < N_CT_DIRS; d++) {
		bool reply = d == CT_REPLY;

		ct.tuple[d] = (struct tuple){ .src = reply ? p->dst : p->src,
		    .dst = reply ? p->src : p->dst, .proto = p->proto,
		    .sport = net16(reply ? p->dport : p->sport),
		    .dport = net16(reply ? p->sport : p->dport),
		    .family = (uint8_t)p->family, .dir = (uint8_t)d };
	}
	if (p->proto == 6)
		ct.tcp.state = TCP_CT_ESTABLISHED;
	sim_add_ct(r->sim, &ct);
	add_note(r->t, "the rules do not let its connection begin: it is "
	    "taken as having begun before");
}

/* SYN, SYN/ACK, ACK; or the first packet and its answer. */
static void
establish(struct run *r, const struct pktspec *of)
{
	struct inject j = injector(r->t);
	struct pktspec p = *of, answer;

	inject_complete(&j, &p);
	p.payload_len = p.length = 0;
	p.count = 1;
	p.established = false;
	if (p.proto == 6)
		p.tcp_flags = TCPF_SYN;
	inject_one(r, &p);
	if (r->outcome.disposition != DISP_ACCEPT || !answer_to(r, &answer)) {
		add_connection(r, &p);
		return;
	}
	trace_reset(&r->way);
	inject_one(r, &answer);
	trace_reset(&r->way);
	if (r->outcome.disposition != DISP_ACCEPT) {
		add_connection(r, &p);
	} else if (p.proto == 6) {
		p.tcp_flags = TCPF_ACK;
		p.has &= ~(unsigned)(SPEC_SEQ | SPEC_ACK);
		inject_one(r, &p);
		trace_reset(&r->way);
	}
}

static void
run_words(struct run *r, const struct question *q)
{
	struct pktspec p = q->spec;

	for (unsigned i = 0; i < r->t->n_after; i++) {
		struct pktspec b = r->t->before[i];

		if (b.established)
			establish(r, &b);
		inject_one(r, &b);
		trace_reset(&r->way);
	}
	if (r->t->established || p.established) {
		p.established = true;
		establish(r, &p);
		trace_reset(&r->way);
	}
	r->unknown_before = sim_unknowns(r->sim);
	inject_one(r, &p);
	r->found = true;
}

static void
run_capture(struct run *r, const struct question *q)
{
	struct feed_config cfg = { .inputs = &r->t->capture, .n_inputs = 1,
	    .env = r->t->in.env, .diags = &r->t->in.diags,
	    .arena = &r->t->in.arena, .partial = r->t->partial,
	    .physdev = inputs_bridge_ports(&r->t->in) };
	struct feed *feed = feed_open(&cfg);
	unsigned begun = 0;
	struct frame f;

	r->way.on = false;
	while (feed != NULL && !r->found && feed_next(feed, &f, NULL) &&
	    f.number <= q->frame) {
		if (!begun++) {
			sim_clock(r->sim, f.time);
			inputs_connections(&r->t->in, r->sim);
		}
		r->found = f.number == q->frame;
		r->way.on = r->found;
		if (r->found)
			r->unknown_before = sim_unknowns(r->sim);
		sim_frame(r->sim, &f, &r->outcome);
		r->time = f.time + MILLISECOND;
	}
	feed_close(feed);
}

/* A fresh simulator, what came before, the packet; 'choices' answers the
 * unknowns that the packet meets. */
static void
run_begin(struct run *r, struct tracer *t, const struct question *q,
    const uint64_t *choices, unsigned n_choices)
{
	struct sim_config cfg = { .rules = { t->in.load.rules[0],
	    t->in.load.rules[1] }, .env = t->in.env, .sink = &r->way.sink,
	    .choices = choices, .n_choices = n_choices };

	*r = (struct run){ .t = t, .time = t->time };
	trace_init(&r->way, &t->in.arena);
	r->way.all_misses = t->verbose >= 2 || strcmp(t->format, "json") == 0;
	r->sim = sim_new(&cfg);
	if (q->frame == 0) {
		sim_clock(r->sim, r->time);
		inputs_connections(&t->in, r->sim);
	}
	if (q->frame != 0)
		run_capture(r, q);
	else
		run_words(r, q);
}

static void
run_end(struct run *r)
{
	trace_free(&r->way);
	sim_free(r->sim);
	r->sim = NULL;
}

/* ---- what hangs on the unknown ---- */

struct choice_set { uint64_t bits[MAX_DEPTH / 64 + 2]; unsigned n; };

static void
choose(struct choice_set *c, unsigned i, bool yes)
{
	if (yes)
		c->bits[i / 64] |= UINT64_C(1) << i % 64;
	else
		c->bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

static void
put_use(const struct rule *rule, const struct use *u, struct sbuf *b)
{
	struct ext_print how = { rule->chain->table->ruleset->family, rule,
	    true };
	bool target = u == &rule->target && rule->kind == TGT_EXT;
	const char *name = u->ext == &ext_unknown_match ||
	    u->ext == &ext_unknown_target ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name;

	sbuf_printf(b, "%s %s", target ? "-j" : "-m", name);
	if (u->ext->save != NULL)
		u->ext->save(u->data, &how, b);
}

/* "-m set --match-set bad src of filter/INPUT#2 (edge.rules:19) matches" */
static const char *
condition(struct tracer *t, const struct step *s)
{
	bool target = s->rule->kind == TGT_EXT && s->use == &s->rule->target;
	struct sbuf b = SBUF_INIT, text = SBUF_INIT, place = SBUF_INIT;
	const char *kept;

	if (s->use != NULL)
		put_use(s->rule, s->use, &b);
	else
		ref_tests(s->rule, &b);
	sbuf_safe(&text, sbuf_text(&b), b.len);
	sbuf_puts(&text, " of ");
	ref_rule(s->rule, &text);
	ref_rule_place(s->rule, &place);
	if (place.len != 0)
		sbuf_printf(&text, " (%s)", sbuf_text(&place));
	sbuf_puts(&text, target ? s->taken ? " drops it" : " lets it pass" :
	    s->taken ? " matches" : " does not match");
	kept = arena_strdup(&t->in.arena, sbuf_text(&text));
	sbuf_free(&b);
	sbuf_free(&text);
	sbuf_free(&place);
	return kept;
}

static void
add_branch(struct tracer *t, struct trace_report *report,
    struct trace_branch *branches, const struct run *r)
{
	struct trace_branch *br = &branches[report->n_branches++];

	*br = (struct trace_branch){ .disposition = r->outcome.disposition,
	    .reason = r->outcome.reason, .rule = r->outcome.rule,
	    .chain = r->outcome.chain };
	br->conditions = arena_alloc(&t->in.arena, (r->way.n_steps + 1) *
	    sizeof(*br->conditions));
	for (unsigned i = 0; i < r->way.n_steps; i++)
		if (r->way.steps[i].kind == EV_UNKNOWN)
			br->conditions[br->n_conditions++] =
			    condition(t, &r->way.steps[i]);
}

struct search {
	struct tracer *t;
	const struct question *q;
	struct trace_report *report;
	struct trace_branch *branches;	/* MAX_RUNS */
	unsigned before;		/* unknowns before the packet: all 'no' */
	unsigned runs;
};

/* Follows the path with 'fixed' answers given and 'no' from there on, then
 * each path that turns one of those 'no' into 'yes'. */
static void
explore(struct search *s, struct choice_set *c, unsigned fixed)
{
	struct run *r;
	unsigned met;

	if (s->runs == MAX_RUNS || fixed >= MAX_DEPTH) {
		s->report->more_branches = true;
		return;
	}
	s->runs++;
	r = mem_alloc(1, sizeof(*r));
	c->n = s->before + fixed;
	run_begin(r, s->t, s->q, c->bits, c->n);
	met = sim_unknowns(r->sim) - r->unknown_before;
	add_branch(s->t, s->report, s->branches, r);
	run_end(r);
	free(r);
	for (unsigned i = fixed; i < met; i++) {
		if (s->before + i >= sizeof(c->bits) * 8) {
			s->report->more_branches = true;
			return;
		}
		for (unsigned j = fixed; j < i; j++)
			choose(c, s->before + j, false);
		choose(c, s->before + i, true);
		explore(s, c, i + 1);
	}
	for (unsigned j = fixed; j < met && s->before + j <
	    sizeof(c->bits) * 8; j++)
		choose(c, s->before + j, false);
}

static void
settle_unknowns(struct tracer *t, const struct question *q,
    struct trace_report *report, const struct run *first)
{
	struct choice_set c = { { 0 }, 0 };
	struct search s = { .t = t, .q = q, .report = report,
	    .before = first->unknown_before };
	bool agree = true;

	s.branches = arena_alloc(&t->in.arena, MAX_RUNS *
	    sizeof(*s.branches));
	report->branches = s.branches;
	report->n_unknown = sim_unknowns(first->sim) - first->unknown_before;
	explore(&s, &c, 0);
	for (unsigned i = 1; i < report->n_branches; i++)
		agree &= s.branches[i].disposition ==
		    s.branches[0].disposition;
	if (agree && !report->more_branches) {
		add_note(t, "what is not known of it makes no difference");
		report->n_branches = 0;
		return;
	}
	report->end = (struct trace_ending){ agree ? DISP_UNDETERMINED :
	    DISP_DEPENDS, REASON_UNKNOWN_MATCH, NULL, NULL };
}

/* ---- telling ---- */

static bool
use_color(const struct tracer *t)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (t->color != COLOR_AUTO)
		return t->color == COLOR_ALWAYS;
	return (no == NULL || *no == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

static void
tell(struct tracer *t, const struct trace_report *report, bool first)
{
	if (strcmp(t->format, "json") == 0) {
		json_collect(&t->results, trace_json(report));
		return;
	}
	if (!first && t->verbose >= 0)
		putchar('\n');
	trace_text(report, t->verbose, use_color(t), stdout);
}

static void
try_reply(struct run *r, struct trace_report *report, struct trace *reply)
{
	struct pktspec answer;
	struct trace forward = r->way;

	if (report->end.disposition != DISP_ACCEPT)
		return;
	if (!forward.delivered && forward.final != NULL &&
	    forward.final_out == NULL) {
		report->no_reply = "not tried: the interface that it would "
		    "come in by is not known";
		return;
	}
	if (!answer_to(r, &answer))
		return;
	/* The recorder is the simulator's sink: it is lent to the reply. */
	trace_init(&r->way, forward.arena);
	r->way.all_misses = forward.all_misses;
	inject_one(r, &answer);
	*reply = r->way;
	r->way = forward;
	report->reply = reply;
	report->reply_end = (struct trace_ending){ r->outcome.disposition,
	    r->outcome.reason, r->outcome.rule, r->outcome.chain };
}

static bool
ask(struct tracer *t, const struct question *q, bool first)
{
	struct run *r = mem_alloc(1, sizeof(*r));
	struct trace_report report = { .input = q->input, .env = t->in.env,
	    .logged_before = q->before };
	struct trace reply;
	bool ok;

	t->n_notes = 0;
	trace_init(&reply, &t->in.arena);
	run_begin(r, t, q, NULL, 0);
	ok = r->found && t->in.diags.errors == 0;
	if (!r->found && t->in.diags.errors == 0)
		diag_error(&t->in.diags, (struct loc){ 0 }, "%s: frame %u is "
		    "not there, or is not one that is injected",
		    t->capture.path, q->frame);
	if (ok) {
		report.way = &r->way;
		report.end = (struct trace_ending){ r->outcome.disposition,
		    r->outcome.reason, r->outcome.rule, r->outcome.chain };
		if (sim_unknowns(r->sim) > r->unknown_before)
			settle_unknowns(t, q, &report, r);
		try_reply(r, &report, &reply);
		report.notes = t->notes;
		report.n_notes = t->n_notes;
		tell(t, &report, first);
		t->undetermined |= report.end.disposition == DISP_DEPENDS ||
		    report.end.disposition == DISP_UNDETERMINED;
		t->unexpected |= t->expect != NULL &&
		    report.end.disposition != t->wanted;
	}
	trace_free(&reply);
	run_end(r);
	free(r);
	return ok;
}

/* ---- questions ---- */

static struct question *
new_question(struct tracer *t, const char *input)
{
	vec_room(t->questions, t->n_questions, t->room_questions);
	t->questions[t->n_questions] = (struct question){ .input = input };
	return &t->questions[t->n_questions++];
}

static bool
read_words(struct tracer *t, const char *text, struct pktspec *spec)
{
	const struct source *src = source_text("packet", text, &t->in.arena);

	return pktspec_parse(src, 0, src->size, spec, &t->in.arena,
	    &t->in.diags);
}

static bool
read_log(struct tracer *t)
{
	const struct source *src = source_read(t->from_log, &t->in.arena,
	    &t->in.diags);
	struct logged l;
	size_t off = 0;

	while (src != NULL && fromlog_next(src, &off, &l, &t->in.arena,
	    &t->in.diags)) {
		struct question *q = new_question(t, arena_strndup(
		    &t->in.arena, src->text + l.spec.loc.off,
		    l.spec.loc.len));

		q->spec = l.spec;
		if (l.forwarded)	/* as it left; routes decide */
			memset(q->spec.out, 0, sizeof(q->spec.out));
		q->before = arena_strndup(&t->in.arena, l.before,
		    l.before_len);
	}
	if (src != NULL && t->n_questions == 0 && t->in.diags.errors == 0)
		diag_error(&t->in.diags, loc_at(src, 0, 0), "no kernel LOG "
		    "line (IN=... SRC=...) is in it");
	return t->in.diags.errors == 0;
}

static bool
read_questions(struct tracer *t, const struct args *a)
{
	bool ok = true;

	for (unsigned i = 0; i < t->n_after; i++)
		ok &= read_words(t, t->after[i], &t->before[i]);
	if (t->frame != 0) {
		new_question(t, a->rest[0])->frame = t->frame;
		t->capture = feed_input_parse(a->rest[0], &t->in.arena);
		return ok;
	}
	for (unsigned i = 0; i < a->n_rest; i++) {
		struct question *q = new_question(t, a->rest[i]);

		ok &= read_words(t, a->rest[i], &q->spec);
	}
	if (t->loose.len != 0) {
		struct question *q = new_question(t, sbuf_text(&t->loose));

		ok &= read_words(t, q->input, &q->spec);
	}
	return ok && (t->from_log == NULL || read_log(t));
}

static bool
check_usage(struct tracer *t, const struct args *a)
{
	if (strcmp(t->format, "text") != 0 && strcmp(t->format, "json") != 0)
		return args_error("trace", "'%s' is no format: text, json",
		    t->format);
	if (t->in.n_files == 0 && t->in.snapshot == NULL)
		return args_error("trace", "-r FILE or -S DIR is needed");
	if (t->frame != 0 && a->n_rest != 1)
		return args_error("trace", "--frame needs one capture");
	if (t->frame == 0 && a->n_rest == 0 && t->loose.len == 0 &&
	    t->from_log == NULL)
		return args_error("trace", "no packet given");
	return true;
}

static int
run_all(struct tracer *t, const struct args *a)
{
	bool ok = inputs_load(&t->in);

	ok = read_questions(t, a) && ok;
	if (inputs_uses(&t->in, "time"))
		env_assume(t->in.env, t->time == USUAL_TIME ?
		    "it is 2026-01-01 12:00:00 UTC (--at says otherwise)" :
		    "it is the time that --at says");
	for (unsigned i = 0; ok && i < t->n_questions; i++)
		ok = ask(t, &t->questions[i], i == 0);
	if (!ok)
		return EXIT_INPUT;
	json_finish(&t->results, stdout);
	if (t->strict && t->undetermined)
		return EXIT_UNDETERMINED;
	return t->unexpected ? EXIT_NO : EXIT_YES;
}

int
cmd_trace(int argc, char **argv)
{
	struct tracer *t = mem_alloc(1, sizeof(*t));
	struct args a = { .command = "trace", .usage = usage,
	    .tables = { inputs_args, trace_args, loose_args },
	    .ctx = { &t->in, t, t } };
	int code;

	inputs_init(&t->in);
	t->format = "text";
	t->time = USUAL_TIME;
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (!check_usage(t, &a))
		code = EXIT_USAGE;
	else
		code = run_all(t, &a);
	code = inputs_finish(&t->in, code);
	json_discard(&t->results);
	free(t->questions);
	free(t->notes);
	free(a.rest);
	sbuf_free(&t->loose);
	inputs_free(&t->in);
	free(t);
	return code;
}
