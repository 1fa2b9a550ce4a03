#include "reports/findings.h"

#include "reports/save.h"

const char *const severity_names[] = {
	[SEV_NOTE] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error",
};

/* ---- places ---- */

static const struct ruleset *
ruleset_of(const struct ruleset *const rules[2], const struct finding *f)
{
	const struct ruleset *rs = rules[family_index(f->family)];

	if (f->chain != NULL)
		return f->chain->table->ruleset;
	return rs != NULL || f->family != 0 ? rs : rules[1];
}

struct loc
finding_loc(const struct ruleset *const rules[2], const struct finding *f)
{
	const struct ruleset *rs = ruleset_of(rules, f);

	if (f->rule != NULL)
		return rule_loc(f->rule);
	if (f->loc.src != NULL)
		return f->loc;
	if (f->chain != NULL && f->chain->line != 0)
		return chain_loc(f->chain);
	return (struct loc){ rs != NULL && rs->n_sources != 0 ?
	    rs->sources[0] : NULL, 0, 0 };
}

/* Rules know their line, so that the text need not be counted through. */
static unsigned
line_of(const struct finding *f, struct loc loc)
{
	unsigned line, col;

	if (f->rule != NULL)
		return f->rule->line;
	if (f->loc.src == NULL)
		return f->chain != NULL ? f->chain->line : 0;
	loc_line(loc, &line, &col);
	return line;
}

struct place
finding_place(const struct findings_report *r, const struct finding *f)
{
	struct loc loc = finding_loc(r->rules, f);
	struct place p = { NULL, 0, 0 };
	uint32_t off = loc.off;

	if (loc.src == NULL)
		return p;
	p.file = loc.src->name;
	p.line = line_of(f, loc);
	while (p.line != 0 && off > 0 && loc.src->text[off - 1] != '\n')
		off--;
	p.col = p.line != 0 ? loc.off - off + 1 : 0;
	return p;
}

bool
finding_subject(const struct finding *f, struct sbuf *b)
{
	if (f->rule != NULL)
		save_rule(f->rule, b);
	else if (f->chain != NULL && f->chain->hook == HOOK_NONE)
		sbuf_printf(b, "-N %s", f->chain->name);
	else if (f->chain != NULL)
		sbuf_printf(b, "-P %s %s", f->chain->name,
		    f->chain->policy == V_DROP ? "DROP" : "ACCEPT");
	return f->chain != NULL;
}

/* ---- what stays ---- */

void
finding_key(const struct finding *f, struct sbuf *b)
{
	struct sbuf text = SBUF_INIT;

	sbuf_printf(b, "%s\t%s\t%s\t", f->check->id,
	    f->family == AF_INET6 ? "ipv6" : "ipv4",
	    f->table < N_TABLES ? table_names[f->table] : "-");
	if (f->chain != NULL)
		sbuf_safe(b, f->chain->name, strlen(f->chain->name));
	else
		sbuf_putc(b, '-');
	sbuf_putc(b, '\t');
	if (f->rule != NULL)
		save_rule_bare(f->rule, &text);
	if (text.len != 0)		/* without the space before it */
		sbuf_safe(b, text.text + 1, text.len - 1);
	else if (f->chain == NULL && f->loc.src != NULL)
		sbuf_safe(b, f->loc.src->text + f->loc.off, f->loc.len);
	else
		sbuf_putc(b, '-');
	sbuf_free(&text);
}

static uint64_t
fnv1a(uint64_t h, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return h;
}

uint64_t
fingerprint(struct fingerprints *all, const struct findings_report *r,
    const struct finding *f)
{
	const char *file = finding_place(r, f).file;
	uint64_t h = UINT64_C(14695981039346656037), *before;
	struct sbuf key = SBUF_INIT;

	sbuf_printf(&key, "%s\t", file ? file : "");
	finding_key(f, &key);
	before = map_get(&all->seen, key.text, key.len);
	if (before == NULL) {
		before = arena_new(&all->arena, uint64_t);
		map_set(&all->seen, &all->arena, arena_strndup(&all->arena,
		    key.text, key.len), key.len, before);
	}
	sbuf_printf(&key, "\t%u", (unsigned)(*before)++);
	h = fnv1a(h, key.text, key.len);
	sbuf_free(&key);
	return h;
}

/* ---- counts ---- */

struct finding_counts
findings_count(const struct findings *all)
{
	struct finding_counts n = { { 0 }, 0 };

	for (unsigned i = 0; i < all->n; i++)
		if (all->list[i]->suppressed != NULL)
			n.suppressed++;
		else
			n.of[all->list[i]->severity]++;
	return n;
}

void
finding_counts_print(const struct finding_counts *n, struct sbuf *b)
{
	for (int s = SEV_ERROR; s >= SEV_NOTE; s--)
		sbuf_printf(b, "%u %s%s%s", n->of[s], severity_names[s],
		    n->of[s] == 1 ? "" : "s", s > SEV_NOTE ? ", " : "");
	if (n->suppressed != 0)
		sbuf_printf(b, " (%u suppressed)", n->suppressed);
}
