#include "sim/internal.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "sim/exthdr.h"
#include "sim/hook.h"
#include "sim/options.h"

enum { L3_MAX = 65535 + 40, SLOT_SIZE = PKT_HEADROOM + L3_MAX + PKT_TAILROOM };

/* A packet with its buffer. */
struct packet_slot {
	struct packet_slot *next;	/* in the queue of looped packets */
	struct packet pkt;
	uint8_t buf[];
};

/* ---- packets' memory ---- */

struct packet *
sim_packet_get(struct sim *sim, uint32_t size)
{
	struct packet_slot *s;

	if (sim->nesting == MAX_NESTING || size > L3_MAX)
		return NULL;
	s = sim->slots[sim->nesting];
	if (s == NULL) {
		s = mem_alloc(1, sizeof(*s) + SLOT_SIZE);
		sim->slots[sim->nesting] = s;
	}
	sim->nesting++;
	s->pkt = (struct packet){ .data = s->buf + PKT_HEADROOM,
	    .time = sim->now, .ctinfo = CTI_UNTRACKED };
	return &s->pkt;
}

void
sim_packet_put(struct sim *sim)
{
	assert(sim->nesting > 0);
	sim->nesting--;
}

/* ---- what is told ---- */

void
sim_emit(struct sim *sim, struct event *e)
{
	struct sink *sink = sim->cfg.sink;

	if (sink == NULL)
		return;
	e->depth = sim->nesting - 1 + sim->depth;
	sink->event(sink, e);
}

void
sim_end(struct sim *sim, const struct packet *p, enum disposition d,
    enum reason reason, const struct rule *rule, const struct chain *chain)
{
	struct outcome *o = &sim->outcome;

	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_VERDICT, .packet = p,
		    .disposition = d, .reason = reason, .rule = rule,
		    .chain = chain });
	if (sim->nesting > 1 || o->disposition != N_DISPOSITIONS)
		return;
	o->disposition = d;
	o->reason = reason;
	o->rule = rule;
	o->chain = chain;
}

/* The word of filter outranks the others'; else the last one counts. */
void
sim_accepted(struct sim *sim, enum table_id table, const struct rule *rule,
    const struct chain *chain)
{
	struct outcome *o = &sim->outcome;

	if (sim->nesting > 1 || o->disposition != N_DISPOSITIONS ||
	    (sim->filter_spoke && table != TABLE_FILTER))
		return;
	sim->filter_spoke |= table == TABLE_FILTER;
	o->rule = rule;
	o->chain = chain;
	o->reason = rule ? REASON_RULE_ACCEPT : REASON_POLICY_ACCEPT;
}

/* The packet got through, to the host or to the wire. */
static void
end_accept(struct sim *sim, const struct packet *p)
{
	struct outcome o = sim->outcome;

	sim_end(sim, p, DISP_ACCEPT, o.rule || o.chain ? o.reason :
	    REASON_NO_RULES, o.rule, o.chain);
}

static void
lost(struct sim *sim, const struct packet *p, enum reason reason)
{
	sim_end(sim, p, DISP_LOST, reason, NULL, NULL);
}

/* ---- the way out ---- */

static void
wire(struct sim *sim, const struct packet *p)
{
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_SENT, .packet = p,
		    .iface = p->out });
	if (sim->cfg.sent != NULL)
		sim->cfg.sent(sim->cfg.arg, p->out, p->data, p->len, p->have,
		    sim->now);
}

/* What goes out by lo, and the host's own copy of a broadcast, comes in
 * again once the packet at hand is done (netif_rx). */
static void
loop_back(struct sim *sim, const struct packet *p, bool copy)
{
	struct packet_slot *s = mem_alloc(1, sizeof(*s) + SLOT_SIZE);

	s->pkt = *p;
	s->pkt.data = s->buf + PKT_HEADROOM;
	memcpy(s->pkt.data, p->data, p->len);
	s->pkt.in = s->pkt.rcv = p->out;
	s->pkt.out = NULL;
	s->pkt.type = PKT_LOOPBACK;
	s->pkt.looped = s->pkt.no_socket = true;
	s->pkt.has_owner = false;
	if (p->frag_df && p->family == AF_INET) {
		/* It went in pieces again, which have no DF (ip_fraglist_init),
		 * and was put together on the way in. */
		s->pkt.data[6] &= (uint8_t)~0x40;
		s->pkt.frag_df = false;
		ip_csum_set(s->pkt.data);
	}
	if (!copy) {
		static const uint8_t lo_header[2][14] = {
			{ [12] = 0x08 }, { [12] = 0x86, [13] = 0xdd } };

		s->pkt.ll = lo_header[family_index(p->family)];
		s->pkt.ll_len = 14;
		s->pkt.type = PKT_HOST;
	}
	s->next = NULL;
	*sim->looped_tail = s;
	sim->looped_tail = &s->next;
}

