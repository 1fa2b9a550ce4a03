/* Reads rulesets and prints what it took:
 *	FILE: RULES rules, SECONDS s, BYTES bytes a rule (peak), PEAK MiB
 * Peak memory is the process's own, the text included, less what it had
 * before the file was opened. */
#include "parsers/load.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
peak(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_maxrss * 1024;
}

int
main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	double start, size;
	unsigned n = 0;

	mem_setup();			/* as nfwalk does */
	size = peak();
	if (argc != 2) {
		fputs("usage: parse FILE\n", stderr);
		return 2;
	}
	diag_init(&diags, &arena);
	start = now();
	struct load l = { .arena = &arena, .diags = &diags };
	bool ok = load_file(&l, argv[1]);
	double seconds = now() - start;

	size = peak() - size;
	for (unsigned i = 0; i < 2; i++)
		if (l.rules[i] != NULL)
			n += l.rules[i]->n_rules;
	diag_print(&diags, stderr);
	printf("%s: %u rules, %.3f s, %.0f bytes a rule, %.1f MiB\n", argv[1],
	    n, seconds, n ? size / n : 0., size / 1048576);
	for (unsigned i = 0; i < 2; i++)
		ruleset_free(l.rules[i]);
	arena_free(&arena);
	return ok ? 0 : 3;
}
