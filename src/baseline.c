#include "baseline.h"

#include "ids.h"
#include "reports/findings.h"

#include <stdlib.h>

static const char header[] =
"# nfwalk baseline 1: findings that are not told; id, family, table, chain,\n"
"# rule.  Made by 'nfwalk audit --write-baseline'; lines may be removed.\n";

struct entry {
	struct entry *next;		/* of the same key */
	const struct check *check;
	struct loc loc;
	int family;
	bool used;
};

struct baseline {
	struct arena *arena;
	struct map entries;		/* by key: those not used */
	struct entry *list;		/* in the order of the file */
	unsigned n, room;
};

/* How long the part of a line is that begins at 'at', up to a tab. */
static unsigned
part(const struct source *src, size_t at, size_t end)
{
	const char *tab = memchr(src->text + at, '\t', end - at);

	return (unsigned)(tab != NULL ? (size_t)(tab - src->text) - at :
	    end - at);
}

static void
read_entry(struct baseline *b, struct loc line, struct diags *diags)
{
	const struct source *src = line.src;
	size_t end = line.off + line.len;
	unsigned id = part(src, line.off, end), family;
	struct entry e = { .loc = line };
	unsigned tabs = 0;

	for (size_t i = line.off; i < end; i++)
		tabs += src->text[i] == '\t';
	if (tabs != 4) {
		diag_error(diags, line, "this is no entry of a baseline");
		return;
	}
	e.check = id_read(src->text + line.off, id, diags, loc_at(src,
	    line.off, id));
	family = part(src, line.off + id + 1, end);
	e.family = family == 4 && memcmp(src->text + line.off + id + 1,
	    "ipv6", 4) == 0 ? AF_INET6 : AF_INET;
	if (e.check == NULL)
		return;
	vec_room(b->list, b->n, b->room);
	b->list[b->n++] = e;
}

static void
read_entries(struct baseline *b, const struct source *src,
    struct diags *diags)
{
	for (size_t at = 0, next; at < src->size && !diag_full(diags);
	    at = next) {
		const char *nl = memchr(src->text + at, '\n', src->size - at);
		size_t end = nl ? (size_t)(nl - src->text) : src->size;

		next = end + 1;
		if (end > at && src->text[end - 1] == '\r')
			end--;
		if (end > at && src->text[at] != '#')
			read_entry(b, loc_at(src, at, end - at), diags);
	}
	/* The list grows no more: it can be pointed into.  Backwards, so that
	 * the first of equal entries is found first. */
	for (unsigned i = b->n; i-- > 0;) {
		struct entry *e = &b->list[i];
		const char *key = src->text + e->loc.off;

		e->next = map_get(&b->entries, key, e->loc.len);
		map_set(&b->entries, b->arena, key, e->loc.len, e);
	}
}

static void
match(struct baseline *b, struct finding *f)
{
	struct sbuf key = SBUF_INIT;
	struct entry *e;

	finding_key(f, &key);
	e = map_get(&b->entries, key.text, key.len);
	if (e != NULL) {
		e->used = true;
		f->suppressed = "in the baseline";
		map_set(&b->entries, b->arena, e->loc.src->text + e->loc.off,
		    e->loc.len, e->next);
	}
	sbuf_free(&key);
}

static void
tell_stale(const struct entry *e, struct audit *a)
{
	struct finding *f;

	if (e->used || !audit_on(a, e->check->id) ||
	    a->rules[family_index(e->family)] == NULL)
		return;
	f = finding_add(&a->out, "FW9007", NULL, NULL, "this %s is no "
	    "longer found", e->check->id);
	f->family = e->family;
	f->loc = e->loc;
	f->fix = "remove the line, or write the baseline again";
}

bool
baseline_apply(const char *path, struct audit *a, struct diags *diags)
{
	struct baseline b = { .arena = a->out.arena };
	const struct source *src = source_read(path, a->out.arena, diags);
	unsigned n = a->out.n;

	if (src == NULL)
		return false;
	read_entries(&b, src, diags);
	for (unsigned i = 0; i < n; i++)
		if (a->out.list[i]->suppressed == NULL)
			match(&b, a->out.list[i]);
	for (unsigned i = 0; i < b.n; i++)
		tell_stale(&b.list[i], a);
	free(b.list);
	audit_tidy(a);
	return diags->errors == 0;
}

bool
baseline_write(const char *path, struct audit *a, struct diags *diags)
{
	struct sbuf b = SBUF_INIT;
	struct out out;

	if (!out_open(&out, path, diags))
		return false;
	sbuf_puts(&b, header);
	for (unsigned i = 0; i < a->out.n; i++) {
		struct finding *f = a->out.list[i];

		if (f->suppressed != NULL)
			continue;
		finding_key(f, &b);
		sbuf_putc(&b, '\n');
		f->suppressed = "in the baseline";
	}
	fwrite(b.text, 1, b.len, out.file);
	sbuf_free(&b);
	return out_commit(&out, diags);
}
