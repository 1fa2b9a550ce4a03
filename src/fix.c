#include "fix.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "model/icmp.h"
#include "model/owners.h"
#include "reports/near.h"
#include "reports/ref.h"

#include <netinet/in.h>
#include <stdlib.h>

/* ---- the rule that would be added ---- */

/* The packet as the chain sees it: after the translation of its destination,
 * if that was before. */
static bool
seen_by(const struct trace *way, const struct chain *c, struct flow_key *k)
{
	bool before = c->table->id == TABLE_RAW;
	const uint8_t *l3 = way->final != NULL && !before ? way->final :
	    way->original;

	if (l3 == NULL || !flow_key_read(k, l3, l3 == way->final ?
	    way->final_len : way->original_len))
		return false;
	/* What POSTROUTING made of the source came later. */
	if (l3 == way->final && way->original != NULL) {
		struct flow_key first;

		if (flow_key_read(&first, way->original, way->original_len)) {
			k->src = first.src;
			k->sport = first.sport;
		}
	}
	return !k->fragment;
}

static void
put_service(const struct flow_key *k, struct sbuf *b)
{
	const char *name = proto_name(k->proto);

	if (name != NULL)
		sbuf_printf(b, " -p %s", name);
	else
		sbuf_printf(b, " -p %u", (unsigned)k->proto);
	if (k->has_ports)
		sbuf_printf(b, " --dport %u", (unsigned)k->dport);
	else if (k->is_icmp)
		sbuf_printf(b, " %s %u/%u", k->family == AF_INET ?
		    "--icmp-type" : "--icmpv6-type", (unsigned)k->sport,
		    (unsigned)k->dport);
}

static bool
can_have(const struct chain *c, enum hook hook)
{
	return c->hook == HOOK_NONE || c->hook == hook;
}

