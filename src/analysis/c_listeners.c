/* What the host listens on, held against the rules of INPUT: FW3013, FW3014.
 * Only with the sockets of a snapshot. */
#include "analysis/exposure.h"

#include "ext/ext.h"

#include <netinet/in.h>

/* Ports from the text of an option: "22,8000:8010". */
struct ports { const char *text; uint16_t lo, hi; };

static bool
next_ports(struct ports *p)
{
	uint64_t lo, hi;

	if (*p->text == ',')
		p->text++;
	if (!read_number(&p->text, UINT16_MAX, &lo))
		return false;
	hi = lo;
	if (*p->text == ':' && (p->text++, true) &&
	    !read_number(&p->text, UINT16_MAX, &hi))
		return false;
	p->lo = (uint16_t)lo;
	p->hi = (uint16_t)hi;
	return true;
}

static bool
has_port(const char *text, uint16_t port)
{
	struct ports p = { text, 0, 0 };

	while (next_ports(&p))
		if (port >= p.lo && port <= p.hi)
			return true;
	return false;
}

/* ---- listeners ---- */

static bool
is_any(const struct listener *w)
{
	return addr_is_zero(&w->addr);
}

/* Only the host itself reaches it. */
static bool
is_inside(const struct listener *w)
{
	static const union addr lo6 = { .b = { [15] = 1 } };

	return strcmp(w->iface, "lo") == 0 ||
	    (w->family == AF_INET && w->addr.b[0] == 127) ||
	    (w->family == AF_INET6 && addr_equal(&w->addr, &lo6));
}

static bool
is_of(const struct listener *w, int family)
{
	return w->family == 0 || w->family == family;
}

/* The first one on these ports, of those after 'w' (null: of all). */
static const struct listener *
listener_on(const struct env *env, const struct listener *w, int family,
    unsigned proto, uint16_t lo, uint16_t hi)
{
	for (w = w != NULL ? w->next : env->listeners; w != NULL; w = w->next)
		if (w->proto == proto && is_of(w, family) && w->port >= lo &&
		    w->port <= hi)
			return w;
	return NULL;
}

static const char *
listener_words(struct audit *a, const struct listener *w)
{
	return arena_printf(a->out.arena, "%s listens on %s port %u%s%s",
	    w->owner != NULL ? w->owner : "a program", proto_name(w->proto),
	    w->port, is_any(w) ? "" : " of ", is_any(w) ? "" :
	    number_text(a, w->family, addr_number(&w->addr, w->family)));
}

/* ---- FW3014: listeners that no rule names ---- */

static bool
is_about_input(struct lookup *l, const struct rule *r)
{
	return r->chain->table->id == TABLE_FILTER && !rule_about_lo(r) &&
	    (chain_facts(l, r->chain)->hooks >> HOOK_INPUT & 1) &&
	    rule_live(l, r);
}

static bool
is_named(struct audit *a, unsigned f, const struct listener *w)
{
	struct lookup *l = a->lookup[f];

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const char *ports;

		if ((r->proto == w->proto || r->proto == 0) &&
		    is_about_input(l, r) &&
		    (ports = rule_dports(l, r)) != NULL &&
		    has_port(ports, w->port))
			return true;
	}
	return false;
}

static void
tell_nameless(struct audit *a, unsigned f, const struct listener *w)
{
	struct openings *o = openings_of(a, f, HOOK_INPUT);
	struct kind kind = { w->proto, w->port };
	struct let_in in = { .any = false };
	struct finding *found;
	unsigned i = 0;

	for (; i < o->n && !in.any; i++)
		opening_lets_in(a, f, HOOK_INPUT, &o->list[i], kind, &in);
	found = finding_add(&a->out, "FW3014", NULL, o->chain, "%s, and no "
	    "rule names that port: %s", listener_words(a, w), in.any ?
	    arena_printf(a->out.arena, "%s lets packets from outside come to "
	    "it", rule_near(a, o->list[i - 1].rule, o->chain)) :
	    "nothing from outside comes to it");
	if (!in.any)
		return;
	found->possible = o->list[i - 1].possible;
	finding_shows(a, found, &in.witness, o->chain, V_ACCEPT);
}

static void
look_at_listeners(struct audit *a, unsigned f)
{
	int family = a->rules[f]->family;
	uint64_t told[2][(UINT16_MAX + 1) / 64] = { { 0 } };

	if (openings_of(a, f, HOOK_INPUT)->chain == NULL)
		return;
	for (const struct listener *w = a->env->listeners; w != NULL;
	    w = w->next) {
		uint64_t *bits = &told[w->proto == IPPROTO_UDP][w->port / 64];
		uint64_t bit = UINT64_C(1) << w->port % 64;

		if (!is_of(w, family) || is_inside(w) || *bits & bit)
			continue;
		*bits |= bit;
		if (!is_named(a, f, w))
			tell_nameless(a, f, w);
	}
}

/* ---- rules ---- */

/* FW3013: the rule is for every address, who listens is on some. */
static void
look_at_places(struct audit *a, const struct rule *r, int family,
    const struct ports *p)
{
	const struct listener *first = listener_on(a->env, NULL, family,
	    r->proto, p->lo, p->hi);
	struct finding *found;

	if (rule_tests_dst(r) || r->in != NULL)
		return;
	for (const struct listener *w = first; w != NULL; w = listener_on(
	    a->env, w, family, r->proto, p->lo, p->hi))
		if (is_any(w))
			return;
	found = finding_add(&a->out, "FW3013", r, NULL, "accepted on every "
	    "address and interface, but %s alone", listener_words(a, first));
	if (!is_inside(first))
		finding_fix(a, found, "-d %s", number_text(a, first->family,
		    addr_number(&first->addr, first->family)));
	else
		finding_fix(a, found, "delete it: the host itself needs no "
		    "rule but that for lo");
}

static void
look_at_rule(struct audit *a, const struct rule *r, int family,
    const char *text)
{
	struct sbuf nobody = SBUF_INIT;
	struct ports p = { text, 0, 0 };

	while (next_ports(&p)) {
		if (listener_on(a->env, NULL, family, r->proto, p.lo,
		    p.hi) != NULL) {
			look_at_places(a, r, family, &p);
			continue;
		}
		sbuf_printf(&nobody, "%s%u", nobody.len ? ", " : "", p.lo);
		if (p.lo != p.hi)
			sbuf_printf(&nobody, "-%u", p.hi);
	}
	if (nobody.len != 0)
		finding_add(&a->out, "FW3014", r, NULL, "opens %s port %s, "
		    "where nobody listens", proto_name(r->proto),
		    sbuf_text(&nobody));
	sbuf_free(&nobody);
}

static bool
is_opening(struct lookup *l, const struct rule *r)
{
	return is_about_input(l, r) && rule_verdict(r) == V_ACCEPT &&
	    chain_facts(l, r->chain)->hooks == 1u << HOOK_INPUT &&
	    (r->proto == IPPROTO_TCP || r->proto == IPPROTO_UDP) &&
	    !(r->invert & INV_PROTO) && (rule_states(l, r) & ST_NEW);
}

check_fn check_listeners;
void
check_listeners(struct audit *a, unsigned f)
{
	struct lookup *l = a->lookup[f];

	if (!a->env->has_sockets ||
	    (!audit_on(a, "FW3013") && !audit_on(a, "FW3014")))
		return;
	look_at_listeners(a, f);
	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    r = rule_next(r)) {
		const char *ports;

		if (is_opening(l, r) && (ports = rule_dports(l, r)) != NULL)
			look_at_rule(a, r, a->rules[f]->family, ports);
	}
}
