/* What only the text of a ruleset shows: addresses that the rules do not keep
 * as they are written, and what iptables says of itself in a dump. */
#include "analysis/lookup.h"

#include <ctype.h>
#include <stdlib.h>

struct text { const char *s; size_t len; };

/* ---- addresses of -s and -d ---- */

static struct text
next_word(struct text *rest)
{
	struct text word;

	while (rest->len != 0 && isspace((unsigned char)*rest->s))
		rest->s++, rest->len--;
	word.s = rest->s;
	while (rest->len != 0 && !isspace((unsigned char)*rest->s))
		rest->s++, rest->len--;
	word.len = (size_t)(rest->s - word.s);
	return word;
}

static bool
is_word(struct text w, const char *s)
{
	return w.len == strlen(s) && memcmp(w.s, s, w.len) == 0;
}

/* The next word behind -s or -d; false: there is none. */
static bool
next_address(struct text *rest, struct text *address)
{
	static const char *const options[] = { "-s", "-d", "--source",
	    "--src", "--destination", "--dst" };

	for (;;) {
		struct text w = next_word(rest);

		if (w.len == 0)
			return false;
		for (size_t i = 0; i < sizeof(options) / sizeof(*options);
		    i++) {
			if (!is_word(w, options[i]))
				continue;
			*address = next_word(rest);
			if (is_word(*address, "!"))
				*address = next_word(rest);
			return address->len != 0;
		}
	}
}

/* The next one of a list with commas. */
static bool
next_part(struct text *list, struct text *part)
{
	const char *comma = memchr(list->s, ',', list->len);

	*part = *list;
	if (comma != NULL)
		part->len = (size_t)(comma - list->s);
	list->s += part->len + (comma != NULL);
	list->len -= part->len + (comma != NULL);
	return part->len != 0;
}

/* FW1014 for one "ADDRESS/PREFIX". */
static void
look_at_prefix(struct audit *a, const struct rule *r, struct text part)
{
	int family = r->chain->table->ruleset->family;
	const char *slash = memchr(part.s, '/', part.len);
	size_t len = slash ? (size_t)(slash - part.s) : 0;
	union addr addr = { .q = { 0, 0 } }, mask, inside;
	char digits[4] = "";
	struct sbuf b = SBUF_INIT;
	struct finding *f;
	unsigned prefix;

	if (slash == NULL || part.len - len - 1 >= sizeof(digits) ||
	    !addr_parse(&addr, family, part.s, len))
		return;
	memcpy(digits, slash + 1, part.len - len - 1);
	prefix = (unsigned)strtoul(digits, NULL, 10);
	if (digits[0] == '\0' || strspn(digits, "0123456789") !=
	    strlen(digits) || prefix > family_bits(family))
		return;
	addr_mask(&mask, family, prefix);
	inside.q[0] = addr.q[0] & mask.q[0];
	inside.q[1] = addr.q[1] & mask.q[1];
	if (addr_equal(&inside, &addr))
		return;
	addr_print(&b, family, prefix == 0 ? &addr : &inside);
	if (prefix == 0)
		f = finding_add(&a->out, "FW1014", r, NULL, "%.*s is every "
		    "address, since /0 leaves no bit of it; the host alone "
		    "is %s", (int)part.len, part.s, sbuf_text(&b));
	else
		f = finding_add(&a->out, "FW1014", r, NULL, "%.*s has bits "
		    "behind its prefix, which are ignored: it is the whole "
		    "of %s/%u", (int)part.len, part.s, sbuf_text(&b), prefix);
	if (prefix == 0)
		finding_fix(a, f, "write %s", sbuf_text(&b));
	else
		finding_fix(a, f, "write %s/%u, or %.*s for the host alone",
		    sbuf_text(&b), prefix, (int)len, part.s);
	sbuf_free(&b);
}

/* A rule with several addresses is several rules of one text. */
static void
look_at_prefixes(struct audit *a, unsigned f)
{
	const struct rule *last = NULL;

	for (const struct rule *r = rule_first(a->rules[f]); r != NULL;
	    last = r, r = rule_next(r)) {
		struct loc loc = rule_loc(r);
		struct text rest, list, part;

		if (loc.src == NULL || (last != NULL &&
		    last->source == r->source && last->off == r->off))
			continue;
		rest = (struct text){ loc.src->text + loc.off, loc.len };
		while (next_address(&rest, &list))
			while (next_part(&list, &part))
				look_at_prefix(a, r, part);
	}
}

/* ---- comments of dumps ---- */

static bool
has(struct text line, const char *s)
{
	return memmem(line.s, line.len, s, strlen(s)) != NULL;
}

static struct finding *
add_at(struct audit *a, unsigned f, const char *id, const struct source *src,
    struct text line, const char *message)
{
	struct finding *found = finding_add(&a->out, id, NULL, NULL, "%s",
	    message);

	found->family = a->rules[f]->family;
	found->loc = loc_at(src, (size_t)(line.s - src->text), line.len);
	return found;
}

/* Do the tables do anything? */
static bool
filters(const struct ruleset *rs)
{
	for (unsigned t = 0; t < N_TABLES; t++)
		for (const struct chain *c = rs->tables[t].chains; c != NULL;
		    c = c->next)
			if (c->policy == V_DROP)
				return true;
	return rs->n_rules != 0;
}

/* The warning is printed for empty tables too. */
static void
legacy_tables(struct audit *a, unsigned f, const struct source *src,
    struct text line)
{
	add_at(a, f, "FW1013", src, line, "the dump says that tables of "
	    "iptables-legacy exist beside these; they are not looked at here");
	if (filters(a->rules[f]))
		add_at(a, f, "FW8005", src, line, "if the tables of "
		    "iptables-legacy have rules, the kernel runs them beside "
		    "these, and a packet must pass both")->possible = true;
}

/* Which variants of iptables-save the headers name ("# Generated by
 * iptables-save v1.8.9 (nf_tables) on ..."). */
struct variants { bool nft, legacy, told; };

static void
look_at_comment(struct audit *a, unsigned f, const struct source *src,
    struct text line, struct variants *v)
{
	if (has(line, f == 0 ? "iptables-legacy tables present" :
	    "ip6tables-legacy tables present"))
		legacy_tables(a, f, src, line);
	if (!has(line, f == 0 ? "Generated by iptables" :
	    "Generated by ip6tables"))
		return;
	v->nft |= has(line, "(nf_tables)");
	v->legacy |= has(line, "(legacy)");
	if (!v->nft || !v->legacy || v->told)
		return;
	v->told = true;
	add_at(a, f, "FW8005", src, line, "rules of iptables-legacy and of "
	    "iptables-nft are both here: the kernel runs both, and a packet "
	    "must pass both; of a table that both have, only the later one is "
	    "looked at");
}

static void
look_at_source(struct audit *a, unsigned f, const struct source *src,
    struct variants *v)
{
	const char *s = src->text, *end = src->text + src->size;

	while (s < end) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		struct text line = { s, (size_t)((newline ? newline : end) -
		    s) };

		if (*s == '#')
			look_at_comment(a, f, src, line, v);
		s += line.len + 1;
	}
}

check_fn check_source;
void
check_source(struct audit *a, unsigned f)
{
	const struct ruleset *rs = a->rules[f];
	struct variants v = { false, false, false };

	look_at_prefixes(a, f);
	for (unsigned i = 0; i < rs->n_sources; i++)
		look_at_source(a, f, rs->sources[i], &v);
}
