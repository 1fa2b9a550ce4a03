/* Published services: do they work, do rules about them, and from inside? */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

/* ---- FW6003 ---- */

static void
not_accepted(struct audit *a, unsigned f, const struct forward *w)
{
	const struct chain *c = filter_chain(a->lookup[f], HOOK_FORWARD);
	struct region r;
	struct finding *found;

	if (w->local || c == NULL || forward_ends(a, f, w, false, V_ACCEPT, &r)
	    || !forward_ends(a, f, w, false, V_DROP, &r))
		return;
	found = finding_add(&a->out, "FW6003", w->rule, NULL, "%s is dropped "
	    "in FORWARD: no rule there accepts new packets to it",
	    forward_words(a, w));
	found->possible = r.possible;
	if (r.rule != NULL)
		finding_by(a, found, r.rule);
	finding_fix(a, found, "%s -I FORWARD 1 -d %s%s -j ACCEPT",
	    command_of(a, c), number_text(a, a->rules[f]->family, w->address),
	    w->behind.port == 0 ? "" : arena_printf(a->out.arena, " -p %s "
	    "--dport %u", proto_name(w->behind.proto), w->behind.port));
	finding_shows(a, found, &r.witness, c, V_DROP);
}

/* ---- FW6004 ---- */

/* A rule that only forwarded packets meet, and the port that it names. */
struct late { const struct rule *rule; struct kind kind; };

static bool
is_about_port(struct audit *a, struct lookup *l, const struct rule *r,
    struct late *late)
{
	const char *text;
	char *end;

	if (r->chain->table->id != TABLE_FILTER || !rule_live(l, r) ||
	    chain_facts(l, r->chain)->hooks != 1u << HOOK_FORWARD ||
	    (r->invert & INV_PROTO) || (r->proto != IPPROTO_TCP &&
	    r->proto != IPPROTO_UDP) || (text = rule_dports(l, r)) == NULL)
		return false;
	/* What comes in by an inside interface, or leaves by an outside one,
	 * is not what is published. */
	if ((r->in != NULL && !(r->invert & INV_IN) &&
	    name_is_inside(r->in->name)) || (r->out != NULL &&
	    !(r->invert & INV_OUT) && name_is_outside(a, r->out->name)))
		return false;
	late->rule = r;
	late->kind.proto = r->proto;
	late->kind.port = (unsigned)strtoul(text, &end, 10);
	return *end == '\0' && late->kind.port != 0;
}

/* May the rule match packets to this address? */
static bool
takes_dst(const struct rule *r, int family, const union addr *to)
{
	struct addr6_spec s;

	rule_addrs(r, family, &s);
	return addr_equal_masked(&s.dst, to, &s.dst_mask) !=
	    !!(r->invert & INV_DST);
}

/* What was translated before the rule; null if it sees the port after all,
 * or nothing that it names was translated. */
static const struct forward *
translated(struct audit *a, unsigned f, const struct late *late)
{
	const struct forwards *all = forwards_of(a, f);
	const struct forward *found = NULL;
	int family = a->rules[f]->family;

	for (unsigned i = 0; i < all->n; i++) {
		const struct forward *w = &all->list[i];

		if (w->behind.proto != 0 && w->behind.proto != late->kind.proto)
			continue;
		if ((w->behind.port == 0 || w->behind.port ==
		    late->kind.port) && !w->local &&
		    takes_dst(late->rule, family, &w->to))
			return NULL;
		if (w->from.port == late->kind.port && found == NULL &&
		    (!rule_tests_dst(late->rule) || (w->local ? false :
		    takes_dst(late->rule, family, &w->to))))
			found = w;
	}
	return found;
}

/* Are there packets to the port that come through untranslated, to the host
 * as the translation is for? */
static bool
some_pass(struct audit *a, unsigned f, const struct late *late)
{
	const struct chain *c = a->rules[f]->tables[TABLE_NAT].
	    builtin[HOOK_PREROUTING];
	struct query q = { 0 };
	struct region r;

	ask_outside(a, 0, &q);
	ask_new(a, f, &q);
	ask_proto(&q, late->kind.proto);
	ask_value(a, f, &q, F_DPORT, late->kind.port);
	ask_value(a, f, &q, F_DSTTYPE, 2);
	return ask_any(a, f, c, &q, V_ACCEPT, &r) && (r.rule == NULL ||
	    !rule_target_is(r.rule, "DNAT"));
}

static void
too_late(struct audit *a, unsigned f, const struct late *late)
{
	const struct forward *w = translated(a, f, late);
	struct finding *found;

	if (w == NULL)
		return;
	found = finding_add(&a->out, "FW6004", late->rule, NULL, "%s has "
	    "turned port %u into %s before this rule tests it", rule_near(a, w->rule,
	    late->rule->chain), late->kind.port, forward_words(a, w));
	found->possible = some_pass(a, f, late);
	finding_by(a, found, w->rule);
	finding_fix(a, found, "-p %s -m conntrack --ctorigdstport %u --ctdir "
	    "ORIGINAL instead of --dport %u", proto_name(late->kind.proto),
	    late->kind.port, late->kind.port);
}

/* ---- FW6005 ---- */

