/* Answers.  An error quotes the packet as it is when it is found wanting
 * (after DNAT, with its TTL counted down); its identification is 0, which
 * in the kernel is a number that nobody can foresee. */
#include "sim/internal.h"
#include "sim/options.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { IP4_HEADER = 20, IP6_HEADER = 40, TCP_HEADER = 20, ICMP_HEADER = 8,
    REDIRECT_HEADER = 40 };
enum { QUOTE4_MAX = 576, QUOTE6_MAX = 1280 };	/* of the whole answer */

/* ---- limits ---- */

/* inetpeer.h: one host that answers go to.  Times and tokens are ticks. */
struct peer {
	union addr addr;
	uint8_t family;			/* 0: free */
	uint8_t n_redirects;
	uint32_t tokens;
	int64_t last;
};

struct answer_limits {
	struct peer *peers;		/* open addressing, room a power of two */
	unsigned n, room;
	int64_t stamp, credit;		/* of all answers together */
	int64_t per_sec, burst;
	unsigned hz;
	uint32_t limit4, limit6;	/* ticks per answer to one host */
	uint32_t mask4;			/* ICMP types under the limit */
	uint8_t mask6[16];		/* ICMPv6: bit type%8 of [type/8] */
	uint8_t ttl;
	bool inbound_addr, reflect[2];
};

enum { BURST = 6 };			/* XRLIM_BURST_FACTOR */

/* "0-1,3-127" as sysctl prints a bitmap. */
static void
read_mask6(struct answer_limits *l, const char *s)
{
	while (*s >= '0' && *s <= '9') {
		char *end;
		unsigned long from = strtoul(s, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to && from < 128; from++)
			l->mask6[from / 8] |= (uint8_t)(1 << from % 8);
		s = *end == ',' ? end + 1 : end;
	}
}

static uint32_t
sysctl_ticks(const struct env *env, const char *name, long fallback)
{
	long ms = env_sysctl(env, name, fallback);

	if (ms <= 0)
		return 0;
	if (ms > 3600000)
		ms = 3600000;
	return (uint32_t)(((uint64_t)ms * env->hz + 999) / 1000);
}

struct answer_limits *
answer_limits_new(const struct env *env)
{
	static const char ratemask6[] = "net.ipv6.icmp.ratemask";
	struct answer_limits *l = mem_alloc(1, sizeof(*l));
	const char *mask = map_get(&env->sysctls, ratemask6,
	    sizeof(ratemask6) - 1);

	*l = (struct answer_limits){ .hz = env->hz };
	l->limit4 = sysctl_ticks(env, "net.ipv4.icmp_ratelimit", 1000);
	l->limit6 = sysctl_ticks(env, "net.ipv6.icmp.ratelimit", 100);
	l->mask4 = (uint32_t)env_sysctl(env, "net.ipv4.icmp_ratemask", 0x1818);
	read_mask6(l, mask != NULL ? mask : "0-1,3-127");
	l->per_sec = env_sysctl(env, "net.ipv4.icmp_msgs_per_sec", 1000);
	l->burst = env_sysctl(env, "net.ipv4.icmp_msgs_burst", 50);
	l->ttl = (uint8_t)env_sysctl(env, "net.ipv4.ip_default_ttl", 64);
	l->inbound_addr = env_sysctl(env,
	    "net.ipv4.icmp_errors_use_inbound_ifaddr", 0) != 0;
	l->reflect[0] = env_sysctl(env, "net.ipv4.fwmark_reflect", 0) != 0;
	l->reflect[1] = env_sysctl(env, "net.ipv6.fwmark_reflect", 0) != 0;
	l->stamp = INT64_MIN;
	return l;
}

void
answer_limits_free(struct answer_limits *l)
{
	if (l == NULL)
		return;
	free(l->peers);
	free(l);
}

static int64_t
ticks(const struct sim *sim)
{
	unsigned hz = sim->limits->hz;

	return sim->now / 1000000000 * hz +
	    sim->now % 1000000000 * hz / 1000000000;
}

