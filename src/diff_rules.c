/* How the texts of two rulesets differ; counters and comments do not count. */
#include "diff.h"

#include "reports/save.h"

struct counting {
	struct arena *arena;
	struct map texts;
	struct diff_report *out;
};

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
count(struct counting *c, const struct ruleset *rs, int by)
{
	for (const struct rule *r = rule_first(rs); r != NULL;
	    r = rule_next(r)) {
		size_t len;
		const char *text = text_of(r, c->arena, &len);
		int *n = map_get(&c->texts, text, len);

		if (n == NULL) {
			n = arena_new(c->arena, int);
			map_set(&c->texts, c->arena, text, len, n);
		}
		*n += by;
	}
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

/* Chains of the same name: do the same rules stand in another order? */
static bool
chain_moved(const struct chain *a, const struct chain *b)
{
	struct sbuf x = SBUF_INIT, y = SBUF_INIT;
	bool differs = false;

	for (unsigned i = 0; i < a->n && i < b->n && !differs; i++) {
		sbuf_clear(&x);
		sbuf_clear(&y);
		save_rule_bare(a->rules[i], &x);
		save_rule_bare(b->rules[i], &y);
		differs = strcmp(sbuf_text(&x), sbuf_text(&y)) != 0;
	}
	sbuf_free(&x);
	sbuf_free(&y);
	return differs;
}

static void
compare_chains(const struct ruleset *old, const struct ruleset *new,
    struct diff_report *out)
{
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = new->tables[t].chains; c != NULL;
		    c = c->next) {
			const struct chain *was = chain_find(&old->tables[t],
			    c->name, strlen(c->name));

			if (was == NULL)
				continue;
			out->policies += c->hook != HOOK_NONE &&
			    c->policy != was->policy;
			out->moved |= chain_moved(was, c);
		}
}

void
diff_rules(const struct diff_sides *s, struct arena *arena,
    struct diff_report *out)
{
	for (unsigned f = 0; f < 2; f++) {
		struct counting c = { .arena = arena, .out = out };

		count(&c, s->rules[0][f], -1);
		count(&c, s->rules[1][f], 1);
		add_up(&c);
		compare_chains(s->rules[0][f], s->rules[1][f], out);
	}
	out->moved &= out->added + out->removed == 0;
}
