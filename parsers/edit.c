#include "parsers/edit.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- rules in a chain ---- */

static void
insert_rule(struct chain *c, unsigned at, struct rule *r)
{
	vec_room(c->rules, c->n, c->room);
	memmove(c->rules + at + 1, c->rules + at,
	    (c->n - at) * sizeof(*c->rules));
	c->rules[at] = r;
	c->n++;
	r->chain = c;
	if (r->kind == TGT_CHAIN)
		r->jump->references++;
}

void
edit_append(struct chain *c, struct rule *r)
{
	insert_rule(c, c->n, r);
}

static void
forget(struct rule *r)
{
	if (r->kind == TGT_CHAIN)
		r->jump->references--;
}

static void
remove_rule(struct chain *c, unsigned at)
{
	forget(c->rules[at]);
	memmove(c->rules + at, c->rules + at + 1,
	    (c->n - at - 1) * sizeof(*c->rules));
	c->n--;
}

static void
flush(struct chain *c)
{
	for (unsigned i = 0; i < c->n; i++)
		forget(c->rules[i]);
	c->n = 0;
}

static void
unlink_chain(struct table *t, struct chain *gone)
{
	struct chain *before = NULL;

	for (struct chain *c = t->chains; c != gone; c = c->next)
		before = c;
	*(before != NULL ? &before->next : &t->chains) = gone->next;
	if (t->last == gone)
		t->last = before;
	map_set(&t->names, t->ruleset->arena, gone->name,
	    strlen(gone->name), NULL);
	free(gone->rules);
	gone->rules = NULL;
}

void
edit_clear(struct table *t)
{
	struct chain *user = NULL;

	t->last = NULL;
	for (struct chain *c = t->chains; c != NULL; c = c->next) {
		flush(c);
		c->line = 0;
		if (c->hook == HOOK_NONE && user == NULL)
			user = c;	/* built-in ones come first */
		else if (user == NULL)
			t->last = c;
	}
	if (t->last != NULL)
		t->last->next = NULL;
	while (user != NULL) {
		struct chain *next = user->next;

		map_set(&t->names, t->ruleset->arena, user->name,
		    strlen(user->name), NULL);
		free(user->rules);
		user->rules = NULL;
		user = next;
	}
}

/* ---- are two rules the same? ---- */

static bool
same_iface(const struct ifmatch *a, const struct ifmatch *b)
{
	return a == b || (a != NULL && b != NULL && a->wild == b->wild &&
	    memcmp(a->name, b->name, sizeof(a->name)) == 0);
}

static bool
same_addrs(const struct rule *a, const struct rule *b, int family)
{
	struct addr6_spec x, y;

	if (family == AF_INET)
		return memcmp(&a->v4, &b->v4, sizeof(a->v4)) == 0;
	rule_addrs(a, family, &x);
	rule_addrs(b, family, &y);
	return memcmp(&x, &y, sizeof(x)) == 0;
}

/* By what they would be saved as: data may hold pointers. */
static bool
same_use(struct cmdline *c, const struct use *a, const struct rule *ra,
    const struct use *b, const struct rule *rb)
{
	struct ext_print pa = { c->rules->family, ra, true };
	struct ext_print pb = { c->rules->family, rb, true };

	if (a->ext != b->ext)
		return false;
	if (a->ext->save == NULL || a->data == b->data)
		return true;
	sbuf_clear(&c->scratch[0]);
	sbuf_clear(&c->scratch[1]);
	a->ext->save(a->data, &pa, &c->scratch[0]);
	b->ext->save(b->data, &pb, &c->scratch[1]);
	return strcmp(sbuf_text(&c->scratch[0]),
	    sbuf_text(&c->scratch[1])) == 0;
}

static bool
same_rule(struct cmdline *c, const struct rule *a, const struct rule *b)
{
	if (a->proto != b->proto || a->flags != b->flags ||
	    a->invert != b->invert || a->kind != b->kind ||
	    a->n_matches != b->n_matches ||
	    !same_addrs(a, b, c->rules->family) ||
	    !same_iface(a->in, b->in) || !same_iface(a->out, b->out) ||
	    (a->kind == TGT_CHAIN && a->jump != b->jump))
		return false;
	for (unsigned i = 0; i < a->n_matches; i++)
		if (!same_use(c, &a->matches[i], a, &b->matches[i], b))
			return false;
	return a->kind != TGT_EXT ||
	    same_use(c, &a->target, a, &b->target, b);
}

