/* What the commands are given in common: rulesets (-r, -4, -6) and the
 * snapshot of a host (-S). */
#ifndef INPUTS_H
#define INPUTS_H

#include "args.h"
#include "base/diag.h"
#include "model/env.h"
#include "parsers/load.h"

struct sim;
struct replay_shard;

struct inputs {
	struct arena arena;
	struct diags diags;
	struct load load;		/* rulesets come out in load.rules */
	struct env *env;
	const char *snapshot;		/* folder, or null */
	bool host_only;			/* its rulesets are not wanted */
	/* Those of families that -r gave come out in 'running'. */
	bool running_too;
	struct load running;
	struct input_file { const char *path; int family; } files[16];
	unsigned n_files;
	int family;			/* of the next -r; 0: the file's */
	struct ct *connections;		/* of the snapshot */
	unsigned n_connections, room_connections;
};

/* The options -r; -S, -4, -6; --owner; their ctx is the struct inputs. */
extern const struct arg rules_args[], inputs_args[], owner_args[];

void	inputs_init(struct inputs *);
/* Another ruleset, as -r FILE.  False, and said so: there are too many. */
bool	inputs_add(struct inputs *, const char *path);
/* Reads everything; rulesets of the snapshot stand in for a family that no
 * -r gave.  False after errors, which are in 'diags'. */
bool	inputs_load(struct inputs *);
/* Prints the diagnostics; the exit code that goes with them, else 'code'. */
int	inputs_finish(struct inputs *, int code);
void	inputs_free(struct inputs *);
/* Adds the snapshot's connections, those of a shard (null: all): they exist
 * when the clock starts. */
void	inputs_connections(const struct inputs *, const struct replay_shard *,
	    struct sim *);
/* Has the ruleset a match or target of this name? */
bool	inputs_uses(const struct inputs *, const char *ext_name);
/* Do the rules see the bridge ports of packets (br_netfilter)?  As the sysctl
 * says; without it, if a rule asks for them: that loads the module. */
bool	inputs_bridge_ports(const struct inputs *);

#endif
