/* Network address translation.  Sheet: 1.4 and section 4.
 * Kernel: nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c. */
#ifndef SIM_NAT_H
#define SIM_NAT_H

#include "model/ctx.h"

/* Sets up a mapping on the packet's ct (nf_nat_setup_info): once per manip. */
enum verdict nat_setup(struct sim *, struct packet *,
	    const struct nat_range *, enum nat_manip);
/* The nat hook at 'hook' (prio -100 or 100): walks the table if it is due,
 * binds, rewrites the packet.  'walk' runs the nat table. */
enum verdict nat_hook(struct sim *, struct packet *, enum hook,
	    enum verdict (*walk)(struct sim *, struct packet *, enum hook,
	    enum table_id));
bool	nat_select_addr(struct sim *, const struct packet *,
	    const struct iface *out, union addr *);

#endif
