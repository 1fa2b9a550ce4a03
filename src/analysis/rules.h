/* Rules as boxes (rules.c). */
#ifndef ANALYSIS_RULES_H
#define ANALYSIS_RULES_H

#include "ext/ext.h"
#include "model/hs.h"

enum match_kind {
	MATCH_EXACT,			/* what was told is all that it matches */
	MATCH_MAY			/* memory or chance decide besides */
};

/* Names for "this rule's limit lets it": one for each place, see may_key. */
struct may_keys { struct arena *arena; struct map counts; };

/* Tells -s -d -i -o -p -f. */
void	rule_lower_basic(const struct rule *, struct lower *);
/* Tells one -m; what no fields tell becomes a condition of its own. */
enum match_kind match_lower(const struct use *, struct lower *);
/* Has one of its matches memory, or does it throw dice? */
bool	rule_has_may(const struct rule *);
/* Tells all that a rule asks, for hs_collector.  With 'keys' what has memory
 * or chance is a condition of its own, named by chain, text, target and how
 * many like it came before; rules must come in the same order each time. */
void	rule_collect(const struct rule *, struct lower *, struct may_keys *);
/* Tells the space the values that the target gives to fields. */
void	rule_given(const struct rule *, struct hs_space *);
/* "-j LOG --log-prefix x": the target as iptables-save prints it. */
void	rule_target_text(const struct rule *, int family, struct sbuf *);
/* What the rule matches of 'from'.  Not 'exact': it may match these, and no
 * others. */
void	rule_boxes(const struct rule *, struct hs_cut *, const struct hs *from,
	    struct may_keys *, struct hs *out, bool *exact);

#endif