static void run_looped(struct sim *);

/* ip_mc_output, ip6_finish_output2: the host's own copy of a broadcast or
 * joined group passes POSTROUTING first. */
static void
multicast_copy(struct sim *sim, struct packet *p)
{
	struct packet *copy;
	uint8_t *data;

	if (!p->local || !p->route_multicast || p->out == NULL ||
	    p->out->kind == IFK_LOOPBACK || !p->route_joined)
		return;
	copy = sim_packet_get(sim, p->len);
	if (copy == NULL)
		return;
	data = copy->data;
	memcpy(data, p->data, p->len);
	*copy = *p;
	copy->data = data;
	copy->no_socket = true;
	copy->has_owner = false;
	if (hook_run(sim, copy, HOOK_POSTROUTING) == V_ACCEPT) {
		loop_back(sim, copy, true);
		p->ct = copy->ct;
	}
	sim_packet_put(sim);
	if (sim->nesting == 1 && p->number != 0)
		run_looped(sim);	/* a program sends: it comes in at once */
}

/* ip_finish_output: fragments if need be, then the device. */
static void
finish_output(struct sim *sim, struct packet *p)
{
	if (p->out != NULL && p->out->kind == IFK_LOOPBACK) {
		loop_back(sim, p, false);
		p->ct_moved = true;
		return;
	}
	if (p->family == AF_INET6)
		multicast_copy(sim, p);
	nat_checksum(p, true);
	if (!frag_out(sim, p, p->mtu, wire)) {
		nat_checksum(p, false);
		if (p->family == AF_INET)
			answer_icmp(sim, p, 3, 4, p->mtu);
		else
			answer_icmp(sim, p, 2, 0, p->mtu);
		sim_end(sim, p, DISP_LOST, p->family == AF_INET ?
		    REASON_TOO_BIG_DF : REASON_TOO_BIG, NULL, NULL);
		return;
	}
	end_accept(sim, p);
}

static void
post_routing(struct sim *sim, struct packet *p)
{
	if (p->family == AF_INET)
		multicast_copy(sim, p);
	if (hook_run(sim, p, HOOK_POSTROUTING) == V_ACCEPT)
		finish_output(sim, p);
}

void
sim_output(struct sim *sim, struct packet *p)
{
	p->local = true;
	if (p->out == NULL && !route_output(sim, p)) {
		lost(sim, p, REASON_NO_ROUTE);
		return;
	}
	if (p->route_dev == NULL)
		p->route_dev = p->out;
	if (hook_run(sim, p, HOOK_OUTPUT) != V_ACCEPT)
		return;
	p->out = p->route_dev;
	if (p->teed)			/* nf_dup_ipv4.c sets skb->dev */
		p->in = p->out;
	post_routing(sim, p);
}

/* ---- forwarding ---- */

static bool
has_options(const struct packet *p)
{
	return p->family == AF_INET && (p->data[0] & 15) > 5;
}

/* ip_exceeds_mtu, ip6_pkt_too_big: may it be cut to size? */
static bool
too_big(const struct packet *p, unsigned mtu)
{
	if (p->len <= mtu)
		return false;
	if (p->family == AF_INET) {
		if ((p->data[6] & 0x40) == 0)
			return false;
		return p->max_frag == 0 || p->max_frag > mtu;
	}
	return p->max_frag == 0 || p->max_frag > mtu;
}

