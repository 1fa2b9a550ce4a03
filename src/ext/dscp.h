/* Names of DiffServ classes, for -m dscp and -j DSCP. */
#ifndef EXT_DSCP_H
#define EXT_DSCP_H

#include "ext/ext.h"

/* Reads a class ("EF", "AF31", any case; what follows the name is not looked
 * at, as in iptables) into a uint8_t. */
bool	opt_dscp_class(struct opt_arg *);

#endif
