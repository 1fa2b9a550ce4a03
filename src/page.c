#include "page.h"

#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The files of a snapshot (cli-contract). */
static const char *const snapshot_files[] = { "iptables-save",
    "ip6tables-save", "ip-addr.json", "ip-route.json", "ip6-route.json",
    "ip-rule.json", "ip6-rule.json", "ipset-save", "sysctl", "conntrack",
    "sockets" };

/* ---- the command ---- */

static bool
is_plain(const char *word)
{
	return *word != '\0' && word[strspn(word,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_=+:,./@%")] == '\0';
}

/* As a shell takes it. */
static void
put_word(struct sbuf *b, const char *word)
{
	if (is_plain(word)) {
		sbuf_puts(b, word);
		return;
	}
	sbuf_putc(b, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			sbuf_puts(b, "'\\''");
		else
			sbuf_putc(b, *word);
	sbuf_putc(b, '\'');
}

void
page_begin(struct page *p, int argc, char **argv, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;

	*p = (struct page){ .arena = arena, .r.kind = argv[0],
	    .r.title = "" };
	sbuf_puts(&b, "nfwalk");
	for (int i = 0; i < argc; i++) {
		sbuf_putc(&b, ' ');
		put_word(&b, argv[i]);
	}
	p->r.command = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
}

void
page_free(struct page *p)
{
	free(p->rulesets);
	free(p->inputs);
	free(p->traces);
}

/* ---- inputs ---- */

void
page_title(struct page *p, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (p->r.title[0] == '\0')
		p->r.title = arena_strdup(p->arena, slash != NULL &&
		    slash[1] != '\0' ? slash + 1 : path);
}

static bool
has_input(const struct page *p, const char *name)
{
	for (unsigned i = 0; i < p->r.n_inputs; i++)
		if (strcmp(p->inputs[i].name, name) == 0)
			return true;
	return false;
}

static void
add_input(struct page *p, const char *name, const char *what, uint64_t size,
    struct sha256 *hash)
{
	uint8_t digest[SHA256_SIZE];
	char *text = NULL;

	if (hash != NULL) {
		text = arena_alloc(p->arena, 2 * SHA256_SIZE + 1);
		sha256_end(hash, digest);
		sha256_print(digest, text);
	}
	vec_room(p->inputs, p->r.n_inputs, p->room_inputs);
	p->inputs[p->r.n_inputs++] = (struct html_input){
	    arena_strdup(p->arena, name), what, size, text };
}

static void
add_source(struct page *p, const struct source *s)
{
	struct sha256 hash;

	if (has_input(p, s->name))
		return;
	sha256_init(&hash);
	sha256_add(&hash, s->text, s->size);
	add_input(p, s->name, "ruleset", s->size, &hash);
}

void
page_ruleset(struct page *p, const struct ruleset *rs, const char *label,
    const char *prefix)
{
	if (rs == NULL || (rs->n_rules == 0 && rs->n_sources == 0))
		return;
	vec_room(p->rulesets, p->r.n_rulesets, p->room_rulesets);
	p->rulesets[p->r.n_rulesets++] = (struct html_ruleset){ rs, label,
	    prefix };
	for (unsigned i = 0; i < rs->n_sources; i++) {
		page_title(p, rs->sources[i]->name);
		add_source(p, rs->sources[i]);
	}
}

static bool
hash_file(FILE *f, struct sha256 *hash)
{
	enum { CHUNK = 1 << 16 };
	char *buf = mem_alloc(1, CHUNK);
	size_t n;
	bool ok;

	sha256_init(hash);
	while ((n = fread(buf, 1, CHUNK, f)) > 0)
		sha256_add(hash, buf, n);
	ok = !ferror(f);
	free(buf);
	return ok;
}

/* Only a file that stays: what is a stream has been read already. */
void
page_file(struct page *p, const char *path, const char *what)
{
	struct sha256 hash;
	struct stat st;
	FILE *f;

	if (has_input(p, path))
		return;
	f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "r") :
	    NULL;
	if (f != NULL && hash_file(f, &hash))
		add_input(p, path, what, hash.size, &hash);
	else
		add_input(p, path, what, 0, NULL);
	if (f != NULL)
		fclose(f);
}

static void
add_snapshot(struct page *p, const char *folder)
{
	size_t n = sizeof(snapshot_files) / sizeof(*snapshot_files);
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(p->arena, "%s/%s", folder,
		    snapshot_files[i]);

		if (i >= 2 && stat(path, &st) == 0)	/* rules: as sources */
			page_file(p, path, "snapshot");
	}
}

void
page_inputs(struct page *p, const struct inputs *in)
{
	bool both = in->load.rules[0] != NULL && in->load.rules[1] != NULL;

	if (p->r.n_rulesets != 0)
		return;
	if (in->n_files == 0 && in->snapshot != NULL)
		page_title(p, in->snapshot);
	page_ruleset(p, in->load.rules[0], "", "");
	page_ruleset(p, in->load.rules[1], both ? "IPv6" : "", both ? "6" :
	    "");
	if (in->snapshot != NULL)
		add_snapshot(p, in->snapshot);
	page_assumptions(p, in->env->assumptions, in->env->n_assumptions);
}

void
page_assumptions(struct page *p, const char *const *list, unsigned n)
{
	p->r.assumptions = list;
	p->r.n_assumptions = n;
}

/* ---- traces ---- */

static const struct trace *
copy_trace(struct page *p, const struct trace *t)
{
	struct trace *new = arena_copy(p->arena, t, sizeof(*t));

	new->steps = arena_copy(p->arena, t->steps,
	    t->n_steps * sizeof(*t->steps));
	new->elsewhere = arena_copy(p->arena, t->elsewhere,
	    t->n_elsewhere * sizeof(*t->elsewhere));
	return new;
}

void
page_trace(struct page *p, const struct trace_report *r)
{
	struct trace_report new = *r;

	new.way = copy_trace(p, r->way);
	if (r->reply != NULL)
		new.reply = copy_trace(p, r->reply);
	new.notes = arena_copy(p->arena, r->notes,
	    r->n_notes * sizeof(*r->notes));
	vec_room(p->traces, p->r.n_traces, p->room_traces);
	p->traces[p->r.n_traces++] = new;
}

/* ---- writing ---- */

static bool
write_style(const char *folder, struct page *p, struct diags *diags)
{
	struct out out;

	if (!out_open(&out, arena_printf(p->arena, "%s/report.css", folder),
	    diags))
		return false;
	html_style(out.file);
	return out_commit(&out, diags);
}

bool
page_write(struct page *p, struct output *o, struct diags *diags)
{
	p->r.rulesets = p->rulesets;
	p->r.inputs = p->inputs;
	p->r.traces = p->traces;
	p->r.apart = o->folder != NULL;
	html_report(&p->r, o->out.file);
	return (o->folder == NULL || write_style(o->folder, p, diags)) &&
	    out_commit(&o->out, diags);
}
