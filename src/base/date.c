#include "base/date.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

/* The number of 'n' digits at 's'; -1: they are none. */
static int
digits(const char *s, unsigned n)
{
	int v = 0;

	for (unsigned i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + s[i] - '0';
	}
	return v;
}

bool
date_read(const char *s, int64_t *seconds)
{
	struct tm tm = { 0 };
	int day, month, year;

	if (strnlen(s, DATE_LEN) < DATE_LEN || s[4] != '-' || s[7] != '-' ||
	    isdigit((unsigned char)s[DATE_LEN]))
		return false;
	year = digits(s, 4);
	month = digits(s + 5, 2);
	day = digits(s + 8, 2);
	if (year < 0 || month < 1 || day < 1)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	*seconds = timegm(&tm);
	/* timegm makes March of 30 February. */
	return tm.tm_mon == month - 1 && tm.tm_mday == day;
}

const char *
date_behind(const char *text, const char *word, int64_t *seconds)
{
	for (const char *s = text; (s = strstr(s, word)) != NULL; s++)
		if ((s == text || !isalnum((unsigned char)s[-1])) &&
		    date_read(s + strlen(word), seconds))
			return s + strlen(word);
	return NULL;
}
