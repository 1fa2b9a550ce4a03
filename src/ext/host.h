/* Hosts and prefix lengths as libxtables' option types read them; unlike
 * the addresses of -s and -d. */
#ifndef EXT_HOST_H
#define EXT_HOST_H

#include "model/addr.h"

/* XTTYPE_HOST: what getaddrinfo takes for an address, in IPv4 also "10.1" and
 * "10" (0.0.0.10).  Names are not looked up. */
bool	host_read(const char *, size_t len, int family, union addr *);

enum { PLEN_NONE = 255 };
/* XTTYPE_PLEN: a prefix length, or a mask in full; PLEN_NONE for one that is
 * no prefix.  False: neither. */
bool	plen_read(const char *, int family, unsigned *plen);
/* XTTYPE_PLENMASK as a mask: one that is no prefix counts as a full one. */
bool	plenmask_read(const char *, int family, union addr *mask);
/* XTTYPE_HOSTMASK: "HOST[/PLENMASK]". */
bool	hostmask_read(const char *, int family, union addr *, union addr *mask);

#endif
