/* Rules as boxes: the basic tests and what the matches say of themselves. */
#include "analysis/rules.h"

#include <arpa/inet.h>
#include <string.h>

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
	bool may = traits & (EXT_STATEFUL | EXT_RANDOM | EXT_SIDE_EFFECT);

	if (u->ext->lower != NULL && u->ext->lower(u->data, l))
		return may ? MATCH_MAY : MATCH_EXACT;
	if (may)
		return MATCH_MAY;
	lower_text(u, l);
	return MATCH_EXACT;
}

void
rule_collect(const struct rule *r, struct lower *l)
{
	rule_lower_basic(r, l);
	for (unsigned i = 0; i < r->n_matches; i++)
		match_lower(&r->matches[i], l);
}

void
rule_boxes(const struct rule *r, struct hs_cut *c, const struct hs *from,
    struct hs *out, bool *exact, bool *unknown)
{
	*exact = true;
	*unknown = false;
	hs_cut_begin(c, from);
	rule_lower_basic(r, &c->lower);
	hs_cut_end(c, out);
	*unknown |= c->overflow || c->unknown;
	for (unsigned i = 0; i < r->n_matches && out->n != 0; i++) {
		hs_cut_begin(c, out);
		if (match_lower(&r->matches[i], &c->lower) == MATCH_MAY)
			*exact = false;
		hs_cut_end(c, out);
		*unknown |= c->overflow || c->unknown;
	}
	*exact &= !*unknown;
}
