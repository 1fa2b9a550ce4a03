/* What the analysis says, in the words of this program. */
#include "tests/sets/sets.h"

#include "parsers/load.h"

#include <string.h>

static bool
read_set(struct engine *e, unsigned i, struct report *why)
{
	int family = e->k->s[i].family;
	struct sbuf text = SBUF_INIT;
	struct diags diags;
	struct load load = { &e->arena, &diags, family, { NULL, NULL } };
	bool ok;

	gset_print(&e->k->s[i], &text);
	diag_init(&diags, &e->arena);
	ok = load_source(&load, source_text("rules", arena_strdup(&e->arena,
	    sbuf_text(&text)), &e->arena));
	for (const struct diag *d = diags.first; d != NULL && !ok; d = d->next)
		sbuf_printf(&why->text, "%s\n", d->text);
	if (!ok)
		why->what = "not a ruleset";
	sbuf_free(&text);
	e->rules[i] = load.rules[family == AF_INET6];
	return ok;
}

static void
make_query(struct engine *e)
{
	const struct gquery *q = &e->k->q;

	for (unsigned i = 0; i < q->n; i++) {
		const struct term *t = &q->t[i];
		enum field f = (enum field)t->field;

		if (t->name != NULL)
			query_iface(&e->q, f, t->name, t->negate);
		else if (t->mask != ~(u128)0)
			query_masked(&e->q, f, t->r[0].lo, t->mask, t->negate);
		else
			query_range(&e->q, f, t->r[0].lo, t->r[0].hi,
			    t->negate);
	}
}

bool
engine_init(struct engine *e, const struct kase *k, struct report *why)
{
	const struct query *q = &e->q;
	struct env *env;

	*e = (struct engine){ .k = k };
	env = env_new(&e->arena);
	for (unsigned i = 0; i < k->n; i++)
		if (!read_set(e, i, why))
			return false;
	make_query(e);
	if (k->kind == K_DIFF)
		e->an = analysis_new_diff(e->rules[0], e->rules[1], env, &q,
		    1, &e->arena);
	else
		e->an = analysis_new(
		    (const struct ruleset *const *)e->rules, 1, env, &q, 1,
		    &e->arena);
	e->space = analysis_space(e->an);
	return true;
}

void
engine_free(struct engine *e)
{
	query_free(&e->q);
	analysis_free(e->an);
	ruleset_free(e->rules[0]);
	ruleset_free(e->rules[1]);
	arena_free(&e->arena);
}

const struct chain *
engine_chain(const struct engine *e, unsigned set, unsigned chain)
{
	const struct gchain *c = &e->k->s[set].c[chain];

	return chain_find(&e->rules[set]->tables[c->table], c->name,
	    strlen(c->name));
}

void
engine_place(const struct engine *e, unsigned set, const struct rule *r,
    unsigned *chain, unsigned *rule)
{
	const struct gset *s = &e->k->s[set];

	*rule = r->number - 1;
	for (*chain = 0; *chain < s->n; ++*chain)
		if (s->c[*chain].table == r->chain->table->id &&
		    strcmp(s->c[*chain].name, r->chain->name) == 0)
			return;
}

/* ---- points ---- */

static unsigned
own_field(const struct hs_dim *d)
{
	if (d->field < N_FIELDS)
		return d->field;
	return strstr(d->key, "aaa") != NULL ? OWN_STRING_A :
	    strstr(d->key, "bbb") != NULL ? OWN_STRING_B :
	    strstr(d->key, "foo") != NULL ? OWN_SET : N_OWN;
}

static uint32_t
class_of(const struct hs_dim *d, u128 v)
{
	uint32_t k = 0;

	if (d->field == N_FIELDS)
		return v != 0;
	if (d->values == NULL)
		return hs_class(d, v);
	while (k < d->n_values && d->values[k] != (v & d->mask))
		k++;
	return k;
}

/* Of each pool the values that the box has. */
static void
box_values(const struct engine *e, const struct brute *b, const hs_cell *box,
    uint64_t *has)
{
	for (unsigned i = 0; i < b->n_pools; i++)
		has[i] = ~UINT64_C(0);
	for (unsigned i = 0; i < e->space->n; i++) {
		const struct hs_dim *d = &e->space->dims[i];
		unsigned f = own_field(d);
		const struct pool *p;

		if (f == N_OWN || b->of[f] < 0)
			continue;
		p = &b->pool[b->of[f]];
		for (unsigned k = 0; k < p->n; k++)
			if (!cell_has(d, box[i], class_of(d, p->v[k])))
				has[b->of[f]] &= ~(UINT64_C(1) << k);
	}
}

bool
engine_points(const struct engine *e, const struct brute *b,
    const struct hs *set, uint64_t *points)
{
	uint64_t has[N_OWN];
	bool apart = true;

	for (unsigned i = 0; i < set->n; i++) {
		box_values(e, b, hs_box(e->space, set, i), has);
		for (uint32_t k = 0; k < b->n; k++) {
			bool in = true;

			for (unsigned j = 0; j < b->n_pools && in; j++)
				in = has[j] >> b->at[j][k] & 1;
			if (!in)
				continue;
			apart &= !bit_get(points, k);
			bit_set(points, k);
		}
	}
	return apart;
}

/* Is the condition said to hold? */
static bool
says(const char *also, const char *what)
{
	const char *at = also == NULL ? NULL : strstr(also, what);

	if (at == NULL)
		return false;
	while (at > also && !(at[-1] == ' ' && at[-2] == ';'))
		at--;
	return strncmp(at, "not: ", 5) != 0;
}

void
engine_values(const struct engine *e, unsigned chain, const struct point *w,
    u128 *values)
{
	enum hook h = e->k->s[0].c[chain].hook;

	for (unsigned f = 0; f < N_FIELDS; f++)
		values[f] = w->value[f];
	for (unsigned f = 0; f < N_FIELDS; f++)
		if (field_info[f].kind == FIELD_IFACE) {
			const char *name = w->iface[field_iface(
			    (enum field)f)];

			values[f] = name_value(name, strnlen(name, 16),
			    false);
		}
	/* Where nobody asks of interfaces: those that there must be. */
	if (e->space->of_field[F_IN] < 0)
		values[F_IN] = h != HOOK_OUTPUT;
	if (e->space->of_field[F_OUT] < 0)
		values[F_OUT] = h != HOOK_PREROUTING && h != HOOK_INPUT;
	values[OWN_STRING_A] = says(w->also, "aaa");
	values[OWN_STRING_B] = says(w->also, "bbb");
	values[OWN_SET] = says(w->also, "foo");
}