static struct peer *
peer_slot(struct peer *peers, unsigned room, int family,
    const union addr *addr)
{
	uint64_t h = (addr->q[0] * UINT64_C(0x9e3779b97f4a7c15)) ^ addr->q[1];
	unsigned i;

	h *= UINT64_C(0xff51afd7ed558ccd);
	for (i = (unsigned)(h >> 40) & (room - 1); peers[i].family != 0;
	    i = (i + 1) & (room - 1))
		if (peers[i].family == family &&
		    addr_equal(&peers[i].addr, addr))
			break;
	return &peers[i];
}

/* Moves to a bigger table, without those that have been idle so long that
 * they are as good as new. */
static void
peers_grow(struct answer_limits *l, int64_t now)
{
	unsigned keep = 0, room = 64;
	struct peer *old = l->peers, *new;
	int64_t idle = 60 * (int64_t)l->hz;

	if (idle < BURST * (int64_t)l->limit4)
		idle = BURST * (int64_t)l->limit4;
	for (unsigned i = 0; i < l->room; i++) {
		if (old[i].family != 0 && now - old[i].last > idle)
			old[i].family = 0;
		keep += old[i].family != 0;
	}
	while (room < keep * 4)
		room *= 2;
	new = mem_alloc(room, sizeof(*new));
	memset(new, 0, room * sizeof(*new));
	for (unsigned i = 0; i < l->room; i++)
		if (old[i].family != 0)
			*peer_slot(new, room, old[i].family, &old[i].addr) =
			    old[i];
	free(old);
	l->peers = new;
	l->room = room;
	l->n = keep;
}

static struct peer *
peer_get(struct answer_limits *l, int family, const union addr *addr,
    int64_t now)
{
	struct peer *p;

	if ((l->n + 1) * 2 > l->room)
		peers_grow(l, now);
	p = peer_slot(l->peers, l->room, family, addr);
	if (p->family == 0) {
		*p = (struct peer){ .addr = *addr, .family = (uint8_t)family,
		    .last = now - 60 * (int64_t)l->hz };
		l->n++;
	}
	return p;
}

/* Lets one through that costs 'cost', of at most 'burst' saved up; a burst
 * saved for ip_error outlasts the tick (inet_peer_xrlim_allow). */
static bool
peer_allow(struct peer *p, int64_t now, uint32_t cost, uint32_t burst)
{
	int64_t tokens = p->tokens + (now - p->last);

	if (now != p->last)
		p->tokens = tokens > burst ? burst : (uint32_t)tokens;
	p->last = now;
	if (p->tokens < cost)
		return false;
	p->tokens -= cost;
	return true;
}

/* icmp_global_allow; what it costs is 0 to 2 in the kernel, 1 here. */
static bool
global_allow(struct sim *sim)
{
	struct answer_limits *l = sim->limits;
	int64_t now = ticks(sim), delta, more;

	if (l->credit > 0)
		return true;
	delta = l->stamp < now - l->hz ? l->hz : now - l->stamp;
	if (delta < l->hz / 50)
		return false;
	more = l->per_sec * delta / l->hz;
	if (more <= 0)
		return false;
	l->stamp = now;
	l->credit = l->credit + more < l->burst ? l->credit + more : l->burst;
	return true;
}

static bool
is_limited(const struct answer_limits *l, int family, unsigned type,
    unsigned code)
{
	if (family == AF_INET)
		return type < 19 && !(type == 3 && code == 4) &&
		    (l->mask4 >> type & 1);
	return type < 128 && type != 2 &&
	    (l->mask6[type / 8] >> type % 8 & 1);
}

/* icmpv4_xrlim_allow, icmpv6_xrlim_allow: to 'to', by the route 'a'. */
static bool
host_allow(struct sim *sim, int family, const union addr *to,
    const struct route_answer *a)
{
	struct answer_limits *l = sim->limits;
	uint32_t cost = family == AF_INET ? l->limit4 : l->limit6;
	int64_t now = ticks(sim);

	if (a->type != ROUTE_LOCAL &&
	    (a->dev == NULL || a->dev->kind != IFK_LOOPBACK) &&
	    !peer_allow(peer_get(l, family, to, now), now, cost, BURST * cost))
		return false;
	l->credit--;
	return true;
}

/* ---- sending ---- */

