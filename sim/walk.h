/* Compiled tables and the walk of a packet through them.
 *
 * compile.c lowers each table to flat arrays: rules in the order of their
 * chains, each with a fixed-size test of addresses, interfaces, protocol and
 * fragment flag, then its matches in the order written.  walk.c is the
 * kernel's ipt_do_table over them (ip_tables.c, ip6_tables.c): the plain
 * walk, exact in counters, side effects and TRACE labels.  skip.c passes over
 * rules that the packet's addresses and protocol rule out, eight at once. */
#ifndef SIM_WALK_H
#define SIM_WALK_H

#include "sim/sim.h"

struct cmatch {
	enum tri (*eval)(const void *data, struct ctx *);
	const void *data;
	void *memory;
	const struct use *use;
};

struct ctarget {
	enum verdict (*act)(const void *data, struct ctx *);
	const void *data;
	void *memory;
	const struct use *use;
};

enum crule_tests {			/* what there is to test at all */
	CT_ADDR = 1 << 0, CT_IFACE = 1 << 1, CT_PROTO = 1 << 2,
	CT_FRAG = 1 << 3
};

struct crule {
	union {
		struct addr4_spec v4;
		const struct addr6_spec *v6;	/* null: any to any */
	};
	const struct ifmatch *in, *out;
	uint32_t first_match;		/* index into compiled->matches */
	uint16_t n_matches;
	uint16_t proto;
	uint8_t tests;			/* enum crule_tests */
	uint8_t invert;			/* enum rule_invert */
	uint8_t kind;			/* enum target_kind */
	bool go;			/* TGT_CHAIN by -g */
	uint32_t to;			/* chain, or index of the target */
	uint64_t packets, bytes;
	const struct rule *rule;
};

struct cchain {
	uint32_t first, n;		/* its rules in compiled->rules */
	uint64_t packets, bytes;	/* policy */
	const struct chain *chain;
	uint32_t skip;			/* its first block */
	uint8_t src_word, dst_word;	/* of IPv6 addresses, looked at there */
};

struct ctable {
	bool present;
	int32_t builtin[N_HOOKS];	/* chain index, -1: none */
};

struct frame_ref { uint32_t chain, next; };	/* where to return to */

struct compiled {
	int family;
	const struct ruleset *rules;
	struct ctable tables[N_TABLES];
	struct cchain *chains;
	uint32_t n_chains;
	struct skip_block *skip;
	struct crule *crules;
	struct cmatch *matches;
	struct ctarget *targets;
	uint32_t n_matches, n_targets;
	struct map chain_index;		/* by the chain's address */
	unsigned traits;		/* of all extensions named: enum ext_traits */
	struct frame_ref *stack;	/* of returns, shared by nested walks */
	uint32_t depth, room;		/* used, and one per chain and nesting */
};

enum { MAX_NESTING = 8 };

/* Everything is in 'arena'. 'rules' may be null: then null. */
struct compiled *compile(const struct ruleset *rules, struct arena *arena);
/* Gives each use its memory; 'memory' has the time when the rules were
 * loaded, which is that of the first packet. */
void	compiled_start(struct compiled *, struct memory *memory);
/* The compiled form of a rule or chain of compiled->rules. */
struct crule *compiled_rule(const struct compiled *, const struct rule *);
struct cchain *compiled_chain(const struct compiled *, const struct chain *);

/* Makes what skip_to looks at, of compiled rules and chains. */
void	skip_build(struct compiled *, struct arena *);
/* The first rule at or after 'at' that the packet's addresses and protocol do
 * not rule out; chain->n if there is none. */
uint32_t skip_to(const struct compiled *, const struct cchain *, uint32_t at,
	    const struct packet *);

/* Runs the packet through a table's chain of 'hook': V_ACCEPT, V_DROP,
 * V_QUEUE, V_BYPASS or V_STOLEN.  V_ACCEPT if the table is not in the ruleset. */
enum verdict walk_table(struct sim *, struct packet *, enum hook,
	    enum table_id);
/* The same from this chain on; V_RETURN at the end of a user chain. */
enum verdict walk_chain(struct sim *, struct packet *, enum hook,
	    enum table_id, struct compiled *, const struct cchain *start);
/* Do this rule's tests hold? Nothing is counted, and its target not asked. */
bool	walk_rule(struct sim *, struct packet *, enum hook,
	    const struct rule *);

#endif
