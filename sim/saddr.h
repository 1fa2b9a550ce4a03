/* The source address that the host chooses where nobody gave one. */
#ifndef SIM_SADDR_H
#define SIM_SADDR_H

#include "model/env.h"

/* inet_select_addr: the first primary address of 'dev' on the network of
 * 'dst' (all zero: any), else its first of at most 'scope', else another
 * device's.  False: none. */
bool	saddr_select4(const struct env *, const struct iface *dev,
	    const union addr *dst, unsigned scope, union addr *out);
/* ipv6_dev_get_saddr; 'dev' may be null. */
bool	saddr_select6(const struct env *, const struct iface *dev,
	    const union addr *dst, union addr *out);
/* inet_addr_onlink: are 'a' and 'b' (may be null) on one network of 'dev'? */
bool	saddr_onlink(const struct iface *dev, const union addr *a,
	    const union addr *b);

#endif
