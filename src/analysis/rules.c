/* Rules as boxes: the basic tests and what the matches say of themselves. */
#include "analysis/rules.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAY_TRAITS = EXT_STATEFUL | EXT_RANDOM };

static void
lower_addr(struct lower *l, enum field f, const union addr *a,
    const union addr *mask, bool negate)
{
	u128 m = addr_number(mask, l->family), v = addr_number(a, l->family);
	u128 top = l->family == AF_INET ? UINT32_MAX : ~(u128)0;

	if (m == 0) {
		if (negate || v != 0)
			lower_never(l);
	} else if (addr_prefix(mask, l->family) >= 0 && (v & ~m) == 0) {
		lower_range(l, f, v, v | (top & ~m), negate);
	} else {
		lower_masked(l, f, v, m, negate);
	}
}

static void
lower_addr4(struct lower *l, enum field f, uint32_t a, uint32_t mask,
    bool negate)
{
	union addr addr = { .w = { a } }, m = { .w = { mask } };

	if (mask != 0 || a != 0 || negate)
		lower_addr(l, f, &addr, &m, negate);
}

void
rule_lower_basic(const struct rule *r, struct lower *l)
{
	if (l->family == AF_INET) {
		lower_addr4(l, F_SRC, r->v4.src, r->v4.src_mask,
		    r->invert & INV_SRC);
		lower_addr4(l, F_DST, r->v4.dst, r->v4.dst_mask,
		    r->invert & INV_DST);
	} else if (r->v6 != NULL || r->invert & (INV_SRC | INV_DST)) {
		struct addr6_spec a;

		rule_addrs(r, l->family, &a);
		lower_addr(l, F_SRC, &a.src, &a.src_mask, r->invert & INV_SRC);
		lower_addr(l, F_DST, &a.dst, &a.dst_mask, r->invert & INV_DST);
	}
	if (r->in != NULL)
		lower_iface(l, F_IN, r->in, r->invert & INV_IN);
	if (r->out != NULL)
		lower_iface(l, F_OUT, r->out, r->invert & INV_OUT);
	if (r->proto != 0)
		lower_range(l, F_PROTO, r->proto, r->proto,
		    r->invert & INV_PROTO);
	if (r->flags & RULE_FRAG)
		lower_range(l, F_FRAG, 1, 1, r->invert & INV_FRAG);
}

/* A condition of its own: its text, "!" told apart. */
static void
lower_text(const struct use *u, struct lower *l)
{
	struct ext_print how = { .family = l->family };
	struct sbuf b = SBUF_INIT, key = SBUF_INIT;
	const char *text;
	bool negate = false;

	if (u->ext->save != NULL)
		u->ext->save(u->data, &how, &b);
	text = sbuf_text(&b);
	/* Only of a single option is the "!" that of the whole. */
	if (strncmp(text, " ! --", 5) == 0 && strstr(text + 5, " --") == NULL) {
		negate = true;
		text += 2;
	}
	sbuf_printf(&key, "-m %s%s", u->ext == &ext_unknown_match ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name, text);
	lower_opaque(l, sbuf_text(&key), negate);
	sbuf_free(&b);
	sbuf_free(&key);
}

enum match_kind
match_lower(const struct use *u, struct lower *l)
{
	unsigned traits = ext_traits(u);
	bool may = traits & MAY_TRAITS;

	if (u->ext->lower != NULL && u->ext->lower(u->data, l))
		return may ? MATCH_MAY : MATCH_EXACT;
	if (may)
		return MATCH_MAY;
	lower_text(u, l);
	return MATCH_EXACT;
}

/* ---- values that targets give ---- */

struct given { struct changes c; struct lower *l; struct hs_space *space; };

static void
give_set(struct changes *c, enum field f, u128 mask, u128 value)
{
	struct lower *l = ((struct given *)c)->l;
	struct range r = { value & mask, value & mask };

	hs_collect_change(((struct given *)c)->space, f, (uint32_t)mask,
	    (uint32_t)value);
	if (field_info[f].kind == FIELD_ADDR) {
		r.hi = r.lo | ~mask;
		if (c->family == AF_INET)
			r.hi &= UINT32_MAX;
		mask = ~(u128)0;
	}
	l->test(l, f, mask, &r, 1, false);
}

