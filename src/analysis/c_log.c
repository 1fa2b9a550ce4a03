/* Rules that log. */
#include "analysis/exposure.h"
#include "analysis/group.h"
#include "analysis/lookup.h"

#include <stdlib.h>

static bool
logs(const struct rule *r)
{
	return rule_target_is(r, "LOG") || rule_target_is(r, "NFLOG");
}

/* ---- FW5001 ---- */

static bool
is_limited(struct lookup *l, const struct rule *r)
{
	static const char *const limits[] = { "limit", "hashlimit", "recent",
	    "quota", "connlimit", "statistic" };

	(void)l;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (rule_match(r, limits[i]) != NULL)
			return true;
	return false;
}

/* Does a limit on all packets take some of them away? */
static bool
takes_excess(struct lookup *l, const struct rule *r)
{
	enum verdict v = rule_effect(l, r);

	return is_limited(l, r) && r->n_matches == 1 && r->in == NULL &&
	    r->proto == 0 && !rule_tests_src(r) && !rule_tests_dst(r) &&
	    v != V_CONTINUE && v != V_JUMP;
}

/* 10/8, 172.16/12, 192.168/16, 127/8, fc00::/7, fe80::/10 */
static bool
is_inside(int family, const struct rule *r)
{
	struct addr6_spec a;
	const uint8_t *b = a.src.b, *m = a.src_mask.b;

	rule_addrs(r, family, &a);
	if (r->invert & INV_SRC)
		return false;
	if (family == AF_INET6)
		return m[0] >= 0xfe && ((b[0] & 0xfe) == 0xfc ||
		    (b[0] == 0xfe && (b[1] & 0xc0) == 0x80));
	return m[0] == 0xff && (b[0] == 10 || b[0] == 127 ||
	    (b[0] == 172 && (b[1] & 0xf0) == 16 && m[1] >= 0xf0) ||
	    (b[0] == 192 && b[1] == 168 && m[1] == 0xff));
}

static bool
is_outside(const struct audit_config *cfg, const struct rule *r)
{
	if (rule_about_lo(r))
		return false;
	if (cfg->n_outside == 0 || r->in == NULL)
		return true;
	for (unsigned i = 0; i < cfg->n_outside; i++)
		if (rule_in_may_be(r, cfg->outside[i]))
			return true;
	return false;
}

enum { FROM_OUTSIDE = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT |
	    1 << HOOK_FORWARD };

/* One for each chain. */
static void
flood(struct audit *a, unsigned f, struct lookup *l,
    const struct chain_facts *c)
{
	struct groups found = { .out = &a->out };

	for (unsigned i = 0; i < c->chain->n; i++) {
		const struct rule *r = c->chain->rules[i];

		if (takes_excess(l, r))
			break;
		if (logs(r) && !is_limited(l, r) && rule_live(l, r) &&
		    !is_inside(l->rules->family, r) &&
		    is_outside(a->cfg, r) && !rule_dead(a, f, r))
			groups_add(&found, "it logs each packet that matches, "
			    "without -m limit: who sends many fills the log",
			    r);
	}
	groups_tell(&found, "FW5001", 1);
}

static void
floods(struct audit *a, unsigned f, struct lookup *l)
{
	bool *guarded = chains_guarded(l, is_limited);

	for (unsigned i = 0; i < l->n_chains; i++)
		if ((l->chains[i]->hooks & FROM_OUTSIDE) && !guarded[i] &&
		    l->chains[i]->owner == NULL)
			flood(a, f, l, l->chains[i]);
	free(guarded);
}

/* ---- FW5006 ---- */

static void
other_packets(struct audit *a, struct lookup *l, const struct chain *c)
{
	struct sbuf log = SBUF_INIT, drop = SBUF_INIT;

	for (unsigned i = 0; i + 1 < c->n; i++) {
		const struct rule *r = c->rules[i], *next = c->rules[i + 1];

		if (!logs(r) || rule_effect(l, next) != V_DROP ||
		    (rule_unconditional(next) && !rule_unconditional(r)))
			continue;
		rule_key(l, r, KEY_TESTS, "limit", &log);
		rule_key(l, next, KEY_TESTS, "limit", &drop);
		if (log.len == drop.len &&
		    memcmp(log.text, drop.text, log.len) == 0)
			continue;
		finding_by(a, finding_add(&a->out, "FW5006", r, NULL, "its "
		    "conditions are not those of #%u, which drops: the log "
		    "shows other packets than are dropped", next->number),
		    next);
	}
	sbuf_free(&log);
	sbuf_free(&drop);
}

/* ---- FW5009 ---- */

static void
silent(struct audit *a, struct lookup *l, enum hook hook)
{
	const struct chain *c = filter_chain(l, hook);

	if (c == NULL || chain_default(l, c) != V_DROP)
		return;
	for (unsigned i = 0; i < l->n_chains; i++) {
		const struct chain_facts *f = l->chains[i];

		if (f->chain->table != c->table || !(f->hooks >> hook & 1))
			continue;
		for (unsigned j = 0; j < f->chain->n; j++)
			if (logs(f->chain->rules[j]))
				return;
	}
	finding_add(&a->out, "FW5009", NULL, c, "%s drops what no rule accepts "
	    "and logs nothing of it", c->name);
}

/* ---- FW5012, FW5014 ---- */

static void
secrets(struct audit *a, struct lookup *l, const struct rule *r)
{
	static const struct { const char *option, *what; } options[] = {
		{ "--log-tcp-sequence", "TCP sequence numbers, with which "
		    "whoever reads it can take over a connection" },
		{ "--log-uid", "the user whose program sends the packet" },
	};

	for (unsigned i = 0; i < 2 && rule_target_is(r, "LOG"); i++)
		if (target_option(l, r, options[i].option) != NULL)
			finding_add(&a->out, "FW5012", r, NULL, "%s writes "
			    "into the log %s", options[i].option,
			    options[i].what);
}

static void
trace_left(struct audit *a, const struct rule *r)
{
	struct finding *f;

	if (!rule_target_is(r, "TRACE"))
		return;
	f = finding_add(&a->out, "FW5014", r, NULL, "a TRACE rule was left in: "
	    "each packet that matches it writes a line for each rule it "
	    "meets");
	finding_fix(a, f, "%s -D %s %u", command_of(a, r->chain),
	    r->chain->name, r->number);
}

check_fn check_log;
void
check_log(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	floods(a, f, l);
	for (unsigned i = 0; i < l->n_chains && audit_on(a, "FW5006"); i++)
		other_packets(a, l, l->chains[i]->chain);
	silent(a, l, HOOK_INPUT);
	silent(a, l, HOOK_FORWARD);
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		secrets(a, l, r);
		trace_left(a, r);
	}
}
