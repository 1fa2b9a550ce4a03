/* What checks ask of sets of packets, in common: where outside is, and who
 * accepts new packets from there.
 *
 * audit_sets.c	the analyses, and all that must be told apart in them
 * exposure.c	outside, usual packets, questions about one kind of packet
 * openings.c	who accepts new packets from outside, and of whom
 * forwards.c	translations of destinations: what is published */
#ifndef ANALYSIS_EXPOSURE_H
#define ANALYSIS_EXPOSURE_H

#include "analysis/analysis.h"
#include "analysis/lookup.h"
#include "ext/nat_range.h"
#include "model/owners.h"

/* Makes a->sets of the families that are there and a->exposure; in 'arena',
 * which must outlive the audit. */
void	audit_sets_new(struct audit *, struct arena *);
void	audit_sets_free(struct audit *);

/* ---- outside ---- */

enum { MAX_OUTSIDE = 4 };

struct outside {
	/* Names of interfaces, a + at the end is a prefix; none: outside may
	 * be any but lo and those that by their names are inside. */
	const char *names[MAX_OUTSIDE];
	unsigned n;
	/* "by eth0 (--outside)", "by any interface but lo" */
	const char *words;
};

struct openings;
struct forwards;

struct exposure {
	struct arena *arena;
	struct outside outside;
	const char **inside;		/* prefixes that rules or host know */
	unsigned n_inside;
	struct openings *openings[2][N_HOOKS];
	struct forwards *forwards[2];
	struct map dead[2];		/* by rule's address; see rule_dead */
	bool dead_known[2];
};

struct exposure *exposure_new(const struct audit *, struct arena *);
void	exposure_free(struct exposure *);	/* null-safe */

/* Is an interface of this name inside, as docker0 and virbr0 are? */
bool	name_is_inside(const char *);
/* Is it one of those that are outside? */
bool	name_is_outside(const struct audit *, const char *);
/* Tests that the packet comes from outside; 'which' counts from 0, to what
 * outside_ways() says. */
unsigned outside_ways(const struct audit *);
void	ask_outside(const struct audit *, unsigned which, struct query *);

/* Source addresses that nobody outside has. */
struct forged { u128 lo, hi; const char *words; };
unsigned forged_sources(int family, const struct forged **);
/* "192.0.2.0/24"; false: it is of the other family. */
bool	network_range(const char *, int family, struct range *);

/* ---- questions ---- */

/* Tests that become part of a query.  New: no fragments. */
void	ask_new(const struct audit *, unsigned f, struct query *);
void	ask_state(struct query *, unsigned state);	/* FCT_x */
void	ask_proto(struct query *, unsigned proto);
void	ask_icmp(struct query *, int family, unsigned type, unsigned code);
/* That the field has this value, or one that no rule tells from it.  Not of
 * marks and interfaces. */
void	ask_value(const struct audit *, unsigned f, struct query *, enum field,
	    u128 value);
/* The same of an interface's name. */
void	ask_iface(const struct audit *, unsigned f, struct query *, enum field,
	    const char *name);
/* Gives a packet a value, or an interface, that no rule tells from its own. */
void	point_value(struct point *, enum field, u128 value);
void	point_iface(struct point *, enum field, const char *name);
/* Is there a packet in 'q' that the chain decides so, and is it certain?  The
 * query is freed. */
bool	ask_any(struct audit *, unsigned f, const struct chain *,
	    struct query *q, enum verdict, struct region *out);
/* Are all packets of 'q' (not freed) dropped in tables raw or mangle, before
 * table filter has them in this hook? */
bool	dropped_before(struct audit *, unsigned f, enum hook,
	    const struct query *q);

/* The finding's packet, which enters 'entry' and meets the rule or, if it is
 * not about one, ends so. */
void	finding_shows(struct audit *, struct finding *, const struct point *,
	    const struct chain *entry, enum verdict);
const char *number_text(struct audit *, int family, u128 address);
/* "#3", or "CHAIN#3" of another chain than 'here'; "the policy" for null. */
const char *rule_near(struct audit *, const struct rule *,
	    const struct chain *here);
/* "#1, #2 and other#3": 'most' of them at most. */
const char *rules_near(struct audit *, const struct rule *const *, unsigned n,
	    const struct chain *here, unsigned most);

/* Can no packet match it, for certain?  Worked out when first asked, unless
 * note_dead, called for each that is before, has said it. */
bool	rule_dead(struct audit *, unsigned f, const struct rule *);
void	note_dead(struct audit *, unsigned f, const struct rule *,
	    const struct dead *);
/* Do both end a packet in the same way? */
bool	rules_end_alike(const struct rule *, const struct rule *);

/* ---- boxes ---- */

