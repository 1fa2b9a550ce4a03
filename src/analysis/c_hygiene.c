/* Old names, names that mislead, long chains: FW1018, FW9005, FW9006,
 * FW9008. */
#include "analysis/audit.h"
#include "analysis/group.h"
#include "analysis/lookup.h"
#include "ext/ext.h"

#include <strings.h>

check_fn check_hygiene;

enum {
	LONG = 100,			/* FW9005: rules */
	LATE = 10,			/* FW9006: rules before the busy one */
	BUSY = 1000			/* ... and its packets */
};

/* FW1018 */
static void
look_at_use(struct groups *old, const struct rule *r, const struct use *u)
{
	static const struct { const char *name, *old, *instead; } names[] = {
		{ "state", "-m state", "-m conntrack --ctstate" },
		{ "NOTRACK", "-j NOTRACK", "-j CT --notrack" },
		{ "ULOG", "-j ULOG", "-j NFLOG" },
	};
	const char *name = u->ext == &ext_unknown_target ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, name) == 0)
			groups_add(old, arena_printf(old->out->arena,
			    "%s is obsolete, use %s", names[i].old,
			    names[i].instead), r);
}

/* How many test an address and nothing else, and do what the first does. */
static unsigned
count_alike(const struct chain *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const struct rule *r = c->rules[i];
		struct addr6_spec a;

		rule_addrs(r, c->table->ruleset->family, &a);
		n += r->n_matches == 0 && r->proto == 0 && r->in == NULL &&
		    r->out == NULL && r->kind == c->rules[0]->kind &&
		    addr_is_zero(&a.src_mask) != addr_is_zero(&a.dst_mask);
	}
	return n;
}

static void
look_at_length(struct audit *a, const struct chain *c)
{
	unsigned limit = a->cfg->long_chain != 0 ? a->cfg->long_chain : LONG;

	if (c->n >= limit)
		finding_add(&a->out, "FW9005", NULL, c, "%s has %u rules, and "
		    "a packet may be tested against them all", c->name,
		    c->n)->fix = count_alike(c) > c->n / 2 ?
		    "most of them test one address: an ipset would be one rule"
		    : "put rules of one kind into a chain of their own";
}

static bool
decides(const struct rule *r)
{
	return r->kind == TGT_ACCEPT || r->kind == TGT_DROP ||
	    rule_target_is(r, "REJECT");
}

static void
look_for_busy(struct audit *a, const struct chain *c)
{
	const struct rule *busy = NULL;
	double all = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const struct rule *r = c->rules[i];

		if (!decides(r))
			continue;
		all += (double)r->packets;
		if (busy == NULL || r->packets > busy->packets)
			busy = r;
	}
	if (busy != NULL && busy->number > LATE && busy->packets >= BUSY &&
	    (double)busy->packets >= all / 2)
		finding_add(&a->out, "FW9006", busy, NULL, "it decides %.0f%% of "
		    "the packets that its chain decides, behind %u other rules",
		    (double)busy->packets * 100 / all, busy->number - 1);
}

/* What else it could be taken for; null: nothing. */
static const char *
looks_like(const char *name)
{
	static const char *const verdicts[] = { "ACCEPT", "DROP", "QUEUE",
	    "RETURN" };

	for (unsigned i = 0; i < N_HOOKS; i++)
		if (strcasecmp(hook_names[i], name) == 0)
			return hook_names[i];
	for (unsigned i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (strcasecmp(verdicts[i], name) == 0)
			return verdicts[i];
	for (unsigned i = 0; ext_all[i] != NULL; i++)
		if (ext_all[i]->kind == EXT_TARGET &&
		    strcasecmp(ext_all[i]->name, name) == 0)
			return ext_all[i]->name;
	return NULL;
}

static void
look_at_name(struct audit *a, const struct chain *c)
{
	const char *other = c->hook == HOOK_NONE ? looks_like(c->name) : NULL;

	if (other != NULL && strcmp(other, c->name) != 0)
		finding_add(&a->out, "FW9008", NULL, c, "chain %s is easily "
		    "taken for %s", c->name, other);
}

void
check_hygiene(struct audit *a, unsigned family)
{
	const struct ruleset *rs = a->rules[family];
	struct groups old = { .out = &a->out };

	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next) {
			look_at_name(a, c);
			look_at_length(a, c);
			look_for_busy(a, c);
		}
	for (const struct rule *r = rule_first(rs); r != NULL;
	    r = rule_next(r)) {
		for (unsigned i = 0; i < r->n_matches; i++)
			look_at_use(&old, r, &r->matches[i]);
		if (r->kind == TGT_EXT)
			look_at_use(&old, r, &r->target);
	}
	groups_tell(&old, "FW1018", 1);
}
