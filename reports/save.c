#include "reports/save.h"

#include "ext/ext.h"

#include <stdlib.h>

void
save_mask(struct sbuf *b, const union addr *mask, int family)
{
	int prefix = addr_prefix(mask, family);

	sbuf_putc(b, '/');
	if (prefix >= 0)
		sbuf_putu(b, (unsigned)prefix);
	else
		addr_print(b, family, mask);
}

/* xshared.c, save_ipv4_addr and save_ipv6_addr. */
static void
put_addr(struct sbuf *b, const char *opt, const union addr *a,
    const union addr *mask, bool invert, int family)
{
	if (!invert && addr_is_zero(mask) &&
	    (family == AF_INET6 || addr_is_zero(a)))
		return;
	save_opt(b, invert, opt);
	sbuf_putc(b, ' ');
	addr_print(b, family, a);
	save_mask(b, mask, family);
}

static void
put_iface(struct sbuf *b, const char *opt, const struct ifmatch *m,
    bool invert)
{
	if (m == NULL || m->name[0] == '\0')	/* "+" is not printed */
		return;
	save_opt(b, invert, opt);
	sbuf_putc(b, ' ');
	sbuf_puts(b, m->name);
	if (m->wild)
		sbuf_putc(b, '+');
}

static void
put_proto(struct sbuf *b, const struct rule *r)
{
	const char *name = proto_name(r->proto);

	if (r->proto == 0)
		return;
	save_opt(b, r->invert & INV_PROTO, "-p ");
	if (name != NULL)
		sbuf_puts(b, name);
	else
		sbuf_putu(b, r->proto);
}

const char *
save_use_name(const struct use *u)
{
	return u->ext == &ext_unknown_match || u->ext == &ext_unknown_target ?
	    ((const struct ext_unknown *)u->data)->name : u->ext->name;
}

const char *
save_target_name(const struct rule *r)
{
	switch ((enum target_kind)r->kind) {
	case TGT_NONE:
		return NULL;
	case TGT_ACCEPT:
		return "ACCEPT";
	case TGT_DROP:
		return "DROP";
	case TGT_QUEUE:
		return "QUEUE";
	case TGT_RETURN:
		return "RETURN";
	case TGT_CHAIN:
		return r->jump->name;
	case TGT_EXT:
		break;
	}
	return save_use_name(&r->target);
}

void
save_basic(const struct rule *r, struct sbuf *b)
{
	int family = r->chain->table->ruleset->family;
	struct addr6_spec a;

	rule_addrs(r, family, &a);
	put_addr(b, "-s", &a.src, &a.src_mask, r->invert & INV_SRC, family);
	put_addr(b, "-d", &a.dst, &a.dst_mask, r->invert & INV_DST, family);
	put_iface(b, "-i", r->in, r->invert & INV_IN);
	put_iface(b, "-o", r->out, r->invert & INV_OUT);
	put_proto(b, r);
	if (r->flags & RULE_FRAG)
		save_opt(b, r->invert & INV_FRAG, "-f");
}

void
save_use(const struct rule *r, const struct use *u, struct sbuf *b)
{
	struct ext_print p = { r->chain->table->ruleset->family, r, true };

	if (u->ext->save != NULL)
		u->ext->save(u->data, &p, b);
}

static void
put_spec(const struct rule *r, bool comments, struct sbuf *b)
{
	const char *target = save_target_name(r);

	save_basic(r, b);
	for (unsigned i = 0; i < r->n_matches; i++) {
		if (!comments && strcmp(save_use_name(&r->matches[i]),
		    "comment") == 0)
			continue;
		sbuf_puts(b, " -m ");
		sbuf_puts(b, save_use_name(&r->matches[i]));
		save_use(r, &r->matches[i], b);
	}
	if (target != NULL) {
		sbuf_puts(b, r->flags & RULE_GOTO ? " -g " : " -j ");
		sbuf_puts(b, target);
	}
	if (r->kind == TGT_EXT)
		save_use(r, &r->target, b);
}

void
save_rule_spec(const struct rule *r, struct sbuf *b)
{
	put_spec(r, true, b);
}

void
save_rule_bare(const struct rule *r, struct sbuf *b)
{
	put_spec(r, false, b);
}

void
save_rule(const struct rule *r, struct sbuf *b)
{
	sbuf_puts(b, "-A ");
	sbuf_puts(b, r->chain->name);
	save_rule_spec(r, b);
}

static void
put_counters(struct sbuf *b, const uint64_t v[2])
{
	sbuf_putc(b, '[');
	sbuf_putu(b, v[0]);
	sbuf_putc(b, ':');
	sbuf_putu(b, v[1]);
	sbuf_putc(b, ']');
}

void
save_end_line(struct sbuf *b, size_t from)
{
	char *nl = b->text + from;

	while ((nl = memchr(nl, '\n', b->len - (size_t)(nl - b->text))))
		*nl++ = ' ';
	sbuf_putc(b, '\n');
}

static void
put_chain(struct sbuf *b, const struct chain *c, const struct save_format *f)
{
	size_t from = b->len;
	uint64_t v[2];

	save_chain_counters(f, c, v);
	sbuf_printf(b, ":%s %s ", c->name, c->hook == HOOK_NONE ? "-" :
	    c->policy == V_DROP ? "DROP" : "ACCEPT");
	put_counters(b, v);
	save_end_line(b, from);
}

static void
flush(struct sbuf *b, FILE *f)
{
	fwrite(b->text, 1, b->len, f);
	sbuf_clear(b);
}

static void
save_table(const struct table *t, const struct save_format *f, FILE *file)
{
	struct sbuf b = SBUF_INIT;
	unsigned n;
	struct chain **chains = save_order(t, &n);

	sbuf_printf(&b, "*%s\n", table_names[t->id]);
	for (unsigned i = 0; i < n; i++)
		if (save_wanted(f, chains[i]))
			put_chain(&b, chains[i], f);
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; save_wanted(f, chains[i]) &&
		    j < chains[i]->n; j++) {
			const struct rule *r = chains[i]->rules[j];
			size_t from = b.len;
			uint64_t v[2];

			save_rule_counters(f, r, v);
			if (f->counters) {
				put_counters(&b, v);
				sbuf_putc(&b, ' ');
			}
			save_rule(r, &b);
			save_end_line(&b, from);
			if (b.len > 1 << 16)
				flush(&b, file);
		}
	sbuf_puts(&b, "COMMIT\n");
	flush(&b, file);
	sbuf_free(&b);
	free(chains);
}

void
save_ruleset(const struct ruleset *rs, const struct save_format *f,
    FILE *file)
{
	for (unsigned i = 0; i < rs->n_tables; i++)
		if (f->table < 0 || f->table == (int)rs->order[i])
			save_table(&rs->tables[rs->order[i]], f, file);
}