static bool
has_route(const struct route_answer *a)
{
	return a->type == ROUTE_UNICAST || a->type == ROUTE_LOCAL ||
	    a->type == ROUTE_BROADCAST || a->type == ROUTE_MULTICAST ||
	    a->type == ROUTE_ANYCAST;
}

static struct packet *
new_answer(struct sim *sim, const struct packet *cause, uint32_t size)
{
	struct packet *p = sim_packet_get(sim, size);

	if (p == NULL)
		return NULL;
	memset(p->data, 0, size);
	p->len = p->have = size;
	p->family = cause->family;
	p->local = p->kernel_made = true;
	p->trust = CSUM_TRUST;
	p->type = PKT_HOST;
	if (sim->limits->reflect[family_index(p->family)])
		p->mark = cause->mark;
	return p;
}

/* Runs it through OUTPUT and gives its buffer back.  Where the snapshot has
 * no routes, an answer goes back where its cause came from. */
static void
run_output(struct sim *sim, struct packet *p, const struct packet *cause,
    const struct route_answer *a)
{
	if (a != NULL && a->unknown)
		p->out = cause->rcv;
	pkt_decode(p);
	sim_emit(sim, &(struct event){ .kind = EV_PACKET, .packet = p });
	sim_output(sim, p);
	ct_put(sim, p);
	sim_packet_put(sim);
}

static void
put_ip4(struct packet *p, unsigned tos, unsigned proto, const union addr *src,
    const union addr *dst)
{
	uint8_t *ip = p->data;

	ip[0] = 0x45;
	ip[1] = (uint8_t)tos;
	put16(ip + 2, p->len);
	ip[9] = (uint8_t)proto;
	memcpy(ip + 12, src->b, 4);
	memcpy(ip + 16, dst->b, 4);
}

static void
put_ip6(struct packet *p, unsigned proto, const union addr *src,
    const union addr *dst)
{
	uint8_t *ip = p->data;

	ip[0] = 0x60;
	put16(ip + 4, p->len - IP6_HEADER);
	ip[6] = (uint8_t)proto;
	memcpy(ip + 8, src->b, 16);
	memcpy(ip + 24, dst->b, 16);
}

static uint8_t
hop_limit(const struct sim *sim, const struct iface *dev)
{
	char name[64];

	snprintf(name, sizeof(name), "net.ipv6.conf.%.16s.hop_limit",
	    dev != NULL ? dev->name : "all");
	return (uint8_t)env_sysctl(sim->env, name, env_sysctl(sim->env,
	    "net.ipv6.conf.all.hop_limit", 64));
}

/* ---- ICMP ---- */

static bool
is_error4(unsigned type)		/* icmp_pointers[].error */
{
	return type < 19 && (0x1efe >> type & 1);
}

/* No answer to what was for many, to a later fragment, or to an error. */
static bool
may_answer4(const struct packet *c, unsigned type)
{
	uint32_t l4 = (c->data[0] & 15u) * 4;

	if (c->type != PKT_HOST && (!c->local || c->looped))
		return false;
	if (c->route_multicast || (get16(c->data + 6) & 0x1fff) != 0)
		return false;
	if (!is_error4(type) || c->data[9] != IPPROTO_ICMP)
		return true;
	return c->len > l4 && (c->have <= l4 ||
	    (c->data[l4] <= 18 && !is_error4(c->data[l4])));
}

/* Where an error about 'c' goes, and from which address. */
static bool
route_error4(struct sim *sim, const struct packet *c, unsigned tos,
    struct route_answer *a, union addr *src)
{
	struct route_query q = { .family = AF_INET, .proto = IPPROTO_ICMP,
	    .tos = (uint8_t)tos };

