#include "expect_check.h"

#include "ext/ext.h"
#include "inject.h"

/* ---- the verdict and who decided ---- */

static bool
is_chain(const struct chain *c, const struct expect_by *by)
{
	return c->table->id == by->table && strcmp(c->name, by->chain) == 0;
}

/* Was the packet in the chain when the rule decided: in it, or in one that it
 * called?  From the hit back, each chain that was not left yet. */
static bool
called_from(const struct trace *way, const struct rule *decider,
    const struct expect_by *by)
{
	unsigned i = way->n_steps;
	const struct step *s;
	int depth = -1;

	while (i-- > 0) {
		s = &way->steps[i];
		if (s->packet != 0)
			continue;
		if (depth < 0 && s->kind == EV_HIT && s->rule == decider)
			depth = (int)s->depth;
		else if (depth < 0)
			continue;
		else if (s->kind == EV_TABLE)
			return is_chain(s->chain, by);
		else if (s->kind == EV_ENTER && s->depth == (unsigned)depth) {
			if (is_chain(s->chain, by))
				return true;
			depth--;
		}
	}
	return false;
}

static bool
decided_by(const struct run *r, const struct trace_ending *e,
    const struct expect_by *by)
{
	if (e->rule == NULL)
		return e->chain != NULL && by->rule == 0 &&
		    is_chain(e->chain, by);
	if (by->policy)
		return false;
	if (by->rule != 0)
		return e->rule->number == by->rule &&
		    is_chain(e->rule->chain, by);
	return is_chain(e->rule->chain, by) || called_from(&r->way, e->rule,
	    by);
}

/* ---- translations ---- */

/* What became of one end of the packet. */
struct change {
	bool done;
	int family;
	struct trace_end from, to;
	const struct rule *rule;
	struct drawn_port drawn;
};

static bool
ends_equal(const struct trace_end *a, const struct trace_end *b)
{
	return addr_equal(&a->addr, &b->addr) &&
	    (!a->has_port || a->port == b->port);
}

static struct change
change_of(const struct run *r, bool source)
{
	struct change c = { .drawn = r->outcome.drawn[source ? NAT_SRC :
	    NAT_DST] };
	const struct step *asked = NULL;

	for (unsigned i = 0; i < r->way.n_steps; i++) {
		const struct step *s = &r->way.steps[i];
		struct trace_end from, to;

		if (s->packet != 0)
			continue;
		if (s->kind == EV_ACTED && (s->use->ext->traits & EXT_NAT))
			asked = s;
		if (s->kind != EV_NAT)
			continue;
		from = trace_end(s->old, source);
		to = trace_end(s->new, source);
		if (ends_equal(&from, &to))
			continue;
		if (!c.done)
			c.from = from;
		c.to = to;
		c.done = true;
		c.family = s->new->family;
		c.rule = asked != NULL && asked->hook == s->hook ?
		    asked->rule : NULL;
	}
	return c;
}

/* Of a port that was drawn every other that it could be must be allowed. */
static bool
end_allows(const struct expect_end *e, const struct change *c, bool any_addr)
{
	uint32_t lo = c->to.port, hi = c->to.port;

	if (c->drawn.n > 1) {
		lo = c->drawn.min;
		hi = lo + c->drawn.n - 1;
	}
	if (!any_addr && e->family != 0 && (e->family != c->family ||
	    addr_cmp(&c->to.addr, &e->lo) < 0 ||
	    addr_cmp(&c->to.addr, &e->hi) > 0))
		return false;
	return !e->has_port || (c->to.has_port && lo >= e->port_lo &&
	    hi <= e->port_hi);
}

static bool
nat_allows(const struct expect_nat *nat, const struct change *c)
{
	if (nat->none || !c->done)
		return nat->none && !c->done;
	for (const struct expect_end *e = nat->ends; e != NULL; e = e->next)
		if (end_allows(e, c, nat->ports))
			return true;
	return false;
}

