#include "sim/internal.h"

#include <assert.h>
#include <netinet/in.h>

#include "sim/expect.h"
#include "sim/saddr.h"

enum { SOURCES = 1 << 16 };		/* chains, by original source */
/* NF_NAT_MAX_ATTEMPTS, NF_NAT_HARDER_THRESH. */
enum { MAX_ATTEMPTS = 128, HARDER = MAX_ATTEMPTS / 4 };

struct nat_state {
	struct ct *sources[SOURCES];
	bool said_random, said_masquerade;
};

static struct nat_state *
state(struct sim *sim)
{
	if (sim->nat == NULL)
		sim->nat = arena_new(&sim->arena, struct nat_state);
	return sim->nat;
}

/* ---- Bob Jenkins' hash, as jhash.h has it ---- */

static uint32_t
rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* jhash2 of four words. */
static uint32_t
jhash_addr(const union addr *addr, uint32_t init)
{
	uint32_t a, b, c;

	a = b = c = 0xdeadbeef + (4 << 2) + init;
	a += addr->w[0];
	b += addr->w[1];
	c += addr->w[2];
	a -= c; a ^= rol(c, 4); c += b;
	b -= a; b ^= rol(a, 6); a += c;
	c -= b; c ^= rol(b, 8); b += a;
	a -= c; a ^= rol(c, 16); c += b;
	b -= a; b ^= rol(a, 19); a += c;
	c -= b; c ^= rol(b, 4); b += a;
	a += addr->w[3];
	c ^= b; c -= rol(b, 14);
	a ^= c; a -= rol(c, 11);
	b ^= a; b -= rol(a, 25);
	c ^= b; c -= rol(b, 16);
	a ^= c; a -= rol(c, 4);
	b ^= a; b -= rol(a, 14);
	c ^= b; c -= rol(b, 24);
	return c;
}

/* ---- chains by source ---- */

/* The kernel's key has the zone only if it counts in both directions. */
static struct ct **
source_chain(struct nat_state *nat, const struct ct *ct)
{
	const struct tuple *t = &ct->tuple[CT_ORIGINAL];
	uint64_t h = t->src.q[0] * UINT64_C(0x9e3779b97f4a7c15);

	h ^= t->src.q[1] * UINT64_C(0xff51afd7ed558ccd);
	h ^= (uint64_t)t->sport << 16 | t->proto;
	if (ct->zone_both)
		h ^= (uint64_t)ct->zone[CT_ORIGINAL] << 32;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return &nat->sources[h >> 48];
}

static void
chain(struct nat_state *nat, struct ct *ct)
{
	struct ct **first = source_chain(nat, ct);

	ct_nat_unlink(ct);
	ct->nat_next = *first;
	ct->nat_prev = first;
	if (*first != NULL)
		(*first)->nat_prev = &ct->nat_next;
	*first = ct;
}

void
nat_add(struct sim *sim, struct ct *ct)
{
	if (ct->status & CTS_SRC_NAT_DONE)
		chain(state(sim), ct);
}

/* ---- is a tuple in the range, and is it free? ---- */

static bool
addr_in(const union addr *a, const struct nat_range *range)
{
	return addr_cmp(a, &range->min) >= 0 && addr_cmp(a, &range->max) <= 0;
}

static bool
has_ports(unsigned proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP;
}