/* The classes of a field as a box has them that are in a range; false: none.
 * A field that no rule asks of has all. */
bool	box_narrow(const struct hs_space *, hs_cell *box, enum field, u128 lo,
	    u128 hi);
static inline bool
box_value(const struct hs_space *s, hs_cell *box, enum field f, u128 v)
{
	return box_narrow(s, box, f, v, v);
}
/* Has the box packets of this interface, or of one that no rule names? */
bool	box_iface(const struct hs_space *, const hs_cell *box, enum field,
	    const char *name);
bool	box_any_iface(const struct hs_space *, const hs_cell *box, enum field);
/* Cuts a box down to usual packets: of a connection's beginning, without
 * marks, of usual length ...  Addresses, ports, protocol and interfaces stay
 * as they are.  False: it has none. */
bool	box_usual(const struct audit *, unsigned f, enum hook, hs_cell *box);
/* Does it ask that a condition be true that no field has?  Its text. */
const char *box_condition(const struct hs_space *, const hs_cell *box);
/* How much of all values of a field boxes have, one after the other. */
struct share { struct range *list; unsigned n, room; };
void	share_add(struct share *, const struct hs_space *, const hs_cell *box,
	    enum field);
double	share_of_all(struct share *, const struct hs_space *, enum field);
void	share_free(struct share *);

/* ---- openings ---- */

/* NEW packets from outside that one rule or policy accepts. */
struct opening {
	const struct rule *rule;
	const struct chain *policy;
	bool possible;
	bool again;			/* there was one of its rule before */
	/* What the rule takes; once 'cut', without what earlier rules take, but
	 * where that is too much to list. */
	const struct hs *set;
	bool cut, complete;
	unsigned way;			/* by which it comes, see ask_outside */
	struct point witness;
};
struct openings {
	const struct chain *chain;	/* of table filter; null: there is none */
	struct opening *list;
	unsigned n, room;
	struct map rules;		/* seen, by address */
};
struct openings *openings_of(struct audit *, unsigned f, enum hook);
/* Leaves only what earlier rules leave; 'set' may come out empty.  Not
 * 'complete': there are too many pieces, and it stays as it was. */
void	opening_cut(struct audit *, unsigned f, enum hook, struct opening *);
/* Does it take packets of the query, which is freed?  One of them. */
bool	opening_takes(struct audit *, unsigned f, enum hook,
	    const struct opening *, struct query *, struct point *);

/* A kind of packets; IPPROTO_IP is any protocol, port 0 any port. */
struct kind { unsigned proto, port; };
/* What an opening lets in of a kind, from how many of all sources. */
struct let_in {
	bool any;			/* anything at all */
	bool open;			/* from nearly everywhere */
	bool any_iface;			/* by any interface, not one that it names */
	bool out_iface, any_dst;	/* to any interface, nearly any address */
	const char *condition;		/* if that is true; or null */
	struct point witness;
};
void	opening_lets_in(struct audit *, unsigned f, enum hook,
	    struct opening *, struct kind, struct let_in *);
/* Does it let in nearly everything, from nearly everywhere? */
bool	opening_is_wide(struct audit *, unsigned f, enum hook,
	    struct opening *);
/* Cuts a box down to usual packets of a kind that begin a connection. */
bool	box_kind(const struct audit *, unsigned f, enum hook, struct kind,
	    hs_cell *box);
/* Does the rule, taken by itself, match usual packets of this kind? */
bool	rule_takes(const struct audit *, unsigned f, enum hook,
	    const struct rule *, struct kind);

/* ---- forwards ---- */

enum { MAX_FORWARDS = 256 };		/* no more are looked at */

/* New packets that a rule of nat/PREROUTING translates. */
struct forward {
	const struct rule *rule;
	bool possible, complete;
	const struct hs *set;		/* as they come in */
	bool local;			/* REDIRECT, or to this host */
	union addr to;			/* the first, if not local */
	u128 address;			/* the same */
	/* What it is for; to.port is the port behind, of the first of them. */
	struct kind from, behind;
};
struct forwards { struct forward *list; unsigned n, room; };
const struct forwards *forwards_of(struct audit *, unsigned f);
void	forwards_free(struct forwards *);	/* null-safe */
/* "10.0.0.10:80" */
const char *forward_words(struct audit *, const struct forward *);
/* What becomes of translated packets in FORWARD (INPUT if it is local), by
 * the rule's -i or, with 'outside', from there: is there one of that
 * verdict? */
bool	forward_ends(struct audit *, unsigned f, const struct forward *,
	    bool outside, enum verdict, struct region *);
/* Who made the container behind it ("Docker"); null: it is none. */
const char *forward_owner(const struct forward *);

#endif
