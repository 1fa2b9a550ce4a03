/* A change of the rules or of the host, tried on a packet. */
#ifndef TRIED_H
#define TRIED_H

#include "run.h"

struct tried {
	bool decided;			/* no unknown was met */
	struct trace_ending end;	/* rule and chain are gone: of a copy */
	unsigned rule;			/* its number; 0: a policy, or nobody */
	const char *chain;		/* its name, in setup->arena; or null */
	const char *by;			/* "filter/INPUT#4", the same; or null */
	/* Of an accepted packet: */
	bool no_way_back;		/* way_back_broken says why */
	bool replied;			/* there was an answer to send */
	enum disposition reply;
	const char *reply_by;
	/* What else is changed, one sentence each, if it was asked for. */
	const char **changes;
	unsigned n_changes;
};

/* Runs the packet with the ruleset as these commands of iptables, one a line,
 * make it.  False: they cannot be applied.  With 'all' it is told what else
 * the change means, for all packets. */
bool	try_commands(const struct run_setup *, const struct ruleset *,
	    const char *commands, bool all, struct tried *);
/* The same rules, the first packet of the connection that this one would be
 * of. */
void	try_beginning(const struct run_setup *, struct tried *);
/* The same with a sysctl set; it is put back. */
void	try_sysctl(const struct run_setup *, const char *name,
	    const char *value, struct tried *);

#endif
