/* Is one family open where the other is not? */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { V4, V6 };

static const char *const family_words[] = { "IPv4", "IPv6" };

/* The opening that lets in what no rule asks for; null: there is none. */
static struct opening *
default_opening(struct audit *a, unsigned f, enum hook hook)
{
	struct openings *o = openings_of(a, f, hook);

	for (unsigned i = 0; i < o->n; i++)
		if (o->list[i].policy != NULL || (!o->list[i].again &&
		    rule_unconditional(o->list[i].rule)))
			return &o->list[i];
	return NULL;
}

/* ---- FW7001 ---- */

static bool
has_ipv6(const struct env *env)
{
	if (!env->has_addrs || env_sysctl(env,
	    "net.ipv6.conf.all.disable_ipv6", 0) != 0)
		return false;
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *x = i->addrs; x != NULL;
		    x = x->next)
			if (x->family == AF_INET6 && i != env->lo)
				return true;
	return false;
}

static void
no_rules(struct audit *a)
{
	const struct chain *v4 = openings_of(a, V4, HOOK_INPUT)->chain;
	struct finding *found;

	if (v4 == NULL || !has_ipv6(a->env) ||
	    default_opening(a, V4, HOOK_INPUT) != NULL)
		return;
	found = finding_add(&a->out, "FW7001", NULL, v4, "IPv4 is closed but "
	    "for what rules accept, the host has IPv6 addresses, and there "
	    "are no rules for IPv6");
	found->possible = true;
	finding_fix(a, found, "ip6tables -P INPUT DROP, after rules accept "
	    "what is needed");
}

static void
looser(struct audit *a, enum hook hook)
{
	const struct openings *v6 = openings_of(a, V6, hook);
	struct opening *o;
	struct finding *found;

	if (openings_of(a, V4, hook)->chain == NULL ||
	    default_opening(a, V4, hook) != NULL)
		return;
	if (v6->chain == NULL) {
		if (hook != HOOK_INPUT)
			return;
		found = finding_add(&a->out, "FW7001", NULL, NULL, "the rules "
		    "for IPv6 have no table filter: they let in everything, "
		    "which IPv4 does not");
		found->family = AF_INET6;
		found->possible = true;
		return;
	}
	/* Without rules and sysctls it is a host that does not forward. */
	if ((o = default_opening(a, V6, hook)) == NULL ||
	    (hook == HOOK_FORWARD && v6->chain->n == 0 && env_sysctl(a->env,
	    "net.ipv6.conf.all.forwarding", 0) == 0))
		return;
	found = finding_add(&a->out, "FW7001", o->rule, v6->chain, "%s accepts "
	    "over IPv6 what no rule decides; over IPv4 it does not",
	    v6->chain->name);
	found->possible = o->possible;
	finding_fix(a, found, "ip6tables -P %s DROP, after rules accept what "
	    "is needed", v6->chain->name);
	finding_shows(a, found, &o->witness, v6->chain, V_ACCEPT);
}

/* ---- FW7002 ---- */

enum { TCP, UDP, N_PROTOS };

static const unsigned protos[N_PROTOS] = { IPPROTO_TCP, IPPROTO_UDP };

/* Ports of a family: 'open' to nearly all, or to 'some'. */
struct ports {
	bool open[N_PROTOS][65536], some[N_PROTOS][65536];
	struct opening *by[N_PROTOS][65536];	/* of open ones */
	bool any;
};

static void
mark(bool *ports, struct opening **by, struct opening *o,
    const struct share *h)
{
	for (unsigned i = 0; i < h->n; i++)
		for (u128 p = h->list[i].lo; p <= h->list[i].hi && p < 65536;
		    p++) {
			ports[p] = true;
			if (by != NULL && by[p] == NULL)
				by[p] = o;
		}
}

static void
add_ports(struct audit *a, unsigned f, struct opening *o, unsigned proto,
    struct ports *p)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	struct share ports = { 0 }, sources = { 0 };
	hs_cell box[HS_MAX_DIMS];

	opening_cut(a, f, HOOK_INPUT, o);
	for (unsigned i = 0; i < o->set->n; i++) {
		memcpy(box, hs_box(s, o->set, i), s->n * sizeof(*box));
		if (!box_usual(a, f, HOOK_INPUT, box) ||
		    !box_value(s, box, F_PROTO, protos[proto]) ||
		    !box_value(s, box, F_SPORT, 49152) ||
		    box_condition(s, box) != NULL)
			continue;
		share_add(&ports, s, box, F_DPORT);
		share_add(&sources, s, box, F_SRC);
	}
	mark(p->some[proto], NULL, o, &ports);
	if (share_of_all(&sources, s, F_SRC) >= 0.1)
		mark(p->open[proto], p->by[proto], o, &ports);
	p->any |= ports.n != 0;
	share_free(&ports);
	share_free(&sources);
}