static bool
is_icmp(unsigned proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* l4proto_in_range. */
static bool
port_in(const struct tuple *t, enum nat_manip manip,
    const struct nat_range *range)
{
	uint16_t port;

	if (is_icmp(t->proto))
		port = ntohs(t->id);
	else if (has_ports(t->proto) || t->proto == IPPROTO_GRE)
		port = ntohs(manip == NAT_SRC ? t->sport : t->dport);
	else
		return true;
	return port >= range->port_min && port <= range->port_max;
}

/* nf_in_range. */
static bool
source_in(const struct tuple *t, const struct nat_range *range)
{
	if (range->flags & NATF_ADDR && !addr_in(&t->src, range))
		return false;
	return !(range->flags & NATF_PORT) || port_in(t, NAT_SRC, range);
}

/* nf_nat_used_tuple. */
static bool
is_used(struct sim *sim, const struct tuple *t, const struct ct *ct)
{
	struct tuple reply;

	tuple_invert(&reply, t);
	return ct_taken(sim->ct, &reply, ct);
}

/* nf_nat_used_tuple_new: the same flow the other way round, in another zone
 * and without translation, is no reason for another port.  (It clashes when
 * the connection is confirmed.) */
static bool
is_used_new(struct sim *sim, const struct tuple *t, const struct ct *ct)
{
	struct tuple reply;
	enum ct_dir dir;
	const struct ct *old;

	if (!is_used(sim, t, ct))
		return false;
	tuple_invert(&reply, t);
	old = ct_find_zones(sim->ct, &reply, ct->zone, &dir);
	return old == NULL || old->status & (CTS_SRC_NAT | CTS_DST_NAT |
	    CTS_SEQ_ADJUST) ||
	    !tuple_equal(&old->tuple[CT_ORIGINAL], &ct->tuple[CT_REPLY]) ||
	    !tuple_equal(&old->tuple[CT_REPLY], &ct->tuple[CT_ORIGINAL]);
}

/* nf_nat_used_tuple_harder: near the end of the search a connection that is
 * over makes room for a newer one. */
static bool
is_used_harder(struct sim *sim, const struct tuple *t, const struct ct *ct,
    unsigned attempts_left)
{
	struct tuple reply;
	enum ct_dir dir;
	struct ct *old;

	if (attempts_left > HARDER || t->proto != IPPROTO_TCP ||
	    ct->tcp.state != TCP_CT_SYN_SENT)
		return is_used(sim, t, ct);
	tuple_invert(&reply, t);
	old = ct_find_zones(sim->ct, &reply, ct->zone, &dir);
	if (old == NULL)
		return false;
	if (dir == CT_ORIGINAL || old == ct ||
	    old->tcp.state < TCP_CT_TIME_WAIT ||
	    old->status & (CTS_FIXED_TIMEOUT | CTS_DYING) ||
	    !(old->status & CTS_SRC_NAT) ||
	    (int32_t)(ct->tcp.seen[0].end - old->tcp.seen[0].end) <= 0)
		return true;
	ct_kill(sim->ct, old);
	return false;
}

/* ---- choosing ---- */

/* find_appropriate_src: how is the same source mapped elsewhere? */
static bool
same_source(struct sim *sim, const struct ct *ct, const struct tuple *want,
    const struct nat_range *range, struct tuple *out)
{
	for (const struct ct *i = *source_chain(state(sim), ct); i != NULL;
	    i = i->nat_next) {
		const struct tuple *t = &i->tuple[CT_ORIGINAL];

		if (t->proto != want->proto || t->sport != want->sport ||
		    !addr_equal(&t->src, &want->src) ||
		    i->zone[CT_ORIGINAL] != ct->zone[CT_ORIGINAL])
			continue;
		tuple_invert(out, &i->tuple[CT_REPLY]);
		out->dst = want->dst;
		out->dport = want->dport;
		if (source_in(out, range))
			return true;
	}
	return false;
}

/* reciprocal_scale. */
static uint32_t
scale(uint32_t v, uint32_t n)
{
	return (uint32_t)((uint64_t)v * n >> 32);
}

/* find_best_ips_proto: an address of the range, by hash of source and
 * destination (as they are in memory); IPv6 word by word. */
static void
choose_addr(struct tuple *t, const struct nat_range *range,
    const struct ct *ct, enum nat_manip manip)
{
	union addr *addr = manip == NAT_SRC ? &t->src : &t->dst;
	unsigned words = t->family == AF_INET ? 1 : 4;
	bool persistent = (range->flags & NATF_PERSISTENT) != 0, full = false;
	uint32_t zone, j;

	if (!(range->flags & NATF_ADDR))
		return;
	if (addr_equal(&range->min, &range->max)) {
		*addr = range->min;
		return;
	}
	zone = ct->zone[0] != 0 ? ct->zone[0] : ct->zone[1];
	j = jhash_addr(&t->src, persistent ? 0 : t->dst.w[words - 1] ^ zone);
	for (unsigned i = 0; i < words; i++) {
		uint32_t min = full ? 0 : ntohl(range->min.w[i]);
		uint32_t n = full ? UINT32_MAX :
		    ntohl(range->max.w[i]) - min + 1;

		addr->w[i] = htonl(min + scale(j, n));
		if (addr->w[i] != range->max.w[i])
			full = true;
		if (!persistent)
			j ^= t->dst.w[i];
	}
}

struct port_range { uint16_t *key; uint32_t min, size; };

/* What of the tuple is searched, and where; false: it stays as it is. */
static bool
port_search(struct tuple *t, const struct nat_range *range,
    const struct ct *ct, enum nat_manip manip, struct port_range *out)
{
	bool given = (range->flags & NATF_PORT) != 0;
	uint32_t lo = range->port_min, hi = range->port_max;

	if (is_icmp(t->proto)) {
		*out = (struct port_range){ &t->id, given ? lo : 0,
		    given ? hi - lo + 1 : 65536 };
		return true;
	}
	out->key = manip == NAT_SRC ? &t->sport : &t->dport;
	if (t->proto == IPPROTO_GRE) {	/* call ids of PPTP */
		out->min = given ? lo : 1;
		out->size = given ? hi - lo + 1 : 65535;
		return ct->master != NULL;
	}
	if (!has_ports(t->proto) || (!given && manip == NAT_DST))
		return false;
	if (given) {
		out->min = lo < hi ? lo : hi;
		out->size = (lo < hi ? hi - lo : lo - hi) + 1;
	} else if (ntohs(*out->key) < 512) {
		*out = (struct port_range){ out->key, 1, 511 };
	} else if (ntohs(*out->key) < 1024) {
		*out = (struct port_range){ out->key, 600, 424 };
	} else {
		*out = (struct port_range){ out->key, 1024, 64512 };
	}
	return true;
}

void
nat_say_random(struct sim *sim)
{
	struct nat_state *nat = state(sim);

	if (nat->said_random)
		return;
	nat->said_random = true;
	env_assume(sim->env, "ports that NAT picks at random are others than "
	    "the kernel's");
}

static uint16_t
random_port(struct sim *sim, const struct port_range *r, enum nat_manip manip)
{
	if (sim->nesting <= 1)
		sim->outcome.drawn[manip] = (struct drawn_port){ r->min,
		    r->size };
	nat_say_random(sim);
	return (uint16_t)sim_random(sim);
}

/* nf_nat_l4proto_unique_tuple.  If nothing is free the last one is taken,
 * and the packet ends when it is confirmed. */
static void
choose_port(struct sim *sim, struct tuple *t, const struct nat_range *range,
    const struct ct *ct, enum nat_manip manip)
{
	struct port_range r;
	uint32_t attempts;
	uint16_t off = 0;

	if (!port_search(t, range, ct, manip, &r) || r.size == 0)
		return;
	if (range->flags & NATF_PORT_OFFSET)
		off = (uint16_t)(ntohs(*r.key) - range->port_base);
	else if (r.size > 1 && (manip == NAT_SRC ||
	    range->flags & (NATF_RANDOM | NATF_RANDOM_FULLY)))
		off = random_port(sim, &r, manip);
	attempts = r.size < MAX_ATTEMPTS ? r.size : MAX_ATTEMPTS;
	for (;;) {
		for (uint32_t i = 0; i < attempts; i++, off++) {
			*r.key = htons((uint16_t)(r.min + off % r.size));
			if (!is_used_harder(sim, t, ct, attempts - i))
				return;
		}
		if (attempts >= r.size || attempts < 16)
			return;
		attempts /= 2;
		off = random_port(sim, &r, manip);
	}
}

/* get_unique_tuple. */
static void
choose(struct sim *sim, struct tuple *t, const struct tuple *now,
    const struct nat_range *range, const struct ct *ct, enum nat_manip manip)
{
	bool random = (range->flags & (NATF_RANDOM | NATF_RANDOM_FULLY)) != 0;

	if (manip == NAT_SRC && !random) {
		if (source_in(now, range)) {
			*t = *now;
			if (!is_used_new(sim, t, ct))
				return;
		} else if (same_source(sim, ct, now, range, t) &&
		    !is_used(sim, t, ct)) {
			return;
		}
	}
	*t = *now;
	choose_addr(t, range, ct, manip);
	if (!random && range->flags & NATF_PORT) {
		if (!(range->flags & NATF_PORT_OFFSET) &&
		    port_in(t, manip, range) &&
		    (range->port_min == range->port_max ||
		    !is_used(sim, t, ct)))
			return;
	} else if (!random && !is_used(sim, t, ct)) {
		return;
	}
	choose_port(sim, t, range, ct, manip);
}

/* The host bits of the packet's address, the network bits of the range. */
static void
netmap(struct nat_range *range, const union addr *now)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t host = range->min.q[i] ^ range->max.q[i];

		range->min.q[i] = (range->min.q[i] & ~host) |
		    (now->q[i] & host);
	}
	range->max = range->min;
	range->flags |= NATF_ADDR;
}

