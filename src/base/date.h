/* Dates as people write them in comments: "until=2026-12-31".  UTC. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { DATE_LEN = 10, DATE_DAY = 24 * 60 * 60 };

/* Reads the YYYY-MM-DD that 's' begins with: that day's first second since
 * the epoch.  False if there is none, or no such day. */
bool	date_read(const char *s, int64_t *seconds);
/* Where in 'text' the date behind 'word' ("until=") stands; null if there is
 * none.  No letter or digit may stand before the word. */
const char *date_behind(const char *text, const char *word, int64_t *seconds);

#endif