static void
give_choose(struct changes *c, enum field f, const struct range *r, unsigned n)
{
	struct lower *l = ((struct given *)c)->l;

	if (field_info[f].kind != FIELD_MARK)
		l->test(l, f, ~(u128)0, r, n, false);
}

static void
give_copy(struct changes *c, enum field to, enum field from, uint32_t mask)
{
	struct lower *l = ((struct given *)c)->l;
	struct range r = { 0, 0 };

	hs_collect_copy(((struct given *)c)->space, to, from);
	l->test(l, to, mask, &r, 1, false);
	l->test(l, from, mask, &r, 1, false);
}

void
rule_given(const struct rule *r, struct hs_space *s)
{
	struct lower *l = hs_collector(s);
	struct given g = { { l->family, l->env, r->chain->hook, give_set,
	    give_choose, give_copy }, l, s };

	hs_collect_given(s, true);
	if (r->kind == TGT_EXT && r->target.ext->change != NULL)
		r->target.ext->change(r->target.data, &g.c);
	hs_collect_given(s, false);
}

void
rule_target_text(const struct rule *r, int family, struct sbuf *out)
{
	struct ext_print how = { .family = family, .rule = r };
	const struct use *u = &r->target;

	if (r->kind == TGT_EXT) {
		sbuf_puts(out, u->ext == &ext_unknown_target ?
		    ((const struct ext_unknown *)u->data)->name :
		    u->ext->name);
		if (u->ext->save != NULL)
			u->ext->save(u->data, &how, out);
	} else if (r->kind == TGT_CHAIN) {
		sbuf_puts(out, r->jump->name);
	} else {
		sbuf_putu(out, r->kind);
	}
}

bool
rule_has_may(const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (ext_traits(&r->matches[i]) & MAY_TRAITS)
			return true;
	return false;
}

/* The chances of a rule under one name. */
static void
lower_may(const struct rule *r, struct lower *l, struct may_keys *keys)
{
	struct ext_print how = { .family = l->family, .rule = r };
	struct sbuf b = SBUF_INIT;
	uintptr_t count;
	const char *key;

	sbuf_printf(&b, "chance in %s/%s:", table_names[r->chain->table->id],
	    r->chain->name);
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];

		if (!(ext_traits(u) & MAY_TRAITS))
			continue;
		sbuf_printf(&b, " -m %s", u->ext->name);
		if (u->ext->save != NULL)
			u->ext->save(u->data, &how, &b);
	}
	sbuf_puts(&b, " -j ");
	rule_target_text(r, l->family, &b);
	key = arena_strdup(keys->arena, sbuf_text(&b));
	count = (uintptr_t)map_get(&keys->counts, key, b.len) + 1;
	map_set(&keys->counts, keys->arena, key, b.len, (void *)count);
	if (count > 1)
		sbuf_printf(&b, " (%u)", (unsigned)count);
	lower_opaque(l, sbuf_text(&b), false);
	sbuf_free(&b);
}

void
rule_collect(const struct rule *r, struct lower *l, struct may_keys *keys)
{
	rule_lower_basic(r, l);
	for (unsigned i = 0; i < r->n_matches; i++)
		match_lower(&r->matches[i], l);
	if (keys != NULL && rule_has_may(r))
		lower_may(r, l, keys);
}

void
rule_boxes(const struct rule *r, struct hs_cut *c, const struct hs *from,
    struct may_keys *keys, struct hs *out, bool *exact)
{
	bool unknown = false;

	*exact = true;
	hs_cut_begin(c, from);
	rule_lower_basic(r, &c->lower);
	hs_cut_end(c, out);
	unknown |= c->overflow || c->unknown;
	for (unsigned i = 0; i < r->n_matches; i++) {
		hs_cut_begin(c, out);
		if (match_lower(&r->matches[i], &c->lower) == MATCH_MAY)
			*exact = keys != NULL && *exact;
		hs_cut_end(c, out);
		unknown |= c->overflow || c->unknown;
	}
	if (keys != NULL && rule_has_may(r)) {
		hs_cut_begin(c, out);
		lower_may(r, &c->lower, keys);
		hs_cut_end(c, out);
		unknown |= c->unknown;
	}
	*exact &= !unknown;
}
