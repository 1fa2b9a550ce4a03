/* Pieces of JSON that several reports share; their values are cJSON's, known
 * here only by its tag. */
#ifndef REPORTS_JSON_UTIL_H
#define REPORTS_JSON_UTIL_H

#include "base/sbuf.h"
#include "model/env.h"
#include "model/event.h"

#include <stdio.h>

struct cJSON;
struct ruleset;

/* Adds members to an object.  Text may be hostile: what is not UTF-8 or is a
 * control character is escaped.  Counters above 2^53 become strings, as
 * cJSON's numbers are doubles. */
void	json_text(struct cJSON *, const char *name, const char *);
/* Frees the text. */
void	json_sbuf(struct cJSON *, const char *name, struct sbuf *);
void	json_count(struct cJSON *, const char *name, uint64_t);
/* "table", "chain", "rule" (a number or "policy"), "file", "line", "text" of
 * a rule or, if that is null, of a chain's policy. */
struct cJSON *json_decider(const struct rule *, const struct chain *);
/* A list of texts. */
struct cJSON *json_texts(const char *const *, unsigned n);
struct cJSON *json_assumptions(const struct env *);
/* "schema" and "version": nfwalk.NAME/1, of this nfwalk. */
void	json_schema(struct cJSON *, const char *name);
/* Which rulesets they are (reports/rules_hash.h), for each that is there:
 * "family", "files", "sha256". */
struct cJSON *json_rulesets(const struct ruleset *const rules[2]);
/* Sorts a list; 'compare' is given two struct cJSON *const *. */
void	json_sort(struct cJSON *list, int (*compare)(const void *,
	    const void *));
/* Sorts a list of texts, and leaves each once. */
void	json_sort_texts(struct cJSON *list);
/* What json_count has made of a number.  False: it is none of its. */
bool	json_read_count(const struct cJSON *, uint64_t *);
/* Several results for one output: collected, then printed as the object, or
 * as an array if there are more; nothing if there is none. */
void	json_collect(struct cJSON **all, struct cJSON *one);
void	json_finish(const struct cJSON *all, FILE *);
void	json_discard(struct cJSON **all);
/* Prints it, with newline, and deletes it. */
void	json_print(struct cJSON *, bool pretty, FILE *);

#endif