	*src = (union addr){ .q = { 0, 0 } };
	pkt_src(c, &q.dst);
	if (c->route_type == ROUTE_LOCAL)
		pkt_dst(c, src);
	else if (sim->limits->inbound_addr && c->rcv != NULL)
		route_select_addr(sim, AF_INET, c->rcv, &q.dst, src);
	q.src = *src;
	if (sim->limits->reflect[0])
		q.mark = c->mark;
	route_lookup(sim, &q, a);
	if (!has_route(a) || (src->b[0] == 127 && a->type != ROUTE_LOCAL &&
	    a->dev != NULL && a->dev->kind != IFK_LOOPBACK &&
	    !a->dev->v4.route_localnet))
		return false;
	if (addr_is_zero(src))
		*src = a->prefsrc;
	if (addr_is_zero(src) && a->unknown && c->rcv != NULL)
		route_select_addr(sim, AF_INET, c->rcv, &q.dst, src);
	if (addr_is_zero(src))		/* RFC 7600: the dummy address */
		memcpy(src->b, "\300\0\0\10", 4);
	return true;
}

/* Quotes 'n' bytes of the cause behind the ICMP header at 'icmp'. */
static void
put_icmp(struct packet *p, uint32_t at, const struct packet *cause,
    uint32_t n, unsigned type, unsigned code, uint32_t info)
{
	uint8_t *icmp = p->data + at;

	icmp[0] = (uint8_t)type;
	icmp[1] = (uint8_t)code;
	put32(icmp + 4, info);
	if (cause->have < n) {
		p->have -= n - cause->have;
		n = cause->have;
	}
	memcpy(icmp + ICMP_HEADER, cause->data, n);
	/* The checksum of an IPv4 reset is left to the device: until then it
	 * is the bare sum of the pseudo-header. */
	if (cause->kernel_made && cause->family == AF_INET &&
	    cause->proto == IPPROTO_TCP && n >= cause->l4 + 20u)
		put16(icmp + ICMP_HEADER + cause->l4 + 16,
		    csum_fold(csum_pseudo(cause, IPPROTO_TCP, cause->len -
		    cause->l4)) ^ 0xffff);
}

/* nf_reject_ip_tcphdr_put leaves a reset's checksum to the device; until then
 * it is the bare sum of the pseudo-header, and so it is quoted. */
static unsigned
partial_checksum(const struct packet *c)
{
	return csum_fold(csum_pseudo(c, IPPROTO_TCP, c->len - c->l4)) ^ 0xffffu;
}

static void
icmp4(struct sim *sim, struct packet *c, unsigned type, unsigned code,
    uint32_t info)
{
	bool limited = is_limited(sim->limits, AF_INET, type, code);
	bool by_lo = c->in != NULL && c->in->kind == IFK_LOOPBACK;
	unsigned tos = is_error4(type) ? (c->data[1] & 0x1eu) | 0xc0 :
	    c->data[1];
	struct route_answer a = { .type = 0 };
	uint32_t room = QUOTE4_MAX, n = c->len, at;
	union addr src, dst;
	uint8_t options[40];
	struct packet *p;

	if (!may_answer4(c, type) || (limited && !by_lo &&
	    !global_allow(sim)) || !route_error4(sim, c, tos, &a, &src))
		return;
	pkt_src(c, &dst);
	if (limited && !by_lo && !host_allow(sim, AF_INET, &dst, &a))
		return;
	if (a.mtu != 0 && a.mtu < room)
		room = a.mtu;
	at = IP4_HEADER + options_echo(sim, c, &src, options);
	if (room <= at + IP4_HEADER + ICMP_HEADER)
		return;
	room -= at + ICMP_HEADER;
	if (n > room)
		n = room;
	p = new_answer(sim, c, at + ICMP_HEADER + n);
	if (p == NULL)
		return;
	put_ip4(p, tos, IPPROTO_ICMP, &src, &dst);
	p->data[0] = (uint8_t)(0x40 | at / 4);
	p->data[8] = sim->limits->ttl;
	memcpy(p->data + IP4_HEADER, options, at - IP4_HEADER);
	ip_csum_set(p->data);
	put_icmp(p, at, c, n, type, code, info);
	if (c->kernel_made && c->proto == IPPROTO_TCP && n >= c->l4 + 18u)
		put16(p->data + at + ICMP_HEADER + c->l4 + 16,
		    partial_checksum(c));
	put16(p->data + at + 2, csum_fold(csum_add(0, p->data + at,
	    ICMP_HEADER + n)));
	if (is_error4(type))
		ct_attach(p, c);
	run_output(sim, p, c, &a);
}

