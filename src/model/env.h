/* The host that the rules run on: interfaces, addresses, routes, policy
 * rules, sysctls, address sets.  Read by parsers/env.c from a snapshot
 * (cli-contract: -S DIR); read-only for everybody else.  What a snapshot
 * does not say is an assumption, listed in 'assumptions'. */
#ifndef MODEL_ENV_H
#define MODEL_ENV_H

#include "base/arena.h"
#include "base/map.h"
#include "model/addr.h"
#include "model/rule.h"

struct ifaddr {
	struct ifaddr *next;
	int family;
	union addr addr, broadcast, peer;	/* peer: of point-to-point */
	uint8_t prefix;
	bool has_broadcast, has_peer;
	bool secondary;
	bool deprecated, tentative, temporary, optimistic;	/* IPv6 */
	uint8_t scope;			/* RT_SCOPE_x: 0 global, 200 site, 253
					 * link, 254 host */
};

enum iface_kind { IFK_ETHER, IFK_LOOPBACK, IFK_NONE };	/* link header */

struct iface {
	struct iface *next;
	char name[IFNAME_SIZE];		/* zero padded */
	int index;
	enum iface_kind kind;
	uint8_t mac[6];
	bool has_mac, up, noarp, multicast, bridge, vlan;
	uint16_t vlan_id;
	unsigned mtu;
	struct iface *master;		/* bridge or bond, or null */
	struct iface *lower;		/* what a VLAN sits on, or null */
	struct ifaddr *addrs;		/* in the order listed */
	/* net.ipv4.conf.NAME.x, net.ipv6.conf.NAME.x; 'all' is folded in
	 * as the kernel does it (max for rp_filter, and/or for others). */
	struct { uint8_t rp_filter; bool forwarding, accept_local,
	    route_localnet, send_redirects, src_valid_mark,
	    accept_redirects; } v4;
	bool v4_shared_media, ignore_linkdown;
	/* v6.forwarding: conf.all's, or force_forwarding of this one. */
	struct { bool forwarding, disabled; uint8_t use_tempaddr; } v6;
	uint32_t group;
	bool has_group;			/* ... is known */
};

enum route_type {			/* RTN_x */
	ROUTE_UNICAST = 1, ROUTE_LOCAL, ROUTE_BROADCAST, ROUTE_ANYCAST,
	ROUTE_MULTICAST, ROUTE_BLACKHOLE, ROUTE_UNREACHABLE, ROUTE_PROHIBIT,
	ROUTE_THROW
};
/* "LOCAL", by RTN_x; [0] is UNSPEC. */
enum { N_ADDR_TYPES = 12 };
extern const char *const addr_type_names[N_ADDR_TYPES];

struct nexthop {
	const struct iface *dev;	/* null: unknown name */
	union addr gateway;
	bool has_gateway;
	uint8_t gateway_family;
	uint16_t weight;
};

struct route {
	struct route *next;
	uint32_t table;			/* 254 main, 255 local, 253 default */
	enum route_type type;
	union addr dst;
	uint8_t prefix;
	uint8_t tos;
	uint8_t scope;
	uint32_t metric;
	union addr prefsrc;
	bool has_prefsrc;
	unsigned mtu;			/* 0: the device's */
	unsigned n_hops;		/* 0 for blackhole and its like */
	struct nexthop *hops;
	bool linkdown;
	bool by_kernel;			/* protocol kernel: of an address */
	uint8_t pref;			/* v6 router's: 0, 1 high, 3 low */
};

struct ip_rule {			/* 'ip rule' */
	struct ip_rule *next;
	uint32_t priority;
	bool invert;
	bool has_src, has_dst;		/* src_len, dst_len are not 0 */
	union addr src, dst;
	uint8_t src_len, dst_len;
	uint8_t tos, tos_mask;		/* (packet's & mask) == tos; 0: any */
	uint8_t proto;			/* 0: any */
	uint16_t sport[2], dport[2];	/* 0-0: any */
	uint32_t mark, mask;		/* mask 0: any */
	struct ifmatch *in, *out;	/* null: any */
	bool by_uid;			/* uidrange: not ours to know */
	bool l3mdev;			/* only devices in a VRF */
	enum route_type action;		/* UNICAST: look in 'table'; 0: nop */
	uint32_t table;
	bool is_goto; uint32_t goto_priority;
	int suppress_prefix;		/* -1: none */
	int64_t suppress_group;		/* of devices; -1: none */
};

/* A socket of the host that takes new connections or datagrams. */
struct listener {
	struct listener *next;
	uint8_t proto;			/* TCP or UDP */
	int family;			/* 0: both, any address */
	union addr addr;		/* zero: any */
	uint16_t port;
	char iface[IFNAME_SIZE];	/* bound to it; "": any */
	const char *owner;		/* the program's name, or null */
};

struct env {
	struct arena *arena;
	struct iface *ifaces;		/* in index order */
	struct iface *lo;
	struct route *routes[2];	/* [0] v4, [1] v6; as listed */
	struct route **last_route[2];	/* while they are read */
	struct ip_rule *rules[2];	/* by priority */
	struct map sysctls;		/* name -> text, dots as separators */
	struct listener *listeners;	/* as listed; if has_sockets */
	struct listener **last_listener;	/* while they are read */
	struct map sets;		/* name -> struct ipset (ext/ipset.h) */
	bool has_addrs, has_routes[2], has_rules[2], has_sysctls, has_sets,
	    has_sockets, has_conntrack;
	/* Stated: who owns the sockets of the packets that the host sends. */
	bool has_owner;
	uint32_t uid, gid;
	unsigned hz;			/* 250: jiffies of limit, hashlimit */
	int tz_minuteswest;		/* --kerneltz; 0 */
	struct fib **fib;		/* where env_fib() (fib.h) keeps it */
	/* Said in every output; a list of sentences. */
	const char **assumptions;
	unsigned n_assumptions, room_assumptions;
};

/* An env of a host of which nothing is known but the loopback interface;
 * has_addrs and has_routes are false, so where a packet goes is a guess. */
struct env *env_new(struct arena *);
/* By name ('len' characters) or index; null if there is none. */
struct iface *env_iface(const struct env *, const char *name, size_t len);
struct iface *env_iface_index(const struct env *, int index);
/* Adds an interface that a capture or a packet in words named. */
struct iface *env_add_iface(struct env *, const char *name, size_t len);
/* The device's address in whose network another is; null: none. */
const struct ifaddr *iface_net(const struct iface *, int family,
	    const union addr *);
/* Folds the sysctls into 'v4' and 'v6' of an interface, as the kernel's
 * macros do; what is not set has the kernel's default, but for forwarding,
 * which then is on. */
void	env_iface_conf(const struct env *, struct iface *);
/* Sets a sysctl; 'name' in either form, dots or slashes. */
void	env_set_sysctl(struct env *, const char *name, size_t len,
	    const char *value, size_t value_len);
/* A sysctl as a number; 'fallback' if the snapshot does not have it. */
long	env_sysctl(const struct env *, const char *name, long fallback);
/* Notes an assumption once; the sentence is copied. */
void	env_assume(struct env *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
static inline unsigned family_index(int family) { return family == AF_INET6; }

#endif
