/* Reading the lists of objects that 'ip -j' prints, entry by entry, with the
 * place of the entry for complaints.  Inside parsers/env*.c only. */
#ifndef PARSERS_ENV_JSON_H
#define PARSERS_ENV_JSON_H

#include "model/env.h"

struct cJSON;

struct entry {
	struct env *env;
	struct diags *diags;
	struct loc loc;			/* of the entry */
	const struct cJSON *json;	/* an object */
	int family;			/* for 'each': whatever it wants */
	bool bad;			/* something was reported */
};

/* Calls 'each' for every object of the list that 'src' is.  False after an
 * error in the text or in an entry. */
bool	entries_read(struct env *, const struct source *, struct diags *,
	    int family, void (*each)(struct entry *));
/* Reports about the entry; returns false. */
bool	entry_error(struct entry *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* A member's text, or a number printed as text; null if there is none. */
const char *entry_text(struct entry *, const struct cJSON *, const char *key);
bool	entry_has(const struct cJSON *, const char *key);
/* Is it there and true? */
bool	entry_true(const struct cJSON *, const char *key);
/* Member 'key' as a number from 0 to 'max', also if it is written as text
 * ("0x10", "7").  'out' keeps its value if there is none.  False after an
 * error. */
bool	entry_number(struct entry *, const struct cJSON *, const char *key,
	    uint64_t max, uint64_t *out);
/* Is 'flag' in the list of texts 'key'? */
bool	entry_flag(const struct cJSON *, const char *key, const char *flag);
/* The number of a text by name or as digits; -1. */
struct name_number { const char *name; int number; };
int	name_number(const struct name_number *, const char *text);

#endif