/* ipv6_addr_type's UNICAST. */
static bool
is_unicast6(const uint8_t *a)
{
	static const uint8_t none[16], mapped[12] = { [10] = 0xff, 0xff };

	return a[0] != 0xff && memcmp(a, none, 16) != 0 &&
	    memcmp(a, mapped, 12) != 0;
}

/* Parameter problem about an option that wants an answer even to multicast
 * (opt_unrec). */
static bool
wants_answer(const struct packet *c, unsigned type, unsigned code,
    uint32_t at)
{
	return type == 4 && code == 2 && at < c->have &&
	    (c->data[at] & 0xc0) == 0x80;
}

static bool
may_answer6(const struct packet *c, unsigned type, unsigned code,
    uint32_t info)
{
	static const uint8_t none[16];
	const uint8_t *ip = c->data;
	bool many = ip[24] == 0xff ||
	    (c->type != PKT_HOST && (!c->local || c->looped));

	if (many && type != 2 && !wants_answer(c, type, code, info))
		return false;
	if (ip[8] == 0xff || memcmp(ip + 8, none, 16) == 0)
		return false;
	/* To ipv6_skip_exthdr a later fragment is not ICMPv6. */
	if (c->proto != IPPROTO_ICMPV6 || c->proto_bad || c->frag != 0)
		return true;
	if (c->len <= c->l4)		/* a first one may end before it */
		return c->more_frags;
	return c->have <= c->l4 || c->data[c->l4] >= 128;
}

static bool
route_error6(struct sim *sim, const struct packet *c,
    struct route_answer *a, union addr *src)
{
	struct route_query q = { .family = AF_INET6,
	    .proto = IPPROTO_ICMPV6 };
	union addr dst;

	pkt_src(c, &q.dst);
	pkt_dst(c, &dst);
	*src = (union addr){ .q = { 0, 0 } };
	if (q.dst.b[0] == 0xfe && (q.dst.b[1] & 0xc0) == 0x80)
		q.out = c->in;
	if (sim->limits->reflect[1])
		q.mark = c->mark;
	if (dst.b[0] != 0xff && (route_is_own(sim, AF_INET6, &dst) ||
	    route_addr_type(sim, AF_INET6, &dst, NULL) == ROUTE_ANYCAST))
		*src = dst;
	q.src = *src;
	route_lookup(sim, &q, a);
	if (!has_route(a) || a->type == ROUTE_ANYCAST)
		return false;
	if (!addr_is_zero(src))
		return true;
	if (c->rcv != NULL && (a->route == NULL || !a->route->has_prefsrc) &&
	    route_select_addr(sim, AF_INET6, c->rcv, &q.dst, src))
		return true;
	*src = a->prefsrc;
	return true;
}

static void
icmp6(struct sim *sim, struct packet *c, unsigned type, unsigned code,
    uint32_t info)
{
	bool limited = is_limited(sim->limits, AF_INET6, type, code);
	bool by_lo = c->in == NULL || c->in->kind == IFK_LOOPBACK;
	uint32_t n = c->len, room = QUOTE6_MAX - IP6_HEADER - ICMP_HEADER;
	struct route_answer a = { .type = 0 };
	union addr src, dst;
	struct packet *p;

	if (!may_answer6(c, type, code, info) || (limited && !by_lo &&
	    !global_allow(sim)) || !route_error6(sim, c, &a, &src))
		return;
	pkt_src(c, &dst);
	if (limited && !by_lo && !host_allow(sim, AF_INET6, &dst, &a))
		return;
	if (n > room)
		n = room;
	p = new_answer(sim, c, IP6_HEADER + ICMP_HEADER + n);
	if (p == NULL)
		return;
	put_ip6(p, IPPROTO_ICMPV6, &src, &dst);
	p->data[7] = hop_limit(sim, a.dev);
	put_icmp(p, IP6_HEADER, c, n, type, code, info);
	pkt_decode(p);
	put16(p->data + IP6_HEADER + 2, csum_fold(csum_add(csum_pseudo(p,
	    IPPROTO_ICMPV6, ICMP_HEADER + n), p->data + IP6_HEADER,
	    ICMP_HEADER + n)));
	ct_attach(p, c);
	run_output(sim, p, c, &a);
}

