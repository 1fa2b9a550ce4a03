/* The forwarding tables of the host, made for looking up: fib_lookup and
 * fib6_rule_lookup.  Kernel: fib_rules.c, fib4_rules.c, fib_trie.c,
 * fib6_rules.c, net/ipv6/route.c.
 *
 * A table is one hash of (prefix length, prefix) and the list of the lengths
 * it has, longest first.  As in the kernel the IPv4 tables local and main
 * are one as long as there are none but the default policy rules. */
#ifndef MODEL_FIB_H
#define MODEL_FIB_H

#include "model/ctx.h"

enum fib_knows {
	FIB_NOTHING,			/* no routes, no addresses */
	FIB_CONNECTED,			/* what follows from the addresses */
	FIB_ALL				/* the snapshot has the routes */
};

enum fib_error {			/* what the kernel says with errno */
	FIB_OK,
	FIB_AGAIN,			/* throw, or not in this table */
	FIB_NETUNREACH,			/* nowhere */
	FIB_HOSTUNREACH,		/* an unreachable route */
	FIB_ACCES,			/* prohibit */
	FIB_INVAL			/* blackhole */
};

struct fib_flow {			/* struct flowi */
	int family;
	union addr src, dst;
	const struct iface *in;		/* null: this host itself (iif lo) */
	const struct iface *out;	/* the device it must take; null: any */
	uint32_t mark;
	uint16_t sport, dport;
	uint8_t tos, proto;
	/* IPv6: routes of this device come first among equals, and with
	 * 'strict' no others count (RT6_LOOKUP_F_IFACE). */
	const struct iface *prefer;
	bool strict;
	bool ignore_linkdown;		/* FIB_LOOKUP_IGNORE_LINKSTATE */
};

struct fib_result {
	const struct route *route;
	const struct nexthop *hop;	/* null: none */
};

struct fib;

/* Made of 'env' into 'arena'; adds interfaces to neither. */
struct fib *fib_new(const struct env *, struct arena *);
/* Those of a host that changes no more, made when first asked for. */
const struct fib *env_fib(const struct env *);
enum fib_knows fib_knows(const struct fib *, int family);
/* Are there other policy rules than the default ones? */
bool	fib_custom_rules(const struct fib *, int family);
/* Has somebody added 'local' routes by hand? (IPv4) */
bool	fib_custom_local(const struct fib *);
/* Does some rule ask for protocol or ports? */
bool	fib_needs_ports(const struct fib *, int family);
/* FIB_OK and the result, or why not (never FIB_AGAIN). */
enum fib_error fib_lookup(const struct fib *, const struct fib_flow *,
	    struct fib_result *);
/* By table local alone. */
enum fib_error fib_lookup_local(const struct fib *, const struct fib_flow *,
	    struct fib_result *);
/* Looks up what an extension asks. */
enum fib_error fib_query(const struct fib *, const struct route_query *,
	    struct fib_result *);
/* inet_addr_type, inet_dev_addr_type ('dev' not null); IPv6: what the local
 * table says. */
enum route_type fib_addr_type(const struct fib *, int family,
	    const union addr *, const struct iface *dev);
/* Networks that lookups tell apart, of all tables and policy rules. */
void	fib_each_net(const struct fib *, int family,
	    void (*each)(const union addr *, unsigned prefix, void *), void *);
/* The interface that has this address as its own; null: none. */
const struct iface *fib_own(const struct fib *, int family,
	    const union addr *);
/* Is one of the route's next hops by 'dev'? (fib_info_nh_uses_dev) */
bool	route_uses_dev(const struct route *, const struct iface *dev);

#endif
