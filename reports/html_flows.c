/* A replay: its timeline, its flows, its packets and the path of each. */
#include "reports/html_plan.h"

#include "model/community.h"
#include "reports/ref.h"

#include <math.h>

enum { MAX_FLOWS = 1000, TIMELINE_HEIGHT = 64 };

static bool
has(const struct html_report *r)
{
	return r->history != NULL;
}

/* Seconds since the replay began: "12.345678". */
static void
put_seconds(struct sbuf *b, int64_t ns)
{
	sbuf_printf(b, "%s%lld.%06lld", ns < 0 ? "-" : "",
	    (long long)(ns < 0 ? -ns : ns) / 1000000000,
	    (long long)(ns < 0 ? -ns : ns) / 1000 % 1000000);
}

static void
put_time(struct html *h, int64_t time)
{
	struct sbuf b = SBUF_INIT;

	put_seconds(&b, time - h->r->facts->first);
	html_put(h, "td", "num", sbuf_text(&b));
	sbuf_free(&b);
}

/* ---- timeline ---- */

static void
put_rect(struct html *h, const char *class, unsigned x, double y,
    double height)
{
	html_open(h, "rect", class);
	html_attr(h, "x", "%u", x * 8);
	html_attr(h, "y", "%.1f", y);
	html_attr(h, "width", "7");
	html_attr(h, "height", "%.1f", height);
	html_close(h);
}

/* Packets per bin, those that got through upwards, the others downwards.
 * Areas tell, by their roots, so that few are seen beside many. */
static void
put_bin(struct html *h, unsigned i, const struct history_bin *b,
    uint64_t most, int64_t length)
{
	double scale = TIMELINE_HEIGHT / sqrt((double)most);
	double up = sqrt((double)b->passed) * scale;
	double down = sqrt((double)b->lost) * scale;
	struct sbuf when = SBUF_INIT;

	html_open(h, "g", "bin");
	html_attr(h, "data-bin", "%u", i);
	put_seconds(&when, (int64_t)i * length);
	html_putf(h, "title", NULL, "%s s: %llu got through, %llu did not",
	    sbuf_text(&when), (unsigned long long)b->passed,
	    (unsigned long long)b->lost);
	html_open(h, "rect", "area");
	html_attr(h, "x", "%u", i * 8);
	html_attr(h, "width", "8");
	html_attr(h, "height", "%d", 2 * TIMELINE_HEIGHT + 2);
	html_close(h);
	if (b->passed != 0)
		put_rect(h, "up", i, TIMELINE_HEIGHT - up, up);
	if (b->lost != 0)
		put_rect(h, "down", i, TIMELINE_HEIGHT + 2, down);
	html_close(h);
	sbuf_free(&when);
}

static void
put_timeline(struct html *h)
{
	unsigned n;
	int64_t start, length;
	const struct history_bin *b = history_timeline(h->r->history, &n,
	    &start, &length);
	uint64_t most = 1;
	struct sbuf each = SBUF_INIT;

	for (unsigned i = 0; i < n; i++) {
		most = b[i].passed > most ? b[i].passed : most;
		most = b[i].lost > most ? b[i].lost : most;
	}
	html_section(h, "timeline", "Timeline");
	html_open(h, "p", "about");
	put_seconds(&each, length);
	html_textf(h, "Packets that got through, upwards; those that did "
	    "not, downwards; a bar twice as high is four times as many. Each "
	    "is %s seconds; the highest is ", sbuf_text(&each));
	html_many(h, most, "packet");
	html_text(h, ".");
	html_close(h);
	html_open(h, "div", "wide");
	html_open(h, "svg", "timeline");
	html_attr(h, "id", "timebars");
	html_attr(h, "viewBox", "0 0 %u %d", n * 8, 2 * TIMELINE_HEIGHT + 2);
	html_attr(h, "preserveAspectRatio", "none");
	html_attr(h, "width", "%u", n * 8);
	html_attr(h, "height", "%d", 2 * TIMELINE_HEIGHT + 2);
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", "packets over time");
	for (unsigned i = 0; i < n; i++)
		put_bin(h, i, &b[i], most, length);
	html_close(h);
	html_close(h);
	html_close(h);
	sbuf_free(&each);
}

const struct html_part html_timeline = { "timeline", "Timeline", has, NULL,
    put_timeline };

/* ---- flows ---- */

