/* One iptables command, read from words.
 *
 * Follows getopt_long as iptables runs it: options in any order, long ones
 * abbreviated, "!" before an option, options of a match known once it is
 * loaded (the last one loaded wins), the protocol's match implied by its
 * first option.  parsers/edit.h carries the command out. */
#ifndef PARSERS_CMDLINE_H
#define PARSERS_CMDLINE_H

#include "ext/ext.h"
#include "parsers/words.h"

enum command {
	CMD_APPEND = 1 << 0, CMD_INSERT = 1 << 1, CMD_REPLACE = 1 << 2,
	CMD_DELETE = 1 << 3, CMD_DELETE_NUM = 1 << 4, CMD_CHECK = 1 << 5,
	CMD_LIST = 1 << 6, CMD_LIST_RULES = 1 << 7, CMD_FLUSH = 1 << 8,
	CMD_ZERO = 1 << 9, CMD_ZERO_NUM = 1 << 10, CMD_NEW_CHAIN = 1 << 11,
	CMD_DELETE_CHAIN = 1 << 12, CMD_RENAME_CHAIN = 1 << 13,
	CMD_SET_POLICY = 1 << 14,
	/* Those that are about one rule's specification. */
	CMD_RULE = CMD_APPEND | CMD_INSERT | CMD_REPLACE | CMD_DELETE |
	    CMD_CHECK
};

/* An address and its mask, as the list of -s or -d has it. */
struct addr_spec { union addr addr, mask; };
struct addr_list { struct addr_spec *v; unsigned n, room; };

/* A match or target while its options are read. */
struct reading {
	struct use use;
	uint64_t seen;			/* bits of its options */
	bool completed;			/* a later one of its name took over */
};

/* Hashes of a chain's rules, for many deletions by specification after each
 * other (edit.c); chain null: none. */
struct rule_index {
	struct chain *chain;
	uint32_t *hashes;
	unsigned room;
};

struct cmdline {
	/* Set up by cmdline_init: one family's commands of one source. */
	struct ruleset *rules;
	struct arena *arena;		/* the ruleset's */
	struct diags *diags;
	const struct source *src;
	uint16_t source;		/* its index in the ruleset */
	bool restore;			/* a dump: -t and -w are refused */
	struct words words;
	struct map exts[2];		/* by name: what ext_find answered */
	struct map ifaces;		/* struct ifmatch by name */
	struct map unknown;		/* matches that were warned of */
	bool warned_invert;
	struct sbuf scratch[2];
	struct rule_index index;

	/* The command at hand.  Words that were not given have null text. */
	enum table_id table;		/* the caller sets it before reading */
	bool has_counters;		/* likewise: "[p:b]" stood before it */
	uint64_t packets, bytes;
	struct loc loc;			/* likewise: the whole command */
	uint32_t line;			/* and the line it is on */
	unsigned command;		/* bits of enum command; 0: nothing */
	struct word chain, newname, policy, jump, src_spec, dst_spec, proto;
	unsigned rulenum;		/* 0: not given */
	uint64_t seen;			/* options given, bits 1 << their row */
	bool proto_used;		/* its match was implied already */
	struct rule rule;		/* basic tests; addresses: the first */
	struct addr6_spec addr6;
	struct addr_list src_list, dst_list;
	struct reading *uses;		/* matches and the target, as loaded */
	unsigned n_uses, room_uses;
	int target;			/* which of them -j named; -1: none */
	struct use *matches;		/* the matches alone */
	unsigned room_matches;
};

void	cmdline_init(struct cmdline *, struct ruleset *, uint16_t source,
	    struct diags *);
void	cmdline_free(struct cmdline *);
/* Reads the words from 'from' on as the arguments of one command.  False
 * after an error that was reported. */
bool	cmdline_read(struct cmdline *, unsigned from);
/* May a new chain have this name (-N, -E)?  Reports if not. */
bool	cmdline_chain_name(struct cmdline *, const struct word *);
/* Reports at a word; false. */
bool	cmdline_error(struct cmdline *, const struct word *, const char *fmt,
	    ...) __attribute__((format(printf, 3, 4)));
/* Names of extensions: of targets that iptables 1.8.9 ships, and of those
 * and what else there is. */
/* ACCEPT, DROP, QUEUE and RETURN: an enum target_kind; else -1. */
int	standard_target(const char *name, size_t len);
bool	shipped_target(const char *name, size_t len);
bool	known_target(const char *name, size_t len);
bool	known_match(const char *name, size_t len);
/* Tries them all, and those of the standard targets. */
struct similar;
void	known_similar(struct similar *, enum ext_kind);

/* ---- what was meant by names that are not known (meant.c) ---- */

/* "; did you mean ACCEPT?", or nothing.  'chain': no target, as of -g. */
const char *meant_target(struct cmdline *, const struct word *, bool chain);
const char *meant_table(struct cmdline *, const char *name, size_t len);
const char *meant_chain(struct cmdline *, const struct word *);
const char *meant_match(struct cmdline *, const struct word *);
const char *meant_proto(struct cmdline *, const struct word *);
/* Or "; it needs -m multiport before it"; *proto: it is -p that it needs. */
const char *meant_option(struct cmdline *, const char *name, size_t len,
	    bool *proto);

#endif
