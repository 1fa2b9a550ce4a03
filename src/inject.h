/* A packet in words as a frame for the simulator: what was not said is
 * chosen, and each choice is noted. */
#ifndef INJECT_H
#define INJECT_H

#include "parsers/pktspec.h"
#include "sim/sim.h"

struct inject {
	struct env *env;
	struct arena *arena;		/* for the bytes */
	int family;			/* where no address tells; 0: IPv4 */
	void (*note)(void *arg, const char *text);
	void *arg;
};

/* Completes addresses, ports, flags and the interface it comes in by. */
void	inject_complete(const struct inject *, struct pktspec *);
/* The frame of a complete spec; its bytes are in the arena. */
void	inject_frame(const struct inject *, const struct pktspec *,
	    int64_t time, struct frame *);
/* Is it an address of the host? */
bool	inject_own(const struct env *, int family, const union addr *);

#endif
