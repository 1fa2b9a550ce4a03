#include "base/similar.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 32, SHORT = 3, MIDDLING = 5, BEGINNING = 4 };

static bool
same(char a, char b)
{
	return toupper((unsigned char)a) == toupper((unsigned char)b);
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	a = b < a ? b : a;
	return c < a ? c : a;
}

/* How many letters must be changed, put in, taken out or swapped: the
 * distance of optimal string alignment, with the last three rows kept. */
static unsigned
distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][LONGEST + 1] = { { 0 } };

	for (unsigned j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3],
		    *upper = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= n_b; j++) {
			row[j] = least(up[j] + 1, row[j - 1] + 1, up[j - 1] +
			    !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]) &&
			    upper[j - 2] + 1 < row[j])
				row[j] = upper[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
}

struct similar
similar_to(const char *word, size_t len)
{
	struct similar s = { .word = word, .len = len };

	s.distance = len < SHORT || len > LONGEST ? 0 : len < MIDDLING ? 2 : 3;
	return s;
}

void
similar_try(struct similar *s, const char *known)
{
	size_t len = strlen(known);
	unsigned d;

	if (s->distance == 0 || len > LONGEST)
		return;
	d = distance(s->word, s->len, known, len);
	if (s->len >= BEGINNING && s->len < len && d > 1 &&
	    strncasecmp(s->word, known, s->len) == 0)
		d = 1;
	if (d < s->distance) {
		s->distance = d;
		s->best = known;
	}
}

void
similar_try_all(struct similar *s, const char *const *known)
{
	for (; *known != NULL; known++)
		similar_try(s, *known);
}
