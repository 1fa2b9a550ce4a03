/* Fragments: defragmentation before conntrack, fragmentation on the way out.
 * Sheet: section 2.  Kernel: ip_fragment.c, nf_conntrack_reasm.c. */
#ifndef SIM_FRAG_H
#define SIM_FRAG_H

#include "model/hook.h"
#include "model/packet.h"

struct sim;
struct frag_queues;

struct frag_queues *frag_new(void);
void	frag_free(struct frag_queues *);
/* The defrag hook (prio -400).  V_ACCEPT: not a fragment, or '*pkt' now is
 * the whole packet (its buffer replaced); V_STOLEN: kept, waiting; V_DROP. */
enum verdict frag_in(struct sim *, struct packet *, enum hook);
/* Queues whose time is over at 'now' are given up (and answered: ip_expire). */
void	frag_clock(struct sim *, int64_t now);
/* Splits what is larger than the mtu (or re-splits to the sizes it came in)
 * and calls 'emit' for each piece; the whole if nothing is to be split.
 * False: DF forbids it (nothing emitted). */
bool	frag_out(struct sim *, struct packet *, unsigned mtu,
	    void (*emit)(struct sim *, const struct packet *));

#endif
