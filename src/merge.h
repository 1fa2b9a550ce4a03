/* nfwalk merge: results that nfwalk wrote, read again and combined.
 *
 * Merging is associative and commutative; an nfwalk.merge/1 of no hosts is
 * its identity.  So results are kept as sets: of hosts, each with what was
 * found on it, or of the parts of runs, with what they counted; what is
 * written depends on the set alone. */
#ifndef MERGE_H
#define MERGE_H

#include "parsers/json_place.h"

struct cJSON;
struct fleet;

/* A result: one JSON object of a file. */
struct result {
	struct cJSON *json;		/* marked; whoever takes it sets null */
	struct json_text text;
	const char *path;		/* of its file, "-": standard input */
	const char *host;		/* HOST= of the file, or null */
	const char *where;		/* "a.json:1", lives on */
	bool alone;			/* nothing else is in the file */
};

/* Reads the results of a file, each of which 'take' gets.  Errors, also those
 * of 'take', are in 'diags'; 'keep' owns what they point into. */
struct results_reader;
struct results_reader *results_reader_new(struct arena *keep, struct diags *);
void	results_read(struct results_reader *, const char *path,
	    const char *host, void (*take)(void *, struct result *), void *arg);
void	results_reader_free(struct results_reader *);	/* null-safe */
/* "audit", "merge", "replay": of its schema, which it has been checked by. */
const char *result_kind(const struct result *);

/* Members of all objects in it in the order in which nfwalk writes them. */
void	result_in_order(struct cJSON *);

/* ---- hosts: src/merge_fleet_json.c ---- */

/* Adds the host of an nfwalk.audit/1, the hosts of an nfwalk.merge/1. */
void	fleet_add_audit(struct fleet *, struct result *, struct diags *);
void	fleet_add_merge(struct fleet *, struct result *, struct diags *);

/* Is it an nfwalk.merge/1 of no hosts? */
bool	fleet_is_empty(const struct result *);

/* ---- runs: src/merge_replay_json.c ---- */

struct replays;

struct replays *replays_new(struct arena *);
void	replays_free(struct replays *);		/* null-safe */
/* Adds an nfwalk.replay/1: a part of a run, or a whole one. */
void	replays_add(struct replays *, struct result *, struct diags *);
/* All together, as one nfwalk.replay/1, to be given to run_free; null after
 * errors.  Parts that are missing are warned of. */
struct cJSON *replays_end(struct replays *, struct diags *);
void	run_free(struct cJSON *);		/* null-safe */

#endif
