#include "model/twins.h"

#include "base/diag.h"

#include <string.h>

enum { NEAR = 32 };			/* how far a line is looked for */

struct words { const char *s; size_t len; };

/* The rule as it is written, without "[packets:bytes] ". */
static struct words
words_of(const struct rule *r)
{
	const struct source *src =
	    r->chain->table->ruleset->sources[r->source];
	struct words w = { src->text + r->off, r->len };
	const char *end = w.len != 0 && *w.s == '[' ? memchr(w.s, ']', w.len) :
	    NULL;

	if (end != NULL) {
		w.len -= (size_t)(end + 1 - w.s);
		w.s = end + 1;
	}
	while (w.len != 0 && *w.s == ' ') {
		w.s++;
		w.len--;
	}
	return w;
}

static bool
alike(const struct chain *old, uint32_t i, const struct chain *new,
    uint32_t j)
{
	struct words a, b;

	if (i >= old->n || j >= new->n)
		return false;
	a = words_of(old->rules[i]);
	b = words_of(new->rules[j]);
	return a.len != 0 && a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* Where both go on alike: the nearest place. */
static bool
meet_again(const struct chain *old, uint32_t *i, const struct chain *new,
    uint32_t *j)
{
	for (uint32_t k = 1; k <= NEAR; k++)
		for (uint32_t m = 0; m <= k; m++) {
			if (alike(old, *i + m, new, *j + k)) {
				*i += m;
				*j += k;
				return true;
			}
			if (alike(old, *i + k, new, *j + m)) {
				*i += k;
				*j += m;
				return true;
			}
		}
	return false;
}

void
rule_twins(const struct chain *old, const struct chain *new, uint32_t *with)
{
	uint32_t i = 0, j = 0;

	memset(with, 0xff, new->n * sizeof(*with));
	while (i < old->n && j < new->n) {
		if (alike(old, i, new, j))
			with[j++] = i++;
		else if (!meet_again(old, &i, new, &j)) {
			i += NEAR;
			j += NEAR;
		}
	}
}
