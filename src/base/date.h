/* Dates as people write them in comments: "until=2026-12-31".  UTC. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { DATE_LEN = 10, DATE_DAY = 24 * 60 * 60 };

/* Reads the YYYY-MM-DD that 's' begins with: that day's first second since
 * the epoch.  False if there is none, or no such day. */
bool	date_read(const char *s, int64_t *seconds);
/* The date behind 'word' ("until="), which begins 'text' or follows a space
 * or punctuation in it. */
bool	date_behind(const char *text, const char *word, int64_t *seconds);

#endif
