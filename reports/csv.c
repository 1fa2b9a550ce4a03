#include "reports/csv.h"

#include "base/diag.h"
#include "model/rule.h"

void
csv_header(struct csv *c, const char *names)
{
	sbuf_puts(&c->line, names);
	csv_end(c);
}

static void
separate(struct csv *c)
{
	if (c->begun)
		sbuf_putc(&c->line, ',');
	c->begun = true;
}

void
csv_text(struct csv *c, const char *text)
{
	struct sbuf safe = SBUF_INIT;
	const char *s;

	separate(c);
	if (text == NULL || *text == '\0')
		return;
	if (strchr("=+-@", *text) != NULL)
		sbuf_putc(&safe, '\'');
	sbuf_safe(&safe, text, strlen(text));
	s = sbuf_text(&safe);
	if (strpbrk(s, ",\"' ") == NULL) {
		sbuf_puts(&c->line, s);
	} else {
		sbuf_putc(&c->line, '"');
		for (; *s != '\0'; s++) {
			if (*s == '"')
				sbuf_putc(&c->line, '"');
			sbuf_putc(&c->line, *s);
		}
		sbuf_putc(&c->line, '"');
	}
	sbuf_free(&safe);
}

void
csv_count(struct csv *c, bool has, uint64_t v)
{
	separate(c);
	if (has)
		sbuf_putu(&c->line, v);
}

void
csv_end(struct csv *c)
{
	sbuf_puts(&c->line, "\r\n");
	fwrite(c->line.text, 1, c->line.len, c->file);
	sbuf_clear(&c->line);
	c->begun = false;
}

void
csv_free(struct csv *c)
{
	sbuf_free(&c->line);
}

void
csv_place(struct csv *c, const struct rule *r, const struct chain *chain)
{
	struct loc loc = { 0 };
	unsigned line = 0;

	if (r != NULL)
		chain = r->chain;
	if (chain != NULL) {
		loc = r != NULL ? rule_loc(r) : chain_loc(chain);
		line = r != NULL ? r->line : chain->line;
	}
	csv_count(c, chain != NULL, chain != NULL &&
	    chain->table->ruleset->family == AF_INET6 ? 6 : 4);
	csv_text(c, chain != NULL ? table_names[chain->table->id] : NULL);
	csv_text(c, chain != NULL ? chain->name : NULL);
	if (r != NULL)
		csv_count(c, true, r->number);
	else
		csv_text(c, chain == NULL ? NULL : chain->hook == HOOK_NONE ?
		    "end" : "policy");
	csv_text(c, line != 0 && loc.src != NULL ? loc.src->name : NULL);
	csv_count(c, line != 0, line);
}