static bool
has_header(const struct packet *p)
{
	return p->have >= (p->family == AF_INET ? IP4_HEADER : IP6_HEADER);
}

/* ip_rt_send_redirect: fewer and fewer to one that does not listen. */
static bool
redirect_allow(struct sim *sim, const struct packet *c)
{
	enum { NUMBER = 9 };
	int64_t now = ticks(sim), load = sim->limits->hz / 50;
	union addr src;
	struct peer *p;

	pkt_src(c, &src);
	p = peer_get(sim->limits, AF_INET, &src, now);
	if (now > p->last + (load << (NUMBER + 1))) {
		p->tokens = 0;
		p->n_redirects = 0;
	}
	if (p->n_redirects >= NUMBER) {
		p->last = now;
		return false;
	}
	if (p->n_redirects != 0 && now <= p->last + (load << p->n_redirects))
		return false;
	p->last = now;
	p->n_redirects++;
	return true;
}

static bool
is_link_local(const union addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* ipv6_get_lladdr */
static bool
link_local_of(const struct iface *dev, union addr *out)
{
	for (const struct ifaddr *i = dev->addrs; i != NULL; i = i->next)
		if (i->family == AF_INET6 && is_link_local(&i->addr) &&
		    !i->tentative) {
			*out = i->addr;
			return true;
		}
	return false;
}

/* The options of a redirect: where the target is on the link, and the packet.
 * The MAC of a neighbour is not known; a device without ARP has its own. */
static void
put_redirect(struct sim *sim, struct packet *p, const struct packet *c,
    uint32_t quoted)
{
	uint8_t *rd = p->data + IP6_HEADER;
	uint32_t n = quoted;

	rd[0] = 137;
	memcpy(rd + 8, c->nexthop.b, 16);
	memcpy(rd + 24, c->data + 24, 16);
	rd += REDIRECT_HEADER;
	if (p->len > IP6_HEADER + REDIRECT_HEADER + 8 + quoted) {
		rd[0] = 2;
		rd[1] = 1;
		if (c->in->noarp)
			memcpy(rd + 2, c->in->mac, 6);
		else
			env_assume(sim->env, "IPv6 redirects tell a MAC "
			    "address of zeros: those of neighbours are not "
			    "known");
		rd += 8;
	}
	rd[0] = 4;
	rd[1] = (uint8_t)((quoted + 8) / 8);
	if (c->have < n) {
		p->have -= n - c->have;
		n = c->have;
	}
	memcpy(rd + 8, c->data, n);
}

/* ip6_forward, ndisc_send_redirect */
void
answer_redirect6(struct sim *sim, struct packet *c)
{
	struct answer_limits *l = sim->limits;
	struct route_query q = { .family = AF_INET6, .out = c->in };
	struct route_answer a = { .type = 0 };
	uint32_t option = c->in->kind == IFK_NONE ? 0 : 8, quoted, len;
	int64_t now = ticks(sim);
	struct packet *p;
	union addr src, dst;

	pkt_dst(c, &dst);
	pkt_src(c, &q.dst);
	if (!peer_allow(peer_get(l, AF_INET6, &dst, now), now, l->hz,
	    BURST * l->hz) || !link_local_of(c->in, &src) ||
	    (!addr_equal(&c->nexthop, &dst) && !is_link_local(&c->nexthop)))
		return;
	route_lookup(sim, &q, &a);
	if (!has_route(&a) || a.unknown || a.has_gateway ||
	    !peer_allow(peer_get(l, AF_INET6, &q.dst, now), now, l->hz,
	    BURST * l->hz))
		return;
	quoted = c->len + 8;
	if (quoted > QUOTE6_MAX - IP6_HEADER - REDIRECT_HEADER - option)
		quoted = QUOTE6_MAX - IP6_HEADER - REDIRECT_HEADER - option;
	quoted = (quoted & ~7u) - 8;
	len = REDIRECT_HEADER + option + 8 + quoted;
	p = new_answer(sim, c, IP6_HEADER + len);
	if (p == NULL)
		return;
	p->mark = 0;
	put_ip6(p, IPPROTO_ICMPV6, &src, &q.dst);
	p->data[7] = 255;
	put_redirect(sim, p, c, quoted);
	pkt_decode(p);
	put16(p->data + IP6_HEADER + 2, csum_fold(csum_add(csum_pseudo(p,
	    IPPROTO_ICMPV6, len), p->data + IP6_HEADER, len)));
	p->out = c->in;
	run_output(sim, p, c, NULL);
}

void
answer_icmp(struct sim *sim, struct packet *cause, unsigned type,
    unsigned code, uint32_t info)
{
	if (!has_header(cause))
		return;
	if (cause->family == AF_INET6)
		icmp6(sim, cause, type, code, info);
	else if (type != 5 || redirect_allow(sim, cause))
		icmp4(sim, cause, type, code, info);
}

void
answer_no_route(struct sim *sim, struct packet *cause, unsigned type,
    unsigned code)
{
	union addr src;

	if (!has_header(cause))
		return;
	if (cause->family == AF_INET) {	/* ip_error */
		unsigned hz = sim->limits->hz;
		int64_t now = ticks(sim);

		pkt_src(cause, &src);
		if (!peer_allow(peer_get(sim->limits, AF_INET, &src, now),
		    now, hz, 5 * hz))
			return;
	}
	answer_icmp(sim, cause, type, code, 0);
}

/* ---- REJECT ---- */

/* nf_reject_verify_csum: protocols whose checksum is none, or another one
 * than the Internet's over all of it. */
static bool
is_verified(const struct packet *c)
{
	switch (c->proto) {
	case IPPROTO_UDP:
		return c->len < c->l4 + 8u || c->have < c->l4 + 8u ||
		    get16(c->data + c->l4 + 6) != 0;
	case IPPROTO_GRE: case IPPROTO_AH: case IPPROTO_ESP:
	case IPPROTO_SCTP: case IPPROTO_UDPLITE:
		return false;
	default:
		return true;
	}
}

/* nf_ip_checksum, nf_ip6_checksum: the Internet checksum of whatever it is,
 * in IPv4 with the pseudo-header for TCP and UDP only, and over the IP
 * header too (which sums up to nothing, but makes zeros a good sum). */
static bool
csum_ok(const struct packet *c)
{
	uint32_t n = c->len - c->l4, sum = 0;

	if (c->trust == CSUM_TRUST || c->have < c->len)
		return true;
	if (c->len < c->l4)
		return false;
	if (c->family == AF_INET6 || c->proto == IPPROTO_TCP ||
	    c->proto == IPPROTO_UDP)
		sum = csum_pseudo(c, c->proto, n);
	if (c->family == AF_INET)
		return csum_fold(csum_add(sum, c->data, c->len)) == 0;
	return csum_fold(csum_add(sum, c->data + c->l4, n)) == 0;
}

static void
reject_icmp(struct sim *sim, struct packet *c, unsigned type, unsigned code)
{
	if (c->frag != 0 || c->proto_bad)
		return;
	if (c->family == AF_INET6 && c->trust != CSUM_TRUST &&
	    (c->proto == IPPROTO_NONE || c->l4 >= c->len))
		return;
	if (!is_verified(c) || csum_ok(c))
		answer_icmp(sim, c, type, code, 0);
}

/* The TCP header of what may be reset, or null. */
static const uint8_t *
resettable(const struct packet *c)
{
	const uint8_t *th;

	if (c->proto != IPPROTO_TCP || c->proto_bad || c->frag != 0)
		return NULL;
	if (c->family == AF_INET ? c->route_multicast :
	    !is_unicast6(c->data + 8) || !is_unicast6(c->data + 24))
		return NULL;
	th = pkt_at(c, c->l4, TCP_HEADER, NULL);
	if (th == NULL || (th[13] & 0x04) || !csum_ok(c))
		return NULL;
	return th;
}

static void
put_reset(struct packet *p, const struct packet *c, const uint8_t *old)
{
	uint8_t *th = p->data + p->len - TCP_HEADER;
	unsigned flags = old[13];

	memcpy(th, old + 2, 2);
	memcpy(th + 2, old, 2);
	th[12] = TCP_HEADER / 4 << 4;
	th[13] = 0x04;
	if (flags & 0x10) {
		memcpy(th + 4, old + 8, 4);
	} else {
		th[13] |= 0x10;
		put32(th + 8, get32(old + 4) + (flags >> 1 & 1) + (flags & 1) +
		    c->len - c->l4 - (old[12] >> 4) * 4u);
	}
	pkt_decode(p);
	put16(th + 16, csum_fold(csum_add(csum_pseudo(p, IPPROTO_TCP,
	    TCP_HEADER), th, TCP_HEADER)));
}

/* On a bridge the reset goes straight out of the port it came by. */
static void
send_by_port(struct sim *sim, struct packet *p, const struct iface *port)
{
	p->out = port;
	sim_emit(sim, &(struct event){ .kind = EV_SENT, .packet = p,
	    .iface = port });
	if (sim->cfg.sent != NULL)
		sim->cfg.sent(sim->cfg.arg, port, p->data, p->len, p->have,
		    sim->now);
	sim_packet_put(sim);
}

static void
reset(struct sim *sim, struct packet *c)
{
	const uint8_t *th = resettable(c);
	struct packet *p;
	union addr src, dst;
	bool v4 = c->family == AF_INET;

	if (th == NULL)
		return;
	p = new_answer(sim, c, (v4 ? IP4_HEADER : IP6_HEADER) + TCP_HEADER);
	if (p == NULL)
		return;
	pkt_dst(c, &src);
	pkt_src(c, &dst);
	if (v4) {
		put_ip4(p, 0, IPPROTO_TCP, &src, &dst);
		p->data[6] = 0x40;
		p->data[8] = sim->limits->ttl;
		ip_csum_set(p->data);
	} else {
		put_ip6(p, IPPROTO_TCP, &src, &dst);
	}
	put_reset(p, c, th);
	if (!route_output(sim, p)) {
		sim_packet_put(sim);
		return;
	}
	if (!v4)
		p->data[7] = hop_limit(sim, p->out);
	ct_attach(p, c);
	if (c->ct != NULL)
		ct_set_closing(sim->ct, c->ct);
	if (c->physin != NULL)
		send_by_port(sim, p, c->physin);
	else
		run_output(sim, p, c, NULL);
}

void
answer_reject(struct sim *sim, struct packet *cause, enum hook hook,
    unsigned how)
{
	(void)hook;
	if (!has_header(cause))
		return;
	if (how == REJECT_RST)
		reset(sim, cause);
	else
		reject_icmp(sim, cause, how >> 8, how & 0xff);
}

/* ---- TEE ---- */

/* nf_dup_ipv4, nf_dup_ipv6: no copies of copies. */
void
answer_tee(struct sim *sim, const struct packet *pkt, enum hook hook,
    const union addr *gateway, const struct iface *oif)
{
	struct route_query q = { .family = pkt->family, .dst = *gateway,
	    .out = oif };
	struct route_answer a = { .type = 0 };
	struct packet *p;
	uint8_t *data;

	if (sim->copying || !has_header(pkt))
		return;
	route_lookup(sim, &q, &a);
	p = has_route(&a) ? sim_packet_get(sim, pkt->len) : NULL;
	if (p == NULL)
		return;
	data = p->data;
	*p = *pkt;
	p->data = data;
	memcpy(data, pkt->data, pkt->len);
	p->ct = NULL;
	p->untracked = p->local = p->kernel_made = p->teed = true;
	p->looped = p->redirect = p->route_multicast = false;
	p->ctinfo = CTI_UNTRACKED;
	p->in = p->physin = p->physout = NULL;
	p->ll = NULL;
	p->has_mac = false;
	p->number = 0;
	p->out = p->route_dev = a.dev;
	p->route_type = (uint8_t)a.type;
	p->nexthop = a.nexthop;
	p->mtu = a.mtu;
	if (p->family == AF_INET)
		data[6] |= 0x40;
	if (hook == HOOK_PREROUTING || hook == HOOK_INPUT)
		data[p->family == AF_INET ? 8 : 7]--;
	if (p->family == AF_INET)
		ip_csum_set(data);
	sim->copying = true;
	run_output(sim, p, pkt, NULL);
	sim->copying = false;
}