/* "iptables -I INPUT 3 -i eth0 -p tcp --dport 80 -j ACCEPT" */
static const char *
command_at(const struct run_setup *s, const struct trace_report *r,
    const struct chain *c, unsigned position, const char *target)
{
	const struct trace *way = r->way;
	bool forward = can_have(c, HOOK_FORWARD) && c->hook != HOOK_NONE;
	struct sbuf b = SBUF_INIT;
	struct flow_key k;
	const char *text;

	if (!seen_by(way, c, &k))
		return NULL;
	sbuf_puts(&b, k.family == AF_INET6 ? "ip6tables" : "iptables");
	if (c->table->id != TABLE_FILTER)
		sbuf_printf(&b, " -t %s", table_names[c->table->id]);
	if (position != 0)
		sbuf_printf(&b, " -I %s %u", c->name, position);
	else
		sbuf_printf(&b, " -A %s", c->name);
	if (way->in != NULL)
		sbuf_printf(&b, " -i %s", way->in->name);
	if (forward) {
		sbuf_puts(&b, " -d ");
		addr_print(&b, k.family, &k.dst);
	}
	put_service(&k, &b);
	sbuf_printf(&b, " -j %s", target);
	text = arena_strdup(s->arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* ---- trying it ---- */

/* The rules of one family, read again, and the command. */
static bool
edited_rules(const struct ruleset *rs, const char *command,
    struct load *load)
{
	for (unsigned i = 0; i < rs->n_sources; i++) {
		load->family = rs->family;
		if (!load_source(load, rs->sources[i]))
			return false;
	}
	return load_source(load, source_text("fix", command, load->arena));
}

static void
no_note(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static bool
is_dropped(enum disposition d)
{
	return d == DISP_DROP || d == DISP_REJECT;
}

static const char *
effect_of(struct run *r, bool allow, struct arena *arena)
{
	struct trace reply;
	struct trace_ending end;
	const char *why = NULL, *text;
	struct sbuf b = SBUF_INIT;

	if (!allow)
		return "tried: with it this packet is dropped";
	if (!run_reply(r, &reply, &end, &why))
		return "tried: with it this packet is accepted";
	trace_free(&reply);
	if (end.disposition == DISP_ACCEPT)
		return "tried: with it this packet is accepted, and the reply "
		    "to it";
	sbuf_printf(&b, "tried: with it this packet is accepted, but the "
	    "reply is not: %s by ", disposition_names[end.disposition]);
	ref_decider(end.rule, end.chain, &b);
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* What the packet comes to under the edited rules; null: not what is
 * wanted. */
static const char *
try_it(const struct run_setup *s, const struct ruleset *rs,
    const char *command, bool allow)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load load = { .arena = &arena, .diags = &diags };
	struct run_setup setup = *s;
	struct run *r = mem_alloc(1, sizeof(*r));
	const char *effect = NULL;

	diag_init(&diags, &arena);
	setup.note = no_note;
	setup.all_misses = false;
	if (edited_rules(rs, arena_printf(&arena, "%s\n", command), &load)) {
		unsigned i = family_index(rs->family);

		setup.rules[i] = load.rules[i];
		run_begin(r, &setup);
		if (run_unknowns(r) == 0 && (allow ?
		    r->outcome.disposition == DISP_ACCEPT :
		    is_dropped(r->outcome.disposition)))
			effect = effect_of(r, allow, s->arena);
		run_end(r);
	}
	ruleset_free(load.rules[0]);
	ruleset_free(load.rules[1]);
	arena_free(&arena);
	free(r);
	return effect;
}

static bool
propose(const struct run_setup *s, struct trace_report *r,
    const struct chain *c, unsigned position, bool allow)
{
	const char *command = command_at(s, r, c, position, allow ? "ACCEPT" :
	    "DROP"), *effect;
	struct trace_fix *fix;

	if (command == NULL)
		return false;
	effect = try_it(s, c->table->ruleset, command, allow);
	if (effect == NULL)
		return false;
	fix = arena_new(s->arena, struct trace_fix);
	*fix = (struct trace_fix){ allow ? "to allow" : "to block", command,
	    effect, chain_owner(c) };
	r->fixes = fix;
	r->n_fixes = 1;
	return true;
}

/* A user chain in which a rule of the same kind nearly accepted it: that is
 * where such rules are kept. */
static const struct chain *
where_such_are(const struct trace_report *r)
{
	const struct step *near[NEAREST_MAX];
	unsigned n = trace_nearest(r, near);

	for (unsigned i = 0; i < n; i++)
		if (near[i]->rule->chain->hook == HOOK_NONE &&
		    near[i]->use != NULL &&
		    near[i]->rule->kind == TGT_ACCEPT)
			return near[i]->rule->chain;
	return NULL;
}

/* Docker keeps DOCKER-USER for rules of the administrator. */
static const struct chain *
administrators(const struct trace *way)
{
	for (unsigned i = 0; i < way->n_steps; i++)
		if (way->steps[i].kind == EV_ENTER &&
		    way->steps[i].packet == 0 &&
		    strcmp(way->steps[i].chain->name, "DOCKER-USER") == 0)
			return way->steps[i].chain;
	return NULL;
}

/* The rule of the built-in chain by which the packet came to 'c'. */
static const struct rule *
way_in(const struct trace_report *r, const struct chain *c)
{
	const struct rule *jump = NULL;

	for (unsigned i = 0; i < r->way->n_steps; i++) {
		const struct step *s = &r->way->steps[i];

		if (s->kind == EV_HIT && s->packet == 0 &&
		    s->rule->chain->table == c->table &&
		    s->rule->chain->hook != HOOK_NONE)
			jump = s->rule;
	}
	return jump;
}

void
fix_find(const struct run_setup *s, struct trace_report *r)
{
	const struct trace_ending *e = &r->end;
	const struct chain *at = e->rule ? e->rule->chain : e->chain, *c;
	unsigned position = e->rule ? e->rule->number : 0;
	const struct rule *jump;
	bool allow = is_dropped(e->disposition);

	if (at == NULL || (!allow && e->disposition != DISP_ACCEPT))
		return;
	if (allow && (c = where_such_are(r)) != NULL &&
	    propose(s, r, c, 0, allow))
		return;
	c = administrators(r->way);
	if (c != NULL && propose(s, r, c, 1, allow))
		return;
	/* A chain that drops is for all that comes there: before the jump. */
	if (allow && at->hook == HOOK_NONE && (jump = way_in(r, at)) != NULL &&
	    propose(s, r, jump->chain, jump->number, allow))
		return;
	/* Behind a policy: at the end to allow, at the front to block. */
	if (e->rule == NULL && !allow)
		position = 1;
	propose(s, r, at, position, allow);
}
