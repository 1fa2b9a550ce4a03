/* What a change of the rules means, as Markdown. */
#include "reports/diff.h"

#include "reports/md.h"

#include <inttypes.h>

static void
put_sides(struct sbuf *b, const struct decider by[2])
{
	md_cell(b);
	md_deciding(b, &by[0]);
	md_cell(b);
	md_deciding(b, &by[1]);
}

static void
put_change(struct sbuf *b, const struct diff_change *d)
{
	md_cell(b);
	sbuf_printf(b, "%s%s", d->words, d->may != NULL ? " (possible)" : "");
	md_cell(b);
	sbuf_printf(b, "%s/", d->table);
	md_text(b, d->chain);
	sbuf_puts(b, d->family == AF_INET6 ? " of IPv6" : "");
	md_cell(b);
	md_packets(b, &d->packets);
	md_cell(b);
	if (d->packets.witness != NULL)
		md_code(b, d->packets.witness);
	put_sides(b, d->by);
	md_row(b);
}

static void
put_meaning(struct sbuf *b, const struct diff_report *r)
{
	sbuf_printf(b, "## nfwalk diff: %s\n\n", r->equal ?
	    "the rules mean the same" : r->n != 0 ?
	    "packets end differently" : "not known whether they mean the "
	    "same");
	md_text(b, r->old);
	sbuf_puts(b, " is before, ");
	md_text(b, r->new);
	sbuf_printf(b, " is now: +%u -%u rules, %u policies%s.\n", r->added,
	    r->removed, r->policies, r->moved ? ", in another order" : "");
	if (r->n != 0) {
		sbuf_putc(b, '\n');
		md_header(b, "change|in|packets|for instance|before|now");
	}
	for (unsigned i = 0; i < r->n && i < MD_MANY; i++)
		put_change(b, &r->changes[i]);
	md_more(b, r->n > MD_MANY ? r->n - MD_MANY : 0, "changes");
	if (r->partial)
		sbuf_puts(b, "\nThere may be more: that was too much to work "
		    "out.\n");
}

static void
put_traffic(struct sbuf *b, const struct diff_traffic *t)
{
	sbuf_printf(b, "\n### Traffic\n\n%" PRIu64 " flows replayed, %" PRIu64
	    " changed.\n", t->flows, t->changed);
	if (t->n != 0) {
		sbuf_putc(b, '\n');
		md_header(b, "flows|for instance|before|now");
	}
	for (unsigned i = 0; i < t->n && i < MD_MANY; i++) {
		md_cell(b);
		sbuf_printf(b, "%" PRIu64 "%s", t->groups[i].flows,
		    t->groups[i].sent ? ", sent otherwise" : "");
		md_cell(b);
		md_code(b, t->groups[i].example);
		put_sides(b, t->groups[i].by);
		md_row(b);
	}
	md_more(b, t->n > MD_MANY ? t->n - MD_MANY : 0, "kinds");
}

static void
put_lockouts(struct sbuf *b, const struct diff_report *r)
{
	static const char *const texts[] = {
		[LOCKOUT_NO] = "still accepted as before",
		[LOCKOUT_NEVER] = "was not accepted before",
		[LOCKOUT_PART] = "**some is no longer accepted**",
		[LOCKOUT_ALL] = "**no longer accepted**",
	};

	if (r->n_lockouts == 0)
		return;
	sbuf_puts(b, "\n### Lockout\n\n");
	md_header(b, "ssh from|now|for instance");
	for (unsigned i = 0; i < r->n_lockouts; i++) {
		md_cell(b);
		md_text(b, r->lockouts[i].network);
		md_cell(b);
		sbuf_puts(b, texts[r->lockouts[i].what]);
		md_cell(b);
		if (r->lockouts[i].witness != NULL)
			md_code(b, r->lockouts[i].witness);
		md_row(b);
	}
}

void
md_diff(const struct diff_report *r, FILE *file)
{
	struct sbuf b = SBUF_INIT;

	put_meaning(&b, r);
	if (r->traffic != NULL)
		put_traffic(&b, r->traffic);
	put_lockouts(&b, r);
	md_assumed(&b, r->env->assumptions, r->env->n_assumptions);
	fwrite(sbuf_text(&b), 1, b.len, file);
	sbuf_free(&b);
}
