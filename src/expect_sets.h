/* Statements about every packet: lines with "any". */
#ifndef EXPECT_SETS_H
#define EXPECT_SETS_H

#include "inputs.h"
#include "parsers/expect.h"
#include "reports/expect.h"

/* Do all packets that 'line' names, but for those that an earlier line of its
 * test names, come to one of its verdicts, decided by who it says?
 *
 * A line names the packets that have what was said of them: "any" is every
 * address of the packet's family, and a port, flags, a TTL ... that were not
 * said are every one.  They are the first of their connections.
 *
 * TEST_PASSED, TEST_FAILED with a packet that shows it in 'example' (complete;
 * its parts live in 'arena'), or TEST_UNDETERMINED with the reason in *why. */
enum test_result expect_sets(struct inputs *, const struct expect_test *,
	    const struct expect_line *line, struct pktspec *example,
	    const char **why, struct arena *);

#endif
