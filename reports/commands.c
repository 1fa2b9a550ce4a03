#include "reports/commands.h"

#include "ext/saved.h"

#include <inttypes.h>
#include <stdlib.h>

struct commands {
	const struct save_format *format;
	const char *program;
	struct sbuf out, spec;
	struct saved words;
	FILE *file;
};

/* A word for the shell. */
static void
quote(struct sbuf *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";

	sbuf_putc(b, ' ');
	if (strcmp(text, "!") == 0 ||
	    (*text != '\0' && text[strspn(text, plain)] == '\0')) {
		sbuf_puts(b, text);
		return;
	}
	sbuf_putc(b, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			sbuf_puts(b, "'\\''");
		else
			sbuf_putc(b, *text);
	sbuf_putc(b, '\'');
}

/* "iptables -t nat -A PREROUTING", "-t filter" left out. */
static void
begin(struct commands *c, const struct chain *chain, const char *command)
{
	sbuf_puts(&c->out, c->program);
	if (chain->table->id != TABLE_FILTER)
		sbuf_printf(&c->out, " -t %s", table_names[chain->table->id]);
	sbuf_puts(&c->out, command);
	quote(&c->out, chain->name);
}

static void
end(struct commands *c)
{
	sbuf_putc(&c->out, '\n');
	if (c->out.len > 1 << 16) {
		fwrite(c->out.text, 1, c->out.len, c->file);
		sbuf_clear(&c->out);
	}
}

static void
put_counters(struct commands *c, const uint64_t v[2])
{
	sbuf_printf(&c->out, " -c %" PRIu64 " %" PRIu64, v[0], v[1]);
}

static void
put_chain(struct commands *c, const struct chain *chain)
{
	uint64_t v[2];

	if (chain->hook == HOOK_NONE) {
		begin(c, chain, " -N");
		end(c);
		return;
	}
	save_chain_counters(c->format, chain, v);
	begin(c, chain, " -P");
	sbuf_puts(&c->out, chain->policy == V_DROP ? " DROP" : " ACCEPT");
	if (v[0] != 0 || v[1] != 0)
		put_counters(c, v);
	end(c);
}

static void
put_rule(struct commands *c, const struct rule *r)
{
	uint64_t v[2];

	begin(c, r->chain, " -A");
	sbuf_clear(&c->spec);
	save_rule_spec(r, &c->spec);
	saved_read(&c->words, sbuf_text(&c->spec), NULL);
	save_rule_counters(c->format, r, v);
	if (c->format->counters)
		put_counters(c, v);
	for (unsigned i = 0; i < c->words.n_words; i++)
		quote(&c->out, c->words.words[i].text);
	end(c);
}

static void
put_table(struct commands *c, const struct table *t)
{
	unsigned n;
	struct chain **chains = save_order(t, &n);

	for (unsigned i = 0; i < n; i++)
		if (save_wanted(c->format, chains[i]))
			put_chain(c, chains[i]);
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; save_wanted(c->format, chains[i]) &&
		    j < chains[i]->n; j++)
			put_rule(c, chains[i]->rules[j]);
	free(chains);
}

void
commands_ruleset(const struct ruleset *rs, const struct save_format *f,
    FILE *file)
{
	struct commands c = { f, rs->family == AF_INET ? "iptables" :
	    "ip6tables", SBUF_INIT, SBUF_INIT, SAVED_INIT, file };

	for (unsigned i = 0; i < rs->n_tables; i++)
		if (f->table < 0 || f->table == (int)rs->order[i])
			put_table(&c, &rs->tables[rs->order[i]]);
	fwrite(sbuf_text(&c.out), 1, c.out.len, file);
	sbuf_free(&c.out);
	sbuf_free(&c.spec);
	saved_free(&c.words);
}
