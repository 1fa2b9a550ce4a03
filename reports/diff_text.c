/* What a change of the rules means, for people. */
#include "reports/diff.h"

#include "base/diag.h"
#include "reports/tell.h"

#include <inttypes.h>

enum { C_TEXT = TELL_LABEL, C_DETAIL = C_TEXT + 2, MANY_GROUPS = 20 };

static void
put_side(struct teller *w, const char *label, const struct decider *d)
{
	tell_column(w, C_DETAIL);
	sbuf_printf(&w->b, "%-7s ", label);
	if (d->rule == NULL && d->chain == NULL)
		sbuf_printf(&w->b, "%s, no such table", d->verdict);
	else
		text_decider(w, d);
	tell_end(w);
	if (d->effects != NULL && *d->effects != '\0')
		text_line(w, C_DETAIL + 8, "with ", d->effects);
}

/* Behind a label there is the column already. */
static void
begin_line(struct teller *w)
{
	if (tell_at(w) == 0)
		tell_column(w, C_TEXT);
}

static void
put_change(struct teller *w, const struct diff_change *d)
{
	begin_line(w);
	tell_style(w, strcmp(d->kind, "allowed") == 0 ? S_UNSURE : S_BAD);
	sbuf_puts(&w->b, d->words);
	tell_style(w, S_NONE);
	sbuf_printf(&w->b, " in %s/%s%s", d->table, d->chain,
	    d->family == AF_INET6 ? " of IPv6" : "");
	tell_end(w);
	if (d->may != NULL)
		text_line(w, C_DETAIL, "may: it hangs on ", d->may);
	text_packets(w, &d->packets, C_DETAIL);
	put_side(w, "before", &d->by[0]);
	put_side(w, "now", &d->by[1]);
}

static void
put_meaning(struct teller *w, const struct diff_report *r)
{
	tell_label(w, "meaning");
	for (unsigned i = 0; i < r->n; i++)
		put_change(w, &r->changes[i]);
	begin_line(w);
	if (r->equal)
		sbuf_puts(&w->b, "the same");
	else if (r->partial)
		sbuf_puts(&w->b, "there may be more: that was too much to "
		    "work out");
	else
		sbuf_puts(&w->b, "unchanged everything else");
	tell_end(w);
}

static void
put_group(struct teller *w, const struct diff_flows *g)
{
	struct sbuf b = SBUF_INIT;

	tell_column(w, C_TEXT);
	sbuf_printf(&w->b, "%s%s%s  %" PRIu64 " flow%s", g->outcome[0],
	    g->sent ? ", sent otherwise" : " -> ",
	    g->sent ? "" : g->outcome[1], g->flows, g->flows == 1 ? "" : "s");
	tell_end(w);
	sbuf_printf(&b, "%s (frame %u of %s)", g->example, g->frame, g->file);
	text_line(w, C_DETAIL, "for instance: ", sbuf_text(&b));
	sbuf_free(&b);
	put_side(w, "before", &g->by[0]);
	put_side(w, "now", &g->by[1]);
}

static void
put_traffic(struct teller *w, const struct diff_traffic *t)
{
	tell_label(w, "traffic");
	sbuf_printf(&w->b, "%" PRIu64 " flows replayed (%" PRIu64 " frames): %"
	    PRIu64 " same, %" PRIu64 " changed", t->flows, t->frames,
	    t->flows - t->changed, t->changed);
	tell_end(w);
	for (unsigned i = 0; i < t->n && i < MANY_GROUPS; i++)
		put_group(w, &t->groups[i]);
	if (t->n > MANY_GROUPS) {
		tell_column(w, C_TEXT);
		sbuf_printf(&w->b, "and %u more kinds (-f json lists all)",
		    t->n - MANY_GROUPS);
		tell_end(w);
	}
}

static void
put_lockout(struct teller *w, const struct diff_lockout *l)
{
	static const char *const texts[] = {
		[LOCKOUT_NO] = "still accepted as before",
		[LOCKOUT_NEVER] = "was not accepted before",
		[LOCKOUT_PART] = "some is no longer accepted",
		[LOCKOUT_ALL] = "NO LONGER ACCEPTED",
	};
	bool bad = l->what == LOCKOUT_PART || l->what == LOCKOUT_ALL;

	tell_label(w, "lockout");
	sbuf_puts(&w->b, "ssh from ");
	sbuf_safe(&w->b, l->network, strlen(l->network));
	sbuf_puts(&w->b, " to this host: ");
	tell_style(w, bad ? S_BAD : S_NONE);
	sbuf_puts(&w->b, texts[l->what]);
	tell_style(w, S_NONE);
	tell_end(w);
	if (!bad)
		return;
	put_side(w, "now", &l->by);
	if (l->witness != NULL)
		text_line(w, C_DETAIL, "for instance: ", l->witness);
}

static void
put_rules(struct teller *w, const struct diff_report *r)
{
	tell_label(w, "text");
	sbuf_printf(&w->b, "+%u -%u rules", r->added, r->removed);
	if (r->policies != 0)
		sbuf_printf(&w->b, ", %u polic%s", r->policies,
		    r->policies == 1 ? "y" : "ies");
	if (r->moved)
		sbuf_puts(&w->b, ", in another order");
	sbuf_puts(&w->b, " (counters and comments ignored)");
	tell_end(w);
}

void
text_diff(const struct diff_report *r, bool color, FILE *file)
{
	struct teller w = { .color = color };

	put_meaning(&w, r);
	if (r->traffic != NULL)
		put_traffic(&w, r->traffic);
	for (unsigned i = 0; i < r->n_lockouts; i++)
		put_lockout(&w, &r->lockouts[i]);
	put_rules(&w, r);
	text_assumed(&w, r->env);
	fwrite(sbuf_text(&w.b), 1, w.b.len, file);
	sbuf_free(&w.b);
}
