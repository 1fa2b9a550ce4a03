#include "told.h"

const char *
told_verdict(enum verdict v, bool reject)
{
	static const char *const names[] = { [V_ACCEPT] = "ACCEPT",
	    [V_DROP] = "DROP", [V_RETURN] = "RETURN", [V_QUEUE] = "QUEUE",
	    [V_STOLEN] = "STOLEN" };

	return reject ? "REJECT" : v < sizeof(names) / sizeof(*names) &&
	    names[v] != NULL ? names[v] : "?";
}

/* ---- boxes ---- */

struct values { struct arena *arena; const char **v; unsigned n, room; };

static void
keep_value(const char *text, void *arg)
{
	struct values *v = arg;

	if (v->n == v->room) {
		const char **more;

		v->room = v->room * 2 + 4;
		more = arena_alloc(v->arena, v->room * sizeof(*more));
		memcpy(more, v->v, v->n * sizeof(*more));
		v->v = more;
	}
	v->v[v->n++] = arena_strdup(v->arena, text);
}

static const char *
dim_name(const struct hs_space *s, unsigned i, struct arena *arena)
{
	const struct hs_dim *d = &s->dims[i];

	return d->values == NULL ? hs_dim_name(s, i) : arena_printf(arena,
	    "%s/0x%x", hs_dim_name(s, i), d->mask);
}

static void
told_box(const struct hs_space *s, const hs_cell *box, struct arena *arena,
    struct packet_box *out)
{
	struct sbuf words = SBUF_INIT;

	hs_words(s, box, &words);
	out->words = arena_strdup(arena, sbuf_text(&words));
	out->fields = arena_alloc(arena, s->n * sizeof(*out->fields) + 1);
	for (unsigned i = 0; i < s->n; i++) {
		struct values v = { .arena = arena };

		if (box[i] == s->all[i])
			continue;
		hs_dim_values(s, i, box[i], keep_value, &v);
		out->fields[out->n++] = (struct box_field){
		    dim_name(s, i, arena), v.v, v.n };
	}
	sbuf_free(&words);
}

void
told_packets(const struct analysis *an, const struct hs *set, bool complete,
    double count, struct arena *arena, struct packet_set *out)
{
	const struct hs_space *s = analysis_space(an);

	*out = (struct packet_set){ .n = set->n, .complete = complete,
	    .count = count };
	out->boxes = arena_alloc(arena, set->n * sizeof(*out->boxes) + 1);
	for (unsigned i = 0; i < set->n; i++)
		told_box(s, hs_box(s, set, i), arena, &out->boxes[i]);
}

/* ---- what it hangs on ---- */

/* Chains that were looked through, and the names of matches with memory or
 * chance that were met, each once. */
struct doubts { struct values names; const struct chain *seen[1024];
    unsigned n_seen; };

static void
doubt_rule(struct doubts *d, const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		unsigned k = 0;

		if (!(ext_traits(u) & (EXT_STATEFUL | EXT_RANDOM |
		    EXT_SIDE_EFFECT)))
			continue;
		while (k < d->names.n && strcmp(d->names.v[k], u->ext->name))
			k++;
		if (k == d->names.n)
			keep_value(u->ext->name, &d->names);
	}
}

static void
doubt_chain(struct doubts *d, const struct chain *c)
{
	for (unsigned i = 0; i < d->n_seen; i++)
		if (d->seen[i] == c)
			return;
	if (d->n_seen == sizeof(d->seen) / sizeof(*d->seen))
		return;
	d->seen[d->n_seen++] = c;
	for (unsigned i = 0; i < c->n; i++) {
		const struct rule *r = c->rules[i];

		if (r->kind == TGT_NONE || (r->kind == TGT_EXT &&
		    r->target.ext->ends == 0))
			continue;
		doubt_rule(d, r);
		if (r->kind == TGT_CHAIN)
			doubt_chain(d, r->jump);
	}
}

static const char *
join(const struct values *v, const char *end, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	for (unsigned i = 0; i < v->n; i++)
		sbuf_printf(&b, "%s-m %s", i ? ", " : "", v->v[i]);
	text = arena_printf(arena, "%s%s", sbuf_text(&b), end);
	sbuf_free(&b);
	return text;
}

const char *
told_may(const struct rule *r, const struct chain *entry, struct arena *arena)
{
	struct doubts *d = arena_new(arena, struct doubts);

	d->names.arena = arena;
	if (r != NULL)
		doubt_rule(d, r);
	if (d->names.n != 0)
		return join(&d->names, " of this rule", arena);
	doubt_chain(d, entry);
	if (d->names.n != 0)
		return join(&d->names, " of rules before it", arena);
	return "more than could be worked out";
}

/* ---- witnesses ---- */

const char *
witness_text(const struct point *p, const struct chain *entry,
    struct env *env, struct arena *arena)
{
	(void)p;
	(void)entry;
	(void)env;
	(void)arena;
	return NULL;
}
