/* Settings in a file, as INI:
 *
 *	# a comment
 *	[section]
 *	key = value		# a comment
 *
 * A line that begins with a blank goes on with the value before. */
#ifndef PARSERS_CONF_H
#define PARSERS_CONF_H

#include "base/diag.h"

struct conf_entry {
	struct conf_entry *next;
	const char *section, *key, *value;	/* "" if there is none */
	struct loc section_loc, key_loc, value_loc;
};

/* The entries in the order of the file, in 'arena'; of a section without
 * entries one that has no key.  False after errors; what could be read is
 * there. */
bool	conf_read(const struct source *, struct conf_entry **, struct arena *,
	    struct diags *);

#endif
