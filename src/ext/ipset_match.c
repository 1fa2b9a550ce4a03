/* Sets and packets: what an element is made of is taken from the packet,
 * then looked up, added or deleted.  Kernel: ip_set_core.c, ip_set_getport.c,
 * the *_kadt functions of each type, ip_set_hash_gen.h. */
#include "ext/ipset_store.h"
#include "ext/l4.h"
#include "ext/rate.h"

#include <netinet/in.h>

/* ---- src and dst ---- */

/* Words only have to begin with them. */
bool
ipset_read_dirs(struct ipset_ask *ask, const char *s)
{
	ask->dim = ask->src = 0;
	for (;; s++) {
		if (ask->dim == IPSET_MAX_DIMENSION)
			return false;
		if (strncmp(s, "src", 3) == 0)
			ask->src |= (uint8_t)(1 << ask->dim);
		else if (strncmp(s, "dst", 3) != 0)
			return false;
		ask->dim++;
		s += strcspn(s, ",");
		if (*s == '\0')
			return true;
	}
}

void
ipset_print_dirs(const struct ipset_ask *ask, struct sbuf *out)
{
	for (unsigned i = 0; i < ask->dim; i++)
		sbuf_printf(out, "%c%s", i == 0 ? ' ' : ',',
		    ask->src >> i & 1 ? "src" : "dst");
}

/* ---- what a packet has ---- */

/* Null: *result tells. */
static const uint8_t *
l4_bytes(struct ctx *ctx, uint32_t n, enum tri *result)
{
	if (ctx->pkt->proto_cut) {
		*result = unknown(ctx, need_bytes);
		return NULL;
	}
	return packet_bytes(ctx, ctx->pkt->l4, n, result);
}

static uint32_t
header_size(const struct packet *p)
{
	switch (p->proto) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_SCTP:
		return 12;
	case IPPROTO_UDP: case IPPROTO_UDPLITE:
	case IPPROTO_ICMP: case IPPROTO_ICMPV6:
		return 8;
	default:
		return 0;
	}
}

/* get_port(): ICMP's port is type and code.  The kernel does not look
 * whether the ICMP is of the packet's family. */
static bool
get_port(struct ctx *ctx, bool src, struct ipset_elem *e, enum tri *result)
{
	const struct packet *p = ctx->pkt;
	bool icmp = p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6;
	uint32_t size = header_size(p);
	const uint8_t *h;

	*result = TRI_NO;
	e->proto = p->proto;
	e->port = 0;
	if (p->proto_cut)
		return l4_bytes(ctx, 1, result) != NULL;
	if (p->family == AF_INET6 ? p->proto_bad || p->frag != 0 ||
	    p->proto == IPPROTO_NONE : p->proto == 0)
		return false;
	/* IPv4 takes fragments of protocols that have no ports. */
	if (p->frag != 0 && p->proto == IPPROTO_ICMPV6)
		size = 0;
	if (size == 0)
		return true;
	/* The whole header must be there, the ports must be known. */
	if (p->frag != 0 || p->l4 + size > p->len)
		return false;
	h = l4_bytes(ctx, 4, result);
	if (h == NULL)
		return false;
	e->port = get16(h + (src || icmp ? 0 : 2));
	return true;
}

static bool
get_mac(struct ctx *ctx, bool src, struct ipset_elem *e, enum tri *result)
{
	static const uint8_t zero[6];
	const struct packet *p = ctx->pkt;

	*result = TRI_NO;
	if (p->ll == NULL || p->ll_len < 14) {
		if (!p->local && p->rcv != NULL && p->rcv->kind == IFK_ETHER)
			*result = unknown(ctx, "the frame's MAC addresses");
		return false;
	}
	memcpy(e->mac, p->ll + (src ? 6 : 0), sizeof(e->mac));
	e->has_mac = true;
	return memcmp(e->mac, zero, sizeof(zero)) != 0;
}

static bool
get_iface(struct ctx *ctx, bool src, struct ipset_elem *e)
{
	const struct iface *i = src ? ctx->pkt->in : ctx->pkt->out;

	if (i == NULL)
		return false;
	memcpy(e->iface, i->name, IFNAME_SIZE);
	return true;
}

