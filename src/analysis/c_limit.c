/* Limits that do other than they seem to. */
#include "analysis/lookup.h"

/* ---- FW5003: order of matches in a rule ---- */

/* Does asking it use something up, whether the rule matches or not? */
static bool
spends(struct lookup *l, const struct rule *r, const struct use *u)
{
	static const char *const spenders[] = { "limit", "hashlimit",
	    "connlimit", "quota" };
	const char *name = u->ext->name;

	for (size_t i = 0; i < sizeof(spenders) / sizeof(*spenders); i++)
		if (strcmp(name, spenders[i]) == 0)
			return true;
	if (strcmp(name, "statistic") == 0)
		return use_option(l, r, u, "--every") != NULL;
	return strcmp(name, "recent") == 0 &&
	    use_option(l, r, u, "--rcheck") == NULL;
}

static bool
is_plain(struct lookup *l, const struct rule *r, const struct use *u)
{
	return !(u->ext->traits & EXT_STATEFUL) &&
	    strcmp(u->ext->name, "comment") != 0 && *use_text(l, r, u) != '\0';
}

static void
order(struct audit *a, struct lookup *l, const struct rule *r)
{
	const struct use *first = NULL;

	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		struct finding *f;

		if (first == NULL) {
			if (spends(l, r, u))
				first = u;
			continue;
		}
		if (!is_plain(l, r, u))
			continue;
		f = finding_add(&a->out, "FW5003", r, NULL, "-m %s is asked "
		    "before -m %s: packets that -m %s refuses use it up too",
		    first->ext->name, u->ext->name, u->ext->name);
		finding_fix(a, f, "write -m %s last", first->ext->name);
		return;
	}
}

/* ---- what becomes of the excess ---- */

/* The match that lets the first packets through; null: none, or it picks out
 * the excess. */
static const char *
limit_of(struct lookup *l, const struct rule *r)
{
	if (rule_match(r, "limit") != NULL)
		return "limit";
	if (rule_match(r, "hashlimit") != NULL &&
	    match_option(l, r, "hashlimit", "--hashlimit-upto", NULL) != NULL)
		return "hashlimit";
	return NULL;
}

/* Rules behind the one at hand, going backwards through a chain. */
struct behind {
	struct map same;		/* the next by conditions */
	struct arena arena;
	const struct rule *all;		/* the next without any condition */
	/* The next that may drop: by protocol; [0]: of any. */
	const struct rule *drops[256];
	struct sbuf key;
};

static bool
is_before(const struct rule *a, const struct rule *b)
{
	return a != NULL && (b == NULL || a->number < b->number);
}

/* A chain may drop unless each of its rules is known to do nothing of the
 * sort. */
static bool
may_drop(const struct lookup *l, const struct rule *r)
{
	enum verdict v = rule_effect(l, r);

	return v == V_DROP || v == V_JUMP || v == V_GOTO || v == V_QUEUE ||
	    (r->kind == TGT_EXT && r->target.ext == &ext_unknown_target);
}

static void
note_behind(struct lookup *l, struct behind *b, struct rule *r,
    const char *limit)
{
	enum verdict v = rule_effect(l, r);

	if (rule_unconditional(r) && v != V_CONTINUE && v != V_JUMP)
		b->all = r;
	if (may_drop(l, r))
		b->drops[r->invert & INV_PROTO ? 0 : r->proto & 255] = r;
	if (limit != NULL || v == V_CONTINUE || v == V_JUMP)
		return;
	rule_key(l, r, KEY_TESTS, NULL, &b->key);
	map_set(&b->same, &b->arena, arena_copy(&b->arena, b->key.text,
	    b->key.len), b->key.len, r);
}

/* The rule that decides all of the excess, if nothing before it may drop some
 * of it; null: none does, or that is not known. */
static const struct rule *
decider(struct lookup *l, struct behind *b, const struct rule *r,
    const char *limit, bool *unknown)
{
	const struct rule *end, *drop = b->drops[0];

	rule_key(l, r, KEY_TESTS, limit, &b->key);
	end = map_get(&b->same, b->key.text, b->key.len);
	if (is_before(b->all, end))
		end = b->all;
	if (is_before(b->drops[r->proto & 255], drop))
		drop = b->drops[r->proto & 255];
	*unknown = is_before(drop, end);
	return end;
}

/* What a chain does with packets that no rule picks out: V_RETURN if that is
 * up to its callers. */
static enum verdict
rest_of(const struct lookup *l, const struct chain *c)
{
	return c->hook != HOOK_NONE ? chain_default(l, c) :
	    chain_facts(l, c)->ending;
}

/* FW5004, FW5005 */
static void
excess_passes(struct audit *a, struct lookup *l, struct behind *b,
    const struct rule *r, const char *limit)
{
	bool drops = rule_effect(l, r) == V_DROP, unknown;
	const struct rule *end = decider(l, b, r, limit, &unknown);
	enum verdict v = end ? rule_effect(l, end) : rest_of(l, r->chain);
	struct finding *f;
	const char *who;

	if (unknown || v != V_ACCEPT)
		return;
	who = end != NULL ? rule_ref(a, end) : arena_printf(a->out.arena,
	    "the policy of %s", r->chain->name);
	if (drops) {
		f = finding_add(&a->out, "FW5004", r, NULL, "it drops up to "
		    "the limit, and %s accepts what is above it", who);
		finding_fix(a, f, "accept what is within -m %s, then drop the "
		    "rest", limit);
	} else {
		f = finding_add(&a->out, "FW5005", r, NULL, "the limit limits "
		    "nothing: %s accepts what is above it", who);
		finding_fix(a, f, "drop the same packets, without -m %s, in "
		    "the next rule", limit);
	}
	if (end != NULL)
		finding_by(a, f, end);
}

static void
excess(struct audit *a, struct lookup *l, const struct chain_facts *facts)
{
	const struct chain *c = facts->chain;
	struct behind b = { .arena = ARENA_INIT };
	bool any = false;

	for (unsigned i = 0; i < c->n && !any; i++)
		any = limit_of(l, c->rules[i]) != NULL;
	for (unsigned i = c->n; any && i-- > 0;) {
		struct rule *r = c->rules[i];
		const char *limit = limit_of(l, r);
		enum verdict v = rule_effect(l, r);

		if (limit != NULL && (v == V_DROP || v == V_ACCEPT))
			excess_passes(a, l, &b, r, limit);
		note_behind(l, &b, r, limit);
	}
	sbuf_free(&b.key);
	arena_free(&b.arena);
}

/* ---- FW5015 ---- */

static void
shared(struct audit *a, struct lookup *l, const struct rule *r)
{
	if (rule_match(r, "limit") == NULL || r->proto == 0 ||
	    rule_effect(l, r) != V_ACCEPT || rule_tests_src(r) ||
	    rule_dports(l, r) == NULL)
		return;
	finding_add(&a->out, "FW5015", r, NULL, "all senders share this limit: "
	    "one of them can use it up for all others; -m hashlimit "
	    "--hashlimit-mode srcip gives each its own");
}

check_fn check_limit;
void
check_limit(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		if (chain_facts(l, r->chain)->owner != NULL)
			continue;
		order(a, l, r);
		shared(a, l, r);
	}
	for (unsigned i = 0; i < l->n_chains; i++)
		if (l->chains[i]->chain->table->id == TABLE_FILTER &&
		    l->chains[i]->hooks != 0)
			excess(a, l, l->chains[i]);
}
