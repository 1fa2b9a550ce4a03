/* Rulesets as JSON, lossless: schema "nfwalk.ruleset/1".
 *
 *	{ "schema": "nfwalk.ruleset/1", "rulesets": [
 *	  { "family": "ipv4", "tables": [
 *	    { "name": "filter", "chains": [
 *	      { "name": "INPUT", "policy": "DROP", "packets": 0, "bytes": 0,
 *	        "rules": [
 *	          { "rule": 1, "line": 9, "packets": 0, "bytes": 0,
 *	            "tests": [{ "option": "-i", "invert": true,
 *	                        "values": ["eth0"] }],
 *	            "matches": [{ "name": "tcp", "options": [
 *	                        { "option": "--dport", "values": ["22"] }] }],
 *	            "target": { "jump": "LOG", "options": [...] } }, ...
 *
 * A user chain has no policy, a rule without -j no target; -g is "goto"
 * in place of "jump".  Text that is not UTF-8 or has control characters is
 * { "hex": "..." }; a counter above 2^53 is a string. */
#ifndef REPORTS_RULES_JSON_H
#define REPORTS_RULES_JSON_H

#include "reports/save.h"

/* Both families; null: not there. */
void	rules_json(const struct ruleset *const rules[2],
	    const struct save_format *, FILE *);

#endif
