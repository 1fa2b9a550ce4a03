/* What an extension sees while a rule is tested: the packet, where it is,
 * its own memory, and the services of the simulator.  Extensions sit below
 * the simulator and never call it: they ask through 'svc', and a target
 * that wants something done (NAT, an answer, a log line) asks for it in
 * 'ask' or by emitting an event; sim/ performs. */
#ifndef MODEL_CTX_H
#define MODEL_CTX_H

#include "model/env.h"
#include "model/event.h"
#include "model/packet.h"
#include "model/rule.h"

struct nat_range {			/* nf_nat_range2 */
	unsigned flags;			/* enum nat_flags */
	union addr min, max;
	uint16_t port_min, port_max, port_base;	/* host order */
};

enum nat_flags {
	NATF_ADDR = 1 << 0, NATF_PORT = 1 << 1, NATF_RANDOM = 1 << 2,
	NATF_PERSISTENT = 1 << 3, NATF_RANDOM_FULLY = 1 << 4,
	NATF_PORT_OFFSET = 1 << 5, NATF_NETMAP = 1 << 6
};

enum nat_manip { NAT_SRC, NAT_DST };

struct route_query {			/* struct flowi, what matters */
	int family;
	union addr src, dst;
	const struct iface *in, *out;	/* null: any */
	uint32_t mark;
	uint8_t tos, proto;
	uint16_t sport, dport;		/* host order; 0: none */
};

struct route_answer {
	enum route_type type;		/* 0: no route at all */
	const struct iface *dev;	/* of the next hop, null: none */
	union addr nexthop;		/* gateway, or the destination itself */
	bool has_gateway;
	union addr prefsrc;		/* source a local packet would get */
	unsigned mtu;
	const struct route *route;	/* null: none */
	bool unknown;			/* the snapshot has no routes: a guess */
};

struct sim;

/* What the simulator does for extensions.  'sim' is its first argument. */
struct services {
	/* Looks a destination up as fib_lookup does (policy rules first). */
	void	(*route)(struct sim *, const struct route_query *,
		    struct route_answer *);
	/* Type of an address by the local table alone (inet_addr_type;
	 * 'dev' non-null: inet_dev_addr_type). */
	enum route_type (*addr_type)(struct sim *, int family,
		    const union addr *, const struct iface *dev);
	/* Sets up a mapping on the packet's ct (nf_nat_setup_info). */
	enum verdict (*nat_setup)(struct sim *, struct packet *,
		    const struct nat_range *, enum nat_manip);
	/* The address MASQUERADE would use (inet_select_addr); false: none. */
	bool	(*select_addr)(struct sim *, const struct packet *,
		    const struct iface *out, union addr *);
	/* Connections that exist now; false from 'each' ends it. */
	void	(*each_ct)(struct sim *, bool (*each)(struct ct *, void *),
		    void *arg);
	/* Tuple of the packet as conntrack would build it. */
	bool	(*tuple)(struct sim *, const struct packet *, struct tuple *);
	/* Finds a live confirmed connection by tuple and zone. */
	struct ct *(*find_ct)(struct sim *, const struct tuple *,
		    uint16_t zone);
	/* REJECT: builds the answer and sends it through OUTPUT.  'how' is
	 * an icmp/icmpv6 type << 8 | code, or REJECT_RST. */
	void	(*reject)(struct sim *, struct packet *, enum hook,
		    unsigned how);
	/* Writes a line of LOG: 'flags' are NF_LOG_x (ext/t_LOG.c). */
	void	(*log)(struct sim *, const struct packet *, enum hook,
		    unsigned level, unsigned flags, const char *prefix);
	/* Sends an ICMP error about the packet (icmp_send, icmpv6_send). */
	void	(*icmp)(struct sim *, struct packet *, unsigned type,
		    unsigned code, uint32_t info);
	/* TEE: sends a copy to 'gateway' through OUTPUT; 'oif' may be null. */
	void	(*tee)(struct sim *, const struct packet *, enum hook,
		    const union addr *gateway, const struct iface *oif);
	/* The next 32 random bits (xorshift with a fixed seed). */
	uint32_t (*random)(struct sim *);
};

enum { REJECT_RST = 0x10000 };

/* What is done where chance decides (-m statistic). */
enum chance {
	CHANCE_DRAWN,			/* drawn from the simulator's generator */
	CHANCE_OPEN,			/* --mode random is unknown */
	CHANCE_ALL			/* nth too: its counter may stand anywhere */
};

struct ctx {
	struct packet *pkt;
	enum hook hook;
	enum table_id table;
	const struct rule *rule;
	struct env *env;
	const struct services *svc;
	struct sim *sim;
	struct sink *sink;		/* null: nobody listens, format nothing */
	void *memory;			/* this use's own: ext->memory made it */
	int64_t now;			/* nanoseconds since the epoch */
	enum chance chance;
	bool hotdrop;			/* set by a match: drop at once */
	/* With TRI_UNKNOWN: what would have to be known, a static text. */
	const char *need;
};

#endif