/* ---- setting up ---- */

static bool
is_set_up(const struct ct *ct, enum nat_manip manip)
{
	return (ct->status & (manip == NAT_SRC ? CTS_SRC_NAT_DONE :
	    CTS_DST_NAT_DONE)) != 0;
}

enum verdict
nat_setup_ct(struct sim *sim, struct ct *ct, const struct nat_range *range,
    enum nat_manip manip)
{
	struct nat_range r = *range;
	struct tuple now, new;

	if (ct->status & CTS_CONFIRMED)
		return V_ACCEPT;
	if (is_set_up(ct, manip))
		return V_DROP;
	tuple_invert(&now, &ct->tuple[CT_REPLY]);
	if (r.flags & NATF_NETMAP)
		netmap(&r, manip == NAT_SRC ? &now.src : &now.dst);
	choose(sim, &new, &now, &r, ct, manip);
	if (!tuple_equal(&new, &now)) {
		ct_alter_reply(sim->ct, ct, &new);
		ct->status |= manip == NAT_SRC ? CTS_SRC_NAT : CTS_DST_NAT;
	}
	ct->status |= manip == NAT_SRC ? CTS_SRC_NAT_DONE : CTS_DST_NAT_DONE;
	if (manip == NAT_SRC)
		chain(state(sim), ct);
	return V_ACCEPT;
}

