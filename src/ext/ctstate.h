/* Connection states as rules name them: for -m state, -m conntrack. */
#ifndef EXT_CTSTATE_H
#define EXT_CTSTATE_H

#include "ext/ext.h"

/* In the order in which iptables prints them. */
enum ctstate {
	CTST_INVALID = 1 << 0, CTST_NEW = 1 << 1, CTST_RELATED = 1 << 2,
	CTST_ESTABLISHED = 1 << 3, CTST_UNTRACKED = 1 << 4,
	CTST_SNAT = 1 << 5, CTST_DNAT = 1 << 6
};

/* The states of a packet: one of the first five, and SNAT and DNAT. */
unsigned ctstate_of(const struct packet *);
/* Reads "NEW,RELATED": names in any case, each may be cut; 'allowed' are
 * the states that this option knows.  0: it is not such a list. */
unsigned ctstate_read(const char *, unsigned allowed);
void	ctstate_print(struct sbuf *, unsigned states);

/* For ext->lower: has it a connection; is it in one of the states. */
void	lower_has_ct(struct lower *, bool has);
void	lower_ctstate(struct lower *, unsigned states, bool negate);

#endif
