/* Hosts and prefix lengths as options of targets have them (libxtables:
 * XTTYPE_HOST, XTTYPE_PLENMASK, XTTYPE_HOSTMASK).  They are not read like the
 * addresses of -s and -d: "10.1" is 10.0.0.1 here. */
#ifndef EXT_HOST_H
#define EXT_HOST_H

#include "model/addr.h"

/* As inet_aton, or a numeric IPv6 address. */
bool	read_host(const char *, size_t len, int family, union addr *);
/* A number, or a mask; what is too long, or has holes, is a full mask. */
bool	read_plenmask(const char *, int family, union addr *mask);
/* "HOST[/PLENMASK]" */
bool	read_hostmask(const char *, int family, union addr *, union addr *mask);

#endif
