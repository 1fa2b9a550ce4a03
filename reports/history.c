#include "reports/history.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "model/conn.h"
#include "reports/trace.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MAX_STEPS = 64, N_RANKS = 4 };

struct history {
	struct sink sink;		/* first */
	struct arena *arena;
	/* The packet at hand; offsets in place of texts until it is kept. */
	struct history_step steps[MAX_STEPS];
	size_t text_at[MAX_STEPS];
	unsigned n_steps, level;
	const struct rule *hit;
	struct sbuf texts;
	bool has_tuple, changed;
	struct tuple tuple;		/* of its connection, first packet's */
	size_t state_at, nat_at;	/* in 'texts', plus 1; 0: none */
	/* Kept packets by rank, each in the order of time; the steps of one
	 * and all its texts are one block. */
	struct history_packet **ranks[N_RANKS];
	unsigned n[N_RANKS], room[N_RANKS], n_kept;
	const struct history_packet **sorted;
	/* Flows by the bytes of their tuple, and in order. */
	struct map by_tuple;
	struct history_flow **flows;
	unsigned n_flows, room_flows;
	uint64_t flows_beyond;
	struct history_bin bins[HISTORY_BINS];
	int64_t start, bin;		/* bin: its length */
	bool begun;
	unsigned n_captures;
};

/* ---- the packet at hand ---- */

static size_t
add_text(struct history *h, const char *text)
{
	size_t at = h->texts.len;

	sbuf_puts(&h->texts, text ? text : "");
	sbuf_putc(&h->texts, '\0');
	return at;
}

static void
add_step(struct history *h, const struct event *e, const char *text)
{
	if (h->n_steps == MAX_STEPS)
		return;
	h->text_at[h->n_steps] = add_text(h, text);
	h->steps[h->n_steps++] = (struct history_step){ .kind = e->kind,
	    .depth = e->kind == EV_HIT || e->kind == EV_ACTED ? h->level : 0, .rule = e->kind == EV_LOG ? h->hit : e->rule,
	    .chain = e->chain, .iface = e->iface, .verdict = e->verdict };
}

static void
on_acted(struct history *h, const struct event *e)
{
	struct sbuf b = SBUF_INIT;

	if (e->use->ext->explain != NULL)
		e->use->ext->explain(e->use->data, e->ctx, &b);
	if (b.len != 0)
		add_step(h, e, sbuf_text(&b));
	sbuf_free(&b);
}

static void
on_nat(struct history *h, const struct event *e)
{
	struct sbuf b = SBUF_INIT;

	trace_nat_print(e->old, e->new, &b);
	h->nat_at = h->texts.len + 1;
	h->changed = true;
	add_step(h, e, sbuf_text(&b));
	sbuf_free(&b);
}

static void
on_ct(struct history *h, const struct event *e)
{
	if (e->ct != NULL) {
		h->tuple = e->ct->tuple[CT_ORIGINAL];
		h->has_tuple = true;
	}
	h->state_at = h->texts.len + 1;
	add_step(h, e, e->text);
}

static void
on_sent(struct history *h, const struct event *e)
{
	struct sbuf b = SBUF_INIT;

	packet_words(e->packet->data, e->packet->have, &b);
	add_step(h, e, sbuf_text(&b));
	sbuf_free(&b);
}

/* Of packets that the host makes meanwhile only that they leave. */
static void
on_event(struct sink *sink, const struct event *e)
{
	struct history *h = (struct history *)sink;

	if (e->depth != 0 && e->kind != EV_SENT)
		return;
	switch (e->kind) {
	case EV_TABLE:
		h->level = 0;
		break;
	case EV_ENTER:
		h->level += h->hit == NULL || !(h->hit->flags & RULE_GOTO);
		break;
	case EV_RETURN:
		h->level -= h->level > 0;
		break;
	case EV_HIT:
		h->hit = e->rule;
		add_step(h, e, e->text);
		h->level -= e->rule->kind == TGT_RETURN && h->level > 0;
		break;
	case EV_ACTED:
		on_acted(h, e);
		break;
	case EV_NAT:
		on_nat(h, e);
		break;
	case EV_CT:
		on_ct(h, e);
		break;
	case EV_SENT:
	case EV_LOCAL:
		on_sent(h, e);
		break;
	case EV_HOTDROP:
	case EV_LOG:
	case EV_POLICY:
	case EV_ROUTE:
	case EV_UNKNOWN:
		add_step(h, e, e->text);
		break;
	case EV_PACKET:
	case EV_MISS:
	case EV_TRACE:
	case EV_VERDICT:
	case N_EVENTS:
		break;
	}
}

