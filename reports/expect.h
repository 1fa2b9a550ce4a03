/* What became of expectations (nfwalk test), as facts for the reporters.
 *
 * expect_tell.c	sentences that several of them say
 * expect_text.c	for people, and TAP
 * expect_json.c	"schema": "nfwalk.test/1"
 * expect_xml.c		JUnit's
 * expect_md.c		Markdown */
#ifndef REPORTS_EXPECT_H
#define REPORTS_EXPECT_H

#include "base/arena.h"
#include "reports/trace.h"

enum test_result { TEST_PASSED, TEST_FAILED, TEST_UNDETERMINED,
    N_TEST_RESULTS };

/* Parts of an expectation, as bits. */
enum test_part { PART_VERDICT = 1 << 0, PART_BY = 1 << 1, PART_DNAT = 1 << 2,
    PART_SNAT = 1 << 3, PART_REDIRECT = 1 << 4, PART_LOG = 1 << 5 };

/* In the words of the language; null: nothing was said of it. */
struct test_said {
	const char *verdict, *by, *dnat, *snat, *redirect;
	const char **logs;
	unsigned n_logs;
};

/* How an end was translated; 'to' null: it was not. */
struct test_change {
	const char *from, *to;
	const struct rule *rule;	/* that asked for it, or null: the
					 * connection had it already */
};

/* One way in which it came out. */
struct test_way {
	const char **conditions;	/* all hold in it; none: always */
	unsigned n_conditions;
	unsigned wrong;			/* bits of enum test_part */
	bool unnamed;			/* none of the verdicts beside DEPENDS */
	unsigned packets;		/* of xN, that were run */
	unsigned nth;			/* the one that is told of, from 1 */
	struct trace_ending end;
	struct test_change dnat, snat;
	struct test_logged { unsigned lines; bool wrong; }
	    *logged;			/* for each of said.logs */
	unsigned lines;			/* in the log, of all packets */
};

struct test_line {
	const char *file;
	unsigned line;
	const char *packet;		/* as it was written */
	unsigned count;			/* of xN */
	struct test_said said;
	enum test_result result;
	struct test_way **ways;
	unsigned n_ways;
	const char *why;		/* undetermined without ways; or null */
	const char *example;		/* failed: one of its packets; or null */
};

struct test_case {
	const char *name, *file;
	unsigned line;
	enum test_result result;
	struct test_line *lines;
	unsigned n_lines;
};

struct test_report {
	struct test_case *tests;
	unsigned n_tests;
	unsigned results[N_TEST_RESULTS];
	unsigned n_rules, n_covered;
	const struct rule **uncovered;
	bool coverage;			/* they are to be listed */
	bool color;
	bool quiet;			/* text: without what has passed */
	const char **assumptions;
	unsigned n_assumptions;
};

extern const char *const test_result_names[N_TEST_RESULTS];

void	test_text(const struct test_report *, FILE *);
void	test_tap(const struct test_report *, FILE *);
void	test_junit(const struct test_report *, FILE *);
void	test_json(const struct test_report *, FILE *);
void	test_md(const struct test_report *, FILE *);

/* ---- sentences ---- */

/* The way that is worth telling: of a failed line one that is wrong. */
const struct test_way *test_way_of(const struct test_line *);
/* "ACCEPT by filter/DOCKER#1 (edge1.rules:31)" */
void	tell_ending(const struct trace_ending *, struct sbuf *);
/* "expected DROP, got ACCEPT by ..."; more sentences follow, each begun with
 * a newline. */
void	tell_way(const struct test_line *, const struct test_way *,
	    struct sbuf *);
/* All there is to say of a line that has not passed, in lines. */
void	tell_line(const struct test_line *, struct sbuf *);
/* "70": how many of 100 rules are covered, rounded down. */
unsigned test_percent(const struct test_report *);

#endif