static bool
forward4(struct sim *sim, struct packet *p)
{
	uint8_t old[2], *ip = p->data;

	if (ip[8] <= 1) {
		lost(sim, p, REASON_TTL_EXPIRED);
		answer_icmp(sim, p, 11, 0, 0);
		return false;
	}
	if (too_big(p, p->mtu)) {
		lost(sim, p, REASON_TOO_BIG_DF);
		answer_icmp(sim, p, 3, 4, p->mtu);
		return false;
	}
	memcpy(old, ip + 8, 2);
	ip[8]--;
	csum_update(ip + 10, old, ip + 8, 2);
	if (p->redirect)
		answer_icmp(sim, p, 5, 1, get32(p->nexthop.b));
	return true;
}

static bool
forward6(struct sim *sim, struct packet *p)
{
	uint8_t *ip = p->data;
	unsigned mtu = p->mtu < 1280 ? 1280 : p->mtu;

	if (ip[7] <= 1) {
		lost(sim, p, REASON_TTL_EXPIRED);
		answer_icmp(sim, p, 3, 0, 0);
		return false;
	}
	if (p->in == p->out && p->in != NULL) {
		answer_redirect6(sim, p);
	} else if (ip[8] == 0xfe && (ip[9] & 0xc0) == 0x80) {
		lost(sim, p, REASON_MARTIAN);
		answer_icmp(sim, p, 1, 2, 0);
		return false;
	}
	if (too_big(p, mtu)) {
		lost(sim, p, REASON_TOO_BIG);
		answer_icmp(sim, p, 2, 0, mtu);
		return false;
	}
	ip[7]--;
	return true;
}

static void
forward(struct sim *sim, struct packet *p)
{
	if (p->type != PKT_HOST) {
		lost(sim, p, REASON_OTHERHOST);
		return;
	}
	if (!(p->family == AF_INET ? forward4(sim, p) : forward6(sim, p)))
		return;
	if (hook_run(sim, p, HOOK_FORWARD) != V_ACCEPT)
		return;
	if (has_options(p))
		options_forward(sim, p);
	post_routing(sim, p);
}

/* ---- the way in ---- */

/* ip_local_deliver: IPv4 is put together again even without conntrack. */
static void
deliver(struct sim *sim, struct packet *p)
{
	p->out = NULL;
	if (p->family == AF_INET && (p->frag != 0 || p->more_frags)) {
		enum verdict v = frag_in(sim, p, HOOK_INPUT);

		if (v != V_ACCEPT) {
			sim_end(sim, p, v == V_STOLEN ? DISP_STOLEN : DISP_LOST,
			    v == V_STOLEN ? REASON_DEFRAG_WAIT :
			    REASON_DEFRAG_DROP, NULL, NULL);
			return;
		}
	}
	if (hook_run(sim, p, HOOK_INPUT) != V_ACCEPT)
		return;
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_LOCAL, .packet = p });
	end_accept(sim, p);
	if (p->family == AF_INET6)
		exthdr_delivered(sim, p);
}

static void
unreachable(struct sim *sim, struct packet *p, enum reason reason,
    unsigned icmp)
{
	lost(sim, p, reason);
	answer_no_route(sim, p, icmp >> 8, icmp & 0xff);
}

/* From PREROUTING on. */
static void
receive(struct sim *sim, struct packet *p)
{
	enum reason reason = REASON_NO_ROUTE;
	enum route_verdict v;
	unsigned icmp = 0;

	p->rcv = p->in;
	if (p->family == AF_INET6 && !exthdr_arrived(sim, p)) {
		lost(sim, p, REASON_BAD_HEADER);
		return;
	}
	if (hook_run(sim, p, HOOK_PREROUTING) != V_ACCEPT)
		return;
	if (p->looped) {
		if (!has_options(p) || options_in(sim, p))
			deliver(sim, p);
		return;
	}
	v = route_input(sim, p, &reason, &icmp);
	if ((v == RV_LOCAL || v == RV_FORWARD) && has_options(p) &&
	    !options_in(sim, p))
		return;
	switch (v) {
	case RV_LOCAL:
		deliver(sim, p);
		break;
	case RV_FORWARD:
		forward(sim, p);
		break;
	case RV_DROP:
		lost(sim, p, reason);
		break;
	case RV_UNREACHABLE:
		unreachable(sim, p, reason, icmp);
		break;
	}
}

/* ip_rcv_core: length and checksum of the header; the rest of the frame is
 * cut off as padding. */
