/* A fleet for people: how many hosts and rulesets, who differs, what is found
 * on most hosts. */
#include "reports/fleet.h"

#include "base/diag.h"
#include "reports/findings.h"

#include <stdlib.h>
#include <string.h>

enum { TOP_IDS = 20, TOP_GROUPS = 40, TOP_HOSTS = 10, TOP_FINDINGS = 10,
    WIDTH = 80 };

static void
put_text(struct sbuf *b, const char *s)
{
	sbuf_safe(b, s, strlen(s));
}

/* "1,234" */
static void
put_number(struct sbuf *b, uint64_t v)
{
	if (v >= 1000) {
		put_number(b, v / 1000);
		sbuf_printf(b, ",%03u", (unsigned)(v % 1000));
	} else {
		sbuf_putu(b, v);
	}
}

static void
put_more(struct sbuf *b, unsigned all, unsigned shown, const char *indent,
    const char *what)
{
	if (all <= shown)
		return;
	sbuf_printf(b, "%s... and ", indent);
	put_number(b, all - shown);
	sbuf_printf(b, " more%s%s (-f json lists all)\n", *what ? " " : "",
	    what);
}

static void
put_summary(struct sbuf *b, const struct fleet *f)
{
	put_number(b, f->n_hosts);
	sbuf_puts(b, f->n_hosts == 1 ? " host   " : " hosts   ");
	put_number(b, f->n_rulesets);
	sbuf_puts(b, f->n_rulesets == 1 ? " ruleset   " :
	    " distinct rulesets   ");
	put_number(b, f->n_differ);
	sbuf_puts(b, f->n_differ == 1 ? " host differs from its group\n" :
	    " hosts differ from their group\n");
}

/* ---- groups ---- */

static void
put_finding(struct sbuf *b, const char *how, const struct fleet_finding *f)
{
	size_t start = b->len;

	sbuf_printf(b, "      %-5s %s ", how, f->id);
	fleet_finding_place(f, b);
	if (f->text != NULL) {
		sbuf_puts(b, b->len - start + strlen(f->text) + 2 > WIDTH ?
		    "\n              " : "  ");
		put_text(b, f->text);
	} else {
		sbuf_puts(b, "  ");
		put_text(b, f->message);
	}
	sbuf_putc(b, '\n');
}

/* Can it stand in a command line as it is? */
static bool
is_plain(const char *s)
{
	return *s != '-' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+@:=-")] == '\0';
}

static void
put_diff(struct sbuf *b, const struct fleet_host *h)
{
	const char *files[2];

	if (fleet_diff_files(h, files) && is_plain(files[0]) &&
	    is_plain(files[1]))
		sbuf_printf(b, "      nfwalk diff %s %s\n", files[0],
		    files[1]);
}

static void
put_findings(struct sbuf *b, const char *how,
    struct fleet_finding *const *list, unsigned n)
{
	for (unsigned i = 0; i < n && i < TOP_FINDINGS; i++)
		put_finding(b, how, list[i]);
	put_more(b, n, TOP_FINDINGS, "      ", "");
}

/* A word on the line that begins at '*start', or on the next one. */
static void
put_word(struct sbuf *b, size_t *start, const char *word)
{
	if (b->len - *start + 1 + strlen(word) > WIDTH) {
		sbuf_puts(b, "\n       ");
		*start = b->len - 7;
	}
	sbuf_putc(b, ' ');
	put_text(b, word);
}

/* Hosts of a variant that differ by the same findings as the 'from'th. */
static void
put_alike(struct sbuf *b, const struct fleet_variant *v, unsigned from,
    bool *told)
{
	const struct fleet_host *first = v->hosts[from];
	size_t start = b->len;
	unsigned n = 0;

	sbuf_puts(b, "    ");
	fleet_variant_name(first, b);
	sbuf_puts(b, " =");
	for (unsigned i = from; i < v->n; i++) {
		if (told[i] || !fleet_differ_alike(first, v->hosts[i]))
			continue;
		told[i] = true;
		if (n++ < TOP_HOSTS)
			put_word(b, &start, v->hosts[i]->name);
	}
	if (n > TOP_HOSTS)
		sbuf_printf(b, " and %u more", n - TOP_HOSTS);
	sbuf_puts(b, first->n_more + first->n_fewer == 0 ?
	    "\n      other rules, no other findings\n" : "\n");
	put_findings(b, "more", first->more, first->n_more);
	put_findings(b, "fewer", first->fewer, first->n_fewer);
	put_diff(b, first);
}

