/* Rules that let in more than a service: everything (FW3005), or whoever
 * sends from the right port (FW3006). */
#include "analysis/exposure.h"

#include <netinet/in.h>

/* ---- FW3005 ---- */

/* Not where it names the way in or out as one that it trusts. */
static bool
is_for_anybody(struct audit *a, unsigned f, enum hook hook,
    struct opening *o, struct let_in *in)
{
	opening_lets_in(a, f, hook, o, (struct kind){ IPPROTO_TCP, 31337 },
	    in);
	if (!in->any)			/* that one was taken before */
		opening_lets_in(a, f, hook, o,
		    (struct kind){ IPPROTO_UDP, 31337 }, in);
	if (!in->any_iface && a->exposure->outside.n == 0)
		return false;
	return hook == HOOK_INPUT || (in->out_iface && in->any_dst);
}

static void
everything(struct audit *a, unsigned f, enum hook hook,
    struct opening *o)
{
	struct finding *found;
	struct let_in in;

	if (!opening_is_wide(a, f, hook, o) ||
	    !is_for_anybody(a, f, hook, o, &in))
		return;
	found = finding_add(&a->out, "FW3005", o->rule, NULL, "it accepts new "
	    "packets of every protocol to every port, from every address that "
	    "comes in %s%s", a->exposure->outside.words, o->possible ?
	    ", if limits and lists let them" : "");
	found->possible = o->possible;
	finding_fix(a, found, "accept what is needed: by port, by source or by "
	    "a trusted interface");
	finding_shows(a, found, &in.witness,
	    openings_of(a, f, hook)->chain, V_CONTINUE);
}

/* ---- FW3006 ---- */

enum { LOW_PORT = 1024 };

/* Does it take packets to nearly all ports, of low source ports only? */
static bool
by_source_port(struct audit *a, unsigned f, enum hook hook,
    struct opening *o, struct point *witness)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	struct share ports = { 0 }, sources = { 0 }, from = { 0 };
	hs_cell box[HS_MAX_DIMS], high[HS_MAX_DIMS];
	bool only = true, any = false;

	for (unsigned i = 0; i < o->set->n && only; i++) {
		memcpy(box, hs_box(s, o->set, i), s->n * sizeof(*box));
		if (!box_usual(a, f, hook, box))
			continue;
		memcpy(high, box, s->n * sizeof(*box));
		only = !box_value(s, high, F_SPORT, 49152);
		share_add(&ports, s, box, F_DPORT);
		share_add(&from, s, box, F_SPORT);
		share_add(&sources, s, box, F_SRC);
		if (!any)
			hs_point(s, box, witness);
		any = true;
	}
	any = any && only && share_of_all(&ports, s, F_DPORT) > 0.5 &&
	    share_of_all(&from, s, F_SPORT) <= LOW_PORT / 65536.0 &&
	    share_of_all(&sources, s, F_SRC) >= 0.1;
	share_free(&ports);
	share_free(&sources);
	share_free(&from);
	return any;
}

static void
source_port(struct audit *a, unsigned f, enum hook hook,
    struct opening *o)
{
	const char *ports = rule_sports(a->lookup[f], o->rule);
	struct finding *found;
	struct point witness;

	if (ports == NULL)
		return;
	ports = arena_strdup(a->out.arena, ports);
	opening_cut(a, f, hook, o);
	if (!by_source_port(a, f, hook, o, &witness))
		return;
	found = finding_add(&a->out, "FW3006", o->rule, NULL, "it accepts new "
	    "packets to nearly every port from whoever sends from port %s: "
	    "the sender chooses that port", ports);
	found->possible = o->possible || !o->complete;
	finding_fix(a, found, "accept answers by their state: -m conntrack "
	    "--ctstate RELATED,ESTABLISHED");
	if (o->complete)
		finding_shows(a, found, &witness, openings_of(a, f,
		    hook)->chain, V_CONTINUE);
}

/* Was it told of already, where INPUT leads to it too? */
static bool
is_told(struct audit *a, unsigned f, enum hook hook, const struct rule *r)
{
	return hook == HOOK_FORWARD && chain_facts(a->lookup[f],
	    r->chain)->hooks >> HOOK_INPUT & 1;
}

static void
look(struct audit *a, unsigned f, enum hook hook)
{
	struct openings *o = openings_of(a, f, hook);

	for (unsigned i = 0; i < o->n; i++) {
		struct opening *p = &o->list[i];

		if (p->rule == NULL || p->again ||
		    is_told(a, f, hook, p->rule))
			continue;
		everything(a, f, hook, p);
		source_port(a, f, hook, p);
	}
}

check_fn check_wide;
void
check_wide(struct audit *a, unsigned f)
{
	look(a, f, HOOK_INPUT);
	look(a, f, HOOK_FORWARD);
}