static bool
check4(struct packet *p, enum reason *why)
{
	const uint8_t *ip = p->data;
	uint32_t hlen, total;

	*why = REASON_TRUNCATED;
	if (p->len < 20 || p->have < 20)
		return false;
	hlen = (ip[0] & 15u) * 4;
	*why = REASON_BAD_HEADER;
	if (ip[0] >> 4 != 4 || hlen < 20)
		return false;
	*why = REASON_TRUNCATED;
	if (p->len < hlen || p->have < hlen)
		return false;
	*why = REASON_BAD_CHECKSUM;
	if (csum_fold(csum_add(0, ip, hlen)) != 0)
		return false;
	*why = REASON_TRUNCATED;
	total = get16(ip + 2);
	if (p->len < total || total < hlen)
		return false;
	p->len = total;
	return true;
}

/* ip6_rcv_core. */
static bool
check6(struct packet *p, enum reason *why)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	const uint8_t *ip = p->data;
	bool lo = p->in == NULL || p->in->kind == IFK_LOOPBACK;
	uint32_t total;

	*why = REASON_IPV6_OFF;
	if (p->in != NULL && p->in->v6.disabled)
		return false;
	*why = REASON_TRUNCATED;
	if (p->len < 40 || p->have < 40)
		return false;
	*why = REASON_BAD_HEADER;
	if (ip[0] >> 4 != 6)
		return false;
	*why = REASON_MARTIAN;
	if (!lo && (memcmp(ip + 8, loopback, 16) == 0 ||
	    memcmp(ip + 24, loopback, 16) == 0))
		return false;
	if (!lo && ip[24] == 0xff && (ip[25] & 15) == 1)
		return false;		/* interface-local scope */
	if (ip[24] == 0xff && (ip[25] & 15) == 0)
		return false;		/* reserved scope */
	if (ip[8] == 0xff)
		return false;		/* multicast source */
	/* RFC 7042: unicast in a multicast or broadcast frame is refused by
	 * drop_unicast_in_l2_multicast only; off. */
	*why = REASON_TRUNCATED;
	total = 40u + get16(ip + 4);
	if (total > 40 || ip[6] != IPPROTO_HOPOPTS) {
		if (total > p->len)
			return false;
		p->len = total;
	}
	return true;
}

/* raw_send_hdrinc: of a program's IPv4 packet the kernel believes only the
 * header length, and sets the rest itself; IPv6 it believes as it is. */
static bool
check_local(struct packet *p, enum reason *why)
{
	uint8_t *ip = p->data;

	*why = REASON_TRUNCATED;
	if (p->family == AF_INET6)
		return p->have >= 40;
	if (p->have < 20 || p->have < (ip[0] & 15u) * 4)
		return false;
	*why = REASON_BAD_HEADER;
	if ((ip[0] & 15) < 5)
		return false;
	put16(ip + 2, p->len);
	ip_csum_set(ip);
	return true;
}

/* What comes in, by lo too. */
static bool
check_received(struct packet *p, enum reason *why)
{
	bool ok = p->family == AF_INET ? check4(p, why) : check6(p, why);

	if (p->have > p->len)
		p->have = p->len;
	return ok;
}

static bool
check_header(struct packet *p, enum reason *why)
{
	bool ok;

	*why = REASON_NOT_IP;
	if (p->have == 0)
		return false;
	if (!p->local)
		return check_received(p, why);
	ok = check_local(p, why);
	if (p->have > p->len)
		p->have = p->len;
	return ok;
}

/* eth_type_trans. */
static enum pkt_type
frame_type(const struct frame *f)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (f->known_type)
		return f->pkt_type;
	if (f->link != FRAME_ETHER || f->len < 6)
		return PKT_HOST;
	if (f->data[0] & 1)
		return memcmp(f->data, all, 6) == 0 ? PKT_BROADCAST :
		    PKT_MULTICAST;
	if (f->in != NULL && f->in->has_mac &&
	    memcmp(f->data, f->in->mac, 6) != 0)
		return PKT_OTHERHOST;
	return PKT_HOST;
}

