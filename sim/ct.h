/* Connection tracking: the table, the per-packet procedure, the trackers.
 * Sheet: section 3.  Kernel: nf_conntrack_core.c, nf_conntrack_proto*.c.
 *
 * One open-addressing hash table of both tuples; timers on the captures'
 * clock: an entry whose time is over does not exist. */
#ifndef SIM_CT_H
#define SIM_CT_H

#include "model/conn.h"
#include "model/hook.h"
#include "model/env.h"
#include "model/packet.h"

struct sim;
struct ct_table;

struct ct_table *ct_table_new(const struct env *);
void	ct_table_free(struct ct_table *);
/* Expires what is over at 'now'. */
void	ct_clock(struct ct_table *, int64_t now);

/* The conntrack hook (prio -200): looks up or creates, runs the tracker.
 * V_ACCEPT, or V_DROP where the kernel drops. Sets pkt->ct, ctinfo. */
enum verdict ct_in(struct sim *, struct packet *, enum hook);
/* The last hook: confirms an unconfirmed ct. V_DROP on a clash. */
enum verdict ct_confirm(struct sim *, struct packet *);
/* The packet ended without being confirmed: frees its unconfirmed ct if no
 * one else holds it.  Called once for every packet at its end. */
void	ct_put(struct sim *, struct packet *);
/* Marks the packet as untracked (CT --notrack). */
void	ct_notrack(struct packet *);
/* Kills a confirmed ct at once (nf_ct_kill). */
void	ct_kill(struct ct_table *, struct ct *);

/* The packet's tuple at L3 offset 'l3' with family 'family' (also of a
 * header quoted in an ICMP error).  False if it has none. */
bool	ct_tuple(const struct packet *, struct tuple *);
bool	ct_tuple_quoted(const struct packet *, uint32_t l3, int family,
	    struct tuple *, uint32_t *l4);
bool	tuple_invert(struct tuple *out, const struct tuple *in);
bool	tuple_equal(const struct tuple *, const struct tuple *);
/* The live confirmed entry that has 'tuple' in either direction (then *dir
 * tells which), in 'zone' of that direction. */
struct ct *ct_find(struct ct_table *, const struct tuple *, uint16_t zone,
	    enum ct_dir *dir);
/* nf_conntrack_tuple_taken: is 'tuple' (a would-be reply) another entry's? */
bool	ct_taken(struct ct_table *, const struct tuple *, const struct ct *);
/* nf_conntrack_alter_reply: sets the reply tuple from the inverse of 'want'. */
void	ct_alter_reply(struct ct_table *, struct ct *, const struct tuple *);
/* Live confirmed entries, newest first or by hash: order is not promised. */
void	ct_each(struct ct_table *, bool (*each)(struct ct *, void *), void *);
unsigned ct_count(const struct ct_table *);

/* 'conntrack -L -o extended' line, with newline. */
void	ct_print(const struct ct *, int64_t now, struct sbuf *);
/* Adds an entry of a snapshot (the line's fields are in 'proto'); it is
 * copied, confirmed, and expires at now + proto->timeout. */
void	ct_add(struct ct_table *, const struct ct *proto, int64_t now);
extern const char *const ct_tcp_names[N_TCP_CT_STATES];

#endif
