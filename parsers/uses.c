#include "parsers/reading.h"

#include <ctype.h>

const struct ext *
use_find(struct cmdline *c, enum ext_kind kind, const struct word *name)
{
	const struct ext *e = map_get(&c->exts[kind], name->text, name->len);
	union { const struct ext *e; void *p; } u;

	if (e != NULL)
		return e;
	u.e = ext_find(kind, name->text, name->len, c->rules->family);
	if (u.e != NULL)
		map_set(&c->exts[kind], c->arena, arena_strndup(c->arena,
		    name->text, name->len), name->len, u.p);
	return u.e;
}

struct reading *
use_load(struct cmdline *c, const struct ext *e, const struct word *name,
    struct loc loc)
{
	struct reading *r;

	for (unsigned i = 0; i < c->n_uses; i++)
		if (c->uses[i].use.ext == e)
			c->uses[i].completed = true;
	vec_room(c->uses, c->n_uses, c->room_uses);
	r = &c->uses[c->n_uses++];
	*r = (struct reading){ .use = { .ext = e, .off = loc.off,
	    .len = loc.len } };
	if (e->size != 0)
		r->use.data = arena_alloc(c->arena, e->size);
	if (e == &ext_unknown_match || e == &ext_unknown_target)
		*(struct ext_unknown *)r->use.data = (struct ext_unknown){
		    arena_strndup(c->arena, name->text, name->len), NULL };
	if (e->init != NULL)
		e->init(r->use.data, c->rules->family);
	return r;
}

struct reading *
use_unknown(struct cmdline *c)
{
	for (unsigned i = c->n_uses; i-- > 0;)
		if (c->uses[i].use.ext == &ext_unknown_match ||
		    c->uses[i].use.ext == &ext_unknown_target)
			return &c->uses[i];
	return NULL;
}

static const struct ext *
proto_ext(const struct cmdline *c)
{
	for (const struct ext *const *e = ext_all; *e != NULL; e++)
		if ((*e)->kind == EXT_MATCH &&
		    (*e)->implied_by == c->rule.proto &&
		    ((*e)->family == 0 || (*e)->family == c->rules->family))
			return *e;
	return NULL;
}

bool
use_imply(struct cmdline *c, struct at *at, const char *name, size_t len)
{
	const struct ext *e;

	if (c->proto.text == NULL || c->proto_used || c->rule.proto == 0)
		return false;
	e = proto_ext(c);
	if (e == NULL || (use_unknown(c) != NULL &&
	    ext_opt(e, name, len, false) < 0))
		return false;
	c->proto_used = true;
	use_load(c, e, NULL, at_loc(c, at));
	return true;
}

static void
extend(struct use *u, struct loc loc)
{
	uint32_t end = loc.off + loc.len;

	if (end > u->off + u->len)
		u->len = end - u->off;
}

/* An option of a match that we do not know: its text is kept, with the words
 * that follow and do not look like options. */
bool
use_read_unknown(struct cmdline *c, struct at *at, struct reading *r)
{
	struct ext_unknown *u = r->use.data;
	struct sbuf *b = &c->scratch[0];

	sbuf_clear(b);
	if (u->options != NULL)
		sbuf_puts(b, u->options);
	sbuf_puts(b, at->invert ? " ! " : " ");
	word_save(b, c->words.v[at->last].text);
	while (at->next < c->words.n) {
		const char *text = c->words.v[at->next].text;

		if (strcmp(text, "!") == 0 ||
		    (text[0] == '-' && !isdigit((unsigned char)text[1])))
			break;
		sbuf_putc(b, ' ');
		word_save(b, text);
		at_take(c, at);
	}
	u->options = arena_strndup(c->arena, b->text, b->len);
	extend(&r->use, at_loc(c, at));
	return true;
}