static void
want_flows(struct html *h)
{
	unsigned n;
	const struct history_flow *const *f = history_flows(h->r->history, &n);

	for (unsigned i = 0; i < n && i < MAX_FLOWS; i++)
		if (f[i]->rule != NULL)
			html_want(h, f[i]->rule);
}

/* How many packets, linked to the first that is listed. */
static void
put_packet_count(struct html *h, const struct history_flow *f,
    const struct history_packet *first)
{
	html_open(h, "td", "num");
	html_open(h, first != NULL ? "a" : "span", first != NULL ? "ref" :
	    NULL);
	if (first != NULL)
		html_attr(h, "href", "#%s", history_anchor(h->r->history,
		    first, &h->arena));
	html_count(h, "span", NULL, f->all.packets);
	html_close(h);
	html_close(h);
}

static void
put_flow(struct html *h, const struct history_flow *f,
    const struct history_packet *first)
{
	char id[COMMUNITY_ID_SIZE];

	html_open(h, "tr", f->lost.packets != 0 ? "lost" : NULL);
	html_attr(h, "id", "f-%u", f->number);
	html_putf(h, "td", "num", "%u", f->number);
	html_put(h, "td", NULL, f->in ? f->in->name : "this host");
	html_open(h, "td", "packet");
	html_put(h, "code", NULL, f->words);
	if (f->translated != NULL)
		html_put(h, "span", "nat", f->translated);
	community_id(&f->key, id);
	html_put(h, "small", "id", id);
	html_close(h);
	html_put(h, "td", "state", f->state ? f->state : "-");
	put_packet_count(h, f, first);
	html_count(h, "td", "num", f->lost.packets);
	html_count(h, "td", "num", f->all.bytes);
	html_open(h, "td", NULL);
	html_badge(h, disposition_names[f->disposition]);
	html_close(h);
	html_open(h, "td", "decider");
	if (f->rule != NULL || f->chain != NULL)
		html_decider(h, f->rule, f->chain);
	else
		html_text(h, reason_texts[f->reason]);
	html_close(h);
	put_time(h, f->first);
	html_close(h);
}

/* By number of flow, the first packet of it that is listed. */
static const struct history_packet **
first_packets(struct html *h, unsigned n_flows)
{
	const struct history_packet **first = arena_alloc(&h->arena,
	    (n_flows + 1) * sizeof(*first));
	unsigned n;
	const struct history_packet *const *p = history_packets(h->r->history,
	    &n);

	for (unsigned i = n; i-- > 0;)
		first[p[i]->flow] = p[i];
	return first;
}

static void
put_flows(struct html *h)
{
	static const char *const columns[] = { "##", "from", "flow",
	    "connection", "#packets", "#lost", "#bytes", "verdict",
	    "decided by", "#seconds", NULL };
	unsigned n;
	const struct history_flow *const *f = history_flows(h->r->history, &n);
	uint64_t beyond = history_flows_beyond(h->r->history);
	const struct history_packet **first = first_packets(h, n);

	html_section(h, "flows", "Flows");
	html_put(h, "p", "about", "Those with packets that did not get through "
	    "come first; the verdict is that of the first such packet, else of "
	    "the flow's first. Zeek, Suricata and Wireshark give a flow the "
	    "same Community ID.");
	html_table(h, "flows", columns);
	for (unsigned i = 0; i < n && i < MAX_FLOWS; i++)
		put_flow(h, f[i], first[f[i]->number]);
	html_end_table(h);
	if (n > MAX_FLOWS || beyond != 0) {
		html_open(h, "p", "rest");
		html_many(h, n > MAX_FLOWS ? n - MAX_FLOWS : 0, "more flow");
		html_text(h, " are not listed");
		if (beyond != 0) {
			html_text(h, "; ");
			html_many(h, beyond, "packet");
			html_text(h, " of flows that were too many to keep "
			    "apart");
		}
		html_text(h, ".");
		html_close(h);
	}
	html_close(h);
}

const struct html_part html_flows = { "flows", "Flows", has, want_flows,
    put_flows };

/* ---- packets ---- */

static void
want_packets(struct html *h)
{
	unsigned n;
	const struct history_packet *const *p = history_packets(h->r->history,
	    &n);

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < p[i]->n_steps; k++) {
			const struct history_step *s = &p[i]->steps[k];
			struct listed *l = s->rule == NULL ? NULL :
			    html_want(h, s->rule);

			if (s->chain != NULL)
				html_want_chain(h, s->chain);
			if (l == NULL || s->kind != EV_HIT)
				continue;
			if (l->n_packets < PLAN_PACKETS)
				l->packets[l->n_packets] = p[i];
			l->n_packets++;
		}
}

