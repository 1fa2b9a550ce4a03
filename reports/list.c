#include "reports/list.h"

#include "ext/ext.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *
target_name(const struct rule *r)
{
	const char *name = save_target_name(r);

	if (r->kind == TGT_EXT && r->target.ext->list_name != NULL)
		name = r->target.ext->list_name;
	return name != NULL ? name : "";
}

/* Pads what was printed since 'from' with spaces to 'width', and one more. */
static void
pad(struct sbuf *b, size_t from, size_t width)
{
	while (b->len - from < width)
		sbuf_putc(b, ' ');
	sbuf_putc(b, ' ');
}

static void
put_iface(struct sbuf *b, const struct ifmatch *m, bool invert)
{
	size_t from = b->len;

	if (invert)
		sbuf_putc(b, '!');
	sbuf_puts(b, m == NULL ? "*" : m->name);
	if (m != NULL && m->wild)
		sbuf_putc(b, '+');
	pad(b, from, 6);
}

static void
put_addr(struct sbuf *b, const union addr *a, const union addr *mask,
    bool invert, int family)
{
	size_t from;

	sbuf_putc(b, invert ? '!' : ' ');
	from = b->len;
	addr_print(b, family, a);
	if (addr_prefix(mask, family) != (int)family_bits(family))
		save_mask(b, mask, family);
	pad(b, from, 19);
}

static void
put_frag(struct sbuf *b, const struct rule *r, int family)
{
	if (family == AF_INET) {
		sbuf_putc(b, r->invert & INV_FRAG ? '!' : '-');
		sbuf_putc(b, r->flags & RULE_FRAG ? 'f' : '-');
	} else {
		sbuf_puts(b, "--");
	}
	sbuf_puts(b, "  ");
}

static void
put_extensions(struct sbuf *b, const struct rule *r, int family)
{
	struct ext_print p = { family, r, true };

	for (unsigned i = 0; i < r->n_matches; i++)
		if (r->matches[i].ext->list != NULL)
			r->matches[i].ext->list(r->matches[i].data, &p, b);
	if (r->kind == TGT_EXT && r->target.ext->list != NULL)
		r->target.ext->list(r->target.data, &p, b);
}

void
list_rule(const struct rule *r, const uint64_t counters[2], struct sbuf *b)
{
	int family = r->chain->table->ruleset->family;
	struct addr6_spec a;

	rule_addrs(r, family, &a);
	sbuf_printf(b, "%-4u %8" PRIu64 " %8" PRIu64 " %-9s %c%-4u ",
	    r->number, counters[0], counters[1], target_name(r),
	    r->invert & INV_PROTO ? '!' : ' ', r->proto);
	put_frag(b, r, family);
	put_iface(b, r->in, r->invert & INV_IN);
	put_iface(b, r->out, r->invert & INV_OUT);
	put_addr(b, &a.src, &a.src_mask, r->invert & INV_SRC, family);
	put_addr(b, &a.dst, &a.dst_mask, r->invert & INV_DST, family);
	if (r->flags & RULE_GOTO)
		sbuf_puts(b, "[goto] ");
	put_extensions(b, r, family);
}

static void
put_heading(struct sbuf *b, const struct chain *c,
    const struct save_format *f)
{
	size_t from = b->len;
	uint64_t v[2];

	save_chain_counters(f, c, v);
	if (c->hook != HOOK_NONE)
		sbuf_printf(b, "Chain %s (policy %s %" PRIu64 " packets, %"
		    PRIu64 " bytes)", c->name, c->policy == V_DROP ?
		    "DROP" : "ACCEPT", v[0], v[1]);
	else
		sbuf_printf(b, "Chain %s (%u references)", c->name,
		    c->references);
	save_end_line(b, from);
	sbuf_printf(b, "%-4s %8s %10s %-9s  prot opt %-6s %-6s  %-19s  %-19s "
	    "\n", "num", "pkts", "bytes", "target", "in", "out", "source",
	    "destination");
}

static void
list_chain(const struct chain *c, const struct save_format *f,
    struct sbuf *b, FILE *file)
{
	put_heading(b, c, f);
	for (unsigned i = 0; i < c->n; i++) {
		size_t from = b->len;
		uint64_t v[2];

		save_rule_counters(f, c->rules[i], v);
		list_rule(c->rules[i], v, b);
		save_end_line(b, from);
		if (b->len > 1 << 16) {
			fwrite(b->text, 1, b->len, file);
			sbuf_clear(b);
		}
	}
}

void
list_ruleset(const struct ruleset *rs, const struct save_format *f,
    FILE *file)
{
	const struct table *t = &rs->tables[f->table < 0 ? TABLE_FILTER :
	    f->table];
	struct sbuf b = SBUF_INIT;
	const char *between = "";
	unsigned n;
	struct chain **chains = save_order(t, &n);

	for (unsigned i = 0; i < n; i++)
		if (save_wanted(f, chains[i])) {
			sbuf_puts(&b, between);
			list_chain(chains[i], f, &b, file);
			between = "\n";
		}
	fwrite(sbuf_text(&b), 1, b.len, file);
	sbuf_free(&b);
	free(chains);
}
