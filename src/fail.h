/* --fail-on LEVEL, --exit-zero: which findings make the exit code 1. */
#ifndef FAIL_H
#define FAIL_H

#include "args.h"
#include "model/finding.h"

/* Levels are severities; and these.  Unsaid is certain errors, too. */
enum { FAIL_CERTAIN = SEV_ERROR + 1, FAIL_NEVER, FAIL_UNSAID };

/* The words of --fail-on; ends with null. */
extern const char *const fail_names[];
/* The level that a word is.  False: it is none. */
bool	fail_level(const char *word, unsigned *level);
/* Reads the value of either option.  False, and said so: it is none. */
bool	fail_read(const char *command, const struct arg *, const char *value,
	    unsigned *level);
/* Does such a finding count? */
bool	fail_is(unsigned level, enum severity, bool possible);

#endif