static const char *
iface_name(const struct iface *dev)
{
	return dev != NULL ? dev->name : "an unknown device";
}

static void
put_hit(struct html *h, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;

	html_rule(h, r);
	html_text(h, " ");
	ref_tests(r, &b);
	html_put(h, "code", NULL, sbuf_text(&b));
	sbuf_clear(&b);
	ref_target(r, &b);
	html_textf(h, " %s", sbuf_text(&b));
	sbuf_free(&b);
}

static void
put_step_text(struct html *h, const struct history_step *s)
{
	switch (s->kind) {
	case EV_HIT:
		put_hit(h, s->rule);
		return;
	case EV_POLICY:
		html_chain(h, s->chain);
		html_textf(h, " policy %s", s->verdict == V_DROP ? "DROP" :
		    "ACCEPT");
		return;
	case EV_UNKNOWN:
		html_rule(h, s->rule);
		html_textf(h, " needs %s", s->text);
		return;
	case EV_SENT:
		html_textf(h, "leaves by %s: %s", iface_name(s->iface),
		    s->text);
		return;
	case EV_LOCAL:
		html_text(h, "delivered to the host");
		return;
	case EV_LOG:
		html_put(h, "code", "log", s->text);
		return;
	case EV_CT:
	case EV_NAT:
	case EV_ROUTE:
	case EV_ACTED:
	case EV_HOTDROP:
	case EV_PACKET:
	case EV_TABLE:
	case EV_MISS:
	case EV_ENTER:
	case EV_RETURN:
	case EV_TRACE:
	case EV_VERDICT:
	case N_EVENTS:
		break;
	}
	if (s->rule != NULL) {
		html_rule(h, s->rule);
		html_text(h, " ");
	}
	html_textf(h, "%s", s->text);
}

static const char *
step_label(enum event_kind kind)
{
	switch ((int)kind) {
	case EV_CT:
		return "conntrack";
	case EV_NAT:
		return "translated";
	case EV_ROUTE:
		return "routing";
	case EV_LOG:
		return "logged";
	case EV_UNKNOWN:
		return "unknown";
	case EV_ACTED:
		return "changed";
	default:
		return NULL;
	}
}

/* Policies of chains that have no rules say nothing. */
static bool
says_something(const struct history_step *s)
{
	return s->kind != EV_POLICY || s->chain->n != 0 ||
	    s->verdict == V_DROP;
}

/* What tells two paths apart, beside the packet's own words. */
static void
path_key(const struct history_packet *p, struct sbuf *b)
{
	for (unsigned i = 0; i < p->n_steps; i++) {
		const struct history_step *s = &p->steps[i];

		sbuf_printf(b, "%d %p %p %s\n", (int)s->kind,
		    (const void *)s->rule, (const void *)s->chain,
		    s->kind == EV_SENT ? iface_name(s->iface) :
		    s->kind == EV_LOCAL ? "" : s->text);
	}
}

