/* Who jumps to whom, table by table, drawn as SVG: columns of chains from
 * left to right, the built-in ones first.  Where a chain stands hangs on the
 * ruleset alone. */
#include "reports/html_plan.h"

#include "reports/html_groups.h"
#include "reports/near.h"

#include <math.h>

enum { MAX_NODES = 80, MAX_EDGES = 600, MAX_LEVEL = 12, MAX_NAME = 28,
    NODE_HEIGHT = 38, GAP_X = 70, GAP_Y = 14, MARGIN = 6, LETTER = 8 };

struct node {
	const struct chain *chain;	/* or the first of its group */
	const struct chain_group *group;
	unsigned level, row;
	double weight;			/* where those that jump to it stand */
};

struct edge {
	unsigned from, to;
	uint64_t jumps, packets;
};

struct graph {
	struct html *h;
	struct chain_groups groups;
	struct map of_chain;		/* node by name, plus 1 */
	struct node nodes[MAX_NODES];
	struct edge edges[MAX_EDGES];
	unsigned n_nodes, n_edges, width;
	uint64_t more_chains;
	bool more_edges;
};

static bool
has_jumps(const struct table *t)
{
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		if (c->references != 0)
			return true;
	return false;
}

static bool
has(const struct html_report *r)
{
	for (unsigned i = 0; i < r->n_rulesets; i++)
		for (unsigned t = 0; t < N_TABLES; t++)
			if (has_jumps(&r->rulesets[i].rules->tables[t]))
				return true;
	return false;
}

/* ---- nodes and edges ---- */

/* A user chain that nothing jumps to and built-in ones without rules would
 * stand alone: they are in the lists. */
static bool
stands_alone(const struct chain *c)
{
	return c->hook == HOOK_NONE ? c->references == 0 && c->n == 0 :
	    c->n == 0;
}

static void
add_node(struct graph *g, const struct chain *c)
{
	struct chain_group *group = html_group_of(&g->groups, c);
	unsigned *at;

	if (stands_alone(c) || (group != NULL && group->told))
		return;
	if (g->n_nodes == MAX_NODES) {
		g->more_chains++;
		return;
	}
	g->nodes[g->n_nodes++] = (struct node){ .chain = c, .group = group };
	if (group != NULL) {
		group->told = true;
		group->node = g->n_nodes;
		return;
	}
	at = arena_new(&g->h->arena, unsigned);
	*at = g->n_nodes;
	map_set(&g->of_chain, &g->h->arena, c->name, strlen(c->name), at);
}

/* Its node, plus 1; 0: it is not drawn. */
static unsigned
node_of(const struct graph *g, const struct chain *c)
{
	struct chain_group *group = html_group_of(&g->groups, c);
	const unsigned *at = group != NULL ? NULL : map_get(&g->of_chain,
	    c->name, strlen(c->name));

	return group != NULL ? group->node : at != NULL ? *at : 0;
}

static uint64_t
packets_of(const struct graph *g, const struct rule *r)
{
	const struct save_counters *after = g->h->r->after;
	uint64_t packets, bytes;

	if (after == NULL)
		return 0;
	after->rule(after->arg, r, &packets, &bytes);
	return packets - r->packets;
}

static void
add_edge(struct graph *g, const struct rule *r)
{
	unsigned from = node_of(g, r->chain), to = node_of(g, r->jump), i;

	if (from == 0 || to == 0 || from == to)
		return;
	for (i = 0; i < g->n_edges; i++)
		if (g->edges[i].from == from - 1 && g->edges[i].to == to - 1)
			break;
	if (i == MAX_EDGES) {
		g->more_edges = true;
		return;
	}
	if (i == g->n_edges)
		g->edges[g->n_edges++] = (struct edge){ from - 1, to - 1, 0,
		    0 };
	g->edges[i].jumps++;
	g->edges[i].packets += packets_of(g, r);
}

static void
make(struct graph *g, const struct table *t)
{
	html_groups_make(g->h, t, &g->groups);
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		add_node(g, c);
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		for (unsigned i = 0; i < c->n; i++)
			if (c->rules[i]->kind == TGT_CHAIN)
				add_edge(g, c->rules[i]);
}

/* ---- where they stand ---- */

/* One further right than everybody who jumps to it; loops end somewhere. */
static void
find_levels(struct graph *g)
{
	bool moved = true;

	for (unsigned turn = 0; turn < MAX_LEVEL && moved; turn++) {
		moved = false;
		for (unsigned i = 0; i < g->n_edges; i++) {
			struct node *to = &g->nodes[g->edges[i].to];
			unsigned level = g->nodes[g->edges[i].from].level + 1;

			if (to->level >= level || level >= MAX_LEVEL)
				continue;
			to->level = level;
			moved = true;
		}
	}
}

