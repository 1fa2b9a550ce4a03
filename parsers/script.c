#include "parsers/script.h"

#include "parsers/check.h"
#include "parsers/edit.h"

struct script {
	struct load *load;
	const struct source *src;
	struct words words;
	struct cmdline cmd[2];		/* by family_index; if 'ready' */
	bool ready[2];
	size_t counted;			/* 'line' is that of this place */
	uint32_t line;
};

static const struct { const char *name; int family; } programs[] = {
	{ "iptables", AF_INET }, { "iptables-legacy", AF_INET },
	{ "iptables-nft", AF_INET }, { "ip6tables", AF_INET6 },
	{ "ip6tables-legacy", AF_INET6 }, { "ip6tables-nft", AF_INET6 },
};

/* The family of the program's; 0: it is another program. */
static int
program_family(const char *word)
{
	const char *slash = strrchr(word, '/');

	if (slash != NULL)
		word = slash + 1;
	for (unsigned i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(programs[i].name, word) == 0)
			return programs[i].family;
	return 0;
}

static struct cmdline *
enter_family(struct script *s, int family)
{
	unsigned i = family_index(family);

	if (!s->ready[i]) {
		int source = load_add_source(s->load, family, s->src);

		if (source < 0)
			return NULL;
		cmdline_init(&s->cmd[i], s->load->rules[i],
		    (uint16_t)source, s->load->diags);
		s->ready[i] = true;
	}
	return &s->cmd[i];
}

static uint32_t
line_of(struct script *s, size_t off)
{
	for (; s->counted < off; s->counted++)
		if (s->src->text[s->counted] == '\n')
			s->line++;
	return s->line;
}

static bool
run(struct script *s, struct cmdline *c, unsigned from)
{
	struct words mine = c->words;
	bool ok;

	c->words = s->words;
	c->loc = words_loc(&s->words, from, s->words.n - 1);
	c->line = line_of(s, c->loc.off);
	c->table = TABLE_FILTER;
	ok = cmdline_read(c, from + 1) && edit_run(c);
	s->words = c->words;
	c->words = mine;
	return ok;
}

static bool
command(struct script *s)
{
	unsigned at = 0;
	struct cmdline *c;
	int family;

	if (strcmp(s->words.v[0].text, "sudo") == 0 && s->words.n > 1)
		at = 1;
	family = program_family(s->words.v[at].text);
	if (family == 0) {
		diag_error(s->load->diags, word_loc(&s->words, at), "`%s' is "
		    "no iptables command: a script may have nothing else",
		    s->words.v[at].text);
		return false;
	}
	c = enter_family(s, family);
	return c != NULL && run(s, c, at);
}

static bool
check(struct script *s)
{
	bool ok = true;

	for (int f = 0; f < 2; f++)
		for (int t = 0; s->ready[f] && t < N_TABLES; t++) {
			struct table *table = &s->load->rules[f]->tables[t];

			if (table->present &&
			    !check_table(table, s->load->diags))
				ok = false;
		}
	return ok;
}

bool
script_read(struct load *l, const struct source *src)
{
	struct script s = { .load = l, .src = src, .line = 1 };
	bool ok = true;

	if (memchr(src->text, '\0', src->size) != NULL) {
		diag_error(l->diags, loc_at(src, strlen(src->text), 1),
		    "a zero byte in the text");
		return false;
	}
	for (size_t off = 0; off < src->size && !diag_full(l->diags);)
		if (!words_shell(&s.words, src, &off, l->diags) ||
		    (s.words.n > 0 && !command(&s)))
			ok = false;
	ok = check(&s) && ok;
	for (int i = 0; i < 2; i++)
		if (s.ready[i])
			cmdline_free(&s.cmd[i]);
	words_free(&s.words);
	return ok;
}
