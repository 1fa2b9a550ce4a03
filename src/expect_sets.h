/* Statements about every packet: lines with "any".
 *
 * Such a line is about packets as it describes them, and as they are where it
 * says nothing (a SYN, an echo request, TTL 64 ...), but for this: "any" is
 * every address, and a port that was not said is every port.  They are the
 * first packets of their connections.  Not among them are those that an
 * earlier line of the test names, by what was said there; sources and
 * destinations that cannot be (127/8 from outside ...); packets that are lost
 * without a rule; and what the host sends to itself. */
#ifndef EXPECT_SETS_H
#define EXPECT_SETS_H

#include "inputs.h"
#include "parsers/expect.h"
#include "reports/expect.h"

/* The statements of a file, all asked of one analysis. */
struct expect_sets;

struct expect_question {
	const struct expect_line *line;	/* of one of the file's tests */
	struct arena *arena;		/* of reasons and of what packets need */
	/* The simulator has the last word: does this packet come to something
	 * else than is expected?  It is as words say it, not complete. */
	bool (*shows)(void *arg, const struct pktspec *);
	void *arg;
};

/* The analysis is made when a line of its family is first asked about. */
struct expect_sets *expect_sets_new(struct inputs *,
	    const struct expect_test *first);
void	expect_sets_free(struct expect_sets *);	/* null-safe */

/* TEST_PASSED: all of them come to one of its verdicts, decided by who it
 * says.  TEST_FAILED: 'shows' said yes to the last packet it was asked about.
 * TEST_UNDETERMINED: *why. */
enum test_result expect_sets_ask(struct expect_sets *,
	    const struct expect_question *, const char **why);

#endif
