/* Sources that nobody outside has: who accepts them. */
#include "analysis/exposure.h"

enum { BROADCAST = 3 };		/* RTN_BROADCAST */

/* Packets from one of these sources. */
static bool
narrow_sources(const struct audit *a, unsigned f, enum hook hook,
    const struct range *r, hs_cell *box)
{
	return box_narrow(analysis_space(a->sets[f]), box, F_SRC, r->lo,
	    r->hi) && box_usual(a, f, hook, box);
}

/* Packets to everybody on the link. */
static bool
narrow_broadcast(const struct audit *a, unsigned f, enum hook hook,
    const struct range *r, hs_cell *box)
{
	const struct hs_space *s = analysis_space(a->sets[f]);

	(void)hook;
	(void)r;
	return box_value(s, box, F_PKTTYPE, 1) &&
	    box_value(s, box, F_DSTTYPE, BROADCAST) &&
	    box_value(s, box, F_DST, UINT32_MAX) &&
	    box_value(s, box, F_MARK, 0);
}

typedef bool narrow_fn(const struct audit *, unsigned f, enum hook,
    const struct range *, hs_cell *box);

/* Does the opening take such packets?  Then one of them. */
static bool
takes(const struct audit *a, unsigned f, enum hook hook, narrow_fn *narrow,
    const struct range *r, const struct opening *o, struct point *witness)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	hs_cell box[HS_MAX_DIMS];

	for (unsigned i = 0; i < o->set->n; i++) {
		memcpy(box, hs_box(s, o->set, i), s->n * sizeof(*box));
		if (!narrow(a, f, hook, r, box) || (o->cut &&
		    !opening_has(a, f, hook, o, box)))
			continue;
		hs_point(s, box, witness);
		return true;
	}
	return false;
}

/* The first opening that takes such packets, and one of them. */
static const struct opening *
taking(struct audit *a, unsigned f, enum hook hook, narrow_fn *narrow,
    const struct range *r, struct point *witness)
{
	struct openings *o = openings_of(a, f, hook);
	const struct opening *may = NULL;

	for (unsigned i = 0; i < o->n; i++) {
		struct opening *p = &o->list[i];

		if ((may != NULL && p->possible) ||
		    !takes(a, f, hook, narrow, r, p, witness))
			continue;
		opening_cut(a, f, hook, p);
		if (!takes(a, f, hook, narrow, r, p, witness))
			continue;
		if (!p->possible)
			return p;
		may = p;
	}
	return may;
}

static bool
before(struct audit *a, unsigned f, enum hook hook, const struct range *r)
{
	struct query q = { 0 };
	bool dropped;

	query_range(&q, F_SRC, r->lo, r->hi, false);
	ask_outside(a, 0, &q);
	dropped = dropped_before(a, f, hook, &q);
	query_free(&q);
	return dropped;
}

static void
shows(struct audit *a, struct finding *found, const struct opening *o,
    const struct chain *c, const struct point *witness)
{
	found->possible = o->possible;
	if (o->rule != NULL)
		finding_by(a, found, o->rule);
	finding_shows(a, found, witness, c, V_ACCEPT);
}

/* ---- FW3009 ---- */

static void
loopback(struct audit *a, unsigned f)
{
	const struct chain *c = openings_of(a, f, HOOK_INPUT)->chain;
	const struct range r4 = { 0x7f000000, 0x7fffffff }, r6 = { 1, 1 };
	const struct range *r = f == 0 ? &r4 : &r6;
	const struct opening *o;
	struct finding *found;
	struct point witness;

	if (!audit_on(a, "FW3009") || before(a, f, HOOK_INPUT, r) ||
	    (o = taking(a, f, HOOK_INPUT, narrow_sources, r, &witness)) ==
	    NULL)
		return;
	found = finding_add(&a->out, "FW3009", NULL, c, "packets from %s that "
	    "come in %s are accepted by %s", f == 0 ? "127.0.0.0/8" : "::1",
	    a->exposure->outside.words, rule_near(a, o->rule, c));
	finding_fix(a, found, "%s -I %s 1 ! -i lo -s %s -j DROP",
	    command_of(a, c), c->name, f == 0 ? "127.0.0.0/8" : "::1");
	shows(a, found, o, c, &witness);
}

/* ---- FW3010 ---- */

static void
forged(struct audit *a, unsigned f, enum hook hook)
{
	const struct chain *c = openings_of(a, f, hook)->chain;
	const struct opening *first = NULL, *o;
	const struct forged *nets;
	unsigned n = forged_sources(a->rules[f]->family, &nets);
	struct sbuf b = SBUF_INIT;
	struct finding *found;
	struct point witness, w;

	for (unsigned i = 0; i < n; i++) {
		struct range r = { nets[i].lo, nets[i].hi };

		if ((o = taking(a, f, hook, narrow_sources, &r, &w)) == NULL ||
		    before(a, f, hook, &r))
			continue;
		if (first == NULL || (first->possible && !o->possible)) {
			first = o;
			witness = w;
		}
		sbuf_printf(&b, "%s%s", b.len == 0 ? "" : ", ",
		    nets[i].words);
	}
	if (first != NULL) {
		found = finding_add(&a->out, "FW3010", NULL, c, "packets that "
		    "come in %s are accepted from %s, which nobody there has: "
		    "the first by %s", a->exposure->outside.words,
		    sbuf_text(&b), rule_near(a, first->rule, c));
		finding_fix(a, found, "drop these sources on that interface "
		    "before anything is accepted");
		shows(a, found, first, c, &witness);
	}
	sbuf_free(&b);
}

/* ---- FW3012 ---- */

static void
pointless(struct audit *a, unsigned f, narrow_fn *narrow,
    const struct range *r, const char *what, const char *test)
{
	const struct chain *c = openings_of(a, f, HOOK_INPUT)->chain;
	const struct opening *o;
	struct finding *found;
	struct point witness;

	if (before(a, f, HOOK_INPUT, r) ||
	    (o = taking(a, f, HOOK_INPUT, narrow, r, &witness)) == NULL)
		return;
	found = finding_add(&a->out, "FW3012", NULL, c, "%s that come in %s "
	    "are accepted by %s", what, a->exposure->outside.words,
	    rule_near(a, o->rule, c));
	finding_fix(a, found, "%s -I %s 1 ! -i lo %s -j DROP",
	    command_of(a, c), c->name, test);
	shows(a, found, o, c, &witness);
}

check_fn check_forged;
void
check_forged(struct audit *a, unsigned f)
{
	loopback(a, f);
	if (a->exposure->outside.n != 0 && audit_on(a, "FW3010")) {
		forged(a, f, HOOK_INPUT);
		/* Without rules FORWARD is FW3001's. */
		if (a->rules[f]->tables[TABLE_FILTER].present &&
		    filter_chain(a->lookup[f], HOOK_FORWARD)->n != 0)
			forged(a, f, HOOK_FORWARD);
	}
	if (f != 0 || !audit_on(a, "FW3012"))
		return;
	pointless(a, f, narrow_sources, &(struct range){ 0, 0xffffff },
	    "packets from 0.0.0.0/8", "-s 0.0.0.0/8");
	pointless(a, f, narrow_broadcast, &(struct range){ 0, UINT32_MAX },
	    "broadcasts", "-m pkttype --pkt-type broadcast");
}
