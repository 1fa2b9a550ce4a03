/* Address translation, as far as the rules alone show it. */
#include "analysis/group.h"
#include "analysis/lookup.h"

#include "ext/nat_range.h"

#include <limits.h>
#include <stdlib.h>

static bool
translates_source(const struct rule *r)
{
	return rule_target_is(r, "MASQUERADE") || rule_target_is(r, "SNAT");
}

static bool
translates_destination(const struct rule *r)
{
	return rule_target_is(r, "DNAT") || rule_target_is(r, "REDIRECT");
}

/* ---- FW6002 ---- */

/* Does the rule say whose packets, or which way they leave? */
static bool
is_chosen(struct lookup *l, const struct rule *r)
{
	(void)l;
	for (unsigned i = 0; i < r->n_matches; i++)
		if (r->matches[i].ext->protos[0] == 0 &&
		    strcmp(r->matches[i].ext->name, "multiport") != 0 &&
		    strcmp(r->matches[i].ext->name, "comment") != 0)
			return true;	/* a mark, a set, a policy ... */
	return r->out != NULL || rule_tests_src(r);
}

/* Where DNAT sends connections, sorted. */
struct targets { union addr *v; unsigned n, room; };

static int
compare_addrs(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static void
find_targets(const struct lookup *l, struct targets *t)
{
	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		const struct nat_range *range;

		if (!rule_target_is(r, "DNAT"))
			continue;
		range = r->target.data;
		vec_room(t->v, t->n, t->room);
		t->v[t->n++] = range->min;
	}
	if (t->n != 0)
		qsort(t->v, t->n, sizeof(*t->v), compare_addrs);
}

/* Is it about the answers of published servers too?  With -d of a network
 * that no connection is translated to, it is about what goes there anyway. */
static bool
is_published(const struct lookup *l, const struct targets *t,
    const struct rule *r)
{
	unsigned lo = 0, hi = t->n;
	struct addr6_spec a;

	if (!rule_tests_dst(r) || (r->invert & INV_DST))
		return true;
	rule_addrs(r, l->rules->family, &a);
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (addr_cmp(&t->v[mid], &a.dst) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n && addr_equal_masked(&t->v[lo], &a.dst, &a.dst_mask);
}

/* Does an earlier rule leave out what goes another way? */
static bool
leaves_some_out(struct lookup *l, const struct rule *r)
{
	return (r->kind == TGT_ACCEPT || r->kind == TGT_RETURN) &&
	    is_chosen(l, r);
}

static void
hides_clients(struct audit *a, struct lookup *l)
{
	bool *guarded = chains_guarded(l, is_chosen);
	struct targets targets = { NULL, 0, 0 };

	find_targets(l, &targets);
	for (unsigned i = 0; i < l->n_chains; i++) {
		const struct chain *c = l->chains[i]->chain;

		if (!(l->chains[i]->hooks >> HOOK_POSTROUTING & 1) ||
		    guarded[i])
			continue;
		for (unsigned j = 0; j < c->n; j++) {
			const struct rule *r = c->rules[j];
			struct finding *f;

			if (leaves_some_out(l, r))
				break;
			if (!translates_source(r) || is_chosen(l, r) ||
			    !rule_live(l, r) || !is_published(l, &targets, r))
				continue;
			f = finding_add(&a->out, "FW6002", r, NULL, "%s with "
			    "neither -o nor -s: what comes in from outside "
			    "gets this host's address too, so that servers "
			    "behind no longer see who asks",
			    r->target.ext->name);
			finding_fix(a, f, "add -o with the outside interface, "
			    "or -s with the inside network");
		}
	}
	free(targets.v);
	free(guarded);
}

/* ---- FW6006 ---- */

static bool
to_loopback(const struct rule *r)
{
	const struct nat_range *range = r->target.data;

	return rule_target_is(r, "DNAT") && (range->flags & NATF_ADDR) &&
	    range->min.b[0] == 127;
}

/* Does some interface that its packets may come in by allow it? */
static bool
is_allowed(const struct env *env, const struct rule *r)
{
	if (env_sysctl(env, "net.ipv4.conf.all.route_localnet", 0) != 0)
		return true;
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i->v4.route_localnet && rule_in_may_be(r, i->name))
			return true;
	return false;
}

static void
unroutable(struct audit *a, const struct lookup *l, const struct rule *r)
{
	struct finding *f;

	if (l->rules->family != AF_INET || !to_loopback(r) ||
	    !(chain_facts(l, r->chain)->hooks >> HOOK_PREROUTING & 1) ||
	    rule_about_lo(r) || is_allowed(a->env, r))
		return;
	f = finding_add(&a->out, "FW6006", r, NULL, "packets that come in by "
	    "an interface cannot go to 127.0.0.0/8: without route_localnet "
	    "the kernel drops them as martians");
	f->possible = !a->env->has_sysctls;
	finding_fix(a, f, "-j REDIRECT, or sysctl "
	    "net.ipv4.conf.%s.route_localnet=1", r->in != NULL &&
	    !r->in->wild && !(r->invert & INV_IN) ? r->in->name : "all");
}

