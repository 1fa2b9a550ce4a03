/* What a change of the rules means. */
#include "reports/html_plan.h"

enum { MAX_CHANGES = 1000, MAX_GROUPS = 200 };

static bool
has(const struct html_report *r)
{
	return r->diff != NULL;
}

static void
want(struct html *h)
{
	const struct diff_report *d = h->r->diff;

	for (unsigned i = 0; i < d->n && i < MAX_CHANGES; i++)
		for (unsigned k = 0; k < 2; k++)
			html_want_decider(h, &d->changes[i].by[k]);
	for (unsigned i = 0; i < d->n_lockouts; i++)
		html_want_decider(h, &d->lockouts[i].by);
	for (unsigned i = 0; d->traffic != NULL && i < d->traffic->n &&
	    i < MAX_GROUPS; i++)
		for (unsigned k = 0; k < 2; k++)
			html_want_decider(h, &d->traffic->groups[i].by[k]);
}

static void
put_sides(struct html *h, const struct decider by[2])
{
	html_open(h, "dl", NULL);
	for (unsigned i = 0; i < 2; i++) {
		html_put(h, "dt", NULL, i == 0 ? "before" : "now");
		html_open(h, "dd", NULL);
		html_deciding(h, &by[i]);
		html_close(h);
	}
	html_close(h);
}

static void
put_change(struct html *h, const struct diff_change *c, unsigned n)
{
	html_open(h, "article", strcmp(c->kind, "blocked") == 0 ? "error" :
	    "warning");
	html_attr(h, "id", "change-%u", n);
	html_open(h, "h3", NULL);
	html_badge(h, c->kind);
	html_textf(h, " %s in %s/%s%s", c->words, c->table, c->chain,
	    c->family == AF_INET6 ? " of IPv6" : "");
	html_close(h);
	if (c->may != NULL)
		html_putf(h, "p", "about", "may: it hangs on %s", c->may);
	html_packet_set(h, &c->packets);
	put_sides(h, c->by);
	html_close(h);
}

static void
put_lockout(struct html *h, const struct diff_lockout *l)
{
	static const char *const texts[] = {
		[LOCKOUT_NO] = "still accepted as before",
		[LOCKOUT_NEVER] = "was not accepted before",
		[LOCKOUT_PART] = "some is no longer accepted",
		[LOCKOUT_ALL] = "no longer accepted",
	};
	bool bad = l->what == LOCKOUT_PART || l->what == LOCKOUT_ALL;

	html_open(h, "article", bad ? "error" : "note");
	html_open(h, "h3", NULL);
	html_badge(h, bad ? "FAIL" : "PASS");
	html_textf(h, " ssh from %s to this host: %s", l->network,
	    texts[l->what]);
	html_close(h);
	if (bad) {
		html_open(h, "p", NULL);
		html_deciding(h, &l->by);
		html_close(h);
	}
	if (bad && l->witness != NULL) {
		html_open(h, "p", "witness");
		html_put(h, "code", NULL, l->witness);
		html_close(h);
	}
	html_close(h);
}

static void
put_group(struct html *h, const struct diff_flows *g)
{
	html_open(h, "article", "warning");
	html_open(h, "h3", NULL);
	html_badge(h, g->outcome[0]);
	html_text(h, g->sent ? " sent otherwise: " : " to ");
	if (!g->sent)
		html_badge(h, g->outcome[1]);
	html_text(h, " ");
	html_many(h, g->flows, "flow");
	html_close(h);
	html_open(h, "p", "witness");
	html_text(h, "for instance ");
	html_put(h, "code", NULL, g->example);
	html_textf(h, " (frame %u of %s)", g->frame, g->file);
	html_close(h);
	put_sides(h, g->by);
	html_close(h);
}

static void
put_traffic(struct html *h, const struct diff_traffic *t)
{
	html_put(h, "h3", NULL, "Traffic");
	html_open(h, "p", "about");
	html_many(h, t->flows, "flow");
	html_text(h, " replayed through both, ");
	html_many(h, t->changed, "flow");
	html_text(h, " changed.");
	html_close(h);
	for (unsigned i = 0; i < t->n && i < MAX_GROUPS; i++)
		put_group(h, &t->groups[i]);
	if (t->n > MAX_GROUPS)
		html_putf(h, "p", "rest", "%u more kinds are not listed.",
		    t->n - MAX_GROUPS);
}

static void
put(struct html *h)
{
	const struct diff_report *d = h->r->diff;

	html_section(h, "changes", "Changes");
	html_putf(h, "p", "about", "From %s to %s: +%u -%u rules%s, %u "
	    "polic%s.", d->old, d->new, d->added, d->removed, d->moved ?
	    ", others moved" : "", d->policies, d->policies == 1 ? "y" :
	    "ies");
	for (unsigned i = 0; i < d->n_lockouts; i++)
		put_lockout(h, &d->lockouts[i]);
	for (unsigned i = 0; i < d->n && i < MAX_CHANGES; i++)
		put_change(h, &d->changes[i], i + 1);
	if (d->equal)
		html_put(h, "p", "empty", "Both mean the same.");
	else if (d->partial || d->n > MAX_CHANGES)
		html_put(h, "p", "rest", "There are more, or may be.");
	else
		html_put(h, "p", "empty", "Everything else is unchanged.");
	if (d->traffic != NULL)
		put_traffic(h, d->traffic);
	html_close(h);
}

const struct html_part html_diff = { "changes", "Changes", has, want, put };
