/* What somebody meant by a name that there is not: the end of a message. */
#include "base/similar.h"
#include "parsers/reading.h"

static const char *
ending(struct cmdline *c, const struct similar *s)
{
	return s->best == NULL ? "" : arena_printf(c->diags->arena,
	    "; did you mean %s?", s->best);
}

static void
try_chains(struct cmdline *c, struct similar *s, bool own)
{
	for (const struct chain *to = c->rules->tables[c->table].chains;
	    to != NULL; to = to->next)
		if (!own || to->hook == HOOK_NONE)
			similar_try(s, to->name);
}

const char *
meant_target(struct cmdline *c, const struct word *w, bool chain)
{
	struct similar s = similar_to(w->text, w->len);

	if (!chain)
		known_similar(&s, EXT_TARGET);
	try_chains(c, &s, true);
	return ending(c, &s);
}

const char *
meant_table(struct cmdline *c, const char *name, size_t len)
{
	struct similar s = similar_to(name, len);

	for (unsigned i = 0; i < N_TABLES; i++)
		similar_try(&s, table_names[i]);
	return ending(c, &s);
}

const char *
meant_chain(struct cmdline *c, const struct word *w)
{
	struct similar s = similar_to(w->text, w->len);

	try_chains(c, &s, false);
	return ending(c, &s);
}

const char *
meant_match(struct cmdline *c, const struct word *w)
{
	struct similar s = similar_to(w->text, w->len);

	known_similar(&s, EXT_MATCH);
	return ending(c, &s);
}

const char *
meant_proto(struct cmdline *c, const struct word *w)
{
	struct similar s = similar_to(w->text, w->len);

	for (unsigned i = 0; i < 256; i++)
		if (proto_name(i) != NULL)
			similar_try(&s, proto_name(i));
	return ending(c, &s);
}

/* Of what is loaded. */
static const char *
near_option(struct cmdline *c, const char *name, size_t len)
{
	struct similar s = similar_to(name, len);

	for (unsigned i = 0; own_opts[i].name != NULL; i++)
		similar_try(&s, own_opts[i].name);
	for (unsigned i = 0; i < c->n_uses; i++)
		for (const struct opt *o = c->uses[i].use.ext->opts;
		    o != NULL && o->name != NULL; o++)
			similar_try(&s, o->name);
	return ending(c, &s);
}

const char *
meant_option(struct cmdline *c, const char *name, size_t len, bool *proto)
{
	struct sbuf protos = SBUF_INIT;
	const struct ext *match = NULL;
	const char *text;

	for (const struct ext *const *e = ext_all; *e != NULL; e++) {
		if ((*e)->kind != EXT_MATCH || ((*e)->family != 0 &&
		    (*e)->family != c->rules->family) ||
		    ext_opt(*e, name, len, false) < 0)
			continue;
		if ((*e)->implied_by == 0)
			match = *e;
		else
			sbuf_printf(&protos, "%s-p %s", protos.len != 0 ?
			    " or " : "", proto_name((*e)->implied_by));
	}
	*proto = protos.len != 0;
	if (*proto)
		text = arena_printf(c->diags->arena, "; it needs %s before it",
		    sbuf_text(&protos));
	else if (match != NULL)
		text = arena_printf(c->diags->arena, "; it needs -m %s before "
		    "it", match->name);
	else
		text = near_option(c, name, len);
	sbuf_free(&protos);
	return text;
}