enum verdict
nat_setup(struct sim *sim, struct packet *p, const struct nat_range *range,
    enum nat_manip manip)
{
	if (p->ct == NULL)
		return V_ACCEPT;
	return nat_setup_ct(sim, p->ct, range, manip);
}

void
nat_follow_master(struct sim *sim, struct ct *ct, const struct expect *e)
{
	const struct tuple *t = &e->master->tuple[!e->dir];
	struct nat_range range = { .flags = NATF_ADDR };

	range.min = range.max = t->dst;
	nat_setup_ct(sim, ct, &range, NAT_SRC);
	range.flags |= NATF_PORT;
	range.min = range.max = t->src;
	range.port_min = range.port_max = ntohs(e->saved_port);
	nat_setup_ct(sim, ct, &range, NAT_DST);
}

/* nf_nat_alloc_null_binding: this address; the port may have to change. */
static enum verdict
bind_null(struct sim *sim, struct ct *ct, enum nat_manip manip)
{
	const struct tuple *reply = &ct->tuple[CT_REPLY];
	struct nat_range range = { .flags = NATF_ADDR };

	range.min = range.max = manip == NAT_SRC ? reply->dst : reply->src;
	return nat_setup_ct(sim, ct, &range, manip);
}

/* ---- the hook ---- */

static enum verdict
drop(struct sim *sim, const struct packet *p)
{
	sim_end(sim, p, DISP_DROP, REASON_NAT_DROP, NULL, NULL);
	return V_DROP;
}

/* nf_nat_oif_changed: what was masqueraded for another device is over. */
static bool
device_changed(const struct packet *p, enum hook hook)
{
	return p->ct->masq_ifindex != 0 && hook == HOOK_POSTROUTING &&
	    ctinfo_dir((enum ctinfo)p->ctinfo) == CT_ORIGINAL &&
	    p->out != NULL && p->out->index != p->ct->masq_ifindex;
}

