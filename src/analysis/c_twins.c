/* Rules that are the same, or the same but for one thing. */
#include "analysis/lookup.h"

#include "model/owners.h"

/* What a connection's mark is when the rule comes matters: the same rule may
 * do another thing later. */
static bool
depends_on_place(const struct rule *r)
{
	return rule_target_is(r, "CONNMARK") || rule_target_is(r, "MARK") ||
	    rule_target_is(r, "CONNSECMARK");
}

/* Others make and undo the rules of their chains. */
static bool
is_made(const struct chain_facts *f)
{
	return f->owner != NULL && strcmp(f->owner, "ufw") != 0;
}

enum { TELL_EACH = 5 };			/* of more twins only their number */

/* A rule and those that are the same. */
struct twins {
	const struct rule *first;
	unsigned n;
	struct finding *last;
};

static void
add_twin(struct audit *a, struct twins *t, const struct rule *r)
{
	const struct chain *c = r->chain;

	if (++t->n > TELL_EACH) {
		t->last->message = arena_printf(a->out.arena, "the same rule "
		    "as #%u, and so are %s behind it", t->first->number,
		    counted(a, t->n - TELL_EACH, "rule", "rules"));
		return;
	}
	t->last = finding_add(&a->out, "FW2007", r, NULL, "the same rule as "
	    "#%u", t->first->number);
	finding_by(a, t->last, t->first);
	finding_fix(a, t->last, "%s -D %s %u", command_of(a, c), c->name,
	    r->number);
}

/* FW2007 */
static void
duplicates(struct audit *a, struct lookup *l, const struct chain_facts *f)
{
	const struct chain *c = f->chain;
	struct arena arena = ARENA_INIT;
	struct map seen = { NULL, 0, 0 };
	struct sbuf key = SBUF_INIT;

	for (unsigned i = 0; i < c->n && (f->end == NULL ||
	    i < f->end->number); i++) {
		const struct rule *r = c->rules[i];
		struct twins *t;

		if (depends_on_place(r))
			continue;
		rule_key(l, r, KEY_ALL, NULL, &key);
		t = map_get(&seen, key.text, key.len);
		if (t != NULL) {
			add_twin(a, t, r);
			continue;
		}
		t = arena_new(&arena, struct twins);
		t->first = r;
		map_set(&seen, &arena, arena_copy(&arena, key.text, key.len),
		    key.len, t);
	}
	sbuf_free(&key);
	arena_free(&arena);
}

/* ---- FW2013 ---- */

static const struct { unsigned part; const char *what, *how; } mergeable[] = {
	{ KEY_SRC, "source address", "one rule with -m set and an ipset" },
	{ KEY_DST, "destination address", "one rule with -m set and an ipset" },
	{ KEY_DPORT, "destination port", "one rule with -m multiport" },
	{ KEY_SPORT, "source port", "one rule with -m multiport" },
};
enum { N_MERGEABLE = sizeof(mergeable) / sizeof(*mergeable) };

/* The keys of a rule, each without one part. */
static void
partial_keys(struct lookup *l, const struct rule *r,
    struct sbuf keys[N_MERGEABLE])
{
	for (unsigned k = 0; k < N_MERGEABLE; k++)
		rule_key(l, r, KEY_ALL & ~mergeable[k].part, NULL, &keys[k]);
}

static bool
key_equal(const struct sbuf *a, const struct sbuf *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool
has_memory(const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (r->matches[i].ext->traits & EXT_STATEFUL)
			return true;
	return false;
}

static void
told(struct audit *a, const struct chain *c, unsigned first, unsigned n,
    unsigned k)
{
	if (n >= 2)
		finding_add(&a->out, "FW2013", c->rules[first], NULL, "#%u to "
		    "#%u differ in the %s only: %s could stand for these %u",
		    first + 1, first + n, mergeable[k].what, mergeable[k].how,
		    n);
}

/* The part that makes the difference of two rules: without it, and without it
 * alone, they are the same.  N_MERGEABLE: there is none. */
static unsigned
difference(const struct sbuf a[N_MERGEABLE], const struct sbuf b[N_MERGEABLE])
{
	unsigned same = 0, part = N_MERGEABLE;

	for (unsigned k = 0; k < N_MERGEABLE; k++)
		if (key_equal(&a[k], &b[k])) {
			part = k;
			same++;
		}
	return same == 1 ? part : N_MERGEABLE;
}

/* Runs of neighbours that differ in the same part; a rule is in one run. */
static void
neighbours(struct audit *a, struct lookup *l, const struct chain *c)
{
	struct sbuf before[N_MERGEABLE] = { 0 }, now[N_MERGEABLE] = { 0 };
	unsigned first = 0, kind = N_MERGEABLE;

	for (unsigned i = 0; i < c->n; i++) {
		unsigned part = N_MERGEABLE;

		partial_keys(l, c->rules[i], now);
		if (i != 0 && !has_memory(c->rules[i]))
			part = difference(before, now);
		if (part == N_MERGEABLE || (kind != N_MERGEABLE &&
		    part != kind)) {
			told(a, c, first, i - first, kind);
			first = i;
			part = N_MERGEABLE;
		}
		kind = part;
		for (unsigned k = 0; k < N_MERGEABLE; k++) {
			struct sbuf swap = before[k];

			before[k] = now[k];
			now[k] = swap;
		}
	}
	told(a, c, first, c->n - first, kind);
	for (unsigned k = 0; k < N_MERGEABLE; k++) {
		sbuf_free(&before[k]);
		sbuf_free(&now[k]);
	}
}

check_fn check_twins;
void
check_twins(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	for (unsigned i = 0; i < l->n_chains; i++) {
		if (is_made(l->chains[i]))
			continue;
		duplicates(a, l, l->chains[i]);
		if (audit_on(a, "FW2013"))
			neighbours(a, l, l->chains[i]->chain);
	}
}
