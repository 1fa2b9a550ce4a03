/* The catalogue, dates in comments, which ids are on, and the order of
 * findings. */
#include "analysis/exposure.h"
#include "analysis/program.h"
#include "base/date.h"
#include "parsers/load.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(audit, .timeout = 10);

Test(audit, catalogue_is_whole_and_in_order)
{
	for (unsigned i = 0; i < n_checks; i++) {
		const struct check *c = &checks[i];

		cr_assert(i == 0 || strcmp(checks[i - 1].id, c->id) < 0);
		cr_assert_eq(check_find(c->id), c);
		cr_assert(c->id[2] > '0' && strlen(c->id) == 6, "%s", c->id);
		cr_assert(c->title && c->what && c->why && c->bad && c->good);
		cr_assert(strlen(c->title) <= 56, "%s: the title is too long "
		    "for a list", c->id);
		cr_assert(!(c->profiles & PROFILE_DEFAULT) || c->profiles == 15,
		    "%s: what is on by default is on everywhere", c->id);
	}
	cr_assert_eq(check_find("fw2001"), check_find("FW2001"));
	cr_assert_null(check_find("FW200"));
	cr_assert_null(check_find(""));
}

Test(audit, dates)
{
	static const struct { const char *text; int64_t want; } rows[] = {
		{ "1970-01-01", 0 }, { "1970-01-02 and", DATE_DAY },
		{ "2024-02-29", 1709164800 }, { "2023-02-29", -1 },
		{ "2026-13-01", -1 }, { "2026-00-01", -1 }, { "2026-4-1", -1 },
		{ "2026-04-011", -1 }, { "2026-04-0", -1 }, { "", -1 },
	};
	int64_t got;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_assert_eq(date_read(rows[i].text, &got) ? got : -1,
		    rows[i].want, "%s", rows[i].text);
	cr_assert_str_eq(date_behind("a until=x (until=1970-01-02)", "until=",
	    &got), "1970-01-02)");
	cr_assert_eq(got, DATE_DAY);
	cr_assert_null(date_behind("xuntil=1970-01-02", "until=", &got));
}

Test(audit, ids_that_are_on)
{
	static const char *const two[] = { "fw2", "FW3001" };
	struct audit_config cfg = { .profiles = PROFILE_CIS };
	struct audit a = { .cfg = &cfg };

	cr_assert(audit_on(&a, "FW2001") && audit_on(&a, "FW3002"));
	cr_assert(!audit_on(&a, "FW9001") && !audit_on(&a, "FW2006"));
	cfg.only = two;
	cfg.n_only = 2;
	cr_assert(audit_on(&a, "FW2006") && audit_on(&a, "FW3001"));
	cr_assert(!audit_on(&a, "FW3002"));
	cfg.ignore = two;
	cfg.n_ignore = 1;
	cr_assert(!audit_on(&a, "FW2006") && audit_on(&a, "FW3001"));
}

static const char rules[] =
"*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"
"*filter\n:INPUT DROP [0:0]\n:zz - [0:0]\n:aa - [0:0]\n-A INPUT -j zz\n"
"-A INPUT -j aa\n-A aa -j DROP\n-A zz -j DROP\nCOMMIT\n";

static const struct rule *
rule_at(const struct ruleset *rs, const char *chain, unsigned number)
{
	return chain_find(&rs->tables[TABLE_FILTER], chain, strlen(chain))->
	    rules[number - 1];
}

