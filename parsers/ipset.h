/* 'ipset save' text: "create NAME TYPE ..." and "add NAME ELEMENT ...", as
 * 'ipset restore' reads it (also flush, del, rename, swap, destroy, -exist,
 * ranges, comments). */
#ifndef PARSERS_IPSET_H
#define PARSERS_IPSET_H

#include "model/env.h"
#include "base/diag.h"

/* Adds the sets of 'src' to env->sets (name -> struct ipset of ext/ipset.h)
 * and sets env->has_sets.  False if there were errors; what was good is
 * there all the same. */
bool	ipset_read(struct env *, const struct source *, struct diags *);

#endif