/* ---- finding a rule ---- */

/* Equal for rules that are the same; matches count by number only. */
static uint32_t
rule_hash(const struct rule *r, int family)
{
	struct addr6_spec a;
	uint32_t h = r->proto | (uint32_t)r->flags << 16 |
	    (uint32_t)r->invert << 24, words[sizeof(a) / sizeof(uint32_t)];

	rule_addrs(r, family, &a);
	memcpy(words, &a, sizeof(a));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		h = (h ^ words[i]) * 16777619u;
	return (h ^ r->kind ^ (uint32_t)r->n_matches << 8) * 16777619u;
}

static void
build_index(struct cmdline *c, struct chain *chain)
{
	struct rule_index *x = &c->index;

	if (x->chain == chain)
		return;
	if (x->room < chain->n) {
		x->room = chain->n;
		x->hashes = mem_grow(x->hashes, x->room, sizeof(*x->hashes));
	}
	for (unsigned i = 0; i < chain->n; i++)
		x->hashes[i] = rule_hash(chain->rules[i], c->rules->family);
	x->chain = chain;
}

/* Position of the first rule that is the same; chain->n: none is. */
static unsigned
find_rule(struct cmdline *c, struct chain *chain, const struct rule *like)
{
	uint32_t hash = rule_hash(like, c->rules->family);
	unsigned i;

	build_index(c, chain);
	for (i = 0; i < chain->n; i++)
		if (c->index.hashes[i] == hash &&
		    same_rule(c, chain->rules[i], like))
			break;
	return i;
}

/* ---- commands ---- */

/* A command that fails on a host: see edit_run. */
static bool __attribute__((format(printf, 3, 4)))
fails(struct cmdline *c, const struct word *w, const char *fmt, ...)
{
	struct loc loc = w != NULL ? loc_at(c->src, w->off, w->size) : c->loc;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(c->diags->arena, fmt, ap);
	va_end(ap);
	diag_add(c->diags, c->restore ? DIAG_ERROR : DIAG_WARNING, loc, "%s",
	    text);
	return !c->restore;
}

static struct table *
table_of(struct cmdline *c)
{
	return ruleset_table(c->rules, c->table);
}

static struct chain *
find_chain(struct cmdline *c)
{
	return chain_find(table_of(c), c->chain.text, c->chain.len);
}

static bool
no_chain(struct cmdline *c)
{
	return fails(c, &c->chain, "chain `%s' does not exist in table %s",
	    c->chain.text, table_names[c->table]);
}

/* iptables.c, do_command4: a chain goes before an extension. */
static bool
set_target(struct cmdline *c)
{
	struct rule *r = &c->rule;
	struct chain *to;
	int kind;

	if (c->jump.text == NULL) {
		r->kind = TGT_NONE;
		return true;
	}
	to = chain_find(table_of(c), c->jump.text, c->jump.len);
	if (to != NULL && to->hook != HOOK_NONE)
		return cmdline_error(c, &c->jump, "a rule cannot jump to "
		    "built-in chain `%s'", to->name) ||
		    diag_id(c->diags, "FW1002");
	if (to != NULL) {
		r->kind = TGT_CHAIN;
		r->jump = to;
		return true;
	}
	if (r->flags & RULE_GOTO)
		return cmdline_error(c, &c->jump, "goto '%s' is not a chain%s",
		    c->jump.text, meant_target(c, &c->jump, true)) ||
		    diag_id(c->diags, "FW1002");
	if (c->target >= 0)
		return true;		/* cmdline_read has set it */
	kind = standard_target(c->jump.text, c->jump.len);
	if (kind < 0)
		return cmdline_error(c, &c->jump, "Couldn't load target "
		    "`%s': it is neither a chain of table %s nor a target%s",
		    c->jump.text, table_names[c->table], meant_target(c,
		    &c->jump, false)) || diag_id(c->diags, "FW1002");
	r->kind = (uint8_t)kind;
	return true;
}

static void
set_addrs(struct cmdline *c, struct rule *r, const struct addr_spec *src,
    const struct addr_spec *dst)
{
	struct addr6_spec v6 = { src->addr, src->mask, dst->addr, dst->mask };
	static const struct addr6_spec any;

	if (c->rules->family == AF_INET)
		r->v4 = (struct addr4_spec){ src->addr.w[0], src->mask.w[0],
		    dst->addr.w[0], dst->mask.w[0] };
	else
		r->v6 = memcmp(&v6, &any, sizeof(v6)) == 0 ? NULL :
		    arena_copy(c->arena, &v6, sizeof(v6));
}

