/* Listings of connections: 'conntrack -L', with or without '-o extended', and
 * /proc/net/nf_conntrack. */
#ifndef PARSERS_CONNTRACK_H
#define PARSERS_CONNTRACK_H

#include "base/diag.h"
#include "model/conn.h"

/* Gives each line's connection to 'each': tuples, state, marks, zones,
 * counters; 'timeout' is what is left of it.  Borrowed for the call.  A line
 * that cannot be read is an error with its place and left out; false if there
 * was one. */
bool	conntrack_read(const struct source *, struct diags *,
	    void (*each)(const struct ct *, void *arg), void *arg);

#endif
