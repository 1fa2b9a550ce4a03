/* Libraries that are opened when they are needed. */
#include "base/lib.h"

#include <criterion/criterion.h>
#include <math.h>

#define FUNCTIONS(X)	X(cos) X(hypot)
#define LIBM		"libm.so.6"
LIB(libm, LIBM, FUNCTIONS)
#define NONE		"libnfwalk-none.so.1"
LIB(none, NONE, FUNCTIONS)
#define UNKNOWN(X)	X(cos) X(opened)
void opened(void);
LIB(unknown, LIBM, UNKNOWN)

void
opened(void)
{
}

Test(lib, has_what_was_asked_for)
{
	struct libm m;

	libm_open(&m);
	cr_assert_eq(m.cos(0), 1);
	cr_assert_eq(m.hypot(3, 4), 5);
}

Test(lib, ends_without_the_file, .exit_code = 5)
{
	struct none none;

	none_open(&none);
}

Test(lib, ends_without_the_function, .exit_code = 5)
{
	struct unknown unknown;

	unknown_open(&unknown);
	unknown.opened();
}