bool
use_unsupported(struct cmdline *c, struct at *at)
{
	const struct word *w = &c->words.v[at->last];
	struct reading *r = c->n_uses != 0 ? &c->uses[c->n_uses - 1] : NULL;
	struct ext_unknown *u;

	if (r == NULL || use_unknown(c) == r || at->next == c->words.n ||
	    strcmp(w[0].text, "[unsupported") != 0 ||
	    strcmp(w[1].text, "revision]") != 0)
		return false;
	u = arena_new(c->arena, struct ext_unknown);
	*u = (struct ext_unknown){ r->use.ext->name,
	    " [unsupported revision]" };
	r->use.ext = r->use.ext->kind == EXT_MATCH ? &ext_unknown_match :
	    &ext_unknown_target;
	r->use.data = u;
	at_take(c, at);
	extend(&r->use, at_loc(c, at));
	diag_warn(c->diags, at_loc(c, at), "%s: whoever wrote the dump could "
	    "not read its options, which are left open", u->name);
	return true;
}

static bool
ext_args(struct cmdline *c, struct at *at, const struct opt *o,
    const char *inner, struct opt_arg *a)
{
	if (o->args == 0)
		return inner == NULL || at_error(c, at,
		    "option \"%s\" takes no argument", o->name);
	if (inner != NULL)
		at_take_rest(c, at, inner);
	else if (o->flags & OPT_ZERO ? at_has_arg(c, at) :
	    at->next < c->words.n)
		at_take(c, at);
	else if (!(o->flags & OPT_ZERO))
		return at_error(c, at, "option \"%s\" requires an argument",
		    o->name);
	else
		return true;
	if (inner == NULL && (o->flags & OPT_INVERT))
		at_old_invert(c, at);
	a->text = at->arg.text;
	if (o->args == 2) {
		if (!at_has_arg(c, at))
			return at_error(c, at, "option \"%s\" requires two "
			    "arguments", o->name);
		at_take(c, at);
		a->text2 = at->arg.text;
	}
	return true;
}

bool
use_read(struct cmdline *c, struct at *at, struct reading *r, unsigned index,
    const char *inner)
{
	const struct opt *o = &r->use.ext->opts[index];
	struct opt_arg a = { .opt = o, .name = o->name, .data = r->use.data,
	    .family = c->rules->family, .rule = &c->rule, .ext = r->use.ext,
	    .arena = c->arena, .diags = c->diags, .seen = &r->seen };
	bool ok = ext_args(c, at, o, inner, &a);

	a.negate = at->invert;
	a.loc = at_loc(c, at);
	extend(&r->use, a.loc);
	return ok && ext_read(&a, index);
}

/* The matches in a vector of their own, as the rule will have them. */
static void
gather(struct cmdline *c)
{
	unsigned n = 0;

	if (c->room_matches < c->n_uses) {
		c->room_matches = c->room_uses;
		c->matches = mem_grow(c->matches, c->room_matches,
		    sizeof(*c->matches));
	}
	for (unsigned i = 0; i < c->n_uses; i++)
		if ((int)i != c->target)
			c->matches[n++] = c->uses[i].use;
	c->rule.matches = c->matches;
	c->rule.n_matches = (uint16_t)n;
}

static bool
finish_use(struct cmdline *c, struct reading *r)
{
	const struct ext *e = r->use.ext;
	struct ext_check check = { r->use.data, r->seen, c->rules->family,
	    &c->rule, c->table, c->arena, c->diags,
	    loc_at(c->src, r->use.off, r->use.len) };

	if (e->kind == EXT_MATCH && e->eval == NULL)
		c->rule.flags |= RULE_UNKNOWN;
	return ext_finish(e, &check);
}

/* xshared.c, do_parse: this order. */
bool
use_finish_all(struct cmdline *c)
{
	gather(c);
	for (unsigned i = 0; i < c->n_uses; i++)
		if ((int)i != c->target && !finish_use(c, &c->uses[i]))
			return false;
	if (c->target < 0)
		return true;
	c->rule.target = c->uses[c->target].use;
	c->rule.kind = TGT_EXT;
	return finish_use(c, &c->uses[c->target]);
}