void
history_begin(struct history *h)
{
	h->n_steps = h->level = 0;
	h->hit = NULL;
	h->has_tuple = h->changed = false;
	h->state_at = h->nat_at = 0;
	sbuf_clear(&h->texts);
}

static bool
got_through(const struct summary_packet *p)
{
	return p->disposition == DISP_ACCEPT ||
	    p->disposition == DISP_STOLEN;
}

/* ---- flows ---- */

static bool
has_ports(unsigned proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_SCTP || proto == IPPROTO_UDPLITE ||
	    proto == IPPROTO_DCCP;
}

/* Both ways of who has no connection are one flow: the lower end first. */
static void
plain_tuple(struct tuple *t, const struct flow_key *k)
{
	bool turned = memcmp(&k->src, &k->dst, sizeof(k->src)) > 0 ||
	    (memcmp(&k->src, &k->dst, sizeof(k->src)) == 0 &&
	    k->sport > k->dport);

	*t = (struct tuple){ .src = turned ? k->dst : k->src,
	    .dst = turned ? k->src : k->dst, .proto = k->proto,
	    .family = k->family };
	if (k->has_ports) {
		t->sport = turned ? k->dport : k->sport;
		t->dport = turned ? k->sport : k->dport;
	}
}

static const char *
tuple_words(const struct tuple *t, struct arena *arena)
{
	struct flow_key k = { .src = t->src, .dst = t->dst,
	    .family = t->family, .proto = t->proto,
	    .has_ports = has_ports(t->proto) };
	struct sbuf b = SBUF_INIT;
	const char *text;

	if (k.has_ports) {
		k.sport = trace_end(t, true).port;
		k.dport = trace_end(t, false).port;
	}
	flow_key_print(&k, &b);
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* The connection's, or else the packet's own. */
static struct flow_key
key_of(const struct history *h, const struct tuple *t,
    const struct flow_key *packet)
{
	struct flow_key k = *packet;

	if (!h->has_tuple)
		return k;
	if (t->proto != k.proto)	/* an error is about a connection */
		k = (struct flow_key){ .family = t->family,
		    .proto = t->proto, .has_ports = has_ports(t->proto) };
	k.src = t->src;
	k.dst = t->dst;
	if (k.has_ports) {
		k.sport = trace_end(t, true).port;
		k.dport = trace_end(t, false).port;
	}
	return k;
}

static struct history_flow *
new_flow(struct history *h, const struct tuple *t, const struct flow_key *k,
    const struct summary_packet *p, int64_t time)
{
	struct history_flow *f = arena_new(h->arena, struct history_flow);
	struct sbuf b = SBUF_INIT;

	if (!h->has_tuple)
		flow_key_print(k, &b);
	*f = (struct history_flow){ .number = h->n_flows + 1, .in = p->in,
	    .key = key_of(h, t, k), .words = h->has_tuple ?
	    tuple_words(t, h->arena) : arena_strdup(h->arena, sbuf_text(&b)),
	    .disposition = p->disposition, .reason = p->reason,
	    .rule = p->rule, .chain = p->chain, .first = time };
	sbuf_free(&b);
	map_set(&h->by_tuple, h->arena, arena_copy(h->arena, t, sizeof(*t)),
	    sizeof(*t), f);
	vec_room(h->flows, h->n_flows, h->room_flows);
	h->flows[h->n_flows++] = f;
	return f;
}

/* The flow that the packet belongs to; null: to none that is kept. */
static struct history_flow *
flow_of(struct history *h, const struct summary_packet *p, int64_t time)
{
	struct history_flow *f;
	struct flow_key k = { 0 };
	struct tuple t;

	if (p->l3 == NULL || !flow_key_read(&k, p->l3, p->have))
		return NULL;
	if (h->has_tuple) {
		t = h->tuple;
		t.dir = t.pad = 0;
	} else {
		plain_tuple(&t, &k);
	}
	f = map_get(&h->by_tuple, (const char *)&t, sizeof(t));
	if (f == NULL && h->n_flows < HISTORY_FLOWS)
		f = new_flow(h, &t, &k, p, time);
	if (f == NULL)
		h->flows_beyond++;
	return f;
}

static void
keep_text(struct history *h, const char **where, size_t at)
{
	const char *text = at == 0 ? NULL : h->texts.text + at - 1;

	if (text != NULL && (*where == NULL || strcmp(*where, text) != 0))
		*where = arena_strdup(h->arena, text);
}

static void
add_to_flow(struct history *h, struct history_flow *f,
    const struct summary_packet *p, int64_t time)
{
	f->all.packets++;
	f->all.bytes += p->bytes;
	f->last = time;
	if (f->translated == NULL)
		keep_text(h, &f->translated, h->nat_at);
	keep_text(h, &f->state, h->state_at);
	if (got_through(p))
		return;
	if (f->lost.packets++ == 0) {
		f->disposition = p->disposition;
		f->reason = p->reason;
		f->rule = p->rule;
		f->chain = p->chain;
	}
	f->lost.bytes += p->bytes;
}

/* ---- the timeline ---- */

/* Bins become twice as long when time has outrun them. */
static void
widen(struct history *h)
{
	for (unsigned i = 0; i < HISTORY_BINS; i++) {
		struct history_bin a = h->bins[i];

		h->bins[i] = (struct history_bin){ 0, 0 };
		h->bins[i / 2].passed += a.passed;
		h->bins[i / 2].lost += a.lost;
	}
	h->bin *= 2;
}

static void
add_to_timeline(struct history *h, const struct summary_packet *p,
    int64_t time)
{
	struct history_bin *b;
	int64_t at;

	if (!h->begun)
		h->start = time;
	h->begun = true;
	while ((at = time < h->start ? 0 : (time - h->start) / h->bin) >=
	    HISTORY_BINS)
		widen(h);
	b = &h->bins[at];
	if (got_through(p))
		b->passed++;
	else
		b->lost++;
}

/* ---- kept packets ---- */

static void
free_kept(struct history_packet *k)
{
	free(k->steps);
	free(k);
}

/* Makes room by giving up the last packet of a higher rank. */
static bool
make_room(struct history *h, unsigned rank)
{
	if (h->n_kept < HISTORY_PACKETS)
		return true;
	for (unsigned i = N_RANKS - 1; i > rank; i--)
		if (h->n[i] > 0) {
			free_kept(h->ranks[i][--h->n[i]]);
			h->n_kept--;
			return true;
		}
	return false;
}

/* Steps, and behind them their texts and the packet's words. */
static void
copy_steps(const struct history *h, const struct summary_packet *p,
    struct history_packet *out)
{
	size_t size = h->n_steps * sizeof(*out->steps);
	struct sbuf words = SBUF_INIT;
	char *texts;

	if (p->l3 != NULL)
		packet_words(p->l3, p->have, &words);
	out->steps = mem_alloc(1, size + h->texts.len + words.len + 1);
	out->n_steps = h->n_steps;
	texts = (char *)out->steps + size;
	if (h->texts.len != 0)
		memcpy(texts, h->texts.text, h->texts.len);
	memcpy(texts + h->texts.len, sbuf_text(&words), words.len + 1);
	for (unsigned i = 0; i < h->n_steps; i++) {
		out->steps[i] = h->steps[i];
		out->steps[i].text = texts + h->text_at[i];
	}
	out->words = p->l3 != NULL ? texts + h->texts.len : NULL;
	sbuf_free(&words);
}

static void
keep(struct history *h, const struct summary_packet *p, int64_t time,
    unsigned file, const struct history_flow *f)
{
	unsigned rank = p->disposition != DISP_ACCEPT ? 0 : h->changed ? 1 :
	    f != NULL && f->all.packets == 1 ? 2 : 3;
	struct history_packet *k;

	if (!make_room(h, rank))
		return;
	k = mem_alloc(1, sizeof(*k));
	*k = (struct history_packet){ .file = file, .frame = p->frame,
	    .time = time, .disposition = p->disposition, .reason = p->reason,
	    .rule = p->rule, .chain = p->chain, .in = p->in,
	    .bytes = p->bytes, .flow = f ? f->number : 0 };
	copy_steps(h, p, k);
	vec_room(h->ranks[rank], h->n[rank], h->room[rank]);
	h->ranks[rank][h->n[rank]++] = k;
	h->n_kept++;
}

void
history_add(struct history *h, const struct summary_packet *p, int64_t time,
    unsigned file)
{
	struct history_flow *f = flow_of(h, p, time);

	if (f != NULL)
		add_to_flow(h, f, p, time);
	add_to_timeline(h, p, time);
	keep(h, p, time, file, f);
}

/* ---- life ---- */

struct history *
history_new(struct arena *arena)
{
	struct history *h = mem_alloc(1, sizeof(*h));

	h->sink.event = on_event;
	h->arena = arena;
	h->bin = 1000000;		/* a millisecond */
	h->n_captures = 1;
	return h;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	for (unsigned i = 0; i < N_RANKS; i++) {
		for (unsigned k = 0; k < h->n[i]; k++)
			free_kept(h->ranks[i][k]);
		free(h->ranks[i]);
	}
	free(h->sorted);
	free(h->flows);
	sbuf_free(&h->texts);
	free(h);
}

struct sink *
history_sink(struct history *h)
{
	return &h->sink;
}

void
history_captures(struct history *h, unsigned n)
{
	h->n_captures = n;
}

/* ---- afterwards ---- */

static int
by_time(const void *a, const void *b)
{
	const struct history_packet *x = *(const struct history_packet *const
	    *)a, *y = *(const struct history_packet *const *)b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

const struct history_packet *const *
history_packets(struct history *h, unsigned *n)
{
	unsigned at = 0;

	*n = h->n_kept;
	if (h->sorted != NULL)
		return h->sorted;
	h->sorted = mem_alloc(h->n_kept + 1, sizeof(*h->sorted));
	for (unsigned i = 0; i < N_RANKS; i++)
		for (unsigned k = 0; k < h->n[i]; k++)
			h->sorted[at++] = h->ranks[i][k];
	qsort(h->sorted, at, sizeof(*h->sorted), by_time);
	return h->sorted;
}

static int
by_loss(const void *a, const void *b)
{
	const struct history_flow *x = *(struct history_flow *const *)a;
	const struct history_flow *y = *(struct history_flow *const *)b;

	if (x->lost.packets != y->lost.packets)
		return x->lost.packets > y->lost.packets ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

const struct history_flow *const *
history_flows(struct history *h, unsigned *n)
{
	*n = h->n_flows;
	if (h->n_flows != 0)
		qsort(h->flows, h->n_flows, sizeof(*h->flows), by_loss);
	return (const struct history_flow *const *)h->flows;
}

uint64_t
history_flows_beyond(const struct history *h)
{
	return h->flows_beyond;
}

const struct history_bin *
history_timeline(const struct history *h, unsigned *n, int64_t *start,
    int64_t *length)
{
	*n = 0;
	for (unsigned i = 0; i < HISTORY_BINS; i++)
		if (h->bins[i].passed + h->bins[i].lost != 0)
			*n = i + 1;
	*start = h->start;
	*length = h->bin;
	return h->bins;
}

const char *
history_anchor(const struct history *h, const struct history_packet *p,
    struct arena *arena)
{
	return h->n_captures == 1 ? arena_printf(arena, "p-%u", p->frame) :
	    arena_printf(arena, "p-%u-%u", p->file + 1, p->frame);
}

const char *
history_name(const struct history *h, const struct history_packet *p,
    struct arena *arena)
{
	return h->n_captures == 1 ? arena_printf(arena, "%u", p->frame) :
	    arena_printf(arena, "%u:%u", p->file + 1, p->frame);
}