/* Fills in the element; networks are as long as an address.  False: the
 * packet has no such thing, or *result is TRI_UNKNOWN. */
static bool
from_packet(const struct ipset *s, struct ctx *ctx,
    const struct ipset_ask *ask, struct ipset_elem *e, enum tri *result)
{
	const uint8_t *part = ipset_parts[s->def.type];
	unsigned addr = 0;
	bool ok = true;

	*result = TRI_NO;
	memset(e, 0, sizeof(*e));
	for (unsigned i = 0; part[i] != P_END && ok; i++) {
		bool src = ask->src >> i & 1;

		switch ((enum part)part[i]) {
		case P_IP: case P_NET:
			e->cidr[addr] =
			    (uint8_t)family_bits(ctx->pkt->family);
			if (src)
				pkt_src(ctx->pkt, &e->addr[addr++]);
			else
				pkt_dst(ctx->pkt, &e->addr[addr++]);
			break;
		case P_PORT:
			ok = get_port(ctx, src, e, result);
			break;
		case P_PORT_ONLY:
			ok = get_port(ctx, src, e, result) &&
			    (e->proto == IPPROTO_TCP ||
			    e->proto == IPPROTO_UDP);
			break;
		case P_MAC: case P_OWN_MAC:
			ok = get_mac(ctx, src, e, result);
			break;
		case P_MARK:
			e->mark = ctx->pkt->mark;
			break;
		case P_IFACE:
			ok = get_iface(ctx, src, e);
			break;
		case P_SET: case P_END:
			break;
		}
	}
	return ok && ipset_mask(s, e);
}

static bool
applies(const struct ipset *s, const struct ctx *ctx,
    const struct ipset_ask *ask)
{
	return ask->dim >= ipset_dimension(s) &&
	    (s->def.family == AF_UNSPEC ||
	    s->def.family == ctx->pkt->family);
}

/* ---- test ---- */

static bool
compare(uint64_t v, const struct ipset_compare *c)
{
	switch ((enum ipset_op)c->op) {
	case IPSET_ANY:
		return true;
	case IPSET_EQ:
		return v == c->value;
	case IPSET_NE:
		return v != c->value;
	case IPSET_LT:
		return v < c->value;
	case IPSET_GT:
		return v > c->value;
	}
	return false;
}

/* ip_set_match_extensions, timeout aside: counts first, then compares. */
static bool
extensions_match(struct counters *c, const struct skbinfo *skb,
    const struct ctx *ctx, struct ipset_ask *ask)
{
	if (c != NULL && !(ask->flags & IPSET_SKIP_COUNTER_UPDATE)) {
		c->packets++;
		c->bytes += ctx->pkt->len;
	}
	if (c != NULL && (!compare(c->packets, &ask->packets) ||
	    !compare(c->bytes, &ask->bytes)))
		return false;
	if (skb != NULL) {
		ask->skbmark = skb->mark;
		ask->skbmask = skb->mask;
		ask->skbprio = skb->prio;
		ask->skbqueue = skb->queue;
	}
	return true;
}

enum found { NOT_FOUND, FOUND, FOUND_NOMATCH };

static enum found
element_matches(const struct ipset *s, void *elem, const struct ctx *ctx,
    struct ipset_ask *ask)
{
	struct counters c;
	struct skbinfo skb;
	bool match;

	if (ipset_expired(s, elem, jiffies_of(ctx)))
		return NOT_FOUND;
	if (s->at_counters != 0)
		memcpy(&c, at(elem, s->at_counters), sizeof(c));
	if (s->at_skb != 0)
		memcpy(&skb, at(elem, s->at_skb), sizeof(skb));
	match = extensions_match(s->at_counters ? &c : NULL,
	    s->at_skb ? &skb : NULL, ctx, ask);
	if (s->at_counters != 0 && !ipset_frozen(s))
		memcpy(at(elem, s->at_counters), &c, sizeof(c));
	if (!match)
		return NOT_FOUND;
	return *at(elem, s->at_flags) & E_NOMATCH ? FOUND_NOMATCH : FOUND;
}

