/* Sources that nobody outside has: who accepts them. */
#include "analysis/exposure.h"

enum { BROADCAST = 3 };		/* RTN_BROADCAST */

/* Packets from some sources, or to everybody on the link. */
struct sort { struct range sources; bool broadcast; };

static bool
narrow(const struct audit *a, unsigned f, enum hook hook,
    const struct sort *x, hs_cell *box)
{
	const struct hs_space *s = analysis_space(a->sets[f]);

	if (!x->broadcast)
		return box_narrow(s, box, F_SRC, x->sources.lo,
		    x->sources.hi) && box_usual(a, f, hook, box);
	return box_value(s, box, F_PKTTYPE, 1) &&
	    box_value(s, box, F_DSTTYPE, BROADCAST) &&
	    box_value(s, box, F_DST, UINT32_MAX) &&
	    box_value(s, box, F_MARK, 0);
}

static void
ask(const struct audit *a, unsigned f, const struct sort *x, struct query *q)
{
	*q = (struct query){ .n = 0 };
	if (!x->broadcast) {
		query_range(q, F_SRC, x->sources.lo, x->sources.hi, false);
		return;
	}
	query_range(q, F_PKTTYPE, 1, 1, false);
	ask_value(a, f, q, F_DSTTYPE, BROADCAST);
	ask_value(a, f, q, F_DST, UINT32_MAX);
}

/* Does the opening take such packets?  Then one of them. */
static bool
takes(const struct audit *a, unsigned f, enum hook hook, const struct sort *x,
    const struct opening *o, struct point *witness)
{
	const struct hs_space *s = analysis_space(a->sets[f]);
	hs_cell box[HS_MAX_DIMS];

	for (unsigned i = 0; i < o->set->n; i++) {
		memcpy(box, hs_box(s, o->set, i), s->n * sizeof(*box));
		if (!narrow(a, f, hook, x, box))
			continue;
		hs_point(s, box, witness);
		return true;
	}
	return false;
}

/* The same, where what earlier rules leave is in too many pieces. */
static bool
takes_some(struct audit *a, unsigned f, enum hook hook, const struct sort *x,
    const struct opening *o, struct point *witness)
{
	struct query q;

	ask(a, f, x, &q);
	return opening_takes(a, f, hook, o, &q, witness);
}

/* The first opening that takes such packets, and one of them; null if all are
 * dropped before. */
static const struct opening *
taking(struct audit *a, unsigned f, enum hook hook, const struct sort *x,
    struct point *witness)
{
	struct openings *o = openings_of(a, f, hook);
	const struct opening *may = NULL;
	struct point w;
	struct query q;
	bool dropped;

	for (unsigned i = 0; i < o->n; i++) {
		struct opening *p = &o->list[i];

		if ((may != NULL && p->possible) ||
		    !takes(a, f, hook, x, p, &w))
			continue;
		opening_cut(a, f, hook, p);
		if (p->complete ? !takes(a, f, hook, x, p, &w) :
		    !takes_some(a, f, hook, x, p, &w))
			continue;
		*witness = w;
		may = p;
		if (!p->possible)
			break;
	}
	if (may == NULL)
		return NULL;
	ask(a, f, x, &q);
	ask_outside(a, 0, &q);
	dropped = dropped_before(a, f, hook, &q);
	query_free(&q);
	return dropped ? NULL : may;
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
	const struct sort x = { f == 0 ? (struct range){ 0x7f000000,
	    0x7fffffff } : (struct range){ 1, 1 }, false };
	const struct opening *o;
	struct finding *found;
	struct point witness;

	if (!audit_on(a, "FW3009") ||
	    (o = taking(a, f, HOOK_INPUT, &x, &witness)) == NULL)
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
		struct sort x = { { nets[i].lo, nets[i].hi }, false };

		if ((o = taking(a, f, hook, &x, &w)) == NULL)
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
pointless(struct audit *a, unsigned f, const struct sort *x, const char *what,
    const char *test)
{
	const struct chain *c = openings_of(a, f, HOOK_INPUT)->chain;
	const struct opening *o;
	struct finding *found;
	struct point witness;

	if ((o = taking(a, f, HOOK_INPUT, x, &witness)) == NULL)
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
	pointless(a, f, &(struct sort){ { 0, 0xffffff }, false },
	    "packets from 0.0.0.0/8", "-s 0.0.0.0/8");
	pointless(a, f, &(struct sort){ .broadcast = true }, "broadcasts",
	    "-m pkttype --pkt-type broadcast");
}