/* Those of the services that go with one family only. */
static void
forget(struct ports *p)
{
	static const unsigned of_one[] = { 67, 68, 546, 547 };

	for (size_t i = 0; i < sizeof(of_one) / sizeof(*of_one); i++)
		p->open[UDP][of_one[i]] = false;
}

static struct ports *
ports_of(struct audit *a, unsigned f)
{
	struct openings *o = openings_of(a, f, HOOK_INPUT);
	struct ports *p = mem_alloc(1, sizeof(*p));

	for (unsigned i = 0; i < o->n; i++)
		for (unsigned j = 0; j < N_PROTOS; j++)
			add_ports(a, f, &o->list[i], j, p);
	forget(p);
	return p;
}

/* "tcp 22, 8000:8010, udp 53" of ports that are open here and not there. */
static struct opening *
differences(const struct ports *here, const struct ports *there,
    struct sbuf *b, bool *some, struct kind *first)
{
	struct opening *by = NULL;
	unsigned shown = 0;

	for (unsigned j = 0; j < N_PROTOS; j++) {
		bool named = false;

		for (unsigned p = 1; p < 65536; p++) {
			unsigned from = p;

			if (!here->open[j][p] || there->open[j][p])
				continue;
			*some |= there->some[j][p];
			while (p < 65535 && here->open[j][p + 1] &&
			    !there->open[j][p + 1])
				p++;
			if (by == NULL) {
				by = here->by[j][from];
				*first = (struct kind){ protos[j], from };
			}
			if (shown++ >= 12)
				continue;
			sbuf_printf(b, "%s%s%u", b->len == 0 ? "" : ", ",
			    named ? "" : j == TCP ? "tcp " : "udp ", from);
			if (p > from)
				sbuf_printf(b, ":%u", p);
			named = true;
		}
	}
	if (shown > 12)
		sbuf_printf(b, " and %u more", shown - 12);
	return by;
}

static void
compare(struct audit *a, struct ports *const of[2], unsigned open)
{
	struct sbuf b = SBUF_INIT;
	struct opening *by;
	struct finding *found;
	struct kind kind;
	struct let_in in;
	bool some = false;

	by = differences(of[open], of[!open], &b, &some, &kind);
	/* Who lets in nothing over IPv6 does not use it. */
	if (by == NULL || (open == V4 && !of[V6]->any)) {
		sbuf_free(&b);
		return;
	}
	found = finding_add(&a->out, "FW7002", by->rule, NULL, "open to "
	    "everybody over %s: %s; over %s %s", family_words[open],
	    sbuf_text(&b), family_words[!open], some ?
	    "to some only, or not at all" : "not at all");
	sbuf_free(&b);
	opening_lets_in(a, open, HOOK_INPUT, by, kind, &in);
	found->possible = by->possible || !in.any;
	finding_fix(a, found, "give both families the same rules");
	if (in.any)
		finding_shows(a, found, &in.witness,
		    openings_of(a, open, HOOK_INPUT)->chain, V_CONTINUE);
}

static void
services(struct audit *a)
{
	struct ports *of[2];

	for (unsigned f = 0; f < 2; f++)
		if (openings_of(a, f, HOOK_INPUT)->chain == NULL ||
		    default_opening(a, f, HOOK_INPUT) != NULL)
			return;
	for (unsigned f = 0; f < 2; f++)
		of[f] = ports_of(a, f);
	compare(a, of, V4);
	compare(a, of, V6);
	free(of[V4]);
	free(of[V6]);
}

check_fn check_families;
void
check_families(struct audit *a, unsigned f)
{
	if (a->rules[V6] == NULL)
		no_rules(a);
	if (f != V6 || a->rules[V4] == NULL)
		return;
	looser(a, HOOK_INPUT);
	looser(a, HOOK_FORWARD);
	services(a);
}