static unsigned
number_rows(struct graph *g, unsigned level, unsigned *order)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].level == level)
			order[n++] = i;
	return n;
}

/* Near those that jump to it: by the mean of their rows, else as declared. */
static void
weigh(struct graph *g, unsigned at)
{
	double sum = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < g->n_edges; i++)
		if (g->edges[i].to == at) {
			sum += g->nodes[g->edges[i].from].row;
			n++;
		}
	g->nodes[at].weight = n != 0 ? sum / n : MAX_NODES;
}

static void
sort_level(struct graph *g, unsigned level)
{
	unsigned order[MAX_NODES], n = number_rows(g, level, order);

	for (unsigned i = 0; i < n; i++)
		weigh(g, order[i]);
	for (unsigned i = 1; i < n && level > 0; i++)
		for (unsigned k = i; k > 0 && g->nodes[order[k]].weight <
		    g->nodes[order[k - 1]].weight; k--) {
			unsigned other = order[k];

			order[k] = order[k - 1];
			order[k - 1] = other;
		}
	for (unsigned i = 0; i < n; i++)
		g->nodes[order[i]].row = i;
}

static const char *
short_name(const struct graph *g, const struct node *n)
{
	struct arena *arena = &g->h->arena;

	if (n->group != NULL)
		return arena_printf(arena, "%s*", n->group->name);
	return strlen(n->chain->name) <= MAX_NAME ? n->chain->name :
	    arena_printf(arena, "%.*s...", MAX_NAME - 3, n->chain->name);
}

static void
place(struct graph *g)
{
	size_t longest = 20;

	find_levels(g);
	for (unsigned level = 0; level < MAX_LEVEL; level++)
		sort_level(g, level);
	for (unsigned i = 0; i < g->n_nodes; i++) {
		size_t len = strlen(short_name(g, &g->nodes[i]));

		longest = len > longest ? len : longest;
	}
	g->width = (unsigned)(longest > MAX_NAME ? MAX_NAME : longest) *
	    LETTER + 24;
}

static unsigned
node_x(const struct graph *g, const struct node *n)
{
	return MARGIN + n->level * (g->width + GAP_X);
}

static unsigned
node_y(const struct node *n)
{
	return MARGIN + n->row * (NODE_HEIGHT + GAP_Y);
}

/* ---- drawing ---- */

/* Does all that gets to its end come to nothing? */
static bool
ends_in_drop(const struct chain *c)
{
	const struct rule *last = c->n ? c->rules[c->n - 1] : NULL;
	struct sbuf b = SBUF_INIT;
	bool all;

	if (c->hook != HOOK_NONE)
		return c->policy == V_DROP;
	if (last == NULL || near_verdict(last) != V_DROP ||
	    last->n_matches != 0)
		return false;
	save_basic(last, &b);
	all = b.len == 0;
	sbuf_free(&b);
	return all;
}

static void
put_edge(const struct graph *g, const struct edge *e)
{
	struct html *h = g->h;
	const struct node *from = &g->nodes[e->from], *to = &g->nodes[e->to];
	unsigned x1 = node_x(g, from) + g->width, x2 = node_x(g, to);
	unsigned y1 = node_y(from) + NODE_HEIGHT / 2;
	unsigned y2 = node_y(to) + NODE_HEIGHT / 2;
	bool replayed = h->r->after != NULL;
	double width = e->packets ? 1.5 + log2((double)e->packets) / 2 : 1.5;

	html_open(h, "path", replayed && e->packets == 0 ? "edge never" :
	    "edge");
	html_attr(h, "d", "M%u %u C%u %u %d %u %u %u", x1, y1, x1 + GAP_X / 2,
	    y1, (int)x2 - GAP_X / 2, y2, x2, y2);
	html_attr(h, "stroke-width", "%.1f", width);
	html_open(h, "title", NULL);
	html_textf(h, "%s to %s: ", from->chain->name, to->chain->name);
	html_many(h, e->jumps, "jump");
	if (replayed) {
		html_text(h, ", ");
		html_many(h, e->packets, "packet");
	}
	html_close(h);
	html_close(h);
}

static void
put_line(const struct graph *g, const char *class, unsigned x, unsigned y,
    const char *text)
{
	html_open(g->h, "text", class);
	html_attr(g->h, "x", "%u", x);
	html_attr(g->h, "y", "%u", y);
	html_text(g->h, text);
	html_close(g->h);
}

