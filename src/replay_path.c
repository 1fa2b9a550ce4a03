#include "replay_path.h"

#include "ext/ctstate.h"
#include "run.h"
#include "told.h"

#include <stdlib.h>

/* Between two packets every connection ends, every limit is full again; the
 * day of the week stays. */
#define LATER (INT64_C(86400000000000) * 28)

enum { SCRATCH_MAX = 1 << 20 };

struct path_replayer {
	struct inputs *in;
	struct run run;
	struct run_setup setup;
	struct arena scratch;
	struct witness witness;
	bool fresh;			/* no packet yet */
	/* While one packet is replayed. */
	struct analysis *an;
	enum path path;
	const struct path_region *region;
	const struct path_witness *way;
	struct pktspec spec, first;
};

static void
on_note(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* With it the trace is that of the last packet. */
static void
on_ran(void *arg, const struct run *r)
{
	(void)arg;
	(void)r;
}

struct path_replayer *
path_replayer_new(struct inputs *in, const struct ruleset *const rules[2])
{
	struct path_replayer *r = mem_alloc(1, sizeof(*r));

	r->in = in;
	r->setup = (struct run_setup){ .in = in, .rules = { rules[0],
	    rules[1] }, .arena = &r->scratch, .time = RUN_USUAL_TIME,
	    .note = on_note, .ran = on_ran };
	run_open(&r->run, &r->setup);
	r->fresh = true;
	return r;
}

void
path_replayer_free(struct path_replayer *r)
{
	if (r == NULL)
		return;
	run_end(&r->run);
	arena_free(&r->scratch);
	free(r);
}

static void
begin_anew(struct path_replayer *r)
{
	run_end(&r->run);
	arena_free(&r->scratch);
	r->scratch = (struct arena)ARENA_INIT;
	run_open(&r->run, &r->setup);
	r->fresh = true;
}

/* ---- the packets ---- */

static enum path
way_back(enum path p)
{
	return p == PATH_IN ? PATH_OUT : p == PATH_OUT ? PATH_IN : p;
}

/* Nobody said by which device a forwarded packet leaves. */
static void
leave_by_some(struct pktspec *s, enum path path, const struct env *env)
{
	const struct iface *i = env->ifaces;

	if (path != PATH_FORWARD || s->out[0] != '\0')
		return;
	while (i != NULL && (i->kind != IFK_ETHER || strncmp(i->name, s->in,
	    IFNAME_SIZE) == 0))
		i = i->next;
	memset(s->out, 0, IFNAME_SIZE);
	if (i != NULL)
		memcpy(s->out, i->name, IFNAME_SIZE);
	else
		memcpy(s->out, strcmp(s->in, "eth1") == 0 ? "eth0" : "eth1",
		    4);
}

static bool
spec_of(struct path_replayer *r, const struct point *p, enum path path,
    struct pktspec *out, struct sbuf *why)
{
	struct path_entry entry;
	bool exact = witness_packet(&r->witness, p, path_entry(&entry, path),
	    r->in->env, &r->scratch);

	if (!exact)
		sbuf_puts(why, r->witness.why);
	*out = r->witness.spec;
	/* That it is not tracked is for a rule of table raw to say. */
	out->untracked = false;
	leave_by_some(out, path, r->in->env);
	return r->witness.built;
}

/* The ends of the first packet: those of the one that comes later, but for
 * what translation made of them. */
static void
join_ends(const struct path_witness *way, const struct pktspec *later,
    struct pktspec *first)
{
	bool back = way->reply;
	uint64_t own = way->first_fields;

	if (!(own >> F_SRC & 1))
		first->src = back ? later->dst : later->src;
	if (!(own >> F_DST & 1))
		first->dst = back ? later->src : later->dst;
	if (!(own >> F_SPORT & 1))
		first->sport = back ? later->dport : later->sport;
	if (!(own >> F_DPORT & 1))
		first->dport = back ? later->sport : later->dport;
	first->proto = later->proto;
	first->icmp_type = later->family == AF_INET ? 8 : 128;
	first->icmp_code = 0;
}

static bool
make_packets(struct path_replayer *r, const struct point *p,
    struct sbuf *why)
{
	const struct path_witness *way = r->way;
	enum path first = way->reply ? way_back(r->path) : r->path;

	if (way->first != NULL) {
		if (!spec_of(r, way->first, first, &r->first, why))
			return false;
		sbuf_clear(why);
	}
	if (!spec_of(r, p, r->path, &r->spec, why))
		return false;
	if (way->first == NULL)
		return true;
	join_ends(way, &r->spec, &r->first);
	if (first != PATH_FORWARD)
		memset(first == PATH_IN ? r->first.out : r->first.in, 0,
		    IFNAME_SIZE);
	r->first.local = first == PATH_OUT;
	r->first.established = r->first.reply = false;
	r->first.ct_said = r->spec.ct_said = 0;
	r->first.has &= ~(unsigned)SPEC_CONNMARK;
	return true;
}

/* False: its connection does not begin. */
static bool
begin_flow(struct path_replayer *r, struct sbuf *why)
{
	if (r->way->first == NULL ||
	    run_begin_flow(&r->run, &r->first))
		return true;
	sbuf_puts(why, "its connection does not begin in the simulator: ");
	pktspec_print(&r->first, why);
	if (r->run.outcome.disposition == DISP_LOST)
		sbuf_printf(why, " is lost: %s",
		    reason_texts[r->run.outcome.reason]);
	else if (r->run.outcome.disposition != DISP_ACCEPT)
		sbuf_printf(why, " ends as %s",
		    disposition_names[r->run.outcome.disposition]);
	else
		sbuf_puts(why, " is not answered");
	return false;
}

/* ---- what became of it ---- */

static bool
same_end(const struct path_replayer *r)
{
	static const enum disposition ends[] = { [V_ACCEPT] = DISP_ACCEPT,
	    [V_DROP] = DISP_DROP, [V_QUEUE] = DISP_QUEUE,
	    [V_STOLEN] = DISP_STOLEN };
	const struct path_region *g = r->region;
	const struct outcome *o = &r->run.outcome;

	if (o->disposition != (g->reject ? DISP_REJECT : ends[g->verdict]))
		return false;
	return o->rule == g->rule && (g->rule != NULL ||
	    o->chain == g->policy);
}

static bool
left_as(const struct path_replayer *r, enum field f, u128 value)
{
	const struct hs_space *sp = analysis_space(r->an);
	int i = sp->of_field[f];
	uint32_t k;

	if (i < 0 || !(r->way->left_fields >> f & 1))
		return true;
	k = hs_class(&sp->dims[i], value);
	return k < sp->dims[i].n && cell_has(&sp->dims[i], r->way->left[i],
	    k);
}

/* Has it the addresses that it was to be given? */
static bool
same_translation(const struct path_replayer *r)
{
	const struct trace *w = &r->run.way;
	struct pktspec s;

	if (r->region->verdict != V_ACCEPT || w->final == NULL ||
	    !pktspec_read(w->final, w->final_len, &s))
		return true;
	return left_as(r, F_SRC, addr_number(&s.src, s.family)) &&
	    left_as(r, F_DST, addr_number(&s.dst, s.family)) &&
	    (!(s.has & SPEC_SPORT) || (left_as(r, F_SPORT, s.sport) &&
	    left_as(r, F_DPORT, s.dport)));
}

/* Is its connection in the state that was meant? */
static bool
same_state(const struct path_replayer *r, const struct point *p)
{
	static const unsigned of[] = { [FCT_INVALID] = CTST_INVALID,
	    [FCT_NEW] = CTST_NEW, [FCT_RELATED] = CTST_RELATED,
	    [FCT_ESTABLISHED] = CTST_ESTABLISHED,
	    [FCT_UNTRACKED] = CTST_UNTRACKED };
	unsigned state = (unsigned)p->value[F_CT] & FCT_STATE;

	return !(p->asked >> F_CT & 1) || r->run.way.states == 0 ||
	    r->run.way.states & of[state];
}

/* Did it come to a hook that is not on the path? */
static bool
went_astray(const struct path_replayer *r)
{
	static const unsigned hooks[] = {
		[PATH_IN] = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT,
		[PATH_FORWARD] = 1 << HOOK_PREROUTING | 1 << HOOK_FORWARD |
		    1 << HOOK_POSTROUTING,
		[PATH_OUT] = 1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING };
	const struct trace *w = &r->run.way;

	for (unsigned i = 0; i < w->n_steps; i++)
		if (w->steps[i].packet == 0 && w->steps[i].kind == EV_TABLE &&
		    !(hooks[r->path] >> w->steps[i].hook & 1))
			return true;
	return false;
}

static bool
agrees(const struct path_replayer *r)
{
	return same_end(r) && same_translation(r);
}

static void
put_difference(const struct path_replayer *r, struct sbuf *why)
{
	const struct path_region *g = r->region;
	const struct outcome *o = &r->run.outcome;
	const struct trace *w = &r->run.way;

	sbuf_puts(why, "claimed: ");
	witness_end_words(g->verdict, g->rule, g->policy, why);
	if (g->translated != NULL)
		sbuf_printf(why, ", translated to %s", g->translated);
	sbuf_printf(why, "; the simulator: %s",
	    disposition_names[o->disposition]);
	if (o->rule != NULL || o->chain != NULL) {
		sbuf_puts(why, " by ");
		if (o->rule != NULL)
			rule_name(o->rule, why);
		else
			sbuf_printf(why, "the policy of %s/%s",
			    table_names[o->chain->table->id], o->chain->name);
	}
	if (!same_translation(r) && w->final != NULL) {
		sbuf_puts(why, ", as ");
		packet_words(w->final, w->final_len, why);
	}
	sbuf_puts(why, "; the packet: ");
	pktspec_print(&r->spec, why);
}

/* The end is another one: because of something that is no part of the claim? */
static bool
cannot(const struct path_replayer *r, const struct point *p,
    struct sbuf *why)
{
	const struct outcome *o = &r->run.outcome;

	if (p->also != NULL)
		sbuf_printf(why, "it must also be so: %s", p->also);
	else if (o->n_unknown != 0 || o->disposition == DISP_DEPENDS ||
	    o->disposition == DISP_UNDETERMINED)
		sbuf_puts(why, "it hangs on what is not known");
	else if (o->disposition == DISP_LOST ||
	    o->reason == REASON_DEFRAG_WAIT ||
	    o->reason == REASON_HOTDROP || o->reason == REASON_CT_DROP ||
	    o->reason == REASON_CT_HELPER || o->reason == REASON_NAT_DROP)
		sbuf_printf(why, "in the simulator it is lost: %s",
		    reason_texts[o->reason]);
	else if (went_astray(r))
		sbuf_puts(why, "the simulator routes it another way");
	else if (!same_state(r, p))
		sbuf_puts(why, "connection tracking has it in another state");
	return why->len != 0;
}

static bool
send_it(struct path_replayer *r, const struct point *p, struct sbuf *why)
{
	if (!r->fresh) {
		r->run.time += LATER;
		sim_clock(r->run.sim, r->run.time);
	}
	r->fresh = false;
	r->run.n_past = 0;
	if (!make_packets(r, p, why) || !begin_flow(r, why))
		return false;
	run_send(&r->run, &r->spec);
	return true;
}

enum witness_answer
path_replay(struct path_replayer *r, struct analysis *an, enum path path,
    const struct path_region *region, const struct path_witness *way,
    struct sbuf *why)
{
	const struct point *p = &way->point;
	bool lacks;

	sbuf_clear(why);
	r->an = an;
	r->path = path;
	r->region = region;
	r->way = way;
	if (r->scratch.used > SCRATCH_MAX)
		begin_anew(r);
	if (send_it(r, p, why) && agrees(r)) {
		sbuf_clear(why);
		return WITNESS_AGREES;
	}
	/* Again, where nothing came before. */
	sbuf_clear(why);
	begin_anew(r);
	if (!send_it(r, p, why))
		return WITNESS_CANNOT;
	lacks = why->len != 0;
	if (agrees(r)) {
		sbuf_clear(why);
		return WITNESS_AGREES;
	}
	if (lacks || cannot(r, p, why))
		return WITNESS_CANNOT;
	put_difference(r, why);
	return WITNESS_DISAGREES;
}