static void
tell(struct sim *sim, const struct packet *p, enum hook hook,
    const struct tuple *old)
{
	struct tuple new;

	if (!ct_tuple(p, &new) || tuple_equal(old, &new))
		return;
	sim_emit(sim, &(struct event){ .kind = EV_NAT, .packet = p,
	    .hook = hook, .table = TABLE_NAT, .ct = p->ct, .old = old,
	    .new = &new });
}

static bool
is_error(const struct packet *p)
{
	return (p->ctinfo == CTI_RELATED || p->ctinfo == CTI_RELATED_REPLY) &&
	    p->proto == (p->family == AF_INET ? IPPROTO_ICMP :
	    IPPROTO_ICMPV6);
}

static enum verdict
rewrite(struct sim *sim, struct packet *p, enum hook hook,
    enum nat_manip manip)
{
	enum ct_dir dir = ctinfo_dir((enum ctinfo)p->ctinfo);
	bool error = is_error(p), told = sim->cfg.sink != NULL;
	union addr before, after;
	struct tuple old;

	if (!error && !(p->ct->status & nat_bit(manip, dir)))
		return V_ACCEPT;
	told = told && ct_tuple(p, &old);
	pkt_dst(p, &before);
	if (!(error ? nat_rewrite_error : nat_rewrite)(p, p->ct, manip, dir))
		return drop(sim, p);
	*(manip == NAT_SRC ? &p->src_type : &p->dst_type) = 0;
	pkt_dst(p, &after);
	if (hook == HOOK_PREROUTING && !addr_equal(&before, &after))
		p->route_type = 0;	/* skb_dst_drop */
	if (told)
		tell(sim, p, hook, &old);
	return V_ACCEPT;
}

/* nf_nat_ipv4_fn, nf_nat_ipv6_fn, nf_nat_inet_fn. */
enum verdict
nat_hook(struct sim *sim, struct packet *p, enum hook hook,
    enum verdict (*walk)(struct sim *, struct packet *, enum hook,
    enum table_id))
{
	enum nat_manip manip = hook == HOOK_POSTROUTING ||
	    hook == HOOK_INPUT ? NAT_SRC : NAT_DST;
	bool fresh = p->ctinfo == CTI_NEW || p->ctinfo == CTI_RELATED ||
	    p->ctinfo == CTI_RELATED_REPLY;
	enum verdict v;

	if (p->ct == NULL)
		return V_ACCEPT;
	if (is_error(p))
		return rewrite(sim, p, hook, manip);
	if (fresh && !is_set_up(p->ct, manip)) {
		v = walk(sim, p, hook, TABLE_NAT);
		if (v != V_ACCEPT)
			return v;
		if (!is_set_up(p->ct, manip) &&
		    bind_null(sim, p->ct, manip) != V_ACCEPT)
			return drop(sim, p);
	} else if (device_changed(p, hook)) {
		if (p->ct->status & CTS_CONFIRMED)
			ct_kill(sim->ct, p->ct);
		return drop(sim, p);
	}
	return rewrite(sim, p, hook, manip);
}

/* ---- MASQUERADE ---- */

static bool
keep_source(struct sim *sim, const struct packet *p, union addr *addr)
{
	struct nat_state *nat = state(sim);

	if (!nat->said_masquerade) {
		nat->said_masquerade = true;
		env_assume(sim->env, "the addresses that MASQUERADE would use "
		    "are not known: the source is left as it is");
	}
	pkt_src(p, addr);
	return true;
}

/* nf_nat_masquerade_ipv4, _ipv6. */
bool
nat_select_addr(struct sim *sim, const struct packet *p,
    const struct iface *out, union addr *addr)
{
	union addr dst, hop = p->nexthop;

	if (!sim->env->has_addrs && out->addrs == NULL)
		return keep_source(sim, p, addr);
	pkt_dst(p, &dst);
	if (p->family == AF_INET6)
		return saddr_select6(sim->env, out, &dst, addr);
	if (hop.q[1] != 0 || hop.w[1] != 0 || hop.w[0] == 0)
		hop = dst;		/* the gateway is an IPv6 one */
	return saddr_select4(sim->env, out, &hop, 0, addr);
}