/* Finds the L3 header of a frame: its offset and family; 0: not IP. */
static int
frame_l3(const struct frame *f, uint32_t *off, struct packet *p,
    uint8_t ll[14])
{
	unsigned type;

	*off = 0;
	if (f->link == FRAME_ETHER) {
		if (f->len < 14)
			return 0;
		memcpy(ll, f->data, 14);
		type = get16(f->data + 12);
		*off = 14;
		while ((type == 0x8100 || type == 0x88a8) &&
		    f->len >= *off + 4) {
			p->has_vlan = true;
			p->vlan = get16(f->data + *off) & 0xfff;
			type = get16(f->data + *off + 2);
			memcpy(ll + 12, f->data + *off + 2, 2);
			*off += 4;
		}
		p->ll = ll;
		p->ll_len = 14;
		p->has_mac = true;
		return type == 0x0800 ? AF_INET : type == 0x86dd ? AF_INET6 : 0;
	}
	if (f->link == FRAME_LOOPBACK)
		*off = 4;
	if (f->len <= *off)
		return 0;
	type = f->data[*off] >> 4;
	return type == 4 ? AF_INET : type == 6 ? AF_INET6 : 0;
}

/* A transport checksum that is the bare sum of the pseudo-header was left to
 * the device: it becomes what the device would have made of it, so that NAT
 * can go on from it and the packet leaves as it would. */
static void
complete_checksum(struct packet *p)
{
	uint32_t at = p->proto == IPPROTO_TCP ? 16 :
	    p->proto == IPPROTO_UDP ? 6 : 0;
	uint32_t n = p->len - p->l4, sum;
	uint8_t *field = p->data + p->l4 + at;
	uint16_t full;

	if (at == 0 || p->frag != 0 || p->more_frags || p->proto_bad ||
	    p->proto_cut || p->have < p->l4 + at + 2)
		return;
	sum = csum_pseudo(p, p->proto, n);
	if ((get16(field) ^ csum_fold(sum)) != 0xffff)
		return;
	if (p->have >= p->len &&
	    csum_fold(csum_add(sum, p->data + p->l4, n)) == 0)
		return;			/* right as it is, by chance both */
	p->trust = CSUM_TRUST;
	if (p->have < p->len)
		return;
	put16(field, 0);
	full = csum_fold(csum_add(sum, p->data + p->l4, n));
	put16(field, full == 0 && p->proto == IPPROTO_UDP ? 0xffff : full);
}

/* Copies the frame into a packet.  Null: not IP, or nonsense. */
static struct packet *
packet_of(struct sim *sim, const struct frame *f, uint8_t ll[14],
    enum reason *why)
{
	struct packet *p = sim_packet_get(sim, 0);
	uint32_t off, wire;

	p->family = (uint8_t)frame_l3(f, &off, p, ll);
	p->in = f->in;
	p->physin = f->physin;
	p->out = f->out;
	p->mark = f->mark;
	p->local = f->in == NULL;
	p->has_owner = p->local && (f->has_owner || sim->env->has_owner);
	p->uid = f->has_owner ? f->uid : sim->env->uid;
	p->gid = f->has_owner ? f->gid : sim->env->gid;
	p->ct_said = f->ct_said;
	p->untracked = f->untracked;
	p->src_type = f->src_type;
	p->dst_type = f->dst_type;
	p->number = f->number;
	p->time = f->time;
	p->type = (uint8_t)frame_type(f);
	p->traced = sim->cfg.trace_all;
	p->trust = f->trust_checksum || sim->cfg.trust_checksums ?
	    CSUM_TRUST : CSUM_VERIFY;
	*why = REASON_NOT_IP;
	if (p->family == 0)
		return p;
	wire = f->wire_len > f->len ? f->wire_len : f->len;
	wire -= off;
	p->have = f->len - off;
	if (p->have > L3_MAX)
		p->have = L3_MAX;
	p->len = wire > L3_MAX ? L3_MAX : wire;
	memcpy(p->data, f->data + off, p->have);
	if (!check_header(p, why))
		return p;
	if (p->have < p->len) {
		memset(p->data + p->have, 0, p->len - p->have);
		p->trust = CSUM_TRUST;
	}
	pkt_decode(p);
	complete_checksum(p);
	*why = N_REASONS;
	return p;
}

