/* Address sets, as ipset makes them: what they hold, and their lookup from a
 * packet.  For -m set and -j SET.  Kernel: net/netfilter/ipset/.
 *
 * parsers/ipset.c reads 'ipset save' into sets of env->sets; these are not
 * changed any more.  Packets change sets (counters, timeouts, -j SET), so
 * each simulator works on copies of its own: an extension's 'memory' gets
 * them by ipset_live(), which makes a copy when a name is first asked for.
 * Timeouts run from the first packet on.
 *
 * An element is found by hashing: one probe for plain types, one for each
 * prefix length in use for types with networks. */
#ifndef EXT_IPSET_H
#define EXT_IPSET_H

#include "ext/ext.h"

/*	id, name, dimension */
#define IPSET_TYPES(X)							\
	X(IPSET_BITMAP_IP,		"bitmap:ip", 1)			\
	X(IPSET_BITMAP_IPMAC,		"bitmap:ip,mac", 2)		\
	X(IPSET_BITMAP_PORT,		"bitmap:port", 1)		\
	X(IPSET_HASH_IP,		"hash:ip", 1)			\
	X(IPSET_HASH_IPMAC,		"hash:ip,mac", 2)		\
	X(IPSET_HASH_IPMARK,		"hash:ip,mark", 2)		\
	X(IPSET_HASH_IPPORT,		"hash:ip,port", 2)		\
	X(IPSET_HASH_IPPORTIP,		"hash:ip,port,ip", 3)		\
	X(IPSET_HASH_IPPORTNET,		"hash:ip,port,net", 3)		\
	X(IPSET_HASH_MAC,		"hash:mac", 1)			\
	X(IPSET_HASH_NET,		"hash:net", 1)			\
	X(IPSET_HASH_NETNET,		"hash:net,net", 2)		\
	X(IPSET_HASH_NETPORT,		"hash:net,port", 2)		\
	X(IPSET_HASH_NETPORTNET,	"hash:net,port,net", 3)		\
	X(IPSET_HASH_NETIFACE,		"hash:net,iface", 2)		\
	X(IPSET_LIST_SET,		"list:set", 1)

#define X(id, name, dimension) id,
enum ipset_type { IPSET_TYPES(X) N_IPSET_TYPES };
#undef X
extern const char *const ipset_type_names[N_IPSET_TYPES];

enum { IPSET_NAME_SIZE = 32, IPSET_MAX_DIMENSION = 6 };

/* What 'create' says. */
struct ipset_def {
	const char *name;
	enum ipset_type type;
	int family;			/* AF_UNSPEC: hash:mac, bitmap:port,
					 * list:set */
	uint32_t maxelem;		/* hash types; list:set: its size */
	bool has_timeout, counters, comment, skbinfo, forceadd;
	uint32_t timeout;		/* default of new elements, seconds */
	union addr mask;		/* netmask or bitmask, or all ones */
	uint32_t markmask;
	uint32_t low, high;		/* bitmaps: host order */
	uint8_t netmask;		/* bitmap:ip: 32 if none */
};

/* An element, with what its type has of it. */
struct ipset_elem {
	union addr addr[2];
	uint8_t cidr[2];		/* of networks */
	uint8_t proto;
	uint8_t mac[6];
	bool has_mac;			/* bitmap:ip,mac: may come later */
	bool nomatch, wildcard, physdev;
	uint16_t port;			/* host order; ICMP: type << 8 | code */
	uint32_t mark;
	char iface[IFNAME_SIZE];
	const char *member;		/* list:set: name of a set */
	/* Extensions; kept where the set has them. */
	uint32_t timeout;		/* seconds left; 0: for ever */
	uint64_t packets, bytes;
	uint32_t skbmark, skbmask, skbprio;
	uint16_t skbqueue;
};

struct ipset;

struct ipset *ipset_new(const struct ipset_def *, struct arena *);
const struct ipset_def *ipset_def(const struct ipset *);
unsigned ipset_dimension(const struct ipset *);
uint32_t ipset_count(const struct ipset *);

enum ipset_result { IPSET_OK, IPSET_EXISTS, IPSET_MISSING, IPSET_FULL,
    IPSET_RANGE };
/* By 'ipset add' and 'ipset del'.  Of an element that exists already 'exist'
 * (-exist) overwrites the extensions. */
enum ipset_result ipset_add(struct ipset *, const struct ipset_elem *,
	    bool exist);
enum ipset_result ipset_del(struct ipset *, const struct ipset_elem *);
/* list:set: puts the element before or behind the member 'at'. */
enum ipset_result ipset_add_at(struct ipset *, const struct ipset_elem *,
	    const char *at, bool before);
void	ipset_flush(struct ipset *);

/* The simulator's own copy of the set, with its clock set to the first
 * packet; the same for all that ask.  Null: it was not supplied.  Of a frozen
 * memory it shares the elements, and no packet changes it. */
struct ipset *ipset_live(struct memory *, const char *name);

/* ---- packets ---- */

enum ipset_flags {			/* enum ipset_cmd_flags */
	IPSET_EXIST = 1 << 0,
	IPSET_RETURN_NOMATCH = 1 << 1,
	IPSET_SKIP_COUNTER_UPDATE = 1 << 2,
	IPSET_SKIP_SUBCOUNTER_UPDATE = 1 << 3
};

enum ipset_op { IPSET_ANY, IPSET_EQ, IPSET_NE, IPSET_LT, IPSET_GT };
struct ipset_compare { uint64_t value; uint8_t op; };

/* How a rule asks: struct ip_set_adt_opt. */
struct ipset_ask {
	uint8_t dim;			/* number of src and dst */
	uint8_t src;			/* bit 1 << i: that of dimension i */
	uint8_t flags;			/* enum ipset_flags */
	struct ipset_compare packets, bytes;	/* test */
	uint32_t timeout;		/* add, seconds */
	bool has_timeout;		/* else the set's default */
	/* Out, from a matching element of a set with skbinfo. */
	uint32_t skbmark, skbmask, skbprio;
	uint16_t skbqueue;
};

/* Reads "src,dst" into dim and src; false if it is not such a list. */
bool	ipset_read_dirs(struct ipset_ask *, const char *);
/* Prints " src,dst". */
void	ipset_print_dirs(const struct ipset_ask *, struct sbuf *);

/* Is the packet in the set?  ip_set_test().  Updates counters.  With
 * TRI_UNKNOWN ctx->need is set. */
enum tri ipset_test(struct ipset *, struct ctx *, struct ipset_ask *);
/* -j SET: adds or deletes what the packet has.  False: nothing changed, or
 * it is not known what the packet has. */
bool	ipset_packet_add(struct ipset *, struct ctx *, struct ipset_ask *);
bool	ipset_packet_del(struct ipset *, struct ctx *, struct ipset_ask *);
/* ---- as fields ---- */

/* Tells which packets are in the set, or with 'negate' are not, for
 * ext->lower: by its elements, as they are in 'env'.  False, before anything
 * was told: it was not supplied, elements come and go with time, or fields do
 * not tell it; of what 'ask' compares of counters nothing is told. */
bool	ipset_lower(const char *name, const struct ipset_ask *ask,
	    bool negate, struct lower *);

#endif
