/* What became of one packet, held against what was expected. */
#ifndef EXPECT_CHECK_H
#define EXPECT_CHECK_H

#include "parsers/expect.h"
#include "reports/expect.h"
#include "run.h"

/* Notes the packet that was just run in 'way': what is told there is the first
 * packet, or the first that is wrong.  Texts go to 'arena'. */
void	expect_check_packet(const struct expect_line *, const struct run *,
	    struct test_way *, struct arena *);
/* All packets of the line were run: the lines of the log. */
void	expect_check_log(const struct expect_line *, struct test_way *);

#endif