/* Packets that went out by lo, in the order they were sent. */
static void
run_looped(struct sim *sim)
{
	while (sim->looped != NULL) {
		struct packet_slot *s = sim->looped;
		struct packet_slot *old = sim->slots[sim->nesting];
		enum reason why;

		sim->looped = s->next;
		if (sim->looped == NULL)
			sim->looped_tail = &sim->looped;
		sim->slots[sim->nesting++] = s;
		if (check_received(&s->pkt, &why)) {
			pkt_decode(&s->pkt);
			receive(sim, &s->pkt);
		} else
			lost(sim, &s->pkt, why);
		ct_put(sim, &s->pkt);
		sim->nesting--;
		sim->slots[sim->nesting] = old;
		free(s);
	}
}

void
sim_clock(struct sim *sim, int64_t now)
{
	if (!sim->started) {		/* the rules are loaded now */
		sim->started = true;
		sim->memory.start = now;
		for (unsigned i = 0; i < 2; i++)
			if (sim->compiled[i] != NULL)
				compiled_start(sim->compiled[i], &sim->memory);
	}
	if (now <= sim->now)
		return;
	sim->now = now;
	ct_clock(sim->ct, now);
	frag_clock(sim, now);
}

void
sim_frame(struct sim *sim, const struct frame *f, struct outcome *out)
{
	uint8_t ll[14];
	struct packet *p;
	enum reason why;

	sim_clock(sim, f->time);
	sim->outcome = (struct outcome){ .disposition = N_DISPOSITIONS };
	sim->filter_spoke = false;
	p = packet_of(sim, f, ll, &why);
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_PACKET,
		    .packet = p });
	if (why != N_REASONS)
		lost(sim, p, why);
	else if (p->local && p->out != NULL && !route_output(sim, p))
		lost(sim, p, REASON_NO_ROUTE);
	else if (p->local)
		sim_output(sim, p);
	else if (p->type == PKT_OTHERHOST)
		lost(sim, p, REASON_OTHERHOST);
	else
		receive(sim, p);
	if (!p->ct_moved)
		ct_put(sim, p);
	sim_packet_put(sim);
	run_looped(sim);
	assert(sim->nesting == 0);
	if (sim->outcome.disposition == N_DISPOSITIONS)
		sim->outcome.disposition = DISP_LOST;
	if (out != NULL)
		*out = sim->outcome;
}

uint32_t
sim_foresee(const struct sim *sim, const struct frame *f)
{
	uint32_t off = f->link == FRAME_LOOPBACK ? 4 : 0;

	if (f->link == FRAME_ETHER) {
		off = 14;
		if (f->len >= 18 && get16(f->data + 12) == 0x8100)
			off = 18;
	}
	return f->len > off ?
	    ct_foresee(sim->ct, f->data + off, f->len - off) : 0;
}

void
sim_fetch(const struct sim *sim, uint32_t number)
{
	ct_fetch(sim->ct, number);
}

/* ---- services ---- */

uint32_t
sim_random(struct sim *sim)
{
	uint64_t x = sim->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	sim->random = x;
	return (uint32_t)(x >> 32);
}

static void
svc_each_ct(struct sim *sim, bool (*each)(struct ct *, void *), void *arg)
{
	ct_each(sim->ct, each, arg);
}

static bool
svc_tuple(struct sim *sim, const struct packet *p, struct tuple *t)
{
	(void)sim;
	return ct_tuple(p, t);
}

static struct ct *
svc_find_ct(struct sim *sim, const struct tuple *t, uint16_t zone)
{
	enum ct_dir dir;

	return ct_find(sim->ct, t, zone, &dir);
}

static void
svc_reject(struct sim *sim, struct packet *p, enum hook hook, unsigned how)
{
	answer_reject(sim, p, hook, how);
	sim->rejected = true;
}

static void
svc_log(struct sim *sim, const struct packet *p, enum hook hook,
    unsigned level, unsigned flags, const char *prefix)
{
	sbuf_clear(&sim->line);
	logline(&sim->line, p, hook, flags, prefix);
	if (sim->cfg.line != NULL)
		sim->cfg.line(sim->cfg.arg, false, level,
		    sbuf_text(&sim->line), sim->line.len);
	if (sim->cfg.sink != NULL)
		sim_emit(sim, &(struct event){ .kind = EV_LOG, .packet = p,
		    .level = level, .hook = hook,
		    .text = sbuf_text(&sim->line) });
}

