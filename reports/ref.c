#include "reports/ref.h"

#include "base/diag.h"
#include "ext/ext.h"
#include "reports/save.h"

#include <inttypes.h>

void
ref_chain(const struct chain *c, struct sbuf *b)
{
	sbuf_puts(b, table_names[c->table->id]);
	sbuf_putc(b, '/');
	sbuf_safe(b, c->name, strlen(c->name));
}

void
ref_rule(const struct rule *r, struct sbuf *b)
{
	struct sbuf name = SBUF_INIT;

	rule_name(r, &name);
	sbuf_safe(b, sbuf_text(&name), name.len);
	sbuf_free(&name);
}

void
ref_decider(const struct rule *r, const struct chain *c, struct sbuf *b)
{
	if (r != NULL) {
		ref_rule(r, b);
	} else if (c != NULL) {
		ref_chain(c, b);
		sbuf_puts(b, " policy");
	} else {
		sbuf_putc(b, '-');
	}
}

static void
place(const struct loc loc, uint32_t line, struct sbuf *b)
{
	if (loc.src == NULL || line == 0)
		return;
	sbuf_safe(b, loc.src->name, strlen(loc.src->name));
	sbuf_putc(b, ':');
	sbuf_putu(b, line);
}

void
ref_rule_place(const struct rule *r, struct sbuf *b)
{
	place(rule_loc(r), r->line, b);
}

void
ref_chain_place(const struct chain *c, struct sbuf *b)
{
	if (c->line != 0)
		place(chain_loc(c), c->line, b);
}

/* Takes "-m NAME" out of a rule's text, and a comment with its option; the
 * target goes too.  Quoted words stay whole. */
static const char *
word_end(const char *s)
{
	bool quoted = false;

	for (; *s != '\0' && (quoted || *s != ' '); s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '"')
			quoted = !quoted;
	}
	return s;
}

static bool
is_word(const char *s, const char *end, const char *word)
{
	return (size_t)(end - s) == strlen(word) &&
	    memcmp(s, word, strlen(word)) == 0;
}

void
ref_tests(const struct rule *r, struct sbuf *b)
{
	struct sbuf text = SBUF_INIT;
	size_t before = b->len;
	const char *s;

	save_rule_spec(r, &text);
	for (s = sbuf_text(&text); *s != '\0';) {
		const char *end;

		while (*s == ' ')
			s++;
		end = word_end(s);
		if (is_word(s, end, "-j") || is_word(s, end, "-g"))
			break;
		if (is_word(s, end, "-m") || is_word(s, end, "--comment")) {
			s = end;
			while (*s == ' ')
				s++;
			s = word_end(s);
			continue;
		}
		if (b->len > before && end > s)
			sbuf_putc(b, ' ');
		sbuf_safe(b, s, (size_t)(end - s));
		s = end;
	}
	if (b->len == before)
		sbuf_puts(b, "any");
	sbuf_free(&text);
}

void
ref_target(const struct rule *r, struct sbuf *b)
{
	const char *name = "";

	switch ((enum target_kind)r->kind) {
	case TGT_NONE:
		name = "count";
		break;
	case TGT_ACCEPT:
		name = "ACCEPT";
		break;
	case TGT_DROP:
		name = "DROP";
		break;
	case TGT_QUEUE:
		name = "QUEUE";
		break;
	case TGT_RETURN:
		name = "RETURN";
		break;
	case TGT_CHAIN:
		sbuf_puts(b, r->flags & RULE_GOTO ? "goto " : "jump ");
		name = r->jump->name;
		break;
	case TGT_EXT:
		name = r->target.ext == &ext_unknown_target ?
		    ((const struct ext_unknown *)r->target.data)->name :
		    r->target.ext->name;
		break;
	}
	sbuf_safe(b, name, strlen(name));
}

void
time_print(int64_t ns, struct sbuf *b)
{
	int64_t sec = ns / 1000000000, rest = ns % 1000000000;

	if (rest < 0) {
		sec--;
		rest += 1000000000;
	}
	sbuf_printf(b, "%" PRId64 ".%09" PRId64, sec, rest);
}
