/* Rulesets in the form of iptables-xml, lossless.
 *
 * What differs from iptables-xml's own output: inside quotes, " and \ are
 * escaped by a backslash, which the root's escaped="1" tells; the root names
 * its family; names that are no names to XML stand in attributes: <call
 * name="...">, <extension name="...">, <option name="...">; words that XML
 * cannot hold are in hexadecimal (hex="1", hex-name="...").  Two families
 * come as two <iptables-rules> in one <iptables-rulesets>. */
#ifndef REPORTS_RULES_XML_H
#define REPORTS_RULES_XML_H

#include "reports/save.h"

void	rules_xml(const struct ruleset *const rules[2],
	    const struct save_format *, FILE *);

#endif
