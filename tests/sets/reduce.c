/* A mismatch made small: rules and tests go while it stays one. */
#include "tests/sets/sets.h"

#include <stdlib.h>
#include <string.h>

static bool
fails(const struct kase *k, const char *what)
{
	struct report why = { .what = NULL };
	bool ok = check(k, &why);

	sbuf_free(&why.text);
	return !ok && strcmp(why.what, what) == 0;
}

static void
drop_rule(struct gchain *c, unsigned i)
{
	memmove(&c->r[i], &c->r[i + 1], (c->n - i - 1) * sizeof(*c->r));
	c->n--;
}

static void
drop_piece(struct grule *r, unsigned i)
{
	memmove(&r->p[i], &r->p[i + 1], (r->n - i - 1) * sizeof(*r->p));
	r->n--;
}

/* Something of set 'set', or of all of them at the same place; 'at' numbers
 * what there is.  False: there is no such. */
static bool
drop_from(struct kase *k, unsigned set, bool all, unsigned at)
{
	struct gset *s = &k->s[set];

	for (unsigned c = 0; c < s->n; c++)
		for (unsigned i = 0; i < s->c[c].n; i++) {
			unsigned n = s->c[c].r[i].n;

			if (at > n) {
				at -= n + 1;
				continue;
			}
			for (unsigned j = set; j < (all ? k->n : set + 1);
			    j++) {
				struct gchain *x = &k->s[j].c[c];

				if (c >= k->s[j].n || i >= x->n)
					continue;
				if (at == 0)
					drop_rule(x, i);
				else if (at - 1 < x->r[i].n)
					drop_piece(&x->r[i], at - 1);
			}
			return true;
		}
	return false;
}

static bool
drop_query(struct gquery *q, unsigned i)
{
	if (i >= q->n)
		return false;
	q->t[i] = q->t[--q->n];
	return true;
}

static bool
drop(struct kase *k, unsigned how, unsigned at)
{
	if (how == 3)
		return drop_query(&k->q, at);
	return (how != 2 || k->n > 1) && drop_from(k, how == 2, how == 0, at);
}

void
reduce(struct kase *k, const char *what)
{
	struct kase *try = mem_alloc(1, sizeof(*try));
	bool more = true;

	while (more) {
		more = false;
		for (unsigned how = 0; how < 4; how++)
			for (unsigned at = 0;; ) {
				*try = *k;
				if (!drop(try, how, at))
					break;
				if (fails(try, what)) {
					*k = *try;
					more = true;
				} else {
					at++;
				}
			}
	}
	free(try);
}
