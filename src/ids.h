/* Ids of findings, as people write them. */
#ifndef IDS_H
#define IDS_H

#include "base/diag.h"
#include "model/finding.h"

/* The id that 'word' of 'len' characters is; warns at 'loc' and answers null
 * if there is none. */
const struct check *id_read(const char *word, size_t len, struct diags *,
	    struct loc);
/* "there is no finding 'FW201'; did you mean FW2001?"; what was meant may be
 * one of the reasons of model/event.h too. */
const char *id_unknown(const char *word, bool reasons, struct arena *);

/* Ids, or their beginnings ("FW2"), that an option listed. */
struct id_list { const char **ids; unsigned n, room; };
/* Adds those of "FW2001,FW3"; the words go to 'arena', the vector is
 * malloc'ed.  False, and said so, if one is no beginning of any id. */
bool	id_list_add(struct id_list *, const char *value, const char *command,
	    const char *option, struct arena *);

#endif
