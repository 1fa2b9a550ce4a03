/* What makes a ruleset another one, and what does not. */
#include "reports/rules_hash.h"

#include "parsers/load.h"

#include <criterion/criterion.h>

static void
hash(const char *text, char out[RULES_HASH_SIZE])
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load l = { .arena = &arena, .diags = &diags };

	diag_init(&diags, &arena);
	cr_assert(load_source(&l, source_text("rules", text,
	    &arena)), "%s", text);
	rules_hash(l.rules[0], out);
	ruleset_free(l.rules[0]);
	arena_free(&arena);
}

static bool
same(const char *a, const char *b)
{
	char x[RULES_HASH_SIZE], y[RULES_HASH_SIZE];

	hash(a, x);
	hash(b, y);
	return strcmp(x, y) == 0;
}

#define FILTER "*filter\n:INPUT DROP\n:web -\n:ssh -\n-A INPUT -j ssh\n"	\
	"-A ssh -p tcp --dport 22 -j ACCEPT\n-A web -j RETURN\nCOMMIT\n"
#define NAT "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"

Test(rules_hash, what_makes_no_difference)
{
	cr_assert(same(FILTER, "*filter\n:ssh - [0:0]\n:web - [0:0]\n"
	    ":INPUT DROP [5:300]\n[1:2] -A web -j RETURN\n"
	    "[7:8] -A ssh -p tcp -m tcp --dport 22 -m comment --comment x "
	    "-j ACCEPT\n-A INPUT -j ssh\nCOMMIT\n"));
	cr_assert(same(FILTER NAT, NAT FILTER));
	cr_assert(same(FILTER, "*mangle\n:PREROUTING ACCEPT [9:9]\nCOMMIT\n"
	    FILTER));
}

Test(rules_hash, what_does)
{
	static const char *const other[] = {
		FILTER NAT,
		"*filter\n:INPUT ACCEPT\n:web -\n:ssh -\n-A INPUT -j ssh\n"
		"-A ssh -p tcp --dport 22 -j ACCEPT\n-A web -j RETURN\nCOMMIT\n",
		"*filter\n:INPUT DROP\n:web -\n:ssh -\n-A INPUT -j ssh\n"
		"-A ssh -p tcp --dport 23 -j ACCEPT\n-A web -j RETURN\nCOMMIT\n",
		"*filter\n:INPUT DROP\n:w -\n:ssh -\n-A INPUT -j ssh\n"
		"-A ssh -p tcp --dport 22 -j ACCEPT\n-A w -j RETURN\nCOMMIT\n",
		"*mangle\n:PREROUTING DROP\nCOMMIT\n" FILTER,
	};

	for (unsigned i = 0; i < sizeof(other) / sizeof(*other); i++)
		cr_assert_not(same(FILTER, other[i]), "%s", other[i]);
}