static struct rule *
make_rule(struct cmdline *c, unsigned src, unsigned dst)
{
	struct rule *r = arena_copy(c->arena, &c->rule, sizeof(*r));

	r->matches = r->n_matches == 0 ? NULL : arena_copy(c->arena,
	    c->matches, r->n_matches * sizeof(*r->matches));
	set_addrs(c, r, &c->src_list.v[src], &c->dst_list.v[dst]);
	return r;
}

static bool
delete_rule(struct cmdline *c, struct chain *chain, const struct rule *like)
{
	unsigned at = find_rule(c, chain, like);

	if (at == chain->n)
		return fails(c, NULL, "Bad rule (does a matching rule exist "
		    "in that chain?).");
	if (c->command == CMD_DELETE) {
		remove_rule(chain, at);
		memmove(c->index.hashes + at, c->index.hashes + at + 1,
		    (chain->n - at) * sizeof(*c->index.hashes));
	}
	return true;
}

static bool
one_rule(struct cmdline *c, struct chain *chain, unsigned src, unsigned dst)
{
	struct rule temp;

	switch (c->command) {
	case CMD_APPEND:
		edit_append(chain, make_rule(c, src, dst));
		return true;
	case CMD_INSERT:
		if (c->rulenum > chain->n + 1)
			return cmdline_error(c, &c->chain, "Index of "
			    "insertion too big: the chain has %u rules",
			    chain->n);
		insert_rule(chain, c->rulenum - 1, make_rule(c, src, dst));
		return true;
	case CMD_REPLACE:
		if (c->rulenum > chain->n)
			return cmdline_error(c, &c->chain, "Index of "
			    "replacement too big: the chain has %u rules",
			    chain->n);
		remove_rule(chain, c->rulenum - 1);
		insert_rule(chain, c->rulenum - 1, make_rule(c, src, dst));
		return true;
	default:
		temp = c->rule;
		set_addrs(c, &temp, &c->src_list.v[src], &c->dst_list.v[dst]);
		return delete_rule(c, chain, &temp);
	}
}

/* A rule for each source with each destination, in this order. */
static bool
run_rule(struct cmdline *c)
{
	struct chain *chain = find_chain(c);
	bool ok = true;

	if (!set_target(c))
		return false;
	if (chain == NULL && (c->command & (CMD_DELETE | CMD_CHECK)))
		return no_chain(c);
	if (chain == NULL)
		return cmdline_error(c, &c->chain, "chain `%s' does not exist "
		    "in table %s%s", c->chain.text, table_names[c->table],
		    meant_chain(c, &c->chain)) || diag_id(c->diags, "FW1002");
	if (c->command == CMD_REPLACE &&
	    (c->src_list.n != 1 || c->dst_list.n != 1))
		return cmdline_error(c, &c->chain, "Replacement rule does not "
		    "specify a unique address");
	for (unsigned i = 0; ok && i < c->src_list.n; i++)
		for (unsigned j = 0; ok && j < c->dst_list.n; j++)
			ok = one_rule(c, chain, i, j);
	return ok;
}

static bool
run_delete_num(struct cmdline *c)
{
	struct chain *chain = find_chain(c);

	if (chain == NULL)
		return no_chain(c);
	if (c->rulenum > chain->n)
		return fails(c, &c->chain, "Index of deletion too big: the "
		    "chain has %u rules", chain->n);
	remove_rule(chain, c->rulenum - 1);
	return true;
}

static bool
run_flush(struct cmdline *c)
{
	struct chain *one = c->chain.text != NULL ? find_chain(c) : NULL;

	if (c->chain.text != NULL && one == NULL)
		return no_chain(c);
	if (one != NULL)
		flush(one);
	else
		for (one = table_of(c)->chains; one != NULL; one = one->next)
			flush(one);
	return true;
}

static void
zero(struct chain *chain, unsigned rulenum)
{
	for (unsigned i = 0; i < chain->n; i++)
		if (rulenum == 0 || rulenum == i + 1)
			chain->rules[i]->packets = chain->rules[i]->bytes = 0;
	if (rulenum == 0)
		chain->packets = chain->bytes = 0;
}

