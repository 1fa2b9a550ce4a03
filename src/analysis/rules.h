/* Rules as boxes (rules.c). */
#ifndef ANALYSIS_RULES_H
#define ANALYSIS_RULES_H

#include "ext/ext.h"
#include "model/hs.h"

enum match_kind {
	MATCH_EXACT,			/* what was told is all that it matches */
	MATCH_MAY			/* memory or chance decide besides */
};

/* Tells -s -d -i -o -p -f. */
void	rule_lower_basic(const struct rule *, struct lower *);
/* Tells one -m; what no fields tell becomes a condition of its own. */
enum match_kind match_lower(const struct use *, struct lower *);
/* Tells all that a rule asks, for hs_collector. */
void	rule_collect(const struct rule *, struct lower *);
/* What the rule matches of 'from'.  Not 'exact': it may match these, and no
 * others; 'unknown': because we do not know better. */
void	rule_boxes(const struct rule *, struct hs_cut *, const struct hs *from,
	    struct hs *out, bool *exact, bool *unknown);

#endif
