/* Rules by table and chain, with what was counted and what was found. */
#include "reports/html_plan.h"

#include "ext/saved.h"
#include "model/owners.h"
#include "reports/html_groups.h"
#include "reports/ref.h"

enum { OPEN_RULES = 400, BAR = 60 };

/* What one page has of rules. */
struct rules_page {
	struct html *h;
	bool live;			/* the dump has counters */
	bool open;			/* few rules: nothing is folded */
	struct chain_groups groups;	/* of the table at hand */
};

static bool
has(const struct html_report *r)
{
	return r->n_rulesets != 0;
}

/* ---- counters ---- */

static bool
has_counters(const struct html_report *r)
{
	for (unsigned i = 0; i < r->n_rulesets; i++)
		for (const struct rule *u = rule_first(r->rulesets[i].rules);
		    u != NULL; u = rule_next(u))
			if (u->packets != 0)
				return true;
	return false;
}

/* Packets of the replay alone. */
static uint64_t
rule_hits(const struct html *h, const struct rule *r)
{
	const struct save_counters *after = h->r->after;
	uint64_t packets, bytes;

	if (after == NULL)
		return 0;
	after->rule(after->arg, r, &packets, &bytes);
	return packets - r->packets;
}

static uint64_t
policy_hits(const struct html *h, const struct chain *c)
{
	const struct save_counters *after = h->r->after;
	uint64_t packets, bytes;

	if (after == NULL || c->hook == HOOK_NONE)
		return 0;
	after->chain(after->arg, c, &packets, &bytes);
	return packets - c->packets;
}

static uint64_t
most_hits(const struct html *h, const struct chain *c)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < c->n && h->r->after != NULL; i++) {
		uint64_t n = rule_hits(h, c->rules[i]);

		most = n > most ? n : most;
	}
	return most;
}

unsigned
html_rules_hit(const struct html *h)
{
	uint64_t all = 0, hit = 0;

	for (unsigned i = 0; i < h->r->n_rulesets; i++)
		for (const struct rule *r = rule_first(
		    h->r->rulesets[i].rules); r != NULL; r = rule_next(r)) {
			all++;
			hit += rule_hits(h, r) != 0;
		}
	return all == 0 ? 0 : (unsigned)(100 * hit / all);
}

static void
put_bar(struct html *h, uint64_t n, uint64_t most)
{
	if (n == 0)
		return;
	html_open(h, "svg", "bar");
	html_attr(h, "width", "%d", BAR);
	html_attr(h, "height", "8");
	html_attr(h, "aria-hidden", "true");
	html_open(h, "rect", NULL);
	html_attr(h, "width", "%u", 1 + (unsigned)((double)n /
	    (double)most * (BAR - 1)));
	html_attr(h, "height", "8");
	html_close(h);
	html_close(h);
}

/* ---- a rule ---- */

static void
put_comment(struct html *h, const struct rule *r)
{
	struct saved s = SAVED_INIT;

	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, "comment") == 0) {
			const char *text = saved_option(&s, r,
			    &r->matches[i], "--comment");

			html_put(h, "span", "comment", text ? text : "");
		}
	saved_free(&s);
}

/* " --to-destination 10.0.0.1": the options of a target. */
static void
put_target(struct html *h, const struct rule *r)
{
	struct sbuf b = SBUF_INIT;

	if (r->kind == TGT_CHAIN) {
		html_text(h, r->flags & RULE_GOTO ? "goto " : "jump ");
		html_open(h, html_chain_listed(h, r->jump) ? "a" : "span",
		    "ref");
		if (html_chain_listed(h, r->jump))
			html_attr(h, "href", "#%s", html_chain_id(h,
			    r->jump));
		html_text(h, r->jump->name);
		html_close(h);
		return;
	}
	ref_target(r, &b);
	html_badge(h, sbuf_text(&b));
	sbuf_clear(&b);
	if (r->kind == TGT_EXT)
		save_use(r, &r->target, &b);
	if (b.len != 0)
		html_put(h, "code", "options", sbuf_text(&b));
	sbuf_free(&b);
}

