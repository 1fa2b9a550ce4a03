/* Pieces of JSON that several reports share; their values are cJSON's, known
 * here only by its tag. */
#ifndef REPORTS_JSON_UTIL_H
#define REPORTS_JSON_UTIL_H

#include "base/sbuf.h"
#include "model/env.h"
#include "model/event.h"

#include <stdio.h>

struct cJSON;

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
/* Several results for one output: collected, then printed as the object, or
 * as an array if there are more; nothing if there is none. */
void	json_collect(struct cJSON **all, struct cJSON *one);
void	json_finish(const struct cJSON *all, FILE *);
void	json_discard(struct cJSON **all);
/* Prints it, with newline, and deletes it. */
void	json_print(struct cJSON *, bool pretty, FILE *);

#endif
