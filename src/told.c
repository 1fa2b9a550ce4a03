#include "told.h"

#include "witness.h"

#include <stdlib.h>

const char *
told_verdict(enum verdict v, bool reject)
{
	static const char *const names[] = { [V_ACCEPT] = "ACCEPT",
	    [V_DROP] = "DROP", [V_RETURN] = "RETURN", [V_QUEUE] = "QUEUE",
	    [V_STOLEN] = "STOLEN" };

	return reject ? "REJECT" : v < sizeof(names) / sizeof(*names) &&
	    names[v] != NULL ? names[v] : "?";
}

const struct told_change *
told_change(enum diff_kind kind)
{
	static const struct told_change kinds[] = {
		[DIFF_ALLOWED] = { "allowed", "newly allowed" },
		[DIFF_BLOCKED] = { "blocked", "newly blocked" },
		[DIFF_VERDICT] = { "verdict", "refused otherwise" },
		[DIFF_NAT] = { "nat", "translated otherwise" },
		[DIFF_LOG] = { "log", "logged otherwise" },
		[DIFF_MARK] = { "mark", "changed otherwise" },
	};

	return &kinds[kind];
}

/* ---- boxes ---- */

enum { MANY_BOXES = 2000 };		/* are not looked at in pairs */

static const char chance[] = "chance in ";

struct values { struct arena *arena; const char **v; unsigned n, room; };

static void
keep_value(const char *text, void *arg)
{
	struct values *v = arg;

	if (v->n == v->room) {
		const char **more;

		v->room = v->room * 2 + 4;
		more = arena_alloc(v->arena, v->room * sizeof(*more));
		if (v->n != 0)
			memcpy(more, v->v, v->n * sizeof(*more));
		v->v = more;
	}
	v->v[v->n++] = arena_strdup(v->arena, text);
}

/* Is it a condition with memory or chance (analysis_new_diff)? */
static bool
is_chance(const struct hs_dim *d)
{
	return d->field == N_FIELDS && strncmp(d->key, chance, strlen(chance))
	    == 0;
}

/* What a packet has nothing to do with is told apart, by told_chances. */
static void
without_chances(const struct hs_space *s, const hs_cell *box, hs_cell *out)
{
	for (unsigned i = 0; i < s->n; i++)
		out[i] = is_chance(&s->dims[i]) ? s->all[i] : box[i];
}

static const char *
dim_name(const struct hs_space *s, unsigned i, struct arena *arena)
{
	const struct hs_dim *d = &s->dims[i];

	return d->values == NULL ? hs_dim_name(s, i) : arena_printf(arena,
	    "%s/0x%x", hs_dim_name(s, i), d->mask);
}

static void
told_box(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    struct arena *arena, struct packet_box *out)
{
	struct sbuf words = SBUF_INIT;
	hs_cell said[HS_MAX_DIMS];

	without_chances(s, box, said);
	hs_words(s, said, whole, &words);
	out->words = arena_strdup(arena, sbuf_text(&words));
	out->fields = arena_alloc(arena, s->n * sizeof(*out->fields) + 1);
	for (unsigned i = 0; i < s->n; i++) {
		struct values v = { .arena = arena };

		if (box[i] == whole[i])
			continue;
		hs_dim_values(s, i, box[i], keep_value, &v);
		out->fields[out->n++] = (struct box_field){
		    dim_name(s, i, arena), v.v, v.n };
	}
	sbuf_free(&words);
}

static void
merged(const struct hs_space *s, const struct hs *set, struct hs *out)
{
	for (unsigned i = 0; i < set->n; i++)
		hs_add(s, out, hs_box(s, set, i));
	if (set->n <= MANY_BOXES)
		hs_merge(s, out);
}

void
told_packets(const struct hs_space *s, const struct hs *set,
    const hs_cell *whole, bool complete, double count, struct arena *arena,
    struct packet_set *out)
{
	struct hs few = { 0 };

	merged(s, set, &few);
	*out = (struct packet_set){ .n = few.n, .complete = complete,
	    .count = count };
	out->boxes = arena_alloc(arena, few.n * sizeof(*out->boxes) + 1);
	for (unsigned i = 0; i < few.n; i++)
		told_box(s, hs_box(s, &few, i), whole, arena, &out->boxes[i]);
	hs_free(&few);
}

/* ---- what it hangs on ---- */

enum { MANY_DOUBTS = 3 };