/* -L and -S, with or without -Z, and -Z alone. */
static bool
run_list(struct cmdline *c)
{
	struct chain *one = c->chain.text != NULL ? find_chain(c) : NULL;

	if (c->chain.text != NULL && one == NULL)
		return no_chain(c);
	if (!(c->command & (CMD_ZERO | CMD_ZERO_NUM)))
		return true;
	if ((c->command & CMD_ZERO_NUM) && one != NULL && c->rulenum > one->n)
		return fails(c, &c->chain, "the chain has %u rules", one->n);
	if (one != NULL)
		zero(one, c->command & CMD_ZERO_NUM ? c->rulenum : 0);
	else
		for (one = table_of(c)->chains; one != NULL; one = one->next)
			zero(one, 0);
	return true;
}

static void
declared_here(struct cmdline *c, struct chain *chain)
{
	chain->line = c->line;
	chain->off = c->loc.off;
	chain->len = c->loc.len;
	chain->source = c->source;
}

static bool
run_new(struct cmdline *c)
{
	if (find_chain(c) != NULL)
		return fails(c, &c->chain, "Chain already exists.");
	declared_here(c, chain_new(table_of(c), c->chain.text,
	    c->chain.len));
	return true;
}

/* Null if the chain may go, else why not. */
static const char *
must_stay(const struct chain *chain)
{
	return chain->hook != HOOK_NONE ? "it is built in" :
	    chain->n != 0 ? "it is not empty" :
	    chain->references != 0 ? "a rule jumps to it" : NULL;
}

static bool
delete_one(struct cmdline *c, struct chain *chain)
{
	const char *why = must_stay(chain);

	if (why != NULL)
		return fails(c, NULL, "chain `%s' cannot be deleted: %s",
		    chain->name, why);
	unlink_chain(chain->table, chain);
	return true;
}

static bool
run_delete_chain(struct cmdline *c)
{
	struct chain *one = c->chain.text != NULL ? find_chain(c) : NULL;
	bool ok = true;

	if (c->chain.text != NULL)
		return one != NULL ? delete_one(c, one) : no_chain(c);
	for (struct chain *next, *i = table_of(c)->chains; i != NULL;
	    i = next) {
		next = i->next;
		if (i->hook == HOOK_NONE)
			ok = delete_one(c, i) && ok;
	}
	return ok;
}

static bool
run_rename(struct cmdline *c)
{
	struct table *t = table_of(c);
	struct chain *chain = find_chain(c);

	if (chain == NULL || chain->hook != HOOK_NONE)
		return no_chain(c);
	if (chain_find(t, c->newname.text, c->newname.len) != NULL)
		return fails(c, &c->newname, "Chain already exists.");
	map_set(&t->names, c->arena, chain->name, strlen(chain->name), NULL);
	chain->name = arena_strndup(c->arena, c->newname.text,
	    c->newname.len);
	map_set(&t->names, c->arena, chain->name, c->newname.len, chain);
	return true;
}

static bool
run_policy(struct cmdline *c)
{
	struct chain *chain = find_chain(c);
	int kind = standard_target(c->policy.text, c->policy.len);

	if (chain == NULL || chain->hook == HOOK_NONE)
		return cmdline_error(c, &c->chain, "`%s' is no built-in chain "
		    "of table %s", c->chain.text, table_names[c->table]);
	if (kind != TGT_ACCEPT && kind != TGT_DROP)
		return cmdline_error(c, &c->policy, "Bad policy name `%s'",
		    c->policy.text);
	chain->policy = kind == TGT_ACCEPT ? V_ACCEPT : V_DROP;
	chain->policy_given = true;
	declared_here(c, chain);
	if (c->rule.counters) {
		chain->packets = c->rule.packets;
		chain->bytes = c->rule.bytes;
		chain->counters = true;
	}
	return true;
}

static const struct { unsigned commands; bool (*run)(struct cmdline *); }
runs[] = {
	{ CMD_RULE, run_rule }, { CMD_DELETE_NUM, run_delete_num },
	{ CMD_FLUSH, run_flush },
	{ CMD_LIST | CMD_LIST_RULES | CMD_ZERO | CMD_ZERO_NUM, run_list },
	{ CMD_NEW_CHAIN, run_new }, { CMD_DELETE_CHAIN, run_delete_chain },
	{ CMD_RENAME_CHAIN, run_rename }, { CMD_SET_POLICY, run_policy },
};

bool
edit_run(struct cmdline *c)
{
	if (!(c->command & (CMD_DELETE | CMD_CHECK)))
		c->index.chain = NULL;
	for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (c->command & runs[i].commands)
			return runs[i].run(c);
	return true;
}
