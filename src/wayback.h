/* Do answers to a packet that was forwarded come back by this host? */
#ifndef WAYBACK_H
#define WAYBACK_H

#include "reports/trace.h"

/* Why not, as a sentence, in 'arena'; null: nothing is against it that is
 * known.  Two things are looked for: a server that answers a client in its own
 * network directly, past the translation of its address; and a private source
 * that leaves for public addresses as it is.  '*mend' is the command that
 * translates the source, or null if nobody can say. */
const char *way_back_broken(const struct trace *, struct arena *,
	    const char **mend);

#endif
