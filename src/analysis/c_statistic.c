/* FW5013: rules that share packets out by -m statistic. */
#include "analysis/lookup.h"

#include <math.h>
#include <stdlib.h>

/* A run of neighbours that differ in -m statistic and the target. */
struct run {
	const struct chain *chain;
	unsigned first, n;		/* from 0 */
	double left;			/* what comes behind it */
	double low, high;		/* the smallest and the largest share */
	double written;			/* part that all ask for; -1: differ */
};

/* The part of the packets that the rule takes; false: no such rule, or not
 * one that ends their way. */
static bool
part_of(struct lookup *l, const struct rule *r, double *part)
{
	enum verdict v = rule_effect(l, r);
	bool invert = false;
	const char *text;

	if (v == V_CONTINUE || v == V_RETURN || v == V_DROP)
		return false;
	text = match_option(l, r, "statistic", "--probability", &invert);
	if (text != NULL) {
		*part = strtod(text, NULL);
	} else {
		text = match_option(l, r, "statistic", "--every", &invert);
		if (text == NULL || strtod(text, NULL) < 1)
			return false;
		*part = 1 / strtod(text, NULL);
	}
	return !invert;
}

static void
take(struct run *run, double part)
{
	double share = run->left * part;

	if (run->n == 0) {
		run->low = run->high = share;
		run->written = part;
	}
	if (fabs(part - run->written) > 1e-6)
		run->written = -1;
	run->low = fmin(run->low, share);
	run->high = fmax(run->high, share);
	run->left -= share;
	run->n++;
}

static bool
same_packets(struct lookup *l, const struct rule *a, const struct rule *b)
{
	struct sbuf one = SBUF_INIT, two = SBUF_INIT;
	bool same;

	rule_key(l, a, KEY_TESTS, "statistic", &one);
	rule_key(l, b, KEY_TESTS, "statistic", &two);
	same = one.len == two.len && memcmp(one.text, two.text, one.len) == 0;
	sbuf_free(&one);
	sbuf_free(&two);
	return same;
}

/* Is what comes behind the run taken, by a rule for the same packets or for
 * all? */
static bool
has_rest(struct lookup *l, const struct run *run)
{
	const struct rule *first = run->chain->rules[run->first], *next;
	enum verdict v;

	if (run->first + run->n >= run->chain->n)
		return false;
	next = run->chain->rules[run->first + run->n];
	v = rule_effect(l, next);
	return v != V_CONTINUE && (rule_unconditional(next) ||
	    same_packets(l, first, next));
}

static void
told(struct audit *a, struct lookup *l, const struct run *run)
{
	const struct rule *last = run->chain->rules[run->first + run->n - 1];
	bool rest = has_rest(l, run);
	double low = rest ? fmin(run->low, run->left) : run->low;
	double high = rest ? fmax(run->high, run->left) : run->high;

	if (!rest && run->left > 0.005)
		finding_add(&a->out, "FW5013", last, NULL, "%.0f%% of the "
		    "packets get past #%u to #%u: each rule takes its part of "
		    "what the ones before it left, so the last one must be "
		    "without -m statistic", run->left * 100, run->first + 1,
		    last->number);
	else if (run->written > 0 && high - low > 0.05)
		finding_add(&a->out, "FW5013", last, NULL, "#%u to #%u ask for "
		    "equal parts and get from %.0f%% to %.0f%%: each takes "
		    "its part of what the ones before it left, so of n rules "
		    "the first takes 1/n, the next 1/(n-1)", run->first + 1,
		    last->number + rest, low * 100, high * 100);
}

static void
look_at(struct audit *a, struct lookup *l, const struct chain *c)
{
	for (unsigned i = 0; i < c->n;) {
		struct run run = { .chain = c, .first = i, .left = 1 };
		double part;

		while (i < c->n && part_of(l, c->rules[i], &part) &&
		    (run.n == 0 || same_packets(l, c->rules[run.first],
		    c->rules[i]))) {
			take(&run, part);
			i++;
		}
		if (run.n >= 2)
			told(a, l, &run);
		i += run.n == 0;
	}
}

check_fn check_statistic;
void
check_statistic(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	for (unsigned i = 0; i < l->n_chains; i++)
		look_at(a, l, l->chains[i]->chain);
}
