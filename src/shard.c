#include "shard.h"

#include "ext/ext.h"
#include "inputs.h"
#include "reports/ref.h"

#include <stdlib.h>

enum { MAX_SHARDS = 1000000 };

/* Decimal, also with zeros before it, as seq -w has them. */
static bool
read_part(const char **s, unsigned *out)
{
	const char *begin = *s;

	for (*out = 0; **s >= '0' && **s <= '9' && *out <= MAX_SHARDS; ++*s)
		*out = *out * 10 + (unsigned)(**s - '0');
	return *s != begin && *out <= MAX_SHARDS;
}

bool
shard_read(const char *text, struct replay_shard *s)
{
	const char *at = text;

	return read_part(&at, &s->index) && *at++ == '/' &&
	    read_part(&at, &s->of) && *at == '\0' && s->index < s->of;
}

bool
shard_has(const struct replay_shard *s, const struct addr_pair *pair)
{
	if (s == NULL || s->of == 0)
		return true;
	return pair->family == 0 ? s->index == 0 :
	    addr_pair_hash(pair) % s->of == s->index;
}

/* ---- what is shared ---- */

struct list { struct shared_use *all; unsigned n, room; };

static void
add(struct list *l, const struct rule *r, const char *why)
{
	vec_room(l->all, l->n, l->room);
	l->all[l->n++] = (struct shared_use){ r, why };
}

static void
look_at_use(struct list *l, const struct rule *r, const struct use *u)
{
	int family = r->chain->table->ruleset->family;
	const char *why = u->ext->shared != NULL ?
	    u->ext->shared(u->data, family) : NULL;

	if (why != NULL)
		add(l, r, why);
	/* A connection whose addresses change is of two pairs. */
	if (ext_traits(u) & EXT_NAT)
		add(l, r, "it translates: replies come from or to other "
		    "addresses");
}

static void
look_at_rules(struct list *l, const struct ruleset *rs)
{
	for (const struct rule *r = rs != NULL ? rule_first(rs) : NULL;
	    r != NULL; r = rule_next(r)) {
		for (unsigned i = 0; i < r->n_matches; i++)
			look_at_use(l, r, &r->matches[i]);
		if (r->kind == TGT_EXT)
			look_at_use(l, r, &r->target);
	}
}

static bool
is_translated(const struct ct *ct)
{
	const struct tuple *a = &ct->tuple[CT_ORIGINAL];
	const struct tuple *b = &ct->tuple[CT_REPLY];

	return !addr_equal(&a->src, &b->dst) || !addr_equal(&a->dst, &b->src);
}

void
shard_safety(struct replay_shard *s, struct inputs *in)
{
	struct list l = { 0 };

	look_at_rules(&l, in->load.rules[0]);
	look_at_rules(&l, in->load.rules[1]);
	for (unsigned i = 0; i < in->n_connections; i++)
		if (is_translated(&in->connections[i])) {
			add(&l, NULL, "connections of the snapshot are "
			    "translated");
			break;
		}
	s->n_shared = l.n;
	if (l.n != 0)
		s->shared = arena_copy(&in->arena, l.all,
		    l.n * sizeof(*l.all));
	free(l.all);
}

/* ---- told ---- */

static unsigned
count_rules(const struct replay_shard *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n_shared; i++)
		n += s->shared[i].rule != NULL && (i == 0 ||
		    s->shared[i - 1].rule != s->shared[i].rule);
	return n;
}

static void
tell_use(const struct shared_use *u, struct sbuf *b)
{
	struct sbuf name = SBUF_INIT, place = SBUF_INIT;

	if (u->rule != NULL) {
		ref_rule(u->rule, &name);
		ref_rule_place(u->rule, &place);
	}
	sbuf_printf(b, "  %-20s %s\n", sbuf_text(&name), u->why);
	if (place.len != 0)
		sbuf_printf(b, "  %-20s %s\n", "", place.text);
	sbuf_free(&name);
	sbuf_free(&place);
}

void
shard_tell(const struct replay_shard *s)
{
	struct sbuf b = SBUF_INIT;
	unsigned n = count_rules(s);

	if (s->n_shared == 0)
		sbuf_puts(&b, "shard safety: yes\n");
	else if (n == 0)
		sbuf_puts(&b, "shard safety: NO\n");
	else
		sbuf_printf(&b, "shard safety: NO for %u rule%s, which may "
		    "decide otherwise than in one run\n", n, n == 1 ? "" : "s");
	for (unsigned i = 0; i < s->n_shared; i++)
		tell_use(&s->shared[i], &b);
	fputs(sbuf_text(&b), stderr);
	sbuf_free(&b);
}