/* Is the destination the host now?  Where its addresses are not known the
 * simulator leaves the one that the packet had. */
static bool
is_redirected(const struct run *r, const struct change *c)
{
	const struct env *env = r->setup->in->env;
	const union addr *to = &c->to.addr;
	static const union addr loopback6 = { .b = { [15] = 1 } };

	if (!c->done)
		return false;
	return inject_own(env, c->family, to) || (c->family == AF_INET ?
	    to->b[0] == 127 : addr_equal(to, &loopback6)) ||
	    (!env->has_addrs && addr_equal(&c->from.addr, to));
}

static unsigned
check_nat(const struct expect_line *l, const struct run *r,
    const struct change *dst, const struct change *src)
{
	struct change to_host = *dst;
	unsigned wrong = 0;

	to_host.done = is_redirected(r, dst);
	if (l->dnat.said && !nat_allows(&l->dnat, dst))
		wrong |= PART_DNAT;
	if (l->snat.said && !nat_allows(&l->snat, src))
		wrong |= PART_SNAT;
	if (l->redirect.said && !nat_allows(&l->redirect, &to_host))
		wrong |= PART_REDIRECT;
	return wrong;
}

static const char *
end_text(const struct change *c, const struct trace_end *e, bool drawn,
    struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	const char *kept;

	endpoint_print(c->family, &e->addr, drawn ? (uint16_t)c->drawn.min :
	    e->port, e->has_port, &b);
	if (drawn)
		sbuf_printf(&b, "-%u", c->drawn.min + c->drawn.n - 1);
	kept = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return kept;
}

static struct test_change
told(const struct change *c, struct arena *arena)
{
	if (!c->done)
		return (struct test_change){ NULL, NULL, NULL };
	return (struct test_change){ end_text(c, &c->from, false, arena),
	    end_text(c, &c->to, c->drawn.n > 1 && c->to.has_port, arena),
	    c->rule };
}

/* ---- the log ---- */

static void
count_lines(const struct expect_line *l, const struct trace *way,
    struct test_way *out)
{
	for (unsigned i = 0; i < way->n_steps; i++) {
		const struct step *s = &way->steps[i];
		unsigned n = 0;

		if (s->kind != EV_LOG)
			continue;
		out->lines++;
		for (const struct expect_log *log = l->logs; log != NULL;
		    log = log->next, n++)
			out->logged[n].lines += log->prefix == NULL ||
			    strncmp(s->text, log->prefix,
			    strlen(log->prefix)) == 0;
	}
}

void
expect_check_log(const struct expect_line *l, struct test_way *w)
{
	unsigned i = 0;

	for (const struct expect_log *log = l->logs; log != NULL;
	    log = log->next, i++) {
		unsigned n = w->logged[i].lines;

		w->logged[i].wrong = log->prefix == NULL ? n != 0 :
		    log->counted ? n != log->count : n == 0;
		if (w->logged[i].wrong)
			w->wrong |= PART_LOG;
	}
}

/* ---- all ---- */

void
expect_check_packet(const struct expect_line *l, const struct run *r,
    struct test_way *w, struct arena *arena)
{
	struct change dst = change_of(r, false), src = change_of(r, true);
	struct trace_ending end = run_ending(r);
	unsigned wrong = check_nat(l, r, &dst, &src);
	bool first = w->nth == 0, named = l->verdicts & 1u << end.disposition;

	if (l->verdicts & 1u << DISP_DEPENDS)
		w->unnamed |= !named;
	else if (!named)
		wrong |= PART_VERDICT;
	if (l->by.said && !decided_by(r, &end, &l->by))
		wrong |= PART_BY;
	count_lines(l, &r->way, w);
	w->packets++;
	if (!first && (wrong == 0 || w->wrong != 0))
		return;
	w->nth = w->packets;
	w->wrong = wrong;
	w->end = end;
	w->dnat = told(&dst, arena);
	w->snat = told(&src, arena);
}
