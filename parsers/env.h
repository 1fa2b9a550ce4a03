/* A host snapshot: the folder of -S DIR (cli-contract: Inputs), in the
 * formats of ip -j, sysctl -a, ipset save and ss -lntup.
 *
 * What is not in the folder becomes an assumption of the env.  Bad content is
 * an error with its place; what could be read of the file is kept. */
#ifndef PARSERS_ENV_H
#define PARSERS_ENV_H

#include "model/env.h"

/* Reads DIR's ip-addr.json, ip-route.json, ip6-route.json, ip-rule.json,
 * ip6-rule.json, sysctl, ipset-save and sockets into 'env'; false after an
 * error.  Rulesets and connections there are for the caller: env_file. */
bool	env_load(struct env *, const char *dir, struct diags *);
/* For hosts without snapshot: only notes what is assumed. */
void	env_load_nothing(struct env *);
/* The path of file 'name' of the snapshot if there is one, else null. */
const char *env_file(const char *dir, const char *name, struct arena *);

/* One file each, from its text; false after an error. */
bool	env_read_addrs(struct env *, const struct source *, struct diags *);
bool	env_read_routes(struct env *, int family, const struct source *,
	    struct diags *);
bool	env_read_rules(struct env *, int family, const struct source *,
	    struct diags *);
bool	env_read_sysctls(struct env *, const struct source *, struct diags *);
bool	env_read_sockets(struct env *, const struct source *, struct diags *);
/* To be called when all is read: folds sysctls into the interfaces and notes
 * what is missing. */
void	env_finish(struct env *);

#endif
