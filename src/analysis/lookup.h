/* What the checks ask of rules and chains without sets of packets: where a
 * chain is reached from, what ends it, what a rule's options say.
 *
 * lookup.c	chains: who jumps there, which hooks lead there, what ends them
 * lookup_rule.c	rules: what they do, options, conditions as a key */
#ifndef ANALYSIS_LOOKUP_H
#define ANALYSIS_LOOKUP_H

#include "analysis/audit.h"
#include "ext/saved.h"

struct chain_facts {
	const struct chain *chain;
	const char *owner;		/* chain_owner() */
	unsigned hooks;			/* bits 1 << HOOK_x that lead to it */
	/* The first rule that no packet gets past, or null; it may be a jump
	 * to a chain that nothing comes back from. */
	const struct rule *end;
	/* What becomes of a packet that meets no condition of any rule, and
	 * the rule that decides it; V_RETURN and null: none does. */
	enum verdict ending;
	const struct rule *decider;
	bool always;			/* no packet ever comes back from it */
	/* The rules that jump to it and that packets get to. */
	const struct rule **callers;
	unsigned n_callers;
};

struct lookup {
	const struct ruleset *rules;
	/* Every chain, those that are jumped to before those that jump. */
	struct chain_facts **chains;
	unsigned n_chains;
	/* Jumps that lead back to a chain they come from. */
	const struct rule **loops;
	unsigned n_loops;
	/* The rest is its own. */
	struct arena arena;
	struct map by_chain;
	struct sbuf text;
	struct saved saved;
};

/* Takes time linear in rules; 'rules' must outlive it. */
struct lookup *lookup_new(const struct ruleset *rules);
void	lookup_free(struct lookup *);	/* null-safe */

struct chain_facts *chain_facts(const struct lookup *, const struct chain *);
/* The verdict of a built-in chain on packets that no rule picks out: the
 * ending or the policy. */
enum verdict chain_default(const struct lookup *, const struct chain *);
/* Who gives it: "by its policy", "by #7". */
const char *default_by(struct audit *, const struct lookup *,
	    const struct chain *);
/* The chain of that hook in table filter; null if there is none. */
const struct chain *filter_chain(const struct lookup *, enum hook);
/* Is it in a chain that packets reach, and not behind what ends the chain? */
bool	rule_live(const struct lookup *, const struct rule *);
/* Is every way to the chain through a jump that 'is' is true of?  An array
 * by the chain's place in lookup->chains, malloc'ed. */
bool	*chains_guarded(struct lookup *,
	    bool (*is)(struct lookup *, const struct rule *));
/* The chain's place in lookup->chains. */
unsigned chain_place(const struct lookup *, const struct chain *);

/* ---- rules ---- */

/* What its target does with a packet that matches: of an extension V_ACCEPT
 * (NAT), V_DROP (REJECT too), V_QUEUE, or V_CONTINUE, also for those that
 * are not known. */
enum verdict rule_verdict(const struct rule *);
/* The same, where a jump to a chain that ends every packet, or every packet
 * that no rule of it picks out, has that chain's verdict. */
enum verdict rule_effect(const struct lookup *, const struct rule *);
/* Has it no test at all? */
bool	rule_unconditional(const struct rule *);
bool	rule_target_is(const struct rule *, const char *name);
const struct use *rule_match(const struct rule *, const char *name);
/* Could a packet of this input interface meet -i (output and -o)? */
bool	rule_in_may_be(const struct rule *, const char *iface);
bool	rule_out_may_be(const struct rule *, const char *iface);
/* Is it for packets of lo alone? */
bool	rule_about_lo(const struct rule *);
/* Does it test nothing but states and interfaces? */
bool	rule_only_state(const struct rule *);
/* Are its source (destination) addresses tested? */
bool	rule_tests_src(const struct rule *);
bool	rule_tests_dst(const struct rule *);

/* An option of a match or target; null if it was not given.  Its words are
 * in lookup->saved; borrowed until the next call, as all that follows. */
const struct saved_opt *use_option(struct lookup *, const struct rule *,
	    const struct use *, const char *option);
/* Its first word, "" if it takes none; null if the rule has no such match
 * or option.  'invert' may be null. */
const char *match_option(struct lookup *, const struct rule *,
	    const char *match, const char *option, bool *invert);
const char *target_option(struct lookup *, const struct rule *,
	    const char *option);
/* The text of all its options. */
const char *use_text(struct lookup *, const struct rule *, const struct use *);
/* Value and mask of a mark, "0x1/0xff" or "0x1". */
bool	mark_read(const char *, uint32_t *value, uint32_t *mask);

enum { ST_INVALID = 1, ST_NEW = 2, ST_RELATED = 4, ST_ESTABLISHED = 8,
    ST_UNTRACKED = 16, ST_ANY = 31 };
/* The connection states that -m conntrack and -m state leave it; ST_ANY if
 * it has neither. */
unsigned rule_states(struct lookup *, const struct rule *);
/* The ports of --sport (--dport), of multiport too, as text; null if it tests
 * none or tests them inverted. */
const char *rule_sports(struct lookup *, const struct rule *);
const char *rule_dports(struct lookup *, const struct rule *);
/* Does it test ports or TCP flags at all? */
bool	rule_tests_l4(struct lookup *, const struct rule *);

enum { KEY_SRC = 1, KEY_DST = 2, KEY_IFACES = 4, KEY_PROTO = 8,
    KEY_DPORT = 16, KEY_SPORT = 32, KEY_MATCHES = 64, KEY_TARGET = 128,
    KEY_ALL = 255, KEY_TESTS = KEY_ALL & ~KEY_TARGET };
/* These parts of the rule as bytes: equal for equal ones; of the others only
 * whether they are there.  Comments are left out, and the match 'without'
 * (null: none). */
void	rule_key(struct lookup *, const struct rule *, unsigned parts,
	    const char *without, struct sbuf *);

/* ---- findings ---- */

/* Adds a rule to finding->by. */
void	finding_by(struct audit *, struct finding *, const struct rule *);
void	finding_fix(struct audit *, struct finding *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* "iptables -t nat", for commands about this chain. */
const char *command_of(struct audit *, const struct chain *);
/* "INPUT#4" */
const char *rule_ref(struct audit *, const struct rule *);
/* "1 rule", "5 rules" */
const char *counted(struct audit *, unsigned n, const char *one,
	    const char *many);
/* "INPUT and FORWARD" */
const char *hooks_text(struct audit *, unsigned hooks);

#endif
