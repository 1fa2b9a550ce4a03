/* How reports name things: rules, policies, places. */
#ifndef REPORTS_REF_H
#define REPORTS_REF_H

#include "model/event.h"
#include "model/rule.h"

/* "filter/INPUT#4"; of a chain "filter/INPUT". Hostile bytes escaped. */
void	ref_rule(const struct rule *, struct sbuf *);
void	ref_chain(const struct chain *, struct sbuf *);
/* "filter/INPUT#4", "filter/INPUT policy", "-": whoever decided. */
void	ref_decider(const struct rule *, const struct chain *, struct sbuf *);
/* "edge1.rules:31", "" if it stands nowhere. */
void	ref_rule_place(const struct rule *, struct sbuf *);
void	ref_chain_place(const struct chain *, struct sbuf *);
/* The rule's tests as few words: "tcp dport 22" is "-p tcp --dport 22";
 * "any" if it has none.  Neither its -m nor comments. */
void	ref_tests(const struct rule *, struct sbuf *);
/* What it does: "ACCEPT", "jump DOCKER", "goto X", "DNAT", "count". */
void	ref_target(const struct rule *, struct sbuf *);

/* Nanoseconds since the epoch as "1700000000.123456789". */
void	time_print(int64_t ns, struct sbuf *);

#endif