static enum found
test_exact(const struct ipset *s, const struct ipset_elem *e,
    const struct ctx *ctx, struct ipset_ask *ask)
{
	uint8_t key[MAX_KEY];
	void *elem;

	ipset_key(s, e, 0, key);
	elem = store_find(&s->store, key);
	return elem ? element_matches(s, elem, ctx, ask) : NOT_FOUND;
}

static void
cut_net(struct ipset_elem *e, const struct ipset_elem *whole, unsigned i,
    int family, unsigned len)
{
	union addr mask;

	addr_mask(&mask, family, len);
	e->cidr[i] = (uint8_t)len;
	e->addr[i].q[0] = whole->addr[i].q[0] & mask.q[0];
	e->addr[i].q[1] = whole->addr[i].q[1] & mask.q[1];
}

/* hash:net,iface: once the packet's network was met the search ends there,
 * even if it was with another interface. */
static enum found
test_iface(const struct ipset *s, struct ipset_elem *e,
    const struct ctx *ctx, struct ipset_ask *ask)
{
	const struct ipset_elem whole = *e;
	const struct prefixes *p = &s->prefixes[0];
	unsigned multi = 0;

	for (unsigned i = 0; i < p->n_len && multi == 0; i++) {
		unsigned seq = 0;
		void *elem;

		cut_net(e, &whole, 0, s->def.family, p->len[i]);
		for (; (elem = ipset_find_iface(s, e, &seq, &multi)) != NULL;
		    seq++) {
			enum found f = element_matches(s, elem, ctx, ask);

			if (f != NOT_FOUND)
				return f;
			multi = 0;
		}
	}
	return NOT_FOUND;
}

/* mtype_test_cidrs: longest prefix first; with two networks the second one
 * goes through its lengths for each of the first. */
static enum found
test_nets(const struct ipset *s, struct ipset_elem *e, const struct ctx *ctx,
    struct ipset_ask *ask)
{
	static const struct prefixes one = { .n_len = 1 };
	const struct ipset_elem whole = *e;
	bool net0 = ipset_parts[s->def.type][0] == P_NET;
	const struct prefixes *p0 = net0 ? &s->prefixes[0] : &one;
	const struct prefixes *p1 = s->prefixes[1].n_len != 0 ?
	    &s->prefixes[1] : &one;
	enum found f;

	for (unsigned i = 0; i < p0->n_len; i++) {
		if (net0)
			cut_net(e, &whole, 0, s->def.family, p0->len[i]);
		for (unsigned j = 0; j < p1->n_len; j++) {
			if (p1 != &one)
				cut_net(e, &whole, 1, s->def.family,
				    p1->len[j]);
			f = test_exact(s, e, ctx, ask);
			if (f != NOT_FOUND)
				return f;
		}
	}
	return NOT_FOUND;
}

/* bitmap:ip,mac: an element without a MAC takes the packet's and matches. */
static enum found
test_ipmac(struct ipset *s, struct ipset_elem *e, const struct ctx *ctx,
    struct ipset_ask *ask)
{
	uint8_t key[MAX_KEY];
	void *elem;

	ipset_key(s, e, 0, key);
	elem = store_find(&s->store, key);
	if (elem == NULL)
		return NOT_FOUND;
	if (*at(elem, s->at_flags) & E_MAC)
		return memcmp(at(elem, s->at_mac), e->mac,
		    sizeof(e->mac)) != 0 ? NOT_FOUND :
		    element_matches(s, elem, ctx, ask);
	if (ipset_frozen(s))
		return FOUND;
	e->timeout = s->def.timeout;
	e->packets = 1;
	e->bytes = ctx->pkt->len;
	ipset_put(s, e, false, jiffies_of(ctx));
	return FOUND;
}