/* "ends in DROP, 12 rules" */
static const char *
about(const struct graph *g, const struct node *n)
{
	const struct chain *c = n->chain;
	struct sbuf b = SBUF_INIT, number = SBUF_INIT;
	uint64_t count = n->group ? n->group->chains : c->n;
	const char *text;

	if (n->group == NULL && c->hook != HOOK_NONE)
		sbuf_printf(&b, "policy %s, ", c->policy == V_DROP ? "DROP" :
		    "ACCEPT");
	html_number(&number, count);
	sbuf_printf(&b, "%s %s%s", sbuf_text(&number), n->group ? "chain" :
	    "rule", count == 1 ? "" : "s");
	if (n->group == NULL && c->hook == HOOK_NONE && ends_in_drop(c))
		sbuf_puts(&b, ", ends in DROP");
	text = arena_strdup(&g->h->arena, sbuf_text(&b));
	sbuf_free(&b);
	sbuf_free(&number);
	return text;
}

static void
put_node(const struct graph *g, const struct node *n)
{
	struct html *h = g->h;
	unsigned x = node_x(g, n), y = node_y(n);
	bool linked = html_chain_listed(h, n->chain);

	html_own(h, "\n");
	html_open(h, linked ? "a" : "g", "to");
	if (linked)
		html_attr(h, "href", "#%s", html_chain_id(h, n->chain));
	html_open(h, "rect", n->group != NULL ? "node group" :
	    ends_in_drop(n->chain) ? "node drops" :
	    n->chain->hook != HOOK_NONE ? "node builtin" : "node");
	html_attr(h, "x", "%u", x);
	html_attr(h, "y", "%u", y);
	html_attr(h, "width", "%u", g->width);
	html_attr(h, "height", "%d", NODE_HEIGHT);
	html_attr(h, "rx", "6");
	html_close(h);
	put_line(g, "name", x + 10, y + 16, short_name(g, n));
	put_line(g, "about", x + 10, y + 31, about(g, n));
	html_close(h);
}

static void
draw(const struct graph *g, const char *what)
{
	struct html *h = g->h;
	unsigned x = 0, y = 0;

	for (unsigned i = 0; i < g->n_nodes; i++) {
		unsigned right = node_x(g, &g->nodes[i]) + g->width;
		unsigned low = node_y(&g->nodes[i]) + NODE_HEIGHT;

		x = right > x ? right : x;
		y = low > y ? low : y;
	}
	html_open(h, "div", "wide");
	html_open(h, "svg", "chains");
	html_attr(h, "width", "%u", x + MARGIN);
	html_attr(h, "height", "%u", y + MARGIN);
	html_attr(h, "viewBox", "0 0 %u %u", x + MARGIN, y + MARGIN);
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", "jumps in %s", what);
	for (unsigned i = 0; i < g->n_edges; i++)
		put_edge(g, &g->edges[i]);
	for (unsigned i = 0; i < g->n_nodes; i++)
		put_node(g, &g->nodes[i]);
	html_close(h);
	html_close(h);
}

static void
put_table(struct html *h, const struct html_ruleset *rs,
    const struct table *t)
{
	struct graph *g = arena_new(&h->arena, struct graph);
	const char *name = arena_printf(&h->arena, "%s%stable %s", rs->label,
	    rs->label[0] ? ", " : "", table_names[t->id]);

	g->h = h;
	make(g, t);
	place(g);
	html_put(h, "h3", NULL, name);
	draw(g, name);
	if (g->more_chains != 0 || g->more_edges) {
		html_open(h, "p", "rest");
		html_many(h, g->more_chains, "more chain");
		html_textf(h, " are not drawn%s.", g->more_edges ?
		    ", and not all jumps are" : "");
		html_close(h);
	}
}

static void
put(struct html *h)
{
	html_section(h, "chains", "Chains");
	html_open(h, "p", "about");
	html_text(h, "Who jumps to whom. ");
	if (h->r->after != NULL)
		html_text(h, "The wider the line, the more packets went "
		    "along; dashed: none did. ");
	html_text(h, "A thick frame: what gets to its end is dropped.");
	html_close(h);
	for (unsigned i = 0; i < h->r->n_rulesets; i++) {
		const struct ruleset *rs = h->r->rulesets[i].rules;

		for (unsigned t = 0; t < rs->n_tables; t++)
			if (has_jumps(&rs->tables[rs->order[t]]))
				put_table(h, &h->r->rulesets[i],
				    &rs->tables[rs->order[t]]);
	}
	html_close(h);
}

const struct html_part html_chains = { "chains", "Chains", has, NULL, put };
