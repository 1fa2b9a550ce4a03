/* What comments of rules say, and do not: FW9001, FW9002, FW9004. */
#include "analysis/audit.h"
#include "base/date.h"
#include "ext/saved.h"

#include <stdlib.h>

check_fn check_comment;

enum { HALF_A_YEAR = 184 * DATE_DAY };

struct comments {
	struct audit *audit;
	struct saved saved;
	/* Accept rules with a review date; those without. */
	unsigned reviewed, n, room;
	const struct rule **unreviewed;
};

/* A match's option; null if the rule has not both. */
static const char *
option_of(struct comments *c, const struct rule *r, const char *match,
    const char *option)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, match) == 0)
			return saved_option(&c->saved, r, &r->matches[i],
			    option);
	return NULL;
}

static bool
is_lo(const struct ifmatch *m)
{
	return m != NULL && !m->wild && strcmp(m->name, "lo") == 0;
}

/* Does it accept what begins a connection?  Replies and lo need no reason. */
static bool
opens_something(struct comments *c, const struct rule *r)
{
	const char *states;

	if (r->kind != TGT_ACCEPT || r->chain->table->id != TABLE_FILTER ||
	    is_lo(r->in) || is_lo(r->out))
		return false;
	states = option_of(c, r, "conntrack", "--ctstate");
	if (states == NULL)
		states = option_of(c, r, "state", "--state");
	return states == NULL || strstr(states, "NEW") != NULL;
}

static void
look_at_review(struct comments *c, const struct rule *r, const char *comment)
{
	int64_t date;

	if (date_behind(comment, "reviewed=", &date) == NULL) {
		vec_room(c->unreviewed, c->n, c->room);
		c->unreviewed[c->n++] = r;
		return;
	}
	c->reviewed++;
	if (c->audit->cfg->today > date + HALF_A_YEAR)
		finding_add(&c->audit->out, "FW9002", r, NULL, "the last "
		    "review was more than six months ago");
}

/* Where nobody writes dates it is one finding, not one for each rule. */
static void
tell_unreviewed(struct comments *c, int family)
{
	struct findings *out = &c->audit->out;

	for (unsigned i = 0; c->reviewed != 0 && i < c->n; i++)
		finding_add(out, "FW9002", c->unreviewed[i], NULL, "no review "
		    "date (reviewed=YYYY-MM-DD in its comment)");
	if (c->reviewed == 0 && c->n != 0)
		finding_add(out, "FW9002", NULL, NULL, "no accept rule has a "
		    "review date (reviewed=YYYY-MM-DD in its comment)")->
		    family = family;
}

static void
look_at(struct comments *c, const struct rule *r)
{
	struct findings *out = &c->audit->out;
	const char *text = option_of(c, r, "comment", "--comment"), *when;
	const char *comment = text ? arena_strdup(out->arena, text) : "";
	int64_t date;

	when = date_behind(comment, "until=", &date);
	if (when != NULL && c->audit->cfg->today >= date + DATE_DAY)
		finding_add(out, "FW9004", r, NULL, "the rule was to end on "
		    "%.*s",
		    DATE_LEN, when);
	if (!opens_something(c, r))
		return;
	if (*comment == '\0')
		finding_add(out, "FW9001", r, NULL, "no comment says why this "
		    "is accepted");
	look_at_review(c, r, comment);
}

void
check_comment(struct audit *a, unsigned family)
{
	struct comments c = { .audit = a, .saved = SAVED_INIT };

	for (const struct rule *r = rule_first(a->rules[family]); r != NULL;
	    r = rule_next(r))
		look_at(&c, r);
	tell_unreviewed(&c, a->rules[family]->family);
	free(c.unreviewed);
	saved_free(&c.saved);
}