/* Where clients of the server's own network may be. */
struct lan {
	u128 client;
	unsigned prefix;
	const struct iface *iface;	/* null: not known */
};

static bool
find_lan(const struct audit *a, int family, const struct forward *w,
    struct lan *lan)
{
	lan->client = w->address ^ 3;
	lan->prefix = family == AF_INET ? 24 : 64;
	lan->iface = NULL;
	for (const struct iface *i = a->env->ifaces; i != NULL; i = i->next) {
		const struct ifaddr *x = iface_net(i, family, &w->to);

		if (x == NULL)
			continue;
		lan->prefix = x->prefix;
		lan->iface = i;
		return x->prefix < family_bits(family) - 2;
	}
	return !a->env->has_addrs && addr_is_private(family, &w->to);
}

/* Does the rule translate packets from there too? */
static bool
is_reached(const struct audit *a, unsigned f, const struct forward *w,
    const struct lan *lan, struct point *p)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	hs_cell box[HS_MAX_DIMS];

	for (unsigned i = 0; i < w->set->n; i++) {
		memcpy(box, hs_box(s, w->set, i), s->n * sizeof(*box));
		if (!box_kind(a, f, HOOK_INPUT, w->from, box) ||
		    !box_value(s, box, F_SRC, lan->client) ||
		    (lan->iface != NULL ? !box_iface(s, box, F_IN,
		    lan->iface->name) : !box_any_iface(s, box, F_IN)))
			continue;
		hs_point(s, box, p);
		if (lan->iface != NULL)
			point_iface(p, F_IN, lan->iface->name);
		else if (box_iface(s, box, F_IN, "lan") &&
		    !name_is_outside(a, "lan"))
			point_iface(p, F_IN, "lan");
		point_value(p, F_SRC, lan->client);
		if (w->from.port != 0)
			point_value(p, F_DPORT, w->from.port);
		return true;
	}
	return false;
}

static bool
finds_source_nat(const struct region *r, void *arg)
{
	if (r->rule == NULL || (!rule_target_is(r->rule, "SNAT") &&
	    !rule_target_is(r->rule, "MASQUERADE")))
		return true;
	*(bool *)arg = true;
	return false;
}

static bool
is_hidden(struct audit *a, unsigned f, const struct forward *w,
    const struct lan *lan)
{
	const struct chain *c = a->rules[f]->tables[TABLE_NAT].
	    builtin[HOOK_POSTROUTING];
	const struct outside *o = &a->exposure->outside;
	struct query q = { 0 };
	bool hidden = false;

	if (c == NULL)
		return false;
	ask_new(a, f, &q);
	ask_value(a, f, &q, F_SRC, lan->client);
	ask_value(a, f, &q, F_DST, w->address);
	if (w->behind.proto != 0)
		ask_proto(&q, w->behind.proto);
	if (w->behind.port != 0)
		ask_value(a, f, &q, F_DPORT, w->behind.port);
	for (unsigned i = 0; i < o->n; i++)
		if (lan->iface == NULL || strcmp(lan->iface->name,
		    o->names[i]) != 0)
			query_iface(&q, F_OUT, o->names[i], true);
	analysis_regions_of(a->sets[f], c, &q, V_ACCEPT, 0, a->out.arena,
	    finds_source_nat, &hidden);
	query_free(&q);
	return hidden;
}

static void
hairpin(struct audit *a, unsigned f, const struct forward *w)
{
	int family = a->rules[f]->family;
	unsigned bits;
	const char *net;
	struct finding *found;
	struct point p;
	struct lan lan;

	/* Docker translates what containers send each other. */
	if (w->local || forward_owner(w) != NULL ||
	    !find_lan(a, family, w, &lan) || !is_reached(a, f, w, &lan, &p) ||
	    is_hidden(a, f, w, &lan))
		return;
	bits = family_bits(family) - lan.prefix;
	net = arena_printf(a->out.arena, "%s/%u", number_text(a, family,
	    w->address >> bits << bits), lan.prefix);
	found = finding_add(&a->out, "FW6005", w->rule, NULL, "clients in %s%s "
	    "are sent to %s too, which answers them directly: they reset what "
	    "does not come from the address that they asked", net,
	    lan.iface != NULL ? "" : ", if the server's network is that,",
	    forward_words(a, w));
	found->possible = lan.iface == NULL || w->possible;
	finding_fix(a, found, "%s -t nat -A POSTROUTING -s %s -d %s -j "
	    "MASQUERADE", f == 0 ? "iptables" : "ip6tables", net,
	    number_text(a, family, w->address));
	finding_shows(a, found, &p, a->rules[f]->tables[TABLE_NAT].
	    builtin[HOOK_PREROUTING], V_CONTINUE);
}

check_fn check_forwards;
void
check_forwards(struct audit *a, unsigned f)
{
	const struct forwards *all = forwards_of(a, f);
	struct late late;

	for (unsigned i = 0; i < all->n; i++) {
		not_accepted(a, f, &all->list[i]);
		hairpin(a, f, &all->list[i]);
	}
	for (const struct rule *r = all->n != 0 ? rule_first(a->rules[f]) :
	    NULL; r != NULL; r = rule_next(r))
		if (is_about_port(a, a->lookup[f], r, &late))
			too_late(a, f, &late);
}
