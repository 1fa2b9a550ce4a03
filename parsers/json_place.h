/* Where the values of a JSON text stand, for errors: cJSON keeps no places.
 * Each value is told its own, in the member 'valueint', which only numbers
 * use, and of those only 'valuedouble' is to be asked for then. */
#ifndef PARSERS_JSON_PLACE_H
#define PARSERS_JSON_PLACE_H

#include "base/diag.h"

struct cJSON;

/* A value's text, which begins at 'off' of the source and has less than 2
 * GiB. */
struct json_text { const struct source *src; size_t off; };

/* Marks 'root', which was read from this text, and all that is in it. */
void	json_mark(struct cJSON *root, const struct json_text *);
/* Of what is in brackets, where it begins. */
struct loc json_place(const struct json_text *, const struct cJSON *);
/* A \u0000 in the 'size' bytes of a text that is right, or null: cJSON ends a
 * string there, and what follows it is lost. */
const char *json_nul(const char *text, size_t size);

#endif
