/* Network address translation.  Sheet: 1.4 and section 4.
 * Kernel: nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c.
 *
 * nat.c chooses mappings, nat_rewrite.c applies them to packets.  Confirmed
 * and unconfirmed connections with a source mapping (null bindings too) are
 * chained by their original source, so that one source is mapped alike. */
#ifndef SIM_NAT_H
#define SIM_NAT_H

#include "model/ctx.h"

struct expect;
struct seqadj;

/* Sets up a mapping on the packet's ct (nf_nat_setup_info): once per manip. */
enum verdict nat_setup(struct sim *, struct packet *,
	    const struct nat_range *, enum nat_manip);
/* The same on a ct, for expected connections (nf_nat_follow_master). */
enum verdict nat_setup_ct(struct sim *, struct ct *,
	    const struct nat_range *, enum nat_manip);
/* An expected connection is translated as its master is. */
void	nat_follow_master(struct sim *, struct ct *, const struct expect *);
/* A port was drawn by chance: says once that the kernel draws another. */
void	nat_say_random(struct sim *);
/* Puts a ct of a snapshot, with its status, into the chain by source. */
void	nat_add(struct sim *, struct ct *);
/* The nat hook at 'hook' (prio -100 or 100): walks the table if it is due,
 * binds, rewrites the packet.  'walk' runs the nat table.  Routing again
 * after OUTPUT is the caller's. */
enum verdict nat_hook(struct sim *, struct packet *, enum hook,
	    enum verdict (*walk)(struct sim *, struct packet *, enum hook,
	    enum table_id));
bool	nat_select_addr(struct sim *, const struct packet *,
	    const struct iface *out, union addr *);

/* nat_rewrite.c: makes the packet look like the inverse of the other
 * direction's tuple (nf_nat_manip_pkt).  False: drop it. */
bool	nat_rewrite(struct packet *, const struct ct *, enum nat_manip,
	    enum ct_dir);
/* An ICMP or ICMPv6 error about 'ct': its quoted packet and its own address
 * (nf_nat_icmp_reply_translation).  False: drop it. */
bool	nat_rewrite_error(struct packet *, const struct ct *, enum nat_manip,
	    enum ct_dir);
/* Is the checksum left to the hardware?  (CHECKSUM_PARTIAL, as a capture shows
 * it: it has the sum of the pseudo-header.) */
bool	nat_is_partial(const struct packet *);

/* nat_mangle.c: puts 'n' bytes of text in the place of 'len' at L3 offset
 * 'off' of a TCP or UDP packet (nf_nat_mangle_x_packet), and notes TCP's
 * change of length for its direction.  False: drop it. */
bool	nat_mangle(struct packet *, struct seqadj *, uint32_t off,
	    uint32_t len, const char *text, uint32_t n);
/* The checksum of a packet whose text was changed is made when it leaves; an
 * ICMP error about it still quotes it without. */
void	nat_checksum(struct packet *, bool whole);
/* Moves the numbers of a segment by what was changed (nf_ct_seq_adjust).
 * False: drop it. */
bool	nat_seq_adjust(struct packet *, const struct seqadj *by_dir,
	    enum ct_dir);

/* The status bit of a manip in a direction: the other's in the reply. */
static inline uint32_t
nat_bit(enum nat_manip manip, enum ct_dir dir)
{
	return (manip == NAT_SRC) == (dir == CT_ORIGINAL) ? CTS_SRC_NAT :
	    CTS_DST_NAT;
}

#endif
