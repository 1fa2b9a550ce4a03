/* Runs tests: each on simulators that have seen nothing, its lines in order.
 *
 * Where a line meets what is not known, or chance, every way of deciding that
 * is tried, and the lines after it go on from each of them.  A line has passed
 * if it comes out right in every way; it has failed if it comes out wrong
 * whatever the unknown is, for one outcome of chance at least; else it is
 * undetermined. */
#ifndef EXPECT_RUN_H
#define EXPECT_RUN_H

#include "expect_sets.h"
#include "scene.h"

struct expect_setup {
	struct scene *scene;
	struct expect_sets *sets;	/* of the file that the tests are in */
	struct arena *arena;		/* of what is reported */
	int64_t time;			/* when each test begins */
	/* What was assumed; may be told more than once. */
	void (*note)(void *arg, const char *text);
	void *arg;
};

void	expect_run(const struct expect_setup *, const struct expect_test *,
	    struct test_case *out);

#endif