/* " -m limit, -m recent": matches of the rule with memory or chance, or of
 * which nobody knows what they match. */
static void
put_doubts(const struct rule *r, struct sbuf *b)
{
	const char *sep = "";

	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];

		if (!(ext_traits(u) & (EXT_STATEFUL | EXT_RANDOM |
		    EXT_SIDE_EFFECT)))
			continue;
		sbuf_printf(b, "%s-m %s", sep, u->ext->name);
		sep = ", ";
	}
	if (*sep == '\0')
		sbuf_puts(b, "what is not known");
}

const char *
told_may(struct analysis *an, const struct chain *entry,
    const struct region *r, struct arena *arena)
{
	const struct rule *by[MANY_DOUBTS + 1];
	unsigned n = analysis_doubts(an, entry, r, by, MANY_DOUBTS + 1);
	struct sbuf b = SBUF_INIT;
	const char *text;

	for (unsigned i = 0; i < n && i < MANY_DOUBTS; i++) {
		sbuf_puts(&b, i ? "; " : "");
		put_doubts(by[i], &b);
		if (by[i] == r->rule) {
			sbuf_puts(&b, " of this rule");
		} else {
			sbuf_puts(&b, " of ");
			rule_name(by[i], &b);
		}
	}
	if (n > MANY_DOUBTS)
		sbuf_puts(&b, "; and more");
	if (n == 0)
		sbuf_puts(&b, "more than could be worked out");
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* "chance in TABLE/CHAIN: -m limit ... -j X" as "-m limit ... of ..." */
static void
put_chance(const char *key, struct sbuf *b)
{
	const char *chain = key + strlen(chance), *end = strchr(chain, ':');
	size_t len = strlen(key);

	while (len > 0 && strncmp(key + len, " -j ", 4) != 0)
		len--;
	if (end == NULL || end + 2 > key + len)
		return;
	sbuf_puts(b, b->len ? "; " : "");
	sbuf_put(b, end + 2, (size_t)(key + len - (end + 2)));
	sbuf_puts(b, " of ");
	sbuf_put(b, chain, (size_t)(end - chain));
}

const char *
told_chances(const struct hs_space *s, const struct hs *set,
    struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	struct hs few = { 0 };
	const char *text;

	merged(s, set, &few);
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < few.n && is_chance(&s->dims[i]); k++)
			if (hs_box(s, &few, k)[i] != s->all[i]) {
				put_chance(s->dims[i].key, &b);
				break;
			}
	text = b.len ? arena_strdup(arena, sbuf_text(&b)) : NULL;
	hs_free(&few);
	sbuf_free(&b);
	return text;
}

/* ---- witnesses ---- */

void
usual_witness(const struct hs_space *s, const struct hs *set, bool complete,
    struct point *p)
{
	struct hs few = { 0 };

	if (!complete || set->n == 0)
		return;
	merged(s, set, &few);
	without_chances(s, few.cells, few.cells);
	hs_point(s, few.cells, p);
	hs_free(&few);
}

/* Interfaces that a witness needs are made in the env; they go again, so
 * that the host stays what it is. */
const char *
witness_text(const struct point *p, const struct chain *entry,
    struct env *env, struct arena *arena)
{
	struct witness *w = mem_alloc(1, sizeof(*w));
	struct sbuf words = SBUF_INIT, rest = SBUF_INIT;
	struct iface *last = env->ifaces;
	const char *text = NULL;

	while (last->next != NULL)
		last = last->next;
	if (witness_packet(w, p, entry, env, arena)) {
		witness_words(w, &words, &rest);
		text = arena_printf(arena, "%s%s%s", sbuf_text(&words),
		    rest.len ? "; " : "", sbuf_text(&rest));
	}
	last->next = NULL;
	sbuf_free(&words);
	sbuf_free(&rest);
	free(w);
	return text;
}

const char *
witness_text_path(const struct point *p, enum path path, struct env *env,
    struct arena *arena)
{
	struct path_entry entry;

	return witness_text(p, path_entry(&entry, path), env, arena);
}

const struct chain *
path_entry(struct path_entry *e, enum path path)
{
	e->table = (struct table){ .id = TABLE_MANGLE };
	e->chain = (struct chain){ .table = &e->table, .hook =
	    path == PATH_OUT ? HOOK_OUTPUT : HOOK_PREROUTING };
	return &e->chain;
}
