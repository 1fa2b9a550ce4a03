/* How the texts of two rulesets differ; counters and comments do not count. */
#include "diff.h"

#include "model/twins.h"
#include "reports/save.h"

struct counting {
	struct arena *arena;
	struct map texts;
	struct diff_report *out;
};

/* A chain, the one of its name on the other side (or null), and which rules
 * of that are the same (new to old). */
struct both { const struct chain *old, *new; uint32_t *twins; };

static const char *
text_of(const struct rule *r, struct arena *arena, size_t *len)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	sbuf_printf(&b, "%s %s", table_names[r->chain->table->id],
	    r->chain->name);
	save_rule_bare(r, &b);
	text = arena_strndup(arena, sbuf_text(&b), b.len);
	*len = b.len;
	sbuf_free(&b);
	return text;
}

static void
count(struct counting *c, const struct rule *r, int by)
{
	size_t len;
	const char *text = text_of(r, c->arena, &len);
	int *n = map_get(&c->texts, text, len);

	if (n == NULL) {
		n = arena_new(c->arena, int);
		map_set(&c->texts, c->arena, text, len, n);
	}
	*n += by;
}

/* Those that have no twin. */
static void
count_chain(struct counting *c, const struct both *b)
{
	unsigned n_old = b->old == NULL ? 0 : b->old->n;
	unsigned n_new = b->new == NULL ? 0 : b->new->n;
	bool *paired = arena_alloc(c->arena, n_old + 1);

	for (unsigned i = 0; i < n_new; i++)
		if (b->twins[i] != UINT32_MAX)
			paired[b->twins[i]] = true;
		else
			count(c, b->new->rules[i], 1);
	for (unsigned i = 0; i < n_old; i++)
		if (!paired[i])
			count(c, b->old->rules[i], -1);
}

static void
add_up(struct counting *c)
{
	for (unsigned i = 0; i < c->texts.room; i++) {
		const int *n = c->texts.slots[i].value;

		if (n != NULL && *n > 0)
			c->out->added += (unsigned)*n;
		else if (n != NULL && *n < 0)
			c->out->removed += (unsigned)-*n;
	}
}

/* Do the same rules stand in another order? */
static bool
chain_moved(const struct both *b)
{
	struct sbuf x = SBUF_INIT, y = SBUF_INIT;
	bool differs = false;

	for (unsigned i = 0; i < b->old->n && i < b->new->n && !differs; i++) {
		if (b->twins[i] == i)
			continue;
		sbuf_clear(&x);
		sbuf_clear(&y);
		save_rule_bare(b->old->rules[i], &x);
		save_rule_bare(b->new->rules[i], &y);
		differs = strcmp(sbuf_text(&x), sbuf_text(&y)) != 0;
	}
	sbuf_free(&x);
	sbuf_free(&y);
	return differs;
}

static void
compare_new(struct counting *c, const struct chain *old,
    const struct chain *new)
{
	struct both b = { old, new, arena_alloc(c->arena, (new->n + 1) *
	    sizeof(*b.twins)) };

	if (old != NULL)
		rule_twins(old, new, b.twins);
	else
		memset(b.twins, 0xff, new->n * sizeof(*b.twins));
	count_chain(c, &b);
	if (old == NULL)
		return;
	c->out->policies += new->hook != HOOK_NONE &&
	    new->policy != old->policy;
	c->out->moved |= chain_moved(&b);
}

static const struct chain *
same_name(const struct ruleset *in, const struct chain *c)
{
	return chain_find(&in->tables[c->table->id], c->name, strlen(c->name));
}

static void
compare(struct counting *c, const struct ruleset *old,
    const struct ruleset *new)
{
	for (unsigned t = 0; t < N_TABLES; t++) {
		for (const struct chain *x = new->tables[t].chains; x != NULL;
		    x = x->next)
			compare_new(c, same_name(old, x), x);
		for (const struct chain *x = old->tables[t].chains; x != NULL;
		    x = x->next)
			if (same_name(new, x) == NULL)
				count_chain(c, &(struct both){ x, NULL, NULL });
	}
	add_up(c);
}

void
diff_rules(const struct diff_sides *s, struct arena *arena,
    struct diff_report *out)
{
	for (unsigned f = 0; f < 2; f++) {
		struct counting c = { .arena = arena, .out = out };

		compare(&c, s->rules[0][f], s->rules[1][f]);
	}
	out->moved &= out->added + out->removed == 0;
}
