#include "tried.h"

#include "told.h"
#include "wayback.h"

#include "analysis/analysis.h"
#include "base/diag.h"
#include "parsers/load.h"
#include "reports/ref.h"

#include <netinet/tcp.h>
#include <stdlib.h>

/* Analysing more takes longer than somebody at a terminal waits. */
enum { MANY_RULES = 20000, SOME_CHANGES = 4, SOME_BOXES = 3 };

static void
no_note(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static const char *
decider(const struct trace_ending *e, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	if (e->rule == NULL && e->chain == NULL)
		return NULL;
	ref_decider(e->rule, e->chain, &b);
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static void
run_it(const struct run_setup *setup, struct tried *t)
{
	struct run *r = mem_alloc(1, sizeof(*r));
	struct trace reply;
	struct trace_ending end;
	const char *why = NULL, *mend;
	const struct chain *c;

	run_begin(r, setup);
	*t = (struct tried){ .decided = run_unknowns(r) == 0,
	    .end = run_ending(r) };
	c = t->end.rule != NULL ? t->end.rule->chain : t->end.chain;
	t->rule = t->end.rule != NULL ? t->end.rule->number : 0;
	t->chain = c == NULL ? NULL : arena_strdup(setup->arena, c->name);
	t->by = decider(&t->end, setup->arena);
	t->no_way_back = t->end.disposition == DISP_ACCEPT &&
	    way_back_broken(&r->way, setup->arena, &mend) != NULL;
	if (t->end.disposition == DISP_ACCEPT &&
	    run_reply(r, &reply, &end, &why)) {
		t->replied = true;
		t->reply = end.disposition;
		t->reply_by = decider(&end, setup->arena);
		trace_free(&reply);
	}
	run_end(r);
	free(r);
}

/* ---- what else changes ---- */

struct telling {
	struct analysis *an;
	const struct ruleset *old, *new;
	struct arena *arena;
	struct tried *t;
	unsigned more;			/* that are not told */
	bool others;			/* packets that begin no connection */
};

static void
add_change(struct telling *g, const char *text)
{
	if (g->t->n_changes < SOME_CHANGES)
		g->t->changes[g->t->n_changes++] = text;
	else
		g->more++;
}

/* Of what the region has the packets that begin connections: those are what
 * people ask about, and the others follow them. */
static bool
beginnings(const struct telling *g, const struct hs *set, const hs_cell *whole,
    hs_cell *all, struct hs *out)
{
	const struct hs_space *sp = analysis_space(g->an);
	struct query new = { 0 };
	struct hs cut = { 0 };

	query_masked(&new, F_CT, FCT_NEW, FCT_STATE, false);
	hs_add(sp, &cut, whole);
	query_cut(&new, sp, &cut);
	if (cut.n == 1) {
		memcpy(all, cut.cells, sp->n * sizeof(*all));
		for (unsigned i = 0; i < set->n; i++)
			hs_add(sp, out, hs_box(sp, set, i));
		query_cut(&new, sp, out);
	}
	hs_free(&cut);
	query_free(&new);
	return out->n != 0;
}

static void
tell_region(const struct diff_region *r, void *arg)
{
	struct telling *g = arg;
	const struct ruleset *in = g->new->tables[r->table].present ? g->new :
	    g->old;
	const struct chain *entry = in->tables[r->table].builtin[r->hook];
	hs_cell whole[HS_MAX_DIMS];
	struct hs set = { 0 };
	struct packet_set p;
	struct sbuf b = SBUF_INIT;

	if (!beginnings(g, r->set, analysis_whole(g->an, entry), whole,
	    &set)) {
		g->others = true;
		hs_free(&set);
		return;
	}
	told_packets(analysis_space(g->an), &set, whole, r->complete,
	    r->count, g->arena, &p);
	hs_free(&set);
	sbuf_printf(&b, "%s%s in %s/%s: ", r->possible ? "perhaps " : "",
	    told_change(r->kind)->words, table_names[r->table],
	    hook_names[r->hook]);
	for (unsigned i = 0; i < p.n && i < SOME_BOXES; i++)
		sbuf_printf(&b, "%s%s", i ? "; " : "", p.boxes[i].words);
	if (p.n > SOME_BOXES || !p.complete)
		sbuf_puts(&b, "; and more");
	add_change(g, arena_strdup(g->arena, sbuf_text(&b)));
	sbuf_free(&b);
}

static void
what_changes(const struct run_setup *s, const struct ruleset *old,
    const struct ruleset *new, struct tried *t)
{
	struct arena arena = ARENA_INIT;
	struct telling g = { .old = old, .new = new, .arena = s->arena,
	    .t = t };
	bool partial = false;

	t->changes = arena_alloc(s->arena, (SOME_CHANGES + 2) *
	    sizeof(*t->changes));
	if (old->n_rules > MANY_RULES) {
		add_change(&g, "what else it changes was not looked at: there "
		    "are too many rules");
		return;
	}
	g.an = analysis_new_diff(old, new, s->in->env, NULL, 0, &arena);
	analysis_diff(g.an, SOME_BOXES + 1, &arena, tell_region, &g,
	    &partial);
	analysis_free(g.an);
	arena_free(&arena);
	if (g.others)
		add_change(&g, t->n_changes == 0 ? "changes only what becomes "
		    "of packets that begin no connection" : "and what becomes "
		    "of packets that begin no connection");
	if (g.more != 0 || partial)
		t->changes[t->n_changes++] = g.more == 0 ?
		    "perhaps more: not all could be compared" :
		    arena_printf(s->arena, "and %u more, see nfwalk diff",
		    g.more);
}

/* ---- trying ---- */

/* The same packet, and nothing is noted of it. */
static struct run_setup
quietly(const struct run_setup *s)
{
	struct run_setup setup = *s;

	setup.note = no_note;
	setup.all_misses = false;
	return setup;
}

/* The rules of one family, read again, and the commands. */
static bool
edited_rules(const struct ruleset *rs, const char *commands,
    struct load *load)
{
	for (unsigned i = 0; i < rs->n_sources; i++) {
		load->family = rs->family;
		if (!load_source(load, rs->sources[i]))
			return false;
	}
	return load_source(load, source_text("fix", arena_printf(load->arena,
	    "%s\n", commands), load->arena));
}

bool
try_commands(const struct run_setup *s, const struct ruleset *rs,
    const char *commands, bool all, struct tried *t)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load load = { .arena = &arena, .diags = &diags };
	struct run_setup setup = quietly(s);
	unsigned f = family_index(rs->family);
	bool ok;

	diag_init(&diags, &arena);
	ok = edited_rules(rs, commands, &load);
	if (ok) {
		setup.rules[f] = load.rules[f];
		run_it(&setup, t);
		if (all)
			what_changes(s, rs, load.rules[f], t);
	}
	ruleset_free(load.rules[0]);
	ruleset_free(load.rules[1]);
	arena_free(&arena);
	return ok;
}

void
try_beginning(const struct run_setup *s, struct tried *t)
{
	struct run_setup setup = quietly(s);

	setup.spec.has |= SPEC_FLAGS;
	setup.spec.tcp_flags = TH_SYN;
	run_it(&setup, t);
}

static void
set_sysctl(struct env *env, const char *name, void *value)
{
	map_set(&env->sysctls, env->arena, name, strlen(name), value);
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		env_iface_conf(env, i);
}

void
try_sysctl(const struct run_setup *s, const char *name, const char *value,
    struct tried *t)
{
	struct env *env = s->in->env;
	void *was = map_get(&env->sysctls, name, strlen(name));
	struct run_setup setup = quietly(s);

	set_sysctl(env, name, arena_strdup(env->arena, value));
	run_it(&setup, t);
	set_sysctl(env, name, was);
}
