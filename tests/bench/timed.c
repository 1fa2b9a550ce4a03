/* timed RUNS COMMAND...: "SECONDS MIB", the medians of so many runs: from
 * before the command is started until it is over, and the most memory that it
 * had.  What it prints is thrown away. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
run(char **command)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	execvp(command[0], command);
	_exit(127);
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[1]) : 0, status;
	double *seconds, *mib;
	struct rusage use;

	if (n <= 0) {
		fputs("usage: timed RUNS COMMAND...\n", stderr);
		return 2;
	}
	seconds = calloc((size_t)n, sizeof(*seconds));
	mib = calloc((size_t)n, sizeof(*mib));
	for (int i = 0; i < n; i++) {
		double began = now();
		pid_t pid = fork();

		if (pid == 0)
			run(argv + 2);
		if (wait4(pid, &status, 0, &use) != pid ||
		    !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
			fprintf(stderr, "timed: %s failed\n", argv[2]);
			return 1;
		}
		seconds[i] = now() - began;
		mib[i] = (double)use.ru_maxrss / 1024;
	}
	qsort(seconds, (size_t)n, sizeof(*seconds), by_value);
	qsort(mib, (size_t)n, sizeof(*mib), by_value);
	printf("%.4f %.1f\n", seconds[n / 2], mib[n / 2]);
	free(seconds);
	free(mib);
	return 0;
}
