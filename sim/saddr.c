/* Source addresses that the host chooses by itself: inet_select_addr
 * (devinet.c) and ipv6_dev_get_saddr (addrconf.c, addrlabel.c; RFC 6724). */
#include "sim/saddr.h"

#include <netinet/in.h>

/* ---- IPv4 ---- */

enum { SCOPE_LINK = 253, SCOPE_HOST = 254 };

static bool
same_net(const union addr *a, const struct ifaddr *ifa)
{
	const union addr *net = ifa->has_peer ? &ifa->peer : &ifa->addr;
	union addr mask;

	addr_mask(&mask, AF_INET, ifa->prefix);
	return ((a->w[0] ^ net->w[0]) & mask.w[0]) == 0;
}

/* in_dev_select_addr. */
static const struct ifaddr *
any_of(const struct iface *i, unsigned scope)
{
	for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next)
		if (a->family == AF_INET && !a->secondary &&
		    a->scope != SCOPE_LINK && a->scope <= scope)
			return a;
	return NULL;
}

bool
saddr_select4(const struct env *env, const struct iface *dev,
    const union addr *dst, unsigned scope, union addr *out)
{
	unsigned most = dev->v4.route_localnet ? SCOPE_LINK : SCOPE_HOST;
	const struct ifaddr *found = NULL;

	for (const struct ifaddr *a = dev->addrs; a != NULL; a = a->next) {
		if (a->family != AF_INET || a->secondary ||
		    (a->scope < most ? a->scope : most) > scope)
			continue;
		if (addr_is_zero(dst) || same_net(dst, a)) {
			found = a;
			break;
		}
		if (found == NULL)
			found = a;
	}
	for (const struct iface *i = env->ifaces; i != NULL && found == NULL;
	    i = i->next)
		found = any_of(i, scope);
	if (found == NULL)
		return false;
	*out = found->addr;
	return true;
}

/* inet_addr_onlink. */
bool
saddr_onlink(const struct iface *dev, const union addr *a,
    const union addr *b)
{
	for (const struct ifaddr *i = dev->addrs; i != NULL; i = i->next)
		if (i->family == AF_INET && !i->secondary && same_net(a, i) &&
		    (b == NULL || same_net(b, i)))
			return true;
	return false;
}

/* ---- IPv6 ---- */

/* __ipv6_addr_src_scope. */
static int
scope6(const union addr *a)
{
	static const union addr zero;

	if (addr6_is_multicast(a))
		return a->b[1] & 15;
	if (addr6_is_loopback(a) || addr6_is_linklocal(a))
		return 2;
	if (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0xc0)
		return 5;
	return addr_equal(a, &zero) ? 0 : 14;
}

/* ip6addrlbl_init_table, longest prefix first. */
static const struct { union addr net; uint8_t prefix, label; } labels[] = {
	{ { .b = { [15] = 1 } }, 128, 0 },
	{ { .b = { [10] = 0xff, [11] = 0xff } }, 96, 4 },
	{ { .b = { 0 } }, 96, 3 },
	{ { .b = { 0x20, 0x01 } }, 32, 6 },
	{ { .b = { 0x20, 0x01, 0x00, 0x10 } }, 28, 7 },
	{ { .b = { 0x20, 0x02 } }, 16, 2 },
	{ { .b = { 0x3f, 0xfe } }, 16, 12 },
	{ { .b = { 0xfe, 0xc0 } }, 10, 11 },
	{ { .b = { 0xfc } }, 7, 5 },
	{ { .b = { 0 } }, 0, 1 },
};

static int
label_of(const union addr *a)
{
	unsigned i = 0;
	union addr mask;

	for (;; i++) {
		addr_mask(&mask, AF_INET6, labels[i].prefix);
		if (addr_equal_masked(a, &labels[i].net, &mask))
			return labels[i].label;
	}
}

struct want6 {
	const union addr *dst;
	const struct iface *dev;
	int scope, label;
};

enum { N_RULES6 = 8 };

static int
common_bits(const union addr *a, const union addr *b)
{
	int n = 0;

	while (n < 128 && !((a->b[n / 8] ^ b->b[n / 8]) & 0x80 >> n % 8))
		n++;
	return n;
}

/* ipv6_get_saddr_eval: the higher the better. */
static int
score6(const struct want6 *w, const struct iface *i, const struct ifaddr *a,
    unsigned rule)
{
	static const uint8_t orchid[4] = { 0x20, 0x01, 0x00, 0x10 };
	bool is_orchid, dst_orchid;
	int n;

	switch (rule) {
	case 0:
		return addr_equal(&a->addr, w->dst);
	case 1:
		n = scope6(&a->addr);
		return n >= w->scope ? -n : n - 128;
	case 2:
		return !(a->deprecated || a->optimistic);
	case 3:
		return w->dev == NULL || w->dev == i;
	case 4:
		return label_of(&a->addr) == w->label;
	case 5:
		return !a->temporary ^ (i->v6.use_tempaddr >= 2);
	case 6:
		is_orchid = memcmp(a->addr.b, orchid, 3) == 0 &&
		    (a->addr.b[3] & 0xf0) == 0x10;
		dst_orchid = memcmp(w->dst->b, orchid, 3) == 0 &&
		    (w->dst->b[3] & 0xf0) == 0x10;
		return is_orchid == dst_orchid;
	default:
		n = common_bits(&a->addr, w->dst);
		return n > a->prefix ? a->prefix : n;
	}
}

struct best6 { const struct iface *iface; const struct ifaddr *addr; };

static bool
is_better6(const struct want6 *w, const struct best6 *best,
    const struct iface *i, const struct ifaddr *a)
{
	for (unsigned rule = 0; rule < N_RULES6; rule++) {
		int old = score6(w, best->iface, best->addr, rule);
		int new = score6(w, i, a, rule);

		if (old != new)
			return new > old;
	}
	return false;
}

static void
try_iface6(const struct want6 *w, const struct iface *i, struct best6 *best)
{
	for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next) {
		if (a->family != AF_INET6 || addr_is_zero(&a->addr) ||
		    addr6_is_multicast(&a->addr) ||
		    (a->tentative && !a->optimistic))
			continue;
		if (best->addr == NULL || is_better6(w, best, i, a))
			*best = (struct best6){ i, a };
	}
}

bool
saddr_select6(const struct env *env, const struct iface *dev,
    const union addr *dst, union addr *out)
{
	struct want6 w = { .dst = dst, .dev = dev, .scope = scope6(dst),
	    .label = label_of(dst) };
	struct best6 best = { NULL, NULL };

	if (dev != NULL && (addr6_is_multicast(dst) || w.scope <= 2)) {
		try_iface6(&w, dev, &best);
	} else {
		for (const struct iface *i = env->ifaces; i != NULL;
		    i = i->next)
			try_iface6(&w, i, &best);
	}
	if (best.addr == NULL)
		return false;
	*out = best.addr->addr;
	return true;
}
