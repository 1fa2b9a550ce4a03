#include "scene.h"

#include "parsers/env.h"
#include "sim/sim.h"

#include <stdlib.h>

/* ---- what is named ---- */

static bool
name_rules(struct inputs *in, struct inputs *usual,
    const struct expect_file *file)
{
	const unsigned max = sizeof(in->files) / sizeof(*in->files);

	for (const struct expect_rules *r = file->rules; r != NULL;
	    r = r->next) {
		if (in->n_files == max) {
			diag_error(&usual->diags, r->loc, "too many files of "
			    "rules, %u at most", max);
			return false;
		}
		in->files[in->n_files++] = (struct input_file){ r->path,
		    r->family };
	}
	return true;
}

static bool
has_rules(struct inputs *in)
{
	return in->n_files != 0 || (in->snapshot != NULL &&
	    (env_file(in->snapshot, "iptables-save", &in->arena) != NULL ||
	    env_file(in->snapshot, "ip6tables-save", &in->arena) != NULL));
}

/* Fills in what is to be read. */
static bool
name_all(struct inputs *in, struct inputs *usual,
    const struct expect_file *file)
{
	in->env->has_owner = usual->env->has_owner;
	in->env->uid = usual->env->uid;
	in->env->gid = usual->env->gid;
	in->snapshot = file->context != NULL ? file->context :
	    usual->snapshot;
	if (!name_rules(in, usual, file))
		return false;
	if (file->rules == NULL) {
		memcpy(in->files, usual->files, sizeof(in->files));
		in->n_files = usual->n_files;
	}
	if (has_rules(in))
		return true;
	diag_error(&usual->diags, loc_at(file->src, 0, 0), "no rules to test: "
	    "'ruleset FILE' must be in the file, or -r FILE or -S DIR given");
	return false;
}

static bool
same(const struct inputs *a, const struct inputs *b)
{
	if (a->n_files != b->n_files ||
	    (a->snapshot == NULL) != (b->snapshot == NULL) ||
	    (a->snapshot != NULL && strcmp(a->snapshot, b->snapshot) != 0))
		return false;
	for (unsigned i = 0; i < a->n_files; i++)
		if (strcmp(a->files[i].path, b->files[i].path) != 0 ||
		    a->files[i].family != b->files[i].family)
			return false;
	return true;
}

/* ---- rules ---- */

static void
list_rules(struct scene *s, const struct ruleset *rs)
{
	for (unsigned t = 0; rs != NULL && t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next)
			for (unsigned i = 0; i < c->n; i++)
				s->rules[s->n_rules++] = c->rules[i];
}

static void
prepare(struct scene *s)
{
	struct ruleset *const *rules = s->in.load.rules;
	size_t n = 0;

	for (int i = 0; i < 2; i++)
		n += rules[i] != NULL ? rules[i]->n_rules : 0;
	s->rules = arena_alloc(&s->in.arena, n * sizeof(*s->rules));
	s->hit = arena_alloc(&s->in.arena, n * sizeof(*s->hit));
	list_rules(s, rules[0]);
	list_rules(s, rules[1]);
}

void
scene_cover(struct scene *s, const struct sim *sim)
{
	for (unsigned i = 0; i < s->n_rules; i++) {
		uint64_t packets, bytes;

		if (s->hit[i])
			continue;
		sim_rule_counters(sim, s->rules[i], &packets, &bytes);
		s->hit[i] = packets != s->rules[i]->packets;
	}
}

/* ---- scenes ---- */

static void
discard(struct scene *s)
{
	inputs_free(&s->in);
	free(s);
}

void
scenes_free(struct scene *s)
{
	for (struct scene *next; s != NULL; s = next) {
		next = s->next;
		discard(s);
	}
}

struct scene *
scene_of(struct scene **scenes, struct inputs *usual,
    const struct expect_file *file)
{
	struct scene *new = mem_alloc(1, sizeof(*new));
	bool ok;

	inputs_init(&new->in);
	ok = name_all(&new->in, usual, file);
	for (; ok && *scenes != NULL; scenes = &(*scenes)->next)
		if (same(&(*scenes)->in, &new->in)) {
			discard(new);
			return *scenes;
		}
	if (!ok) {
		discard(new);
		return NULL;
	}
	*scenes = new;
	if (!inputs_load(&new->in)) {
		usual->diags.errors += new->in.diags.errors;
		return NULL;
	}
	prepare(new);
	return new;
}
