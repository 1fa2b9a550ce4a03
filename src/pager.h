/* Standard output through a pager, as git does it: NFWALK_PAGER, else PAGER,
 * else "less"; what is empty or "cat" is none.  Where LESS is not set less
 * gets FRX: it ends at once if a screen is enough, and shows colours. */
#ifndef PAGER_H
#define PAGER_H

#include "command.h"

#include <sys/types.h>

/* All zero: closed. */
struct pager {
	bool refused;			/* --no-pager */
	pid_t child;			/* 0: standard output is what it was */
	int saved;			/* what standard output was */
};

/* --no-pager; its ctx is the struct pager. */
extern const struct arg pager_args[];

/* From now on standard output goes to a pager, if it is a terminal that can
 * have one.  Is it one? */
bool	pager_open(struct pager *);
/* Waits until the user has read it.  May be called again. */
void	pager_close(struct pager *);

#endif