/* Findings about it, packets that came by. */
static void
put_notes(struct html *h, const struct listed *l)
{
	for (const struct listed_finding *f = l->findings; f != NULL;
	    f = f->next) {
		html_open(h, "a", severity_names[f->finding->severity]);
		html_attr(h, "href", "#%s-%u", f->finding->check->id, f->nth);
		html_textf(h, "%s %s", severity_names[f->finding->severity],
		    f->finding->check->id);
		html_close(h);
		html_text(h, " ");
	}
	for (unsigned i = 0; i < l->n_packets && i < PLAN_PACKETS; i++) {
		html_open(h, "a", "packet");
		html_attr(h, "href", "#%s", history_anchor(h->r->history,
		    l->packets[i], &h->arena));
		html_textf(h, "%s", history_name(h->r->history, l->packets[i],
		    &h->arena));
		html_close(h);
		html_text(h, " ");
	}
	if (l->n_packets > PLAN_PACKETS)
		html_textf(h, "and %u more", l->n_packets - PLAN_PACKETS);
}

static void
put_rule(struct rules_page *p, const struct listed *l, uint64_t most)
{
	struct html *h = p->h;
	const struct rule *r = l->rule;
	uint64_t hits = rule_hits(h, r);
	struct sbuf b = SBUF_INIT;

	html_open(h, "tr", h->r->after != NULL && hits == 0 ? "never" : NULL);
	html_attr(h, "id", "%s", html_rule_id(h, r));
	html_putf(h, "td", "num", "%u", r->number);
	html_open(h, "td", "num place");
	if (r->line != 0)
		html_textf(h, ":%u", r->line);
	html_close(h);
	html_open(h, "td", "tests");
	ref_tests(r, &b);
	html_put(h, "code", NULL, sbuf_text(&b));
	put_comment(h, r);
	html_close(h);
	html_open(h, "td", "target");
	put_target(h, r);
	html_close(h);
	if (h->r->after != NULL) {
		html_open(h, "td", "num");
		html_count(h, "span", NULL, hits);
		put_bar(h, hits, most);
		html_close(h);
	}
	if (p->live)
		html_count(h, "td", "num", r->packets);
	html_open(h, "td", "notes");
	put_notes(h, l);
	html_close(h);
	html_close(h);
	sbuf_free(&b);
}

/* ---- a chain ---- */

/* Rules that are not listed, up to the next one that is. */
static unsigned
put_gap(struct rules_page *p, const struct chain *c, unsigned from)
{
	struct html *h = p->h;
	unsigned to = from;

	while (to < c->n && html_listed(h, c->rules[to]) == NULL)
		to++;
	html_open(h, "tr", "rest");
	html_open(h, "td", NULL);
	html_attr(h, "colspan", "%d", 5 + (h->r->after != NULL) + p->live);
	html_textf(h, "rules %u to %u are not listed: ", from + 1, to);
	html_many(h, to - from, "rule");
	html_close(h);
	html_close(h);
	return to;
}

static void
put_chain_rules(struct rules_page *p, const struct chain *c)
{
	const char *columns[8] = { "##", "#line", "packets that", "", NULL };
	unsigned n = 4;
	uint64_t most = most_hits(p->h, c);

	columns[3] = "target";
	if (p->h->r->after != NULL)
		columns[n++] = "#replayed";
	if (p->live)
		columns[n++] = "#live";
	columns[n++] = "";
	html_table(p->h, "rules", columns);
	for (unsigned i = 0; i < c->n;) {
		const struct listed *l = html_listed(p->h, c->rules[i]);

		if (l == NULL) {
			i = put_gap(p, c, i);
		} else {
			put_rule(p, l, most);
			i++;
		}
	}
	html_end_table(p->h);
}

static void
put_chain_head(struct rules_page *p, const struct chain *c)
{
	struct html *h = p->h;
	const char *owner = chain_owner(c);
	uint64_t hits = policy_hits(h, c);

	html_open(h, "summary", NULL);
	html_put(h, "code", "name", c->name);
	if (c->hook != HOOK_NONE) {
		html_text(h, " policy ");
		html_badge(h, c->policy == V_DROP ? "DROP" : "ACCEPT");
	}
	html_open(h, "span", "about");
	html_text(h, " ");
	html_many(h, c->n, "rule");
	if (c->hook == HOOK_NONE) {
		html_text(h, ", ");
		html_many(h, c->references, "jump");
		html_text(h, " to it");
	}
	if (owner != NULL)
		html_textf(h, ", made by %s", owner);
	if (h->r->after != NULL && c->hook != HOOK_NONE) {
		html_text(h, ", policy met by ");
		html_many(h, hits, "packet");
	}
	if (p->live && c->hook != HOOK_NONE) {
		html_text(h, ", live by ");
		html_many(h, c->packets, "packet");
	}
	html_close(h);
	html_close(h);
}