Test(audit, findings_come_in_the_order_of_the_rules)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load load = { .arena = &arena, .diags = &diags };
	struct audit_config cfg = { .profiles = PROFILE_DEFAULT };
	struct audit a = { .cfg = &cfg, .out = { .arena = &arena } };
	const struct ruleset *rs;
	struct sbuf got = SBUF_INIT;

	diag_init(&diags, &arena);
	cr_assert(load_source(&load, source_text("rules", rules, &arena)));
	rs = load.rules[0];
	finding_add(&a.out, "FW2001", rule_at(rs, "aa", 1), NULL, "7");
	finding_add(&a.out, "FW2001", rule_at(rs, "zz", 1), NULL, "6");
	finding_add(&a.out, "FW2003", rule_at(rs, "INPUT", 2), NULL, "5");
	finding_add(&a.out, "FW2001", rule_at(rs, "INPUT", 2), NULL, "4");
	finding_add(&a.out, "FW3001", NULL, rs->tables[TABLE_FILTER].
	    builtin[HOOK_INPUT], "3");
	finding_add(&a.out, "FW2006", rule_at(rs, "INPUT", 1), NULL, "off");
	finding_add(&a.out, "FW6002", rs->tables[TABLE_NAT].
	    builtin[HOOK_POSTROUTING]->rules[0], NULL, "2");
	finding_add(&a.out, "FW6014", NULL, NULL, "1")->family = AF_INET;
	finding_add(&a.out, "FW6014", NULL, NULL, "8")->family = AF_INET6;
	audit_tidy(&a);
	for (unsigned i = 0; i < a.out.n; i++)
		sbuf_puts(&got, a.out.list[i]->message);
	cr_assert_str_eq(sbuf_text(&got), "12345678");
	sbuf_free(&got);
	free(a.out.list);
	ruleset_free(load.rules[0]);
	arena_free(&arena);
}

/* What was not decided is said: a program cut short. */
Test(audit, what_was_too_much_work_is_told)
{
	static const char deep[] = "*filter\n:INPUT DROP [0:0]\n:a - [0:0]\n"
	    ":b - [0:0]\n-A INPUT -p tcp -j a\n-A INPUT -j a\n"
	    "-A a -s 10.0.0.0/8 -j b\n-A a -d 10.0.0.0/8 -j b\n"
	    "-A b -p tcp -m tcp --dport 22 -j DROP\n"
	    "-A b -p udp -m udp --dport 53 -j DROP\nCOMMIT\n";
	static const char *const only[] = { "FW2001", "FW2002", "FW2003" };
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load load = { .arena = &arena, .diags = &diags };
	struct audit_config cfg = { .only = only, .n_only = 3 };
	struct audit a = { .cfg = &cfg, .out = { .arena = &arena },
	    .env = env_new(&arena) };
	bool told = false;

	diag_init(&diags, &arena);
	cr_assert(load_source(&load, source_text("rules", deep, &arena)));
	a.rules[0] = load.rules[0];
	audit_sets_new(&a, &arena);
	a.sets[0]->most_steps = 3;
	audit_run(&a);
	for (unsigned i = 0; i < a.out.n; i++) {
		const struct finding *f = a.out.list[i];

		cr_expect(f->possible && f->severity == SEV_NOTE, "%s",
		    f->message);
		told |= strstr(f->message, "was not decided") != NULL;
	}
	cr_expect(told);
	audit_sets_free(&a);
	free(a.out.list);
	ruleset_free(load.rules[0]);
	arena_free(&arena);
}

Test(audit, levels_are_stronger_than_profiles)
{
	enum audit_level *levels = calloc(n_checks, sizeof(*levels));
	struct arena arena = ARENA_INIT;
	struct audit_config cfg = { .profiles = PROFILE_DEFAULT,
	    .levels = levels };
	struct audit a = { .cfg = &cfg, .out = { .arena = &arena } };

	cr_assert(audit_on(&a, "FW2001") && !audit_on(&a, "FW2006"));
	levels[check_find("FW2001") - checks] = LEVEL_OFF;
	levels[check_find("FW2006") - checks] = LEVEL_ERROR;
	cr_assert(!audit_on(&a, "FW2001") && audit_on(&a, "FW2006"));
	finding_add(&a.out, "FW2001", NULL, NULL, "off")->family = AF_INET;
	finding_add(&a.out, "FW2006", NULL, NULL, "on")->family = AF_INET;
	audit_tidy(&a);
	cr_assert_eq(a.out.n, 1);
	cr_assert_eq(a.out.list[0]->severity, SEV_ERROR);
	free(levels);
	free(a.out.list);
	arena_free(&arena);
}
