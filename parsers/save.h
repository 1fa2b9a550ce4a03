/* Dumps: the text of iptables-save and ip6tables-save, one or several after
 * each other, as iptables-restore reads it. */
#ifndef PARSERS_SAVE_H
#define PARSERS_SAVE_H

#include "parsers/load.h"

/* Does this text look like a dump: a line that begins with "*"? */
bool	save_is_dump(const struct source *);
/* Reads it.  Each table is checked (parsers/check.h) at its COMMIT. */
bool	save_read(struct load *, const struct source *);

#endif
