#include "parsers/check.h"

#include "ext/ext.h"

#include <stdlib.h>

/* What check_table learns of a chain. */
struct node {
	struct chain *chain;
	/* Rules up to the first that always ends the chain: the kernel does
	 * not follow the others (ip_tables.c, mark_source_chains). */
	unsigned live;
	unsigned first, n;		/* its jumps, in the graph's 'jumps' */
	unsigned hooks;			/* bits of the hooks it is reached from */
	unsigned next;			/* jump to follow next, while on the path */
	bool on_path;
	struct node *from;
};

struct jump {
	struct node *to;
	const struct rule *rule;
	bool reported;
};

struct graph {
	struct node *nodes;
	struct jump *jumps;
	unsigned n_nodes, n_jumps, room;
	struct diags *diags;
	bool ok;
};

static bool
unconditional(const struct rule *r, int family)
{
	static const struct addr4_spec any;

	if (r->n_matches != 0 || r->in != NULL || r->out != NULL ||
	    r->invert != 0 || r->proto != 0 || (r->flags & RULE_FRAG) ||
	    (family == AF_INET6 && r->flags != 0))
		return false;
	return family == AF_INET ? memcmp(&r->v4, &any, sizeof(any)) == 0 :
	    r->v6 == NULL;
}

static bool
ends_chain(const struct rule *r, int family)
{
	return (r->kind == TGT_ACCEPT || r->kind == TGT_DROP ||
	    r->kind == TGT_QUEUE || r->kind == TGT_RETURN) &&
	    unconditional(r, family);
}

static void
add_jump(struct graph *g, const struct rule *r)
{
	vec_room(g->jumps, g->n_jumps, g->room);
	g->jumps[g->n_jumps++] = (struct jump){ g->nodes + r->jump->index, r,
	    false };
}

static void
build(struct graph *g, struct table *t)
{
	for (struct chain *c = t->chains; c != NULL; c = c->next)
		c->index = g->n_nodes++;
	g->nodes = mem_alloc(g->n_nodes, sizeof(*g->nodes));
	for (struct chain *c = t->chains; c != NULL; c = c->next) {
		struct node *n = &g->nodes[c->index];
		bool ended = false;

		n->chain = c;
		n->first = g->n_jumps;
		while (n->live < c->n && !ended) {
			const struct rule *r = c->rules[n->live++];

			if (r->kind == TGT_CHAIN)
				add_jump(g, r);
			ended = ends_chain(r, t->ruleset->family);
		}
		n->n = g->n_jumps - n->first;
	}
}

static void
report_loop(struct graph *g, struct jump *j)
{
	g->ok = false;
	if (!j->reported) {
		diag_error(g->diags, rule_loc(j->rule), "loop: chain `%s' "
		    "leads back to chain `%s'", j->rule->chain->name,
		    j->to->chain->name);
		diag_id(g->diags, "FW1003");
	}
	j->reported = true;
}

/* Depth first along the jumps, without recursion: chains are many. */
static void
walk(struct graph *g, struct node *root, enum hook hook)
{
	unsigned bit = 1u << hook;
	struct node *at = root;

	root->from = NULL;
	for (root->on_path = true, root->next = 0; at != NULL;) {
		struct jump *j;

		at->hooks |= bit;
		if (at->next == at->n) {
			at->on_path = false;
			at = at->from;
			continue;
		}
		j = &g->jumps[at->first + at->next++];
		if (j->to->on_path) {
			report_loop(g, j);
		} else if (!(j->to->hooks & bit)) {
			j->to->from = at;
			j->to->on_path = true;
			j->to->next = 0;
			at = j->to;
		}
	}
}

static void
put_names(struct sbuf *b, unsigned bits, const char *const *names, int n)
{
	const char *between = "";

	for (int i = 0; i < n; i++)
		if (bits >> i & 1) {
			sbuf_printf(b, "%s%s", between, names[i]);
			between = "/";
		}
}

static void
refuse(struct graph *g, const struct rule *r, const struct use *u,
    const char *id, const struct sbuf *why)
{
	g->ok = false;
	diag_error(g->diags, use_loc(r, u), "%s %s: %s", u->ext->name,
	    u->ext->kind == EXT_MATCH ? "match" : "target", sbuf_text(why));
	diag_id(g->diags, id);
}

static bool
proto_fits(const struct ext *e, const struct rule *r)
{
	if (e->protos[0] == 0)
		return true;
	if (r->invert & INV_PROTO)
		return false;
	for (unsigned i = 0; i < sizeof(e->protos) && e->protos[i] != 0; i++)
		if (e->protos[i] == r->proto)
			return true;
	return false;
}

static unsigned
allowed_hooks(const struct use *u, int family)
{
	unsigned hooks = u->ext->hooks != 0 ? u->ext->hooks : ~0u;

	if (u->ext->use_hooks != NULL)
		hooks &= u->ext->use_hooks(u->data, family);
	return hooks;
}

/* x_tables.c, xt_check_match and xt_check_target. */
static void
check_use(struct graph *g, const struct rule *r, const struct use *u,
    unsigned hooks)
{
	const struct table *t = r->chain->table;
	const struct ext *e = u->ext;
	unsigned allowed = allowed_hooks(u, t->ruleset->family);
	bool match = e->kind == EXT_MATCH;
	const char *id = match ? "FW1008" : "FW1004";
	struct sbuf why = SBUF_INIT;

	if (e->tables != 0 && !(e->tables >> t->id & 1)) {
		sbuf_puts(&why, "only valid in table ");
		put_names(&why, e->tables, table_names, N_TABLES);
		sbuf_printf(&why, ", not %s", table_names[t->id]);
	} else if (hooks & ~allowed) {
		sbuf_puts(&why, "used from hooks ");
		put_names(&why, hooks, hook_names, N_HOOKS);
		sbuf_puts(&why, ", but only usable from ");
		put_names(&why, allowed, hook_names, N_HOOKS);
	} else if (!proto_fits(e, r)) {
		id = match ? "FW1007" : "FW1001";
		sbuf_puts(&why, "needs -p ");
		for (unsigned i = 0; i < sizeof(e->protos) &&
		    e->protos[i] != 0; i++)
			sbuf_printf(&why, "%s%s", i ? " or " : "",
			    proto_name(e->protos[i]));
	}
	if (why.len != 0)
		refuse(g, r, u, id, &why);
	sbuf_free(&why);
}

static void
check_uses(struct graph *g, const struct node *n)
{
	for (unsigned i = 0; i < n->chain->n && !diag_full(g->diags); i++) {
		const struct rule *r = n->chain->rules[i];
		unsigned hooks = i < n->live ? n->hooks : 0;

		for (unsigned j = 0; j < r->n_matches; j++)
			check_use(g, r, &r->matches[j], hooks);
		if (r->kind == TGT_EXT)
			check_use(g, r, &r->target, hooks);
	}
}

bool
check_table(struct table *t, struct diags *diags)
{
	struct graph g = { .diags = diags, .ok = true };

	build(&g, t);
	for (int h = 0; h < N_HOOKS; h++)
		if (t->builtin[h] != NULL)
			walk(&g, &g.nodes[t->builtin[h]->index],
			    (enum hook)h);
	for (unsigned i = 0; i < g.n_nodes; i++)
		check_uses(&g, &g.nodes[i]);
	free(g.nodes);
	free(g.jumps);
	return g.ok;
}
