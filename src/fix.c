#include "fix.h"

#include "ext/ctstate.h"
#include "ext/ext.h"
#include "model/icmp.h"
#include "model/owners.h"
#include "reports/near.h"
#include "reports/save.h"
#include "tried.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

static bool
is_dropped(enum disposition d)
{
	return d == DISP_DROP || d == DISP_REJECT;
}

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

/* "iptables -t mangle" */
static const char *
tool(const struct chain *c, struct arena *arena)
{
	const char *name = c->table->ruleset->family == AF_INET6 ?
	    "ip6tables" : "iptables";

	return c->table->id == TABLE_FILTER ? name : arena_printf(arena,
	    "%s -t %s", name, table_names[c->table->id]);
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
	sbuf_puts(&b, tool(c, s->arena));
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

static const char *
effect_of(const struct tried *t, bool allow, struct arena *arena)
{
	if (!allow)
		return "tried: with it this packet is dropped";
	if (t->end.disposition != DISP_ACCEPT)
		return arena_printf(arena, "tried: with it this packet comes "
		    "further, and then: %s by %s",
		    disposition_names[t->end.disposition], t->by);
	if (!t->replied)
		return "tried: with it this packet is accepted";
	if (t->reply == DISP_ACCEPT)
		return "tried: with it this packet is accepted, and the reply "
		    "to it";
	if (t->reply_by == NULL)
		return "tried: with it this packet is accepted, but the reply "
		    "is lost";
	return arena_printf(arena, "tried: with it this packet is accepted, "
	    "but the reply is not: %s by %s", disposition_names[t->reply],
	    t->reply_by);
}

static void
take(struct trace_report *r, const struct trace_fix *fix, struct arena *arena)
{
	r->fixes = arena_copy(arena, fix, sizeof(*fix));
	r->n_fixes = 1;
}

/* How those who own a chain open a port themselves. */
static const char *
owners_command(const struct trace_report *r, const struct chain *c,
    bool allow, struct arena *arena)
{
	const char *owner = chain_owner(c), *proto;
	struct flow_key k;

	if (owner == NULL || !seen_by(r->way, c, &k) || !k.has_ports ||
	    (proto = proto_name(k.proto)) == NULL)
		return NULL;
	if (strcmp(owner, "ufw") == 0)
		return arena_printf(arena, "ufw %s %u/%s", allow ? "allow" :
		    "deny", (unsigned)k.dport, proto);
	if (strcmp(owner, "firewalld") == 0 && allow)
		return arena_printf(arena, "firewall-cmd --permanent "
		    "--add-port=%u/%s", (unsigned)k.dport, proto);
	return NULL;
}

/* Proposes the commands if the packet comes to what is wanted with them. */
static bool
propose_commands(const struct run_setup *s, struct trace_report *r,
    const struct chain *c, const char *command, bool allow)
{
	struct tried t;

	if (command == NULL || !try_commands(s, c->table->ruleset, command,
	    true, &t) || !t.decided || (allow ? t.end.disposition !=
	    DISP_ACCEPT : !is_dropped(t.end.disposition)))
		return false;
	take(r, &(struct trace_fix){ .what = allow ? "to allow" : "to block",
	    .command = command, .effect = effect_of(&t, allow, s->arena),
	    .changes = t.changes, .n_changes = t.n_changes,
	    .owner = chain_owner(c),
	    .owners_command = owners_command(r, c, allow, s->arena) },
	    s->arena);
	return true;
}

static bool
propose(const struct run_setup *s, struct trace_report *r,
    const struct chain *c, unsigned position, bool allow)
{
	return propose_commands(s, r, c, command_at(s, r, c, position, allow ?
	    "ACCEPT" : "DROP"), allow);
}

/* ---- candidates ---- */

/* The rule further down in the chain that would accept the packet if it came
 * there, and that no packet at all comes to now; null: there is none. */
static const struct rule *
buried(const struct run_setup *s, const struct rule *blocker)
{
	const struct chain *c = blocker->chain;
	const struct ruleset *rs = c->table->ruleset;
	const char *t = tool(c, s->arena);
	struct tried without, dead;

	if (!try_commands(s, rs, arena_printf(s->arena, "%s -D %s %u", t,
	    c->name, blocker->number), false, &without) || !without.decided ||
	    without.end.disposition != DISP_ACCEPT ||
	    without.rule < blocker->number || without.chain == NULL ||
	    strcmp(without.chain, c->name) != 0)
		return NULL;
	/* While the blocker is there it stands one further down. */
	if (!try_commands(s, rs, arena_printf(s->arena, "%s -D %s %u", t,
	    c->name, without.rule + 1), true, &dead) || dead.n_changes != 0)
		return NULL;
	return c->rules[without.rule];
}

/* Moves a buried rule above what buries it. */
static bool
move_up(const struct run_setup *s, struct trace_report *r,
    const struct rule *blocker)
{
	const struct rule *rule = buried(s, blocker);
	const char *t, *command;
	struct sbuf spec = SBUF_INIT;

	if (rule == NULL)
		return false;
	t = tool(rule->chain, s->arena);
	save_rule_bare(rule, &spec);
	command = arena_printf(s->arena, "%s -D %s %u\n%s -I %s %u%s", t,
	    rule->chain->name, rule->number, t, rule->chain->name,
	    blocker->number, sbuf_text(&spec));
	sbuf_free(&spec);
	return propose_commands(s, r, rule->chain, command, true);
}

/* What of the host keeps the packet from the rules. */
static void
propose_sysctl(const struct run_setup *s, struct trace_report *r)
{
	const struct iface *in = r->way->in;
	const char *name = NULL, *value = "1";
	struct tried t;

	if (r->end.reason == REASON_FORWARDING_OFF)
		name = r->way->original != NULL &&
		    r->way->original[0] >> 4 == 6 ?
		    "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward";
	else if (r->end.reason == REASON_ROUTE_LOCALNET && in != NULL)
		name = arena_printf(s->arena,
		    "net.ipv4.conf.%s.route_localnet", in->name);
	else if (r->end.reason == REASON_RP_FILTER && in != NULL) {
		name = arena_printf(s->arena, "net.ipv4.conf.%s.rp_filter",
		    in->name);
		value = "2";
	}
	if (name == NULL)
		return;
	try_sysctl(s, name, value, &t);
	if (!t.decided || t.end.disposition == DISP_LOST)
		return;
	take(r, &(struct trace_fix){ .what = "to allow",
	    .command = arena_printf(s->arena, "sysctl -w %s=%s", name, value),
	    .effect = effect_of(&t, true, s->arena) }, s->arena);
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

/* It is let through, and its answers must come back. */
static void
mend_way_back(const struct run_setup *s, struct trace_report *r)
{
	const struct ruleset *rs = r->end.rule != NULL ?
	    r->end.rule->chain->table->ruleset : r->end.chain->table->ruleset;
	struct tried t;

	if (!try_commands(s, rs, r->way_back, true, &t) || !t.decided ||
	    t.end.disposition != DISP_ACCEPT || t.no_way_back)
		return;
	take(r, &(struct trace_fix){ .what = "to mend",
	    .command = r->way_back, .effect = effect_of(&t, true, s->arena),
	    .changes = t.changes, .n_changes = t.n_changes }, s->arena);
}

/* The end of a connection that is over comes late: whoever drops it takes
 * nothing from anybody. */
static bool
is_late(const struct run_setup *s, const struct trace *way)
{
	struct flow_key k;

	return (way->states & CTST_INVALID) != 0 && way->original != NULL &&
	    flow_key_read(&k, way->original, way->original_len) &&
	    k.proto == IPPROTO_TCP && (s->spec.has & SPEC_FLAGS) != 0 &&
	    (s->spec.tcp_flags & TH_SYN) == 0;
}

static void
tell_late(const struct run_setup *s, struct trace_report *r)
{
	struct tried t;

	try_beginning(s, &t);
	if (!t.decided || t.end.disposition != DISP_ACCEPT || t.by == NULL)
		return;
	r->harmless = arena_printf(s->arena, "no connection begins with such a "
	    "packet: its own is over, or was never seen; one that begins there "
	    "is accepted by %s", t.by);
}

void
fix_find(const struct run_setup *s, struct trace_report *r)
{
	const struct trace_ending *e = &r->end;
	const struct chain *at = e->rule ? e->rule->chain : e->chain, *c;
	unsigned position = e->rule ? e->rule->number : 0;
	const struct rule *jump;
	bool allow = is_dropped(e->disposition);

	if (e->disposition == DISP_LOST)
		propose_sysctl(s, r);
	if (at == NULL || (!allow && e->disposition != DISP_ACCEPT))
		return;
	if (allow && is_late(s, r->way)) {
		tell_late(s, r);
		return;
	}
	if (r->no_way_back != NULL) {
		if (r->way_back != NULL)
			mend_way_back(s, r);
		return;
	}
	if (allow && e->rule != NULL && move_up(s, r, e->rule))
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