static enum tri
test_list(struct ipset *s, struct ctx *ctx, struct ipset_ask *ask)
{
	struct ipset_ask sub = *ask;
	uint64_t now = jiffies_of(ctx);

	sub.packets.op = sub.bytes.op = IPSET_ANY;
	if (ask->flags & IPSET_SKIP_SUBCOUNTER_UPDATE)
		sub.flags |= IPSET_SKIP_COUNTER_UPDATE;
	for (struct member *m = s->members; m != NULL; m = m->next) {
		enum tri in;

		in = m->set == NULL ? unknown(ctx, "a set that a list:set "
		    "names") : ipset_test(m->set, ctx, &sub);
		if (in == TRI_UNKNOWN)
			return in;
		if (in == TRI_NO || (s->live && s->def.has_timeout &&
		    m->timeout != PERMANENT && m->timeout < now))
			continue;
		ask->skbmark = sub.skbmark;
		ask->skbmask = sub.skbmask;
		ask->skbprio = sub.skbprio;
		ask->skbqueue = sub.skbqueue;
		if (extensions_match(s->def.counters ? &m->counters : NULL,
		    s->def.skbinfo ? &m->skb : NULL, ctx, ask))
			return TRI_YES;
	}
	return TRI_NO;
}

enum tri
ipset_test(struct ipset *s, struct ctx *ctx, struct ipset_ask *ask)
{
	struct ipset_elem e;
	enum found f;
	enum tri result;

	ipset_start(s);
	if (!applies(s, ctx, ask))
		return TRI_NO;
	if (s->def.type == IPSET_LIST_SET)
		return test_list(s, ctx, ask);
	if (!from_packet(s, ctx, ask, &e, &result))
		return result;
	if (s->at_mac != 0)
		f = test_ipmac(s, &e, ctx, ask);
	else if (s->at_iface != 0)
		f = test_iface(s, &e, ctx, ask);
	else if (s->prefixes != NULL)
		f = test_nets(s, &e, ctx, ask);
	else
		f = test_exact(s, &e, ctx, ask);
	/* --return-nomatch turns both answers of networks round. */
	if (s->prefixes != NULL && (ask->flags & IPSET_RETURN_NOMATCH))
		return tri_of(f == FOUND_NOMATCH);
	return tri_of(f == FOUND);
}

/* ---- add and delete ---- */

/* A network as long as the longest in the set; a host if it is empty. */
static void
choose_prefixes(const struct ipset *s, struct ipset_elem *e)
{
	for (unsigned i = 0; s->prefixes != NULL && i < 2; i++)
		if (s->prefixes[i].n_len != 0)
			cut_net(e, &(const struct ipset_elem){
			    .addr = { e->addr[0], e->addr[1] } }, i,
			    s->def.family, s->prefixes[i].len[0]);
}

static bool
list_change(struct ipset *s, struct ctx *ctx, struct ipset_ask *ask,
    bool (*change)(struct ipset *, struct ctx *, struct ipset_ask *))
{
	uint64_t now = jiffies_of(ctx);

	for (struct member *m = s->members; m != NULL; m = m->next)
		if (m->set != NULL && !(s->def.has_timeout &&
		    m->timeout != PERMANENT && m->timeout < now) &&
		    change(m->set, ctx, ask))
			return true;
	return false;
}

bool
ipset_packet_add(struct ipset *s, struct ctx *ctx, struct ipset_ask *ask)
{
	struct ipset_elem e;
	enum tri result;

	ipset_start(s);
	if (ipset_frozen(s) || !applies(s, ctx, ask))
		return false;
	if (s->def.type == IPSET_LIST_SET)
		return list_change(s, ctx, ask, ipset_packet_add);
	if (!from_packet(s, ctx, ask, &e, &result))
		return false;
	choose_prefixes(s, &e);
	e.timeout = ask->has_timeout ? ask->timeout : s->def.timeout;
	e.packets = 1;
	e.bytes = ctx->pkt->len;
	return ipset_put(s, &e, ask->flags & IPSET_EXIST,
	    jiffies_of(ctx)) == IPSET_OK;
}

bool
ipset_packet_del(struct ipset *s, struct ctx *ctx, struct ipset_ask *ask)
{
	struct ipset_elem e;
	enum tri result;

	ipset_start(s);
	if (ipset_frozen(s) || !applies(s, ctx, ask))
		return false;
	if (s->def.type == IPSET_LIST_SET)
		return list_change(s, ctx, ask, ipset_packet_del);
	if (!from_packet(s, ctx, ask, &e, &result))
		return false;
	choose_prefixes(s, &e);
	return ipset_drop(s, &e, jiffies_of(ctx)) == IPSET_OK;
}
