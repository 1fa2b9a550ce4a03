/* Private to ipset.c, ipset_match.c and ipset_lower.c: how a set keeps its
 * elements. */
#ifndef EXT_IPSET_STORE_H
#define EXT_IPSET_STORE_H

#include "ext/ipset.h"
#include "ext/store.h"

enum { MAX_KEY = 64, MAX_BITS = 128, PERMANENT = 0 };

/* A type is made of parts, in the order of its name. */
enum part {
	P_END, P_IP, P_NET, P_PORT, P_MAC, P_MARK, P_IFACE,
	P_PORT_ONLY,			/* bitmap:port */
	P_OWN_MAC,			/* bitmap:ip,mac: kept, not a key */
	P_SET
};
extern const uint8_t ipset_parts[N_IPSET_TYPES][4];

/* Prefix lengths in use of one of the networks, longest first. */
struct prefixes {
	uint32_t n[MAX_BITS + 1];	/* elements of each length */
	uint8_t len[MAX_BITS + 1];
	unsigned n_len;
};

/* What an element has besides its key; which members are there is said by
 * the offsets below. */
struct counters { uint64_t packets, bytes; };
struct skbinfo { uint32_t mark, mask, prio; uint16_t queue; };
enum elem_flags { E_NOMATCH = 1 << 0, E_WILDCARD = 1 << 1, E_MAC = 1 << 2 };

struct member {				/* of list:set, in order */
	const char *name;
	struct ipset *set;		/* in a live set; null: not supplied */
	struct member *next;
	uint64_t timeout;
	struct counters counters;
	struct skbinfo skb;
};

struct ipset {
	struct ipset_def def;
	struct arena *arena;
	/* A copy of a simulator.  Timeouts are seconds until its clock was
	 * started by the first packet, then ticks. */
	const struct memory *memory;
	bool live;
	unsigned hz;
	struct store store;
	/* Offsets into an element; 0: it has none. */
	uint16_t at_flags, at_iface, at_mac, at_timeout, at_counters, at_skb;
	struct prefixes *prefixes;	/* of up to two networks, or null */
	struct member *members;		/* list:set */
	unsigned n_members;
};

/* The key of an element with networks as long as cidr[] says and, for
 * hash:net,iface, as the 'seq'th of its network.  Returns its size. */
unsigned ipset_key(const struct ipset *, const struct ipset_elem *,
	    unsigned seq, uint8_t key[MAX_KEY]);
/* The reverse: an element of the store, but for its extensions. */
void	ipset_read_elem(const struct ipset *, const void *elem,
	    struct ipset_elem *, unsigned *seq);
/* Masks addresses as the set does.  False: the kernel takes no such one. */
bool	ipset_mask(const struct ipset *, struct ipset_elem *);
/* Adds or overwrites at the tick 'now' (0 if not live). */
enum ipset_result ipset_put(struct ipset *, const struct ipset_elem *,
	    bool exist, uint64_t now);
enum ipset_result ipset_drop(struct ipset *, const struct ipset_elem *,
	    uint64_t now);
/* hash:net,iface: of the elements of e's network, the one that an interface
 * name falls under (data_equal); *multi counts those of that network. */
void	*ipset_find_iface(const struct ipset *, const struct ipset_elem *e,
	    unsigned *seq, unsigned *multi);
bool	ipset_expired(const struct ipset *, const void *elem, uint64_t now);
/* Starts the clock of a simulator's copy, once. */
void	ipset_start(struct ipset *);
/* May packets not change it? */
static inline bool
ipset_frozen(const struct ipset *s)
{
	return s->memory != NULL && s->memory->frozen;
}

static inline uint8_t *
at(const void *elem, uint16_t offset)
{
	return (uint8_t *)(uintptr_t)elem + offset;
}

#endif
