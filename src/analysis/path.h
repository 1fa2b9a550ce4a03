/* Packets on their whole way: all tables and hooks, connection tracking,
 * translation of addresses, routing.
 *
 * A NEW packet is followed as it comes.  What can be ESTABLISHED is what could
 * have been NEW: the later packets of a flow that the rules accept, and the
 * replies to it, which are translated back. */
#ifndef ANALYSIS_PATH_H
#define ANALYSIS_PATH_H

#include "analysis/analysis.h"

enum path { PATH_IN, PATH_FORWARD, PATH_OUT };

/* One packet that comes to an end, and how. */
struct path_witness {
	struct point point;
	/* Bits 1 << enum field of what was translated, and to what: a box. */
	uint64_t left_fields;
	const hs_cell *left;
	/* It is ESTABLISHED by this packet, or null.  Where both have an end in
	 * common it is that of 'point', but for 'first_fields'. */
	const struct point *first;
	uint64_t first_fields;
	bool reply;			/* it is a reply to it */
};

/* Packets that end alike. */
struct path_region {
	enum verdict verdict;		/* V_ACCEPT: delivered, or sent */
	bool reject;
	/* The decider: of what is accepted that of the filter table, or the
	 * last one; both null: no rules. */
	const struct rule *rule;
	const struct chain *policy;
	bool possible;
	const struct hs *set;		/* as the packets come in */
	bool complete;
	double count;
	struct point witness;		/* of the first of */
	const struct path_witness *ways;	/* some flows that end so */
	unsigned n_ways;
	/* "dst 172.17.0.2:5432": what they were translated to; null: not. */
	const char *translated;
};

/* Tests that an analysis must know of (analysis_new's queries) before it is
 * asked for paths. */
void	path_wants(const struct env *, int family, struct query *);
/* The box of all packets that come this way. */
void	path_whole(struct analysis *, unsigned r, enum path, hs_cell *);
/* Calls 'each' for every end of packets in 'q' (null: NEW ones), by decider
 * and translation, in the order in which packets come to chains and rules;
 * false from it ends.  'r': index of the ruleset.  Sources
 * that the kernel would not take for routable are left out where a snapshot
 * tells them.  *partial comes out true if that was too much work. */
void	analysis_path(struct analysis *, unsigned r, enum path,
	    const struct query *q, unsigned boxes, struct arena *,
	    bool (*each)(const struct path_region *, void *), void *arg,
	    bool *partial);

#endif
