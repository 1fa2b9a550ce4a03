/* What a change of the rules means, as reports tell it. */
#ifndef REPORTS_DIFF_H
#define REPORTS_DIFF_H

#include "reports/regions.h"

/* Packets that end differently: [0] before, [1] now. */
struct diff_change {
	const char *kind;		/* "blocked" */
	const char *words;		/* "newly blocked" */
	int family;
	const char *table, *chain;	/* the chain that they enter */
	struct decider by[2];
	const char *may;		/* what it hangs on; null: certain */
	struct packet_set packets;
};

/* Does the change lock out those who log in from a network? */
struct diff_lockout {
	const char *network;
	enum { LOCKOUT_NO, LOCKOUT_NEVER, LOCKOUT_PART, LOCKOUT_ALL } what;
	struct decider by;		/* who does now; PART, ALL */
	const char *witness;		/* or null */
};

/* Flows of captures whose outcome changed alike. */
struct diff_flows {
	const char *outcome[2];		/* "ACCEPT" */
	bool sent;			/* the same, but it is sent otherwise */
	struct decider by[2];
	uint64_t flows;
	const char *example;		/* the first: "eth0 tcp ..." */
	unsigned frame;			/* its number, of file */
	const char *file;
};
struct diff_traffic {
	uint64_t frames, flows, changed;	/* flows: seen, changed */
	const struct diff_flows *groups;
	unsigned n;
};

struct diff_report {
	const char *old, *new;		/* files */
	bool equal, partial;		/* partial: changes may be missing */
	const struct diff_change *changes;
	unsigned n;
	const struct diff_lockout *lockouts;
	unsigned n_lockouts;
	const struct diff_traffic *traffic;	/* null: nothing was replayed */
	/* Rules, by their text, that are in one of both alone; the same rules
	 * in another order; policies that are others. */
	unsigned added, removed, policies;
	bool moved;
	const struct env *env;
};

void	text_diff(const struct diff_report *, bool color, FILE *);
void	json_diff(const struct diff_report *, FILE *);
void	md_diff(const struct diff_report *, FILE *);

#endif
