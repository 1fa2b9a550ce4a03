/* How far long work has got: a line on standard error, if that is a terminal
 * and the work takes more than a second, and a line for each SIGUSR1 that
 * comes, wherever standard error goes:
 *
 *	replaying: 1.2 GiB of 3.4 GiB, 35%, 410.0 MiB/s, 0:05 left, 0:03 so far
 *
 * A thread of its own shows it and waits for the signal, so the work says
 * where it is when it suits it and is never interrupted. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress;

enum progress_unit { PROGRESS_NONE, PROGRESS_BYTES, PROGRESS_COUNT };

/* Begins.  'quiet': for SIGUSR1 alone.  Free it with progress_end. */
struct progress *progress_begin(bool quiet);
/* What is done from now on ("reading"; not copied), of how many; 0: nobody
 * knows.  These take null, which is no progress to be told of. */
void	progress_phase(struct progress *, const char *what,
	    enum progress_unit, uint64_t total);
void	progress_at(struct progress *, uint64_t done, uint64_t total);
/* Takes the line away. */
void	progress_end(struct progress *);

#endif
