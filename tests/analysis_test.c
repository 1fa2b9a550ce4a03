/* What tests/sets does not come to: limits. */
#include <criterion/criterion.h>

#include "analysis/program.h"
#include "parsers/load.h"

struct run {
	struct arena arena;
	struct diags diags;
	struct load load;
	struct analysis *an;
	unsigned kinds[DEAD_CHAIN + 1], limits;
	unsigned certain, possible;
};

/* With programs of 'most' steps; 0: the usual. */
static void
begin(struct run *r, const char *rules, unsigned most)
{
	memset(r, 0, sizeof(*r));
	diag_init(&r->diags, &r->arena);
	r->load = (struct load){ .arena = &r->arena, .diags = &r->diags,
	    .family = AF_INET };
	cr_assert(load_source(&r->load, source_text("rules", rules,
	    &r->arena)));
	r->an = analysis_new((const struct ruleset *const *)r->load.rules, 1,
	    NULL, NULL, 0, &r->arena);
	if (most != 0)
		r->an->most_steps = most;
}

static void
end(struct run *r)
{
	analysis_free(r->an);
	ruleset_free(r->load.rules[0]);
	arena_free(&r->arena);
}

static const char ways[] =
    "*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n:c - [0:0]\n"
    ":alone - [0:0]\n"
    "-A INPUT -p tcp -j a\n-A INPUT -j c\n"
    "-A a -s 10.0.0.1 -j b\n-A a -s 10.0.0.2 -j b\n"
    "-A b -p udp -j DROP\n-A b -p tcp -j ACCEPT\n-A b -p tcp -j DROP\n"
    "-A c -p 47 -j DROP\n-A c -p 47 -j DROP\n"
    "-A c -s 10.0.0.1 -m iprange ! --src-range 10.0.0.1-10.0.0.1 "
    "-j DROP\n"
    "-A alone -j DROP\nCOMMIT\n";

static void
each_dead(const struct rule *rule, const struct dead *d, void *arg)
{
	struct run *r = arg;

	(void)rule;
	r->kinds[d->kind]++;
	r->limits += d->limit;
	cr_assert(!d->limit || d->kind == DEAD_NOT);
}

Test(dead, whole)
{
	struct run r;

	begin(&r, ways, 0);
	analysis_dead(r.an, 0, &r.arena, each_dead, &r);
	cr_expect_eq(r.kinds[DEAD_COVERED], 2);
	cr_expect_eq(r.kinds[DEAD_CALLERS], 1);
	cr_expect_eq(r.kinds[DEAD_CHAIN], 1);
	cr_expect_eq(r.limits, 0);
	end(&r);
}

/* Of a program that was cut short no rule is called dead that is only out of
 * sight. */
Test(dead, cut_short)
{
	for (unsigned most = 1; most < 10; most++) {
		struct run r;

		begin(&r, ways, most);
		analysis_dead(r.an, 0, &r.arena, each_dead, &r);
		cr_expect_eq(r.kinds[DEAD_COVERED], 0, "%u", most);
		cr_expect_eq(r.kinds[DEAD_CALLERS], 0);
		cr_expect_eq(r.kinds[DEAD_CHAIN], 0);
		cr_expect_neq(r.limits, 0);
		end(&r);
	}
}

static bool
each_region(const struct region *region, void *arg)
{
	struct run *r = arg;

	region->possible ? r->possible++ : r->certain++;
	return true;
}

Test(regions, cut_short)
{
	struct run r;
	const struct chain *c;

	begin(&r, ways, 6);
	c = r.load.rules[0]->tables[TABLE_FILTER].builtin[HOOK_INPUT];
	analysis_regions(r.an, c, NULL, 100, &r.arena, each_region, &r);
	cr_expect_eq(r.certain, 0);
	cr_expect_neq(r.possible, 0);
	end(&r);
}
