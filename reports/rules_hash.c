#include "reports/rules_hash.h"

#include "reports/save.h"

#include <stdlib.h>

enum { AT_ONCE = 1 << 16 };

static void
flush(struct sha256 *h, struct sbuf *b)
{
	sha256_add(h, sbuf_text(b), b->len);
	sbuf_clear(b);
}

static void
add_chain(struct sha256 *h, const struct chain *c, struct sbuf *b)
{
	sbuf_printf(b, ":%s %s\n", c->name, c->hook == HOOK_NONE ? "-" :
	    c->policy == V_DROP ? "DROP" : "ACCEPT");
	for (unsigned i = 0; i < c->n; i++) {
		save_rule_bare(c->rules[i], b);
		sbuf_putc(b, '\n');
		if (b->len > AT_ONCE)
			flush(h, b);
	}
}

/* As the kernel has it before anybody writes to it? */
static bool
is_untouched(const struct table *t)
{
	for (const struct chain *c = t->chains; c != NULL; c = c->next)
		if (c->hook == HOOK_NONE || c->n != 0 || c->policy == V_DROP)
			return false;
	return true;
}

static void
add_table(struct sha256 *h, const struct table *t)
{
	struct sbuf b = SBUF_INIT;
	unsigned n;
	struct chain **chains = save_order(t, &n);

	sbuf_printf(&b, "*%s\n", table_names[t->id]);
	for (unsigned i = 0; i < n; i++)
		add_chain(h, chains[i], &b);
	flush(h, &b);
	sbuf_free(&b);
	free(chains);
}

void
rules_hash(const struct ruleset *rs, char out[RULES_HASH_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, rs->family == AF_INET6 ? "6\n" : "4\n", 2);
	for (unsigned i = 0; i < N_TABLES; i++)
		if (rs->tables[i].present && !is_untouched(&rs->tables[i]))
			add_table(&h, &rs->tables[i]);
	sha256_end(&h, digest);
	sha256_print(digest, out);
}
