/* Will those who manage the host still get in? */
#include "diff.h"

#include "asked.h"
#include "told.h"

#include <netinet/in.h>

enum { LOCKOUT_BOXES = 5000 };

bool
management_read(const char *text, struct management *m)
{
	struct range r;

	*m = (struct management){ .text = text };
	if (!read_addr_range(text, strlen(text), &m->family, &r))
		return false;
	query_range(&m->ssh, F_SRC, r.lo, r.hi, false);
	query_range(&m->ssh, F_PROTO, IPPROTO_TCP, IPPROTO_TCP, false);
	query_range(&m->ssh, F_DPORT, 22, 22, false);
	query_range(&m->ssh, F_FRAG, 0, 0, false);
	query_masked(&m->ssh, F_TCPFLAGS, 0x02, 0x17, false);
	query_masked(&m->ssh, F_CT, FCT_NEW, FCT_STATE, false);
	return true;
}

/* What one side accepts, or may accept. */
struct accepting { const struct hs_space *space; struct hs set; };

static bool
add_accepted(const struct region *r, void *arg)
{
	struct accepting *a = arg;

	for (unsigned i = 0; i < r->set->n; i++)
		hs_add(a->space, &a->set, hs_box(a->space, r->set, i));
	return true;
}

/* Without the table everything is accepted. */
static void
accepted_by(struct analysis *an, const struct chain *chain,
    const struct query *q, struct arena *arena, struct hs *out)
{
	struct accepting a = { .space = analysis_space(an) };

	if (chain != NULL) {
		analysis_regions_of(an, chain, q, V_ACCEPT, LOCKOUT_BOXES,
		    arena, add_accepted, &a);
	} else {
		hs_add(a.space, &a.set, a.space->all);
		query_cut(q, a.space, &a.set);
	}
	*out = a.set;
}

struct blamed { const struct hs_space *space; const hs_cell *box;
    struct decider *by; };

static bool
blame(const struct region *r, void *arg)
{
	struct blamed *b = arg;

	if (r->verdict == V_ACCEPT)
		return true;
	for (unsigned i = 0; i < r->set->n; i++)
		if (box_meets(b->space, hs_box(b->space, r->set, i), b->box)) {
			*b->by = (struct decider){ .rule = r->rule,
			    .chain = r->rule ? NULL : r->policy,
			    .verdict = told_verdict(r->verdict, r->reject) };
			return false;
		}
	return true;
}

void
diff_lockout(struct analysis *an, const struct diff_sides *s,
    const struct management *m, struct env *env, struct arena *arena,
    struct diff_lockout *out)
{
	const struct hs_space *sp = analysis_space(an);
	struct hs set[2] = { { 0 } };
	const struct chain *input[2];
	struct point p;

	*out = (struct diff_lockout){ .network = m->text };
	for (unsigned i = 0; i < 2; i++) {
		input[i] = s->rules[i][family_index(m->family)]->
		    tables[TABLE_FILTER].builtin[HOOK_INPUT];
		accepted_by(an, input[i], &m->ssh, arena, &set[i]);
	}
	if (set[0].n == 0)
		out->what = LOCKOUT_NEVER;
	for (unsigned i = 0; i < set[1].n && set[0].n != 0; i++)
		hs_subtract(sp, &set[0], hs_box(sp, &set[1], i), UINT32_MAX);
	if (set[0].n != 0) {
		struct blamed b = { sp, set[0].cells, &out->by };

		out->what = set[1].n != 0 ? LOCKOUT_PART : LOCKOUT_ALL;
		analysis_regions(an, input[1], &m->ssh, LOCKOUT_BOXES, arena,
		    blame, &b);
		usual_witness(sp, &set[0], true, &p);
		out->witness = witness_text(&p, input[1], env, arena);
	}
	hs_free(&set[0]);
	hs_free(&set[1]);
}
