/* Connection tracking: the table, the per-packet procedure, the trackers.
 * Sheet: section 3.  Kernel: nf_conntrack_core.c, nf_conntrack_proto*.c.
 *
 * One open-addressing table of 8-byte slots {hash, entry and direction}
 * holds both tuples of each confirmed connection; the connections are in
 * slabs and never move.  An entry whose time is over does not exist: a
 * lookup that meets it removes it, and each new connection looks at a few
 * old ones, so that memory follows the number of live ones.
 *
 * A connection is made unconfirmed by the first packet and belongs to it
 * until ct_confirm puts it into the table.  What was never confirmed, or was
 * killed while packets still had it, is freed by ct_put when the last packet
 * of the frame at hand ends. */
#ifndef SIM_CT_H
#define SIM_CT_H

#include "model/conn.h"
#include "model/hook.h"
#include "model/env.h"
#include "model/packet.h"

struct sim;
struct ct_table;
struct expects;

struct ct_table *ct_table_new(const struct env *);
void	ct_table_free(struct ct_table *);
/* Sets the clock; what is over by then does not exist any more. */
void	ct_clock(struct ct_table *, int64_t now);

/* The conntrack hook (prio -200): looks up or creates, runs the tracker.
 * V_ACCEPT, or V_DROP where the kernel drops. Sets pkt->ct, ctinfo. */
enum verdict ct_in(struct sim *, struct packet *, enum hook);
/* The last hook (nf_confirm): the helper of the ct sees the packet, then an
 * unconfirmed ct is confirmed. V_DROP on a clash, or if the helper says so. */
enum verdict ct_confirm(struct sim *, struct packet *, enum hook);
/* The packet ended without being confirmed: frees its unconfirmed ct if no
 * one else holds it.  Called once for every packet at its end. */
void	ct_put(struct sim *, struct packet *);
/* Marks the packet as untracked (CT --notrack). */
void	ct_notrack(struct packet *);
/* Kills a confirmed ct at once (nf_ct_kill). */
void	ct_kill(struct ct_table *, struct ct *);
/* Gives an answer of the host the connection of the packet that it is about,
 * as RELATED in the other direction (nf_ct_attach); nothing if it has none. */
void	ct_attach(struct packet *answer, const struct packet *cause);
/* REJECT with a reset: the connection is over (nf_ct_set_closing). */
void	ct_set_closing(struct ct_table *, struct ct *);

/* The packet's tuple, as the packet is now.  False if it has none. */
bool	ct_tuple(const struct packet *, struct tuple *);
/* The same of an IP header of 'family' at L3 offset 'l3', such as an ICMP
 * error quotes; *l4 (may be null) is where its L4 header is. */
bool	ct_tuple_quoted(const struct packet *, uint32_t l3, int family,
	    struct tuple *, uint32_t *l4);
bool	tuple_invert(struct tuple *out, const struct tuple *in);
bool	tuple_equal(const struct tuple *, const struct tuple *);
/* The live confirmed entry that has 'tuple' in either direction (then *dir
 * tells which), in 'zone' of that direction. */
struct ct *ct_find(struct ct_table *, const struct tuple *, uint16_t zone,
	    enum ct_dir *dir);
/* The same with a zone per direction, as a packet or a ct has them. */
struct ct *ct_find_zones(struct ct_table *, const struct tuple *,
	    const uint16_t zone[N_CT_DIRS], enum ct_dir *dir);
/* For who knows what packets come: called some eight packets ahead, with the
 * number that it returned ct_fetch some four packets ahead, a lookup does not
 * wait for memory.  Neither changes anything. */
uint32_t ct_foresee(const struct ct_table *, const uint8_t *l3, uint32_t have);
void	ct_fetch(const struct ct_table *, uint32_t);
/* nf_conntrack_tuple_taken: is 'tuple' (a would-be reply) another entry's? */
bool	ct_taken(struct ct_table *, const struct tuple *, const struct ct *);
/* nf_conntrack_alter_reply: sets the reply tuple from the inverse of 'want'. */
void	ct_alter_reply(struct ct_table *, struct ct *, const struct tuple *);
/* Live confirmed entries, in an order that depends on the packets alone;
 * 'each' may kill the one it gets; false from it ends the walk. */
void	ct_each(struct ct_table *, bool (*each)(struct ct *, void *), void *);
/* How many there are, unconfirmed ones included. */
unsigned ct_count(struct ct_table *);

/* What the helpers of its connections expect. */
struct expects *ct_expects(struct ct_table *);

/* 'conntrack -L -o extended' line, with newline. */
void	ct_print(const struct ct *, int64_t now, struct sbuf *);
/* Adds an entry of a snapshot (the line's fields are in 'proto'); it is
 * copied, confirmed, and expires at now + proto->timeout.  What a line does
 * not tell is made up: windows and tags are learned from the next packets.
 * Null: its tuples are taken. */
struct ct *ct_add(struct ct_table *, const struct ct *proto, int64_t now);

#endif