static void
put_hosts(struct sbuf *b, const struct fleet_variant *v)
{
	bool *told = mem_alloc(v->n + 1, sizeof(*told));
	unsigned ways = 0;

	for (unsigned i = 0; i < v->n; i++)
		if (!told[i] && ways++ < TOP_HOSTS)
			put_alike(b, v, i, told);
	put_more(b, ways, TOP_HOSTS, "    ", "hosts");
	free(told);
}

static void
put_group(struct sbuf *b, const struct fleet_group *g)
{
	unsigned n = g->n_variants < TOP_HOSTS ? g->n_variants : TOP_HOSTS;

	sbuf_puts(b, "  group ");
	put_text(b, g->name);
	sbuf_puts(b, " (");
	put_number(b, g->n_hosts);
	sbuf_putc(b, ')');
	for (unsigned i = 0; i < n; i++) {
		sbuf_puts(b, "   ");
		fleet_variant_name(g->variants[i].hosts[0], b);
		sbuf_putc(b, ' ');
		put_number(b, g->variants[i].n);
	}
	if (n < g->n_variants)
		sbuf_printf(b, "   and %u more", g->n_variants - n);
	sbuf_putc(b, '\n');
	for (unsigned i = 1; i < n; i++)
		put_hosts(b, &g->variants[i]);
}

static void
put_groups(struct sbuf *b, const struct fleet *f)
{
	unsigned shown = 0, groups = 0, alone = 0;

	/* Those in which somebody differs come first. */
	for (int differ = 1; differ >= 0; differ--)
		for (unsigned i = 0; i < f->n_groups; i++) {
			const struct fleet_group *g = &f->groups[i];

			if (g->n_hosts == 1 || (g->n_variants > 1) != differ)
				continue;
			groups++;
			if (shown < TOP_GROUPS) {
				put_group(b, g);
				shown++;
			}
		}
	put_more(b, groups, shown, "  ", "groups");
	for (unsigned i = 0; i < f->n_groups; i++)
		alone += f->groups[i].n_hosts == 1;
	if (alone != 0) {
		sbuf_puts(b, "  ");
		put_number(b, alone);
		sbuf_puts(b, alone == 1 ? " host is the only one of its "
		    "group\n" : " hosts are the only ones of their group\n");
	}
}

/* ---- findings ---- */

static void
put_ids(struct sbuf *b, const struct fleet *f)
{
	sbuf_puts(b, f->n_ids != 0 ? "\ntop findings\n" : "\nno findings\n");
	for (unsigned i = 0; i < f->n_ids && i < TOP_IDS; i++) {
		const struct fleet_id *id = &f->ids[i];
		const struct check *c = check_find(id->id);

		sbuf_printf(b, "  %s %-8s on ", id->id,
		    severity_names[id->severity]);
		put_number(b, id->n_hosts);
		sbuf_puts(b, id->n_hosts == 1 ? " host    " : " hosts   ");
		sbuf_puts(b, c != NULL ? c->title : "");
		sbuf_putc(b, '\n');
	}
	put_more(b, f->n_ids, TOP_IDS, "  ", "");
}

static void
put_counts(struct sbuf *b, const struct fleet *f)
{
	struct finding_counts n = { .suppressed = 0 };

	for (unsigned i = 0; i < f->n_findings; i++)
		if (f->findings[i]->suppressed != NULL)
			n.suppressed++;
		else
			n.of[f->findings[i]->severity]++;
	finding_counts_print(&n, b);
	sbuf_puts(b, ", each counted once\n");
}

void
fleet_text(const struct fleet *f, FILE *file)
{
	struct sbuf b = SBUF_INIT;

	put_summary(&b, f);
	put_groups(&b, f);
	put_ids(&b, f);
	put_counts(&b, f);
	fwrite(b.text, 1, b.len, file);
	sbuf_free(&b);
}
