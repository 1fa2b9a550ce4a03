/* Output files: written beside their name and renamed when complete, so that
 * a run that fails leaves nothing half-written.  Devices and pipes are
 * written directly. */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include "base/diag.h"

struct out {
	FILE *file;			/* null: not open */
	char *path, *temp;		/* path null: standard output */
};

/* Opens 'path' ("-": standard output).  False and an error in 'diags' if it
 * cannot be made. */
bool	out_open(struct out *, const char *path, struct diags *);
/* Closes and puts it in place.  False and an error if anything failed. */
bool	out_commit(struct out *, struct diags *);
/* Gives it up: the temporary file is removed.  Null-safe, repeatable. */
void	out_abort(struct out *);

#endif
