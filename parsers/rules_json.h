/* Rulesets from JSON: the form that reports/rules_json.h describes. */
#ifndef PARSERS_RULES_JSON_H
#define PARSERS_RULES_JSON_H

#include "parsers/load.h"

bool	rules_json_read(struct load *, const struct source *);

#endif
