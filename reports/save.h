/* A ruleset as text that iptables reads: a dump, or commands. */
#ifndef REPORTS_SAVE_H
#define REPORTS_SAVE_H

#include "model/rule.h"

/* One rule as iptables-save prints it, without counters and newline:
 * "-A INPUT -s 192.0.2.1/32 -j DROP". */
void	save_rule(const struct rule *, struct sbuf *);
/* Its parts: tests that are no matches (" -s 192.0.2.1/32 -p tcp"), the
 * options of a match or target, and the target's name (null: none). */
void	save_basic(const struct rule *, struct sbuf *);
void	save_use(const struct rule *, const struct use *, struct sbuf *);
const char *save_use_name(const struct use *);
const char *save_target_name(const struct rule *);
/* "/24", or "/255.0.255.0" if it is not contiguous. */
void	save_mask(struct sbuf *, const union addr *mask, int family);
/* Tests, matches and target only: what stands behind the chain's name; bare:
 * without comments, which change nothing. */
void	save_rule_spec(const struct rule *, struct sbuf *);
void	save_rule_bare(const struct rule *, struct sbuf *);
/* Whose counters to print; null members: those of the ruleset. */
struct save_counters {
	void (*rule)(void *arg, const struct rule *, uint64_t *packets,
	    uint64_t *bytes);
	void (*chain)(void *arg, const struct chain *, uint64_t *packets,
	    uint64_t *bytes);
	void *arg;
};

struct save_format {
	bool counters;			/* "[p:b]" before each rule */
	const struct save_counters *from;	/* null: the ruleset's own */
	int table;			/* enum table_id; -1: all there are */
	const char *chain;		/* null: all */
};

/* Is this chain to be printed? */
bool	save_wanted(const struct save_format *, const struct chain *);
/* Packets and bytes to print; 0 for user chains. */
void	save_rule_counters(const struct save_format *, const struct rule *,
	    uint64_t v[2]);
void	save_chain_counters(const struct save_format *, const struct chain *,
	    uint64_t v[2]);

/* The line that began at 'from' ends.  Neither a dump nor a list has a way to
 * write a newline in a word, and what stands behind one would be read as a
 * line: it becomes a space. */
void	save_end_line(struct sbuf *, size_t from);
/* The ruleset as iptables-save prints it, without its comment lines. */
void	save_ruleset(const struct ruleset *, const struct save_format *,
	    FILE *);
/* The chains of a table in the order in which the kernel has them: built-in
 * ones by hook, others by name.  *n chains; release with free(). */
struct chain **save_order(const struct table *, unsigned *n);

#endif
