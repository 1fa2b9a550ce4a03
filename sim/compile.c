#include "sim/walk.h"

#include <assert.h>
#include <stdlib.h>

/* The chains of a ruleset, tables in order, chains in order of declaration:
 * index of each is kept by its address. */
static uint32_t
count(const struct ruleset *rs, uint32_t *rules, uint32_t *matches,
    uint32_t *targets)
{
	uint32_t chains = 0;

	*rules = *matches = *targets = 0;
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next) {
			chains++;
			*rules += c->n;
			for (unsigned i = 0; i < c->n; i++) {
				*matches += c->rules[i]->n_matches;
				*targets += c->rules[i]->kind == TGT_EXT;
			}
		}
	return chains;
}

static uint8_t
tests_of(const struct rule *r, int family)
{
	bool addr = family == AF_INET ? (r->v4.src | r->v4.src_mask |
	    r->v4.dst | r->v4.dst_mask) != 0 : r->v6 != NULL;

	return (uint8_t)((addr || (r->invert & (INV_SRC | INV_DST)) ?
	    CT_ADDR : 0) | (r->in || r->out ? CT_IFACE : 0) |
	    (r->proto != 0 || (r->invert & INV_PROTO) ||
	    (family == AF_INET6 && (r->flags & RULE_PROTO)) ? CT_PROTO : 0) |
	    (r->flags & RULE_FRAG ? CT_FRAG : 0));
}

struct builder {
	struct compiled *c;
	uint32_t n_rules, n_matches, n_targets;
};

static void
compile_rule(struct builder *b, const struct rule *r)
{
	struct compiled *c = b->c;
	struct crule *cr = &c->crules[b->n_rules++];

	*cr = (struct crule){
		.in = r->in, .out = r->out, .first_match = b->n_matches,
		.n_matches = r->n_matches, .proto = r->proto,
		.tests = tests_of(r, c->family), .invert = r->invert,
		.kind = r->kind, .go = (r->flags & RULE_GOTO) != 0,
		.packets = r->packets, .bytes = r->bytes, .rule = r,
	};
	if (c->family == AF_INET)
		cr->v4 = r->v4;
	else
		cr->v6 = r->v6;
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];

		c->traits |= ext_traits(u);
		c->matches[b->n_matches++] = (struct cmatch){ u->ext->eval,
		    u->data, NULL, u };
	}
	if (r->kind == TGT_EXT) {
		const struct use *u = &r->target;

		c->traits |= ext_traits(u);
		cr->to = b->n_targets;
		c->targets[b->n_targets++] = (struct ctarget){ u->ext->act,
		    u->data, NULL, u };
	} else if (r->kind == TGT_CHAIN) {
		cr->to = compiled_chain(c, r->jump) != NULL ?
		    (uint32_t)(compiled_chain(c, r->jump) - c->chains) : 0;
	}
}

/* Chains first, so that jumps find them whatever their order. */
static void
compile_chains(struct compiled *c, const struct ruleset *rs,
    struct arena *arena)
{
	uint32_t first = 0;

	for (unsigned t = 0; t < N_TABLES; t++) {
		c->tables[t].present = rs->tables[t].present;
		for (unsigned h = 0; h < N_HOOKS; h++)
			c->tables[t].builtin[h] = -1;
		for (const struct chain *ch = rs->tables[t].chains; ch != NULL;
		    ch = ch->next) {
			struct cchain *cc = &c->chains[c->n_chains];

			*cc = (struct cchain){ .first = first, .n = ch->n,
			    .packets = ch->packets, .bytes = ch->bytes,
			    .chain = ch };
			if (ch->hook != HOOK_NONE)
				c->tables[t].builtin[ch->hook] =
				    (int32_t)c->n_chains;
			first += ch->n;
			map_set(&c->chain_index, arena, (const char *)
			    &cc->chain, sizeof(cc->chain), cc);
			c->n_chains++;
		}
	}
}

struct compiled *
compile(const struct ruleset *rs, struct arena *arena)
{
	uint32_t rules, matches, targets, chains;
	struct compiled *c;
	struct builder b;

	if (rs == NULL)
		return NULL;
	chains = count(rs, &rules, &matches, &targets);
	c = arena_new(arena, struct compiled);
	c->family = rs->family;
	c->rules = rs;
	c->chains = arena_alloc(arena, chains * sizeof(*c->chains));
	c->crules = arena_alloc(arena, rules * sizeof(*c->crules));
	c->matches = arena_alloc(arena, matches * sizeof(*c->matches));
	c->targets = arena_alloc(arena, targets * sizeof(*c->targets));
	/* Loops that a hook reaches were refused: no path is longer than
	 * the number of chains. */
	c->room = (chains + 1) * MAX_NESTING;
	c->stack = arena_alloc(arena, c->room * sizeof(*c->stack));
	compile_chains(c, rs, arena);
	b = (struct builder){ .c = c };
	for (uint32_t i = 0; i < c->n_chains; i++) {
		const struct chain *ch = c->chains[i].chain;

		assert(b.n_rules == c->chains[i].first);
		for (unsigned j = 0; j < ch->n; j++)
			compile_rule(&b, ch->rules[j]);
	}
	c->n_matches = b.n_matches;
	c->n_targets = b.n_targets;
	skip_build(c, arena);
	return c;
}

static void *
use_memory(const struct use *u, int family, struct memory *memory)
{
	if (u->ext->memory == NULL)
		return NULL;
	return u->ext->memory(u->data, family, memory);
}

void
compiled_start(struct compiled *c, struct memory *memory)
{
	for (uint32_t i = 0; i < c->n_matches; i++)
		c->matches[i].memory = use_memory(c->matches[i].use,
		    c->family, memory);
	for (uint32_t i = 0; i < c->n_targets; i++)
		c->targets[i].memory = use_memory(c->targets[i].use,
		    c->family, memory);
}

struct cchain *
compiled_chain(const struct compiled *c, const struct chain *chain)
{
	return map_get(&c->chain_index, (const char *)&chain, sizeof(chain));
}

struct crule *
compiled_rule(const struct compiled *c, const struct rule *r)
{
	struct cchain *cc = compiled_chain(c, r->chain);

	return &c->crules[cc->first + r->number - 1];
}