/* ---- FW6007 ---- */

/* For whom it is, is said by the destination alone: that clients on the host
 * itself ask for it too is likely. */
static bool
is_for_anyone(const struct rule *r)
{
	return r->in == NULL && (rule_tests_dst(r) ||
	    rule_match(r, "addrtype") != NULL);
}

static void
not_for_host(struct audit *a, const struct lookup *l)
{
	struct groups found = { .out = &a->out };
	bool output = false;

	for (const struct rule *r = rule_first(l->rules); r != NULL;
	    r = rule_next(r)) {
		unsigned hooks = chain_facts(l, r->chain)->hooks;

		if (!translates_destination(r))
			continue;
		output |= hooks >> HOOK_OUTPUT & 1;
		if ((hooks >> HOOK_PREROUTING & 1) && is_for_anyone(r))
			groups_add(&found, "it translates what comes in, and "
			    "no rule of OUTPUT what the host itself sends "
			    "there: its own programs reach the address as it "
			    "is written", r);
	}
	groups_tell(&found, "FW6007", output ? UINT_MAX : 1);
}

/* ---- FW6008 ---- */

/* What the rule is about, as "OUT SRC/MASK"; either may be left out. */
static void
put_where(const struct rule *r, int family, bool out, bool src,
    struct sbuf *b)
{
	struct addr6_spec a;

	sbuf_clear(b);
	rule_addrs(r, family, &a);
	sbuf_printf(b, "%s ", out && r->out != NULL ? r->out->name : "");
	if (!src)
		memset(&a, 0, sizeof(a));
	sbuf_put(b, &a.src, sizeof(a.src));
	sbuf_put(b, &a.src_mask, sizeof(a.src_mask));
}

static bool
is_wide(const struct rule *r)
{
	return rule_target_is(r, "MASQUERADE") && r->n_matches == 0 &&
	    r->proto == 0 && r->in == NULL && !rule_tests_dst(r) &&
	    !(r->invert & (INV_SRC | INV_OUT)) &&
	    (r->out == NULL || !r->out->wild);
}

static void
too_late(struct audit *a, const struct chain *c, struct map *wide,
    struct arena *arena, struct sbuf *key)
{
	int family = c->table->ruleset->family;

	for (unsigned i = 0; i < c->n; i++) {
		struct rule *r = c->rules[i], *before = NULL;

		for (unsigned k = 0; k < 4 && before == NULL; k++) {
			put_where(r, family, k & 1, k & 2, key);
			before = map_get(wide, key->text, key->len);
		}
		if (before != NULL && !(r->invert & (INV_SRC | INV_OUT)) &&
		    (rule_target_is(r, "SNAT") || r->kind == TGT_ACCEPT ||
		    r->kind == TGT_RETURN))
			finding_by(a, finding_add(&a->out, "FW6008", r, NULL,
			    "#%u masquerades these packets before: this rule "
			    "comes too late", before->number), before);
		if (!is_wide(r))
			continue;
		put_where(r, family, true, true, key);
		map_set(wide, arena, arena_copy(arena, key->text, key->len),
		    key->len, r);
	}
}

static void
masqueraded_before(struct audit *a, const struct lookup *l)
{
	struct sbuf key = SBUF_INIT;

	for (unsigned i = 0; i < l->n_chains; i++) {
		struct arena arena = ARENA_INIT;
		struct map wide = { NULL, 0, 0 };

		if (l->chains[i]->chain->table->id == TABLE_NAT)
			too_late(a, l->chains[i]->chain, &wide, &arena, &key);
		arena_free(&arena);
	}
	sbuf_free(&key);
}

/* ---- FW6013 ---- */

static bool
has_address(const struct env *env, int family, const struct nat_range *range)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *d = i->addrs; d != NULL; d = d->next)
			if (d->family == family &&
			    addr_cmp(&d->addr, &range->min) >= 0 &&
			    addr_cmp(&d->addr, &range->max) <= 0)
				return true;
	return false;
}

static void
foreign_source(struct audit *a, const struct lookup *l, const struct rule *r)
{
	const struct nat_range *range = r->target.data;
	struct sbuf b = SBUF_INIT;

	if (!rule_target_is(r, "SNAT") || !(range->flags & NATF_ADDR) ||
	    has_address(a->env, l->rules->family, range))
		return;
	addr_print(&b, l->rules->family, &range->min);
	finding_add(&a->out, "FW6013", r, NULL, "the host has no address %s: "
	    "answers come back only if the routers send them here anyway",
	    sbuf_text(&b));
	sbuf_free(&b);
}

check_fn check_translate;
void
check_translate(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	hides_clients(a, l);
	not_for_host(a, l);
	if (audit_on(a, "FW6008"))
		masqueraded_before(a, l);
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		if (r->kind != TGT_EXT)
			continue;
		unroutable(a, l, r);
		if (a->env->has_addrs)
			foreign_source(a, l, r);
	}
}
