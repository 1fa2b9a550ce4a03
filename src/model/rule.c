#include "model/rule.h"

#include <stdlib.h>

bool
iface_byte(uint8_t c)
{
	return c > ' ' && c != 127;
}

void
ifmatch_set(struct ifmatch *m, const char *name, size_t len, bool wild)
{
	memset(m, 0, sizeof(*m));
	m->wild = wild;
	memcpy(m->name, name, len);
	/* xshared.c, iface_to_mask: the 0 is compared too. */
	memset(m->mask, 0xff, wild ? len : len + 1);
}

struct ruleset *
ruleset_new(int family, struct arena *arena)
{
	struct ruleset *rs = arena_new(arena, struct ruleset);

	rs->family = family;
	rs->arena = arena;
	for (int i = 0; i < N_TABLES; i++) {
		rs->tables[i].id = (enum table_id)i;
		rs->tables[i].ruleset = rs;
	}
	return rs;
}

void
ruleset_free(struct ruleset *rs)
{
	if (rs == NULL)
		return;
	for (int i = 0; i < N_TABLES; i++)
		for (struct chain *c = rs->tables[i].chains; c != NULL;
		    c = c->next) {
			free(c->rules);
			c->rules = NULL;
			c->n = c->room = 0;
		}
}

/* 'name' is in the arena or static. */
static struct chain *
add_chain(struct table *t, const char *name, size_t len)
{
	struct chain *c = arena_new(t->ruleset->arena, struct chain);

	c->name = name;
	c->table = t;
	c->hook = HOOK_NONE;
	c->policy = V_ACCEPT;
	*(t->last != NULL ? &t->last->next : &t->chains) = c;
	t->last = c;
	map_set(&t->names, t->ruleset->arena, name, len, c);
	return c;
}

struct table *
ruleset_table(struct ruleset *rs, enum table_id id)
{
	struct table *t = &rs->tables[id];

	if (t->present)
		return t;
	t->present = true;
	rs->order[rs->n_tables++] = id;
	for (int h = 0; h < N_HOOKS; h++)
		if (table_hooks[id] >> h & 1) {
			t->builtin[h] = add_chain(t, hook_names[h],
			    strlen(hook_names[h]));
			t->builtin[h]->hook = (enum hook)h;
		}
	return t;
}

struct chain *
chain_find(const struct table *t, const char *name, size_t len)
{
	return map_get(&t->names, name, len);
}

struct chain *
chain_new(struct table *t, const char *name, size_t len)
{
	return add_chain(t, arena_strndup(t->ruleset->arena, name, len), len);
}

void
ruleset_finish(struct ruleset *rs)
{
	rs->n_rules = 0;
	for (int i = 0; i < N_TABLES; i++)
		for (struct chain *c = rs->tables[i].chains; c != NULL;
		    c = c->next)
			c->references = 0;
	for (int i = 0; i < N_TABLES; i++)
		for (struct chain *c = rs->tables[i].chains; c != NULL;
		    c = c->next) {
			rs->n_rules += c->n;
			for (unsigned j = 0; j < c->n; j++) {
				struct rule *r = c->rules[j];

				r->number = j + 1;
				if (r->kind == TGT_CHAIN)
					r->jump->references++;
			}
		}
}

/* The first rule from chain 'c' of table 't' on. */
static const struct rule *
rule_from(const struct ruleset *rs, const struct chain *c, unsigned t)
{
	for (;;) {
		for (; c != NULL; c = c->next)
			if (c->n != 0)
				return c->rules[0];
		if (++t >= N_TABLES)
			return NULL;
		c = rs->tables[t].chains;
	}
}

const struct rule *
rule_first(const struct ruleset *rs)
{
	return rule_from(rs, rs->tables[0].chains, 0);
}

const struct rule *
rule_next(const struct rule *r)
{
	const struct chain *c = r->chain;

	return r->number < c->n ? c->rules[r->number] :
	    rule_from(c->table->ruleset, c->next, c->table->id);
}

struct loc
rule_loc(const struct rule *r)
{
	return loc_at(r->chain->table->ruleset->sources[r->source], r->off,
	    r->len);
}

struct loc
use_loc(const struct rule *r, const struct use *u)
{
	return loc_at(r->chain->table->ruleset->sources[r->source], u->off,
	    u->len);
}

struct loc
chain_loc(const struct chain *c)
{
	if (c->line == 0)
		return (struct loc){ 0 };
	return loc_at(c->table->ruleset->sources[c->source], c->off, c->len);
}

void
rule_name(const struct rule *r, struct sbuf *b)
{
	sbuf_printf(b, "%s/%s#%u", table_names[r->chain->table->id],
	    r->chain->name, r->number);
}

void
rule_addrs(const struct rule *r, int family, struct addr6_spec *out)
{
	memset(out, 0, sizeof(*out));
	if (family == AF_INET6) {
		if (r->v6 != NULL)
			*out = *r->v6;
		return;
	}
	out->src.w[0] = r->v4.src;
	out->src_mask.w[0] = r->v4.src_mask;
	out->dst.w[0] = r->v4.dst;
	out->dst_mask.w[0] = r->v4.dst_mask;
}
