#include "lab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum section {
	SEC_NONE, SEC_SETUP, SEC_IPSET, SEC_RULES, SEC_RULES6, SEC_PACKETS,
	N_SECTIONS
};

static const char *const section_names[N_SECTIONS] = {
	[SEC_SETUP] = "setup", [SEC_IPSET] = "ipset", [SEC_RULES] = "rules",
	[SEC_RULES6] = "rules6", [SEC_PACKETS] = "packets",
};

struct lines {
	struct line *v;
	unsigned n, cap;
};

struct parse {
	const struct source *src;
	struct arena *arena;
	struct diags *diags;
	struct scn *scn;
	struct sbuf text[N_SECTIONS];
	unsigned first[N_SECTIONS];
	struct lines lines[N_SECTIONS];
	enum section section;
};

static bool	parse_line(struct parse *, size_t off, size_t len, unsigned no);
static bool	check_packets(struct parse *);
static bool	check_setup(struct parse *);
static char	*text_of(struct parse *, enum section);

struct scn *
scn_parse(const struct source *src, struct arena *arena, struct diags *diags)
{
	struct parse p = { .src = src, .arena = arena, .diags = diags };
	unsigned before = diags->errors, no = 0, i;
	size_t off = 0;

	p.scn = arena_new(arena, struct scn);
	p.scn->src = src;
	while (off < src->size && !diag_full(diags)) {
		const char *nl = memchr(src->text + off, '\n', src->size - off);
		size_t len = nl ? (size_t)(nl - src->text) - off :
		    src->size - off;

		parse_line(&p, off, len, ++no);
		off += len + 1;
	}
	p.scn->rules = text_of(&p, SEC_RULES);
	p.scn->rules6 = text_of(&p, SEC_RULES6);
	p.scn->ipset = text_of(&p, SEC_IPSET);
	p.scn->rules_line = p.first[SEC_RULES];
	p.scn->rules6_line = p.first[SEC_RULES6];
	p.scn->ipset_line = p.first[SEC_IPSET];
	p.scn->setup = p.lines[SEC_SETUP].v;
	p.scn->n_setup = p.lines[SEC_SETUP].n;
	p.scn->packets = p.lines[SEC_PACKETS].v;
	p.scn->n_packets = p.lines[SEC_PACKETS].n;
	if (p.scn->rules6)
		p.scn->v6 = true;
	check_setup(&p);
	check_packets(&p);
	for (i = 0; i < N_SECTIONS; i++)
		sbuf_free(&p.text[i]);
	return diags->errors == before ? p.scn : NULL;
}

char *
scn_rename(const char *text, char slot, struct arena *arena)
{
	char *copy = arena_strdup(arena, text), *p;
	unsigned d;

	for (d = 0; d < N_DEVS; d++)
		for (p = copy; (p = strstr(p, dev_stem[d])); p += 3)
			if ((p == copy || !isalnum((unsigned char)p[-1])) &&
			    isxdigit((unsigned char)p[3]) &&
			    !isalnum((unsigned char)p[4]))
				p[3] = slot;
	return copy;
}

static char *
text_of(struct parse *p, enum section s)
{
	if (!p->first[s])
		return NULL;
	return arena_strdup(p->arena, sbuf_text(&p->text[s]));
}

