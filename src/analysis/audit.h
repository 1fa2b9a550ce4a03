/* The audit: all checks over rulesets of one host.
 *
 * A check is one file here, c_NAME.c, that defines check_NAME(); the build
 * makes the list from the files.  It looks at one family's ruleset and adds
 * findings whose ids are rows of catalogue.c.  Where it needs to know what
 * can ever happen, it asks sets[] (analysis.h). */
#ifndef ANALYSIS_AUDIT_H
#define ANALYSIS_AUDIT_H

#include "model/env.h"
#include "model/finding.h"

struct analysis;
struct lookup;
struct exposure;

/* Where packets come from or go to: interfaces (a + at the end is a prefix)
 * and networks; without either any.  Or this host. */
struct zone {
	struct zone *next;
	const char *name;
	const char **ifaces, **nets;
	unsigned n_ifaces, n_nets;
	bool host;
};

/* What may begin there; proto 0: nothing of that kind is told. */
struct zone_service { uint8_t proto; uint16_t lo, hi; };

/* From one zone to another new connections are of these services alone. */
struct zone_path {
	struct zone_path *next;
	const struct zone *from, *to;
	const struct zone_service *allowed;
	unsigned n_allowed;
	const char *words;		/* "guests -> lan = tcp/443" */
	struct loc loc;			/* where that is said */
};

/* What is said of an id: not said, off, or on with this severity. */
enum audit_level { LEVEL_UNSAID, LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING,
    LEVEL_ERROR };

struct audit_config {
	unsigned profiles;		/* bits of enum profile */
	/* Ids, or their beginnings ("FW2"): these and no others, whatever the
	 * profiles say (none: all of the profiles), and not those. */
	const char *const *only, *const *ignore;
	unsigned n_only, n_ignore;
	int64_t today;			/* seconds since the epoch; for until= */
	/* Networks that must stay able to log in, and where outside is. */
	const char *const *management;
	unsigned n_management;
	const char *const *outside;	/* interfaces, a + at the end is a prefix */
	unsigned n_outside;
	unsigned long_chain;		/* FW9005: rules; 0: 100 */
	/* By the row of checks[], stronger than profiles; null: none. */
	const enum audit_level *levels;
	const struct zone_path *paths;	/* FW3015 */
};

struct audit {
	const struct ruleset *rules[2];	/* [0] v4, [1] v6; null: none */
	/* What runs on the host, if that is another (FW9003); or null. */
	const struct ruleset *running[2];
	const struct env *env;
	const struct audit_config *cfg;
	struct analysis *sets[2];
	struct exposure *exposure;	/* audit_sets_new makes both */
	struct lookup *lookup[2];	/* while audit_run runs */
	/* Told before each check how many of how many are done; may be null. */
	void (*step)(void *arg, unsigned done, unsigned all);
	void *step_arg;
	struct findings out;
};

/* Looks at rules[f], which is there. */
typedef void check_fn(struct audit *, unsigned f);
struct check_file { const char *name; check_fn *run; const char *ids; };
extern const struct check_file check_files[];	/* ends with null; generated */

/* Is this id, a row of the catalogue, on? */
bool	audit_on(const struct audit *, const char *id);
/* Runs every check, and tidies. */
void	audit_run(struct audit *);
/* Drops findings of ids that are off, and puts the others in order: family,
 * table, chain as declared, rule, id.  For who adds some after audit_run. */
void	audit_tidy(struct audit *);

#endif
