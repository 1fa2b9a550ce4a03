#include "reports/logged.h"

#include "model/packet.h"
#include "reports/json_util.h"
#include "reports/ref.h"

#include <netinet/in.h>

/* An end of a flow as a tuple has it. */
static void
take_end(struct flow_key *k, const struct tuple *t, bool source)
{
	if (source)
		k->src = t->src;
	else
		k->dst = t->dst;
	if (k->has_ports && source)
		k->sport = ntohs(t->sport);
	else if (k->has_ports)
		k->dport = ntohs(t->dport);
}

/* Fills in what the packet was before, and what it was then. */
static void
take_nat(struct logged *e, const struct logged_nat *n)
{
	e->nat = e->flow;
	if (!e->has_flow || !n->is || n->first.family != e->flow.family)
		return;
	for (unsigned source = 0; source < 2; source++) {
		take_end(&e->flow, &n->first, source);
		take_end(&e->nat, &n->last, source);
	}
	e->translated[0] = !addr_equal(&e->flow.src, &e->nat.src) ||
	    e->flow.sport != e->nat.sport;
	e->translated[1] = !addr_equal(&e->flow.dst, &e->nat.dst) ||
	    e->flow.dport != e->nat.dport;
}

static void
put(struct logged_report *r, struct logged *e, unsigned nested)
{
	e->capture = r->capture;
	e->frame = r->frame;
	e->time = r->time;
	e->has_flow = e->l3 != NULL && flow_key_read(&e->flow, e->l3,
	    e->have);
	take_nat(e, &r->nat[nested]);
	if (r->ecs != NULL)
		json_print(ecs_event(e), false, r->ecs);
	if (r->ocsf != NULL)
		json_print(ocsf_event(e), false, r->ocsf);
}

static void
on_log(struct logged_report *r, const struct event *event, unsigned nested)
{
	const struct packet *p = event->packet;
	struct logged e = { .line = event->text, .level = event->level,
	    .rule = r->hit, .chain = r->hit != NULL ? r->hit->chain : NULL,
	    .in = p->in != NULL ? p->in->name : NULL,
	    .out = p->out != NULL ? p->out->name : NULL,
	    .l3 = p->data, .have = p->have, .bytes = p->len };

	if (p->ll != NULL && p->ll_len == 14) {
		e.mac[0] = p->ll + 6;
		e.mac[1] = p->ll;
	}
	put(r, &e, nested);
}

static void
on_nat(struct logged_nat *n, const struct event *e)
{
	if (!n->is)
		n->first = *e->old;
	n->last = *e->new;
	n->is = true;
}

/* LOG speaks right behind the match of its rule. */
static void
on_event(struct sink *sink, const struct event *e)
{
	struct logged_report *r = (struct logged_report *)sink;
	unsigned nested = e->depth < LOGGED_NESTED ? e->depth :
	    LOGGED_NESTED - 1;

	if (r->next != NULL)
		r->next->event(r->next, e);
	if (e->kind == EV_HIT)
		r->hit = e->rule;
	else if (e->kind == EV_LOG)
		on_log(r, e, nested);
	else if (e->kind == EV_NAT)
		on_nat(&r->nat[nested], e);
	else if (e->kind == EV_PACKET)
		r->nat[nested].is = false;
}

void
logged_init(struct logged_report *r)
{
	*r = (struct logged_report){ .sink = { on_event } };
}

bool
logged_wanted(const struct logged_report *r)
{
	return r->ecs != NULL || r->ocsf != NULL;
}

void
logged_begin(struct logged_report *r, const char *capture, unsigned frame,
    int64_t time)
{
	r->capture = capture;
	r->frame = frame;
	r->time = time;
	r->hit = NULL;
	r->nat[0].is = false;
}

/* Frames that are not for the IP stack of this host are no events. */
static bool
is_denied(const struct summary_packet *p)
{
	switch (p->disposition) {
	case DISP_DROP:
	case DISP_REJECT:
		return true;
	case DISP_LOST:
		return p->reason != REASON_OTHERHOST &&
		    p->reason != REASON_NOT_IP;
	case DISP_ACCEPT:
	case DISP_QUEUE:
	case DISP_STOLEN:
	case DISP_DEPENDS:
	case DISP_UNDETERMINED:
	case N_DISPOSITIONS:
		break;
	}
	return false;
}

void
logged_end(struct logged_report *r, const struct summary_packet *p)
{
	struct logged e = { .disposition = p->disposition,
	    .reason = p->reason, .rule = p->rule,
	    .chain = p->rule != NULL ? p->rule->chain : p->chain,
	    .in = p->in != NULL ? p->in->name : NULL, .l3 = p->l3,
	    .have = p->have, .bytes = p->bytes };

	if (logged_wanted(r) && is_denied(p))
		put(r, &e, 0);
}

/* ---- pieces ---- */

void
logged_message(const struct logged *e, struct sbuf *b)
{
	if (e->line != NULL) {
		sbuf_puts(b, e->line);
		return;
	}
	sbuf_puts(b, disposition_names[e->disposition]);
	if (e->l3 != NULL) {
		sbuf_putc(b, ' ');
		packet_words(e->l3, e->have, b);
	}
	sbuf_printf(b, ": %s", reason_texts[e->reason]);
	if (e->chain != NULL) {
		sbuf_puts(b, ", ");
		ref_decider(e->rule, e->chain, b);
	}
}

int
logged_tcp_flags(const struct logged *e)
{
	struct packet p = { .data = (uint8_t *)(uintptr_t)e->l3,
	    .len = e->bytes, .have = e->have,
	    .family = e->flow.family };
	const uint8_t *tcp;

	if (!e->has_flow || !e->flow.has_ports ||
	    e->flow.proto != IPPROTO_TCP)
		return -1;
	pkt_decode(&p);
	tcp = pkt_at(&p, p.l4, 16, NULL);
	return tcp != NULL ? tcp[13] : -1;
}