static void
put_path(struct html *h, const struct history_packet *p)
{
	html_open(h, "details", "path");
	html_put(h, "summary", NULL, "path");
	html_open(h, "ol", NULL);
	for (unsigned i = 0; i < p->n_steps; i++) {
		const struct history_step *s = &p->steps[i];
		const char *label = step_label(s->kind);

		if (!says_something(s))
			continue;
		html_open(h, "li", s->depth > 0 ? "deeper" : NULL);
		if (label != NULL)
			html_putf(h, "span", "step", "%s ", label);
		put_step_text(h, s);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

/* The whole path, or that it is the same as of a packet before. */
static void
put_path_once(struct html *h, struct map *told,
    const struct history_packet *p)
{
	const struct history_packet *same;
	struct sbuf key = SBUF_INIT;

	path_key(p, &key);
	same = map_get(told, sbuf_text(&key), key.len);
	if (same == NULL) {
		map_set(told, &h->arena, arena_strndup(&h->arena,
		    sbuf_text(&key), key.len), key.len,
		    arena_copy(&h->arena, p, sizeof(*p)));
		put_path(h, p);
	} else {
		html_open(h, "p", "path");
		html_text(h, "path as of ");
		html_open(h, "a", "ref");
		html_attr(h, "href", "#%s", history_anchor(h->r->history,
		    same, &h->arena));
		html_text(h, history_name(h->r->history, same, &h->arena));
		html_close(h);
		html_close(h);
	}
	sbuf_free(&key);
}

/* As it left, if it did and is another one. */
static void
put_left(struct html *h, const struct history_packet *p)
{
	for (unsigned i = 0; i < p->n_steps; i++) {
		const struct history_step *s = &p->steps[i];

		if (s->kind == EV_LOCAL) {
			html_text(h, "this host");
			return;
		}
		if (s->kind != EV_SENT)
			continue;
		html_text(h, iface_name(s->iface));
		if (p->words != NULL && strcmp(p->words, s->text) != 0) {
			html_text(h, " ");
			html_put(h, "code", "nat", s->text);
		}
		return;
	}
}

static unsigned
bin_of(const struct html *h, int64_t time)
{
	unsigned n;
	int64_t start, length;

	history_timeline(h->r->history, &n, &start, &length);
	return time < start ? 0 : (unsigned)((time - start) / length);
}

/* Only flows that are listed are linked to. */
static void
put_flow_link(struct html *h, const bool *flows, unsigned flow)
{
	html_open(h, "td", "num");
	if (flow != 0 && flows[flow]) {
		html_open(h, "a", "ref");
		html_attr(h, "href", "#f-%u", flow);
		html_textf(h, "%u", flow);
		html_close(h);
	} else if (flow != 0) {
		html_textf(h, "%u", flow);
	}
	html_close(h);
}

static void
put_packet(struct html *h, const struct history_packet *p, struct map *told,
    const bool *flows)
{
	html_open(h, "tr", p->disposition == DISP_ACCEPT ||
	    p->disposition == DISP_STOLEN ? NULL : "lost");
	html_attr(h, "id", "%s", history_anchor(h->r->history, p, &h->arena));
	html_attr(h, "data-bin", "%u", bin_of(h, p->time));
	html_put(h, "td", "num", history_name(h->r->history, p, &h->arena));
	put_time(h, p->time);
	html_put(h, "td", NULL, p->in ? p->in->name : "this host");
	html_open(h, "td", "packet");
	html_put(h, "code", NULL, p->words ? p->words : "no IP");
	if (p->n_steps != 0)
		put_path_once(h, told, p);
	html_close(h);
	html_open(h, "td", NULL);
	html_badge(h, disposition_names[p->disposition]);
	html_close(h);
	html_open(h, "td", "decider");
	if (p->rule != NULL || p->chain != NULL)
		html_decider(h, p->rule, p->chain);
	else
		html_text(h, reason_texts[p->reason]);
	html_close(h);
	html_open(h, "td", "packet");
	put_left(h, p);
	html_close(h);
	put_flow_link(h, flows, p->flow);
	html_close(h);
}

/* What "2:17" means. */
static void
put_captures(struct html *h)
{
	const struct replay_facts *f = h->r->facts;

	if (f->n_captures < 2)
		return;
	html_open(h, "p", "about");
	html_text(h, "Packets are named by capture and frame:");
	for (unsigned i = 0; i < f->n_captures; i++)
		html_textf(h, "%s %u: is %s", i ? "," : "", i + 1,
		    f->captures[i]);
	html_text(h, ".");
	html_close(h);
}

static void
put_packets(struct html *h)
{
	static const char *const columns[] = { "#packet", "#seconds", "from",
	    "packet", "verdict", "decided by", "to", "#flow", NULL };
	unsigned n, n_flows;
	const struct history_packet *const *p = history_packets(h->r->history,
	    &n);
	const struct history_flow *const *f = history_flows(h->r->history,
	    &n_flows);
	bool *flows = arena_alloc(&h->arena, n_flows + 1);
	struct map told = { 0 };
	uint64_t all = h->r->summary->total.packets;

	for (unsigned i = 0; i < n_flows && i < MAX_FLOWS; i++)
		flows[f[i]->number] = true;
	html_section(h, "packets", "Packets");
	put_captures(h);
	if (n < all) {
		html_open(h, "p", "rest");
		html_many(h, n, "packet");
		html_text(h, " of ");
		html_many(h, all, "packet");
		html_text(h, " are listed: those that did not get through "
		    "first, then those that were translated; nfwalk replay -f "
		    "jsonl has all.");
		html_close(h);
	}
	html_table(h, "packets", columns);
	for (unsigned i = 0; i < n; i++)
		put_packet(h, p[i], &told, flows);
	html_end_table(h);
	html_close(h);
}

const struct html_part html_packets = { "packets", "Packets", has,
    want_packets, put_packets };