/* Splits a line into words; "..." is one word, with \r \n \t \" \\ \xNN. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static size_t
unescape(const char *s, const char *end, char *out)
{
	int hi = s + 2 < end ? hex_digit(s[1]) : -1;
	int lo = s + 2 < end ? hex_digit(s[2]) : -1;

	switch (*s) {
	case 'r': *out = '\r'; return 1;
	case 'n': *out = '\n'; return 1;
	case 't': *out = '\t'; return 1;
	case 'x':
		if (hi < 0 || lo < 0)
			return 0;
		*out = (char)(hi * 16 + lo);
		return 3;
	default: *out = *s; return 1;
	}
}

static bool
quoted(struct parse *p, size_t *off, size_t end, struct token *t)
{
	const char *s = p->src->text + *off + 1, *stop = p->src->text + end;
	char *out = arena_alloc(p->arena, end - *off + 1);
	size_t n = 0, used;

	while (s < stop && *s != '"') {
		if (*s != '\\') {
			out[n++] = *s++;
			continue;
		}
		if (++s == stop || !(used = unescape(s, stop, &out[n])))
			break;
		s += used;
		n++;
	}
	t->text = out;
	t->len = (uint32_t)n;
	t->quoted = true;
	t->loc = loc_at(p->src, *off, (size_t)(s - p->src->text) - *off + 1);
	if (s >= stop || *s != '"') {
		diag_error(p->diags, t->loc, "this text does not end");
		return false;
	}
	*off = (size_t)(s + 1 - p->src->text);
	return true;
}

static bool
split(struct parse *p, size_t off, size_t len, struct lines *lines)
{
	struct token tokens[160];
	const char *text = p->src->text;
	size_t end = off + len, start = off;
	unsigned n = 0;
	struct line *line;

	while (off < end && n < 160) {
		if (text[off] == ' ' || text[off] == '\t') {
			off++;
			continue;
		}
		if (text[off] == '#')
			break;
		memset(&tokens[n], 0, sizeof(tokens[n]));
		if (text[off] == '"') {
			if (!quoted(p, &off, end, &tokens[n++]))
				return false;
			continue;
		}
		size_t from = off;

		while (off < end && text[off] != ' ' && text[off] != '\t')
			off++;
		tokens[n].loc = loc_at(p->src, from, off - from);
		tokens[n].len = (uint32_t)(off - from);
		tokens[n++].text = arena_strndup(p->arena, text + from,
		    off - from);
	}
	if (!n)
		return true;
	vec_room(lines->v, lines->n, lines->cap);
	line = &lines->v[lines->n++];
	line->loc = loc_at(p->src, start, len);
	line->n = n;
	line->tokens = arena_copy(p->arena, tokens, n * sizeof(tokens[0]));
	return true;
}

static bool
section_head(struct parse *p, size_t off, size_t len)
{
	const char *s = p->src->text + off;
	unsigned i;

	for (i = 1; i < N_SECTIONS; i++) {
		size_t n = strlen(section_names[i]);

		if (len >= n + 2 && !memcmp(s + 1, section_names[i], n) &&
		    s[n + 1] == ']') {
			p->section = i;
			return true;
		}
	}
	diag_error(p->diags, loc_at(p->src, off, len),
	    "no such section; there are setup, ipset, rules, rules6, packets");
	return false;
}

static bool
parse_line(struct parse *p, size_t off, size_t len, unsigned no)
{
	const char *s = p->src->text + off;
	enum section sec = p->section;

	/* iptables-save -c lines start with "[12:34]". */
	if (len > 1 && s[0] == '[' && (s[1] < '0' || s[1] > '9')) {
		bool ok = section_head(p, off, len);

		p->first[p->section] = no + 1;
		return ok;
	}
	switch (sec) {
	case SEC_NONE:
		if (!len || s[0] == '#')
			return true;
		diag_error(p->diags, loc_at(p->src, off, len),
		    "expected a section such as [rules]");
		return false;
	case SEC_IPSET:
	case SEC_RULES:
	case SEC_RULES6:
		sbuf_put(&p->text[sec], s, len);
		sbuf_putc(&p->text[sec], '\n');
		return true;
	case SEC_SETUP:
	case SEC_PACKETS:
	case N_SECTIONS:
		break;
	}
	return split(p, off, len, &p->lines[sec]);
}

static bool
check_setup(struct parse *p)
{
	struct lines *l = &p->lines[SEC_SETUP];
	unsigned i;

	for (i = 0; i < l->n; i++) {
		const struct token *t = &l->v[i].tokens[0];
		bool ip = !strcmp(t->text, "ip"), one = l->v[i].n == 1;

		if (!strcmp(t->text, "ipv6") && one)
			p->scn->v6 = true;
		else if (!strcmp(t->text, "gap") && l->v[i].n == 2)
			p->scn->gap = strtod(t[1].text, NULL);
		else if (!strcmp(t->text, "random-ports") && one)
			p->scn->random_ports = true;
		else if ((ip && !one) ||
		    (!strcmp(t->text, "sysctl") && l->v[i].n == 2 &&
		    strchr(t[1].text, '=')))
			continue;
		else
			diag_error(p->diags, t->loc, "expected 'ip ...', "
			    "'sysctl NAME=VALUE', 'ipv6', 'gap SECONDS' "
			    "or 'random-ports'");
	}
	return true;
}

/* References to other packets are resolved while running; that they exist
 * is checked here. */
static bool
label_known(struct parse *p, const struct token *ref, unsigned before)
{
	const struct lines *l = &p->lines[SEC_PACKETS];
	unsigned i;
	char *end;
	unsigned long no = strtoul(ref->text, &end, 10);
	size_t len = strcspn(ref->text, ".");

	if (end != ref->text && (!*end || *end == '.'))
		return no >= 1 && no <= before;
	for (i = 0; i < before; i++) {
		const char *t = l->v[i].tokens[0].text;

		if (!strncmp(t, ref->text, len) && t[len] == ':')
			return true;
	}
	return false;
}

static bool
check_packets(struct parse *p)
{
	struct lines *l = &p->lines[SEC_PACKETS];
	unsigned i, rest;
	struct spec spec;

	for (i = 0; i < l->n && !diag_full(p->diags); i++) {
		spec_init(&spec);
		if (!spec_head(&l->v[i], &spec, &rest, p->arena, p->diags))
			continue;
		if (spec.kind != SPEC_PACKET && spec.ref.text &&
		    !label_known(p, &spec.ref, i))
			diag_error(p->diags, spec.ref.loc,
			    "no packet before this one is called '%s'",
			    spec.ref.text);
		if (!spec_options(&l->v[i], rest, &spec, p->arena, p->diags))
			continue;
		if (spec.quote.text && !label_known(p, &spec.quote, i))
			diag_error(p->diags, spec.quote.loc,
			    "no packet before this one is called '%s'",
			    spec.quote.text);
		if (spec.family == AF_INET6)
			p->scn->v6 = true;
	}
	return true;
}
