/* Witnesses: points of the analysis as packets, in words, and replayed by the
 * simulator, which has the last word on what a finding claims. */
#ifndef WITNESS_H
#define WITNESS_H

#include "model/field.h"
#include "model/finding.h"
#include "parsers/pktspec.h"
#include "sim/sim.h"

/* A point as a packet that stands before a chain.  Big: on the heap. */
struct witness {
	struct packet packet;
	const struct point *point;
	enum hook hook;			/* the chain's, or a likely one */
	struct pktspec spec;
	struct ct ct;
	uint8_t ll[14];
	bool built;			/* there is a packet, if not the one */
	char why[160];
	uint8_t buf[PKT_HEADROOM + UINT16_MAX + PKT_TAILROOM];
};

/* Makes a packet that has every value that the point asks for, and usual
 * ones elsewhere; 'entry' is the chain that it enters.  Interfaces that 'env'
 * has not are made there.  False: there is no such packet, and why is in
 * 'why'; with 'built' there is one that lacks only what the rest of it
 * forbids (a MAC address without Ethernet).  The packet points into the
 * witness; 'arena' is scratch that must live as long as 'spec' is looked
 * at. */
bool	witness_packet(struct witness *, const struct point *,
	    const struct chain *entry, struct env *, struct arena *);
/* The packet in words that 'nfwalk trace' reads: where it starts, what it is,
 * and "established" for what belongs to a connection.  False: there is more
 * to it than words can say ("ctstate INVALID", who owns it ...), which is
 * appended to 'rest' (may be null) as a list for people. */
bool	witness_words(const struct witness *, struct sbuf *words,
	    struct sbuf *rest);

/* "DROP by filter/INPUT#3", "ACCEPT by the policy of filter/INPUT". */
void	witness_end_words(enum verdict, const struct rule *,
	    const struct chain *policy, struct sbuf *);

/* ---- claims ---- */

struct witness_claim {
	const struct point *packet;
	const struct chain *entry;	/* the chain that it enters */
	enum witness_shows {
		CLAIM_HIT,		/* 'rule' matches it */
		CLAIM_TAKEN,		/* 'rule' would; one of 'by' ends it */
		CLAIM_END		/* 'verdict', by 'rule' or 'policy' if
					 * one is given */
	} what;
	const struct rule *rule;
	const struct chain *policy;
	const struct rule *const *by;
	unsigned n_by;
	enum verdict verdict;
};

/* What a finding claims.  False: it shows no packet. */
bool	witness_claim_of(const struct finding *, struct witness_claim *);

enum witness_answer {
	WITNESS_AGREES,
	WITNESS_DISAGREES,
	WITNESS_CANNOT			/* say: it hangs on what is not known */
};

struct replayer;

/* For many claims about these rules (either may be null): they are compiled
 * once, and each claim meets fresh limits and lists. */
struct replayer *replayer_new(const struct ruleset *const rules[2],
	    struct env *);
void	replayer_free(struct replayer *);	/* null-safe */
/* Runs the packet through the claim's chain.  'why' (cleared first) says what
 * both sides say if they differ, or why there is no answer. */
enum witness_answer witness_check(struct replayer *,
	    const struct witness_claim *, struct sbuf *why);
/* The packet of the last claim, for its words: rules may have changed it. */
const struct witness *replayer_witness(const struct replayer *);

#endif