static bool
has_findings(const struct html *h, const struct chain *c)
{
	for (unsigned i = 0; i < c->n && i < PLAN_CHAIN_RULES; i++) {
		const struct listed *l = html_listed(h, c->rules[i]);

		if (l != NULL && l->findings != NULL)
			return true;
	}
	return false;
}

static void
put_chain(struct rules_page *p, const struct chain *c)
{
	struct html *h = p->h;

	html_open(h, "details", "chain");
	html_attr(h, "id", "%s", html_chain_id(h, c));
	if ((p->open && c->n != 0) || has_findings(h, c))
		html_attr(h, "open", "%s", "");
	put_chain_head(p, c);
	if (c->n != 0)
		put_chain_rules(p, c);
	else
		html_put(h, "p", "empty", "no rules");
	html_close(h);
}

/* ---- generated chains ---- */

static void
put_group(struct rules_page *p, struct chain_group *g, const struct chain *c)
{
	struct html *h = p->h;
	bool open = p->open;

	g->told = true;
	p->open = false;
	html_open(h, "details", "group");
	html_open(h, "summary", NULL);
	html_putf(h, "code", "name", "%s*", g->name);
	html_open(h, "span", "about");
	html_text(h, " ");
	html_many(h, g->chains, "chain");
	html_text(h, ", ");
	html_many(h, g->rules, "rule");
	html_textf(h, ", made by %s", chain_owner(c));
	html_close(h);
	html_close(h);
	for (; c != NULL; c = c->next)
		if (html_group_of(&p->groups, c) == g &&
		    html_chain_listed(h, c))
			put_chain(p, c);
	if (g->listed < g->chains) {
		html_open(h, "p", "rest");
		html_many(h, g->chains - g->listed, "chain");
		html_text(h, " of these are not listed.");
		html_close(h);
	}
	html_close(h);
	p->open = open;
}

/* ---- a table ---- */

static uint64_t
count_unlisted(const struct html *h, const struct table *t)
{
	uint64_t n = 0;

	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		n += !html_chain_listed(h, c);
	return n;
}

static void
put_table(struct rules_page *p, const struct html_ruleset *rs,
    const struct table *t)
{
	struct html *h = p->h;
	uint64_t rest = count_unlisted(h, t);

	html_groups_make(h, t, &p->groups);
	html_open(h, "h3", NULL);
	html_attr(h, "id", "%s", html_table_id(h, t));
	html_textf(h, "%s%stable %s", rs->label, rs->label[0] ? ", " : "",
	    table_names[t->id]);
	html_close(h);
	for (const struct chain *c = t->chains; c != NULL; c = c->next) {
		struct chain_group *g = html_group_of(&p->groups, c);

		if (g != NULL && !g->told) {
			rest -= g->chains - g->listed;
			put_group(p, g, c);
		} else if (g == NULL && html_chain_listed(h, c)) {
			put_chain(p, c);
		}
	}
	if (rest != 0) {
		html_open(h, "p", "rest");
		html_many(h, rest, "more chain");
		html_text(h, " of this table are not listed.");
		html_close(h);
	}
}

static void
put(struct html *h)
{
	struct rules_page p = { .h = h, .live = has_counters(h->r) };
	unsigned n = 0;

	for (unsigned i = 0; i < h->r->n_rulesets; i++)
		n += h->r->rulesets[i].rules->n_rules;
	p.open = n <= OPEN_RULES;
	html_section(h, "rules", "Rules");
	for (unsigned i = 0; i < h->r->n_rulesets; i++) {
		const struct html_ruleset *rs = &h->r->rulesets[i];

		for (unsigned t = 0; t < rs->rules->n_tables; t++)
			put_table(&p, rs,
			    &rs->rules->tables[rs->rules->order[t]]);
	}
	html_close(h);
}

const struct html_part html_rules = { "rules", "Rules", has, NULL, put };
