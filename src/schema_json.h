/* JSON that this program wrote, read again: is it what the schema that is
 * built in (reports/schemas.h) says?  Errors are told by place.
 *
 * Nothing is passed over: a member that the schema does not know, one that is
 * there twice, text that nfwalk would have escaped.  Of JSON Schema it knows
 * what our schemas use. */
#ifndef SCHEMA_JSON_H
#define SCHEMA_JSON_H

#include "parsers/json_place.h"

struct cJSON;
struct schema_checker;

/* Null: there is no schema of that name.  'arena' owns what it keeps of it. */
struct schema_checker *schema_checker_new(const char *name, struct arena *);
/* False: errors in 'diags'.  The value is marked (json_mark). */
bool	schema_check(struct schema_checker *, const struct cJSON *,
	    const struct json_text *, struct diags *);
void	schema_checker_free(struct schema_checker *);	/* null-safe */

#endif