const struct services sim_services = {
	.route = route_lookup,
	.addr_type = route_addr_type,
	.nat_setup = nat_setup,
	.select_addr = nat_select_addr,
	.each_ct = svc_each_ct,
	.tuple = svc_tuple,
	.find_ct = svc_find_ct,
	.reject = svc_reject,
	.log = svc_log,
	.icmp = answer_icmp,
	.tee = answer_tee,
	.random = sim_random,
};

/* ---- life ---- */

/* Which hooks the rules switch on (sheet 1.3). */
static void
activate(struct sim *sim, unsigned i)
{
	const struct compiled *c = sim->compiled[i];
	unsigned traits = c ? c->traits : 0;

	sim->ct_active[i] = (traits & (EXT_NEEDS_CT | EXT_NEEDS_ACCT |
	    EXT_NAT)) != 0;
	sim->defrag_active[i] = sim->ct_active[i] ||
	    (traits & EXT_NEEDS_DEFRAG) != 0;
	sim->nat_active[i] = c != NULL && c->tables[TABLE_NAT].present;
	if (traits & EXT_NEEDS_ACCT)
		sim->acct = true;
}

struct sim *
sim_new(const struct sim_config *cfg)
{
	struct sim *sim = mem_alloc(1, sizeof(*sim));

	sim->cfg = *cfg;
	sim->env = cfg->env;
	sim->services = &sim_services;
	sim->random = UINT64_C(0x9e3779b97f4a7c15);
	sim->looped_tail = &sim->looped;
	/* Off by default; who gives no sysctls wants to see the counters. */
	sim->acct = env_sysctl(sim->env, "net.netfilter.nf_conntrack_acct",
	    !sim->env->has_sysctls) != 0;
	sim->memory = (struct memory){ .arena = &sim->arena,
	    .env = sim->env };
	sim->ct = ct_table_new(sim->env);
	sim->frags = frag_new();
	sim->limits = answer_limits_new(sim->env);
	for (unsigned i = 0; i < 2; i++) {
		sim->compiled[i] = compile(cfg->rules[i], &sim->arena);
		activate(sim, i);
	}
	return sim;
}

void
sim_free(struct sim *sim)
{
	if (sim == NULL)
		return;
	for (unsigned i = 0; i < MAX_NESTING; i++)
		free(sim->slots[i]);
	answer_limits_free(sim->limits);
	frag_free(sim->frags);
	ct_table_free(sim->ct);
	sbuf_free(&sim->line);
	arena_free(&sim->arena);
	free(sim);
}

void
sim_rule_counters(const struct sim *sim, const struct rule *r,
    uint64_t *packets, uint64_t *bytes)
{
	int family = r->chain->table->ruleset->family;
	const struct crule *cr = compiled_rule(
	    sim->compiled[family_index(family)], r);

	*packets = cr->packets;
	*bytes = cr->bytes;
}

void
sim_chain_counters(const struct sim *sim, const struct chain *c,
    uint64_t *packets, uint64_t *bytes)
{
	int family = c->table->ruleset->family;
	const struct cchain *cc = compiled_chain(
	    sim->compiled[family_index(family)], c);

	*packets = cc->packets;
	*bytes = cc->bytes;
}

void
sim_chance(struct sim *sim, enum chance chance)
{
	sim->cfg.chance = chance;
}

unsigned
sim_unknowns(const struct sim *sim)
{
	return sim->n_unknown;
}

void
sim_add_ct(struct sim *sim, const struct ct *proto)
{
	struct ct *ct = ct_add(sim->ct, proto, sim->now);

	if (ct != NULL)
		nat_add(sim, ct);
}

struct print_arg { struct sim *sim; struct sbuf *out; };

static bool
print_ct(struct ct *ct, void *arg)
{
	struct print_arg *a = arg;

	ct_print(ct, a->sim->now, a->out);
	return true;
}

void
sim_print_conntrack(struct sim *sim, struct sbuf *out)
{
	struct print_arg a = { sim, out };

	ct_each(sim->ct, print_ct, &a);
}

static bool
count_ct(struct ct *ct, void *arg)
{
	(void)ct;
	++*(unsigned *)arg;
	return true;
}

unsigned
sim_count_conntrack(struct sim *sim)
{
	unsigned n = 0;

	ct_each(sim->ct, count_ct, &n);
	return n;
}
