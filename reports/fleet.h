/* What audits of many hosts found, together: which hosts have the same rules,
 * who differs from his like, and what was found on how many.
 *
 * A fleet is a set of hosts, each with its findings; whatever is written of
 * it depends on that set alone.  Findings are the same on two hosts if their
 * key is (reports/findings.h: the rule's text, not its line) and they are of
 * the same severity and certainty. */
#ifndef REPORTS_FLEET_H
#define REPORTS_FLEET_H

#include "base/arena.h"
#include "base/map.h"
#include "model/finding.h"

#include <stdio.h>

struct cJSON;

/* Hosts of one group with the same rules. */
struct fleet_variant {
	const char *rules;		/* as fleet_host's */
	struct fleet_host **hosts;	/* by name */
	unsigned n;
};

/* Hosts that are called alike: "web" of web-1 and web-2. */
struct fleet_group {
	const char *name;
	struct fleet_variant *variants;	/* most hosts first: A, B, ... */
	unsigned n_variants, n_hosts;
	unsigned stamp, usual;		/* fleet_view's own */
};

struct fleet_host {
	const char *name;
	/* Which rulesets it has: "4:SHA256 6:SHA256"; "" if none. */
	const char *rules;
	const char *file[2];		/* first one of IPv4, of IPv6; or null */
	const char *result;		/* SHA-256 of its audit */
	const char *where;		/* "web-1.json:1": where that stood */
	/* Made by fleet_view. */
	unsigned number;
	struct fleet_group *group;
	const struct fleet_variant *variant;
	/* If it differs from its group: what is found on no host of the first
	 * variant, and what is found on all of them and not here. */
	struct fleet_finding **more, **fewer;
	unsigned n_more, n_fewer;
};

/* A finding on a host; numbers are 0 where there are none. */
struct fleet_place {
	struct fleet_host *host;
	uint64_t rule, line, column;
	const char *file;		/* or null */
};

struct fleet_finding {
	const char *key, *id, *table, *chain, *text, *message;
	const char *suppressed;		/* why it does not count, or null */
	enum severity severity;
	bool possible;
	unsigned family;		/* 4, 6; 0: neither */
	/* The finding of the first host, without what a place has. */
	struct cJSON *example;
	struct fleet_host *example_of;
	struct fleet_place *places;	/* by host, then as they stand */
	unsigned n, room, n_hosts;
};

struct fleet_assumption {
	const char *text;
	struct fleet_host **hosts;	/* by name */
	unsigned n, room;
};

/* How many hosts have findings of an id. */
struct fleet_id { const char *id; enum severity severity; unsigned n_hosts; };

struct fleet {
	struct arena *arena;
	struct map host_names, finding_keys, assumption_texts;
	struct fleet_host **hosts;	/* by name, after fleet_view */
	unsigned n_hosts, room_hosts;
	struct fleet_finding **findings; /* most hosts first, after it */
	unsigned n_findings, room_findings;
	struct fleet_assumption **assumptions;
	unsigned n_assumptions, room_assumptions;
	/* Made by fleet_view. */
	struct fleet_group *groups;	/* by name */
	unsigned n_groups, n_rulesets, n_differ;
	struct fleet_id *ids;		/* most hosts first */
	unsigned n_ids;
};

/* The host of this name, or null. */
struct fleet_host *fleet_host_find(const struct fleet *, const char *name);
/* A new one.  All texts are borrowed, here and below. */
struct fleet_host *fleet_host_add(struct fleet *, const char *name,
	    const char *rules, const char *result, const char *where);
/* Adds a finding at a place.  Where its example is to be put, which the fleet
 * then frees; null: no example of this host is wanted. */
struct cJSON **fleet_finding_add(struct fleet *, const struct fleet_finding *,
	    const struct fleet_place *);
void	fleet_assumption_add(struct fleet *, const char *text,
	    struct fleet_host *);
/* Sorts and groups what there is, for the reports; once, at the end. */
void	fleet_view(struct fleet *);
void	fleet_free(struct fleet *);	/* what is not the arena's; null-safe */

/* The rulesets of two hosts that differ, as "nfwalk diff A B" wants them; the
 * first is of the host's like.  False: nobody knows. */
bool	fleet_diff_files(const struct fleet_host *, const char *files[2]);
/* Do they differ from their group by the same findings? */
bool	fleet_differ_alike(const struct fleet_host *,
	    const struct fleet_host *);
/* "A", ..., "Z", "AA" of a variant of its group. */
void	fleet_variant_name(const struct fleet_host *, struct sbuf *);
/* "filter/INPUT" or "IPv6 filter/INPUT", "" if it is about no chain. */
void	fleet_finding_place(const struct fleet_finding *, struct sbuf *);

void	fleet_example_free(struct cJSON *);	/* null-safe */

typedef void fleet_put(const struct fleet *, FILE *);
fleet_put fleet_text;
fleet_put fleet_json;			/* "schema": "nfwalk.merge/1" */
fleet_put fleet_md;
fleet_put fleet_csv;			/* a line for each finding on a host */

#endif
